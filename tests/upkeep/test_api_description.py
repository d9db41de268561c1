"""The API's description: complete, true, and used: no generated request, good or bad, finds another answer."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import negative_data_rejection

from strongroom.accounts.models import Account, AttemptCount
from strongroom.projects.models import Collaboration, Invitation, Project
from strongroom.projects.rules.roles import Role
from strongroom.site.addresses.api import describe_api
from strongroom.site.answers import ANSWERS
from strongroom.terms.passes import present
from strongroom.tokens.models import Token
from strongroom.tokens.rules import Permission
from strongroom.upkeep.api.schemas import Schemas, to_json
from strongroom.upkeep.api.table import OPERATIONS
from tests.cast import NOW, token_for
from tests.tokens.owning import identifier
from tests.upkeep.api_door import API, Cast, ask, set_stage, token_of

pytestmark = pytest.mark.django_db

REAL: dict[str, dict[str, Any]] = {
    "name": {"type": "string", "enum": ["ham", "HAM", "spam"]},
    "version": {"type": "string", "enum": ["1.0", "v2.0", "3.0"]},
    "account": {"type": "string", "enum": ["ben", "Cyd", "nobody"]},
    "invitation": {"type": "integer", "enum": [1, 2]},
}
"""What there is on the stage, and a little that is not."""

FEW = settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
"""Beside these come the cases that schemathesis makes of every bound and every type of the description."""


def _of_suspended(_cast: Cast) -> str:
    Account.objects.filter(name="cyd").update(suspended_at=NOW, suspended_why="operator")
    return token_of("cyd")


def _revoked(_cast: Cast) -> str:
    text = token_of("ada")
    Token.objects.filter(pk=identifier(text)).update(revoked_at=NOW)
    return text


TOKENS: tuple[Callable[[Cast], str | None], ...] = (
    lambda _: token_of("ada"),
    lambda _: token_of("ada", projects=["ham"]),
    lambda _: token_of("ada", projects=["spam"]),
    lambda _: token_of("ada", Permission.PUBLISH, Permission.READ),
    lambda _: token_of("ben"),
    lambda _: token_of("cyd"),
    lambda _: token_for("ada", lifetime=timedelta(days=1), now=NOW - timedelta(days=9)),
    _of_suspended,
    _revoked,
    lambda _: "hunter2",
    lambda _: None,
)


@pytest.fixture
def cast() -> Iterator[Cast]:
    """The stage; and the transaction of a test stays open when a request ends, as Django's own client sees to."""
    found = set_stage()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield found
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def description() -> BaseSchema:
    """The description as it is served, and who answers."""
    return _answered(describe_api(), has_bounds=True)


def description_of_what_there_is() -> BaseSchema:
    """The same, with the names of what is on the stage."""
    described = copy.deepcopy(describe_api())
    for operations in described["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                parameter["schema"] = REAL.get(parameter["name"], parameter["schema"])
    return _answered(described, has_bounds=False)


def _answered(described: dict[str, Any], *, has_bounds: bool) -> BaseSchema:
    schema = schemathesis.openapi.from_dict(described)
    schema.config.phases.coverage.enabled = has_bounds
    schema.app = get_wsgi_application()
    return schema


Wallet = dict[int, str | None]


@pytest.fixture
def wallet() -> Wallet:
    """The tokens made so far in a test."""
    return {}


def token_at(place: int, cast: Cast, wallet: Wallet) -> str | None:
    """A token of one kind; a new one after the last was burned."""
    text = wallet.get(place)
    if text is None or (present(text) and Token.objects.exclude(revoked_at=None).filter(pk=identifier(text)).exists()):
        text = wallet[place] = TOKENS[place](cast)
    return text


def set_back(case: Case[Any], cast: Cast) -> None:
    """What an example before this one has done away with is there again."""
    if case.method == "GET":
        return
    AttemptCount.objects.all().delete()
    Account.objects.update(suspended_at=None, suspended_why="")
    ham = Project.objects.get(normalized_name="ham")
    Collaboration.objects.get_or_create(
        project=ham, account_id=cast.ben.account, defaults={"role": Role.MAINTAINER.value, "since": NOW}
    )
    asked = {"project": ham, "address": "eve@example.org", "role": "maintainer", "made_at": NOW}
    asked |= {"expires_at": NOW + timedelta(days=36500), "ended_at": None, "ended_how": ""}
    Invitation.objects.update_or_create(pk=1, defaults=asked)


def headers(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


@description().parametrize()
@FEW
def test_every_request_that_can_be_made_of_the_description_is_answered_as_it_says(
    case: Case[Any], cast: Cast, wallet: Wallet
) -> None:
    set_back(case, cast)

    case.call_and_validate(headers=headers(token_at(0, cast, wallet)))


@description_of_what_there_is().parametrize()
@FEW
def test_so_is_every_request_for_what_there_is_with_each_kind_of_token(
    case: Case[Any], cast: Cast, wallet: Wallet
) -> None:
    set_back(case, cast)
    told = repr((case.path_parameters, case.query, case.body, case.method))
    token = token_at(zlib.crc32(told.encode()) % len(TOKENS), cast, wallet)

    # Other spellings than those on the stage are accepted too.
    case.call_and_validate(headers=headers(token), excluded_checks=[negative_data_rejection])


def test_the_description_is_served_to_everybody() -> None:
    answer: HttpResponse = Client().get(f"{API}openapi.json", HTTP_ACCEPT="text/html")  # type: ignore[assignment]

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json() == describe_api()  # type: ignore[attr-defined]
    assert answer["Cache-Control"] == "no-cache"


def test_the_description_says_what_each_deed_takes_and_every_code_that_it_may_give() -> None:
    for operation in OPERATIONS:
        told = describe_api()["paths"][f"{API}{operation.path}"][operation.method.lower()]
        assert told["operationId"] == operation.name
        assert (operation.permission is None) or f"permission `{operation.permission.value}`" in told["description"]
        for reason in operation.reasons:
            content = told["responses"][str(ANSWERS[reason].status)]["content"]
            assert reason.value in content["application/problem+json"]["schema"]["properties"]["code"]["enum"]


def test_every_name_in_the_description_is_there() -> None:
    text = repr(describe_api())
    for named in describe_api()["components"]["schemas"]:
        assert f"'$ref': '#/components/schemas/{named}'" in text
    assert text.count("'$ref'") == text.count("'$ref': '#/components/schemas/")
    operations = [one["operationId"] for path in describe_api()["paths"].values() for one in path.values()]
    assert len(operations) == len(set(operations))


def test_nothing_in_the_description_loads_anything_from_elsewhere() -> None:
    assert "http" not in repr({**describe_api(), "components": {}})


@pytest.mark.parametrize("hint", [float, dict[str, str], object])
def test_what_has_no_form_is_neither_described_nor_sent(hint: Any) -> None:  # noqa: ANN401 - a type
    with pytest.raises(TypeError):
        Schemas().of(hint)
    with pytest.raises(TypeError):
        to_json(hint)


def test_an_address_in_a_list_leads_on(cast: Cast) -> None:
    for path in ("projects", "projects/ham/releases", "projects/ham/collaborators"):
        told = ask("GET", f"{path}?limit=1", cast.ben.token).told
        assert told["next"] is None or told["next"].startswith(f"http://localhost:8000{API}{path}?after=")
