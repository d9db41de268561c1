"""One's own projects, with what each needs; and the invitations that one can answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from strongroom.accounts.queries.accounts import has_verified_address
from strongroom.accounts.views.visiting import actor_in, require_visit
from strongroom.criticality.queries.published import marks_among
from strongroom.projects.rules.roles import Role
from strongroom.terms.names import normalize
from strongroom.upkeep.actions.inviting import accept_invitation, decline_invitation
from strongroom.upkeep.queries.asked import list_own_invitations
from strongroom.upkeep.queries.own import list_own_projects
from strongroom.upkeep.views.managing import led_to, show, text_in
from strongroom.upkeep.views.words import ROLES, STATUSES, need_lines


@never_cache
@require_safe
def own_projects(request: HttpRequest) -> HttpResponse:
    """The projects that one owns or maintains, a page at a time, and what each needs from whoever asks."""
    visit, now = require_visit(request), timezone.now()
    part, after = text_in(request.GET, "q").strip()[:200], text_in(request.GET, "after")[:200]
    own = list_own_projects(visit.account, now=now, after=after, part=normalize(part))
    marks = marks_among([one.name for one in own.page.rows])
    context = {
        "projects": [
            {
                "project": one,
                "mark": marks.get(one.name),
                "role": ROLES[one.role],
                "status": STATUSES[one.status],
                "needs": need_lines(one.needs, one.name),
            }
            for one in own.page.rows
        ],
        "needs": need_lines(own.account_needs),
        "next_after": own.page.next_after,
        "is_first": not after,
        "part": part,
        "invitations": len(list_own_invitations(visit.account, now=now)),
    }
    return show(request, "own_projects.html", context)


@never_cache
@require_safe
def own_invitations(request: HttpRequest) -> HttpResponse:
    """The invitations that wait for an answer: who asks, to what, as what, until when."""
    visit = require_visit(request)
    asked = list_own_invitations(visit.account, now=timezone.now())
    context = {
        "invitations": [{"one": one, "role": ROLES[one.role], "is_owner": one.role is Role.OWNER} for one in asked],
        "is_verified": has_verified_address(visit.account),
    }
    return show(request, "own_invitations.html", context)


@never_cache
@require_POST
def accept(request: HttpRequest, invitation: int) -> HttpResponse:
    """Take the role that one was offered."""
    require_visit(request)
    name = accept_invitation(by=actor_in(request), now=timezone.now(), invitation=invitation)
    return led_to("manage", name, said="joined")


@never_cache
@require_POST
def decline(request: HttpRequest, invitation: int) -> HttpResponse:
    """Say no to an invitation."""
    require_visit(request)
    decline_invitation(by=actor_in(request), now=timezone.now(), invitation=invitation)
    return led_to("own-invitations", said="declined")
