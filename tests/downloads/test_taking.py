"""Segments are taken once, whatever is in them, and nothing of them is lost."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import subprocess
import sys
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import IntegrityError

from strongroom.downloads.actions import taking
from strongroom.downloads.actions.claiming import claim_days
from strongroom.downloads.actions.rolling import roll_days
from strongroom.downloads.actions.taking import Taken, sweep_strays, take_segments
from strongroom.downloads.models import Day, EventFile, Source
from strongroom.downloads.rules.events import COLUMNS, read_row
from strongroom.downloads.rules.sources import Skipped, SourceKind
from strongroom.gear.dayfiles import ABANDONED_SECONDS
from strongroom.gear.engines import EngineFailed
from strongroom.gear.mill import Mill
from strongroom.reads.events import Events
from strongroom.reads.files import FilePath, Sent
from tests.downloads.noting import DAY, NEXT_DAY, Fields, counts_of, event, line_of, write_segment

pytestmark = pytest.mark.django_db


def take(mill: Mill, segments: Path) -> Taken:
    return take_segments(now=NEXT_DAY, events=segments, mill=mill)


def rows_of(mill: Mill) -> list[tuple[object, ...]]:
    """Every event that is listed."""
    files = [mill.downloads.path_of(path) for path in EventFile.objects.values_list("path", flat=True)]
    return sorted(mill.duck.rows("SELECT * FROM events", {"events": files}), key=repr) if files else []


def left(mill: Mill) -> list[str]:
    """Files of events that are there, and what was being written."""
    found = mill.downloads.folder.rglob("*")
    return sorted(path.relative_to(mill.downloads.folder).as_posix() for path in found if path.is_file())


def age(path: Path) -> None:
    old = time.time() - ABANDONED_SECONDS - 60
    os.utime(path, (old, old))


def test_a_segment_becomes_a_file_of_events_and_is_listed_and_deleted(mill: Mill, segments: Path) -> None:
    ham, egg = event("ham", ci=True), event("egg", client=None, client_version=None, python=None, system=None)
    path = write_segment(segments, "host-1-a-1", [ham, egg])
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()

    assert take(mill, segments) == Taken(1, 2)

    assert list(segments.iterdir()) == []
    (source,) = Source.objects.all()
    assert (source.kind, source.name, source.sha256) == ("own", "host-1-a-1.jsonl", sha256)
    assert (source.read, source.kept, source.skipped) == (2, 2, {})
    assert source.first_at == source.last_at
    assert source.taken_at == NEXT_DAY
    (file,) = EventFile.objects.all()
    assert (file.day, file.kind, file.rows, file.batch) == (DAY, "own", 2, source.batch)
    assert left(mill) == [".lock", file.path]
    whole = {**dict.fromkeys(COLUMNS), "amount": 1, "at_ms": 1_795_348_800_000}
    for fields, row in zip([egg, ham], rows_of(mill), strict=True):
        assert row == tuple({**whole, **{name: fields[name] for name in COLUMNS if name in fields}}.values())


def test_what_the_read_plane_writes_is_what_is_read(mill: Mill, segments: Path) -> None:
    events = Events(segments)
    name = "ham-1.0-py3-none-any.whl"
    for client in ("pip/24.0 {}", 'evil"\\\n\t\u202e', "uv/0.9.1", "x" * 500):
        events.note_download(FilePath(f"packages/{name}", "ab" * 32, name), Sent(206, 5, 7), client)
    events.close()

    taken = take_segments(now=NEXT_DAY + timedelta(days=100_000), events=segments, mill=mill)

    assert (taken.events, taken.skipped) == (4, {})


def test_events_go_to_the_day_on_which_they_ended_by_utc(
    mill: Mill, segments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        moments = ("2026-11-21T23:59:59.999Z", "2026-11-22T00:00:00.000Z", "2026-11-22T23:59:59.999Z")
        write_segment(segments, "host-1-a-1", [event(time=moment) for moment in moments])

        take(mill, segments)
    finally:
        monkeypatch.undo()
        time.tzset()

    assert sorted(EventFile.objects.values_list("day", "rows")) == [(date(2026, 11, 21), 1), (DAY, 2)]


def test_today_is_a_known_day_though_nobody_downloaded(mill: Mill, segments: Path) -> None:
    take(mill, segments)

    today = Day.objects.get()
    assert (today.day, today.kind) == (NEXT_DAY.date(), "own")


def test_what_was_downloaded_while_an_import_held_the_folder_is_not_of_the_future(
    mill: Mill, segments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = NEXT_DAY + timedelta(minutes=20)
    write_segment(segments, "host-1-a-1", [event(time=f"{later:%Y-%m-%dT%H:%M:%S}.000Z")])
    clock = iter([100.0, 100.0 + 20 * 60])
    monkeypatch.setattr("strongroom.downloads.actions.taking.time", SimpleNamespace(monotonic=lambda: next(clock)))

    taken = take(mill, segments)

    assert (taken.events, dict(taken.skipped)) == (1, {})


def test_a_broken_line_is_counted_with_its_reason_and_the_first_of_its_lines(mill: Mill, segments: Path) -> None:
    name = "host-1-a-1"
    lines: list[Fields | bytes] = [
        event(),
        b"\x00\xff no event\n",
        b"x" * 70_000 + b"\n",
        b"{" * 3_000_000 + b"\n",
        event(format=7),
        b"\n",
        event("egg"),
        line_of(event("spam"), name, 7).rstrip(b"\n"),
    ]
    write_segment(segments, name, lines)

    taken = take(mill, segments)

    assert taken.skipped == {Skipped.BROKEN.value: 4, Skipped.FORMAT.value: 1}
    source = Source.objects.get()
    assert (source.read, source.kept) == (8, 3)
    assert source.skipped == {Skipped.BROKEN.value: [4, 2], Skipped.FORMAT.value: [1, 5]}
    assert [row[0] for row in rows_of(mill)] == ["egg", "ham", "spam"]


def test_a_line_of_a_block_is_as_good_as_any(mill: Mill, segments: Path) -> None:
    """Lines that lie across the blocks in which a segment is read are whole."""
    write_segment(segments, "host-1-a-1", [event(version=f"{number}.0", country="x" * 50_000) for number in range(60)])

    assert take(mill, segments) == Taken(1, 60)


def test_a_segment_of_nothing_that_counts_is_listed_and_deleted(mill: Mill, segments: Path) -> None:
    write_segment(segments, "host-1-a-1", [b"rubbish\n"])

    assert take(mill, segments) == Taken(1, 0, Counter({Skipped.BROKEN.value: 1}))

    assert (Source.objects.count(), EventFile.objects.count()) == (1, 0)
    assert list(segments.iterdir()) == []


@pytest.mark.parametrize("again", ["host-1-a-1", "host-1-b-2"])
def test_the_same_segment_twice_counts_once(again: str, mill: Mill, segments: Path) -> None:
    path = write_segment(segments, "host-1-a-1", [event(), event()])
    content = path.read_bytes()
    take(mill, segments)
    (segments / f"{again}.jsonl").write_bytes(content)

    assert take(mill, segments) == Taken()

    assert len(rows_of(mill)) == 2
    assert list(segments.iterdir()) == []


def test_the_same_segment_twice_at_once_counts_once(mill: Mill, segments: Path) -> None:
    path = write_segment(segments, "host-1-a-1", [event()])
    (segments / "host-1-b-1.jsonl").write_bytes(path.read_bytes())

    take(mill, segments)
    take(mill, segments)

    assert len(rows_of(mill)) == 1
    assert list(segments.iterdir()) == []


def test_the_lines_of_a_segment_do_not_count_again_in_another(mill: Mill, segments: Path) -> None:
    write_segment(segments, "host-1-a-1", [line_of(event(), "host-1-b-2")])

    assert take(mill, segments).skipped == {Skipped.BROKEN.value: 1}


def test_another_segment_of_a_name_that_was_counted_is_put_aside(
    mill: Mill, segments: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_segment(segments, "host-1-a-1", [event()])
    take(mill, segments)
    again = write_segment(segments, "host-1-a-1", [event(), event("egg")]).read_bytes()

    assert take(mill, segments) == Taken()

    (aside,) = segments.iterdir()
    assert aside.name.startswith("host-1-a-1.jsonl.")
    assert aside.name.endswith(".refused")
    assert aside.read_bytes() == again
    assert "another of that name was counted" in caplog.text
    assert take(mill, segments) == Taken()
    assert len(rows_of(mill)) == 1


@pytest.mark.parametrize("what", ["link", "folder", "pipe", "name"])
def test_what_is_no_plain_file_is_put_aside_unread(what: str, mill: Mill, segments: Path, tmp_path: Path) -> None:
    secret = write_segment(tmp_path, "host-1-x-1", [event("secret")])
    write_segment(segments, "host-1-a-1", [event()])
    path = segments / ("host-1-x-1.jsonl" if what != "name" else "host-1-\udcff\n-1.jsonl")
    match what:
        case "link":
            path.symlink_to(secret)
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case _:
            path.write_bytes(secret.read_bytes())

    assert take(mill, segments).events == 1

    assert not os.path.lexists(path)
    assert secret.exists()
    (aside,) = segments.iterdir()
    assert aside.name.endswith(".refused")
    assert Source.objects.get().name == "host-1-a-1.jsonl"


def test_a_name_with_quotes_is_a_name_like_any(mill: Mill, segments: Path) -> None:
    name = "host-'\"; DROP TABLE-1"
    write_segment(segments, name, [event()])

    assert take(mill, segments) == Taken(1, 1)
    assert Source.objects.get().name == f"{name}.jsonl"


def test_a_segment_that_cannot_be_read_waits_and_holds_up_no_other(
    mill: Mill, segments: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad = write_segment(segments, "host-1-a-1", [event("egg")])
    write_segment(segments, "host-1-b-1", [event()])
    before = os.open

    def refuse(path: Path, *arguments: int, **named: int) -> int:
        if path == bad:
            raise PermissionError(13, "Permission denied")
        return before(path, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr("strongroom.gear.linefiles.os.open", refuse)
        assert take(mill, segments) == Taken(1, 1)

    assert "host-1-a-1.jsonl cannot be read and will be tried again" in caplog.text
    assert bad.exists()
    assert take(mill, segments) == Taken(1, 1)
    assert [row[0] for row in rows_of(mill)] == ["egg", "ham"]


def test_a_segment_that_is_written_to_while_it_is_read_waits(
    mill: Mill, segments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_segment(segments, "host-1-a-1", [event("egg")])
    write_segment(segments, "host-1-b-1", [event()])
    before = read_row

    def write(line: bytes, **named: object) -> object:
        if b'"egg"' in line:
            path.write_bytes(line_of(event("egg"), "host-1-a-1") * 2)
        return before(line, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(taking, "read_row", write)
        assert take(mill, segments) == Taken(1, 1)

    assert [row[0] for row in rows_of(mill)] == ["ham"]
    assert take(mill, segments) == Taken(1, 2)


def test_a_segment_that_changed_before_it_was_deleted_is_put_aside(
    mill: Mill, segments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_segment(segments, "host-1-a-1", [event()])
    before = taking._list_batch

    def change(*arguments: object) -> None:
        before(*arguments)  # type: ignore[arg-type]
        write_segment(segments, "host-1-a-1", [event(), event("egg")])

    with monkeypatch.context() as patched:
        patched.setattr(taking, "_list_batch", change)
        take(mill, segments)
    assert path.exists()
    take(mill, segments)

    assert [row[0] for row in rows_of(mill)] == ["ham"]
    (aside,) = segments.iterdir()
    assert aside.name.endswith(".refused")


def test_a_segment_of_a_dead_process_is_sealed_and_one_of_a_living_is_let_alone(mill: Mill, segments: Path) -> None:
    from strongroom.reads.segments import segment_name

    dead, alive = segment_name(0, 1), segment_name(0, 2)
    torn = line_of(event(), dead, 1)[:-30]
    write_segment(segments, dead, [event("egg"), torn], ending=".open")
    living = write_segment(segments, alive, [event()], ending=".open")
    with living.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        assert take(mill, segments) == Taken(1, 1)

    assert list(segments.iterdir()) == [living]


@pytest.mark.parametrize("fails", ["press", "place"])
def test_a_full_disk_loses_nothing(fails: str, mill: Mill, segments: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_segment(segments, "host-1-a-1", [event()])

    def full(*_: object, **__: object) -> None:
        raise EngineFailed("no space") if fails == "press" else OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(type(mill.duck) if fails == "press" else type(mill.downloads), fails, full)
        with pytest.raises((EngineFailed, OSError)):
            take(mill, segments)

    assert (Source.objects.count(), EventFile.objects.count()) == (0, 0)
    assert left(mill) == [".lock"]
    assert take(mill, segments) == Taken(1, 1)


def test_a_disk_that_is_full_while_lines_are_written_loses_nothing(mill: Mill, segments: Path) -> None:
    """White box: a real limit of the system on the size of files, in a process of its own."""
    write_segment(segments, "host-1-a-1", [event(version=f"{number}.0") for number in range(3000)])
    program = (
        "import resource, signal, sys, io, datetime, pathlib\n"
        "from strongroom.downloads.actions import taking\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "try:\n"
        "    with (path.parent / 'rows').open('wb') as text:\n"
        "        taking._read_apart(path, text, datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC))\n"
        "except OSError as error:\n"
        "    sys.exit(0 if error.errno == 27 else 1)\n"
        "sys.exit(2)\n"
    )
    path = segments / "host-1-a-1.jsonl"
    setup = "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'strongroom.site.settings'; django.setup()\n"
    assert subprocess.run([sys.executable, "-c", setup + program, path], check=False).returncode == 0
    (segments / "rows").unlink()

    assert take(mill, segments) == Taken(1, 3000)


def test_what_an_engine_drops_is_not_taken_for_counted(
    mill: Mill, segments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_segment(segments, "host-1-a-1", [event()])
    monkeypatch.setattr(type(mill.duck), "press", lambda *_, to, **__: to.touch() or 0)

    with pytest.raises(ArithmeticError):
        take(mill, segments)
    assert path.exists()
    assert not EventFile.objects.exists()


def test_segments_that_another_machine_took_at_the_same_moment_count_once(
    mill: Mill, segments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_segment(segments, "host-1-a-1", [event()])
    content = path.read_bytes()
    other = mill_of_another_machine(mill)
    place = taking._place_days

    def place_late(*arguments: object) -> list[EventFile]:
        files = place(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr(taking, "_place_days", place)
        take(other, segments)
        path.write_bytes(content)
        return files

    monkeypatch.setattr(taking, "_place_days", place_late)
    assert take(mill, segments) == Taken()

    assert left(mill) == [".lock"]
    assert EventFile.objects.count() == Source.objects.count() == 1
    assert take(mill, segments) == Taken()
    assert list(segments.iterdir()) == []


def mill_of_another_machine(mill: Mill) -> Mill:
    """A mill of another machine: its own folder, the same database."""
    folder = type(mill.downloads)(mill.downloads.folder.with_name("other"))
    return Mill(engine=mill.duck, duck=mill.duck, downloads=folder, snapshots=mill.snapshots)


def test_a_name_is_listed_once_by_the_database_itself() -> None:
    told = {"kind": "own", "name": "a.jsonl", "batch": "x", "read": 0, "kept": 0, "taken_at": NEXT_DAY}
    Source.objects.create(sha256="a" * 64, **told)
    with pytest.raises(IntegrityError):
        Source.objects.create(sha256="b" * 64, **told)


def test_many_segments_are_taken_in_batches(mill: Mill, segments: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "MOST_SEGMENTS", 3)
    for number in range(7):
        write_segment(segments, f"host-1-a-{number}", [event(version=f"{number}.0")])

    assert take(mill, segments) == Taken(7, 7)
    assert sorted(EventFile.objects.values_list("rows", flat=True)) == [1, 3, 3]


def test_large_segments_are_taken_in_batches(mill: Mill, segments: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "MOST_BYTES", 100)
    for number in range(3):
        write_segment(segments, f"host-1-a-{number}", [event(version=f"{number}.0")])

    assert take(mill, segments) == Taken(3, 3)
    assert EventFile.objects.count() == 3


def test_files_that_nobody_lists_are_swept_once_they_are_old(mill: Mill, segments: Path) -> None:
    write_segment(segments, "host-1-a-1", [event()])
    take(mill, segments)
    roll_days(now=NEXT_DAY, mill=mill)
    kept = left(mill)
    for name in kept:
        age(mill.downloads.path_of(name))
    strays = [mill.downloads.path_of(f"{place}/stray.parquet") for place in ("events/2026-11-22", "days", ".writing")]
    fresh = mill.downloads.path_of("events/2026-11-22/fresh.parquet")
    history = mill.downloads.path_of("history/2026-11.sqlite3")
    history.parent.mkdir()
    for path in (*strays, fresh, history):
        path.touch()
    for path in (*strays, history):
        age(path)

    assert sweep_strays(mill=mill) == 3

    assert left(mill) == sorted([*kept, "events/2026-11-22/fresh.parquet", "history/2026-11.sqlite3"])


def test_what_a_killed_taking_was_writing_goes_with_the_next(mill: Mill, segments: Path) -> None:
    own, others = mill.downloads.begin(".taking.tsv"), mill.downloads.begin(".parquet")
    own.touch()
    others.touch()

    take(mill, segments)

    assert (own.exists(), others.exists()) == (False, True)


def test_the_first_kind_that_brought_events_counts_on_a_day(mill: Mill, segments: Path) -> None:
    EventFile.objects.create(day=DAY, kind="nginx", path="x", batch="x", rows=1)
    Day.objects.create(day=DAY, kind="nginx", is_stale=False)
    write_segment(segments, "host-1-a-1", [event()])

    take(mill, segments)

    day = Day.objects.get(day=DAY)
    assert (day.kind, day.is_stale) == ("nginx", False)
    assert EventFile.objects.filter(day=DAY, kind="own").exists()


def test_a_day_on_which_the_index_only_ran_is_for_whoever_brings_events_of_it(mill: Mill, segments: Path) -> None:
    take(mill, segments)
    today = NEXT_DAY.date()

    assert claim_days(days=[today, DAY], kind=SourceKind.NGINX) == [DAY, today]

    assert set(Day.objects.values_list("kind", flat=True)) == {"nginx"}
    take(mill, segments)
    assert set(Day.objects.values_list("kind", flat=True)) == {"nginx"}


def test_late_events_make_their_day_stale_again(mill: Mill, segments: Path) -> None:
    write_segment(segments, "host-1-a-1", [event()])
    take(mill, segments)
    roll_days(now=NEXT_DAY, mill=mill)
    assert not Day.objects.get(day=DAY).is_stale
    write_segment(segments, "host-1-a-2", [event("egg")])

    take(mill, segments)

    assert Day.objects.get(day=DAY).is_stale
    assert roll_days(now=NEXT_DAY, mill=mill) == [DAY]
    assert counts_of(mill) == {"egg": {"counted": 1, "other": 1}, "ham": {"counted": 1, "other": 1}}


def test_a_folder_that_is_not_there_holds_nothing(mill: Mill, tmp_path: Path) -> None:
    assert take(mill, tmp_path / "nowhere") == Taken()


def test_lines_are_logged_by_nobody(mill: Mill, segments: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What a hostile line says reaches no log."""
    caplog.set_level(logging.DEBUG)
    write_segment(segments, "host-1-a-1", [b"\x1b[31mEVIL\n"])
    take(mill, segments)
    assert "EVIL" not in caplog.text


def fields_of(rows: list[tuple[object, ...]]) -> list[Fields]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def test_files_of_events_have_the_columns_that_are_written_down(mill: Mill, segments: Path) -> None:
    write_segment(segments, "host-1-a-1", [event(client="'\"\t<b>\u202e", status=206, first_byte=2**62)])
    take(mill, segments)

    (row,) = fields_of(rows_of(mill))
    assert row["client"] == "'\"\ufffd<b>\u202e"
    assert (row["status"], row["first_byte"]) == (206, 2**62)
    path = mill.downloads.path_of(EventFile.objects.get().path)
    described = mill.duck.rows("DESCRIBE SELECT * FROM events", {"events": [path]})
    assert {name: kind for name, kind, *_ in described} == COLUMNS
