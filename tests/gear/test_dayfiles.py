"""Files that are written once, and reading files of lines."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.gear import linefiles
from strongroom.gear.dayfiles import ABANDONED_SECONDS, DayFiles
from strongroom.gear.linefiles import LONGEST_LINE, LineFile, NoPlainFile, Unreadable, look_at, opened


@pytest.fixture
def files(tmp_path: Path) -> DayFiles:
    return DayFiles(tmp_path / "folder")


def test_a_file_has_no_name_until_it_is_placed(files: DayFiles) -> None:
    written = files.begin(".parquet")
    written.write_bytes(b"whole")
    assert not files.path_of("days/a.parquet").exists()

    assert files.place(written, "days/a.parquet") == files.path_of("days/a.parquet")

    assert files.path_of("days/a.parquet").read_bytes() == b"whole"
    assert not written.exists()


def test_what_is_placed_is_durable_before_it_has_its_name(files: DayFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def sync(descriptor: int) -> None:
        done.append("sync")
        fsync(descriptor)

    def rename(path: Path, to: Path) -> Path:
        done.append("name")
        return replace(path, to)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", rename)
    written = files.begin("")
    written.touch()
    files.place(written, "a")
    assert done == ["sync", "name", "sync"]


def test_two_that_are_begun_are_two(files: DayFiles) -> None:
    assert files.begin(".x") != files.begin(".x")


def test_sweeping_takes_what_is_old_and_not_known_below_some_folders(files: DayFiles) -> None:
    names = ["days/known", "days/stray", "days/deep/stray", "days/fresh", "other/stray", ".writing/a.spill/old", "top"]
    for name in names:
        path = files.path_of(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        if "fresh" not in name:
            os.utime(path, (0, time.time() - ABANDONED_SECONDS - 1))

    assert files.sweep({"days/known"}, below=["days", "nowhere"]) == 3

    assert [name for name in names if files.path_of(name).exists()] == [
        "days/known",
        "days/fresh",
        "other/stray",
        "top",
    ]


def test_a_folder_is_locked_by_one_at_a_time(files: DayFiles) -> None:
    import fcntl

    with files.locked(), files.path_of(".lock").open() as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with files.locked(), files.path_of(".lock").open():
        pass


def read(path: Path) -> tuple[list[bytes | None], str]:
    with opened(path) as file:
        return list(file.lines()), file.sha256


@given(st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b""))), st.integers(1, 40))
def test_lines_are_those_of_the_file_however_its_blocks_fall(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], block: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "lines"
    content = b"".join(line + b"\n" for line in lines)
    path.write_bytes(content)
    before, linefiles._BLOCK = linefiles._BLOCK, block
    try:
        assert read(path) == (lines, hashlib.sha256(content).hexdigest())
    finally:
        linefiles._BLOCK = before


def test_a_line_that_is_too_long_is_one_line_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    longest = b"x" * LONGEST_LINE
    path.write_bytes(b"a\n" + longest + b"\n" + longest + b"x\n" + b"y" * 5_000_000 + b"\nb\n" + b"z" * 3_000_000)

    assert read(path)[0] == [b"a", longest, None, None, b"b", None]


def test_a_last_line_without_an_end_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"a\nb")
    assert read(path)[0] == [b"a", b"b"]


def test_what_is_no_plain_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "."):
        with pytest.raises(NoPlainFile), opened(tmp_path / name):
            pass
    with pytest.raises(Unreadable), opened(tmp_path / "nothing"):
        pass
    assert look_at(tmp_path / "nothing") is None


def test_a_disk_that_fails_in_the_middle_makes_a_file_unreadable(tmp_path: Path) -> None:
    class Failing:
        def read(self, _: int) -> bytes:
            raise OSError(5, "Input/output error")

        def fileno(self) -> int:
            return 0

    with pytest.raises(Unreadable, match="Input/output error"):
        list(LineFile(Failing()).lines())  # type: ignore[arg-type]


def test_a_file_that_is_written_to_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"a\n")
    with opened(path) as file:
        before = (file.has_changed, file.seen == look_at(path))
        with path.open("ab") as more:
            more.write(b"b\n")
        after = (file.has_changed, file.seen == look_at(path))
    assert (before, after) == ((False, True), (True, False))
