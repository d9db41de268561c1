"""Deciding about a run that waits, and naming a project critical: by staff and by operators, with a reason."""

from __future__ import annotations

import gzip

import pytest

from strongroom.console.actions.criticality import approve_run, designate_name, dismiss_run
from strongroom.criticality.actions import designating
from strongroom.criticality.actions.computing import compute_day
from strongroom.criticality.models import Run, Untold
from strongroom.criticality.queries.runs import load_run
from strongroom.criticality.queries.snapshots import read_cohort
from strongroom.criticality.rules.standings import Standing
from strongroom.criticality.rules.waiting import Doubt, RunState
from strongroom.gear.dayfiles import DayFiles
from strongroom.projects.models import Designation
from strongroom.projects.queries.critical import load_designation
from strongroom.record.models import Event
from strongroom.terms.actors import system
from strongroom.terms.names import NormalizedName, parse_project_name
from strongroom.terms.refusals import Reason, Refused
from tests.cast import OPERATOR, add_person
from tests.criticality.harvest import DAY, NOW, POLICY, add_projects, count_day, mill_here

pytestmark = pytest.mark.django_db

WHY = "compared with the logs by hand"


@pytest.fixture
def snapshots() -> DayFiles:
    return mill_here().snapshots


@pytest.fixture
def run() -> int:
    """A first run, which waits: of 101 projects two are inside, and of those with the same downloads three."""
    mill = mill_here()
    add_projects(f"p{number:03}" for number in range(101))
    count_day(mill, DAY.replace(day=22), {"p001": 9, "p002": 5, "p003": 5, "p004": 4})
    return compute_day(by=system(), now=NOW, day=DAY, mill=mill, policy=POLICY).run


def approve(run: int, snapshots: DayFiles, office: str = WHY) -> int:
    return approve_run(by=OPERATOR, now=NOW, run=run, snapshots=snapshots, office=office)


def refusal(reason: Reason, run: int, snapshots: DayFiles) -> None:
    before = (Designation.objects.count(), Event.objects.count(), list(Run.objects.values_list("state", flat=True)))
    with pytest.raises(Refused) as refused:
        approve(run, snapshots)
    assert refused.value.reason is reason
    after = (Designation.objects.count(), Event.objects.count(), list(Run.objects.values_list("state", flat=True)))
    assert after == before


def test_an_approved_run_makes_critical_what_it_found(run: int, snapshots: DayFiles) -> None:
    assert approve(run, snapshots) == 3

    found = load_run(run)
    assert found is not None
    assert (found.state, found.decided_at, found.newly) == (RunState.APPROVED, NOW, 3)
    rows = Designation.objects.order_by("rank", "normalized_name")
    assert [(row.normalized_name, row.rank, row.total) for row in rows] == [
        ("p001", 1, 9),
        ("p002", 2, 5),
        ("p003", 2, 5),
    ]
    assert {(row.run, row.day, row.k, row.projects, row.threshold) for row in rows} == {(run, DAY, 2, 101, 5)}
    assert Untold.objects.count() == 3
    events = list(Event.objects.order_by("id").values_list("deed", "subject_name", "actor_name"))
    assert events == [
        *(("became-critical", name, "olga") for name in ("p001", "p002", "p003")),
        ("run-approved", "", "olga"),
    ]
    assert Event.objects.latest("id").details == {"run": run, "day": "2026-11-23", "newly": 3, "office": WHY}


def test_a_dismissed_run_makes_nobody_critical(run: int, snapshots: DayFiles) -> None:
    dismiss_run(by=OPERATOR, now=NOW, run=run, office=WHY)

    assert not Designation.objects.exists()
    assert Run.objects.get().state == "dismissed"
    event = Event.objects.get()
    assert (event.deed, event.subject_kind, event.details["office"]) == ("run-dismissed", "index", WHY)
    refusal(Reason.RUN_DECIDED, run, snapshots)


def test_a_run_is_decided_once(run: int, snapshots: DayFiles) -> None:
    approve(run, snapshots)

    refusal(Reason.RUN_DECIDED, run, snapshots)
    with pytest.raises(Refused) as refused:
        dismiss_run(by=OPERATOR, now=NOW, run=run, office=WHY)
    assert refused.value.reason is Reason.RUN_DECIDED
    assert Run.objects.get().state == "approved"


def test_a_run_that_there_is_not_is_not_decided(snapshots: DayFiles) -> None:
    refusal(Reason.RUN_UNKNOWN, 999, snapshots)


@pytest.mark.parametrize("office", ["", " - ", "\u200b\u200b\u200b\u200b"])
def test_a_decision_has_a_reason(run: int, snapshots: DayFiles, office: str) -> None:
    with pytest.raises(Refused) as refused:
        approve(run, snapshots, office)

    assert refused.value.reason is Reason.REASON_MISSING
    assert Run.objects.get().state == "proposed"


def test_nobody_else_decides(run: int, snapshots: DayFiles) -> None:
    cyd = add_person("cyd")

    for act in (
        lambda: approve_run(by=cyd.actor, now=NOW, run=run, snapshots=snapshots, office=WHY),
        lambda: dismiss_run(by=cyd.actor, now=NOW, run=run, office=WHY),
        lambda: designate_name(by=cyd.actor, now=NOW, name=parse_project_name("p005"), office=WHY),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.reason is Reason.STAFF_ONLY
    assert not Designation.objects.exists()


@pytest.mark.parametrize("harm", ["a row more", "one byte", "gone", "a link to nothing", "a folder"])
def test_a_snapshot_that_was_altered_is_not_approved(run: int, snapshots: DayFiles, harm: str) -> None:
    path = snapshots.path_of(Run.objects.get().path + ".csv.gz")
    told = path.read_bytes()
    path.unlink()
    if harm == "a row more":
        head, *rows = gzip.decompress(told).decode().splitlines(keepends=True)
        path.write_bytes(gzip.compress("".join([head, "evil,99,1,9,0,0,1\n", *rows]).encode()))
    elif harm == "one byte":
        path.write_bytes(told[:-1] + bytes([told[-1] ^ 1]))
    elif harm == "a link to nothing":
        path.symlink_to("nothing")
    elif harm == "a folder":
        path.mkdir()

    refusal(Reason.SNAPSHOT_ALTERED, run, snapshots)


def test_what_became_critical_meanwhile_stays_as_it_was(run: int, snapshots: DayFiles) -> None:
    designate_name(by=OPERATOR, now=NOW, name=parse_project_name("P002"), office=WHY)

    assert approve(run, snapshots) == 2

    found = load_designation(NormalizedName("p002"))
    assert found is not None
    assert (found.reason, found.run) == ("operator", None)
    assert Event.objects.filter(subject_name="p002").count() == 1


def test_of_a_name_made_critical_at_the_same_moment_nothing_is_told_twice(
    run: int, snapshots: DayFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    designate_name(by=OPERATOR, now=NOW, name=parse_project_name("p002"), office=WHY)
    monkeypatch.setattr(designating, "critical_among", lambda _: {})

    assert approve(run, snapshots) == 2

    assert Event.objects.filter(subject_name="p002").count() == 1
    assert Designation.objects.count() == 3


def test_a_run_after_the_first_approval_is_the_first_no_more(run: int, snapshots: DayFiles) -> None:
    approve(run, snapshots)
    count_day(mill_here(), DAY.replace(day=22), {"p001": 9, "p002": 5, "p003": 5, "p004": 6})

    again = load_run(compute_day(by=system(), now=NOW, day=DAY, mill=mill_here(), policy=POLICY).run)

    assert again is not None
    assert (again.newly, again.doubts) == (1, (Doubt.DAYS_MISSING,))


def test_the_critical_ones_are_read_from_the_snapshot_in_order(run: int, snapshots: DayFiles) -> None:
    row = Run.objects.get(pk=run)

    cohort = list(read_cohort(snapshots, path=row.path, sha256=row.csv_sha256))

    assert [one.project for one in cohort] == ["p001", "p002", "p003"]
    assert cohort[0] == Standing("p001", 9, 1, 9, 0, 0, 1)


def test_a_name_is_made_critical_with_a_reason_that_everybody_reads() -> None:
    designate_name(by=OPERATOR, now=NOW, name=parse_project_name("Pip"), office="installs all the others\u202e")

    found = load_designation(NormalizedName("pip"))
    assert found is not None
    assert (found.reason, found.sentence, found.since) == ("operator", "installs all the others", DAY)
    with pytest.raises(Refused) as refused:
        designate_name(by=OPERATOR, now=NOW, name=parse_project_name("PIP"), office=WHY)
    assert refused.value.reason is Reason.ALREADY_CRITICAL
