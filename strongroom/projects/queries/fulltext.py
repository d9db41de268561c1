"""The full text of projects, as each database keeps it (migration 0005): questions put, candidates found.

What is typed never reaches a database as syntax: a question is made of words of letters and digits, each quoted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from strongroom.projects.models import Listing, Project
from strongroom.projects.rules.names import lookalike_key
from strongroom.projects.rules.ranking import Candidate
from strongroom.projects.rules.wording import LONGEST_HEAD
from strongroom.terms.names import NormalizedName


@dataclass(frozen=True)
class Question:
    """All of these words, the last of them as a beginning; all of these marks; and of ``any_marks`` one at least.

    With ``in_names`` the words are looked for in names alone.
    """

    words: tuple[str, ...]
    marks: tuple[str, ...] = ()
    any_marks: tuple[str, ...] = ()
    in_names: bool = False
    last_begins: bool = True

    def among(self, any_marks: Sequence[str]) -> Question:
        """The same among what has one of these marks."""
        return replace(self, any_marks=tuple(any_marks))

    def of_names(self) -> Question:
        """The same of names alone."""
        return replace(self, in_names=True)


_COLUMNS = ("project_id", "name", "downloads", "updated_at", "keywords", "marks")
_SELECTED = ", ".join(_COLUMNS)

_FIND = {
    # The newest come first; there is no telling in PostgreSQL, and it matters only where nothing else can be told.
    "sqlite": """SELECT rowid AS id FROM projects_fulltext WHERE projects_fulltext MATCH %s
        ORDER BY rowid DESC LIMIT %s""",
    "postgresql": "SELECT id FROM projects_found(%s::tsquery, %s) AS id",
}

# The rows of the few that were found, one by one: neither planner may read the whole table instead.
_RANK = {
    "sqlite": """SELECT {columns} FROM ({find}) AS found CROSS JOIN projects_listing AS listed
        ON listed.project_id = found.id ORDER BY {by} DESC, project_id DESC LIMIT %s""",
    "postgresql": """SELECT {columns} FROM ({find}) AS found CROSS JOIN LATERAL (
            SELECT {columns} FROM projects_listing WHERE project_id = found.id OFFSET 0
        ) AS listed ORDER BY {by} DESC, project_id DESC LIMIT %s""",
}

_BEGIN = {
    # The plus keeps SQLite from walking all projects in order of downloads until enough have the name.
    "sqlite": """SELECT project_id AS id FROM projects_listing WHERE name >= %s AND name < %s
        ORDER BY +{by} DESC, +project_id DESC LIMIT %s""",
    "postgresql": """SELECT project_id AS id FROM (
            SELECT project_id, {by} FROM projects_listing WHERE name ~>=~ %s AND name ~<~ %s OFFSET 0
        ) AS begun ORDER BY {by} DESC, project_id DESC LIMIT %s""",
}


def count_found(question: Question, *, most: int) -> int:
    """How many projects answer a question; counting stops at ``most``."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_FIND[connection.vendor]}) AS found", [_render(question), most])  # noqa: S608 - both parts are ours
        return int(cursor.fetchone()[0])


def find_best(question: Question, *, by: str, among: int, most: int) -> list[Candidate]:
    """Of the projects that answer a question the first ``most`` by a column, falling.

    No more than ``among`` are looked at: a question that more projects answer is to be narrowed first.
    """
    vendor = connection.vendor
    statement = _RANK[vendor].format(columns=_SELECTED, find=_FIND[vendor], by=by)
    return _candidates(statement, [_render(question), among, most])


def find_begun(beginning: str, *, by: str, most: int) -> list[Candidate]:
    """Of the projects whose names begin so the first ``most`` by a column, falling."""
    vendor = connection.vendor
    # Names end with a letter or digit, and all of their characters come before the tilde.
    find = _BEGIN[vendor].format(by=by)
    statement = _RANK[vendor].format(columns=_SELECTED, find=find, by=by)
    return _candidates(statement, [beginning, f"{beginning}~", most, most])


def find_same(name: str) -> list[Candidate]:
    """The projects whose names look like this one at a glance: in another spelling, or with other separators."""
    key = lookalike_key(NormalizedName(name))
    if not key.isascii():
        return []
    numbers = Project.objects.filter(lookalike_key=key).values_list("pk", flat=True)
    rows = Listing.objects.filter(pk__in=list(numbers))
    return [_candidate(row) for row in rows.values_list(*_COLUMNS)]


def _candidates(statement: str, values: list[Any]) -> list[Candidate]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    return [_candidate(row) for row in rows]


def _candidate(row: tuple[Any, ...]) -> Candidate:
    number, name, downloads, updated_at, keywords, marks = row
    if not isinstance(updated_at, datetime):  # SQLite has no type for it
        updated_at = datetime.fromisoformat(updated_at).replace(tzinfo=UTC)
    return Candidate(
        number=number,
        name=NormalizedName(name),
        downloads=downloads,
        updated_at=updated_at,
        keywords=keywords,
        marks=marks,
    )


def _render(question: Question) -> str:
    return _as_match(question) if connection.vendor == "sqlite" else _as_tsquery(question)


def _as_match(question: Question) -> str:
    """As FTS5 reads it: columns by name, every word quoted."""
    column = "name" if question.in_names else "words"
    parts = [f'{column} : "{word}"' for word in _whole(question)]
    for last in _last(question):
        if len(last) > LONGEST_HEAD:
            parts.append(f'{column} : "{last}" *')
        elif question.in_names:
            parts.append(f'heads : "{last}"')
        else:
            parts.append(f'(words : "{last}" OR heads : "{last}")')
    parts += [f'marks : "{mark}"' for mark in question.marks]
    if question.any_marks:
        parts.append("(" + " OR ".join(f'marks : "{mark}"' for mark in question.any_marks) + ")")
    return " AND ".join(parts)


def _as_tsquery(question: Question) -> str:
    """As PostgreSQL reads it: the first character of a lexeme tells its kind."""
    kind = "." if question.in_names else ""
    parts = [f"'{kind}{word}'" for word in _whole(question)]
    for last in _last(question):
        if len(last) > LONGEST_HEAD:
            parts.append(f"'{kind}{last}':*")
        elif question.in_names:
            parts.append(f"'<{last}'")
        else:
            parts.append(f"('{last}' | '<{last}')")
    parts += [f"'={mark}'" for mark in question.marks]
    if question.any_marks:
        parts.append("(" + " | ".join(f"'={mark}'" for mark in question.any_marks) + ")")
    return " & ".join(parts)


def _whole(question: Question) -> tuple[str, ...]:
    return question.words[:-1] if question.last_begins else question.words


def _last(question: Question) -> tuple[str, ...]:
    return question.words[-1:] if question.last_begins else ()
