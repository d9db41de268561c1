"""The map in the README, with the lines of each folder counted anew: ``make lines``."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
START, END = "<!-- lines -->\n", "<!-- /lines -->"


def render_map() -> str:
    """The table of folders: what each holds, in its own words, and how many lines of Python."""
    rows = ["| folder | holds | lines |", "| --- | --- | ---: |"]
    for folder in sorted(path for path in (ROOT / "strongroom").iterdir() if (path / "__init__.py").is_file()):
        said = (folder / "__init__.py").read_text(encoding="utf-8").split('"""')[1].strip()
        holds = " ".join(said.split("\n\n")[0].split())
        rows.append(f"| `strongroom/{folder.name}` | {holds} | {count(folder)} |")
    rows.append(f"| `tests` | one file for each door, journeys with real clients | {count(ROOT / 'tests')} |")
    rows.append(f"| `benchmarks` | what `make bench` runs | {count(ROOT / 'benchmarks')} |")
    return "\n".join(rows) + "\n"


def count(folder: Path) -> int:
    files = (path for path in folder.rglob("*.py") if "migrations" not in path.parts)
    return sum(path.read_text(encoding="utf-8").count("\n") for path in files)


def main() -> None:
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    readme.write_text(f"{before}{START}{render_map()}{END}{after}", encoding="utf-8")


def without_counts(table: str) -> str:
    return re.sub(r"\| \d+ \|", "| |", table)


if __name__ == "__main__":
    main()
