"""Entry points of a wheel.

Essential reading: the entry points specification, "Data model" and "File format".
"""

from __future__ import annotations

import re

from strongroom.terms.refusals import Reason, Refused
from strongroom.uploads.rules.archives.paths import SEGMENT_RULES, shown

SCRIPT_GROUPS = frozenset({"console_scripts", "gui_scripts"})

_GROUP = re.compile(r"\w+(\.\w+)*\Z")
_SCRIPT = re.compile(r"[\w.-]+\Z")
_REFERENCE = re.compile(
    r"""
    \w+ (\.\w+)*                            # importable module
    ([ \t]* : [ \t]* \w+ (\.\w+)*)?               # object in it
    ([ \t]* \[ [\w \t.,-]* \])?               # extras, which new files should not have
    \Z
    """,
    re.VERBOSE,
)


def require_entry_points(data: bytes) -> None:
    """entry_points.txt can be read in one way only, and its scripts are plain file names."""
    for group, entries in read_entry_points(data).items():
        require_group(group)
        for name, reference in entries.items():
            if group in SCRIPT_GROUPS:
                require_script_name(name)
            require_name(name)
            require_reference(name, reference)


def read_entry_points(data: bytes) -> dict[str, dict[str, str]]:
    """Groups of names with what they refer to.

    Readers differ over lines that are indented, repeated, half a heading or begin with a semicolon; those are refused.
    """
    groups: dict[str, dict[str, str]] = {}
    entries: dict[str, str] | None = None
    indent = 0
    for line in lines_of(data):
        text = line.strip(" \t")
        if not text or text.startswith("#"):
            continue
        deeper = len(line) - len(line.lstrip(" \t")) > indent
        indent = len(line) - len(line.lstrip(" \t"))
        if (entries and deeper) or text.startswith(";"):
            raise unreadable()
        if text.startswith("["):
            entries = add_group(groups, text)
        elif entries is None:
            raise unreadable()
        else:
            add_entry(entries, text)
    return groups


def lines_of(data: bytes) -> list[str]:
    """The lines of a text in UTF-8 without control characters."""
    try:
        lines = data.decode().replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError:
        raise Refused(Reason.WHEEL_ENTRY_POINTS, why="it is not UTF-8") from None
    if not all(line.replace("\t", " ").isprintable() for line in lines):
        raise unreadable()
    return lines


def add_group(groups: dict[str, dict[str, str]], text: str) -> dict[str, str]:
    """A group is opened once."""
    group = text[1:-1]
    if not text.endswith("]") or group in groups:
        raise unreadable()
    groups[group] = {}
    return groups[group]


def add_entry(entries: dict[str, str], text: str) -> None:
    """A name is given once in its group."""
    name, equals, reference = text.partition("=")
    name = name.strip(" \t")
    if not equals or not name or name in entries:
        raise unreadable()
    entries[name] = reference.strip(" \t")


def unreadable() -> Refused:
    """entry_points.txt does not follow its format."""
    return Refused(Reason.WHEEL_ENTRY_POINTS, why="it does not follow the format")


def require_group(group: str) -> None:
    """A group is words joined by dots."""
    if _GROUP.match(group) is None:
        raise Refused(Reason.WHEEL_ENTRY_POINTS, member=shown(group), why="the name of a group is not valid")


def require_name(name: str) -> None:
    """A name can be seen whole."""
    if not name.isprintable():
        raise Refused(Reason.WHEEL_ENTRY_POINTS, member=shown(name), why="its name is not valid")


def require_script_name(name: str) -> None:
    """A script becomes a file among the person's programs: it has a plain name that every system holds."""
    if _SCRIPT.match(name) is None or any(breaks(name) for breaks, _why in SEGMENT_RULES):
        raise Refused(Reason.WHEEL_ENTRY_POINTS, member=shown(name), why="the name of a script is not valid")


def require_reference(name: str, reference: str) -> None:
    """An entry point refers to a module, or to an object in one."""
    if _REFERENCE.match(reference) is None:
        raise Refused(Reason.WHEEL_ENTRY_POINTS, member=shown(name), why="what it refers to is not valid")
