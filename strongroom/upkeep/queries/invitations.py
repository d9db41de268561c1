"""Invitations that stand open: of a project, and to a person."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from strongroom.accounts.models import EmailAddress
from strongroom.projects.models import Invitation, Project
from strongroom.terms.actors import AccountId


def open_invitations(project: Project, *, now: datetime) -> QuerySet[Invitation]:
    """Those that nobody has answered yet, the newest first."""
    rows = Invitation.objects.filter(project=project, ended_at=None, expires_at__gt=now)
    return rows.select_related("account", "made_by").order_by("-made_at", "-pk")


def own_invitations(account: AccountId, *, now: datetime) -> QuerySet[Invitation]:
    """Those to an account that it can answer, the newest first."""
    rows = invitations_to(account).filter(ended_at=None, expires_at__gt=now, project__deleted_at=None)
    return rows.select_related("project", "made_by").order_by("-made_at", "-pk")


def invitations_to(account: AccountId) -> QuerySet[Invitation]:
    """Those to an account, answered or not: by its name, or to an address that it has shown it reads."""
    read = EmailAddress.objects.filter(account_id=account, verified_at__isnull=False)
    mine = list(read.annotate(folded=Lower("address")).values_list("folded", flat=True))
    rows = Invitation.objects.alias(folded=Lower("address"))
    return rows.filter(Q(account_id=account) | Q(folded__in=mine))
