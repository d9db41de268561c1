"""Refusals become answers: the table is total, every sentence can be filled, and every client reads it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

import strongroom
from strongroom.projects.rules.statuses import CLOSED_TO_UPLOADS
from strongroom.site.answers import ANSWERS
from strongroom.site.refusals import LONGEST_PHRASE, RefusalMiddleware, sentence_of
from strongroom.terms.refusals import Malformed, Reason, Refused

# Every page says what is announced.
pytestmark = pytest.mark.django_db

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
CODE = Path(strongroom.__file__).parent
PER_TABLE = {"CLOSED_TO_UPLOADS[status]": CLOSED_TO_UPLOADS.values()}
"""Reasons that the code takes from a table, by the text that does it."""

UV = "application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7"
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
HOSTILE = "a\r\nX-Evil: 1\x00\u202e\u00e9\U0001f4a5<script>alert(1)</script>" + "x" * 1000


def test_every_reason_has_an_answer() -> None:
    assert set(ANSWERS) == set(Reason)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_answer_names_a_status_that_no_client_retries_blindly(reason: Reason) -> None:
    assert 400 <= ANSWERS[reason].status < 500


@pytest.mark.parametrize("reason", list(Reason))
def test_every_sentence_names_the_next_step(reason: Reason) -> None:
    sentence = ANSWERS[reason].general

    assert sentence.endswith(".")
    assert len(re.findall(r"[.!?:;] ", sentence)) >= 1
    assert str(ANSWERS[reason].help).endswith(".")


def raised() -> Iterator[tuple[str, Reason, frozenset[str]]]:
    """Every place of the code that refuses: where, why, and which facts it gives."""
    for path in sorted(CODE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                where = f"{path.relative_to(CODE)}:{node.lineno}"
                facts = frozenset(keyword.arg for keyword in node.keywords if keyword.arg)
                for reason in _reasons(node.args[0], path):
                    yield where, reason, facts


def _reasons(argument: ast.expr, path: Path) -> Iterator[Reason]:
    text = ast.unparse(argument)
    if text in PER_TABLE:
        yield from PER_TABLE[text]
    elif text.startswith("Reason."):
        yield Reason[text.removeprefix("Reason.")]
    else:
        # A helper of that module passes the reason on: each one that the module names may be meant.
        names = set(re.findall(r"Reason\.([A-Z_]+)", path.read_text(encoding="utf-8")))
        yield from (Reason[name] for name in sorted(names))


RAISED = list(raised())


def test_every_place_that_refuses_gives_the_facts_that_its_sentence_asks_for() -> None:
    lacking = [
        (where, reason.value, sorted(asked - facts))
        for where, reason, facts in RAISED
        if (asked := set(PLACEHOLDER.findall(str(ANSWERS[reason].sentence))) - {"why"}) - facts
    ]

    assert lacking == []


def test_every_reason_is_given_somewhere() -> None:
    assert set(Reason) - {reason for _, reason, _ in RAISED} == set()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_sentence_can_be_filled_with_hostile_facts(language: str) -> None:
    with translation.override(language):
        for _, reason, facts in RAISED:
            told = sentence_of(Refused(reason, **dict.fromkeys(facts - {"why"}, "100 %s %(x)s")))
            assert not (set(PLACEHOLDER.findall(told)) - {"x"})


@pytest.mark.parametrize("language", ["fr"])
def test_every_translated_sentence_asks_for_the_same_facts(language: str) -> None:
    for reason in Reason:
        asked = set(PLACEHOLDER.findall(str(ANSWERS[reason].sentence)))
        with translation.override(language):
            assert set(PLACEHOLDER.findall(str(ANSWERS[reason].sentence))) == asked


def answer_to(error: Exception, accept: str = "*/*", path: str = "/setup/x/") -> HttpResponse:
    """What a caller reads when a view raises this."""
    request: HttpRequest = RequestFactory().get(path, HTTP_ACCEPT=accept)
    answer = RefusalMiddleware(lambda _: HttpResponse()).process_exception(request, error)
    assert answer is not None
    return answer


REFUSED = Refused(Reason.PROJECT_UNKNOWN, name="<b>ham</b>")


def test_a_person_reads_a_refusal_as_a_page() -> None:
    answer = answer_to(REFUSED, BROWSER)

    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    shown = answer.content.decode()
    assert "&lt;b&gt;ham&lt;/b&gt;" in shown
    assert "<b>ham" not in shown
    assert 'href="/help/project-unknown/"' in shown


@pytest.mark.parametrize("accept", [UV, "application/json"])
def test_a_client_that_asks_for_json_reads_the_sentence_wherever_it_looks(accept: str) -> None:
    answer = answer_to(REFUSED, accept, "/legacy/")

    sentence = sentence_of(REFUSED)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert json.loads(answer.content) == {
        "code": f"404 {sentence}",
        "message": sentence,
        "title": sentence,
        "reason": "project-unknown",
        "help": "http://testserver/help/project-unknown/",
    }


@pytest.mark.parametrize("accept", ["*/*", "", "text/plain"])
def test_any_other_client_reads_the_sentence_and_where_there_is_help(accept: str) -> None:
    answer = answer_to(REFUSED, accept)

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == f"{sentence_of(REFUSED)}\nhttp://testserver/help/project-unknown/\n"
    assert answer.reason_phrase == sentence_of(REFUSED)
    assert answer["X-Strongroom-Reason"] == "project-unknown"


@pytest.mark.parametrize("error", [Refused(Reason.PROJECT_UNKNOWN, name=HOSTILE), Malformed(HOSTILE, HOSTILE)])
@pytest.mark.parametrize("accept", [UV, BROWSER, "*/*"])
def test_a_reason_phrase_is_one_short_line_of_visible_ascii(error: Exception, accept: str) -> None:
    answer = answer_to(error, accept)

    phrase = answer.reason_phrase
    assert phrase.isascii()
    assert phrase.isprintable()
    assert 0 < len(phrase) <= LONGEST_PHRASE
    assert "<script>" not in answer.content.decode() or not answer["Content-Type"].startswith("text/html")
    assert not any("X-Evil" in value for value in answer.headers.values())


def test_a_request_that_cannot_be_read_is_told_the_field_and_why() -> None:
    answer = answer_to(Malformed("filetype", "it is missing"))

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (400, "malformed")
    assert answer.content.startswith(b"What was sent cannot be read: filetype: it is missing.\n")


@pytest.mark.parametrize("accept", [UV, BROWSER, "*/*"])
def test_a_fault_is_told_without_detail_and_points_nowhere(accept: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = answer_to(ValueError("a secret of the inside"), accept, "/")

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (500, "fault")
    assert "secret" not in answer.content.decode() + answer.reason_phrase
    assert "/help/fault" not in answer.content.decode()
    (record,) = caplog.records
    assert record.exc_info is not None


@pytest.mark.django_db
def test_a_fault_in_a_page_is_500_with_the_page_s_guards(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr("strongroom.site.views.count_projects", fail)
    answer = Client(HTTP_ACCEPT=BROWSER).get("/")

    assert answer.status_code == 500
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert b"secret" not in answer.content
    assert [record.exc_info is not None for record in caplog.records if record.levelname == "ERROR"] == [True]


@pytest.mark.django_db
def test_a_project_behind_the_door_that_is_no_name_is_refused_in_text() -> None:
    answer = Client().get("/legacy/-x/1.0/")

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (400, "name-invalid")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
