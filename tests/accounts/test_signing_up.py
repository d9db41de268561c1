"""Signing up: a mailbox that is read, then a name and a password; whether an address has an account never shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import check_password

from strongroom.accounts.actions.adding import begin_sign_up, complete_sign_up
from strongroom.accounts.actions.arriving import ask_mailbox, show_mailbox
from strongroom.accounts.actions.passwords import NewPassword
from strongroom.accounts.actions.sessions import complete_sign_in
from strongroom.accounts.models import Account, Arrival, AttemptCount, EmailAddress, Letter, Session
from strongroom.accounts.queries.entry import LoadedArrival, load_arrival
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.record.models import Event
from strongroom.terms.actors import Actor
from strongroom.terms.refusals import Reason
from tests.accounts.entering import (
    PASSWORD,
    VISITOR,
    add_ada,
    deeds,
    letters,
    queries_of,
    refused,
    sign_in,
)
from tests.accounts.mailbox import last_code
from tests.cast import NOW

pytestmark = pytest.mark.django_db

EVE = "eve@example.org"


def begun(address: str = EVE, *, by: Actor = VISITOR) -> Callable[[], LoadedArrival]:
    key = begin_sign_up(by=by, now=NOW, address=address, sealer=sealer_of_index())
    return lambda: load_arrival(key, now=NOW, device=None)


def read_mailbox(arrival: LoadedArrival, text: str) -> None:
    show_mailbox(by=VISITOR, now=NOW, arrival=arrival, text=text, sealer=sealer_of_index())


def finish(arrival: LoadedArrival, *, name: str = "eve", password: str = PASSWORD) -> int:
    return complete_sign_up(
        by=VISITOR, now=NOW, arrival=arrival, name=name, password=NewPassword(password), language="fr"
    )


def test_an_account_is_made_once_its_mailbox_was_read_and_nobody_is_signed_in() -> None:
    arrival = begun()
    assert letters() == [("code sign-up", [EVE])]
    assert not Account.objects.exists()
    read_mailbox(arrival(), last_code(EVE))
    last = arrival()

    account = finish(last)

    row = Account.objects.get()
    assert (row.pk, row.name, row.language, row.is_staff) == (account, "eve", "fr", False)
    assert check_password(PASSWORD, row.password)
    address = EmailAddress.objects.get()
    assert (address.address, address.is_primary, address.verified_at) == (EVE, True, NOW)
    assert deeds() == ["account-added", "signed-up"]
    assert letters()[-1] == ("notice signed-up", [EVE])
    assert not Session.objects.exists()
    assert refused(lambda: finish(last, name="eve2")).reason is Reason.ACCOUNT_EXISTS
    assert sign_in("eve")


def test_no_step_called_directly_goes_round_the_mailbox() -> None:
    arrival = begun()

    assert refused(lambda: finish(arrival())).reason is Reason.STAGE_OUT_OF_ORDER
    assert refused(lambda: complete_sign_in(by=VISITOR, now=NOW, arrival=arrival(), device=None)).reason is (
        Reason.STAGE_OUT_OF_ORDER
    )
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "ada"}, Reason.ACCOUNT_EXISTS),
        ({"name": "-"}, Reason.ACCOUNT_NAME_INVALID),
        ({"password": "short"}, Reason.PASSWORD_TOO_SHORT),
        ({"password": "eve@example.org eve"}, Reason.PASSWORD_PERSONAL),
    ],
)
def test_a_wrong_choice_makes_nothing_and_can_be_put_right(changes: dict[str, str], reason: Reason) -> None:
    add_ada()
    arrival = begun()
    read_mailbox(arrival(), last_code(EVE))

    assert refused(lambda: finish(arrival(), **changes)).reason is reason
    assert Account.objects.count() == 1
    assert finish(arrival())


def test_an_address_that_has_an_account_is_told_so_by_mail_alone() -> None:
    account = add_ada()

    arrival = begun("ADA@example.org")

    assert letters() == [("address-held sign-up", ["ADA@example.org"])]
    letter = Letter.objects.get()
    assert (letter.account_id, letter.sealed) == (account, "")
    assert refused(lambda: read_mailbox(arrival(), "2222-2222")).reason is Reason.MAIL_CODE_WRONG


def test_asking_again_mails_no_code_to_an_address_that_has_an_account() -> None:
    add_ada()
    arrival = begun("ada@example.org")

    ask_mailbox(by=VISITOR, now=NOW, arrival=arrival(), sealer=sealer_of_index())

    assert letters() == [("address-held sign-up", ["ada@example.org"])] * 2


def test_an_address_that_has_an_account_makes_no_second_one_even_with_the_code() -> None:
    add_ada()
    arrival = begun("ada@example.org")
    Arrival.objects.update(mailbox_at=NOW)

    assert refused(lambda: finish(arrival())).reason is Reason.ACCOUNT_EXISTS
    assert Account.objects.count() == 1


def test_known_and_unknown_addresses_ask_the_database_the_same_and_are_answered_alike() -> None:
    add_ada()

    asked = [queries_of(lambda address=address: begun(address)) for address in ("ada@example.org", EVE)]  # type: ignore[misc]

    assert asked[0] == asked[1]
    told = []
    for number, address in enumerate(("ada@example.org", EVE)):
        by = Actor(VISITOR.kind, "", address=f"203.0.113.{number}")
        for _ in range(5):
            begun(address, by=by)
        told.append(refused(lambda address=address, by=by: begun(address, by=by)).reason)  # type: ignore[misc]
    assert told == [Reason.TOO_MANY_ATTEMPTS] * 2


def test_strangers_addresses_stand_in_no_count_and_no_record() -> None:
    begun()

    assert "eve" not in str([*AttemptCount.objects.values(), *Event.objects.values()])


def test_sign_ups_from_one_address_are_limited() -> None:
    for number in range(10):
        begun(f"eve{number}@example.org")

    assert refused(begun).reason is Reason.TOO_MANY_ATTEMPTS


def test_what_no_mail_could_reach_is_refused() -> None:
    assert refused(lambda: begun("eve")).reason is Reason.EMAIL_INVALID
    assert not Arrival.objects.exists()
