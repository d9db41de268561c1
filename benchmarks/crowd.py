"""Fills an index with hundreds of thousands of believable projects, by rows; the database makes the full text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TypeVar

from django.db import connection, transaction

from benchmarks.believable import CLASSIFIERS, Invented, invent_projects, long_ago
from strongroom.projects.models import Classifier, Collaboration, File, Ledger, Listing, Project, Release
from strongroom.projects.rules.names import lookalike_key
from strongroom.projects.rules.roles import Role
from strongroom.projects.rules.wording import word_project
from strongroom.record.models import Event
from strongroom.record.rules import Deed, SubjectKind
from strongroom.terms.filenames import Kind
from strongroom.terms.names import NormalizedName

T = TypeVar("T")
BATCH = 4000
MANY = "project-of-many-files"
FILES_IN_A_RELEASE = 40
GIN = "CREATE INDEX projects_fulltext_lexemes ON projects_fulltext USING gin (lexemes) WITH (fastupdate = off)"


@dataclass(frozen=True, slots=True)
class Crowd:
    """How much there is to be."""

    projects: int
    files: int
    owned: int
    events: int


def fill_index(crowd: Crowd, *, account: int) -> None:
    """Write everything, commit by commit."""
    if connection.vendor == "sqlite":
        _execute("PRAGMA synchronous = OFF")
    else:
        # As migration 0007: an index is made quicker than it grows.
        _execute("DROP INDEX projects_fulltext_lexemes")
    number_of = {text: Classifier.objects.create(text=text).pk for text, _ in CLASSIFIERS}
    for batch in _batches(invent_projects(crowd.projects, now=long_ago()), BATCH):
        with transaction.atomic():
            _add_projects(batch, number_of)
    for text, number in number_of.items():
        # As believable as the rest: the exact number is nobody's matter here.
        share = dict(CLASSIFIERS)[text]
        Classifier.objects.filter(pk=number).update(projects=int(share * crowd.projects))
    with transaction.atomic():
        _add_large_project(crowd.files, account=account)
        _own(crowd.owned, account)
        Ledger.objects.filter(pk=1).update(last_serial=crowd.projects + 1)
    for events in _batches(_events(crowd, account), BATCH):
        with transaction.atomic():
            Event.objects.bulk_create(events)
    if connection.vendor == "postgresql":
        _execute(GIN)
        _execute("VACUUM ANALYZE")


def _add_projects(batch: list[Invented], number_of: dict[str, int]) -> None:
    projects = Project.objects.bulk_create([_project(one) for one in batch])
    releases = Release.objects.bulk_create(
        [
            Release(project=project, version="1.0", metadata=one.metadata, created_at=one.updated_at)
            for project, one in zip(projects, batch, strict=True)
        ]
    )
    File.objects.bulk_create([_file(release, f"{release.project.display_name}-1.0.tar.gz") for release in releases])
    Listing.objects.bulk_create(
        [_listing(project, one, number_of) for project, one in zip(projects, batch, strict=True)]
    )


def _project(one: Invented) -> Project:
    return Project(
        normalized_name=one.name,
        display_name=one.name,
        lookalike_key=lookalike_key(NormalizedName(one.name)),
        created_at=one.created_at,
    )


def _listing(project: Project, one: Invented, number_of: dict[str, int]) -> Listing:
    wording = word_project(NormalizedName(one.name), one.metadata)
    numbers = sorted(number_of[text] for text in wording.classifiers)
    return Listing(
        project=project,
        name=one.name,
        display_name=one.name,
        summary=wording.summary,
        keywords=wording.keywords,
        words=wording.words,
        heads=wording.heads,
        marks=" ".join(f"c{number}" for number in numbers),
        version="1.0",
        created_at=one.created_at,
        updated_at=one.updated_at,
        downloads=one.downloads,
    )


def _add_large_project(files: int, *, account: int) -> None:
    one = Invented(
        name=MANY,
        metadata={"name": MANY, "version": "1.0", "summary": "Many files", "description": "A text.\n\n" * 500},
        downloads=1_000_000,
        created_at=long_ago(),
        updated_at=long_ago(),
    )
    project = _project(one)
    project.save()
    releases = Release.objects.bulk_create(
        [
            Release(
                project=project,
                version=f"1.{number}",
                metadata={**one.metadata, "version": f"1.{number}"},
                created_at=long_ago() + timedelta(hours=number),
            )
            for number in range((files + FILES_IN_A_RELEASE - 1) // FILES_IN_A_RELEASE)
        ]
    )
    made = [
        _file(releases[number // FILES_IN_A_RELEASE], f"{MANY}-{number}-py3-none-any.whl") for number in range(files)
    ]
    File.objects.bulk_create(made, batch_size=BATCH)
    _listing(project, one, {}).save(force_insert=True)
    Collaboration.objects.create(project=project, account_id=account, role=Role.OWNER.value, since=long_ago())


def _own(number: int, account: int) -> None:
    some = Project.objects.order_by("pk").values_list("pk", flat=True)[:number]
    Collaboration.objects.bulk_create(
        [Collaboration(project_id=one, account_id=account, role=Role.OWNER.value, since=long_ago()) for one in some]
    )


def _file(release: Release, filename: str) -> File:
    digest = hashlib.sha256(filename.encode()).hexdigest()
    return File(
        release=release,
        filename=filename,
        kind=Kind.WHEEL.value,
        python_tag="py3",
        size=12_345,
        sha256=digest,
        blake2b_256=digest[::-1],
        md5=digest[:32],
        requires_python=">=3.9",
        metadata_sha256=digest,
        uploaded_at=release.created_at,
    )


def _events(crowd: Crowd, account: int) -> Iterator[Event]:
    names = list(Project.objects.order_by("pk").values_list("normalized_name", flat=True)[:10_000])
    for number in range(crowd.events):
        yield Event(
            at=long_ago() + timedelta(seconds=number),
            deed=(Deed.FILE_PUBLISHED if number % 50 else Deed.RELEASE_YANKED).value,
            actor_kind="account",
            actor_name="ada",
            actor_account=account,
            subject_kind=SubjectKind.PROJECT.value,
            subject_name=names[number % len(names)],
            details={"version": "1.0"},
        )


def _batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
