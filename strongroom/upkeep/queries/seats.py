"""Who sits where on a project, as the rules of seniority ask."""

from __future__ import annotations

from strongroom.projects.models import Collaboration, Project
from strongroom.projects.rules.roles import Role, Seat
from strongroom.terms.actors import AccountId


def seat_of(project: Project, account: AccountId | None) -> Seat | None:
    """An account's role on a project and since when; nothing when it has none."""
    row = Collaboration.objects.filter(project=project, account_id=account or 0).first()
    return None if row is None else Seat(Role(row.role), row.since)


def other_owners(project: Project, account: AccountId | None) -> list[Seat]:
    """The seats of the Owners besides an account, but for those who closed theirs."""
    rows = Collaboration.objects.filter(project=project, role=Role.OWNER.value, account__closed_at=None)
    return [Seat(Role.OWNER, since) for since in rows.exclude(account_id=account or 0).values_list("since", flat=True)]
