"""What was measured, as tables that people and machines read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cases import Measured

OURS = "Strongroom"

# What is to be reached, as ratios of requests (or bytes) a second.
WANTED: dict[str, dict[str, float]] = {
    "page of 3 KB, HTML": {"nginx": 0.5, "devpi": 50},
    "page of 3 KB, JSON": {"nginx": 0.5, "devpi": 50},
    "page of 15,000 files": {"nginx": 0.5, "devpi": 50},
    "304 of that page": {"nginx": 0.3},
    "10 MB wheel down": {"nginx": 0.8},
}


@dataclass(frozen=True, slots=True)
class Target:
    """One of our own targets: what was measured and the most that it may be; nothing where it was not measured."""

    name: str
    unit: str
    most: float
    measured: float | None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether it was met, in a word."""
        if self.measured is None:
            return "not measured"
        return "met" if self.measured <= self.most else "MISSED"


def comparison_table(measured: list[Measured], names: list[str]) -> str:
    """Figures of each server and our ratios, as a markdown table."""
    others = [name for name in names if name != OURS]
    head = ["case", "unit", *names, *(f"ours ÷ {name}" for name in others), "wanted", ""]
    rows = []
    for one in measured:
        rows.append(_row(one, names, others))
        if one.cpu:
            rows.append(_cpu_row(one, names, others))
    return _table(head, rows) + _reasons(measured)


def targets_table(targets: list[Target]) -> str:
    """Our own targets as a markdown table."""
    rows = [
        [
            one.name,
            "–" if one.measured is None else f"{one.measured:,.2f} {one.unit}",
            f"≤ {one.most:,.2f} {one.unit}",
            one.verdict,
            one.note,
        ]
        for one in targets
    ]
    return _table(["target", "measured", "wanted", "", "how"], rows)


def write_results(folder: Path, text: str, measured: list[Measured], *, targets: list[Target]) -> None:
    """Keep the report and its figures."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(text)
    figures = {one.case.name: {"figures": one.figures, "cpu": one.cpu} for one in measured}
    own = {one.name: one.measured for one in targets}
    (folder / "results.json").write_text(json.dumps({"figures": figures, "targets": own}, indent=2))


def _row(one: Measured, names: list[str], others: list[str]) -> list[str]:
    ratios = {name: one.ratio(OURS, name) for name in others}
    wanted = WANTED.get(one.case.name, {})
    verdicts = [ratio >= wanted[name] for name, ratio in ratios.items() if name in wanted and ratio is not None]
    verdict = "" if not verdicts else "met" if all(verdicts) else "MISSED"
    cells = [_figure(one.figures.get(name)) for name in names]
    shown = ["–" if ratio is None else f"{ratio:,.2f}" for ratio in ratios.values()]
    aims = ", ".join(f"{least:g} × {name}" for name, least in wanted.items())
    return [one.case.name, one.case.unit, *cells, *shown, aims, verdict]


def _cpu_row(one: Measured, names: list[str], others: list[str]) -> list[str]:
    """The processor time of one request; the ratios are turned round, so that more is better here too."""
    ratios = [one.cpu_ratio(OURS, name) for name in others]
    shown = ["–" if ratio is None else f"{ratio:,.2f}" for ratio in ratios]
    return ["… its processor time", "µs/request", *(_figure(one.cpu.get(name)) for name in names), *shown, "", ""]


def _reasons(measured: list[Measured]) -> str:
    lines = [
        f"- {one.case.name}, {name}: not measured; {why}." for one in measured for name, why in one.missing.items()
    ]
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [head, *rows]]
    rule = "-|-".join("-" * width for width in widths)
    return "\n".join([f"| {lines[0]} |", f"|-{rule}-|", *(f"| {line} |" for line in lines[1:])]) + "\n"
