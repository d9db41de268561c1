"""People at their browsers: forms filled in as they are shown, with the token that the page holds."""

from __future__ import annotations

import re
from typing import cast

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from strongroom.accounts.actions.adding import add_account
from strongroom.accounts.actions.passwords import NewPassword
from strongroom.accounts.actions.proving import Aim, make_proof, prove_by_password
from strongroom.accounts.models import Factor
from strongroom.accounts.queries.entry import load_visit
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.rules.visits import Visit, actor_of
from strongroom.terms.actors import AccountId, FactorId
from strongroom.terms.proofs import ProofKind
from tests.cast import OPERATOR

PASSWORD = "correct horse battery staple"
OTHER_PASSWORD = "seventeen violet lanterns"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SESSION_COOKIE, ARRIVAL_COOKIE, DEVICE_COOKIE = "strongroom-session", "strongroom-arrival", "strongroom-device"


def new_browser(**extra: str) -> Client:
    """A browser with no cookies, that must send CSRF tokens as a real one does."""
    browser = Client(enforce_csrf_checks=True)
    browser.defaults.update({"HTTP_ACCEPT": "text/html", "HTTP_USER_AGENT": FIREFOX, **extra})
    return browser


def token_on(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found, "the page has no form"
    return found[1]


def submit(browser: Client, path: str, *, form: str = "", **entry: str) -> HttpResponse:
    """Open the page, or the one that its form stands on, and send the form."""
    shown = browser.get(form or path)
    assert shown.status_code == 200, (form or path, shown.status_code, shown.get("Location"))
    return cast("HttpResponse", browser.post(path, {**entry, "csrfmiddlewaretoken": token_on(shown.content.decode())}))


def add_with_password(name: str, *, is_staff: bool = False) -> AccountId:
    """An account with a verified address and a known password, made by the operator."""
    return add_account(
        by=OPERATOR,
        now=timezone.now(),
        name=name,
        address=f"{name}@example.org",
        is_verified=True,
        password=NewPassword(PASSWORD),
        is_staff=is_staff,
    )


def sign_in(browser: Client, name: str, *, password: str = PASSWORD, following: str = "") -> HttpResponse:
    """Fill in the sign-in page."""
    page = reverse("sign-in")
    return submit(browser, f"{page}?next={following}" if following else page, name=name, password=password, anew="1")


def signed_in(name: str, **extra: str) -> Client:
    """A browser in which that person is signed in, every stage done."""
    browser = new_browser(**extra)
    answer = sign_in(browser, name)
    assert answer.status_code == 302, answer.content.decode()
    assert SESSION_COOKIE in browser.cookies
    return browser


def visit_in(browser: Client) -> Visit | None:
    """Who is signed in, as far as this browser's cookie says."""
    cookie = browser.cookies.get(SESSION_COOKIE)
    return load_visit(cookie.value, now=timezone.now()) if cookie is not None and cookie.value else None


def prove(browser: Client, deed: Dangerous) -> None:
    """Prove it with the password, as the person does who holds no factor."""
    visit = visit_in(browser)
    assert visit is not None
    by = actor_of(visit, address="127.0.0.1", client=FIREFOX)
    browser.cookies[SESSION_COOKIE] = prove_by_password(by=by, now=timezone.now(), aim=Aim(deed), password=PASSWORD)


def prove_by_app(browser: Client, deed: Dangerous, factor: FactorId) -> None:
    """Prove it with an authenticator app; that its code was right is a matter of factors."""
    visit = visit_in(browser)
    assert visit is not None
    by = actor_of(visit, address="127.0.0.1", client=FIREFOX)
    with transaction.atomic():
        browser.cookies[SESSION_COOKIE] = make_proof(
            by=by, now=timezone.now(), aim=Aim(deed), kind=ProofKind.TOTP, factor=factor
        )


def enrol_app(account: AccountId) -> FactorId:
    """An authenticator app, as far as accounts know of one: that it is enrolled."""
    row = Factor.objects.create(
        account_id=account,
        kind=ProofKind.TOTP.value,
        label="phone",
        folded_label="phone",
        begun_at=timezone.now(),
        proved_at=timezone.now(),
        enrolled_at=timezone.now(),
    )
    return FactorId(row.pk)
