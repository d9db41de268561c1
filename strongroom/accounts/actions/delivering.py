"""How letters leave, in rows: claimed, sent, tried again, given up; and what is dropped when nobody needs it any more.

No deed of anybody: what a letter tells of was recorded with it. Each step is one conditional UPDATE of its own, so
that a killed process leaves a letter to be tried again, and two processes never send one at the same time.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from strongroom.accounts.actions.attempts import forget_old_attempts
from strongroom.accounts.models import Arrival, Delivery, Letter, MailCode, Proof
from strongroom.accounts.queries.letters import DueDelivery
from strongroom.accounts.rules.arriving import MAIL_CODE_LIFE
from strongroom.accounts.rules.letters import (
    CLAIM_LIFE,
    DECOY_LIFE,
    LEFTOVER_LIFE,
    LetterKind,
    is_given_up,
    pause_before,
)


def claim_delivery(*, now: datetime, due: DueDelivery) -> bool:
    """Whether it is ours to send: nobody else has claimed it since it was looked at. It counts as a try."""
    rows = _open_deliveries().filter(pk=due.id, next_at=due.next_at, tries=due.tries)
    return rows.update(next_at=now + CLAIM_LIFE, tries=due.tries + 1) == 1


def keep_text(*, letter: int, subject: str, body: str) -> None:
    """Keep the text of a letter, once and for all."""
    Letter.objects.filter(pk=letter, subject="").update(subject=subject, body=body)


def mark_sent(*, now: datetime, due: DueDelivery) -> None:
    """The mail has left."""
    Delivery.objects.filter(pk=due.id).update(sent_at=now, given_up_at=None)


def mark_failed(*, now: datetime, due: DueDelivery) -> None:
    """The mail could not be handed over: it is tried again after a while, or given up."""
    tries = due.tries + 1
    if is_given_up(tries):
        _open_deliveries().filter(pk=due.id).update(given_up_at=now)
    else:
        _open_deliveries().filter(pk=due.id).update(next_at=now + pause_before(tries))


def put_off(*, due: DueDelivery, until: datetime) -> None:
    """A mail that must not leave now waits until then. It counts as no try."""
    _open_deliveries().filter(pk=due.id, next_at=due.next_at, tries=due.tries).update(next_at=until)


def give_up_dead_codes(*, now: datetime) -> None:
    """A code that is good for nothing any more is not sent."""
    dead = Letter.objects.filter(kind=LetterKind.CODE.value, made_at__lte=now - MAIL_CODE_LIFE)
    _open_deliveries().filter(letter__in=dead).update(given_up_at=now)


def give_up(*, now: datetime, due: DueDelivery) -> None:
    """A mail that can never be written, because what it should say is gone."""
    _open_deliveries().filter(pk=due.id).update(given_up_at=now)


def erase_codes(*, now: datetime) -> None:
    """Erase sealed codes that have left for every address, will never leave, or are dead."""
    waiting = _open_deliveries().filter(letter=OuterRef("pk"))
    over = Q(made_at__lte=now - MAIL_CODE_LIFE) | ~Exists(waiting)
    Letter.objects.exclude(sealed="").filter(over).update(sealed="")


def drop_leftovers(*, now: datetime) -> None:
    """Drop what only served the way in: letters without an account, old arrivals, codes, proofs and counts."""
    Letter.objects.filter(account=None, made_at__lte=now - DECOY_LIFE).delete()
    Arrival.objects.filter(expires_at__lte=now - LEFTOVER_LIFE).delete()
    MailCode.objects.filter(expires_at__lte=now - LEFTOVER_LIFE).delete()
    Proof.objects.filter(expires_at__lte=now - LEFTOVER_LIFE).delete()
    forget_old_attempts(now=now)


def _open_deliveries() -> QuerySet[Delivery]:
    return Delivery.objects.filter(sent_at=None, given_up_at=None)
