"""Pages follow the rows: after each change, after what went wrong, and never backwards."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from strongroom.gear.settings import Settings
from strongroom.projects.models import DuePage, Project
from strongroom.projects.publishing import (
    outlet_of,
    publish_all_pages,
    publish_due_pages,
    publish_project_pages,
    publish_root_pages,
    tree_at,
)
from strongroom.projects.queries.installers import load_placement, load_project_facts
from strongroom.reads.tree import Tree
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus
from strongroom.upkeep.actions.releases import unyank_release, yank_release
from strongroom.upkeep.actions.statuses import change_status
from tests.cast import NOW, OPERATOR, Person, add_person
from tests.uploads.door import html, listed, page, sdist_upload, send, wheel_upload

pytestmark = pytest.mark.django_db

HAM = NormalizedName("ham")


@pytest.fixture
def ada() -> Person:
    return add_person("ada")


@pytest.fixture
def ham(ada: Person) -> Person:
    """Ada has published ham 1.0 and 2.0."""
    for version in ("1.0", "2.0"):
        assert send(wheel_upload("ham", version), ada.basic).status_code == 200
    return ada


@pytest.fixture
def tree(index_settings: Settings) -> Tree:
    return tree_at(index_settings.pages_folder)


def publish(*changed: str) -> None:
    publish_project_pages(outlet_of(settings.STRONGROOM), HAM, changed=changed or None)


def yank(version: str, reason: str, *, name: str = "ham") -> None:
    yank_release(
        by=OPERATOR,
        now=NOW,
        name=NormalizedName(name),
        version=version,
        reason=reason,
        outlet=outlet_of(settings.STRONGROOM),
    )


def unyank(version: str) -> None:
    unyank_release(by=OPERATOR, now=NOW, name=HAM, version=version, outlet=outlet_of(settings.STRONGROOM))


def set_status(status: ProjectStatus, reason: str) -> None:
    outlet = outlet_of(settings.STRONGROOM)
    change_status(by=OPERATOR, now=NOW, name=HAM, status=status, reason=reason, outlet=outlet, office="for a test")


def due_after_a_yank(version: str, *, name: str = "ham") -> None:
    """A change whose pages its own process could not publish."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Tree, "publish_project", _no_disk)
        yank(version, "", name=name)


def legacy_urls(chosen: Settings, version: str) -> list[Any] | None:
    """The files on a release's legacy page; nothing when there is no such page."""
    path = chosen.pages_folder / "pypi" / "ham" / version / "json"
    return json.loads(path.read_bytes())["urls"] if path.exists() else None


@pytest.mark.usefixtures("ham")
def test_a_yank_shows_in_every_form_and_goes_with_the_un_yank(tree: Tree, index_settings: Settings) -> None:
    yank("2.0", "it <bites>")

    old, new = page(index_settings, "simple/ham/index.json")["files"]
    assert (old["yanked"], new["yanked"]) == (False, "it <bites>")
    assert html(index_settings, "ham").count('data-yanked="it &lt;bites&gt;"') == 1
    legacy = page(index_settings, "pypi/ham/json")
    assert legacy["info"]["version"] == "1.0"  # the newest that is not yanked
    assert legacy["releases"]["2.0"][0]["yanked_reason"] == "it <bites>"
    assert page(index_settings, "pypi/ham/2.0/json")["info"]["yanked"] is True
    assert not DuePage.objects.exists()

    unyank("2.0")

    assert "data-yanked" not in html(index_settings, "ham")
    assert page(index_settings, "pypi/ham/json")["info"]["version"] == "2.0"
    assert page(index_settings, "pypi/ham/2.0/json")["info"]["yanked"] is False


@pytest.mark.usefixtures("ham")
def test_a_yank_without_a_reason_shows_as_a_plain_mark(tree: Tree, index_settings: Settings) -> None:
    yank("1.0", "")

    assert page(index_settings, "simple/ham/index.json")["files"][0]["yanked"] is True
    assert 'data-yanked=""' in html(index_settings, "ham")


@pytest.mark.usefixtures("ham")
def test_a_quarantined_project_offers_no_file_on_any_page_and_all_again_once_lifted(
    tree: Tree, index_settings: Settings
) -> None:
    set_status(ProjectStatus.QUARANTINED, "suspicious")

    shown = page(index_settings, "simple/ham/index.json")
    assert (shown["files"], shown["versions"]) == ([], ["2.0", "1.0"])
    assert shown["project-status"] == {"status": "quarantined", "reason": "suspicious"}
    assert ".whl" not in html(index_settings, "ham")
    assert page(index_settings, "pypi/ham/json")["urls"] == []
    assert [legacy_urls(index_settings, version) for version in ("1.0", "2.0")] == [[], []]

    set_status(ProjectStatus.ACTIVE, "")

    assert len(listed(index_settings, "ham")) == 2
    for version in ("1.0", "2.0"):
        urls = legacy_urls(index_settings, version)
        assert urls is not None
        assert len(urls) == 1


@pytest.mark.usefixtures("ham")
@pytest.mark.parametrize("status", [ProjectStatus.ARCHIVED, ProjectStatus.DEPRECATED])
def test_another_status_shows_and_keeps_the_files(status: ProjectStatus, tree: Tree, index_settings: Settings) -> None:
    set_status(status, "<b>")

    assert len(listed(index_settings, "ham")) == 2
    assert f'content="{status.value}"' in html(index_settings, "ham")
    assert "<b>" not in html(index_settings, "ham")


@pytest.mark.usefixtures("ham")
def test_a_rendering_that_was_overtaken_is_made_again(
    tree: Tree, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = load_project_facts(HAM)
    assert old is not None
    yank("1.0", "")
    seen = iter([old])
    # The first look is from before somebody else's change, which is published already.
    monkeypatch.setattr(
        "strongroom.projects.publishing.load_project_facts", lambda name: next(seen, None) or load_project_facts(name)
    )

    publish("1.0")

    assert page(index_settings, "simple/ham/index.json")["meta"]["_last-serial"] == 3
    assert page(index_settings, "simple/ham/index.json")["files"][0]["yanked"] is True


@pytest.mark.usefixtures("ham")
def test_a_rendering_that_is_always_overtaken_is_a_fault_that_stays_due(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = load_project_facts(HAM)
    assert facts is not None
    due_after_a_yank("1.0")
    old = dataclasses.replace(facts, serial=1)
    monkeypatch.setattr("strongroom.projects.publishing.load_project_facts", lambda _: old)

    with pytest.raises(RuntimeError, match="overtaken"):
        publish("1.0")

    assert DuePage.objects.get().serial == 3


@pytest.mark.usefixtures("ham")
def test_what_became_due_meanwhile_stays_due(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    due_after_a_yank("1.0")
    honest = Tree.publish_project

    def publish_beside_a_change(self: Tree, *args: Any, **kwargs: Any) -> bool:  # noqa: ANN401 - passed on
        done = honest(self, *args, **kwargs)
        due_after_a_yank("2.0")
        return done

    with monkeypatch.context() as patched:
        patched.setattr(Tree, "publish_project", publish_beside_a_change)
        publish("1.0")

    due = DuePage.objects.get()
    assert (due.serial, due.whole) == (4, True)


def test_pages_that_could_not_be_published_are_not_forgotten_by_the_next_upload(
    ada: Person, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Tree, "publish_project", _no_disk)
        assert send(wheel_upload("ham", "1.0"), ada.basic).status_code == 200
    assert DuePage.objects.get().serial == 1

    assert send(wheel_upload("ham", "2.0"), ada.basic).status_code == 200

    for version in ("1.0", "2.0"):
        urls = legacy_urls(index_settings, version)
        assert urls is not None
        assert len(urls) == 1
    assert not DuePage.objects.exists()


def test_an_upload_whose_pages_fail_is_told_200_and_published_later(
    ada: Person, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Tree, "publish_project", _no_disk)
        assert send(wheel_upload(), ada.basic).status_code == 200
    assert listed(index_settings, "ham") == []

    assert publish_due_pages(outlet_of(settings.STRONGROOM)) == 1

    assert listed(index_settings, "ham") == ["ham-1.0-py3-none-any.whl"]
    assert publish_due_pages(outlet_of(settings.STRONGROOM)) == 0


def test_a_project_that_cannot_be_published_does_not_hold_up_the_others(
    ham: Person, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert send(wheel_upload("spam"), ham.basic).status_code == 200
    due_after_a_yank("1.0")
    due_after_a_yank("1.0", name="spam")
    honest = Tree.publish_project

    def publish_all_but_ham(self: Tree, project: Any, **kwargs: Any) -> bool:  # noqa: ANN401 - passed on
        if project.name == "ham":
            raise OSError(28, "No space left on device")
        return honest(self, project, **kwargs)

    monkeypatch.setattr(Tree, "publish_project", publish_all_but_ham)
    assert publish_due_pages(outlet_of(settings.STRONGROOM)) == 1

    assert page(index_settings, "simple/spam/index.json")["files"][0]["yanked"] is True
    assert list(DuePage.objects.values_list("pk", flat=True)) == ["ham"]


@pytest.mark.usefixtures("ham")
def test_a_project_that_is_gone_is_withdrawn_from_every_page(tree: Tree, index_settings: Settings) -> None:
    due_after_a_yank("1.0")
    Project.objects.all().delete()

    publish()

    assert not (index_settings.pages_folder / "simple" / "ham").exists()
    assert not (index_settings.pages_folder / "pypi" / "ham").exists()
    assert not DuePage.objects.exists()


@pytest.mark.usefixtures("ham")
def test_publishing_all_pages_withdraws_those_of_projects_that_are_gone(
    ham: Person, tree: Tree, index_settings: Settings
) -> None:
    send(wheel_upload("spam"), ham.basic)
    Project.objects.filter(normalized_name="ham").delete()
    told: list[tuple[int, int]] = []

    count = publish_all_pages(outlet_of(settings.STRONGROOM), progress=lambda done, total: told.append((done, total)))

    assert (count, told) == (1, [(1, 1)])
    assert tree.published_names() == ["spam"]
    assert [one["name"] for one in page(index_settings, "simple/index.json")["projects"]] == ["spam"]


@pytest.mark.usefixtures("ham")
def test_pages_that_were_lost_are_published_again_from_the_rows(tree: Tree, index_settings: Settings) -> None:
    before = (index_settings.pages_folder / "simple/ham/index.json").read_bytes()
    for name in ("index.json", "index.json.gz", "index.html"):
        (index_settings.pages_folder / "simple/ham" / name).unlink()

    publish_all_pages(outlet_of(settings.STRONGROOM))

    assert (index_settings.pages_folder / "simple/ham/index.json").read_bytes() == before
    assert listed(index_settings, "ham")


def test_the_list_of_all_projects_follows_each_change(ada: Person, tree: Tree, index_settings: Settings) -> None:
    assert publish_root_pages(tree)
    assert page(index_settings, "simple/index.json")["projects"] == []
    assert not publish_root_pages(tree)

    send(wheel_upload("spam"), ada.basic)
    send(wheel_upload("ham"), ada.basic)
    assert publish_root_pages(tree)

    shown = page(index_settings, "simple/index.json")
    assert shown["meta"]["_last-serial"] == 2
    assert shown["projects"] == [{"_last-serial": 2, "name": "ham"}, {"_last-serial": 1, "name": "spam"}]
    assert not publish_root_pages(tree)


def test_the_published_serial_is_the_rows(ham: Person, tree: Tree) -> None:
    send(sdist_upload("ham", "1.0"), ham.basic)

    assert tree.published_serial(HAM) == Project.objects.get().serial == 3


def _no_disk(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_more_files_can_be_withheld_than_one_statement_takes_names() -> None:
    if connection.vendor == "sqlite":
        # As SQLite is built by itself; distributions allow more.
        connection.ensure_connection()
        connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)
    withheld = {f"packages/00/00/{number}/ham-{number}.tar.gz" for number in range(33_000)}

    assert load_placement(HAM, withheld=withheld).to_bring_back == []
