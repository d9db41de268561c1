"""Wheels made on the spot, valid to the last hash: of any size, and variants of real files."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import zipfile
from collections.abc import Iterable
from pathlib import Path

CHUNK = 1024 * 1024


def make_wheel(
    folder: Path,
    name: str,
    version: str,
    *,
    requires_python: str = "",
    requires: Iterable[str] = (),
    payload_bytes: int = 0,
) -> Path:
    """A valid pure wheel of one module, with ``payload_bytes`` of data that does not compress."""
    stem = f"{name.replace('-', '_')}-{version}"
    module = name.replace("-", "_")
    metadata = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\nSummary: Made for a journey\n"
    metadata += f"Requires-Python: {requires_python}\n" if requires_python else ""
    metadata += "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    texts = {
        f"{module}/__init__.py": f'__version__ = "{version}"\n',
        f"{stem}.dist-info/METADATA": metadata,
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: journey\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        record = [_record(member, text.encode()) for member, text in texts.items()]
        for member, text in texts.items():
            archive.writestr(member, text)
        if payload_bytes:
            record.append(_write_payload(archive, f"{module}/payload.bin", payload_bytes))
        record.append(f"{stem}.dist-info/RECORD,,")
        archive.writestr(f"{stem}.dist-info/RECORD", "\n".join(record) + "\n")
    return path


def with_other_bytes(path: Path, folder: Path) -> Path:
    """A file of the same name and contents whose bytes differ: only the clock in it is another."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / path.name
    if path.suffix == ".whl":
        _copy_wheel_with_another_clock(path, copy)
    else:
        copy.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), mtime=315532800))
    assert copy.read_bytes() != path.read_bytes()
    return copy


def _copy_wheel_with_another_clock(path: Path, copy: Path) -> None:
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            dated = zipfile.ZipInfo(member.filename, date_time=(2001, 2, 3, 4, 5, 6))
            dated.external_attr = member.external_attr
            dated.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(dated, source.read(member))


def _write_payload(archive: zipfile.ZipFile, member: str, size: int) -> str:
    """Write ``size`` bytes of noise, a chunk at a time, and return their line of RECORD."""
    noise = os.urandom(CHUNK)
    digest = hashlib.sha256()
    with archive.open(zipfile.ZipInfo(member), "w") as stream:
        left = size
        while left:
            chunk = noise[:left]
            stream.write(chunk)
            digest.update(chunk)
            left -= len(chunk)
    return f"{member},sha256={_urlsafe(digest.digest())},{size}"


def _record(member: str, body: bytes) -> str:
    return f"{member},sha256={_urlsafe(hashlib.sha256(body).digest())},{len(body)}"


def _urlsafe(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
