"""The house's rules that import-linter cannot see, read from the code itself (CONTRIBUTING.md says why).

Each is a function from a module to the lines that break it, so that every rule is also shown to bite.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST_FUNCTION, LONGEST_MODULE = 50, 400

PURE_IMPORTS = {
    "__future__", "base64", "calendar", "collections.abc", "csv", "dataclasses", "datetime", "email.message",
    "email.parser", "email.utils", "enum", "functools", "hashlib", "ipaddress", "hmac", "io", "json", "math", "re",
    "stat", "statistics", "struct", "sys", "typing", "unicodedata", "urllib.parse", "zlib",
}  # fmt: skip
"""What of the standard library is the same on every day and every machine."""

IMPURE_CALLS = {
    "now", "today", "utcnow", "fromtimestamp", "open", "print", "input", "exec", "eval", "__import__", "getenv", "exit",
    "uuid1", "uuid4", "read_text", "read_bytes", "write_text", "write_bytes",
}  # fmt: skip
IMPURE_NAMES = {"environ", "argv", "stdin", "stdout", "stderr", "path", "modules"}
"""What ``sys`` has besides the list of standard modules, for which the rules may ask it."""

HTTP = {
    "django.http",
    "django.shortcuts",
    "django.urls",
    "django.contrib.messages",
    "django.views",
    "django.middleware",
}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "services", "service", "manager", "managers", "base"}

NOT_DEEDS = {
    "strongroom.tokens.actions.note_token_use": "a help to people, written with every use: the use itself is recorded",
    "strongroom.tokens.actions.publish_readers": "repeats at start what was recorded when it was done",
    "strongroom.accounts.actions.adding.is_setup_link_good": "a question: it changes nothing",
    "strongroom.projects.actions.pages.mark_pages_due": "a part of other actions, which record",
    "strongroom.accounts.actions.adding.begin_sign_up": "nobody has an account yet; the one made of it is recorded",
    "strongroom.accounts.actions.addresses.ask_address": "asks for proof; the address verified by it is recorded",
    "strongroom.accounts.actions.arriving.begin_arrival": "a step on the way in; what it leads to is recorded",
    "strongroom.accounts.actions.arriving.show_factor": "as begin_arrival; a wrong answer is recorded by factors",
    "strongroom.accounts.actions.arriving.ask_mailbox": "as begin_arrival",
    "strongroom.accounts.actions.arriving.show_mailbox": "as begin_arrival",
    "strongroom.accounts.actions.ending.end_entries": "a part of other actions, which record",
    "strongroom.accounts.actions.ending.forget_devices": "as end_entries",
    "strongroom.accounts.actions.letters.secret_about": "a name: it changes nothing",
    "strongroom.accounts.actions.letters.write_letter": "writes of what other actions record",
    "strongroom.accounts.actions.letters.write_notice": "as write_letter",
    "strongroom.accounts.actions.letters.write_secret_letter": "as write_letter",
    "strongroom.accounts.actions.mailbox.ask_own_mailbox": "asks for proof; the mailbox shown by it is recorded",
    "strongroom.accounts.actions.mailbox.spend_mailbox_proof": "a part of the deed, which records it",
    "strongroom.accounts.actions.mailbox.has_mailbox_proof": "a question: it changes nothing",
    "strongroom.accounts.actions.mailing.mail_code": "a part of the actions that ask for a code",
    "strongroom.accounts.actions.mailing.spend_mail_code": "a part of other actions, which record",
    "strongroom.accounts.actions.passwords.judge_password": "a question: it changes nothing",
    "strongroom.accounts.actions.proving.spend_proof": "a part of the deed, which records it",
    "strongroom.accounts.actions.sessions.note_visit": "a help to people: signing in and out are recorded",
    "strongroom.accounts.actions.sessions.renew_session_key": "a part of other actions, which record",
    "strongroom.criticality.actions.showing.show_designations": "pages follow what was recorded when it was decided",
    "strongroom.factors.actions.apps.pending_secret": "a question: it changes nothing",
    "strongroom.factors.actions.apps.about_secret": "a name: it changes nothing",
    "strongroom.factors.actions.enrolling.require_enrolment": "a question: it changes nothing",
    "strongroom.factors.actions.enrolling.new_codes": "a part of other actions, which record",
    "strongroom.factors.actions.enrolling.add_codes": "as new_codes",
    "strongroom.factors.actions.enrolling.lock_account": "as new_codes",
    "strongroom.factors.actions.enrolling.key_handle_of": "as new_codes",
    "strongroom.factors.actions.failing.counted": "wraps what is tried; whoever refuses records the failure",
    "strongroom.factors.actions.failing.remember_success": "a part of other actions, which record",
    "strongroom.factors.actions.keys.begin_key_enrolment": "asks; the key enrolled by the answer is recorded",
    "strongroom.factors.actions.keys.ask_key": "asks; what the answer leads to is recorded",
    "strongroom.projects.actions.listing.sketch_listing": "a question: it changes nothing",
    "strongroom.projects.actions.listing.refresh_listing": "a part of other actions, which record",
    "strongroom.projects.actions.listing.note_downloads": "copies what was counted elsewhere, for ranking",
    "strongroom.mandate.actions.spend_office": "a part of the deed, which records it with its reason",
    "strongroom.upkeep.actions.asking.require_standing": "a question: it changes nothing",
    "strongroom.upkeep.actions.asking.require_release": "a question: it changes nothing",
    "strongroom.upkeep.actions.asking.find_release": "a question: it changes nothing",
    "strongroom.upkeep.actions.asking.aim_at": "a name: it changes nothing",
    "strongroom.upkeep.actions.asking.spend_person": "a part of the deed, which records it",
    "strongroom.upkeep.actions.collaborators.is_last_owner": "a question: it changes nothing",
    "strongroom.upkeep.actions.collaborators.seat_invited": "a part of accepting, which records",
    "strongroom.upkeep.actions.withdrawing.shown_to": "a name: it changes nothing",
}
"""Public functions of actions that nobody does: each with the reason."""

HOUSEKEEPING = {
    "strongroom.downloads.actions.staging": "rows on their way: importing lists them, and records it",
    "strongroom.accounts.actions.attempts": "counts of attempts: the attempts themselves are recorded",
    "strongroom.accounts.actions.delivering": "letters on their way: what they tell of was recorded with them",
    "strongroom.catalogue.actions": "what is kept for quicker pages, made of what was recorded when it was published",
    "strongroom.console.actions.jobs": "how the keeper's own work goes: nobody did it",
    "strongroom.console.actions.orphans": "a list of what to look at, made of what was recorded when it came about",
    "strongroom.criticality.actions.placing": "copies what a run found to where pages read it quickly",
    "strongroom.criticality.actions.relying": "reads what was recorded when it was published",
    "strongroom.criticality.actions.telling": "letters about designations, each of which was recorded with its reason",
    "strongroom.downloads.actions.spikes": "marks for those who run the index; looking at one is recorded",
    "strongroom.criticality.actions.snapshots": "files of runs: what a run led to is recorded where it designates",
    "strongroom.downloads.actions.histories": "what plots are drawn from, made of days that were counted",
    "strongroom.downloads.actions.claiming": "a part of taking and importing, which list what they did",
    "strongroom.downloads.actions.rolling": "adds up what was listed when it was taken: nobody did it",
    "strongroom.downloads.actions.taking": "what the read plane noted, listed as a source: nobody did it",
    "strongroom.factors.actions.sweeping": "questions that nobody can answer any more: asking one changed nothing",
}
"""Modules of actions in which nobody does anything: each with the reason."""


@dataclass(frozen=True)
class Module:
    """One file of the product, parsed."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def dotted(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def is_room(self, *rooms: str) -> bool:
        return any(part in rooms for part in self.dotted.split("."))

    @cached_property
    def imports(self) -> dict[str, str]:
        """Where each imported name comes from: the name as used here, and its full dotted origin."""
        found = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found.update({one.asname or one.name: one.name for one in node.names})
            elif isinstance(node, ast.ImportFrom):
                found.update({one.asname or one.name: f"{node.module}.{one.name}" for one in node.names})
        return found

    @cached_property
    def definitions(self) -> dict[str, ast.stmt]:
        return {
            one.name: one
            for one in self.tree.body
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        }

    @property
    def public_functions(self) -> Iterator[ast.FunctionDef]:
        for name, one in self.definitions.items():
            if isinstance(one, ast.FunctionDef) and not name.startswith("_"):
                yield one


MODULES = {
    module.dotted: module
    for path in sorted((ROOT / "strongroom").rglob("*.py"))
    if "migrations" not in path.parts
    for module in [Module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))]
}


def impure_imports(module: Module) -> list[str]:
    """Rules and terms import from an allow-list: a deny-list cannot know everything."""
    if not module.is_room("rules", "terms"):
        return []
    return [
        f"imports {origin}"
        for origin in module.imports.values()
        if origin not in PURE_IMPORTS
        and origin.rpartition(".")[0] not in PURE_IMPORTS
        and not origin.startswith(("packaging.", "strongroom.terms."))
        and not (origin.startswith("strongroom.") and "rules" in origin.split("."))
    ]


def impure_calls(module: Module) -> list[str]:
    """Rules and terms read no clock, dice, environment or disk, and print nothing."""
    if not module.is_room("rules", "terms"):
        return []
    broken = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            broken += [f"line {node.lineno} calls {name}"] if name in IMPURE_CALLS else []
        elif isinstance(node, ast.Attribute) and node.attr in IMPURE_NAMES and ast.unparse(node.value) == "sys":
            broken.append(f"line {node.lineno} reads sys.{node.attr}")
    return broken


def http_imports(module: Module) -> list[str]:
    """Actions, queries and models know nothing of HTTP: any door may ask them."""
    if not module.is_room("actions", "queries", "models", "rules", "publishing"):
        return []
    return [
        f"imports {origin}"
        for origin in module.imports.values()
        if any(f"{origin}.".startswith(f"{package}.") for package in HTTP)
    ]


def unaccountable_actions(module: Module) -> list[str]:
    """Every action takes keywords alone, among them who does it and when, and leads to the record."""
    if not module.is_room("actions") or module.dotted in HOUSEKEEPING:
        return []
    broken = []
    for function in module.public_functions:
        if f"{module.dotted}.{function.name}" in NOT_DEEDS:
            continue
        keywords = {argument.arg for argument in function.args.kwonlyargs}
        if function.args.args or function.args.posonlyargs or function.args.vararg:
            broken.append(f"{function.name} takes arguments by position")
        if not {"by", "now"} <= keywords:
            broken.append(f"{function.name} does not ask by whom and when")
        if not leads_to_record(module, function.name):
            broken.append(f"{function.name} does not lead to the record")
    return broken


def leads_to_record(module: Module, name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether what is named here comes to record an event: itself, through its module, or through another action."""
    here = f"{module.dotted}.{name}"
    if here == "strongroom.record.actions.record_event":
        return True
    if here in seen or name not in module.definitions:
        return False
    for used in {node.id for node in ast.walk(module.definitions[name]) if isinstance(node, ast.Name)}:
        origin, _, original = module.imports.get(used, "").rpartition(".")
        if used in module.definitions and leads_to_record(module, used, seen | {here}):
            return True
        if "actions" in origin.split(".") and leads_to_record(MODULES[origin], original, seen | {here}):
            return True
    return False


def too_long(module: Module) -> list[str]:
    """A function has at most 50 lines, a module 400."""
    broken = [
        f"{node.name} has more than {LONGEST_FUNCTION} lines"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    if len(module.text.splitlines()) > LONGEST_MODULE:
        broken.append(f"it has more than {LONGEST_MODULE} lines")
    return broken


def names_that_say_nothing(module: Module) -> list[str]:
    """A module is named after what it holds."""
    return [f"{part} says nothing" for part in module.dotted.split(".") if part in FORBIDDEN_NAMES]


RULES = [impure_imports, impure_calls, http_imports, unaccountable_actions, too_long, names_that_say_nothing]


@pytest.mark.parametrize("rule", RULES, ids=[(rule.__doc__ or "").rstrip(".") for rule in RULES])
def test_the_house_is_in_order(rule: Callable[[Module], list[str]]) -> None:
    broken = [f"{module.path}: {line}" for module in MODULES.values() for line in rule(module)]
    assert not broken, "\n".join(broken)


def test_every_exemption_is_still_needed() -> None:
    functions = {f"{module.dotted}.{one.name}" for module in MODULES.values() for one in module.public_functions}
    assert set(NOT_DEEDS) <= functions
    assert set(HOUSEKEEPING) <= set(MODULES)


DEED = "def do(*, by, now):\n    {}\n"
RECORDING = "from strongroom.record.actions import record_event\n"


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        pytest.param(impure_imports, "strongroom/x/rules.py", "import requests", id="an outside library in a rule"),
        pytest.param(impure_imports, "strongroom/x/rules/y.py", "from django.db import models", id="Django in a rule"),
        pytest.param(impure_imports, "strongroom/x/rules.py", "import random", id="dice in a rule"),
        pytest.param(impure_imports, "strongroom/x/rules.py", "from strongroom.x.models import A", id="rows in a rule"),
        pytest.param(impure_imports, "strongroom/terms/x.py", "import os", id="the machine in a term"),
        pytest.param(impure_calls, "strongroom/x/rules.py", "datetime.now(UTC)", id="the clock in a rule"),
        pytest.param(impure_calls, "strongroom/x/rules.py", "open('x')", id="the disk in a rule"),
        pytest.param(impure_calls, "strongroom/x/rules.py", "print('x')", id="printing in a rule"),
        pytest.param(impure_calls, "strongroom/x/rules.py", "sys.argv", id="the command line in a rule"),
        pytest.param(
            http_imports, "strongroom/x/actions.py", "from django.http import Http404", id="HTTP in an action"
        ),
        pytest.param(
            http_imports, "strongroom/x/queries.py", "from django import shortcuts", id="shortcuts in a query"
        ),
        pytest.param(http_imports, "strongroom/x/models.py", "import django.urls", id="addresses in a model"),
        pytest.param(unaccountable_actions, "strongroom/x/actions.py", DEED.format("pass"), id="an unrecorded deed"),
        pytest.param(
            unaccountable_actions,
            "strongroom/x/actions.py",
            RECORDING + "def do(*, now):\n    record_event()\n",
            id="a deed of nobody",
        ),
        pytest.param(
            unaccountable_actions,
            "strongroom/x/actions.py",
            RECORDING + "def do(what, *, by, now):\n    record_event()\n",
            id="a deed by position",
        ),
        pytest.param(
            unaccountable_actions, "strongroom/x/actions/y.py", DEED.format("pass"), id="an unrecorded deed in a folder"
        ),
        pytest.param(too_long, "strongroom/x/y.py", "def f():\n" + "    pass\n" * 50, id="a function of 51 lines"),
        pytest.param(too_long, "strongroom/x/y.py", "x = 1\n" * 401, id="a module of 401 lines"),
        pytest.param(names_that_say_nothing, "strongroom/x/helpers.py", "", id="a module of helpers"),
        pytest.param(names_that_say_nothing, "strongroom/common/x.py", "", id="a folder in common"),
    ],
)
def test_each_rule_bites(rule: Callable[[Module], list[str]], path: str, text: str) -> None:
    assert rule(Module(path, text))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(RECORDING + DEED.format("record_event()"), id="directly"),
        pytest.param(RECORDING + DEED.format("_part()") + "def _part():\n    record_event()\n", id="through a part"),
        pytest.param(
            "from strongroom.accounts.actions.adding import add_account as add\n" + DEED.format("add()"),
            id="through another",
        ),
    ],
)
def test_a_deed_may_lead_to_the_record_in_several_ways(text: str) -> None:
    assert unaccountable_actions(Module("strongroom/x/actions.py", text)) == []


def test_a_function_of_50_lines_and_a_module_of_400_are_still_allowed() -> None:
    text = "def f():\n" + "    pass\n" * 49
    assert too_long(Module("strongroom/x/y.py", text + "x = 1\n" * 350)) == []
