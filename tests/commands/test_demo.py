"""``strongroom demo``: what it fills the index with, and that what it says is enough to get in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from strongroom.accounts.actions.arriving import (
    Credentials,
    ask_mailbox,
    show_mailbox,
    show_password,
)
from strongroom.accounts.actions.sessions import complete_sign_in
from strongroom.accounts.models import Factor
from strongroom.accounts.queries.entry import LoadedArrival, load_arrival, load_visit
from strongroom.accounts.rules.arriving import Stage, next_stage
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.commands.demo import filling, telling
from strongroom.commands.demo.catalogue import KNOWN, PEOPLE, PLANS, STAFF
from strongroom.commands.demo.designating import DAYS_COMPUTED, PARTS, count_downloads
from strongroom.commands.demo.filling import Filled, fill, lives_of
from strongroom.criticality.queries.published import all_critical
from strongroom.criticality.queries.runs import list_runs
from strongroom.criticality.rules.waiting import RunState
from strongroom.downloads.queries.days import list_counted_days
from strongroom.factors.actions.showing import show_app_code
from strongroom.factors.queries import count_codes_left
from strongroom.factors.views.meaning import means
from strongroom.gear.settings import Settings
from strongroom.projects.queries.eligible import list_installable
from strongroom.record.models import Event
from strongroom.terms.actors import AccountId, visitor
from strongroom.terms.refusals import Reason, Refused
from tests.accounts.mailbox import last_code
from tests.uploads.door import send, wheel_upload

pytestmark = pytest.mark.django_db

SOMEBODY = visitor(address="127.0.0.1", client="tests/1.0")
FEW = tuple(plan for plan in PLANS if plan.name in {"tidepool", "peatbog"})


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> Filled:
    """The demo, with two of its forty projects."""
    monkeypatch.setattr(filling, "PLANS", FEW)
    done: list[None] = []
    answer = fill(lambda: done.append(None))
    assert len(done) == len(FEW)
    return answer


def arrival_of(key: str, now: datetime) -> LoadedArrival:
    return load_arrival(key, now=now, device=None)


def test_with_what_the_demo_says_one_signs_in(filled: Filled) -> None:
    now, sealer, known = datetime.now(UTC), sealer_of_index(), filled.known
    app = pyotp.TOTP(known.secret.replace(" ", ""))

    credentials = Credentials(known.name, known.password)
    key = show_password(by=SOMEBODY, now=now, credentials=credentials, device=None, arrival=None, sealer=sealer)
    assert next_stage(arrival_of(key, now).facts) is Stage.FACTOR
    show_app_code(by=SOMEBODY, now=now, arrival=arrival_of(key, now), text=app.at(now), means=means())
    assert next_stage(arrival_of(key, now).facts) is Stage.MAILBOX
    ask_mailbox(by=SOMEBODY, now=now, arrival=arrival_of(key, now), sealer=sealer)
    code = last_code(f"{known.name}@example.org")
    show_mailbox(by=SOMEBODY, now=now, arrival=arrival_of(key, now), text=code, sealer=sealer)
    signed_in = complete_sign_in(by=SOMEBODY, now=now, arrival=arrival_of(key, now), device=None)

    visit = load_visit(signed_in.key, now=now)
    assert visit is not None
    assert visit.name == KNOWN


def test_the_demos_staff_holds_a_factor_and_can_be_signed_in_as(filled: Filled) -> None:
    assert (filled.staff.name, filled.staff.password) == (STAFF, filled.known.password)
    assert filled.staff.secret != filled.known.secret
    assert Factor.objects.filter(kind="totp", account__folded_name=STAFF, account__is_staff=True).count() == 1


def test_the_demos_password_alone_is_not_enough(filled: Filled) -> None:
    now, known = datetime.now(UTC), filled.known
    credentials = Credentials(known.name, known.password)
    key = show_password(
        by=SOMEBODY, now=now, credentials=credentials, device=None, arrival=None, sealer=sealer_of_index()
    )

    with pytest.raises(Refused) as refused:
        complete_sign_in(by=SOMEBODY, now=now, arrival=arrival_of(key, now), device=None)

    assert refused.value.reason is Reason.STAGE_OUT_OF_ORDER


def test_the_demos_person_enrolled_like_anybody_else(filled: Filled) -> None:
    account = AccountId(Factor.objects.filter(kind="totp", account__folded_name=KNOWN).get().account_id)
    events = Event.objects.filter(actor_name=KNOWN, subject_name=KNOWN).order_by("id")
    told = ["signed-in", "proved-again", "factor-begun", "recovery-codes-made", "factor-enrolled"]
    assert [event.deed for event in events] == told
    assert {event.at.date() for event in events} == {(datetime.now(UTC) - timedelta(days=filling.FIRST_DAY)).date()}
    assert count_codes_left(account) == 10
    with pytest.raises(Refused) as refused:
        show_password(
            by=SOMEBODY,
            now=datetime.now(UTC),
            credentials=Credentials("ben", filled.known.password),
            device=None,
            arrival=None,
            sealer=sealer_of_index(),
        )
    assert refused.value.reason is Reason.SIGN_IN_FAILED


def test_everybody_in_the_demo_still_has_a_token_that_works(filled: Filled) -> None:
    assert set(filled.tokens) == {*PEOPLE, STAFF}
    assert send(wheel_upload(name="tidepool", version="9.0"), f"Bearer {filled.tokens['ada']}").status_code == 200


def test_what_the_demo_says_names_everything(
    filled: Filled, index_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    telling.tell_how_to_use(index_settings, filled)

    said = capsys.readouterr().out
    for line in (filled.known.name, filled.known.password, filled.known.otpauth, str(index_settings.mail_folder)):
        assert line in said
    assert filled.staff.otpauth in said
    assert f"{index_settings.address}/staff/" in said
    assert f"{index_settings.address}/account/sign-in/" in said
    grouped = re.search(r"authenticator app +((?:[A-Z2-7]{4} ?){8})\n", said)
    assert grouped is not None
    address, _ = re.findall(r"otpauth://\S+", said)
    assert parse_qs(urlsplit(address).query)["secret"] == [grouped[1].replace(" ", "")]
    assert all(token in said for token in filled.tokens.values())


def test_computing_a_day_of_the_demo_again_finds_the_same_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "PLANS", tuple(plan for plan in PLANS if plan.name in {"dewpoint", "tidepool"}))
    fill(lambda: None)
    now = datetime.now(UTC)

    for days_ago in range(DAYS_COMPUTED + 1):
        then = now - timedelta(days=days_ago)
        midnight = then.replace(hour=0, minute=0, second=0, microsecond=0)
        assert list_installable(midnight, now=then) == list_installable(midnight, now=now) == ["tidepool"]


@pytest.mark.slow
def test_the_demo_has_half_a_year_of_downloads_and_what_they_make_critical(
    monkeypatch: pytest.MonkeyPatch, filled: Filled
) -> None:
    assert filled
    now = datetime.now(UTC)
    parts: list[None] = []

    count_downloads(lives_of(now), advance=lambda: parts.append(None))

    assert len(parts) == PARTS
    known = list_counted_days(now.date() - timedelta(days=182), now.date() - timedelta(days=1))
    assert len(known) == 182
    assert all(day.counted for day in known)
    # One of the two is the first hundredth; the other name was given by those who run the index.
    assert [(one.name, one.reason) for one in all_critical()] == [("candlewick", "operator"), ("tidepool", "downloads")]
    states = [run.state for run in list_runs(most=100)]
    assert states == [RunState.APPLIED] * 7 + [RunState.APPROVED]
