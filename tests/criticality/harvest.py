"""Projects that can be installed, and days that were counted, made in bulk for the tests of what becomes critical."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from django.conf import settings

from strongroom.criticality.rules.cohort import Policy
from strongroom.downloads.models import DayCount
from strongroom.downloads.rules.days import COLUMNS, digest_counts
from strongroom.gear.engines.duck import quoted
from strongroom.gear.mill import Mill, mill_of
from strongroom.projects.models import File, Project, Release

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
POLICY = Policy()
_numbers = count(1)


@dataclass(frozen=True)
class Counts:
    """What one project was downloaded on one day. Mirrors are not among ``counted``; proxies and CI are."""

    counted: int = 0
    mirrors: int = 0
    proxies: int = 0
    ci: int = 0

    def row(self, name: str) -> tuple[object, ...]:
        rest = self.counted - self.proxies - self.ci
        return (name, self.counted, self.mirrors, self.proxies, 0, 0, self.ci, 0, rest)


def mill_here() -> Mill:
    """The mill of this test's own data folder."""
    return mill_of(settings.STRONGROOM)


def write_counts(mill: Mill, rows: Iterable[tuple[object, ...]], to: Path) -> None:
    """A Parquet file of counts by project, in the order given."""
    listed = mill.downloads.begin(".txt")
    listed.write_text("".join(",".join(map(str, row)) + "\n" for row in rows), encoding="ascii")
    columns = ", ".join(f"'{name}': '{'VARCHAR' if name == 'project' else 'BIGINT'}'" for name in ("project", *COLUMNS))
    read = f"read_csv({quoted(listed)}, header = false, auto_detect = false, delim = ',', columns = {{{columns}}})"
    mill.duck.run([f"COPY (SELECT * FROM {read}) TO {quoted(to)} (FORMAT parquet)"])
    listed.unlink()


def count_day(mill: Mill, day: date, counts: Mapping[str, int | Counts], *, kind: str = "own") -> DayCount:
    """A day as counting leaves it: its Parquet file and its row, in the next revision."""
    told = {name: Counts(one) if isinstance(one, int) else one for name, one in counts.items()}
    rows = [told[name].row(name) for name in sorted(told)]
    digest = digest_counts(rows)
    path = f"days/{day.isoformat()}-{digest[:12]}.parquet"
    written = mill.downloads.begin(".parquet")
    write_counts(mill, rows, written)
    mill.downloads.place(written, path)
    revision = DayCount.objects.filter(day=day).count() + 1
    sums = {name: sum(int(str(row[number])) for row in rows) for number, name in enumerate(COLUMNS, start=1)}
    return DayCount.objects.create(
        day=day,
        revision=revision,
        kind=kind,
        sha256=digest,
        path=path,
        details=path.replace(".parquet", "-details.parquet"),
        projects=len(rows),
        made_at=NOW,
        **sums,
    )


def count_window(mill: Mill, counts: Mapping[str, int | Counts], *, first: date, last: date) -> None:
    """The same downloads on every day, both ends among them: one file for all of those days."""
    row = count_day(mill, first, counts)
    days = [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]
    same = {field.attname: getattr(row, field.attname) for field in DayCount._meta.fields if field.attname != "id"}
    DayCount.objects.bulk_create([DayCount(**{**same, "day": day, "revision": 1}) for day in days])


def add_projects(names: Iterable[str], *, at: datetime = LONG_AGO, status: str = "active") -> list[Project]:
    """Projects with one release of one file each."""
    projects = Project.objects.bulk_create(
        [
            Project(normalized_name=name, display_name=name, lookalike_key=name, created_at=at, status=status)
            for name in names
        ],
        batch_size=1000,
    )
    releases = Release.objects.bulk_create(
        [Release(project=one, version="1.0", created_at=at) for one in projects], batch_size=1000
    )
    File.objects.bulk_create([file_of(release, at=at) for release in releases], batch_size=1000)
    return projects


def file_of(release: Release, *, at: datetime) -> File:
    return File(
        release=release,
        filename=f"{release.project.normalized_name}-{next(_numbers)}.tar.gz",
        kind="sdist",
        python_tag="source",
        size=10,
        sha256="a" * 64,
        blake2b_256="b" * 64,
        md5="c" * 32,
        uploaded_at=at,
    )
