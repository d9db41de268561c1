"""Pictures that the index draws itself: the QR code that an authenticator app scans."""

from __future__ import annotations

from html import escape
from itertools import groupby

import segno

QUIET_ZONE = 4
"""Modules of white on each side (ISO/IEC 18004, 6.3.8): without them some phones do not see the code."""


def draw_qr(text: str, *, label: str) -> str:
    """A QR code of level M as SVG for a page; ``label`` says in words what it is.

    Black on white whatever the colours of the page, for many phones do not read the inverse. It has no size of its
    own, which is for the style sheet to set, and no style attribute, which the page's policy would not let through.
    """
    rows = [
        list(row) for row in segno.make_qr(text, error="m", boost_error=False).matrix_iter(scale=1, border=QUIET_ZONE)
    ]
    side = len(rows)
    runs = "".join(f"M{start} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for start, length in _runs(row))
    return (
        f'<svg viewBox="0 0 {side} {side}" role="img" aria-label="{escape(label)}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path fill="#000" d="{runs}"/></svg>'
    )


def _runs(row: list[int]) -> list[tuple[int, int]]:
    """Where dark modules begin, and how many stand side by side."""
    runs, start = [], 0
    for dark, modules in groupby(row):
        length = len(list(modules))
        if dark:
            runs.append((start, length))
        start += length
    return runs
