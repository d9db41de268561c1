"""The inbox: what a person finds there, and that nobody finds anybody else's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from strongroom.accounts.actions.arriving import Credentials, show_password
from strongroom.accounts.actions.letters import tell
from strongroom.accounts.actions.mailing import Browser, Recipient, mail_code
from strongroom.accounts.actions.sessions import complete_sign_in
from strongroom.accounts.models import Arrival, Delivery, Letter
from strongroom.accounts.queries.entry import load_arrival
from strongroom.accounts.rules.mailed_codes import MailCodePurpose
from strongroom.accounts.tasks import deliver_letters
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.gear.mail import Post
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, ArrivalId, visitor
from tests.accounts.browsers import PASSWORD, add_with_password, new_browser

pytestmark = pytest.mark.django_db

INBOX = "/account/inbox/"


@pytest.fixture
def ada() -> AccountId:
    return add_with_password("ada")


@pytest.fixture
def cyd() -> AccountId:
    return add_with_password("cyd")


def signed_in(name: str) -> Client:
    """A browser that has signed in, with what the actions gave it."""
    now, by, browser = timezone.now(), visitor(address="192.0.2.7", client="tests/1.0"), new_browser()
    key = show_password(
        by=by,
        now=now,
        credentials=Credentials(name, PASSWORD),
        device=None,
        arrival=None,
        sealer=sealer_of_index(),
    )
    done = complete_sign_in(by=by, now=now, arrival=load_arrival(key, now=now, device=None), device=None)
    browser.cookies["strongroom-session"] = done.key
    return browser


def write_to(account: AccountId, deed: Deed = Deed.PASSWORD_CHANGED, **facts: object) -> Letter:
    by = visitor(address="192.0.2.7", client="tests/1.0")
    tell(by=by, now=timezone.now(), account=account, deed=deed, **facts)
    return Letter.objects.latest("id")


def deliver(folder: Path) -> None:
    post = Post(smtp_url="", sender="strongroom@index.example", folder=folder)
    deliver_letters(now=timezone.now(), post=post, sealer=sealer_of_index(), address_of_index="https://index.example")


def test_the_inbox_lists_every_mail_newest_first(ada: AccountId, tmp_path: Path) -> None:
    write_to(ada)
    browser = signed_in("ada")
    newest = write_to(ada, Deed.FACTOR_ENROLLED, kind="totp", label="phone")
    deliver(tmp_path)

    answer = browser.get(INBOX)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    shown = answer.content.decode()
    assert re.findall(r">(Strongroom: [^<]*)</a>", shown) == [
        "Strongroom: The authenticator app “phone” was enrolled.",
        "Strongroom: Somebody signed in.",
        "Strongroom: The password was changed.",
    ]
    assert f'href="{INBOX}{newest.pk}/"' in shown
    assert shown.count("<h1>") == 1


def test_a_letter_shows_the_text_of_its_mail_and_whether_it_has_left(ada: AccountId, tmp_path: Path) -> None:
    letter = write_to(ada)
    Delivery.objects.create(letter=letter, address="late@example.org", next_at=timezone.now(), tries=1)
    Delivery.objects.create(
        letter=letter, address="lost@example.org", next_at=timezone.now(), given_up_at=timezone.now()
    )
    Delivery.objects.filter(address="late@example.org").update(next_at="2099-01-01T00:00:00Z")
    deliver(tmp_path)

    shown = signed_in("ada").get(f"{INBOX}{letter.pk}/").content.decode()

    assert "this was done to your account ada on index.example" in shown
    told = [" ".join(one.split()) for one in re.findall(r"<li>(.*?)</li>", shown, re.DOTALL)]
    (left,) = [one for one in told if one.startswith("ada@example.org")]
    assert "left at 20" in left
    assert any("late@example.org" in one and "has not left yet" in one for one in told)
    assert any("lost@example.org" in one and "given up at 20" in one for one in told)


def test_the_inbox_holds_no_code_and_no_link_of_a_mail(ada: AccountId, tmp_path: Path) -> None:
    browser = signed_in("ada")
    mail_code(
        now=timezone.now(),
        purpose=MailCodePurpose.SIGN_IN,
        browser=Browser(arrival=ArrivalId(Arrival.objects.get().pk)),
        recipient=Recipient(ada, "ada@example.org"),
        sealer=sealer_of_index(),
    )
    deliver(tmp_path)
    mailed = "".join(file.read_text() for file in tmp_path.glob("*.txt"))
    (code,) = re.findall(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b", mailed)
    assert "/not-me/" in mailed

    for letter in Letter.objects.filter(account_id=ada):
        shown = browser.get(f"{INBOX}{letter.pk}/").content.decode()
        assert "in the mail only" in shown
        assert code not in shown
        assert "/not-me/" not in shown


def test_a_letter_of_somebody_else_is_as_unknown_as_one_that_never_was(
    ada: AccountId, cyd: AccountId, tmp_path: Path
) -> None:
    letter = write_to(ada)
    deliver(tmp_path)
    stranger = signed_in("cyd")

    answers = [stranger.get(f"{INBOX}{number}/") for number in (letter.pk, letter.pk + 1000, 10**30)]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert not [answer for answer in answers if "ada" in answer.content.decode()]
    assert "password was changed" not in stranger.get(INBOX).content.decode()
    assert "password was changed" not in stranger.get(f"{INBOX}?before={letter.pk + 1}").content.decode()


def test_nobody_who_is_not_signed_in_reads_anything(ada: AccountId, tmp_path: Path) -> None:
    letter = write_to(ada)
    deliver(tmp_path)

    for address in (INBOX, f"{INBOX}{letter.pk}/"):
        answer = new_browser().get(address)
        assert answer.status_code in {302, 401}
        assert "password was changed" not in answer.content.decode()


def test_html_in_a_label_is_shown_and_not_obeyed(ada: AccountId, tmp_path: Path) -> None:
    letter = write_to(ada, Deed.FACTOR_REMOVED, kind="totp", label="<script>alert(1)</script>")
    deliver(tmp_path)
    browser = signed_in("ada")

    for address in (INBOX, f"{INBOX}{letter.pk}/"):
        shown = browser.get(address).content.decode()
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown


def test_a_mail_that_nobody_has_written_out_yet_is_not_listed(ada: AccountId) -> None:
    letter = write_to(ada)
    browser = signed_in("ada")

    assert "There is nothing here." in browser.get(INBOX).content.decode()
    assert browser.get(f"{INBOX}{letter.pk}/").status_code == 404


def test_older_mails_stand_on_further_pages(ada: AccountId, tmp_path: Path) -> None:
    browser = signed_in("ada")
    for _ in range(55):
        write_to(ada)
    deliver(tmp_path)
    deliver(tmp_path)

    first = browser.get(INBOX).content.decode()
    (older,) = re.findall(r'href="(\?before=\d+)"', first)
    second = browser.get(f"{INBOX}{older}").content.decode()

    assert [page.count("<li>") for page in (first, second)] == [50, 6]
    assert "Newest mails" in second
    assert 'href="?before' not in second


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "²", ""])
def test_a_page_that_cannot_be_meant_is_the_first(before: str, ada: AccountId, tmp_path: Path) -> None:
    browser = signed_in("ada")
    deliver(tmp_path)

    assert "Somebody signed in" in browser.get(f"{INBOX}?before={before}").content.decode()


def test_the_inbox_takes_no_posts(ada: AccountId) -> None:
    browser = signed_in("ada")
    assert {browser.post(INBOX).status_code, browser.delete(INBOX).status_code} <= {403, 405}
