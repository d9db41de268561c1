"""The pages of one project: what it is, how to install it, its releases and files."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from packaging.version import InvalidVersion, Version

from strongroom.catalogue.queries.projects import ShownProject, find_project, list_collaborators
from strongroom.catalogue.queries.releases import (
    MOST_INLINE,
    ShownRelease,
    find_description,
    find_latest,
    find_release,
    list_files,
    list_releases,
)
from strongroom.catalogue.rules.about import read_about
from strongroom.catalogue.rules.paging import read_page
from strongroom.catalogue.views.admitting import for_readers, missing, moved, read_name
from strongroom.catalogue.views.figures import drawn, recent_in, shown_history
from strongroom.gear.settings import Settings
from strongroom.projects.queries.critical import critical_among, list_held_deletions
from strongroom.projects.queries.installers import version_order
from strongroom.terms.statuses import ProjectStatus

FILES_BESIDE, RELEASES_BESIDE = 8, 5
"""As many as the project's page has room for; the others stand on pages of their own."""

HELD_SHOWN = 10
"""Deletions that wait: those of the whole and of releases stand before those of files."""

LONGEST_VERSION = 100


@dataclass(frozen=True)
class _Found:
    """A project, the release of it that is shown, and the one that installers choose."""

    project: ShownProject
    release: ShownRelease | None
    latest: str | None

    @property
    def is_latest(self) -> bool:
        """Whether this release is what people get who name none."""
        return self.release is None or self.release.version == self.latest

    @property
    def is_newer(self) -> bool:
        """Whether this release comes after that one: a pre-release of the next."""
        if self.release is None or self.latest is None:
            return False
        return version_order(self.release.version) > version_order(self.latest)


@for_readers
def project(request: HttpRequest, name: str) -> HttpResponse:
    """The project at the release that installers choose."""
    found = _find(name)
    if found is None:
        return missing(request, name)
    if found.project.name != name:
        return moved(request, "project", found.project.name)
    return render(request, "catalogue/project.html", _page_of(found))


@for_readers
def project_release(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """The project at one release."""
    return _show_release(request, (name, version), "project-release")


@for_readers
def project_description(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """A release's description by itself, however long."""
    return _show_release(request, (name, version), "project-description")


@for_readers
def project_files(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """All files of a release."""
    return _show_release(request, (name, version), "project-files")


@for_readers
def project_releases(request: HttpRequest, name: str) -> HttpResponse:
    """All releases of a project."""
    found = _find(name)
    if found is None:
        return missing(request, name)
    if found.project.name != name:
        return moved(request, "project-releases", found.project.name)
    releases, span = list_releases(found.project.id, page=read_page(request.GET.get("page", "")))
    context = {"project": found.project, "latest": found.latest, "releases": releases, "span": span}
    return render(request, "catalogue/releases.html", context)


def _show_release(request: HttpRequest, asked: tuple[str, str], page: str) -> HttpResponse:
    name, version = asked
    found = _find(name, version)
    if found is None or found.release is None:
        return missing(request, name)
    if (found.project.name, found.release.version) != asked:
        return moved(request, page, found.project.name, found.release.version)
    if page == "project-release":
        return render(request, "catalogue/project.html", _page_of(found))
    if found.project.status is ProjectStatus.QUARANTINED:
        return missing(request, name)
    if page == "project-description":
        context = {"project": found.project, "release": found.release}
        return render(
            request, "catalogue/description.html", {**context, "description": find_description(found.release.id)}
        )
    files, span = list_files(found.release.id, page=read_page(request.GET.get("page", "")))
    context = {"project": found.project, "release": found.release}
    return render(request, "catalogue/files.html", {**context, "files": files, "span": span})


def _find(text: str, version: str | None = None) -> _Found | None:
    name = read_name(text)
    project = None if name is None else find_project(name)
    if project is None:
        return None
    latest = find_latest(project.id, project.name)
    wanted = latest if version is None else _canonical(version)
    release = None if wanted is None else find_release(project.id, wanted)
    return _Found(project, release, latest)


def _canonical(version: str) -> str | None:
    try:
        return str(Version(version)) if len(version) <= LONGEST_VERSION else None
    except (InvalidVersion, ValueError):
        return None


def _page_of(found: _Found) -> dict[str, object]:
    chosen: Settings = settings.STRONGROOM
    project, release = found.project, found.release
    held = list_held_deletions(project.name)
    context: dict[str, object] = {
        "project": project,
        "release": release,
        "latest": found.latest,
        "is_latest": found.is_latest,
        "is_newer": found.is_newer,
        "people": list_collaborators(project.id),
        "critical_since": critical_among([project.name]).get(project.name),
        "held": held[:HELD_SHOWN],
        "has_more_held": len(held) > HELD_SHOWN,
        "address": chosen.address,
        "is_private": chosen.private,
    }
    if release is None or project.status is ProjectStatus.QUARANTINED:
        # What is being looked at is not recommended by its own words.
        return context
    releases, releases_span = list_releases(project.id, page=1, size=RELEASES_BESIDE)
    files, files_span = list_files(release.id, page=1, size=FILES_BESIDE)
    history = shown_history(project.name)
    return {
        **context,
        "drawn": drawn(history),
        "recent": recent_in(history),
        "about": read_about(release.metadata),
        "wanted": project.display_name if _is_chosen_unasked(found) else f"{project.display_name}=={release.version}",
        "releases": releases,
        "releases_span": releases_span,
        "files": files,
        "files_span": files_span,
        "description": find_description(release.id, most=MOST_INLINE),
    }


def _is_chosen_unasked(found: _Found) -> bool:
    """Whether installers choose this release of themselves: the newest final one that is not yanked."""
    release = found.release
    return found.is_latest and release is not None and not release.is_yanked and not release.is_prerelease
