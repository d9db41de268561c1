"""Who looks after a project: seen, changed, removed, left."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.proofs import ask_proof_again
from strongroom.accounts.views.stages import show_again
from strongroom.accounts.views.visiting import actor_in, prove_first, require_visit
from strongroom.projects.rules.roles import NEW_OWNER_WAITS, ProjectDeed, Role
from strongroom.terms.refusals import Refused
from strongroom.upkeep.actions.asking import aim_at
from strongroom.upkeep.actions.collaborators import change_role as give_other_role
from strongroom.upkeep.actions.collaborators import leave_project as give_up
from strongroom.upkeep.actions.collaborators import remove_collaborator as remove
from strongroom.upkeep.queries.asked import list_open_invitations
from strongroom.upkeep.queries.managing import Managed
from strongroom.upkeep.queries.people import (
    Collaborator,
    judge_project,
    list_collaborators,
    load_collaborator,
    shown_on,
)
from strongroom.upkeep.views.managing import led_to, managed_in, number_in, readable, show
from strongroom.upkeep.views.words import REMEDIES, ROLES, STRENGTHS


@never_cache
@require_safe
def manage_collaborators(request: HttpRequest, name: str) -> HttpResponse:
    """The people of a project and its open invitations; to Owners also how strong its weakest way in is."""
    managed, now = managed_in(request, name), timezone.now()
    visit = require_visit(request)
    people = list_collaborators(managed, asking=visit.account, now=now)
    own = next((one for one in people if one.account == visit.account), None)
    is_owner = managed.role is Role.OWNER
    shown, more = shown_on(people, page=number_in(request.GET, "page") or 1)
    context: dict[str, object] = {
        "managed": managed,
        "section": "collaborators",
        "people": [{"one": one, "role": ROLES[one.role], "is_own": one.account == visit.account} for one in shown],
        "next_page": more,
        "own": own,
        "is_owner": is_owner,
        "waits": next((one.refused for one in people if one.refused is not None), None) if is_owner else None,
        "wait_days": NEW_OWNER_WAITS.days,
    }
    if is_owner:
        judged = judge_project(managed, people, now=now)
        sentence, urgency = STRENGTHS[judged.strength]
        context |= {
            "strength": sentence,
            "strength_urgency": urgency,
            "weaknesses": [(one.account, REMEDIES[one.remedy]) for one in judged.weaknesses][:50],
            "invitations": [
                {"one": one, "role": ROLES[one.role]} for one in list_open_invitations(managed.id, now=now)
            ],
        }
    return show(request, "collaborators.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_role(request: HttpRequest, name: str, account: str) -> HttpResponse:
    """Ask which role somebody shall have, after a fresh proof."""
    managed, one = _about(request, name, account, deed=ProjectDeed.CHANGE_ROLE)
    aim = aim_at(Dangerous.CHANGE_COLLABORATORS, managed.name)
    role = next((role for role in Role if role.value == request.POST.get("role")), one.role)
    context = {**_context_of(request, managed, one), "chosen": role.value}
    if request.method != "POST":
        return prove_first(request, aim) or show(request, "change_role.html", context)
    try:
        give_other_role(by=actor_in(request), now=timezone.now(), name=managed.name, account=one.name, role=role)
    except Refused as refused:
        again = ask_proof_again(request, aim, refused)
        return again or show_again(request, "upkeep/change_role.html", context, refused)
    return led_to("manage-collaborators", managed.name, said="role-changed")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def remove_collaborator(request: HttpRequest, name: str, account: str) -> HttpResponse:
    """Ask whether somebody shall collaborate no more, after a fresh proof; oneself is led to the page for leaving."""
    managed, one = _about(request, name, account, deed=ProjectDeed.REMOVE_COLLABORATOR)
    if one.account == require_visit(request).account:
        return led_to("leave-project", managed.name)
    aim = aim_at(Dangerous.CHANGE_COLLABORATORS, managed.name)
    context = _context_of(request, managed, one)
    if request.method != "POST":
        return prove_first(request, aim) or show(request, "remove_collaborator.html", context)
    try:
        remove(by=actor_in(request), now=timezone.now(), name=managed.name, account=one.name)
    except Refused as refused:
        again = ask_proof_again(request, aim, refused)
        return again or show_again(request, "upkeep/remove_collaborator.html", context, refused)
    return led_to("manage-collaborators", managed.name, said="removed")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave_project(request: HttpRequest, name: str) -> HttpResponse:
    """Ask whether one shall collaborate no more; an Owner proves that it is them, the last one is told more."""
    managed, visit = managed_in(request, name, ProjectDeed.LEAVE), require_visit(request)
    one = load_collaborator(managed, visit.name, asking=visit.account, now=timezone.now())
    aim = aim_at(Dangerous.CHANGE_COLLABORATORS, managed.name)
    context = _context_of(request, managed, one)
    if request.method != "POST":
        ahead = prove_first(request, aim) if one.role is Role.OWNER else None
        return ahead or show(request, "leave.html", context)
    try:
        give_up(by=actor_in(request), now=timezone.now(), name=managed.name)
    except Refused as refused:
        return ask_proof_again(request, aim, refused) or show_again(request, "upkeep/leave.html", context, refused)
    return led_to("own-projects", said="left")


def _about(request: HttpRequest, name: str, account: str, *, deed: ProjectDeed) -> tuple[Managed, Collaborator]:
    """Whom the page is about. Raises Refused before anything is proved: COLLABORATOR_UNKNOWN, OWNER_TOO_NEW."""
    managed, visit = managed_in(request, name, deed), require_visit(request)
    one = load_collaborator(managed, readable(account), asking=visit.account, now=timezone.now())
    if one.refused is not None:
        raise one.refused
    return managed, one


def _context_of(request: HttpRequest, managed: Managed, one: Collaborator) -> dict[str, object]:
    people = list_collaborators(managed, asking=one.account, now=timezone.now())
    owners = [other.account for other in people if other.role is Role.OWNER and other.is_active]
    return {
        "managed": managed,
        "section": "collaborators",
        "one": one,
        "role": ROLES[one.role],
        "is_own": one.account == require_visit(request).account,
        "is_last_owner": owners == [one.account],
        "is_owner": one.role is Role.OWNER,
        "back": reverse("manage-collaborators", args=[managed.name]),
    }
