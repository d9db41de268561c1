"""Bodies that are broken, faults inside, and the doors beside the upload door."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.http import HttpResponse
from django.test import Client

from strongroom.gear.settings import Settings
from strongroom.gear.shelf import Spool
from strongroom.projects.actions.adding import add_file
from strongroom.projects.models import Release
from tests.cast import Person, add_person
from tests.uploads.door import (
    BOUNDARY,
    Part,
    everything,
    left_incoming,
    listed,
    multipart,
    post,
    send,
    wheel_upload,
)
from tests.uploads.refusing import MIB, NEXT, WHOLE, Case, require_told

pytestmark = pytest.mark.django_db

# The body ----------------------------------------------------------------------------------------


class _Broken(io.RawIOBase):
    """A connection that breaks after some bytes."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._body = io.BytesIO(body)

    def read(self, size: int = -1) -> bytes:
        if chunk := self._body.read(size):
            return chunk
        raise OSError("the peer is gone")


def require_unread(answer: HttpResponse, field: str, before: object, *, index_settings: Settings) -> None:
    """The body could not be read, and left nothing."""
    require_told(answer, Case(NEXT, 400, "malformed", f" {field}: "))
    assert everything(index_settings) == before
    assert left_incoming(index_settings) == []


@pytest.mark.parametrize("left", [0, 1, 100, len(WHOLE) // 2, len(WHOLE) - 40, len(WHOLE) - 6])
def test_a_body_that_is_cut_off_publishes_nothing(left: int, ada: Person, index_settings: Settings) -> None:
    before = everything(index_settings)

    answer = post(WHOLE[:left], ada.basic, CONTENT_LENGTH=str(len(WHOLE)))

    assert answer.status_code == 400, answer.content
    assert everything(index_settings) == before
    assert left_incoming(index_settings) == []


def test_a_connection_that_breaks_publishes_nothing(ada: Person, index_settings: Settings) -> None:
    before = everything(index_settings)
    broken: dict[str, Any] = {"wsgi.input": _Broken(WHOLE[: len(WHOLE) // 2])}

    answer = post(WHOLE, ada.basic, **broken)

    require_unread(answer, "form", before, index_settings=index_settings)


@pytest.mark.parametrize("length", ["", "many", "-5", "1e3"])
def test_a_body_of_unknown_length_is_refused(length: str, ada: Person, index_settings: Settings) -> None:
    before = everything(index_settings)

    answer = post(WHOLE, ada.basic, CONTENT_LENGTH=length)

    require_unread(answer, "Content-Length", before, index_settings=index_settings)


@pytest.mark.parametrize("content_type", ["", "application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_of_another_type_is_refused(content_type: str, ada: Person, index_settings: Settings) -> None:
    before = everything(index_settings)

    answer = post(WHOLE, ada.basic, content_type=content_type)

    require_unread(answer, "Content-Type", before, index_settings=index_settings)


BODIES: dict[str, tuple[bytes, str]] = {
    "no boundary is announced": (WHOLE, "multipart/form-data"),
    "the boundary is empty": (WHOLE, "multipart/form-data; boundary="),
    "the boundary is another": (WHOLE, "multipart/form-data; boundary=other"),
    "the boundary is not ASCII": (WHOLE, "multipart/form-data; boundary=\u00e9\u00e9"),
    "the boundary is very long": (WHOLE, "multipart/form-data; boundary=" + "b" * 300),
    "the body is empty": (b"", f"multipart/form-data; boundary={BOUNDARY}"),
    "the body is noise": (bytes(range(256)) * 40, f"multipart/form-data; boundary={BOUNDARY}"),
    "a field is sent as a file": (
        multipart([Part("name", "ham", filename="name.txt"), *NEXT.lacking("name").parts]),
        f"multipart/form-data; boundary={BOUNDARY}",
    ),
    "the file is sent as a field": (
        multipart([*NEXT.parts[:-1], Part("content", "no file")]),
        f"multipart/form-data; boundary={BOUNDARY}",
    ),
    "there is no file": (multipart(NEXT.parts[:-1]), f"multipart/form-data; boundary={BOUNDARY}"),
    "the file has no name": (
        multipart([*NEXT.parts[:-1], Part("content", NEXT.content, filename="")]),
        f"multipart/form-data; boundary={BOUNDARY}",
    ),
    "there are two files": (
        multipart([*NEXT.parts, NEXT.parts[-1]]),
        f"multipart/form-data; boundary={BOUNDARY}",
    ),
    "there are 5001 fields": (
        multipart([*(Part("classifiers", f"c{n}") for n in range(5001)), *NEXT.parts]),
        f"multipart/form-data; boundary={BOUNDARY}",
    ),
    "the text is more than 4 MiB": (
        multipart([Part("description", "d" * (4 * MIB + 1)), *NEXT.parts]),
        f"multipart/form-data; boundary={BOUNDARY}",
    ),
    "the text is more than 4 MiB in many fields": (
        multipart([*(Part("classifiers", "c" * MIB) for _ in range(5)), *NEXT.parts]),
        f"multipart/form-data; boundary={BOUNDARY}",
    ),
    "a field's name cannot be printed": (
        multipart([Part("na\u202eme", "x"), *NEXT.parts]),
        f"multipart/form-data; boundary={BOUNDARY}",
    ),
    "the name is not UTF-8": (
        multipart([Part("name", b"h\xffm"), *NEXT.lacking("name").parts]),
        f"multipart/form-data; boundary={BOUNDARY}",
    ),
    "the file lies in another part": (
        multipart([*NEXT.parts[:-1], Part("file", NEXT.content, filename=NEXT.filename)]),
        f"multipart/form-data; boundary={BOUNDARY}",
    ),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_is_refused_with_400_and_leaves_no_trace_when(case: str, ada: Person, index_settings: Settings) -> None:
    body, content_type = BODIES[case]
    before = everything(index_settings)

    answer = post(body, ada.basic, content_type=content_type)

    assert answer.status_code == 400, answer.content
    assert answer["X-Strongroom-Reason"] in {"malformed", "file-missing", "name-invalid"}
    assert everything(index_settings) == before
    assert left_incoming(index_settings) == []


def test_the_body_that_each_of_those_changes_is_taken_when_it_is_not_changed(ada: Person) -> None:
    assert post(WHOLE, ada.basic).status_code == 200


HOSTILE_FILENAMES: dict[str, bytes] = {
    "climbs": b"../../ham-2.0-py3-none-any.whl",
    "climbs backwards": b"..\\\\..\\\\ham-2.0-py3-none-any.whl",
    "is absolute": b"/etc/ham-2.0-py3-none-any.whl",
    "names a drive": b"C:\\\\ham-2.0-py3-none-any.whl",
    "is a dot": b".",
    "is two dots": b"..",
    "holds NUL": b"ham-2.0-py3-none-any.whl\x00.png",
    "holds a newline": b"ham-2.0-py3-\nnone-any.whl",
    "holds a carriage return": b"ham-2.0-py3-\rnone-any.whl",
    "holds a tab": b"ham-2.0-py3-\tnone-any.whl",
    "holds an escape": b"ham-2.0-py3-\x1b[2Jnone-any.whl",
    "is 1000 characters long": b"ham-2.0-py3-none-" + b"a" * 980 + b".whl",
    "is 300 characters long": b"ham-2.0-py3-none-" + b"a" * 280 + b".whl",
    "turns the direction of reading": "ham-2.0-py3-none-any\u202elhw.whl".encode(),
    "is not ASCII": "h\u00e4m-2.0-py3-none-any.whl".encode(),
    "is not UTF-8": b"h\xffm-2.0-py3-none-any.whl",
    "holds markup": b"<script>-2.0-py3-none-any.whl",
    "ends in a space": b"ham-2.0-py3-none-any.whl ",
    "ends in a dot": b"ham-2.0-py3-none-any.whl.",
    "is in capitals": b"HAM-2.0-PY3-NONE-ANY.WHL",
    "hides its end": b"ham-2.0-py3-none-any.whl;x=.png",
    "is of metadata": b"ham-2.0-py3-none-any.whl.metadata",
}


@pytest.mark.parametrize("case", HOSTILE_FILENAMES)
def test_a_filename_is_refused_and_leaves_no_trace_when_it(case: str, ada: Person, index_settings: Settings) -> None:
    before = everything(index_settings)
    file = Part("content", NEXT.content, filename=HOSTILE_FILENAMES[case], type="application/octet-stream")

    answer = post(multipart([*NEXT.parts[:-1], file]), ada.basic)

    assert answer.status_code == 400, answer.content
    assert answer["X-Strongroom-Reason"] in {"filename-invalid", "filename-type", "filename-name", "malformed"} | {
        "file-missing"
    }
    assert all(character.isprintable() and character.isascii() for character in answer.reason_phrase)
    assert everything(index_settings) == before
    assert left_incoming(index_settings) == []


def test_a_signature_of_an_old_client_is_neither_kept_nor_a_fault(ada: Person, index_settings: Settings) -> None:
    signature = Part("gpg_signature", b"-----BEGIN PGP", filename=f"{NEXT.filename}.asc")

    answer = post(multipart([signature, *NEXT.parts]), ada.basic)

    assert answer.status_code == 200
    assert not list(index_settings.data_folder.rglob("*.asc"))


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Exception], AbstractContextManager[None]]:
    """Make something inside fail, for a while."""

    @contextmanager
    def failing(target: str, error: Exception) -> Iterator[None]:
        def fail(*_: object, **__: object) -> None:
            raise error

        with monkeypatch.context() as patched:
            patched.setattr(target, fail)
            yield

    return failing


Fault = Callable[[str, Exception], AbstractContextManager[None]]
INSIDE = {
    "before anything is written": "strongroom.uploads.actions.add_project",
    "among the rows": "strongroom.uploads.actions.add_file",
    "as the file is placed": "strongroom.gear.shelf.make_folders",
    "after the file is placed": "strongroom.gear.shelf._sync_folder",
}


@pytest.mark.parametrize("where", INSIDE)
def test_a_fault_is_told_without_detail_and_leaves_no_trace_when_it_is(
    where: str, index_settings: Settings, fault: Fault
) -> None:
    ada = add_person("ada")
    before = everything(index_settings)
    first = wheel_upload("eggs", "1.0")

    with fault(INSIDE[where], OSError(28, "a secret of the inside")):
        answer = send(first, ada.basic)

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (500, "fault")
    assert answer.content == b"Something went wrong here, and it has been noted. Try again later.\n"
    assert "secret" not in answer.reason_phrase
    assert everything(index_settings) == before
    assert left_incoming(index_settings) == []
    assert send(first, ada.basic).status_code == 200


@pytest.mark.parametrize("clashes", [1, 2, 3])
def test_an_upload_that_meets_another_looks_again_twice(
    clashes: int, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = add_person("ada")
    before = everything(index_settings)
    left = [True] * clashes
    status = 200 if clashes < 3 else 500

    def clash(**told: Any) -> None:  # noqa: ANN401 - passed on
        if left:
            left.pop()
            raise IntegrityError("somebody else took the name")
        add_file(**told)

    monkeypatch.setattr("strongroom.uploads.actions.add_file", clash)

    assert send(NEXT, ada.basic).status_code == status

    assert listed(index_settings, "ham") == [NEXT.filename] * (status == 200)
    assert left_incoming(index_settings) == []
    assert (everything(index_settings) == before) == (status == 500)


def test_a_fault_is_logged_once_and_whole(ada: Person, fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    with fault("strongroom.uploads.actions.add_file", ZeroDivisionError("a secret of the inside")):
        send(NEXT, ada.basic)

    assert [record.exc_info is not None for record in caplog.records if record.levelname == "ERROR"] == [True]


# Other doors beside it -----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_the_door_takes_posts_only(method: str, ada: Person, index_settings: Settings) -> None:
    before = everything(index_settings)

    answer = post(WHOLE, ada.basic, method=method)

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert method == "HEAD" or "This address takes uploads" in answer.content.decode()
    assert everything(index_settings) == before


def test_the_door_without_a_slash_leads_to_the_door_and_keeps_the_method(ada: Person) -> None:
    answer = post(WHOLE, ada.basic, path="/legacy")

    assert (answer.status_code, answer["Location"]) == (308, "/legacy/")
    assert not Release.objects.filter(version="2.0").exists()


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/legacy/ham/1.0/", "/project/ham/"),
        ("/legacy/Ham.Spam/1.0/", "/project/ham-spam/"),
        ("/legacy/ham/", "/project/ham/"),
    ],
)
def test_the_address_that_hatch_and_poetry_show_leads_to_the_project(path: str, leads_to: str) -> None:
    answer = Client().get(path)

    assert (answer.status_code, answer["Location"]) == (302, leads_to)


def test_the_door_needs_no_cookie_and_sets_none(ada: Person) -> None:
    assert not send(NEXT, ada.basic).cookies


def test_a_file_is_made_durable_before_the_transaction_that_others_wait_for(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    depths: list[int] = []
    settle = Spool.settle

    def watched(spool: Spool) -> None:
        depths.append(len(connection.savepoint_ids))
        settle(spool)

    monkeypatch.setattr(Spool, "settle", watched)
    outside = len(connection.savepoint_ids)
    assert send(wheel_upload("ham", "3.0"), ada.basic).status_code == 200

    assert depths == [outside, outside + 1]
