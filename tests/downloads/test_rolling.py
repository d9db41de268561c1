"""What a day adds up to: the same whatever its files are, and anew whenever other events become known."""

from __future__ import annotations

import hashlib
import itertools
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strongroom.downloads.actions import rolling
from strongroom.downloads.actions.claiming import claim_days, know_day
from strongroom.downloads.actions.rolling import roll_days
from strongroom.downloads.actions.taking import take_segments
from strongroom.downloads.models import Day, DayCount, EventFile, Source
from strongroom.downloads.queries.days import list_counted_days, list_known_days, list_stale_days
from strongroom.downloads.rules.days import begin_of, days_between, digest_counts, instant_of
from strongroom.downloads.rules.events import COLUMNS
from strongroom.downloads.rules.sources import SourceKind
from strongroom.gear.dayfiles import DayFiles
from strongroom.gear.engines import EngineFailed, Tables
from strongroom.gear.engines.duck import Duck
from strongroom.gear.mill import Mill
from tests.downloads.noting import DAY, NEXT_DAY, Fields, counted, counts_of, event, write_segment

pytestmark = pytest.mark.django_db

NAMES = ("ham", "egg", "spam", "a-b", "ab", "a1")


def add_events(mill: Mill, rows: Sequence[tuple[object, ...]], *, kind: SourceKind = SourceKind.OWN) -> EventFile:
    """A file of events of ``DAY``: project, client, ci, status, first byte and amount."""
    path = f"events/{DAY}/{EventFile.objects.count()}-{kind.value}.parquet"
    values = ", ".join(
        f"({text(project)}, '1.0', 'f', {text(client)}, NULL, NULL, NULL, {text(ci)}, {status}, {first}, 1, 0, "
        f"{amount})"
        for project, client, ci, status, first, amount in rows
    )
    casts = ", ".join(f"CAST({name} AS {form}) AS {name}" for name, form in COLUMNS.items())
    table = f"(VALUES {values}) AS told({', '.join(COLUMNS)})"
    written = mill.downloads.begin(".parquet")
    mill.duck.run([f"COPY (SELECT {casts} FROM {table}) TO '{written}' (FORMAT parquet)"])
    mill.downloads.place(written, path)
    claim_days(days=[DAY], kind=kind)
    return EventFile.objects.create(day=DAY, kind=kind.value, path=path, batch="x", rows=len(rows))


def text(value: object) -> str:
    return "NULL" if value is None else f"'{value}'" if isinstance(value, str) else str(value)


def roll(mill: Mill, *, again: bool = False, days: int = 0) -> list[date]:
    return roll_days(now=NEXT_DAY + timedelta(days=days), mill=mill, again=again)


MIRRORS = ("bandersnatch", "pep381client", "z3c.pypimirror")
PROXIES = ("Artifactory", "Nexus", "devpi")


@pytest.mark.parametrize(
    ("client", "ci", "status", "first_byte", "kind"),
    [
        *[pytest.param(one, None, 200, 0, "mirrors", id=f"{one} copies") for one in MIRRORS],
        *[pytest.param(one, None, 200, 0, "proxies", id=f"{one} keeps for others") for one in PROXIES],
        pytest.param("pip", None, 200, 0, "other", id="an installer that does not say whether in CI"),
        pytest.param("pip", False, 200, 0, "other", id="an installer outside CI"),
        pytest.param("pip", True, 200, 0, "ci", id="an installer in CI"),
        pytest.param("Browser", None, 200, 0, "browser", id="a browser"),
        pytest.param("Browser", False, 200, 0, "browser", id="a browser outside CI"),
        pytest.param("Browser", True, 200, 0, "ci", id="a browser in CI"),
        pytest.param(None, None, 200, 0, "unknown", id="nobody knows who; so is what linehaul ignores"),
        pytest.param("", None, 200, 0, "unknown", id="a client without a name"),
        pytest.param(None, False, 200, 0, "unknown", id="nobody knows who, outside CI"),
        pytest.param(None, True, 200, 0, "ci", id="nobody knows who, in CI"),
        pytest.param("bandersnatch", True, 200, 0, "mirrors", id="a mirror in CI is a mirror"),
        pytest.param("devpi", True, 200, 0, "proxies", id="a proxy in CI is a proxy"),
        pytest.param("BANDERSNATCH", None, 200, 0, "other", id="linehaul's spelling alone"),
        pytest.param("pip", None, 206, 0, "other", id="the first piece is a download"),
        pytest.param("pip", None, 206, 1, "partial", id="a later piece is none"),
        pytest.param(None, None, 206, 1, "partial", id="a later piece that nobody knows who fetched"),
        pytest.param("bandersnatch", None, 206, 1, "partial", id="a later piece of a mirror"),
        pytest.param("bandersnatch", None, 206, 0, "mirrors", id="the first piece of a mirror"),
        pytest.param("pip", True, 206, 9, "partial", id="a later piece in CI"),
    ],
)
def test_each_download_is_of_one_kind(
    client: str | None, ci: bool | None, status: int, first_byte: int, kind: str, mill: Mill
) -> None:
    add_events(mill, [("ham", client, ci, status, first_byte, 1), ("egg", "uv", None, 200, 0, 1)])

    roll(mill)

    expected = {kind: 1} if kind in {"partial", "mirrors"} else {kind: 1, "counted": 1}
    assert counts_of(mill) == {"egg": {"counted": 1, "other": 1}, "ham": expected}


def test_what_is_counted_is_what_its_kinds_add_up_to(mill: Mill) -> None:
    clients = [*MIRRORS, *PROXIES, "pip", "Browser", None, ""]
    cases = itertools.product(clients, [None, False, True], [(200, 0), (206, 0), (206, 1)])
    add_events(
        mill,
        [("ham", client, ci, *piece, 3**number) for number, (client, ci, piece) in enumerate(cases, 0) if number < 39],
    )

    roll(mill)

    found = counted()
    assert found is not None
    assert found.counted == found.proxies + found.ci + found.browser + found.unknown + found.other
    assert found.counted + found.mirrors + found.partial == sum(3**number for number in range(39))


@pytest.mark.parametrize("amount", [2**32 + 1, 2**53 + 1, 2**62 + 1])
def test_large_numbers_are_whole_numbers(amount: int, mill: Mill) -> None:
    add_events(mill, [("ham", "pip", None, 200, 0, amount), ("egg", "pip", None, 200, 0, 2)])
    add_events(mill, [("ham", "uv", None, 200, 0, 3)])

    roll(mill)

    assert counts_of(mill)["ham"] == {"counted": amount + 3, "other": amount + 3}
    found = counted()
    assert found is not None
    assert (found.counted, found.projects) == (amount + 5, 2)
    rows = [("egg", 2, 0, 0, 0, 0, 0, 0, 2), ("ham", amount + 3, 0, 0, 0, 0, 0, 0, amount + 3)]
    assert found.sha256 == digest_counts(rows)


@pytest.mark.parametrize("projects", [("ham", "ham", "ham"), ("ham", "egg", "spam")])
def test_a_day_that_adds_up_to_more_than_can_be_kept_fails_and_holds_up_no_other(
    projects: Sequence[str], mill: Mill, caplog: pytest.LogCaptureFixture
) -> None:
    add_events(mill, [(project, "pip", None, 200, 0, 2**62) for project in projects])
    know_day(day=DAY - timedelta(days=1))
    know_day(day=DAY + timedelta(days=1))

    with pytest.raises(EngineFailed):
        roll(mill, days=1)

    assert [one.day for one in list_counted_days(DAY - timedelta(days=9), DAY + timedelta(days=9))] == [
        DAY - timedelta(days=1),
        DAY + timedelta(days=1),
    ]
    assert f"the downloads of {DAY} could not be added up" in caplog.text
    assert list_stale_days(DAY + timedelta(days=9)) == [DAY]


def test_the_digest_is_over_names_in_the_order_of_their_bytes(mill: Mill) -> None:
    names = ["a-b", "a1", "ab", "b", "z-1", "z0"]
    add_events(mill, [(name, "pip", None, 200, 0, 1) for name in reversed(names)])

    roll(mill)

    found = counted()
    assert found is not None
    assert found.sha256 == digest_counts([(name, 1, 0, 0, 0, 0, 0, 0, 1) for name in names])


def test_digests_and_days_are_as_written_down() -> None:
    told = b"egg,1,0,0,0,0,0,0,1\nham,2,0,0,0,0,0,0,2\n"
    rows = [("egg", 1, 0, 0, 0, 0, 0, 0, 1), ("ham", 2, 0, 0, 0, 0, 0, 0, 2)]
    assert digest_counts(rows) == hashlib.sha256(told).hexdigest()
    assert instant_of(1_795_305_600_000) == begin_of(DAY)
    assert days_between(date(2028, 2, 28), date(2028, 3, 1)) == [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]


def test_a_day_without_downloads_adds_up_to_nothing_and_is_not_missing(mill: Mill) -> None:
    know_day(day=DAY)

    assert roll(mill) == [DAY]

    found = counted()
    assert found is not None
    assert (found.revision, found.projects, found.counted, found.sha256) == (1, 0, 0, digest_counts([]))
    assert counts_of(mill) == {}
    details = mill.downloads.path_of(found.details)
    described = mill.duck.rows("DESCRIBE SELECT * FROM details", {"details": [details]})
    assert [name for name, *_ in described] == ["project", "version", "filename", "client", "counted"]


def test_a_day_that_is_not_over_is_not_added_up(mill: Mill) -> None:
    add_events(mill, [("ham", "pip", None, 200, 0, 1)])

    assert roll(mill, days=-1) == []
    assert not DayCount.objects.exists()
    assert roll(mill) == [DAY]


def test_details_tell_of_versions_files_and_clients(mill: Mill, segments: Path) -> None:
    told = [
        event(),
        event(),
        event(version="2.0", client="uv"),
        event(client=None),
        event(client="bandersnatch"),
        event(status=206, first_byte=9),
        event("egg", status=206),
    ]
    write_segment(segments, "host-1-a-1", told)
    take_segments(now=NEXT_DAY, events=segments, mill=mill)

    roll(mill)

    found = counted()
    assert found is not None
    rows = mill.duck.rows("SELECT * FROM details", {"details": [mill.downloads.path_of(found.details)]})
    assert list(rows) == [
        ("egg", "1.0", "egg-1.0-py3-none-any.whl", "pip", 1),
        ("ham", "1.0", "ham-1.0-py3-none-any.whl", "", 1),
        ("ham", "1.0", "ham-1.0-py3-none-any.whl", "pip", 2),
        ("ham", "2.0", "ham-2.0-py3-none-any.whl", "uv", 1),
    ]
    assert found.counted == 5


def test_the_same_events_again_make_no_new_revision(mill: Mill) -> None:
    add_events(mill, [("ham", "pip", None, 200, 0, 1)])
    assert roll(mill) == [DAY]

    assert roll(mill) == []
    assert roll(mill, again=True) == []

    assert DayCount.objects.count() == 1


def test_the_last_days_are_added_up_again_when_asked_and_older_ones_are_not(
    mill: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in range(6):
        know_day(day=DAY - timedelta(days=days))
    roll(mill)
    tried: list[date] = []

    def try_day(day: date, *_: object) -> bool:
        tried.append(day)
        return False

    monkeypatch.setattr(rolling, "_roll_day", try_day)

    roll(mill)
    assert tried == []
    roll(mill, again=True)
    assert tried == [DAY - timedelta(days=2), DAY - timedelta(days=1), DAY]


def test_late_events_make_a_new_revision_and_the_old_one_stays(mill: Mill) -> None:
    add_events(mill, [("ham", "pip", None, 200, 0, 1)])
    roll(mill)
    first = counted()
    add_events(mill, [("egg", "pip", None, 200, 0, 1)])

    assert roll(mill, days=40) == [DAY]

    second = counted()
    assert first is not None
    assert second is not None
    assert (first.revision, second.revision) == (1, 2)
    assert (first.counted, second.counted) == (1, 2)
    assert mill.downloads.path_of(first.path).exists()
    assert list(DayCount.objects.order_by("revision").values_list("path", flat=True)) == [first.path, second.path]


def test_a_day_can_be_replaced_by_lower_numbers(mill: Mill) -> None:
    add_events(mill, [("ham", "pip", None, 200, 0, 100)])
    roll(mill)
    add_events(mill, [("ham", "pip", None, 200, 0, 7)], kind=SourceKind.FASTLY)
    assert roll(mill) == []
    Day.objects.filter(day=DAY).update(kind="fastly", is_stale=True)

    assert roll(mill) == [DAY]

    found = counted()
    assert found is not None
    assert (found.revision, found.counted, found.kind) == (2, 7, SourceKind.FASTLY)


def test_a_day_that_goes_back_and_forth_has_a_revision_for_each(mill: Mill) -> None:
    add_events(mill, [("ham", "pip", None, 200, 0, 100)])
    add_events(mill, [("ham", "pip", None, 200, 0, 7)], kind=SourceKind.FASTLY)
    for kind in ("own", "fastly", "own"):
        Day.objects.filter(day=DAY).update(kind=kind, is_stale=True)
        assert roll(mill) == [DAY]

    assert list(DayCount.objects.order_by("revision").values_list("counted", flat=True)) == [100, 7, 100]
    assert counts_of(mill) == {"ham": {"counted": 100, "other": 100}}


def test_the_same_counts_from_another_source_are_a_revision_of_their_own(mill: Mill) -> None:
    add_events(mill, [("ham", "pip", None, 200, 0, 7)])
    roll(mill)
    add_events(mill, [("ham", "pip", None, 200, 0, 7)], kind=SourceKind.FASTLY)
    Day.objects.filter(day=DAY).update(kind="fastly", is_stale=True)

    assert roll(mill) == [DAY]
    found = counted()
    assert found is not None
    assert (found.revision, found.kind) == (2, SourceKind.FASTLY)


def test_events_that_come_while_a_day_is_added_up_leave_it_stale(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    add_events(mill, [("ham", "pip", None, 200, 0, 1)])
    with monkeypatch.context() as patched:
        patched.setattr(rolling, "_digested", _after(lambda: add_events(mill, [("egg", "pip", None, 200, 0, 1)])))
        assert roll(mill) == []

    assert not DayCount.objects.exists()
    assert roll(mill) == [DAY]
    assert counts_of(mill) == {"egg": {"counted": 1, "other": 1}, "ham": {"counted": 1, "other": 1}}


def _after(do: object) -> object:
    before = rolling._digested

    def digested(*arguments: object) -> object:
        found = before(*arguments)  # type: ignore[arg-type]
        do()  # type: ignore[operator]
        return found

    return digested


def test_of_two_who_add_up_the_same_day_one_gives_way(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    add_events(mill, [("ham", "pip", None, 200, 0, 1)])
    before = rolling._digested

    def digested(*arguments: object) -> object:
        found = before(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr(rolling, "_digested", before)
        assert roll(mill) == [DAY]
        return found

    monkeypatch.setattr(rolling, "_digested", digested)
    assert roll(mill) == []

    assert DayCount.objects.count() == 1
    assert not Day.objects.get(day=DAY).is_stale


def test_what_another_machine_added_up_at_the_last_moment_is_not_added_up_twice(
    mill: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unlocked(DayFiles):
        """The same folder from another machine, whose locks this one does not see."""

        @contextmanager
        def locked(self) -> Iterator[None]:
            yield

    other = Mill(mill.engine, mill.duck, downloads=Unlocked(mill.downloads.folder), snapshots=mill.snapshots)
    add_events(mill, [("ham", "pip", None, 200, 0, 1)])
    place = DayFiles.place

    def place_late(files: DayFiles, written: Path, name: str) -> Path:
        monkeypatch.setattr(DayFiles, "place", place)
        assert roll(other) == [DAY]
        return place(files, written, name)

    monkeypatch.setattr(DayFiles, "place", place_late)
    assert roll(mill) == []

    assert DayCount.objects.count() == 1


def test_a_revision_that_another_machine_made_at_the_same_moment_is_no_fault(
    mill: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """White box: with the day locked it cannot happen; should it, the database refuses the second."""
    add_events(mill, [("ham", "pip", None, 200, 0, 1)])
    roll(mill)
    before = rolling._insert

    def insert(*arguments: object, **named: object) -> None:
        found = before(*arguments, **named)  # type: ignore[arg-type]
        DayCount.objects.bulk_create([_copy(DayCount.objects.get(day=DAY, revision=2))])
        return found

    add_events(mill, [("egg", "pip", None, 200, 0, 1)])
    with monkeypatch.context() as patched:
        patched.setattr(rolling, "_insert", insert)
        assert roll(mill) == []
    assert DayCount.objects.count() == 1
    assert roll(mill) == [DAY]


def _copy(row: DayCount) -> DayCount:
    row.pk = None
    return row


@pytest.mark.parametrize("which", ["path", "details"])
def test_a_file_of_counts_that_was_lost_is_written_again(which: str, mill: Mill) -> None:
    add_events(mill, [("ham", "pip", None, 200, 0, 1)])
    roll(mill)
    found = counted()
    assert found is not None
    lost = mill.downloads.path_of(getattr(found, which))
    lost.unlink()

    assert roll(mill, again=True) == []

    assert lost.exists()
    assert counts_of(mill) == {"ham": {"counted": 1, "other": 1}}


def test_a_day_whose_events_were_lost_keeps_what_it_added_up_to(mill: Mill) -> None:
    lost = add_events(mill, [("ham", "pip", None, 200, 0, 1)])
    roll(mill)
    mill.downloads.path_of(lost.path).unlink()

    with pytest.raises(EngineFailed):
        roll(mill, again=True)
    assert counts_of(mill) == {"ham": {"counted": 1, "other": 1}}


def test_nothing_is_left_of_what_was_being_written(mill: Mill) -> None:
    add_events(mill, [("ham", "pip", None, 200, 0, 1)])
    know_day(day=DAY - timedelta(days=1))
    roll(mill)
    assert list(mill.downloads.path_of(".writing").iterdir()) == []


class OtherEngine:
    """An engine whose answers are right and in no order."""

    name = "other"

    def __init__(self, duck: Duck) -> None:
        self._duck, self.asked = duck, 0

    def answer(self, question: str, tables: Tables, to: Path) -> int:
        self.asked += 1
        return self._duck.answer(f"SELECT * FROM ({question}) ORDER BY hash(project)", tables, to)


def test_the_engine_is_asked_and_its_order_does_not_matter(mill: Mill) -> None:
    add_events(mill, [(name, "pip", None, 200, 0, 1) for name in NAMES])
    engine = OtherEngine(mill.duck)
    roll(Mill(engine=engine, duck=mill.duck, downloads=mill.downloads, snapshots=mill.snapshots))
    found = counted()
    assert found is not None
    assert found.sha256 == digest_counts([(name, 1, 0, 0, 0, 0, 0, 0, 1) for name in sorted(NAMES)])
    assert engine.asked == 2


def test_days_are_known_missing_stale_or_complete(mill: Mill) -> None:
    add_events(mill, [("ham", "pip", None, 200, 0, 1)])
    know_day(day=DAY - timedelta(days=2))
    roll(mill)
    add_events(mill, [("ham", "pip", None, 200, 0, 1)])

    complete, missing, stale = list_known_days(DAY - timedelta(days=2), DAY)

    assert (complete.kind, complete.is_stale, complete.counted and complete.counted.counted) == (
        SourceKind.OWN,
        False,
        0,
    )
    assert (missing.kind, missing.counted) == (None, None)
    assert (stale.is_stale, stale.counted and stale.counted.counted) == (True, 1)
    assert [one.day for one in list_counted_days(DAY - timedelta(days=2), DAY)] == [DAY - timedelta(days=2), DAY]


EVENTS = st.lists(
    st.builds(
        event,
        st.sampled_from(NAMES),
        st.sampled_from(["1.0", "2.0"]),
        client=st.sampled_from([None, "pip", "devpi", "bandersnatch", "Browser", "e'v\"il"]),
        ci=st.sampled_from([None, True, False]),
        status=st.just(206),
        first_byte=st.sampled_from([0, 1]),
        time=st.sampled_from(["2026-11-22T00:00:00.000Z", "2026-11-22T23:59:59.999Z", "2026-11-21T23:59:59.999Z"]),
    ),
    max_size=25,
)


@contextmanager
def _fresh(mill: Mill) -> Iterator[Mill]:
    """A mill of its own, and a database as if nothing was counted."""
    folder = Path(tempfile.mkdtemp(dir=mill.downloads.folder.parent))
    try:
        duck = Duck(folder=folder / ".writing", threads=1)
        yield Mill(engine=duck, duck=duck, downloads=type(mill.downloads)(folder), snapshots=mill.snapshots)
    finally:
        shutil.rmtree(folder)
        for model in (Day, DayCount, EventFile, Source):
            model.objects.all().delete()


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(told=EVENTS, data=st.data())
@pytest.mark.parametrize("files", [1, 8])
def test_any_split_of_the_same_events_in_any_order_adds_up_to_the_same(
    files: int, told: list[Fields], data: st.DataObject, mill: Mill
) -> None:
    mill.downloads.folder.parent.mkdir(parents=True, exist_ok=True)

    with _fresh(mill) as whole:
        expected = _added_up(whole, [told])
    shuffled = data.draw(st.permutations(told))
    parts = [shuffled[number::files] for number in range(files)]
    with _fresh(mill) as split:
        assert _added_up(split, parts, at_once=data.draw(st.booleans())) == expected


def _added_up(mill: Mill, parts: Sequence[Sequence[Fields]], *, at_once: bool = True) -> list[tuple[date, str]]:
    segments = mill.downloads.folder / "segments"
    for number, part in enumerate(parts):
        write_segment(segments, f"host-1-{number}", part)
        if not at_once:
            take_segments(now=NEXT_DAY, events=segments, mill=mill)
    take_segments(now=NEXT_DAY, events=segments, mill=mill)
    roll_days(now=NEXT_DAY, mill=mill)
    return [(one.day, one.sha256) for one in list_counted_days(DAY - timedelta(days=1), DAY)]
