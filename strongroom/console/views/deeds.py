"""The form of every deed of the console: a fresh proof for what it is done to, a reason, and then the deed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from strongroom.accounts.actions.proving import Aim
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.proofs import ask_proof_again
from strongroom.accounts.views.stages import show_again
from strongroom.accounts.views.visiting import prove_first
from strongroom.mandate.rules import LEAST_REASON, LONGEST_OFFICE_REASON
from strongroom.terms.refusals import Refused

TEMPLATE = "console/deed.html"


@dataclass(frozen=True)
class Place:
    """What a deed is done to: ``target`` is what the proof is for, ``back`` the page that the deed leads back to."""

    target: str
    back: str
    back_words: str


@dataclass(frozen=True)
class DeedForm:
    """A deed as its page asks for it."""

    place: Place
    title: str
    lead: str
    button: str
    said: str
    is_danger: bool = False
    is_told: bool = True
    """Whether the person or the people concerned read the reason."""
    fields: str = ""
    """The template of what is asked beside the reason."""
    entry: Mapping[str, object] = field(default_factory=dict)


def answer_deed(request: HttpRequest, form: DeedForm, do: Callable[[str], object]) -> HttpResponse:
    """Ask for a proof, then for a reason; do it with the reason, and lead back. A wrong entry is kept and explained.

    ``do`` answers whether anything changed; nothing at all counts as yes.
    """
    aim = Aim(Dangerous.STAFF_DEED, form.place.target)
    office = request.POST.get("office", "")
    context: dict[str, object] = {
        **form.entry,
        "form": form,
        "office": office,
        "least": LEAST_REASON,
        "most": LONGEST_OFFICE_REASON,
    }
    if request.method != "POST":
        return prove_first(request, aim) or render(request, TEMPLATE, context)
    try:
        done = do(office)
    except Refused as refused:
        return ask_proof_again(request, aim, refused) or show_again(request, TEMPLATE, context, refused)
    said = form.said if done is None or done else "unchanged"
    return HttpResponseRedirect(f"{form.place.back}?said={said}")
