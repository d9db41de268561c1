"""Descriptions as visitors read them: safe HTML, made by a child process with limits on its time and memory.

reStructuredText can take minutes of processor time or all of memory when it is written to, and Markdown has had
such holes; the child is killed, the index goes on (spec/threats 4.4). Plain text is only escaped, which takes no child.
What the child lets through, and what it makes of it, stands in gear/cleaning.py.
"""

from __future__ import annotations

import html
import re
import subprocess
import sys
from email.message import Message

EDITION = 1
"""Of what is made here and in gear/cleaning.py: raised when the same text is to come out otherwise."""

CPU_SECONDS = 5
WALL_SECONDS = 20
MEMORY_BYTES = 512 * 1024 * 1024
MOST_BYTES = 1024 * 1024
"""Of HTML; what comes out longer, as code with a colour for every sign may, is shown as plain text."""

_CHILD = """
import resource, sys
seconds, size, kind, variant = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_AS, (size, size))
from strongroom.gear.cleaning import clean
text = sys.stdin.buffer.read().decode()
if kind == "text/markdown":
    from readme_renderer import markdown
    made = markdown.render(text, variant=variant)
else:
    from readme_renderer import rst
    made = rst.render(text)
if made is None:
    sys.exit(1)
sys.stdout.buffer.write(clean(made).encode())
"""

MARKDOWN, RESTRUCTURED_TEXT, PLAIN = "text/markdown", "text/x-rst", "text/plain"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_VARIANTS = {"gfm": "GFM", "commonmark": "CommonMark"}


def must_render(content_type: str | None) -> bool:
    """Whether a description of this type is refused when it does not render.

    Core Metadata says that a description without a type is tried as reStructuredText and else shown as plain
    text, so only one that says ``text/x-rst`` can fail.
    """
    return _kind(content_type) == RESTRUCTURED_TEXT


def render(description: str, content_type: str | None) -> str | None:
    """The description as safe HTML; nothing when it says that it is reStructuredText and does not render."""
    if not description.strip():
        return ""
    kind = _kind(content_type)
    made = None if kind == PLAIN else _ask_child(description, kind or RESTRUCTURED_TEXT, _variant(content_type))
    if made is None and kind == RESTRUCTURED_TEXT:
        return None
    if made is None or len(made) > MOST_BYTES:
        return render_plain(description)
    return made.decode()


def render_plain(description: str) -> str:
    """The description with its lines as they are."""
    return f"<pre>{html.escape(_shown(description))}</pre>"


def _ask_child(description: str, kind: str, variant: str) -> bytes | None:
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-c", _CHILD, str(CPU_SECONDS), str(MEMORY_BYTES), kind, variant],
            input=_shown(description).encode(),
            capture_output=True,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return child.stdout if child.returncode == 0 else None


def _kind(content_type: str | None) -> str:
    """The type without its parameters; a type that is not known is plain text, none at all stays empty."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return kind if kind in {"", MARKDOWN, RESTRUCTURED_TEXT} else PLAIN


def _variant(content_type: str | None) -> str:
    # Core metadata: without a variant, and with one that is not known, it is GFM.
    header = Message()
    header["Content-Type"] = content_type or PLAIN
    said = header.get_param("variant")
    return _VARIANTS.get(said.lower() if isinstance(said, str) else "", "GFM")


def _shown(text: str) -> str:
    # Control characters have no place in HTML, and a lone surrogate none in UTF-8.
    return _CONTROL.sub("", text).encode("utf-8", "replace").decode()
