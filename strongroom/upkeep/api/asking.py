"""What every operation on a project asks before it shows anything."""

from __future__ import annotations

from django.conf import settings

from strongroom.mandate.queries import load_standing_of
from strongroom.mandate.rules import require_may
from strongroom.projects.publishing import Outlet, outlet_of
from strongroom.projects.rules.roles import ProjectDeed
from strongroom.terms.actors import AccountId
from strongroom.terms.names import NormalizedName
from strongroom.upkeep.api.operations import Call
from strongroom.upkeep.queries.for_programs import require_project


def require_sight(call: Call, name: NormalizedName, deed: ProjectDeed = ProjectDeed.LOOK) -> AccountId:
    """The token's account, which may look at the project; ``deed`` when only whoever may do that shall see.

    Raises Refused(PROJECT_UNKNOWN), and what the one question raises.
    """
    require_project(name)
    require_may(deed, load_standing_of(call.by, name, now=call.now))
    return call.holder.account


def this_outlet() -> Outlet:
    """Where the pages of this index are published."""
    return outlet_of(settings.STRONGROOM)
