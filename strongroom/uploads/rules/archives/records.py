"""RECORD: a wheel's own list of its members and their digests.

Essential reading: the binary distribution format, "The .dist-info directory"; recording installed
projects, "The RECORD file" (PEP 376, 627).
"""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from strongroom.terms.refusals import Reason, Refused
from strongroom.uploads.rules.archives.intake import Intake, Member
from strongroom.uploads.rules.archives.paths import shown

STRONG = frozenset({"sha256", "sha384", "sha512"})
"""SHA-256 or better (PEP 427); MD5 and SHA-1 are named there as not to be used."""
COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """What RECORD says of one path."""

    algorithm: str
    digest: str
    size: str


def wrong(path: str, why: str) -> Refused:
    """RECORD does not describe this wheel."""
    return Refused(Reason.WHEEL_RECORD, member=shown(path), why=why)


def read_record(data: bytes) -> dict[str, Row]:
    """The rows of RECORD by path; no path twice."""
    rows: dict[str, Row] = {}
    for row in filter(None, _read_csv(data)):
        if len(row) != COLUMNS:
            raise wrong(",".join(row), "a line of RECORD does not have three columns")
        path, stated, size = row
        algorithm, _equals, digest = stated.partition("=")
        if path in rows:
            raise wrong(path, "RECORD lists it twice")
        rows[path] = Row(algorithm, digest.rstrip("="), size)
    return rows


def _read_csv(data: bytes) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline=""), strict=True)
    except (csv.Error, UnicodeDecodeError):
        raise wrong("RECORD", "it cannot be read") from None


def algorithms_of(rows: Mapping[str, Row]) -> frozenset[str]:
    """Which digests RECORD uses besides SHA-256."""
    return frozenset(row.algorithm for row in rows.values()) & STRONG - {"sha256"}


def require_record(rows: Mapping[str, Row], intake: Intake, record: str) -> None:
    """RECORD lists every member of the wheel with a digest that matches, and nothing else."""
    unhashed = {record, f"{record}.jws", f"{record}.p7s"}
    for path in intake.members:
        if path not in rows and path not in unhashed:
            raise wrong(path, "RECORD does not list it")
    for path, row in rows.items():
        member = intake.members.get(path)
        if member is None:
            raise wrong(path, "RECORD lists it, but the wheel does not hold it")
        if path in unhashed and not row.algorithm:
            continue
        require_digest(row, member, intake)
        require_size(row, member)


def require_digest(row: Row, member: Member, intake: Intake) -> None:
    """A member has the digest that RECORD gives for it."""
    if row.algorithm not in STRONG:
        raise wrong(member.name, "RECORD gives no digest of SHA-256 or better")
    found = intake.digests.get((member.name, row.algorithm), bytes.fromhex(member.sha256))
    if base64.urlsafe_b64encode(found).rstrip(b"=").decode() != row.digest:
        raise wrong(member.name, "RECORD gives another digest")


def require_size(row: Row, member: Member) -> None:
    """A member has the size that RECORD gives for it, if it gives one."""
    if row.size and row.size != str(member.size):
        raise wrong(member.name, "RECORD gives another size")
