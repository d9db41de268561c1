"""What is done to an account from its page in the console."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_http_methods

from strongroom.accounts.queries.people import PersonLine, load_person
from strongroom.accounts.views.visiting import actor_in
from strongroom.console.actions import people
from strongroom.console.rules.people import target_of
from strongroom.console.rules.showing import plain
from strongroom.console.views.admitting import for_staff
from strongroom.console.views.deeds import DeedForm, Place, answer_deed
from strongroom.reads.readers import Readers
from strongroom.terms.actors import Actor, TokenId


@dataclass(frozen=True)
class PersonDeed:
    """One deed on an account: what its page says, and what it does."""

    title: Promise
    lead: Promise
    button: Promise
    said: str
    do: Callable[[Actor, str, str], object]
    is_danger: bool = False


DEEDS = {
    "suspend": PersonDeed(
        later("Suspend %(name)s"),
        later("No session, no token and no sign-in works from then on, until somebody lifts the suspension."),
        later("Suspend the account"),
        "suspended",
        lambda by, name, office: people.suspend_person(by=by, now=timezone.now(), name=name, office=office),
        is_danger=True,
    ),
    "lift": PersonDeed(
        later("Lift the suspension of %(name)s"),
        later("The account can be used again. Its sessions stay ended; its tokens work again."),
        later("Lift the suspension"),
        "lifted",
        lambda by, name, office: people.lift_persons_suspension(by=by, now=timezone.now(), name=name, office=office),
    ),
    "make-staff": PersonDeed(
        later("Make %(name)s staff"),
        later("They will see this console and be able to do everything in it. Their sessions end: they sign in anew."),
        later("Make them staff"),
        "made-staff",
        lambda by, name, office: people.make_staff(by=by, now=timezone.now(), name=name, office=office),
    ),
    "take-staff-away": PersonDeed(
        later("Take staff away from %(name)s"),
        later("They will not see this console any more."),
        later("Take it away"),
        "unmade-staff",
        lambda by, name, office: people.take_staff_away(by=by, now=timezone.now(), name=name, office=office),
        is_danger=True,
    ),
    "end-sessions": PersonDeed(
        later("End all sessions of %(name)s"),
        later("Whoever is signed in to the account is signed out, in every browser. Tokens go on working."),
        later("End all sessions"),
        "sessions-ended",
        lambda by, name, office: people.end_persons_sessions(by=by, now=timezone.now(), name=name, office=office),
        is_danger=True,
    ),
    "revoke-tokens": PersonDeed(
        later("Revoke all tokens of %(name)s"),
        later("None of them can be used again, by anybody. What publishes or installs with them stops."),
        later("Revoke all tokens"),
        "revoked",
        lambda by, name, office: _revoke(by, name, office, token=None),
        is_danger=True,
    ),
}


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def person_deed(request: HttpRequest, name: str, deed: str) -> HttpResponse:
    """One of the deeds on an account. Raises Http404 for an account or a deed that there is not."""
    line = _require(name)
    if deed not in DEEDS:
        raise Http404
    chosen = DEEDS[deed]
    form = DeedForm(
        place=_place(line),
        title=str(chosen.title) % {"name": line.name},
        lead=str(chosen.lead),
        button=str(chosen.button),
        said=chosen.said,
        is_danger=chosen.is_danger,
    )
    return answer_deed(request, form, lambda office: chosen.do(actor_in(request), line.name, office))


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def revoke_persons_token(request: HttpRequest, name: str, token: str) -> HttpResponse:
    """Revoke one token of an account."""
    line = _require(name)
    form = DeedForm(
        place=_place(line),
        title=_("Revoke a token of %(name)s") % {"name": line.name},
        lead=_("The token %(token)s can never be used again, by anybody.") % {"token": plain(token)},
        button=_("Revoke the token"),
        said="revoked",
        is_danger=True,
    )
    return answer_deed(
        request, form, lambda office: _revoke(actor_in(request), line.name, office, token=TokenId(token))
    )


def _revoke(by: Actor, name: str, office: str, *, token: TokenId | None) -> int:
    readers = Readers(settings.STRONGROOM.readers_folder)
    return people.revoke_persons_tokens(
        by=by, now=timezone.now(), name=name, token=token, office=office, readers=readers
    )


def _place(line: PersonLine) -> Place:
    return Place(
        target=target_of(line.folded_name),
        back=reverse("staff-person", args=[line.folded_name]),
        back_words=line.name,
    )


def _require(name: str) -> PersonLine:
    found = load_person(name)
    if found is None:
        raise Http404
    return found[1]
