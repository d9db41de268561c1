"""The pages of a person's own API tokens: listed, made, revoked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from strongroom.accounts.actions.proving import Aim
from strongroom.accounts.queries.accounts import has_verified_address
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.proofs import ask_proof_again
from strongroom.accounts.views.stages import show_again
from strongroom.accounts.views.visiting import actor_in, prove_first, require_visit
from strongroom.gear.settings import Settings
from strongroom.projects.queries.roles import list_collaborations
from strongroom.reads.readers import Readers
from strongroom.terms.actors import AccountId, TokenId
from strongroom.terms.names import NormalizedName, parse_project_name
from strongroom.terms.refusals import Reason, Refused
from strongroom.tokens.actions import make_own_token, revoke_own_token
from strongroom.tokens.queries import list_own_tokens
from strongroom.tokens.rules import OwnToken, Permission, lifetimes_within

AIM = Aim(Dangerous.MAKE_TOKEN)
USUAL_DAYS = 90
"""What is chosen beforehand, where the index offers it."""

FOR_PROGRAMS = frozenset({Permission.YANK, Permission.STATUS, Permission.COLLABORATORS})
"""What is done over the API for maintainers."""

DEEDS = {
    Permission.PUBLISH: _("Publishing files"),
    Permission.READ: _("Reading this private index"),
    Permission.YANK: _("Yanking and un-yanking releases"),
    Permission.STATUS: _("Changing the status of projects"),
    Permission.COLLABORATORS: _("Inviting and removing Maintainers"),
}
RISKS = {
    Permission.PUBLISH: _("Whoever steals it can publish new files, which people then install."),
    Permission.READ: _("Whoever steals it can read and download what is on this index."),
    Permission.YANK: _("Whoever steals it can make installers pass over your releases, and bring back bad ones."),
    Permission.STATUS: _("Whoever steals it can archive your projects, and write a reason that visitors read."),
    Permission.COLLABORATORS: _(
        "Whoever steals it can invite accomplices as Maintainers, who then publish, and remove those you have."
    ),
}
"""What somebody who steals a token could do: said before it is made, for then it can still be made for less."""


@never_cache
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """List one's own tokens: those that work, and the last that work no more."""
    visit = require_visit(request)
    context = {
        "tokens": list_own_tokens(visit.account, now=timezone.now()),
        "said": request.GET.get("said", ""),
        "takes_more": has_verified_address(visit.account),
    }
    return render(request, "tokens/tokens.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def make_token(request: HttpRequest) -> HttpResponse:
    """Ask what a token shall be for, after a fresh proof, and show it once, in the answer to the form."""
    account = require_visit(request).account
    if request.method != "POST":
        _require_may_make(account)
        return prove_first(request, AIM) or render(request, "tokens/make.html", _form(request, account))
    chosen: Settings = settings.STRONGROOM
    try:
        wanted = _read_form(request)
        text = make_own_token(
            by=actor_in(request),
            now=timezone.now(),
            wanted=wanted,
            longest=timedelta(days=chosen.token_days),
            readers=Readers(chosen.readers_folder),
        )
    except Refused as refused:
        context = _form(request, account)
        return ask_proof_again(request, AIM, refused) or show_again(request, "tokens/make.html", context, refused)
    context = {
        "token": text,
        "label": wanted.label.strip(),
        "address": chosen.address,
        "host": urlsplit(chosen.address).hostname,
        "publishes": Permission.PUBLISH in wanted.permissions,
        "reads": Permission.READ in wanted.permissions,
        "keeps": bool(wanted.permissions & FOR_PROGRAMS),
    }
    return render(request, "tokens/made.html", context)


@never_cache
@require_POST
def revoke_token(request: HttpRequest, token: str) -> HttpResponse:
    """Revoke one of one's own tokens, at once."""
    require_visit(request)
    readers = Readers(settings.STRONGROOM.readers_folder)
    revoke_own_token(by=actor_in(request), now=timezone.now(), token=TokenId(token), readers=readers)
    return HttpResponseRedirect(f"{reverse('tokens')}?said=revoked")


@dataclass(frozen=True)
class _PermissionChoice:
    """What a token can be made for; ``risk`` is what whoever steals it could do."""

    value: str
    deed: str
    risk: str
    is_chosen: bool


@dataclass(frozen=True)
class _ProjectChoice:
    name: NormalizedName
    is_chosen: bool


def _require_may_make(account: AccountId) -> None:
    """Said before somebody proves that it is them, and not only afterwards."""
    if not has_verified_address(account):
        raise Refused(Reason.EMAIL_NOT_VERIFIED)


def _lifetimes() -> tuple[timedelta, ...]:
    chosen: Settings = settings.STRONGROOM
    return lifetimes_within(timedelta(days=chosen.token_days))


def _form(request: HttpRequest, account: AccountId) -> dict[str, object]:
    """What the form shows: as it was sent, or the safer choices."""
    is_sent = request.method == "POST"
    mine = list_collaborations(account)
    # A project's own page leads here with its name.
    named = set(request.POST.getlist("projects") if is_sent else request.GET.getlist("project"))
    days = [one.days for one in _lifetimes()]
    usual = str(USUAL_DAYS if USUAL_DAYS in days else days[-1])
    return {
        "label": request.POST.get("label", ""),
        "permissions": _permissions(request.POST.getlist("permissions") if is_sent else [Permission.PUBLISH.value]),
        "projects": [_ProjectChoice(name, name in named) for name in mine],
        "covers": request.POST.get("covers", "named" if mine else "all"),
        "days": days,
        "chosen_days": request.POST.get("days", usual),
    }


def _permissions(chosen: Collection[str]) -> list[_PermissionChoice]:
    """What is offered: reading only where it takes a token."""
    offered = [one for one in Permission if settings.STRONGROOM.private or one is not Permission.READ]
    return [
        _PermissionChoice(one.value, str(DEEDS[one]), str(RISKS[one]), is_chosen=one.value in chosen) for one in offered
    ]


def _read_form(request: HttpRequest) -> OwnToken:
    """What was chosen; what the form does not offer counts as not chosen. Raises Refused(NAME_INVALID)."""
    sent = request.POST
    named = frozenset(parse_project_name(text).normalized for text in sent.getlist("projects"))
    return OwnToken(
        label=sent.get("label", ""),
        permissions=frozenset(one for one in Permission if one.value in sent.getlist("permissions")),
        projects=None if sent.get("covers") == "all" else named,
        lifetime=next((one for one in _lifetimes() if str(one.days) == sent.get("days")), timedelta()),
    )
