"""Whether a project is critical, for whoever holds a token."""

from __future__ import annotations

from django.conf import settings

from strongroom.criticality.queries.explaining import CriticalityState, find_criticality
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused
from strongroom.upkeep.api.operations import Call


def get_criticality(call: Call, name: NormalizedName) -> CriticalityState:
    """Say whether a project is critical, since when and why, or how far it is from that; any live token may ask."""
    del call
    state = find_criticality(name, folder=settings.STRONGROOM.snapshots_folder)
    if state is None:
        raise Refused(Reason.PROJECT_UNKNOWN, name=name)
    return state
