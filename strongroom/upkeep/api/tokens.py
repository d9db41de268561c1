"""The token that was presented: looked at, and burned."""

from __future__ import annotations

from django.conf import settings

from strongroom.reads.readers import Readers
from strongroom.tokens.actions import revoke_token
from strongroom.upkeep.api.operations import Call
from strongroom.upkeep.queries import for_programs
from strongroom.upkeep.queries.for_programs import TokenState


def get_token(call: Call) -> TokenState:
    """Look at the token that is presented."""
    return for_programs.load_token_state(call.holder.token)


def burn_token(call: Call) -> TokenState:
    """Revoke the token that is presented, and no other: it is good for nothing from now on.

    Every token may do this to itself, whatever it was made for, also one that has expired or whose account is
    suspended: whoever finds one closes the door with it. A token that is revoked already stays so.
    """
    readers = Readers(settings.STRONGROOM.readers_folder)
    revoke_token(by=call.by, now=call.now, token=call.holder.token, readers=readers)
    return for_programs.load_token_state(call.holder.token)
