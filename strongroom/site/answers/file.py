"""Answers about what is in the file: its metadata and its archive."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from strongroom.site.answers.answer import Answer
from strongroom.terms.refusals import Reason

METADATA = {
    Reason.METADATA_INVALID: Answer(
        400,
        _(
            "The file's metadata is not valid in %(field)s: %(why)s. Correct it in your project, build again, and upload that."
        ),
        _(
            "The metadata inside the file (METADATA in a wheel, PKG-INFO in an sdist) does not follow the core metadata specification."
        ),
    ),
    Reason.METADATA_TOO_LARGE: Answer(
        400,
        _("The file's metadata is too large (the limit is %(limit)s). Shorten the description."),
        _(
            "Installers read the metadata of many files before they choose one. A megabyte is several times what the longest description needs."
        ),
    ),
    Reason.METADATA_VERSION: Answer(
        400,
        _("Metadata-Version %(version)s is not supported. Build with a tool that writes one up to %(newest)s."),
        _("The index knows the core metadata versions 1.0, 1.1, 1.2 and 2.1 to 2.6. Version 2.0 was withdrawn."),
    ),
    Reason.LOCAL_VERSION: Answer(
        400,
        _("%(version)s is a local version. Publish without the part after the plus sign."),
        _(
            "Local versions mark what was patched for one place. On a public index nobody could tell which of two is newer."
        ),
    ),
    Reason.DIRECT_REFERENCE: Answer(
        400,
        _("The dependency %(requirement)s names an address. Depend on a name and versions instead."),
        _("What lies at an address can change or vanish, and the index could not protect those who install it."),
    ),
    Reason.CLASSIFIER_UNKNOWN: Answer(
        400,
        _("%(classifier)s is not a known classifier. Take one from the list of trove classifiers."),
        _(
            "Classifiers are a fixed list, so that projects can be found by them. Classifiers that begin with Private are taken by private indexes only."
        ),
    ),
    Reason.DESCRIPTION_DOES_NOT_RENDER: Answer(
        400,
        _("The description is not valid reStructuredText. Run twine check on the file, which says where."),
        _(
            "A description that says it is text/x-rst must render, or its page would show raw text. Correct it, or declare text/markdown or text/plain."
        ),
    ),
}

ARCHIVE = {
    Reason.ARCHIVE_BROKEN: Answer(
        400,
        _("The file cannot be read to its end: %(why)s. Build it again, then upload it."),
        _("The archive is cut off, or a checksum in it is wrong."),
    ),
    Reason.ARCHIVE_TWO_KINDS: Answer(
        400,
        _("The file can be read as two kinds of archive at once: %(why)s. Build it again with a current build tool."),
        _("A file that one program reads as a zip and another as a tar can show different content to each."),
    ),
    Reason.ARCHIVE_COMPRESSION: Answer(
        400,
        _(
            "A member of the archive is compressed or encrypted in a way that installers cannot read: %(why)s. Build it again with a current build tool."
        ),
        _("Members of a wheel are stored or deflated, and never encrypted."),
    ),
    Reason.ARCHIVE_FRAMING: Answer(
        400,
        _(
            "The archive's structure can be read in more than one way: %(why)s. Build it again with a current build tool."
        ),
        _(
            "Different installers would unpack different files from it. Current build tools write archives that can be read in one way only."
        ),
    ),
    Reason.ARCHIVE_MEMBER_NAME: Answer(
        400,
        _(
            "The archive holds a member with a name that cannot be unpacked safely: %(member)s (%(why)s). Rename it, and build again."
        ),
        _(
            "Names must stay inside the archive's folder and mean the same on every system: no absolute paths, no .., no backslashes, no control or invisible characters, no reserved names."
        ),
    ),
    Reason.ARCHIVE_MEMBER_TYPE: Answer(
        400,
        _(
            "The archive holds a member that is no ordinary file or folder: %(member)s (%(why)s). Take it out, and build again."
        ),
        _("Links that lead outside, devices and sparse files have no place in a distribution file."),
    ),
    Reason.ARCHIVE_MEMBER_TWICE: Answer(
        400,
        _(
            "The archive holds %(member)s twice, or under two names that some systems take for one. Build it again with a current build tool."
        ),
        _("Which of the two is unpacked last would decide what people get."),
    ),
    Reason.ARCHIVE_TOO_MANY_MEMBERS: Answer(
        400,
        _("The archive holds more than %(limit)s members. Split the project, or pack its data differently."),
        _("The largest popular projects hold a few thousand members."),
    ),
    Reason.ARCHIVE_BOMB: Answer(
        400,
        _("The archive unpacks to far more than its own size: %(why)s. Take the padding out, and build again."),
        _("Files that unpack to very much more than their size are used to fill disks and to hide from scanners."),
    ),
    Reason.ARCHIVE_LAYOUT: Answer(
        400,
        _("The archive is not laid out as it must be: %(why)s. Build it again with a current build tool."),
        _(
            "An sdist holds one folder named as the file, a wheel one .dist-info folder named after project and version."
        ),
    ),
    Reason.ARCHIVE_METADATA_MISSING: Answer(
        400,
        _("The archive holds no %(member)s. Build it again with a current build tool."),
        _("Without it installers cannot know what the file is."),
    ),
    Reason.LICENSE_FILE_MISSING: Answer(
        400,
        _("The metadata names the licence file %(member)s, and it is not in the archive. Add it, and build again."),
        _("From metadata version 2.4 on, every License-File must be in the archive (PEP 639)."),
    ),
    Reason.WHEEL_RECORD: Answer(
        400,
        _(
            "The wheel's RECORD does not match its content: %(member)s (%(why)s). Build it again, and do not change it afterwards."
        ),
        _(
            "RECORD lists every file of a wheel with its SHA-256. A mismatch means that the wheel was changed after it was built."
        ),
    ),
    Reason.WHEEL_FILE: Answer(
        400,
        _("The wheel's WHEEL file is not valid: %(why)s. Build it again with a current build tool."),
        _("WHEEL says how the wheel is to be installed and for what; its tags must be those of the file name."),
    ),
    Reason.WHEEL_ENTRY_POINTS: Answer(
        400,
        _("The wheel's entry_points.txt is not valid: %(why)s. Correct the entry points, and build again."),
        _(
            "Entry points become commands on people's machines; their names are letters, digits, dots, hyphens and underscores."
        ),
    ),
}
