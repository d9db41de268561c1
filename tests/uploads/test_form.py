"""The form beside a file, as every client really sends it, and as none should."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.terms.filenames import Kind
from strongroom.terms.refusals import Malformed, Reason, Refused, refusal_of
from strongroom.uploads.rules.form import (
    DIGEST_LENGTHS,
    REPEATABLE,
    Form,
    read_claim,
    read_form,
    require_no_attestations,
    require_upload_action,
)

SHA256, MD5, BLAKE2 = "a" * 64, "b" * 32, "c" * 64
GOOD = {
    ":action": "file_upload",
    "protocol_version": "1",
    "name": "Demo",
    "version": "1.0",
    "filetype": "bdist_wheel",
    "pyversion": "py3",
    "sha256_digest": SHA256,
}


def form(**changes: str | None) -> Form:
    """The good form with fields changed, or left out where a change is nothing."""
    fields = {**GOOD, **{(":action" if name == "action" else name): value for name, value in changes.items()}}
    return read_form([(name, value) for name, value in fields.items() if value is not None])


def field_that_is_malformed(read: Callable[[], object]) -> str | None:
    try:
        read()
    except Malformed as malformed:
        return malformed.field
    return None


class TestReading:
    @pytest.mark.parametrize("value", ["", "  ", "\r\n", "UNKNOWN", " UNKNOWN "])
    def test_a_field_that_says_nothing_is_not_there(self, value: str) -> None:
        read = read_form([("license", value), ("home_page", "https://example.org")])
        assert read.one("license") is None
        assert dict(read.fields) == {"home_page": ("https://example.org",)}

    def test_a_value_that_only_begins_like_unknown_is_there(self) -> None:
        assert read_form([("author", "UNKNOWN Ltd")]).one("author") == "UNKNOWN Ltd"

    @pytest.mark.parametrize("name", sorted(REPEATABLE))
    def test_a_field_that_may_be_repeated_keeps_every_value_in_order(self, name: str) -> None:
        assert read_form([(name, "b"), (name, ""), (name, "a"), (name, "b")]).many(name) == ("b", "a", "b")

    def test_a_field_is_found_under_each_of_its_spellings(self) -> None:
        read = read_form([("provides_extras", "pdm"), ("provides_extra", "twine")])
        assert read.many("provides_extra", "provides_extras") == ("twine", "pdm")

    @pytest.mark.parametrize("name", ["name", "version", "filetype", "sha256_digest", "summary", "an_unknown_one"])
    def test_two_values_for_one_field_cannot_be_read(self, name: str) -> None:
        assert field_that_is_malformed(lambda: read_form([(name, "a"), (name, "b")])) == name

    @pytest.mark.parametrize("more", ["a", "", "UNKNOWN"])
    def test_the_same_value_twice_or_an_empty_one_beside_it_does_no_harm(self, more: str) -> None:
        assert read_form([("name", "a"), ("name", more)]).one("name") == "a"

    @pytest.mark.parametrize("value", ["\x00", "a\x00b", "UNKNOWN\x00"])
    def test_a_nul_in_a_value_cannot_be_read(self, value: str) -> None:
        assert field_that_is_malformed(lambda: read_form([("summary", value)])) == "summary"

    @pytest.mark.parametrize("name", ["na\x00me", "na\nme", "na\x1bme", "na\u202eme", "na\ud800me"])
    def test_a_name_that_cannot_be_printed_is_not_repeated_in_the_answer(self, name: str) -> None:
        assert field_that_is_malformed(lambda: read_form([(name, "x")])) == "form"

    @given(st.lists(st.tuples(st.text(), st.text())))
    def test_any_form_is_read_or_malformed(self, pairs: list[tuple[str, str]]) -> None:
        try:
            read = read_form(pairs)
        except Malformed:
            return
        assert all(values and all(value.strip() for value in values) for values in read.fields.values())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, None, id="an upload"),
        pytest.param({"action": None, "protocol_version": None}, None, id="neither action nor protocol"),
        pytest.param({"action": "", "protocol_version": ""}, None, id="both empty"),
        pytest.param({"action": "submit"}, Reason.ACTION_GONE, id="registering, as old twine and poetry do"),
        pytest.param({"action": "submit_pkg_info"}, Reason.ACTION_GONE, id="registering by PKG-INFO"),
        pytest.param({"action": "doc_upload"}, Reason.ACTION_GONE, id="documentation"),
        pytest.param({"action": "remove_pkg"}, ":action", id="an action that never was"),
        pytest.param({"protocol_version": "2"}, "protocol_version", id="protocol 2"),
        pytest.param({"protocol_version": "1.0"}, "protocol_version", id="protocol 1.0"),
    ],
)
def test_a_form_asks_for_an_upload_in_protocol_1(changes: dict[str, str | None], expected: Reason | str | None) -> None:
    assert _outcome(lambda: require_upload_action(form(**changes))) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param([], None, id="none"),
        pytest.param([""], None, id="an empty field"),
        pytest.param(['[{"version": 1}]'], Reason.ATTESTATIONS_UNVERIFIABLE, id="one"),
        pytest.param(["[{}]", "[{}]"], Reason.ATTESTATIONS_UNVERIFIABLE, id="two fields"),
        pytest.param(["[]"], "attestations", id="an empty array"),
        pytest.param(["{}"], "attestations", id="an empty object"),
        pytest.param(["null"], "attestations", id="null"),
        pytest.param(["5"], "attestations", id="a number"),
        pytest.param(["[{]"], "attestations", id="broken JSON"),
        pytest.param(["[" * 100_000], "attestations", id="JSON of a hundred thousand brackets"),
        pytest.param(["[" + "9" * 5000 + "]"], "attestations", id="a number of thousands of digits"),
    ],
)
def test_attestations_are_refused_while_they_cannot_be_verified(sent: list[str], expected: Reason | str | None) -> None:
    read = read_form([("attestations", text) for text in sent])
    assert _outcome(lambda: require_no_attestations(read)) == expected


def _outcome(gate: Callable[[], None]) -> Reason | str | None:
    try:
        return refusal_of(gate)
    except Malformed as malformed:
        return malformed.field


class TestTheClaim:
    def test_a_wheel_claims_name_version_kind_and_digests(self) -> None:
        claim = read_claim(form(md5_digest=MD5, blake2_256_digest=BLAKE2))
        assert (claim.name.display, claim.name.normalized) == ("Demo", "demo")
        assert (claim.version, claim.kind) == ("1.0", Kind.WHEEL)
        assert claim.digests == {"md5_digest": MD5, "sha256_digest": SHA256, "blake2_256_digest": BLAKE2}

    @pytest.mark.parametrize("pyversion", ["source", "", None])
    def test_an_sdist_is_for_source_whether_that_is_said_or_not(self, pyversion: str | None) -> None:
        assert read_claim(form(filetype="sdist", pyversion=pyversion)).kind is Kind.SDIST

    @pytest.mark.parametrize("name", sorted(DIGEST_LENGTHS))
    def test_any_one_digest_is_enough(self, name: str) -> None:
        digest = "0" * DIGEST_LENGTHS[name]
        assert read_claim(form(**{"sha256_digest": None, name: digest})).digests == {name: digest}

    def test_a_digest_in_capitals_is_the_same_digest(self) -> None:
        assert read_claim(form(sha256_digest="AB" * 32)).digests == {"sha256_digest": "ab" * 32}

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            pytest.param({"name": None}, "name", id="no name"),
            pytest.param({"name": ""}, "name", id="an empty name"),
            pytest.param({"version": None}, "version", id="no version"),
            pytest.param({"filetype": None}, "filetype", id="no filetype"),
            pytest.param({"filetype": "bdist_egg"}, "filetype", id="an egg"),
            pytest.param({"filetype": "bdist_wininst"}, "filetype", id="an installer for Windows"),
            pytest.param({"filetype": "SDIST"}, "filetype", id="a filetype in capitals"),
            pytest.param({"filetype": "sdist", "pyversion": "py3"}, "pyversion", id="an sdist for a Python"),
            pytest.param({"pyversion": None}, "pyversion", id="a wheel for no Python"),
            pytest.param({"sha256_digest": None}, "sha256_digest", id="no digest at all"),
            pytest.param({"sha256_digest": "a" * 63}, "sha256_digest", id="a digest one digit short"),
            pytest.param({"sha256_digest": "a" * 65}, "sha256_digest", id="a digest one digit long"),
            pytest.param({"sha256_digest": "g" * 64}, "sha256_digest", id="a digest that is not hexadecimal"),
            pytest.param({"sha256_digest": "a" * 63 + "\n"}, "sha256_digest", id="a digest with a newline"),
            pytest.param({"sha256_digest": "١" * 64}, "sha256_digest", id="a digest of digits outside ASCII"),
            pytest.param({"md5_digest": SHA256}, "md5_digest", id="a digest of another length beside a good one"),
            pytest.param({"blake2_256_digest": "a"}, "blake2_256_digest", id="a short BLAKE2 beside a good one"),
        ],
    )
    def test_what_the_claim_needs_is_there_and_readable(self, changes: dict[str, str | None], field: str) -> None:
        assert field_that_is_malformed(lambda: read_claim(form(**changes))) == field

    def test_a_name_that_is_none_is_refused(self) -> None:
        with pytest.raises(Refused) as refused:
            read_claim(form(name="-demo-"))
        assert refused.value.reason is Reason.NAME_INVALID

    @given(st.dictionaries(st.sampled_from(sorted({*GOOD, *DIGEST_LENGTHS})), st.text()))
    def test_any_text_in_its_fields_is_a_claim_or_said_to_be_none(self, fields: dict[str, str]) -> None:
        found = _outcome(lambda: _read(fields))
        assert found in {None, Reason.NAME_INVALID, *GOOD, *DIGEST_LENGTHS}


def _read(fields: dict[str, str]) -> None:
    read_claim(read_form({**GOOD, **fields}.items()))
