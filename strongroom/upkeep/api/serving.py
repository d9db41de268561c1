"""From a request to an operation and back: one view for each address of the table.

What is refused is raised; the site answers it as a problem, as everywhere below ``/api/``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from strongroom.mandate.queries import bearer_of
from strongroom.mandate.rules import require_bearer
from strongroom.projects.rules.roles import ProjectDeed
from strongroom.tokens.actions import note_token_use
from strongroom.tokens.api import actor_holding, require_holder
from strongroom.upkeep.api.bodies import MOST_BODY_BYTES, read_body, read_query
from strongroom.upkeep.api.operations import BASE, USUAL_ROWS, Call, Operation, Page
from strongroom.upkeep.api.parts import LIMIT, PARTS, Part
from strongroom.upkeep.api.problems import API, body_too_large, method_not_allowed, no_such_address
from strongroom.upkeep.api.schemas import to_json
from strongroom.upkeep.api.table import OPERATIONS
from strongroom.uploads.receiving import drained

DESCRIPTION = f"{BASE}openapi.json"
PARAMETERS = frozenset({"after", "limit"})
"""What the query of a list may hold."""

View = Callable[..., HttpResponse]


def api_addresses(describe: Callable[[], Mapping[str, Any]]) -> list[URLPattern]:
    """The addresses for programs; ``describe`` makes the description when it is first asked for."""
    found: dict[str, list[Operation]] = {}
    for operation in OPERATIONS:
        found.setdefault(operation.path, []).append(operation)
    return [
        path(DESCRIPTION.lstrip("/"), _description(describe), name="api-description"),
        *(path(_pattern(where), _address(operations), name=_name(where)) for where, operations in found.items()),
        re_path(rf"^{API.strip('/')}(?:/|$)", _nothing),
    ]


def _pattern(where: str) -> str:
    converted = re.sub(r"{(\w+)}", r"<str:\1>", where)
    return f"{BASE.lstrip('/')}{converted}"


def _name(where: str) -> str:
    return "-".join(["api", *re.findall(r"\w+", where)])


def _address(operations: Sequence[Operation]) -> View:
    by_method = {operation.method: operation for operation in operations}
    if "GET" in by_method:
        by_method["HEAD"] = by_method["GET"]
    allowed = sorted({*by_method, "OPTIONS"})

    @csrf_exempt
    def view(request: HttpRequest, **parts: str) -> HttpResponse:
        with nullcontext() if request.method in {"GET", "HEAD"} else drained(request):
            operation = by_method.get(request.method or "")
            if request.method == "OPTIONS":
                return _allowing(allowed)
            if operation is None:
                return method_not_allowed(allowed)
            if operation.method != "GET" and _is_too_large(request):
                return body_too_large(MOST_BODY_BYTES)
            return _do(operation, request, parts)

    return view


def _do(operation: Operation, request: HttpRequest, parts: Mapping[str, str]) -> HttpResponse:
    """Ask who it is, read what they want, do it, and answer how things stand then."""
    now = timezone.now()
    holder = require_holder(request)
    if not operation.takes_dead_tokens:
        require_bearer(bearer_of(holder, now=now), ProjectDeed.LOOK)
        note_token_use(token=holder.token, now=now)
    call = Call(holder, actor_holding(request, holder), now)
    given: dict[str, Any] = {name: PARTS[name].read(text) for name, text in parts.items()}
    query = read_query(request, known=PARAMETERS if operation.after else frozenset())
    if operation.after:
        given["page"] = _page(request, query, PARTS[operation.after])
    if operation.takes is not None:
        given["wanted"] = read_body(request, operation.takes)
    told = operation.does(call, **given)
    content = b"" if told is None else json.dumps(to_json(told)).encode()
    response = HttpResponse(content, status=operation.status, content_type="application/json")
    if told is None:
        del response["Content-Type"]
    # What one token may see is for nobody else, and how things stand is asked anew each time.
    response["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, query: Mapping[str, str], mark: Part) -> Page:
    after = mark.read(query["after"]) if "after" in query else ""
    limit = LIMIT.read(query["limit"]) if "limit" in query else USUAL_ROWS
    return Page(after, limit, f"{settings.STRONGROOM.address}{quote(request.path)}")


def _description(describe: Callable[[], Mapping[str, Any]]) -> View:
    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        allowed = ["GET", "HEAD", "OPTIONS"]
        if request.method == "OPTIONS":
            return _allowing(allowed)
        if request.method not in allowed:
            with drained(request):
                return method_not_allowed(allowed)
        response = HttpResponse(json.dumps(describe()), content_type="application/json")
        response["Cache-Control"] = "no-cache"
        return response

    return view


@csrf_exempt
def _nothing(request: HttpRequest) -> HttpResponse:
    with nullcontext() if request.method in {"GET", "HEAD"} else drained(request):
        return no_such_address()


def _allowing(allowed: Sequence[str]) -> HttpResponse:
    response = HttpResponse(status=204)
    del response["Content-Type"]
    response["Allow"] = ", ".join(allowed)
    return response


def _is_too_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or ""
    # Of other digits than ASCII's not all are numbers; no body is announced by them.
    return length.isascii() and length.isdigit() and int(length) > MOST_BODY_BYTES
