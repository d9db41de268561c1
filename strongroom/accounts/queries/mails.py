"""Mails on their way, as those who run the index look at them: never what stands in them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from strongroom.accounts.models import Delivery

MAILS_ON_A_PAGE = 50


class MailState(enum.Enum):
    """By how far they have come mails are filtered."""

    WAITING = "waiting"
    FAILED = "failed"
    GIVEN_UP = "given-up"
    SENT = "sent"


@dataclass(frozen=True)
class MailLine:
    """One letter to one address: what it is about, and how far it has come."""

    id: int
    address: str
    account: str
    kind: str
    deed: str
    made_at: datetime
    state: str
    tries: int
    at: datetime
    """When it left, was given up, or is tried next."""


def list_mails(
    *, state: MailState | None = None, address: str = "", before: int | None = None, most: int = MAILS_ON_A_PAGE
) -> list[MailLine]:
    """Mails in that state or to that whole address, the newest first; one more than a page has."""
    rows = mails_in(state)
    if address:
        rows = rows.annotate(folded=Lower("address")).filter(folded=Lower(Value(address)))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = rows.select_related("letter__account").defer("letter__body", "letter__sealed").order_by("-pk")
    return [_line(row) for row in found[: most + 1]]


def mails_in(state: MailState | None) -> QuerySet[Delivery]:
    """The mails in a state: those that failed wait for another try."""
    rows = Delivery.objects.all()
    match state:
        case None:
            return rows
        case MailState.WAITING:
            return rows.filter(sent_at=None, given_up_at=None)
        case MailState.FAILED:
            return rows.filter(sent_at=None, given_up_at=None, tries__gt=0)
        case MailState.GIVEN_UP:
            # Mails to nobody are written and given up at once (``write_secret_letter``): they are no failures.
            return rows.filter(given_up_at__isnull=False).exclude(address="")
        case MailState.SENT:
            return rows.filter(sent_at__isnull=False)


def _line(row: Delivery) -> MailLine:
    if row.sent_at is not None:
        state, at = MailState.SENT, row.sent_at
    elif row.given_up_at is not None:
        state, at = MailState.GIVEN_UP, row.given_up_at
    else:
        state, at = MailState.FAILED if row.tries else MailState.WAITING, row.next_at
    return MailLine(
        id=row.pk,
        address=row.address,
        account="" if row.letter.account is None else row.letter.account.name,
        kind=row.letter.kind,
        deed=str(row.letter.facts.get("deed", "")),
        made_at=row.letter.made_at,
        state=state.value,
        tries=row.tries,
        at=at,
    )
