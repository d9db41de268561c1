"""Two processes that write to the people of critical projects at the same moment (tests.racing)."""

from __future__ import annotations

from typing import Any

from strongroom.accounts.models import Account, Letter
from strongroom.criticality.actions.telling import send_digests
from strongroom.criticality.models import Addressee, Untold
from strongroom.projects.rules.roles import Role
from strongroom.terms.actors import AccountId
from tests.cast import NOW, Person, give_role
from tests.criticality.harvest import add_projects
from tests.criticality.test_telling import designate

PEOPLE, PROJECTS = 120, 3


def prepare() -> dict[str, Any]:
    """Some projects that became critical, with the same many people each."""
    names = [f"p{number}" for number in range(PROJECTS)]
    add_projects(names)
    for number in range(PEOPLE):
        account = Account.objects.create(name=f"a{number}", folded_name=f"a{number}", created_at=NOW)
        for name in names:
            give_role(Person(account.name, AccountId(account.pk), ""), name, Role.MAINTAINER)
    designate(*names)
    return {}


def tell(told: dict[str, Any]) -> int:
    """What one of the processes does: the letters that it wrote."""
    del told
    return send_digests(now=NOW)


def look(told: dict[str, Any]) -> dict[str, Any]:
    """How many letters there are for how many people, and what is left to do."""
    del told
    letters = list(Letter.objects.values_list("account_id", "facts"))
    return {
        "letters": len(letters),
        "people": len({account for account, _ in letters}),
        "projects": sorted({len(facts["listed"]) for _, facts in letters}),
        "left": Untold.objects.count() + Addressee.objects.count(),
    }
