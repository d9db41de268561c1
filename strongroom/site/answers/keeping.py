"""Answers about keeping a project: its files and releases, its people, and those who run the index."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from strongroom.site.answers.answer import Answer
from strongroom.terms.refusals import Reason

KEEPING = {
    Reason.FILE_UNKNOWN: Answer(
        404,
        _("There is no file %(filename)s in this project. Choose one from the list of its files."),
        _("The file was never published here, or was deleted; names are written exactly as the list shows them."),
    ),
    Reason.PROJECT_DELETED: Answer(
        403,
        _("The project %(name)s was deleted. One of its Owners can restore it while the undo period lasts."),
        _(
            "What was deleted is kept whole for thirty days and can be restored. Nothing else can be done to it, and nobody else ever gets its name."
        ),
    ),
    Reason.RELEASE_DELETED: Answer(
        403,
        _("%(name)s %(version)s was deleted. Restore it while the undo period lasts, or publish a new version."),
        _(
            "What was deleted is kept whole for thirty days and can be restored. A version that was used once is never used for other files."
        ),
    ),
    Reason.NOT_DELETED: Answer(
        403,
        _("This was not deleted, or somebody has restored it already. Look at the page of the project again."),
        _("Only what was deleted can be restored."),
    ),
    Reason.UNDO_OVER: Answer(
        403,
        _("This was deleted too long ago and its files are gone. Publish a new version instead."),
        _("What was deleted can be restored for thirty days. Then its files are removed; its names stay taken."),
    ),
    Reason.NAME_NOT_TYPED: Answer(
        400,
        _("What was typed is not %(name)s. Type it exactly as it is shown, to say that you mean it."),
        _("Whoever deletes types the name of what goes, so that no slip of the hand is enough."),
    ),
    Reason.STATUS_OF_STAFF: Answer(
        403,
        _("Only those who run the index put a project into quarantine, or lift it. Ask them."),
        _("Owners choose between active, archived and deprecated. A quarantine protects those who install."),
    ),
    Reason.COLLABORATOR_UNKNOWN: Answer(
        404,
        _("%(account)s is not a collaborator of %(name)s. Choose somebody from the list of its collaborators."),
        _("Roles are changed, and taken, only of people who own or maintain the project. Whoever left has none."),
    ),
    Reason.ALREADY_COLLABORATOR: Answer(
        403,
        _("This person is a collaborator already. Change their role instead."),
        _("Whoever owns or maintains a project needs no invitation to it."),
    ),
    Reason.ALREADY_INVITED: Answer(
        403,
        _("This person is invited already. Wait for their answer, or withdraw the invitation first."),
        _("To one project a person is invited once at a time. An invitation lapses after two weeks."),
    ),
    Reason.INVITATION_UNKNOWN: Answer(
        404,
        _("There is no such invitation for you any more. Ask whoever invited you for a new one."),
        _(
            "An invitation is answered once, within two weeks, by the person it is to. It ends when it is withdrawn, or when whoever made it is no longer an Owner."
        ),
    ),
    Reason.TOO_MANY_INVITATIONS: Answer(
        403,
        _("This project has %(most)s open invitations, which is the most. Withdraw one first."),
        _("Each invitation is a mail to somebody who did not ask for it, so a project has few at a time."),
    ),
    Reason.OWNER_TOO_NEW: Answer(
        403,
        _(
            "You are a new Owner: until %(until)s UTC you can neither delete anything here nor remove those who were Owners before. Ask one of them."
        ),
        _(
            "For a week a new Owner can neither delete anything nor turn out the older ones. So nobody who has taken over an account can take a project away before its people notice."
        ),
    ),
    Reason.PERSON_NEEDED: Answer(
        403,
        _("An API token cannot do this. Sign in with a browser and do it there."),
        _(
            "Deleting, making Owners and removing them take a person who proves that it is them. A token proves only that somebody has it."
        ),
    ),
    Reason.STAFF_ONLY: Answer(
        403,
        _("Only those who run this index may do this. Ask them."),
        _("The console is for the people who run the index, and for nobody else."),
    ),
    Reason.STAFF_FACTOR_NEEDED: Answer(
        403,
        _("Whoever runs the index needs a second factor. Enrol one on the page Security, then come back."),
        _("Staff can change other people's projects and accounts, so a password alone is never enough for it."),
    ),
    Reason.REASON_MISSING: Answer(
        400,
        _("Say why you do this, for the record: in 5 to %(most)s characters of plain text."),
        _("Every deed of those who run the index is recorded with its reason, for whoever reads the record later."),
    ),
}
