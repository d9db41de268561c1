"""Whether a description renders, asked of a child that may be stopped."""

from __future__ import annotations

import time

import pytest

from strongroom.gear import readmes
from strongroom.gear.readmes import renders

RST = "text/x-rst"
GOOD = "Demo\n====\n\nWhat *it* is: `a link <https://example.org>`_.\n\n.. code:: python\n\n   print()\n"
BROKEN = "Demo\n==\n\n:unknown:`role`\n"
SLOW = ".. code:: python\n\n" + "   a=1+b*c(d)\n" * 15_000
"""It renders, in several seconds."""


@pytest.mark.parametrize(
    "description",
    [
        pytest.param(GOOD, id="headings, links and code"),
        pytest.param("", id="nothing"),
        pytest.param("Just a sentence, with an ä.", id="a sentence"),
        pytest.param("<script>alert(1)</script>", id="markup, which is shown as text"),
        pytest.param("`x <javascript:alert(1)>`_", id="a link to a script, which is left out"),
    ],
)
def test_sound_restructured_text_renders(description: str) -> None:
    assert renders(description, RST)


@pytest.mark.parametrize(
    "description",
    [
        pytest.param(BROKEN, id="an unknown role"),
        pytest.param("*open", id="emphasis that never ends"),
        pytest.param(".. unknown::\n", id="an unknown directive"),
        pytest.param(".. include:: /etc/passwd\n", id="a file of the index included"),
        pytest.param(".. raw:: html\n\n   <script>alert(1)</script>\n", id="raw HTML"),
        pytest.param(".. raw:: html\n   :file: /etc/passwd\n", id="a file as raw HTML"),
        pytest.param(".. csv-table::\n   :file: /etc/passwd\n", id="a file as a table"),
        pytest.param(".. csv-table::\n   :url: http://127.0.0.1/\n", id="an address as a table"),
    ],
)
def test_restructured_text_that_is_broken_or_reaches_out_does_not_render(description: str) -> None:
    assert not renders(description, RST)


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "text/markdown", "text/markdown; variant=GFM"])
def test_anything_but_restructured_text_always_renders(content_type: str | None) -> None:
    assert renders(BROKEN, content_type)


@pytest.mark.parametrize("content_type", ["text/x-rst; charset=UTF-8", "TEXT/X-RST", " text/x-rst "])
def test_restructured_text_is_recognised_however_its_type_is_written(content_type: str) -> None:
    assert not renders(BROKEN, content_type)


def test_a_description_that_burns_processor_time_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readmes, "CPU_SECONDS", 1)
    before = time.monotonic()
    assert not renders(SLOW, RST)
    assert time.monotonic() - before < readmes.WALL_SECONDS / 2


def test_a_description_that_merely_waits_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readmes, "_CHILD", "import time; time.sleep(60)")
    monkeypatch.setattr(readmes, "WALL_SECONDS", 0.5)
    assert not renders(GOOD, RST)


def test_a_description_that_eats_memory_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    hungry = readmes._CHILD.replace("from readme_renderer", "x = bytearray(1024 ** 3)\nfrom readme_renderer")
    assert hungry != readmes._CHILD
    monkeypatch.setattr(readmes, "_CHILD", hungry)
    assert not renders(GOOD, RST)


def test_the_child_reads_nothing_of_the_callers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    monkeypatch.setattr(readmes, "_CHILD", "import sys; sys.exit('/nowhere' in sys.path)")
    assert renders(GOOD, RST)
