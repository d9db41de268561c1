"""Feeds (RSS 2.0): new projects, new releases, the releases of one project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext
from django.views.decorators.http import conditional_page

from strongroom.catalogue.queries.projects import find_project
from strongroom.catalogue.queries.releases import list_releases
from strongroom.catalogue.rules.about import read_line
from strongroom.catalogue.views.admitting import for_readers, missing, moved, read_name
from strongroom.gear.settings import Settings
from strongroom.projects.queries.search import list_newest_projects, list_newest_releases
from strongroom.terms.statuses import ProjectStatus

ITEMS = 40
KEPT_SECONDS = 300
"""Readers ask often, and some minutes later is early enough."""


@dataclass(frozen=True)
class _Item:
    """One entry: ``path`` is its page, which also tells one entry from another."""

    title: str
    path: str
    words: str
    at: datetime


@conditional_page
@for_readers
def feed_projects(request: HttpRequest) -> HttpResponse:
    """The newest projects."""
    items = [
        _Item(hit.display_name, reverse("project", args=[hit.name]), hit.summary, hit.at)
        for hit in list_newest_projects(ITEMS)
    ]
    return _feed(request, gettext("New projects"), items, about=reverse("home"))


@conditional_page
@for_readers
def feed_releases(request: HttpRequest) -> HttpResponse:
    """The newest releases."""
    items = [
        _Item(
            f"{hit.display_name} {hit.version}",
            reverse("project-release", args=[hit.name, hit.version]),
            hit.summary,
            hit.at,
        )
        for hit in list_newest_releases(ITEMS)
    ]
    return _feed(request, gettext("New releases"), items, about=reverse("home"))


@conditional_page
@for_readers
def feed_project(request: HttpRequest, name: str) -> HttpResponse:
    """The newest releases of one project."""
    normalized = read_name(name)
    project = None if normalized is None else find_project(normalized)
    if project is None:
        return missing(request, name)
    if project.name != name:
        return moved(request, "feed-project", project.name)
    lines, _ = list_releases(project.id, page=1, size=ITEMS)
    items = [
        _Item(
            f"{project.display_name} {line.version}",
            reverse("project-release", args=[project.name, line.version]),
            gettext("Yanked: %(reason)s") % {"reason": line.yanked_reason} if line.is_yanked else "",
            line.created_at,
        )
        for line in ([] if project.status is ProjectStatus.QUARANTINED else lines)
    ]
    title = gettext("Releases of %(project)s") % {"project": project.display_name}
    return _feed(request, title, items, about=reverse("project", args=[project.name]))


def _feed(request: HttpRequest, title: str, items: Iterable[_Item], *, about: str) -> HttpResponse:
    chosen: Settings = settings.STRONGROOM
    feed = Rss201rev2Feed(
        title=f"{read_line(title)} · Strongroom",
        link=f"{chosen.address}{about}",
        description=read_line(title),
        feed_url=f"{chosen.address}{request.path}",
        language=getattr(request, "LANGUAGE_CODE", "en"),
    )
    for item in items:
        feed.add_item(
            title=read_line(item.title),
            link=f"{chosen.address}{item.path}",
            # XML has no place for control characters, not even escaped.
            description=read_line(item.words),
            pubdate=item.at,
            unique_id=f"{chosen.address}{item.path}",
        )
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")
    if not chosen.private:
        patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response
