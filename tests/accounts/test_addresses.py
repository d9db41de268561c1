"""Addresses of an account: each change takes a fresh proof, and is told to all of them, the removed ones too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from strongroom.accounts.actions.addresses import (
    add_address,
    ask_address,
    make_address_primary,
    remove_address,
    verify_address,
)
from strongroom.accounts.actions.mailbox import ask_own_mailbox
from strongroom.accounts.models import EmailAddress, Session
from strongroom.accounts.queries.entry import find_account
from strongroom.accounts.rules.names import MOST_ADDRESSES
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.terms.actors import Actor
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason
from tests.accounts.entering import (
    HERE,
    actor_with,
    add_ada,
    deeds,
    give_factor,
    letters,
    prove,
    queries_of,
    refused,
    sign_in,
)
from tests.accounts.mailbox import count_codes, last_code
from tests.cast import NOW, add_person

pytestmark = pytest.mark.django_db

FIRST, SECOND = "ada@example.org", "ada@example.net"
CHANGE = Dangerous.CHANGE_ADDRESSES


@pytest.fixture
def ada() -> Actor:
    add_ada()
    return actor_with(sign_in())


def add(by: Actor, address: str = SECOND) -> int:
    prove(by, CHANGE)
    return add_address(by=by, now=NOW, address=address, sealer=sealer_of_index())


def verify(by: Actor, row: int, text: str) -> None:
    verify_address(by=by, now=NOW, address=row, text=text, sealer=sealer_of_index())


def added(by: Actor, address: str = SECOND) -> int:
    row = add(by, address)
    verify(by, row, last_code(address))
    return row


def test_an_address_is_added_told_to_those_there_were_and_counts_once_verified(ada: Actor) -> None:
    row = add(ada)

    assert EmailAddress.objects.get(pk=row).verified_at is None
    assert find_account(SECOND) is None
    assert letters()[-2:] == [("notice address-added", [FIRST]), ("code address", [SECOND])]

    verify(ada, row, last_code(SECOND))

    assert EmailAddress.objects.get(pk=row).verified_at == NOW
    assert find_account(SECOND) is not None
    assert letters()[-1] == ("notice address-verified", [SECOND, FIRST])
    assert deeds()[-2:] == ["address-added", "address-verified"]


@pytest.mark.parametrize("has_factor", [False, True])
def test_each_change_takes_a_proof_and_never_the_password_alone_once_there_is_a_factor(
    ada: Actor, has_factor: bool
) -> None:
    second = added(ada)
    prove(ada, CHANGE)
    if has_factor:
        assert ada.account is not None
        give_factor(ada.account, ProofKind.TOTP)
    else:
        prove(ada, Dangerous.CHANGE_PASSWORD)
        make_address_primary(by=ada, now=NOW, address=second)
        assert deeds()[-1] == "primary-address-changed"
    before = list(EmailAddress.objects.values()), len(letters()), deeds()

    for deed in (
        lambda: add_address(by=ada, now=NOW, address="a@example.com", sealer=sealer_of_index()),
        lambda: make_address_primary(by=ada, now=NOW, address=EmailAddress.objects.filter(is_primary=False).get().pk),
        lambda: remove_address(by=ada, now=NOW, address=EmailAddress.objects.filter(is_primary=False).get().pk),
    ):
        assert refused(deed).reason is Reason.PROOF_NEEDED
    assert (list(EmailAddress.objects.values()), len(letters()), deeds()) == before


def test_the_primary_address_changes_and_the_former_one_is_told(ada: Actor) -> None:
    second = added(ada)
    prove(ada, CHANGE)

    make_address_primary(by=ada, now=NOW, address=second)

    assert list(EmailAddress.objects.filter(is_primary=True).values_list("address", flat=True)) == [SECOND]
    assert letters()[-1] == ("notice primary-address-changed", [SECOND, FIRST])
    make_address_primary(by=ada, now=NOW, address=second)
    assert deeds().count("primary-address-changed") == 1


def test_an_address_that_is_removed_is_told_too(ada: Actor) -> None:
    second = added(ada)
    prove(ada, CHANGE)

    remove_address(by=ada, now=NOW, address=second)

    assert list(EmailAddress.objects.values_list("address", flat=True)) == [FIRST]
    assert letters()[-1] == ("notice address-removed", [SECOND, FIRST])
    assert deeds()[-1] == "address-removed"


def test_the_primary_address_cannot_be_removed_nor_an_unverified_one_made_primary(ada: Actor) -> None:
    second = add(ada)
    first = EmailAddress.objects.get(address=FIRST).pk
    prove(ada, CHANGE)

    assert refused(lambda: remove_address(by=ada, now=NOW, address=first)).reason is Reason.ADDRESS_PRIMARY
    assert refused(lambda: make_address_primary(by=ada, now=NOW, address=second)).reason is (
        Reason.ADDRESS_NOT_VERIFIED
    )
    remove_address(by=ada, now=NOW, address=second)


def test_whether_another_account_has_an_address_shows_to_its_reader_only(ada: Actor) -> None:
    add_ada("ben")
    theirs = "ben@example.org"
    prove(ada, CHANGE)
    held = queries_of(lambda: add_address(by=ada, now=NOW, address=theirs, sealer=sealer_of_index()))
    prove(ada, CHANGE)
    free = queries_of(lambda: add_address(by=ada, now=NOW, address="free@example.org", sealer=sealer_of_index()))
    assert held == free

    row = EmailAddress.objects.get(address=theirs, account_id=ada.account or 0)
    ask_address(by=ada, now=NOW, address=row.pk, sealer=sealer_of_index())
    told = refused(lambda: verify(ada, row.pk, last_code(theirs)))

    assert told.reason is Reason.ACCOUNT_EXISTS
    assert EmailAddress.objects.get(pk=row.pk).verified_at is None
    assert deeds()[-1] != "address-verified"


def test_an_address_is_listed_once_in_whatever_case_and_its_proof_is_kept(ada: Actor) -> None:
    prove(ada, CHANGE)

    held = refused(lambda: add_address(by=ada, now=NOW, address="ADA@example.org", sealer=sealer_of_index()))

    assert held.reason is Reason.ADDRESS_HELD
    assert add_address(by=ada, now=NOW, address=SECOND, sealer=sealer_of_index())


def test_there_are_ten_at_the_most(ada: Actor) -> None:
    EmailAddress.objects.bulk_create(
        EmailAddress(account_id=ada.account or 0, address=f"a{number}@example.org")
        for number in range(MOST_ADDRESSES - 1)
    )

    told = refused(lambda: add(ada))

    assert (told.reason, told.facts) == (Reason.TOO_MANY_ADDRESSES, {"most": 10})


def test_what_no_mail_could_reach_is_refused(ada: Actor) -> None:
    assert refused(lambda: add(ada, "ada@example.org\nBcc: eve@example.org")).reason is Reason.EMAIL_INVALID


def test_the_code_of_one_address_verifies_no_other(ada: Actor) -> None:
    second, third = add(ada), add(ada, "third@example.org")

    assert refused(lambda: verify(ada, second, last_code("third@example.org"))).reason is Reason.MAIL_CODE_WRONG
    assert EmailAddress.objects.filter(verified_at=None).count() == 2
    ask_address(by=ada, now=NOW, address=third, sealer=sealer_of_index())
    verify(ada, third, last_code("third@example.org"))


def test_a_code_asked_for_in_one_session_is_good_in_no_other(ada: Actor) -> None:
    row = add(ada)
    other = actor_with(sign_in())

    assert refused(lambda: verify(other, row, last_code(SECOND))).reason is Reason.MAIL_CODE_GONE


def test_addresses_of_others_are_unknown(ada: Actor) -> None:
    add_ada("ben")
    theirs = EmailAddress.objects.get(address="ben@example.org").pk
    prove(ada, CHANGE)

    for deed in (
        lambda: ask_address(by=ada, now=NOW, address=theirs, sealer=sealer_of_index()),
        lambda: verify(ada, theirs, "ABCD-2345"),
        lambda: make_address_primary(by=ada, now=NOW, address=theirs),
        lambda: remove_address(by=ada, now=NOW, address=theirs),
    ):
        assert refused(deed).reason is Reason.ADDRESS_UNKNOWN


def test_a_verified_address_is_mailed_no_code_and_verified_no_second_time(ada: Actor) -> None:
    row = added(ada)

    ask_address(by=ada, now=NOW, address=row, sealer=sealer_of_index())
    verify(ada, row, "ABCD-2345")

    assert count_codes(SECOND) == 1
    assert deeds().count("address-verified") == 1


def test_mails_to_a_new_address_are_few(ada: Actor) -> None:
    row = add(ada)
    for _ in range(5):
        ask_address(by=ada, now=NOW, address=row, sealer=sealer_of_index())

    told = refused(lambda: ask_address(by=ada, now=NOW, address=row, sealer=sealer_of_index()))

    assert told.reason is Reason.TOO_MANY_ATTEMPTS
    assert count_codes(SECOND) == 6


def test_a_token_changes_no_address(ada: Actor) -> None:
    assert ada.address == HERE
    cyd = add_person("cyd").actor

    assert refused(lambda: add_address(by=cyd, now=NOW, address=SECOND, sealer=sealer_of_index())).reason is (
        Reason.SIGN_IN_NEEDED
    )


def test_whoever_swaps_the_addresses_first_is_not_asked_at_the_new_one_before_a_first_factor(ada: Actor) -> None:
    second = added(ada)
    EmailAddress.objects.filter(address=SECOND).update(verified_at=NOW + timedelta(hours=1))
    prove(ada, CHANGE)
    make_address_primary(by=ada, now=NOW, address=second)
    later = NOW + timedelta(hours=2)
    Session.objects.update(last_seen_at=later)
    ask_own_mailbox(by=ada, now=later, sealer=sealer_of_index())
    assert last_code(FIRST)
    before = count_codes(SECOND)

    prove(ada, CHANGE)
    remove_address(by=ada, now=NOW, address=EmailAddress.objects.get(address=FIRST).pk)
    tried = refused(lambda: ask_own_mailbox(by=ada, now=later, sealer=sealer_of_index()))

    assert tried.reason is Reason.ADDRESS_TOO_NEW
    assert count_codes(SECOND) == before
