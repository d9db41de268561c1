from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from strongroom.reads.app import make_application
from strongroom.reads.conditions import parse_date
from strongroom.reads.held import HeldPages, Wanted
from strongroom.reads.places import Places
from strongroom.reads.tree import Tree
from strongroom.terms.names import NormalizedName
from tests.reads.asking import Asker
from tests.reads.samples import BASE_URL, make_file, make_project, make_release
from tests.reads.unpacking import zstd_decompress

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"


@pytest.mark.parametrize("name", ["ham", "spam"])
def test_a_project_is_served_in_each_form(index: Asker, name: str) -> None:
    assert json.loads(index.get(f"/simple/{name}/", accept=JSON).body)["name"] == name
    assert index.get(f"/simple/{name}/", accept=HTML)["content-type"] == HTML
    assert index.get(f"/simple/{name}/")["content-type"] == "text/html; charset=utf-8"


def test_c3_c6_latest_is_answered_with_the_real_version_and_no_charset(index: Asker) -> None:
    reply = index.get("/simple/ham/", accept="application/vnd.pypi.simple.latest+json")
    assert reply["content-type"] == JSON


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param("/simple/Ham/", "/simple/ham/", id="n3-case"),
        pytest.param("/simple/a._-B/", "/simple/a-b/", id="n2-runs"),
        pytest.param("/simple/ham", "/simple/ham/", id="n4-no-slash"),
        pytest.param("/simple", "/simple/", id="n4-root"),
        pytest.param("/legacy/+simple/Ham", "/legacy/+simple/ham/", id="alias"),
        pytest.param("/pypi/Ham/json", "/pypi/ham/json", id="legacy"),
        pytest.param("/pypi/ham/json/", "/pypi/ham/json", id="legacy-slash"),
        pytest.param("/pypi/ham/v1.0.0-RC1/json", "/pypi/ham/1.0.0rc1/json", id="legacy-version"),
    ],
)
def test_another_spelling_is_redirected_with_its_query_and_prefix(index: Asker, asked: str, found: str) -> None:
    reply = index.get(asked, "format=a&x=%0d", SCRIPT_NAME="/mount")
    assert reply.status == 301
    assert reply["location"] == f"/mount{found}?format=a&x=%0d"
    assert "Accept" in reply["vary"]
    assert index.get(asked)["location"] == found


@pytest.mark.parametrize(
    "path",
    [
        "/simple/ham\n/",
        "/simple/-ham/",
        "/simple/h\u00e4m/",
        "/simple/../ham/",
        "/simple/ham/x",
        "/simple//",
        "/packages",
    ],
)
def test_n1_what_is_no_name_is_not_found(index: Asker, path: str) -> None:
    assert index.get(path).status == 404


def test_a_redirect_cannot_be_broken_out_of(index: Asker) -> None:
    reply = index.get("/simple/Ham/", "x=\r\nSet-Cookie: a=b\xe9\u2603")
    assert reply["location"].isascii()
    assert "\r" not in reply["location"]
    assert "\n" not in reply["location"]


@pytest.mark.parametrize(
    ("query", "accept", "status", "kind"),
    [
        pytest.param(f"format={JSON}", "text/html", 200, JSON, id="overrides"),
        pytest.param("format=nothing", JSON, 406, "text/plain; charset=utf-8", id="unknown"),
        pytest.param("other=x", JSON, 200, JSON, id="another-key"),
    ],
)
def test_c8_format_overrides_accept(index: Asker, *, query: str, accept: str, status: int, kind: str) -> None:
    for _ in range(2):
        assert index.get("/simple/ham/", accept=accept).status == 200
        reply = index.get("/simple/ham/", query, accept=accept)
        assert (reply.status, reply["content-type"]) == (status, kind)


@pytest.mark.parametrize("headers", [{"accept": "image/png"}, {"accept_encoding": "identity;q=0"}])
def test_c5_nothing_acceptable_is_406_and_says_what_there_is(index: Asker, headers: dict[str, str]) -> None:
    reply = index.get("/simple/ham/", **headers)
    assert reply.status == 406
    assert JSON in reply.body.decode()
    assert reply["vary"] == "Accept, Accept-Encoding"


def test_c7_every_answer_of_the_simple_api_varies(index: Asker) -> None:
    etag = index.get("/simple/ham/")["etag"]
    replies = [
        index.get("/simple/ham/"),
        index.get("/simple/ham/", if_none_match=etag),
        index.get("/simple/ham"),
        index.get("/simple/none/"),
        index.get("/simple/ham/", accept="image/png"),
    ]
    assert [reply.status for reply in replies] == [200, 304, 301, 404, 406]
    assert {reply["vary"] for reply in replies} == {"Accept, Accept-Encoding"}


def test_c10_the_tag_is_strong_and_differs_for_each_body_and_type(index: Asker) -> None:
    tags = {
        index.get("/simple/ham/", accept=accept, accept_encoding=coding)["etag"]
        for accept in (JSON, HTML, "text/html")
        for coding in ("identity", "gzip", "zstd")
    }
    assert len(tags) == 9
    assert not any(tag.startswith("W/") for tag in tags)


@pytest.mark.parametrize("turn", ["first time", "remembered"])
def test_c10_a_client_that_has_the_page_gets_304_and_no_body(index: Asker, turn: str) -> None:
    page = index.get("/simple/ham/", accept=JSON)
    asked = [{"if_none_match": page["etag"]}, {"if_none_match": "*"}, {"if_modified_since": page["last-modified"]}]
    for headers in asked:
        reply = index.get("/simple/ham/", accept=JSON, **headers)
        assert (reply.status, reply.body) == (304, b"")
        assert reply["etag"] == page["etag"]
        assert "content-length" not in reply.headers
    other = index.get("/simple/ham/", accept="text/html", if_none_match=page["etag"])
    assert other.status == 200


def test_c10_head_says_what_get_says_without_the_body(index: Asker) -> None:
    for path in ("/simple/", "/simple/ham/", "/pypi/ham/json", "/simple/none/", "/simple/Ham/", "/legacy/+simple/ham/"):
        get, head = index.get(path, accept=JSON), index.head(path, accept=JSON)
        assert (head.status, head.headers, head.body) == (get.status, get.headers, b"")
        assert int(get["content-length"]) == len(get.body)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/simple/", "/simple/ham/", "/pypi/ham/json", "/legacy/+simple/ham/", "/packages/x"])
def test_pages_can_be_read_and_nothing_else(index: Asker, method: str, path: str) -> None:
    index.get(path)
    reply = index.ask(method, path)
    assert (reply.status, reply["allow"]) == (405, "GET, HEAD")


def test_c11_bodies_prepared_once_are_sent_compressed(index: Asker) -> None:
    plain = index.get("/simple/ham/", accept=JSON).body
    packed = index.get("/simple/ham/", accept=JSON, accept_encoding="gzip")
    assert (packed["content-encoding"], gzip.decompress(packed.body)) == ("gzip", plain)
    packed = index.get("/pypi/ham/json", accept_encoding="zstd")
    assert (packed["content-encoding"], zstd_decompress(packed.body)) == ("zstd", index.get("/pypi/ham/json").body)


def test_c12_an_unknown_project_is_404_in_one_sentence(index: Asker) -> None:
    reply = index.get("/simple/none/", accept=JSON)
    assert (reply.status, reply["content-type"]) == (404, "text/plain; charset=utf-8")
    assert reply.body.count(b".") == 1


@pytest.mark.parametrize("path", ["/legacy/+simple/ham/", "/simple/+simple/ham/"])
def test_h11_hatch_finds_its_page_as_html_below_the_upload_address(index: Asker, path: str) -> None:
    reply = index.get(path, accept=JSON)
    assert reply["content-type"] == "text/html; charset=utf-8"
    assert b'href="../../../packages/' in reply.body
    assert b'"../../packages/' not in reply.body
    assert reply["x-pypi-last-serial"] == "7"
    assert index.get(path.replace("ham", "none")).status == 404


@pytest.mark.parametrize("path", ["/simple/", "/simple/ham/", "/pypi/ham/json", "/pypi/ham/1.0/json"])
@pytest.mark.parametrize("accept", [JSON, "text/html"])
@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_l1_every_page_tells_its_serial_to_mirrors(index: Asker, *, path: str, accept: str, coding: str) -> None:
    assert index.get(path, accept=accept, accept_encoding=coding)["x-pypi-last-serial"] == "7"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/pypi/ham/json", 200),
        ("/pypi/ham/1.0/json", 200),
        ("/pypi/ham/9.9/json", 404),
        ("/pypi/none/json", 404),
        ("/pypi/ham/not a version/json", 404),
        ("/pypi/ham/..%2f/json", 404),
        ("/pypi/ham/" + "1" * 300 + "/json", 404),
    ],
)
def test_l1_the_legacy_pages_are_json_whatever_is_accepted(index: Asker, path: str, status: int) -> None:
    reply = index.get(path, accept="text/html")
    assert reply.status == status
    if status == 200:
        assert (reply["content-type"], reply["vary"]) == ("application/json", "Accept-Encoding")


def test_what_is_not_ours_goes_to_the_control_plane_which_is_loaded_once(places: Places, tree: Tree) -> None:
    loaded = []

    def load() -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
        loaded.append(True)

        def control(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            start_response("202 Accepted", [("x-path", environ["PATH_INFO"])])
            return [b"control"]

        return control

    index = Asker(make_application(places, load_fallback=load))
    index.get("/simple/ham/")
    assert loaded == []
    for path in ("/", "/legacy/", "/legacy/ham/", "/pypi", "/pypi/ham/", "/project/ham/", "/simplex", ""):
        assert index.ask("POST", path).body == b"control"
    assert loaded == [True]


def test_without_a_control_plane_the_rest_is_not_found(index: Asker) -> None:
    assert index.get("/project/ham/").status == 404


def test_a_new_file_is_seen_at_once_by_every_remembered_client(places: Places, tree: Tree, index: Asker) -> None:
    for serial in range(8, 30):
        release = make_release()
        project = make_project(serial=serial, files=(make_file(f"ham-1.0-{serial}-py3-none-any.whl"),))
        tree.publish_project(project, releases=[release], latest=release, base_url=BASE_URL)
        for coding in ("identity", "gzip"):
            reply = index.get("/simple/ham/", accept=JSON, accept_encoding=coding)
            assert reply["x-pypi-last-serial"] == str(serial)


def test_a_withdrawn_project_is_gone_at_once(tree: Tree, index: Asker) -> None:
    assert index.get("/simple/ham/", accept=JSON).status == 200
    tree.withdraw_project(NormalizedName("ham"))
    assert index.get("/simple/ham/", accept=JSON).status == 404


def test_a_page_published_by_another_machine_is_seen_within_a_second(places: Places, tree: Tree, index: Asker) -> None:
    first = index.get("/simple/ham/", accept=JSON)
    page = places.pages / "simple/ham/index.json"
    beside = page.with_name("new")
    beside.write_bytes(page.read_bytes().replace(b"ham-1.0.tar.gz", b"ham-9.0.tar.gz"))
    beside.rename(page)
    time.sleep(1.1)
    assert index.get("/simple/ham/", accept=JSON).body != first.body


def test_last_modified_is_never_in_the_future(tree: Tree, index: Asker) -> None:
    for serial in range(8, 14):
        tree.publish_project(make_project(serial=serial), releases=[], latest=None, base_url=BASE_URL)
    sent = parse_date(index.get("/simple/ham/")["last-modified"])
    assert sent is not None
    assert sent <= time.time()


def test_if_modified_since_never_hides_a_second_publication_of_the_same_second(tree: Tree, index: Asker) -> None:
    for serial in range(8, 14):
        since = index.get("/simple/ham/", accept=JSON)["last-modified"]
        tree.publish_project(make_project(serial=serial), releases=[], latest=None, base_url=BASE_URL)
        assert index.get("/simple/ham/", accept=JSON, if_modified_since=since).status == 200


def test_the_pages_held_in_memory_stay_within_their_bytes(places: Places, tree: Tree) -> None:
    held = HeldPages(places.pages, limit=12_000, cache_control="")
    for _ in range(3):
        for coding in ("identity", "gzip", "zstd"):
            for name in ("ham", "spam"):
                assert held.page(Wanted(f"simple/{name}/index.json", JSON, coding)) is not None
    assert 0 < len(held.pages) <= 5
    assert held._held <= 12_000


def test_a_page_too_large_to_hold_is_served_all_the_same(places: Places, tree: Tree) -> None:
    held = HeldPages(places.pages, limit=100, cache_control="")
    assert held.page(Wanted("simple/ham/index.json", JSON, "identity")) is not None
    assert held.pages == {}


def test_a_lost_twin_is_answered_with_the_page_itself(places: Places, tree: Tree, index: Asker) -> None:
    (places.pages / "simple/ham/index.json.gz").unlink()
    reply = index.get("/simple/ham/", accept=JSON, accept_encoding="gzip")
    assert "content-encoding" not in reply.headers
    assert json.loads(reply.body)["name"] == "ham"


def test_readers_and_publishers_at_once_never_see_a_torn_page(places: Places, tree: Tree, index: Asker) -> None:
    faults: list[Any] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            reply = index.get("/simple/ham/", accept=JSON, accept_encoding="gzip")
            page = json.loads(gzip.decompress(reply.body))
            if page["meta"]["_last-serial"] < int(reply["x-pypi-last-serial"]):
                faults.append((page["meta"], reply.headers))

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for serial in range(8, 24):
        tree.publish_project(make_project(serial=serial), releases=[], latest=None, base_url=BASE_URL)
    done.set()
    for thread in threads:
        thread.join()
    assert faults == []
