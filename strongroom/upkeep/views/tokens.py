"""The tokens that can act on a project: one's own whole, and to Owners those of the others without their names."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from strongroom.accounts.queries.accounts import has_verified_address
from strongroom.accounts.views.visiting import require_visit
from strongroom.projects.rules.roles import Role
from strongroom.upkeep.queries.paging import ON_A_PAGE
from strongroom.upkeep.queries.people import ActingToken, list_acting_tokens, list_collaborators
from strongroom.upkeep.views.managing import managed_in, show
from strongroom.upkeep.views.words import PERMISSIONS


@never_cache
@require_safe
def manage_tokens(request: HttpRequest, name: str) -> HttpResponse:
    """Live tokens with which somebody can act on the project."""
    managed, now = managed_in(request, name), timezone.now()
    own = require_visit(request).account
    people = list_collaborators(managed, asking=own, now=now) if managed.role is Role.OWNER else []
    others = list_acting_tokens(managed, [one.account for one in people if one.account != own], now=now)
    context = {
        "managed": managed,
        "section": "tokens",
        "is_owner": managed.role is Role.OWNER,
        "own": [_line(one) for one in list_acting_tokens(managed, [own], now=now)[:ON_A_PAGE]],
        "others": [_line(one) for one in others[:ON_A_PAGE]],
        "others_more": len(others) > ON_A_PAGE,
        "takes_more": has_verified_address(own),
    }
    return show(request, "tokens.html", context)


def _line(one: ActingToken) -> dict[str, object]:
    return {"token": one, "permissions": [PERMISSIONS[permission] for permission in one.permissions]}
