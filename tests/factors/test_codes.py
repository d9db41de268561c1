"""Recovery codes: each good once, a set replaced as a whole, and used ones replaced when their person is in."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from strongroom.accounts.actions.sessions import complete_sign_in
from strongroom.accounts.models import Factor
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.factors.actions.codes import make_recovery_codes, replace_used_codes, verify_recovery_code
from strongroom.factors.actions.showing import show_recovery_code
from strongroom.factors.models import RecoveryCode
from strongroom.factors.queries import count_codes_left
from strongroom.terms.refusals import Reason
from tests.accounts.entering import VISITOR, actor_with, refused
from tests.cast import NOW
from tests.factors.cast import (
    Resident,
    at_factor,
    effects_of,
    enrol_key,
    means,
    prove,
    prove_on_paper,
    reloaded,
    resident,
    same_in_another_browser,
    with_key,
)

pytestmark = pytest.mark.django_db


def verify(person: Resident, text: str) -> int:
    return verify_recovery_code(by=VISITOR, now=NOW, account=person.account, text=text, sealer=sealer_of_index())


def replaced(person: Resident, **changes: object) -> list[str]:
    told: dict[str, object] = {"by": person.actor, "now": NOW, "account": person.account, **changes}
    return replace_used_codes(sealer=sealer_of_index(), **told)  # type: ignore[arg-type]


def test_a_recovery_code_is_good_once_and_every_address_is_told() -> None:
    ada = with_key()
    code = ada.codes[0]

    seen = effects_of(lambda: verify(ada, code))
    tried = refused(lambda: verify(ada, code))

    assert tried.reason is Reason.RECOVERY_CODE_WRONG
    assert count_codes_left(ada.account) == 9
    assert RecoveryCode.objects.get(used_at__isnull=False).used_at == NOW
    assert (seen.deeds, seen.letters) == (["recovery-code-used"], [("recovery-code-used", "ada")])
    used = seen.events[0]
    assert (used.proof, used.details) == ("recovery-code", {"left": 9})
    assert used.factor == Factor.objects.get(account_id=ada.account, kind="recovery-code").pk


@pytest.mark.parametrize("form", ["lower", "no dashes", "spaces", "look-alikes"])
def test_a_recovery_code_is_read_however_it_was_copied(form: str) -> None:
    ada = with_key()
    code = ada.codes[4]
    typed = {
        "lower": code.lower(),
        "no dashes": code.replace("-", ""),
        "spaces": f" {code.replace('-', ' ')} ",
        "look-alikes": code.replace("0", "o").replace("1", "l"),
    }[form]

    verify(ada, typed)

    assert refused(lambda: verify(ada, code)).reason is Reason.RECOVERY_CODE_WRONG


def test_only_hashes_are_kept() -> None:
    ada = with_key()
    kept = " ".join(RecoveryCode.objects.values_list("code_hash", flat=True))

    assert not [code for code in ada.codes if code in kept or code.replace("-", "").lower() in kept]


def test_a_wrong_recovery_code_is_recorded_and_counted() -> None:
    ada, ben = with_key(), with_key("ben")

    seen = effects_of(lambda: refused(lambda: verify(ada, ben.codes[0])))

    row = Factor.objects.get(account_id=ada.account, kind="recovery-code")
    assert row.failures_in_a_row == 1
    assert (seen.deeds, seen.letters) == (["proof-refused"], [])
    assert seen.events[0].proof == "recovery-code"
    assert seen.events[0].details == {"kind": "recovery-code", "reason": "recovery-code-wrong"}
    assert count_codes_left(ben.account) == 10


def test_codes_made_anew_take_a_proof_and_the_old_ones_are_dead() -> None:
    ada = with_key()
    without = refused(lambda: make_recovery_codes(by=ada.actor, now=NOW, sealer=sealer_of_index()))
    prove(ada, Dangerous.MAKE_RECOVERY_CODES)
    new: list[str] = []

    seen = effects_of(lambda: new.extend(make_recovery_codes(by=ada.actor, now=NOW, sealer=sealer_of_index())))

    assert without.reason is Reason.PROOF_NEEDED
    assert len(set(new)) == 10
    assert not set(new) & set(ada.codes)
    assert (seen.deeds, seen.letters) == (["recovery-codes-made"], [("recovery-codes-made", "ada")])
    assert (seen.events[0].proof, seen.events[0].factor) == ("security-key", ada.keys[0].factor)
    assert {refused(partial(verify, ada, code)).reason for code in ada.codes[:3]} == {Reason.RECOVERY_CODE_WRONG}
    verify(ada, new[0])


def test_whoever_holds_no_factor_gets_no_codes() -> None:
    ada = resident()
    prove(ada, Dangerous.MAKE_RECOVERY_CODES)

    tried = refused(lambda: make_recovery_codes(by=ada.actor, now=NOW, sealer=sealer_of_index()))

    assert tried.reason is Reason.FACTOR_UNKNOWN


def test_a_used_code_is_replaced_once_whoever_signed_in_with_it_is_in() -> None:
    ada = with_key()
    arrival = at_factor(ada)
    show_recovery_code(by=VISITOR, now=NOW, arrival=arrival, text=ada.codes[0], means=means())
    signed_in = complete_sign_in(by=VISITOR, now=NOW, arrival=reloaded(arrival, device=ada.device), device=ada.device)
    by, new = actor_with(signed_in), []

    seen = effects_of(lambda: new.extend(replaced(ada, by=by)))

    assert len(new) == 1
    assert count_codes_left(ada.account) == 10
    assert (seen.deeds, seen.letters) == (["recovery-codes-made"], [("recovery-codes-made", "ada")])
    assert replaced(ada, by=by) == []
    verify(ada, new[0])
    verify(ada, ada.codes[1])


def test_a_used_code_is_replaced_after_it_proved_a_deed() -> None:
    ada = with_key()
    prove_on_paper(ada, Dangerous.REMOVE_FACTOR, target=ada.keys[0].factor)

    assert len(replaced(ada)) == 1


def test_an_open_session_alone_gets_nobody_a_new_code() -> None:
    ada, ben = with_key(), with_key("ben")
    verify(ada, ada.codes[0])
    by_the_clock = replaced(ada, now=NOW + timedelta(minutes=10))
    prove_on_paper(ada, Dangerous.CHANGE_PASSWORD)
    late = replaced(ada, now=NOW + timedelta(minutes=10))

    assert by_the_clock == late == []
    assert replaced(ada, by=ben.actor) == []
    assert len(replaced(ada)) == 2


def test_a_code_used_in_one_session_is_not_replaced_in_another() -> None:
    ada = resident()
    elsewhere = same_in_another_browser(ada)
    enrol_key(ada)
    prove_on_paper(ada, Dangerous.CHANGE_PASSWORD)

    assert replaced(elsewhere) == []


def test_a_recovery_code_proves_ways_back_and_nothing_else() -> None:
    ada = with_key()

    for deed in (Dangerous.ENROL_FACTOR, Dangerous.REMOVE_FACTOR, Dangerous.MAKE_RECOVERY_CODES):
        prove_on_paper(ada, deed)
    for deed in (Dangerous.MAKE_TOKEN, Dangerous.CLOSE_ACCOUNT, Dangerous.CHANGE_ADDRESSES):
        assert refused(partial(prove_on_paper, ada, deed)).reason is Reason.PROOF_KIND
    assert count_codes_left(ada.account) == 7
