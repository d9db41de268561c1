"""Reads a QR code from its modules, by ISO/IEC 18004 and without the library that draws ours.

Only what a code of ours can be: versions 1 to 10, level M, bytes. Nothing is corrected: a code with a
single wrong module is reported, for ours comes from no camera.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

Matrix = list[list[bool]]

# Table 9, level M: error correction codewords of a block, then data codewords of each block.
BLOCKS = {
    1: (10, [16]),
    2: (16, [28]),
    3: (26, [44]),
    4: (18, [32] * 2),
    5: (24, [43] * 2),
    6: (16, [27] * 4),
    7: (18, [31] * 4),
    8: (22, [38] * 2 + [39] * 2),
    9: (22, [36] * 3 + [37] * 2),
    10: (26, [43] * 4 + [44]),
}
# Annex E: where alignment patterns have their centres.
CENTRES: dict[int, list[int]] = {1: [], 2: [6, 18], 3: [6, 22], 4: [6, 26], 5: [6, 30], 6: [6, 34]} | {
    7: [6, 22, 38],
    8: [6, 24, 42],
    9: [6, 26, 46],
    10: [6, 28, 50],
}
# Table 10: which modules a mask turns, by row and column.
MASKS: list[Callable[[int, int], bool]] = [
    lambda i, j: (i + j) % 2 == 0,
    lambda i, _: i % 2 == 0,
    lambda _, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2 == 0,
]
LEVEL_M, BYTES = 0b00, 0b0100
FINDER = ["#######", "#     #", "# ### #", "# ### #", "# ### #", "#     #", "#######"]


def read_qr(modules: Matrix) -> str:
    """The text in a code without its quiet zone. Raises AssertionError when anything is not as the standard says."""
    side = len(modules)
    version = (side - 17) // 4
    assert side == 17 + 4 * version, "no version has this many modules"
    assert all(len(row) == side for row in modules), "it is not square"
    for top, left in ((0, 0), (0, side - 7), (side - 7, 0)):
        found = ["".join("# "[not dark] for dark in row[left : left + 7]) for row in modules[top : top + 7]]
        assert found == FINDER, "a finder pattern is broken"
    assert all(modules[6][at] == modules[at][6] == (at % 2 == 0) for at in range(8, side - 8)), "timing is broken"
    mask = MASKS[_mask_number(modules)]
    reserved = _reserved(version, side)
    bits = [modules[i][j] ^ mask(i, j) for i, j in _zigzag(side) if (i, j) not in reserved]
    return _text(_data([_number(bits[at : at + 8]) for at in range(0, len(bits) - 7, 8)], version), version)


def _mask_number(modules: Matrix) -> int:
    side = len(modules)
    beside = [(8, 0), (8, 1), (8, 2), (8, 3), (8, 4), (8, 5), (8, 7), (8, 8), (7, 8)]
    beside += [(i, 8) for i in range(5, -1, -1)]
    apart = [(side - 1 - i, 8) for i in range(7)] + [(8, side - 8 + i) for i in range(8)]
    first, second = (_number([modules[i][j] for i, j in places]) for places in (beside, apart))
    assert first == second, "the two copies of the format differ"
    assert modules[side - 8][8], "the dark module is missing"
    form = first ^ 0b101010000010010
    remainder = form
    for place in range(14, 9, -1):
        remainder ^= (0b10100110111 << place - 10) if remainder >> place & 1 else 0
    assert remainder == 0, "the format is broken"
    assert form >> 13 == LEVEL_M, "the level is not M"
    return form >> 10 & 0b111


def _reserved(version: int, side: int) -> set[tuple[int, int]]:
    corners = [(range(9), range(9)), (range(9), range(side - 8, side)), (range(side - 8, side), range(9))]
    areas = [*corners, (range(6, 7), range(side)), (range(side), range(6, 7))]
    last = max(CENTRES[version], default=0)
    for i in CENTRES[version]:
        for j in CENTRES[version]:
            if (i, j) not in {(6, 6), (6, last), (last, 6)}:
                areas.append((range(i - 2, i + 3), range(j - 2, j + 3)))
    if version >= 7:
        areas += [(range(6), range(side - 11, side - 8)), (range(side - 11, side - 8), range(6))]
    return {(i, j) for rows, columns in areas for i in rows for j in columns}


def _zigzag(side: int) -> Iterator[tuple[int, int]]:
    upwards = True
    for right in [*range(side - 1, 6, -2), 5, 3, 1]:
        for i in reversed(range(side)) if upwards else range(side):
            yield from ((i, right), (i, right - 1))
        upwards = not upwards


def _data(codewords: list[int], version: int) -> list[int]:
    correction, lengths = BLOCKS[version]
    assert len(codewords) == sum(lengths) + correction * len(lengths), "the code holds another number of codewords"
    blocks: list[list[int]] = [[] for _ in lengths]
    stream = iter(codewords)
    for at in range(max(lengths)):
        for block, length in zip(blocks, lengths, strict=True):
            block.extend([next(stream)] if at < length else [])
    for _ in range(correction):
        for block in blocks:
            block.append(next(stream))
    for block in blocks:
        assert not any(_syndromes(block, correction)), "error correction finds an error"
    return [codeword for block, length in zip(blocks, lengths, strict=True) for codeword in block[:length]]


def _syndromes(block: list[int], correction: int) -> list[int]:
    found, root = [], 1
    for _ in range(correction):
        value = 0
        for codeword in block:
            value = _times(value, root) ^ codeword
        found.append(value)
        root = _times(root, 2)
    return found


def _times(one: int, other: int) -> int:
    """Multiply in the field of 256 elements with the polynomial 0x11D."""
    product = 0
    while other:
        product ^= one if other & 1 else 0
        one = one << 1 ^ (0x11D if one & 0x80 else 0)
        other >>= 1
    return product


def _text(data: list[int], version: int) -> str:
    bits = "".join(f"{codeword:08b}" for codeword in data)
    assert int(bits[:4], 2) == BYTES, "it holds no bytes"
    begins = 4 + (8 if version < 10 else 16)
    ends = begins + 8 * int(bits[4:begins], 2)
    assert set(bits[ends : ends + 4]) <= {"0"}, "the text does not end where it says"
    return bytes(int(bits[at : at + 8], 2) for at in range(begins, ends, 8)).decode()


def _number(bits: list[bool]) -> int:
    return int("".join("01"[bit] for bit in bits), 2)
