"""Secrets that the database keeps and cannot read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.gear.sealing import KEYS_FILE, LEAST_KEY_CHARACTERS, PEPPER_FILE, CannotUnseal, Sealer

PLAIN = b"12345678901234567890"
ABOUT = "totp-factor 7 secret"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "secrets"


@pytest.fixture
def sealer(folder: Path) -> Sealer:
    return Sealer(folder)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Sealer:
    return Sealer(tmp_path_factory.mktemp("shared") / "secrets")


def write_keys(folder: Path, *lines: str, name: str = KEYS_FILE) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n")
    (folder / name).chmod(0o600)


def flipped(sealed: str, at: int) -> str:
    form, number, text = sealed.split(".")
    box = bytearray(base64.urlsafe_b64decode(text))
    box[at] ^= 1
    return f"{form}.{number}.{base64.urlsafe_b64encode(bytes(box)).decode()}"


@given(plain=st.binary(max_size=200), about=st.text(st.characters(codec="utf-8"), max_size=40))
def test_what_was_sealed_opens_again(shared: Sealer, plain: bytes, about: str) -> None:
    sealed = shared.seal(plain, about=about)
    assert shared.unseal(sealed, about=about) == plain
    assert sealed.isascii()
    assert not shared.needs_resealing(sealed)


def test_the_keys_are_made_at_first_use_and_kept(folder: Path, sealer: Sealer) -> None:
    sealed = sealer.seal(PLAIN, about=ABOUT)
    assert sorted(path.name for path in folder.iterdir()) == sorted([KEYS_FILE, PEPPER_FILE])
    assert Sealer(folder).unseal(sealed, about=ABOUT) == PLAIN
    assert Sealer(folder).keyed_hash("x", about=ABOUT) == sealer.keyed_hash("x", about=ABOUT)


def test_the_sealed_text_says_nothing_and_is_another_each_time(sealer: Sealer) -> None:
    several = {sealer.seal(PLAIN, about=ABOUT) for _ in range(50)}
    assert len(several) == 50
    for sealed in several:
        box = base64.urlsafe_b64decode(sealed.split(".")[2])
        assert PLAIN not in box
        assert len(box) == 12 + len(PLAIN) + 16


def test_a_sealed_secret_moved_to_another_row_does_not_open(sealer: Sealer) -> None:
    sealed = sealer.seal(PLAIN, about=ABOUT)
    for other in ("totp-factor 8 secret", "", ABOUT + " ", ABOUT.upper()):
        with pytest.raises(CannotUnseal):
            sealer.unseal(sealed, about=other)


def test_a_sealed_secret_changed_anywhere_does_not_open(sealer: Sealer) -> None:
    sealed = sealer.seal(PLAIN, about=ABOUT)
    for at in range(12 + len(PLAIN) + 16):
        with pytest.raises(CannotUnseal):
            sealer.unseal(flipped(sealed, at), about=ABOUT)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _: "", id="nothing"),
        pytest.param(lambda _: PLAIN.decode(), id="what was never sealed"),
        pytest.param(lambda sealed: sealed.replace("v1.", "v2."), id="another form"),
        pytest.param(lambda sealed: sealed.replace("v1.", ""), id="no form"),
        pytest.param(lambda sealed: sealed[:-8], id="cut at the end"),
        pytest.param(lambda sealed: sealed[:-1], id="one character less"),
        pytest.param(lambda sealed: sealed[:20], id="cut within the nonce"),
        pytest.param(lambda sealed: sealed + "!", id="something behind"),
        pytest.param(lambda sealed: sealed + "é", id="something behind that is not ASCII"),
        pytest.param(lambda sealed: "v1.00000000." + sealed.split(".")[2], id="another key's number"),
        pytest.param(lambda sealed: "v1.." + sealed.split(".")[2], id="no key's number"),
    ],
)
def test_a_text_that_is_not_a_sealed_secret_does_not_open(sealer: Sealer, change: object) -> None:
    assert callable(change)
    with pytest.raises(CannotUnseal) as raised:
        sealer.unseal(change(sealer.seal(PLAIN, about=ABOUT)), about=ABOUT)
    assert PLAIN.decode() not in str(raised.value)


def test_another_index_opens_nothing_of_ours(sealer: Sealer, tmp_path: Path) -> None:
    with pytest.raises(CannotUnseal, match="no key with the number"):
        Sealer(tmp_path / "other").unseal(sealer.seal(PLAIN, about=ABOUT), about=ABOUT)


def test_a_key_is_replaced_without_a_moment_in_which_a_secret_does_not_open(folder: Path, sealer: Sealer) -> None:
    sealed = sealer.seal(PLAIN, about=ABOUT)
    old = (folder / KEYS_FILE).read_text().strip()
    new = secrets.token_urlsafe(48)

    write_keys(folder, new, "", f"  {old}  ")
    both = Sealer(folder)
    assert both.unseal(sealed, about=ABOUT) == PLAIN
    assert both.needs_resealing(sealed)

    anew = both.seal(both.unseal(sealed, about=ABOUT), about=ABOUT)
    assert not both.needs_resealing(anew)

    write_keys(folder, new)
    only_new = Sealer(folder)
    assert only_new.unseal(anew, about=ABOUT) == PLAIN
    with pytest.raises(CannotUnseal):
        only_new.unseal(sealed, about=ABOUT)
    assert only_new.needs_resealing(sealed)


def test_what_is_not_sealed_cannot_be_said_to_need_it_anew(sealer: Sealer) -> None:
    with pytest.raises(CannotUnseal):
        sealer.needs_resealing("plain")


@pytest.mark.parametrize("name", [KEYS_FILE, PEPPER_FILE])
@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([""], id="an empty file"),
        pytest.param(["hunter2"], id="a word"),
        pytest.param(["k" * (LEAST_KEY_CHARACTERS - 1)], id="a key of 42 characters"),
        pytest.param(["k" * LEAST_KEY_CHARACTERS, "short"], id="a short one below a long one"),
    ],
)
def test_a_key_that_is_too_short_stops_the_start(folder: Path, name: str, lines: list[str]) -> None:
    write_keys(folder, *lines, name=name)
    with pytest.raises(ValueError, match="at least 43") as raised:
        Sealer(folder)
    assert "hunter2" not in str(raised.value)


def test_keys_that_others_can_read_are_not_used(folder: Path, sealer: Sealer) -> None:
    sealer.seal(PLAIN, about=ABOUT)
    (folder / KEYS_FILE).chmod(0o644)
    with pytest.raises(PermissionError):
        Sealer(folder)


def test_no_key_shows_when_a_sealer_is_printed(folder: Path, sealer: Sealer) -> None:
    shown = repr(sealer) + repr(vars(sealer)["_keys"])
    assert (folder / KEYS_FILE).read_text().strip() not in shown
    assert (folder / PEPPER_FILE).read_text().strip() not in shown


def test_a_keyed_hash_is_hmac_sha_256_under_the_pepper_and_the_use(folder: Path, sealer: Sealer) -> None:
    pepper = (folder / PEPPER_FILE).read_text().strip().encode()
    of_use = hmac.new(pepper, b"recovery code", hashlib.sha256).digest()
    expected = hmac.new(of_use, b"0123-4567", hashlib.sha256).hexdigest()
    assert sealer.keyed_hash("0123-4567", about="recovery code") == expected


def test_a_keyed_hash_differs_by_text_by_use_and_by_index(sealer: Sealer, tmp_path: Path) -> None:
    hashes = {
        sealer.keyed_hash("ab", about="c"),
        sealer.keyed_hash("b", about="ca"),
        sealer.keyed_hash("ba", about="c"),
        sealer.keyed_hash("", about="cab"),
        Sealer(tmp_path / "other").keyed_hash("ab", about="c"),
        hashlib.sha256(b"ab").hexdigest(),
    }
    assert len(hashes) == 6
    assert {len(one) for one in hashes} == {64}


def test_the_pepper_is_no_key_that_seals_and_outlives_them(folder: Path, sealer: Sealer) -> None:
    before = sealer.keyed_hash("ab", about="c")
    write_keys(folder, secrets.token_urlsafe(48))
    assert Sealer(folder).keyed_hash("ab", about="c") == before
    assert (folder / KEYS_FILE).read_text() != (folder / PEPPER_FILE).read_text()
