"""Which step comes next on the way in: every combination, against statements that are made without the rule."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from functools import partial

import pytest

from strongroom.accounts.rules.arriving import (
    ArrivalFacts,
    Purpose,
    Stage,
    next_stage,
    require_factor_turn,
    require_stage,
)
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason, refusal_of

KEY, TOTP, CODE = ProofKind.SECURITY_KEY, ProofKind.TOTP, ProofKind.RECOVERY_CODE
ANSWERS = {KEY, TOTP, CODE}
HELD = [frozenset(kinds) for count in range(4) for kinds in itertools.combinations([KEY, TOTP, CODE], count)]
TRUTHS = [False, True]


def everything() -> Iterator[ArrivalFacts]:
    """All that could ever stand in a row, the senseless included."""
    for values in itertools.product(Purpose, TRUTHS, [None, *ProofKind], TRUTHS, TRUTHS, HELD, TRUTHS):
        yield ArrivalFacts(*values)


ALL = list(everything())


def of(purpose: Purpose) -> list[ArrivalFacts]:
    return [facts for facts in ALL if facts.purpose is purpose]


def holds_factor(facts: ArrivalFacts) -> bool:
    return KEY in facts.holds or TOTP in facts.holds


def is_passkey(facts: ArrivalFacts) -> bool:
    return facts.factor is KEY and facts.person_verified


def test_every_combination_is_asked() -> None:
    assert len(set(ALL)) == 3 * 2 * 6 * 2 * 2 * 8 * 2


def test_nothing_but_a_verified_passkey_gets_in_without_the_password() -> None:
    inside = [facts for facts in of(Purpose.SIGN_IN) if next_stage(facts) is None and not facts.has_password]

    assert inside
    assert all(is_passkey(facts) for facts in inside)


def test_whoever_holds_a_factor_never_gets_in_without_one() -> None:
    inside = [facts for facts in of(Purpose.SIGN_IN) if next_stage(facts) is None and holds_factor(facts)]

    assert inside
    assert all(facts.factor in ANSWERS for facts in inside)


def test_a_typed_code_on_an_unknown_device_never_gets_in_without_the_mailbox() -> None:
    inside = [facts for facts in of(Purpose.SIGN_IN) if next_stage(facts) is None and facts.factor in {TOTP, CODE}]

    assert inside
    assert all(facts.has_mailbox or facts.is_device_known for facts in inside)


def test_whoever_has_shown_a_security_key_or_is_known_is_never_sent_to_the_mailbox() -> None:
    asked = [facts for facts in of(Purpose.SIGN_IN) if next_stage(facts) is Stage.MAILBOX]

    assert asked
    assert not [facts for facts in asked if facts.factor is KEY or facts.is_device_known]


def test_the_mailbox_is_no_factor() -> None:
    for facts in ALL:
        if holds_factor(facts) and facts.purpose is not Purpose.SIGN_UP and facts.factor not in ANSWERS:
            read = dataclasses.replace(facts, has_mailbox=True)
            assert next_stage(read) not in {None, Stage.NEW_PASSWORD}


def test_a_reset_never_goes_round_a_factor_and_always_takes_the_mailbox() -> None:
    last = [facts for facts in of(Purpose.RESET) if next_stage(facts) is Stage.NEW_PASSWORD]

    assert last
    assert all(facts.has_mailbox for facts in last)
    assert all(facts.factor in ANSWERS for facts in last if holds_factor(facts))


def test_no_reset_and_no_sign_up_ever_signs_anybody_in() -> None:
    assert not [facts for facts in of(Purpose.RESET) + of(Purpose.SIGN_UP) if next_stage(facts) is None]


def test_an_account_is_made_only_after_its_mailbox_was_read() -> None:
    made = [facts for facts in ALL if next_stage(facts) is Stage.NEW_ACCOUNT]

    assert made
    assert all(facts.purpose is Purpose.SIGN_UP and facts.has_mailbox for facts in made)


def test_a_step_is_taken_in_its_turn_and_in_no_other() -> None:
    for facts in ALL:
        for stage in [None, *Stage]:
            expected = None if stage is next_stage(facts) else Reason.STAGE_OUT_OF_ORDER
            assert refusal_of(partial(require_stage, facts, stage)) is expected


def factor_turn(facts: ArrivalFacts, kind: ProofKind) -> Reason | None:
    return refusal_of(lambda: require_factor_turn(facts, kind))


def test_one_arrival_takes_one_factor() -> None:
    assert {factor_turn(facts, kind) for facts in ALL if facts.factor is not None for kind in ProofKind} == {
        Reason.STAGE_OUT_OF_ORDER
    }


def test_only_a_security_key_may_be_shown_before_the_password() -> None:
    early = {
        kind
        for facts in of(Purpose.SIGN_IN)
        if not facts.has_password
        for kind in ProofKind
        if not factor_turn(facts, kind)
    }

    assert early == {KEY}


def test_a_password_or_a_mailbox_never_answers_the_question_for_a_factor() -> None:
    assert not [
        facts for facts in ALL for kind in [ProofKind.PASSWORD, ProofKind.MAILBOX] if factor_turn(facts, kind) is None
    ]


def test_a_reset_takes_a_factor_only_after_the_mailbox_was_read() -> None:
    taken = [facts for facts in of(Purpose.RESET) for kind in ProofKind if factor_turn(facts, kind) is None]

    assert taken
    assert all(facts.has_mailbox and holds_factor(facts) for facts in taken)


def test_signing_up_takes_no_factor() -> None:
    assert {factor_turn(facts, kind) for facts in of(Purpose.SIGN_UP) for kind in ProofKind} == {
        Reason.STAGE_OUT_OF_ORDER
    }


WALKS = [
    (Purpose.SIGN_IN, frozenset(), False, [Stage.PASSWORD]),
    (Purpose.SIGN_IN, {CODE}, False, [Stage.PASSWORD]),
    (Purpose.SIGN_IN, {TOTP, CODE}, False, [Stage.PASSWORD, Stage.FACTOR, Stage.MAILBOX]),
    (Purpose.SIGN_IN, {TOTP, CODE}, True, [Stage.PASSWORD, Stage.FACTOR]),
    (Purpose.RESET, frozenset(), False, [Stage.MAILBOX, Stage.NEW_PASSWORD]),
    (Purpose.RESET, {TOTP, CODE}, True, [Stage.MAILBOX, Stage.FACTOR, Stage.NEW_PASSWORD]),
    (Purpose.SIGN_UP, frozenset(), False, [Stage.MAILBOX, Stage.NEW_ACCOUNT]),
]


@pytest.mark.parametrize(("purpose", "holds", "is_known", "steps"), WALKS)
def test_the_steps_follow_each_other(
    purpose: Purpose, holds: frozenset[ProofKind], is_known: bool, steps: list[Stage]
) -> None:
    facts = ArrivalFacts(purpose, holds=frozenset(holds), is_device_known=is_known)
    walked: list[Stage] = []
    while (stage := next_stage(facts)) not in {None, *walked[-1:]}:
        assert stage is not None
        walked.append(stage)
        facts = dataclasses.replace(
            facts,
            has_password=facts.has_password or stage is Stage.PASSWORD,
            factor=TOTP if stage is Stage.FACTOR else facts.factor,
            has_mailbox=facts.has_mailbox or stage is Stage.MAILBOX,
        )

    assert walked == steps


def test_a_key_whose_holder_was_not_verified_still_asks_for_the_password_and_for_no_more() -> None:
    shown = ArrivalFacts(Purpose.SIGN_IN, factor=KEY, holds=frozenset({KEY}))

    assert next_stage(shown) is Stage.PASSWORD
    assert next_stage(dataclasses.replace(shown, has_password=True)) is None
