"""How an account stands to a project, loaded for the one question."""

from __future__ import annotations

from datetime import datetime

from strongroom.accounts.queries.accounts import has_verified_address
from strongroom.mandate.rules import Bearer, Standing
from strongroom.projects.queries import load_role
from strongroom.terms.names import NormalizedName
from strongroom.tokens.queries import Holder


def load_standing(holder: Holder, project: NormalizedName, *, now: datetime, is_new: bool) -> Standing:
    """How the holder of a token stands to a project."""
    return Standing(
        bearer=bearer_of(holder, now=now),
        has_verified_address=has_verified_address(holder.account),
        project=project,
        role=load_role(holder.account, project),
        is_new=is_new,
    )


def bearer_of(holder: Holder, *, now: datetime) -> Bearer:
    """Who presents a token, as the rules ask."""
    return Bearer(account_is_active=holder.account_is_active, token=holder.facts, now=now)
