"""Refusals as values."""

from __future__ import annotations

import re

import pytest

from strongroom.terms.actors import ActorKind, operator, system, visitor
from strongroom.terms.refusals import Malformed, Reason, Refused, refusal_of


def _refuse() -> None:
    raise Refused(Reason.FILE_EMPTY)


def _break() -> None:
    raise ValueError


def test_a_gate_can_be_asked_without_being_stopped() -> None:
    assert refusal_of(_refuse) is Reason.FILE_EMPTY
    assert refusal_of(lambda: None) is None


def test_a_fault_in_a_gate_is_no_refusal() -> None:
    with pytest.raises(ValueError, match=r"^$"):
        refusal_of(_break)


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_spelt_so_that_it_can_stand_in_an_address(reason: Reason) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", reason.value)


@pytest.mark.parametrize(
    ("refusal", "text"),
    [
        pytest.param(Refused(Reason.FILE_EMPTY), "file-empty", id="a reason alone"),
        pytest.param(Refused(Reason.FILE_TOO_LARGE, limit="1 MiB"), "file-too-large (limit=1 MiB)", id="with a fact"),
        pytest.param(
            Refused(Reason.FILE_TOO_LARGE, why="it is above %(limit)s", limit="100 %"),
            "file-too-large (limit=100 %, why=it is above 100 %)",
            id="with words that facts fill",
        ),
        pytest.param(
            Malformed("name", "it is longer than %(most)s", most=9),
            "name: it is longer than 9",
            id="a field, with a fact",
        ),
        pytest.param(Malformed("name", "it is missing"), "name: it is missing", id="a field that cannot be read"),
    ],
)
def test_a_refusal_says_in_logs_what_it_is_about(refusal: Exception, text: str) -> None:
    assert str(refusal) == text


def test_who_acts_without_an_account_is_still_told_apart() -> None:
    assert operator("olga").kind is ActorKind.OPERATOR
    assert system().kind is ActorKind.SYSTEM
    someone = visitor(address="192.0.2.1", client="a browser")
    assert (someone.kind, someone.account, someone.address) == (ActorKind.VISITOR, None, "192.0.2.1")
