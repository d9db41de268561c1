"""What a project's name must be, and when a new one is taken."""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import dataclass

from strongroom.terms.names import NormalizedName, ProjectName, normalize
from strongroom.terms.refusals import Reason, Refused

_STANDARD_LIBRARY = frozenset(normalize(name) for name in sys.stdlib_module_names)


_LOOKALIKES = str.maketrans({"-": "", "l": "1", "i": "1", "o": "0"})


@dataclass(frozen=True)
class NewProject:
    """What must be known before a name is used for the first time."""

    name: ProjectName
    similar_to: str | None
    prohibited: Collection[NormalizedName]
    made_this_hour: int
    limit_per_hour: int


def require_free_name(new: NewProject) -> None:
    """A new name is not a module of the standard library, not prohibited, and not read for another at a glance."""
    if new.name.normalized in _STANDARD_LIBRARY:
        raise Refused(Reason.NAME_STANDARD_LIBRARY, name=new.name.display)
    if new.name.normalized in new.prohibited:
        raise Refused(Reason.NAME_PROHIBITED, name=new.name.display)
    if new.similar_to is not None:
        raise Refused(Reason.NAME_TOO_SIMILAR, name=new.name.display, other=new.similar_to)


def require_room_for_new_project(new: NewProject) -> None:
    """One account makes only so many new projects in an hour."""
    if new.limit_per_hour and new.made_this_hour >= new.limit_per_hour:
        raise Refused(Reason.TOO_MANY_NEW_PROJECTS, limit=new.limit_per_hour)


def lookalike_key(name: NormalizedName) -> str:
    """The form in which two names that the eye confuses are the same: no separators, l and i as 1, o as 0."""
    return name.translate(_LOOKALIKES)
