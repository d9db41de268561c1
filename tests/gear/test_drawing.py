"""The QR code that an authenticator app scans: drawn, and read back from the drawing."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.factors.rules.totp import SECRET_BYTES, otpauth_uri
from strongroom.gear.drawing import QUIET_ZONE, draw_qr
from tests.gear.qr_reader import Matrix, read_qr

URI = otpauth_uri(b"12345678901234567890", issuer="Strongroom", account="ada")
RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def modules_of(svg: str) -> Matrix:
    """What a phone would see: dark or not, module by module, the quiet zone included."""
    root = ET.fromstring(svg)
    _, _, width, height = map(int, root.attrib["viewBox"].split())
    dark = [[False] * width for _ in range(height)]
    drawn = root[1].attrib["d"]
    assert RUN.sub("", drawn) == ""
    for x, y, length, back in (map(int, run) for run in RUN.findall(drawn)):
        assert length == back
        for column in range(x, x + length):
            assert not dark[y][column]
            dark[y][column] = True
    return dark


def without_quiet_zone(dark: Matrix) -> Matrix:
    return [row[QUIET_ZONE:-QUIET_ZONE] for row in dark[QUIET_ZONE:-QUIET_ZONE]]


def test_the_drawing_reads_as_the_address_for_the_app() -> None:
    assert read_qr(without_quiet_zone(modules_of(draw_qr(URI, label="x")))) == URI


@settings(max_examples=40, deadline=None)
@given(
    secret=st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES),
    issuer=st.text(st.characters(categories=["L", "N"], codec="utf-8"), min_size=1, max_size=7),
    account=st.from_regex(r"[a-z0-9._-]{1,40}", fullmatch=True),
)
def test_every_address_reads_back_whatever_the_index_and_the_account_are_called(
    secret: bytes, issuer: str, account: str
) -> None:
    uri = otpauth_uri(secret, issuer=issuer, account=account)
    assert read_qr(without_quiet_zone(modules_of(draw_qr(uri, label="x")))) == uri


@pytest.mark.parametrize("length", [10, 20, 40, 60, 80, 100, 120, 150, 178, 210])
def test_every_size_of_code_reads_back(length: int) -> None:
    text = "otp/" + "x" * (length - 4)
    assert read_qr(without_quiet_zone(modules_of(draw_qr(text, label="x")))) == text


def test_a_single_wrong_module_does_not_go_unseen() -> None:
    dark = without_quiet_zone(modules_of(draw_qr(URI, label="x")))
    dark[20][20] = not dark[20][20]
    with pytest.raises(AssertionError, match="error correction"):
        read_qr(dark)


def test_four_modules_around_the_code_are_white() -> None:
    dark = modules_of(draw_qr(URI, label="x"))
    side = len(dark)
    edge = {*range(4), *range(side - 4, side)}
    assert not any(dark[y][x] for y in range(side) for x in range(side) if y in edge or x in edge)
    assert dark[4][4]
    assert dark[4][side - 5]
    assert dark[side - 5][4]


def test_it_is_black_on_white_in_every_colour_scheme_and_as_wide_as_the_style_sheet_says() -> None:
    root = ET.fromstring(draw_qr(URI, label="x"))
    side = int(root.attrib["viewBox"].split()[2])
    ground, code = root
    assert root.attrib.keys() == {"viewBox", "role", "aria-label", "shape-rendering"}
    assert ground.attrib == {"fill": "#fff", "d": f"M0 0h{side}v{side}h-{side}z"}
    assert code.attrib.keys() == {"fill", "d"}
    assert code.attrib["fill"] == "#000"


@pytest.mark.parametrize("label", ["QR code for Ada's app", '"><script>alert(1)</script>', "clé & « code »"])
def test_it_is_an_image_with_a_name_for_those_who_cannot_see_it(label: str) -> None:
    svg = draw_qr(URI, label=label)
    root = ET.fromstring(svg)
    assert (root.attrib["role"], root.attrib["aria-label"]) == ("img", label)
    assert "<script" not in svg


def test_the_page_policy_lets_it_through_and_it_stands_in_html_as_it_is() -> None:
    svg = draw_qr(URI, label="x")
    assert svg.startswith("<svg ")
    assert not re.search(r"style|<\?xml|href|on[a-z]+=|\n", svg)
    assert "GEZDGNBV" not in svg
