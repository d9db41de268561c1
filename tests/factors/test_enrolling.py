"""Enrolling factors: who may, when one counts, and who is told."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from functools import partial

import pytest

from strongroom.accounts.actions.mailbox import ask_own_mailbox
from strongroom.accounts.actions.proving import Aim, prove_by_password, spend_proof
from strongroom.accounts.models import EmailAddress, Factor
from strongroom.accounts.queries.entry import held_kinds
from strongroom.accounts.rules.arriving import next_stage
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.factors.actions.apps import begin_app, pending_secret, prove_new_app, verify_app_code
from strongroom.factors.actions.codes import verify_recovery_code
from strongroom.factors.actions.enrolling import confirm_codes, renew_unconfirmed_codes
from strongroom.factors.models import RecoveryCode, TotpSecret
from strongroom.factors.queries import count_codes_left, is_mailbox_needed, list_factors, list_waiting
from strongroom.factors.rules.holding import MOST_OF_A_KIND, PENDING_LIFE
from strongroom.gear.sealing import CannotUnseal
from strongroom.terms.actors import TokenId
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason
from tests.accounts.entering import PASSWORD, VISITOR, refused
from tests.authenticator import SoftKey
from tests.cast import NOW
from tests.factors.cast import (
    STEP,
    Resident,
    add_project_of,
    answer_as_new,
    answer_with,
    at_factor,
    begun_app,
    effects_of,
    enrol_app,
    enrol_key,
    keep_codes,
    means,
    prove,
    resident,
    same_in_another_browser,
    show_mailbox,
    with_app,
    with_key,
)

pytestmark = pytest.mark.django_db


def waiting_app(person: Resident, *, label: str = "phone") -> list[str]:
    prove(person, Dangerous.ENROL_FACTOR)
    return answer_with(person, begun_app(person, label=label))


def test_the_first_factor_counts_once_a_recovery_code_was_typed_back() -> None:
    ada = resident()
    codes = waiting_app(ada)
    before = held_kinds(ada.account)

    seen = effects_of(lambda: keep_codes(ada, codes))

    assert before == frozenset()
    assert held_kinds(ada.account) == {ProofKind.TOTP, ProofKind.RECOVERY_CODE}
    assert count_codes_left(ada.account) == len(codes) == 10
    assert seen.deeds == ["recovery-codes-made", "factor-enrolled"]
    assert seen.letters == [("recovery-codes-made", "ada"), ("factor-enrolled", "ada")]
    assert seen.events[1].details == {"kind": "totp", "label": "phone"}


def test_until_then_the_password_is_the_way_in_and_the_app_and_the_codes_are_none() -> None:
    ada = resident()
    prove(ada, Dangerous.ENROL_FACTOR)
    app = begun_app(ada)
    codes = answer_with(ada, app)

    later = NOW + STEP
    assert next_stage(at_factor(ada).facts) is None
    tried = refused(
        lambda: verify_app_code(by=VISITOR, now=later, account=ada.account, text=app.code(later), means=means())
    )
    assert tried.reason is Reason.FACTOR_UNKNOWN
    tried = refused(
        lambda: verify_recovery_code(by=VISITOR, now=NOW, account=ada.account, text=codes[0], sealer=sealer_of_index())
    )
    assert tried.reason is Reason.RECOVERY_CODE_WRONG
    assert list_factors(ada.account) == []


def test_the_typed_code_stays_good_and_is_read_in_any_case_without_its_dashes() -> None:
    ada = resident()
    codes = waiting_app(ada)

    text = codes[3].lower().replace("-", " ")
    confirm_codes(by=ada.actor, now=NOW, text=text, sealer=sealer_of_index())

    assert count_codes_left(ada.account) == 10


def test_a_code_that_is_not_among_them_lets_nothing_count() -> None:
    ada, ben = resident(), resident("ben")
    waiting_app(ada)
    others = waiting_app(ben)

    for text in (others[0], "nonsense"):
        tried = refused(partial(confirm_codes, by=ada.actor, now=NOW, text=text, sealer=sealer_of_index()))
        assert tried.reason is Reason.RECOVERY_CODE_WRONG
    assert held_kinds(ada.account) == frozenset()


def test_an_enrolment_that_nobody_finished_within_the_hour_never_counts() -> None:
    ada = resident()
    codes = waiting_app(ada)
    late = NOW + PENDING_LIFE

    tried = refused(lambda: confirm_codes(by=ada.actor, now=late, text=codes[0], sealer=sealer_of_index()))

    assert tried.reason is Reason.FACTOR_UNKNOWN
    assert held_kinds(ada.account) == frozenset()


def test_the_codes_are_typed_back_in_the_session_that_made_them() -> None:
    ada = resident()
    codes = waiting_app(ada)
    elsewhere = same_in_another_browser(ada)

    tried = refused(lambda: confirm_codes(by=elsewhere.actor, now=NOW, text=codes[0], sealer=sealer_of_index()))

    assert tried.reason is Reason.FACTOR_UNKNOWN


def test_the_secret_of_a_new_app_is_shown_in_its_own_session_alone() -> None:
    ada = resident()
    prove(ada, Dangerous.ENROL_FACTOR)
    app = begun_app(ada)
    elsewhere, ben = same_in_another_browser(ada), resident("ben")

    for person in (elsewhere, ben):
        tried = refused(
            partial(
                pending_secret,
                account=person.account,
                session=person.session,
                factor=app.factor,
                now=NOW,
                means=means(),
            )
        )
        assert tried.reason is Reason.FACTOR_UNKNOWN
        assert refused(partial(answer_with, person, app)).reason is Reason.FACTOR_UNKNOWN


def test_what_a_thief_has_half_finished_elsewhere_never_counts_once_the_person_holds_a_factor() -> None:
    ada = resident()
    thief = same_in_another_browser(ada)
    prove(thief, Dangerous.ENROL_FACTOR)
    begun = begun_app(thief, label="begun")
    stolen = waiting_app(thief, label="waiting")
    enrol_key(ada)

    sealer = sealer_of_index()
    tried = [
        refused(lambda: answer_with(thief, begun)),
        refused(lambda: renew_unconfirmed_codes(by=thief.actor, now=NOW, sealer=sealer)),
        refused(lambda: confirm_codes(by=thief.actor, now=NOW, text=stolen[0], sealer=sealer)),
    ]

    assert [one.reason for one in tried] == [Reason.FACTOR_UNKNOWN] * 3
    assert [one.label for one in list_factors(ada.account)] == ["key"]
    assert count_codes_left(ada.account) == 10
    assert set(Factor.objects.filter(begun_in_id=thief.session, kind="totp").values_list("ended_why", flat=True)) == {
        "overtaken"
    }


def test_of_two_sessions_that_enrol_the_first_factor_the_codes_made_last_are_the_good_ones() -> None:
    ada = resident()
    elsewhere = same_in_another_browser(ada)
    old = waiting_app(ada)
    new = waiting_app(elsewhere)

    tried = refused(lambda: confirm_codes(by=ada.actor, now=NOW, text=old[0], sealer=sealer_of_index()))
    keep_codes(elsewhere, new)

    assert tried.reason is Reason.RECOVERY_CODE_WRONG
    assert held_kinds(ada.account) == {ProofKind.TOTP, ProofKind.RECOVERY_CODE}


def test_codes_whose_page_was_closed_are_made_anew_and_the_former_are_dead() -> None:
    ada = resident()
    old = waiting_app(ada)
    new = renew_unconfirmed_codes(by=ada.actor, now=NOW, sealer=sealer_of_index())

    tried = refused(lambda: confirm_codes(by=ada.actor, now=NOW, text=old[0], sealer=sealer_of_index()))
    keep_codes(ada, new)

    assert tried.reason is Reason.RECOVERY_CODE_WRONG
    assert count_codes_left(ada.account) == 10


def test_codes_are_not_made_anew_without_proof_once_a_factor_counts() -> None:
    ada = with_app()

    tried = refused(lambda: renew_unconfirmed_codes(by=ada.actor, now=NOW, sealer=sealer_of_index()))

    assert tried.reason is Reason.FACTOR_UNKNOWN


def test_an_enrolment_begun_again_under_the_same_label_can_be_finished() -> None:
    ada = resident()
    waiting_app(ada)
    codes = waiting_app(ada)

    keep_codes(ada, codes)

    assert [one.label for one in list_factors(ada.account)] == ["phone"]
    assert list_waiting(ada.account, ada.session, now=NOW) == []


def test_two_first_factors_that_wait_in_one_session_count_together() -> None:
    ada = resident()
    waiting_app(ada, label="phone")
    prove(ada, Dangerous.ENROL_FACTOR)
    codes = answer_as_new(ada, SoftKey(), label="key")

    keep_codes(ada, codes)

    assert [one.label for one in list_factors(ada.account)] == ["phone", "key"]


def test_a_second_factor_counts_at_once_and_leaves_the_codes_as_they_were() -> None:
    ada = with_app()
    later = NOW + STEP
    prove(ada, Dangerous.ENROL_FACTOR, now=later)

    seen = effects_of(lambda: answer_as_new(ada, SoftKey(), now=later))

    assert [one.kind for one in list_factors(ada.account)] == ["totp", "security-key"]
    assert seen.deeds == ["factor-begun", "factor-enrolled"]
    assert [(event.proof, event.factor) for event in seen.events] == [("totp", ada.apps[0].factor)] * 2
    assert seen.letters == [("factor-enrolled", "ada")]
    assert RecoveryCode.objects.filter(factor__account_id=ada.account).count() == 10


def test_enrolling_takes_a_proof_and_the_password_is_none_once_there_is_a_factor() -> None:
    ada = resident()
    without = refused(lambda: begun_app(ada))
    enrol_app(ada)
    aim = Aim(Dangerous.ENROL_FACTOR)
    by_password = refused(lambda: prove_by_password(by=ada.actor, now=NOW, aim=aim, password=PASSWORD))

    assert without.reason is Reason.PROOF_NEEDED
    assert by_password.reason is Reason.PROOF_KIND
    assert refused(lambda: answer_as_new(ada, SoftKey())).reason is Reason.PROOF_NEEDED


def test_a_proof_by_password_made_before_the_first_factor_counted_is_none_afterwards() -> None:
    ada = resident()
    thief = same_in_another_browser(ada)
    prove(thief, Dangerous.ENROL_FACTOR)
    enrol_app(ada)

    assert refused(lambda: begun_app(thief, label="mine")).reason is Reason.PROOF_NEEDED


def test_one_proof_enrols_one_factor() -> None:
    ada = resident()
    prove(ada, Dangerous.ENROL_FACTOR)
    begun_app(ada)

    assert refused(lambda: begun_app(ada, label="other")).reason is Reason.PROOF_NEEDED


def test_a_token_enrols_nothing() -> None:
    ada = resident()
    prove(ada, Dangerous.ENROL_FACTOR)
    by = dataclasses.replace(ada.actor, token=TokenId("t"))

    tried = refused(lambda: begin_app(by=by, now=NOW, label="phone", means=means()))

    assert tried.reason is Reason.SIGN_IN_NEEDED


@pytest.mark.parametrize("role_of", ["owner", "nobody"])
def test_the_first_factor_of_whoever_can_publish_takes_the_mailbox(role_of: str) -> None:
    ada = resident()
    if role_of == "owner":
        add_project_of(ada)
    prove(ada, Dangerous.ENROL_FACTOR)

    if role_of == "nobody":
        begun_app(ada)
        return
    assert is_mailbox_needed(ada.account)
    assert refused(lambda: begun_app(ada)).reason is Reason.MAILBOX_PROOF_NEEDED
    assert refused(lambda: answer_as_new(ada, SoftKey())).reason is Reason.MAILBOX_PROOF_NEEDED
    seen = effects_of(lambda: show_mailbox(ada))
    begun_app(ada)  # the proof that was refused for want of the mailbox is still there
    assert seen.letters == [("code", "ada")]
    assert (seen.deeds, seen.events[0].proof) == (["proved-again"], "mailbox")


def test_the_mailbox_is_good_for_one_enrolment_within_ten_minutes_in_one_session() -> None:
    ada = resident()
    add_project_of(ada)
    show_mailbox(ada)
    elsewhere, later = same_in_another_browser(ada), NOW + timedelta(minutes=10)
    prove(elsewhere, Dangerous.ENROL_FACTOR)
    prove(ada, Dangerous.ENROL_FACTOR, now=later)

    assert refused(lambda: begun_app(elsewhere)).reason is Reason.MAILBOX_PROOF_NEEDED
    assert refused(lambda: begun_app(ada, now=later)).reason is Reason.MAILBOX_PROOF_NEEDED
    show_mailbox(ada, now=later)
    begun_app(ada, now=later)
    prove(ada, Dangerous.ENROL_FACTOR, now=later)
    assert refused(lambda: begun_app(ada, label="other", now=later)).reason is Reason.MAILBOX_PROOF_NEEDED


def test_a_second_factor_takes_no_mailbox() -> None:
    ada = with_key()
    add_project_of(ada)

    enrol_app(ada)

    assert [one.kind for one in list_factors(ada.account)] == ["security-key", "totp"]


def test_co_owners_are_told_of_the_first_factor_and_not_of_the_second() -> None:
    ada, ben, cyd = resident(), resident("ben"), resident("cyd")
    add_project_of(ada, "orchard", ben)
    add_project_of(cyd, "elsewhere")
    show_mailbox(ada)

    first = effects_of(lambda: enrol_key(ada))
    second = effects_of(lambda: enrol_app(ada))

    assert first.letters == [("recovery-codes-made", "ada"), ("factor-enrolled", "ada"), ("collaborator", "ben")]
    assert second.letters == [("factor-enrolled", "ada")]


def test_a_label_that_a_factor_has_already_is_refused_and_leaves_the_proof() -> None:
    ada = with_key()
    prove(ada, Dangerous.ENROL_FACTOR)

    tried = refused(lambda: begun_app(ada, label="KEY"))

    assert tried.reason is Reason.LABEL_TAKEN
    begun_app(ada, label="phone")


def test_a_label_that_was_taken_meanwhile_is_refused_when_the_app_answers() -> None:
    ada = with_key()
    prove(ada, Dangerous.ENROL_FACTOR)
    app = begun_app(ada, label="phone")
    enrol_app(ada, label="Phone")

    assert refused(lambda: answer_with(ada, app)).reason is Reason.LABEL_TAKEN
    assert [one.label for one in list_factors(ada.account)] == ["key", "Phone"]


def test_an_account_holds_only_so_many_factors_of_a_kind() -> None:
    ada = with_key()
    prove(ada, Dangerous.ENROL_FACTOR)
    pending = begun_app(ada, label="last")
    for number in range(MOST_OF_A_KIND):
        enrol_app(ada, label=f"phone {number}")
    prove(ada, Dangerous.ENROL_FACTOR)

    assert refused(lambda: begun_app(ada, label="one more")).reason is Reason.TOO_MANY_FACTORS
    assert refused(lambda: answer_with(ada, pending)).reason is Reason.TOO_MANY_FACTORS
    answer_as_new(ada, SoftKey(), label="another key")


def test_the_secret_of_an_app_is_sealed_and_opens_in_no_other_row() -> None:
    ada, ben = with_app(), with_app("ben")
    mine, theirs = (TotpSecret.objects.get(pk=one.apps[0].factor) for one in (ada, ben))

    assert len(ada.apps[0].secret) == 20
    assert ada.apps[0].secret.hex() not in mine.sealed
    TotpSecret.objects.filter(pk=theirs.pk).update(sealed=mine.sealed)
    later = NOW + STEP
    with pytest.raises(CannotUnseal):
        verify_app_code(by=VISITOR, now=later, account=ben.account, text=ada.apps[0].code(later), means=means())


def test_a_new_app_needs_its_own_code() -> None:
    ada = resident()
    prove(ada, Dangerous.ENROL_FACTOR)
    app = begun_app(ada)
    wrong = app.wrong_code(NOW)

    for text, reason in ((wrong, Reason.CODE_WRONG), ("12345", Reason.CODE_MALFORMED)):
        tried = refused(partial(prove_new_app, by=ada.actor, now=NOW, factor=app.factor, text=text, means=means()))
        assert tried.reason is reason
    answer_with(ada, app)


def test_a_proof_is_spent_with_the_deed_and_no_other() -> None:
    ada = resident()
    prove(ada, Dangerous.CHANGE_PASSWORD)

    assert refused(lambda: begun_app(ada)).reason is Reason.PROOF_NEEDED
    spend_proof(by=ada.actor, now=NOW, aim=Aim(Dangerous.CHANGE_PASSWORD))


def test_whoever_has_no_verified_address_cannot_show_a_mailbox() -> None:
    ada = resident()
    EmailAddress.objects.filter(account_id=ada.account).update(verified_at=None)

    tried = refused(lambda: ask_own_mailbox(by=ada.actor, now=NOW, sealer=sealer_of_index()))

    assert tried.reason is Reason.ADDRESS_TOO_NEW
