"""Tokens, loaded: by what somebody presents, and in lists."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.models import Q

from strongroom.reads.facts import ReaderFacts
from strongroom.terms.actors import AccountId, TokenId
from strongroom.terms.names import NormalizedName
from strongroom.terms.passes import present
from strongroom.terms.refusals import Reason, Refused, refusal_of
from strongroom.tokens.models import Token
from strongroom.tokens.rules import Permission, TokenFacts, require_live

MOST_ENDED = 20
"""Tokens that work no more are shown so that somebody finds out which one was in use; not for ever."""


@dataclass(frozen=True)
class OwnTokens:
    """What the page of tokens lists."""

    live: list[Token]
    ended: list[Token]


@dataclass(frozen=True)
class Holder:
    """Whose token was presented, and what it is good for."""

    token: TokenId
    account: AccountId
    account_name: str
    account_is_active: bool
    facts: TokenFacts


def load_holder(text: str) -> Holder:
    """Who presents this token. Raises Refused: TOKEN_MALFORMED, TOKEN_UNKNOWN."""
    presented = present(text.strip())
    if presented is None:
        raise Refused(Reason.TOKEN_MALFORMED)
    row = Token.objects.select_related("account").filter(pk=presented.token).first()
    if row is None or not hmac.compare_digest(row.sha256, presented.sha256):
        raise Refused(Reason.TOKEN_UNKNOWN)
    return _holder(row)


def reload_holder(holder: Holder) -> Holder:
    """The same holder as they stand now: much may happen while an upload streams. Raises Refused(TOKEN_UNKNOWN)."""
    return load_holder_of(holder.token)


def load_holder_of(token: TokenId) -> Holder:
    """Whose token this is, as they stand now. Raises Refused(TOKEN_UNKNOWN)."""
    row = Token.objects.select_related("account").filter(pk=token).first()
    if row is None:
        raise Refused(Reason.TOKEN_UNKNOWN)
    return _holder(row)


def _holder(row: Token) -> Holder:
    return Holder(
        token=TokenId(row.pk),
        account=AccountId(row.account.pk),
        account_name=row.account.name,
        account_is_active=row.account.is_active,
        facts=token_facts(row),
    )


def token_facts(row: Token) -> TokenFacts:
    """A token's row as the facts that its rules ask for."""
    return TokenFacts(
        permissions=frozenset(Permission(one) for one in row.permissions),
        projects=None if row.projects is None else frozenset(NormalizedName(name) for name in row.projects),
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


def list_tokens(account: AccountId | None = None) -> list[Token]:
    """Every token, or those of one account, newest first."""
    rows = Token.objects.select_related("account", "made_with_factor").order_by("-created_at", "pk")
    return list(rows if account is None else rows.filter(account_id=account))


def list_own_tokens(account: AccountId, *, now: datetime) -> OwnTokens:
    """The tokens of an account, newest first: those that work, and the last of those that work no more."""
    rows = list_tokens(account)
    live = [row for row in rows if refusal_of(partial(require_live, token_facts(row), now=now)) is None]
    ended = [row for row in rows if row not in live]
    return OwnTokens(live, ended[:MOST_ENDED])


def list_readers(*, now: datetime, account: AccountId | None = None) -> Iterable[ReaderFacts]:
    """Every token, or each of one account, that is good for reading a private index, as the read plane must know it."""
    live = Q(expires_at=None) | Q(expires_at__gt=now)
    rows = Token.objects.filter(live, revoked_at=None, account__suspended_at=None, account__closed_at=None)
    for row in (rows if account is None else rows.filter(account_id=account)).iterator():
        if Permission.READ.value in row.permissions:
            yield reader_facts(row)


def reader_facts(row: Token) -> ReaderFacts:
    """One token as the read plane must know it."""
    projects = None if row.projects is None else tuple(NormalizedName(name) for name in row.projects)
    return ReaderFacts(token=row.pk, sha256=row.sha256, expires_at=row.expires_at, projects=projects)
