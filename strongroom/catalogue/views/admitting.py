"""Who may see these pages: everybody, or on a private index whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from strongroom.accounts.views.visiting import require_visit
from strongroom.catalogue.rules.about import read_line
from strongroom.gear.settings import Settings
from strongroom.terms.names import LONGEST_NAME, NormalizedName, parse_project_name
from strongroom.terms.refusals import Refused

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


def for_readers(
    view: Callable[Concatenate[HttpRequest, P], R],
) -> Callable[Concatenate[HttpRequest, P], R]:
    """A page that is only read. Of a private index nothing is said to visitors, not even whether something is there."""

    @wraps(view)
    def admitted(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R:
        chosen: Settings = settings.STRONGROOM
        if chosen.private:
            require_visit(request)
        response = view(request, *args, **kwargs)
        if chosen.private:
            patch_cache_control(response, private=True, no_store=True)
        return response

    # Django's decorators say nothing of what they take.
    return cast("Callable[Concatenate[HttpRequest, P], R]", require_safe(admitted))


def read_name(text: str) -> NormalizedName | None:
    """The name that an address holds, normalised; nothing when it is none."""
    try:
        return parse_project_name(text).normalized
    except Refused:
        return None


def missing(request: HttpRequest, name: str) -> HttpResponse:
    """No such project: perhaps it is spelt otherwise, so there is a search with the name in it."""
    words = read_line(name[:LONGEST_NAME])
    return render(request, "catalogue/missing.html", {"words": words}, status=404)


def moved(request: HttpRequest, page: str, *parts: str) -> HttpResponse:
    """The same page under the one address that it has."""
    query = request.META.get("QUERY_STRING", "")
    address = reverse(page, args=parts)
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
