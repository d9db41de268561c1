"""Finding the critical projects of a day, and of every day since the last."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from strongroom.criticality.actions.designating import designate
from strongroom.criticality.actions.snapshots import (
    Found,
    ask_cohort,
    locked_snapshots,
    place_snapshot,
    sweep_snapshots,
)
from strongroom.criticality.models import Nearby, Run
from strongroom.criticality.queries.inputs import Inputs, load_inputs
from strongroom.criticality.queries.runs import has_day_in_question
from strongroom.criticality.rules.cohort import RULE_VERSION, Policy
from strongroom.criticality.rules.waiting import HAS_DESIGNATED, RunFacts, RunState, doubts_about
from strongroom.downloads.queries.days import is_stale_day
from strongroom.downloads.rules.days import REROLLED_DAYS, day_of, days_between
from strongroom.gear.mill import Mill
from strongroom.projects.queries.critical import critical_among
from strongroom.terms.actors import Actor
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused

_DAY = timedelta(days=1)

MOST_DAYS = 400
"""Days that are caught up at the most: an index that was away for longer served no downloads meanwhile."""


@dataclass(frozen=True)
class Computed:
    """The run of a day; ``is_new`` false when the same inputs had been looked at before, and nothing changed."""

    run: int
    is_new: bool


def compute_due(*, by: Actor, now: datetime, mill: Mill, policy: Policy) -> list[int]:
    """Find the critical projects of each day since the last run's, in order, up to today; the runs that are new.

    The very first time, of today alone; with a clock that moved back, of no day. Each day is whole by itself: killed
    and begun again, it goes on behind the last that was done. Raises EngineFailed.
    """
    done = []
    for day in _due(day_of(now)):
        if _is_uncounted(day, now):
            # The breaker looks at a day once, as the newest: so it must be whole by then. The next round goes on here.
            break
        computed = compute_day(by=by, now=now, day=day, mill=mill, policy=policy)
        if computed.is_new:
            done.append(computed.run)
    return done


def compute_day(*, by: Actor, now: datetime, day: date, mill: Mill, policy: Policy) -> Computed:
    """Find the critical projects of a day, and designate the new ones, unless the run looks wrong: then it waits.

    The same inputs of the same day change nothing. Raises Refused: DAY_NOT_OVER for a day that has not come yet,
    DAY_NOT_COUNTED while the last day that it reads is not added up;
    EngineFailed when the engine cannot answer.
    """
    if day > day_of(now):
        raise Refused(Reason.DAY_NOT_OVER, day=day.isoformat())
    with locked_snapshots(mill.snapshots):
        begun = time.monotonic()
        if _is_uncounted(day, now):
            raise Refused(Reason.DAY_NOT_COUNTED, day=(day - _DAY).isoformat())
        inputs = load_inputs(day, policy, now=now, files=mill.downloads)
        known = _find(inputs)
        if known is not None:
            return Computed(known, is_new=False)

        with ask_cohort(mill, inputs) as found:
            path, parquet, csv = place_snapshot(mill.snapshots, inputs, found)
        run = _describe(inputs, found)
        run.path, run.parquet_sha256, run.csv_sha256 = path, parquet, csv
        run.engine, run.made_at = mill.engine.name[:60], now
        run.milliseconds = int((time.monotonic() - begun) * 1000)
        computed = _store(run, inputs, found, by=by, now=now)
        sweep_snapshots(mill.snapshots, paths=set(Run.objects.values_list("path", flat=True)), now=now)
    return computed


def _is_uncounted(day: date, now: datetime) -> bool:
    """Whether the last day that a run of this day reads holds what was not added up yet, and still may be.

    A day whose events were lost never is: after some days the runs go on without it.
    """
    return (day_of(now) - day).days < REROLLED_DAYS and is_stale_day(day - _DAY)


def _due(today: date) -> list[date]:
    # A clock that once ran ahead must not stop everything until that day comes.
    newest = Run.objects.filter(day__lte=today).order_by("-day").values_list("day", flat=True).first()
    if newest is None:
        return [] if Run.objects.exists() else [today]
    return days_between(newest + timedelta(days=1), today)[-MOST_DAYS:]


def _find(inputs: Inputs) -> int | None:
    return Run.objects.filter(day=inputs.day, inputs=inputs.digest).values_list("pk", flat=True).first()


def _describe(inputs: Inputs, found: Found) -> Run:
    return Run(
        day=inputs.day,
        inputs=inputs.digest,
        rule_version=RULE_VERSION,
        per_ten_thousand=inputs.policy.per_ten_thousand,
        months=inputs.policy.months,
        counting=inputs.policy.counting.value,
        least=inputs.policy.least,
        window_first=inputs.window.first,
        window_last=inputs.window.last,
        days_present=len(inputs.days),
        days_expected=inputs.window.expected,
        projects=len(inputs.names),
        k=inputs.k,
        threshold=found.threshold,
        cohort=len(found.inside),
        total=found.total,
        manifest=inputs.manifest_digest,
        eligible=inputs.names_digest,
        result=found.result,
    )


def _store(run: Run, inputs: Inputs, found: Found, *, by: Actor, now: datetime) -> Computed:
    """Write the run and what follows from it; of two that found the same at once, the first is the run."""
    try:
        with transaction.atomic():
            known = critical_among([NormalizedName(one.project) for one in found.inside])
            run.newly = sum(one.project not in known for one in found.inside)
            doubts = doubts_about(
                RunFacts(
                    # One that found nobody has shown nobody that the numbers are right.
                    is_first=not Run.objects.filter(
                        state__in=[one.value for one in HAS_DESIGNATED], cohort__gt=0
                    ).exists(),
                    newly=run.newly,
                    k=run.k,
                    days_present=run.days_present,
                    days_expected=run.days_expected,
                    newest=inputs.newest,
                    week=inputs.week,
                    has_day_in_question=has_day_in_question(inputs.day, inputs.window.first),
                )
            )
            run.state = (RunState.PROPOSED if doubts else RunState.APPLIED).value
            run.doubts = [doubt.value for doubt in doubts]
            run.decided_at = None if doubts else now
            run.save(force_insert=True)
            if not doubts:
                designate(by=by, now=now, run=run, standings=found.inside)
            _replace_nearby(run, found)
    except IntegrityError:
        known_run = _find(inputs)
        if known_run is None:
            raise
        return Computed(known_run, is_new=False)
    return Computed(run.pk, is_new=True)


def _replace_nearby(run: Run, found: Found) -> None:
    """Who is near the line, as the newest day has it."""
    if Run.objects.filter(day__gt=run.day).exists():
        return
    known = critical_among([NormalizedName(one.project) for one in found.near])
    Nearby.objects.all().delete()
    Nearby.objects.bulk_create(
        [
            Nearby(normalized_name=one.project, run=run, rank=one.rank, total=one.total)
            for one in found.near
            if one.project not in known
        ],
        batch_size=1000,
    )
