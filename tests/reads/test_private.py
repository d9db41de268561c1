from __future__ import annotations

import base64
import dataclasses
import json
from datetime import UTC, datetime, timedelta

import pytest

from strongroom.reads.app import make_application
from strongroom.reads.facts import ReaderFacts
from strongroom.reads.places import Places
from strongroom.reads.readers import Readers
from strongroom.terms.names import NormalizedName
from strongroom.terms.passes import present, render_token
from tests.reads.asking import Asker, Reply
from tests.reads.samples import path_of

JSON = "application/vnd.pypi.simple.v1+json"
TOKEN = render_token(b"a" * 32)
LIMITED = render_token(b"b" * 32)


def basic(token: str, user: str = "__token__") -> str:
    return "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()


def admit(places: Places, token: str, **changes: object) -> None:
    presented = present(token)
    assert presented is not None
    facts = ReaderFacts(presented.token, presented.sha256, None, None)
    Readers(places.readers).publish_reader(dataclasses.replace(facts, **changes))  # type: ignore[arg-type]


@pytest.fixture
def private(places: Places, pages: None) -> Asker:
    admit(places, TOKEN)
    admit(places, LIMITED, projects=(NormalizedName("spam"), NormalizedName("unborn")))
    return Asker(make_application(dataclasses.replace(places, is_private=True)))


PATHS = [
    "/simple/",
    "/simple/ham/",
    "/simple/none/",
    "/simple/Ham",
    "/simple/+simple/ham/",
    "/legacy/+simple/ham/",
    "/pypi/ham/json",
    "/pypi/ham/1.0/json",
    "/pypi/none/json",
    "/packages/x",
    "/" + path_of("ham-1.0.tar.gz", b"none"),
]


def whole(reply: Reply) -> tuple[int, dict[str, str], bytes]:
    return reply.status, reply.headers, reply.body


@pytest.mark.parametrize("path", [*PATHS, "wheel"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_c13_without_credentials_every_path_is_the_same_401(
    private: Asker, *, wheel: str, path: str, method: str
) -> None:
    reply = private.ask(method, wheel if path == "wheel" else path, headers={"range": "bytes=9999999-"})
    assert reply.status == 401
    assert reply["www-authenticate"].startswith('Basic realm="')
    assert whole(reply) == whole(private.ask(method, "/simple/none/"))


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param(basic("password"), id="a-password"),
        pytest.param(basic(TOKEN[:-1] + ("0" if TOKEN[-1] != "0" else "1")), id="mistyped"),
        pytest.param(basic(render_token(b"c" * 32)), id="unknown"),
        pytest.param("Basic !!!", id="not-base64"),
        pytest.param("Basic " + base64.b64encode(b"\xff\xfe").decode(), id="not-text"),
        pytest.param("Basic " + base64.b64encode(TOKEN.encode()).decode(), id="no-colon"),
        pytest.param("Basic", id="empty"),
        pytest.param("Bearer", id="empty-bearer"),
        pytest.param("Digest x", id="another-scheme"),
        pytest.param("Bearer " + "x" * 5000, id="long"),
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_unusable_credentials_get_one_sentence_on_every_path(private: Asker, authorization: str, path: str) -> None:
    reply = private.get(path, authorization=authorization)
    assert reply.status == 403
    assert whole(reply) == whole(private.get("/simple/none/", authorization=basic("another")))


@pytest.mark.parametrize(
    "authorization",
    [basic(TOKEN), basic(TOKEN, "ada"), f"Bearer {TOKEN}", f"bearer  {TOKEN}", f"bAsIc {basic(TOKEN)[6:]}"],
)
def test_a_token_reads_as_basic_or_bearer_under_any_user_name(private: Asker, wheel: str, authorization: str) -> None:
    for path in ("/simple/", "/simple/ham/", "/pypi/ham/json", "/legacy/+simple/ham/", wheel, f"{wheel}.metadata"):
        assert private.get(path, authorization=authorization).status == 200


def test_c12_an_unknown_project_is_404_to_an_authenticated_reader(private: Asker) -> None:
    assert private.get("/simple/none/", authorization=basic(TOKEN)).status == 404


def test_a_revoked_token_opens_nothing_from_that_moment(places: Places, private: Asker) -> None:
    assert private.get("/simple/ham/", authorization=basic(TOKEN)).status == 200
    presented = present(TOKEN)
    assert presented is not None
    Readers(places.readers).revoke_reader(presented.token)
    assert private.get("/simple/ham/", authorization=basic(TOKEN)).status == 403


@pytest.mark.parametrize(("minutes", "status"), [(-1, 403), (1, 200)])
def test_a_token_opens_until_it_expires(places: Places, *, private: Asker, minutes: int, status: int) -> None:
    admit(places, TOKEN, expires_at=datetime.now(UTC) + timedelta(minutes=minutes))
    assert private.get("/simple/ham/", authorization=basic(TOKEN)).status == status


def test_a_token_whose_hash_differs_opens_nothing(places: Places, private: Asker) -> None:
    admit(places, TOKEN, sha256="00" * 32)
    assert private.get("/simple/ham/", authorization=basic(TOKEN)).status == 403


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}"])
def test_a_damaged_reader_opens_nothing(places: Places, private: Asker, content: bytes) -> None:
    presented = present(TOKEN)
    assert presented is not None
    Readers(places.readers).path_of(presented.token).write_bytes(content)
    assert private.get("/simple/ham/", authorization=basic(TOKEN)).status == 403


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("hidden", "unknown"),
    [
        pytest.param("/simple/ham/", "/simple/none/", id="page"),
        pytest.param("/legacy/+simple/ham/", "/legacy/+simple/none/", id="alias"),
        pytest.param("/pypi/ham/json", "/pypi/none/json", id="legacy"),
        pytest.param("/pypi/ham/1.0/json", "/pypi/none/1.0/json", id="release"),
        pytest.param("wheel", "/" + path_of("ham-1.0-py3-none-any.whl", b"none"), id="file"),
        pytest.param("wheel.metadata", "/" + path_of("ham-1.0-py3-none-any.whl.metadata", b"none"), id="metadata"),
    ],
)
def test_a_limited_token_cannot_tell_a_forbidden_project_from_an_unknown_one(
    private: Asker, *, wheel: str, method: str, hidden: str, unknown: str
) -> None:
    asked = hidden.replace("wheel", wheel)
    etag = private.get(asked, authorization=basic(TOKEN))["etag"]
    for more in (
        {},
        {"if_none_match": "*"},
        {"if_none_match": etag},
        {"range": "bytes=0-1"},
        {"range": "bytes=9999999-"},
    ):
        headers = {"authorization": basic(LIMITED), **more}
        told = private.ask(method, asked, headers=headers)
        assert told.status == 404
        assert whole(told) == whole(private.ask(method, unknown, headers=headers))


def test_a_redirect_tells_a_limited_token_nothing(private: Asker) -> None:
    known = private.get("/simple/Ham", authorization=basic(LIMITED))
    unknown = private.get("/simple/Nam", authorization=basic(LIMITED))
    assert known.status == unknown.status == 301
    assert known["location"].replace("ham", "nam") == unknown["location"]


def test_a_limited_token_reads_its_own_projects(private: Asker) -> None:
    assert private.get("/simple/spam/", authorization=basic(LIMITED)).status == 200
    assert private.get("/pypi/spam/json", authorization=basic(LIMITED)).status == 200


def test_the_list_for_a_limited_token_has_its_published_projects_only(private: Asker) -> None:
    reply = private.get("/simple/", authorization=basic(LIMITED), accept=JSON)
    assert json.loads(reply.body)["projects"] == [{"_last-serial": 7, "name": "spam"}]
    page = private.get("/simple/", authorization=basic(LIMITED)).body
    assert b"spam/" in page
    assert b"ham/" not in page.replace(b"spam/", b"")
    again = private.get("/simple/", authorization=basic(LIMITED), accept=JSON, if_none_match=reply["etag"])
    assert again.status == 304


def test_the_answer_for_one_reader_is_never_that_for_another(private: Asker) -> None:
    for _ in range(3):
        assert private.get("/simple/ham/", accept=JSON, authorization=basic(TOKEN)).status == 200
        assert private.get("/simple/ham/", accept=JSON, authorization=basic(LIMITED)).status == 404
        assert private.get("/simple/ham/", accept=JSON).status == 401


def test_everything_of_a_private_index_is_cached_for_one_reader_alone(private: Asker, wheel: str) -> None:
    for path in ("/simple/", "/simple/ham/", "/simple/Ham/", "/pypi/ham/json", wheel, f"{wheel}.metadata"):
        assert private.get(path, authorization=basic(TOKEN))["cache-control"].startswith("private, ")


def test_the_control_plane_keeps_its_own_door(places: Places, pages: None) -> None:
    private = Asker(make_application(dataclasses.replace(places, is_private=True)))
    assert private.get("/accounts/").status == 404
