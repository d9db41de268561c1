"""What races on the way in: prepared once, run in several processes at the same moment, looked at afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strongroom.accounts.actions.arriving import (
    Credentials,
    ask_mailbox,
    show_factor,
    show_mailbox,
    show_password,
)
from strongroom.accounts.actions.attempts import count_attempt
from strongroom.accounts.actions.proving import Aim, spend_proof
from strongroom.accounts.actions.sessions import complete_sign_in
from strongroom.accounts.models import Arrival, AttemptCount, MailCode, Proof, Session
from strongroom.accounts.queries.entry import load_arrival, load_visit
from strongroom.accounts.rules.limits import Limit
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.rules.visits import actor_of
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.record.models import Event
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Refused
from tests.accounts.entering import HERE, PASSWORD, VISITOR, actor_with, add_ada, give_factor, prove, sign_in
from tests.accounts.mailbox import last_code
from tests.cast import NOW

Told = dict[str, Any]
TRIES_EACH = 10
EXACT = (Limit(17, 3600),)


def answer_of(deed: Callable[[], object]) -> str:
    """What came of a deed: done, or the reason why not."""
    try:
        deed()
    except Refused as refused:
        return refused.reason.value
    return "done"


def _shown() -> str:
    return show_password(
        by=VISITOR,
        now=NOW,
        credentials=Credentials("ada", PASSWORD),
        device=None,
        arrival=None,
        sealer=sealer_of_index(),
    )


def prepare_arrival() -> Told:
    add_ada()
    return {"key": _shown()}


def complete_arrival(told: Told) -> str:
    # Loaded within: whoever is slow finds the arrival ended already.
    return answer_of(
        lambda: complete_sign_in(
            by=VISITOR, now=NOW, arrival=load_arrival(told["key"], now=NOW, device=None), device=None
        )
    )


def look_at_sessions(told: Told) -> Told:
    return {"sessions": Session.objects.count(), "recorded": Event.objects.filter(deed="signed-in").count()}


def prepare_proof() -> Told:
    add_ada()
    return {"key": prove(actor_with(sign_in()), Dangerous.MAKE_TOKEN)}


def spend_one_proof(told: Told) -> str:
    visit = load_visit(told["key"], now=NOW)
    assert visit is not None
    by = actor_of(visit, address=HERE, client="")
    return answer_of(lambda: spend_proof(by=by, now=NOW, aim=Aim(Dangerous.MAKE_TOKEN)))


def look_at_proofs(told: Told) -> Told:
    return {"used": Proof.objects.filter(used_at__isnull=False).count()}


def prepare_code() -> Told:
    account = add_ada()
    factor, key = give_factor(account), _shown()
    arrival = load_arrival(key, now=NOW, device=None)
    show_factor(now=NOW, arrival=arrival, kind=ProofKind.TOTP, account=account, factor=factor)
    arrival = load_arrival(key, now=NOW, device=None)
    ask_mailbox(by=VISITOR, now=NOW, arrival=arrival, sealer=sealer_of_index())
    return {"key": key, "code": last_code("ada@example.org")}


def type_code(told: Told) -> str:
    arrival = load_arrival(told["key"], now=NOW, device=None)
    return answer_of(
        lambda: show_mailbox(by=VISITOR, now=NOW, arrival=arrival, text=told["code"], sealer=sealer_of_index())
    )


def look_at_codes(told: Told) -> Told:
    return {
        "tries": MailCode.objects.get().tries,
        "shown": Arrival.objects.filter(mailbox_at__isnull=False).count(),
    }


def prepare_guesses() -> Told:
    add_ada()
    return {}


def guess(told: Told) -> list[str]:
    def once() -> object:
        return show_password(
            by=VISITOR,
            now=NOW,
            credentials=Credentials("ada", "wrong"),
            device=None,
            arrival=None,
            sealer=sealer_of_index(),
        )

    return [answer_of(once) for _ in range(TRIES_EACH)]


def look_at_guesses(told: Told) -> Told:
    return {
        "recorded": Event.objects.filter(deed="sign-in-refused").count(),
        "counts": sorted(AttemptCount.objects.filter(window_seconds=300).values_list("count", flat=True)),
    }


def count_one(told: Told) -> list[str]:
    return [answer_of(lambda: count_attempt(now=NOW, bucket="one", limits=EXACT)) for _ in range(TRIES_EACH)]


def look_at_count(told: Told) -> Told:
    return {"count": AttemptCount.objects.get().count}
