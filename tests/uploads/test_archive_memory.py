"""Large archives are read in little memory, and a watcher is told every byte."""

from __future__ import annotations

import base64
import hashlib
import io
import tempfile
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from strongroom.terms.filenames import parse_filename
from strongroom.uploads.rules.archives import read_archive
from tests.uploads.archive_builder import (
    CENTRAL,
    EOCD,
    LOCAL,
    TarEntry,
    build_wheel,
    deflated,
    metadata_text,
    record_line,
    tar_bytes,
    wheel_parts,
)
from tests.uploads.archive_cases import INFO, SDIST, WHEEL

MIB = 1 << 20


def block_of_text() -> bytes:
    """64 KiB that compress to about half: beyond the reach of the ratio, and of deflate's window."""
    return b"".join(hashlib.sha256(b"%d" % at).hexdigest().encode() for at in range(1024))


def write_big_wheel(out: BinaryIO, times: int) -> int:
    """A wheel with one member of ``times`` blocks, written without ever being held; its size."""
    block = block_of_text()
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    digest, crc = hashlib.sha256(), 0
    for _ in range(times):
        digest.update(block)
        crc = zlib.crc32(block, crc)
    text = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
    parts = wheel_parts("demo", "1.0", files={})
    record = f"demo/big.bin,sha256={text},{len(block) * times}\n" + "".join(
        record_line(path, data) for path, data in parts.items()
    )
    members = [BigMember("demo/big.bin", packed, times, crc=crc, size=len(block) * times)]
    for path, data in {**parts, f"{INFO}/RECORD": record.encode()}.items():
        members.append(BigMember(path, deflated(data), 0, crc=zlib.crc32(data), size=len(data)))
    return write_zip(out, members)


@dataclass(frozen=True)
class BigMember:
    """A deflated member made of one piece again and again, or of one whole stream."""

    path: str
    piece: bytes
    times: int
    crc: int
    size: int

    def chunks(self) -> Iterator[bytes]:
        """The stream; repeated pieces are closed by an empty last block."""
        if not self.times:
            yield self.piece
            return
        for _ in range(self.times):
            yield self.piece
        yield b"\x03\x00"

    @property
    def header(self) -> tuple[int, ...]:
        """Method, time, date, checksum, sizes and length of the name, as both headers have them."""
        packed = sum(len(chunk) for chunk in self.chunks())
        return (8, 0, 33, self.crc, packed, self.size, len(self.path), 0)


def write_zip(out: BinaryIO, members: list[BigMember]) -> int:
    """Members streamed to disk with headers as the builder makes them; the size of the whole."""
    directory = b""
    for member in members:
        name = member.path.encode()
        directory += CENTRAL.pack(b"PK\x01\x02", 20, 20, 0, *member.header, 0, 0, 0, 0, out.tell()) + name
        out.write(LOCAL.pack(b"PK\x03\x04", 20, 0, *member.header) + name)
        out.writelines(member.chunks())
    start = out.tell()
    out.write(directory)
    out.write(EOCD.pack(b"PK\x05\x06", 0, 0, len(members), len(members), len(directory), start, 0))
    return out.tell()


def write_big_sdist(out: BinaryIO, times: int) -> int:
    """A source distribution with one member of ``times`` blocks; its size."""
    block = block_of_text()
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    info = TarEntry("demo-1.0/PKG-INFO", metadata_text("demo", "1.0").encode())
    head = TarEntry("demo-1.0/big.bin", size=len(block) * times)
    out.write(packer.compress(tar_bytes([info, head], end=b"")))
    out.writelines(packer.compress(block) for _ in range(times))
    out.write(packer.compress(bytes(1024)) + packer.flush())
    return out.tell()


def peak_while_reading(filename: str, write_big: Callable[[BinaryIO, int], int], times: int) -> tuple[int, int]:
    """Bytes of memory at most while reading, and the size of the big member."""
    with tempfile.TemporaryFile() as spooled:
        size = write_big(spooled, times)
        tracemalloc.start()
        archive = read_archive(spooled, filename=parse_filename(filename), size=size)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return peak, max(member.size for member in archive.members)


def test_memory_stays_flat_while_a_wheel_of_200_mib_is_read() -> None:
    peak, size = peak_while_reading(WHEEL, write_big_wheel, 3200)

    assert size == 200 * MIB
    assert peak < 8 * MIB


def test_memory_stays_flat_while_a_source_distribution_of_40_mib_is_read() -> None:
    peak, size = peak_while_reading(SDIST, write_big_sdist, 640)

    assert size == 40 * MIB
    assert peak < 8 * MIB


def test_a_watcher_is_told_every_byte_of_every_member() -> None:
    _filename, data = build_wheel("demo", "1.0", files={"demo/__init__.py": block_of_text() * 9})
    told: dict[str, int] = {}

    archive = read_archive(
        io.BytesIO(data),
        filename=parse_filename(WHEEL),
        size=len(data),
        watch=lambda name, piece: told.update({name: told.get(name, 0) + len(piece)}),
    )

    assert told == {member.name: member.size for member in archive.members}
