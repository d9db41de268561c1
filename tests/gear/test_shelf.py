"""The shelf: a file is in its final place and its row committed, or neither, whenever a process is killed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from strongroom.gear.shelf import INCOMING, Shelf, Spool
from tests.gear.shelf_driver import CONTENT, PATH, SIDECAR, commit, committed, publish, recover

ROOT = Path(__file__).parents[2]
METADATA = f"{PATH}.metadata"
LOCK = f"{INCOMING}/placing.lock"
MOST_TOUCHES = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


def received(folder: Path) -> Spool:
    spool = Shelf(folder).receive()
    spool.write(CONTENT)
    return spool


def placed(folder: Path, sidecar: bytes | None = SIDECAR) -> Spool:
    spool = received(folder)
    spool.place(folder, PATH, sidecar)
    return spool


def found(folder: Path) -> set[str]:
    """Every file on the shelf, the lock apart."""
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return files - {LOCK, "row"}


def recovered(folder: Path, paths: set[str] | None = None) -> int:
    return Shelf(folder).recover(lambda asked: set(asked) & (paths or set()))


class TestReceiving:
    def test_what_arrives_is_hashed_and_counted_chunk_by_chunk(self, folder: Path) -> None:
        spool = Shelf(folder).receive()
        for start in range(0, len(CONTENT), 777):
            spool.write(CONTENT[start : start + 777])
        digests = spool.digests
        spool.drop()
        assert digests.size == len(CONTENT)
        assert digests.sha256 == hashlib.sha256(CONTENT).hexdigest()
        assert digests.blake2b_256 == hashlib.blake2b(CONTENT, digest_size=32).hexdigest()
        assert digests.md5 == hashlib.md5(CONTENT).hexdigest()

    def test_a_file_of_no_bytes_has_the_digests_of_nothing(self, folder: Path) -> None:
        spool = Shelf(folder).receive()
        digests = spool.digests
        spool.drop()
        assert (digests.size, digests.sha256) == (0, hashlib.sha256().hexdigest())

    def test_nothing_is_on_the_shelf_before_it_is_placed(self, folder: Path) -> None:
        spool = received(folder)
        assert not (folder / PATH).exists()
        spool.drop()
        assert found(folder) == set()


class TestPlacing:
    def test_a_placed_file_has_its_bytes_and_its_sidecar(self, folder: Path) -> None:
        placed(folder).keep()
        assert (folder / PATH).read_bytes() == CONTENT
        assert (folder / METADATA).read_bytes() == SIDECAR
        assert found(folder) == {PATH, METADATA}

    @pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
    def test_file_and_sidecar_can_be_read_by_a_web_server(self, folder: Path, umask: int) -> None:
        before = os.umask(umask)
        try:
            placed(folder).keep()
        finally:
            os.umask(before)
        assert (folder / PATH).stat().st_mode & 0o777 == 0o644
        assert (folder / METADATA).stat().st_mode & 0o777 == 0o644

    def test_an_sdist_is_placed_without_a_sidecar(self, folder: Path) -> None:
        placed(folder, None).keep()
        assert found(folder) == {PATH}

    def test_the_sidecar_is_there_before_the_file(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[set[str]] = []
        link = os.link

        def watched(source: Path, final: Path) -> None:
            link(source, final)
            seen.append(found(folder) & {PATH, METADATA})

        monkeypatch.setattr(os, "link", watched)
        placed(folder).keep()
        assert seen == [{METADATA}, {PATH, METADATA}]

    def test_what_was_placed_and_not_kept_is_taken_back(self, folder: Path) -> None:
        spool = placed(folder)
        spool.drop()
        assert found(folder) == set()

    def test_what_was_taken_back_can_be_placed_again(self, folder: Path) -> None:
        spool = placed(folder)
        spool.take_back()
        assert not found(folder) & {PATH, METADATA}
        spool.place(folder, PATH, SIDECAR)
        spool.keep()
        assert found(folder) == {PATH, METADATA}

    @pytest.mark.parametrize("last", [Spool.drop, Spool.keep], ids=["drop", "keep"])
    def test_once_kept_a_file_stays_whatever_is_done_with_its_spool(
        self, folder: Path, last: Callable[[Spool], None]
    ) -> None:
        spool = placed(folder)
        spool.keep()
        last(spool)
        assert found(folder) == {PATH, METADATA}

    def test_a_spool_that_was_dropped_can_be_dropped_again(self, folder: Path) -> None:
        spool = received(folder)
        spool.drop()
        spool.drop()
        assert found(folder) == set()

    def test_what_a_killed_process_left_in_the_place_gives_way(self, folder: Path) -> None:
        for path in (PATH, METADATA):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(b"torn")
        placed(folder).keep()
        assert ((folder / PATH).read_bytes(), (folder / METADATA).read_bytes()) == (CONTENT, SIDECAR)
        assert found(folder) == {PATH, METADATA}

    def test_a_disk_that_fails_while_placing_leaves_nothing(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spool = received(folder)

        def full(source: Path, final: Path) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "link", full)
        with pytest.raises(OSError, match="No space left"):
            spool.place(folder, PATH, SIDECAR)
        monkeypatch.undo()
        spool.drop()
        assert found(folder) == set()


class TestRecovery:
    def test_a_shelf_that_was_never_used_needs_none(self, folder: Path) -> None:
        assert recovered(folder) == 0
        assert not folder.exists()

    def test_a_spool_that_was_never_placed_is_cleared(self, folder: Path) -> None:
        received(folder).leave()
        assert recovered(folder) == 1
        assert found(folder) == set()

    def test_what_was_placed_and_not_committed_is_cleared(self, folder: Path) -> None:
        placed(folder).leave()
        assert found(folder) >= {PATH, METADATA}
        assert recovered(folder) == 1
        assert found(folder) == set()

    def test_what_was_committed_stays(self, folder: Path) -> None:
        placed(folder).leave()
        assert recovered(folder, {PATH, METADATA}) == 1
        assert found(folder) == {PATH, METADATA}

    def test_recovering_twice_changes_nothing_more(self, folder: Path) -> None:
        placed(folder).leave()
        recovered(folder, {PATH, METADATA})
        assert recovered(folder) == 0
        assert found(folder) == {PATH, METADATA}

    def test_only_what_somebody_left_is_asked_about(self, folder: Path) -> None:
        asked: list[Sequence[str]] = []
        placed(folder).leave()
        received(folder).leave()
        Shelf(folder).recover(lambda paths: asked.append(paths) or set())  # type: ignore[func-returns-value]
        assert asked == [[PATH, METADATA]]

    def test_a_torn_note_was_written_before_anything_was_placed(self, folder: Path) -> None:
        spool = received(folder)
        spool.path.with_suffix(".note").write_bytes(b'["packages/ab')
        spool.leave()
        assert recovered(folder) == 1
        assert found(folder) == set()

    def test_a_spool_that_a_living_process_holds_is_let_alone(self, folder: Path) -> None:
        living = received(folder)
        received(folder).leave()
        assert recovered(folder) == 1
        assert found(folder) == {f"{INCOMING}/{living.path.name}"}
        living.place(folder, PATH, SIDECAR)
        living.keep()
        assert found(folder) == {PATH, METADATA}

    def test_nothing_is_cleared_while_somebody_is_between_placing_and_committing(self, folder: Path) -> None:
        placed(folder).leave()
        again = placed(folder)
        assert recovered(folder) == 0
        assert found(folder) >= {PATH, METADATA}
        again.keep()
        assert recovered(folder, {PATH, METADATA}) == 1
        assert found(folder) == {PATH, METADATA}

    def test_a_spool_made_while_recovery_goes_on_is_let_alone(self, folder: Path) -> None:
        placed(folder).leave()
        made: list[Spool] = []
        upload = threading.Thread(target=lambda: made.append(received(folder)))

        def start_an_upload(paths: Sequence[str]) -> set[str]:
            upload.start()
            upload.join(timeout=0.2)
            assert not made, "a spool was made that recovery could take for one that was left"
            return set()

        assert Shelf(folder).recover(start_an_upload) == 1
        upload.join()
        assert made[0].path.exists()
        made[0].drop()

    def test_whoever_places_waits_for_recovery_to_end(self, folder: Path) -> None:
        living = received(folder)
        with (folder / LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            placing = threading.Thread(target=lambda: living.place(folder, PATH, SIDECAR))
            placing.start()
            placing.join(timeout=0.2)
            assert not (folder / PATH).exists()
        placing.join()
        living.keep()
        assert found(folder) == {PATH, METADATA}


def killed(folder: Path, deed: str, touch: int) -> bool:
    """Do it in a process that is killed before its n-th touch of the disk; whether it came to that."""
    command = [sys.executable, "-m", "tests.gear.shelf_driver", str(folder), deed, str(touch)]
    child = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert child.returncode in {0, -signal.SIGKILL}, child.stderr
    return child.returncode != 0


def assert_whole(folder: Path, *, sidecar: bool = True) -> None:
    """A file that is there is whole, and has its sidecar."""
    if (folder / PATH).exists():
        assert (folder / PATH).read_bytes() == CONTENT
        assert not sidecar or (folder / METADATA).read_bytes() == SIDECAR


def assert_only_what_is_committed(folder: Path, *, sidecar: bool = True) -> None:
    assert_whole(folder, sidecar=sidecar)
    files = {PATH, METADATA} if sidecar else {PATH}
    assert found(folder) == (files if committed(folder, [PATH]) else set())


def _nothing(folder: Path) -> None:
    """A fresh shelf."""


def _left_uncommitted(folder: Path) -> None:
    placed(folder).leave()


def _left_committed(folder: Path) -> None:
    placed(folder).leave()
    commit(folder)


@pytest.mark.parametrize(
    ("deed", "prepare"),
    [
        pytest.param("publish", _nothing, id="while a wheel is published"),
        pytest.param("publish-sdist", _nothing, id="while an sdist is published"),
        pytest.param("publish", _left_uncommitted, id="while a file is published that an earlier process left"),
        pytest.param("refuse", _nothing, id="while an upload is taken back, placed again and given up"),
        pytest.param("recover", _left_uncommitted, id="while what was not committed is cleared"),
        pytest.param("recover", _left_committed, id="while what was committed is kept"),
    ],
)
def test_killed_at_any_moment_a_restart_leaves_exactly_what_is_committed(
    tmp_path: Path, deed: str, prepare: Callable[[Path], None]
) -> None:
    sidecar = deed != "publish-sdist"
    for touch in range(1, MOST_TOUCHES):
        folder = tmp_path / str(touch)
        prepare(folder)
        folder.mkdir(exist_ok=True)
        was_killed = killed(folder, deed, touch)
        assert_whole(folder, sidecar=sidecar)

        recover(folder)
        assert_only_what_is_committed(folder, sidecar=sidecar)

        if not committed(folder, [PATH]):  # the client tries again
            publish(folder, SIDECAR if sidecar else None)
            recover(folder)
            assert_only_what_is_committed(folder, sidecar=sidecar)
        if not was_killed:
            assert touch > 5, "the deed should touch the disk more often"
            return
    pytest.fail("the deed never came to its end")
