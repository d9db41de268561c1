"""Rows of the standards that no other test shows: what the index is made of, and what it does not have."""

from __future__ import annotations

import ast
import base64
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

import strongroom
from strongroom.accounts.actions.adding import add_account
from strongroom.accounts.actions.ending import suspend_account
from strongroom.accounts.actions.passwords import NewPassword
from strongroom.accounts.models import Account
from strongroom.terms.actors import AccountId
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason
from tests.accounts.entering import OTHER, add_ada, password_shown, refused
from tests.cast import NOW, OPERATOR
from tests.factors.people import Visitor, reason_of
from tests.rows import FOLDER, ROOT

HOUSE = ROOT / "strongroom"
INPUT = re.compile(r"<input\b[^>]*>")
FACTOR = "/account/sign-in/factor/"

IN_WORDS = {
    ProofKind.PASSWORD: "password",
    ProofKind.TOTP: "app",
    ProofKind.SECURITY_KEY: "security key",
    ProofKind.RECOVERY_CODE: "recovery code",
    ProofKind.MAILBOX: "mailed code",
}


def calls() -> Iterator[tuple[str, str]]:
    """Every call in the house: in which module, and of what."""
    for path in sorted(HOUSE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield path.relative_to(HOUSE).as_posix(), ast.unparse(node.func)


def imports() -> Iterator[tuple[str, str]]:
    """Every module that a module of the house imports."""
    for path in sorted(HOUSE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            yield from ((path.relative_to(HOUSE).as_posix(), name) for name in names)


def kept_fields() -> set[str]:
    """The name of everything that the index keeps of anybody."""
    models = [model for model in apps.get_models() if model.__module__.startswith(strongroom.__name__)]
    return {field.name for model in models for field in model._meta.get_fields()}


@pytest.mark.django_db
def test_a_fresh_index_has_no_account() -> None:
    assert not Account.objects.exists()


def test_every_password_field_is_masked_and_open_to_paste_and_managers() -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in HOUSE.rglob("*.html")}
    fields = [
        field
        for page in pages.values()
        for field in INPUT.findall(page)
        if re.search(r'"(password|present|current-password|new-password)"', field)
    ]

    assert len(fields) >= 7
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field), field
        assert not re.search(r"maxlength|readonly", field), field
    for path in (*pages, *HOUSE.rglob("*.js")):
        assert "onpaste" not in path.read_text(encoding="utf-8").lower(), path
        assert '"paste"' not in path.read_text(encoding="utf-8"), path


def test_all_chance_comes_from_the_systems_source() -> None:
    assert {module for _, module in imports()} & {"random", "numpy", "uuid"} == set()
    drawn = {name for _, name in calls() if name.startswith("secrets.") or name == "os.urandom"}
    assert {"secrets.token_bytes", "secrets.token_urlsafe", "os.urandom"} <= drawn


def test_a_session_is_begun_in_one_place_alone() -> None:
    making = re.compile(r"(^|\.)Session\.objects\.\w*create\w*$|(^|\.)Session$|(^|\.)_begin_session$")

    assert sorted((where, what) for where, what in calls() if making.search(what)) == [
        ("accounts/actions/sessions.py", "Session.objects.create"),
        ("accounts/actions/sessions.py", "_begin_session"),
    ]


def test_no_telephone_proves_anything() -> None:
    assert {kind.value for kind in ProofKind} == {"password", "totp", "security-key", "recovery-code", "mailbox"}
    assert not [name for name in kept_fields() if re.search(r"phone|mobile|sms|telephone|number", name)]


def test_nothing_is_kept_that_could_be_a_hint_or_a_question() -> None:
    assert "password" in kept_fields()
    assert not [name for name in kept_fields() if re.search(r"hint|question|reminder", name)]


def test_every_kind_of_proof_stands_among_the_ways_in() -> None:
    page = (FOLDER / "ways-in.md").read_text(encoding="utf-8")
    steps = " ".join(line.lower() for line in page.split("## ")[0].splitlines() if line.startswith("|"))

    assert set(IN_WORDS) == set(ProofKind)
    assert [kind for kind, words in IN_WORDS.items() if words not in steps] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password", ["quarryermine tidal lantern", "8302 5517 0946 2381 77", "QUARRYERMINETIDALLANTERN"]
)
def test_a_password_may_be_of_one_kind_of_character(password: str) -> None:
    add_ada(password=password)

    assert password_shown(password=password).facts.has_password


@pytest.mark.django_db
def test_a_password_of_two_hundred_characters_in_any_script_is_taken_whole() -> None:
    password = "правильная лошадь 電池 štapler " * 8

    add_ada(password=password)

    assert len(password) > 200
    assert password_shown(password=password).facts.has_password
    assert refused(lambda: password_shown(password=password[:-2])).reason is Reason.SIGN_IN_FAILED


@pytest.mark.django_db
def test_a_password_of_ten_years_ago_still_signs_in() -> None:
    long_ago = NOW - timedelta(days=3653)
    add_account(
        by=OPERATOR,
        now=long_ago,
        name="ada",
        address="ada@example.org",
        is_verified=True,
        password=NewPassword(OTHER),
    )

    assert password_shown(password=OTHER).facts.has_password


@pytest.mark.django_db
def test_the_key_of_a_session_has_256_bits(ada: Visitor) -> None:
    ada.sign_in()
    first = ada.client.cookies["strongroom-session"].value
    away = ada.elsewhere()
    away.sign_in()

    for key in (first, away.client.cookies["strongroom-session"].value):
        assert len(base64.urlsafe_b64decode(key + "=")) == 32
    assert first != away.client.cookies["strongroom-session"].value


@pytest.mark.django_db
def test_no_request_sets_the_time(ada: Visitor) -> None:
    ada.sign_in()
    phone = ada.enrol_app()
    old = phone.next_code()
    then = ada.clock.at
    ada.clock.go_on(minutes=10)
    away = ada.elsewhere()
    away.type_password()
    away.client.defaults["HTTP_DATE"] = f"{then:%a, %d %b %Y %H:%M:%S} GMT"

    assert reason_of(away.post(FACTOR, code=old)) in {"code-clock-behind", "code-wrong"}
    assert not away.is_signed_in()


@pytest.mark.django_db
def test_what_a_mailbox_suspended_is_lifted_by_mailbox_and_factor_together(ada: Visitor) -> None:
    ada.sign_in()
    phone = ada.enrol_app()
    account = Account.objects.get(folded_name="ada")
    suspend_account(by=OPERATOR, now=timezone.now(), account=AccountId(account.pk), why="not-me")
    away = ada.elsewhere()
    away.post("/account/reset/", name="ada")
    away.post("/account/reset/code/", code=away.read_mail())

    assert reason_of(away.post("/account/reset/password/", password=OTHER)) == "stage-out-of-order"
    account.refresh_from_db()
    assert account.suspended_at is not None
    away.post("/account/reset/factor/", code=phone.next_code())
    away.post("/account/reset/password/", password=OTHER)

    account.refresh_from_db()
    assert account.suspended_at is None
