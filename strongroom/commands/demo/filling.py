"""Fills an index with the demo's people and projects, through the same actions that serve uploads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from strongroom.accounts.actions.adding import add_account
from strongroom.accounts.actions.passwords import NewPassword
from strongroom.commands.demo.building import Sources, build_sdist, build_wheel
from strongroom.commands.demo.catalogue import KNOWN, PEOPLE, PLANS, STAFF, Plan
from strongroom.commands.demo.describing import describe
from strongroom.commands.demo.downloading import Life
from strongroom.commands.demo.knowing import PASSWORD, KnownPerson, enrol_app
from strongroom.gear.shelf import Shelf
from strongroom.projects.publishing import publish_project_pages
from strongroom.projects.rules.roles import Role
from strongroom.reads.readers import Readers
from strongroom.terms.actors import Actor, ActorKind, operator
from strongroom.terms.filenames import Kind
from strongroom.terms.names import parse_project_name
from strongroom.terms.statuses import ProjectStatus
from strongroom.tokens.actions import make_token
from strongroom.tokens.queries import Holder, load_holder
from strongroom.tokens.rules import Permission
from strongroom.upkeep.actions.collaborators import give_role
from strongroom.upkeep.actions.releases import yank_release
from strongroom.upkeep.actions.statuses import change_status
from strongroom.uploads.actions import Arrival, Index, publish_file
from strongroom.uploads.api import this_index
from strongroom.uploads.rules.form import read_form

FIRST_DAY = 200
"""Days ago on which the demo's story begins."""

SETTLED = 10
"""Days ago since when every status is as it is: before the days whose critical projects the demo computes."""

_CLASSIFIERS = (
    "Intended Audience :: Developers",
    "Operating System :: OS Independent",
    "Programming Language :: Python :: 3",
    "Typing :: Typed",
)


@dataclass(frozen=True)
class Filled:
    """What whoever runs the demo is told: each person's token, and whom they can sign in as."""

    tokens: Mapping[str, str]
    known: KnownPerson
    staff: KnownPerson


def fill(advance: Callable[[], None]) -> Filled:
    """Fill the index; calls ``advance`` after each project."""
    chosen = settings.STRONGROOM
    began = datetime.now(UTC) - timedelta(days=FIRST_DAY)
    tokens = {name: _add_person(name, began) for name in (*PEOPLE, STAFF)}
    known, staff = (enrol_app(name=name, now=began) for name in (KNOWN, STAFF))
    holders = {name: load_holder(token) for name, token in tokens.items()}
    story = _Story(holders, this_index(chosen))
    for number, plan in enumerate(PLANS):
        story.add_project(plan, began + timedelta(days=number))
        advance()
    return Filled(tokens, known, staff)


def _add_person(name: str, now: datetime) -> str:
    by = operator("demo")
    add_account(
        by=by,
        now=now,
        name=name,
        address=f"{name}@example.org",
        is_verified=True,
        password=NewPassword(PASSWORD) if name in {KNOWN, STAFF} else None,
        is_staff=name == STAFF,
    )
    return make_token(
        by=by,
        now=now,
        account_name=name,
        permissions=[Permission.PUBLISH, Permission.READ, Permission.YANK],
        projects=None,
        lifetime=timedelta(days=2 * FIRST_DAY),
        label="demo",
        readers=Readers(settings.STRONGROOM.readers_folder),
    )


@dataclass(frozen=True)
class _Story:
    """Who takes part, and where it happens."""

    holders: Mapping[str, Holder]
    index: Index

    def add_project(self, plan: Plan, began: datetime) -> None:
        """Tell one project's past: its releases, who joined, what was yanked, how it stands."""
        name = parse_project_name(plan.name).normalized
        owner, *maintainers = plan.people
        by = _actor(self.holders[owner])
        for number, (at, version) in enumerate(_releases(plan, began)):
            publisher = plan.people[number % len(plan.people)]
            self._publish_release(plan, version, publisher=publisher, at=at)
            if number == 0:
                for person in maintainers:
                    give_role(
                        by=operator("demo"),
                        now=began,
                        name=name,
                        account=person,
                        role=Role.MAINTAINER,
                        office="made for the demo",
                    )
        for version, reason in plan.yanked:
            yank_release(
                by=by, now=datetime.now(UTC), name=name, version=version, reason=reason, outlet=self.index.outlet
            )
        status, reason = plan.status
        if status is not ProjectStatus.ACTIVE:
            change_status(
                by=operator("demo"),
                now=datetime.now(UTC) - timedelta(days=SETTLED),
                name=name,
                status=status,
                reason=reason,
                outlet=self.index.outlet,
                office="made for the demo",
            )
        publish_project_pages(self.index.outlet, name)

    def _publish_release(self, plan: Plan, version: str, *, publisher: str, at: datetime) -> None:
        project = Sources(
            name=plan.name,
            version=version,
            summary=plan.summary,
            author=plan.people[0].capitalize(),
            requires=plan.requires,
            requires_python=">=3.9",
            classifiers=(f"Development Status :: {plan.stage}", *_CLASSIFIERS, f"Topic :: {plan.topic}"),
            description=describe(plan.name, plan.summary, plan.requires),
            licence=plan.licence,
            keywords=plan.keywords,
            links=_links(plan),
        )
        for kind, built in ((Kind.WHEEL, build_wheel(project)), (Kind.SDIST, build_sdist(project, at=at))):
            self._publish_file(project, kind, built, holder=self.holders[publisher], at=at)

    def _publish_file(
        self, project: Sources, kind: Kind, built: tuple[str, bytes], *, holder: Holder, at: datetime
    ) -> None:
        filename, content = built
        spool = Shelf(self.index.outlet.files).receive()
        try:
            spool.write(content)
            fields = {
                "name": project.name,
                "version": project.version,
                "filetype": kind.value,
                "pyversion": "py3" if kind is Kind.WHEEL else "source",
                "sha256_digest": spool.digests.sha256,
            }
            arrival = Arrival(read_form(fields.items()), filename, "application/octet-stream", spool)
            publish_file(by=_actor(holder), now=at, holder=holder, arrival=arrival, index=self.index)
        finally:
            spool.drop()


def _releases(plan: Plan, began: datetime) -> list[tuple[datetime, str]]:
    """When each version of a project was published: evenly from its beginning to some while ago."""
    step = (datetime.now(UTC) - began) / (len(plan.versions) + 1)
    return [(began + step * number, version) for number, version in enumerate(plan.versions)]


def lives_of(now: datetime) -> list[Life]:
    """Since when each version of each project of the demo can be installed."""
    began = now - timedelta(days=FIRST_DAY)
    return [
        Life(plan, tuple((at.date(), version) for at, version in _releases(plan, began + timedelta(days=number))))
        for number, plan in enumerate(PLANS)
    ]


def _links(plan: Plan) -> tuple[tuple[str, str], ...]:
    site = f"https://example.org/{plan.name}"
    if not plan.keywords:
        return (("Homepage", site),)
    return (
        ("Homepage", site),
        ("Documentation", f"https://docs.example.org/{plan.name}"),
        ("Source", f"https://code.example.net/{plan.people[0]}/{plan.name}"),
        ("Issues", f"https://code.example.net/{plan.people[0]}/{plan.name}/issues"),
    )


def _actor(holder: Holder) -> Actor:
    return Actor(
        ActorKind.ACCOUNT, holder.account_name, account=holder.account, token=holder.token, client="strongroom demo"
    )
