"""The pages of tokens: listed, made after a fresh proof and shown once, revoked; nobody sees or ends another's."""

from __future__ import annotations

import dataclasses
import html
import re
from datetime import timedelta
from typing import Protocol

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from strongroom.accounts.models import EmailAddress
from strongroom.accounts.rules.proving import Dangerous
from strongroom.gear.settings import Settings
from strongroom.record.models import Event
from strongroom.terms.actors import AccountId
from strongroom.tokens.models import Token
from strongroom.tokens.rules import Permission
from tests.accounts.browsers import (
    PASSWORD,
    SESSION_COOKIE,
    add_with_password,
    enrol_app,
    new_browser,
    prove,
    signed_in,
    submit,
    token_on,
)
from tests.accounts.entering import letters
from tests.cast import basic, token_for
from tests.tokens.owning import add_project, identifier, index_readers, published
from tests.uploads.door import send, wheel_upload

pytestmark = pytest.mark.django_db

LIST, MAKE = "/account/tokens/", "/account/tokens/make/"
TOKEN = re.compile(r"strongroom-[A-Za-z0-9_-]{43}[0-9a-f]{8}")
ENTRY = {"label": "laptop", "permissions": "publish", "covers": "all", "days": "90"}


@pytest.fixture
def ada() -> AccountId:
    return add_with_password("ada")


@pytest.fixture
def browser(ada: AccountId) -> Client:
    return signed_in("ada")


@pytest.fixture
def private(index_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django_settings, "STRONGROOM", dataclasses.replace(index_settings, private=True))


def make(browser: Client, **entry: str | list[str]) -> HttpResponse:
    """Prove that it is the person, fill in the form, send it."""
    prove(browser, Dangerous.MAKE_TOKEN)
    answer: HttpResponse = submit(browser, MAKE, **{**ENTRY, **entry})  # type: ignore[arg-type]  # one or several
    return answer


class Response(Protocol):
    """What the client answers."""

    content: bytes


def text_of(response: Response) -> str:
    return html.unescape(response.content.decode())


def made_in(response: Response) -> str:
    found = set(TOKEN.findall(text_of(response)))
    assert len(found) == 1
    return str(found.pop())


def test_the_pages_are_shown_to_nobody_who_is_not_signed_in(ada: AccountId) -> None:
    token = identifier(token_for("ada"))
    browser = new_browser()

    for page in (LIST, MAKE):
        answer = browser.get(page)
        assert (answer.status_code, answer["Location"]) == (302, f"/account/sign-in/?next={page}")
    csrf = token_on(browser.get("/account/sign-in/").content.decode())
    for page in (MAKE, f"{LIST}{token}/revoke/"):
        answer = browser.post(page, {**ENTRY, "csrfmiddlewaretoken": csrf})
        assert (answer.status_code, answer["X-Strongroom-Reason"]) == (401, "sign-in-needed")
    assert Token.objects.get().revoked_at is None


def test_a_form_of_another_site_makes_and_revokes_nothing(browser: Client) -> None:
    token = identifier(token_for("ada"))
    prove(browser, Dangerous.MAKE_TOKEN)

    assert browser.post(MAKE, ENTRY).status_code == 403
    assert browser.post(f"{LIST}{token}/revoke/").status_code == 403
    assert Token.objects.get().revoked_at is None


def test_revoking_is_never_done_by_opening_an_address(browser: Client) -> None:
    token = identifier(token_for("ada"))

    assert browser.get(f"{LIST}{token}/revoke/").status_code == 405
    assert Token.objects.get().revoked_at is None


def test_before_the_form_one_proves_that_it_is_oneself(browser: Client) -> None:
    answer = browser.get(MAKE)

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('prove', args=['make-token'])}?target=&next={MAKE}"


def test_without_a_proof_the_form_is_sent_in_vain_and_leads_to_the_proof(browser: Client) -> None:
    csrf = token_on(browser.get(LIST).content.decode())

    answer = browser.post(MAKE, {**ENTRY, "csrfmiddlewaretoken": csrf})

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("prove", args=["make-token"]))
    assert not Token.objects.exists()


def test_a_new_token_is_shown_once_with_what_to_do_with_it_and_kept_by_no_cache(
    browser: Client, index_settings: Settings
) -> None:
    answer = make(browser)

    assert answer.status_code == 200
    text, page = made_in(answer), text_of(answer)
    assert "no-store" in answer["Cache-Control"]
    assert f"repository = {index_settings.address}/legacy/\nusername = __token__\npassword = {text}<" in page
    assert f"UV_PUBLISH_TOKEN={text} uv publish --publish-url {index_settings.address}/legacy/" in page
    assert ".netrc" not in page
    assert text not in text_of(browser.get(LIST))
    row = Token.objects.get()
    assert (row.label, row.made_with, row.projects) == ("laptop", "password", None)
    assert row.expires_at == row.created_at + timedelta(days=90)
    assert letters()[-1] == ("notice token-made", ["ada@example.org"])
    event = Event.objects.filter(deed="token-made").get()
    assert (event.proof, event.address, event.actor_name) == ("password", "127.0.0.1", "ada")
    assert send(wheel_upload(), f"Bearer {text}").status_code == 200


def test_a_token_is_limited_to_the_projects_that_were_ticked(browser: Client, ada: AccountId) -> None:
    for name in ("ham", "eggs"):
        add_project(name, owner=ada)
    add_project("spam")
    prove(browser, Dangerous.MAKE_TOKEN)
    page = text_of(browser.get(MAKE))
    assert 'value="ham"' in page
    assert 'value="spam"' not in page
    assert 'value="named" checked' in page

    text = made_in(submit(browser, MAKE, **{**ENTRY, "covers": "named", "projects": "ham"}))

    assert Token.objects.get().projects == ["ham"]
    assert send(wheel_upload(name="eggs"), f"Bearer {text}")["X-Strongroom-Reason"] == "token-for-other-projects"


def test_whoever_has_no_project_yet_is_offered_all_of_them(browser: Client) -> None:
    prove(browser, Dangerous.MAKE_TOKEN)

    page = text_of(browser.get(MAKE))

    assert 'value="all" checked' in page
    assert 'value="named"' not in page


@pytest.mark.usefixtures("private")
def test_on_a_private_index_a_token_may_be_for_reading(browser: Client) -> None:
    answer = make(browser, permissions=["publish", "read"])

    text = made_in(answer)
    assert f"machine localhost login __token__ password {text}" in text_of(answer)
    assert published() == {identifier(text)}


def test_on_a_public_index_reading_is_not_offered(browser: Client) -> None:
    prove(browser, Dangerous.MAKE_TOKEN)

    assert 'value="read"' not in text_of(browser.get(MAKE))


def test_the_form_says_of_each_permission_what_a_thief_could_do(browser: Client, private: None) -> None:
    prove(browser, Dangerous.MAKE_TOKEN)

    page = text_of(browser.get(MAKE))

    for one in Permission:
        assert f'value="{one.value}"' in page
        risk = re.search(rf'aria-describedby="(risk-{one.value})".*?id="\1">Whoever steals it can ', page, re.DOTALL)
        assert risk is not None, one
    assert re.findall(r'name="permissions" value="(\w+)" checked', page) == ["publish"]


@pytest.mark.parametrize("permission", [Permission.YANK, Permission.STATUS, Permission.COLLABORATORS])
def test_a_token_for_programs_is_shown_with_what_to_do_with_it(permission: Permission, browser: Client) -> None:
    answer = make(browser, permissions=permission.value)

    page, text = text_of(answer), made_in(answer)
    assert f'curl -H "Authorization: Bearer {text}" http://localhost:8000/api/v1/projects' in page
    assert 'href="/api/v1/openapi.json"' in page
    assert "/legacy/" not in page
    assert Token.objects.get().permissions == [permission.value]
    told = Client().get("/api/v1/token", HTTP_AUTHORIZATION=f"Bearer {text}")
    assert told.json()["permissions"] == [permission.value]
    named = {"yank": "yanking", "status": "status of projects", "collaborators": "collaborators"}
    assert f'<span class="badge">{named[permission.value]}</span>' in text_of(browser.get(LIST))


def test_what_was_chosen_stays_chosen_when_something_else_was_wrong(browser: Client) -> None:
    answer = make(browser, label="", permissions=["yank", "status"])

    assert answer.status_code == 400
    page = answer.content.decode()
    assert re.findall(r'name="permissions" value="(\w+)" checked', page) == ["yank", "status"]


WRONG = {
    "no label": ({"label": ""}, 400, "label-invalid"),
    "no permission": ({"permissions": ""}, 400, "token-for-nothing"),
    "a permission that there is not": ({"permissions": "admin"}, 400, "token-for-nothing"),
    "no project": ({"covers": "named"}, 400, "token-for-nothing"),
    "nothing said of projects": ({"covers": ""}, 400, "token-for-nothing"),
    "somebody else's project": ({"covers": "named", "projects": "spam"}, 403, "not-a-collaborator"),
    "no name": ({"covers": "named", "projects": "../ham"}, 400, "name-invalid"),
    "for ever": ({"days": ""}, 400, "token-lifetime"),
    "for ten years": ({"days": "3650"}, 400, "token-lifetime"),
    "for a while before": ({"days": "-90"}, 400, "token-lifetime"),
}


@pytest.mark.parametrize("case", WRONG)
def test_the_form_is_shown_again_with_the_sentence_and_what_was_typed_for(
    case: str, browser: Client, ada: AccountId
) -> None:
    add_project("ham", owner=ada)
    add_project("spam")
    entry, status, reason = WRONG[case]

    answer = make(browser, **{"label": "machine <7>", **entry})

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (status, reason)
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert entry.get("label", "machine <7>") == "" or "machine &lt;7&gt;" in page
    assert not Token.objects.exists()
    # The proof was not used up: what was wrong can be put right.
    assert made_in(submit(browser, MAKE, **ENTRY))


def test_an_account_without_a_verified_address_is_told_before_it_proves_anything(
    browser: Client, ada: AccountId
) -> None:
    EmailAddress.objects.filter(account_id=ada).update(verified_at=None)

    answer = browser.get(MAKE)

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (403, "email-not-verified")
    assert reverse("make-token") not in text_of(browser.get(LIST))
    with pytest.raises(AssertionError):
        make(browser)
    csrf = token_on(browser.get(LIST).content.decode())
    answer = browser.post(MAKE, {**ENTRY, "csrfmiddlewaretoken": csrf})
    assert answer["X-Strongroom-Reason"] == "email-not-verified"
    assert not Token.objects.exists()


def test_the_list_says_what_each_token_is_for_and_never_what_it_is(browser: Client, ada: AccountId) -> None:
    by_operator = token_for("ada", permissions=[Permission.READ], projects=["ham"])
    make(browser, label="laptop & desk")
    factor = enrol_app(ada)
    Token.objects.filter(label="laptop & desk").update(made_with="totp", made_with_factor=factor)
    gone = token_for("ada", projects=["eggs"])
    Token.objects.filter(pk=identifier(gone)).update(revoked_at=Token.objects.get(projects=["ham"]).created_at)
    add_with_password("ben")
    token_for("ben", projects=["spam"])

    answer = browser.get(LIST)

    page = text_of(answer)
    assert "no-store" in answer["Cache-Control"]
    for shown in ("laptop & desk", "with “phone”", "ham", "eggs", "revoked", "by whoever runs this index", "never"):
        assert shown in page
    assert page.count('method="post"') == 1 + 2
    assert not TOKEN.findall(page)
    assert "spam" not in page
    assert identifier(by_operator) in page


def test_a_token_is_revoked_from_the_list_without_a_proof(browser: Client) -> None:
    text = token_for("ada", permissions=[Permission.PUBLISH, Permission.READ])
    assert index_readers().published_tokens() == [identifier(text)]

    answer = submit(browser, f"{LIST}{identifier(text)}/revoke/", form=LIST)

    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?said=revoked")
    assert 'role="status"' in text_of(browser.get(answer["Location"]))
    assert published() == set()
    assert send(wheel_upload(), f"Bearer {text}")["X-Strongroom-Reason"] == "token-revoked"
    event = Event.objects.latest("id")
    assert (event.deed, event.actor_name, event.subject_name) == ("token-revoked", "ada", identifier(text))


@pytest.mark.parametrize("whose", ["another's", "nobody's"])
def test_a_token_that_is_not_ones_own_is_unknown(whose: str, browser: Client) -> None:
    add_with_password("ben")
    theirs = identifier(token_for("ben"))
    token = theirs if whose == "another's" else "0123456789abcdef"

    answer = submit(browser, f"{LIST}{token}/revoke/", form=LIST)

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (403, "token-unknown")
    assert Token.objects.get().revoked_at is None


@pytest.mark.parametrize("scheme", ["", "Bearer", "Basic"])
def test_a_session_never_publishes(scheme: str, browser: Client) -> None:
    key = browser.cookies[SESSION_COOKIE].value
    shown = {"": None, "Bearer": f"Bearer {key}", "Basic": basic(key)}[scheme]

    answer = send(wheel_upload(), shown, HTTP_COOKIE=f"{SESSION_COOKIE}={key}")

    assert answer["X-Strongroom-Reason"] == ("token-malformed" if scheme else "credentials-missing")
    assert not Event.objects.filter(deed="file-published").exists()


def test_a_token_opens_no_page_of_an_account(ada: AccountId) -> None:
    text = token_for("ada", permissions=[Permission.PUBLISH, Permission.READ])
    browser = new_browser()

    for cookie in ("", text):
        browser.cookies[SESSION_COOKIE] = cookie
        for page in (LIST, MAKE):
            answer = browser.get(page, HTTP_AUTHORIZATION=f"Bearer {text}")
            assert answer["Location"] == f"/account/sign-in/?next={page}"
    assert PASSWORD not in str(list(Token.objects.values()))
