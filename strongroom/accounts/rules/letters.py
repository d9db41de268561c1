"""Which mails the index writes."""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta

from strongroom.accounts.rules.calendar import next_writing_time


class LetterKind(enum.Enum):
    """What a mail is for. The value is stored."""

    NOTICE = "notice"
    CODE = "code"
    ADDRESS_HELD = "address-held"
    COLLABORATOR = "collaborator"
    PROJECT = "project"
    INVITATION = "invitation"
    CRITICAL = "critical"


NOT_ME_LIFE = timedelta(days=30)
"""How long the link that says "this was not me" works after its mail."""

NOT_ME_LINK = "not-me"
"""What the link in a letter is signed for."""

FIRST_PAUSE = timedelta(minutes=1)
MOST_TRIES = 12
"""A mail that cannot be handed over is tried again after one minute, two, four, ... for a day and a half."""


def pause_before(tries: int) -> timedelta:
    """How long to wait after so many vain tries."""
    return FIRST_PAUSE * (1 << min(max(tries - 1, 0), MOST_TRIES))


def is_given_up(tries: int) -> bool:
    """Whether a mail that failed so often is tried no more."""
    return tries >= MOST_TRIES


CLAIM_LIFE = timedelta(minutes=4)
"""A mail that somebody is sending is left alone for so long: longer than a round of sending lasts (``ROUND_LIFE``)
and a slow mail server needs for the mail that was begun last."""

ROUND_LIFE = timedelta(seconds=60)
"""No mail is begun later in a round: what was claimed first must not come free while the round still goes on."""

DECOY_LIFE = timedelta(days=1)
"""How long letters without an account are kept: to nobody, or to an address whose sign-up was never finished."""

LEFTOVER_LIFE = timedelta(days=30)
"""How long it can be seen how somebody came in, after it is over (ASVS 14.2.7)."""

LONGEST_FACT = 200
MOST_LISTED = 20

MOST_TOLD_IN_FULL = 100
"""Projects of which one letter says everything; of more it says the name, the day and where to read the rest."""

MOST_NAMED = 20
"""People whom a letter names for each project; of more it says how many."""

_PURPOSES_OF_THE_PERSON = frozenset({"sign-in", "first-factor"})
"""Codes that are mailed only to somebody who has shown a password: if that was not the person, it is known to others.

A code for a reset, or for a new address, goes out at anybody's wish, or to an address that may be a stranger's.
"""

_DEEDS_WITHOUT_ANSWER = frozenset({"account-suspended", "account-closed"})
"""After these there is nothing left that a suspension could stop."""


def can_be_answered(kind: LetterKind, *, deed: str, purpose: str) -> bool:
    """Whether a letter carries the link that says "this was not me": it tells a person of their own account."""
    match kind:
        case LetterKind.NOTICE:
            return deed not in _DEEDS_WITHOUT_ANSWER
        case LetterKind.CODE:
            return purpose in _PURPOSES_OF_THE_PERSON
        case LetterKind.ADDRESS_HELD | LetterKind.COLLABORATOR | LetterKind.PROJECT | LetterKind.INVITATION:
            return False
        case LetterKind.CRITICAL:
            return False


def leaves_at(kind: LetterKind, now: datetime) -> datetime:
    """When a letter that is due may leave: what asks something of people waits for a working day, the rest does not."""
    return next_writing_time(now) if kind is LetterKind.CRITICAL else now


def plain_fact(value: object) -> str:
    """What somebody may have chosen, as a mail shows it: one short line that no mail program makes a link of."""
    if isinstance(value, list | tuple):
        listed = ", ".join(plain_fact(one) for one in value[:MOST_LISTED])
        return f"{listed}, …" if len(value) > MOST_LISTED else listed
    text = "" if value is None else str(value)
    seen = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in text[: LONGEST_FACT * 2])
    line = " ".join(seen.replace("://", ": //").split())
    return line if len(line) <= LONGEST_FACT else f"{line[: LONGEST_FACT - 1]}…"


def plain_entries(value: object) -> list[dict[str, str]]:
    """Entries of a list that a letter tells of one by one, each value as ``plain_fact`` shows it."""
    entries = value if isinstance(value, list) else []
    return [{str(name): plain_fact(told) for name, told in one.items()} for one in entries if isinstance(one, Mapping)]


def clip_subject(text: str) -> str:
    """A subject as it is kept and sent: one line of at most 200 characters."""
    return plain_fact(text)
