"""What races for factors: each job prepared once, run by several processes at the same moment, and looked at.

Each answers ``done`` or the reason of its refusal.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.conf import settings

from strongroom.accounts.models import Account, Factor, Letter, Session
from strongroom.accounts.queries.entry import held_kinds
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.factors.actions import keys
from strongroom.factors.actions.apps import begin_app, verify_app_code
from strongroom.factors.actions.codes import make_recovery_codes, replace_used_codes, verify_recovery_code
from strongroom.factors.actions.enrolling import confirm_codes, renew_unconfirmed_codes
from strongroom.factors.actions.keeping import remove_factor
from strongroom.factors.actions.keys import Asker, verify_key
from strongroom.factors.models import RecoveryCode, SecurityKey
from strongroom.factors.queries import count_codes_left, list_factors
from strongroom.factors.rules.challenges import KeyPurpose
from strongroom.factors.rules.security_keys import is_copied
from strongroom.factors.rules.totp import step_at
from strongroom.record.models import Event
from strongroom.terms.actors import AccountId, Actor, ActorKind, ArrivalId, FactorId, SessionId
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Refused
from tests.accounts.entering import VISITOR
from tests.authenticator import SoftKey
from tests.cast import NOW
from tests.factors.cast import (
    Resident,
    answer_with,
    at_factor,
    begun_app,
    browser,
    enrol_key,
    key_question,
    means,
    prove,
    prove_on_paper,
    resident,
    same_in_another_browser,
    with_app,
    with_key,
)

Told = dict[str, Any]

SLOWLY = 1.0
"""Seconds, in which the other process is sure to have come as far."""


def told_of(deed: Callable[[], object]) -> str:
    try:
        deed()
    except Refused as refused:
        return refused.reason.value
    return "done"


def turn_of(told: Told) -> Any:  # noqa: ANN401 - JSON
    """What this process is to do that the others are not: the first of the turns that nobody has taken."""
    for number, turn in enumerate(told["turns"]):
        try:
            os.close(os.open(settings.STRONGROOM.data_folder / f"turn-{number}", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            continue
        return turn
    raise RuntimeError("more processes than turns")


def actor(told: Told) -> Actor:
    return Actor(
        ActorKind.ACCOUNT,
        "ada",
        account=AccountId(told["account"]),
        session=SessionId(told["session"]),
        proof=ProofKind.SECURITY_KEY,
        address="192.0.2.7",
    )


def about(person: Resident, **more: object) -> Told:
    return {"account": person.account, "session": person.session, **more}


# One code of an app


def prepare_app() -> Told:
    ada = with_app(now=NOW - timedelta(days=1))
    return about(ada, code=ada.apps[0].code(NOW))


def show_app(told: Told) -> str:
    account = AccountId(told["account"])
    return told_of(lambda: verify_app_code(by=VISITOR, now=NOW, account=account, text=told["code"], means=means()))


def look_at_app(told: Told) -> Told:
    row = Factor.objects.select_related("totp").get(account_id=told["account"], kind="totp")
    refused = Event.objects.filter(deed="proof-refused").count()
    return {"burned": row.totp.last_step == step_at(NOW), "refused": refused}


# One recovery code


def prepare_codes() -> Told:
    ada = with_key()
    return about(ada, code=ada.codes[0])


def show_code(told: Told) -> str:
    account, sealer = AccountId(told["account"]), sealer_of_index()
    return told_of(lambda: verify_recovery_code(by=VISITOR, now=NOW, account=account, text=told["code"], sealer=sealer))


def look_at_codes(told: Told) -> Told:
    letters = Letter.objects.filter(facts__deed="recovery-code-used").count()
    return {"left": count_codes_left(AccountId(told["account"])), "letters": letters}


# The code that replaces a used one, and sets made anew


def prepare_replacing() -> Told:
    ada = with_key()
    prove_on_paper(ada, Dangerous.CHANGE_PASSWORD)
    return about(ada)


def replace(told: Told) -> int:
    account = AccountId(told["account"])
    return len(replace_used_codes(by=actor(told), now=NOW, account=account, sealer=sealer_of_index()))


def prepare_sets() -> Told:
    ada = with_key()
    for _ in range(4):
        prove(ada, Dangerous.MAKE_RECOVERY_CODES)
    return about(ada)


def make_set(told: Told) -> str:
    return told_of(lambda: make_recovery_codes(by=actor(told), now=NOW, sealer=sealer_of_index()))


def look_at_sets(told: Told) -> Told:
    live = Factor.objects.filter(account_id=told["account"], kind="recovery-code", ended_at=None)
    return {"sets": live.count(), "codes": RecoveryCode.objects.filter(factor__in=live, used_at=None).count()}


# One answer of a key


def prepare_answer() -> Told:
    ada = with_key()
    arrival = at_factor(ada)
    answer = browser(ada.keys[0].soft).get(key_question(arrival, ada.account))
    return about(ada, answer=answer, arrival=arrival.id)


def show_answer(told: Told) -> str:
    asker = Asker(KeyPurpose.SIGN_IN, arrival=ArrivalId(told["arrival"]))
    return told_of(lambda: verify_key(by=VISITOR, now=NOW, asker=asker, answer=told["answer"], means=means()))


def look_at_key(told: Told) -> Told:
    row = SecurityKey.objects.get(factor__account_id=told["account"])
    letters = Letter.objects.filter(facts__deed="key-suspected").count()
    return {"suspected": row.suspected_at is not None, "letters": letters}


# A key and its copy


def prepare_clone() -> Told:
    ada = with_key()
    soft = ada.keys[0].soft
    turns = []
    for one in (soft, soft.clone()):
        arrival = at_factor(ada)
        turns.append({"answer": browser(one).get(key_question(arrival, ada.account)), "arrival": arrival.id})
    return about(ada, turns=turns)


def show_one_of_two_keys(told: Told) -> str:
    """Each takes its time between comparing the counter and storing it: both have compared before either stores."""
    with patch.object(keys, "is_copied", _compared_slowly):
        return show_answer(turn_of(told))


def _compared_slowly(*, stored: int, answered: int) -> bool:
    found = is_copied(stored=stored, answered=answered)
    time.sleep(SLOWLY)
    return found


# One proof


def prepare_proof() -> Told:
    ada = with_key()
    prove(ada, Dangerous.ENROL_FACTOR)
    return about(ada)


def begin(told: Told) -> str:
    return told_of(lambda: begin_app(by=actor(told), now=NOW, label=f"phone {os.getpid()}", means=means()))


def look_at_begun(told: Told) -> Told:
    return {"begun": Factor.objects.filter(account_id=told["account"], kind="totp").count()}


# Every factor removed at once


def prepare_removals() -> Told:
    ada = resident()
    for number in range(4):
        enrol_key(ada, SoftKey(), label=f"key {number}")
    Account.objects.filter(pk=ada.account).update(must_hold_factor_since=NOW)
    for key in ada.keys:
        prove_on_paper(ada, Dangerous.REMOVE_FACTOR, target=key.factor)
    return about(ada, turns=[key.factor for key in ada.keys])


def remove(told: Told) -> str:
    factor = FactorId(turn_of(told))
    return told_of(lambda: remove_factor(by=actor(told), now=NOW, factor=factor, is_lost=False))


def look_at_live(told: Told) -> Told:
    account = AccountId(told["account"])
    return {"live": len(list_factors(account)), "codes": ProofKind.RECOVERY_CODE in held_kinds(account)}


# Two browsers that finish the first factor


def prepare_first() -> Told:
    """Two first factors wait, each in its own session; the codes of either page are made anew, and typed back."""
    ada = resident()
    people = [ada, *(same_in_another_browser(ada) for _ in range(3))]
    for number, person in enumerate(people):
        prove(person, Dangerous.ENROL_FACTOR)
        answer_with(person, begun_app(person, label=f"phone {number}"))
    return about(ada, turns=[about(person) for person in people])


def finish_first(told: Told) -> str:
    by, sealer = actor(turn_of(told)), sealer_of_index()

    def finish() -> None:
        codes = renew_unconfirmed_codes(by=by, now=NOW, sealer=sealer)
        confirm_codes(by=by, now=NOW, text=codes[0], sealer=sealer)

    return told_of(finish)


def look_at_first(told: Told) -> Told:
    account = AccountId(told["account"])
    sessions = Session.objects.filter(account_id=account, ended_at=None).count()
    return {"live": len(list_factors(account)), "codes": count_codes_left(account), "sessions": sessions}
