"""The form that clients send beside a file, read; what it says is compared, never trusted (design rule 9).

Essential reading: the upload API as PyPI documents it. There is no standard; the clients' habits that
matter (empty values, misspelt and missing fields) are noted beside the code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from strongroom.terms.filenames import Kind
from strongroom.terms.names import ProjectName, parse_project_name
from strongroom.terms.refusals import Malformed, Reason, Refused

REPEATABLE = frozenset(
    {
        "attestations",
        "classifiers",
        "dynamic",
        "import_name",
        "import_names",
        "import_namespace",
        "import_namespaces",
        "keywords",
        "license_file",
        "license_files",
        "obsoletes",
        "obsoletes_dist",
        "platform",
        "platforms",
        "project_urls",
        "provides",
        "provides_dist",
        "provides_extra",
        "provides_extras",  # pdm's spelling
        "requires",
        "requires_dist",
        "requires_external",
        "supported_platform",
    }
)
GONE_ACTIONS = frozenset({"submit", "submit_pkg_info", "doc_upload"})
DIGEST_LENGTHS = {"md5_digest": 32, "sha256_digest": 64, "blake2_256_digest": 64}
"""Hexadecimal digits of each digest a client may send."""

_HEX = re.compile(r"[0-9a-f]+\Z", re.ASCII)


@dataclass(frozen=True)
class Form:
    """The text fields of an upload; a field that is empty or ``UNKNOWN`` is not there."""

    fields: Mapping[str, tuple[str, ...]]

    def one(self, name: str) -> str | None:
        """The value of a field that is there once, or nothing."""
        values = self.fields.get(name, ())
        return values[0] if values else None

    def many(self, *names: str) -> tuple[str, ...]:
        """The values of a field that may be repeated, under any of its spellings."""
        return tuple(value for name in names for value in self.fields.get(name, ()))


@dataclass(frozen=True)
class Claim:
    """What the form says the file is: checked against the file itself before anything is believed."""

    name: ProjectName
    version: str
    kind: Kind
    digests: Mapping[str, str]


def read_form(pairs: Iterable[tuple[str, str]]) -> Form:
    """Sort the fields by name. Raises Malformed for a control character in a name or NUL, or two values for one."""
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if not name.isprintable():
            raise Malformed("form", "a field's name holds a character that cannot be printed")
        if "\x00" in value:
            raise Malformed(name, "it holds a NUL character")
        if value.strip() in {"", "UNKNOWN"}:  # pdm and uv send empty values; old setuptools sends UNKNOWN
            continue
        fields.setdefault(name, []).append(value)
    for name, values in fields.items():
        if name not in REPEATABLE and len(set(values)) > 1:
            raise Malformed(name, "it is there more than once, with different values")
    return Form({name: tuple(values) for name, values in fields.items()})


def require_upload_action(form: Form) -> None:
    """The form asks for an upload, in the one protocol version there is."""
    action = form.one(":action") or "file_upload"
    if action in GONE_ACTIONS:
        raise Refused(Reason.ACTION_GONE, action=action)
    if action != "file_upload":
        raise Malformed(":action", "it must be file_upload")
    if (form.one("protocol_version") or "1") != "1":
        raise Malformed("protocol_version", "it must be 1")


def require_no_attestations(form: Form) -> None:
    """File attestations are taken only where each can be verified, and that takes a trusted publisher (PEP 740)."""
    sent = form.many("attestations")
    if not sent:
        return
    try:
        items = [item for text in sent for item in json.loads(text)]
    except (ValueError, TypeError, RecursionError):
        raise Malformed("attestations", "it must be a JSON array") from None
    if not items:
        raise Malformed("attestations", "the array holds no attestation")
    raise Refused(Reason.ATTESTATIONS_UNVERIFIABLE)


def read_claim(form: Form) -> Claim:
    """What the form says the file is.

    Raises Malformed naming the field, Refused(NAME_INVALID) for a name that is none.
    """
    name, version, filetype = (_required(form, field) for field in ("name", "version", "filetype"))
    try:
        kind = Kind(filetype)
    except ValueError:
        raise Malformed("filetype", "it must be sdist or bdist_wheel") from None
    # What Pythons the file is for is taken from its name; here the form only must not contradict itself.
    if kind is Kind.SDIST and form.one("pyversion") not in {None, "source"}:
        raise Malformed("pyversion", "it must be source for an sdist")
    if kind is Kind.WHEEL and form.one("pyversion") is None:
        raise Malformed("pyversion", "a wheel must name the Python it is for")
    return Claim(parse_project_name(name), version, kind, _digests(form))


def _digests(form: Form) -> dict[str, str]:
    digests = {}
    for field, length in DIGEST_LENGTHS.items():
        text = form.one(field)
        if text is None:
            continue
        if len(text) != length or not _HEX.match(text.lower()):
            raise Malformed(field, "it must be %(length)s hexadecimal digits", length=length)
        digests[field] = text.lower()
    if not digests:
        raise Malformed("sha256_digest", "at least one digest of the file must be sent")
    return digests


def _required(form: Form, field: str) -> str:
    value = form.one(field)
    if value is None:
        raise Malformed(field, "it is missing")
    return value
