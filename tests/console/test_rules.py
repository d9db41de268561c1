"""The console's rules, in tables."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from strongroom.console.rules.announcements import Level, NewAnnouncement, require_announcement
from strongroom.console.rules.jobs import LONGEST_FAILURE, Job, failure_line, is_noted_now, is_overdue
from strongroom.console.rules.people import (
    require_fit_for_office,
    require_others_in_office,
    require_somebody_else,
)
from strongroom.console.rules.showing import LONGEST_SHOWN, MOST_LISTED, plain, shown_facts
from strongroom.terms.actors import AccountId
from strongroom.terms.refusals import Reason, refusal_of
from tests.cast import NOW

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("english", "french", "begins", "ends", "reason"),
    [
        pytest.param("a", "b", -1, 1, None, id="shown now"),
        pytest.param("a", "b", 1, 2, None, id="shown later"),
        pytest.param("x" * 500, "b", -1, 1, None, id="as long as it may be"),
        pytest.param("x" * 501, "b", -1, 1, Reason.ANNOUNCEMENT_TEXT, id="too long"),
        pytest.param(" ", "b", -1, 1, Reason.ANNOUNCEMENT_TEXT, id="nothing in English"),
        pytest.param("a", "", -1, 1, Reason.ANNOUNCEMENT_TEXT, id="nothing in French"),
        pytest.param("a\nb", "b", -1, 1, Reason.ANNOUNCEMENT_TEXT, id="two lines"),
        pytest.param("a", "b\u202e", -1, 1, Reason.ANNOUNCEMENT_TEXT, id="turned around"),
        pytest.param("a", "b", 1, 1, Reason.ANNOUNCEMENT_TIMES, id="no time at all"),
        pytest.param("a", "b", -2, 0, Reason.ANNOUNCEMENT_TIMES, id="over already"),
    ],
)
def test_an_announcement_says_something_for_some_time(
    english: str, french: str, begins: int, ends: int, reason: Reason | None
) -> None:
    wanted = NewAnnouncement(english, french, Level.INFO, NOW + begins * HOUR, NOW + ends * HOUR)
    assert refusal_of(partial(require_announcement, wanted, now=NOW)) is reason


@pytest.mark.parametrize(
    ("actor", "reason"),
    [(1, Reason.OFFICE_ON_ONESELF), (2, None), (None, None)],
    ids=["oneself", "another", "operator"],
)
def test_nobody_does_it_to_themselves(actor: int | None, reason: Reason | None) -> None:
    by = None if actor is None else AccountId(actor)
    assert refusal_of(partial(require_somebody_else, by, AccountId(1))) is reason


@pytest.mark.parametrize(
    ("is_active", "holds_factor", "reason"),
    [(True, True, None), (True, False, Reason.OFFICE_NEEDS_FACTOR), (False, True, Reason.ACCOUNT_NOT_LIVE)],
)
def test_whoever_shall_run_the_index_is_fit_for_it(is_active: bool, holds_factor: bool, reason: Reason | None) -> None:
    gate = partial(require_fit_for_office, is_active=is_active, holds_factor=holds_factor, name="ada")
    assert refusal_of(gate) is reason


def test_somebody_always_runs_the_index() -> None:
    assert refusal_of(partial(require_others_in_office, 0)) is Reason.LAST_STAFF
    assert refusal_of(partial(require_others_in_office, 1)) is None


@pytest.mark.parametrize(
    ("noted_ago", "was_failing", "has_failed", "is_noted"),
    [
        (None, False, False, True),
        (59, False, False, False),
        (60, False, False, True),
        (1, False, True, True),
        (1, True, False, True),
        (1, True, True, True),
    ],
)
def test_a_job_is_noted_now_and_then_and_a_failure_at_once(
    noted_ago: int | None, was_failing: bool, has_failed: bool, is_noted: bool
) -> None:
    noted_at = None if noted_ago is None else NOW - timedelta(seconds=noted_ago)
    assert is_noted_now(noted_at=noted_at, was_failing=was_failing, has_failed=has_failed, now=NOW) is is_noted


@pytest.mark.parametrize(
    ("job", "minutes", "expected"),
    [("letters", 5, False), ("letters", 6, True), ("purging", 120, False), ("purging", 181, True), ("later", 6, True)],
)
def test_a_job_is_overdue_when_it_should_have_been_done_again(job: str, minutes: int, expected: bool) -> None:
    assert is_overdue(job, ended_at=NOW - timedelta(minutes=minutes), now=NOW) is expected
    assert Job("letters") is Job.LETTERS


@pytest.mark.parametrize(
    ("text", "line"),
    [("", "OSError"), ("no disk", "OSError: no disk"), ("\n\n no disk \nmore", "OSError: no disk")],
)
def test_a_failure_is_one_line(text: str, line: str) -> None:
    assert failure_line("OSError", text) == line
    assert len(failure_line("OSError", "x" * 1000)) == LONGEST_FAILURE


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (True, "yes"),
        (False, "no"),
        (7, "7"),
        ("<b>", "<b>"),
        ("a\u202eb\u0000c\nd\u2028e", "a\ufffdb\ufffdc\ufffdd\ufffde"),
        ("\ud800", "\ufffd"),
        (["a", 1], "a, 1"),
        ({"a": {"b": None}}, "a: b: –"),
    ],
)
def test_what_others_chose_is_shown_as_one_plain_line(value: object, shown: str) -> None:
    assert plain(value) == shown


def test_what_is_endless_is_cut() -> None:
    assert len(plain("x" * 10_000)) == LONGEST_SHOWN
    assert plain(list(range(1000))).endswith(", 19, …")
    assert len(plain([["x" * 1000] * 1000] * 1000)) == LONGEST_SHOWN
    assert len(shown_facts({str(one): one for one in range(1000)})) == MOST_LISTED
