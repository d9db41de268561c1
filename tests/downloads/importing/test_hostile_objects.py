"""Objects that are broken, or made to do harm: each is refused in one sentence, or its bad lines are counted."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import OperationalError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strongroom.downloads.actions import importing
from strongroom.downloads.models import Source
from strongroom.downloads.rules.periods import Period
from strongroom.downloads.rules.sources import Form
from strongroom.gear.engines import EngineFailed
from strongroom.gear.engines.duck import Duck
from strongroom.gear.logfiles import CHUNK
from strongroom.gear.mill import Mill
from strongroom.gear.stagings import Staging
from strongroom.site.refusals import sentence_of
from strongroom.terms.refusals import Reason, Refused
from tests.downloads.importing.samples import (
    DAY,
    EVENTS_HEADER,
    NOW,
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
    traces,
)

pytestmark = pytest.mark.django_db

CHANCE = random.Random(3)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", Reason.IMPORT_EMPTY, id="nothing"),
        pytest.param(b"\n\n \n", Reason.IMPORT_EMPTY, id="blank lines"),
        pytest.param(packed(b""), Reason.IMPORT_EMPTY, id="nothing, packed"),
        pytest.param(CHANCE.randbytes(5000), Reason.IMPORT_FORM, id="rubbish"),
        pytest.param(bytes(5000), Reason.IMPORT_FORM, id="zeros"),
        pytest.param(b"x" * 3 * CHUNK, Reason.IMPORT_FORM, id="one endless line"),
        pytest.param("projet,téléchargements\n".encode("utf-16"), Reason.IMPORT_FORM, id="UTF-16"),
        pytest.param(b"PAR1" + bytes(100), Reason.IMPORT_UNREADABLE, id="Parquet that is none"),
        pytest.param(b"PAR1" + bytes(100) + b"PAR1", Reason.IMPORT_UNREADABLE, id="Parquet without a footer"),
        pytest.param(packed(text(nginx_line()) * 900)[:-20], Reason.IMPORT_UNREADABLE, id="gzip that is cut off"),
        pytest.param(text("day,project,count", "x,y,z"), Reason.IMPORT_EMPTY, id="a table of nothing that counts"),
        pytest.param(text("day,project,count"), Reason.IMPORT_EMPTY, id="a header alone"),
        pytest.param(text(nginx_line(method="HEAD")), Reason.IMPORT_EMPTY, id="a log without a download"),
        pytest.param(text('{"format":1}'), Reason.IMPORT_FORM, id="a segment of an index"),
    ],
)
def test_an_object_that_cannot_be_taken_is_refused_and_leaves_nothing(
    data: bytes, reason: Reason, mill: Mill, tmp_path: Path
) -> None:
    assert reason_of(mill, put(tmp_path, data)) is reason


def test_what_is_refused_is_told_in_one_line_that_says_what_to_do(mill: Mill, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        take(mill, put(tmp_path, text(nginx_line(method="HEAD"), "{"), name="quiet.log"))
    assert sentence_of(refused.value) == (
        "Nothing in quiet.log tells of a download (1 skipped: no GET; the first is line 1; 1 skipped: cannot be read; "
        "the first is line 2). Look at its form, or leave it out."
    )


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2026-11-22,ham,-1", "no whole number of downloads"),
        ("2026-11-22,ham,1.5", "no whole number of downloads"),
        ("2026-11-22,ham,1e3", "no whole number of downloads"),
        ("2026-11-22,ham,", "no whole number of downloads"),
        ("2026-11-22,ham,1_000", "no whole number of downloads"),
        ("2026-11-22,ham,٣", "no whole number of downloads"),
        ("2026-11-22,ham,1000000000001", "no whole number of downloads"),
        (f"2026-11-22,ham,{2**63}", "no whole number of downloads"),
        (f"2026-11-22,ham,{10**400}", "no whole number of downloads"),
        ("2026-11-24,ham,5", "a time that has not come yet"),
        ("9999-12-31,ham,5", "a time that has not come yet"),
        ("290000-01-01,ham,5", "a time that has not come yet"),
        ("0001-01-01,ham,5", "a time before there was any package index"),
        ("2002-12-31,ham,5", "a time before there was any package index"),
        ("infinity,ham,5", "no time that can be read"),
        ("-infinity,ham,5", "no time that can be read"),
        ("yesterday,ham,5", "no time that can be read"),
        ("2026-11-31,ham,5", "no time that can be read"),
        (",ham,5", "no time that can be read"),
        ("2026-11-22,,5", "no project name"),
        ("2026-11-22,<script>,5", "no project name"),
        ("2026-11-22,../../etc,5", "no project name"),
        ("2026-11-22,ham\u202e,5", "no project name"),
        ("2026-11-22,\u212aelvin,5", "no project name"),
        (f"2026-11-22,{'x' * 201},5", "no project name"),
        (f"2026-11-22,{'x' * 10_000},5", "no project name"),
        ("2026-11-22,'; DROP TABLE rows; --,5", "no project name"),
        (f"2026-11-22,{'x' * 70_000},5", "cannot be read"),
        ("2026-11-22,ham", "cannot be read"),
        ("2026-11-22,ham,5,5", "cannot be read"),
        ('2026-11-22,"ham,5', "cannot be read"),
        ("2026-11-22,h\0am,5", "cannot be read"),
        ("2026-11-22,h\x1fam,5", "cannot be read"),
    ],
)
def test_a_bad_row_is_skipped_and_its_neighbours_are_kept(row: str, why: str, mill: Mill, tmp_path: Path) -> None:
    data = text("day,project,count", "2026-11-22,egg,1", row, row, "2026-11-22,egg,1000000000000")
    came = take(mill, put(tmp_path, data))
    assert (came.read, came.kept, came.skipped) == (4, 2, {why: [2, 3]})
    assert kept(mill, "project, amount") == [("egg", 1), ("egg", 10**12)] or kept(mill, "project, amount") == [
        ("egg", 10**12),
        ("egg", 1),
    ]


@pytest.mark.parametrize("form", [Form.NGINX, Form.COMBINED, Form.FASTLY, Form.EVENTS], ids=lambda form: form.value)
def test_bad_lines_of_a_log_are_skipped_and_their_neighbours_are_kept(form: Form, mill: Mill, tmp_path: Path) -> None:
    good = {
        Form.NGINX: [nginx_line()],
        Form.COMBINED: [combined_line()],
        Form.FASTLY: [fastly_line()],
        Form.EVENTS: [EVENTS_HEADER, events_row()],
    }[form]
    bad = [b"\xff\xfe\0", CHANCE.randbytes(300).replace(b"\n", b""), b"y" * 70_000, b"\x1f" * 50, b"{" * 999, b"\0"]
    data = text(*good) + b"\n".join(bad) + b"\n" + text(good[-1])

    came = take(mill, put(tmp_path, data), form=form)

    assert (came.read, came.kept, came.skipped) == (8, 2, {"cannot be read": [6, len(good) + 1]})


def test_a_log_of_times_that_cannot_be_is_skipped_by_reason(mill: Mill, tmp_path: Path) -> None:
    lines = [nginx_line(time=moment) for moment in ("1795999999", "0", "999999999999", "0001-01-01T00:00:00+00:00")]
    came = take(mill, put(tmp_path, text(*lines, nginx_line())))
    assert came.skipped == {
        "a time that has not come yet": [2, 1],
        "a time before there was any package index": [2, 2],
    }


def test_a_clock_that_goes_before_ours_by_minutes_is_believed(mill: Mill, tmp_path: Path) -> None:
    soon = f"{int(NOW.timestamp()) + 299}"
    late = f"{int(NOW.timestamp()) + 301}"
    came = take(mill, put(tmp_path, text(nginx_line(time=soon), nginx_line(time=late))))
    assert (came.kept, came.skipped) == (1, {"a time that has not come yet": [1, 2]})


AGENTS = [
    'pip/1 {"installer":{"name":"pip\\u0000\\n\\t","version":"\\u202e<b>"},"python":"\\ud800"}',
    "\x1f\x1f\x1f\x1f\x1f",
    "\n1\x1fx",
    "pip/" + "9" * 3000,
    "a\"b\\c'd\\N",
    "\ud800\udfff",
]


@pytest.mark.parametrize("agent", AGENTS)
def test_whatever_a_client_says_of_itself_its_download_counts(agent: str, mill: Mill, tmp_path: Path) -> None:
    came = take(mill, put(tmp_path, text(nginx_line(agent=agent))))
    assert (came.read, came.kept) == (1, 1)
    for cell in kept(mill, "client, client_version, python, system")[0]:
        assert cell is None or (isinstance(cell, str) and cell.isprintable() and len(cell) <= 64)


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.text(alphabet=st.sampled_from("\0\x1f\r\t,;\"'\\N|é\u202e\ud800 x1-."), max_size=30).map(
            lambda line: f"2026-11-22,{line},5"
        ),
        max_size=8,
    )
)
def test_whatever_is_in_a_table_every_row_is_kept_or_skipped(mill: Mill, tmp_path: Path, lines: list[str]) -> None:
    data = "\n".join(["day,project,count", *lines, "2026-11-22,egg,1"]).encode("utf-8", "surrogatepass")
    with transaction.atomic():
        came = take(mill, put(tmp_path, data))
        transaction.set_rollback(True)
    assert came.read == came.kept + sum(count for count, _ in came.skipped.values()) == len(lines) + 1


def test_columns_of_parquet_may_be_called_anything_and_hold_anything(mill: Mill, tmp_path: Path) -> None:
    rows = (
        "SELECT DATE '2026-11-22' AS day, [1] AS \"x\"\"; DROP TABLE y; --\", 'ham' AS Project, 5.0 AS COUNT, "
        "{'name': ['pip']} AS installer, {'a': {'b': 1}} AS \"a.b\""
    )
    came = take(mill, put(tmp_path, parquet(mill, tmp_path, rows)))
    assert kept(mill, "project, amount, client") == [("ham", 5, None)]
    assert came.days == [DAY]


def test_parquet_whose_times_are_none_is_skipped(mill: Mill, tmp_path: Path) -> None:
    rows = "SELECT 5 AS timestamp, 'ham' AS project"
    assert reason_of(mill, put(tmp_path, parquet(mill, tmp_path, rows))) is Reason.IMPORT_EMPTY


def test_parquet_that_is_damaged_in_the_middle_is_refused(mill: Mill, tmp_path: Path) -> None:
    rows = "SELECT DATE '2026-11-22' AS day, 'ham' || range AS project, range AS count FROM range(5000)"
    data = bytearray(parquet(mill, tmp_path, rows))
    data[500:3000] = CHANCE.randbytes(2500)
    assert reason_of(mill, put(tmp_path, bytes(data))) in {Reason.IMPORT_FAILED, Reason.IMPORT_UNREADABLE}


@pytest.mark.parametrize("missing", ["gone", "folder", "link to nothing", "link to itself"])
def test_what_is_no_file_is_refused(missing: str, mill: Mill, tmp_path: Path) -> None:
    path = tmp_path / "it"
    if missing == "folder":
        path.mkdir()
    elif missing.startswith("link"):
        path.symlink_to("it" if missing == "link to itself" else "nowhere")
    assert reason_of(mill, path) in {Reason.IMPORT_FAILED, Reason.IMPORT_UNREADABLE}


def test_a_link_to_a_file_is_the_file(mill: Mill, tmp_path: Path) -> None:
    put(tmp_path, text(nginx_line()), name="real.log")
    (tmp_path / "link.log").symlink_to("real.log")
    assert take(mill, tmp_path / "link.log").kept == 1


@pytest.mark.parametrize("made_of", ["lines", "Parquet"])
def test_a_file_that_is_written_to_while_it_is_read_is_refused_whole(made_of: str, mill: Mill, tmp_path: Path) -> None:
    if made_of == "lines":
        path = put(tmp_path, text(nginx_line()))
    else:
        path = put(tmp_path, parquet(mill, tmp_path, "SELECT DATE '2026-11-22' AS day, 'ham' AS project, 5 AS count"))

    def write(_count: int) -> None:
        if made_of == "Parquet":
            os.utime(path, ns=(1, 1))
            return
        with path.open("ab") as file:
            file.write(b"\n")

    with pytest.raises(Refused) as refused:
        take(mill, path, advance=write)
    assert refused.value.reason is Reason.IMPORT_CHANGED
    assert not Source.objects.exists()


def test_a_file_that_vanishes_while_it_is_read_is_read_to_its_end(mill: Mill, tmp_path: Path) -> None:
    path = put(tmp_path, text(nginx_line()))
    assert take(mill, path, advance=lambda _count: path.unlink()).kept == 1


@pytest.mark.parametrize(
    ("owner", "name", "error"),
    [
        (Staging, "write", OSError(errno.ENOSPC, "No space left on device")),
        (Staging, "settle", EngineFailed("IO Error: No space left on device")),
        (Duck, "answer", EngineFailed("IO Error: No space left on device")),
        (importing, "_list_object", OperationalError("database or disk is full")),
    ],
)
def test_a_full_disk_leaves_nothing_and_the_object_can_be_imported_again(
    owner: type, name: str, error: Exception, mill: Mill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, text(nginx_line()))
    before = traces(mill)

    def full(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as full_disk:
        full_disk.setattr(owner, name, full)
        with pytest.raises((Refused, OperationalError)) as refused:
            take(mill, path)
    if isinstance(refused.value, Refused):
        assert refused.value.reason is Reason.IMPORT_FAILED
        assert "No space left on device" in sentence_of(refused.value)
        assert traces(mill) == before
    assert not Source.objects.exists()

    assert take(mill, path).kept == 1


def test_rows_that_an_engine_loses_are_not_taken_for_imported(
    mill: Mill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, text(nginx_line(), nginx_line()))
    monkeypatch.setattr(importing, "_SORTED", f"{importing._SORTED} LIMIT 1")
    assert reason_of_with_files(lambda: take(mill, path)) is Reason.IMPORT_FAILED
    assert not Source.objects.exists()


def reason_of_with_files(do: Callable[[], object]) -> Reason:
    with pytest.raises(Refused) as refused:
        do()
    return refused.value.reason


def test_totals_of_the_largest_size_over_the_longest_period_do_not_run_over(mill: Mill, tmp_path: Path) -> None:
    path = put(tmp_path, text("project,count", *(f"p{number},{10**12}" for number in range(3))))
    came = take(mill, path, period=Period(DAY, DAY))
    assert (came.kept, kept(mill, "amount")) == (3, [(10**12,)] * 3)
