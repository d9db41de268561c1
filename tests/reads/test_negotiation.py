from __future__ import annotations

import pytest

from strongroom.reads.negotiation import ContentType, choose_coding, choose_content_type, choose_format

JSON, HTML, TEXT = ContentType.JSON, ContentType.HTML, ContentType.TEXT
V1 = "application/vnd.pypi.simple.v1"
LATEST = "application/vnd.pypi.simple.latest"

PIP = f"{V1}+json, {V1}+html; q=0.1, text/html; q=0.01"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        pytest.param(None, TEXT, id="c2-no-header"),
        pytest.param("", TEXT, id="c2-empty-header"),
        pytest.param("text/html", TEXT, id="c9-pip-18.1-19.2.3-22.0.4"),
        pytest.param(PIP, JSON, id="c9-pip-23.0.1-to-26.3-and-unearth"),
        pytest.param(f"{V1}+json, {V1}+html;q=0.2, text/html;q=0.01", JSON, id="c9-uv"),
        pytest.param(f"{V1}+json, */*;q=0.1", JSON, id="c9-poetry"),
        pytest.param("*/*", TEXT, id="c9-hatch-and-curl"),
        pytest.param(f"{V1}+json, {V1}+html;q=0.02, text/html;q=0.01", JSON, id="c9-mousebender"),
        pytest.param(BROWSER, TEXT, id="c5-browser"),
        pytest.param(f"{LATEST}+json", JSON, id="c3-latest-json"),
        pytest.param(f"{LATEST}+html", HTML, id="c3-latest-html"),
        pytest.param(f"text/html, {V1}+html, {V1}+json", JSON, id="c4-order-has-no-meaning"),
        pytest.param(f"text/html, {V1}+html", HTML, id="c4-text-html-last-of-equals"),
        pytest.param(f"{V1}+json;q=0.5, text/html", TEXT, id="c4-missing-weight-is-one"),
        pytest.param(f"{V1}+json;q=0, */*", TEXT, id="c4-zero-excludes-a-named-type"),
        pytest.param("text/html;q=0, */*", JSON, id="c4-zero-excludes-text-html"),
        pytest.param(f"{V1}+json;q=0.123, text/html;q=0.122", JSON, id="c4-three-decimals"),
        pytest.param("application/*", JSON, id="c4-range-of-applications"),
        pytest.param("text/*", TEXT, id="c4-range-of-texts"),
        pytest.param("text/*;q=0.1, application/*;q=0.2", JSON, id="c4-two-ranges"),
        pytest.param("TEXT/HTML ; Q=1.000", TEXT, id="c4-case-and-blanks"),
        pytest.param("image/png", None, id="c5-nothing-acceptable"),
        pytest.param("application/json", None, id="c5-bare-json-is-not-ours"),
        pytest.param("*/*;q=0", None, id="c5-everything-refused"),
        pytest.param("text/html;q=2", None, id="c5-unreadable-weight-excludes"),
        pytest.param(",;=,;q", None, id="c5-nonsense"),
    ],
)
def test_an_accept_header_gets_its_best_type(accept: str | None, chosen: ContentType | None) -> None:
    assert choose_content_type(accept) is chosen


def test_c6_only_text_html_names_a_charset() -> None:
    assert [kind.header for kind in ContentType] == [f"{V1}+json", f"{V1}+html", "text/html; charset=utf-8"]


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        pytest.param("", None, id="absent"),
        pytest.param("a=b", None, id="another"),
        pytest.param("format=application%2Fvnd.pypi.simple.v1%2Bjson", JSON, id="encoded"),
        pytest.param(f"format={V1}+json", JSON, id="plus-as-typed"),
        pytest.param("a=b&format=text/html", TEXT, id="after-another"),
        pytest.param(f"format={LATEST}+html", HTML, id="latest"),
        pytest.param("format=json", "json", id="unknown"),
        pytest.param("format=*/*", "*/*", id="range"),
        pytest.param("format=text/html;q=1", "text/html;q=1", id="weight"),
    ],
)
def test_c8_format_names_exactly_one_type(query: str, chosen: object) -> None:
    assert choose_format(query) == chosen


@pytest.mark.parametrize(
    ("accept_encoding", "chosen"),
    [
        pytest.param(None, "identity", id="no-header"),
        pytest.param("", "identity", id="empty"),
        pytest.param("gzip, deflate", "gzip", id="pip"),
        pytest.param("gzip, br, zstd", "zstd", id="uv"),
        pytest.param("gzip;q=1.0, zstd;q=0.5", "gzip", id="weights"),
        pytest.param("x-gzip", "gzip", id="old-name"),
        pytest.param("*", "zstd", id="anything"),
        pytest.param("gzip;q=0, *", "zstd", id="anything-but-gzip"),
        pytest.param("gzip;q=0", "identity", id="not-gzip"),
        pytest.param("br", "identity", id="only-what-we-have-not"),
        pytest.param("identity", "identity", id="identity"),
        pytest.param("identity;q=0", None, id="not-identity"),
        pytest.param("identity;q=0, gzip", "gzip", id="gzip-and-not-identity"),
        pytest.param("*;q=0", None, id="nothing"),
        pytest.param("*;q=0, identity", "identity", id="identity-alone"),
    ],
)
def test_c11_a_content_coding_is_negotiated(accept_encoding: str | None, chosen: str | None) -> None:
    assert choose_coding(accept_encoding) == chosen
