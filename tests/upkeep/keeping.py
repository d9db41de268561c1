"""Ada owns ham, Ben maintains it, Cyd is a stranger: at their browsers, with a clock that stands still."""

from __future__ import annotations

import html
import re
from datetime import timedelta

from django.http import HttpResponse
from django.urls import reverse

from strongroom.accounts.models import Account, Letter
from strongroom.projects.models import Collaboration, File, Project, Release
from strongroom.projects.rules.names import lookalike_key
from strongroom.projects.rules.roles import Role
from strongroom.record.models import Event
from strongroom.terms.actors import AccountId
from strongroom.terms.names import normalize
from tests.factors.people import PASSWORD, Clock, Visitor, add_visitor, text_of
from tests.site.html_check import assert_valid_page
from tests.uploads.door import send, wheel_upload

HOSTILE = "<script>alert(1)</script>\u202egnp.exe\u0007 ' \" &amp; " + "w" * 220
"""A text as somebody chooses it who wishes nobody well: markup, a mark that turns the line, a bell, one long word."""


class House:
    """Ada, Ben and Cyd, each signed in at a browser once somebody looks for them there; and nobody at all."""

    def __init__(self, clock: Clock, people: dict[str, Visitor]) -> None:
        self.clock, self._people, self._signed_in = clock, people, set[str]()
        self.nobody = Visitor("nobody", clock)

    def of(self, who: str) -> Visitor:
        """By name."""
        if who not in self._signed_in:
            self._signed_in.add(who)
            self._people[who].sign_in()
        return self._people[who]

    @property
    def ada(self) -> Visitor:
        """Who owns ham."""
        return self.of("ada")

    @property
    def ben(self) -> Visitor:
        """Who maintains it."""
        return self.of("ben")

    @property
    def cyd(self) -> Visitor:
        """A stranger."""
        return self.of("cyd")


def open_house(clock: Clock) -> House:
    """Ham with a wheel of 1.0 and one of 2.0; made a month ago, so that nobody is new."""
    clock.go_on(days=-40)
    people = {name: add_visitor(name, clock) for name in ("ada", "ben", "cyd")}
    add_ham(owner="ada", maintainer="ben", clock=clock)
    clock.go_on(days=40)
    return House(clock, people)


def add_ham(*, owner: str, maintainer: str, clock: Clock, name: str = "ham") -> Project:
    """A project through the upload door, and its Maintainer."""
    from tests.cast import basic, token_for

    token = basic(token_for(owner, now=clock.at))
    for version in ("1.0", "2.0"):
        assert send(wheel_upload(name, version), token).status_code == 200
    project = Project.objects.get(normalized_name=name)
    Collaboration.objects.filter(project=project).update(since=clock.at)
    seat(maintainer, name, Role.MAINTAINER, clock=clock)
    return project


def seat(who: str, project: str, role: Role, *, clock: Clock, **ago: float) -> None:
    """Give somebody a role, as if they had had it for a while."""
    Collaboration.objects.update_or_create(
        project=Project.objects.get(normalized_name=project),
        account=Account.objects.get(folded_name=who),
        defaults={"role": role.value, "since": clock.at - timedelta(**ago)},
    )


def unseat(who: str, project: str = "ham") -> None:
    Collaboration.objects.filter(account__folded_name=who, project__normalized_name=project).delete()


def bare_project(name: str, owner: str | None, *, clock: Clock) -> Project:
    """A project without anything in it."""
    row = Project.objects.create(
        normalized_name=normalize(name),
        display_name=name,
        lookalike_key=lookalike_key(normalize(name)),
        created_at=clock.at,
    )
    if owner is not None:
        seat(owner, row.normalized_name, Role.OWNER, clock=clock, days=30)
    return row


def many_files(project: Project, *, releases: int, files: int) -> None:
    """Rows as a large project has them."""
    made = Release.objects.bulk_create(
        [
            Release(project=project, version=f"7.{number}", metadata={}, created_at=project.created_at)
            for number in range(releases)
        ]
    )
    File.objects.bulk_create(
        [
            File(
                release=made[number % releases],
                filename=f"{project.normalized_name}-7.{number % releases}-{number}-py3-none-any.whl",
                kind="bdist_wheel",
                python_tag="py3",
                size=number,
                sha256=f"{number:064x}",
                blake2b_256="",
                md5="",
                uploaded_at=project.created_at,
            )
            for number in range(files)
        ],
        batch_size=2000,
    )


def prove(who: Visitor, deed: str, target: str = "ham") -> None:
    """Show the password once more, for one deed on one project."""
    assert who.prove(deed, target=target, password=PASSWORD).status_code == 302


def account_of(who: Visitor) -> AccountId:
    return AccountId(Account.objects.values_list("pk", flat=True).get(folded_name=who.name))


def role_of(who: str, project: str = "ham") -> str:
    """The role somebody has; empty for none."""
    rows = Collaboration.objects.filter(account__folded_name=who, project__normalized_name=project)
    return rows.values_list("role", flat=True).first() or ""


def deeds_on(project: str = "ham") -> list[str]:
    """What was done to a project, but for what its making took."""
    rows = Event.objects.filter(subject_kind="project", subject_name=project).order_by("id")
    made = {"project-added", "release-added", "file-published", "role-given"}
    return [deed for deed in rows.values_list("deed", flat=True) if deed not in made]


def letters_to(who: str) -> list[tuple[str, str]]:
    """The letters of somebody about projects: their kind, and what they tell of."""
    rows = Letter.objects.filter(account__folded_name=who).order_by("id")
    return [(row.kind, str(row.facts.get("deed", ""))) for row in rows if "project" in row.facts]


def page_of(who: Visitor, address: str, *, status: int = 200) -> str:
    """A page, which is valid and usable by everybody."""
    answer = who.get(address)
    assert answer.status_code == status, (address, answer.status_code, answer.get("Location"), text_of(answer)[:800])
    return assert_valid_page(answer)


def words_of(answer: HttpResponse | str) -> str:
    """The words of a page without its markup."""
    page = answer if isinstance(answer, str) else text_of(answer)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def at(view: str, *parts: object) -> str:
    """The address of a page by its name."""
    return reverse(view, args=[str(part) for part in parts])
