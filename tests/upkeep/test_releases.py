"""Releases yanked and un-yanked: in rows, in the record, in letters, on the pages."""

from __future__ import annotations

import pytest

from strongroom.gear.settings import Settings
from strongroom.projects.models import DuePage, Project, Release
from strongroom.projects.rules.statuses import LONGEST_REASON
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason
from strongroom.tokens.rules import Permission
from strongroom.upkeep.actions.releases import unyank_release, yank_release
from tests.cast import NOW, OPERATOR
from tests.factors.cast import effects_of
from tests.upkeep.keepers import HAM, MINUTE, Team, holding_token, outlet, publish, refused_without_a_trace, team
from tests.uploads.door import html

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Team:
    made = team()
    publish()
    return made


def test_a_maintainer_yanks_with_a_reason_and_everybody_is_told(people: Team, index_settings: Settings) -> None:
    by = people.ben.actor

    seen = effects_of(
        lambda: yank_release(by=by, now=NOW, name=HAM, version="1.0", reason="  it <bites>\n", outlet=outlet())
    )

    release = Release.objects.get()
    assert (release.yanked_at, release.yanked_reason) == (NOW, "it <bites>")
    assert (seen.deeds, seen.events[0].actor_name) == (["release-yanked"], "ben")
    assert seen.events[0].details == {"version": "1.0", "reason": "it <bites>"}
    assert seen.letters == [("release-yanked", "ada"), ("release-yanked", "ben")]
    assert 'data-yanked="it &lt;bites&gt;"' in html(index_settings, "ham")
    assert not DuePage.objects.exists()


def test_a_second_yank_gives_the_new_reason_and_the_same_one_changes_nothing(people: Team) -> None:
    by, out = people.ada.actor, outlet()
    yank_release(by=by, now=NOW, name=HAM, version="1.0", reason="one", outlet=out)
    serial = Project.objects.get().serial

    same = effects_of(lambda: yank_release(by=by, now=NOW + MINUTE, name=HAM, version="1.0", reason="one ", outlet=out))
    assert (same.deeds, same.letters, Project.objects.get().serial) == ([], [], serial)
    yank_release(by=by, now=NOW, name=HAM, version="1.0", reason="two" * 1000, outlet=out)

    assert Release.objects.get().yanked_reason == ("two" * 1000)[:LONGEST_REASON]
    assert Project.objects.get().serial == serial + 1


def test_a_yank_is_taken_back_once(people: Team, index_settings: Settings) -> None:
    by, out = people.ada.actor, outlet()
    yank_release(by=by, now=NOW, name=HAM, version="1.0", reason="it bites", outlet=out)

    back = effects_of(lambda: unyank_release(by=by, now=NOW, name=HAM, version="1.0", outlet=out))
    again = effects_of(lambda: unyank_release(by=by, now=NOW, name=HAM, version="1.0", outlet=out))

    release = Release.objects.get()
    assert (release.yanked_at, release.yanked_reason) == (None, "")
    assert (back.deeds, len(back.letters)) == (["release-unyanked"], 2)
    assert (again.deeds, again.letters) == ([], [])
    assert "data-yanked" not in html(index_settings, "ham")


def test_a_token_for_yanking_yanks_and_the_record_names_it(people: Team) -> None:
    by = holding_token(people.ben, Permission.YANK, projects=["ham"])

    seen = effects_of(lambda: yank_release(by=by, now=NOW, name=HAM, version="1.0", reason="", outlet=outlet()))

    assert seen.events[0].actor_token == by.token


@pytest.mark.parametrize("reason", ["a\0b", "a\ud800b", "\u202eb", "x\r\nSubject: y"])
def test_a_hostile_reason_is_kept_as_one_line_that_any_database_takes(reason: str, people: Team) -> None:
    yank_release(by=people.ada.actor, now=NOW, name=HAM, version="1.0", reason=reason, outlet=outlet())

    kept = Release.objects.get().yanked_reason
    assert kept
    assert kept.isprintable()


@pytest.mark.parametrize("version", ["9", "1", "1.0.0", "../..", "", "1.0\0", "\ud800", "x" * 5000])
def test_a_release_that_is_not_there_is_refused(version: str, people: Team) -> None:
    by, out = people.ada.actor, outlet()
    for deed in (
        lambda: yank_release(by=by, now=NOW, name=HAM, version=version, reason="", outlet=out),
        lambda: unyank_release(by=by, now=NOW, name=HAM, version=version, outlet=out),
    ):
        assert refused_without_a_trace(deed).reason is Reason.RELEASE_UNKNOWN


def test_a_project_that_is_not_there_is_refused(people: Team) -> None:
    eggs, out = NormalizedName("eggs"), outlet()
    for deed in (
        lambda: yank_release(by=OPERATOR, now=NOW, name=eggs, version="1.0", reason="", outlet=out),
        lambda: unyank_release(by=OPERATOR, now=NOW, name=eggs, version="1.0", outlet=out),
    ):
        assert refused_without_a_trace(deed).reason is Reason.PROJECT_UNKNOWN
