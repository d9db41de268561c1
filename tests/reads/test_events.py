from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from strongroom.reads import segments
from strongroom.reads.app import make_application
from strongroom.reads.clients import Client, parse_client
from strongroom.reads.events import Events
from strongroom.reads.files import FilePath, Sent, parse_file_path
from strongroom.reads.places import Places
from strongroom.reads.segments import Segments, seal_abandoned
from tests.reads.asking import Asker
from tests.reads.samples import path_of

PIP = (
    'pip/26.3 {"ci":true,"cpu":"x86_64","implementation":{"name":"CPython","version":"3.11.7"},'
    '"installer":{"name":"pip","version":"26.3"},"python":"3.11.7","system":{"name":"Linux","release":"6.1"}}'
)
DAY = 86_400
NOON = 20_000 * DAY + DAY // 2


def noted(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(folder.iterdir()) for line in path.read_text().splitlines()]


def file_path(name: str = "ham-1.0-py3-none-any.whl") -> FilePath:
    path = parse_file_path(f"/{path_of(name)}")
    assert path is not None
    return path


def line(source: str, ordinal: int) -> bytes:
    return f"{source} {ordinal}\n".encode()


def test_a_download_is_noted_with_everything_that_is_known_and_no_more(
    places: Places, index: Asker, wheel: str
) -> None:
    assert places.events is not None
    index.get(wheel, user_agent=PIP, x_forwarded_for="192.0.2.1")
    (event,) = noted(places.events)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event.pop("time"))
    source = event.pop("source")
    assert (places.events / f"{source}.open").exists()
    assert event == {
        "format": 1,
        "project": "ham",
        "version": "1.0",
        "filename": "ham-1.0-py3-none-any.whl",
        "kind": "bdist_wheel",
        "sha256": wheel.replace("/packages", "").replace("/", "")[:64],
        "client": "pip",
        "client_version": "26.3",
        "python": "3.11.7",
        "system": "Linux",
        "ci": True,
        "status": 200,
        "first_byte": 0,
        "bytes": 600_000,
        "ordinal": 0,
    }


def test_only_what_was_downloaded_is_noted(places: Places, index: Asker, wheel: str) -> None:
    assert places.events is not None
    etag = index.get(wheel)["etag"]
    index.get(wheel, range="bytes=5-9")
    index.get(wheel, range="bytes=5-400000")
    index.head(wheel)
    index.get(wheel, if_none_match=etag)
    index.get(wheel, range="bytes=900000-")
    index.get(f"{wheel}.metadata")
    index.get("/simple/ham/")
    index.get(f"/{path_of('ham-1.0.tar.gz', b'none')}")
    told = [(event["status"], event["first_byte"], event["bytes"]) for event in noted(places.events)]
    assert told == [(200, 0, 600_000), (206, 5, 5), (206, 5, 399_996)]
    assert [event["ordinal"] for event in noted(places.events)] == [0, 1, 2]


def test_a_client_that_leaves_is_noted_with_what_it_was_handed(places: Places, pages: None, wheel: str) -> None:
    assert places.events is not None
    application = make_application(places)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": wheel, "QUERY_STRING": ""}
    body: Any = application(environ, lambda *_: lambda _: None)
    handed = len(next(body)) + len(next(body))
    body.close()
    (event,) = noted(places.events)
    assert event["bytes"] == handed < 600_000


@pytest.mark.parametrize(
    ("user_agent", "client"),
    [
        pytest.param(PIP, Client("pip", "26.3", "3.11.7", "Linux", True), id="pip"),
        pytest.param(
            'uv/0.13.9 {"installer":{"name":"uv","version":"0.13.9"},"python":"3.12.1","ci":null}',
            Client("uv", "0.13.9", "3.12.1", None, None),
            id="uv",
        ),
        pytest.param(
            "poetry/2.5.1 CPython/3.11.7 Linux/6.1", Client("poetry", "2.5.1", "3.11.7", "Linux", None), id="poetry"
        ),
        pytest.param("bandersnatch/6.5.0 (cpython 3.12.1-final0, Linux x86_64)", None, id="mirror"),
        pytest.param("Go-http-client/1.1", Client(), id="ignore-list"),
        pytest.param("no such client", Client(), id="unknown"),
        pytest.param("", Client(), id="none"),
        pytest.param("pip/1 {" + "x" * 5000, Client(), id="endless"),
        pytest.param("pip/26.3 {broken", Client(), id="broken-json"),
    ],
)
def test_a_user_agent_is_read_or_is_no_client(user_agent: str, client: Client | None) -> None:
    told = parse_client(user_agent)
    if client is None:
        assert told.name == "bandersnatch"
    else:
        assert told._replace(python=client.python if client.name == "poetry" else told.python) == client


def test_a_hostile_field_is_cut_short() -> None:
    told = parse_client('uv/1.0 {"installer":{"name":"uv","version":"' + "9" * 900 + '"}}')
    assert told.version is None or len(told.version) <= 64


def test_a_killed_process_loses_nothing_that_it_wrote(tmp_path: Path) -> None:
    code = f"""
import sys, os
from pathlib import Path
from strongroom.reads.events import Events
from strongroom.reads.files import FilePath, Sent
events = Events(Path({str(tmp_path)!r}))
for number in range(500):
    events.note_download(FilePath('', 'ab', 'ham-1.0.tar.gz'), Sent(200, 0, number), '')
print(os.getpid(), flush=True)
os.kill(os.getpid(), 9)
"""
    killed = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert killed.returncode == -9
    (left,) = tmp_path.iterdir()
    assert left.suffix == ".open"
    assert [event["bytes"] for event in noted(tmp_path)] == list(range(500))

    with left.open("ab") as segment:
        segment.write(b'{"torn":')
    assert seal_abandoned(tmp_path) == 1
    (sealed,) = tmp_path.iterdir()
    assert sealed.suffix == ".jsonl"
    assert len(noted(tmp_path)) == 500
    assert seal_abandoned(tmp_path) == 0


def test_the_next_process_seals_what_a_dead_one_left_and_counts_the_torn_line(tmp_path: Path) -> None:
    left = tmp_path / f"{segments.segment_name(NOON, 1)}.open"
    left.write_bytes(b'{"a":1}\n{"torn')
    empty = tmp_path / f"{segments.segment_name(NOON, 2)}.open"
    empty.touch()
    other = tmp_path / "otherhost-1-20261123T080400.000Z-1.open"
    other.write_bytes(b"{}\n")
    writer = Segments(tmp_path)
    writer.append(line)
    assert writer.counts.torn == 1
    assert left.with_suffix(".jsonl").read_bytes() == b'{"a":1}\n'
    assert not empty.exists()
    assert not empty.with_suffix(".jsonl").exists()
    assert other.exists()
    writer.close()


def test_what_a_machine_that_is_no_more_left_is_sealed_after_an_hour_of_silence(tmp_path: Path) -> None:
    left, living = (tmp_path / f"otherhost-{number}-20261123T080400.000Z-1.open" for number in (1, 2))
    left.write_bytes(b'{"a":1}\n{"torn')
    living.write_bytes(b'{"a":1}\n')
    an_hour_ago = time.time() - segments.LONGEST_SILENCE_SECONDS
    os.utime(left, (an_hour_ago + 60, an_hour_ago + 60))
    os.utime(living, (an_hour_ago - 60, an_hour_ago - 60))

    with living.open("ab") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert seal_abandoned(tmp_path) == 0
        os.utime(left, (an_hour_ago - 60, an_hour_ago - 60))
        assert seal_abandoned(tmp_path) == 1

    assert {path.name for path in tmp_path.iterdir()} == {left.with_suffix(".jsonl").name, living.name}
    assert left.with_suffix(".jsonl").read_bytes() == b'{"a":1}\n'


def test_a_living_process_keeps_its_segment(tmp_path: Path) -> None:
    writer = Segments(tmp_path)
    writer.append(line)
    seal_abandoned(tmp_path)
    (own,) = tmp_path.iterdir()
    assert own.suffix == ".open"
    writer.close()
    (own,) = tmp_path.iterdir()
    assert own.suffix == ".jsonl"


@pytest.mark.parametrize(
    ("later", "sealed"),
    [
        pytest.param(1, False, id="young"),
        pytest.param(61, True, id="a-minute-old"),
        pytest.param(DAY // 2, True, id="midnight"),
    ],
)
def test_a_segment_is_sealed_when_it_is_old_or_of_yesterday(
    tmp_path: Path, *, monkeypatch: pytest.MonkeyPatch, later: int, sealed: bool
) -> None:
    monkeypatch.setattr(time, "time", lambda: NOON)
    monkeypatch.setattr(segments, "SYNC_SECONDS", 3600)
    writer = Segments(tmp_path)
    writer.append(line)
    writer.tend(NOON + later)
    (segment,) = tmp_path.iterdir()
    assert (segment.suffix == ".jsonl") is sealed
    writer.close()


def test_a_segment_is_sealed_when_it_is_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "LARGEST_SEGMENT_BYTES", 10)
    writer = Segments(tmp_path)
    writer.append(line)
    writer.tend(time.time())
    writer.append(line)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".jsonl", ".open"]
    writer.close()


def test_no_segment_holds_two_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "SYNC_SECONDS", 3600)
    writer = Segments(tmp_path)
    for moment in (NOON, NOON + DAY // 2 - 1, NOON + DAY // 2):
        monkeypatch.setattr(time, "time", lambda moment=moment: moment)
        writer.append(line)
    writer.close()
    assert sorted(len(path.read_text().splitlines()) for path in tmp_path.iterdir()) == [1, 2]


def test_the_keeper_flushes_within_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[float] = []
    monkeypatch.setattr(os, "fdatasync", lambda _: flushed.append(time.monotonic()))
    writer = Segments(tmp_path)
    began = time.monotonic()
    writer.append(line)
    while not flushed and time.monotonic() - began < 5:
        time.sleep(0.02)
    assert flushed[0] - began < 1
    writer.close()


def test_a_disk_that_takes_nothing_loses_events_and_no_download(
    places: Places, *, index: Asker, wheel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert places.events is not None
    places.events.write_text("not a folder")
    assert index.get(wheel).status == 200


def test_a_line_that_only_half_fits_is_taken_back_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Segments(tmp_path)
    writer.append(line)
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, text: real(descriptor, text[:5]))
    writer.append(line)
    monkeypatch.setattr(os, "write", real)
    writer.append(line)
    assert (writer.counts.written, writer.counts.dropped) == (2, 1)
    (segment,) = tmp_path.iterdir()
    assert segment.read_text() == f"{segment.stem} 0\n{segment.stem} 1\n"
    writer.close()


def test_a_fault_in_noting_is_counted_and_goes_no_further(tmp_path: Path) -> None:
    (tmp_path / "events").write_text("not a folder")
    events = Events(tmp_path / "events")
    events.note_download(file_path(), Sent(200, 0, 1), PIP)
    assert (events.counts.written, events.counts.dropped) == (0, 1)
    events.close()


def test_a_forked_process_writes_a_segment_of_its_own(tmp_path: Path) -> None:
    code = f"""
import os
from pathlib import Path
from strongroom.reads.segments import Segments
writer = Segments(Path({str(tmp_path)!r}))
render = lambda source, ordinal: b'x' + bytes([10])
writer.append(render)
child = os.fork()
writer.append(render)
if child == 0:
    os._exit(0)
os.waitpid(child, 0)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert sorted(len(path.read_bytes()) for path in tmp_path.iterdir()) == [2, 4]
