"""Fills an index with many projects or many files by rows, and leaves their pages due.

Run as ``python -m benchmarks.fill`` with the index's settings in the environment, while it is
stopped: at its next start the index publishes what is due, with its own code.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from strongroom.projects.models import Project

BATCH = 2000
FILES_IN_A_RELEASE = 100
FILE_BYTES = 12_345


def main() -> None:
    """Write the rows that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--owner", required=True, help="the account that owns every project; it exists already")
    parser.add_argument("--projects", type=int, default=0, help="so many projects of one release and one file")
    parser.add_argument("--due", action="store_true", help="their pages are to be published at the next start")
    parser.add_argument("--many", default="", help="a project with many files, its pages due")
    parser.add_argument("--files", type=int, default=15_000, help="how many files it has")
    asked = parser.parse_args()

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "strongroom.site.settings")
    import django
    from django.db import transaction

    django.setup()
    with transaction.atomic():
        if asked.projects:
            _fill_projects(asked.projects, asked.owner, due=asked.due)
        if asked.many:
            _fill_project(asked.many, asked.files, asked.owner)


def _fill_projects(number: int, owner: str, *, due: bool) -> None:
    """Projects of one release and one file each."""
    from strongroom.projects.models import DuePage, File, Project, Release, TakenFilename

    serials = _take_serials(number)
    account = _account(owner)
    names = [(f"filler-{position:06d}", serial) for position, serial in enumerate(serials)]
    left: Iterator[tuple[str, int]] = iter(names)
    while some := list(islice(left, BATCH)):
        projects = Project.objects.bulk_create([_project(name, serial) for name, serial in some])
        _own(projects, account)
        releases = Release.objects.bulk_create([_release(project, "1.0") for project in projects])
        files = [
            _file(release, f"{_stem(name)}-1.0-py3-none-any.whl")
            for release, (name, _) in zip(releases, some, strict=True)
        ]
        File.objects.bulk_create(files)
        TakenFilename.objects.bulk_create([TakenFilename(filename=one.filename, sha256=one.sha256) for one in files])
        if due:
            DuePage.objects.bulk_create([DuePage(normalized_name=name, serial=serial) for name, serial in some])


def _fill_project(name: str, number: int, owner: str) -> None:
    """One project of many files, a hundred in each release."""
    from strongroom.projects.models import DuePage, File, Release, TakenFilename

    (serial,) = _take_serials(1)
    project = _project(name, serial)
    project.save()
    _own([project], _account(owner))
    versions = [f"0.{position}" for position in range((number + FILES_IN_A_RELEASE - 1) // FILES_IN_A_RELEASE)]
    releases = Release.objects.bulk_create([_release(project, version) for version in versions])
    files = [_file(releases[position // FILES_IN_A_RELEASE], _built(name, position)) for position in range(number)]
    File.objects.bulk_create(files, batch_size=BATCH)
    taken = [TakenFilename(filename=one.filename, sha256=one.sha256) for one in files]
    TakenFilename.objects.bulk_create(taken, batch_size=BATCH)
    DuePage.objects.create(normalized_name=name, serial=serial)


def _take_serials(number: int) -> range:
    """The next serials of the ledger."""
    from strongroom.projects.models import Ledger

    ledger = Ledger.objects.first() or Ledger(last_serial=0)
    first = ledger.last_serial + 1
    ledger.last_serial += number
    ledger.save()
    return range(first, first + number)


def _account(name: str) -> Any:  # noqa: ANN401 - a row; Django is not set up when types are read
    from strongroom.accounts.models import Account

    return Account.objects.get(folded_name=name)


def _own(projects: list[Project], account: Any) -> None:  # noqa: ANN401 - as above
    from strongroom.projects.models import Collaboration
    from strongroom.projects.rules.roles import Role

    Collaboration.objects.bulk_create(
        [Collaboration(project=one, account=account, role=Role.OWNER.value, since=_now()) for one in projects]
    )


def _project(name: str, serial: int) -> Project:
    from strongroom.projects.models import Project
    from strongroom.projects.rules.names import lookalike_key
    from strongroom.terms.names import normalize

    key = lookalike_key(normalize(name))
    return Project(
        normalized_name=name,
        display_name=name,
        lookalike_key=key,
        created_at=_now(),
        serial=serial,
        total_bytes=FILE_BYTES,
    )


def _release(project: Project, version: str) -> Any:  # noqa: ANN401 - as above
    from strongroom.projects.models import Release

    metadata = {"metadata_version": "2.4", "name": project.display_name, "version": version, "summary": "Filler."}
    return Release(project=project, version=version, metadata=metadata, created_at=_now())


def _file(release: Any, filename: str) -> Any:  # noqa: ANN401 - as above
    from strongroom.projects.models import File
    from strongroom.terms.filenames import Kind

    digest = hashlib.sha256(filename.encode()).hexdigest()
    return File(
        release=release,
        filename=filename,
        kind=Kind.WHEEL.value,
        python_tag="py3",
        size=FILE_BYTES,
        sha256=digest,
        blake2b_256=digest[::-1],
        md5=digest[:32],
        requires_python=">=3.8",
        metadata_sha256=digest,
        uploaded_at=_now(),
    )


def _built(name: str, position: int) -> str:
    """The name of one of a release's hundred wheels: they differ in their build number."""
    release, build = divmod(position, FILES_IN_A_RELEASE)
    return f"{_stem(name)}-0.{release}-{build}-py3-none-any.whl"


def _stem(name: str) -> str:
    return name.replace("-", "_")


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
