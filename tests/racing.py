"""A program that lets requests race on an index of its own, and says what came of it.

Races need commits that other connections see, and the record refuses to be emptied afterwards; so each race
runs with a database that is thrown away, on either kind: in one process with threads, or in several processes.
"""

from __future__ import annotations

import base64
import dataclasses
import importlib
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = str(Path(__file__).parent.parent)
PROGRAM = "import sys; from tests.racing import main; main(sys.stdin.read())"
RUNNER = "import sys; from tests.racing import run_when_told; run_when_told(sys.stdin.read())"
LONGEST_START = 60
"""Seconds until every process stands at the line, at the most."""


@dataclasses.dataclass(frozen=True)
class Track:
    """The index on which to race."""

    folder: Path
    database_url: str

    def race(self, job: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Run a job; what it found."""
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env=self._environ,
            input=json.dumps(job),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout.splitlines()[-1])

    def race_processes(self, job: Job, *, processes: int = 4) -> Outcome:
        """Run a job in several processes that start at the same moment."""
        prepared = self.race({"call": job.prepare, "told": None})
        line = self.folder / "starting-line"
        line.mkdir()
        told = json.dumps({"call": job.run, "told": prepared, "line": str(line)})
        runners = [self._runner(told) for _ in range(processes)]
        try:
            _wait_for(lambda: len(list(line.glob("ready-*"))) == processes, runners)
            (line / "go").touch()
            ended = [runner.communicate(timeout=120) for runner in runners]
        finally:
            for runner in runners:
                runner.kill()
        assert not any(runner.returncode for runner in runners), ended
        answers = [json.loads(out.splitlines()[-1]) for out, _ in ended]
        return Outcome(answers, self.race({"call": job.look, "told": prepared}))

    def _runner(self, told: str) -> subprocess.Popen[str]:
        runner = subprocess.Popen(
            [sys.executable, "-c", RUNNER],
            cwd=ROOT,
            env=self._environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert runner.stdin is not None
        runner.stdin.write(told)
        runner.stdin.close()
        runner.stdin = None
        return runner

    @property
    def _environ(self) -> dict[str, str]:
        chosen = {"STRONGROOM_DATA_FOLDER": str(self.folder), "STRONGROOM_DATABASE_URL": self.database_url}
        return {**os.environ, **chosen}


@dataclasses.dataclass(frozen=True)
class Job:
    """What races, each named as ``module:function``. What is passed on is JSON.

    ``prepare()`` sets the index up and gives what the runners need; ``run(prepared)`` is what each process does at
    the same moment as the others, and gives what came of it; ``look(prepared)`` gives what stands in the database
    afterwards.
    """

    prepare: str
    run: str
    look: str


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What each process answered, and what was found afterwards."""

    answers: list[Any]
    found: Any


@contextmanager
def fresh_database() -> Iterator[str]:
    """The address of a database of this race's own; empty for SQLite in the data folder."""
    from tests.databases import chosen_database, server_url, with_name

    if chosen_database() == "sqlite":
        yield ""
        return
    import psycopg

    name = f"race_{secrets.token_hex(6)}"
    with psycopg.connect(with_name(server_url(), "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield with_name(server_url(), name)
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def uploading(*bodies: tuple[str, bytes]) -> dict[str, Any]:
    """A job: these bodies at once, each with the name of who sends it."""
    return {"uploads": [[who, base64.b64encode(body).decode()] for who, body in bodies]}


def main(job: str) -> None:
    """Run a job in this process, and print what came of it as one line of JSON."""
    from strongroom.commands.index import open_index

    open_index()
    told = json.loads(job)
    if "call" in told:
        sys.stdout.write(f"\n{json.dumps(_call(told))}\n")
        return
    found = _race_uploads(told["uploads"]) if "uploads" in told else _race_setup(told["setup"])
    sys.stdout.write(f"\n{json.dumps(found)}\n")


def run_when_told(job: str) -> None:
    """Get ready in this process, wait for the others, run, and print what came of it as one line of JSON."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "strongroom.site.settings")
    django.setup()
    from django.db import connection

    told = json.loads(job)
    run = _function(told["call"])
    connection.ensure_connection()
    line = Path(told["line"])
    (line / f"ready-{os.getpid()}").touch()
    go = line / "go"
    while not go.exists():
        pass  # busy, so that nobody starts late
    sys.stdout.write(f"\n{json.dumps(run(told['told']))}\n")


def _call(told: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    function = _function(told["call"])
    return function() if told["told"] is None else function(told["told"])


def _function(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def _wait_for(is_so: Callable[[], bool], runners: Sequence[subprocess.Popen[str]]) -> None:
    end = time.monotonic() + LONGEST_START
    while not is_so():
        assert time.monotonic() < end, "not every process came to the starting line"
        fallen = [runner.communicate()[1] for runner in runners if runner.poll()]
        assert not fallen, fallen
        time.sleep(0.01)


def _at_once(runners: Sequence[Callable[[], Any]]) -> list[Any]:
    from django.db import connection

    barrier = threading.Barrier(len(runners))
    results: list[Any] = [None] * len(runners)

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = runners[number]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(runners))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _race_uploads(uploads: list[list[str]]) -> dict[str, Any]:
    from django.conf import settings

    from strongroom.accounts.models import Account
    from tests.cast import add_person, basic, token_for
    from tests.uploads.door import left_incoming, post

    tokens = {}
    for who in {who for who, _ in uploads}:
        exists = Account.objects.filter(name=who).exists()
        tokens[who] = basic(token_for(who)) if exists else add_person(who).basic

    def runner(who: str, body: bytes) -> Callable[[], list[Any]]:
        def send() -> list[Any]:
            answer = post(body, tokens[who])
            return [answer.status_code, answer.get("X-Strongroom-Reason", ""), answer.content.decode()]

        return send

    answers = _at_once([runner(who, base64.b64decode(body)) for who, body in uploads])
    return {"answers": answers, "left": left_incoming(settings.STRONGROOM), "projects": _projects()}


def _projects() -> dict[str, Any]:
    from django.conf import settings

    from strongroom.projects.models import DuePage, File, Project
    from strongroom.projects.publishing import tree_at
    from strongroom.record.models import Event
    from tests.uploads.door import html, listed

    chosen = settings.STRONGROOM
    tree = tree_at(chosen.pages_folder)
    found = {}
    for project in Project.objects.all():
        name = project.normalized_name
        legacy = chosen.pages_folder / "pypi" / name
        found[name] = {
            "rows": sorted(File.objects.filter(release__project=project).values_list("filename", "sha256")),
            "listed": sorted(listed(chosen, name)),
            "in html": html(chosen, name).count("<a "),
            "legacy": {page.parent.name: len(json.loads(page.read_bytes())["urls"]) for page in legacy.glob("*/json")},
            "serial": project.serial,
            "published": tree.published_serial(project.normalized_name),  # type: ignore[arg-type]
            "due": DuePage.objects.filter(pk=name).exists(),
            "bytes": project.total_bytes
            - sum(File.objects.filter(release__project=project).values_list("size", flat=True)),
            "owners": list(project.collaborations.values_list("account__name", flat=True)),
            "deeds": list(Event.objects.filter(subject_name=name).order_by("id").values_list("deed", flat=True)),
        }
    return found


def _race_setup(names: list[str]) -> dict[str, Any]:
    from strongroom.accounts.actions.adding import make_first_staff_account, make_setup_link
    from strongroom.accounts.actions.passwords import NewPassword
    from strongroom.accounts.models import Account
    from strongroom.terms.actors import visitor
    from strongroom.terms.refusals import Refused
    from tests.cast import NOW, OPERATOR

    secret = make_setup_link(by=OPERATOR, now=NOW)
    assert secret is not None

    def runner(name: str) -> Callable[[], str]:
        def make() -> str:
            try:
                make_first_staff_account(
                    by=visitor(address=None, client=""),
                    now=NOW,
                    secret=secret,
                    name=name,
                    address=f"{name}@example.org",
                    password=NewPassword("correct horse battery staple"),
                )
            except Refused as refused:
                return refused.reason.value
            return "made"

        return make

    answers = _at_once([runner(name) for name in names])
    return {"answers": answers, "accounts": list(Account.objects.values_list("name", flat=True))}
