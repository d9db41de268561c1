"""How programs are told that something is not done (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

API = "/api/"
MEDIA_TYPE = "application/problem+json"
NO_PAGE = "about:blank"
"""RFC 9457, 4.2.1: the status says all there is to say."""

NOT_FOUND_CODE = "no-such-address"
METHOD_CODE = "method-not-allowed"
TOO_LARGE_CODE = "body-too-large"

LONGEST_FIELD = 80


@dataclass(frozen=True)
class Problem:
    """Why a request was not done (RFC 9457)."""

    type: Annotated[str, "The page that explains the code, or about:blank."]
    title: Annotated[str, "What is wrong, in general."]
    status: Annotated[int, "The status of the answer."]
    detail: Annotated[str, "What is wrong this time, and what to do."]
    code: Annotated[str, "What programs tell problems apart by; it never changes."]
    field: Annotated[str | None, "Which part of the request could not be read, when that is the problem."] = None


def is_for_program(request: HttpRequest) -> bool:
    """Whether an address is one for programs: whatever they accept, they are answered in JSON."""
    return request.path.startswith(API)


def answer_problem(problem: Problem) -> HttpResponse:
    """The answer that tells of a problem; nobody keeps it."""
    told: dict[str, object] = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
    }
    if problem.field is not None:
        told["field"] = problem.field[:LONGEST_FIELD]
    response = HttpResponse(json.dumps(told), status=problem.status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    response["X-Strongroom-Reason"] = problem.code
    return response


def no_such_address() -> HttpResponse:
    """There is nothing at an address."""
    detail = _("There is nothing at this address. Look into the description at /api/v1/openapi.json.")
    return answer_problem(Problem(NO_PAGE, "Not Found", 404, detail, NOT_FOUND_CODE))


def method_not_allowed(allowed: Sequence[str]) -> HttpResponse:
    """There is something, but this cannot be done to it; what can is in ``Allow``."""
    detail = _("This cannot be done here. What can be done: %(methods)s.") % {"methods": ", ".join(allowed)}
    response = answer_problem(Problem(NO_PAGE, "Method Not Allowed", 405, detail, METHOD_CODE))
    response["Allow"] = ", ".join(allowed)
    return response


def body_too_large(most: int) -> HttpResponse:
    """A body is larger than any that is asked for."""
    detail = _("The body is too large: at most %(most)s bytes are read. Send only the fields that are asked for.")
    return answer_problem(Problem(NO_PAGE, "Content Too Large", 413, detail % {"most": most}, TOO_LARGE_CODE))
