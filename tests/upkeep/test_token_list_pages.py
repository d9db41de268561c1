"""The tokens that can act on a project: one's own by name, to Owners those of the others without."""

from __future__ import annotations

from datetime import timedelta

import pytest

from strongroom.accounts.models import EmailAddress
from strongroom.projects.models import Project
from strongroom.tokens.models import Token
from strongroom.tokens.rules import Permission
from tests.cast import token_for
from tests.tokens.owning import identifier
from tests.upkeep.keeping import House, at, bare_project, page_of, prove, words_of

pytestmark = pytest.mark.django_db

PAGE = at("manage-tokens", "ham")


def labelled(who: str, label: str, house: House, **asked: object) -> Token:
    made = identifier(token_for(who, now=house.clock.at, **asked))  # type: ignore[arg-type]
    Token.objects.filter(pk=made).update(label=label)
    return Token.objects.get(pk=made)


def test_one_sees_ones_own_tokens_that_can_act_on_the_project(house: House) -> None:
    labelled("ben", "laptop <7>", house, projects=["ham"], lifetime=timedelta(days=30))
    labelled("ben", "wide", house)
    labelled("ben", "other", house, projects=["spam"])
    labelled("ben", "reader", house, permissions=[Permission.READ])
    labelled("ben", "yanker", house, permissions=[Permission.YANK], projects=["ham"])
    ended = labelled("ben", "ended", house, projects=["ham"])
    Token.objects.filter(pk=ended.pk).update(revoked_at=house.clock.at)
    labelled("ben", "over", house, projects=["ham"], lifetime=timedelta(seconds=0))

    page = page_of(house.ben, PAGE)

    for shown in ("laptop &lt;7&gt;", "wide", "yanker", "publishing", "yanking", "all projects"):
        assert shown in page
    for hidden in ("other<", "reader", "ended", "over<", ended.pk):
        assert hidden not in page
    assert "Tokens of the others" not in page


def test_owners_see_whose_tokens_there_are_and_never_what_they_are_called(house: House) -> None:
    row = labelled("ben", "secret place", house, projects=["ham"])
    labelled("cyd", "stranger", house)

    page = page_of(house.ada, PAGE)

    others = words_of(page.partition("Tokens of the others")[2])
    assert "ben publishing" in others
    assert "never" in others
    assert "cyd" not in others
    for hidden in ("secret place", row.pk, "stranger"):
        assert hidden not in page


def test_nobodys_token_is_named_to_a_maintainer(house: House) -> None:
    labelled("ada", "mine", house)
    assert "mine" not in page_of(house.ben, PAGE)
    assert "There is none" in words_of(page_of(house.ben, PAGE))


def test_a_new_token_is_offered_limited_to_this_project(house: House) -> None:
    bare_project("spam", "ben", clock=house.clock)
    address = f"{at('make-token')}?project=ham"
    assert address in page_of(house.ben, PAGE)
    assert house.ben.get(address)["Location"].endswith("next=/account/tokens/make/%3Fproject%3Dham")

    prove(house.ben, "make-token", "")
    page = page_of(house.ben, address)

    assert 'value="ham" checked' in page
    assert 'value="spam">' in page
    assert 'value="named" checked' in page


@pytest.mark.parametrize("project", ["spam", "<b>", "%00"])
def test_only_ones_own_projects_are_chosen_beforehand(house: House, project: str) -> None:
    prove(house.ben, "make-token", "")
    page = page_of(house.ben, f"{at('make-token')}?project={project}")
    assert 'name="projects" value="ham">' in page
    assert 'value="spam"' not in page


def test_for_a_deleted_project_no_token_is_offered(house: House) -> None:
    Project.objects.filter(normalized_name="ham").update(deleted_at=house.clock.at)
    assert at("make-token") not in page_of(house.ben, PAGE)


def test_without_a_verified_address_one_is_led_to_verify_it(house: House) -> None:
    EmailAddress.objects.filter(account__folded_name="ben").update(verified_at=None)
    assert house.ben.get(PAGE).status_code == 403
