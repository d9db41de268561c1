"""Descriptions as visitors read them: made by a child that may be stopped, and safe whatever was written."""

from __future__ import annotations

import re
import time

import pytest

from strongroom.gear import readmes
from strongroom.gear.cleaning import clean
from strongroom.gear.readmes import must_render, render
from tests.site.html_check import errors_of_fragment

RST = "text/x-rst"
GOOD = "Demo\n====\n\nWhat *it* is: `a link <https://example.org>`_.\n\n.. code:: python\n\n   print()\n"
BROKEN = "Demo\n==\n\n:unknown:`role`\n"
MARKDOWN = "text/markdown"
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
    assert render(description, RST) is not None


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
    assert render(description, RST) is None


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "text/markdown", "text/markdown; variant=GFM"])
def test_anything_but_restructured_text_always_renders(content_type: str | None) -> None:
    assert not must_render(content_type)
    assert "role" in (render(BROKEN, content_type) or "")


@pytest.mark.parametrize("content_type", ["text/x-rst; charset=UTF-8", "TEXT/X-RST", " text/x-rst "])
def test_restructured_text_is_recognised_however_its_type_is_written(content_type: str) -> None:
    assert must_render(content_type)
    assert render(BROKEN, content_type) is None


def test_a_description_that_burns_processor_time_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readmes, "CPU_SECONDS", 1)
    before = time.monotonic()
    assert render(SLOW, RST) is None
    assert time.monotonic() - before < readmes.WALL_SECONDS / 2


def test_a_description_that_merely_waits_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readmes, "_CHILD", "import time; time.sleep(60)")
    monkeypatch.setattr(readmes, "WALL_SECONDS", 0.5)
    assert render(GOOD, RST) is None


def test_a_description_that_eats_memory_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    hungry = readmes._CHILD.replace("from strongroom", "x = bytearray(1024 ** 3)\nfrom strongroom")
    assert hungry != readmes._CHILD
    monkeypatch.setattr(readmes, "_CHILD", hungry)
    assert render(GOOD, RST) is None


def test_the_child_reads_nothing_of_the_callers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    monkeypatch.setattr(readmes, "_CHILD", "import sys; sys.exit('/nowhere' in sys.path)")
    assert render(GOOD, RST) is not None


def test_markdown_that_burns_processor_time_is_shown_as_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readmes, "_CHILD", "while True: pass")
    monkeypatch.setattr(readmes, "WALL_SECONDS", 0.5)
    assert render("# <b>Ham</b>", MARKDOWN) == "<pre># &lt;b&gt;Ham&lt;/b&gt;</pre>"


def test_what_becomes_too_large_is_shown_as_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readmes, "MOST_BYTES", 20)
    assert render("*ham* and *eggs*", MARKDOWN) == "<pre>*ham* and *eggs*</pre>"


def test_plain_text_is_shown_as_it_was_written() -> None:
    assert render("<b>\n  ham & *eggs*\x00\x07", "text/plain") == "<pre>&lt;b&gt;\n  ham &amp; *eggs*</pre>"


def test_a_description_without_a_type_is_tried_as_restructured_text() -> None:
    assert "<em>it</em>" in (render(GOOD, None) or "")


def test_commonmark_is_not_read_as_gfm() -> None:
    table = "| a |\n|---|\n| b |\n"
    assert "<table>" in (render(table, MARKDOWN) or "")
    assert "<table>" in (render(table, "text/markdown; variant=GFM") or "")
    assert "<table>" in (render(table, "text/markdown; variant=unheard-of") or "")
    assert "<table>" not in (render(table, "text/markdown; charset=UTF-8; variant=CommonMark") or "")


RICH = """# Ham

### Deep

> [!CAUTION]
> Sharp knives.

- [x] sliced
- [ ] eaten

| what | how many |
|------|---------:|
| ham  | 1        |

A note[^1], [up](#ham), [beside](docs/more.md), ![slices](https://example.org/slices.png),
[![build](https://example.org/build.svg)](https://example.org/ci).

[^1]: Said here.

```python
def slice(ham):  # thinly
    return [ham, "half", 2]
```

## Again

<details><summary>More</summary>text</details>
"""


def test_markdown_becomes_what_our_pages_have() -> None:
    shown = render(RICH, MARKDOWN) or ""

    assert '<h3 id="d-ham">Ham</h3>' in shown
    assert '<h4 id="d-deep">Deep</h4>' in shown
    assert '<h4 id="d-again">Again</h4>' in shown
    assert '<div class="alert warn">' in shown
    assert "\N{BALLOT BOX WITH CHECK}  sliced" in shown
    assert '<div class="scrolls" tabindex="0"><table>' in shown
    assert '<th scope="col">what</th>' in shown
    assert '<td class="to-right">1</td>' in shown
    assert '<a href="#d-ham" rel="nofollow noopener">up</a>' in shown
    assert '<a href="#d-fn-1" rel="nofollow noopener">1</a>' in shown
    assert 'id="d-fn-1"' in shown
    assert "beside" in shown
    assert "docs/more.md" not in shown
    assert '<span class="hl-word">def</span> <span class="hl-name">slice</span>' in shown
    assert "<details><summary>More</summary>text</details>" in shown
    assert not errors_of_fragment(shown)


def test_an_image_is_a_link_to_itself_and_nothing_is_loaded() -> None:
    shown = render(RICH, MARKDOWN) or ""

    assert '<a class="picture" href="https://example.org/slices.png" rel="nofollow noopener">slices</a>' in shown
    assert '<a href="https://example.org/ci" rel="nofollow noopener"><span class="picture">build</span></a>' in shown
    assert "<img" not in shown
    nameless = render("![](https://example.org/a%20b.png) ![](beside.png) ![words](data:image/png;base64,AA)", MARKDOWN)
    assert ">a b.png</a>" in (nameless or "")
    assert "beside" not in (nameless or "")
    assert '<span class="picture">words</span>' in (nameless or "")


def test_restructured_text_becomes_what_our_pages_have() -> None:
    text = (
        "Ham\n===\n\nSub\n---\n\n.. warning:: Sharp.\n\n.. image:: https://example.org/ham.png\n\n"
        "A note [1]_, `Sub`_.\n\n.. [1] Said here.\n\n.. code-block:: python\n\n   def f(): return 1\n\n"
        ".. list-table::\n   :header-rows: 1\n\n   * - a\n   * - b\n\n:field: value\n"
    )

    shown = render(text, RST) or ""

    assert "<h3>Ham</h3>" in shown
    assert "<h4>Sub</h4>" in shown
    assert 'id="d-sub"' in shown
    assert 'href="#d-sub"' in shown
    assert '<div class="alert warn">' in shown
    assert ">ham.png</a>" in shown
    assert '<span class="hl-word">def</span>' in shown
    assert "<dt>field:</dt>" in shown
    assert not errors_of_fragment(shown)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](//evil.example/)",
        "<a href='java&#115;cript:alert(1)'>x</a>",
        "<iframe src='https://evil.example/'></iframe>",
        "<form action='/account/close/'><button>x</button><input name=q></form>",
        "<style>*{display:none}</style>",
        "<p style='position:fixed'>x</p>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<base href='https://evil.example/'>",
        "<meta http-equiv=refresh content='0;https://evil.example/'>",
        "</div></main></body><h1>Sign in</h1>",
        "<p id=content class='alert bad brand skip'>x</p>",
        "<a href='https://x.example/'><a href='https://y.example/'>x</a></a>",
        "<!-- --><script>alert(1)</script> -->",
        "`</code></pre><script>alert(1)</script>`",
        "<details open ontoggle=alert(1)>x</details>",
        "<div tabindex=5 onclick=x autofocus contenteditable>x</div>",
        "<link rel=stylesheet href=https://evil.example/x.css>",
        "<video src=https://evil.example/x autoplay></video>",
        "<div>" * 3000,
        "> " * 3000 + "x",
        "[" * 20_000,
    ],
)
@pytest.mark.parametrize("kind", ["text/markdown", "text/markdown; variant=CommonMark", None])
def test_nothing_hostile_gets_into_a_page(hostile: str, kind: str | None) -> None:
    shown = (render(hostile, kind) or "").lower()

    for tag in ("<script", "<img", "<iframe", "<form", "<input", "<button", "<style", "<svg", "<h1", "<base", "<meta"):
        assert tag not in shown
    tags = re.findall(r"<[a-z][^>]*>", shown)
    for tag in tags:
        assert not re.search(r"[\s\"'](?:on\w+|style|srcset|src|name|contenteditable|autofocus|action)=", tag), tag
        assert "javascript:" not in tag
        assert "data:" not in tag
        assert 'href="//' not in tag
        assert 'id="content"' not in tag
        assert "brand" not in tag
        assert 'tabindex="5"' not in tag
    assert not errors_of_fragment(shown)


def test_ids_are_given_once_and_links_lead_only_to_those_that_are_there() -> None:
    shown = clean('<p id="a">x</p><p id="a">y</p><a href="#a">to a</a><a href="#b">to b</a><a href="#content">out</a>')

    assert shown.count('id="d-a"') == 1
    assert '<a href="#d-a" rel="nofollow noopener">to a</a>' in shown
    assert "#d-b" not in shown
    assert "content" not in shown


def test_headings_stand_below_those_of_the_page_and_skip_no_level() -> None:
    shown = clean("<h4>a</h4><h6>b</h6><h6>c</h6><h2>d</h2><h3>e</h3><h1>f</h1>")

    assert re.findall(r"<(h\d)>", shown) == ["h3", "h4", "h4", "h3", "h4", "h3"]


def test_links_that_nobody_can_read_are_none() -> None:
    shown = clean('<h1>Ham<a href="https://example.org/"> </a></h1><p><a href="https://example.org/">ham</a></p>')

    assert shown.count("<a ") == 1
