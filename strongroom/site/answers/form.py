"""Answers about the form and the file's name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from strongroom.site.answers.answer import Answer
from strongroom.terms.refusals import Reason

FORM = {
    Reason.ACTION_GONE: Answer(
        410,
        _(
            "The action %(action)s is no longer supported. Upload the file straight away: its first file makes the project."
        ),
        _("Registering a project by itself and uploading documentation are no longer part of the upload protocol."),
    ),
    Reason.ATTESTATIONS_UNVERIFIABLE: Answer(
        400,
        _("File attestations are taken only from a trusted publisher. Upload again without them."),
        _(
            "An attestation says which workflow built a file. It means something only if the index can verify it against a publisher that the project trusts, and this upload was made with a token. With twine, leave out --attestations; with uv, add --no-attestations."
        ),
    ),
    Reason.FILE_MISSING: Answer(
        400,
        _("The upload holds no file. Send it as the form part named content."),
        _(
            "Publishing tools send the file as a part named content. If you wrote the request yourself, check that part and its file name."
        ),
    ),
    Reason.FILE_PART_IMAGE: Answer(
        400,
        _("The file was sent as %(type)s. A distribution file is not an image: send the wheel or the .tar.gz."),
        _("The type that came with the file says it is an image."),
    ),
    Reason.FILE_EMPTY: Answer(
        400,
        _("The file is empty. Build it again, then upload it."),
        _("Not one byte arrived in the file's part of the form."),
    ),
    Reason.FILE_TOO_LARGE: Answer(
        413,
        _("The file is larger than this index takes (%(limit)s). Make it smaller, or ask those who run the index."),
        _(
            "Data that rarely changes does better in a project of its own, or downloaded at first use. The limit is a setting of the index, max_file_bytes."
        ),
    ),
    Reason.PROJECT_TOO_LARGE: Answer(
        400,
        _(
            "With this file the project would hold more than this index keeps for one (%(limit)s). Ask those who run the index."
        ),
        _(
            "The files of a project add up to at most what the index sets aside for one; the limit is its setting max_project_bytes."
        ),
    ),
    Reason.DIGEST_MISMATCH: Answer(
        400,
        _("The %(digest)s digest that was sent is not that of the file that arrived. Upload it again."),
        _("The file changed on its way, or after its digest was computed."),
    ),
    Reason.FORM_DIFFERS: Answer(
        400,
        _(
            "The upload form and the metadata inside the file say different things about %(field)s. Build the file again, then upload it with a current tool."
        ),
        _(
            "What is published is what the file itself says. A form that says something else is a sign that the file was swapped, or that the tool is faulty."
        ),
    ),
}

FILENAME = {
    Reason.FILENAME_INVALID: Answer(
        400,
        _(
            "%(filename)s is not the name of a wheel or an sdist. Build it with a current build tool, and do not rename it."
        ),
        _(
            "A wheel is named name-version-python-abi-platform.whl, an sdist name-version.tar.gz, in printable ASCII without slashes."
        ),
    ),
    Reason.FILENAME_TYPE: Answer(
        400,
        _("%(filename)s does not have the ending of its type. A wheel ends in .whl, an sdist in .tar.gz."),
        _(
            "The index takes wheels and gzipped source archives; eggs, zip sdists and installers are no longer taken anywhere."
        ),
    ),
    Reason.FILENAME_NAME: Answer(
        400,
        _(
            "The file %(filename)s does not carry the name of the project %(name)s in its normal form. Build it with a current build tool."
        ),
        _(
            "A file's name begins with the project's name in lower case, with every run of - _ . as one underscore, as wheels and PEP 625 ask."
        ),
    ),
    Reason.FILENAME_VERSION: Answer(
        400,
        _(
            "The file %(filename)s does not carry the version %(version)s in its canonical form. Build it with a current build tool."
        ),
        _("Form, file name and metadata must say the same version, and the file name in its canonical spelling."),
    ),
    Reason.FILENAME_PLATFORM: Answer(
        400,
        _(
            "The platform tag %(platform)s is not portable. For Linux, repair the wheel with auditwheel, so that it says manylinux or musllinux."
        ),
        _(
            "linux_x86_64 and its like mean: the machine on which this was built. A public index takes tags that mean the same everywhere."
        ),
    ),
    Reason.FILE_EXISTS: Answer(
        400,
        _(
            "File already exists (%(filename)s), with other content or under another name. Publish a new version instead."
        ),
        _(
            "What has been published never changes, so that whoever installed it once gets the same again. Raise the version and publish that."
        ),
    ),
    Reason.FILENAME_TAKEN: Answer(
        400,
        _("The file name %(filename)s was used before and cannot be used again. Publish a new version instead."),
        _(
            "A file name is used once, even when its file has been deleted: otherwise a thief could put something new where people expect what was there."
        ),
    ),
    Reason.SECOND_SDIST: Answer(
        400,
        _("This release has an sdist already: %(other)s. Publish a new version instead."),
        _("A release has one source distribution."),
    ),
    Reason.RELEASE_CLOSED: Answer(
        400,
        _("Release %(version)s is older than %(days)s days and takes no new files. Publish a new version instead."),
        _(
            "People have come to trust what an old release holds. So that a thief cannot add to it, it takes new files for some days only."
        ),
    ),
}
