"""What a crash leaves behind: nothing half-published; and a very large upload leaves memory flat."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import NewIndex
from tests.journeys.made_wheels import make_wheel
from tests.journeys.raw_uploads import Answer, Door, RawUpload
from tests.journeys.server import Index

# One index serves the module: its tests stay together when tests run side by side.
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("crash")]

MIB = 1024 * 1024
LARGE = 48 * MIB
VERY_LARGE = 1024 * MIB
ABOVE_IDLE_KIB = 64 * 1024

Cut = Callable[[RawUpload], None]


def _after_the_form(upload: RawUpload) -> None:
    """Only the form fields have been sent."""
    upload.begin()


def _in_the_middle(upload: RawUpload) -> None:
    """Half of the file has been sent."""
    upload.begin()
    chunks = list(upload.chunks())
    for chunk in chunks[: len(chunks) // 2]:
        upload.connection.send(chunk)


def _before_the_end(upload: RawUpload) -> None:
    """All of the file has been sent, the end of the form has not."""
    upload.begin()
    for chunk in upload.chunks():
        upload.connection.send(chunk)


def _while_it_is_checked(upload: RawUpload, *, seconds: float) -> None:
    """Everything has been sent, and the index works on it."""
    _before_the_end(upload)
    upload.send_tail()
    time.sleep(seconds)


MOMENTS: dict[str, Cut] = {
    "after the form": _after_the_form,
    "in the middle": _in_the_middle,
    "before the end": _before_the_end,
    "at the end": lambda upload: _while_it_is_checked(upload, seconds=0),
    "20 ms after the end": lambda upload: _while_it_is_checked(upload, seconds=0.02),
    "60 ms after the end": lambda upload: _while_it_is_checked(upload, seconds=0.06),
    "150 ms after the end": lambda upload: _while_it_is_checked(upload, seconds=0.15),
    "400 ms after the end": lambda upload: _while_it_is_checked(upload, seconds=0.4),
}


@pytest.mark.slow
def test_a_server_killed_during_an_upload_leaves_it_published_or_not_at_all(
    new_index: NewIndex, tmp_path: Path
) -> None:
    index = new_index()
    index.start()
    index.add_account("ada")
    token = index.add_token("ada")

    for number, (moment, send_until) in enumerate(MOMENTS.items()):
        made = make_wheel(tmp_path, "cut-short", f"1.{number}", payload_bytes=LARGE)
        cut = RawUpload(Door(index.port, token), made)
        send_until(cut)
        index.kill()
        cut.connection.close()
        index.start()

        _require_whole_or_absent(index, made, moment)
        again = RawUpload(Door(index.port, token), made).send()
        assert again.status == 200, f"{moment}: {again}"
        assert _is_listed(index, made), moment
        assert index.shelved(made.name) == [made.read_bytes()], moment
        assert index.leftovers() == [], moment
        made.unlink()


def test_a_client_that_goes_away_during_an_upload_leaves_nothing(new_index: NewIndex, tmp_path: Path) -> None:
    index = new_index()
    index.start()
    index.add_account("ada")
    token = index.add_token("ada")
    made = make_wheel(tmp_path, "gone-away", "1.0", payload_bytes=LARGE)
    upload = RawUpload(Door(index.port, token), made)

    _in_the_middle(upload)
    upload.connection.close()

    until = time.monotonic() + 20
    while index.leftovers() and time.monotonic() < until:
        time.sleep(0.1)
    assert index.leftovers() == []
    assert not _is_listed(index, made)
    assert RawUpload(Door(index.port, token), made).send().status == 200


@pytest.mark.slow
def test_an_upload_of_one_gibibyte_holds_memory_flat(new_index: NewIndex, tmp_path: Path) -> None:
    index = new_index(STRONGROOM_MAX_FILE_BYTES=str(2 * VERY_LARGE))
    index.start()
    index.add_account("ada")
    token = index.add_token("ada")
    warm = make_wheel(tmp_path, "warms-up", "1.0", payload_bytes=MIB)
    assert RawUpload(Door(index.port, token), warm).send() == Answer(status=200, text="")
    idle = _peak_kib(index)
    made = make_wheel(tmp_path, "very-large", "1.0", payload_bytes=VERY_LARGE)

    answer = RawUpload(Door(index.port, token), made).send()

    assert answer.status == 200, answer
    assert _is_listed(index, made)
    assert [path.stat().st_size for path in index.data.rglob(made.name)] == [made.stat().st_size]
    assert _peak_kib(index) - idle < ABOVE_IDLE_KIB
    made.unlink()


def _require_whole_or_absent(index: Index, made: Path, moment: str) -> None:
    """After a restart the file is on its shelf and its page, or on neither, and nothing lies about."""
    assert index.leftovers() == [], moment
    if _is_listed(index, made):
        assert index.shelved(made.name) == [made.read_bytes()], moment
    else:
        assert index.shelved(made.name) == [], moment
        assert index.shelved(f"{made.name}.metadata") == [], moment


def _is_listed(index: Index, made: Path) -> bool:
    """Whether the project's page offers the file."""
    connection = http.client.HTTPConnection("127.0.0.1", index.port, timeout=30)
    try:
        project = made.name.partition("-")[0].replace("_", "-")
        connection.request(
            "GET", f"/simple/{project}/", headers={"Host": f"localhost:{index.port}", "Accept": "text/html"}
        )
        response = connection.getresponse()
        assert response.status in {200, 404}
        return made.name.encode() in response.read()
    finally:
        connection.close()


def _peak_kib(index: Index) -> int:
    """The highest resident memory so far of the index's processes, added up."""
    return sum(_status_kib(pid) for pid in index.processes())


def _status_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(line.split()[1])
