"""Showing factors: which step leads in, and proving again that it is the same person, for one deed."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest

from strongroom.accounts.actions.arriving import show_mailbox
from strongroom.accounts.actions.passwords import begin_reset
from strongroom.accounts.actions.proving import Aim, spend_proof
from strongroom.accounts.actions.sessions import complete_sign_in
from strongroom.accounts.models import Account, Arrival, Proof, Session
from strongroom.accounts.queries.entry import LoadedArrival, load_arrival, load_visit
from strongroom.accounts.rules.arriving import Stage, next_stage
from strongroom.accounts.rules.proving import PROOF_LIFE, Dangerous
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.factors.actions.showing import (
    prove_by_app,
    prove_by_key,
    prove_by_recovery_code,
    show_app_code,
    show_recovery_code,
)
from strongroom.factors.models import TotpSecret
from strongroom.factors.queries import count_codes_left
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason
from tests.accounts.entering import VISITOR, actor_with, refused
from tests.accounts.mailbox import last_code
from tests.cast import NOW
from tests.factors.cast import (
    STEP,
    Resident,
    at_factor,
    effects_of,
    enrol_app,
    means,
    nobody_yet,
    proof_answer,
    prove,
    prove_on_paper,
    reloaded,
    resident,
    same_in_another_browser,
    show_soft_key,
    with_app,
    with_key,
)

pytestmark = pytest.mark.django_db

LONG_AGO = NOW - timedelta(days=1)


def show_code(arrival: LoadedArrival, person: Resident, *, now: datetime = NOW) -> None:
    show_app_code(by=VISITOR, now=now, arrival=arrival, text=person.apps[0].code(now), means=means())


def at_reset(person: Resident) -> LoadedArrival:
    """Somebody on the way to a new password, who has just begun."""
    key = begin_reset(by=VISITOR, now=NOW, name=person.name, sealer=sealer_of_index())
    return load_arrival(key, now=NOW, device=None)


def test_a_code_of_an_app_leads_to_the_mailbox_on_an_unknown_device_and_in_on_a_known_one() -> None:
    ada = with_app(now=LONG_AGO)
    arrival = at_factor(ada)

    show_code(arrival, ada)

    row = Arrival.objects.get(pk=arrival.id)
    assert (row.factor_kind, row.factor_id) == ("totp", ada.apps[0].factor)
    assert next_stage(reloaded(arrival).facts) is Stage.MAILBOX
    known = reloaded(arrival, device=ada.device)
    assert next_stage(known.facts) is None
    signed_in = complete_sign_in(by=VISITOR, now=NOW, arrival=known, device=ada.device)
    visit = load_visit(signed_in.key, now=NOW)
    assert visit is not None
    assert (visit.signed_in_by, visit.factor) == (ProofKind.TOTP, ada.apps[0].factor)


def test_before_the_password_neither_code_is_looked_at_nor_used_up() -> None:
    ada = with_app(now=LONG_AGO)
    arrival = nobody_yet()

    assert refused(lambda: show_code(arrival, ada)).reason is Reason.STAGE_OUT_OF_ORDER
    tried = refused(lambda: show_recovery_code(by=VISITOR, now=NOW, arrival=arrival, text=ada.codes[0], means=means()))
    assert tried.reason is Reason.STAGE_OUT_OF_ORDER
    assert count_codes_left(ada.account) == 10
    show_code(at_factor(ada), ada)


def test_a_factor_is_shown_once_on_one_way_in() -> None:
    ada = with_app(now=LONG_AGO)
    arrival = at_factor(ada)
    show_code(arrival, ada)
    stale = arrival  # as another window has loaded it

    assert refused(lambda: show_code(reloaded(arrival), ada, now=NOW + STEP)).reason is Reason.STAGE_OUT_OF_ORDER
    assert refused(lambda: show_code(stale, ada, now=NOW + STEP)).reason is Reason.ARRIVAL_GONE


def test_a_reset_asks_for_the_mailbox_before_it_asks_for_a_factor() -> None:
    ada = with_app(now=LONG_AGO)
    arrival = at_reset(ada)

    assert refused(lambda: show_code(arrival, ada)).reason is Reason.STAGE_OUT_OF_ORDER
    show_mailbox(by=VISITOR, now=NOW, arrival=arrival, text=last_code(ada.address), sealer=sealer_of_index())
    arrival = reloaded(arrival)
    assert next_stage(arrival.facts) is Stage.FACTOR
    show_code(arrival, ada)
    assert next_stage(reloaded(arrival).facts) is Stage.NEW_PASSWORD


def test_a_key_is_not_shown_before_the_mailbox_of_a_reset() -> None:
    ada = with_key()

    tried = refused(lambda: show_soft_key(at_reset(ada), ada.account, ada.keys[0].soft))

    assert tried.reason is Reason.STAGE_OUT_OF_ORDER


def test_whoever_holds_no_factor_shows_none() -> None:
    ben = resident("ben")
    arrival = at_factor(ben)

    for show in (show_app_code, show_recovery_code):
        tried = refused(partial(show, by=VISITOR, now=NOW, arrival=arrival, text="123456", means=means()))
        assert tried.reason is Reason.STAGE_OUT_OF_ORDER


@pytest.mark.parametrize("kind", [ProofKind.TOTP, ProofKind.SECURITY_KEY, ProofKind.RECOVERY_CODE])
def test_a_proof_is_for_one_deed_on_one_target_and_renews_the_key_of_the_session(kind: ProofKind) -> None:
    ada = with_key()
    enrol_app(ada, now=NOW)
    now, aim, old = NOW + STEP, Aim(Dangerous.REMOVE_FACTOR, "7"), Session.objects.get(pk=ada.session).key_sha256
    if kind is ProofKind.TOTP:
        aim = Aim(Dangerous.MAKE_TOKEN, "7")

    def do() -> str:
        match kind:
            case ProofKind.TOTP:
                text = ada.apps[0].code(now)
                return prove_by_app(by=ada.actor, now=now, aim=aim, text=text, means=means())
            case ProofKind.SECURITY_KEY:
                return prove_by_key(by=ada.actor, now=now, aim=aim, answer=proof_answer(ada, now=now), means=means())
            case _:
                return prove_by_recovery_code(by=ada.actor, now=now, aim=aim, text=ada.codes[0], means=means())

    keys: list[str] = []
    seen = effects_of(lambda: keys.append(do()))

    row = Proof.objects.order_by("-id")[0]
    assert (row.deed, row.target, row.kind, row.expires_at) == (aim.deed.value, "7", kind.value, now + PROOF_LIFE)
    assert (seen.events[-1].deed, seen.events[-1].proof, seen.events[-1].factor) == (
        "proved-again",
        kind.value,
        row.factor_id,
    )
    assert Session.objects.get(pk=ada.session).key_sha256 != old
    visit = load_visit(keys[0], now=now)
    assert visit is not None
    assert visit.session == ada.session
    for other in (Aim(aim.deed, "8"), Aim(aim.deed), Aim(Dangerous.CHANGE_PASSWORD, "7")):
        tried = refused(partial(spend_proof, by=ada.actor, now=now, aim=other))
        assert tried.reason is Reason.PROOF_NEEDED
    assert spend_proof(by=ada.actor, now=now, aim=aim).proof is kind
    assert refused(lambda: spend_proof(by=ada.actor, now=now, aim=aim)).reason is Reason.PROOF_NEEDED


def test_a_proof_is_good_for_ten_minutes_in_its_own_session() -> None:
    ada = resident()
    elsewhere = same_in_another_browser(ada)
    enrol_app(ada, now=NOW)
    aim = Aim(Dangerous.MAKE_TOKEN)
    prove(ada, Dangerous.MAKE_TOKEN, now=NOW + STEP)

    assert refused(lambda: spend_proof(by=elsewhere.actor, now=NOW + STEP, aim=aim)).reason is Reason.PROOF_NEEDED
    late = NOW + STEP + PROOF_LIFE
    assert refused(lambda: spend_proof(by=ada.actor, now=late, aim=aim)).reason is Reason.PROOF_NEEDED


def test_a_proof_of_a_kind_that_the_deed_does_not_take_uses_nothing_up() -> None:
    ada = with_key()
    app = enrol_app(ada, now=LONG_AGO)
    before = TotpSecret.objects.get(pk=app.factor).last_step
    aim = Aim(Dangerous.REMOVE_FACTOR, "1")

    tried = refused(lambda: prove_by_app(by=ada.actor, now=NOW, aim=aim, text=app.code(NOW), means=means()))
    paper = refused(lambda: prove_on_paper(ada, Dangerous.MAKE_TOKEN))

    assert (tried.reason, paper.reason) == (Reason.PROOF_KIND, Reason.PROOF_KIND)
    assert TotpSecret.objects.get(pk=app.factor).last_step == before
    assert count_codes_left(ada.account) == 10


def test_a_key_of_another_account_proves_nothing() -> None:
    ada, ben = with_key(), with_key("ben")
    answer = proof_answer(ben)

    tried = refused(
        lambda: prove_by_key(by=ada.actor, now=NOW, aim=Aim(Dangerous.MAKE_TOKEN), answer=answer, means=means())
    )

    assert tried.reason is Reason.CHALLENGE_GONE


def test_a_code_that_proved_a_deed_signs_nobody_in() -> None:
    ada = with_app(now=LONG_AGO)
    prove(ada, Dangerous.MAKE_TOKEN)

    assert refused(lambda: show_code(at_factor(ada), ada)).reason is Reason.CODE_USED


def test_a_code_shown_on_the_way_in_proves_no_deed() -> None:
    ada = with_app(now=LONG_AGO)
    show_code(at_factor(ada), ada)

    assert refused(lambda: prove(ada, Dangerous.MAKE_TOKEN)).reason is Reason.CODE_USED


def test_a_session_that_a_recovery_code_began_says_so() -> None:
    ada = with_key()
    arrival = at_factor(ada)
    show_recovery_code(by=VISITOR, now=NOW, arrival=arrival, text=ada.codes[0], means=means())

    assert next_stage(reloaded(arrival).facts) is Stage.MAILBOX
    known = reloaded(arrival, device=ada.device)
    by = actor_with(complete_sign_in(by=VISITOR, now=NOW, arrival=known, device=ada.device))
    assert by.proof is ProofKind.RECOVERY_CODE


def test_a_suspended_account_gets_in_by_no_factor() -> None:
    ada = with_key()
    arrival = at_factor(ada)
    show_soft_key(arrival, ada.account, ada.keys[0].soft)
    Account.objects.filter(pk=ada.account).update(suspended_at=NOW)

    seen = effects_of(
        lambda: refused(lambda: complete_sign_in(by=VISITOR, now=NOW, arrival=reloaded(arrival), device=None))
    )

    assert seen.deeds == ["sign-in-refused"]
