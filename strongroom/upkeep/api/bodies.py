"""What programs send, read strictly: a body of JSON, and the parameters of a query."""

from __future__ import annotations

import dataclasses
import enum
import json
import re
import typing
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from django.http import HttpRequest, UnreadablePostError

from strongroom.terms.refusals import Malformed
from strongroom.upkeep.api.schemas import Words

MOST_BODY_BYTES = 16 * 1024
"""The longest reason, each of its characters written as an escape, with room to spare."""

MOST_PARAMETERS = 20

LONGEST_SHOWN = 40
"""Characters of a field's name that are repeated to whoever sent it."""

PLAIN_TEXT = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
"""No control characters but tab and line ends: no page shows them. Python and ECMA-262, which a description's patterns
are written in, read it alike."""

_BODY = "body"


def read_query(request: HttpRequest, *, known: frozenset[str]) -> dict[str, str]:
    """The parameters of a query. Raises Malformed for one that there is not, or that is given twice."""
    try:
        pairs = parse_qsl(
            request.META.get("QUERY_STRING", ""),
            keep_blank_values=True,
            max_num_fields=MOST_PARAMETERS,
            errors="strict",
        )
    except ValueError:
        raise Malformed("query", "it is not a query of a few parameters in UTF-8") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            raise Malformed(name[:LONGEST_SHOWN], "there is no such parameter")
        if name in found:
            raise Malformed(name, "it is given twice")
        found[name] = value
    return found


def read_body(request: HttpRequest, shape: type) -> object:
    """A body as a value of ``shape``. Raises Malformed with the field that cannot be read."""
    if request.content_type != "application/json":
        raise Malformed("Content-Type", "it must be application/json")
    length = request.META.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()):
        raise Malformed("Content-Length", "it is missing; the size of a body must be announced")
    try:
        sent = request.read(MOST_BODY_BYTES)
    except UnreadablePostError:
        raise Malformed(_BODY, "it ended before its announced length") from None
    return _read_fields(_parse(sent), shape)


def _parse(sent: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(sent.decode(), object_pairs_hook=_once, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise Malformed(_BODY, "it is not UTF-8") from None
    except RecursionError:
        raise Malformed(_BODY, "it is nested too deeply") from None
    except ValueError:
        raise Malformed(_BODY, "it is not JSON") from None
    if not isinstance(found, dict):
        raise Malformed(_BODY, "it must be a JSON object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # RFC 8259, 4: readers disagree on which of two fields of one name counts.
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Malformed(name[:LONGEST_SHOWN], "it is given twice")
        found[name] = value
    return found


def _refuse_constant(_text: str) -> NoReturn:
    raise ValueError("not a number of JSON")


def _read_fields(found: Mapping[str, Any], shape: Any) -> object:  # noqa: ANN401 - any dataclass
    hints = typing.get_type_hints(shape, include_extras=True)
    fields = {one.name: one for one in dataclasses.fields(shape)}
    for name in found:
        if name not in fields:
            raise Malformed(name[:LONGEST_SHOWN], "there is no such field")
    for name, one in fields.items():
        if name not in found and one.default is dataclasses.MISSING:
            raise Malformed(name, "it is missing")
    return shape(**{name: _read_field(name, value, hints[name]) for name, value in found.items()})


def _read_field(name: str, value: object, hint: Any) -> object:  # noqa: ANN401 - a type as it was written
    hint, *said = typing.get_args(hint) if typing.get_origin(hint) is typing.Annotated else (hint,)
    if not isinstance(value, str):
        raise Malformed(name, "it must be a text")
    if issubclass(hint, enum.Enum):
        chosen = next((one for one in hint if one.value == value), None)
        if chosen is None:
            raise Malformed(name, "it must be one of: %(values)s", values=", ".join(one.value for one in hint))
        return chosen
    for words in said:
        if isinstance(words, Words):
            require_words(name, value, words)
    return value


def require_words(name: str, value: str, words: Words) -> None:
    """A text is as its description says. Raises Malformed."""
    if len(value) > words.most:
        raise Malformed(name, "it has more than %(most)s characters", most=words.most)
    # A half of a character may be escaped in JSON (RFC 8259, 8.2), and no database keeps it.
    if not re.search(words.pattern, value) or any("\ud800" <= character <= "\udfff" for character in value):
        raise Malformed(name, "it holds characters that it must not hold")
