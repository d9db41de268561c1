"""Making, revoking and noting the use of API tokens."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from strongroom.accounts.queries import load_account_id
from strongroom.reads.readers import Readers
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import Actor, TokenId
from strongroom.terms.names import ProjectName
from strongroom.terms.passes import SECRET_BYTES, present, render_token
from strongroom.terms.refusals import Reason, Refused
from strongroom.tokens.models import Token
from strongroom.tokens.queries import list_readers, reader_facts
from strongroom.tokens.rules import Permission

USE_IS_NOTED_EVERY = timedelta(minutes=1)
"""When a token was last used is a help to people, not a log: one write a minute is enough."""


def make_token(
    *,
    by: Actor,
    now: datetime,
    account_name: str,
    permissions: Collection[Permission],
    projects: Collection[ProjectName] | None,
    lifetime: timedelta | None,
    label: str,
    readers: Readers,
) -> str:
    """Make a token and answer its text, which is shown once and kept nowhere.

    ``projects`` nothing: for everything the account may do. ``lifetime`` nothing: it never expires.
    Raises Refused(ACCOUNT_UNKNOWN).
    """
    account = load_account_id(account_name)
    text = render_token(secrets.token_bytes(SECRET_BYTES))
    presented = present(text)
    if presented is None:
        raise RuntimeError("a token that was just made cannot be read")

    with transaction.atomic():
        row = Token.objects.create(
            id=presented.token,
            sha256=presented.sha256,
            account_id=account,
            label=label[:100],
            permissions=sorted(permission.value for permission in permissions),
            projects=None if projects is None else sorted(project.normalized for project in projects),
            created_at=now,
            expires_at=None if lifetime is None else now + lifetime,
        )
        details: dict[str, object] = {
            "account": account_name,
            "permissions": row.permissions,
            "projects": row.projects,
            "expires_at": None if row.expires_at is None else row.expires_at.isoformat(),
        }
        record_event(by=by, now=now, deed=Deed.TOKEN_MADE, subject=_subject(presented.token), details=details)

    if Permission.READ in permissions:
        readers.publish_reader(reader_facts(row))
    return text


def revoke_token(*, by: Actor, now: datetime, token: TokenId, readers: Readers) -> None:
    """A token is good for nothing from now on. Raises Refused(TOKEN_UNKNOWN); revoking twice changes nothing."""
    with transaction.atomic():
        row = Token.objects.select_for_update().filter(pk=token).first()
        if row is None:
            raise Refused(Reason.TOKEN_UNKNOWN)
        if row.revoked_at is None:
            row.revoked_at = now
            row.save(update_fields=["revoked_at"])
            record_event(by=by, now=now, deed=Deed.TOKEN_REVOKED, subject=_subject(token))

    readers.revoke_reader(token)


def note_token_use(*, token: TokenId, now: datetime) -> None:
    """Remember that a token was used just now."""
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_IS_NOTED_EVERY)
    Token.objects.filter(long_ago, pk=token).update(last_used_at=now)


def publish_readers(*, now: datetime, readers: Readers) -> None:
    """Bring what the read plane knows of tokens in line with their rows: at start, and after a restored backup."""
    live = {TokenId(reader.token): reader for reader in list_readers(now=now)}
    for token in set(readers.published_tokens()) - set(live):
        readers.revoke_reader(token)
    for reader in live.values():
        readers.publish_reader(reader)


def _subject(token: TokenId) -> Subject:
    return Subject(SubjectKind.TOKEN, token)
