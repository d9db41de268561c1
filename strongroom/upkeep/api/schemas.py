"""From types to JSON Schema, and from values to JSON: what is described is what is sent."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

Schema = dict[str, Any]
_PLAIN = {str: "string", int: "integer", bool: "boolean"}
REF = "#/components/schemas/"


@dataclass(frozen=True)
class Words:
    """What a text that a program sends must be: its length in characters, and a pattern for all of it.

    ``described`` when a rule of its own judges the text, and has a refusal of its own: what that lets through.
    """

    says: str
    most: int
    pattern: str
    described: str = ""


class Schemas:
    """The schemas of a description: each dataclass once, by its name."""

    def __init__(self) -> None:
        self.named: dict[str, Schema] = {}

    def of(self, hint: Any) -> Schema:  # noqa: ANN401 - a type as it was written
        """The schema of a type. Raises TypeError for one that is not sent anywhere."""
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin is typing.Annotated:
            return {**self.of(arguments[0]), **_constraints(arguments[1])}
        if origin in {types.UnionType, typing.Union}:
            return _or_null(self.of(next(one for one in arguments if one is not types.NoneType)))
        if origin is tuple:
            return {"type": "array", "items": self.of(arguments[0])}
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            return self._named(hint)
        return _plain(hint)

    def closed(self, shape: type) -> Schema:
        """The schema of a body that programs send: it has no other fields."""
        reference = self._named(shape)
        self.named[shape.__name__]["additionalProperties"] = False
        return reference

    def _named(self, shape: type) -> Schema:
        if shape.__name__ not in self.named:
            hints = typing.get_type_hints(shape, include_extras=True)
            fields = dataclasses.fields(shape)
            self.named[shape.__name__] = {
                "type": "object",
                "description": (shape.__doc__ or "").strip(),
                "required": [one.name for one in fields if one.default is dataclasses.MISSING],
                "properties": {one.name: self.of(hints[one.name]) for one in fields},
            }
        return {"$ref": f"{REF}{shape.__name__}"}


def _plain(hint: Any) -> Schema:  # noqa: ANN401 - a type as it was written
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return {"type": "string", "enum": [one.value for one in hint]}
    if hint is datetime:
        return {"type": "string", "format": "date-time"}
    if hint is date:
        return {"type": "string", "format": "date"}
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    raise TypeError(f"{hint} is sent nowhere")


def to_json(value: object) -> object:
    """A value as it is sent; instants in UTC (RFC 3339). Raises TypeError for what is sent nowhere."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_json(one) for one in value]
    if dataclasses.is_dataclass(value):
        return {one.name: to_json(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"{type(value)} is sent nowhere")


def _constraints(said: str | Words) -> Schema:
    if isinstance(said, str):
        return {"description": said}
    return {"description": said.says, "maxLength": said.most, "pattern": said.described or said.pattern}


def _or_null(schema: Schema) -> Schema:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}
