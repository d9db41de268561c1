"""Making, revoking and noting the use of API tokens; and what becomes of them when their account changes."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet

from strongroom.accounts.actions.letters import write_notice
from strongroom.accounts.actions.proving import Aim, spend_proof
from strongroom.accounts.models import Account
from strongroom.accounts.queries.accounts import has_verified_address, load_account_id
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.rules.visits import require_signed_in
from strongroom.factors.rules.labels import require_label
from strongroom.projects.queries.roles import list_collaborations
from strongroom.reads.readers import Readers
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import AccountId, Actor, ActorKind, FactorId, TokenId
from strongroom.terms.names import ProjectName
from strongroom.terms.passes import SECRET_BYTES, present, render_token
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.texts import is_storable
from strongroom.tokens.models import Token
from strongroom.tokens.queries import list_readers
from strongroom.tokens.rules import OwnToken, Permission, require_own_token

USE_IS_NOTED_EVERY = timedelta(minutes=1)
"""When a token was last used is a help to people, not a log: one write a minute is enough."""

LONGEST_LABEL = 100


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
    made = Token(
        account_id=account,
        label=label[:LONGEST_LABEL],
        permissions=_values(permissions),
        projects=None if projects is None else sorted(project.normalized for project in projects),
        created_at=now,
        expires_at=None if lifetime is None else now + lifetime,
    )

    with transaction.atomic():
        text = _write_token(made, by=by, now=now, account_name=account_name)

    if Permission.READ in permissions:
        publish_readers(now=now, readers=readers, account=account)
    return text


def make_own_token(*, by: Actor, now: datetime, wanted: OwnToken, longest: timedelta, readers: Readers) -> str:
    """Make a token for oneself, after a fresh proof, and answer its text; every address is told.

    Raises Refused: SIGN_IN_NEEDED, LABEL_INVALID, TOKEN_FOR_NOTHING, NOT_A_COLLABORATOR, TOKEN_LIFETIME,
    EMAIL_NOT_VERIFIED, PROOF_NEEDED.
    """
    account, _ = require_signed_in(by)
    with transaction.atomic():
        # The account first, as in reporting a factor lost: no token is made with one that is lost meanwhile.
        row = Account.objects.select_for_update().get(pk=account)

        label = require_label(wanted.label)
        require_own_token(wanted, collaborates_on=list_collaborations(account), longest=longest)
        if not has_verified_address(account):
            raise Refused(Reason.EMAIL_NOT_VERIFIED)
        by = spend_proof(by=by, now=now, aim=Aim(Dangerous.MAKE_TOKEN))

        made = Token(
            account=row,
            label=label,
            permissions=_values(wanted.permissions),
            projects=None if wanted.projects is None else sorted(wanted.projects),
            created_at=now,
            expires_at=now + wanted.lifetime,
            made_with="" if by.proof is None else by.proof.value,
            made_with_factor_id=by.factor,
        )
        text = _write_token(made, by=by, now=now, account_name=row.name)
        write_notice(by=by, now=now, account=account, deed=Deed.TOKEN_MADE, facts={"label": label, "token": made.pk})

    if Permission.READ in wanted.permissions:
        publish_readers(now=now, readers=readers, account=account)
    return text


def revoke_token(*, by: Actor, now: datetime, token: TokenId, readers: Readers) -> None:
    """A token is good for nothing from now on. Raises Refused(TOKEN_UNKNOWN); revoking twice changes nothing."""
    _revoke_one(Token.objects.all(), token, by=by, now=now, readers=readers)


def revoke_own_token(*, by: Actor, now: datetime, token: TokenId, readers: Readers) -> None:
    """Revoke a token of one's own. It takes no proof: whoever is in a hurry to close a door shall not search for a key.

    Raises Refused: SIGN_IN_NEEDED, and TOKEN_UNKNOWN for anybody else's.
    """
    account, _ = require_signed_in(by)
    _revoke_one(Token.objects.filter(account_id=account), token, by=by, now=now, readers=readers)


def revoke_in_office(
    *, by: Actor, now: datetime, account: AccountId, token: TokenId | None, office: str, readers: Readers
) -> int:
    """Those who run the index revoke one token of an account, or all of them; how many. The person is told why.

    Who may do it is asked above (``console``). Raises Refused(TOKEN_UNKNOWN); one that is revoked already stays so.
    """
    with transaction.atomic():
        rows = Token.objects.filter(account_id=account)
        if token is not None:
            rows = rows.filter(pk=token)
            if not (is_storable(token) and rows.exists()):
                raise Refused(Reason.TOKEN_UNKNOWN)
        live = rows.filter(revoked_at=None)
        labels = dict(live.values_list("pk", "label"))
        _revoke_all(live, by=by, now=now, details={"why": "office", "office": office.strip()})
        for one, label in sorted(labels.items()):
            told: dict[str, object] = {"label": label or one, "token": one, "office": office.strip()}
            write_notice(by=by, now=now, account=account, deed=Deed.TOKEN_REVOKED, facts=told)
        # Robust, and repaired by the keeper: as in ``follow_access``.
        tell_readers = partial(publish_readers, now=now, readers=readers, account=account)
        transaction.on_commit(tell_readers, robust=True)
    return len(labels)


def follow_access(*, by: Actor, now: datetime, account: AccountId, factor: FactorId | None, readers: Readers) -> None:
    """What an account may do has changed, or a factor of it was reported lost: its tokens follow.

    In the transaction of the change; the read plane is told once that is committed, and is repaired by the keeper when
    a process dies in between.
    """
    live = Token.objects.filter(account_id=account, revoked_at=None)
    if factor is not None:
        _revoke_all(live.filter(made_with_factor_id=factor), by=by, now=now, details={"why": "factor-lost"})
    elif Account.objects.filter(pk=account, closed_at__isnull=False).exists():
        _revoke_all(live, by=by, now=now, details={"why": "account-closed"})

    def tell_readers() -> None:
        publish_readers(now=now, readers=readers, account=account)

    # Robust: what is committed is done, and whoever did it is not told otherwise because a disk is full.
    transaction.on_commit(tell_readers, robust=True)


def note_token_use(*, token: TokenId, now: datetime) -> None:
    """Remember that a token was used just now."""
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_IS_NOTED_EVERY)
    Token.objects.filter(long_ago, pk=token).update(last_used_at=now)


def publish_readers(*, now: datetime, readers: Readers, account: AccountId | None = None) -> None:
    """Bring what the read plane knows of tokens, or of those of one account, in line with their rows.

    Rows may change meanwhile. So they are asked again after the last file was written: what is not good for reading
    then goes, and whatever ends a token later finds its file in place and takes it away itself.
    """
    for reader in list_readers(now=now, account=account):
        if readers.published_reader(TokenId(reader.token)) != reader:
            readers.publish_reader(reader)
    # The files are listed before the rows: a token made in between is in neither list.
    published = set(readers.published_tokens())
    if account is not None:
        published &= {TokenId(token) for token in _tokens_of(account)}
    for token in published - {TokenId(reader.token) for reader in list_readers(now=now, account=account)}:
        readers.revoke_reader(token)


def _write_token(row: Token, *, by: Actor, now: datetime, account_name: str) -> str:
    """Give a token its secret, keep its hash, and record it; its text."""
    text = render_token(secrets.token_bytes(SECRET_BYTES))
    presented = present(text)
    if presented is None:
        raise RuntimeError("a token that was just made cannot be read")
    row.id, row.sha256 = presented.token, presented.sha256
    row.save(force_insert=True)
    details: dict[str, object] = {
        "account": account_name,
        "permissions": row.permissions,
        "projects": row.projects,
        "expires_at": None if row.expires_at is None else row.expires_at.isoformat(),
    }
    if by.kind is ActorKind.ACCOUNT:
        details["label"] = row.label
    record_event(by=by, now=now, deed=Deed.TOKEN_MADE, subject=_subject(presented.token), details=details)
    return text


def _revoke_one(rows: QuerySet[Token], token: TokenId, *, by: Actor, now: datetime, readers: Readers) -> None:
    with transaction.atomic():
        row = rows.select_for_update().filter(pk=token).first()
        if row is None:
            raise Refused(Reason.TOKEN_UNKNOWN)
        if row.revoked_at is None:
            row.revoked_at = now
            row.save(update_fields=["revoked_at"])
            record_event(by=by, now=now, deed=Deed.TOKEN_REVOKED, subject=_subject(token))

    readers.revoke_reader(token)


def _revoke_all(rows: QuerySet[Token], *, by: Actor, now: datetime, details: dict[str, object]) -> None:
    for token in sorted(rows.select_for_update().values_list("pk", flat=True)):
        Token.objects.filter(pk=token).update(revoked_at=now)
        subject = _subject(TokenId(token))
        record_event(by=by, now=now, deed=Deed.TOKEN_REVOKED, subject=subject, details=details)


def _tokens_of(account: AccountId) -> QuerySet[Token, str]:
    return Token.objects.filter(account_id=account).values_list("pk", flat=True)


def _values(permissions: Collection[Permission]) -> list[str]:
    return sorted(permission.value for permission in permissions)


def _subject(token: TokenId) -> Subject:
    return Subject(SubjectKind.TOKEN, token)
