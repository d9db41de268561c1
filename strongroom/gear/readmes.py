"""Whether a description renders, asked of a child process with a limit on its processor time.

reStructuredText can take minutes of processor time or all of memory when it is written to; the child
is killed, the index goes on. Markdown and plain text always render (spec/threats 4.4).
"""

from __future__ import annotations

import subprocess
import sys

CPU_SECONDS = 5
WALL_SECONDS = 20
MEMORY_BYTES = 512 * 1024 * 1024

_CHILD = """
import resource, sys
seconds, size = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_AS, (size, size))
from readme_renderer import rst
text = sys.stdin.buffer.read().decode()
sys.exit(rst.render(text) is None)
"""


def renders(description: str, content_type: str | None) -> bool:
    """Whether the description can be shown as the type it says it has.

    Core Metadata says that a description without a type is tried as reStructuredText and else shown as plain
    text, so only one that says ``text/x-rst`` can fail.
    """
    if not description.strip() or (content_type or "").split(";")[0].strip().lower() != "text/x-rst":
        return True
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-c", _CHILD, str(CPU_SECONDS), str(MEMORY_BYTES)],
            input=description.encode(),
            capture_output=True,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return child.returncode == 0
