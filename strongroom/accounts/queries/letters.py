"""Letters, loaded: for the inbox of an account, for the "this was not me" page, and for whoever delivers them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from strongroom.accounts.models import Delivery, Letter
from strongroom.accounts.rules.letters import NOT_ME_LIFE, LetterKind
from strongroom.terms.actors import AccountId

LETTERS_ON_A_PAGE = 50


class DeliveryState(enum.Enum):
    """How far a letter has come on its way to one address."""

    SENT = "sent"
    WAITING = "waiting"
    GIVEN_UP = "given-up"


@dataclass(frozen=True)
class ToAddress:
    """One address that a letter goes to. ``at`` is when it left, or was given up."""

    address: str
    state: str
    at: datetime | None


@dataclass(frozen=True)
class KeptLetter:
    """A letter as the inbox shows it: its text without what only the mail may show."""

    id: int
    subject: str
    body: str
    made_at: datetime
    deliveries: tuple[ToAddress, ...]


@dataclass(frozen=True)
class LetterFacts:
    """What the text of a letter is made from. ``account_name`` is empty when it goes to somebody without an account."""

    id: int
    kind: LetterKind
    facts: dict[str, object]
    sealed: str
    language: str
    made_at: datetime
    account_name: str
    has_text: bool


@dataclass(frozen=True)
class DueDelivery:
    """One letter to one address whose turn it is. ``next_at`` tells whoever claims it that nobody else did before."""

    id: int
    address: str
    next_at: datetime
    tries: int
    letter: LetterFacts


def list_letters(account: AccountId, *, before: int | None = None) -> list[KeptLetter]:
    """One page of the letters of an account, the newest first; ``before`` is the last one of the page before."""
    rows = Letter.objects.filter(account_id=account).exclude(subject="")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_kept(row) for row in rows.order_by("-id").prefetch_related("deliveries")[:LETTERS_ON_A_PAGE]]


def find_letter(account: AccountId, letter: int) -> KeptLetter | None:
    """One letter of the account; nothing when it is somebody else's."""
    rows = Letter.objects.filter(pk=letter, account_id=account).exclude(subject="")
    row = rows.prefetch_related("deliveries").first()
    return None if row is None else _kept(row)


def find_account_to_answer(letter: int, *, now: datetime) -> str | None:
    """The name of the account whose letter can still be answered with "this was not me"; nothing when it cannot."""
    rows = Letter.objects.filter(pk=letter, answered_at=None, made_at__gt=now - NOT_ME_LIFE)
    return rows.values_list("account__name", flat=True).first()


def list_due_deliveries(*, now: datetime, most: int) -> list[DueDelivery]:
    """What should leave now, the longest due first."""
    rows = Delivery.objects.filter(sent_at=None, given_up_at=None, next_at__lte=now)
    return [
        DueDelivery(id=row.pk, address=row.address, next_at=row.next_at, tries=row.tries, letter=_facts_of(row.letter))
        for row in rows.order_by("next_at", "id").select_related("letter__account")[:most]
    ]


def list_letters_without_text(*, most: int) -> list[LetterFacts]:
    """Letters of accounts that no delivery has brought a text to: there was nobody to write to."""
    rows = Letter.objects.filter(account__isnull=False, subject="").order_by("id").select_related("account")
    return [_facts_of(row) for row in rows[:most]]


def _facts_of(row: Letter) -> LetterFacts:
    return LetterFacts(
        id=row.pk,
        kind=LetterKind(row.kind),
        facts=row.facts,
        sealed=row.sealed,
        language=row.language,
        made_at=row.made_at,
        account_name="" if row.account is None else row.account.name,
        has_text=bool(row.subject),
    )


def _kept(row: Letter) -> KeptLetter:
    deliveries = sorted(row.deliveries.all(), key=lambda one: one.address)
    return KeptLetter(
        id=row.pk,
        subject=row.subject,
        body=row.body,
        made_at=row.made_at,
        deliveries=tuple(_to_address(one) for one in deliveries),
    )


def _to_address(row: Delivery) -> ToAddress:
    if row.sent_at is not None:
        return ToAddress(row.address, DeliveryState.SENT.value, row.sent_at)
    if row.given_up_at is not None:
        return ToAddress(row.address, DeliveryState.GIVEN_UP.value, row.given_up_at)
    return ToAddress(row.address, DeliveryState.WAITING.value, None)
