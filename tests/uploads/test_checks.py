"""Every check of an upload: one good upload, and for each row one property changed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_type_hints

import pytest

from strongroom.mandate.rules import Bearer, Standing
from strongroom.projects.rules.names import NewProject
from strongroom.projects.rules.roles import Role
from strongroom.terms.filenames import Kind, Sha256, parse_filename
from strongroom.terms.names import normalize, parse_project_name
from strongroom.terms.refusals import Malformed, Reason, Refused, refusal_of
from strongroom.terms.statuses import ProjectStatus
from strongroom.tokens.rules import Permission, TokenFacts
from strongroom.uploads.rules import checks
from strongroom.uploads.rules.archives import Archive
from strongroom.uploads.rules.checks import (
    ARCHIVE_CHECKS,
    FIRST_CHECKS,
    STANDING_CHECKS,
    Before,
    Opened,
    Policy,
    Received,
    Submission,
    is_already_there,
    require_size,
    warnings_for,
)
from strongroom.uploads.rules.form import read_claim, read_form
from strongroom.uploads.rules.metadata import read_core_metadata

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MIB = 1024 * 1024
BYTES, OTHER = Sha256("a" * 64), Sha256("b" * 64)
WHEEL = "demo-1.0-py3-none-any.whl"
METADATA = b"Metadata-Version: 2.4\nName: Demo\nVersion: 1.0\n"

FORM = {
    "name": "Demo",
    "version": "1.0",
    "filetype": "bdist_wheel",
    "pyversion": "py3",
    "md5_digest": "c" * 32,
    "sha256_digest": BYTES,
}
TOKEN = TokenFacts(permissions=frozenset({Permission.PUBLISH}), projects=None, expires_at=None, revoked_at=None)
POLICY = Policy(
    private=False,
    uploads_paused=False,
    max_file_bytes=MIB,
    max_project_bytes=3 * MIB,
    release_closes_after_days=14,
    classifiers=frozenset({"Known :: One"}),
)
RECEIVED = Received(
    filename=parse_filename(WHEEL),
    content_type="application/octet-stream",
    size=1000,
    sha256=BYTES,
    digests={"md5_digest": "c" * 32, "sha256_digest": BYTES, "blake2_256_digest": "d" * 64},
)
BEFORE = Before(
    status=ProjectStatus.ACTIVE,
    project_is_deleted=False,
    release_is_deleted=False,
    project_bytes=0,
    release_created_at=NOW,
    other_sdist=None,
    same_name=None,
    same_bytes=None,
    name_was_taken=False,
    new_project=None,
)
NEW_PROJECT = NewProject(
    name=parse_project_name("Demo"), similar_to=None, prohibited=(), made_this_hour=0, limit_per_hour=1
)
_FORM = read_form(FORM.items())
GOOD = Submission(
    policy=POLICY,
    form=_FORM,
    claim=read_claim(_FORM),
    received=RECEIVED,
    standing=Standing(
        bearer=Bearer(account_is_active=True, token=TOKEN, now=NOW),
        has_verified_address=True,
        project=normalize("Demo"),
        role=Role.MAINTAINER,
    ),
    before=BEFORE,
    now=NOW,
)


def policy(**changes: object) -> Submission:
    return replace(GOOD, policy=replace(POLICY, **changes))  # type: ignore[arg-type]


def received(**changes: object) -> Submission:
    return replace(GOOD, received=replace(RECEIVED, **changes))  # type: ignore[arg-type]


def before(**changes: object) -> Submission:
    return replace(GOOD, before=replace(BEFORE, **changes))  # type: ignore[arg-type]


def standing(**changes: object) -> Submission:
    return replace(GOOD, standing=replace(GOOD.standing, **changes))  # type: ignore[arg-type]


def new_project(**changes: object) -> Submission:
    return before(new_project=replace(NEW_PROJECT, **changes))  # type: ignore[arg-type]


def sent(**changes: str) -> Submission:
    """The good upload with another form."""
    form = read_form({**FORM, **changes}.items())
    return replace(GOOD, form=form, claim=read_claim(form))


def named(filename: str, *, private: bool = False, **form: str) -> Submission:
    """The good upload of a file with another name."""
    upload = replace(sent(**form), received=replace(RECEIVED, filename=parse_filename(filename)))
    return replace(upload, policy=replace(POLICY, private=private))


def sdist(filename: str = "demo-1.0.tar.gz", **form: str) -> Submission:
    return replace(
        sent(**{"filetype": "sdist", "pyversion": "source", **form}),
        received=replace(RECEIVED, filename=parse_filename(filename)),
    )


def opened(*headers: str, private: bool = False, content: bytes = METADATA) -> Opened:
    """The good upload, its archive read."""
    metadata = content + "".join(f"{header}\n" for header in headers).encode()
    archive = Archive(kind=Kind.WHEEL, metadata=metadata, members=(), warnings=("put this right",))
    return Opened(policy(private=private), archive, read_core_metadata(metadata))


def first_refusal(upload: Submission) -> Reason | str | None:
    """What is said first of all that the checks before the archive have to say."""
    try:
        for check in (*FIRST_CHECKS, *STANDING_CHECKS):
            check(upload)
    except Refused as refused:
        return refused.reason
    except Malformed as malformed:
        return malformed.field
    return None


ALONE = [
    pytest.param(GOOD, None, id="a good wheel"),
    pytest.param(sdist(), None, id="a good sdist"),
    pytest.param(policy(uploads_paused=True), Reason.UPLOADS_PAUSED, id="while uploads are paused"),
    # The form
    pytest.param(sent(**{":action": "submit"}), Reason.ACTION_GONE, id="a form that registers"),
    pytest.param(sent(protocol_version="2"), "protocol_version", id="a form in protocol 2"),
    pytest.param(sent(attestations="[{}]"), Reason.ATTESTATIONS_UNVERIFIABLE, id="a form with attestations"),
    # The project and who asks
    pytest.param(before(status=ProjectStatus.DEPRECATED), None, id="to a deprecated project"),
    pytest.param(before(status=ProjectStatus.ARCHIVED), Reason.PROJECT_ARCHIVED, id="to an archived project"),
    pytest.param(before(status=ProjectStatus.QUARANTINED), Reason.PROJECT_QUARANTINED, id="to a quarantined project"),
    pytest.param(standing(role=None), Reason.NOT_A_COLLABORATOR, id="by a stranger"),
    pytest.param(standing(has_verified_address=False), Reason.EMAIL_NOT_VERIFIED, id="from an unverified address"),
    pytest.param(new_project(), None, id="to a new project"),
    pytest.param(new_project(similar_to="dem0"), Reason.NAME_TOO_SIMILAR, id="to a new name read for another"),
    pytest.param(new_project(made_this_hour=1), Reason.TOO_MANY_NEW_PROJECTS, id="to one new project too many"),
    # The file part
    pytest.param(received(content_type=""), None, id="without a part type, as uv and flit send it"),
    pytest.param(received(content_type="image/png"), Reason.FILE_PART_IMAGE, id="as an image"),
    pytest.param(received(size=0), Reason.FILE_EMPTY, id="of no bytes"),
    pytest.param(received(size=1), None, id="of one byte"),
    pytest.param(received(size=MIB), None, id="of the largest size there may be"),
    pytest.param(received(size=MIB + 1), Reason.FILE_TOO_LARGE, id="one byte larger"),
    # The filename
    pytest.param(named(WHEEL, name="d.e-mo"), Reason.FILENAME_NAME, id="a wheel of another project"),
    pytest.param(named("de_mo-1.0-py3-none-any.whl", name="De.Mo"), None, id="a wheel with its name in one spelling"),
    pytest.param(
        named("de.mo-1.0-py3-none-any.whl", name="De.Mo"), Reason.FILENAME_NAME, id="a wheel with a dot in its name"
    ),
    pytest.param(named("Demo-1.0-py3-none-any.whl"), Reason.FILENAME_NAME, id="a wheel with capitals in its name"),
    pytest.param(named(WHEEL, filetype="sdist", pyversion="source"), Reason.FILENAME_TYPE, id="a wheel said an sdist"),
    pytest.param(named("demo-1.0.tar.gz"), Reason.FILENAME_TYPE, id="an sdist said a wheel"),
    pytest.param(named(WHEEL, version="1.0.0"), Reason.FILENAME_VERSION, id="a wheel whose version is spelt otherwise"),
    pytest.param(named(WHEEL, version="1.1"), Reason.FILENAME_VERSION, id="a wheel of another version"),
    pytest.param(named(WHEEL, version="one"), "version", id="a form whose version is none"),
    pytest.param(named(WHEEL, version="9" * 5000), "version", id="a form whose version has 5000 digits"),
    pytest.param(
        named("demo-1.0+cu12-py3-none-any.whl", version="1.0+CU12"), None, id="a wheel of a local version, so far"
    ),
    pytest.param(sdist("de_mo-1.0.tar.gz", name="de-mo"), None, id="an sdist as PEP 625 spells it"),
    pytest.param(
        sdist("de-mo-1.0.tar.gz", name="de-mo"), Reason.FILENAME_NAME, id="an sdist with a hyphen in its name"
    ),
    pytest.param(sdist("demo-1.0.0.tar.gz"), Reason.FILENAME_VERSION, id="an sdist with another spelling of 1.0"),
    pytest.param(sdist("demo-1.0-1.tar.gz", version="1.0.post1"), Reason.FILENAME_NAME, id="an sdist of an old post"),
    # Digests
    pytest.param(sent(sha256_digest=OTHER), Reason.DIGEST_MISMATCH, id="with another SHA-256"),
    pytest.param(sent(md5_digest="e" * 32), Reason.DIGEST_MISMATCH, id="with a good SHA-256 and another MD5"),
    pytest.param(sent(blake2_256_digest="d" * 64), None, id="with a third digest that is right"),
    pytest.param(sent(blake2_256_digest="e" * 64), Reason.DIGEST_MISMATCH, id="with a third digest that is wrong"),
    # What was there before
    pytest.param(before(project_is_deleted=True), Reason.PROJECT_DELETED, id="to a deleted project"),
    pytest.param(before(release_is_deleted=True), Reason.RELEASE_DELETED, id="to a deleted release"),
    pytest.param(
        before(project_is_deleted=True, release_is_deleted=True, name_was_taken=True),
        Reason.PROJECT_DELETED,
        id="to a deleted project, a deleted release and a taken name",
    ),
    pytest.param(before(same_name=OTHER), Reason.FILE_EXISTS, id="over a file with other bytes"),
    pytest.param(before(name_was_taken=True), Reason.FILENAME_TAKEN, id="under a name that was deleted"),
    pytest.param(before(same_bytes="demo-0.9-py3-none-any.whl"), Reason.FILE_EXISTS, id="of bytes under another name"),
    pytest.param(
        before(same_name=OTHER, name_was_taken=True), Reason.FILE_EXISTS, id="over a file whose name is taken"
    ),
    pytest.param(before(release_created_at=None), None, id="into a new release"),
    pytest.param(before(release_created_at=NOW - timedelta(days=14)), None, id="into a release of just 14 days"),
    pytest.param(
        before(release_created_at=NOW - timedelta(days=14, microseconds=1)), Reason.RELEASE_CLOSED, id="a moment later"
    ),
    pytest.param(
        replace(policy(release_closes_after_days=0), before=replace(BEFORE, release_created_at=NOW - timedelta(9000))),
        None,
        id="into an old release where releases stay open",
    ),
    pytest.param(before(other_sdist="demo-1.0.tar.gz"), None, id="a wheel beside an sdist"),
    pytest.param(
        replace(sdist(), before=replace(BEFORE, other_sdist="demo-1.tar.gz")), Reason.SECOND_SDIST, id="a second sdist"
    ),
    pytest.param(before(project_bytes=3 * MIB - 1000), None, id="that just fills the project"),
    pytest.param(
        before(project_bytes=3 * MIB - 999), Reason.PROJECT_TOO_LARGE, id="one byte more than the project may"
    ),
]


@pytest.mark.parametrize(("upload", "expected"), ALONE)
def test_what_is_said_of_an_upload_before_its_archive_is_opened(
    upload: Submission, expected: Reason | str | None
) -> None:
    assert first_refusal(upload) == expected


@pytest.mark.parametrize(
    ("platform", "public"),
    [
        pytest.param("any", True, id="any"),
        pytest.param("win_amd64", True, id="Windows"),
        pytest.param("manylinux_2_28_x86_64", True, id="manylinux"),
        pytest.param("manylinux2014_aarch64.manylinux_2_17_aarch64", True, id="two manylinux"),
        pytest.param("musllinux_1_2_x86_64", True, id="musllinux"),
        pytest.param("macosx_11_0_arm64", True, id="macOS"),
        pytest.param("ios_13_0_arm64_iphoneos", True, id="iOS"),
        pytest.param("android_21_arm64_v8a", True, id="Android"),
        pytest.param("pyodide_2024_0_wasm32", True, id="Pyodide"),
        pytest.param("pyemscripten_2026_0_wasm32", True, id="PyEmscripten"),
        pytest.param("linux_x86_64", False, id="the machine it was built on"),
        pytest.param("manylinux_2_28_x86_64.linux_x86_64", False, id="that machine beside manylinux"),
        pytest.param("manylinux_2_x86_64", False, id="half a manylinux"),
        pytest.param("win128", False, id="a Windows that there is not"),
        pytest.param("anything", False, id="a word that only begins like any"),
    ],
)
def test_a_public_index_takes_platforms_that_mean_the_same_everywhere(platform: str, public: bool) -> None:
    filename = f"demo-1.0-cp311-cp311-{platform}.whl"
    assert first_refusal(named(filename)) is (None if public else Reason.FILENAME_PLATFORM)
    assert first_refusal(named(filename, private=True)) is None


@pytest.mark.parametrize(
    ("upload", "expected"),
    [
        pytest.param(opened(), None, id="sound metadata"),
        pytest.param(opened(content=METADATA.replace(b"Demo", b"Other")), Reason.FILENAME_NAME, id="another project's"),
        pytest.param(opened(content=METADATA.replace(b"1.0", b"1.1")), Reason.FILENAME_VERSION, id="another version's"),
        pytest.param(
            replace(opened("Summary: a"), submission=sent(summary="b")), Reason.FORM_DIFFERS, id="a form that differs"
        ),
        pytest.param(opened("Home-Page: javascript:alert(1)"), Reason.METADATA_INVALID, id="a script for a home page"),
        pytest.param(opened("Requires-Dist: x @ https://x.example"), Reason.DIRECT_REFERENCE, id="a direct reference"),
        pytest.param(opened("Requires-Dist: x @ https://x.example", private=True), None, id="one on a private index"),
        pytest.param(opened("Classifier: Known :: One"), None, id="a known classifier"),
        pytest.param(opened("Classifier: Known :: Two"), Reason.CLASSIFIER_UNKNOWN, id="an unknown classifier"),
        pytest.param(opened("Classifier: Private :: Ours"), Reason.CLASSIFIER_UNKNOWN, id="a private classifier"),
        pytest.param(opened("Classifier: Private :: Ours", private=True), None, id="one on a private index: known"),
    ],
)
def test_what_is_said_of_an_archive_that_has_been_read(upload: Opened, expected: Reason | None) -> None:
    assert refusal_of(lambda: _check_archive(upload)) is expected


@pytest.mark.parametrize(("private", "expected"), [(False, Reason.LOCAL_VERSION), (True, None)])
def test_a_local_version_is_for_private_indexes(private: bool, expected: Reason | None) -> None:
    local = named("demo-1.0+cu12-py3-none-any.whl", version="1.0+cu12", private=private)
    upload = replace(opened(content=METADATA.replace(b"1.0", b"1.0+cu12")), submission=local)
    assert refusal_of(lambda: _check_archive(upload)) is expected


def _check_archive(upload: Opened) -> None:
    for check in ARCHIVE_CHECKS:
        check(upload)


class TestTheLists:
    def test_no_check_has_been_forgotten(self) -> None:
        gates: dict[type, set[object]] = {Submission: set(), Opened: set()}
        for name, gate in inspect.getmembers(checks, inspect.isfunction):
            if name.startswith("require_") and gate.__module__ == checks.__name__:
                taken = next(iter(get_type_hints(gate).values()))
                gates.get(taken, set()).add(gate)
        assert gates == {Submission: {*FIRST_CHECKS, *STANDING_CHECKS}, Opened: set(ARCHIVE_CHECKS)}

    @pytest.mark.parametrize(
        "listed", [FIRST_CHECKS, STANDING_CHECKS, ARCHIVE_CHECKS], ids=["first", "standing", "archive"]
    )
    def test_no_check_is_in_a_list_twice(self, listed: tuple[object, ...]) -> None:
        assert len(set(listed)) == len(listed)

    @pytest.mark.parametrize("check", ["require_open_project", "require_permission", "require_acceptable_new_name"])
    def test_who_may_publish_is_asked_again_in_the_transaction_that_shelves_the_file(self, check: str) -> None:
        assert getattr(checks, check) in FIRST_CHECKS
        assert getattr(checks, check) in STANDING_CHECKS


TELLING: dict[str, Callable[[Submission], Submission]] = {
    "the same file": lambda upload: replace(upload, before=replace(BEFORE, same_name=BYTES, same_bytes=WHEEL)),
    "other bytes": lambda upload: replace(upload, before=replace(BEFORE, same_name=OTHER)),
    "a deleted name": lambda upload: replace(upload, before=replace(BEFORE, name_was_taken=True)),
    "a closed release": lambda upload: replace(upload, before=replace(BEFORE, release_created_at=NOW - timedelta(99))),
    "a full project": lambda upload: replace(upload, before=replace(BEFORE, project_bytes=3 * MIB)),
    "a wrong filename": lambda upload: replace(
        upload, received=replace(RECEIVED, filename=parse_filename("x-1-py3-none-any.whl"))
    ),
}


@pytest.mark.parametrize("found", TELLING.values(), ids=list(TELLING))
def test_a_stranger_learns_nothing_of_the_projects_files(found: Callable[[Submission], Submission]) -> None:
    assert first_refusal(found(standing(role=None))) is Reason.NOT_A_COLLABORATOR
    assert first_refusal(found(GOOD)) is not Reason.NOT_A_COLLABORATOR


def test_while_uploads_are_paused_nothing_else_is_said() -> None:
    paused = replace(standing(role=None), policy=replace(POLICY, uploads_paused=True), form=read_form([]))
    assert first_refusal(paused) is Reason.UPLOADS_PAUSED


def test_a_new_name_costs_nobody_anything_until_its_maker_may_publish() -> None:
    upload = replace(standing(has_verified_address=False), before=replace(BEFORE, new_project=NEW_PROJECT))
    taken = replace(upload, before=replace(BEFORE, new_project=replace(NEW_PROJECT, made_this_hour=1)))
    assert first_refusal(taken) is Reason.EMAIL_NOT_VERIFIED


@pytest.mark.parametrize(("same_name", "expected"), [(BYTES, True), (OTHER, False), (None, False)])
def test_the_very_same_file_again_is_no_fault(same_name: Sha256 | None, expected: bool) -> None:
    assert is_already_there(before(same_name=same_name)) is expected


@pytest.mark.parametrize(("most", "told"), [(MIB, "1 MiB"), (MIB + MIB // 2, "1.5 MiB"), (100 * MIB, "100 MiB")])
def test_a_limit_is_told_in_a_unit_that_people_use(most: int, told: str) -> None:
    with pytest.raises(Refused) as refused:
        require_size(most + 1, most=most)
    assert refused.value.facts == {"limit": told}


def test_what_does_not_stop_an_upload_is_told_as_a_warning() -> None:
    assert warnings_for(opened()) == ("put this right",)
