"""Descriptions: kept with the release that brings them, and made anew by the keeper where they are missing."""

from __future__ import annotations

import pytest
from django.db import DatabaseError

from strongroom.catalogue import actions, tasks
from strongroom.catalogue.actions import keep_description
from strongroom.catalogue.queries import undescribed
from strongroom.catalogue.tasks import Renderer
from strongroom.gear.readmes import EDITION
from strongroom.gear.settings import Settings
from strongroom.projects.models import Description, Release
from strongroom.site import keeper
from strongroom.uploads import actions as uploading
from tests.cast import NOW, Person
from tests.catalogue.stock import get, publish
from tests.uploads.door import sdist_upload, send

pytestmark = pytest.mark.django_db


def test_an_upload_keeps_the_description_of_its_new_release(ada: Person) -> None:
    kept = Description.objects.get()
    assert kept.html.startswith('<h3 id="d-ham">Ham</h3>')
    assert kept.edition == EDITION


def test_a_further_file_changes_nothing_of_the_description_and_is_not_rendered(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(uploading, "render", lambda text, _: asked.append(text))

    assert send(sdist_upload("ham", "1.0"), ada.basic).status_code == 200

    assert not asked
    assert Description.objects.get().html.startswith('<h3 id="d-ham">')


def test_a_release_without_a_description_has_an_empty_one(ada: Person) -> None:
    publish(ada, "eggs", description="")
    assert Description.objects.get(release__project__normalized_name="eggs").html == ""
    assert "This release has no description." in get("/project/eggs/").content.decode()


def test_a_missing_description_is_made_by_the_keeper(ada: Person) -> None:
    before = Description.objects.get().html
    Description.objects.all().delete()

    assert Renderer().render_missing(most=10) == 1

    assert Description.objects.get().html == before


def test_the_keepers_rounds_make_missing_descriptions(
    ada: Person, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    Description.objects.all().delete()
    monkeypatch.setattr(keeper, "close_old_connections", lambda: None)
    monkeypatch.setattr(keeper, "_RENDERER", Renderer())

    keeper._render_round(index_settings, 0)

    assert Description.objects.count() == 1


def test_a_description_by_an_older_edition_is_made_anew(ada: Person) -> None:
    Description.objects.update(html="old", edition=EDITION - 1)

    assert Renderer().render_missing(most=10) == 1

    assert Description.objects.get().edition == EDITION
    assert "Cured" in Description.objects.get().html


def test_a_description_that_is_as_it_should_be_is_left_alone(ada: Person) -> None:
    Description.objects.update(html="kept")

    assert Renderer().render_missing(most=10) == 0

    assert Description.objects.get().html == "kept"


def test_what_was_published_and_does_not_render_is_shown_as_text(ada: Person) -> None:
    Description.objects.all().delete()
    Release.objects.update(metadata={"description": ":x:`<b>`", "description_content_type": "text/x-rst"})

    Renderer().render_missing(most=10)

    assert Description.objects.get().html == "<pre>:x:`&lt;b&gt;`</pre>"


def test_the_keeper_goes_through_all_releases_a_few_at_a_time(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undescribed, "_STRETCH", 4)
    project = Release.objects.get().project
    Release.objects.bulk_create(
        Release(project=project, version=f"2.{index}", metadata={}, created_at=NOW) for index in range(25)
    )
    renderer = Renderer()

    done = []
    while made := renderer.render_missing(most=3):
        done.append(made)

    assert sum(done) == 25
    assert max(done) <= 3
    assert Description.objects.count() == 26


def test_of_a_deleted_release_nothing_is_made(ada: Person) -> None:
    Description.objects.all().delete()
    Release.objects.update(deleted_at=NOW)
    assert Renderer().render_missing(most=10) == 0


def test_a_release_that_goes_meanwhile_is_passed_over(ada: Person) -> None:
    actions.keep_description(undescribed.Undescribed(release=10**9, text="x", content_type=None))
    assert Description.objects.count() == 1


def test_a_description_that_makes_the_renderer_fail_holds_up_no_other(
    ada: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    publish(ada, "eggs", description="Eggs.")
    Description.objects.all().delete()
    newest = Release.objects.latest("pk").pk

    def keep(found: undescribed.Undescribed) -> None:
        if found.release == newest:
            raise ValueError("no such reader")
        keep_description(found)

    monkeypatch.setattr(tasks, "keep_description", keep)

    Renderer().render_missing(most=10)

    assert Description.objects.count() == 1
    assert "could not be rendered" in caplog.text


def test_a_database_that_was_away_is_asked_for_the_same_descriptions_again(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ada.account
    Description.objects.all().delete()
    renderer = Renderer()
    with monkeypatch.context() as patched:
        patched.setattr(tasks, "keep_description", _away)
        with pytest.raises(DatabaseError):
            renderer.render_missing(most=10)

    assert renderer.render_missing(most=10) == 1


def _away(found: undescribed.Undescribed) -> None:
    raise DatabaseError(str(found))
