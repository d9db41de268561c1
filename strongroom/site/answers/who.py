"""Answers about who asks: tokens, accounts, roles."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from strongroom.site.answers.answer import Answer
from strongroom.terms.refusals import Reason

WHO = {
    Reason.CREDENTIALS_MISSING: Answer(
        401,
        _("No credentials were sent. Use an API token: user name __token__, the token as the password."),
        _(
            "Publishing, and reading a private index, needs an API token. Sign in and make one on the page Tokens; the "
            "operator of the index can make one with the command strongroom tokens add. Give your client the user "
            "name __token__ and the token as the password."
        ),
    ),
    Reason.PASSWORD_NOT_ACCEPTED: Answer(
        403,
        _("Passwords are not accepted here. Use an API token: user name __token__, the token as the password."),
        _(
            "A password typed into a publishing tool is a password that can be stolen from it. Publishing takes an "
            "API token, which can be limited to one project, expires, and can be revoked by itself."
        ),
    ),
    Reason.TOKEN_MALFORMED: Answer(
        403,
        _("That is not a whole API token. Copy all of it again, from strongroom- to its end."),
        _(
            "A token begins with strongroom- and carries a checksum, and this one does not add up: part of it is "
            "missing, or something was added, often a space or a quotation mark."
        ),
    ),
    Reason.TOKEN_UNKNOWN: Answer(
        403,
        _("This API token is not known here. Check that it was made for this index, or make a new one."),
        _("The token is well formed, but this index has never made it. A token of one index is not good for another."),
    ),
    Reason.TOKEN_EXPIRED: Answer(
        403,
        _("This API token has expired. Make a new one and put it where the old one was."),
        _("Tokens expire so that one that was forgotten or stolen stops working by itself."),
    ),
    Reason.TOKEN_REVOKED: Answer(
        403,
        _(
            "This API token has been revoked. Make a new one; if you did not revoke it yourself, find out where it leaked."
        ),
        _("Somebody who may do so revoked the token. It can never be used again."),
    ),
    Reason.TOKEN_LACKS_PERMISSION: Answer(
        403,
        _("This API token does not have the permission %(permission)s. Make one that has it."),
        _("A token does only what it was made for: publishing, yanking, reading a private index, and so on."),
    ),
    Reason.TOKEN_FOR_OTHER_PROJECTS: Answer(
        403,
        _("This API token is limited to projects other than %(name)s. Use one made for it."),
        _("A token can be limited to named projects when it is made. It is good for no other project."),
    ),
    Reason.TOKEN_FOR_NOTHING: Answer(
        400,
        _("This token would be good for nothing. Choose what it is for, and one project or all of them."),
        _("A token does only what it was made for, so it must be made for something."),
    ),
    Reason.TOKEN_LIFETIME: Answer(
        400,
        _("A token lives %(days)s days at most here. Choose one of the times that are offered."),
        _("Tokens expire so that one that was forgotten or stolen stops working by itself."),
    ),
    Reason.ACCOUNT_INACTIVE: Answer(
        403,
        _("This account is suspended. Look into its mails for the reason, or ask those who run the index."),
        _(
            "A suspended account can do nothing until the suspension is lifted: by its person, who resets the password, when a “this was not me” suspended it; else by those who run the index."
        ),
    ),
    Reason.EMAIL_NOT_VERIFIED: Answer(
        403,
        _("Your account has no verified primary address. Verify it in the account settings, then try again."),
        _(
            "Whoever publishes must be reachable. The index publishes, and makes tokens, only for accounts whose primary address is known to be read by somebody."
        ),
    ),
    Reason.NOT_A_COLLABORATOR: Answer(
        403,
        _("You are not a collaborator of this project. Ask one of its Owners to add you, or choose another name."),
        _(
            "Only the Owners and Maintainers of a project may change it. If you meant to publish something new, its name is taken: choose another."
        ),
    ),
    Reason.ROLE_TOO_LOW: Answer(
        403,
        _("Only an Owner of this project may do this. Ask one of its Owners."),
        _("An Owner may do everything to a project; a Maintainer may publish files and yank releases."),
    ),
}
