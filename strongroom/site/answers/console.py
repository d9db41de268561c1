"""Answers to those who run the index, about what they do to others."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from strongroom.site.answers.answer import Answer
from strongroom.terms.refusals import Reason

CONSOLE = {
    Reason.OFFICE_SIGN_IN: Answer(
        403,
        _("Whoever runs the index signs in with a second factor. Sign out, then sign in again with yours."),
        _(
            "A password alone, or a recovery code, leads to one's own account, and not to the console: there it takes a security key or an authenticator app."
        ),
    ),
    Reason.OFFICE_ON_ONESELF: Answer(
        403,
        _("Nobody does this to their own account. Ask somebody else who runs the index."),
        _(
            "Whoever runs the index neither suspends themselves, nor makes themselves staff, nor takes that from themselves, nor gives themselves a role on a project: two people know of each such change."
        ),
    ),
    Reason.OFFICE_NEEDS_FACTOR: Answer(
        403,
        _("%(name)s holds no second factor. Ask them to enrol one first, then make them staff."),
        _("Whoever runs the index can change other people's accounts, and so holds a second factor at all times."),
    ),
    Reason.LAST_STAFF: Answer(
        403,
        _("Nobody else runs this index. Make somebody else staff first."),
        _("An index without staff can be helped by its operator alone, at the machine itself."),
    ),
    Reason.ACCOUNT_NOT_LIVE: Answer(
        403,
        _("The account %(name)s is suspended or closed. Choose one that can be used."),
        _("A suspended account can be made staff once its suspension is lifted; a closed one never can."),
    ),
    Reason.ANNOUNCEMENT_TEXT: Answer(
        400,
        _(
            "A text is missing or too long. Write one in English and one in French, each of at most %(most)s characters."
        ),
        _("Announcements stand above every page, in the language of its reader."),
    ),
    Reason.ANNOUNCEMENT_TIMES: Answer(
        400,
        _("An announcement ends after it begins, and in the future. Choose other times; they are in UTC."),
        _("Announcements go by themselves when their time is over, so that nobody reads what is true no more."),
    ),
    Reason.ANNOUNCEMENT_UNKNOWN: Answer(
        404,
        _("There is no such announcement, or it has ended. Choose one from the list."),
        _("Somebody else may have ended it in the meantime."),
    ),
}
