"""Files of others, read to their ends in little memory."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import subprocess
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strongroom.gear.logfiles import CHUNK, LogFile, Unreadable, list_files
from tests.downloads.importing.samples import packed, put

LONGEST = 100


def lines_of(path: Path, longest: int = LONGEST) -> list[bytes]:
    with LogFile(path) as file:
        return [line for some in file.lines(longest) for line in some]


@pytest.mark.parametrize("pack", [bytes, packed], ids=["plain", "gzip"])
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.binary(max_size=120).map(lambda line: line.replace(b"\n", b"")), max_size=8), ends=st.booleans()
)
def test_lines_come_as_they_were_written(pack: type[bytes], lines: Sequence[bytes], ends: bool, tmp_path: Path) -> None:
    data = b"\n".join(lines) + (b"\n" if ends else b"")
    if data.startswith(b"\x1f\x8b"):
        return
    whole = data.split(b"\n")
    found = lines_of(put(tmp_path, pack(data)))
    assert [line[: LONGEST + 1] for line in found] == [
        line[: LONGEST + 1] for line in (whole if whole[-1] else whole[:-1])
    ]


def test_a_line_over_many_blocks_is_seen_to_be_too_long_and_those_behind_it_are_whole(tmp_path: Path) -> None:
    path = put(tmp_path, b"a\n" + b"x" * (3 * CHUNK) + b"\nb\n")
    assert [len(line) for line in lines_of(path)][1] > LONGEST
    assert [line for line in lines_of(path) if len(line) <= LONGEST] == [b"a", b"b"]


def test_gzip_may_have_several_members_and_be_padded(tmp_path: Path) -> None:
    path = put(tmp_path, packed(b"a\n") + b"\0" * 100 + packed(b"b\nc"))
    assert lines_of(path) == [b"a", b"b", b"c"]


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda data: data[:-9], "cut off"),
        (lambda data: data[: len(data) // 2], "cut off"),
        (lambda data: data[:3], "cut off"),
        (lambda data: data[:20] + bytes(50) + data[70:], "damaged"),
        (lambda data: data[:-8] + bytes(4) + data[-4:], "damaged"),
        (lambda data: data + b"rubbish", "damaged"),
    ],
)
def test_gzip_that_is_cut_off_or_damaged_cannot_be_read(damage: object, why: str, tmp_path: Path) -> None:
    assert callable(damage)
    path = put(tmp_path, damage(packed(random.Random(1).randbytes(3000))))
    with pytest.raises(Unreadable, match=why):
        lines_of(path)


def test_a_gzip_bomb_and_a_line_of_a_gigabyte_need_little_memory(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    with (tmp_path / "bomb.gz").open("wb") as bomb:
        for _ in range(300):
            bomb.write(packer.compress(bytes(CHUNK)))
        bomb.write(packer.flush())
    with (tmp_path / "line.log").open("wb") as file:
        file.truncate(300 * CHUNK)
    program = (
        "import resource, sys, pathlib\n"
        "from strongroom.gear.logfiles import LogFile\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for name in sys.argv[1:]:\n"
        "    with LogFile(pathlib.Path(name)) as file:\n"
        "        assert sum(len(some) for some in file.lines(65536)) == 1\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "bomb.gz", tmp_path / "line.log"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(ran.stdout) < 60, "MiB"


@pytest.mark.parametrize("pack", [bytes, packed], ids=["plain", "gzip"])
def test_the_digest_is_that_of_what_is_in_a_file_and_it_is_read_from_its_beginning(
    pack: type[bytes], tmp_path: Path
) -> None:
    with LogFile(put(tmp_path, pack(b"a\nb\n"))) as file:
        assert file.digest() == hashlib.sha256(b"a\nb\n").hexdigest()
        assert file.head(2) == b"a\n"
        assert [line for some in file.lines(LONGEST) for line in some] == [b"a", b"b"]


def test_what_is_read_is_told_in_bytes_of_the_file(tmp_path: Path) -> None:
    data = packed(random.Random(1).randbytes(2 * CHUNK))
    told: list[int] = []
    with LogFile(put(tmp_path, data), advance=told.append) as file:
        file.digest()
        file.head(10)
        assert sum(1 for _ in file.chunks())
    assert sum(told) == len(data)


def test_a_file_that_is_written_to_is_seen_to_change(tmp_path: Path) -> None:
    path = put(tmp_path, b"a\n")
    with LogFile(path) as file:
        assert not file.has_changed()
        with path.open("ab") as more:
            more.write(b"b\n")
        assert file.has_changed()


@pytest.mark.parametrize("pack", [bytes, packed], ids=["plain", "gzip"])
def test_an_engine_reads_what_is_open_whatever_became_of_its_path(pack: type[bytes], tmp_path: Path) -> None:
    path, place = put(tmp_path, pack(b"a\n")), tmp_path / "place"
    place.mkdir()
    with LogFile(path) as file:
        path.unlink()
        put(tmp_path, b"another")
        assert file.offer(place).read_bytes() == b"a\n"
        assert file.offer(place).read_bytes() == b"a\n"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_ordinary_file_is_not_read(make: object, tmp_path: Path) -> None:
    assert callable(make)
    make(tmp_path / "it")
    with pytest.raises(Unreadable, match="ordinary"):
        LogFile(tmp_path / "it")


def test_a_folder_is_listed_in_order_without_hidden_files_and_links_that_lead_round(tmp_path: Path) -> None:
    for name in ("b/2.log", "b/1.log", "a.log", ".hidden", ".git/x.log", "b/.x"):
        put(tmp_path, b"", name=name)
    (tmp_path / "b" / "round").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "gone").symlink_to("nowhere")
    (tmp_path / "link.log").symlink_to("a.log")
    os.mkfifo(tmp_path / "pipe")

    found = [path.relative_to(tmp_path).as_posix() for path in list_files(tmp_path)]

    assert found == ["a.log", "b/1.log", "b/2.log", "link.log"]


def test_gzip_is_read_as_python_s_own_reader_does(tmp_path: Path) -> None:
    data = random.Random(2).randbytes(100) * 40_000
    path = put(tmp_path, gzip.compress(data[:CHUNK]) + gzip.compress(data[CHUNK:]))
    with LogFile(path) as file:
        assert b"".join(file.chunks()) == data
