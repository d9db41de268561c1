"""Addresses of people who were invited are for those who may invite, and for nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

_Told = TypeVar("_Told")


def told_to(facts: Mapping[str, _Told], *, may_invite: bool) -> dict[str, _Told]:
    """What is told of a deed: to whoever may not invite without the address that an invitation went to."""
    # No account's name has the sign.
    is_for_all = may_invite or "@" not in str(facts.get("account", ""))
    return {name: value for name, value in facts.items() if is_for_all or name != "account"}
