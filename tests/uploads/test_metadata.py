"""Core Metadata as an archive may have it: every version, and every hostile value."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.terms.refusals import Reason, Refused, refusal_of
from strongroom.uploads.rules.metadata import (
    LONGEST_LABEL,
    LONGEST_REQUIRES_PYTHON,
    LONGEST_SUMMARY,
    LONGEST_VERSION,
    MOST_VALUES,
    VERSIONS,
    read_core_metadata,
    require_known_classifiers,
    require_no_direct_references,
    require_no_local_version,
    require_sound_fields,
)

INVALID = Reason.METADATA_INVALID
BASE = b"Metadata-Version: 2.4\nName: Demo\nVersion: 1.0\n"


def text(*lines: str, version: str = "2.4", body: str = "") -> bytes:
    """Sound metadata with more headers, and a description behind them."""
    headers = [f"Metadata-Version: {version}", "Name: Demo", "Version: 1.0", *lines]
    return ("\n".join(headers) + "\n" + (f"\n{body}" if body else "")).encode()


def refusal(content: bytes) -> tuple[Reason, str] | None:
    """Why the metadata is refused, by reading it or for its fields; and which field that is about."""
    try:
        require_sound_fields(read_core_metadata(content))
    except Refused as refused:
        return refused.reason, str(refused.facts.get("field", ""))
    return None


class TestVersions:
    @pytest.mark.parametrize("version", VERSIONS)
    def test_every_version_that_there_is_can_be_published(self, version: str) -> None:
        core = read_core_metadata(text(version=version))
        assert (core.name, str(core.version)) == ("demo", "1.0")

    def test_the_versions_are_those_of_the_specification_without_the_withdrawn_one(self) -> None:
        assert VERSIONS == ("1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6")

    @pytest.mark.parametrize("version", ["2.0", "2.7", "3.0", "9.9", "2", "2.10", "02.1", "two", "2.1\n .0", ""])
    def test_any_other_version_is_refused(self, version: str) -> None:
        with pytest.raises(Refused) as refused:
            read_core_metadata(text(version=version))
        assert refused.value.reason is Reason.METADATA_VERSION
        assert refused.value.facts["newest"] == "2.6"

    def test_metadata_that_says_no_version_is_refused(self) -> None:
        assert refusal(b"Name: Demo\nVersion: 1.0\n") == (Reason.METADATA_VERSION, "")

    @pytest.mark.parametrize("field", ["License-File: LICENSE", "Dynamic: Classifier", "Import-Name: demo"])
    def test_a_field_newer_than_the_version_is_tolerated(self, field: str) -> None:
        assert refusal(text(field, version="2.1")) is None


@pytest.mark.parametrize(
    ("content", "field"),
    [
        pytest.param(BASE + b"Author: a\x00b\n", "METADATA", id="NUL"),
        pytest.param(b"\xef\xbb\xbf" + BASE, "METADATA", id="a byte order mark"),
        pytest.param(BASE.decode().encode("utf-16"), "METADATA", id="UTF-16"),
        pytest.param(BASE + b"Author: Zo\xeb\n", "METADATA", id="Latin-1 in a header"),
        pytest.param(BASE + b"\nZo\xeb\n", "METADATA", id="Latin-1 in the description"),
        pytest.param(BASE + b"Author: \xed\xa0\x80\n", "METADATA", id="half a surrogate pair"),
        pytest.param(BASE + b"Author: x\rRequires-Dist: evil\n", "METADATA", id="a header behind a lone return"),
        pytest.param(BASE + b"Author: x\r\rbody\n", "METADATA", id="two lone returns"),
        pytest.param(
            BASE + b"Content-Transfer-Encoding: base64\n\nAAAA\n",
            "content-transfer-encoding",
            id="a description in base64 that hides NUL",
        ),
        pytest.param(
            BASE + b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nhi\n--x--\n", "description", id="a multipart"
        ),
        pytest.param(BASE + b"Summary: a\nSummary: b\n", "summary", id="two summaries"),
        pytest.param(BASE + b"Summary: a\nsummary: a\n", "summary", id="the same summary in two spellings"),
        pytest.param(BASE + b"Description: a\n\nb\n", "description", id="a description in header and body"),
        pytest.param(BASE + b"Name: other\n", "name", id="two names"),
        pytest.param(BASE + b"Version: 2.0\n", "version", id="two versions"),
        pytest.param(BASE + b"Metadata-Version: 2.1\n", "metadata-version", id="two metadata versions"),
        pytest.param(BASE + b"Requires-Python: >=3\nRequires-Python: >=2\n", "requires-python", id="two Pythons"),
        pytest.param(
            BASE + b"License-Expression: MIT\nLicense-Expression: 0BSD\n", "license-expression", id="two licences"
        ),
        pytest.param(
            BASE + b"Project-URL: A, https://a.example\nProject-URL: A, https://b.example\n",
            "project-url",
            id="two links of one label",
        ),
        pytest.param(b"Metadata-Version: 2.4\nVersion: 1.0\n", "name", id="no name"),
        pytest.param(b"Metadata-Version: 2.4\nName: Demo\n", "version", id="no version"),
        pytest.param(b"Metadata-Version: 2.4\nName demo\nVersion: 1.0\n", "name", id="a line that is no header"),
        pytest.param(b"Metadata-Version: 2.4\nName: -demo\nVersion: 1.0\n", "name", id="a name that is none"),
        pytest.param(b"Metadata-Version: 2.4\nName: Demo\n evil\nVersion: 1.0\n", "name", id="a folded name"),
        pytest.param(b"Metadata-Version: 2.4\nName: Demo\nVersion: one\n", "version", id="a version that is none"),
        pytest.param(b"Metadata-Version: 2.4\nName: Demo\nVersion: 1.0\n .1\n", "version", id="a folded version"),
        pytest.param(
            b"Metadata-Version: 2.4\nName: Demo\nVersion: " + b"9" * 5000 + b"\n",
            "version",
            id="5000 digits of version",
        ),
    ],
)
def test_metadata_that_two_readers_could_read_differently_is_refused(content: bytes, field: str) -> None:
    assert refusal(content) == (INVALID, field)


def test_a_name_of_100_kb_is_refused_without_being_repeated() -> None:
    with pytest.raises(Refused) as refused:
        read_core_metadata(b"Metadata-Version: 2.4\nName: " + b"a" * 100_000 + b"\nVersion: 1.0\n")
    assert refused.value.reason is Reason.NAME_INVALID
    assert len(str(refused.value)) < 300


LINK = "https://example.org/"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        pytest.param("Summary: " + "x" * LONGEST_SUMMARY, None, id="a summary of 512 characters"),
        pytest.param("Summary: " + "x" * (LONGEST_SUMMARY + 1), "summary", id="a summary of 513 characters"),
        pytest.param("Summary: a\n b", "summary", id="a summary of two lines"),
        pytest.param("Summary: a\u2028b", "summary", id="a summary with a line separator"),
        pytest.param("Summary: <script>alert(1)</script>", None, id="markup in the summary, which pages must escape"),
        pytest.param("Author: <img src=x onerror=alert(1)>", None, id="markup in the author"),
        pytest.param("Author-Email: ada@example.org", None, id="an address"),
        pytest.param("Author-Email: Ada L <ada@example.org>, b@example.org", None, id="two addresses, one with a name"),
        pytest.param('Author-Email: "L, Ada" <ada@example.org>', None, id="a name with a comma in quotation marks"),
        pytest.param("Author-Email: ", None, id="an empty address"),
        pytest.param("Author-Email: ada", "author_email", id="an address without @"),
        pytest.param("Author-Email: Ada, ada@example.org", "author_email", id="a name where an address should be"),
        pytest.param("Maintainer-Email: ada at example.org", "maintainer_email", id="an address in words"),
        pytest.param("Home-Page: https://example.org", None, id="a home page"),
        pytest.param("Home-Page: UNKNOWN", None, id="a home page that is UNKNOWN"),
        pytest.param("Home-Page: javascript:alert(1)", "home_page", id="a home page that is a script"),
        pytest.param("Home-Page: data:text/html,x", "home_page", id="a home page that is data"),
        pytest.param("Home-Page: https://a.example\n evil", "home_page", id="a folded home page"),
        pytest.param("Home-Page: example.org", "home_page", id="a home page without http"),
        pytest.param("Home-Page: https:///x", "home_page", id="a home page without a host"),
        pytest.param("Home-Page: https://[x", "home_page", id="a home page with half a bracket"),
        pytest.param("Download-URL: ftp://example.org/x", "download_url", id="a download by ftp"),
        pytest.param("Download-URL: HTTPS://example.org/x", None, id="a download in capitals"),
        pytest.param("Project-URL: Docs, https://example.org", None, id="a labelled link"),
        pytest.param("Project-URL: Docs, javascript:alert(1)", "project_urls", id="a labelled script"),
        pytest.param("Project-URL: Docs, \x01javascript:alert(1)", "project_urls", id="a script behind a control"),
        pytest.param("Project-URL: Docs, data:text/html;base64,AAAA", "project_urls", id="labelled data"),
        pytest.param("Project-URL: Docs", "project_urls", id="a label without a link"),
        pytest.param("Project-URL: , https://example.org", "project_urls", id="a link without a label"),
        pytest.param(f"Project-URL: {'x' * LONGEST_LABEL}, {LINK}", None, id="a label of 32 characters"),
        pytest.param(f"Project-URL: {'x' * (LONGEST_LABEL + 1)}, {LINK}", "project_urls", id="a label of 33"),
        pytest.param(f"Project-URL: a\u202eb, {LINK}", "project_urls", id="a label that turns the text round"),
        pytest.param("License: MIT", None, id="a licence in words"),
        pytest.param("License-Expression: MIT OR Apache-2.0", None, id="a licence expression"),
        pytest.param("License: MIT\nLicense-Expression: MIT", "license", id="a licence twice"),
        pytest.param("License: UNKNOWN\nLicense-Expression: MIT", None, id="an UNKNOWN licence beside an expression"),
        pytest.param("License-Expression: Mine", "license-expression", id="a licence that is not on the list"),
        pytest.param("License-Expression: " + "(" * 20_000 + "MIT", "license-expression", id="brackets of licences"),
        pytest.param("License-File: ../../etc/passwd", "license-file", id="a licence file outside"),
        pytest.param("License-File: /etc/passwd", "license-file", id="a licence file by its full path"),
        pytest.param("Requires-Python: >=3.11", None, id="a Python"),
        pytest.param("Requires-Python: three", "requires-python", id="a Python that is none"),
        pytest.param("Requires-Python: >=3\n .8", "requires-python", id="a folded Python"),
        pytest.param(
            "Requires-Python: " + ">=3,  " * (LONGEST_REQUIRES_PYTHON // 6) + ">=3",
            "requires_python",
            id="501 of Python",
        ),
        pytest.param("Requires-Dist: other>=1; python_version<'4'", None, id="a dependency"),
        pytest.param("Requires-Dist: other >=", "requires-dist", id="a dependency that is none"),
        pytest.param(
            f"Requires-Dist: x; {'(' * 20_000}os_name=='a'{')' * 20_000}", "requires_dist", id="20,000 brackets"
        ),
        pytest.param("Provides-Extra: dev", None, id="an extra"),
        pytest.param("Provides-Extra: -dev", "provides-extra", id="an extra that is none"),
        pytest.param("Dynamic: Version", "dynamic", id="a version that may change"),
        pytest.param("Dynamic: Nonsense", "dynamic", id="a dynamic field that there is not"),
        pytest.param("Description-Content-Type: text/markdown; variant=GFM", None, id="Markdown"),
        pytest.param("Description-Content-Type: text/html", "description-content-type", id="HTML"),
        pytest.param("Description-Content-Type: text/plain; x*", "description-content-type", id="half a parameter"),
        pytest.param("Import-Name: demo.part; private", None, id="an import name"),
        pytest.param("Import-Name: class", "import-name", id="an import name that is a keyword"),
        pytest.param("Author: Ada\n Lovelace", None, id="an author on two lines"),
        pytest.param("X-Something: else", None, id="a field that nobody knows"),
    ],
)
def test_every_field_is_what_it_should_be(line: str, field: str | None) -> None:
    assert refusal(text(line)) == (None if field is None else (INVALID, field))


@pytest.mark.parametrize(
    ("version", "field"),
    [
        pytest.param("1." + "0" * (LONGEST_VERSION - 2), None, id="100 characters that are shorter once read"),
        pytest.param("1." + "9" * (LONGEST_VERSION - 2), None, id="100 characters"),
        pytest.param("1." + "9" * (LONGEST_VERSION - 1), "version", id="101 characters"),
    ],
)
def test_a_version_has_at_most_100_characters(version: str, field: str | None) -> None:
    found = refusal(f"Metadata-Version: 2.4\nName: Demo\nVersion: {version}\n".encode())
    assert found == (None if field is None else (INVALID, field))


REPEATED: dict[str, Callable[[int], list[str]]] = {
    "classifiers": lambda count: ["Classifier: Topic :: Software Development"] * count,
    "project_urls": lambda count: [f"Project-URL: Link {number}, {LINK}" for number in range(count)],
    "requires_dist": lambda count: [f"Requires-Dist: other{number}" for number in range(count)],
    "provides_extra": lambda count: [f"Provides-Extra: extra{number}" for number in range(count)],
    "keywords": lambda count: ["Keywords: " + ",".join(["word"] * count)],
}


@pytest.mark.parametrize("field", MOST_VALUES)
def test_a_field_is_repeated_up_to_its_limit_and_no_more(field: str) -> None:
    most = MOST_VALUES[field]
    assert refusal(text(*REPEATED[field](most))) is None
    assert refusal(text(*REPEATED[field](most + 1))) == (INVALID, field)


class TestPolicy:
    @pytest.mark.parametrize(("version", "reason"), [("1.0", None), ("1.0+local.1", Reason.LOCAL_VERSION)])
    def test_a_public_index_takes_no_local_version(self, version: str, reason: Reason | None) -> None:
        core = read_core_metadata(f"Metadata-Version: 2.4\nName: Demo\nVersion: {version}\n".encode())
        assert refusal_of(lambda: require_no_local_version(core)) is reason

    @pytest.mark.parametrize(
        ("requirement", "reason"),
        [
            pytest.param("other>=1", None, id="a name and versions"),
            pytest.param("other[extra]; os_name=='posix'", None, id="an extra and a marker"),
            pytest.param("other @ https://example.org/other.whl", Reason.DIRECT_REFERENCE, id="an address"),
            pytest.param("other @ file:///etc/passwd", Reason.DIRECT_REFERENCE, id="a file"),
            pytest.param(
                "other @ git+https://example.org/x ; extra == 'dev'", Reason.DIRECT_REFERENCE, id="in an extra"
            ),
        ],
    )
    def test_a_public_index_takes_no_dependency_by_address(self, requirement: str, reason: Reason | None) -> None:
        core = read_core_metadata(text("Requires-Dist: first", f"Requires-Dist: {requirement}"))
        assert refusal_of(lambda: require_no_direct_references(core)) is reason

    @pytest.mark.parametrize(
        ("classifier", "private", "reason"),
        [
            pytest.param("Known :: One", False, None, id="a known one"),
            pytest.param("Known :: Other", False, Reason.CLASSIFIER_UNKNOWN, id="an unknown one"),
            pytest.param("known :: one", False, Reason.CLASSIFIER_UNKNOWN, id="a known one in small letters"),
            pytest.param("Known :: Other", True, Reason.CLASSIFIER_UNKNOWN, id="an unknown one on a private index"),
            pytest.param("Private :: Ours", False, Reason.CLASSIFIER_UNKNOWN, id="a private one on a public index"),
            pytest.param("Private :: Ours", True, None, id="a private one on a private index"),
        ],
    )
    def test_classifiers_are_known_ones(self, classifier: str, private: bool, reason: Reason | None) -> None:
        core = read_core_metadata(text("Classifier: Known :: One", f"Classifier: {classifier}"))
        known = {"Known :: One"}
        assert refusal_of(lambda: require_known_classifiers(core, known=known, private=private)) is reason


class TestReadingAField:
    def test_a_field_that_says_nothing_is_nothing(self) -> None:
        core = read_core_metadata(text("Author: UNKNOWN", "License: ", "Keywords: a, b"))
        assert core.text("author") is None
        assert core.text("license") is None
        assert core.text("home_page") is None
        assert core.text("keywords") is None
        assert core.texts("keywords") == ("a", "b")
        assert core.texts("classifiers") == ()

    def test_the_description_is_read_from_the_body(self) -> None:
        core = read_core_metadata(text("Author: Zoë", body="Hällo\n"))
        assert (core.text("author"), core.text("description")) == ("Zoë", "Hällo\n")

    def test_lines_may_end_as_on_windows(self) -> None:
        core = read_core_metadata(text("Author: Zoë", body="One\nTwo\n").replace(b"\n", b"\r\n"))
        assert (core.text("author"), core.text("summary")) == ("Zoë", None)
        assert (core.text("description") or "").split() == ["One", "Two"]


EXPECTED = {None, INVALID, Reason.METADATA_VERSION, Reason.NAME_INVALID, Reason.DIRECT_REFERENCE}
HEADERS = st.sampled_from(
    ["Name", "Version", "Metadata-Version", "Summary", "Author-Email", "Requires-Dist", "Requires-Python", "Classifier",
     "Project-URL", "Home-Page", "License-Expression", "License-File", "Dynamic", "Provides-Extra", "Import-Name",
     "Description-Content-Type", "Keywords", "Content-Type", "Content-Transfer-Encoding"]
)  # fmt: skip
VALUES = st.text(max_size=40) | st.text(alphabet="ab1.-_;:,@<>=()[]'\" \t\r\n*/%", max_size=40)
LINES = st.tuples(HEADERS, VALUES).map(lambda pair: f"{pair[0]}: {pair[1]}\n".encode("utf-8", "surrogatepass"))


@given(
    st.binary() | st.binary().map(lambda rest: BASE + rest) | st.lists(LINES).map(lambda more: BASE + b"".join(more))
)
def test_any_bytes_are_metadata_or_refused_as_none(content: bytes) -> None:
    assert refusal_of(lambda: _judge(content)) in EXPECTED


@given(st.data())
def test_sound_metadata_with_a_few_bytes_changed_is_metadata_or_refused(data: st.DataObject) -> None:
    content = bytearray(
        text("Requires-Dist: other>=1", f"Project-URL: Docs, {LINK}", "Author-Email: Ada <a@b.example>", body="Hi")
    )
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert refusal_of(lambda: _judge(bytes(content))) in EXPECTED


def _judge(content: bytes) -> None:
    core = read_core_metadata(content)
    require_sound_fields(core)
    require_no_direct_references(core)
