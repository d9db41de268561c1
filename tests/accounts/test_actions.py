"""Accounts are added, and the one-time link makes the first staff account, once."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password

from strongroom.accounts.actions.adding import (
    SETUP_LINK_HOURS,
    add_account,
    is_setup_link_good,
    make_first_staff_account,
    make_setup_link,
)
from strongroom.accounts.actions.passwords import NewPassword
from strongroom.accounts.models import Account, EmailAddress, SetupLink
from strongroom.accounts.queries.accounts import has_staff, has_verified_address, list_accounts, load_account_id
from strongroom.record.models import Event
from strongroom.terms.actors import visitor
from strongroom.terms.refusals import Reason, Refused
from tests.cast import NOW, OPERATOR, add_person

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"
VISITOR = visitor(address="192.0.2.7", client="browser/1.0")


def make_first(secret: str, *, name: str = "dee", password: str = PASSWORD) -> None:
    make_first_staff_account(
        by=VISITOR, now=NOW, secret=secret, name=name, address="dee@example.org", password=NewPassword(password)
    )


def new_link() -> str:
    secret = make_setup_link(by=OPERATOR, now=NOW)
    assert secret is not None
    return secret


def rows() -> tuple[int, int, int]:
    return Account.objects.count(), EmailAddress.objects.count(), Event.objects.count()


def test_an_added_account_has_its_rows_and_is_recorded() -> None:
    account = add_account(by=OPERATOR, now=NOW, name="Ada", address="ada@example.org", is_verified=True)

    row = Account.objects.get()
    assert (row.pk, row.name, row.folded_name, row.created_at) == (account, "Ada", "ada", NOW)
    assert (row.is_staff, row.is_active) == (False, True)
    address = EmailAddress.objects.get()
    assert (address.account_id, address.address, address.is_primary, address.verified_at) == (
        account,
        "ada@example.org",
        True,
        NOW,
    )
    event = Event.objects.get()
    assert (event.at, event.deed, event.actor_kind, event.actor_name) == (NOW, "account-added", "operator", "olga")
    assert (event.subject_kind, event.subject_name) == ("account", "Ada")


def test_an_account_without_a_password_can_be_signed_in_to_with_none() -> None:
    add_person("ada")

    row = Account.objects.get()
    assert not row.has_usable_password()
    assert not check_password("", row.password)


def test_a_password_is_kept_as_an_argon2id_hash() -> None:
    add_account(by=OPERATOR, now=NOW, name="ada", address="a@example.org", password=NewPassword(PASSWORD))

    row = Account.objects.get()
    assert row.password.startswith("argon2$argon2id$")
    assert PASSWORD not in row.password
    assert check_password(PASSWORD, row.password)


def test_a_stolen_password_is_refused_from_the_operators_range_files(tmp_path: Path) -> None:
    digest = hashlib.sha1(PASSWORD.encode()).hexdigest().upper()
    (tmp_path / digest[:5]).write_text(f"{digest[5:]}:42\n")

    with pytest.raises(Refused) as refused:
        add_account(by=OPERATOR, now=NOW, name="ada", address="a@example.org", password=NewPassword(PASSWORD, tmp_path))

    assert refused.value.reason is Reason.PASSWORD_BREACHED


def test_a_password_is_hashed_in_the_form_in_which_every_keyboard_gives_it() -> None:
    composed, decomposed = "caf\u00e9 lantern ermine quarry", "cafe\u0301 lantern ermine quarry"
    add_account(by=OPERATOR, now=NOW, name="ada", address="a@example.org", password=NewPassword(decomposed))

    assert check_password(composed, Account.objects.get().password)


def test_an_address_counts_as_verified_only_when_somebody_vouched_for_it() -> None:
    assert has_verified_address(add_person("ada").account)
    assert not has_verified_address(add_person("cyd", is_verified=False).account)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"name": "ada"}, Reason.ACCOUNT_EXISTS),
        ({"name": "ADA"}, Reason.ACCOUNT_EXISTS),
        ({"address": "ADA@example.org"}, Reason.ACCOUNT_EXISTS),
        ({"name": "-ada"}, Reason.ACCOUNT_NAME_INVALID),
        ({"name": "b\u0435n"}, Reason.ACCOUNT_NAME_INVALID),
        ({"name": "ben\n"}, Reason.ACCOUNT_NAME_INVALID),
        ({"name": "b" * 41}, Reason.ACCOUNT_NAME_INVALID),
        ({"address": "ben"}, Reason.EMAIL_INVALID),
        ({"address": "ben@example.org\n"}, Reason.EMAIL_INVALID),
        ({"address": "<script>@example.org"}, Reason.EMAIL_INVALID),
        ({"password": NewPassword("x" * 14)}, Reason.PASSWORD_TOO_SHORT),
        ({"password": NewPassword("")}, Reason.PASSWORD_TOO_SHORT),
        ({"password": NewPassword("ben-ben-ben-ben")}, Reason.PASSWORD_PERSONAL),
        ({"password": NewPassword("qwertyuiopasdfghjkl")}, Reason.PASSWORD_GUESSABLE),
    ],
)
def test_an_account_is_refused_and_leaves_no_trace(changed: dict[str, str], reason: Reason) -> None:
    add_person("ada")
    good: dict[str, Any] = {"name": "ben", "address": "ben@example.org", "password": NewPassword(PASSWORD)}
    before = rows()

    with pytest.raises(Refused) as refused:
        add_account(by=OPERATOR, now=NOW, **{**good, **changed})

    assert refused.value.reason is reason
    assert rows() == before
    add_account(by=OPERATOR, now=NOW, **good)


def test_accounts_are_found_in_any_case_and_listed_by_name() -> None:
    ben, ada = add_person("ben"), add_person("Ada", is_staff=True)
    Account.objects.filter(pk=ben.account).update(suspended_at=NOW)

    assert load_account_id("aDA") == ada.account
    assert list_accounts() == [("Ada", "Ada@example.org", True, True), ("ben", "ben@example.org", False, False)]
    with pytest.raises(Refused) as refused:
        load_account_id("cyd")
    assert refused.value.reason is Reason.ACCOUNT_UNKNOWN


def test_the_setup_link_makes_the_first_staff_account() -> None:
    make_first(new_link())

    row = Account.objects.get()
    assert (row.name, row.is_staff) == ("dee", True)
    assert check_password(PASSWORD, row.password)
    assert EmailAddress.objects.get().verified_at == NOW
    assert list(Event.objects.order_by("id").values_list("deed", "actor_kind", "subject_name")) == [
        ("setup-link-made", "operator", ""),
        ("staff-added", "visitor", "dee"),
    ]
    assert Event.objects.get(deed="staff-added").address == "192.0.2.7"


def test_of_a_setup_link_only_the_hash_is_kept() -> None:
    secret = new_link()

    row = SetupLink.objects.get()
    assert row.sha256 == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(SetupLink.objects.values().get())
    assert secret not in str(list(Event.objects.values()))
    assert len(secret) >= 43


def test_the_setup_link_works_once() -> None:
    secret = new_link()
    make_first(secret)
    Account.objects.all().delete()

    with pytest.raises(Refused) as refused:
        make_first(secret, name="mallory")

    assert refused.value.reason is Reason.SETUP_LINK_INVALID
    assert not has_staff()


def test_the_setup_link_works_for_a_day() -> None:
    secret = new_link()
    day = timedelta(hours=SETUP_LINK_HOURS)

    assert is_setup_link_good(secret, now=NOW + day - timedelta(seconds=1))
    assert not is_setup_link_good(secret, now=NOW + day)
    with pytest.raises(Refused):
        make_first_staff_account(
            by=VISITOR,
            now=NOW + day,
            secret=secret,
            name="dee",
            address="dee@example.org",
            password=NewPassword(PASSWORD),
        )
    assert rows()[0] == 0


def test_a_newer_setup_link_ends_the_one_before() -> None:
    old, new = new_link(), new_link()

    assert not is_setup_link_good(old, now=NOW)
    with pytest.raises(Refused):
        make_first(old)
    make_first(new)


def test_no_setup_link_is_made_or_works_once_there_is_staff() -> None:
    secret = new_link()
    add_person("dee", is_staff=True)

    assert make_setup_link(by=OPERATOR, now=NOW) is None
    assert not is_setup_link_good(secret, now=NOW)
    with pytest.raises(Refused) as refused:
        make_first(secret, name="mallory")
    assert refused.value.reason is Reason.SETUP_LINK_INVALID
    assert Account.objects.count() == 1


def test_a_wrong_entry_does_not_use_the_setup_link_up() -> None:
    secret = new_link()
    before = rows()

    with pytest.raises(Refused) as refused:
        make_first(secret, password="short")

    assert refused.value.reason is Reason.PASSWORD_TOO_SHORT
    assert rows() == before
    assert is_setup_link_good(secret, now=NOW)
    make_first(secret)


def test_looking_at_the_setup_link_does_not_use_it_up() -> None:
    secret = new_link()

    assert is_setup_link_good(secret, now=NOW)
    assert is_setup_link_good(secret, now=NOW)
    assert not is_setup_link_good(f"{secret}x", now=NOW)
