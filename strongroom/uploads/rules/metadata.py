"""Core Metadata as the archive itself has it: read, required to be sound, compared with the form.

Essential reading: the core metadata specification, versions 1.0 to 2.6 (2.0 was withdrawn); PEP 440, 508,
639, 643, 685, 753, 794.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import getaddresses
from typing import Any
from urllib.parse import urlsplit

from packaging.metadata import InvalidMetadata, Metadata, RawMetadata, parse_email
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from strongroom.terms.names import NormalizedName, normalize, parse_project_name
from strongroom.terms.refusals import Reason, Refused

VERSIONS = ("1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6")
LONGEST_SUMMARY = 512
LONGEST_VERSION = 100
LONGEST_LABEL = 32
LONGEST_REQUIRES_PYTHON = 500
MOST_VALUES = {"classifiers": 500, "project_urls": 100, "requires_dist": 2000, "provides_extra": 500, "keywords": 500}
"""How often a field may be repeated: several times what any popular project does."""

_SINGLE = {
    "metadata-version", "name", "version", "summary", "description", "description-content-type", "keywords",
    "home-page", "download-url", "author", "author-email", "maintainer", "maintainer-email", "license",
    "license-expression", "requires-python",
}  # fmt: skip
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_MAILBOX = re.compile(r"[^@\s<>]+@[^@\s<>]+\Z")


@dataclass(frozen=True)
class CoreMetadata:
    """What an archive says of itself. ``fields`` are in the JSON form of PEP 566, for pages and the legacy API."""

    name: NormalizedName
    version: Version
    fields: Mapping[str, Any]

    def text(self, field: str) -> str | None:
        """A field that is there once, or nothing when it is empty or ``UNKNOWN``."""
        value = self.fields.get(field)
        return value if isinstance(value, str) and value.strip() not in {"", "UNKNOWN"} else None

    def texts(self, field: str) -> tuple[str, ...]:
        """A field that may be repeated."""
        return tuple(self.fields.get(field) or ())


def read_core_metadata(content: bytes) -> CoreMetadata:
    """Read METADATA or PKG-INFO. Raises Refused: METADATA_INVALID naming the field, METADATA_VERSION."""
    _require_text(content)
    raw, unread = parse_email(content)
    for field in unread:
        if field in _SINGLE:
            raise _invalid(field, "it is there more than once, or cannot be read")
        if field == "project-url":  # left out as a whole, its links would vanish from the page without a word
            raise _invalid(field, "two links have the same label")
        if field == "content-transfer-encoding":  # readers that know e-mail would see another description than others
            raise _invalid(field, "core metadata is plain UTF-8, not encoded")
    declared = raw.get("metadata_version", "")
    if declared not in VERSIONS:
        raise Refused(Reason.METADATA_VERSION, version=declared[:20], newest=VERSIONS[-1])
    _require_few(raw)
    _require_valid_values(raw)
    name = parse_project_name(raw["name"])
    return CoreMetadata(name.normalized, Version(raw["version"]), raw)


def _require_text(content: bytes) -> None:
    if b"\x00" in content:
        raise _invalid("METADATA", "it holds a NUL character")
    if content.startswith(b"\xef\xbb\xbf"):
        raise _invalid("METADATA", "it begins with a byte order mark")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        raise _invalid("METADATA", "it is not UTF-8") from None
    # Some readers end a line there and some do not: one would see a header that the other does not.
    if _LONE_RETURN.search(_BLANK_LINE.split(content, maxsplit=1)[0]):
        raise _invalid("METADATA", "a header holds a carriage return that does not end its line")


def _require_few(raw: RawMetadata) -> None:
    values: Mapping[str, Any] = raw
    for field, most in MOST_VALUES.items():
        if len(values.get(field) or ()) > most:
            raise _invalid(field, "it is there more than %(most)s times", most=most)


def _require_valid_values(raw: RawMetadata) -> None:
    # Each value by itself: a field newer than the declared version is common in the wild (setuptools wrote
    # License-File under 2.1 for years) and says nothing false.
    parsed = Metadata.from_raw(raw, validate=False)
    for field in ("name", "version", *raw):
        if field == "metadata_version":
            continue
        try:
            value = getattr(parsed, field)
        except InvalidMetadata as error:
            said = _first_line(str(error.__cause__ or error))
            raise _invalid(error.field, "it cannot be read (%(said)s)", said=said) from None
        except (ValueError, RecursionError):
            # A number of thousands of digits, a marker of thousands of brackets.
            raise _invalid(field, "it is too long to be read") from None
        if field in {"name", "version"} and not value:
            raise _invalid(field, "it is missing")


def _first_line(text: str) -> str:
    return text.partition("\n")[0][:200]


def _invalid(field: str, why: str, **facts: object) -> Refused:
    return Refused(Reason.METADATA_INVALID, field=field[:60], why=why, **facts)


def require_sound_fields(core: CoreMetadata) -> None:
    """The summary is one short line, addresses are addresses, links lead to the web, the licence is given once."""
    summary = core.text("summary") or ""
    if len(summary) > LONGEST_SUMMARY or "\n" in summary:
        raise _invalid("summary", "it must be one line of at most %(most)s characters", most=LONGEST_SUMMARY)
    if len(str(core.version)) > LONGEST_VERSION:
        raise _invalid("version", "it must have at most %(most)s characters", most=LONGEST_VERSION)
    if len(core.text("requires_python") or "") > LONGEST_REQUIRES_PYTHON:
        raise _invalid("requires_python", "it must have at most %(most)s characters", most=LONGEST_REQUIRES_PYTHON)
    if core.text("license") and core.text("license_expression"):
        raise _invalid("license", "it cannot be given beside License-Expression")
    _require_addresses(core)
    _require_links(core)


def _require_addresses(core: CoreMetadata) -> None:
    for field in ("author_email", "maintainer_email"):
        for _, address in getaddresses([core.text(field) or ""]):
            if address and not _MAILBOX.match(address):
                raise _invalid(field, "%(address)s is not an e-mail address", address=repr(address[:80]))


def _require_links(core: CoreMetadata) -> None:
    links: dict[str, str] = dict(core.fields.get("project_urls") or {})
    for label, link in links.items():
        if not 0 < len(label) <= LONGEST_LABEL or not label.isprintable():
            raise _invalid("project_urls", "a label must have 1 to %(most)s characters", most=LONGEST_LABEL)
        if not link:
            raise _invalid("project_urls", "the label %(label)s has no address behind it", label=repr(label))
    single = {field: core.text(field) or "" for field in ("home_page", "download_url")}
    for field, link in [*(("project_urls", link) for link in links.values()), *single.items()]:
        if link and not _is_web_address(link):
            raise _invalid(field, "%(link)s is not an address beginning with http:// or https://", link=repr(link[:80]))


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and text.isprintable()


def require_no_local_version(core: CoreMetadata) -> None:
    """A public index takes no local versions (``+something``): they are for what was patched elsewhere (PEP 440)."""
    if core.version.local is not None:
        raise Refused(Reason.LOCAL_VERSION, version=str(core.version))


def require_no_direct_references(core: CoreMetadata) -> None:
    """On a public index a dependency is a name and versions, never an address (PEP 440, direct references)."""
    for text in core.texts("requires_dist"):
        if Requirement(text).url is not None:
            raise Refused(Reason.DIRECT_REFERENCE, requirement=text[:120])


def require_known_classifiers(core: CoreMetadata, *, known: Iterable[str], private: bool) -> None:
    """Every classifier is on the list of trove classifiers; a private index takes ``Private ::`` ones as well."""
    known = frozenset(known)
    for classifier in core.texts("classifiers"):
        if classifier not in known and not (private and classifier.startswith("Private :: ")):
            raise Refused(Reason.CLASSIFIER_UNKNOWN, classifier=classifier[:120])


def require_form_agrees(core: CoreMetadata, form: Mapping[str, tuple[str, ...]]) -> None:
    """Where form and file both speak they say the same; the file's word is the one that is published."""
    for field, (same, names) in _COMPARED.items():
        sent = tuple(value for name in names for value in form.get(name, ()))
        found = core.fields.get(field)
        if sent and found and same(sent) != same(_as_texts(found)):
            raise Refused(Reason.FORM_DIFFERS, field=field)


def _as_texts(found: object) -> tuple[str, ...]:
    if isinstance(found, dict):
        return tuple(f"{label}, {link}" for label, link in found.items())
    return (found,) if isinstance(found, str) else tuple(found)  # type: ignore[arg-type]


def _same_name(values: tuple[str, ...]) -> object:
    return normalize(values[0])


def _same_version(values: tuple[str, ...]) -> object:
    try:
        return Version(values[0])
    except ValueError:
        return values[0]


def _same_specifiers(values: tuple[str, ...]) -> object:
    try:
        return frozenset(SpecifierSet(values[0]))
    except ValueError:  # InvalidSpecifier, or a number of thousands of digits
        return values[0]


def _same_requirements(values: tuple[str, ...]) -> object:
    try:
        return {str(Requirement(value)) for value in values}
    except (ValueError, RecursionError):  # InvalidRequirement, or one that is too long to be read
        return set(values)


def _same_links(values: tuple[str, ...]) -> object:
    # Labels are compared after removing punctuation, space and case (PEP 753).
    pairs = (value.partition(",") for value in values)
    return {(re.sub(r"[\W_]", "", label).lower(), link.strip()) for label, _, link in pairs}


def _same_words(values: tuple[str, ...]) -> object:
    # Forms fold line endings, and old metadata indents continued lines.
    return " ".join(values[0].replace("|", " ").split())


_COMPARED = {
    "name": (_same_name, ("name",)),
    "version": (_same_version, ("version",)),
    "requires_python": (_same_specifiers, ("requires_python",)),
    "requires_dist": (_same_requirements, ("requires_dist",)),
    "project_urls": (_same_links, ("project_urls",)),
    "summary": (_same_words, ("summary",)),
    "description": (_same_words, ("description",)),
}
