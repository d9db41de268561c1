"""Writing to the people of projects that became critical: one mail for each person, whatever it lists.

Nobody's deed: each designation was recorded with its reason. First it is written down who is to be told of what, then
the letters are written, some people in each transaction; so a process that is killed goes on with those who are left,
and nobody is told twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from strongroom.accounts.actions.letters import write_letter
from strongroom.accounts.models import Account
from strongroom.accounts.rules.calendar import may_write_now
from strongroom.accounts.rules.letters import MOST_NAMED, MOST_TOLD_IN_FULL, LetterKind
from strongroom.criticality.models import Addressee, Run, Untold
from strongroom.projects.models import Collaboration, Designation
from strongroom.terms.actors import AccountId

_NAMES_AT_ONCE = 500
_PEOPLE_AT_ONCE = 50
"""Letters of one transaction: some tenths of a second, in which nobody else writes to SQLite."""


def send_digests(*, now: datetime) -> int:
    """Write to everybody who owns or maintains what became critical, when the calendar allows; how many letters.

    A name is told of once its pages show it. Accounts that are suspended or closed get nothing.
    """
    if not may_write_now(now):
        return 0
    while _gather():
        pass
    count = 0
    while people := _next_people():
        count += _write_to(people, now=now)
    return count


def _gather() -> bool:
    """Put down who is to be told of some names; whether there were any. All of them, before anybody is written to."""
    with transaction.atomic():
        rows = Untold.objects.select_for_update().filter(is_shown=True).order_by("normalized_name")
        names = list(rows.values_list("normalized_name", flat=True)[:_NAMES_AT_ONCE])
        seats = _seats(names).values_list("account_id", "project__normalized_name")
        Addressee.objects.bulk_create(
            [Addressee(account_id=account, normalized_name=name) for account, name in seats],
            batch_size=_NAMES_AT_ONCE,
            ignore_conflicts=True,
        )
        Untold.objects.filter(normalized_name__in=names).delete()
    return bool(names)


def _next_people() -> list[int]:
    rows = Addressee.objects.order_by("account_id").values_list("account_id", flat=True).distinct()
    return list(rows[:_PEOPLE_AT_ONCE])


def _write_to(people: Sequence[int], *, now: datetime) -> int:
    with transaction.atomic():
        # Of two that write at once, the second finds these rows gone.
        rows = list(Addressee.objects.select_for_update().filter(account_id__in=people).order_by("pk"))
        told = _Told.of({row.normalized_name for row in rows})
        live = set(
            Account.objects.filter(pk__in=people, suspended_at=None, closed_at=None).values_list("pk", flat=True)
        )
        Addressee.objects.filter(pk__in=[row.pk for row in rows]).delete()

        count = 0
        names = defaultdict(list)
        for row in rows:
            names[row.account_id].append(row.normalized_name)
        for account in sorted(live & names.keys()):
            listed = told.to(account, sorted(names[account]))
            if listed:
                facts: dict[str, object] = {"listed": listed, "contact": _contact()}
                write_letter(now=now, account=AccountId(account), kind=LetterKind.CRITICAL, facts=facts)
                count += 1
    return count


@dataclass(frozen=True)
class _Told:
    """What there is to tell of some names: why each is critical, its window, and who looks after it."""

    designations: Mapping[str, Designation]
    runs: Mapping[int, Run]
    seats: Mapping[str, Mapping[int, tuple[str, str]]]

    @classmethod
    def of(cls, names: Collection[str]) -> _Told:
        designations = {
            row.normalized_name: row
            for some in _slices(sorted(names))
            for row in Designation.objects.filter(normalized_name__in=some)
        }
        runs = Run.objects.in_bulk({row.run for row in designations.values() if row.run is not None})
        seats: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
        for some in _slices(sorted(names)):
            rows = _seats(some).order_by("account__folded_name")
            for name, account, who, role in rows.values_list(
                "project__normalized_name", "account_id", "account__name", "role"
            ):
                seats[name][account] = (who, role)
        return cls(designations, runs, seats)

    def to(self, account: int, names: Sequence[str]) -> list[dict[str, object]]:
        """What a person is told of the names that they still look after."""
        still = [name for name in names if name in self.designations and account in self.seats[name]]
        whole = [self._whole(name, account) for name in still[:MOST_TOLD_IN_FULL]]
        return [*whole, *(self._brief(name) for name in still[MOST_TOLD_IN_FULL:])]

    def _brief(self, name: str) -> dict[str, object]:
        row = self.designations[name]
        return {"name": name, "shown": row.display_name, "since": row.day.isoformat()}

    def _whole(self, name: str, account: int) -> dict[str, object]:
        row, others = self.designations[name], dict(self.seats[name])
        _who, role = others.pop(account)
        named = [who for who, _role in others.values()]
        return {
            **self._brief(name),
            "role": role,
            "others": named[:MOST_NAMED],
            "more": max(0, len(named) - MOST_NAMED),
            "reason": row.reason,
            "sentence": row.sentence,
            **{number: getattr(row, number) for number in ("total", "rank", "threshold", "projects", "k")},
            **self._window(row.run),
        }

    def _window(self, run: int | None) -> dict[str, object]:
        if run is None or run not in self.runs:
            return {}
        return {"first": self.runs[run].window_first.isoformat(), "last": self.runs[run].window_last.isoformat()}


def _seats(names: Iterable[str]) -> QuerySet[Collaboration]:
    rows = Collaboration.objects.filter(project__normalized_name__in=names)
    return rows.filter(account__suspended_at=None, account__closed_at=None)


def _slices(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[start : start + _NAMES_AT_ONCE] for start in range(0, len(names), _NAMES_AT_ONCE))


def _contact() -> str:
    chosen = settings.STRONGROOM
    return str(chosen.contact or chosen.mail_from)
