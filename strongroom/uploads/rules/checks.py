"""Every check of an upload, as named steps in the order in which they are made: this list is the policy.

The first list needs the form, the filename, the digests and the index's rows: cheap, so it comes
before the archive is opened. Its last part, ``STANDING_CHECKS``, is asked once more inside the transaction
that shelves the file, for the rows may have changed while the archive was read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from packaging.version import Version

from strongroom.mandate.rules import Standing, require_may
from strongroom.projects.rules.names import NewProject, require_free_name, require_room_for_new_project
from strongroom.projects.rules.roles import ProjectDeed
from strongroom.projects.rules.statuses import require_open_to_uploads
from strongroom.terms.filenames import Filename, Kind, Sha256
from strongroom.terms.refusals import Malformed, Reason, Refused
from strongroom.terms.statuses import ProjectStatus
from strongroom.uploads.rules.archives import Archive
from strongroom.uploads.rules.form import Claim, Form, require_no_attestations, require_upload_action
from strongroom.uploads.rules.metadata import (
    CoreMetadata,
    require_form_agrees,
    require_known_classifiers,
    require_no_direct_references,
    require_no_local_version,
    require_sound_fields,
)

# Platform tags of an index that anybody may install from: those whose meaning is the same on every machine
# (PEP 425, 600, 656, 730, 738, 783). linux_x86_64 means "the machine it was built on".
_PORTABLE_PLATFORM = re.compile(
    r"(any|win32|win_amd64|win_arm64|win_ia64"
    r"|(manylinux(1|2010|2014|_\d+_\d+)|musllinux_\d+_\d+)_[a-z0-9_]+"
    r"|macosx_\d+_\d+_[a-z0-9_]+|ios_\d+_\d+_[a-z0-9_]+|android_\d+_[a-z0-9_]+"
    r"|(pyodide|pyemscripten)_\d+_\d+_wasm32)\Z"
)
_IMAGE = "image/"


@dataclass(frozen=True)
class Policy:
    """What this index's operator has set."""

    private: bool
    uploads_paused: bool
    max_file_bytes: int
    max_project_bytes: int
    release_closes_after_days: int
    classifiers: Collection[str]


@dataclass(frozen=True)
class Received:
    """What arrived: the file's name and part type as sent, its size in bytes, its digests in hexadecimal."""

    filename: Filename
    content_type: str
    size: int
    sha256: Sha256
    digests: dict[str, str]


@dataclass(frozen=True)
class Before:
    """What the index had before: of the project, of the release, and under this file's name and bytes."""

    status: ProjectStatus
    project_is_deleted: bool
    release_is_deleted: bool
    project_bytes: int
    release_created_at: datetime | None
    other_sdist: str | None
    same_name: Sha256 | None
    same_bytes: str | None
    name_was_taken: bool
    new_project: NewProject | None


@dataclass(frozen=True)
class Submission:
    """Everything known of an upload before its archive is opened."""

    policy: Policy
    form: Form
    claim: Claim
    received: Received
    standing: Standing
    before: Before
    now: datetime


@dataclass(frozen=True)
class Opened:
    """An upload whose archive has been read."""

    submission: Submission
    archive: Archive
    core: CoreMetadata


def require_uploads_open(upload: Submission) -> None:
    """While the operator has paused uploads, none is taken."""
    if upload.policy.uploads_paused:
        raise Refused(Reason.UPLOADS_PAUSED)


def require_form(upload: Submission) -> None:
    """The form asks for an upload, and for nothing that cannot be kept."""
    require_upload_action(upload.form)
    require_no_attestations(upload.form)


def require_open_project(upload: Submission) -> None:
    """An archived or quarantined project takes no files."""
    require_open_to_uploads(upload.before.status, name=upload.claim.name.display)


def require_nothing_deleted(upload: Submission) -> None:
    """What was deleted takes no files: it is restored first, or stays away; its name is given to nobody else."""
    name = upload.claim.name.display
    if upload.before.project_is_deleted:
        raise Refused(Reason.PROJECT_DELETED, name=name)
    if upload.before.release_is_deleted:
        raise Refused(Reason.RELEASE_DELETED, name=name, version=str(upload.received.filename.version))


def require_permission(upload: Submission) -> None:
    """Whoever uploads may publish to this project: the one question of the mandate."""
    require_may(ProjectDeed.PUBLISH, upload.standing)


def require_acceptable_new_name(upload: Submission) -> None:
    """A name used for the first time is free, and its maker has room for one more."""
    if upload.before.new_project is not None:
        require_free_name(upload.before.new_project)
        require_room_for_new_project(upload.before.new_project)


def require_filename_matches(upload: Submission) -> None:
    """The file's name says the same project, version and kind as the form, each in its one normal spelling."""
    filename, claim = upload.received.filename, upload.claim
    if filename.kind is not claim.kind:
        raise Refused(Reason.FILENAME_TYPE, filename=filename.text)
    if filename.name != claim.name.normalized:
        raise Refused(Reason.FILENAME_NAME, filename=filename.text, name=claim.name.display)
    spelt = claim.name.normalized.replace("-", "_")
    if filename.text.partition("-")[0] != spelt:  # PEP 625; for wheels the binary distribution format
        raise Refused(Reason.FILENAME_NAME, filename=filename.text, name=claim.name.display)
    try:
        claimed = Version(claim.version)
    except ValueError:  # InvalidVersion, or a number of thousands of digits
        raise Malformed("version", "it is not a version (PEP 440)") from None
    if filename.version != claimed or filename.text.split("-")[1].removesuffix(".tar.gz") != str(claimed):
        raise Refused(Reason.FILENAME_VERSION, filename=filename.text, version=str(claimed))


def require_portable_platform(upload: Submission) -> None:
    """On a public index a wheel is for platforms that mean the same on every machine."""
    if upload.policy.private:
        return
    for tag in upload.received.filename.tags:
        if not _PORTABLE_PLATFORM.match(tag.platform):
            raise Refused(Reason.FILENAME_PLATFORM, platform=tag.platform[:80])


def require_file_part(upload: Submission) -> None:
    """The file is not empty, not too large, and not said to be an image (uv and flit send no type at all)."""
    if upload.received.content_type.startswith(_IMAGE):
        raise Refused(Reason.FILE_PART_IMAGE, type=upload.received.content_type[:60])
    if upload.received.size == 0:
        raise Refused(Reason.FILE_EMPTY)
    require_size(upload.received.size, most=upload.policy.max_file_bytes)


def require_size(size: int, *, most: int) -> None:
    """A file is at most as large as the index takes."""
    if size > most:
        raise Refused(Reason.FILE_TOO_LARGE, limit=_in_mib(most))


def require_digests(upload: Submission) -> None:
    """Every digest that was sent is the digest of what arrived."""
    for field, sent in upload.claim.digests.items():
        if upload.received.digests[field] != sent:
            raise Refused(Reason.DIGEST_MISMATCH, digest=field.removesuffix("_digest"))


def require_new_file(upload: Submission) -> None:
    """A filename is used once, deleted or not, and the same bytes are published once."""
    before, filename = upload.before, upload.received.filename.text
    if before.same_name is not None:
        raise Refused(Reason.FILE_EXISTS, filename=filename)
    if before.name_was_taken:
        raise Refused(Reason.FILENAME_TAKEN, filename=filename)
    if before.same_bytes is not None:
        raise Refused(Reason.FILE_EXISTS, filename=before.same_bytes)


def require_open_release(upload: Submission) -> None:
    """A release takes new files for some days only: a thief cannot add to what people have long trusted."""
    days, since = upload.policy.release_closes_after_days, upload.before.release_created_at
    if days and since is not None and upload.now > since + timedelta(days=days):
        raise Refused(Reason.RELEASE_CLOSED, version=upload.claim.version, days=days)


def require_one_sdist(upload: Submission) -> None:
    """A release has one sdist."""
    if upload.claim.kind is Kind.SDIST and upload.before.other_sdist is not None:
        raise Refused(Reason.SECOND_SDIST, other=upload.before.other_sdist)


def require_room_in_project(upload: Submission) -> None:
    """The files of a project add up to no more than the index keeps for one."""
    if upload.before.project_bytes + upload.received.size > upload.policy.max_project_bytes:
        raise Refused(Reason.PROJECT_TOO_LARGE, limit=_in_mib(upload.policy.max_project_bytes))


def require_metadata_matches(upload: Opened) -> None:
    """The archive says the same project and version as the filename; where form and file both speak they agree."""
    filename = upload.submission.received.filename
    if upload.core.name != filename.name:
        raise Refused(Reason.FILENAME_NAME, filename=filename.text, name=upload.core.name)
    if upload.core.version != filename.version:
        raise Refused(Reason.FILENAME_VERSION, filename=filename.text, version=str(upload.core.version))
    require_form_agrees(upload.core, upload.submission.form.fields)


def require_metadata_sound(upload: Opened) -> None:
    """The metadata's fields are what they should be."""
    require_sound_fields(upload.core)


def require_public_policy(upload: Opened) -> None:
    """What a public index does not take: local versions and dependencies by address."""
    if not upload.submission.policy.private:
        require_no_local_version(upload.core)
        require_no_direct_references(upload.core)


def require_classifiers(upload: Opened) -> None:
    """Classifiers are known ones."""
    policy = upload.submission.policy
    require_known_classifiers(upload.core, known=policy.classifiers, private=policy.private)


STANDING_CHECKS: tuple[Callable[[Submission], None], ...] = (
    require_open_project,
    require_permission,
    require_nothing_deleted,
    require_acceptable_new_name,
    require_new_file,
    require_open_release,
    require_one_sdist,
    require_room_in_project,
)
"""What depends on rows: asked before the archive is opened, and again in the transaction that shelves the file."""

FIRST_CHECKS: tuple[Callable[[Submission], None], ...] = (
    require_uploads_open,
    require_form,
    require_open_project,
    require_permission,
    require_acceptable_new_name,
    require_file_part,
    require_filename_matches,
    require_portable_platform,
    require_digests,
)
"""What can be said without opening the archive, until a file that is there already ends the matter well."""

ARCHIVE_CHECKS: tuple[Callable[[Opened], None], ...] = (
    require_metadata_matches,
    require_metadata_sound,
    require_public_policy,
    require_classifiers,
)
"""What the archive's own metadata must be; the archive's form was required as it was read (rules/archives)."""


def is_already_there(upload: Submission) -> bool:
    """The very same file is there: nothing is left to do, and that is no fault (clients retry)."""
    return upload.before.same_name == upload.received.sha256


def warnings_for(upload: Opened) -> tuple[str, ...]:
    """What did not stop the upload and should be put right before the next one."""
    return upload.archive.warnings


def _in_mib(size: int) -> str:
    return f"{size / 1024 / 1024:g} MiB"
