"""``strongroom record``."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.db import transaction

from strongroom.commands.main import strongroom
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from tests.cast import NOW, OPERATOR, add_person

pytestmark = pytest.mark.django_db


def listed(*arguments: str) -> list[str]:
    ran = CliRunner().invoke(strongroom, ["record", "list", *arguments])
    assert ran.exit_code == 0, ran.stderr
    return ran.stdout.splitlines()


@pytest.fixture(autouse=True)
def events() -> None:
    ada = add_person("ada")
    for days, name in enumerate(("ham", "egg", "evil\u001b[31m\u202e")):
        with transaction.atomic():
            record_event(
                by=ada.actor,
                now=NOW + timedelta(days=days),
                deed=Deed.PROJECT_ADDED,
                subject=Subject(SubjectKind.PROJECT, name),
                details={"name": name},
            )


def test_events_are_listed_newest_first_one_a_line() -> None:
    lines = listed()

    assert len(lines) == 5
    assert lines[1] == "2026-11-24 12:00:00\tproject-added\tproject egg\taccount ada\t127.0.0.1"
    assert lines[-1].startswith(f"2026-11-23 12:00:00\taccount-added\taccount ada\toperator {OPERATOR.name}")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("--deed", "project-added"), 3),
        (("--actor", "ada"), 3),
        (("--actor", OPERATOR.name), 2),
        (("--subject", "ham"), 1),
        (("--since", "2026-11-24"), 2),
        (("--until", "2026-11-24"), 4),
        (("--since", "2026-11-24", "--until", "2026-11-24"), 1),
        (("--deed", "project-added", "--actor", "nobody"), 0),
        (("--most", "2"), 2),
    ],
)
def test_each_filter_leaves_what_fits(asked: tuple[str, ...], found: int) -> None:
    assert len(listed(*asked)) == found


def test_a_terminal_is_told_nothing_that_it_would_obey() -> None:
    for arguments in ((), ("--json",)):
        whole = "\n".join(listed(*arguments))
        assert "\u001b" not in whole
        assert "\u202e" not in whole


def test_as_json_every_event_is_whole() -> None:
    newest = json.loads(listed("--json", "--most", "1")[0])

    assert newest["subject"] == "evil\u001b[31m\u202e"
    assert newest["details"] == {"name": "evil\u001b[31m\u202e"}
    assert (newest["deed"], newest["actor"], newest["address"]) == ("project-added", "ada", "127.0.0.1")
