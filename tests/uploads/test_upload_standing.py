"""Who may publish, to which project, and how much: refused without a trace when not."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from strongroom.accounts.models import Account
from strongroom.gear.settings import Settings
from strongroom.gear.shelf import Spool
from strongroom.projects.models import File, Project, Release
from strongroom.terms.passes import present
from strongroom.tokens.models import Token
from strongroom.tokens.rules import Permission
from strongroom.uploads.receiving import receive
from tests.cast import NOW, Person, add_person, basic, token_for
from tests.uploads.door import (
    left_incoming,
    post,
    sdist_upload,
    send,
    wheel_upload,
)
from tests.uploads.refusing import MIB, NEXT, Case, Change, holding, require_refused, require_told

pytestmark = pytest.mark.django_db

# Who is asking ---------------------------------------------------------------------------------


def _expired(_: Person) -> str:
    return basic(token_for("ada", lifetime=timedelta(days=1), now=NOW - timedelta(days=30)))


def _revoked(_: Person) -> str:
    text = token_for("ada", projects=["ham"])
    Token.objects.filter(projects__isnull=False).update(revoked_at=NOW - timedelta(days=1))
    return basic(text)


def _suspended(ada: Person) -> str:
    Account.objects.filter(pk=ada.account).update(suspended_at=NOW)
    return ada.basic


def _unverified(_: Person) -> str:
    return add_person("cyd", is_verified=False).basic


WHO: dict[str, tuple[Callable[[Person], str | None], int, str]] = {
    "nothing": (lambda _: None, 401, "credentials-missing"),
    "an empty header": (lambda _: "", 401, "credentials-missing"),
    "garbage": (lambda _: "nonsense", 401, "credentials-missing"),
    "another scheme": (lambda _: "Digest username=ada", 401, "credentials-missing"),
    "Basic that is not base64": (lambda _: "Basic !!!", 401, "credentials-missing"),
    "Basic without a colon": (
        lambda _: "Basic " + base64.b64encode(b"no colon").decode(),
        401,
        "credentials-missing",
    ),
    "Basic that is not UTF-8": (
        lambda _: "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        401,
        "credentials-missing",
    ),
    "an empty password": (lambda _: basic(""), 401, "credentials-missing"),
    "a password": (lambda _: basic("correct horse battery", user="ada"), 403, "password-not-accepted"),
    "a token under another user": (lambda ada: basic(ada.token, user="ada"), 403, "password-not-accepted"),
    "a token with a typing error": (lambda ada: basic(ada.token[:-1] + "x"), 403, "token-malformed"),
    "another index's token": (
        lambda _: basic("pypi-AgEIcHlwaS5vcmc"),
        403,
        "token-malformed",
    ),
    "half a token": (lambda ada: basic(ada.token[:20]), 403, "token-malformed"),
    "an unknown token": (
        lambda _: basic("strongroom-" + "A" * 43 + "a1c13a4d"),
        403,
        "token-malformed",
    ),
    "an expired token": (_expired, 403, "token-expired"),
    "a revoked token": (_revoked, 403, "token-revoked"),
    "a token for reading": (
        lambda _: basic(token_for("ada", permissions=[Permission.READ])),
        403,
        "token-lacks-permission",
    ),
    "a token for another project": (
        lambda _: basic(token_for("ada", projects=["spam"])),
        403,
        "token-for-other-projects",
    ),
    "a token for no project": (lambda _: basic(token_for("ada", projects=[])), 403, "token-for-other-projects"),
    "a suspended account": (_suspended, 403, "account-inactive"),
    "an account without a verified address": (_unverified, 403, "email-not-verified"),
    "a stranger": (lambda _: add_person("cyd").basic, 403, "not-a-collaborator"),
}


@pytest.mark.parametrize("who", WHO)
def test_an_upload_is_refused_and_leaves_no_trace_when_it_comes_with(
    who: str, ada: Person, index_settings: Settings
) -> None:
    shown, status, reason = WHO[who]

    require_refused(Case(NEXT, status, reason), shown(ada), index_settings)


def test_a_token_that_was_deleted_is_unknown(ada: Person, index_settings: Settings) -> None:
    gone = token_for("ada")
    Token.objects.order_by("created_at", "pk").exclude(pk__in=[_identifier(ada)]).delete()

    require_refused(Case(NEXT, 403, "token-unknown"), basic(gone), index_settings)


def _identifier(person: Person) -> str:
    presented = present(person.token)
    assert presented is not None
    return presented.token


def test_only_a_missing_credential_is_asked_for_with_a_challenge(ada: Person) -> None:
    asked = send(NEXT, None)
    assert asked["WWW-Authenticate"] == 'Basic realm="Strongroom", charset="UTF-8"'
    assert "WWW-Authenticate" not in send(NEXT, basic("x", user="ada"))


def test_who_may_not_publish_is_refused_before_the_body_is_read(ada: Person, index_settings: Settings) -> None:
    for who in ("a password", "an expired token", "a token for reading", "a suspended account"):
        shown, _, reason = WHO[who]
        answer = post(b"not a form at all", shown(ada))

        assert answer["X-Strongroom-Reason"] == reason
        assert left_incoming(index_settings) == []


def test_what_the_rows_refuse_is_refused_before_the_archive_is_opened(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("the archive was opened")

    monkeypatch.setattr("strongroom.uploads.actions.read_archive", never)
    cyd = add_person("cyd")

    assert send(NEXT, cyd.basic)["X-Strongroom-Reason"] == "not-a-collaborator"
    assert send(wheel_upload("ham", "1.0", summary="Other"), ada.basic)["X-Strongroom-Reason"] == "file-exists"


def test_a_token_is_never_said_back(ada: Person) -> None:
    for text in (f"{ada.token}x", token_for("ada", projects=["spam"])):
        answer = send(NEXT, basic(text))
        assert answer.status_code == 403
        assert text[11:40] not in answer.content.decode() + answer.reason_phrase


# The index and the project ---------------------------------------------------------------------


def test_paused_uploads_are_refused(ada: Person, change: Change, index_settings: Settings) -> None:
    change(uploads_paused=True)
    require_refused(Case(NEXT, 403, "uploads-paused"), ada.basic, index_settings)

    change(uploads_paused=False)
    assert send(NEXT, ada.basic).status_code == 200


@pytest.mark.parametrize("status", ["archived", "quarantined"])
def test_an_archived_or_quarantined_project_takes_no_files(status: str, ada: Person, index_settings: Settings) -> None:
    Project.objects.update(status=status)
    require_refused(Case(NEXT, 403, f"project-{status}", "ham"), ada.basic, index_settings)

    Project.objects.update(status="active")
    assert send(NEXT, ada.basic).status_code == 200


def test_one_account_makes_only_so_many_new_projects_in_an_hour(
    ada: Person, change: Change, index_settings: Settings
) -> None:
    change(new_projects_per_hour=1)
    require_refused(Case(wheel_upload("eggs"), 429, "too-many-new-projects", "1"), ada.basic, index_settings)

    assert send(NEXT, ada.basic).status_code == 200  # files of projects that exist are not counted
    Project.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    assert send(wheel_upload("eggs", "1.0"), ada.basic).status_code == 200


def test_a_prohibited_name_is_refused_in_any_spelling(ada: Person, change: Change, index_settings: Settings) -> None:
    change(prohibited_names=("Requests_Lib",))
    upload = wheel_upload("requests-lib", "1.0").having(name="REQUESTS.LIB")
    require_refused(Case(upload, 400, "name-prohibited", "REQUESTS.LIB"), ada.basic, index_settings)


def test_a_release_that_has_closed_takes_no_files(ada: Person, index_settings: Settings) -> None:
    Release.objects.update(created_at=timezone.now() - timedelta(days=14, minutes=1))
    require_refused(Case(sdist_upload("ham", "1.0"), 400, "release-closed", "14 days"), ada.basic, index_settings)

    assert send(NEXT, ada.basic).status_code == 200


def test_a_release_has_one_sdist(ada: Person, index_settings: Settings) -> None:
    # One of an earlier time, in another form: PEP 625 leaves only one name for one that is new.
    File.objects.update(kind="sdist", filename="ham-1.0.zip")

    second = sdist_upload("ham", "1.0")
    require_refused(Case(second, 400, "second-sdist", "ham-1.0.zip"), ada.basic, index_settings)


def test_the_name_of_a_deleted_file_is_never_used_again(ada: Person, index_settings: Settings) -> None:
    File.objects.all().delete()

    for again in (wheel_upload("ham", "1.0"), wheel_upload("ham", "1.0", summary="Other")):
        require_refused(Case(again, 400, "filename-taken", again.filename), ada.basic, index_settings)


def test_the_name_of_a_deleted_projects_file_is_never_used_again(ada: Person, index_settings: Settings) -> None:
    Project.objects.all().delete()
    cyd = add_person("cyd")

    again = wheel_upload("ham", "1.0", summary="Other")
    require_refused(Case(again, 400, "filename-taken", again.filename), cyd.basic, index_settings)


def test_the_same_bytes_are_not_published_under_another_name(ada: Person, index_settings: Settings) -> None:
    again = wheel_upload("ham", "1.0").named("ham-1.0-1-py3-none-any.whl")

    require_refused(Case(again, 400, "file-exists", "ham-1.0-py3-none-any.whl"), ada.basic, index_settings)


def test_clients_match_the_words_of_a_duplicate(ada: Person) -> None:
    answer = send(wheel_upload("ham", "1.0", summary="Other"), ada.basic)

    assert answer.content.startswith(b"File already exists")
    assert answer.reason_phrase.startswith("File already exists")


# Size --------------------------------------------------------------------------------------------


def test_a_file_of_the_size_limit_is_taken_and_one_byte_more_is_not(
    ada: Person, change: Change, index_settings: Settings
) -> None:
    change(max_file_bytes=len(NEXT.content) - 1)
    require_refused(Case(NEXT, 413, "file-too-large", "MiB"), ada.basic, index_settings)

    change(max_file_bytes=len(NEXT.content))
    assert send(NEXT, ada.basic).status_code == 200


def test_the_files_of_a_project_add_up_to_the_limit_and_no_further(
    ada: Person, change: Change, index_settings: Settings
) -> None:
    together = File.objects.get().size + len(NEXT.content)
    change(max_project_bytes=together - 1)
    require_refused(Case(NEXT, 400, "project-too-large", "MiB"), ada.basic, index_settings)

    change(max_project_bytes=together)
    assert send(NEXT, ada.basic).status_code == 200
    assert Project.objects.get().total_bytes == together


def test_an_announced_size_far_beyond_the_limit_is_refused_before_anything_is_received(
    ada: Person, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a spool was opened")

    monkeypatch.setattr("strongroom.gear.shelf.Shelf.receive", never)
    answer = send(NEXT, ada.basic, CONTENT_LENGTH=str(200 * MIB))

    require_told(answer, Case(NEXT, 413, "file-too-large", "100 MiB"))


def test_a_file_beyond_the_limit_is_written_down_no_further_than_the_limit(
    ada: Person, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    honest = Spool.write

    def counting(spool: Spool, chunk: bytes) -> None:
        written.append(len(chunk))
        honest(spool, chunk)

    monkeypatch.setattr(Spool, "write", counting)
    change(max_file_bytes=1000)
    large = holding(bytes(2 * MIB))

    assert send(large, ada.basic).status_code == 413

    assert sum(written) == 1001


# What happens while an upload streams -------------------------------------------------------------


@pytest.mark.parametrize(
    ("meanwhile", "code"),
    [
        pytest.param(lambda: Token.objects.update(revoked_at=NOW), "token-revoked", id="its token is revoked"),
        pytest.param(
            lambda: Account.objects.update(suspended_at=NOW), "account-inactive", id="its person is suspended"
        ),
        pytest.param(lambda: Token.objects.all().delete(), "token-unknown", id="its token is gone"),
    ],
)
def test_whoever_may_no_longer_publish_when_the_last_byte_arrives_does_not(
    meanwhile: Callable[[], object], code: str, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def receive_slowly(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - passed on as it is
        arrival = receive(*args, **kwargs)
        meanwhile()
        return arrival

    files = File.objects.count()
    monkeypatch.setattr("strongroom.uploads.api.receive", receive_slowly)
    answer = send(wheel_upload("ham", "3.0"), ada.basic)

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (403, code)
    assert File.objects.count() == files
