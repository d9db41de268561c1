"""The doors that a page's script knocks at for security keys: the question, and the answer on the way in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from strongroom.accounts.actions.arriving import begin_arrival
from strongroom.accounts.actions.attempts import count_attempt
from strongroom.accounts.queries.entry import LoadedArrival, find_account
from strongroom.accounts.rules.arriving import Purpose, Stage, next_stage
from strongroom.accounts.rules.limits import KEY_QUESTIONS_FROM_ONE_ADDRESS, network_of
from strongroom.accounts.views.stages import show_again
from strongroom.accounts.views.visiting import (
    actor_in,
    arrival_in,
    remember_arrival,
    require_visit,
    whereabouts,
)
from strongroom.factors.actions.keys import Asker, ask_key, begin_key_enrolment
from strongroom.factors.actions.showing import show_key
from strongroom.factors.rules.challenges import KeyPurpose
from strongroom.factors.views.arriving import FACTOR_TEMPLATE, go_on, step_context
from strongroom.factors.views.meaning import means
from strongroom.terms.actors import AccountId
from strongroom.terms.refusals import Malformed, Reason, Refused

LONGEST_NAME = 320
"""Characters of an e-mail address, which stands for a name as well."""

_JSON = "application/json"


@dataclass(frozen=True)
class _Asked:
    """What the script of a page wants to ask a key."""

    purpose: KeyPurpose
    name: str
    attest: bool
    passkey: bool


@never_cache
@require_POST
def key_begin(request: HttpRequest) -> HttpResponse:
    """Answer with the options for a security key, as the browser's own JSON calls take them.

    A form of another site can send no JSON and no header of ours: both are asked for.
    """
    asked = _read(request)
    match asked.purpose:
        case KeyPurpose.SIGN_IN:
            return _ask_on_the_way_in(request, asked.name)
        case KeyPurpose.ENROL:
            options = begin_key_enrolment(
                by=actor_in(request), now=timezone.now(), attest=asked.attest, passkey=asked.passkey, means=means()
            )
            return JsonResponse(options)
        case KeyPurpose.PROVE:
            visit = require_visit(request)
            asker = Asker(KeyPurpose.PROVE, session=visit.session)
            return JsonResponse(ask_key(now=timezone.now(), asker=asker, account=visit.account, means=means()))


@never_cache
@require_POST
def key_sign_in(request: HttpRequest) -> HttpResponse:
    """Take a security key's answer on the way in: first, alone, or after the password; and before a new password."""
    arrival = arrival_in(request)
    try:
        with reading_answer():
            show_key(
                by=actor_in(request),
                now=timezone.now(),
                arrival=arrival,
                answer=request.POST.get("answer", ""),
                means=means(),
            )
    except Refused as refused:
        template = FACTOR_TEMPLATE if _is_factor_turn(arrival) else "factors/key_sign_in.html"
        context = {**step_context(request, arrival), "name": request.POST.get("name", "")[:LONGEST_NAME]}
        return show_again(request, template, context, refused)
    return go_on(request)


@contextmanager
def reading_answer() -> Iterator[None]:
    """An answer that cannot be read is refused like any other that cannot be accepted."""
    try:
        yield
    except Malformed:
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="it cannot be read") from None


def _ask_on_the_way_in(request: HttpRequest, name: str) -> HttpResponse:
    """Of whoever has come as far as the factor, that account's keys; else a new way in, with a name or without.

    Whether a name has an account shows neither in what is answered nor in how long it takes.
    """
    now, arrival = timezone.now(), _arrival_at_factor(request)
    if arrival is not None and not name:
        _count(f"key questions of arrival {arrival.id}")
        asker = Asker(KeyPurpose.SIGN_IN, arrival=arrival.id)
        return JsonResponse(ask_key(now=now, asker=asker, account=arrival.account, means=means()))
    _count(f"key questions from {network_of(whereabouts(request))}")
    found = find_account(name) if name else None
    key, begun = begin_arrival(now=now, purpose=Purpose.SIGN_IN)
    asker = Asker(KeyPurpose.SIGN_IN, arrival=begun)
    account = None if found is None else AccountId(found.pk)
    response = JsonResponse(ask_key(now=now, asker=asker, account=account, name=name, means=means()))
    remember_arrival(response, key)
    return response


def _arrival_at_factor(request: HttpRequest) -> LoadedArrival | None:
    """Only then is it shown whose keys are asked for: a reset begins with the name of anybody."""
    try:
        arrival = arrival_in(request)
    except Refused:
        return None
    return arrival if _is_factor_turn(arrival) else None


def _is_factor_turn(arrival: LoadedArrival) -> bool:
    return next_stage(arrival.facts) is Stage.FACTOR


def _count(bucket: str) -> None:
    count_attempt(now=timezone.now(), bucket=bucket, limits=KEY_QUESTIONS_FROM_ONE_ADDRESS)


def _read(request: HttpRequest) -> _Asked:
    if request.content_type != _JSON:
        raise Malformed("Content-Type", "it must be application/json")
    try:
        whole = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("body", "it is not JSON") from None
    if not isinstance(whole, dict):
        raise Malformed("body", "it is not a JSON object")
    purposes = {purpose.value: purpose for purpose in KeyPurpose}
    wanted, name = whole.get("for"), whole.get("name", "")
    if not isinstance(wanted, str) or wanted not in purposes:
        raise Malformed("for", "it must be enrol, sign-in or prove")
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise Malformed("name", "it must be a short text")
    flags = [whole.get(flag, False) for flag in ("attest", "passkey")]
    if not all(isinstance(flag, bool) for flag in flags):
        raise Malformed("attest, passkey", "they must be true or false")
    return _Asked(purposes[wanted], name.strip(), attest=flags[0], passkey=flags[1])
