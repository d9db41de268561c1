"""Brings the French catalogue in line with the texts that the code and the templates mark: ``make messages``.

Pages, help pages, refusals and an upload's warnings are translated. Rules may not know of gettext, so the short
texts in which they say why, and their warnings, are found by their place in the code instead of by a mark. What
the packaging library says of a value is English and stays so: it stands in brackets behind a text of ours.
The command line (its help, warnings and log lines) stays English, so that what an operator reads can be searched
for as it is.
"""

from __future__ import annotations

import ast
import fcntl
import sys
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.reloader import translation_file_changed
from django.utils.translation.template import templatize

from build_translations import compile_catalogues

ROOT = Path(__file__).parent.parent.parent
PRODUCT = ROOT / "strongroom"
FRENCH = PRODUCT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
WIDTH = 100

GETTEXT = "django.utils.translation"
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
"""The names under which Django offers gettext, and which of their arguments are texts."""

WHY, NOW = "why", "now"
"""What the argument is called, wherever a rule says in words why it refuses; and what only actions are told.

What an action calls ``why`` is a code that a row or the record keeps, and no words.
"""

# Nothing that changes without a text changing: no date, no name of a tool or of a machine.
_HEADER = """\
# The French of Strongroom. After a change of the English texts: make messages, then translate what is empty.
msgid ""
msgstr ""
"Project-Id-Version: Strongroom\\n"
"Language: fr\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""


def texts_in_use(product: Path = PRODUCT) -> Catalog:
    """Every text that is marked for translation, by where it stands, without its translation."""
    catalogue = Catalog(locale="fr")
    sources = sorted(path for ending in ("*.py", "*.html", "*.txt") for path in product.rglob(ending))
    takers = takers_of_why(path.read_text(encoding="utf-8") for path in sources if path.suffix == ".py")
    for path in sources:
        place = path.relative_to(product.parent).as_posix()
        for line, text, context in _marked_in(path):
            catalogue.add(text, locations=[(place, line)], context=context)
        if path.suffix == ".py":
            for line, text in said_in(path.read_text(encoding="utf-8"), takers):
                catalogue.add(text, locations=[(place, line)])
    return catalogue


def takers_of_why(sources: Iterable[str]) -> dict[str, int]:
    """Whatever is called with a ``why``, by name, and at which place among the arguments it stands."""
    takers = {}
    for node in (node for source in sources for node in ast.walk(ast.parse(source))):
        for name, function, own in _callables(node):
            names = [argument.arg for argument in function.args.args][own:]
            if WHY in names:
                takers[name] = names.index(WHY)
    return takers


def _callables(node: ast.AST) -> Iterator[tuple[str, ast.FunctionDef, int]]:
    if isinstance(node, ast.FunctionDef) and node.name != "__init__":
        yield node.name, node, 0
    if isinstance(node, ast.ClassDef):
        for part in node.body:
            if isinstance(part, ast.FunctionDef) and part.name == "__init__":
                yield node.name, part, 1


def said_in(source: str, takers: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    """The texts in which rules say why, and their warnings: constants all of them, or they could not be looked up."""
    for node in ast.walk(ast.parse(source)):
        yield from said_by(node, takers)
        if isinstance(node, ast.FunctionDef):
            yield from _set_aside_in(node, takers)


def _set_aside_in(function: ast.FunctionDef, takers: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    """The texts that are kept in a variable ``why`` until the function says it."""
    parts = list(ast.walk(function))
    if any(ast.unparse(said) == WHY for part in parts for said in _saying(part, takers)):
        for part in parts:
            if isinstance(part, ast.Assign) and getattr(part.targets[0], "id", "") == WHY:
                yield from _constants(part.value)


def said_by(node: ast.AST, takers: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    """The texts that this one piece of code says."""
    for said in _saying(node, takers):
        yield from _constants(said)


def _saying(node: ast.AST, takers: Mapping[str, int]) -> Iterator[ast.expr]:
    """Where a text is said: an argument ``why``, a table of rules, a warning."""
    if isinstance(node, ast.Call) and all(keyword.arg != NOW for keyword in node.keywords):
        at = takers.get(ast.unparse(node.func).rpartition(".")[2], len(node.args))
        yield from node.args[at : at + 1]
        yield from (keyword.value for keyword in node.keywords if keyword.arg == WHY)
    if isinstance(node, ast.AnnAssign) and node.value and getattr(node.target, "id", "").endswith("_RULES"):
        yield from (row.elts[-1] for row in ast.walk(node.value) if isinstance(row, ast.Tuple) and _is_rule(row))
    if isinstance(node, ast.FunctionDef) and node.name.endswith("_warnings"):
        yield from (part.value for part in ast.walk(node) if isinstance(part, ast.Yield) and part.value)


def _is_rule(row: ast.Tuple) -> bool:
    # A row is a test and what is said when it holds; the table itself is a tuple of such rows.
    return all(not isinstance(part, ast.Tuple) for part in row.elts)


def _constants(said: ast.expr) -> Iterator[tuple[int, str]]:
    if isinstance(said, ast.Constant) and isinstance(said.value, str):
        if said.value:
            yield said.lineno, said.value
    elif isinstance(said, ast.IfExp):
        yield from _constants(said.body)
        yield from _constants(said.orelse)
    elif ast.unparse(said) != WHY:  # that was said elsewhere
        raise ValueError(f"line {said.lineno} says {ast.unparse(said)}: only a constant text can be translated")


def _marked_in(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], str | None]]:
    source = path.read_text(encoding="utf-8")
    keywords = dict(KEYWORDS)
    if path.suffix == ".py":
        keywords.update({given: KEYWORDS[name] for given, name in _renamed_in(source)})
    else:
        source = _as_code(source)
    for line, text, _comments, context in extract("python", BytesIO(source.encode()), keywords):
        yield line, text, context


def _renamed_in(source: str) -> Iterator[tuple[str, str]]:
    """The names that a module gives to gettext when it imports it, each with the name that Django gave."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == GETTEXT:
            yield from ((name.asname, name.name) for name in node.names if name.asname and name.name in KEYWORDS)


def _as_code(template: str) -> str:
    # What templatize leaves is for xgettext, which does not mind how lines are indented; Python's tokens do.
    return "\n".join(line.lstrip() for line in templatize(template).split("\n"))


def read_catalogue(path: Path = FRENCH) -> Catalog:
    """The catalogue as it is; empty when there is none yet."""
    if not path.exists():
        return Catalog(locale="fr")
    with path.open("rb") as file:
        return read_po(file, locale="fr")


def bring_in_line(kept: Catalog, used: Catalog) -> Catalog:
    """The texts in use with the translations that are kept; no guess is made for a text that has changed."""
    for message in texts_of(used):
        before = kept.get(message.id, message.context)
        if before is not None and before.id == message.id:  # it is found by its singular alone
            message.string = before.string
            message.user_comments = before.user_comments
    return used


def texts_of(catalogue: Catalog) -> Iterator[Message]:
    """The entries of a catalogue without its header."""
    return (message for message in catalogue if message.id)


def write_catalogue(catalogue: Catalog, path: Path = FRENCH) -> None:
    """Write it in the order of the files, without line numbers, so that a diff shows texts only."""
    body = BytesIO()
    write_po(
        body, catalogue, width=WIDTH, omit_header=True, sort_by_file=True, include_lineno=False, ignore_obsolete=True
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_HEADER + body.getvalue().decode().strip("\n") + "\n", encoding="utf-8")


def translations_of(message: Message) -> tuple[str, ...]:
    """The translations of one entry, one for each of its plurals."""
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (message.string or "",)


def compile_if_older(path: Path = FRENCH) -> None:
    """Compile the catalogues unless that was done since the last change; a running Django reads them anew."""
    compiled = path.with_suffix(".mo")
    with path.open("rb") as source:
        fcntl.flock(source, fcntl.LOCK_EX)  # the workers of a parallel test run all ask at once
        if compiled.exists() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            return
        compile_catalogues()
    translation_file_changed(sender=None, file_path=compiled)


def counts_of(catalogue: Catalog) -> Mapping[str, int]:
    """How many texts there are, and how many of them still wait for their translation."""
    texts = list(texts_of(catalogue))
    return {"texts": len(texts), "empty": sum(not all(translations_of(text)) for text in texts)}


def main() -> int:
    """Bring the catalogue in line and say how many texts wait for a translation: then the exit code is 1."""
    catalogue = bring_in_line(read_catalogue(), texts_in_use())
    write_catalogue(catalogue)
    counts = counts_of(catalogue)
    sys.stdout.write(f"{counts['texts']} texts, {counts['empty']} without a translation.\n")
    return 1 if counts["empty"] else 0


if __name__ == "__main__":
    sys.exit(main())
