"""Archives composed by hand, header by header, so that a test can change exactly one property.

``build_wheel`` and ``build_sdist`` give valid files; ``Entry`` with ``zip_bytes`` and
``TarEntry`` with ``tar_bytes`` give everything else. Nothing here uses zipfile or tarfile.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

STORED, DEFLATED = 0, 8
U16, U32 = 0xFFFF, 0xFFFFFFFF


# Valid files ---------------------------------------------------------------------------------


def build_wheel(
    name: str,
    version: str,
    *,
    metadata: str | None = None,
    files: Mapping[str, bytes] | None = None,
    tag: str = "py3-none-any",
    requires_python: str | None = None,
    summary: str = "A project of the tests",
    extra_headers: Iterable[str] = (),
) -> tuple[str, bytes]:
    """A valid wheel: its filename and its bytes. ``extra_headers`` are whole lines of METADATA."""
    parts = wheel_parts(
        name,
        version,
        metadata=metadata
        or metadata_text(name, version, summary=summary, requires_python=requires_python, extra_headers=extra_headers),
        files=files,
        tag=tag,
    )
    return f"{escaped(name)}-{version}-{tag}.whl", zip_bytes(wheel_entries(parts))


def build_sdist(
    name: str,
    version: str,
    *,
    metadata: str | None = None,
    files: Mapping[str, bytes] | None = None,
    requires_python: str | None = None,
    summary: str = "A project of the tests",
    extra_headers: Iterable[str] = (),
) -> tuple[str, bytes]:
    """A valid source distribution: its filename and its bytes. ``files`` are relative to the top directory."""
    stem = f"{escaped(name)}-{version}"
    parts = sdist_parts(
        stem,
        metadata=metadata
        or metadata_text(name, version, summary=summary, requires_python=requires_python, extra_headers=extra_headers),
        files=files if files is not None else {f"{escaped(name)}/__init__.py": b""},
    )
    return f"{stem}.tar.gz", gzip_bytes(tar_bytes([TarEntry(path, data) for path, data in parts.items()]))


def escaped(name: str) -> str:
    """The name as file names spell it."""
    return re.sub(r"[-_.]+", "_", name).lower()


def metadata_text(
    name: str,
    version: str,
    *,
    summary: str = "A project of the tests",
    requires_python: str | None = None,
    extra_headers: Iterable[str] = (),
) -> str:
    """METADATA or PKG-INFO of Metadata-Version 2.4."""
    lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", f"Summary: {summary}"]
    if requires_python is not None:
        lines.append(f"Requires-Python: {requires_python}")
    return "\n".join([*lines, *extra_headers]) + "\n"


def wheel_parts(
    name: str,
    version: str,
    *,
    metadata: str | None = None,
    files: Mapping[str, bytes] | None = None,
    tag: str = "py3-none-any",
) -> dict[str, bytes]:
    """The members of a valid wheel, path to bytes, RECORD not yet among them."""
    info = f"{escaped(name)}-{version}.dist-info"
    pythons, abis, platforms = tag.split("-")[-3:]
    tags = [f"{p}-{a}-{f}" for p in pythons.split(".") for a in abis.split(".") for f in platforms.split(".")]
    pure = "true" if tag.endswith("-none-any") else "false"
    wheel = f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: {pure}\n" + "".join(f"Tag: {t}\n" for t in tags)
    content = files if files is not None else {f"{escaped(name)}/__init__.py": b""}
    return {
        **content,
        f"{info}/METADATA": (metadata or metadata_text(name, version)).encode(),
        f"{info}/WHEEL": wheel.encode(),
    }


def sdist_parts(stem: str, *, metadata: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The members of a valid source distribution, path to bytes."""
    top = {"PKG-INFO": metadata.encode(), "pyproject.toml": b'[build-system]\nrequires = ["flit_core"]\n'}
    return {f"{stem}/{path}": data for path, data in {**top, **files}.items()}


def record_line(path: str, data: bytes) -> str:
    """One row of RECORD."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    cell = f'"{path}"' if "," in path else path
    return f"{cell},sha256={digest},{len(data)}\n"


def record_text(parts: Mapping[str, bytes], record: str) -> str:
    """A RECORD that lists every part and itself."""
    return "".join(record_line(path, data) for path, data in parts.items()) + f"{record},,\n"


def dist_info(parts: Mapping[str, bytes]) -> str:
    """The top-level dist-info directory among a wheel's members."""
    tops = (path.partition("/")[0] for path in parts if "/" in path)
    return next(top for top in tops if top.endswith(".dist-info"))


def wheel_entries(parts: Mapping[str, bytes], record: str | None = None) -> list[Entry]:
    """A wheel's members as zip entries, with RECORD last."""
    path = f"{dist_info(parts)}/RECORD"
    text = record if record is not None else record_text(parts, path)
    return [Entry(name, data) for name, data in {**parts, path: text.encode()}.items()]


# Zip -----------------------------------------------------------------------------------------

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
EOCD = struct.Struct("<4s4H2IH")
EOCD64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR = struct.Struct("<4sIQI")


@dataclass(frozen=True)
class Entry:
    """One zip member. ``local`` and ``central`` change single fields of either header after it is right."""

    name: str | bytes
    data: bytes = b""
    method: int = DEFLATED
    raw: bytes | None = None
    """The stream as it lies in the file, when it is not what ``data`` and ``method`` make of it."""
    external: int = 0o100644 << 16
    system: int = 3
    comment: bytes = b""
    tail: bytes = b""
    """Bytes behind the stream that no header counts."""
    zip64: bool = False
    local: Mapping[str, int | bytes] = field(default_factory=dict)
    central: Mapping[str, int | bytes] = field(default_factory=dict)

    @property
    def encoded(self) -> bytes:
        return self.name if isinstance(self.name, bytes) else self.name.encode()

    @property
    def stream(self) -> bytes:
        if self.raw is not None:
            return self.raw
        return deflated(self.data) if self.method == DEFLATED else self.data

    def fields(self) -> dict[str, int | bytes]:
        """What both headers say when nothing is changed."""
        return {
            "version": 45 if self.zip64 else 20,
            "flags": 0 if self.encoded.isascii() else 0x800,
            "method": self.method,
            "time": 0,
            "date": 33,
            "crc": zlib.crc32(self.data),
            "compressed": U32 if self.zip64 else len(self.stream),
            "size": U32 if self.zip64 else len(self.data),
            "name": self.encoded,
            "extra": extra(1, struct.pack("<2Q", len(self.data), len(self.stream))) if self.zip64 else b"",
        }


def deflated(data: bytes) -> bytes:
    """A raw deflate stream."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def extra(header: int, payload: bytes) -> bytes:
    """One extra field."""
    return struct.pack("<2H", header, len(payload)) + payload


def local_record(entry: Entry) -> bytes:
    """Local header, stream, and whatever trails it."""
    f = {**entry.fields(), "signature": b"PK\x03\x04", **entry.local}
    name, more = f["name"], f["extra"]
    assert isinstance(name, bytes)
    assert isinstance(more, bytes)
    order = ("signature", "version", "flags", "method", "time", "date", "crc", "compressed", "size")
    head = LOCAL.pack(*(f[key] for key in order), len(name), len(more))
    return head + name + more + entry.stream + entry.tail


def central_record(entry: Entry, offset: int) -> bytes:
    """The central directory's record of an entry whose local header is at ``offset``."""
    f = {
        "signature": b"PK\x01\x02",
        "made": entry.system << 8 | 20,
        **entry.fields(),
        "comment": entry.comment,
        "disk": 0,
        "internal": 0,
        "external": entry.external,
        "offset": offset,
        **entry.central,
    }
    name, more, comment = f["name"], f["extra"], f["comment"]
    assert isinstance(name, bytes)
    assert isinstance(more, bytes)
    assert isinstance(comment, bytes)
    order = ("signature", "made", "version", "flags", "method", "time", "date", "crc", "compressed", "size")
    head = [f[key] for key in order]
    lengths = [len(name), len(more), len(comment)]
    return CENTRAL.pack(*head, *lengths, f["disk"], f["internal"], f["external"], f["offset"]) + name + more + comment


@dataclass(frozen=True)
class Framing:
    """What lies around the entries; ``end``, ``end64`` and ``locator`` change single fields."""

    prefix: bytes = b""
    before_directory: bytes = b""
    before_end: bytes = b""
    comment: bytes = b""
    suffix: bytes = b""
    zip64: bool = False
    extensible: bytes = b""
    end: Mapping[str, int] = field(default_factory=dict)
    end64: Mapping[str, int] = field(default_factory=dict)
    locator: Mapping[str, int] = field(default_factory=dict)


def zip_bytes(
    entries: Sequence[Entry], framing: Framing | None = None, *, directory: Sequence[Entry] | None = None
) -> bytes:
    """A zip of ``entries``. ``directory``, when given, is what the central directory lists instead."""
    frame = framing or Framing()
    body = frame.prefix
    offsets: list[int] = []
    for entry in entries:
        offsets.append(len(body))
        body += local_record(entry)
    body += frame.before_directory
    by_name = {entry.encoded: offset for entry, offset in zip(entries, offsets, strict=True)}
    if directory is not None:
        offsets = [by_name.get(entry.encoded, 0) for entry in directory]
    listed = entries if directory is None else directory
    records = b"".join(central_record(entry, offset) for entry, offset in zip(listed, offsets, strict=True))
    start = len(body)
    body += records + frame.before_end
    return body + end_records(frame, len(listed), start=start, size=len(records), here=len(body)) + frame.suffix


def end_records(frame: Framing, count: int, *, size: int, start: int, here: int) -> bytes:
    """The end of the central directory, with its ZIP64 twin and locator when asked for."""
    plain: dict[str, int] = {"disk": 0, "start_disk": 0, "here": count, "count": count, "size": size, "offset": start}
    big = b""
    if frame.zip64:
        b = {**plain, "length": 44 + len(frame.extensible), "made": 45, "needed": 45, **frame.end64}
        order = ["length", "made", "needed", "disk", "start_disk", "here", "count", "size", "offset"]
        where = {"disk": 0, "offset": here, "disks": 1, **frame.locator}
        big = EOCD64.pack(b"PK\x06\x06", *(b[key] for key in order)) + frame.extensible
        big += LOCATOR.pack(b"PK\x06\x07", where["disk"], where["offset"], where["disks"])
        plain |= {"here": U16, "count": U16, "size": U32, "offset": U32}
    e = {**plain, "comment": len(frame.comment), **frame.end}
    order = ["disk", "start_disk", "here", "count", "size", "offset", "comment"]
    return big + EOCD.pack(b"PK\x05\x06", *(e[key] for key in order)) + frame.comment


# Tar -----------------------------------------------------------------------------------------

BLOCK = 512


@dataclass(frozen=True)
class TarEntry:
    """One tar member. ``fields`` changes single fields of the header, as raw bytes, before the checksum."""

    name: str | bytes
    data: bytes = b""
    type: bytes = b"0"
    mode: int = 0o644
    link: str | bytes = b""
    size: int | None = None
    checksum: bytes | None = None
    magic: bytes = b"ustar\x0000"
    fields: Mapping[str, bytes] = field(default_factory=dict)


# name, offset, width (POSIX.1-2017, pax, ustar header block)
TAR_FIELDS = {
    "name": (0, 100),
    "mode": (100, 8),
    "uid": (108, 8),
    "gid": (116, 8),
    "size": (124, 12),
    "mtime": (136, 12),
    "checksum": (148, 8),
    "type": (156, 1),
    "link": (157, 100),
    "magic": (257, 8),
    "devmajor": (329, 8),
    "devminor": (337, 8),
    "prefix": (345, 155),
}


def tar_member(entry: TarEntry) -> bytes:
    """Header block and padded content."""
    name = entry.name if isinstance(entry.name, bytes) else entry.name.encode()
    link = entry.link if isinstance(entry.link, bytes) else entry.link.encode()
    size = len(entry.data) if entry.size is None else entry.size
    values = {
        "name": name,
        "mode": b"%07o\0" % entry.mode,
        "uid": b"0000000\0",
        "gid": b"0000000\0",
        "size": b"%011o\0" % size,
        "mtime": b"00000000000\0",
        "checksum": b" " * 8,
        "type": entry.type,
        "link": link,
        "magic": entry.magic,
        "devmajor": b"",
        "devminor": b"",
        "prefix": b"",
        **entry.fields,
    }
    if len(values["name"]) > 100 and not entry.fields:
        return pax({"path": values["name"].decode()}) + tar_member(replace(entry, name=values["name"][:100]))
    block = bytearray(BLOCK)
    for key, (offset, width) in TAR_FIELDS.items():
        assert len(values[key]) <= width, key
        block[offset : offset + len(values[key])] = values[key]
    block[148:156] = entry.checksum if entry.checksum is not None else b"%06o\0 " % sum(block)
    return bytes(block) + padded(entry.data)


def padded(data: bytes) -> bytes:
    """Content up to the next block."""
    return data + bytes(-len(data) % BLOCK)


def pax(records: Mapping[str, str | bytes], type_: bytes = b"x") -> bytes:
    """A pax extended header (``g`` for a global one)."""
    body = b"".join(pax_record(key, value) for key, value in records.items())
    return tar_member(TarEntry("PaxHeader", body, type_))


def pax_record(key: str, value: str | bytes) -> bytes:
    """One ``length key=value`` line; the length counts itself."""
    rest = b" " + key.encode() + b"=" + (value if isinstance(value, bytes) else value.encode()) + b"\n"
    length = len(rest)
    while len(str(length)) + len(rest) != length:
        length = len(str(length)) + len(rest)
    return str(length).encode() + rest


def tar_bytes(members: Iterable[TarEntry | bytes], end: bytes = bytes(2 * BLOCK)) -> bytes:
    """A tar of members (raw bytes are taken as they are)."""
    return b"".join(m if isinstance(m, bytes) else tar_member(m) for m in members) + end


def gzip_bytes(data: bytes, *, crc: int | None = None, length: int | None = None, name: bytes = b"") -> bytes:
    """One gzip member (RFC 1952)."""
    head = b"\x1f\x8b\x08" + (b"\x08" if name else b"\0") + bytes(4) + b"\x02\xff" + (name + b"\0" if name else b"")
    tail = struct.pack("<2I", zlib.crc32(data) if crc is None else crc, len(data) & U32 if length is None else length)
    return head + deflated(data) + tail
