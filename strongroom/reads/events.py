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
        file = _render_file(path.name, path.sha256)
        # Only real distribution files count, as at PyPI since August 2026: no .metadata.
        if file is None:
            return
        client = _render_client(user_agent)
        ended = render_milliseconds(time.time())

        def render(source: str, ordinal: int) -> bytes:
            # By hand, from parts that are remembered: json.dumps of the whole costs three times as much.
            return (
                f'{{"format":{FORMAT},"time":"{ended}",{file},{client},"status":{sent.status},'
                f'"first_byte":{sent.start},"bytes":{sent.count},"source":"{source}","ordinal":{ordinal}}}\n'
            ).encode("ascii")

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


@lru_cache(_MEMORY)
def _render_file(filename: str, sha256: str) -> str | None:
    """The fields of an event that tell of the file; nothing when it is no distribution file."""
    name = read_filename(filename)
    if name is None:
        return None
    return _fields(
        project=name.name, version=str(name.version), filename=name.text, kind=name.kind.value, sha256=sha256
    )


@lru_cache(_MEMORY)
def _render_client(user_agent: str) -> str:
    """The fields of an event that tell of the client."""
    client = parse_client(user_agent)
    return _fields(
        client=client.name,
        client_version=client.version,
        python=client.python,
        system=client.system,
        ci=client.ci,
    )


def _fields(**fields: object) -> str:
    """Fields of a JSON object, without its braces."""
    return json.dumps(fields, separators=(",", ":"))[1:-1]


def render_milliseconds(now: float) -> str:
    """An instant in UTC, to the millisecond."""
    seconds, milliseconds = divmod(int(now * 1000), 1000)
    return f"{_render_second(seconds)}.{milliseconds:03d}Z"


@lru_cache(4)
def _render_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
