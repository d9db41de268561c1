"""Append-only segments of lines on disk: what is written survives a killed process at once, and a
loss of power after at most a second.

A segment is ``<host>-<pid>-<start>-<sequence>.open`` while a process writes it, and ``.jsonl`` when
it is sealed: flushed, renamed, the folder flushed. Its writer holds a lock on it, which the system
gives back when the process dies; so whoever can lock an open segment knows it is abandoned.
"""

from __future__ import annotations

import fcntl
import os
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

OPEN, SEALED = ".open", ".jsonl"
SYNC_SECONDS = 0.5
LONGEST_SEGMENT_SECONDS = 60
LARGEST_SEGMENT_BYTES = 64 * 1024 * 1024
LONGEST_SILENCE_SECONDS = 3600
"""A process seals after a minute; where nobody wrote for so long there is none, whatever its machine was called. A
container has another name each time."""

_TAIL_BYTES = 64 * 1024
_DAY_SECONDS = 86_400

Render = Callable[[str, int], bytes]


@dataclass
class Counts:
    """What became of the lines: written, lost because the disk would not take them, torn by a crash."""

    written: int = 0
    dropped: int = 0
    torn: int = 0


class _Segment:
    def __init__(self, folder: Path, name: str, *, now: float) -> None:
        self.name = name
        self.path = folder / f"{name}{OPEN}"
        self.day = int(now // _DAY_SECONDS)
        self.started = now
        self.size = 0
        self.lines = 0
        self.is_dirty = False
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self.descriptor = os.open(self.path, flags, 0o640)
        fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def append(self, line: bytes) -> bool:
        try:
            if os.write(self.descriptor, line) == len(line):
                self.size += len(line)
                self.lines += 1
                self.is_dirty = True
                return True
            # The disk is full in the middle of a line: take the beginning back, only we write here.
            os.ftruncate(self.descriptor, self.size)
        except OSError:
            pass
        return False

    def sync(self) -> None:
        if self.is_dirty:
            self.is_dirty = False
            os.fdatasync(self.descriptor)

    def seal(self) -> None:
        try:
            _seal(self.path, self.descriptor)
        finally:
            # The lock goes with it: what could not be sealed now is sealed at the next start.
            os.close(self.descriptor)


class Segments:
    """One process's segments in one folder. Writing never blocks on the disk and never raises."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._segment: _Segment | None = None
        self._full: list[_Segment] = []
        self._process = 0
        self._sequence = 0
        self._stop = threading.Event()
        self._keeper: threading.Thread | None = None
        self.counts = Counts()

    def append(self, render: Render) -> None:
        """Write one line, made by ``render`` from the segment's name and the line's place in it."""
        with self._lock:
            try:
                segment = self._current(time.time())
                is_written = segment.append(render(segment.name, segment.lines))
            except Exception:  # noqa: BLE001 - noting a download must never fail the download
                is_written = False
            if is_written:
                self.counts.written += 1
            else:
                self.counts.dropped += 1

    def close(self) -> None:
        """Seal what this process wrote."""
        self._stop.set()
        if self._keeper is not None and self._keeper is not threading.current_thread():
            self._keeper.join()
        with self._lock:
            self._retire()
            self._process = 0
        self._seal_full()

    def tend(self, now: float) -> None:
        """Flush the open segment, and seal it when it is long, old or of yesterday."""
        with self._lock:
            segment = self._segment
            if segment is not None and _is_full(segment, now):
                self._retire()
                segment = None
        self._seal_full()
        if segment is not None:
            segment.sync()

    def _current(self, now: float) -> _Segment:
        if self._process != os.getpid():
            self._begin()
        segment = self._segment
        # The day is looked at here, so that no segment holds two; the rest is the keeper's work.
        if segment is not None and segment.day != int(now // _DAY_SECONDS):
            self._retire()
            segment = None
        if segment is None:
            self._sequence += 1
            segment = self._segment = _Segment(self._folder, segment_name(now, self._sequence), now=now)
        return segment

    def _begin(self) -> None:
        # Also after a fork: the parent's segment is the parent's.
        self._process, self._segment, self._full = os.getpid(), None, []
        self._folder.mkdir(parents=True, exist_ok=True)
        self.counts.torn += seal_abandoned(self._folder)
        self._stop = threading.Event()
        self._keeper = threading.Thread(target=self._keep, args=(self._stop,), name="segments", daemon=True)
        self._keeper.start()

    def _keep(self, stop: threading.Event) -> None:
        while not stop.wait(SYNC_SECONDS):
            try:
                self.tend(time.time())
            except OSError:  # a disk that fails now may take the next flush; downloads go on
                continue

    def _retire(self) -> None:
        if self._segment is not None:
            self._full.append(self._segment)
            self._segment = None

    def _seal_full(self) -> None:
        while True:
            with self._lock:
                if not self._full:
                    return
                segment = self._full.pop()
            segment.seal()


def segment_name(now: float, sequence: int) -> str:
    """Host, process, start and sequence: no two segments ever share a name."""
    host = re.sub(r"[^A-Za-z0-9.]", "_", socket.gethostname()) or "host"
    start = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now))
    return f"{host}-{os.getpid()}-{start}.{int(now * 1000) % 1000:03d}Z-{sequence}"


def seal_abandoned(folder: Path) -> int:
    """Seal the segments that dead processes of this machine left, and after an hour those of others; the number of
    torn lines cut off.
    """
    torn = 0
    host = segment_name(0, 0).partition("-")[0]
    for path in folder.glob(f"*{OPEN}"):
        if not path.name.startswith(f"{host}-") and not _is_silent(path):
            continue
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:  # gone, or not ours to touch: others must not wait for it
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            torn += _cut_torn_line(descriptor)
            _seal(path, descriptor)
        except OSError:  # locked: its process lives; or already sealed by another
            continue
        finally:
            os.close(descriptor)
    return torn


def _is_silent(path: Path) -> bool:
    try:
        return path.lstat().st_mtime < time.time() - LONGEST_SILENCE_SECONDS
    except FileNotFoundError:
        return False


def _is_full(segment: _Segment, now: float) -> bool:
    return (
        segment.size >= LARGEST_SEGMENT_BYTES
        or now - segment.started >= LONGEST_SEGMENT_SECONDS
        or segment.day != int(now // _DAY_SECONDS)
    )


def _cut_torn_line(descriptor: int) -> int:
    size = os.fstat(descriptor).st_size
    start = max(0, size - _TAIL_BYTES)
    tail = os.pread(descriptor, size - start, start)
    whole = tail.rfind(b"\n") + 1
    if whole == len(tail):
        return 0
    os.ftruncate(descriptor, start + whole)
    return 1


def _seal(path: Path, descriptor: int) -> None:
    os.fsync(descriptor)
    if os.fstat(descriptor).st_size:
        path.rename(path.with_suffix(SEALED))
    else:
        path.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
