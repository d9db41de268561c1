"""Which proof is enough for which deed: every deed by every holding."""

from __future__ import annotations

import itertools
from functools import partial

from strongroom.accounts.rules.proving import Dangerous, accepted_kinds, require_accepted
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason, refusal_of

KEY, TOTP, CODE, PASSWORD = ProofKind.SECURITY_KEY, ProofKind.TOTP, ProofKind.RECOVERY_CODE, ProofKind.PASSWORD
HELD = [frozenset(kinds) for count in range(4) for kinds in itertools.combinations([KEY, TOTP, CODE], count)]
ALL = list(itertools.product(Dangerous, HELD))


def test_every_deed_is_asked_with_every_holding() -> None:
    assert len(ALL) == len(Dangerous) * 8


def test_the_password_is_enough_only_while_there_is_no_factor() -> None:
    for deed, holds in ALL:
        assert (PASSWORD in accepted_kinds(deed, holds)) is (not holds & {KEY, TOTP}), (deed, holds)


def test_a_mailbox_is_enough_for_nothing() -> None:
    assert not [one for one in ALL if ProofKind.MAILBOX in accepted_kinds(*one)]


def test_every_deed_can_be_done_by_somebody_with_what_they_hold() -> None:
    for deed, holds in ALL:
        assert accepted_kinds(deed, holds) & (holds | {PASSWORD}), (deed, holds)


def test_nobody_proves_anything_with_what_they_do_not_hold() -> None:
    assert all(accepted_kinds(deed, holds) <= holds | {PASSWORD} for deed, holds in ALL)


def test_a_recovery_code_is_proof_only_for_what_leads_back_in() -> None:
    taken = {deed for deed, holds in ALL if CODE in accepted_kinds(deed, holds)}

    assert taken == {
        Dangerous.ENROL_FACTOR,
        Dangerous.REMOVE_FACTOR,
        Dangerous.MAKE_RECOVERY_CODES,
        Dangerous.CHANGE_PASSWORD,
    }


def test_whoever_has_phished_a_code_of_an_app_cannot_take_a_security_key_away() -> None:
    for holds in HELD:
        if KEY in holds:
            assert TOTP not in accepted_kinds(Dangerous.REMOVE_FACTOR, holds)


def test_a_security_key_is_enough_for_everything() -> None:
    assert all(KEY in accepted_kinds(deed, holds) for deed, holds in ALL if KEY in holds)


def test_what_is_not_accepted_is_refused() -> None:
    for deed, holds in ALL:
        for kind in ProofKind:
            expected = None if kind in accepted_kinds(deed, holds) else Reason.PROOF_KIND
            assert refusal_of(partial(require_accepted, kind, deed, holds)) is expected
