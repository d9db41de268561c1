"""Whether a project is critical, asked over the API."""

from __future__ import annotations

import pytest

from strongroom.projects.models import Project
from tests.cast import NOW
from tests.criticality.shown import designate, publish_counts
from tests.tokens.owning import add_project
from tests.upkeep.api_door import HAM, Cast, ask, set_stage, token_of

pytestmark = pytest.mark.django_db

CRITICALITY = f"{HAM}/criticality"


@pytest.fixture
def cast() -> Cast:
    return set_stage()


def test_any_live_token_is_told_whether_a_project_is_critical_and_why(cast: Cast) -> None:
    shown = publish_counts()

    for token in (cast.ada.token, cast.cyd.token, token_of("ada", projects=["elsewhere"])):
        answer = ask("GET", CRITICALITY, token)
        assert answer.status == 200
        assert answer.told["is_critical"] is True
        assert answer.told["designation"]["since"] == shown.day.isoformat()
        assert answer.told["designation"]["numbers"]["rank"] == 1
        assert answer.told["standing"]["run"]["run"] == shown.run
    near = ask("GET", "projects/eggs/criticality", cast.ada.token).told
    assert (near["is_critical"], near["designation"], near["standing"]["is_near"]) == (False, None, True)


def test_before_anything_was_computed_nothing_is_critical(cast: Cast) -> None:
    told = ask("GET", CRITICALITY, cast.ada.token).told

    assert told == {"name": "ham", "is_critical": False, "designation": None, "standing": None}


def test_a_name_that_an_operator_named_is_told_with_their_sentence(cast: Cast) -> None:
    designate("not-there-yet", sentence="Much will need it.")

    told = ask("GET", "projects/Not_There.Yet/criticality", cast.cyd.token).told

    assert told["designation"]["sentence"] == "Much will need it."
    assert told["designation"]["numbers"] is None


def test_what_visitors_do_not_see_is_unknown_unless_it_is_critical(cast: Cast) -> None:
    add_project("gone")
    Project.objects.filter(normalized_name="gone").update(deleted_at=NOW)
    for name in ("nothing", "gone"):
        assert ask("GET", f"projects/{name}/criticality", cast.ada.token).code == "project-unknown"
    designate("gone")

    assert ask("GET", "projects/gone/criticality", cast.ada.token).told["is_critical"] is True


def test_without_a_token_that_lives_nothing_is_told(cast: Cast) -> None:
    assert ask("GET", CRITICALITY, "").status == 401
