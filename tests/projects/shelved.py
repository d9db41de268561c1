"""Projects made by the actions of an upload, for whoever looks for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from strongroom.projects.actions.adding import NewFile, add_file, add_project, add_release
from strongroom.projects.actions.listing import note_downloads
from strongroom.projects.models import Project, Release
from strongroom.terms.filenames import Kind, Sha256
from strongroom.terms.names import parse_project_name
from tests.cast import NOW, OPERATOR


def shelve(
    name: str,
    summary: object = "",
    *,
    version: str = "1.0",
    keywords: object = (),
    classifiers: Sequence[str] = (),
    downloads: int = 0,
    now: datetime = NOW,
) -> Project:
    """A file of a release, of a new project or of one that is there."""
    parsed = parse_project_name(name)
    said: dict[str, Any] = {"summary": summary, "keywords": keywords, "classifiers": list(classifiers)}
    with transaction.atomic():
        project = Project.objects.filter(normalized_name=parsed.normalized).first()
        project = project or add_project(by=OPERATOR, now=now, name=parsed)
        release = add_release(by=OPERATOR, now=now, project=project, version=version, metadata=said)
        file = new_file(f"{parsed.normalized}-{version}.tar.gz")
        add_file(by=OPERATOR, now=now, project=project, release=release, file=file)
    if downloads:
        note_downloads({parsed.normalized: downloads})
    return project


def add_wheel(release: Release, *, now: datetime) -> None:
    """A second file of a release."""
    with transaction.atomic():
        file = new_file(f"{release.project.normalized_name}-{release.version}-py3-none-any.whl")
        add_file(by=OPERATOR, now=now, project=release.project, release=release, file=file)


def new_file(filename: str) -> NewFile:
    return NewFile(
        filename=filename,
        kind=Kind.SDIST,
        python_tag="source",
        size=10,
        sha256=Sha256("a" * 64),
        blake2b_256="b" * 64,
        md5="c" * 32,
        requires_python=None,
        metadata_sha256=None,
    )
