"""Each download noted as one line of JSON: what was fetched and by which installer, never by whom.

The format is written down in docs/download-events.md. No address and no raw user agent is kept.
"""

from __future__ import annotations

import json
import time
from functools import lru_cache
from pathlib import Path

from strongroom.reads.clients import parse_client
from strongroom.reads.files import FilePath, Sent
from strongroom.reads.segments import Counts, Segments
from strongroom.terms.filenames import Filename, parse_filename
from strongroom.terms.refusals import Refused

FORMAT = 1

_MEMORY = 8192


class Events:
    """The download events of one process."""

    def __init__(self, folder: Path) -> None:
        self._segments = Segments(folder)

    def note_download(self, path: FilePath, sent: Sent, user_agent: str) -> None:
        """Note one download. It never raises and never fails a download; what is lost is counted."""
        name = read_filename(path.name)
        # Only real distribution files count, as at PyPI since August 2026: no .metadata.
        if name is None:
            return
        client = parse_client(user_agent)
        now = time.time()
        event: dict[str, object] = {
            "format": FORMAT,
            "time": render_milliseconds(now),
            "project": name.name,
            "version": str(name.version),
            "filename": name.text,
            "kind": name.kind.value,
            "sha256": path.sha256,
            "client": client.name,
            "client_version": client.version,
            "python": client.python,
            "system": client.system,
            "ci": client.ci,
            "status": sent.status,
            "first_byte": sent.start,
            "bytes": sent.count,
        }

        def render(source: str, ordinal: int) -> bytes:
            event.update(source=source, ordinal=ordinal)
            return json.dumps(event, separators=(",", ":")).encode("ascii") + b"\n"

        self._segments.append(render)

    @property
    def counts(self) -> Counts:
        """How many were written, dropped and torn, for the operator's figures."""
        return self._segments.counts

    def close(self) -> None:
        """Seal what this process wrote."""
        self._segments.close()


@lru_cache(_MEMORY)
def read_filename(text: str) -> Filename | None:
    """A distribution file's name, read; nothing when it is not one."""
    try:
        return parse_filename(text)
    except Refused:
        return None


def render_milliseconds(now: float) -> str:
    """An instant in UTC, to the millisecond."""
    seconds, milliseconds = divmod(int(now * 1000), 1000)
    return time.strftime(f"%Y-%m-%dT%H:%M:%S.{milliseconds:03d}Z", time.gmtime(seconds))
