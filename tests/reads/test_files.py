"""Files and their metadata as they are sent: whole, in parts, and never from elsewhere."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import pytest

from strongroom.reads.app import make_application
from strongroom.reads.places import Places
from strongroom.reads.tree import Tree
from tests.reads.asking import Asker
from tests.reads.conftest import METADATA, WHEEL


def test_f1_the_metadata_is_byte_for_byte_what_stands_beside_the_wheel(index: Asker, wheel: str) -> None:
    reply = index.get(f"{wheel}.metadata")
    assert (reply.status, reply.body) == (200, METADATA)
    assert reply["x-content-type-options"] == "nosniff"
    assert reply["etag"] != index.get(wheel)["etag"]


@pytest.mark.parametrize(
    ("header", "status", "part"),
    [
        pytest.param("bytes=0-9", 206, slice(0, 10), id="small"),
        pytest.param("bytes=100-400000", 206, slice(100, 400_001), id="large"),
        pytest.param("bytes=-10000", 206, slice(-10_000, None), id="poetry"),
        pytest.param("bytes=599990-", 206, slice(-10, None), id="tail"),
        pytest.param("bytes=0-1,5-6", 200, slice(None), id="several"),
        pytest.param("pages=1-2", 200, slice(None), id="another-unit"),
    ],
)
def test_f2_a_part_of_a_file(index: Asker, *, wheel: str, header: str, status: int, part: slice) -> None:
    reply = index.get(wheel, range=header)
    assert (reply.status, reply.body) == (status, WHEEL[part])
    assert int(reply["content-length"]) == len(reply.body)
    assert reply["accept-ranges"] == "bytes"
    if status == 206:
        start, stop, _ = part.indices(len(WHEEL))
        assert reply["content-range"] == f"bytes {start}-{stop - 1}/{len(WHEEL)}"


def test_f2_a_range_beyond_the_end_is_416_with_the_size(index: Asker, wheel: str) -> None:
    reply = index.get(wheel, range="bytes=600000-")
    assert (reply.status, reply["content-range"]) == (416, "bytes */600000")


def test_f2_head_tells_size_and_ranges_and_ignores_a_range(index: Asker, wheel: str) -> None:
    reply = index.head(wheel, range="bytes=0-9")
    assert (reply.status, reply["content-length"], reply["accept-ranges"]) == (200, "600000", "bytes")
    assert reply.body == b""


def test_f2_a_part_of_another_file_is_not_sent(index: Asker, wheel: str) -> None:
    assert index.get(wheel, range="bytes=0-9", if_range='"other"').status == 200
    etag = index.get(wheel)["etag"]
    assert index.get(wheel, range="bytes=0-9", if_range=etag).status == 206


def test_f4_a_file_is_immutable_and_tagged_with_its_hash(index: Asker, wheel: str) -> None:
    reply = index.get(wheel)
    assert reply.body == WHEEL
    assert reply["cache-control"] == "public, max-age=31536000, immutable"
    assert reply["etag"] == f'"{hashlib.sha256(WHEEL).hexdigest()}"'
    unchanged = index.get(wheel, if_none_match=reply["etag"])
    assert (unchanged.status, unchanged.body) == (304, b"")
    assert index.get(wheel, if_modified_since=reply["last-modified"]).status == 304


@pytest.mark.parametrize("suffix", ["", ".metadata"])
def test_f5_an_uploaded_file_is_never_shown_as_a_page(index: Asker, wheel: str, suffix: str) -> None:
    reply = index.get(wheel + suffix)
    assert reply["content-type"] in {"application/octet-stream", "text/plain; charset=utf-8"}
    assert reply["x-content-type-options"] == "nosniff"
    assert reply["content-disposition"].startswith("attachment; filename=")
    assert reply["content-security-policy"].startswith("sandbox")


def test_f5_a_compressed_file_is_not_said_to_be_encoded(index: Asker, wheel: str) -> None:
    assert "content-encoding" not in index.get(wheel, accept_encoding="gzip").headers


@pytest.mark.parametrize(
    "path",
    [
        "/packages/../secret",
        "/packages/aa/bb/{rest}/../../../../../secret",
        "/packages/aa/bb/{rest}/..",
        "/packages/aa/bb/{rest}/.hidden",
        "/packages/aa/bb/{rest}/a/b",
        "/packages/aa/bb/{rest}/a\\b",
        "/packages/aa/bb/{rest}/a\0b",
        "/packages/aa/bb/{rest}/a\n",
        "/packages/aa/bb/{rest}/",
        "/packages/aa/bb/{rest}/" + "a" * 300,
        "/packages/aa/bb/{rest}",
        "/packages/AA/bb/{rest}/ham-1.0.tar.gz",
        "//packages/aa/bb/{rest}/x",
    ],
)
def test_no_path_leads_out_of_the_files(places: Places, index: Asker, path: str) -> None:
    folder = places.files / "packages/aa/bb" / ("c" * 60)
    folder.mkdir(parents=True)
    (places.files / "secret").write_text("secret")
    (folder / ".hidden").write_text("secret")
    reply = index.get(path.format(rest="c" * 60))
    assert reply.status == 404
    assert b"secret" not in reply.body


def test_a_folder_is_not_a_file(places: Places, index: Asker) -> None:
    (places.files / "packages/aa/bb" / ("c" * 60) / "ham-1.0.tar.gz").mkdir(parents=True)
    assert index.get(f"/packages/aa/bb/{'c' * 60}/ham-1.0.tar.gz").status == 404


def test_when_all_places_are_taken_a_download_waits_and_pages_go_on(places: Places, tree: Tree, wheel: str) -> None:
    application = make_application(dataclasses.replace(places, most_downloads=2))
    index = Asker(application)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": wheel, "QUERY_STRING": ""}
    slow: list[Any] = [application(environ, lambda *_: lambda _: None) for _ in range(2)]
    full = index.get(wheel)
    assert (full.status, full["retry-after"]) == (503, "3")
    assert index.get("/simple/ham/").status == 200
    assert index.get(f"{wheel}.metadata").status == 200
    assert index.head(wheel).status == 200
    for body in slow:
        body.close()
        body.close()
    assert index.get(wheel).status == 200


def test_no_file_stays_open_behind_any_answer(index: Asker, wheel: str) -> None:
    etag = index.get(wheel)["etag"]
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        index.get(wheel)
        index.head(wheel)
        index.get(wheel, range="bytes=0-9")
        index.get(wheel, range="bytes=900000-")
        index.get(wheel, if_none_match=etag)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
