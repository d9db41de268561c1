"""Codes of authenticator apps, by the vectors of the RFCs, by another implementation, and over clocks."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

import pyotp
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from strongroom.factors.rules.totp import (
    DIGITS,
    DRIFT_STEPS,
    SECRET_BYTES,
    STEP_SECONDS,
    TotpWindow,
    code_at,
    grouped_secret,
    otpauth_uri,
    parse_code,
    require_step,
    step_at,
    step_given_away,
)
from strongroom.terms.refusals import Reason, Refused

RFC_SECRET = b"12345678901234567890"
NOW = datetime(2026, 3, 14, 15, 9, 30, tzinfo=UTC)  # where a time step begins
WINDOW = TotpWindow()

SECRETS = st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES)
INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
WINDOWS = st.builds(TotpWindow, behind=st.integers(0, 3), ahead=st.integers(0, 3))


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def read(text: str) -> int | Reason:
    try:
        return parse_code(text)
    except Refused as refused:
        return refused.reason


def answer(
    code: int,
    now: datetime = NOW,
    *,
    secret: bytes = RFC_SECRET,
    window: TotpWindow = WINDOW,
    last_step: int | None = None,
) -> int | Refused:
    try:
        return require_step(secret, code, now=now, window=window, last_step=last_step)
    except Refused as refused:
        return refused


def reason(told: int | Refused) -> Reason | None:
    return told.reason if isinstance(told, Refused) else None


# The code itself


@pytest.mark.parametrize(
    ("counter", "code"),
    list(enumerate([755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489])),
)
def test_codes_are_those_of_rfc_4226_appendix_d(counter: int, code: int) -> None:
    assert code_at(RFC_SECRET, counter) == code


@pytest.mark.parametrize(
    ("seconds", "step", "eight_digits"),
    [
        (59, 0x1, 94287082),
        (1111111109, 0x23523EC, 7081804),
        (1111111111, 0x23523ED, 14050471),
        (1234567890, 0x273EF07, 89005924),
        (2000000000, 0x3F940AA, 69279037),
        (20000000000, 0x27BC86AA, 65353130),
    ],
)
def test_steps_and_codes_are_those_of_rfc_6238_appendix_b(seconds: int, step: int, eight_digits: int) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert step_at(now) == step
    assert code_at(RFC_SECRET, step) == eight_digits % 10**DIGITS
    assert require_step(RFC_SECRET, eight_digits % 10**DIGITS, now=now, window=WINDOW, last_step=None) == step


@given(secret=SECRETS, now=INSTANTS)
def test_another_implementation_shows_the_same_codes(secret: bytes, now: datetime) -> None:
    shown = pyotp.TOTP(base64.b32encode(secret).decode()).at(now)
    assert f"{code_at(secret, step_at(now)):06}" == shown
    assert require_step(secret, parse_code(shown), now=now, window=WINDOW, last_step=None) == step_at(now)


@pytest.mark.parametrize("length", [0, 10, 16, SECRET_BYTES - 1, SECRET_BYTES + 1, 32])
def test_a_secret_that_is_not_160_bits_makes_no_code_and_no_address(length: int) -> None:
    weak = b"x" * length
    with pytest.raises(ValueError, match="20 bytes"):
        code_at(weak, 1)
    with pytest.raises(ValueError, match="20 bytes"):
        grouped_secret(weak)
    with pytest.raises(ValueError, match="20 bytes"):
        otpauth_uri(weak, issuer="Strongroom", account="ada")


def test_a_step_is_half_a_minute_of_universal_time() -> None:
    assert STEP_SECONDS == 30
    assert step_at(after(29.999999)) == step_at(NOW)
    assert step_at(after(-0.000001)) == step_at(NOW) - 1
    assert step_at(after(30)) == step_at(NOW) + 1
    with pytest.raises(TypeError):
        step_at(NOW.replace(tzinfo=None))


def test_the_very_first_step_is_one_like_any_other() -> None:
    assert answer(code_at(RFC_SECRET, 0), datetime(1970, 1, 1, tzinfo=UTC)) == 0


# What is typed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("123456", 123456, id="six digits"),
        pytest.param("000000", 0, id="nothing but zeros"),
        pytest.param("000042", 42, id="leading zeros"),
        pytest.param("123 456", 123456, id="a space as apps show it"),
        pytest.param(" 12 34 56\r\n", 123456, id="spaces and the end of a line"),
        pytest.param("123-456", 123456, id="a hyphen"),
        pytest.param("123\u2013456", 123456, id="a dash"),
        pytest.param("123\u2212456", 123456, id="a minus sign"),
        pytest.param("123\u00a0456", 123456, id="a space that does not break"),
        pytest.param("123\u202f456", 123456, id="a narrow space"),
    ],
)
def test_a_code_is_read_with_whatever_spaces_and_dashes_were_copied(text: str, code: int) -> None:
    assert parse_code(text) == code


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("  - ", id="spaces and dashes alone"),
        pytest.param("12345", id="five digits"),
        pytest.param("1234567", id="seven digits"),
        pytest.param("12345a", id="a letter"),
        pytest.param("12345\u0666", id="an Arabic digit"),
        pytest.param("\uff11\uff12\uff13\uff14\uff15\uff16", id="full-width digits"),
        pytest.param("12345\u00b2", id="a raised digit"),
        pytest.param("123_456", id="an underscore, which Python's int would take"),
        pytest.param("+12345", id="a sign"),
        pytest.param("0x1234", id="hexadecimal"),
        pytest.param("123\u200b456", id="a sign that nobody sees"),
        pytest.param("123456\x00", id="a zero byte"),
        pytest.param(" " * 59 + "123456", id="more than 64 characters"),
    ],
)
def test_anything_but_six_ascii_digits_is_malformed(text: str) -> None:
    assert read(text) is Reason.CODE_MALFORMED


def test_64_characters_are_still_read() -> None:
    assert parse_code(" " * 58 + "123456") == 123456


def test_ten_million_characters_are_refused_at_once() -> None:
    huge = "1 " * 5_000_000
    before = time.perf_counter()
    assert {read(huge) for _ in range(1000)} == {Reason.CODE_MALFORMED}
    assert time.perf_counter() - before < 1


@given(st.text(max_size=80))
def test_any_text_is_a_code_or_malformed(text: str) -> None:
    told = read(text)
    assert told is Reason.CODE_MALFORMED if isinstance(told, Reason) else 0 <= told < 10**DIGITS


@given(
    code=st.integers(0, 10**DIGITS - 1),
    fillings=st.lists(st.sampled_from(["", " ", "-", "\u00a0", "\t"]), min_size=7, max_size=7),
)
def test_however_a_code_is_written_it_is_the_same_number(code: int, fillings: list[str]) -> None:
    digits = [*f"{code:06}", ""]
    assert parse_code("".join(filling + digit for filling, digit in zip(fillings, digits, strict=True))) == code


# The window


@pytest.mark.parametrize(
    ("seconds", "reason_told"),
    [
        pytest.param(-29, None, id="at -29 s: begun to type before it changed"),
        pytest.param(2, Reason.CODE_USED, id="at +2 s: the same code in the next step"),
        pytest.param(33, Reason.CODE_USED, id="at +33 s: out of the window, and used all the same"),
    ],
)
def test_the_attack_same_code_at_minus_29_plus_2_and_plus_33_seconds(seconds: int, reason_told: Reason | None) -> None:
    code, step = code_at(RFC_SECRET, step_at(NOW) - 1), step_at(NOW) - 1
    burned = None if seconds < 0 else step
    assert reason(answer(code, after(seconds), last_step=burned)) is reason_told


def test_without_burning_the_code_would_have_been_good_at_plus_2_seconds_and_no_more_at_plus_33() -> None:
    code = code_at(RFC_SECRET, step_at(NOW) - 1)
    assert answer(code, after(2)) == step_at(NOW) - 1
    assert reason(answer(code, after(33))) is Reason.CODE_CLOCK_BEHIND


def test_an_older_code_within_the_window_is_worth_nothing_after_a_newer_one() -> None:
    assert reason(answer(code_at(RFC_SECRET, step_at(NOW) - 1), last_step=step_at(NOW))) is Reason.CODE_USED
    assert answer(code_at(RFC_SECRET, step_at(NOW)), last_step=step_at(NOW) - 1) == step_at(NOW)


def test_by_default_the_present_step_and_the_one_before_are_accepted() -> None:
    told = {offset: reason(answer(code_at(RFC_SECRET, step_at(NOW) + offset))) for offset in (-2, -1, 0, 1)}
    assert told == {-2: Reason.CODE_CLOCK_BEHIND, -1: None, 0: None, 1: Reason.CODE_CLOCK_AHEAD}


@given(secret=SECRETS, now=INSTANTS, window=WINDOWS, offset=st.integers(-6, 6))
def test_a_code_is_accepted_exactly_within_the_window(
    secret: bytes, now: datetime, window: TotpWindow, offset: int
) -> None:
    step, present = step_at(now) + offset, step_at(now)
    assume(step >= 0)
    code = code_at(secret, step)
    within = [
        one
        for one in range(max(0, present - window.behind), present + window.ahead + 1)
        if code_at(secret, one) == code
    ]
    told = answer(code, now, secret=secret, window=window)
    if within:
        assert told == max(within)
    else:
        assert reason(told) in {Reason.CODE_CLOCK_BEHIND, Reason.CODE_CLOCK_AHEAD}


@given(
    secret=SECRETS,
    start=INSTANTS,
    window=WINDOWS,
    tries=st.lists(st.tuples(st.floats(0, 90), st.integers(-4, 4)), min_size=2, max_size=12),
)
def test_over_any_course_of_time_burned_steps_only_rise_and_no_code_is_good_twice(
    secret: bytes, start: datetime, window: TotpWindow, tries: list[tuple[float, int]]
) -> None:
    now, last_step, accepted = start, None, []
    for seconds, offset in tries:
        now += timedelta(seconds=seconds)
        if step_at(now) + offset < 0:
            continue
        code = code_at(secret, step_at(now) + offset)
        told = answer(code, now, secret=secret, window=window, last_step=last_step)
        burned = step_given_away(told) if isinstance(told, Refused) else told
        assert burned is None or last_step is None or burned > last_step
        last_step = last_step if burned is None else burned
        accepted += [told] if isinstance(told, int) else []
    assert accepted == sorted(set(accepted))


def test_when_two_steps_have_one_code_both_are_burned() -> None:
    window = TotpWindow(behind=2000)
    codes: dict[int, int] = {}
    earlier, later = next(
        (codes[code], step)
        for step in range(step_at(NOW) - 2000, step_at(NOW))
        for code in [code_at(RFC_SECRET, step)]
        if codes.setdefault(code, step) != step
    )
    code = code_at(RFC_SECRET, later)
    assert code_at(RFC_SECRET, earlier) == code
    assert answer(code, window=window) == later
    assert reason(answer(code, window=window, last_step=later)) is Reason.CODE_USED
    assert answer(code, window=window, last_step=earlier) == later


# A clock that is wrong


@pytest.mark.parametrize(
    ("offset", "seconds", "minutes"),
    [
        pytest.param(-2, 0, 1, id="a minute ago"),
        pytest.param(-3, 0, 1, id="a minute and a quarter ago"),
        pytest.param(-4, 15, 2, id="two minutes ago"),
        pytest.param(-10, 15, 5, id="five minutes ago"),
        pytest.param(-1 - DRIFT_STEPS, 0, 10, id="ten minutes and a half ago"),
    ],
)
def test_a_slow_clock_is_told_by_how_much(offset: int, seconds: int, minutes: int) -> None:
    told = answer(code_at(RFC_SECRET, step_at(NOW) + offset), after(seconds))
    assert isinstance(told, Refused)
    assert (told.reason, told.facts) == (Reason.CODE_CLOCK_BEHIND, {"minutes": minutes})
    assert step_given_away(told) is None


def test_a_clock_that_is_wrong_by_seconds_is_wrong_by_a_minute_and_not_by_none() -> None:
    told = answer(code_at(RFC_SECRET, step_at(NOW) - 1), window=TotpWindow(behind=0))
    assert isinstance(told, Refused)
    assert (told.reason, told.facts) == (Reason.CODE_CLOCK_BEHIND, {"minutes": 1})


@pytest.mark.parametrize(
    ("offset", "seconds", "minutes"),
    [
        pytest.param(1, 0, 1, id="the next one"),
        pytest.param(1, 29, 1, id="the next one, in a second"),
        pytest.param(4, 15, 3, id="in two minutes"),
        pytest.param(9, 0, 5, id="in four minutes and a half, over in five"),
        pytest.param(DRIFT_STEPS, 0, 11, id="in ten minutes, over in ten and a half"),
    ],
)
def test_a_fast_clock_is_told_by_how_much_and_its_code_is_burned(offset: int, seconds: int, minutes: int) -> None:
    told = answer(code_at(RFC_SECRET, step_at(NOW) + offset), after(seconds))
    assert isinstance(told, Refused)
    assert (told.reason, told.facts["minutes"]) == (Reason.CODE_CLOCK_AHEAD, minutes)
    assert step_given_away(told) == step_at(NOW) + offset


@given(offset=st.integers(1, DRIFT_STEPS), seconds=st.floats(0, 29.9))
def test_who_guesses_a_code_to_come_cannot_use_it_and_who_waits_as_told_signs_in(offset: int, seconds: float) -> None:
    now = after(seconds)
    code = code_at(RFC_SECRET, step_at(NOW) + offset)
    told = answer(code, now)
    assert isinstance(told, Refused)
    burned = step_given_away(told)
    for later in range(0, 31 * (offset + 2), 10):
        assert reason(answer(code, now + timedelta(seconds=later), last_step=burned)) is Reason.CODE_USED
    as_told = now + timedelta(minutes=int(str(told.facts["minutes"])))
    fresh = code_at(RFC_SECRET, step_at(as_told))
    assert answer(fresh, as_told, last_step=burned) == step_at(as_told)


@pytest.mark.parametrize("offset", [-2 - DRIFT_STEPS, 1 + DRIFT_STEPS, -1000, 1000])
def test_a_code_of_longer_ago_or_later_is_simply_wrong(offset: int) -> None:
    told = answer(code_at(RFC_SECRET, step_at(NOW) + offset))
    assert isinstance(told, Refused)
    assert (told.reason, told.facts) == (Reason.CODE_WRONG, {})
    assert step_given_away(told) is None


@pytest.mark.parametrize("code", [-1, 10**DIGITS, 2**31])
def test_a_number_that_is_no_code_is_never_accepted(code: int) -> None:
    with pytest.raises((Refused, OverflowError)):
        require_step(RFC_SECRET, code, now=NOW, window=WINDOW, last_step=None)


def test_an_empty_window_accepts_nothing() -> None:
    for offset in range(-2, 3):
        told = answer(code_at(RFC_SECRET, step_at(NOW) + offset), window=TotpWindow(behind=-1, ahead=0))
        assert isinstance(told, Refused)


def test_every_step_is_computed_and_compared_whether_or_not_one_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[int] = []

    def counting(secret: bytes, step: int) -> int:
        computed.append(step)
        return code_at(secret, step)

    monkeypatch.setattr("strongroom.factors.rules.totp.code_at", counting)
    every = list(range(step_at(NOW) - 1 - DRIFT_STEPS, step_at(NOW) + DRIFT_STEPS + 1))
    for offset in (-1 - DRIFT_STEPS, -1, 0, DRIFT_STEPS, 1000):
        computed.clear()
        answer(code_at(RFC_SECRET, step_at(NOW) + offset))
        assert computed == every


# What the app reads


def test_the_address_for_an_app_is_in_the_one_form_that_all_of_them_read() -> None:
    assert otpauth_uri(RFC_SECRET, issuer="Strongroom", account="ada") == (
        "otpauth://totp/Strongroom:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Strongroom"
    )


def test_spaces_are_written_as_percent_20_and_no_colon_stands_in_either_part() -> None:
    uri = otpauth_uri(RFC_SECRET, issuer="Ada's: index / &", account="ben/é")
    assert uri == (
        "otpauth://totp/Ada%27s%20index%20%2F%20%26:ben%2F%C3%A9"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Ada%27s%20index%20%2F%20%26"
    )


@pytest.mark.parametrize(("issuer", "account"), [("", "ada"), ("Strongroom", " "), (" : ", "ada")])
def test_an_address_without_a_name_in_either_part_is_not_made(issuer: str, account: str) -> None:
    with pytest.raises(ValueError, match="needs a name"):
        otpauth_uri(RFC_SECRET, issuer=issuer, account=account)


VISIBLE = st.text(st.characters(exclude_categories=["C", "Z"], codec="utf-8"), min_size=1, max_size=30)


@given(secret=SECRETS, issuer=VISIBLE, account=VISIBLE, now=INSTANTS)
def test_an_app_by_other_people_reads_the_address_and_shows_our_codes(
    secret: bytes, issuer: str, account: str, now: datetime
) -> None:
    assume(issuer.replace(":", "") and account.replace(":", ""))
    uri = otpauth_uri(secret, issuer=issuer, account=account)
    app = pyotp.parse_uri(uri)
    assert isinstance(app, pyotp.TOTP)
    assert (app.digits, app.interval, app.digest().name) == (6, 30, "sha1")
    assert app.issuer == " ".join(issuer.replace(":", " ").split())
    assert app.name == " ".join(account.replace(":", " ").split())
    assert parse_code(app.at(now)) == code_at(secret, step_at(now))
    assert uri.isascii()
    assert unquote(urlsplit(uri).path).count(":") == 1


@given(SECRETS)
def test_the_secret_to_type_is_32_characters_in_groups_of_four(secret: bytes) -> None:
    groups = grouped_secret(secret).split(" ")
    assert [len(group) for group in groups] == [4] * 8
    assert base64.b32decode("".join(groups)) == secret
