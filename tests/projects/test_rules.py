"""What a project's name must be, and which role may do what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.projects.rules.names import NewProject, lookalike_key, require_free_name, require_room_for_new_project
from strongroom.projects.rules.roles import ALLOWED, ProjectDeed, Role, require_role
from strongroom.projects.rules.statuses import require_open_to_uploads
from strongroom.terms.names import normalize, parse_project_name
from strongroom.terms.refusals import Reason, refusal_of
from strongroom.terms.statuses import ProjectStatus

NEW = NewProject(
    name=parse_project_name("Demo"),
    similar_to=None,
    prohibited=frozenset({normalize("forbidden")}),
    made_this_hour=0,
    limit_per_hour=20,
)


@pytest.mark.parametrize(
    ("role", "deed", "reason"),
    [
        pytest.param(Role.OWNER, ProjectDeed.PUBLISH, None, id="an Owner publishes"),
        pytest.param(Role.OWNER, ProjectDeed.YANK, None, id="an Owner yanks"),
        pytest.param(Role.OWNER, ProjectDeed.CHANGE_STATUS, None, id="an Owner changes the status"),
        pytest.param(Role.MAINTAINER, ProjectDeed.PUBLISH, None, id="a Maintainer publishes"),
        pytest.param(Role.MAINTAINER, ProjectDeed.YANK, None, id="a Maintainer yanks"),
        pytest.param(
            Role.MAINTAINER, ProjectDeed.CHANGE_STATUS, Reason.ROLE_TOO_LOW, id="a Maintainer changes the status"
        ),
        *(pytest.param(None, deed, Reason.NOT_A_COLLABORATOR, id=f"a stranger: {deed.value}") for deed in ProjectDeed),
    ],
)
def test_which_role_may_do_what(role: Role | None, deed: ProjectDeed, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_role(role, deed)) is reason


def test_every_role_has_a_written_list_of_what_it_may_do() -> None:
    assert set(ALLOWED) == set(Role)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        pytest.param(ProjectStatus.ACTIVE, None, id="an active project"),
        pytest.param(ProjectStatus.DEPRECATED, None, id="a deprecated project"),
        pytest.param(ProjectStatus.ARCHIVED, Reason.PROJECT_ARCHIVED, id="an archived project"),
        pytest.param(ProjectStatus.QUARANTINED, Reason.PROJECT_QUARANTINED, id="a quarantined project"),
    ],
)
def test_which_projects_take_files(status: ProjectStatus, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_open_to_uploads(status, name="Demo")) is reason


def called(name: str) -> NewProject:
    return replace(NEW, name=parse_project_name(name))


STDLIB = Reason.NAME_STANDARD_LIBRARY


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        pytest.param(NEW, None, id="a free name"),
        pytest.param(called("asyncio"), STDLIB, id="a module of the standard library"),
        pytest.param(called("AsyncIO"), STDLIB, id="one in other capitals"),
        pytest.param(called("concurrent"), STDLIB, id="a package of the standard library"),
        pytest.param(called("asyncio2"), None, id="a name that only begins like one"),
        pytest.param(called("Forbidden"), Reason.NAME_PROHIBITED, id="a prohibited name in capitals"),
        pytest.param(called("forbidden-2"), None, id="a name that only begins like a prohibited one"),
        pytest.param(replace(NEW, similar_to="d3mo"), Reason.NAME_TOO_SIMILAR, id="a name read for another"),
        pytest.param(replace(called("json"), similar_to="js0n"), STDLIB, id="the standard library before likeness"),
        pytest.param(
            replace(called("forbidden"), similar_to="f0rbidden"), Reason.NAME_PROHIBITED, id="a ban before likeness"
        ),
    ],
)
def test_which_new_names_are_free(new: NewProject, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_free_name(new)) is reason


@pytest.mark.parametrize(
    ("made", "limit", "reason"),
    [
        pytest.param(0, 20, None, id="the first"),
        pytest.param(19, 20, None, id="the last that is allowed"),
        pytest.param(20, 20, Reason.TOO_MANY_NEW_PROJECTS, id="one more than allowed"),
        pytest.param(99, 20, Reason.TOO_MANY_NEW_PROJECTS, id="many more"),
        pytest.param(0, 1, None, id="the one that is allowed"),
        pytest.param(10_000, 0, None, id="no limit"),
    ],
)
def test_an_account_makes_only_so_many_projects_in_an_hour(made: int, limit: int, reason: Reason | None) -> None:
    new = replace(NEW, made_this_hour=made, limit_per_hour=limit)
    assert refusal_of(lambda: require_room_for_new_project(new)) is reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("pillow", "pi11ow", id="l and 1"),
        pytest.param("pillow", "piiiow", id="l and i"),
        pytest.param("google", "g00gle", id="o and 0"),
        pytest.param("python-dateutil", "pythondateutil", id="with and without a hyphen"),
        pytest.param("Zope.Interface", "zopeinterface", id="with a dot in capitals"),
    ],
)
def test_names_that_the_eye_confuses_have_one_key(one: str, other: str) -> None:
    assert lookalike_key(normalize(one)) == lookalike_key(normalize(other))


@pytest.mark.parametrize("other", ["demos", "dem", "dema", "ddemo", "edmo"])
def test_names_that_differ_otherwise_have_keys_that_differ(other: str) -> None:
    assert lookalike_key(normalize("demo")) != lookalike_key(normalize(other))


@given(st.from_regex(r"\A[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?\Z"))
def test_the_key_of_a_key_is_itself(name: str) -> None:
    key = lookalike_key(normalize(name))
    assert lookalike_key(normalize(key)) == key
