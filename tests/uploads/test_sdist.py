"""What a source distribution must hold besides being a .tar.gz."""

from __future__ import annotations

import pytest

from strongroom.terms.filenames import Kind
from strongroom.terms.refusals import Reason
from tests.uploads.archive_builder import TarEntry, build_sdist, gzip_bytes, metadata_text, tar_bytes
from tests.uploads.archive_cases import SDIST, Case, assert_refused, read, sdist_with

INFO = "demo-1.0/PKG-INFO"
PROJECT = "demo-1.0/pyproject.toml"
OUTSIDE = "it lies outside the directory demo-1.0"
LICENSED = metadata_text("demo", "1.0", extra_headers=["License-File: docs/LICENSE"])
NO_PYPROJECT = "This source distribution has no pyproject.toml; add one so that every tool can build it."
OLD_METADATA = "The metadata of this source distribution is older than version 2.2; build it with a newer tool."


def sdist_of(*members: TarEntry) -> bytes:
    return gzip_bytes(tar_bytes(members))


def with_metadata(text: str) -> bytes:
    """A source distribution with other PKG-INFO, and a licence file at docs/LICENSE."""
    return build_sdist("demo", "1.0", metadata=text, files={"docs/LICENSE": b"free"})[1]


REFUSED = {
    "a file beside the top directory": Case(sdist_with(TarEntry("evil.py")), Reason.ARCHIVE_LAYOUT, OUTSIDE),
    "a second top directory": Case(sdist_with(TarEntry("evil/x.py")), Reason.ARCHIVE_LAYOUT, OUTSIDE),
    "an empty second top directory": Case(sdist_with(TarEntry("evil", type=b"5")), Reason.ARCHIVE_LAYOUT, OUTSIDE),
    "the top directory of another version": Case(build_sdist("demo", "1.1")[1], Reason.ARCHIVE_LAYOUT, OUTSIDE),
    "the top directory in another case": Case(
        sdist_of(TarEntry("Demo-1.0/PKG-INFO", LICENSED.encode())), Reason.ARCHIVE_LAYOUT, OUTSIDE
    ),
    "a file named as the top directory": Case(sdist_of(TarEntry("demo-1.0", b"x")), Reason.ARCHIVE_LAYOUT, OUTSIDE),
    "no PKG-INFO": Case(sdist_of(TarEntry(PROJECT)), Reason.ARCHIVE_METADATA_MISSING, "it is missing"),
    "PKG-INFO only further down": Case(
        sdist_of(TarEntry("demo-1.0/demo.egg-info/PKG-INFO", LICENSED.encode())),
        Reason.ARCHIVE_METADATA_MISSING,
        "it is missing",
    ),
    "PKG-INFO as a link": Case(
        sdist_of(TarEntry(PROJECT, b"x"), TarEntry(INFO, type=b"2", link="pyproject.toml")),
        Reason.ARCHIVE_METADATA_MISSING,
        "it is missing",
    ),
    "nothing in the tar": Case(sdist_of(), Reason.ARCHIVE_METADATA_MISSING, "it is missing"),
    "a licence file that is not there": Case(
        with_metadata(LICENSED.replace("docs/LICENSE", "LICENSE")), Reason.LICENSE_FILE_MISSING
    ),
}

ACCEPTED: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "the valid source distribution": (build_sdist("demo", "1.0")[1], ()),
    "a licence file": (with_metadata(LICENSED), ()),
    "a licence file of older metadata": (
        with_metadata(LICENSED.replace("2.4", "2.3").replace("docs/LICENSE", "LICENSE")),
        (),
    ),
    "no pyproject.toml": (sdist_of(TarEntry(INFO, metadata_text("demo", "1.0").encode())), (NO_PYPROJECT,)),
    "old metadata": (with_metadata(metadata_text("demo", "1.0").replace("2.4", "2.1")), (OLD_METADATA,)),
    "metadata of the first version that says what is dynamic": (
        with_metadata(metadata_text("demo", "1.0").replace("2.4", "2.2")),
        (),
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_source_distribution_that_is_not_what_it_says_is_refused(case: Case) -> None:
    assert_refused(SDIST, case)


@pytest.mark.parametrize(("data", "warnings"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_source_distribution_that_is_what_it_says_is_accepted(data: bytes, warnings: tuple[str, ...]) -> None:
    archive = read(SDIST, data)

    assert archive.kind is Kind.SDIST
    assert archive.metadata.startswith(b"Metadata-Version: 2.")
    assert archive.warnings == warnings


def test_a_name_in_an_older_spelling_is_accepted_when_file_and_directory_agree() -> None:
    info = TarEntry("My.Demo-1.0/PKG-INFO", metadata_text("My.Demo", "1.0").encode())

    assert read("My.Demo-1.0.tar.gz", sdist_of(info)).metadata == info.data
