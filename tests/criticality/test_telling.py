"""The mail to the people of projects that became critical: one for each person, on working days, to everybody once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from strongroom.accounts.models import Account, Delivery, EmailAddress, Letter
from strongroom.accounts.queries.letters import list_letters
from strongroom.accounts.rules.calendar import FURTHEST_EAST, FURTHEST_WEST, may_write_now, next_writing_time
from strongroom.accounts.rules.letters import MOST_NAMED, MOST_TOLD_IN_FULL, LetterKind, leaves_at
from strongroom.accounts.tasks import deliver_letters
from strongroom.criticality.actions import telling
from strongroom.criticality.actions.telling import send_digests
from strongroom.criticality.models import Addressee, Run, Untold
from strongroom.gear.mail import Mail, Post
from strongroom.gear.sealing import Sealer
from strongroom.gear.settings import Settings
from strongroom.projects.models import Designation
from strongroom.projects.rules.roles import Role
from strongroom.terms.actors import AccountId
from tests.cast import NOW, Person, add_person, give_role
from tests.criticality.harvest import LONG_AGO, add_projects
from tests.racing import Job, Track

INDEX = "https://index.example"
SATURDAY = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
HOSTILE = "https://evil.example/\r\nBcc: x@example.org <script>\u202e" + "x" * 300


class Sent(Post):
    """A post that remembers."""

    def __init__(self) -> None:
        super().__init__(smtp_url="", sender="", folder=Path("nowhere"))
        self.mails: list[Mail] = []

    def send(self, mail: Mail, *, now: datetime) -> None:
        self.mails.append(mail)


def add_run(**changed: object) -> Run:
    day = NOW.date()
    values: dict[str, object] = {
        "day": day, "inputs": "i", "rule_version": 1, "per_ten_thousand": 100, "months": 6, "counting": "all",
        "least": 1, "window_first": day - timedelta(days=184), "window_last": day - timedelta(days=1),
        "days_present": 184, "days_expected": 184, "projects": 350_000, "k": 3_500, "threshold": 119_655,
        "cohort": 3_500, "newly": 1, "total": 1, "manifest": "m", "eligible": "e", "result": "r" * 64, "engine": "duck",
        "milliseconds": 1, "path": "x", "parquet_sha256": "p", "csv_sha256": "c", "state": "applied", "made_at": NOW,
    }  # fmt: skip
    return Run.objects.create(**{**values, **changed})


def designate(*names: str, is_shown: bool = True, **changed: object) -> None:
    """Names as a run leaves them: critical, on their pages already, their people not told."""
    values: dict[str, object] = {"day": NOW.date(), "reason": "downloads", "rule_version": 1, "made_at": NOW}
    numbers = {"total": 1_234_567, "rank": 3, "projects": 350_000, "k": 3_500, "threshold": 119_655}
    for name in names:
        given_ = {**values, **numbers, "display_name": name.title(), **changed}
        Designation.objects.create(normalized_name=name, **given_)
        Untold.objects.create(normalized_name=name, since=NOW, is_shown=is_shown)


def mails(now: datetime = NOW, folder: Path | None = None) -> dict[str, Mail]:
    """What arrives, by address."""
    post = Sent()
    sealer = Sealer((folder or Path("nowhere")) / "secrets")
    deliver_letters(now=now, post=post, sealer=sealer, address_of_index=INDEX)
    assert len({mail.to for mail in post.mails}) == len(post.mails), "somebody was written to twice"
    return {mail.to: mail for mail in post.mails}


@pytest.fixture
def ada() -> Person:
    return add_person("ada")


@pytest.fixture
def ben() -> Person:
    return add_person("ben")


@pytest.fixture
def house(ada: Person, ben: Person) -> Callable[..., int]:
    """Ham and spam, which Ada owns; Ben maintains ham."""
    add_projects(["ham", "spam", "eggs"])
    for person, name, role in ((ada, "ham", Role.OWNER), (ada, "spam", Role.OWNER), (ben, "ham", Role.MAINTAINER)):
        give_role(person, name, role)
    Letter.objects.all().delete()
    return lambda now=NOW: send_digests(now=now)


class TestCalendar:
    def test_nobody_anywhere_is_written_to_on_a_friday_evening_or_a_weekend(self) -> None:
        quarters = int((FURTHEST_EAST - FURTHEST_WEST) / timedelta(minutes=15))
        everywhere = [timezone(FURTHEST_WEST + number * timedelta(minutes=15)) for number in range(quarters + 1)]
        for minutes in range(0, 7 * 24 * 60, 15):
            at = NOW + timedelta(minutes=minutes)
            for there in everywhere if may_write_now(at) else ():
                local = at.astimezone(there)
                assert local.weekday() < 5, (at, local)
                assert local.weekday() < 4 or local.hour < 17, (at, local)

    def test_no_moment_at_which_everybody_works_is_left_out(self) -> None:
        everywhere = [timezone(FURTHEST_WEST), timezone(FURTHEST_EAST)]
        for minutes in range(0, 7 * 24 * 60, 5):
            locals_ = [(NOW + timedelta(minutes=minutes)).astimezone(there) for there in everywhere]
            is_free = any(one.weekday() > 4 or (one.weekday() == 4 and one.hour >= 17) for one in locals_)
            assert may_write_now(NOW + timedelta(minutes=minutes)) is not is_free

    @pytest.mark.parametrize(
        ("text", "may"),
        [
            ("2026-11-23T11:59:59.999999+00:00", False),
            ("2026-11-23T12:00:00+00:00", True),
            ("2026-11-27T02:59:59.999999+00:00", True),
            ("2026-11-27T03:00:00+00:00", False),
            ("2026-11-29T23:00:00+00:00", False),
            ("2026-11-23T13:30:00+02:00", False),
            ("2026-11-23T06:00:00-06:00", True),
        ],
    )
    def test_the_week_begins_on_monday_at_noon_and_ends_on_friday_at_three(self, text: str, may: bool) -> None:
        assert may_write_now(datetime.fromisoformat(text)) is may

    @given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
    def test_the_next_moment_is_the_first_one_that_may_be(self, now: datetime) -> None:
        following = next_writing_time(now)

        assert may_write_now(following)
        assert (following == now) is may_write_now(now)
        assert following == now or not may_write_now(following - timedelta(microseconds=1))
        assert timedelta(0) <= following - now <= timedelta(days=3, hours=9)

    def test_other_letters_leave_at_any_time(self) -> None:
        assert [leaves_at(kind, SATURDAY) for kind in LetterKind if leaves_at(kind, SATURDAY) != SATURDAY] == [MONDAY]


@pytest.mark.django_db
class TestDigest:
    def test_one_letter_says_of_every_project_why_since_when_whom_it_concerns_and_what_follows(
        self, house: Callable[..., int], tmp_path: Path
    ) -> None:
        run = add_run()
        designate("ham", run=run.pk)
        designate("spam", reason="operator", sentence="pip itself needs it", total=None, rank=None, k=None)

        assert house() == 2

        arrived = mails(folder=tmp_path)
        assert sorted(arrived) == ["ada@example.org", "ben@example.org"]
        whole = arrived["ada@example.org"]
        assert whole.subject == "Strongroom: 2 projects that you look after are critical now"
        for told in (
            "Hello ada,",
            "2 projects that you own or maintain on index.example",
            "* Ham\nCritical since: 2026-11-23\nWhy: 1,234,567 downloads from 2026-05-23 to 2026-11-22, which is rank ",
            "rank 3 of 350,000 projects. The first 3,500 are critical; the last of them had 119,655 downloads.\nYour ",
            "Your role: Owner\nIt concerns these people too: ben\nEverything about it: https://index.example/project/ham/",
            "/project/ham/critical/\n\n* Spam\n",
            "Why: those who run this index named it: “pip itself needs it”\nYour role: Owner\nIt concerns nobody",
            "https://index.example/project/spam/critical/",
            "A second factor to publish, update or change it",
            "no date",
            "at least 45 days before",
            "waits for 30 days",
            "ask those who run this index",
            "inbox of your account",
        ):
            assert told in whole.body, told
        assert "ongratul" not in whole.body
        assert "\n\n\n" not in whole.body
        other = arrived["ben@example.org"]
        assert other.subject == "Strongroom: Ham is critical now"
        assert "a project that you own or maintain" in other.body
        assert "Your role: Maintainer\nIt concerns these people too: ada" in other.body
        assert "Spam" not in other.body

    def test_nobody_is_told_twice_and_nothing_is_left(self, house: Callable[..., int]) -> None:
        designate("ham", "spam")

        assert [house(), house()] == [2, 0]
        assert (Letter.objects.count(), Untold.objects.count(), Addressee.objects.count()) == (2, 0, 0)

        Untold.objects.create(normalized_name="ham", since=NOW, is_shown=True)
        designate("eggs")
        assert house() == 2, "what is put down once more is told once more, and eggs has nobody"

    def test_every_verified_address_gets_it_and_the_inbox_keeps_it(
        self, house: Callable[..., int], ada: Person, tmp_path: Path
    ) -> None:
        for address, verified in (("ada@work.example", NOW), ("ada@old.example", None)):
            EmailAddress.objects.create(account_id=ada.account, address=address, verified_at=verified)
        designate("spam")

        assert house() == 1

        arrived = mails(folder=tmp_path)
        assert sorted(arrived) == ["ada@example.org", "ada@work.example"]
        (kept,) = list_letters(ada.account)
        assert (kept.subject, kept.body) == (arrived["ada@example.org"].subject, arrived["ada@example.org"].body)

    @pytest.mark.parametrize("field", ["suspended_at", "closed_at"])
    def test_accounts_that_cannot_be_used_get_none(self, house: Callable[..., int], field: str) -> None:
        designate("ham")
        Account.objects.filter(name="ben").update(**{field: NOW})

        assert house() == 1
        (letter,) = Letter.objects.all()
        assert letter.account is not None
        assert (letter.account.name, letter.facts["listed"][0]["others"]) == ("ada", [])
        assert not Addressee.objects.exists()

    def test_who_lost_their_role_or_was_suspended_after_it_was_put_down_gets_none(
        self, house: Callable[..., int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        designate("ham")
        with monkeypatch.context() as patched:
            patched.setattr(telling, "_next_people", list)
            assert house() == 0
        assert Addressee.objects.count() == 2
        Account.objects.filter(name="ben").update(suspended_at=NOW)
        Account.objects.get(name="ada").collaborations.all().delete()

        assert house() == 0
        assert not Addressee.objects.exists()

    def test_a_project_without_people_is_just_done_with(self, house: Callable[..., int]) -> None:
        designate("eggs", "no-project-of-that-name")

        assert house() == 0
        assert not Untold.objects.exists()

    def test_what_its_pages_do_not_show_yet_waits(self, house: Callable[..., int]) -> None:
        designate("ham", is_shown=False)

        assert house() == 0
        assert Untold.objects.count() == 1
        Untold.objects.update(is_shown=True)
        assert house() == 2

    def test_on_a_weekend_nothing_is_written_and_nothing_asked(self, house: Callable[..., int]) -> None:
        designate("ham")

        with CaptureQueriesContext(connection) as asked:
            assert house(SATURDAY) == 0

        assert len(asked) == 0
        assert house(MONDAY) == 2

    def test_with_nothing_to_tell_it_costs_two_questions(self, house: Callable[..., int]) -> None:
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            house()

        texts = [one["sql"] for one in asked if one["sql"].startswith("SELECT")]
        assert len(texts) == 2, texts

    def test_a_letter_that_was_written_in_time_does_not_leave_on_a_weekend(
        self, house: Callable[..., int], tmp_path: Path
    ) -> None:
        designate("spam")
        house(SATURDAY - timedelta(days=1, hours=9, seconds=1))
        assert Letter.objects.count() == 1

        assert mails(SATURDAY, tmp_path) == {}
        assert mails(MONDAY - timedelta(seconds=1), tmp_path) == {}
        delivery = Delivery.objects.get()
        assert (delivery.tries, delivery.next_at) == (0, MONDAY)
        assert list(mails(MONDAY, tmp_path)) == ["ada@example.org"]

    @pytest.mark.parametrize(
        ("chosen", "told"),
        [({"contact": "help@example.org"}, "write to help@example.org"), ({"mail_from": "post@a.example"}, "post@a.e")],
    )
    def test_it_says_where_to_ask(
        self,
        house: Callable[..., int],
        tmp_path: Path,
        index_settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
        chosen: dict[str, str],
        told: str,
    ) -> None:
        import dataclasses

        from django.conf import settings

        monkeypatch.setattr(settings, "STRONGROOM", dataclasses.replace(index_settings, **chosen))  # type: ignore[arg-type]
        designate("spam")
        house()

        assert told in mails(folder=tmp_path)["ada@example.org"].body

    def test_it_is_written_in_its_readers_language(self, house: Callable[..., int], tmp_path: Path) -> None:
        Account.objects.filter(name="ada").update(language="fr")
        designate("spam")
        house()

        assert Letter.objects.get().language == "fr"
        assert mails(folder=tmp_path)["ada@example.org"].body.startswith("Bonjour ada,")

    def test_many_people_are_counted_and_not_all_named(self, house: Callable[..., int], tmp_path: Path) -> None:
        for number in range(MOST_NAMED + 5):
            account = Account.objects.create(name=f"p{number:02}", folded_name=f"p{number:02}", created_at=NOW)
            give_role(Person(account.name, AccountId(account.pk), ""), "spam", Role.MAINTAINER)
        designate("spam")

        assert house() == MOST_NAMED + 6
        body = mails(folder=tmp_path)["ada@example.org"].body
        assert "p00, p01," in body
        assert f"p{MOST_NAMED - 1:02}, and 5 more" in body

    def test_of_very_many_projects_the_last_are_told_in_short(
        self, house: Callable[..., int], ada: Person, tmp_path: Path
    ) -> None:
        names = [f"a{number:03}" for number in range(MOST_TOLD_IN_FULL + 2)]
        add_projects(names)
        for name in names:
            give_role(ada, name, Role.OWNER)
        designate(*names)

        assert house() == 1

        body = mails(folder=tmp_path)["ada@example.org"].body
        assert body.count("Critical since:") == len(names)
        assert body.count("Your role:") == MOST_TOLD_IN_FULL
        assert all(f"{INDEX}/project/{name}/critical/" in body for name in names)

    def test_whatever_people_chose_makes_no_second_line_and_no_link(
        self, house: Callable[..., int], tmp_path: Path
    ) -> None:
        designate("spam", reason="operator", sentence=HOSTILE[:400], display_name=HOSTILE[:190])
        house()

        mail = mails(folder=tmp_path)["ada@example.org"]

        assert "\n" not in mail.subject
        for part in (mail.subject, mail.body.replace(f"{INDEX}/", "")):
            assert "://" not in part
            assert "\u202e" not in part
            assert "\nBcc" not in part

    @pytest.mark.parametrize("step", ["_next_people", "write_letter"])
    def test_a_process_that_is_killed_forgets_nobody_and_tells_nobody_twice(
        self, house: Callable[..., int], monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        designate("ham", "spam")
        people = [f"p{number:02}" for number in range(7)]
        for name in people:
            account = Account.objects.create(name=name, folded_name=name, created_at=NOW)
            give_role(Person(name, AccountId(account.pk), ""), "ham", Role.MAINTAINER)
        monkeypatch.setattr(telling, "_PEOPLE_AT_ONCE", 2)
        real = getattr(telling, step)
        for killed_at in (1, 3, 4):
            calls = iter(range(1, killed_at + 1))

            def dying(*args: object, calls: object = calls, killed_at: int = killed_at, **kwargs: object) -> object:
                if next(calls, killed_at) == killed_at:  # type: ignore[call-overload]
                    raise KeyboardInterrupt
                return real(*args, **kwargs)

            with monkeypatch.context() as patched:
                patched.setattr(telling, step, dying)
                with pytest.raises(KeyboardInterrupt):
                    house()
        house()

        told = list(Letter.objects.order_by("account__name").values_list("account__name", flat=True))
        assert told == ["ada", "ben", *people]
        listed = {one["name"] for one in Letter.objects.get(account__name="ada").facts["listed"]}
        assert listed == {"ham", "spam"}
        assert not Addressee.objects.exists()

    def test_the_people_of_many_projects_are_told_of_all_in_one_letter(
        self, house: Callable[..., int], ada: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(telling, "_NAMES_AT_ONCE", 2)
        names = [f"a{number}" for number in range(7)]
        add_projects(names, at=LONG_AGO)
        for name in names:
            give_role(ada, name, Role.OWNER)
        designate(*names)

        assert house() == 1
        assert [one["name"] for one in Letter.objects.get().facts["listed"]] == names


def test_two_that_write_at_the_same_moment_tell_everybody_once(tmp_path: Path, database_url: str) -> None:
    job = Job(*(f"tests.criticality.told_at_once:{name}" for name in ("prepare", "tell", "look")))

    outcome = Track(tmp_path, database_url).race_processes(job, processes=2)

    assert outcome.found == {"letters": 120, "people": 120, "projects": [3], "left": 0}
    assert sum(outcome.answers) == 120
