"""Hashing of passwords: Argon2id with parameters of our own, and only so many hashes at a time.

RFC 9106, section 4, and OWASP's Password Storage Cheat Sheet. Each hash fills its memory anew: without a bound, a
flood of sign-ins would need that memory once for every thread. Whoever waits holds a thread of the server, so only a
few may wait: installs go on, whoever else is trying to get in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher

from strongroom.terms.refusals import Reason, Refused

MEMORY_KIB = 64 * 1024
"""What RFC 9106 recommends where memory is scarce; OWASP's least is 19 MiB."""

PASSES = 3
"""With it, about 150 ms on a core of a small server."""

LANES = 1
"""One core for one hash: the others answer requests."""

AT_ONCE = 4
"""Hashes at a time in one process, and so at most 256 MiB."""

IN_LINE = 6
"""Threads that hash or wait for it. A worker has eight more than it takes uploads: two are left for installs."""

_turns = BoundedSemaphore(AT_ONCE)
_line = BoundedSemaphore(IN_LINE)


@contextmanager
def _turn() -> Iterator[None]:
    """One's turn to hash. Raises Refused(TOO_MANY_SIGN_INS) when the line is long."""
    if not _line.acquire(blocking=False):
        raise Refused(Reason.TOO_MANY_SIGN_INS)
    try:
        with _turns:
            yield
    finally:
        _line.release()


class BoundedArgon2Hasher(Argon2PasswordHasher):
    """Argon2id for Django. A password that was hashed with other parameters is hashed anew when it is next shown."""

    memory_cost = MEMORY_KIB
    time_cost = PASSES
    parallelism = LANES

    def encode(self, password: str, salt: str) -> str:
        """Hash, when it is its turn."""
        with _turn():
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        """Compare, when it is its turn."""
        with _turn():
            return bool(super().verify(password, encoded))

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Take as long over a wrong password with cheaper, older parameters as over an unknown account.

        Memory times passes stands for the time, rounded up to a whole pass.
        """
        decoded = self.decode(encoded)
        spent = decoded["memory_cost"] * decoded["time_cost"]
        missing = self.memory_cost * self.time_cost - spent
        if missing > 0:
            _Rest(self.memory_cost, -(-missing // self.memory_cost)).encode(password, decoded["salt"])


class _Rest(BoundedArgon2Hasher):
    """As many passes as are missing."""

    def __init__(self, memory_cost: int, time_cost: int, *args: Any) -> None:  # noqa: ANN401 - as the class above
        super().__init__(*args)
        self.memory_cost = memory_cost
        self.time_cost = time_cost
