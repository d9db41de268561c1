"""The upload door: what every client sends is published, seen in everything that it changes."""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from strongroom.gear.settings import Settings
from strongroom.projects.models import Collaboration, DuePage, File, Ledger, Project, Release, TakenFilename
from strongroom.projects.rules.roles import Role
from strongroom.record.models import Event
from strongroom.terms.passes import present
from strongroom.tokens.models import Token
from tests.cast import Person, add_person, basic, give_role, token_for
from tests.uploads.archive_builder import metadata_text
from tests.uploads.door import (
    Upload,
    deeds,
    digests_of,
    everything,
    html,
    left_incoming,
    listed,
    page,
    sdist_upload,
    send,
    wheel_upload,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    return add_person("ada")


def _without_md5(upload: Upload) -> Upload:
    return upload.lacking("md5_digest")


def _as_twine(upload: Upload) -> Upload:
    """Metadata first, the protocol's own fields just before the file, no MD5."""
    own = [pair for pair in upload.fields if pair[0] in {":action", "protocol_version"}]
    rest = [pair for pair in upload.fields if pair not in own and pair[0] != "md5_digest"]
    return dataclasses.replace(upload, fields=(*reversed(rest), ("provides_extra", "fast"), *own))


def _as_uv(upload: Upload) -> Upload:
    """The protocol's own fields first, an empty requires_python, a part without a type, no MD5."""
    return _without_md5(upload).typed(None).adding(("requires_python", ""), ("import_names", "ham"))


def _as_poetry(upload: Upload) -> Upload:
    """Digests, type and Python first."""
    first = [pair for pair in upload.fields if pair[0].endswith("_digest") or pair[0] in {"filetype", "pyversion"}]
    rest = [pair for pair in upload.fields if pair not in first]
    return dataclasses.replace(upload, fields=(*first, *rest))


def _as_hatch(upload: Upload) -> Upload:
    """Description first, and only the last of several import names."""
    return dataclasses.replace(upload, fields=(("description", "A ham."), *upload.fields, ("import_name", "ham")))


def _as_flit(upload: Upload) -> Upload:
    """Always metadata version 2.3, no BLAKE2, no type of the part."""
    return upload.having(metadata_version="2.3").lacking("blake2_256_digest").typed(None)


def _as_pdm(upload: Upload) -> Upload:
    """Empty values for what is not there, and its own spelling of provides_extra."""
    empty = ("home_page", "author", "license", "download_url", "comment", "keywords", "requires_python")
    return upload.adding(*((name, "") for name in empty), ("provides_extras", "fast"), ("provides_extras", "slow"))


CLIENTS: dict[str, Callable[[Upload], Upload]] = {
    "twine": _as_twine,
    "uv": _as_uv,
    "poetry": _as_poetry,
    "hatch": _as_hatch,
    "flit": _as_flit,
    "pdm": _as_pdm,
}


FILES = {"a wheel": wheel_upload(), "an sdist": sdist_upload()}


@pytest.mark.parametrize("case", [f"{file}, {client}" for file in FILES for client in CLIENTS])
def test_a_file_is_published_as_every_client_sends_it(case: str, ada: Person, index_settings: Settings) -> None:
    file, client = case.split(", ")
    upload = CLIENTS[client](FILES[file])

    answer = send(upload, ada.basic)

    assert (answer.status_code, answer.reason_phrase, answer.content) == (200, "OK", b"")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "X-Strongroom-Reason" not in answer
    assert (index_settings.files_folder / upload.path).read_bytes() == upload.content
    assert listed(index_settings, "ham") == [upload.filename]
    assert left_incoming(index_settings) == []
    assert not DuePage.objects.exists()


def test_a_published_wheel_has_its_rows(ada: Person) -> None:
    upload = wheel_upload("Ham.Spam", "1.0", requires_python=">=3.9", extra_headers=["Keywords: a,b"])

    assert send(upload, ada.basic).status_code == 200

    project, release, file = Project.objects.get(), Release.objects.get(), File.objects.get()
    assert (project.normalized_name, project.display_name) == ("ham-spam", "Ham.Spam")
    assert (project.created_by_id, project.total_bytes, project.serial) == (ada.account, len(upload.content), 1)
    assert list(Collaboration.objects.values_list("account_id", "role")) == [(ada.account, Role.OWNER.value)]
    assert (release.project_id, release.version) == (project.pk, "1.0")
    assert release.metadata["summary"] == "A project of the tests"
    assert release.metadata["keywords"] == ["a", "b"]
    assert (file.filename, file.kind, file.python_tag) == (upload.filename, "bdist_wheel", "py3")
    assert (file.size, file.sha256) == (len(upload.content), upload.sha256)
    assert (file.md5, file.blake2b_256) == (
        digests_of(upload.content)["md5_digest"],
        digests_of(upload.content)["blake2_256_digest"],
    )
    assert (file.requires_python, file.uploaded_by_id) == (">=3.9", ada.account)
    assert list(TakenFilename.objects.values_list("filename", "sha256")) == [(upload.filename, upload.sha256)]
    assert Ledger.objects.get().last_serial == 1


def test_a_first_upload_is_recorded_with_who_what_and_from_where(ada: Person) -> None:
    upload = wheel_upload()

    send(upload, ada.basic, REMOTE_ADDR="192.0.2.7", HTTP_USER_AGENT="twine/7.0.0 " + "x" * 500)

    assert deeds() == [(deed, "ham") for deed in ("project-added", "role-given", "release-added", "file-published")]
    token = present(ada.token)
    assert token is not None
    for event in Event.objects.filter(subject_kind="project"):
        assert (event.actor_kind, event.actor_name, event.actor_account) == ("account", "ada", ada.account)
        assert (event.actor_token, event.address) == (token.token, "192.0.2.7")
        assert event.client.startswith("twine/7.0.0 ")
        assert len(event.client) == 200
    last = Event.objects.get(deed="file-published")
    assert last.details == {"filename": upload.filename, "sha256": upload.sha256, "version": "1.0"}


def test_a_second_file_of_a_release_adds_only_itself_to_the_record(ada: Person, index_settings: Settings) -> None:
    send(wheel_upload(), ada.basic)
    before = len(deeds())

    assert send(sdist_upload(), ada.basic).status_code == 200

    assert deeds()[before:] == [("file-published", "ham")]
    assert listed(index_settings, "ham") == ["ham-1.0-py3-none-any.whl", "ham-1.0.tar.gz"]
    assert Project.objects.get().serial == 2


def test_a_published_wheel_is_on_every_page(ada: Person, index_settings: Settings) -> None:
    upload = wheel_upload(requires_python=">=3.9,<4")
    metadata = metadata_text("ham", "1.0", requires_python=">=3.9,<4").encode()

    send(upload, ada.basic)

    shown = page(index_settings, "simple/ham/index.json")
    assert shown["name"] == "ham"
    assert shown["versions"] == ["1.0"]
    (file,) = shown["files"]
    assert file["url"] == f"../../{upload.path}"
    assert file["hashes"] == {"sha256": upload.sha256}
    assert file["size"] == len(upload.content)
    assert file["requires-python"] == ">=3.9,<4"
    assert file["core-metadata"] == {"sha256": digests_of(metadata)["sha256_digest"]}
    assert file["yanked"] is False
    assert f'href="../../{upload.path}#sha256={upload.sha256}"' in html(index_settings, "ham")
    assert 'data-requires-python="&gt;=3.9,&lt;4"' in html(index_settings, "ham")
    legacy = page(index_settings, "pypi/ham/json")
    assert legacy["info"]["version"] == "1.0"
    assert legacy["releases"]["1.0"][0]["url"] == f"http://localhost:8000/{upload.path}"
    assert page(index_settings, "pypi/ham/1.0/json")["urls"][0]["filename"] == upload.filename
    packed = (index_settings.pages_folder / "simple/ham/index.json.gz").read_bytes()
    assert json.loads(gzip.decompress(packed)) == shown


def test_a_wheels_metadata_lies_beside_it_byte_for_byte(ada: Person, index_settings: Settings) -> None:
    text = "Metadata-Version: 2.1\r\nName: ham\r\nVersion: 1.0\r\nSummary: caf\u00e9\r\n\r\nA body.\r\n"
    upload = wheel_upload(metadata=text)

    assert send(upload, ada.basic).status_code == 200

    lies = index_settings.files_folder / f"{upload.path}.metadata"
    assert lies.read_bytes() == text.encode()
    assert File.objects.get().metadata_sha256 == digests_of(text.encode())["sha256_digest"]


def test_an_sdist_has_no_metadata_beside_it(ada: Person, index_settings: Settings) -> None:
    upload = sdist_upload()

    send(upload, ada.basic)

    assert not (index_settings.files_folder / f"{upload.path}.metadata").exists()
    assert "core-metadata" not in page(index_settings, "simple/ham/index.json")["files"][0]


def test_warnings_stand_in_the_body_of_the_200(ada: Person) -> None:
    old = "Metadata-Version: 2.1\nName: ham\nVersion: 1.0\n"

    answer = send(sdist_upload(metadata=old), ada.basic)

    assert answer.status_code == 200
    assert (
        answer.content
        == b"The metadata of this source distribution is older than version 2.2; build it with a newer tool.\n"
    )


def test_the_same_bytes_again_are_told_200_and_change_nothing(ada: Person, index_settings: Settings) -> None:
    upload = wheel_upload()
    send(upload, ada.basic)
    before = everything(index_settings)

    answer = send(upload, ada.basic)

    assert (answer.status_code, answer.content) == (200, b"")
    assert everything(index_settings) == before


def test_the_same_bytes_again_are_told_200_even_when_the_release_has_closed(ada: Person) -> None:
    send(wheel_upload(), ada.basic)
    Release.objects.update(created_at=timezone.now() - timedelta(days=400))

    assert send(wheel_upload(), ada.basic).status_code == 200


def test_a_maintainer_publishes_and_stays_one(ada: Person, index_settings: Settings) -> None:
    send(wheel_upload(), ada.basic)
    ben = add_person("ben")
    give_role(ben, "ham", Role.MAINTAINER)

    assert send(wheel_upload("ham", "2.0"), ben.basic).status_code == 200

    assert listed(index_settings, "ham") == ["ham-1.0-py3-none-any.whl", "ham-2.0-py3-none-any.whl"]
    assert File.objects.get(filename__contains="2.0").uploaded_by_id == ben.account
    assert set(Collaboration.objects.values_list("account_id", "role")) == {
        (ada.account, "owner"),
        (ben.account, "maintainer"),
    }


def test_a_token_is_taken_as_bearer_too(ada: Person) -> None:
    assert send(wheel_upload(), f"Bearer {ada.token}").status_code == 200


def test_a_token_limited_to_the_project_publishes_it_and_makes_it(ada: Person) -> None:
    token = token_for("ada", projects=["Ham"])

    assert send(wheel_upload(), basic(token)).status_code == 200


def test_a_use_of_a_token_is_noted(ada: Person) -> None:
    assert Token.objects.get().last_used_at is None

    send(wheel_upload(), ada.basic)

    assert Token.objects.get().last_used_at is not None


def test_a_name_and_version_spelt_otherwise_reach_the_same_project(ada: Person, index_settings: Settings) -> None:
    send(wheel_upload("ham-spam", "1.0"), ada.basic)

    upload = wheel_upload("ham-spam", "2.0").having(name="HAM__spam", version="v2.0")
    assert send(upload, ada.basic).status_code == 200

    assert Project.objects.get().display_name == "ham-spam"
    assert page(index_settings, "simple/ham-spam/index.json")["versions"] == ["2.0", "1.0"]


def test_an_account_that_is_staff_gains_nothing_at_the_door(ada: Person) -> None:
    send(wheel_upload(), ada.basic)
    dee = add_person("dee", is_staff=True)

    answer = send(wheel_upload("ham", "2.0"), dee.basic)

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (403, "not-a-collaborator")


def test_a_platform_wheel_of_this_machine_and_a_local_version_are_published_to_a_private_index(
    ada: Person, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(django_settings, "STRONGROOM", dataclasses.replace(index_settings, private=True))
    upload = wheel_upload("ham", "1.0+lab.1", tag="cp311-cp311-linux_x86_64", pyversion="cp311")

    assert send(upload, ada.basic).status_code == 200

    assert listed(index_settings, "ham") == ["ham-1.0+lab.1-cp311-cp311-linux_x86_64.whl"]


def test_a_private_index_takes_private_classifiers_and_dependencies_by_address(
    ada: Person, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(django_settings, "STRONGROOM", dataclasses.replace(index_settings, private=True))
    headers = ["Classifier: Private :: Do Not Upload", "Requires-Dist: spam @ https://example.org/spam.whl"]

    assert send(wheel_upload(extra_headers=headers), ada.basic).status_code == 200


def test_an_open_release_takes_files_until_its_last_day(ada: Person) -> None:
    send(wheel_upload(), ada.basic)
    Release.objects.update(created_at=timezone.now() - timedelta(days=13, hours=23))

    assert send(sdist_upload(), ada.basic).status_code == 200


def test_a_release_never_closes_where_the_operator_has_set_no_days(
    ada: Person, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = dataclasses.replace(index_settings, release_closes_after_days=0)
    monkeypatch.setattr(django_settings, "STRONGROOM", chosen)
    send(wheel_upload(), ada.basic)
    Release.objects.update(created_at=timezone.now() - timedelta(days=4000))

    assert send(sdist_upload(), ada.basic).status_code == 200


def test_a_deprecated_project_takes_files(ada: Person) -> None:
    send(wheel_upload(), ada.basic)
    Project.objects.update(status="deprecated")

    assert send(wheel_upload("ham", "2.0"), ada.basic).status_code == 200


def test_an_empty_or_unknown_value_says_nothing_against_the_file(ada: Person) -> None:
    upload = wheel_upload(requires_python=">=3.9").having(summary="UNKNOWN", requires_python="", description=" ")

    assert send(upload, ada.basic).status_code == 200

    assert Release.objects.get().metadata["summary"] == "A project of the tests"
    assert File.objects.get().requires_python == ">=3.9"


def test_unknown_fields_are_passed_over(ada: Person, index_settings: Settings) -> None:
    upload = wheel_upload().adding(("comment", "x"), ("is_cool", "yes"), ("author", "UNKNOWN"))
    assert send(upload, ada.basic).status_code == 200
    assert "is_cool" not in json.dumps(Release.objects.get().metadata)


MARKUP = """<script>alert("1")</script><img src=x onerror='alert(1)'>&amp;"""


def test_markup_in_every_field_of_the_metadata_is_escaped_in_every_html_page(
    ada: Person, index_settings: Settings
) -> None:
    headers = [
        f"{field}: {MARKUP}"
        for field in ("Keywords", "Author", "Maintainer", "License", "Platform", "Supported-Platform")
    ]
    headers += [f"Project-URL: <b>label</b>, https://example.org/{MARKUP.replace(' ', '')}"]
    headers += ["Requires-Dist: spam; python_version < '3'", "Description-Content-Type: text/markdown"]
    text = metadata_text("ham", "1.0", summary=MARKUP, requires_python=">=3.9", extra_headers=headers)
    upload = wheel_upload(metadata=f"{text}\n{MARKUP}\n")

    assert send(upload, ada.basic).status_code == 200

    written = html(index_settings, "ham")
    assert "<script" not in written
    assert "<img" not in written
    assert "&gt;=3.9" in written
    assert page(index_settings, "pypi/ham/json")["info"]["summary"] == MARKUP
    body = (index_settings.pages_folder / "pypi/ham/json").read_bytes()
    assert json.loads(body)["info"]["author"] == MARKUP


def test_a_yanked_release_can_still_be_added_to_and_stays_yanked(ada: Person, index_settings: Settings) -> None:
    send(wheel_upload(), ada.basic)
    Release.objects.update(yanked_at=timezone.now(), yanked_reason=MARKUP)

    assert send(sdist_upload(), ada.basic).status_code == 200

    assert "<script" not in html(index_settings, "ham")
    assert "data-yanked=" in html(index_settings, "ham")
    assert all(file["yanked"] == MARKUP for file in page(index_settings, "simple/ham/index.json")["files"])
