"""Publishing a file: one action, from what arrived to pages that show it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import DatabaseError, IntegrityError, connection, transaction

from strongroom.gear.readmes import must_render, render
from strongroom.gear.shelf import Spool
from strongroom.mandate.queries import load_standing
from strongroom.projects.actions.adding import NewFile, add_file, add_project, add_release
from strongroom.projects.models import Project, Release
from strongroom.projects.publishing import Outlet, publish_or_leave_due
from strongroom.terms.actors import Actor
from strongroom.terms.filenames import Kind, Sha256, file_path, parse_filename
from strongroom.terms.refusals import Reason, Refused
from strongroom.tokens.actions import note_token_use
from strongroom.tokens.queries import Holder, reload_holder
from strongroom.uploads.queries import NamePolicy, load_before
from strongroom.uploads.rules.archives import read_archive
from strongroom.uploads.rules.checks import (
    ARCHIVE_CHECKS,
    FIRST_CHECKS,
    STANDING_CHECKS,
    Opened,
    Policy,
    Received,
    Submission,
    is_already_there,
    warnings_for,
)
from strongroom.uploads.rules.form import Form, read_claim
from strongroom.uploads.rules.metadata import read_core_metadata

_NEW_NAMES = 0x6E616D6573
"""The number under which PostgreSQL knows the lock that whoever makes a new project holds until the commit."""

_TRIES = 3
"""A transaction that met another upload of the same name is tried again with fresh eyes."""


@dataclass(frozen=True)
class Index:
    """The index that takes the upload: what its operator has set, and where things lie."""

    policy: Policy
    names: NamePolicy
    outlet: Outlet


@dataclass(frozen=True)
class Arrival:
    """What a client sent: the form, and the file as it lies on its spool."""

    form: Form
    filename: str
    content_type: str
    spool: Spool


@dataclass(frozen=True)
class Receipt:
    """What became of it. ``already`` when the very same file was there before."""

    filename: str
    already: bool
    warnings: tuple[str, ...] = ()


def publish_file(*, by: Actor, now: datetime, holder: Holder, arrival: Arrival, index: Index) -> Receipt:
    """Publish one file, or refuse it and leave no trace.

    Raises Refused with the reason of the first check that failed, Malformed for a form that cannot be read.
    The caller owns the spool and drops it; after a fault in the database it is left for recovery.
    """
    submission = _gather(holder, arrival, index, now=now)

    for check in FIRST_CHECKS:
        check(submission)
    if is_already_there(submission):
        note_token_use(token=holder.token, now=now)
        return Receipt(arrival.filename, already=True)
    for check in STANDING_CHECKS:
        check(submission)
    opened = _open(submission, arrival.spool)
    for require in ARCHIVE_CHECKS:
        require(opened)
    description = _render_description(opened)

    shelving = _Shelving(
        lambda: _gather(holder, arrival, index, now=now), arrival.spool, index.outlet.files, description
    )
    shelved = shelving.shelve(by, opened)

    note_token_use(token=holder.token, now=now)
    if shelved:
        publish_or_leave_due(
            index.outlet, submission.claim.name.normalized, changed=[str(submission.received.filename.version)]
        )
    return Receipt(arrival.filename, already=not shelved, warnings=warnings_for(opened))


def _gather(holder: Holder, arrival: Arrival, index: Index, *, now: datetime) -> Submission:
    holder = reload_holder(holder)
    claim = read_claim(arrival.form)
    filename = parse_filename(arrival.filename)
    digests = arrival.spool.digests
    before = load_before(
        name=claim.name,
        filename=filename,
        sha256=digests.sha256,
        account=holder.account,
        names=index.names,
        now=now,
    )
    received = Received(
        filename=filename,
        content_type=arrival.content_type,
        size=digests.size,
        sha256=digests.sha256,
        digests={
            "md5_digest": digests.md5,
            "sha256_digest": digests.sha256,
            "blake2_256_digest": digests.blake2b_256,
        },
    )
    return Submission(
        policy=index.policy,
        form=arrival.form,
        claim=claim,
        received=received,
        standing=load_standing(holder, claim.name.normalized, now=now, is_new=before.new_project is not None),
        before=before,
        now=now,
    )


def _open(submission: Submission, spool: Spool) -> Opened:
    spool.file.flush()
    archive = read_archive(spool.file, filename=submission.received.filename, size=spool.size)
    return Opened(submission, archive, read_core_metadata(archive.metadata))


def _render_description(opened: Opened) -> str | None:
    """The description of a new release as visitors read it; of one that is there, nothing: it has its own."""
    kind = opened.core.text("description_content_type")
    if opened.submission.before.release_created_at is not None and not must_render(kind):
        return None
    rendered = render(opened.core.text("description") or "", kind)
    if rendered is None:
        raise Refused(Reason.DESCRIPTION_DOES_NOT_RENDER)
    return rendered


@dataclass(frozen=True)
class _Shelving:
    """The moment in which file and rows become true together: how to look again, and what to place where."""

    gather: Callable[[], Submission]
    spool: Spool
    files: Path
    description: str | None

    def shelve(self, by: Actor, opened: Opened) -> bool:
        """File and rows, or neither; False when somebody shelved the very same file meanwhile."""
        self.spool.settle()
        for _ in range(_TRIES):
            try:
                with transaction.atomic():
                    shelved = self._write(by, opened)
            except IntegrityError as error:
                # Another upload took the project's or the file's name at this very moment: look again.
                self.spool.take_back()
                met = error
            except DatabaseError:
                # Whether the commit reached the database is not known; recovery will ask it.
                self.spool.leave()
                raise
            else:
                self.spool.keep()
                return shelved
        raise met

    def _write(self, by: Actor, opened: Opened) -> bool:
        _lock_project(opened.submission)
        submission = self.gather()
        if is_already_there(submission):
            return False

        for check in STANDING_CHECKS:
            check(submission)

        _write_rows(by, dataclasses.replace(opened, submission=submission), self.description)
        received = submission.received
        sidecar = opened.archive.metadata if received.filename.kind is Kind.WHEEL else None
        self.spool.place(self.files, file_path(received.sha256, received.filename.text), sidecar)
        return True


def _lock_project(submission: Submission) -> None:
    rows = Project.objects.select_for_update().filter(normalized_name=submission.claim.name.normalized)
    if rows.values_list("id").first() is None:
        _lock_new_names()
        rows.values_list("id").first()


def _lock_new_names() -> None:
    # New projects are made one after another: else two names that look alike, or more than the limit of an
    # hour, would pass side by side. SQLite lets one transaction write at a time anyway.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NEW_NAMES])


def _write_rows(by: Actor, opened: Opened, description: str | None) -> None:
    submission = opened.submission
    now, filename = submission.now, submission.received.filename
    if submission.before.new_project is not None:
        project = add_project(by=by, now=now, name=submission.claim.name)
    else:
        project = Project.objects.get(normalized_name=submission.claim.name.normalized)
    version = str(filename.version)
    release = Release.objects.filter(project=project, version=version).first()
    if release is None:
        release = add_release(
            by=by,
            now=now,
            project=project,
            version=version,
            metadata=opened.core.fields,
            description=description,
        )
    add_file(by=by, now=now, project=project, release=release, file=_new_file(opened))


def _new_file(opened: Opened) -> NewFile:
    received = opened.submission.received
    is_wheel = received.filename.kind is Kind.WHEEL
    return NewFile(
        filename=received.filename.text,
        kind=received.filename.kind,
        python_tag=received.filename.python_tag,
        size=received.size,
        sha256=received.sha256,
        blake2b_256=received.digests["blake2_256_digest"],
        md5=received.digests["md5_digest"],
        requires_python=opened.core.text("requires_python"),
        # Only of a wheel: what an sdist says may change when it is built (PEP 658, 643).
        metadata_sha256=Sha256(hashlib.sha256(opened.archive.metadata).hexdigest()) if is_wheel else None,
    )
