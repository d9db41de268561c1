"""Names of projects.

Essential reading: the name format and the normalisation of the packaging specifications
("Names and normalization", PEP 503, PEP 508 as corrected in August 2025).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NewType

from strongroom.terms.refusals import Reason, Refused

NormalizedName = NewType("NormalizedName", str)

LONGEST_NAME = 200
"""Characters; no real project comes near, and a page's path must fit a file name with room to spare."""

# \Z, not $: a name with a trailing newline must fail (corrected in the specification in August 2025).
_NAME = re.compile(r"([A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])\Z", re.IGNORECASE | re.ASCII)
_RUNS = re.compile(r"[-_.]+")


@dataclass(frozen=True)
class ProjectName:
    """A project's name as its people write it, and the one form under which it is found."""

    display: str
    normalized: NormalizedName


def parse_project_name(text: str) -> ProjectName:
    """Read a project name.

    Raises Refused(NAME_INVALID) when it is not one by the packaging specifications.
    """
    if len(text) > LONGEST_NAME or not _NAME.match(text):
        raise Refused(Reason.NAME_INVALID, name=text[:LONGEST_NAME])
    return ProjectName(display=text, normalized=normalize(text))


def normalize(text: str) -> NormalizedName:
    """Lower case, and every run of ``-``, ``_`` and ``.`` as one ``-`` (PEP 503)."""
    return NormalizedName(_RUNS.sub("-", text).lower())
