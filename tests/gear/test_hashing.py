"""Passwords are hashed with parameters that last, and only a few at a time."""

from __future__ import annotations

import threading
import time

import argon2
import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password, get_hasher, make_password

from strongroom.gear import hashing
from strongroom.gear.hashing import AT_ONCE, IN_LINE, LANES, MEMORY_KIB, PASSES, BoundedArgon2Hasher
from strongroom.gear.settings import Settings
from strongroom.terms.refusals import Reason, Refused

PASSWORD = "correct horse battery staple"


def test_the_parameters_are_at_least_those_of_the_field() -> None:
    assert MEMORY_KIB >= 46 * 1024
    assert PASSES >= 2
    assert LANES == 1
    assert AT_ONCE * MEMORY_KIB <= 256 * 1024
    assert settings.PASSWORD_HASHERS == ["strongroom.gear.hashing.BoundedArgon2Hasher"]


def test_a_hash_says_with_what_it_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedArgon2Hasher, "memory_cost", MEMORY_KIB)
    monkeypatch.setattr(BoundedArgon2Hasher, "time_cost", PASSES)

    hashed = make_password(PASSWORD)

    assert hashed.startswith(f"argon2$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$")
    assert argon2.PasswordHasher().verify(hashed.removeprefix("argon2"), PASSWORD)
    assert check_password(PASSWORD, hashed)
    assert make_password(PASSWORD) != hashed


def test_no_more_hashes_run_at_a_time_than_there_is_memory_for(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, counting = 0, 0, threading.Lock()
    real = argon2.low_level.hash_secret

    def hash_slowly(*told: object, **more: object) -> bytes:
        nonlocal running, most
        with counting:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with counting:
            running -= 1
        return real(*told, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(argon2.low_level, "hash_secret", hash_slowly)
    threads = [threading.Thread(target=make_password, args=(PASSWORD,)) for _ in range(IN_LINE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == AT_ONCE


def test_a_flood_of_sign_ins_is_told_to_wait_and_leaves_threads_for_installs(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()
    real = argon2.low_level.hash_secret

    def hash_when_told(*told: object, **more: object) -> bytes:
        begun.release()
        go_on.wait()
        return real(*told, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(argon2.low_level, "hash_secret", hash_when_told)
    hashed: list[str] = []
    threads = [threading.Thread(target=lambda: hashed.append(make_password(PASSWORD))) for _ in range(IN_LINE)]
    for thread in threads:
        thread.start()
    for _ in range(AT_ONCE):
        begun.acquire()
    while hashing._line._value:
        time.sleep(0.001)

    with pytest.raises(Refused) as refused:
        make_password(PASSWORD)
    go_on.set()
    for thread in threads:
        thread.join()

    assert refused.value.reason is Reason.TOO_MANY_SIGN_INS
    assert len(hashed) == IN_LINE
    assert check_password(PASSWORD, hashed[0])
    assert Settings().threads - Settings().uploads > IN_LINE


def test_a_password_that_cannot_be_hashed_gives_its_turn_back() -> None:
    hasher = get_hasher()
    for _ in range(AT_ONCE + 1):
        with pytest.raises(UnicodeEncodeError):
            hasher.encode("\ud800", "salt" * 4)
        with pytest.raises(AssertionError):
            hasher.verify(PASSWORD, "md5$x")

    assert check_password(PASSWORD, make_password(PASSWORD))


@pytest.mark.parametrize(("passes", "missing"), [(1, 3), (2, 2), (3, 1), (4, 0), (9, 0)])
def test_a_wrong_password_of_an_older_cheaper_hash_takes_as_long_as_any(
    passes: int, missing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedArgon2Hasher, "time_cost", passes)
    hashed = make_password(PASSWORD)
    monkeypatch.setattr(BoundedArgon2Hasher, "time_cost", 4)
    made: list[int] = []
    encode = BoundedArgon2Hasher.encode

    def note_passes(hasher: BoundedArgon2Hasher, password: str, salt: str) -> str:
        made.append(hasher.time_cost)
        return encode(hasher, password, salt)

    monkeypatch.setattr(BoundedArgon2Hasher, "encode", note_passes)

    assert not check_password("wrong", hashed)

    assert sum(made) == missing
