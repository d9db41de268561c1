"""The status of a project: archived, deprecated, active again, with a reason that visitors read (PEP 792)."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from strongroom.accounts.views.stages import show_again
from strongroom.accounts.views.visiting import actor_in
from strongroom.projects.rules.roles import ProjectDeed
from strongroom.projects.rules.statuses import LONGEST_REASON, OF_THE_OWNERS, require_status_of_owners
from strongroom.terms.refusals import Reason, Refused, refusal_of
from strongroom.terms.statuses import ProjectStatus
from strongroom.upkeep.actions.statuses import change_status
from strongroom.upkeep.views.managing import led_to, managed_in, outlet, show, text_in
from strongroom.upkeep.views.words import STATUS_MEANINGS, STATUSES


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def manage_status(request: HttpRequest, name: str) -> HttpResponse:
    """Ask which status the project shall have, and why."""
    managed = managed_in(request, name, ProjectDeed.CHANGE_STATUS)
    is_sent = request.method == "POST"
    asked = request.POST.get("status", "") if is_sent else managed.status.value
    reason = text_in(request.POST, "reason") if is_sent else managed.status_reason
    context: dict[str, object] = {
        "managed": managed,
        "section": "status",
        "status": STATUSES[managed.status],
        "meaning": STATUS_MEANINGS[managed.status],
        "is_of_staff": refusal_of(partial(require_status_of_owners, managed.status, ProjectStatus.ACTIVE)) is not None,
        "choices": [(one.value, STATUSES[one], STATUS_MEANINGS[one]) for one in ProjectStatus if one in OF_THE_OWNERS],
        "chosen": asked,
        "reason": reason[: 2 * LONGEST_REASON],
        "longest": LONGEST_REASON,
    }
    if not is_sent:
        return show(request, "status.html", context)
    try:
        is_changed = change_status(
            by=actor_in(request),
            now=timezone.now(),
            name=managed.name,
            status=_status_in(request),
            reason=reason,
            outlet=outlet(),
        )
    except Refused as refused:
        return show_again(request, "upkeep/status.html", context, refused)
    return led_to("manage-status", managed.name, said="changed" if is_changed else "same")


def _status_in(request: HttpRequest) -> ProjectStatus:
    """What was chosen. Raises Refused(STATUS_OF_STAFF) for what the form does not offer."""
    found = next((one for one in ProjectStatus if one.value == request.POST.get("status")), None)
    if found is None:
        raise Refused(Reason.STATUS_OF_STAFF)
    return found
