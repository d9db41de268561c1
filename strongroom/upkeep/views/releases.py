"""A project's releases and files: seen, yanked and un-yanked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from strongroom.accounts.views.stages import show_again
from strongroom.accounts.views.visiting import actor_in, require_visit
from strongroom.criticality.queries.published import marks_among
from strongroom.projects.rules.roles import ProjectDeed
from strongroom.projects.rules.statuses import LONGEST_REASON
from strongroom.terms.refusals import Refused
from strongroom.upkeep.actions.releases import unyank_release as take_yank_back
from strongroom.upkeep.actions.releases import yank_release as yank
from strongroom.upkeep.queries.holds import MOST_SHOWN, list_kept_holds
from strongroom.upkeep.queries.managing import Managed
from strongroom.upkeep.queries.own import load_needs
from strongroom.upkeep.queries.releases import KeptRelease, list_files, list_releases, load_kept_release
from strongroom.upkeep.rules.needs import Need
from strongroom.upkeep.views.managing import led_to, managed_in, number_in, outlet, readable, show, text_in
from strongroom.upkeep.views.words import ROLES, STATUSES, need_lines

_SAID_HERE = frozenset({Need.DELETED, Need.DELETION_HELD, Need.ARCHIVED, Need.DEPRECATED, Need.QUARANTINED})
"""Needs that the overview says in its own words."""


@never_cache
@require_safe
def manage(request: HttpRequest, name: str) -> HttpResponse:
    """A project at a glance: its state, what it needs, and a page of its releases."""
    managed, now = managed_in(request, name), timezone.now()
    before, starts = number_in(request.GET, "before"), text_in(request.GET, "version").strip()[:100]
    page = list_releases(managed, now=now, before=before, starts=starts)
    needs = load_needs(managed, require_visit(request).account, now=now)
    holds = list_kept_holds(managed.id)
    context = {
        "managed": managed,
        "section": "releases",
        "role": "" if managed.role is None else ROLES[managed.role],
        "status": STATUSES[managed.status],
        "needs": need_lines([need for need in needs if need not in _SAID_HERE], managed.name),
        "holds": holds[:MOST_SHOWN],
        "has_more_holds": len(holds) > MOST_SHOWN,
        "mark": marks_among([managed.name]).get(managed.name),
        "page": page,
        "starts": starts,
        "is_first": before is None,
    }
    return show(request, "manage.html", context)


@never_cache
@require_safe
def manage_release(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """One release: what can be done to it, and a page of its files."""
    managed = managed_in(request, name)
    release = load_kept_release(managed, readable(version), now=timezone.now())
    return show(request, "release.html", _release_context(request, managed, release))


@never_cache
@require_POST
def yank_release(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Yank a release, with a reason that installers show."""
    managed, now = managed_in(request, name, ProjectDeed.YANK), timezone.now()
    release = load_kept_release(managed, readable(version), now=now)
    reason = text_in(request.POST, "reason")
    try:
        yank(by=actor_in(request), now=now, name=managed.name, version=release.version, reason=reason, outlet=outlet())
    except Refused as refused:
        context = {**_release_context(request, managed, release), "reason": reason}
        return show_again(request, "upkeep/release.html", context, refused)
    return led_to("manage-release", managed.name, release.version, said="yanked")


@never_cache
@require_POST
def unyank_release(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Take a yank back."""
    managed, now = managed_in(request, name, ProjectDeed.YANK), timezone.now()
    release = load_kept_release(managed, readable(version), now=now)
    take_yank_back(by=actor_in(request), now=now, name=managed.name, version=release.version, outlet=outlet())
    return led_to("manage-release", managed.name, release.version, said="unyanked")


def _release_context(request: HttpRequest, managed: Managed, release: KeptRelease) -> dict[str, object]:
    after = text_in(request.GET, "after")[:300]
    return {
        "managed": managed,
        "section": "releases",
        "release": release,
        "page": list_files(managed, release, now=timezone.now(), after=after),
        "is_first": not after,
        "reason": release.yanked_reason,
        "longest": LONGEST_REASON,
    }
