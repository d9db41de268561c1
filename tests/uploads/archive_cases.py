"""What the tables of archive tests share: one valid wheel, one valid source distribution, and a verdict."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from strongroom.terms.filenames import parse_filename
from strongroom.terms.refusals import Reason, Refused
from strongroom.uploads.rules.archives import Archive, ArchiveLimits, read_archive
from tests.uploads.archive_builder import (
    Entry,
    Framing,
    TarEntry,
    build_wheel,
    gzip_bytes,
    metadata_text,
    sdist_parts,
    tar_bytes,
    wheel_entries,
    wheel_parts,
    zip_bytes,
)

WHEEL = "demo-1.0-py3-none-any.whl"
SDIST = "demo-1.0.tar.gz"
INFO = "demo-1.0.dist-info"
CODE = b"print('hello')\n" * 20


@dataclass(frozen=True)
class Case:
    """One changed property: the archive with it, and what the index says."""

    data: bytes
    reason: Reason
    why: str = ""


def read(filename: str, data: bytes, limits: ArchiveLimits | None = None) -> Archive:
    """Read as an upload is read."""
    return read_archive(
        io.BytesIO(data), filename=parse_filename(filename), size=len(data), limits=limits or ArchiveLimits()
    )


def refusal(filename: str, data: bytes, limits: ArchiveLimits | None = None) -> Refused | None:
    """What is said against an archive; nothing when it is accepted."""
    try:
        read(filename, data, limits)
    except Refused as refused:
        return refused
    return None


def assert_refused(filename: str, case: Case) -> None:
    """The case is refused for its own reason, in words that are safe to print."""
    refused = refusal(filename, case.data)
    assert refused is not None
    assert (refused.reason, refused.why % refused.facts) == (case.reason, case.why)
    for fact in map(str, refused.facts.values()):
        assert fact.isprintable()
        assert len(fact) <= 240


def parts(files: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """The members of the valid wheel, without RECORD."""
    return wheel_parts("demo", "1.0", files=files if files is not None else {"demo/__init__.py": CODE})


def entries() -> list[Entry]:
    """The valid wheel's entries, RECORD last."""
    return wheel_entries(parts())


def wheel_of(members: Mapping[str, bytes], record: str | None = None) -> bytes:
    """A wheel of these members with a RECORD that lists them, or with another one."""
    return zip_bytes(wheel_entries(members, record))


def named(*names: str) -> bytes:
    """A wheel with further members of these names, all in RECORD."""
    return build_wheel("demo", "1.0", files=dict.fromkeys(("demo/__init__.py", *names), CODE))[1]


def tar_members(files: Mapping[str, bytes] | None = None) -> list[TarEntry | bytes]:
    """The valid source distribution's members."""
    content = files if files is not None else {"demo/__init__.py": CODE}
    found = sdist_parts("demo-1.0", metadata=metadata_text("demo", "1.0"), files=content)
    return [TarEntry(path, data) for path, data in found.items()]


def sdist_with(*more: TarEntry | bytes) -> bytes:
    """A source distribution with further members."""
    return gzip_bytes(tar_bytes([*tar_members(), *more]))


def first(**change: Any) -> bytes:  # noqa: ANN401 - any field of Entry
    """The valid wheel with its first entry changed."""
    head, *rest = entries()
    return zip_bytes([replace(head, **change), *rest])


def local(**change: int | bytes) -> bytes:
    """The valid wheel with the first local header changed, and only that."""
    return first(local=change)


def central(**change: int | bytes) -> bytes:
    """The valid wheel with the first record of the directory changed, and only that."""
    return first(central=change)


def both(**change: int | bytes) -> bytes:
    """The valid wheel with both headers of its first entry changed alike."""
    return first(local=change, central=change)


def framed(**change: Any) -> bytes:  # noqa: ANN401 - any field of Framing
    """The valid wheel with something else around its entries."""
    return zip_bytes(entries(), Framing(**change))


def zip64(**change: Any) -> bytes:  # noqa: ANN401 - any field of Framing
    """The valid wheel with ZIP64 records at its end."""
    return framed(zip64=True, **change)


def mode(bits: int) -> bytes:
    """The valid wheel with another Unix mode on its first entry."""
    return central(external=bits << 16)
