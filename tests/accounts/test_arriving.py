"""The way in, step by step: what is shown, what is refused, and what a stranger can find out or use up."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password

from strongroom.accounts.actions.arriving import (
    Credentials,
    ask_mailbox,
    begin_arrival,
    show_factor,
    show_mailbox,
    show_password,
)
from strongroom.accounts.actions.ending import suspend_account
from strongroom.accounts.actions.passwords import begin_reset
from strongroom.accounts.actions.sessions import complete_sign_in
from strongroom.accounts.models import Account, Arrival, AttemptCount, EmailAddress, Factor, MailCode
from strongroom.accounts.queries.accounts import find_reset_address
from strongroom.accounts.queries.entry import LoadedArrival, find_account, hash_key, load_arrival
from strongroom.accounts.rules.arriving import ARRIVAL_LIFE, Purpose, Stage, next_stage
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.gear.hashing import BoundedArgon2Hasher
from strongroom.record.models import Event
from strongroom.terms.actors import AccountId, FactorId
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason
from tests.accounts.entering import (
    ELSEWHERE,
    HERE,
    OTHER,
    PASSWORD,
    STRANGER,
    VISITOR,
    add_ada,
    again,
    deeds,
    give_factor,
    letters,
    password_shown,
    queries_of,
    refused,
    sign_in,
)
from tests.accounts.mailbox import count_codes, last_code
from tests.cast import NOW, OPERATOR

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def guess(count: int, name: str = "ada", *, device: str | None = None, address: str = ELSEWHERE) -> list[str]:
    by = dataclasses.replace(STRANGER, address=address)
    return [
        refused(lambda: password_shown(name, password="wrong", by=by, device=device)).reason.value for _ in range(count)
    ]


def key_first(account: AccountId, factor: int, *, verified: bool = False) -> LoadedArrival:
    key, _ = begin_arrival(now=NOW, purpose=Purpose.SIGN_IN)
    show_factor(
        now=NOW,
        arrival=load_arrival(key, now=NOW, device=None),
        kind=ProofKind.SECURITY_KEY,
        account=account,
        factor=factor,  # type: ignore[arg-type]
        person_verified=verified,
    )
    return load_arrival(key, now=NOW, device=None)


def test_the_right_password_leads_on_and_opens_nothing_yet() -> None:
    account = add_ada()

    arrival = password_shown()

    row = Arrival.objects.get()
    assert (row.account_id, row.purpose, row.password_at, row.ended_at) == (account, "sign-in", NOW, None)
    assert row.expires_at == NOW + ARRIVAL_LIFE
    assert (arrival.account, arrival.facts.has_password) == (account, True)
    assert deeds() == ["account-added"]


@pytest.mark.parametrize("name", ["ada", "ADA", " ada ", "ada@example.org", "Ada@Example.Org"])
def test_an_account_is_found_by_its_name_or_a_verified_address_in_any_case(name: str) -> None:
    add_ada()

    assert password_shown(name).facts.has_password


@pytest.mark.parametrize(
    "name",
    [
        "",
        "cyd",
        "ada@example.com",
        "ada\0",
        "ada\0@example.org",
        "%",
        "a" * 5000,
        "\N{LATIN SMALL LETTER DOTLESS I}da@example.org",
    ],
)
def test_a_name_that_nobody_has_is_refused_like_a_wrong_password(name: str) -> None:
    add_ada()
    add_ada("ida")

    assert refused(lambda: password_shown(name)).reason is Reason.SIGN_IN_FAILED
    assert not Arrival.objects.exists()


def test_only_the_hash_of_an_arrivals_key_is_kept() -> None:
    add_ada()

    key = show_password(
        by=VISITOR,
        now=NOW,
        credentials=Credentials("ada", PASSWORD),
        device=None,
        arrival=None,
        sealer=sealer_of_index(),
    )

    assert len(key) >= 43
    assert Arrival.objects.get().key_sha256 == hash_key(key)
    assert key not in str(list(Arrival.objects.values()) + list(Event.objects.values()))


def test_a_wrong_password_is_recorded_with_whose_it_was_to_be_and_counted() -> None:
    add_ada()

    guess(1)

    event = Event.objects.latest("id")
    assert (event.deed, event.subject_kind, event.subject_name) == ("sign-in-refused", "account", "ada")
    assert (event.actor_kind, event.address, event.details) == ("visitor", ELSEWHERE, {"kind": "password"})
    assert set(AttemptCount.objects.values_list("count", flat=True)) == {1}
    assert not Arrival.objects.exists()


def test_what_nobody_has_typed_rightly_stays_out_of_the_record() -> None:
    guess(1, "my own password by mistake")

    event = Event.objects.latest("id")
    assert (event.deed, event.subject_kind, event.subject_name) == ("sign-in-refused", "index", "")
    assert "mistake" not in str(list(Event.objects.values()) + list(AttemptCount.objects.values()))


@pytest.mark.parametrize("device", [None, "some-cookie"])
def test_known_unknown_closed_and_passwordless_accounts_ask_the_database_the_same(device: str | None) -> None:
    add_ada()
    add_ada("ben", password=None)
    Account.objects.filter(pk=add_ada("cyd")).update(closed_at=NOW)
    suspend_account(by=OPERATOR, now=NOW, account=add_ada("dee"), why="not-me")
    asked = [
        queries_of(lambda name=name: password_shown(name, password="wrong", device=device))  # type: ignore[misc]
        for name in ("ada", "nobody", "ben", "cyd", "dee", "ada@example.org", "nobody@example.org")
    ]

    assert len({len(queries) for queries in asked}) == 1
    assert len({str(queries) for queries in asked[:5]}) == 1
    assert asked[5] == asked[6]


def test_known_unknown_closed_and_passwordless_accounts_are_refused_alike() -> None:
    add_ada()
    add_ada("ben", password=None)
    Account.objects.filter(pk=add_ada("cyd")).update(closed_at=NOW)
    names = ["ada", "nobody", "ben", "cyd", "ada@example.org", "nobody@example.org"]

    told = {name: [*guess(11, name, address=f"203.0.113.{number}")] for number, name in enumerate(names)}

    assert set(map(str, told.values())) == {str(["sign-in-failed"] * 10 + ["too-many-attempts"])}


def test_an_unknown_account_costs_a_hash_like_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    add_ada()
    add_ada("ben", password=None)
    hashed: list[str] = []
    encode, verify = BoundedArgon2Hasher.encode, BoundedArgon2Hasher.verify

    def count_encoding(hasher: BoundedArgon2Hasher, password: str, salt: str) -> str:
        hashed.append("once")
        return encode(hasher, password, salt)

    def count_verifying(hasher: BoundedArgon2Hasher, password: str, encoded: str) -> bool:
        hashed.append("once")
        return verify(hasher, password, encoded)

    monkeypatch.setattr(BoundedArgon2Hasher, "encode", count_encoding)
    monkeypatch.setattr(BoundedArgon2Hasher, "verify", count_verifying)

    for name in ("ada", "ben", "nobody"):
        hashed.clear()
        guess(1, name)
        assert hashed == ["once"], name


def test_trying_a_persons_name_uses_up_nothing_of_an_address_and_so_does_not_tell_whose_it_is() -> None:
    add_ada()

    assert guess(11)[-1] == "too-many-attempts"
    assert guess(1, "ada@example.org", address=HERE) == ["sign-in-failed"]
    assert guess(1, "nobody@example.org", address=HERE) == ["sign-in-failed"]


def test_a_stranger_who_uses_up_the_accounts_tries_does_not_lock_out_a_known_device() -> None:
    add_ada()
    device = sign_in().device

    assert guess(11)[-1] == "too-many-attempts"

    assert refused(password_shown).reason is Reason.TOO_MANY_ATTEMPTS
    assert password_shown(device=device).facts.is_device_known


def test_nor_does_a_stranger_behind_the_same_address() -> None:
    add_ada()
    device = sign_in().device
    for number in range(30):
        guess(1, f"nobody{number}", address=HERE)

    assert refused(password_shown).reason is Reason.TOO_MANY_ATTEMPTS
    assert password_shown(device=device).facts.is_device_known


def test_nor_whoever_has_shown_the_accounts_security_key_first() -> None:
    account = add_ada()
    first = key_first(account, give_factor(account, ProofKind.SECURITY_KEY))
    guess(11)

    arrival = password_shown(arrival=first)

    assert (arrival.id, next_stage(arrival.facts)) == (first.id, None)


def test_a_known_device_has_tries_of_its_own_and_no_more_than_others() -> None:
    add_ada()
    device = sign_in().device

    assert guess(11, device=device) == ["sign-in-failed"] * 10 + ["too-many-attempts"]
    assert password_shown().facts.has_password


def test_a_device_of_another_account_gives_no_tries() -> None:
    add_ada()
    add_ada("ben")
    device = sign_in("ben", by=STRANGER).device

    assert guess(11, device=device)[-1] == "too-many-attempts"
    assert guess(1, device=device, address=HERE) == ["too-many-attempts"]


def test_a_reset_that_a_stranger_begins_gives_no_tries_and_leads_into_no_sign_in() -> None:
    account = add_ada()
    key = begin_reset(by=STRANGER, now=NOW, name="ada", sealer=sealer_of_index())
    reset = load_arrival(key, now=NOW, device=None)
    guess(10)

    assert refused(lambda: password_shown(by=STRANGER, arrival=reset)).reason is Reason.TOO_MANY_ATTEMPTS
    later = NOW + 5 * MINUTE
    begun = password_shown(arrival=reset, now=later)
    assert (begun.id != reset.id, begun.account) == (True, account)
    assert load_arrival(key, now=later, device=None).facts.has_password is False


def test_somebody_who_gave_up_one_sign_in_may_sign_in_as_somebody_else() -> None:
    give_factor(add_ada())
    ben = add_ada("ben", password=OTHER)

    arrival = password_shown("ben", password=OTHER, arrival=password_shown())

    assert (arrival.account, arrival.facts.factor) == (ben, None)


def test_somebody_who_gave_up_showing_a_key_may_type_the_password() -> None:
    account = add_ada()
    key, _ = begin_arrival(now=NOW, purpose=Purpose.SIGN_IN)

    arrival = password_shown(arrival=load_arrival(key, now=NOW, device=None))

    assert (arrival.account, arrival.facts.has_password) == (account, True)


def test_somebody_who_has_shown_password_and_key_may_still_sign_in_as_somebody_else() -> None:
    account = add_ada()
    ben = add_ada("ben", password=OTHER)
    first = key_first(account, give_factor(account, ProofKind.SECURITY_KEY))

    arrival = password_shown("ben", password=OTHER, arrival=password_shown(arrival=first))

    assert (arrival.account, arrival.facts.factor) == (ben, None)


def test_a_reset_in_which_a_key_was_shown_leads_into_no_sign_in() -> None:
    account = add_ada()
    factor = give_factor(account, ProofKind.SECURITY_KEY)
    key = begin_reset(by=VISITOR, now=NOW, name="ada", sealer=sealer_of_index())
    Arrival.objects.update(mailbox_at=NOW, factor_kind="security-key", factor_id=factor)

    arrival = password_shown(arrival=load_arrival(key, now=NOW, device=None))

    assert (arrival.facts.purpose, arrival.facts.factor) == (Purpose.SIGN_IN, None)
    assert next_stage(arrival.facts) is Stage.FACTOR


def test_a_key_of_one_account_never_leads_into_another() -> None:
    ada, ben = add_ada(), add_ada("ben")
    give_factor(ben, ProofKind.SECURITY_KEY)
    first = key_first(ada, give_factor(ada, ProofKind.SECURITY_KEY))

    assert refused(lambda: password_shown("ben", arrival=first)).reason is Reason.SIGN_IN_FAILED
    assert Arrival.objects.get().account_id == ada
    half = password_shown("ben")
    show = {"now": NOW, "arrival": half, "kind": ProofKind.SECURITY_KEY, "account": ada, "factor": first.factor}
    assert refused(lambda: show_factor(**show)).reason is Reason.KEY_UNKNOWN  # type: ignore[arg-type]


def test_a_success_gives_back_its_own_try_and_no_other() -> None:
    add_ada()
    add_ada("ben")
    guess(10)

    sign_in("ben", by=STRANGER)

    assert guess(1) == ["too-many-attempts"]
    assert guess(1, "cyd") == ["sign-in-failed"]


def test_signing_in_again_and_again_uses_up_nothing() -> None:
    add_ada()

    for _ in range(40):
        password_shown()

    assert set(AttemptCount.objects.values_list("count", flat=True)) == {0}


def test_an_office_behind_one_address_is_stopped_after_thirty_wrong_passwords() -> None:
    told = [guess(1, f"person{number}")[0] for number in range(31)]

    assert told == ["sign-in-failed"] * 30 + ["too-many-attempts"]
    assert guess(1, "person", address=HERE) == ["sign-in-failed"]


def test_the_wait_is_told_in_minutes_and_is_over_then() -> None:
    add_ada()
    guess(10)

    told = refused(password_shown)

    assert (told.reason, told.facts) == (Reason.TOO_MANY_ATTEMPTS, {"minutes": 5})
    assert password_shown(now=NOW + 5 * MINUTE).facts.has_password


@pytest.mark.parametrize("raised", ["time_cost", "memory_cost", "parallelism"])
def test_a_password_is_hashed_anew_on_sign_in_when_the_parameters_have_risen(
    raised: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_ada()
    before = Account.objects.get().password
    monkeypatch.setattr(BoundedArgon2Hasher, raised, getattr(BoundedArgon2Hasher, raised) * 2)

    guess(1)
    assert Account.objects.get().password == before
    password_shown()

    after = Account.objects.get().password
    assert after != before
    assert check_password(PASSWORD, after)
    password_shown()
    assert Account.objects.get().password == after


def test_a_hash_made_anew_never_undoes_a_reset_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    account = add_ada()
    monkeypatch.setattr(BoundedArgon2Hasher, "time_cost", 2)
    verify = BoundedArgon2Hasher.verify

    def verify_slowly(hasher: BoundedArgon2Hasher, password: str, encoded: str) -> bool:
        Account.objects.filter(pk=account).update(password="what the reset has set")
        return verify(hasher, password, encoded)

    monkeypatch.setattr(BoundedArgon2Hasher, "verify", verify_slowly)

    password_shown()

    assert Account.objects.get().password == "what the reset has set"


@pytest.mark.parametrize(
    ("chosen", "typed", "is_right"),
    [
        pytest.param(f"{OTHER} " * 4, f"{OTHER} " * 4, True, id="exactly"),
        pytest.param(OTHER * 3, OTHER * 3 + "x", False, id="a character more behind the 72nd byte"),
        pytest.param((OTHER * 3)[:72] + "a", (OTHER * 3)[:72] + "b", False, id="another 73rd byte"),
        pytest.param(OTHER, OTHER + " ", False, id="a space at the end"),
        pytest.param(OTHER, OTHER.capitalize(), False, id="a capital"),
        pytest.param(f"caf\u00e9 {OTHER}", f"cafe\u0301 {OTHER}", True, id="composed otherwise"),
        pytest.param(f"cafe\u0301 {OTHER}", f"caf\u00e9 {OTHER}", True, id="and the other way round"),
        pytest.param(
            f"🔑é漢 {OTHER} 🔑é漢" * 2, f"🔑é漢 {OTHER} 🔑é漢" * 2, True, id="68 characters, many of several bytes"
        ),
    ],
)
def test_the_whole_password_counts_as_it_was_typed(chosen: str, typed: str, is_right: bool) -> None:
    add_ada(password=chosen)

    if is_right:
        assert password_shown(password=typed).facts.has_password
    else:
        assert refused(lambda: password_shown(password=typed)).reason is Reason.SIGN_IN_FAILED


def test_an_arrival_is_over_after_a_quarter_of_an_hour() -> None:
    add_ada()
    key, _ = begin_arrival(now=NOW, purpose=Purpose.SIGN_IN)

    assert load_arrival(key, now=NOW + ARRIVAL_LIFE - timedelta(seconds=1), device=None)
    for known, now in [(key, NOW + ARRIVAL_LIFE), ("guessed", NOW), ("", NOW), (None, NOW)]:
        told = refused(lambda known=known, now=now: load_arrival(known, now=now, device=None))  # type: ignore[misc]
        assert told.reason is Reason.ARRIVAL_GONE


def test_one_arrival_takes_one_answer() -> None:
    account = add_ada()
    key = give_factor(account, ProofKind.SECURITY_KEY)
    arrival = password_shown()
    show = {"now": NOW, "arrival": arrival, "kind": ProofKind.SECURITY_KEY, "account": account, "factor": key}
    show_factor(**show)  # type: ignore[arg-type]

    assert refused(lambda: show_factor(**show)).reason is Reason.ARRIVAL_GONE  # type: ignore[arg-type]
    show["arrival"] = again(arrival)
    assert refused(lambda: show_factor(**show)).reason is Reason.STAGE_OUT_OF_ORDER  # type: ignore[arg-type]


def test_a_key_reported_lost_meanwhile_leads_nowhere() -> None:
    account = add_ada()
    factor = give_factor(account, ProofKind.SECURITY_KEY)
    first = key_first(account, factor, verified=True)
    assert next_stage(first.facts) is None

    Factor.objects.filter(pk=factor).update(ended_at=NOW, ended_why="lost")

    assert refused(lambda: again(first)).reason is Reason.ARRIVAL_GONE


def code_shown(account: AccountId) -> LoadedArrival:
    """Password and an app's code were shown on an unknown device: the mailbox is next."""
    arrival = password_shown()
    factor = FactorId(Factor.objects.get(account_id=account, kind="totp").pk)
    show_factor(now=NOW, arrival=arrival, kind=ProofKind.TOTP, account=account, factor=factor)
    return again(arrival)


def test_a_code_on_an_unknown_device_takes_the_mailbox_as_well() -> None:
    account = add_ada()
    give_factor(account)
    arrival = code_shown(account)
    assert refused(lambda: complete_sign_in(by=VISITOR, now=NOW, arrival=arrival, device=None)).reason is (
        Reason.STAGE_OUT_OF_ORDER
    )

    ask_mailbox(by=VISITOR, now=NOW, arrival=arrival, sealer=sealer_of_index())
    show_mailbox(by=VISITOR, now=NOW, arrival=arrival, text=last_code("ada@example.org"), sealer=sealer_of_index())

    assert letters() == [("code sign-in", ["ada@example.org"])]
    complete_sign_in(by=VISITOR, now=NOW, arrival=again(arrival), device=None)
    assert deeds()[-1] == "signed-in"


def test_a_mailed_code_is_good_in_its_own_browser_only() -> None:
    account = add_ada()
    give_factor(account)
    asked, other = code_shown(account), code_shown(account)
    for arrival in (asked, other):
        ask_mailbox(by=VISITOR, now=NOW, arrival=arrival, sealer=sealer_of_index())
    code = last_code("ada@example.org")

    told = refused(lambda: show_mailbox(by=VISITOR, now=NOW, arrival=asked, text=code, sealer=sealer_of_index()))

    assert told.reason is Reason.MAIL_CODE_WRONG
    assert Arrival.objects.get(pk=asked.id).mailbox_at is None
    assert code not in str(list(MailCode.objects.values()))


def test_a_mailed_code_ends_with_the_next_one_with_its_tries_and_with_its_time() -> None:
    account = add_ada()
    give_factor(account)
    arrival = code_shown(account)

    def ask() -> str:
        ask_mailbox(by=VISITOR, now=NOW, arrival=arrival, sealer=sealer_of_index())
        return last_code("ada@example.org")

    def show(text: str, after: timedelta = timedelta(0)) -> Reason:
        return refused(
            lambda: show_mailbox(by=VISITOR, now=NOW + after, arrival=arrival, text=text, sealer=sealer_of_index())
        ).reason

    first, second = ask(), ask()
    assert show(first) is Reason.MAIL_CODE_WRONG
    assert show(second, 10 * MINUTE) is Reason.MAIL_CODE_GONE
    assert [show("2222-2222") for _ in range(4)] == [Reason.MAIL_CODE_WRONG] * 4
    assert MailCode.objects.latest("id").tries == 5
    assert show(second) is Reason.TOO_MANY_ATTEMPTS


def test_a_new_code_is_no_new_row_of_tries() -> None:
    account = add_ada()
    give_factor(account)
    arrival = code_shown(account)
    told = []
    for number in range(6):
        by = dataclasses.replace(VISITOR, address=f"203.0.113.{number}")
        ask_mailbox(by=by, now=NOW, arrival=arrival, sealer=sealer_of_index())
        wrong = {"by": by, "now": NOW, "arrival": arrival, "text": "2222-2222", "sealer": sealer_of_index()}
        told.append(refused(lambda wrong=wrong: show_mailbox(**wrong)).reason)  # type: ignore[misc]

    assert told == [Reason.MAIL_CODE_WRONG] * 5 + [Reason.TOO_MANY_ATTEMPTS]


def test_a_mailbox_is_not_flooded() -> None:
    account = add_ada()
    give_factor(account)
    arrival = code_shown(account)

    for _ in range(6):
        ask_mailbox(by=VISITOR, now=NOW, arrival=arrival, sealer=sealer_of_index())

    again_asked = refused(lambda: ask_mailbox(by=VISITOR, now=NOW, arrival=arrival, sealer=sealer_of_index()))
    assert again_asked.reason is Reason.TOO_MANY_ATTEMPTS
    assert count_codes("ada@example.org") == 6


def test_the_mailbox_is_asked_in_its_turn_only() -> None:
    account = add_ada()
    give_factor(account)
    arrival = password_shown()
    assert next_stage(arrival.facts) is Stage.FACTOR

    for step in (
        lambda: ask_mailbox(by=VISITOR, now=NOW, arrival=arrival, sealer=sealer_of_index()),
        lambda: show_mailbox(by=VISITOR, now=NOW, arrival=arrival, text="ABCD-2345", sealer=sealer_of_index()),
    ):
        assert refused(step).reason is Reason.STAGE_OUT_OF_ORDER
    assert not MailCode.objects.exists()


def test_a_closed_account_is_found_by_nothing() -> None:
    account = add_ada()
    assert find_account("ada") is not None

    Account.objects.filter(pk=account).update(closed_at=NOW)

    assert (find_account("ada"), find_account("ada@example.org")) == (None, None)


def test_a_reset_of_a_suspended_account_asks_no_address_that_came_just_before() -> None:
    ada = add_ada()
    EmailAddress.objects.filter(account_id=ada).update(is_primary=False)
    EmailAddress.objects.create(
        account_id=ada, address="thief@example.org", is_primary=True, verified_at=NOW - timedelta(hours=71)
    )
    assert find_reset_address(ada) == "thief@example.org"

    Account.objects.filter(pk=ada).update(suspended_at=NOW, created_at=NOW - timedelta(days=9))
    EmailAddress.objects.exclude(address="thief@example.org").update(verified_at=NOW - timedelta(days=9))

    assert find_reset_address(ada) == "ada@example.org"
