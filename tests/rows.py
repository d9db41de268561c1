"""The page in ``docs/security``: every row of the standards and attacks with its tests or a reason (``make rows``)."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from strongroom.accounts.rules import arriving, letters, limits, proving, sessions
from strongroom.factors.rules import holding
from strongroom.terms.security_keys import CHALLENGE_MINUTES

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "security"

HEAD = """# What binds accounts, factors and projects, row by row

Made by `make rows` from [rows.toml](rows.toml) and from the rules themselves; a test fails when it is not what they
say, or when a test named here is not there. How people come in, and what each way is worth: [ways-in.md](ways-in.md).
The attacks are those known from other registries and libraries. A row without a test says why.
"""


@dataclass(frozen=True)
class Row:
    """One requirement or attack: its tests (``file::name``), or the reason why there is none."""

    table: str
    id: str
    what: str
    tests: tuple[str, ...]
    reason: str


def load_rows() -> list[tuple[str, list[Row]]]:
    """Each table's title with its rows."""
    told = tomllib.loads((FOLDER / "rows.toml").read_text(encoding="utf-8"))
    return [
        (
            table["title"],
            [
                Row(table["name"], row["id"], row["what"], tuple(row.get("tests", ())), row.get("reason", ""))
                for row in table["row"]
            ],
        )
        for table in told["table"]
    ]


def render_page() -> str:
    """The page, in Markdown."""
    parts = [HEAD, *_limits()]
    for title, rows in load_rows():
        parts += [f"\n## {title}\n\n| row | what holds | shown by |\n| --- | --- | --- |\n"]
        parts += [f"| {row.id} | {row.what} | {_shown(row)} |\n" for row in rows]
    return "".join(parts)


@cache
def names_of_tests(path: str) -> frozenset[str]:
    """The names of the tests in a file, those in classes as ``Class::name``."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    found = set()
    for one in tree.body:
        if isinstance(one, ast.ClassDef):
            found |= {f"{one.name}::{inner.name}" for inner in one.body if isinstance(inner, ast.FunctionDef)}
        elif isinstance(one, ast.FunctionDef):
            found.add(one.name)
    return frozenset(found)


def _limits() -> list[str]:
    """Every limiter with its numbers, read from the rules (ASVS 6.1.1), and how long what lives (7.1.1)."""
    parts = ["\n## Limits\n\n| what is counted | at most |\n| --- | --- |\n"]
    for name, value in vars(limits).items():
        if isinstance(value, tuple) and value and all(isinstance(one, limits.Limit) for one in value):
            told = ", ".join(f"{one.most} in {_span(timedelta(seconds=one.seconds))}" for one in value)
            parts.append(f"| {name.replace('_', ' ').lower()} | {told} |\n")
    parts.append(f"| wrong codes of one factor in a row, then it is switched off | {limits.WRONG_IN_A_ROW} |\n")
    parts.append(f"| tries of one mailed code | {limits.TRIES_OF_A_MAILED_CODE} |\n")
    parts.append(f"| sessions of one account at a time | {sessions.MOST_SESSIONS} |\n")
    parts.append("\n| what lives | for |\n| --- | --- |\n")
    lives = {
        "a session without use": sessions.IDLE,
        "a session at all": sessions.OVERALL,
        "a session of staff without use": sessions.STAFF_IDLE,
        "a session of staff at all": sessions.STAFF_OVERALL,
        "a known device without use": sessions.DEVICE_LIFE,
        "a way in that was begun": arriving.ARRIVAL_LIFE,
        "a mailed code": arriving.MAIL_CODE_LIFE,
        "a proof that it is you again": proving.PROOF_LIFE,
        "a question to a security key": timedelta(minutes=CHALLENGE_MINUTES),
        "an enrolment that was begun": holding.PENDING_LIFE,
        "a link that says “this was not me”": letters.NOT_ME_LIFE,
    }
    return [*parts, *(f"| {what} | {_span(life)} |\n" for what, life in lives.items())]


def _span(life: timedelta) -> str:
    minutes = int(life.total_seconds()) // 60
    for name, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes % size == 0:
            count = minutes // size
            return f"{count} {name}" + ("" if count == 1 else "s")
    raise ValueError(life)


def _shown(row: Row) -> str:
    if not row.tests:
        return row.reason
    links = [f"[{test.partition('::')[2]}](../../{test.partition('::')[0]})" for test in row.tests]
    return "<br>".join([*links, *([row.reason] if row.reason else [])])


def main() -> None:
    """Write the page."""
    (FOLDER / "README.md").write_text(render_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
