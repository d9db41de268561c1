"""The API from outside: whatever it answers, in any test, must be as its own description says."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any

import jsonschema_rs
from django.http import HttpResponse
from django.test import Client

from strongroom.accounts.models import AttemptCount, Delivery, Letter
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.gear.settings import Settings
from strongroom.projects.models import Invitation
from strongroom.projects.rules.roles import Role
from strongroom.site.addresses.api import describe_api
from strongroom.tokens.models import Token
from strongroom.tokens.rules import Permission
from tests.cast import Person, add_person, give_role, token_for
from tests.uploads.door import everything, send, wheel_upload

API = "/api/v1/"
HAM = "projects/ham"
ALL = tuple(Permission)


@dataclasses.dataclass(frozen=True)
class Cast:
    """Ada owns ham, with its releases 1.0 and 2.0; Ben maintains it; Cyd has nothing to do with it."""

    ada: Person
    ben: Person
    cyd: Person


@dataclasses.dataclass(frozen=True)
class Answer:
    """What was answered, and the JSON in it."""

    status: int
    response: HttpResponse
    told: Any

    @property
    def code(self) -> str:
        """The code of a problem; empty when there is none."""
        return str(self.told["code"]) if self.status >= 400 else ""


def set_stage() -> Cast:
    """The people, each with a token for everything, and a project that was really published."""
    ada, ben, cyd = (dataclasses.replace(add_person(name), token=token_of(name)) for name in ("ada", "ben", "cyd"))
    for version in ("1.0", "2.0"):
        assert send(wheel_upload("ham", version), f"Bearer {ada.token}").status_code == 200
    give_role(ben, "ham", Role.MAINTAINER)
    sealer_of_index()  # its keys are made when they are first asked for
    return Cast(ada, ben, cyd)


def token_of(name: str, *permissions: Permission, projects: list[str] | None = None) -> str:
    """A token of somebody: for everything, unless it is said for what."""
    return token_for(name, permissions=permissions or ALL, projects=projects)


def ask(method: str, path: str, token: str | None, body: object = None, **environ: Any) -> Answer:  # noqa: ANN401 - WSGI variables
    """Ask as a program does. ``body`` is sent as JSON; bytes as they are."""
    if token is not None:
        environ.setdefault("HTTP_AUTHORIZATION", f"Bearer {token}")
    sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    client = Client(enforce_csrf_checks=True, HTTP_USER_AGENT="tests/1.0")
    content_type = environ.pop("content_type", "application/json")
    response: Any = client.generic(method, _address(path), data=sent, content_type=content_type, **environ)
    told = json.loads(response.content) if response.content else None
    require_described(method, response, told)
    return Answer(response.status_code, response, told)


def require_described(method: str, response: Any, told: object) -> None:  # noqa: ANN401 - a test client's answer
    """An answer has a status, a type and a content that the description gives for it."""
    path = response.request["PATH_INFO"]
    if method == "HEAD":
        method = "GET"
    described = _described(method, path)
    if described is None:
        assert response.status_code in {204, 404, 405} or path.endswith("openapi.json"), response.status_code
        return
    assert str(response.status_code) in described["responses"], (method, path, response.status_code, response.content)
    documented = described["responses"][str(response.status_code)]
    for header in documented.get("headers", {}):
        assert response[header]
    assert response["Cache-Control"] == "no-store"
    if not response.content:
        assert "content" not in documented or response.request["REQUEST_METHOD"] == "HEAD"
        return
    schema = documented["content"][response["Content-Type"]]["schema"]
    require_valid(told, schema)


def require_valid(told: object, schema: Mapping[str, Any]) -> None:
    """A value is as a schema of the description says, with no field beside."""
    components = json.loads(json.dumps(describe_api()["components"]))
    for named in components["schemas"].values():
        named["additionalProperties"] = False
    jsonschema_rs.Draft202012Validator({**schema, "components": components}, validate_formats=True).validate(told)


def _described(method: str, path: str) -> Mapping[str, Any] | None:
    for template, operations in describe_api()["paths"].items():
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path):
            found: Mapping[str, Any] | None = operations.get(method.lower())
            return found
    return None


def _address(path: str) -> str:
    return path if path.startswith(("/", "http://")) else f"{API}{path}"


def everything_kept(chosen: Settings) -> Mapping[str, object]:
    """Every row, file and page; but for when a token was last used, and that somebody tried."""
    rows = {model.__name__: list(model._default_manager.order_by("pk").values()) for model in (Invitation, Letter)}
    deliveries = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
    tokens = list(Token.objects.order_by("pk").values("pk", "revoked_at"))
    return {**everything(chosen), **rows, "Delivery": deliveries, "Token": tokens}


def attempts() -> int:
    """How many attempts were counted."""
    return sum(AttemptCount.objects.values_list("count", flat=True))
