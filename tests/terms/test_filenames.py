"""Names of distribution files: read, or refused for the right reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.terms.filenames import LONGEST_FILENAME, Kind, Sha256, file_path, parse_filename
from strongroom.terms.refusals import Reason, Refused, refusal_of

INVALID, TYPE = Reason.FILENAME_INVALID, Reason.FILENAME_TYPE
WHEEL_TAIL = "-py3-none-any.whl"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("demo-1.0-py3-none-any.whl", (Kind.WHEEL, "demo", "1.0"), id="a pure wheel"),
        pytest.param(
            "demo-1.0-1build-cp311-cp311-win_amd64.whl", (Kind.WHEEL, "demo", "1.0"), id="a wheel with a build"
        ),
        pytest.param("my_demo-1!2.0rc1-py2.py3-none-any.whl", (Kind.WHEEL, "my-demo", "1!2.0rc1"), id="an epoch"),
        pytest.param("demo-1.0+local.1-py3-none-any.whl", (Kind.WHEEL, "demo", "1.0+local.1"), id="a local version"),
        pytest.param("demo-1.0.tar.gz", (Kind.SDIST, "demo", "1.0"), id="an sdist"),
        pytest.param(
            "My.Demo-1.0.post1.tar.gz", (Kind.SDIST, "my-demo", "1.0.post1"), id="an sdist of an old spelling"
        ),
        pytest.param(
            "d" * (LONGEST_FILENAME - 11) + "-1.0.tar.gz",
            (Kind.SDIST, "d" * (LONGEST_FILENAME - 11), "1.0"),
            id="as long as a filename may be",
        ),
    ],
)
def test_a_filename_says_kind_name_and_version(text: str, said: tuple[Kind, str, str]) -> None:
    filename = parse_filename(text)
    assert filename.text == text
    assert (filename.kind, filename.name, str(filename.version)) == said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", TYPE, id="nothing"),
        pytest.param("demo-1.0.exe", TYPE, id="an installer for Windows"),
        pytest.param("demo-1.0-py3.11.egg", TYPE, id="an egg"),
        pytest.param("demo-1.0.zip", TYPE, id="an sdist as zip"),
        pytest.param("demo-1.0.tar.bz2", TYPE, id="another compression"),
        pytest.param("demo-1.0.tgz", TYPE, id="a short extension"),
        pytest.param("demo-1.0-py3-none-any.WHL", TYPE, id="an extension in capitals"),
        pytest.param("demo-1.0.tar.gz ", TYPE, id="a space behind"),
        pytest.param("demo-1.0.tar.gz\n", INVALID, id="a newline behind"),
        pytest.param("../demo-1.0.tar.gz", INVALID, id="a way up"),
        pytest.param("/etc/demo-1.0.tar.gz", INVALID, id="an absolute path"),
        pytest.param("a\\demo-1.0.tar.gz", INVALID, id="a backslash"),
        pytest.param("de\x00mo-1.0.tar.gz", INVALID, id="NUL"),
        pytest.param("de\x1bmo-1.0.tar.gz", INVALID, id="an escape character"),
        pytest.param("demo\u202e-1.0.tar.gz", INVALID, id="a character that turns the text round"),
        pytest.param("démo-1.0.tar.gz", INVALID, id="a letter outside ASCII"),
        pytest.param(".tar.gz", INVALID, id="only an extension"),
        pytest.param("demo.tar.gz", INVALID, id="no version"),
        pytest.param("demo-one.tar.gz", INVALID, id="a version that is none"),
        pytest.param("demo-1.0-py3-none.whl", INVALID, id="a wheel with a part too few"),
        pytest.param("demo-1.0-1-py3-none-any-x.whl", INVALID, id="a wheel with a part too many"),
        pytest.param("demo-1.0-b1-py3-none-any.whl", INVALID, id="a build that begins with a letter"),
        pytest.param("de__mo-1.0-py3-none-any.whl", INVALID, id="a doubled underscore"),
        pytest.param("d" * (LONGEST_FILENAME - 10) + "-1.0.tar.gz", INVALID, id="one character too long"),
        pytest.param("d" * 100_000 + WHEEL_TAIL, INVALID, id="100 kB"),
    ],
)
def test_what_is_no_filename_is_refused(text: str, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        parse_filename(text)
    assert refused.value.reason is reason
    assert len(str(refused.value.facts["filename"])) <= LONGEST_FILENAME


@given(
    st.text()
    | st.text(max_size=60).map(lambda text: text + ".tar.gz")
    | st.text(max_size=60).map(lambda text: text + WHEEL_TAIL)
    | st.text(alphabet="ab1.-_+!", max_size=60).map(lambda text: text + ".whl")
)
def test_any_text_is_a_filename_or_refused_as_none(text: str) -> None:
    assert refusal_of(lambda: _parse(text)) in {None, INVALID, TYPE}


def test_a_file_lies_under_packages_by_its_digest_with_its_own_name() -> None:
    digest = Sha256("0123" + "a" * 60)
    assert file_path(digest, "demo-1.0.tar.gz") == f"packages/01/23/{'a' * 60}/demo-1.0.tar.gz"


@pytest.mark.parametrize("text", ["demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl"])
def test_the_stem_is_the_filename_without_its_extension(text: str) -> None:
    assert parse_filename(text).stem == text.removesuffix(".tar.gz").removesuffix(".whl")


def _parse(text: str) -> None:
    parse_filename(text)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("demo-1.0-py3-none-any.whl", "py3"),
        ("demo-1.0-py2.py3-none-any.whl", "py2.py3"),
        ("demo-1.0-7-cp311-cp311-win32.whl", "cp311"),
        ("demo-1.0.tar.gz", "source"),
    ],
)
def test_what_pythons_a_file_is_for_stands_in_its_name(text: str, tag: str) -> None:
    assert parse_filename(text).python_tag == tag
