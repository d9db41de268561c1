"""Tables that engines are known to disagree on: made by hand, small, the same on every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

NAMES = (
    "a", "a-b", "a.b", "a_b", "ab", "a b", "A", "B", "b", "z", "zz", "ä", "é", "e\u0301", "ß", "ss", "ı", "i", "İ",
    "ﬁ", "fi", "Ω", "я", "あ", "\uffee", "\U0001f40d",
    "\u202egnp.elif", "'; DROP TABLE daily; --", '"', "%_\\", "x" * 200,
    "<b>", "0", "00", "-0", "1e3", "nan", "null", "true", "",
)  # fmt: skip
"""In another order in German, in UTF-16, without accents or capitals; or something else when written carelessly."""

LARGE = 2**53
"""From here on, numbers that are not whole in the engine run into one another."""


@dataclass(frozen=True)
class Hostile:
    """Files of the tables of every question."""

    events: Sequence[Path]
    daily: Sequence[Path]
    eligible: Sequence[Path]
    bounds: Mapping[str, Path]


def make_hostile(folder: Path) -> Hostile:
    """Write them all into a folder, some of them empty."""
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE names (n INT, project VARCHAR)")
        connection.executemany("INSERT INTO names VALUES (?, ?)", list(enumerate(NAMES)))
        connection.execute("INSERT INTO names SELECT 1000 + range, 'usual-' || range FROM range(1500)")

        def write(name: str, question: str) -> Path:
            path = folder / f"{name}.parquet"
            connection.execute(f"COPY ({question}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
            return path

        days = [write(f"2026-01-0{day}", _DAILY.format(day=day)) for day in range(1, 8)]
        empty = write("2026-01-08", _DAILY.format(day=8) + " LIMIT 0")
        events = [write(f"events-{part}", _EVENTS.format(part=part)) for part in range(3)]
        no_events = write("events-none", _EVENTS.format(part=3) + " LIMIT 0")
        # Some that nobody downloads, and some that were downloaded and cannot be installed any more.
        eligible = "SELECT project FROM names WHERE n % 11 <> 5 UNION ALL SELECT 'nobody-' || range FROM range(40)"
        return Hostile(
            events=[no_events, *events],
            daily=[*days, empty],
            eligible=[write("eligible", eligible)],
            bounds={
                f"k={k} least={least} mirrors={mirrors} proxies={proxies}": write(
                    f"bounds-{k}-{least}-{mirrors}-{proxies}", _BOUNDS.format(k=k, least=least, m=mirrors, p=proxies)
                )
                for k, least, mirrors, proxies in ((16, 1, 0, 1), (700, 1, 1, 1), (1500, 40, 0, 0), (0, 1, 0, 1))
            },
        )


_BOUNDS = (
    "SELECT {k}::BIGINT AS k, {least}::BIGINT AS least, {m}::BIGINT AS mirrors_count, {p}::BIGINT AS proxies_count"
)

# Whole groups of names with equal sums; two large ones that differ by one; and days without a row for a project.
_DAILY = f"""
    SELECT project, counted, mirrors, proxies, counted // 100 AS "partial", 0::BIGINT AS browser, ci,
           0::BIGINT AS unknown, (counted - proxies - ci) AS other
    FROM (SELECT project,
                 CASE WHEN n = 0 THEN {LARGE} WHEN n = 1 THEN {LARGE} + CASE WHEN {{day}} = 1 THEN 1 ELSE 0 END
                      WHEN n % 7 = 3 THEN 0 ELSE n // 40 END::BIGINT AS counted,
                 (n % 3)::BIGINT AS mirrors,
                 (CASE WHEN n // 40 > 2 AND n % 7 <> 3 THEN n % 3 ELSE 0 END)::BIGINT AS proxies,
                 (CASE WHEN n = 1 THEN {LARGE} // 3 ELSE 0 END)::BIGINT AS ci
          FROM names WHERE n < 2 OR (n + {{day}}) % 5 > 0)
    ORDER BY project
"""

_CLIENTS = (
    "[NULL, '', 'pip', 'PIP', 'uv', 'bandersnatch', 'z3c.pypimirror', 'pep381client', "
    "'devpi', 'Nexus', 'Artifactory', 'Browser', 'bandersnatch ', '\u202epip']"
)
_EVENTS = f"""
    SELECT project, CASE WHEN dice % 9 > 0 THEN '1.' || (dice % 5) END AS version,
           CASE WHEN dice % 8 > 0 THEN project || '-1.' || (dice % 5) || '.tar.gz' END AS filename,
           {_CLIENTS}[1 + (dice % 14)::INT] AS client, NULL::VARCHAR AS client_version, NULL::VARCHAR AS python,
           NULL::VARCHAR AS system, CASE (dice >> 8) % 3 WHEN 0 THEN TRUE WHEN 1 THEN FALSE END AS ci,
           CASE WHEN (dice >> 12) % 4 = 0 THEN 206 ELSE 200 END::SMALLINT AS status,
           CASE WHEN (dice >> 12) % 8 = 0 THEN 65536 ELSE 0 END::BIGINT AS first_byte,
           10::BIGINT AS bytes, (1790000000000 + dice % 86400000)::BIGINT AS at_ms,
           CASE WHEN n = 2 THEN {LARGE} + 1 WHEN dice % 100 = 0 THEN 0 ELSE 1 END::BIGINT AS amount
    FROM (SELECT *, hash(n, one, {{part}}) AS dice FROM names, range(4) AS t(one))
    ORDER BY project
"""
