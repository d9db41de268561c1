"""The letters about projects: what was done to yours, and that you are invited; plain, without a link to sign in by."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from strongroom.accounts.models import Letter
from strongroom.accounts.queries.letters import list_letters
from strongroom.accounts.tasks import deliver_letters
from strongroom.gear.mail import Mail, Post
from strongroom.gear.sealing import Sealer
from strongroom.projects.models import Project
from strongroom.projects.rules.roles import Role
from strongroom.record.rules import Deed
from strongroom.terms.actors import Actor, ActorKind
from strongroom.terms.names import NormalizedName
from strongroom.upkeep.actions.collaborators import give_role
from strongroom.upkeep.actions.telling import tell_project
from tests.cast import OPERATOR
from tests.upkeep.keeping import HOSTILE, House, account_of, at, page_of, prove, seat, words_of

pytestmark = pytest.mark.django_db

INDEX = "https://index.example"
LINK = re.compile(r"\S+://\S+")


class Sent(Post):
    """A post that remembers."""

    def __init__(self) -> None:
        super().__init__(smtp_url="", sender="", folder=Path("nowhere"))
        self.mails: list[Mail] = []

    def send(self, mail: Mail, *, now: datetime) -> None:
        self.mails.append(mail)


@pytest.fixture
def mails_to(house: House, tmp_path: Path) -> Mails:
    for who in ("ada", "ben", "cyd"):
        house.of(who)
    Letter.objects.all().delete()
    return Mails(house, tmp_path)


class Mails:
    """What arrives in somebody's mailbox once the letters have left."""

    def __init__(self, house: House, folder: Path) -> None:
        self._house, self._post, self._sealer = house, Sent(), Sealer(folder / "secrets")

    def __call__(self, address: str) -> list[Mail]:
        deliver_letters(now=self._house.clock.at, post=self._post, sealer=self._sealer, address_of_index=INDEX)
        return [mail for mail in self._post.mails if mail.to == address]


class TestProject:
    def test_everybody_reads_who_did_what_to_which_project_and_what_to_do_if_that_is_wrong(
        self, house: House, mails_to: Mails
    ) -> None:
        house.ben.post(at("yank-release", "ham", "1.0"), reason="breaks on Mondays")

        (mail,) = mails_to("ada@example.org")

        assert mail.subject == "Strongroom: ham: The release 1.0 was yanked: “breaks on Mondays”."
        for told in (
            "Hello ada,",
            "this was done to the project ham on index.example",
            "By: ben",
            f"When: {house.clock.at:%Y-%m-%d %H:%M} UTC",
            "ask ben, by another way than mail",
            "open the history of the project",
        ):
            assert told in mail.body
        assert not LINK.search(mail.body)
        assert "\n\n\n" not in mail.body

    def test_whoever_did_it_can_say_that_it_was_not_them(self, house: House, mails_to: Mails) -> None:
        house.ben.post(at("yank-release", "ham", "1.0"), reason="x")

        (mail,) = mails_to("ben@example.org")

        assert mail.subject == "Strongroom: ham: The release 1.0 was yanked: “x”."
        assert "done to the project ham on index.example, with your account ben" in mail.body
        (link,) = LINK.findall(mail.body)
        assert "/not-me/" in link

    def test_it_stands_in_the_inbox_too(self, house: House, mails_to: Mails) -> None:
        house.ben.post(at("yank-release", "ham", "1.0"), reason="x")
        (mail,) = mails_to("ada@example.org")

        (kept,) = list_letters(account_of(house.ada))
        assert (kept.subject, kept.body) == (mail.subject, mail.body)
        assert "was yanked" in words_of(page_of(house.ada, at("letter", kept.id)))

    def test_whoever_is_removed_reads_what_follows(self, house: House, mails_to: Mails) -> None:
        prove(house.ada, "change-collaborators")
        house.ada.post(at("remove-collaborator", "ham", "ben"))

        mail = mails_to("ben@example.org")[-1]

        assert mail.subject == "Strongroom: ham: ben, a Maintainer, was removed from the project."
        assert "You do not look after this project any more" in mail.body

    def test_a_deletion_says_that_it_can_be_undone(self, house: House, mails_to: Mails) -> None:
        prove(house.ada, "delete")
        house.ada.post(at("delete-project", "ham"), typed="ham")

        mail = mails_to("ben@example.org")[-1]

        assert "The project was deleted" in mail.subject
        assert "30 days" in mail.body

    def test_those_who_run_the_index_are_not_named_and_say_why(self, house: House, mails_to: Mails) -> None:
        give_role(
            by=OPERATOR,
            now=house.clock.at,
            name=NormalizedName("ham"),
            account="cyd",
            role=Role.OWNER,
            office="its Owner is away",
        )

        mail = mails_to("ben@example.org")[-1]

        assert "By: those who run this index" in mail.body
        assert "Why: its Owner is away" in mail.body
        assert "ask those who run this index" in mail.body
        assert "olga" not in mail.body

    def test_whatever_people_chose_makes_no_second_line_and_no_link(self, house: House, mails_to: Mails) -> None:
        hostile = f"https://evil.example/\r\nBcc: x@example.org {HOSTILE}"
        facts: dict[str, object] = dict.fromkeys(
            ("account", "version", "filename", "reason", "former", "label", "address", "office"), hostile
        )
        ada = Actor(ActorKind.ACCOUNT, "ada", account=account_of(house.ada))
        ham = Project.objects.get(normalized_name="ham")
        for deed in Deed:
            with transaction.atomic():
                told = {**facts, "role": "owner", "status": "archived"}
                tell_project(by=ada, now=house.clock.at, project=ham, deed=deed, facts=told)
            mails_to("ben@example.org")

        mails = mails_to("ben@example.org")

        assert len(mails) == len(Deed)
        for mail in mails:
            assert "\n" not in mail.subject
            assert len(mail.subject) <= 200
            for part in (mail.subject, mail.body):
                assert "://" not in part
                assert "\u202e" not in part
                assert "\nBcc" not in part


class TestInvitation:
    @pytest.mark.parametrize(
        ("role", "told"), [("owner", "An Owner may do everything"), ("maintainer", "A Maintainer may publish files")]
    )
    def test_it_says_who_asks_to_what_as_what_until_when_and_how_to_answer(
        self, house: House, mails_to: Mails, role: str, told: str
    ) -> None:
        prove(house.ada, "change-collaborators")
        house.ada.post(at("invite", "ham"), whom="cyd", role=role)

        (mail,) = mails_to("cyd@example.org")

        assert mail.subject == "Strongroom: You are invited to look after ham"
        until = house.clock.at + timedelta(days=14)
        for part in (
            "Hello cyd,",
            "ada asks you to look after the project ham on index.example",
            told,
            f"Open until: {until:%Y-%m-%d %H:%M} UTC",
            "go to the index as you always do, sign in",
            "Nothing happens unless you accept",
        ):
            assert part in mail.body
        assert not LINK.search(mail.body)
        assert "\n\n\n" not in mail.body
        (kept,) = [one for one in list_letters(account_of(house.cyd)) if "invited" in one.subject]
        assert kept.body == mail.body

    def test_to_an_address_it_says_to_sign_up_first_and_not_whether_there_is_an_account(
        self, house: House, mails_to: Mails
    ) -> None:
        for whom in ("dan@example.org", "cyd@example.org"):
            prove(house.ada, "change-collaborators")
            house.ada.post(at("invite", "ham"), whom=whom, role="maintainer")

        (mail,) = mails_to("dan@example.org")
        (other,) = mails_to("cyd@example.org")

        assert mail.body == other.body
        assert mail.body.startswith("Hello,\n")
        assert "sign up with this e-mail address first" in mail.body
        assert "inbox of your account" not in mail.body
        assert not LINK.search(mail.body)

    def test_the_address_that_somebody_was_asked_by_is_for_owners_alone(self, house: House, mails_to: Mails) -> None:
        seat("cyd", "ham", Role.OWNER, clock=house.clock, days=30)
        prove(house.ada, "change-collaborators")
        house.ada.post(at("invite", "ham"), whom="dan@example.org", role="maintainer")

        (of_owner,), (of_maintainer,) = mails_to("cyd@example.org"), mails_to("ben@example.org")

        assert "dan@example.org was invited to be a Maintainer." in of_owner.body
        assert "Somebody was invited to look after the project." in of_maintainer.body
        assert "dan@" not in of_maintainer.subject + of_maintainer.body
        assert not Letter.objects.filter(account__folded_name="ben", facts__account="dan@example.org").exists()


@pytest.mark.parametrize("kind", ["project", "invitation"])
def test_a_letter_with_few_facts_still_has_a_subject_of_one_line(house: House, mails_to: Mails, kind: str) -> None:
    from strongroom.accounts.actions.letters import write_letter
    from strongroom.accounts.rules.letters import LetterKind

    facts: dict[str, object] = {"project": "ham", "deed": "release-yanked", "who": "ada", "kind_of_who": "account"}
    write_letter(now=house.clock.at, account=account_of(house.ben), kind=LetterKind(kind), facts=facts)

    (mail,) = mails_to("ben@example.org")

    assert mail.subject.startswith("Strongroom: ")
    assert "“”" not in mail.body
    assert "Open until" not in mail.body
