"""What is sent to the API and how: hostile bodies and queries, other methods, other addresses, faults."""

from __future__ import annotations

import json
from typing import Any

import pytest

from strongroom.gear.settings import Settings
from strongroom.upkeep.api.bodies import MOST_BODY_BYTES
from strongroom.upkeep.api.problems import LONGEST_FIELD
from tests.upkeep.api_door import HAM, Answer, Cast, ask, everything_kept, set_stage

pytestmark = pytest.mark.django_db

YANK = f"{HAM}/releases/1.0/yank"
DEEP = b"[" * 8000 + b"]" * 8000


@pytest.fixture
def cast() -> Cast:
    return set_stage()


HOSTILE: dict[str, tuple[object, str]] = {
    "nothing": (b" ", "body"),
    "no JSON": (b"reason=broken", "body"),
    "half of it": (b'{"reason": "bro', "body"),
    "not UTF-8": (b'{"reason": "\xff"}', "body"),
    "UTF-16": ('{"reason": ""}'.encode("utf-16"), "body"),
    "a mark before it": (b'\xef\xbb\xbf{"reason": ""}', "body"),
    "nested without end": (DEEP, "body"),
    "nested in a field": (b'{"reason": ' + DEEP[:7000] + b"]" * 7000 + b"}", "body"),
    "a list": ([], "body"),
    "a text": ("reason", "body"),
    "null": (b"null", "body"),
    "no number": (b'{"reason": NaN}', "body"),
    "an endless number": (b'{"reason": ' + b"9" * 9000 + b"}", "body"),
    "no field": ({}, "reason"),
    "a number": ({"reason": 7}, "reason"),
    "true": ({"reason": True}, "reason"),
    "null for a text": ({"reason": None}, "reason"),
    "a list for a text": ({"reason": ["broken"]}, "reason"),
    "an object for a text": ({"reason": {"reason": ""}}, "reason"),
    "another field": ({"reason": "", "force": True}, "force"),
    "another case": ({"Reason": ""}, "Reason"),
    "a field twice": (b'{"reason": "a", "reason": "b"}', "reason"),
    "a field twice, spelled in two ways": (b'{"reason": "a", "re\\u0061son": "b"}', "reason"),
    "too long a text": ({"reason": "x" * 501}, "reason"),
    "a null": ({"reason": "\x00"}, "reason"),
    "a bell": ({"reason": "\x07"}, "reason"),
    "half a character": (b'{"reason": "\\ud800"}', "reason"),
    "an endless field": ({"x" * 9000: ""}, "x" * 40),
    "markup for a field": ({"<script>\r\nX-Evil: 1": ""}, "<script>\r\nX-Evil: 1"),
}


def test_a_body_that_is_not_what_is_asked_for_is_refused_by_field(cast: Cast, index_settings: Settings) -> None:
    before = everything_kept(index_settings)

    for case, (body, field) in HOSTILE.items():
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = ask("PUT", YANK, cast.ada.token, sent)
        assert (answer.status, answer.code, answer.told["field"]) == (400, "malformed", field), case
        assert len(answer.told["field"]) <= LONGEST_FIELD
        assert "X-Evil" not in answer.response.headers
        assert answer.told["type"] == "http://testserver/help/malformed/"
    assert everything_kept(index_settings) == before


def test_a_status_that_there_is_not_is_told_which_there_are(cast: Cast) -> None:
    answer = ask("PUT", f"{HAM}/status", cast.ada.token, {"status": "gone"})

    assert (answer.code, answer.told["field"]) == ("malformed", "status")
    assert "active, archived, deprecated, quarantined" in answer.told["detail"]


def test_a_huge_body_is_not_read(cast: Cast, index_settings: Settings) -> None:
    before = everything_kept(index_settings)

    answer = ask("PUT", YANK, cast.ada.token, b" " * (MOST_BODY_BYTES + 1))

    assert (answer.status, answer.code, answer.told["type"]) == (413, "body-too-large", "about:blank")
    assert everything_kept(index_settings) == before
    full = b'{"reason": ""' + b" " * (MOST_BODY_BYTES - 14) + b"}"
    assert (len(full), ask("PUT", YANK, cast.ada.token, full).status) == (MOST_BODY_BYTES, 200)


@pytest.mark.parametrize("reason", ["\U0001f4a5" * 500, "\u00e9" * 500])
def test_the_longest_reason_fits_into_a_body_however_it_is_written(reason: str, cast: Cast) -> None:
    for is_ascii in (True, False):
        body = json.dumps({"reason": reason}, ensure_ascii=is_ascii).encode()
        assert ask("PUT", YANK, cast.ada.token, body).status == 200


def test_only_json_is_read(cast: Cast) -> None:
    for content_type in ("application/x-www-form-urlencoded", "text/plain", "", "multipart/form-data"):
        answer = ask("PUT", YANK, cast.ada.token, {"reason": ""}, content_type=content_type)
        assert (answer.status, answer.told["field"]) == (400, "Content-Type")


def test_json_is_read_with_a_charset_named(cast: Cast) -> None:
    answer = ask("PUT", YANK, cast.ada.token, {"reason": ""}, content_type="application/json; charset=utf-8")

    assert answer.status == 200


@pytest.mark.parametrize("length", ["", "\N{SUPERSCRIPT TWO}", "-1", "1e3"])
def test_a_body_without_its_length_is_refused(length: str, cast: Cast) -> None:
    answer = ask("PUT", YANK, cast.ada.token, {"reason": ""}, CONTENT_LENGTH=length)

    assert (answer.status, answer.told["field"]) == (400, "Content-Length")


QUERIES = {
    "a mistyped parameter": ("projects", "lmit=5", "lmit"),
    "a parameter twice": ("projects", "limit=5&limit=6", "limit"),
    "an endless parameter": ("projects", "x" * 9000, "x" * 40),
    "many parameters": ("projects", "&".join(f"p{one}=1" for one in range(99)), "query"),
    "not UTF-8": ("projects", "after=%ff", "query"),
    "a mark that is no version": (f"{HAM}/releases", "after=one", "version"),
    "a parameter where there is no list": ("token", "limit=5", "limit"),
}


def test_a_query_that_is_not_what_is_asked_for_is_refused(cast: Cast) -> None:
    for case, (path, query, field) in QUERIES.items():
        answer = ask("GET", path, cast.ada.token, QUERY_STRING=query)
        assert (answer.status, answer.code, answer.told["field"]) == (400, "malformed", field), case


def test_a_mark_that_is_no_name_is_refused(cast: Cast) -> None:
    for query in ("after=%00", "after=", "after=-"):
        assert ask("GET", "projects", cast.ada.token, QUERY_STRING=query).code == "name-invalid"


METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"}
TAKEN: dict[str, set[str]] = {
    "token": {"GET", "HEAD", "DELETE"},
    "projects": {"GET", "HEAD"},
    HAM: {"GET", "HEAD"},
    f"{HAM}/status": {"PUT"},
    f"{HAM}/releases": {"GET", "HEAD"},
    f"{HAM}/releases/1.0": {"GET", "HEAD"},
    YANK: {"PUT", "DELETE"},
    f"{HAM}/collaborators": {"GET", "HEAD"},
    f"{HAM}/collaborators/ben": {"DELETE"},
    f"{HAM}/invitations": {"GET", "HEAD", "POST"},
    f"{HAM}/invitations/1": {"DELETE"},
    "openapi.json": {"GET", "HEAD"},
}


def test_a_method_that_an_address_does_not_take_is_told_which_it_takes(cast: Cast, index_settings: Settings) -> None:
    before = everything_kept(index_settings)

    for path, taken in TAKEN.items():
        for method in sorted(METHODS - taken):
            answer = ask(method, path, cast.ada.token, {"reason": ""})
            assert answer.status == 405, (method, path)
            assert method == "HEAD" or answer.code == "method-not-allowed"
            assert answer.response["Allow"] == ", ".join(sorted({*taken, "OPTIONS"}))
    assert everything_kept(index_settings) == before


def test_what_can_be_done_is_told_to_whoever_asks(cast: Cast, index_settings: Settings) -> None:
    before = everything_kept(index_settings)

    for path, taken in TAKEN.items():
        answer = ask("OPTIONS", path, None)
        assert (answer.status, answer.response["Allow"]) == (204, ", ".join(sorted({*taken, "OPTIONS"})))
        assert "Access-Control-Allow-Origin" not in answer.response
    assert everything_kept(index_settings) == before


def test_head_has_the_headers_of_get(cast: Cast) -> None:
    got, headed = ask("GET", HAM, cast.ada.token), ask("HEAD", HAM, cast.ada.token)

    assert headed.status == 200
    assert headed.response["Content-Type"] == got.response["Content-Type"]
    assert ask("HEAD", HAM, None).status == 401


NOWHERE = (
    "/api",
    "/api/",
    "/api/v1/",
    "/api/v2/projects",
    "/api/v1/projects/",
    "/api/v1/projects//releases",
    "/api/v1/projects/ham/releases/1.0/",
    "/api/v1/projects/a%2Fb",
    "/api/v1/docs",
)


def test_where_nothing_is_a_problem_says_so(cast: Cast) -> None:
    for path in NOWHERE:
        for method in ("GET", "POST"):
            answer = ask(method, path, cast.ada.token)
            assert (answer.status, answer.code, answer.told["type"]) == (404, "no-such-address", "about:blank"), path
            assert answer.response["Content-Type"] == "application/problem+json"


def test_a_fault_is_told_without_detail(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_given: Any, **_named: Any) -> None:  # noqa: ANN401 - whatever it is called with
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr("strongroom.upkeep.queries.for_programs.load_token_state", fail)
    monkeypatch.setattr("tests.upkeep.api_door.require_described", lambda *_: None)

    answer: Answer = ask("GET", "token", cast.ada.token)

    assert (answer.status, answer.code, answer.told["type"]) == (500, "fault", "about:blank")
    assert "secret" not in answer.response.content.decode()
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1
