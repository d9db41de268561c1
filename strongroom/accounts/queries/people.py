"""People, as those who run the index look for them: a page at a time, by name."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower

from strongroom.accounts.models import Account, Delivery, EmailAddress, Letter, Session
from strongroom.accounts.queries.entry import list_sessions
from strongroom.accounts.rules.names import fold_name
from strongroom.terms.actors import AccountId
from strongroom.terms.texts import is_storable

PEOPLE_ON_A_PAGE = 50
LETTERS_LISTED = 20
_HIGHEST = "\U0010ffff"


class Standing(enum.Enum):
    """By what people are filtered."""

    STAFF = "staff"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True)
class PersonLine:
    """One account in a list."""

    name: str
    folded_name: str
    since: datetime
    is_staff: bool
    suspended_at: datetime | None
    suspended_why: str
    closed_at: datetime | None


@dataclass(frozen=True)
class AddressLine:
    """One address of an account."""

    address: str
    is_primary: bool
    verified_at: datetime | None


@dataclass(frozen=True)
class LetterLine:
    """A letter to somebody, by what it is about: never its text."""

    number: int
    kind: str
    deed: str
    made_at: datetime
    left: int
    waiting: int
    given_up: int


def list_people(
    *, prefix: str = "", standing: Standing | None = None, after: str = "", most: int = PEOPLE_ON_A_PAGE
) -> list[PersonLine]:
    """Accounts whose name begins so, by name, behind the last one of the page before; one more than a page has."""
    rows = _standing(Account.objects.all(), standing)
    if prefix:
        rows = rows.filter(beginning_with("folded_name", fold_name(prefix)))
    if after:
        rows = rows.filter(folded_name__gt=after)
    return [_line(row) for row in rows.order_by("folded_name")[: most + 1]]


def list_people_at(address: str) -> list[PersonLine]:
    """The accounts that list this whole address, whether it was verified or not."""
    folded = EmailAddress.objects.annotate(folded=Lower("address")).filter(folded=Lower(Value(address)))
    rows = Account.objects.filter(pk__in=folded.values("account_id"))
    return [_line(row) for row in rows.order_by("folded_name")[:PEOPLE_ON_A_PAGE]]


def load_person(name: str) -> tuple[AccountId, PersonLine] | None:
    """One account by its name, in whatever case; nothing when there is none."""
    rows = Account.objects.filter(folded_name=fold_name(name))
    row = rows.first() if is_storable(name) else None
    return None if row is None else (AccountId(row.pk), _line(row))


def list_address_lines(account: AccountId) -> list[AddressLine]:
    """The addresses of an account, the primary one first."""
    rows = EmailAddress.objects.filter(account_id=account).order_by("-is_primary", "pk")
    return [AddressLine(row.address, row.is_primary, row.verified_at) for row in rows]


def count_live_sessions(account: AccountId, *, now: datetime) -> int:
    """How many sessions of the account can be used now."""
    return len(list_sessions(account, now=now))


def last_seen_at(account: AccountId) -> datetime | None:
    """When the account was last used in a browser."""
    rows = Session.objects.filter(account_id=account).order_by("-last_seen_at")
    return rows.values_list("last_seen_at", flat=True).first()


def list_letter_lines(account: AccountId) -> list[LetterLine]:
    """The newest letters to an account, and how far they have come."""
    rows = Letter.objects.filter(account_id=account).order_by("-id").prefetch_related("deliveries")[:LETTERS_LISTED]
    return [_letter(row, list(row.deliveries.all())) for row in rows]


def beginning_with(field: str, prefix: str) -> Q:
    """That a field begins with these plain characters, as an index of either database can answer it."""
    begins = Q(**{f"{field}__startswith": prefix})
    if connection.vendor == "sqlite":
        # Its LIKE uses no index; its order is that of the characters.
        begins &= Q(**{f"{field}__gte": prefix, f"{field}__lt": f"{prefix}{_HIGHEST}"})
    return begins


def _letter(row: Letter, deliveries: list[Delivery]) -> LetterLine:
    left = sum(one.sent_at is not None for one in deliveries)
    given_up = sum(one.sent_at is None and one.given_up_at is not None for one in deliveries)
    return LetterLine(
        number=row.pk,
        kind=row.kind,
        deed=str(row.facts.get("deed", "")),
        made_at=row.made_at,
        left=left,
        waiting=len(deliveries) - left - given_up,
        given_up=given_up,
    )


def _standing(rows: QuerySet[Account], standing: Standing | None) -> QuerySet[Account]:
    match standing:
        case None:
            return rows
        case Standing.STAFF:
            return rows.filter(is_staff=True)
        case Standing.SUSPENDED:
            return rows.filter(suspended_at__isnull=False)
        case Standing.CLOSED:
            return rows.filter(closed_at__isnull=False)


def _line(row: Account) -> PersonLine:
    return PersonLine(
        name=row.name,
        folded_name=row.folded_name,
        since=row.created_at,
        is_staff=row.is_staff,
        suspended_at=row.suspended_at,
        suspended_why=row.suspended_why,
        closed_at=row.closed_at,
    )
