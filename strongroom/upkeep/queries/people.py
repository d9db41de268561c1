"""Who collaborates on a project, what they hold, and with which tokens they can act on it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from strongroom.accounts.models import Factor
from strongroom.accounts.queries.entry import held_kinds
from strongroom.mandate.rules import PERMISSION_FOR
from strongroom.projects.models import Collaboration
from strongroom.projects.rules.roles import Role, Seat, require_senior
from strongroom.terms.actors import AccountId
from strongroom.terms.names import NormalizedName
from strongroom.terms.proofs import FACTOR_KINDS, ProofKind
from strongroom.terms.refusals import Reason, Refused
from strongroom.tokens.models import Token
from strongroom.tokens.queries import token_facts
from strongroom.tokens.rules import Permission
from strongroom.upkeep.queries.managing import Managed
from strongroom.upkeep.queries.paging import ON_A_PAGE
from strongroom.upkeep.rules.strength import Judgement, PersonFacts, TokenUse, judge_strength

_ACTS = frozenset(PERMISSION_FOR.values())


@dataclass(frozen=True)
class Collaborator:
    """One of a project's people. ``refused``: why whoever asks cannot lower or remove them yet, or nothing."""

    account: AccountId
    name: str
    role: Role
    since: datetime
    is_closed: bool
    is_active: bool
    holds: frozenset[ProofKind]
    refused: Refused | None

    @property
    def holds_factor(self) -> bool:
        """Whether they hold a second factor."""
        return bool(self.holds & FACTOR_KINDS)


@dataclass(frozen=True)
class ActingToken:
    """A live token that can act on a project. ``label`` is for its own person alone."""

    account: AccountId
    account_name: str
    label: str
    permissions: tuple[Permission, ...]
    is_for_all: bool
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    use: TokenUse


def list_collaborators(managed: Managed, *, asking: AccountId, now: datetime) -> list[Collaborator]:
    """The people of a project: Owners first, those who have been there longest first."""
    rows = Collaboration.objects.filter(project_id=managed.id).select_related("account")
    # "owner" after "maintainer" in the alphabet.
    found = list(rows.order_by("-role", "since", "pk"))
    own = next((Seat(Role(row.role), row.since) for row in found if row.account_id == asking), None)
    kinds = _held_by([row.account_id for row in found])
    return [_collaborator(row, own, kinds.get(row.account_id, frozenset()), now=now) for row in found]


def load_collaborator(managed: Managed, account: str, *, asking: AccountId, now: datetime) -> Collaborator:
    """One of a project's people, by the name of their account. Raises Refused(COLLABORATOR_UNKNOWN)."""
    rows = Collaboration.objects.filter(project_id=managed.id).select_related("account")
    row = rows.filter(account__folded_name=account.lower()).first()
    if row is None:
        raise Refused(Reason.COLLABORATOR_UNKNOWN, account=account, name=managed.display_name)
    mine = rows.filter(account_id=asking).first()
    own = None if mine is None else Seat(Role(mine.role), mine.since)
    return _collaborator(row, own, held_kinds(AccountId(row.account_id)), now=now)


def list_acting_tokens(managed: Managed, accounts: Collection[AccountId], *, now: datetime) -> list[ActingToken]:
    """The live tokens of some of its people that can act on a project, those that were used last first."""
    found = [_acting(row) for row in _live_tokens(accounts, managed.name, now=now)]
    return sorted(found, key=lambda one: one.last_used_at or one.created_at, reverse=True)


def judge_project(managed: Managed, people: Collection[Collaborator], *, now: datetime) -> Judgement:
    """How strong the weakest way in to a project is: over its people whose accounts can act, and their tokens."""
    active = [one for one in people if one.is_active]
    tokens = list_acting_tokens(managed, [one.account for one in active], now=now)
    facts = [PersonFacts(one.name, one.holds) for one in active]
    return judge_strength(facts, [one.use for one in tokens], now=now)


def shown_on(people: Collection[Collaborator], *, page: int) -> tuple[list[Collaborator], int | None]:
    """As many as one page holds, and the number of the next page if there is one."""
    rest = list(people)[(page - 1) * ON_A_PAGE :]
    return rest[:ON_A_PAGE], page + 1 if len(rest) > ON_A_PAGE else None


def holders_among(accounts: Collection[int]) -> frozenset[int]:
    """Which of these accounts hold a second factor."""
    return frozenset(account for account, kinds in _held_by(accounts).items() if kinds & FACTOR_KINDS)


def live_tokens_of(account: AccountId, *, now: datetime) -> QuerySet[Token]:
    """The tokens of one account that work."""
    return _live([account], now=now)


def _live(accounts: Collection[AccountId], *, now: datetime) -> QuerySet[Token]:
    live = Q(expires_at=None) | Q(expires_at__gt=now)
    rows = Token.objects.filter(live, account_id__in=accounts, revoked_at=None, account__suspended_at=None)
    return rows.filter(account__closed_at=None)


def _live_tokens(accounts: Collection[AccountId], name: NormalizedName, *, now: datetime) -> Iterator[Token]:
    for row in _live(accounts, now=now).select_related("account").iterator(chunk_size=500):
        is_covered = row.projects is None or name in row.projects
        if is_covered and token_facts(row).permissions & _ACTS:
            yield row


def _held_by(accounts: Collection[int]) -> dict[int, frozenset[ProofKind]]:
    rows = Factor.objects.filter(account_id__in=accounts, enrolled_at__isnull=False, ended_at=None)
    held: dict[int, frozenset[ProofKind]] = {}
    for account, kind in rows.values_list("account_id", "kind").distinct():
        held[account] = held.get(account, frozenset()) | {ProofKind(kind)}
    return held


def _collaborator(row: Collaboration, own: Seat | None, holds: frozenset[ProofKind], *, now: datetime) -> Collaborator:
    return Collaborator(
        account=AccountId(row.account_id),
        name=row.account.name,
        role=Role(row.role),
        since=row.since,
        is_closed=row.account.closed_at is not None,
        is_active=row.account.is_active,
        holds=holds,
        refused=_refusal(own, Seat(Role(row.role), row.since), now=now),
    )


def _refusal(own: Seat | None, other: Seat, *, now: datetime) -> Refused | None:
    # The refusal whole, and not its reason alone: the page says until when.
    try:
        require_senior(own, other, now=now)
    except Refused as refused:
        return refused
    return None


def _acting(row: Token) -> ActingToken:
    facts = token_facts(row)
    return ActingToken(
        account=AccountId(row.account_id),
        account_name=row.account.name,
        label=row.label,
        permissions=tuple(one for one in Permission if one in facts.permissions),
        is_for_all=row.projects is None,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        use=TokenUse(
            account=row.account.name,
            facts=facts,
            made_with=ProofKind(row.made_with) if row.made_with else None,
            last_used_at=row.last_used_at,
            created_at=row.created_at,
        ),
    )
