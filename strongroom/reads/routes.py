"""The addresses of the read plane. Pure: a path is read, nothing is looked up.

What a path asks for is decided before anything is known of the project, so that a redirect of a
private index tells nothing either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from strongroom.reads.files import FilePath, parse_file_path
from strongroom.reads.layout import is_canonical_version
from strongroom.terms.names import NormalizedName, parse_project_name
from strongroom.terms.refusals import Refused

_LEGACY = re.compile(r"/pypi/([^/]+)(?:/([^/]+))?/json(/?)\Z")
# hatch asks below its upload address for what is already there: a convention of devpi's.
_ALIASES = ("/legacy/+simple/", "/simple/+simple/")
_LONGEST_VERSION = 200


@dataclass(frozen=True, slots=True)
class Root:
    """The list of all projects."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project's page; by its alias it is HTML whatever is accepted, as hatch reads it (H11)."""

    name: NormalizedName
    is_alias: bool = False


@dataclass(frozen=True, slots=True)
class Legacy:
    """A project's or a release's page in the legacy JSON API."""

    name: NormalizedName
    version: str | None


@dataclass(frozen=True, slots=True)
class Download:
    """A distribution file or its metadata."""

    path: FilePath


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same thing under its one right address (N3, N4)."""

    path: str


@dataclass(frozen=True, slots=True)
class Nowhere:
    """An address of ours that nothing can have."""


Route = Root | Project | Legacy | Download | Elsewhere | Nowhere


def parse_route(path: str) -> Route | None:
    """What a path asks for; nothing when it is not the read plane's to answer."""
    if path.startswith(_ALIASES):
        prefix = next(prefix for prefix in _ALIASES if path.startswith(prefix))
        return _parse_project(path, prefix, is_alias=True)
    if path == "/simple/":
        return Root()
    if path == "/simple":
        return Elsewhere("/simple/")
    if path.startswith("/simple/"):
        return _parse_project(path, "/simple/", is_alias=False)
    if path == "/packages" or path.startswith("/packages/"):
        file = parse_file_path(path)
        return Nowhere() if file is None else Download(file)
    match = _LEGACY.match(path)
    return _parse_legacy(match) if match else None


def _parse_project(path: str, prefix: str, *, is_alias: bool) -> Route:
    text, slash, rest = path.removeprefix(prefix).partition("/")
    name = _normalized(text)
    if name is None or rest:
        return Nowhere()
    if name != text or not slash:
        return Elsewhere(f"{prefix}{name}/")
    return Project(name, is_alias)


def _parse_legacy(match: re.Match[str]) -> Route:
    name = _normalized(match[1])
    version = None if match[2] is None else _canonical(match[2])
    if name is None or (match[2] is not None and version is None):
        return Nowhere()
    if (name, version or None, "") != match.groups():
        return Elsewhere(f"/pypi/{name}/json" if version is None else f"/pypi/{name}/{version}/json")
    return Legacy(name, version)


def _normalized(text: str) -> NormalizedName | None:
    try:
        return parse_project_name(text).normalized
    except Refused:
        return None


def _canonical(text: str) -> str | None:
    if len(text) > _LONGEST_VERSION:
        return None
    try:
        version = str(Version(text))
    except InvalidVersion:
        return None
    return version if is_canonical_version(version) else None
