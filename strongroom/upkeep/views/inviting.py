"""Asking somebody to collaborate, and taking that back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.proofs import ask_proof_again
from strongroom.accounts.views.stages import show_again
from strongroom.accounts.views.visiting import actor_in, prove_first, sealer_of_index
from strongroom.projects.rules.invitations import INVITATION_LIFE, LONGEST_ADDRESS
from strongroom.projects.rules.roles import ProjectDeed, Role
from strongroom.terms.refusals import Refused
from strongroom.upkeep.actions import inviting
from strongroom.upkeep.actions.asking import aim_at
from strongroom.upkeep.views.managing import led_to, managed_in, show, text_in


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, name: str) -> HttpResponse:
    """Ask whom to invite and as what, after a fresh proof."""
    managed = managed_in(request, name, ProjectDeed.INVITE)
    aim = aim_at(Dangerous.CHANGE_COLLABORATORS, managed.name)
    whom = text_in(request.POST, "whom")[:LONGEST_ADDRESS]
    role = Role.OWNER if request.POST.get("role") == Role.OWNER.value else Role.MAINTAINER
    context: dict[str, object] = {
        "managed": managed,
        "section": "collaborators",
        "whom": whom,
        "chosen": role.value,
        "days": INVITATION_LIFE.days,
        "longest": LONGEST_ADDRESS,
    }
    if request.method != "POST":
        return prove_first(request, aim) or show(request, "invite.html", context)
    try:
        inviting.invite(
            by=actor_in(request),
            now=timezone.now(),
            name=managed.name,
            whom=whom,
            role=role,
            sealer=sealer_of_index(),
        )
    except Refused as refused:
        return ask_proof_again(request, aim, refused) or show_again(request, "upkeep/invite.html", context, refused)
    return led_to("manage-collaborators", managed.name, said="invited")


@never_cache
@require_POST
def withdraw_invitation(request: HttpRequest, name: str, invitation: int) -> HttpResponse:
    """Take an invitation back."""
    managed = managed_in(request, name, ProjectDeed.INVITE)
    inviting.withdraw_invitation(by=actor_in(request), now=timezone.now(), name=managed.name, invitation=invitation)
    return led_to("manage-collaborators", managed.name, said="withdrawn")
