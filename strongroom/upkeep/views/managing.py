"""What every page about one project begins and ends with."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from strongroom.accounts.views.visiting import actor_in, require_visit
from strongroom.projects.publishing import Outlet, outlet_of
from strongroom.projects.rules.roles import ProjectDeed
from strongroom.terms.names import parse_project_name
from strongroom.upkeep.queries.managing import Managed, load_managed

_MOST_DIGITS = 18


def managed_in(request: HttpRequest, name: str, deed: ProjectDeed = ProjectDeed.LOOK) -> Managed:
    """The project of a page, for whoever is signed in and may do the deed that the page is for.

    Raises Refused: SIGN_IN_NEEDED, NAME_INVALID, PROJECT_UNKNOWN, PROJECT_DELETED, and what the one question raises.
    """
    require_visit(request)
    managed = load_managed(actor_in(request), parse_project_name(name).normalized, now=timezone.now())
    managed.require(deed)
    return managed


def show(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """A page of this app, told what was done just before."""
    return render(request, f"upkeep/{template}", {"said": request.GET.get("said", ""), **context})


def led_to(view: str, *parts: object, said: str = "") -> HttpResponse:
    """On to the page that shows what was done."""
    address = reverse(view, args=[str(part) for part in parts])
    return HttpResponseRedirect(f"{address}?{urlencode({'said': said})}" if said else address)


def text_in(sent: QueryDict, field: str) -> str:
    """What was typed into a field, or stands in an address."""
    return readable(sent.get(field, ""))


def readable(text: str) -> str:
    """A text that a database takes: PostgreSQL takes no NUL."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def number_in(sent: QueryDict, field: str) -> int | None:
    """A number in an address, or nothing when it is none."""
    text = sent.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def outlet() -> Outlet:
    """Where the pages of this index are published."""
    return outlet_of(settings.STRONGROOM)
