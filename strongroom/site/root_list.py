"""Publishing a long list of all projects in a process of its own: ``python -m strongroom.site.root_list``.

Half a million names take a second of processor time and a few hundred MiB; whoever serves has neither to spare.
"""

from __future__ import annotations

import os
import sys
from subprocess import run

LEAST_WEIGHT = 19
"""The system's words for: when nobody else wants the processor."""


def publish_root_apart() -> None:
    """Publish the list in a child process that gives way to everybody else.

    Raises subprocess.CalledProcessError when it failed; what it said of that is on standard error.
    """
    run([sys.executable, "-m", __name__], check=True)


def main() -> None:
    """The child: what the keeper does for short lists."""
    os.nice(LEAST_WEIGHT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "strongroom.site.settings")
    import django

    django.setup()
    from django.conf import settings

    from strongroom.projects.publishing import publish_root_pages, tree_at

    publish_root_pages(tree_at(settings.STRONGROOM.pages_folder))


if __name__ == "__main__":
    main()
