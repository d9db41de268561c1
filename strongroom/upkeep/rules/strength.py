"""How strong the weakest way in to a project is, over all its people and tokens (spec: registries rows 19, 20).

Not judged: recovery codes, which every account with a factor has, and the mailboxes that accounts are reset with.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.terms.proofs import FACTOR_KINDS, ProofKind
from strongroom.tokens.rules import TokenFacts

LONG_UNUSED = timedelta(days=90)
"""A token that nobody has used for so long is likely forgotten, and nobody would notice that it was stolen."""


class Strength(enum.IntEnum):
    """What somebody needs who wants to get in by a way; a higher number is harder to get."""

    PASSWORD = 1
    LASTING_TOKEN = 2
    TYPED_CODE = 3
    LOOSE_TOKEN = 4
    SECURITY_KEY = 5


class Remedy(enum.Enum):
    """What would make a way in stronger."""

    ENROL_FACTOR = "enrol-factor"
    REPLACE_LASTING_TOKEN = "replace-lasting-token"  # noqa: S105 - a remedy, not a secret
    ENROL_KEY = "enrol-key"
    KEEP_KEYS_ONLY = "keep-keys-only"
    LIMIT_TOKEN = "limit-token"  # noqa: S105 - a remedy, not a secret
    REMAKE_TOKEN = "remake-token"  # noqa: S105 - a remedy, not a secret
    REVOKE_UNUSED_TOKEN = "revoke-unused-token"  # noqa: S105 - a remedy, not a secret


@dataclass(frozen=True)
class PersonFacts:
    """A collaborator whose account can act, and the kinds of factor it holds."""

    account: str
    holds: frozenset[ProofKind]


@dataclass(frozen=True)
class TokenUse:
    """A live token with which somebody can act on the project. ``made_with`` is nothing when an operator made it."""

    account: str
    facts: TokenFacts
    made_with: ProofKind | None
    last_used_at: datetime | None
    created_at: datetime


@dataclass(frozen=True)
class Weakness:
    """One way in that could be stronger: whose, how strong it is, and what would raise it."""

    strength: Strength
    remedy: Remedy
    account: str


@dataclass(frozen=True)
class Judgement:
    """The weakest way in, and every way that could be stronger, the weakest first."""

    strength: Strength
    weaknesses: tuple[Weakness, ...]


def judge_strength(people: Collection[PersonFacts], tokens: Collection[TokenUse], *, now: datetime) -> Judgement:
    """A project is as strong as the weakest of all ways in to it."""
    found = [*_of_people(people), *_of_tokens(tokens, now=now)]
    ordered = sorted(set(found), key=lambda one: (one.strength, one.account, one.remedy.value))
    return Judgement(ordered[0].strength if ordered else Strength.SECURITY_KEY, tuple(ordered))


def _of_people(people: Collection[PersonFacts]) -> Iterator[Weakness]:
    for one in people:
        factors = one.holds & FACTOR_KINDS
        if not factors:
            yield Weakness(Strength.PASSWORD, Remedy.ENROL_FACTOR, one.account)
        elif ProofKind.SECURITY_KEY not in factors:
            yield Weakness(Strength.TYPED_CODE, Remedy.ENROL_KEY, one.account)
        elif ProofKind.TOTP in factors:
            # Whoever holds both can be made to type the code of the app into a forged page.
            yield Weakness(Strength.TYPED_CODE, Remedy.KEEP_KEYS_ONLY, one.account)


def _of_tokens(tokens: Collection[TokenUse], *, now: datetime) -> Iterator[Weakness]:
    for one in tokens:
        if one.facts.expires_at is None:
            yield Weakness(Strength.LASTING_TOKEN, Remedy.REPLACE_LASTING_TOKEN, one.account)
        if one.facts.projects is None:
            yield Weakness(Strength.LOOSE_TOKEN, Remedy.LIMIT_TOKEN, one.account)
        if one.made_with is ProofKind.PASSWORD:
            yield Weakness(Strength.LOOSE_TOKEN, Remedy.REMAKE_TOKEN, one.account)
        if now - (one.last_used_at or one.created_at) > LONG_UNUSED:
            yield Weakness(Strength.LOOSE_TOKEN, Remedy.REVOKE_UNUSED_TOKEN, one.account)
