"""Who collaborates on what."""

from __future__ import annotations

from strongroom.projects.models import Collaboration
from strongroom.projects.rules.roles import Role
from strongroom.terms.actors import AccountId
from strongroom.terms.names import NormalizedName


def load_role(account: AccountId, project: NormalizedName) -> Role | None:
    """The account's role on the project, or nothing."""
    role = (
        Collaboration.objects.filter(account_id=account, project__normalized_name=project)
        .values_list("role", flat=True)
        .first()
    )
    return None if role is None else Role(role)


def list_collaborations(account: AccountId) -> list[NormalizedName]:
    """The projects that the account owns or maintains, by name, but for those that were deleted."""
    rows = Collaboration.objects.filter(account_id=account, project__deleted_at=None)
    names = rows.values_list("project__normalized_name", flat=True)
    return [NormalizedName(name) for name in names.order_by("project__normalized_name")]


def is_collaborator(account: AccountId) -> bool:
    """Whether the account owns or maintains anything: what was deleted counts while it can be restored."""
    return Collaboration.objects.filter(account_id=account, project__purged_at=None).exists()


def list_co_collaborators(account: AccountId) -> dict[AccountId, list[str]]:
    """Whoever shares a project with the account, and the names of those projects; closed accounts are nobody."""
    mine = Collaboration.objects.filter(account_id=account, project__purged_at=None).values("project_id")
    shared: dict[AccountId, list[str]] = {}
    rows = Collaboration.objects.filter(project_id__in=mine, account__closed_at=None).exclude(account_id=account)
    for other, name in rows.order_by("project__normalized_name").values_list("account_id", "project__display_name"):
        shared.setdefault(AccountId(other), []).append(name)
    return shared


def list_owned_alone(account: AccountId) -> list[str]:
    """Projects that would be without an Owner if the account were not there; what was deleted needs none.

    An Owner whose account is suspended may never act again, so one who is not must stay beside them.
    """
    owners = Collaboration.objects.filter(role=Role.OWNER.value, project__deleted_at=None)
    owners = owners.filter(account__closed_at=None, account__suspended_at=None)
    mine = owners.filter(account_id=account).exclude(
        project_id__in=owners.exclude(account_id=account).values("project_id")
    )
    return list(mine.order_by("project__normalized_name").values_list("project__display_name", flat=True))
