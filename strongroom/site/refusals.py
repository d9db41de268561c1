"""Refusals and unreadable requests become answers here, for every door, and nowhere else.

Clients show very different parts of an answer to their users (spec: index-api 3.2), so the sentence
stands in the reason phrase, in the text body, and for whoever asks for JSON in ``code``, ``message`` and ``title``.
The addresses for programs are answered as RFC 9457 says, whatever is asked for.
"""

from __future__ import annotations

import json
import logging
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from strongroom.site.answers import ANSWERS
from strongroom.terms.refusals import Malformed, Reason, Refused
from strongroom.upkeep.api.problems import NO_PAGE, Problem, answer_problem, is_for_program

_log = logging.getLogger(__name__)

MALFORMED_STATUS = 400
MALFORMED_CODE = "malformed"
FAULT_CODE = "fault"
LONGEST_PHRASE = 300
_UNAUTHENTICATED = 401
_BASIC = 'Basic realm="Strongroom", charset="UTF-8"'
_BEARER = 'Bearer realm="Strongroom"'


@dataclass(frozen=True)
class _Told:
    code: str
    status: int
    sentence: str
    field: str | None = None


class RefusalMiddleware:
    """Turns what the rules raise into what the caller reads."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; a page that was shown again with a refusal above its form has the refusal's status."""
        response = self._get_response(request)
        refused = getattr(response, "refused", None)
        if isinstance(refused, Refused):
            response.status_code = ANSWERS[refused.reason].status
            response["X-Strongroom-Reason"] = refused.reason.value
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; anything else is a fault: logged once, told without detail."""
        if isinstance(exception, Refused):
            if exception.reason is Reason.SIGN_IN_NEEDED and request.method == "GET" and _is_for_browser(request):
                return HttpResponseRedirect(f"{reverse('sign-in')}?next={quote(request.get_full_path())}")
            status = ANSWERS[exception.reason].status
            return _answer(request, _Told(exception.reason.value, status, sentence_of(exception)))
        if isinstance(exception, Malformed):
            return _answer(request, _Told(MALFORMED_CODE, MALFORMED_STATUS, sentence_of(exception), exception.field))
        if isinstance(exception, Http404 | SuspiciousOperation | PermissionDenied):
            return None  # Django's own ways of saying that there is nothing here, or that a request cannot be read
        _log.exception("fault in %s %s", request.method, request.path, exc_info=exception)
        sentence = _("Something went wrong here, and it has been noted. Try again later.")
        response = _answer(request, _Told(FAULT_CODE, 500, sentence))
        response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - else Django logs it once more
        return response


def sentence_of(refusal: Refused | Malformed) -> str:
    """The sentence that a person reads."""
    if isinstance(refusal, Malformed):
        return _("What was sent cannot be read: %(field)s: %(why)s.") % {"field": refusal.field, "why": _why(refusal)}
    sentence, told = str(ANSWERS[refusal.reason].sentence), _why(refusal)
    if "member" in refusal.facts and "%(member)s" not in sentence:
        # A reason that may be about the whole archive; this time it is about one member.
        told = f"{refusal.facts['member']} ({told})"
    return sentence % {**refusal.facts, "why": told}


def _why(refusal: Refused | Malformed) -> str:
    # gettext has an answer to an empty text as well: the catalogue's header.
    return _(refusal.why) % refusal.facts if refusal.why else ""


def _answer(request: HttpRequest, what: _Told) -> HttpResponse:
    code, status, sentence = what.code, what.status, what.sentence
    accept = request.META.get("HTTP_ACCEPT", "")
    if is_for_program(request):
        response = answer_problem(_problem(request, what))
    elif _is_for_browser(request):
        response = render(request, "site/refusal.html", {"code": code, "sentence": sentence}, status=status)
    elif "application/json" in accept:
        told = {
            # uv prints `code`, poetry the raw body, others `message` or `title`: the sentence is in each.
            "code": f"{status} {sentence}",
            "message": sentence,
            "title": sentence,
            "reason": code,
        }
        if code != FAULT_CODE:
            told["help"] = _help_link(request, code)
        response = HttpResponse(json.dumps(told), status=status, content_type="application/json")
    else:
        text = f"{sentence}\n" if code == FAULT_CODE else f"{sentence}\n{_help_link(request, code)}\n"
        response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    response.reason_phrase = _phrase(sentence)
    response["X-Strongroom-Reason"] = code
    if status == _UNAUTHENTICATED:
        # A page of an account must not make the browser ask for a password of its own.
        is_page = code == Reason.SIGN_IN_NEEDED.value
        basic = f"{_BEARER}, {_BASIC}" if is_for_program(request) else _BASIC
        response["WWW-Authenticate"] = 'Session realm="Strongroom"' if is_page else basic
    return response


def _problem(request: HttpRequest, what: _Told) -> Problem:
    """The same for programs (RFC 9457): what is wrong in general, and what it is this time."""
    if what.code == FAULT_CODE:
        return Problem(NO_PAGE, "Internal Server Error", what.status, what.sentence, what.code)
    general = _("What was sent cannot be read.") if what.code == MALFORMED_CODE else ANSWERS[Reason(what.code)].general
    return Problem(_help_link(request, what.code), general, what.status, what.sentence, what.code, what.field)


def _is_for_browser(request: HttpRequest) -> bool:
    return "text/html" in request.META.get("HTTP_ACCEPT", "") and not request.path.startswith("/legacy")


def _help_link(request: HttpRequest, code: str) -> str:
    return request.build_absolute_uri(f"/help/{code}/")


def _phrase(sentence: str) -> str:
    # A reason phrase is one line of visible ASCII (RFC 9112, 4); what a client sent may be in the sentence,
    # and the sentence may be French: accents are dropped rather than shown as question marks.
    folded = unicodedata.normalize("NFKD", sentence.replace("’", "'"))
    bare = "".join(character for character in folded if not unicodedata.combining(character))
    line = bare.encode("ascii", "replace").decode()
    return "".join(character if character.isprintable() else "?" for character in line)[:LONGEST_PHRASE]
