"""Uploads that are wrong in one thing are refused: told everywhere a client looks, and without a trace."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.gear.settings import Settings
from tests.cast import Person
from tests.uploads.archive_builder import build_wheel, metadata_text, wheel_entries, wheel_parts, zip_bytes
from tests.uploads.door import (
    Upload,
    sdist_upload,
    send,
    wheel_upload,
)
from tests.uploads.refusing import NEXT, Case, holding, require_refused

pytestmark = pytest.mark.django_db


def _rebuilt(filename: str = NEXT.filename, **build: Any) -> Upload:  # noqa: ANN401 - whatever the builder takes
    return wheel_upload("ham", "2.0", **build).named(filename)


def _malformed(upload: Upload, field: str) -> Case:
    return Case(upload, 400, "malformed", f" {field}: ")


def _refused(upload: Upload, reason: str, fact: str, *, status: int = 400) -> Case:
    return Case(upload, status, reason, fact)


def _unsound(field: str, **build: Any) -> Case:  # noqa: ANN401 - whatever the builder takes
    return Case(_rebuilt(**build), 400, "metadata-invalid", field)


def _unsound_header(field: str, *headers: str) -> Case:
    return _unsound(field, extra_headers=headers)


CASES: dict[str, Case] = {
    # Step 2: the protocol
    "the protocol version is 2": _malformed(NEXT.having(protocol_version="2"), "protocol_version"),
    "the action is unknown": _malformed(NEXT.having(action="sudo"), ":action"),
    "the action is submit": _refused(NEXT.having(action="submit"), "action-gone", "submit", status=410),
    "the action is submit_pkg_info": _refused(
        NEXT.having(action="submit_pkg_info"), "action-gone", "submit_pkg_info", status=410
    ),
    "the action is doc_upload": _refused(NEXT.having(action="doc_upload"), "action-gone", "doc_upload", status=410),
    # Steps 0 and 3: the form
    "the name is missing": _malformed(NEXT.lacking("name"), "name"),
    "the name is empty": _malformed(NEXT.having(name=""), "name"),
    "the name is UNKNOWN": _malformed(NEXT.having(name="UNKNOWN"), "name"),
    "the version is missing": _malformed(NEXT.lacking("version"), "version"),
    "the type is missing": _malformed(NEXT.lacking("filetype"), "filetype"),
    "the type is an egg": _malformed(NEXT.having(filetype="bdist_egg"), "filetype"),
    "a wheel says no Python": _malformed(NEXT.lacking("pyversion"), "pyversion"),
    "an sdist names a Python": _malformed(sdist_upload("ham", "2.0").having(pyversion="py3"), "pyversion"),
    "there is no digest": _malformed(NEXT.lacking("md5_digest", "sha256_digest", "blake2_256_digest"), "sha256_digest"),
    "a digest is no digest": _malformed(NEXT.having(sha256_digest="z" * 64), "sha256_digest"),
    "a digest is too short": _malformed(NEXT.having(md5_digest="ab" * 15), "md5_digest"),
    "a digest is in other digits": _malformed(NEXT.having(md5_digest="\u0661" * 32), "md5_digest"),
    "a field is there twice": _malformed(NEXT.adding(("version", "2.1")), "version"),
    "a field holds NUL": _malformed(NEXT.adding(("comment", "a\x00b")), "comment"),
    # Steps 3 and 7: the name
    "the name is no name": _refused(NEXT.having(name="-ham-"), "name-invalid", "-ham-"),
    "the name ends in a newline": _refused(NEXT.having(name="ham\n"), "name-invalid", "ham\n"),
    "the name is Cyrillic": _refused(NEXT.having(name="h\u0430m"), "name-invalid", "h\u0430m"),
    "the name holds markup": _refused(NEXT.having(name="<b>ham</b>"), "name-invalid", "<b>ham</b>"),
    "the name is 201 characters": _refused(NEXT.having(name="h" * 201), "name-invalid", "h" * 200),
    "the name is a standard module's": _refused(wheel_upload("asyncio", "1.0"), "name-standard-library", "asyncio"),
    "the name looks like another": _refused(wheel_upload("h-am", "1.0"), "name-too-similar", "ham"),
    # Step 16: the filename
    "the filename has another name": _refused(
        NEXT.named("spam-2.0-py3-none-any.whl"), "filename-name", "spam-2.0-py3-none-any.whl"
    ),
    "the filename is not normalised": _refused(
        NEXT.named("Ham-2.0-py3-none-any.whl"), "filename-name", "Ham-2.0-py3-none-any.whl"
    ),
    "the filename has another version": _refused(NEXT.named("ham-2.1-py3-none-any.whl"), "filename-version", "2.0"),
    "the filename's version is not canonical": _refused(
        NEXT.named("ham-2.0.post01-py3-none-any.whl").having(version="2.0.post1"), "filename-version", "2.0.post1"
    ),
    "the version is no version": _malformed(NEXT.having(version="two"), "version"),
    "the filename is of an egg": _refused(NEXT.named("ham-2.0-py3.egg"), "filename-type", "ham-2.0-py3.egg"),
    "the filename is of a zip": _refused(NEXT.named("ham-2.0.zip"), "filename-type", "ham-2.0.zip"),
    "the filename has no tags": _refused(NEXT.named("ham-2.0.whl"), "filename-invalid", "ham-2.0.whl"),
    "the filename is of the other type": _refused(
        NEXT.having(filetype="sdist", pyversion="source"), "filename-type", NEXT.filename
    ),
    "the platform is this machine": _refused(
        wheel_upload("ham", "2.0", tag="cp311-cp311-linux_x86_64"), "filename-platform", "linux_x86_64"
    ),
    # Steps 17 to 19: the part's type, size and digests
    "the part is an image": _refused(NEXT.typed("image/png"), "file-part-image", "image/png"),
    "the file is empty": _refused(holding(b""), "file-empty", "empty"),
    "the SHA-256 differs": _refused(NEXT.having(sha256_digest="0" * 64), "digest-mismatch", "sha256"),
    "the MD5 differs": _refused(NEXT.having(md5_digest="0" * 32), "digest-mismatch", "md5"),
    "the BLAKE2 differs": _refused(NEXT.having(blake2_256_digest="0" * 64), "digest-mismatch", "blake2_256"),
    # Step 20: duplicates
    "the file is there with other bytes": _refused(
        wheel_upload("ham", "1.0", summary="Other"), "file-exists", "ham-1.0-py3-none-any.whl"
    ),
    # Step 4: metadata, the archive's own
    "the archive is another project's": _refused(
        holding(build_wheel("spam", "2.0")[1]), "archive-layout", "spam-2.0.dist-info"
    ),
    "the metadata is another project's": _refused(
        _rebuilt(metadata=metadata_text("spam", "2.0")), "filename-name", "spam"
    ),
    "the metadata is another version's": _refused(
        _rebuilt(metadata=metadata_text("ham", "2.1")), "filename-version", "2.1"
    ),
    "the metadata version is 2.0": _refused(
        _rebuilt(metadata="Metadata-Version: 2.0\nName: ham\nVersion: 2.0\n"), "metadata-version", "2.0"
    ),
    "the metadata version is 3.0": _refused(
        _rebuilt(metadata="Metadata-Version: 3.0\nName: ham\nVersion: 2.0\n"), "metadata-version", "3.0"
    ),
    "the summary is too long": _unsound("summary", summary="s" * 513),
    "an address is no address": _unsound_header("author_email", "Author-email: ada at example"),
    "a link is a script": _unsound_header("project_urls", "Project-URL: Home, javascript:alert(1)"),
    "a link's label is too long": _unsound_header("project_urls", f"Project-URL: {'l' * 33}, https://example.org/"),
    "Requires-Python is endless": _unsound(
        "requires_python", requires_python=",".join(f"!=3.{minor}" for minor in range(100))
    ),
    "a requirement is no requirement": _unsound_header("requires-dist", "Requires-Dist: spam >>> 1"),
    "the licence is given twice": _unsound_header("license", "License: MIT", "License-Expression: MIT"),
    "a dependency is an address": _refused(
        _rebuilt(extra_headers=["Requires-Dist: spam @ https://example.org/spam.whl"]), "direct-reference", "spam @"
    ),
    "a classifier is unknown": _refused(
        _rebuilt(extra_headers=["Classifier: Programming Language :: Brainf"]), "classifier-unknown", "Brainf"
    ),
    "a classifier is private": _refused(
        _rebuilt(extra_headers=["Classifier: Private :: Do Not Upload"]), "classifier-unknown", "Private ::"
    ),
    "the version is local": _refused(wheel_upload("ham", "2.0+mine"), "local-version", "2.0+mine"),
    "form and file disagree": _refused(NEXT.having(summary="Another"), "form-differs", "summary"),
    "form and file disagree on requirements": _refused(
        _rebuilt(extra_headers=["Requires-Dist: spam>=1"]).having(requires_dist="spam>=2"),
        "form-differs",
        "requires_dist",
    ),
    # Step 13: the description
    "the description does not render": _refused(
        _rebuilt(
            metadata=metadata_text("ham", "2.0", extra_headers=["Description-Content-Type: text/x-rst", "", "``x"])
        ),
        "description-does-not-render",
        "description",
    ),
    # Step 24: examples of archives; the rest is in the tests of the archive's own rules
    "the wheel is cut off": _refused(holding(NEXT.content[:-30]), "archive-framing", ""),
    "the wheel is a gzip": _refused(holding(sdist_upload("ham", "2.0").content), "archive-two-kinds", ""),
    "the wheel has no RECORD": _refused(
        holding(zip_bytes(wheel_entries(wheel_parts("ham", "2.0"))[:-1])), "wheel-record", "RECORD"
    ),
    # Step 27: attestations
    "there are attestations": _refused(
        NEXT.followed_by(("attestations", '[{"version": 1}]')), "attestations-unverifiable", "attestations"
    ),
    "attestations are no JSON": _malformed(NEXT.followed_by(("attestations", "{")), "attestations"),
    "attestations are a number": _malformed(NEXT.followed_by(("attestations", "1")), "attestations"),
    "attestations are empty": _malformed(NEXT.followed_by(("attestations", "[]")), "attestations"),
    "attestations are nested without end": _malformed(
        NEXT.followed_by(("attestations", "[" * 100_000)), "attestations"
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_an_upload_is_refused_and_leaves_no_trace_when(case: str, ada: Person, index_settings: Settings) -> None:
    require_refused(CASES[case], ada.basic, index_settings)


def test_what_each_of_those_uploads_changes_is_taken_when_it_is_not_changed(ada: Person) -> None:
    assert send(NEXT, ada.basic).status_code == 200
    assert send(sdist_upload("ham", "2.0"), ada.basic).status_code == 200
