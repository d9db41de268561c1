"""Published pages held in memory, ready to send, for as long as they are current.

A page is current while the tree's generation stands still; when it moves, or after a second (the
tree may be shared with other machines, whose counter we do not see), one stat decides.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from strongroom.reads.answers import VARY, Answer, Headers
from strongroom.reads.conditions import is_not_modified, render_date
from strongroom.reads.generation import Generation
from strongroom.reads.layout import ENCODINGS, serial_in

RECHECK_SECONDS = 1.0

_OVERHEAD = 2048
"""Bytes that a held page takes beside its body: headers, keys, bookkeeping."""

_SERIAL_BYTES = 80


class Wanted(NamedTuple):
    """One variant of one page: its file, the type it is sent as, and its coding."""

    file: str
    content_type: str
    coding: str
    vary: str = VARY


class Page:
    """One variant of one page, ready to send."""

    __slots__ = ("body", "etag", "generation", "headers", "is_used", "modified", "signature", "unchanged", "until")

    def __init__(self, body: list[bytes], headers: Headers, *, etag: str, modified: int) -> None:
        self.body = body
        self.headers = headers
        self.etag = etag
        self.modified = modified
        # A 304 repeats what a cache may need (RFC 9110, 15.4.5), and has no body to describe.
        dropped = ("content-length", "content-type", "content-encoding")
        self.unchanged = [header for header in headers if header[0] not in dropped]
        self.signature = (0, 0, 0)
        self.generation = b""
        self.until = 0.0
        self.is_used = False

    def answer(self, if_none_match: str | None, if_modified_since: str | None) -> Answer:
        """The page, or word that the client has it already."""
        if is_not_modified(
            etag=self.etag, modified=self.modified, if_none_match=if_none_match, if_modified_since=if_modified_since
        ):
            return Answer("304 Not Modified", self.unchanged, [])
        return Answer("200 OK", self.headers, self.body)


class HeldPages:
    """The pages of one tree held by one process, at most so many bytes of them."""

    def __init__(self, folder: Path, *, limit: int, cache_control: str) -> None:
        self.pages: dict[Wanted, Page] = {}
        self._folder = folder
        self._limit = limit
        self._cache_control = cache_control
        self._generation = Generation(folder)
        self.counter = self._generation.map
        self._held = 0
        self._lock = threading.Lock()

    def page(self, wanted: Wanted) -> Page | None:
        """A page as it is published now; nothing when it is not."""
        # Read before the stat: a publication in between is then seen at the next request.
        generation = self._generation.current()
        page = self.pages.get(wanted)
        now = time.monotonic()
        if page is not None and page.generation == generation and now < page.until:
            page.is_used = True
            return page
        try:
            signature = _signature((self._folder / wanted.file).stat())
            if page is None or page.signature != signature:
                page = self._load(wanted)
                self._hold(wanted, page)
        except (FileNotFoundError, NotADirectoryError):
            self._drop(wanted)
            return None
        page.generation = generation
        page.until = now + RECHECK_SECONDS
        return page

    def _load(self, wanted: Wanted) -> Page:
        path = self._folder / wanted.file
        with path.open("rb") as plain:
            stat = os.fstat(plain.fileno())
            serial = _serial_of(plain.fileno(), stat.st_size)
            body = plain.read() if wanted.coding == "identity" else _read_twin(path, wanted.coding)
            if body is None:
                # The twin went while the page is withdrawn or was never made: the page itself is as good.
                wanted, body = wanted._replace(coding="identity"), plain.read()
        page = make_page([body], wanted, serial=serial, modified=int(stat.st_mtime), cache_control=self._cache_control)
        page.signature = _signature(stat)
        return page

    def _hold(self, wanted: Wanted, page: Page) -> None:
        weight = _weight(page)
        with self._lock:
            self._forget(wanted)
            if weight > self._limit // 2:
                return
            self.pages[wanted] = page
            self._held += weight
            while self._held > self._limit:
                self._evict_one()

    def _evict_one(self) -> None:
        # Second chance: the oldest goes, unless it was asked for since its last turn.
        oldest = next(iter(self.pages))
        page = self.pages[oldest]
        if page.is_used:
            page.is_used = False
            self.pages[oldest] = self.pages.pop(oldest)
        else:
            self._forget(oldest)

    def _drop(self, wanted: Wanted) -> None:
        if wanted in self.pages:
            with self._lock:
                self._forget(wanted)

    def _forget(self, wanted: Wanted) -> None:
        page = self.pages.pop(wanted, None)
        if page is not None:
            self._held -= _weight(page)


def make_page(chunks: Sequence[bytes], wanted: Wanted, *, serial: int, modified: int, cache_control: str) -> Page:
    """A page ready to send, its strong ETag taken from what is sent: the bytes, and their type."""
    body = b"".join(chunks)
    tag = hashlib.sha256(f"{wanted.content_type}\0{wanted.coding}\0".encode() + body).hexdigest()[:32]
    # Publishing moves a page's time on by whole seconds, perhaps ahead of the clock: never send a
    # time to come (RFC 9110, 8.8.2.1).
    sent = min(modified, int(time.time()))
    headers = [
        ("content-type", wanted.content_type),
        ("content-length", str(len(body))),
        ("etag", f'"{tag}"'),
        ("last-modified", render_date(sent)),
        ("cache-control", cache_control),
        ("vary", wanted.vary),
        ("x-pypi-last-serial", str(serial)),
        ("x-content-type-options", "nosniff"),
    ]
    if wanted.coding != "identity":
        headers.append(("content-encoding", wanted.coding))
    return Page([body], headers, etag=f'"{tag}"', modified=modified)


def _read_twin(path: Path, coding: str) -> bytes | None:
    try:
        return path.with_name(path.name + ENCODINGS[coding]).read_bytes()
    except FileNotFoundError:
        return None


def _serial_of(descriptor: int, size: int) -> int:
    head = os.pread(descriptor, _SERIAL_BYTES, 0)
    return serial_in(head) or serial_in(os.pread(descriptor, _SERIAL_BYTES, max(0, size - _SERIAL_BYTES)))


def _signature(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _weight(page: Page) -> int:
    return len(page.body[0]) + _OVERHEAD
