"""Factors that are enrolled: renamed, removed, reported lost; and closing an account, which ends them all."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from strongroom.accounts.actions.ending import access_changed, close_account_row
from strongroom.accounts.actions.letters import tell
from strongroom.accounts.actions.proving import Aim, spend_proof
from strongroom.accounts.models import Account, Factor, Session
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.rules.visits import require_signed_in
from strongroom.factors.queries import load_factor, load_removal
from strongroom.factors.rules.holding import require_removable
from strongroom.factors.rules.labels import fold_label, require_label
from strongroom.projects.models import Project
from strongroom.projects.queries.roles import list_owned_alone
from strongroom.projects.rules.roles import Role
from strongroom.record.rules import Deed
from strongroom.terms.actors import Actor, FactorId
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason, Refused


def rename_factor(*, by: Actor, now: datetime, factor: FactorId, label: str) -> None:
    """Give a factor another label. Raises Refused: FACTOR_UNKNOWN, LABEL_INVALID, LABEL_TAKEN, PROOF_NEEDED."""
    account, _ = require_signed_in(by)
    label = require_label(label)
    try:
        with transaction.atomic():
            row = load_factor(account, factor)
            by = spend_proof(by=by, now=now, aim=Aim(Dangerous.RENAME_FACTOR, str(factor)))
            Factor.objects.filter(pk=row.pk).update(label=label, folded_label=fold_label(label))
            tell(by=by, now=now, account=account, deed=Deed.FACTOR_RENAMED, former=row.label, label=label)
    except IntegrityError:
        raise Refused(Reason.LABEL_TAKEN, label=label) from None


def remove_factor(*, by: Actor, now: datetime, factor: FactorId, is_lost: bool) -> None:
    """Remove a factor: it is good for nothing from now on, and the other sessions that it began end.

    Reported lost, what was made with it dies too: tokens (rooms above follow ``access_changed``). The last one takes
    the recovery codes along. Raises Refused: FACTOR_UNKNOWN, LAST_FACTOR, PASSWORD_NEEDS_FACTOR, PROOF_NEEDED.
    """
    account, session = require_signed_in(by)
    with transaction.atomic():
        # The account's row is the lock: of two factors removed at once, the second must find itself the last.
        Account.objects.select_for_update().get(pk=account)
        row = load_factor(account, factor)
        removal = load_removal(account, factor)
        require_removable(removal)
        by = spend_proof(by=by, now=now, aim=Aim(Dangerous.REMOVE_FACTOR, str(factor)))
        why = "lost" if is_lost else "removed"
        Factor.objects.filter(pk=row.pk).update(ended_at=now, ended_why=why)
        if removal.others == 0:
            codes = Factor.objects.filter(account_id=account, kind=ProofKind.RECOVERY_CODE.value, ended_at=None)
            codes.update(ended_at=now, ended_why="removed")
        sessions = Session.objects.filter(account_id=account, factor_id=row.pk, ended_at=None).exclude(pk=session)
        sessions.update(ended_at=now, ended_why=f"factor-{why}")
        deed = Deed.FACTOR_LOST if is_lost else Deed.FACTOR_REMOVED
        tell(by=by, now=now, account=account, deed=deed, kind=row.kind, label=row.label)
        if is_lost:
            access_changed.send(sender=Factor, account=account, now=now, by=by, factor=factor)


def close_account(*, by: Actor, now: datetime) -> None:
    """Close one's own account for good. Raises Refused: SOLE_OWNER, PROOF_NEEDED, SIGN_IN_NEEDED."""
    account, _ = require_signed_in(by)
    with transaction.atomic():
        # Of two Owners who close their accounts at once, the second must find itself the last.
        owned = Project.objects.filter(collaborations__account_id=account, collaborations__role=Role.OWNER.value)
        list(owned.order_by("pk").select_for_update(of=("self",), no_key=True))
        alone = list_owned_alone(account)
        if alone:
            raise Refused(Reason.SOLE_OWNER, names=", ".join(alone))
        by = spend_proof(by=by, now=now, aim=Aim(Dangerous.CLOSE_ACCOUNT))
        close_account_row(by=by, now=now, account=account)
