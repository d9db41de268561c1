"""Projects, loaded as the rules ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.projects.models import File, Project, Release
from strongroom.projects.rules.names import lookalike_key
from strongroom.record.rules import Subject, SubjectKind
from strongroom.terms.actors import AccountId
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused


def find_lookalike(name: NormalizedName) -> str | None:
    """The display name of a project that the eye would take for this one, or nothing."""
    same = Project.objects.filter(lookalike_key=lookalike_key(name)).exclude(normalized_name=name)
    return same.values_list("display_name", flat=True).first()


def count_new_projects(account: AccountId, *, now: datetime) -> int:
    """How many projects the account has made in the last hour."""
    return Project.objects.filter(created_by_id=account, created_at__gt=now - timedelta(hours=1)).count()


def load_project(name: NormalizedName) -> Project:
    """The project's row. Raises Refused(PROJECT_UNKNOWN)."""
    project = Project.objects.filter(normalized_name=name).first()
    if project is None:
        raise Refused(Reason.PROJECT_UNKNOWN, name=name)
    return project


def lock_project(name: NormalizedName) -> Project:
    """The project's row, locked until the end of the caller's transaction. Raises Refused(PROJECT_UNKNOWN)."""
    load_project(name)
    return Project.objects.select_for_update().get(normalized_name=name)


def subject_of(project: Project) -> Subject:
    """The project as the record names it."""
    return Subject(SubjectKind.PROJECT, project.normalized_name)


@dataclass(frozen=True)
class Counts:
    """How much there is in the index."""

    projects: int
    releases: int
    files: int


def count_index() -> Counts:
    """How many projects, releases and files the index holds."""
    return Counts(Project.objects.count(), Release.objects.count(), File.objects.count())
