"""The parts of an address and of a query: how each is read, and how it is described."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.version import InvalidVersion, Version

from strongroom.accounts.rules.names import require_account_name
from strongroom.terms.names import LONGEST_NAME, NormalizedName, parse_project_name
from strongroom.terms.refusals import Malformed
from strongroom.upkeep.api.operations import MOST_ROWS, USUAL_ROWS
from strongroom.upkeep.api.schemas import Schema

LONGEST_VERSION = 100
LONGEST_ACCOUNT = 40
LARGEST_NUMBER = 2**63 - 1
"""What a database keeps."""

ACCOUNT = r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"
_NAME = ACCOUNT
_NUMBER = r"(0|[1-9][0-9]{0,8})"
# PEP 440, appendix B, without local labels, which no release here has; other spellings are read as well.
_VERSION = rf"^([1-9][0-9]{{0,8}}!)?{_NUMBER}(\.{_NUMBER})*((a|b|rc){_NUMBER})?(\.post{_NUMBER})?(\.dev{_NUMBER})?$"


@dataclass(frozen=True)
class Part:
    """One part of an address or of a query."""

    says: str
    schema: Schema
    read: Callable[[str], Any]


def read_name(text: str) -> NormalizedName:
    """A project's name in whatever spelling. Raises Refused(NAME_INVALID)."""
    return parse_project_name(text).normalized


def read_version(text: str) -> str:
    """A version in whatever spelling, as releases are called here. Raises Malformed."""
    try:
        if len(text) <= LONGEST_VERSION:
            return str(Version(text))
    except InvalidVersion:
        pass
    raise Malformed("version", "it is not a version, such as 1.0 or 2.0rc1 (PEP 440)")


def read_account(text: str) -> str:
    """The name of an account. Raises Refused(ACCOUNT_NAME_INVALID)."""
    require_account_name(text)
    return text


def read_number(text: str) -> int:
    """The number of an invitation. Raises Malformed."""
    if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_NUMBER)) and int(text) <= LARGEST_NUMBER:
        return int(text)
    raise Malformed("invitation", "it is not a number, as the list of invitations gives them")


def read_limit(text: str) -> int:
    """How many rows are wanted. Raises Malformed."""
    if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_ROWS)) and 1 <= int(text) <= MOST_ROWS:
        return int(text)
    raise Malformed("limit", "it must be a number from 1 to %(most)s", most=MOST_ROWS)


PARTS: Mapping[str, Part] = {
    "name": Part(
        "The project's name, in whatever spelling.",
        {"type": "string", "pattern": _NAME, "minLength": 1, "maxLength": LONGEST_NAME},
        read_name,
    ),
    "version": Part(
        "The release's version; other spellings of it are read as well.",
        {"type": "string", "pattern": _VERSION, "maxLength": LONGEST_VERSION},
        read_version,
    ),
    "account": Part(
        "The account's name.",
        {"type": "string", "pattern": ACCOUNT, "minLength": 1, "maxLength": LONGEST_ACCOUNT},
        read_account,
    ),
    "invitation": Part(
        "The invitation's number, as the list of invitations gives it.",
        {"type": "integer", "minimum": 0, "maximum": LARGEST_NUMBER},
        read_number,
    ),
}
"""The parts of addresses, by their names."""

LIMIT = Part(
    "How many are wanted.",
    {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": USUAL_ROWS},
    read_limit,
)
AFTER_SAYS = "The last one that was shown before: those behind it are answered. The address in `next` holds it."
