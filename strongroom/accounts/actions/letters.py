"""Writing to people: in the transaction of what it tells of, delivered afterwards (tasks)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from strongroom.accounts.models import Account, Delivery, EmailAddress, Letter
from strongroom.accounts.rules.letters import LetterKind
from strongroom.gear.sealing import Sealer
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import AccountId, Actor


def tell(*, by: Actor, now: datetime, account: AccountId, deed: Deed, **facts: object) -> None:
    """Record what was done to an account, and write to every address of it that somebody is known to read.

    In the transaction of the deed. ``facts`` are what the mail and the history say of it; an ``address`` that was
    just removed is told too, when it stands among them as ``also``.
    """
    also = facts.pop("also", None)
    note(by=by, now=now, account=account, deed=deed, **facts)
    write_notice(by=by, now=now, account=account, deed=deed, facts=facts, also=[str(also)] if also else [])


def write_notice(
    *,
    by: Actor,
    now: datetime,
    account: AccountId,
    deed: Deed,
    facts: dict[str, object],
    also: Iterable[str] = (),
) -> None:
    """Write to every address of an account what was done to it, or to something of it that the record names itself.

    What those who run the index did in their office carries their reason (``office``), and not from where they did it.
    """
    is_office = bool(facts.get("office")) and by.account != account
    told = {
        "deed": deed.value,
        "at": now.isoformat(),
        "from": "" if is_office else by.address or "",
        "client": "" if is_office else by.client,
        "proof": "" if by.proof is None or is_office else by.proof.value,
        **facts,
    }
    write_letter(now=now, account=account, kind=LetterKind.NOTICE, facts=told, also=also)


def note(*, by: Actor, now: datetime, account: AccountId, deed: Deed, **facts: object) -> None:
    """Record what was done to an account without a mail: ordinary uses, which its security page lists."""
    name = Account.objects.values_list("name", flat=True).get(pk=account)
    record_event(by=by, now=now, deed=deed, subject=Subject(SubjectKind.ACCOUNT, name), details=facts)


def write_letter(
    *,
    now: datetime,
    account: AccountId,
    kind: LetterKind,
    facts: dict[str, object],
    also: Iterable[str] = (),
) -> None:
    """Write one letter to every verified address of an account, and to some others."""
    rows = EmailAddress.objects.filter(account_id=account, verified_at__isnull=False)
    addresses = {*rows.values_list("address", flat=True), *also}
    letter = Letter.objects.create(
        account_id=account, kind=kind.value, facts=facts, language=_language_of(account), made_at=now
    )
    Delivery.objects.bulk_create(Delivery(letter=letter, address=address, next_at=now) for address in sorted(addresses))


def write_secret_letter(
    *,
    now: datetime,
    account: AccountId | None,
    address: str,
    facts: dict[str, object],
    secret: str,
    sealer: Sealer,
    kind: LetterKind = LetterKind.CODE,
) -> None:
    """Write a letter with a code to one address. The code is sealed until the letter has left, then erased.

    A letter to nobody (an empty address) is written like any other, given up at once, and never leaves: so whether
    there is an account shows neither in an answer nor in how long it takes.
    """
    letter = Letter.objects.create(
        account_id=account, kind=kind.value, facts=facts, language=_language_of(account), made_at=now
    )
    letter.sealed = (
        sealer.seal(secret.encode(), about=secret_about(letter.pk)) if address and kind is LetterKind.CODE else ""
    )
    letter.save(update_fields=["sealed"])
    Delivery.objects.create(letter=letter, address=address, next_at=now, given_up_at=None if address else now)


def secret_about(letter: int) -> str:
    """What a letter's sealed code is about: it opens in no other row."""
    return f"letter {letter}"


def _language_of(account: AccountId | None) -> str:
    return Account.objects.filter(pk=account or 0).values_list("language", flat=True).first() or ""
