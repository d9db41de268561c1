"""A walk through every address of the control plane as everybody, and what each finds there."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from strongroom.site.answers import ANSWERS
from strongroom.terms.refusals import Reason


class Found(enum.Enum):
    """What somebody finds at an address; the value is its letter in the table."""

    PAGE = "P"
    SIGN_IN_FIRST = "I"
    PROOF_FIRST = "V"
    LED_ON = "O"
    NOT_ALLOWED = "F"
    NOTHING = "N"
    REFUSED = "R"
    NOT_THAT_WAY = "-"


ABOUT_WHO_ASKS = frozenset(
    {
        Reason.NOT_A_COLLABORATOR,
        Reason.ROLE_TOO_LOW,
        Reason.STAFF_ONLY,
        Reason.STAFF_FACTOR_NEEDED,
        Reason.PERSON_NEEDED,
        Reason.EMAIL_NOT_VERIFIED,
        Reason.ACCOUNT_INACTIVE,
        Reason.TOKEN_LACKS_PERMISSION,
        Reason.TOKEN_FOR_OTHER_PROJECTS,
    }
)
"""Refusals that say: not you. Any other says: not this."""


_BY_STATUS = {200: Found.PAGE, 404: Found.NOTHING, 405: Found.NOT_THAT_WAY}


def what_is_found(answer: HttpResponse) -> Found:
    """What an answer amounts to for whoever asked. Fails for a fault."""
    assert answer.status_code < 500, (answer.status_code, answer.content[:300])
    reason = answer.get("X-Strongroom-Reason", "")
    if reason == Reason.SIGN_IN_NEEDED.value:
        return Found.SIGN_IN_FIRST
    if reason in {one.value for one in ABOUT_WHO_ASKS}:
        assert answer.status_code == ANSWERS[Reason(reason)].status
        return Found.NOT_ALLOWED
    if answer.status_code in {301, 302}:
        return _led_to(answer["Location"])
    return _BY_STATUS.get(answer.status_code, Found.REFUSED)


def _led_to(address: str) -> Found:
    if address.startswith("/account/sign-in/?next="):
        return Found.SIGN_IN_FIRST
    return Found.PROOF_FIRST if address.startswith("/account/prove/") else Found.LED_ON


@dataclass(frozen=True)
class Address:
    """One address of the control plane, as it is wired."""

    name: str
    route: str


def every_address() -> Iterator[Address]:
    """All that is wired, those without a name by their route."""
    yield from _below(get_resolver().url_patterns, "")


def _below(patterns: list[URLPattern | URLResolver], above: str) -> Iterator[Address]:
    for one in patterns:
        route = above + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _below(one.url_patterns, route)
        else:
            yield Address(one.name or route, route)


def every_row() -> dict[str, list[tuple[object, ...]]]:
    """All that the database holds, table by table."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
            found[model._meta.label] = cursor.fetchall()
    return found
