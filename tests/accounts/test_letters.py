"""What becomes of a letter: it leaves once for each address, in its reader's language, and keeps no secret."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from strongroom.accounts.actions.arriving import begin_arrival
from strongroom.accounts.actions.attempts import count_attempt
from strongroom.accounts.actions.delivering import claim_delivery
from strongroom.accounts.actions.letters import tell, write_letter
from strongroom.accounts.actions.mailing import Browser, Recipient, mail_code, spend_mail_code
from strongroom.accounts.models import Account, Arrival, AttemptCount, Delivery, EmailAddress, Letter, MailCode
from strongroom.accounts.queries.letters import find_letter, list_due_deliveries, list_letters
from strongroom.accounts.rules.arriving import MAIL_CODE_LIFE, Purpose
from strongroom.accounts.rules.letters import (
    CLAIM_LIFE,
    DECOY_LIFE,
    FIRST_PAUSE,
    LEFTOVER_LIFE,
    MOST_TRIES,
    LetterKind,
    is_given_up,
    pause_before,
    plain_fact,
)
from strongroom.accounts.rules.limits import Limit
from strongroom.accounts.rules.mailed_codes import MailCodePurpose
from strongroom.accounts.tasks import deliver_letters, sweep_leftovers
from strongroom.gear.mail import Mail, MailNotSent, Post
from strongroom.gear.sealing import Sealer
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, Actor, ActorKind
from strongroom.terms.proofs import ProofKind
from tests.cast import NOW, Person, add_person
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db

INDEX = "https://index.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")


class Sent(Post):
    """A post that remembers. ``fails`` for the addresses in it; ``meanwhile`` is done while a mail is being sent."""

    def __init__(self) -> None:
        super().__init__(smtp_url="", sender="", folder=Path("nowhere"))
        self.mails: list[Mail] = []
        self.fails: set[str] = set()
        self.meanwhile: Callable[[], object] = lambda: None

    def send(self, mail: Mail, *, now: datetime) -> None:
        assert now.tzinfo is not None
        self.meanwhile()
        if mail.to in self.fails:
            raise MailNotSent("the mail server did not take it")
        self.mails.append(mail)


@pytest.fixture
def ada() -> Person:
    return add_person("ada")


@pytest.fixture
def post() -> Sent:
    return Sent()


@pytest.fixture
def sealer(tmp_path: Path) -> Sealer:
    return Sealer(tmp_path / "secrets")


@pytest.fixture
def deliver(post: Sent, sealer: Sealer) -> Callable[..., int]:
    def run(now: datetime = NOW, by: Post = post) -> int:
        return deliver_letters(now=now, post=by, sealer=sealer, address_of_index=INDEX)

    return run


def by(person: Person, **changed: object) -> Actor:
    actor = Actor(ActorKind.ACCOUNT, person.name, account=person.account, address="192.0.2.7", client=FIREFOX)
    return dataclasses.replace(actor, **{"proof": ProofKind.SECURITY_KEY, **changed})  # type: ignore[arg-type]


def notice(person: Person, deed: Deed = Deed.PASSWORD_CHANGED, **facts: object) -> Letter:
    tell(by=by(person), now=NOW, account=person.account, deed=deed, **facts)
    return Letter.objects.latest("id")


def code_letter(person: Person | None, sealer: Sealer, purpose: MailCodePurpose, *, now: datetime = NOW) -> Letter:
    account = None if person is None else person.account
    _, arrival = begin_arrival(now=now, purpose=Purpose.SIGN_IN, account=account)
    recipient = Recipient(account, "" if person is None else f"{person.name}@example.org")
    mail_code(now=now, purpose=purpose, browser=Browser(arrival=arrival), recipient=recipient, sealer=sealer)
    return Letter.objects.latest("id")


def second_address(person: Person) -> None:
    EmailAddress.objects.create(account_id=person.account, address=f"{person.name}@work.example", verified_at=NOW)


def state(letter: Letter) -> list[tuple[str, bool, bool, int]]:
    rows = Delivery.objects.filter(letter=letter).order_by("address")
    return [(row.address, row.sent_at is not None, row.given_up_at is not None, row.tries) for row in rows]


class TestNotice:
    def test_it_says_in_plain_words_what_was_done_when_from_where_and_by_what(
        self, ada: Person, post: Sent, deliver: Callable[..., int]
    ) -> None:
        notice(ada, Deed.FACTOR_ENROLLED, kind="security-key", label="blue")

        assert deliver() == 1

        (mail,) = post.mails
        assert mail.to == "ada@example.org"
        assert mail.subject == "Strongroom: The security key “blue” was enrolled."
        for told in (
            "your account ada on index.example",
            "The security key “blue” was enrolled.",
            "When: 2026-11-23 12:00 UTC",
            "the address 192.0.2.7",
            "With: Firefox on Linux",
            "Shown: a security key",
            "If this was not you, open this link",
        ):
            assert told in mail.body
        assert "\n\n\n" not in mail.body

    def test_it_has_no_link_but_the_one_that_says_it_was_not_me(
        self, ada: Person, post: Sent, deliver: Callable[..., int]
    ) -> None:
        notice(ada)
        deliver()

        (link,) = re.findall(r"\S+://\S+", post.mails[0].body)
        assert re.fullmatch(rf"{INDEX}/not-me/\d+\.[\w-]+/", link)

    def test_every_verified_address_gets_it_and_the_inbox_shows_that(
        self, ada: Person, post: Sent, deliver: Callable[..., int]
    ) -> None:
        second_address(ada)
        EmailAddress.objects.create(account_id=ada.account, address="unread@example.org")
        letter = notice(ada)

        assert deliver() == 2

        assert [mail.to for mail in post.mails] == ["ada@example.org", "ada@work.example"]
        kept = find_letter(ada.account, letter.pk)
        assert kept is not None
        assert [(one.address, one.state, one.at) for one in kept.deliveries] == [
            ("ada@example.org", "sent", NOW),
            ("ada@work.example", "sent", NOW),
        ]

    def test_it_is_kept_without_its_link(self, ada: Person, post: Sent, deliver: Callable[..., int]) -> None:
        letter = notice(ada)
        deliver()
        letter.refresh_from_db()

        assert letter.subject == post.mails[0].subject
        assert "not-me" in post.mails[0].body
        assert "not-me" not in letter.body
        assert "(the link stands in the mail only)" in letter.body

    def test_an_account_that_nobody_writes_to_finds_it_in_the_inbox(
        self, post: Sent, deliver: Callable[..., int]
    ) -> None:
        cyd = add_person("cyd", is_verified=False)
        notice(cyd)

        assert deliver() == 0

        (kept,) = list_letters(cyd.account)
        assert (kept.subject, kept.deliveries) == ("Strongroom: The password was changed.", ())
        assert post.mails == []

    def test_it_is_written_in_the_language_of_its_reader(
        self, ada: Person, post: Sent, deliver: Callable[..., int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str | None] = []

        def render(*_: object) -> str:
            asked.append(translation.get_language())
            return "subject\nbody"

        monkeypatch.setattr("strongroom.accounts.tasks.render_to_string", render)
        Account.objects.filter(pk=ada.account).update(language="fr")
        notice(ada)
        notice(add_person("ben"))
        with translation.override("fr"):
            deliver()

        assert asked == ["fr", "fr", "en", "en"]

    def test_what_nobody_could_stop_any_more_carries_no_link(
        self, ada: Person, post: Sent, deliver: Callable[..., int]
    ) -> None:
        notice(ada, Deed.ACCOUNT_SUSPENDED, why="not-me")
        notice(ada, Deed.ACCOUNT_CLOSED)
        deliver()

        assert all("://" not in mail.body for mail in post.mails)
        assert "choose that you have forgotten your password" in post.mails[0].body
        assert "tell whoever runs this index" in post.mails[1].body


class TestHostileFacts:
    @pytest.mark.parametrize(
        "label",
        [
            pytest.param("blue\nBcc: all@example.org", id="a second line"),
            pytest.param("x" * 100_000, id="a huge one"),
            pytest.param("<script>alert(1)</script>", id="HTML"),
            pytest.param("https://evil.example/sign-in", id="a link"),
            pytest.param("{{ link }}{% include 'x' %}%(link)s", id="a template"),
            pytest.param("\u202egnp.exe\u2028\u200b\x1b[2J", id="characters that are not seen"),
            pytest.param(["a"] * 5000, id="a list"),
        ],
    )
    def test_what_somebody_chose_is_one_short_plain_line_of_the_mail(
        self, label: object, ada: Person, post: Sent, deliver: Callable[..., int]
    ) -> None:
        tell(by=by(ada, client=str(label)), now=NOW, account=ada.account, deed=Deed.PASSWORD_CHANGED)
        Letter.objects.update(facts={"deed": "factor-removed", "kind": "totp", "label": label, "client": label})

        assert deliver() == 1

        (mail,) = post.mails
        assert len(mail.subject) <= 200
        assert len(mail.body) < 3000
        assert mail.subject.isprintable()
        assert mail.body.count("://") == 1
        assert "\u202e" not in mail.body
        assert not [line for line in mail.body.splitlines() if line.startswith("Bcc")]
        assert "With: a browser or program that is not known here" in mail.body
        Letter.objects.get().subject.encode()

    def test_html_is_left_as_it_was_typed_since_a_mail_is_no_page(self) -> None:
        text = render_to_string("accounts/letters/notice.txt", {"deed": "factor-lost", "facts": {"label": "<b>&'"}})
        assert "“<b>&'”" in text

    def test_the_same_sentence_is_escaped_on_a_page(self) -> None:
        facts = {"label": "<b>", "kind": "totp"}
        shown = render_to_string("accounts/deed.txt", {"deed": "factor-lost", "facts": facts})
        assert shown.strip() == "The authenticator app “&lt;b&gt;” was reported lost."

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (None, ""),
            (0, "0"),
            (" a \r\n b ", "a b"),
            ("a\x00\ud800b", "a b"),
            ("http://x", "http: //x"),
            (["a", "b"], "a, b"),
            (["a"] * 21, ", ".join(["a"] * 20) + ", …"),
            ("x" * 201, "x" * 199 + "…"),
        ],
    )
    def test_a_fact_is_one_plain_line(self, value: object, shown: str) -> None:
        assert plain_fact(value) == shown


class TestCodes:
    @pytest.mark.parametrize("purpose", MailCodePurpose)
    def test_the_mail_has_the_code_and_the_kept_letter_has_not(
        self, purpose: MailCodePurpose, ada: Person, post: Sent, sealer: Sealer, deliver: Callable[..., int]
    ) -> None:
        letter = code_letter(ada, sealer, purpose)
        deliver()
        letter.refresh_from_db()

        (mail,) = post.mails
        (code,) = CODE.findall(mail.body)
        assert code not in mail.subject
        assert not CODE.findall(letter.body)
        assert "(the code stands in the mail only)" in letter.body
        assert letter.sealed == ""
        browser = Browser(arrival=MailCode.objects.get().arrival_id)  # type: ignore[arg-type]
        assert spend_mail_code(now=NOW, purpose=purpose, browser=browser, text=code, sealer=sealer) == mail.to

    @pytest.mark.parametrize("purpose", MailCodePurpose)
    def test_only_a_code_that_took_a_password_says_it_was_not_me(
        self, purpose: MailCodePurpose, ada: Person, post: Sent, sealer: Sealer, deliver: Callable[..., int]
    ) -> None:
        code_letter(ada, sealer, purpose)
        deliver()

        has_link = purpose in {MailCodePurpose.SIGN_IN, MailCodePurpose.FIRST_FACTOR}
        assert post.mails[0].body.count("://") == int(has_link)
        assert ("do nothing" in post.mails[0].body) != has_link

    def test_each_purpose_has_words_of_its_own(
        self, ada: Person, post: Sent, sealer: Sealer, deliver: Callable[..., int]
    ) -> None:
        for purpose in MailCodePurpose:
            code_letter(ada, sealer, purpose)
        deliver()

        assert len({mail.subject for mail in post.mails}) == len(MailCodePurpose)
        assert len({mail.body.splitlines()[2] for mail in post.mails}) == len(MailCodePurpose)

    def test_a_dead_code_is_not_sent_and_is_erased(
        self, ada: Person, post: Sent, sealer: Sealer, deliver: Callable[..., int]
    ) -> None:
        letter = code_letter(ada, sealer, MailCodePurpose.RESET)

        assert deliver(NOW + MAIL_CODE_LIFE) == 0

        letter.refresh_from_db()
        assert (post.mails, letter.sealed, state(letter)[0][1:3]) == ([], "", (False, True))

    def test_a_code_that_has_not_left_stays_sealed_until_it_is_dead(
        self, ada: Person, post: Sent, sealer: Sealer, deliver: Callable[..., int]
    ) -> None:
        letter = code_letter(ada, sealer, MailCodePurpose.RESET)
        post.fails = {"ada@example.org"}
        deliver()
        letter.refresh_from_db()
        assert letter.sealed

        post.fails = set()
        assert deliver(NOW + FIRST_PAUSE) == 1
        letter.refresh_from_db()
        assert letter.sealed == ""

    def test_a_code_to_nobody_never_leaves_and_is_erased(
        self, post: Sent, sealer: Sealer, deliver: Callable[..., int]
    ) -> None:
        letter = code_letter(None, sealer, MailCodePurpose.RESET)

        assert deliver() == 0

        letter.refresh_from_db()
        assert (letter.sealed, letter.subject, post.mails) == ("", "", [])

    def test_a_code_whose_key_is_gone_is_given_up_and_holds_up_nobody(
        self, ada: Person, post: Sent, sealer: Sealer, deliver: Callable[..., int]
    ) -> None:
        letter = code_letter(ada, sealer, MailCodePurpose.RESET)
        Letter.objects.filter(pk=letter.pk).update(sealed=sealer.seal(b"x", about="another letter"))
        notice(ada)

        assert deliver() == 1

        assert state(letter) == [("ada@example.org", False, True, 1)]


class TestOthers:
    def test_somebody_whose_address_was_used_to_sign_up_is_told_so(
        self, ada: Person, post: Sent, deliver: Callable[..., int]
    ) -> None:
        write_letter(now=NOW, account=ada.account, kind=LetterKind.ADDRESS_HELD, facts={})
        deliver()

        assert post.mails[0].subject == "Strongroom: You already have an account"
        assert "it is called ada" in post.mails[0].body
        assert "://" not in post.mails[0].body

    def test_a_collaborator_is_told_who_has_enrolled_and_where(
        self, ada: Person, post: Sent, deliver: Callable[..., int]
    ) -> None:
        facts: dict[str, object] = {"name": "ben", "projects": ["ham", "eggs"]}
        write_letter(now=NOW, account=ada.account, kind=LetterKind.COLLABORATOR, facts=facts)
        deliver()

        assert post.mails[0].subject == "Strongroom: ben has enrolled a first factor"
        assert "ben, who looks after ham, eggs with you on index.example" in post.mails[0].body
        assert "://" not in post.mails[0].body


class TestTrying:
    def test_nothing_is_sent_twice(self, ada: Person, post: Sent, deliver: Callable[..., int]) -> None:
        notice(ada)

        assert [deliver(), deliver(), deliver(NOW + timedelta(days=1))] == [1, 0, 0]
        assert len(post.mails) == 1

    def test_one_address_that_is_refused_keeps_the_other_from_nothing(
        self, ada: Person, deliver: Callable[..., int]
    ) -> None:
        second_address(ada)
        letter = notice(ada)
        with MailServer(refused={"ada@example.org"}) as server:
            url = f"smtp://localhost:{server.port}"
            real = Post(smtp_url=url, sender="strongroom@index.example", folder=Path("nowhere"))
            assert deliver(by=real) == 1

        assert [to for _, to, _ in server.mails] == [["ada@work.example"]]
        assert state(letter) == [("ada@example.org", False, False, 1), ("ada@work.example", True, False, 1)]

    def test_a_mail_that_fails_is_tried_less_and_less_often_and_given_up(
        self, ada: Person, post: Sent, deliver: Callable[..., int]
    ) -> None:
        letter = notice(ada)
        post.fails = {"ada@example.org"}
        now, pauses = NOW, []
        for _ in range(MOST_TRIES):
            assert Delivery.objects.get().given_up_at is None
            assert deliver(now) == 0
            assert deliver(now + timedelta(seconds=59)) == 0
            pauses.append(Delivery.objects.get().next_at - now)
            now = Delivery.objects.get().next_at
        post.fails = set()

        assert [pause // FIRST_PAUSE for pause in pauses[:4]] == [1, 2, 4, 8]
        assert state(letter) == [("ada@example.org", False, True, MOST_TRIES)]
        assert deliver(now + timedelta(days=9)) == 0

    def test_it_is_tried_for_more_than_a_day(self) -> None:
        tried = sum((pause_before(tries) for tries in range(1, MOST_TRIES)), timedelta())
        assert timedelta(days=1) < tried < timedelta(days=2)
        assert (is_given_up(MOST_TRIES - 1), is_given_up(MOST_TRIES)) == (False, True)

    def test_another_deliverer_sends_nothing_of_what_is_being_sent(
        self, ada: Person, post: Sent, deliver: Callable[..., int]
    ) -> None:
        second_address(ada)
        notice(ada)
        other, sent = Sent(), []
        post.meanwhile = lambda: sent.append(deliver(NOW + CLAIM_LIFE - timedelta(seconds=1), by=other))

        deliver()

        # The second address was free when the first was being sent: each leaves once, whoever sends it.
        assert sorted(mail.to for mail in post.mails + other.mails) == ["ada@example.org", "ada@work.example"]
        assert sent == [1]

    def test_of_two_who_saw_the_same_delivery_one_claims_it(self, ada: Person) -> None:
        notice(ada)
        (first,), (second,) = list_due_deliveries(now=NOW, most=9), list_due_deliveries(now=NOW, most=9)

        assert [claim_delivery(now=NOW, due=first), claim_delivery(now=NOW, due=second)] == [True, False]

    def test_what_a_killed_process_had_claimed_is_sent_later(
        self, ada: Person, post: Sent, deliver: Callable[..., int]
    ) -> None:
        def killed() -> None:
            raise KeyboardInterrupt

        letter = notice(ada)
        post.meanwhile = killed
        with pytest.raises(KeyboardInterrupt):
            deliver()
        post.meanwhile = lambda: None

        assert deliver(NOW + CLAIM_LIFE - timedelta(seconds=1)) == 0
        assert deliver(NOW + CLAIM_LIFE) == 1
        assert state(letter) == [("ada@example.org", True, False, 2)]

    def test_a_fault_in_one_mail_holds_up_no_other(self, ada: Person, post: Sent, deliver: Callable[..., int]) -> None:
        def fault() -> None:
            post.meanwhile = lambda: None
            raise RuntimeError("a bug")

        first, second = notice(ada), notice(ada)
        post.meanwhile = fault

        assert deliver() == 1
        assert [state(first)[0][1], state(second)[0][1]] == [False, True]

    def test_a_round_begins_no_mail_after_its_time(
        self, ada: Person, post: Sent, deliver: Callable[..., int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        moments = iter([0.0, 0.0, 60.5])
        monkeypatch.setattr("strongroom.accounts.tasks.time.monotonic", lambda: next(moments))
        notice(ada)
        notice(ada)

        assert deliver() == 1


class TestLeftovers:
    def test_letters_without_an_account_go_after_a_day_and_others_stay(self, ada: Person, sealer: Sealer) -> None:
        code_letter(None, sealer, MailCodePurpose.RESET)
        kept = notice(ada)

        sweep_leftovers(now=NOW + DECOY_LIFE - timedelta(seconds=1))
        assert Letter.objects.count() == 2
        sweep_leftovers(now=NOW + DECOY_LIFE)
        assert list(Letter.objects.values_list("pk", flat=True)) == [kept.pk]
        sweep_leftovers(now=NOW + timedelta(days=900))
        assert Letter.objects.filter(pk=kept.pk).exists()

    def test_arrivals_and_codes_go_thirty_days_after_their_end(self, ada: Person, sealer: Sealer) -> None:
        code_letter(ada, sealer, MailCodePurpose.SIGN_IN)
        over = Arrival.objects.get().expires_at

        sweep_leftovers(now=over + LEFTOVER_LIFE - timedelta(seconds=1))
        assert Arrival.objects.count() == 1
        sweep_leftovers(now=over + LEFTOVER_LIFE)
        assert (Arrival.objects.count(), MailCode.objects.count()) == (0, 0)

    def test_counts_of_attempts_go_when_they_count_no_more(self) -> None:
        count_attempt(now=NOW, bucket="x", limits=[Limit(1, 60)])

        sweep_leftovers(now=NOW)
        assert AttemptCount.objects.count() == 1
        sweep_leftovers(now=NOW + timedelta(days=3))
        assert AttemptCount.objects.count() == 0


def test_letters_are_read_a_page_at_a_time(ada: Person, deliver: Callable[..., int]) -> None:
    for _ in range(51):
        notice(ada)
    deliver()
    deliver()

    first = list_letters(ada.account)
    assert [len(first), len(list_letters(ada.account, before=first[-1].id))] == [50, 1]
    assert list_letters(AccountId(0)) == []
    assert timezone.is_aware(first[0].made_at)
