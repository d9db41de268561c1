"""What is done to a project from its page in the console."""

from __future__ import annotations

import enum
from typing import TypeVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from strongroom.accounts.views.visiting import actor_in
from strongroom.console.queries.projects import ProjectLine
from strongroom.console.views.admitting import for_staff
from strongroom.console.views.deeds import DeedForm, Place, answer_deed
from strongroom.console.views.projects import require_project
from strongroom.projects.publishing import Outlet, outlet_of
from strongroom.projects.rules.roles import Role
from strongroom.projects.rules.statuses import LONGEST_REASON
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus
from strongroom.upkeep.actions.collaborators import give_role, remove_collaborator
from strongroom.upkeep.actions.deleting import restore_project
from strongroom.upkeep.actions.holding import withdraw_deletion
from strongroom.upkeep.actions.statuses import change_status

FORM = ["GET", "HEAD", "POST"]
_Chosen = TypeVar("_Chosen", bound=enum.Enum)


@for_staff
@require_http_methods(FORM)
def project_status(request: HttpRequest, name: str) -> HttpResponse:
    """Give a project a status, quarantine among them, or take that back."""
    line = require_project(name).line
    status = _among(ProjectStatus, request.POST.get("status", ""), otherwise=ProjectStatus(line.status))
    reason = request.POST.get("reason", line.status_reason)
    form = DeedForm(
        title=_("Change the status of %(name)s") % {"name": line.name},
        lead=_("A quarantined project offers nothing to installers and takes no files; lift it by making it active."),
        button=_("Change the status"),
        said="status",
        fields="console/status_fields.html",
        entry={"status": status.value, "reason": reason, "longest": LONGEST_REASON},
        place=_place(line),
    )

    def do(office: str) -> bool:
        return change_status(
            by=actor_in(request),
            now=timezone.now(),
            name=NormalizedName(line.normalized_name),
            status=status,
            reason=reason,
            outlet=_outlet(),
            office=office,
        )

    return answer_deed(request, form, do)


@for_staff
@require_http_methods(FORM)
def project_restore(request: HttpRequest, name: str) -> HttpResponse:
    """Undo the deletion of a project."""
    line = require_project(name).line
    form = DeedForm(
        title=_("Restore %(name)s") % {"name": line.name},
        lead=_("It comes back with everything that was in it when it was deleted."),
        button=_("Restore the project"),
        said="restored",
        place=_place(line),
    )

    def do(office: str) -> None:
        restore_project(
            by=actor_in(request),
            now=timezone.now(),
            name=NormalizedName(line.normalized_name),
            outlet=_outlet(),
            office=office,
        )

    return answer_deed(request, form, do)


@for_staff
@require_http_methods(FORM)
def project_withdraw_deletion(request: HttpRequest, name: str, hold: int) -> HttpResponse:
    """Withdraw a deletion that waits."""
    found = require_project(name)
    line = found.line
    form = DeedForm(
        title=_("Withdraw a deletion of %(name)s") % {"name": line.name},
        lead=_("What was to be deleted stays. Whoever looks after the project is told, and can ask for it again."),
        button=_("Withdraw the deletion"),
        said="withdrawn",
        place=_place(line),
    )

    def do(office: str) -> None:
        withdraw_deletion(
            by=actor_in(request),
            now=timezone.now(),
            name=NormalizedName(line.normalized_name),
            hold=hold,
            office=office,
        )

    return answer_deed(request, form, do)


@for_staff
@require_http_methods(FORM)
def project_give_role(request: HttpRequest, name: str) -> HttpResponse:
    """Give an account a role: on a project that lost its Owners, say."""
    line = require_project(name).line
    account = request.POST.get("account", "").strip()
    role = _among(Role, request.POST.get("role", ""), otherwise=Role.OWNER)
    form = DeedForm(
        title=_("Give a role on %(name)s") % {"name": line.name},
        lead=_("Whoever gets it, and everybody who looks after the project, is told."),
        button=_("Give the role"),
        said="role",
        fields="console/role_fields.html",
        entry={"account": account, "role": role.value},
        place=_place(line),
    )

    def do(office: str) -> None:
        give_role(
            by=actor_in(request),
            now=timezone.now(),
            name=NormalizedName(line.normalized_name),
            account=account,
            role=role,
            office=office,
        )

    return answer_deed(request, form, do)


@for_staff
@require_http_methods(FORM)
def project_remove_collaborator(request: HttpRequest, name: str, account: str) -> HttpResponse:
    """Somebody shall look after a project no more."""
    found = require_project(name)
    line = found.line
    seat = next((one for one in found.people if one.account.lower() == account.lower()), None)
    if seat is None:
        raise Http404
    form = DeedForm(
        title=_("Remove %(account)s from %(name)s") % {"account": seat.account, "name": line.name},
        lead=_("They can change nothing of it any more. They and everybody who looks after the project are told."),
        button=_("Remove them"),
        said="removed",
        is_danger=True,
        place=_place(line),
    )

    def do(office: str) -> None:
        remove_collaborator(
            by=actor_in(request),
            now=timezone.now(),
            name=NormalizedName(line.normalized_name),
            account=seat.account,
            office=office,
        )

    return answer_deed(request, form, do)


def _place(line: ProjectLine) -> Place:
    return Place(
        target=line.normalized_name,
        back=reverse("staff-project", args=[line.normalized_name]),
        back_words=line.name,
    )


def _outlet() -> Outlet:
    return outlet_of(settings.STRONGROOM)


def _among(offered: type[_Chosen], text: str, *, otherwise: _Chosen) -> _Chosen:
    """What was chosen; what is not offered counts as what stood there before."""
    return next((one for one in offered if one.value == text), otherwise)
