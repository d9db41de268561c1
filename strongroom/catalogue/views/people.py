"""The public page of a person: a name and what it stands behind; never an address."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from strongroom.catalogue.queries.projects import find_person, list_parts
from strongroom.catalogue.rules.paging import read_page
from strongroom.catalogue.views.admitting import for_readers, moved


@for_readers
def person(request: HttpRequest, name: str) -> HttpResponse:
    """Who this is, and what they own or maintain. Raises Http404 for nobody, and once the account is closed."""
    found = find_person(name)
    if found is None:
        raise Http404
    if found.name != name:
        return moved(request, "person", found.name)
    parts, span = list_parts(found.id, page=read_page(request.GET.get("page", "")))
    return render(request, "catalogue/person.html", {"person": found, "parts": parts, "span": span})
