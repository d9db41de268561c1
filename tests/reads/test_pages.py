from __future__ import annotations

import dataclasses
import json
import re
from datetime import date, datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from strongroom.reads.facts import ProjectFacts
from strongroom.reads.legacy import render_legacy_project, render_legacy_release
from strongroom.reads.pages import render_project_html, render_project_json, render_root_html, render_root_json
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus
from tests.reads.samples import BASE_URL, HOSTILE, make_file, make_project, make_release


class Page(HTMLParser):
    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.anchors: list[dict[str, str | None]] = []
        self.metas: dict[str | None, str | None] = {}
        self.texts: list[str] = []
        self.tags: set[str] = set()
        self._in_anchor = False
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        facts = dict(attrs)
        if tag == "meta" and "name" in facts:
            self.metas[facts["name"]] = facts["content"]
        if tag == "a":
            self.anchors.append(facts)
            self.texts.append("")
        self._in_anchor = tag == "a"

    def handle_data(self, data: str) -> None:
        if self._in_anchor:
            self.texts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._in_anchor = False


def html(**changes: Any) -> Page:  # noqa: ANN401 - any field of the facts
    return Page(render_project_html(make_project(**changes)))


def entries(**changes: Any) -> Any:  # noqa: ANN401 - any field of the facts
    return json.loads(render_project_json(make_project(**changes)))


def test_h1_the_page_says_its_version_and_is_html5() -> None:
    page = render_project_html(make_project())
    assert page.startswith(b"<!DOCTYPE html>\n")
    assert Page(page).metas["pypi:repository-version"] == "1.4"


def test_h2_the_root_has_one_anchor_for_each_project() -> None:
    page = Page(render_root_html([NormalizedName("ham"), NormalizedName("spam-eggs")], 7))
    assert page.texts == ["ham", "spam-eggs"]
    assert [urljoin("https://x/prefix/simple/", str(a["href"])) for a in page.anchors] == [
        "https://x/prefix/simple/ham/",
        "https://x/prefix/simple/spam-eggs/",
    ]


def test_h3_h4_the_text_is_the_last_part_of_the_address_and_the_hash_follows() -> None:
    page = html(files=(make_file("ham-1!1.0+local.1-py3-none-any.whl"), make_file("ham-1.0-py3-none-a~b%#?.whl")))
    for anchor, text in zip(page.anchors, page.texts, strict=True):
        address = urlsplit(urljoin("https://x/simple/ham/", str(anchor["href"])))
        assert unquote(address.path).rpartition("/")[2] == text
        assert re.fullmatch(r"sha256=[0-9a-f]{64}", address.fragment)
        assert address.path.startswith("/packages/")


def test_h5_requires_python_is_escaped() -> None:
    assert b'data-requires-python="&gt;=3.8,&lt;4"' in render_project_html(make_project())
    assert "data-requires-python" not in html(files=(make_file(requires_python=None),)).anchors[0]


@pytest.mark.parametrize(("yanked", "reason", "shown"), [(True, "", ""), (True, HOSTILE, HOSTILE)])
def test_h6_a_yanked_file_says_so_and_why(yanked: bool, reason: str, shown: str) -> None:
    page = html(files=(make_file(yanked=yanked, yanked_reason=reason), make_file()))
    assert page.anchors[0]["data-yanked"] == shown
    assert "data-yanked" not in page.anchors[1]


def test_h7_metadata_is_named_twice_with_one_value_and_only_for_wheels() -> None:
    wheel, sdist = html().anchors
    assert wheel["data-core-metadata"] == wheel["data-dist-info-metadata"] == "sha256=" + "ab" * 32
    assert "data-core-metadata" not in sdist
    assert "data-dist-info-metadata" not in sdist


def test_h8_h9_no_signature_and_no_provenance_is_promised() -> None:
    page = render_project_html(make_project())
    assert b"data-gpg-sig" not in page
    assert b"data-provenance" not in page


def test_h10_the_status_and_its_reason_are_told() -> None:
    metas = html(status=ProjectStatus.ARCHIVED, status_reason=HOSTILE).metas
    assert metas["pypi:project-status"] == "archived"
    assert metas["pypi:project-status-reason"] == HOSTILE
    assert "pypi:project-status" not in html().metas


def test_h11_hatch_finds_every_file_with_its_regular_expression() -> None:
    files = (make_file(yanked=True, yanked_reason=HOSTILE), make_file("ham-2.0.tar.gz"))
    page = render_project_html(make_project(files=files)).decode()
    assert re.findall(r"<a [^>]+>([^<]+)</a>", page) == [file.filename for file in files]


def test_h12_nothing_outside_the_frozen_form_is_said() -> None:
    known = {"href", "data-requires-python", "data-core-metadata", "data-dist-info-metadata", "data-yanked"}
    assert {name for anchor in html().anchors for name in anchor} <= known


@pytest.mark.parametrize("field", ["display_name", "status_reason", "versions", "files"])
def test_a_hostile_text_stays_text_on_every_page(field: str) -> None:
    hostile: dict[str, Any] = {
        "display_name": HOSTILE,
        "status_reason": HOSTILE,
        "versions": (HOSTILE,),
        "files": (make_file(yanked=True, yanked_reason=HOSTILE, requires_python=HOSTILE, filename=HOSTILE),),
    }
    project = make_project(**{field: hostile[field]})
    assert "script" not in Page(render_project_html(project)).tags
    json.loads(render_project_json(project))
    json.loads(render_legacy_project(project, make_release(), BASE_URL))


def test_a_reason_with_a_lone_surrogate_does_not_stop_a_page() -> None:
    project = make_project(status_reason="\ud800")
    assert render_project_html(project).decode()
    assert json.loads(render_project_json(project))


def test_j1_j11_the_meta_names_version_and_serial_and_no_other_version() -> None:
    assert entries()["meta"] == {"_last-serial": 7, "api-version": "1.4"}
    assert set(entries()) == {"meta", "name", "project-status", "versions", "files"}


def test_j2_the_root_lists_names_with_the_serials_that_mirrors_compare() -> None:
    root = json.loads(render_root_json([(NormalizedName("ham"), 3), (NormalizedName('"\\'), 5)], 5))
    assert root == {
        "meta": {"_last-serial": 5, "api-version": "1.4"},
        "projects": [{"_last-serial": 3, "name": "ham"}, {"_last-serial": 5, "name": '"\\'}],
    }
    assert json.loads(render_root_json([], 0))["projects"] == []


def test_j3_versions_may_have_no_files() -> None:
    assert entries()["name"] == "ham"
    assert entries()["versions"] == ["2.0", "1.0"]
    assert entries(versions=("3.0",), files=())["versions"] == ["3.0"]


def test_j4_j5_a_file_has_its_name_address_hashes_size_and_time() -> None:
    tokyo = timezone(timedelta(hours=9))
    file = entries(files=(make_file(uploaded_at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=tokyo)),))["files"][0]
    assert file["filename"] == "ham-1.0-py3-none-any.whl"
    assert urlsplit(urljoin("https://x/simple/ham/", file["url"])).path == f"/{make_file().path}"
    assert file["hashes"] == {"sha256": make_file().sha256}
    assert file["size"] == 7
    assert file["upload-time"] == "2026-01-01T18:04:05.000006Z"


def test_j6_requires_python_is_plain_text_or_absent() -> None:
    assert entries()["files"][0]["requires-python"] == ">=3.8,<4"
    assert "requires-python" not in entries(files=(make_file(requires_python=None),))["files"][0]


def test_j7_metadata_has_its_new_name_only() -> None:
    wheel, sdist = entries()["files"]
    assert wheel["core-metadata"] == {"sha256": "ab" * 32}
    assert "dist-info-metadata" not in wheel
    assert "core-metadata" not in sdist


@pytest.mark.parametrize(
    ("yanked", "reason", "told"), [(False, "", False), (True, "", True), (True, "broken", "broken")]
)
def test_j8_yanked_is_false_true_or_the_reason(yanked: bool, reason: str, told: object) -> None:
    assert entries(files=(make_file(yanked=yanked, yanked_reason=reason),))["files"][0]["yanked"] == told


def test_j9_no_provenance_is_promised() -> None:
    assert "provenance" not in entries()["files"][0]


def test_j10_the_status_stands_at_the_top_level() -> None:
    assert entries()["project-status"] == {"status": "active"}
    told = entries(status=ProjectStatus.DEPRECATED, status_reason="use spam")["project-status"]
    assert told == {"status": "deprecated", "reason": "use spam"}


def test_s1_a_quarantined_project_offers_no_file_in_any_form() -> None:
    project = make_project(status=ProjectStatus.QUARANTINED)
    page = json.loads(render_project_json(project))
    assert (page["files"], page["versions"]) == ([], ["2.0", "1.0"])
    assert Page(render_project_html(project)).anchors == []
    legacy = json.loads(render_legacy_project(project, make_release(), BASE_URL))
    assert (legacy["urls"], legacy["releases"]) == ([], {"2.0": [], "1.0": []})
    assert json.loads(render_legacy_release(project, make_release(), BASE_URL))["urls"] == []


def test_s1_an_archived_project_still_offers_its_files() -> None:
    assert len(entries(status=ProjectStatus.ARCHIVED)["files"]) == 2


def legacy(**changes: Any) -> Any:  # noqa: ANN401 - any field of the facts
    project: ProjectFacts = make_project(**changes)
    release = make_release(
        summary="A ham",
        keywords=["a", "b"],
        classifiers=["X :: Y"],
        project_urls={"Home": "https://h"},
        platforms=["p"],
    )
    return json.loads(render_legacy_project(project, release, BASE_URL))


def test_l1_the_legacy_page_has_every_release_and_the_latest_files() -> None:
    page = legacy()
    assert set(page) == {"critical", "info", "last_serial", "releases", "urls", "vulnerabilities"}
    assert page["last_serial"] == 7
    assert page["vulnerabilities"] == []
    assert {version: len(files) for version, files in page["releases"].items()} == {"2.0": 0, "1.0": 2}
    assert [file["filename"] for file in page["urls"]] == ["ham-1.0-py3-none-any.whl", "ham-1.0.tar.gz"]


def test_the_legacy_pages_say_since_when_a_project_is_critical_and_where_that_is_explained() -> None:
    ordinary = make_project()
    project = dataclasses.replace(ordinary, critical_since=date(2026, 7, 8))
    told = {"since": "2026-07-08", "explanation": f"{BASE_URL}/project/ham/critical/"}

    for render in (render_legacy_project, render_legacy_release):
        before, page = (json.loads(render(one, make_release(), BASE_URL)) for one in (ordinary, project))
        assert before.pop("critical") is None
        assert page.pop("critical") == told
        assert page == before


def test_l1_a_file_is_told_as_pypi_tells_it() -> None:
    wheel, sdist = legacy()["urls"]
    facts = make_file()
    assert wheel == {
        "comment_text": None,
        "digests": {"blake2b_256": facts.blake2b_256, "md5": facts.md5, "sha256": facts.sha256},
        "downloads": -1,
        "filename": facts.filename,
        "has_sig": False,
        "md5_digest": facts.md5,
        "packagetype": "bdist_wheel",
        "python_version": "py3",
        "requires_python": ">=3.8,<4",
        "size": 7,
        "upload_time": "2026-11-23T08:04:05",
        "upload_time_iso_8601": "2026-11-23T08:04:05.000000Z",
        "url": f"{BASE_URL}/{facts.path}",
        "yanked": False,
        "yanked_reason": None,
    }
    assert (sdist["packagetype"], sdist["python_version"]) == ("sdist", "source")


def test_l1_the_info_has_every_key_and_null_for_what_is_not_said() -> None:
    info = legacy()["info"]
    assert (info["name"], info["version"], info["summary"]) == ("Ham", "1.0", "A ham")
    assert (info["keywords"], info["platform"], info["classifiers"]) == ("a,b", "p", ["X :: Y"])
    assert info["project_urls"] == {"Home": "https://h"}
    assert info["package_url"] == info["project_url"] == f"{BASE_URL}/project/ham/"
    assert info["release_url"] == f"{BASE_URL}/project/ham/1.0/"
    for key in ("author", "license", "license_expression", "home_page", "requires_dist", "bugtrack_url", "docs_url"):
        assert info[key] is None


def test_l1_a_release_page_has_its_own_files_and_yank() -> None:
    release = dataclasses.replace(make_release("2.0"), yanked=True, yanked_reason="broken")
    project = make_project(files=(make_file(), make_file("ham-2.0.tar.gz", version="2.0")))
    page = json.loads(render_legacy_release(project, release, BASE_URL))
    assert [file["filename"] for file in page["urls"]] == ["ham-2.0.tar.gz"]
    assert (page["info"]["yanked"], page["info"]["yanked_reason"]) == (True, "broken")


def test_f3_every_address_begins_with_packages_as_bandersnatch_demands() -> None:
    for file in legacy()["urls"]:
        assert urlsplit(file["url"]).path.startswith("/packages/")


def test_y1_un_yanking_leaves_no_trace() -> None:
    yanked = make_project(files=(make_file(yanked=True, yanked_reason="x"),))
    again = dataclasses.replace(yanked, files=(make_file(),))
    assert b"yanked=" not in render_project_html(again)
