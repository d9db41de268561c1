"""Importing what others noted: each object once, whole or not at all, and what of it counts."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from strongroom.downloads.actions import importing
from strongroom.downloads.actions.claiming import know_day
from strongroom.downloads.actions.rolling import roll_days
from strongroom.downloads.actions.staging import Wanted
from strongroom.downloads.models import Day, EventFile, Source
from strongroom.downloads.rules.periods import Period, spread
from strongroom.downloads.rules.sources import Form, SourceKind
from strongroom.gear import stagings
from strongroom.gear.mill import Mill
from strongroom.record.models import Event
from strongroom.site.refusals import sentence_of
from strongroom.terms.refusals import Reason, Refused
from tests.downloads.importing.samples import (
    ADA,
    DAY,
    EVENTS_HEADER,
    NOON_MS,
    NOW,
    PATH,
    WHEEL,
    combined_line,
    events_row,
    fastly_line,
    kept,
    nginx_line,
    packed,
    parquet,
    put,
    reason_of,
    take,
    text,
)
from tests.downloads.noting import counts_of

pytestmark = pytest.mark.django_db

CI_ONE = {"ham-egg": {"counted": 1, "ci": 1}}
NESTED = (
    "SELECT TIMESTAMPTZ '2026-11-22 12:00:00Z' AS timestamp, 'FR' AS country_code, 'Ham.Egg' AS project, "
    f"{{'filename': '{WHEEL}', 'project': 'Ham.Egg', 'version': '1.0', 'type': 'bdist_wheel'}} AS file, "
    "{'installer': {'name': 'pip', 'version': '26.0'}, 'python': '3.13.1', 'system': {'name': 'Linux', "
    "'release': '6.8'}, 'ci': true, 'distro': {'libc': {'lib': 'glibc'}}} AS details, [1, 2] AS others"
)


def day_counts(*rows: str, header: str = "day,project,download_count") -> bytes:
    return text(header, *rows)


@pytest.mark.parametrize("pack", [bytes, packed], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("lines", "form"),
    [
        pytest.param([nginx_line()], Form.NGINX, id="nginx"),
        pytest.param([combined_line()], Form.COMBINED, id="combined"),
        pytest.param([fastly_line()], Form.FASTLY, id="fastly"),
        pytest.param([EVENTS_HEADER, events_row()], Form.EVENTS, id="a table of events"),
    ],
)
def test_each_form_of_log_comes_to_the_same_count(
    lines: list[str], form: Form, pack: type[bytes], mill: Mill, tmp_path: Path
) -> None:
    told: list[int] = []
    path = put(tmp_path, pack(text(*lines)))

    came = take(mill, path, advance=told.append)

    assert (came.form, came.read, came.kept, came.skipped, came.days, came.others) == (form, 1, 1, {}, [DAY], {})
    assert sum(told) == path.stat().st_size
    sent = 0 if form in {Form.FASTLY, Form.EVENTS} else 1000
    assert kept(mill) == [
        ("ham-egg", "1.0", WHEEL, "pip", "26.0", "3.13.1", "Linux", True, 200, 0, sent, NOON_MS, 1),
    ]
    source, file, day = Source.objects.get(), EventFile.objects.get(), Day.objects.get()
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert (source.kind, source.name, source.first_at, source.last_at) == (form.kind.value, "object.log", noon, noon)
    assert (source.read, source.kept, source.skipped, source.taken_at) == (1, 1, {}, NOW)
    assert (file.kind, file.batch, file.rows, file.day) == (form.kind.value, source.batch, 1, DAY)
    assert (day.day, day.kind, day.is_stale) == (DAY, form.kind.value, True)
    event = Event.objects.latest("id")
    assert (event.deed, event.actor_name, event.subject_kind, event.subject_name) == (
        "downloads-imported",
        "ada",
        "index",
        "downloads",
    )
    assert event.details == {"name": "object.log", "kind": form.kind.value, "read": 1, "kept": 1, "skipped": {}}
    assert roll_days(now=NOW, mill=mill) == [DAY]
    assert counts_of(mill, DAY) == CI_ONE


@pytest.mark.parametrize("pack", [bytes, packed], ids=["plain", "gzip"])
def test_parquet_with_the_nested_columns_of_the_public_table_is_read(
    pack: type[bytes], mill: Mill, tmp_path: Path
) -> None:
    path = put(tmp_path, pack(parquet(mill, tmp_path, NESTED)), name="it's [1]*?.parquet")

    came = take(mill, path)

    assert (came.form, came.read, came.kept) == (Form.EVENTS, 1, 1)
    assert kept(mill) == [("ham-egg", "1.0", WHEEL, "pip", "26.0", "3.13.1", "Linux", True, 200, 0, 0, NOON_MS, 1)]


def test_parquet_of_daily_counts_is_read(mill: Mill, tmp_path: Path) -> None:
    day = "DATE '2026-11-22' - CAST(range AS INTEGER) AS day"
    rows = f"SELECT {day}, 'Ham' AS project, 5 + range AS downloads FROM range(3)"
    came = take(mill, put(tmp_path, parquet(mill, tmp_path, rows)))
    assert (came.form, came.days) == (Form.COUNTS, [DAY - timedelta(2), DAY - timedelta(1), DAY])
    assert kept(mill, "project, amount") == [("ham", 7), ("ham", 6), ("ham", 5)]


def test_rows_of_parquet_are_skipped_with_the_number_of_the_first(mill: Mill, tmp_path: Path) -> None:
    rows = "SELECT DATE '2026-11-22' AS day, 'ham' AS project, range - 1 AS count FROM range(4)"
    came = take(mill, put(tmp_path, parquet(mill, tmp_path, rows)))
    assert (came.read, came.kept, came.skipped) == (4, 3, {"no whole number of downloads": [1, 1]})


def test_daily_counts_are_read_with_their_details(mill: Mill, tmp_path: Path) -> None:
    rows = [
        "2026-11-22,Ham_Egg,1.0,pip,true,ham_egg-1.0.tar.gz,4000000000",
        "2026-11-22,ham.egg,1.0,bandersnatch,,ham_egg-1.0.zip,500000000001",
        "2026-11-22,ham-egg,1.0,,false,ham_egg-1.0.egg,5",
    ]
    header = "date,project,version,installer,ci,filename,num_downloads"
    came = take(mill, put(tmp_path, day_counts(*rows, header=header)))

    assert (came.form, came.kept, came.skipped) == (Form.COUNTS, 2, {"no distribution file": [1, 4]})
    roll_days(now=NOW, mill=mill)
    assert counts_of(mill, DAY) == {
        "ham-egg": {"counted": 4_000_000_000, "ci": 4_000_000_000, "mirrors": 500_000_000_001}
    }


def test_a_total_is_spread_over_its_period_and_adds_up_exactly(mill: Mill, tmp_path: Path) -> None:
    totals = {"boto3": 1_880_218_825, "rare": 2, "never": 0, "packaging": 1_577_819_710}
    data = day_counts(*(f"{name},{total}" for name, total in totals.items()), header="project,download_count")
    period = Period(date(2026, 10, 1), date(2026, 10, 30))

    came = take(mill, put(tmp_path, packed(data)), period=period)

    assert (came.read, came.kept, came.days) == (4, 4, period.days)
    found: dict[object, list[object]] = {}
    # That these add up to the totals is shown by the test of spread.
    for project, amount in kept(mill, "project, amount"):
        found.setdefault(project, []).append(amount)
    assert found == {
        name: [part for part in spread(total, 30) if part] for name, total in totals.items() if name != "never"
    }
    assert set(kept(mill, "at_ms % 86400000")) == {(0,)}


def test_totals_without_a_period_are_refused_by_the_names_of_the_options(mill: Mill, tmp_path: Path) -> None:
    path = put(tmp_path, day_counts("ham,5", header="project,download_count"))
    assert reason_of(mill, path) is Reason.IMPORT_PERIOD
    with pytest.raises(Refused) as refused:
        take(mill, path)
    assert "--from" in sentence_of(refused.value)
    assert "--to" in sentence_of(refused.value)


def test_a_period_that_has_not_come_yet_is_refused(mill: Mill, tmp_path: Path) -> None:
    path = put(tmp_path, day_counts("ham,5", header="project,download_count"))
    assert reason_of(mill, path, period=Period(DAY, NOW.date() + timedelta(1))) is Reason.PERIOD_INVALID


def test_lines_go_to_the_day_on_which_they_ended_by_utc(mill: Mill, tmp_path: Path) -> None:
    lines = [
        combined_line(time="22/Nov/2026:00:59:59 +0100"),
        combined_line(time="22/Nov/2026:01:00:00 +0100"),
        nginx_line(time="1795391999.999"),
    ]
    take(mill, put(tmp_path, text(*lines[:2])))
    take(mill, put(tmp_path, text(lines[2])))
    assert [(file.day, file.rows) for file in EventFile.objects.order_by("day", "pk")] == [
        (DAY - timedelta(1), 1),
        (DAY, 1),
        (DAY, 1),
    ]


def test_parts_count_by_where_they_begin(mill: Mill, tmp_path: Path) -> None:
    lines = [nginx_line(status="206", range=f"bytes {first}-9/10") for first in (0, 5, 7)]
    take(mill, put(tmp_path, text(*lines, nginx_line(status="206"))))
    roll_days(now=NOW, mill=mill)
    assert counts_of(mill, DAY) == {"ham-egg": {"counted": 1, "ci": 1, "partial": 3}}


@pytest.mark.parametrize("again", ["the same", "under another name", "as another form"])
def test_the_same_object_is_taken_once(again: str, mill: Mill, tmp_path: Path) -> None:
    data = text(nginx_line())
    path = put(tmp_path, data)
    take(mill, path)
    other = path if again == "the same" else put(tmp_path, data, name="other.log")
    assert reason_of(mill, other, form=Form.COMBINED if again == "as another form" else None) is Reason.IMPORT_KNOWN


def test_a_log_that_was_packed_since_is_the_same_log(mill: Mill, tmp_path: Path) -> None:
    data = text(nginx_line())
    take(mill, put(tmp_path, data, name="access.log.1"))

    assert reason_of(mill, put(tmp_path, packed(data), name="access.log.2.gz")) is Reason.IMPORT_KNOWN


def test_what_is_told_of_an_object_that_is_known_names_it(mill: Mill, tmp_path: Path) -> None:
    take(mill, put(tmp_path, text(nginx_line()), name="first.log"))
    with pytest.raises(Refused) as refused:
        take(mill, put(tmp_path, text(nginx_line()), name="second.log"))
    assert "second.log was imported on 2026-11-23 as first.log" in sentence_of(refused.value)


def test_an_object_that_another_machine_takes_at_the_same_moment_counts_once(
    mill: Mill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, text(nginx_line()))
    place_days = importing._place_days

    def place_late(*arguments: object) -> object:
        other = Source(kind="nginx", name="x", sha256=arguments[1].sha256, batch="b", read=1, kept=1, taken_at=NOW)  # type: ignore[attr-defined]
        other.save()
        return place_days(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "_place_days", place_late)
    with pytest.raises(Refused) as refused:
        take(mill, path)
    assert refused.value.reason is Reason.IMPORT_KNOWN
    assert EventFile.objects.count() == Day.objects.count() == 0


def test_somebody_else_s_import_is_waited_for(mill: Mill, tmp_path: Path) -> None:
    path = put(tmp_path, text(nginx_line()))
    with stagings.staging_folder(mill.downloads.folder / importing.PLACE), pytest.raises(Refused) as refused:
        take(mill, path)
    assert refused.value.reason is Reason.IMPORT_RUNNING
    take(mill, path)


def test_the_first_kind_that_brought_events_counts_on_a_day(mill: Mill, tmp_path: Path) -> None:
    take(mill, put(tmp_path, text(nginx_line())))
    came = take(mill, put(tmp_path, text(fastly_line())))

    assert came.others == {DAY: SourceKind.NGINX}
    assert Day.objects.get().kind == "nginx"
    roll_days(now=NOW, mill=mill)
    assert counts_of(mill, DAY) == CI_ONE


def test_a_day_on_which_the_index_only_ran_is_for_an_import(mill: Mill, tmp_path: Path) -> None:
    know_day(day=DAY)
    assert take(mill, put(tmp_path, text(nginx_line()))).others == {}
    assert Day.objects.get().kind == "nginx"


def test_two_objects_of_one_kind_and_day_add_up(mill: Mill, tmp_path: Path) -> None:
    take(mill, put(tmp_path, text(nginx_line())))
    roll_days(now=NOW, mill=mill)
    take(mill, put(tmp_path, text(combined_line())))

    assert Day.objects.get().is_stale
    roll_days(now=NOW, mill=mill)
    assert counts_of(mill, DAY) == {"ham-egg": {"counted": 2, "ci": 2}}


def test_rows_in_any_order_and_in_many_pieces_give_the_same_files(
    mill: Mill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stagings, "_MOST_BYTES", 2000)
    chance = random.Random(5)
    lines = [
        nginx_line(time=str(1795348800 - 86400 * chance.randrange(3)), path=PATH.replace("ham_egg", f"p{number % 7}"))
        for number in range(60)
    ]
    came = take(mill, put(tmp_path, text(*lines)))

    assert (came.kept, len(came.days)) == (60, 3)
    for file in EventFile.objects.all():
        path = mill.downloads.path_of(file.path)
        projects = [row[0] for row in mill.duck.rows("SELECT project FROM file", {"file": [path]})]
        assert projects == sorted(projects)
        assert len(projects) == file.rows


def test_blank_lines_and_ends_of_lines_of_another_system_are_no_lines(mill: Mill, tmp_path: Path) -> None:
    data = text("day,project,count", "", "2026-11-22,ham,5").replace(b"\n", b"\r\n") + b"  \n"
    came = take(mill, put(tmp_path, data))
    assert (came.read, came.kept, came.skipped) == (1, 1, {})


def test_a_form_that_is_told_is_not_guessed(mill: Mill, tmp_path: Path) -> None:
    lines = ["rubbish"] * 200
    path = put(tmp_path, text(*lines, combined_line()))
    assert reason_of(mill, path) is Reason.IMPORT_FORM
    came = take(mill, path, form=Form.COMBINED)
    assert (came.kept, came.skipped) == (1, {"cannot be read": [200, 1]})


@pytest.mark.parametrize("form", [Form.EVENTS, Form.COUNTS])
def test_a_table_without_the_columns_of_the_form_that_is_told_is_refused(
    form: Form, mill: Mill, tmp_path: Path
) -> None:
    assert reason_of(mill, put(tmp_path, text("project,url", "ham,/x")), form=form) is Reason.IMPORT_COLUMNS
    rows = parquet(mill, tmp_path, "SELECT 'ham' AS project")
    assert reason_of(mill, put(tmp_path, rows), form=form) is Reason.IMPORT_COLUMNS


def test_a_long_name_is_cut_and_one_that_is_no_text_is_kept_as_what_it_can_be(mill: Mill, tmp_path: Path) -> None:
    path = put(tmp_path, text(nginx_line()))
    wanted = Wanted(path, "x\0\udcff" * 300)
    importing.import_object(by=ADA, now=NOW, mill=mill, wanted=wanted)
    assert Source.objects.get().name == ("x\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}" * 300)[:500]
