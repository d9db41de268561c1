"""Telling the people of a project what was done to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from strongroom.accounts.actions.letters import write_letter, write_notice
from strongroom.accounts.models import Account
from strongroom.accounts.rules.letters import LetterKind
from strongroom.projects.models import Collaboration, Project
from strongroom.projects.queries.projects import subject_of
from strongroom.projects.rules.roles import Role
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, Actor
from strongroom.upkeep.rules.addresses import told_to


def tell_project(
    *,
    by: Actor,
    now: datetime,
    project: Project,
    deed: Deed,
    facts: dict[str, object],
    also: Iterable[AccountId] = (),
) -> None:
    """Record what was done to a project, and write to everybody who owns or maintains it; in its transaction.

    Whoever did it gets the letter that can say "this was not me"; ``also`` names people who are collaborators no
    more. Closed accounts are nobody any more: they keep their rows, and get no letters. Only Owners, who may invite,
    read the address that somebody was invited by.
    """
    record_event(by=by, now=now, deed=deed, subject=subject_of(project), details=facts)
    rows = Account.objects.filter(Q(collaborations__project=project) | Q(pk__in=list(also)), closed_at=None)
    owners = Collaboration.objects.filter(project=project, role=Role.OWNER.value)
    may_invite = set(owners.values_list("account_id", flat=True))
    told = {"project": project.display_name, "name": project.normalized_name, **facts}
    for account in sorted(set(rows.values_list("pk", flat=True))):
        if account == by.account:
            write_notice(by=by, now=now, account=AccountId(account), deed=deed, facts=told)
        else:
            own = told_to(told, may_invite=account in may_invite)
            whole = {**own, "deed": deed.value, "at": now.isoformat(), "who": by.name, "kind_of_who": by.kind.value}
            write_letter(now=now, account=AccountId(account), kind=LetterKind.PROJECT, facts=whole)
