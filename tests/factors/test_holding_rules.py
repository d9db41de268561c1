"""Which factors must stay, how many there may be, and when the mailbox is asked first."""

from __future__ import annotations

import pytest

from strongroom.factors.rules.challenges import KeyPurpose, decoy_credential
from strongroom.factors.rules.holding import (
    LEAST_ALONE,
    MOST_OF_A_KIND,
    Removal,
    is_nudged,
    needs_mailbox_first,
    require_removable,
    require_room_for_factor,
)
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason, Refused, refusal_of


@pytest.mark.parametrize(
    ("others", "sound", "must_hold", "stands_alone", "reason"),
    [
        pytest.param(1, 1, True, False, None, id="another one stays"),
        pytest.param(0, 0, False, True, None, id="the last one, of somebody whom nothing holds to it"),
        pytest.param(0, 0, True, True, Reason.LAST_FACTOR, id="the last one, of somebody who must hold one"),
        pytest.param(0, 0, True, False, Reason.LAST_FACTOR, id="the last one, beside a short password"),
        pytest.param(0, 0, False, False, Reason.PASSWORD_NEEDS_FACTOR, id="the last one beside a short password"),
        pytest.param(1, 0, True, True, Reason.LAST_FACTOR, id="what stays was switched off, and one must be held"),
        pytest.param(1, 0, False, False, None, id="what stays was switched off, and still stands beside the password"),
        pytest.param(2, 1, True, False, None, id="one of those that stay is sound"),
    ],
)
def test_the_last_factor_stays_with_whoever_is_held_to_it(
    *, others: int, sound: int, must_hold: bool, stands_alone: bool, reason: Reason | None
) -> None:
    removal = Removal(others=others, sound=sound, must_hold=must_hold, password_stands_alone=stands_alone)

    assert refusal_of(lambda: require_removable(removal)) is reason


def test_the_refusal_says_how_long_a_password_must_be() -> None:
    with pytest.raises(Refused) as caught:
        require_removable(Removal(others=0, sound=0, must_hold=False, password_stands_alone=False))

    assert caught.value.facts == {"least": LEAST_ALONE}


@pytest.mark.parametrize(
    ("held", "reason"), [(0, None), (MOST_OF_A_KIND - 1, None), (MOST_OF_A_KIND, Reason.TOO_MANY_FACTORS)]
)
def test_there_is_room_for_twenty_factors_of_a_kind(held: int, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_room_for_factor(held)) is reason


@pytest.mark.parametrize(
    ("holds", "is_collaborator", "needed"),
    [
        ((), True, True),
        ((), False, False),
        ((ProofKind.TOTP,), True, False),
        ((ProofKind.SECURITY_KEY, ProofKind.RECOVERY_CODE), True, False),
        ((ProofKind.RECOVERY_CODE,), True, True),
        ((ProofKind.MAILBOX, ProofKind.PASSWORD), True, True),
    ],
)
def test_the_mailbox_comes_before_the_first_factor_of_whoever_can_publish(
    *, holds: tuple[ProofKind, ...], is_collaborator: bool, needed: bool
) -> None:
    assert needs_mailbox_first(holds=frozenset(holds), is_collaborator=is_collaborator) is needed


def test_one_factor_is_not_enough_and_two_are() -> None:
    assert [is_nudged(count) for count in (0, 1, 2, 3)] == [True, True, False, False]


def test_a_decoy_has_the_form_of_a_credential_and_follows_from_the_name_alone() -> None:
    first, second = decoy_credential("ab" * 32), decoy_credential("cd" * 32)

    assert first == decoy_credential("ab" * 32) != second
    assert (len(first[0]), first[1]) == (32, second[1])


def test_purposes_of_questions_are_apart() -> None:
    assert len({purpose.value for purpose in KeyPurpose}) == len(KeyPurpose) == 3
