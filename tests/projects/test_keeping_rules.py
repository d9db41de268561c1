"""What must hold of roles over time, of deletion, of invitations and of statuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.projects.rules.deletion import (
    HOLD_PERIOD,
    UNDO_PERIOD,
    Piece,
    PieceKind,
    held_until,
    require_named,
    require_not_held,
    require_restorable,
    restorable_until,
)
from strongroom.projects.rules.invitations import (
    MOST_OPEN_INVITATIONS,
    require_new_to_project,
    require_room_for_invitation,
)
from strongroom.projects.rules.roles import (
    ALLOWED,
    NEW_OWNER_WAITS,
    ProjectDeed,
    Role,
    Seat,
    require_role,
    require_senior,
    require_settled,
)
from strongroom.projects.rules.statuses import LONGEST_REASON, OF_THE_OWNERS, clip_reason, require_status_of_owners
from strongroom.terms.refusals import Reason, Refused, refusal_of
from strongroom.terms.statuses import ProjectStatus

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MOMENT, DAY = timedelta(microseconds=1), timedelta(days=1)
OF_OWNERS_ALONE = set(ProjectDeed) - {ProjectDeed.LOOK, ProjectDeed.PUBLISH, ProjectDeed.YANK, ProjectDeed.LEAVE}


def owner(age: timedelta) -> Seat:
    return Seat(Role.OWNER, NOW - age)


def maintainer(age: timedelta) -> Seat:
    return Seat(Role.MAINTAINER, NOW - age)


@pytest.mark.parametrize("deed", list(ProjectDeed))
def test_a_maintainer_publishes_yanks_looks_and_leaves_and_nothing_else(deed: ProjectDeed) -> None:
    reason = refusal_of(lambda: require_role(Role.MAINTAINER, deed))
    assert reason is (Reason.ROLE_TOO_LOW if deed in OF_OWNERS_ALONE else None)


def test_an_owner_may_do_everything() -> None:
    assert ALLOWED[Role.OWNER] == frozenset(ProjectDeed)


@pytest.mark.parametrize(
    ("own", "other", "reason"),
    [
        pytest.param(owner(10 * DAY), owner(DAY), None, id="the older Owner removes the newer"),
        pytest.param(owner(DAY), owner(10 * DAY), Reason.OWNER_TOO_NEW, id="the newer Owner removes the older"),
        pytest.param(owner(timedelta()), owner(MOMENT), Reason.OWNER_TOO_NEW, id="newer by a moment"),
        pytest.param(owner(DAY), owner(DAY), None, id="two Owners of one moment"),
        pytest.param(owner(NEW_OWNER_WAITS), owner(99 * DAY), None, id="after just a week"),
        pytest.param(owner(NEW_OWNER_WAITS - MOMENT), owner(99 * DAY), Reason.OWNER_TOO_NEW, id="a moment before"),
        pytest.param(owner(timedelta()), maintainer(99 * DAY), None, id="a Maintainer goes at once"),
        pytest.param(None, owner(DAY), Reason.NOT_A_COLLABORATOR, id="nobody removes an Owner"),
        pytest.param(owner(-DAY), owner(DAY), Reason.OWNER_TOO_NEW, id="an Owner from the future"),
    ],
)
def test_a_new_owner_cannot_turn_out_the_older_ones(own: Seat | None, other: Seat, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_senior(own, other, now=NOW)) is reason


@pytest.mark.parametrize(
    ("own", "others", "reason"),
    [
        pytest.param(owner(timedelta()), [], None, id="the only Owner, however new"),
        pytest.param(owner(DAY), [owner(timedelta()), owner(DAY)], None, id="the oldest Owner"),
        pytest.param(owner(DAY), [owner(timedelta()), owner(2 * DAY)], Reason.OWNER_TOO_NEW, id="one was before them"),
        pytest.param(owner(NEW_OWNER_WAITS), [owner(99 * DAY)], None, id="after just a week"),
        pytest.param(None, [owner(DAY)], Reason.NOT_A_COLLABORATOR, id="nobody"),
    ],
)
def test_a_new_owner_deletes_nothing_of_the_older_ones(
    own: Seat | None, others: list[Seat], reason: Reason | None
) -> None:
    assert refusal_of(lambda: require_settled(own, others, now=NOW)) is reason


def test_whoever_is_too_new_is_told_until_when() -> None:
    with pytest.raises(Refused) as caught:
        require_senior(owner(DAY), owner(9 * DAY), now=NOW)

    assert caught.value.facts == {"until": "2026-11-29 12:00"}


@pytest.mark.parametrize(
    ("deleted_at", "is_purged", "reason"),
    [
        pytest.param(None, False, Reason.NOT_DELETED, id="what is there"),
        pytest.param(NOW, False, None, id="deleted just now"),
        pytest.param(NOW - UNDO_PERIOD + MOMENT, False, None, id="the last moment"),
        pytest.param(NOW - UNDO_PERIOD, False, Reason.UNDO_OVER, id="a moment too late"),
        pytest.param(NOW + DAY, False, None, id="deleted by a clock that runs ahead"),
        pytest.param(NOW - DAY, True, Reason.UNDO_OVER, id="purged, whatever the clock says"),
    ],
)
def test_what_can_be_restored(deleted_at: datetime | None, is_purged: bool, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_restorable(deleted_at, is_purged=is_purged, now=NOW)) is reason


def test_until_when_it_can_be_restored_is_just_when_it_cannot_any_more() -> None:
    until = restorable_until(NOW)
    assert refusal_of(lambda: require_restorable(NOW, now=until - MOMENT)) is None
    assert refusal_of(lambda: require_restorable(NOW, now=until)) is Reason.UNDO_OVER


@pytest.mark.parametrize(
    ("typed", "is_it"),
    [
        ("Ham", True),
        (" Ham\n", True),
        ("ham", False),
        ("", False),
        ("Ham ", True),
        ("H\u200bam", False),
        ("Наm", False),
    ],
)
def test_whoever_deletes_types_the_name(typed: str, is_it: bool) -> None:
    assert refusal_of(lambda: require_named(typed, "Ham")) is (None if is_it else Reason.NAME_NOT_TYPED)


@pytest.mark.parametrize(
    ("is_collaborator", "is_invited", "reason"),
    [
        (False, False, None),
        (True, False, Reason.ALREADY_COLLABORATOR),
        (False, True, Reason.ALREADY_INVITED),
        (True, True, Reason.ALREADY_COLLABORATOR),
    ],
)
def test_who_is_invited(is_collaborator: bool, is_invited: bool, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_new_to_project(is_collaborator=is_collaborator, is_invited=is_invited)) is reason


@pytest.mark.parametrize(
    ("open_now", "reason"),
    [(0, None), (MOST_OPEN_INVITATIONS - 1, None), (MOST_OPEN_INVITATIONS, Reason.TOO_MANY_INVITATIONS)],
)
def test_a_project_has_only_so_many_open_invitations(open_now: int, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_room_for_invitation(open_now)) is reason


@pytest.mark.parametrize("shall_be", list(ProjectStatus))
@pytest.mark.parametrize("now_is", list(ProjectStatus))
def test_owners_neither_quarantine_nor_lift(now_is: ProjectStatus, shall_be: ProjectStatus) -> None:
    reason = refusal_of(lambda: require_status_of_owners(now_is, shall_be))
    assert reason is (None if ProjectStatus.QUARANTINED not in {now_is, shall_be} else Reason.STATUS_OF_STAFF)
    assert ProjectStatus.QUARANTINED not in OF_THE_OWNERS


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  moved \n to\teggs ", "moved to eggs"),
        ("a\0b", "a b"),
        ("a\ud800b", "a b"),
        ("\u202etxt.exe", "txt.exe"),
        ("\x1b[31mred", "[31mred"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("<script>", "<script>"),
        ("", ""),
    ],
)
def test_a_reason_is_kept_as_one_plain_line(text: str, kept: str) -> None:
    assert clip_reason(text) == kept


@given(st.text())
def test_a_kept_reason_is_short_and_stays_as_it_is(text: str) -> None:
    kept = clip_reason(text * 50)
    assert len(kept) <= LONGEST_REASON
    assert clip_reason(kept) == kept
    assert "\0" not in kept
    assert "\n" not in kept


def test_a_deletion_of_something_critical_waits_for_thirty_days() -> None:
    assert timedelta(days=30) == HOLD_PERIOD
    assert held_until(NOW) == NOW + timedelta(days=30)


def test_a_deletion_that_waits_is_not_asked_for_again_and_the_day_is_named() -> None:
    require_not_held(None, thing="ham")
    with pytest.raises(Refused) as told:
        require_not_held(NOW, thing="ham")
    assert told.value.reason is Reason.DELETION_HELD_ALREADY
    assert told.value.facts == {"thing": "ham", "until": "2026-11-23 12:00"}


@pytest.mark.parametrize(
    ("piece", "kind", "facts"),
    [
        pytest.param(Piece(), PieceKind.PROJECT, {}, id="the whole project"),
        pytest.param(Piece("1.0"), PieceKind.RELEASE, {"version": "1.0"}, id="a release"),
        pytest.param(Piece("1.0", "x.whl"), PieceKind.FILE, {"version": "1.0", "filename": "x.whl"}, id="a file"),
    ],
)
def test_what_goes_is_a_file_a_release_or_the_whole(piece: Piece, kind: PieceKind, facts: dict[str, object]) -> None:
    assert (piece.kind, piece.facts) == (kind, facts)
