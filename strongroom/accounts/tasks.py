"""What is done for accounts while nobody asks: letters are delivered, leftovers swept.

A letter leaves at least once: a process that dies between sending and noting it leaves the letter to be sent again.
"""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from strongroom.accounts.actions.delivering import (
    claim_delivery,
    drop_leftovers,
    erase_codes,
    give_up,
    give_up_dead_codes,
    keep_text,
    mark_failed,
    mark_sent,
    put_off,
)
from strongroom.accounts.actions.letters import secret_about
from strongroom.accounts.queries.letters import (
    DueDelivery,
    LetterFacts,
    list_due_deliveries,
    list_letters_without_text,
)
from strongroom.accounts.rules.clients import parse_client
from strongroom.accounts.rules.letters import (
    NOT_ME_LIFE,
    NOT_ME_LINK,
    ROUND_LIFE,
    LetterKind,
    can_be_answered,
    clip_subject,
    leaves_at,
    plain_entries,
    plain_fact,
)
from strongroom.gear.mail import Mail, MailNotSent, Post
from strongroom.gear.sealing import CannotUnseal, Sealer
from strongroom.gear.signing import sign_number

MOST_IN_A_ROUND = 50

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Office:
    """What every mail of a round is made and sent with."""

    now: datetime
    post: Post
    sealer: Sealer
    index: str


def deliver_letters(*, now: datetime, post: Post, sealer: Sealer, address_of_index: str) -> int:
    """Send what is due, and keep the text of every letter for the inbox; how many mails have left.

    A mail that fails is tried again later and stops no other.
    """
    office = _Office(now, post, sealer, address_of_index)
    begun, sent = time.monotonic(), 0
    give_up_dead_codes(now=now)
    for due in list_due_deliveries(now=now, most=MOST_IN_A_ROUND):
        if time.monotonic() - begun > ROUND_LIFE.total_seconds():
            break
        until = leaves_at(due.letter.kind, now)
        if until > now:
            put_off(due=due, until=until)
        elif claim_delivery(now=now, due=due):
            sent += _deliver(due, office)
    for letter in list_letters_without_text(most=MOST_IN_A_ROUND):
        _keep(letter, office)
    erase_codes(now=now)
    return sent


def sweep_leftovers(*, now: datetime) -> None:
    """Drop what nobody needs any more."""
    drop_leftovers(now=now)


def _deliver(due: DueDelivery, office: _Office) -> bool:
    try:
        if not due.letter.has_text:
            _keep(due.letter, office)
        code = _code_of(due.letter, office.sealer)
        subject, body = _write(due.letter, index=office.index, code=code, link=_link(due.letter, office.index))
        office.post.send(Mail(due.address, subject, body), now=office.now)
    except CannotUnseal:
        _log.warning("the code of letter %d is gone, so it is not sent", due.letter.id)
        give_up(now=office.now, due=due)
        return False
    except MailNotSent as failed:
        _log.warning("letter %d has not left: %s", due.letter.id, failed)
        mark_failed(now=office.now, due=due)
        return False
    except Exception:  # noqa: BLE001 - logged whole; one letter must not keep the others back
        _log.exception("letter %d cannot be sent", due.letter.id)
        mark_failed(now=office.now, due=due)
        return False
    mark_sent(now=office.now, due=due)
    return True


def _keep(letter: LetterFacts, office: _Office) -> None:
    with translation.override(letter.language or settings.LANGUAGE_CODE):
        code, link = _("(the code stands in the mail only)"), _("(the link stands in the mail only)")
    subject, body = _write(letter, index=office.index, code=code, link=link)
    keep_text(letter=letter.id, subject=subject, body=body)


def _code_of(letter: LetterFacts, sealer: Sealer) -> str:
    if letter.kind is not LetterKind.CODE:
        return ""
    return sealer.unseal(letter.sealed, about=secret_about(letter.id)).decode()


def _link(letter: LetterFacts, index: str) -> str:
    return index + reverse("not-me", args=[sign_number(letter.id, about=NOT_ME_LINK)])


def _write(letter: LetterFacts, *, index: str, code: str, link: str) -> tuple[str, str]:
    """Subject and body, in the language of the reader: the first line of the template, and the rest."""
    facts = {name: plain_fact(value) for name, value in letter.facts.items()}
    deed, purpose = facts.get("deed", ""), facts.get("purpose", "")
    client = parse_client(str(letter.facts.get("client", "")))
    context = {
        "deed": deed,
        "facts": facts,
        "listed": plain_entries(letter.facts.get("listed")),
        "name": letter.account_name,
        "index": urlsplit(index).netloc,
        "address_of_index": index,
        "at": _written(letter.made_at),
        "until": _until(letter.facts),
        "program": client.browser,
        "system": client.system,
        "code": code,
        # What those who run the index did is nobody's to take back by a link.
        "link": link if can_be_answered(letter.kind, deed=deed, purpose=purpose) and not facts.get("office") else "",
        "link_days": NOT_ME_LIFE.days,
    }
    with translation.override(letter.language or settings.LANGUAGE_CODE):
        text = render_to_string(f"accounts/letters/{letter.kind.value}.txt", context)
    subject, _newline, body = text.strip().partition("\n")
    return clip_subject(subject), re.sub(r"\n{3,}", "\n\n", body.strip()) + "\n"


def _until(facts: dict[str, object]) -> str:
    """Until when something stands that a letter tells of; empty when that is not said."""
    told = facts.get("until")
    return _written(datetime.fromisoformat(told)) if isinstance(told, str) else ""


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
