"""Zstandard as whoever reads a page unpacks it."""

from __future__ import annotations

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def zstd_decompress(body: bytes) -> bytes:
    return zstd.decompress(body)
