"""Answers about the index, its projects and their names; and those of pages and commands."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from strongroom.site.answers.answer import Answer
from strongroom.terms.refusals import Reason

INDEX = {
    Reason.UPLOADS_PAUSED: Answer(
        403,
        _("The index takes no uploads at the moment. Try again later; installing goes on."),
        _("Those who run the index have paused uploads, usually for maintenance. Nothing is wrong with your file."),
    ),
    Reason.PROJECT_ARCHIVED: Answer(
        403,
        _("%(name)s is archived and takes no new files. One of its Owners can make it active again."),
        _("An archived project is kept as it is: it can be installed, and nothing is published to it."),
    ),
    Reason.PROJECT_QUARANTINED: Answer(
        403,
        _("%(name)s is in quarantine: it takes no files, and nothing of it is deleted. Ask those who run the index."),
        _(
            "A project in quarantine is under suspicion: its files are not offered, none are taken and none are deleted until somebody has looked."
        ),
    ),
    Reason.TOO_MANY_NEW_PROJECTS: Answer(
        429,
        _("You have made %(limit)s new projects within an hour. Wait an hour, then go on."),
        _("One account makes only so many new projects in an hour. Files for projects that exist are not limited."),
    ),
    Reason.NAME_INVALID: Answer(
        400,
        _("%(name)s is not a valid project name. Use ASCII letters, digits, and - _ . between them."),
        _(
            "A name begins and ends with an ASCII letter or digit; between them there may also be hyphens, underscores and dots."
        ),
    ),
    Reason.NAME_STANDARD_LIBRARY: Answer(
        400,
        _("%(name)s is the name of a module of Python's standard library. Choose another name."),
        _(
            "A project with the name of a standard module would be installed by mistake by people who already have the real one."
        ),
    ),
    Reason.NAME_PROHIBITED: Answer(
        400,
        _("The name %(name)s is not available on this index. Choose another name."),
        _("Those who run the index have set this name aside."),
    ),
    Reason.NAME_TOO_SIMILAR: Answer(
        400,
        _("%(name)s is too easily read as %(other)s, which exists. Choose a name that looks different."),
        _(
            "Two names that differ only in separators, or in l, i and 1, or in o and 0, look the same at a glance, and attackers rely on that."
        ),
    ),
    Reason.PROJECT_UNKNOWN: Answer(
        404,
        _("There is no project %(name)s here. Check the spelling."),
        _("The index has no project of that name."),
    ),
    Reason.RELEASE_UNKNOWN: Answer(
        404,
        _("%(name)s has no release %(version)s. Check the version."),
        _("The project is here, but not this version of it. Versions are compared in their canonical form."),
    ),
}

PAGES = {
    Reason.SETUP_LINK_INVALID: Answer(
        410,
        _(
            "This link has been used or is too old. If the index has no staff account yet, start it again for a new link."
        ),
        _("The link that makes the first staff account works once, for a day, and only until there is one."),
    ),
    Reason.ACCOUNT_EXISTS: Answer(
        409,
        _("There is an account with the name %(name)s or with that address. Choose another name or address."),
        _("Account names are unique in whatever case they are written, and an address belongs to one account."),
    ),
    Reason.ACCOUNT_UNKNOWN: Answer(
        404,
        _("There is no account %(name)s. Check the spelling."),
        _("The index has no account of that name. Those who run it can list them all with strongroom accounts list."),
    ),
    Reason.ACCOUNT_NAME_INVALID: Answer(
        400,
        _("An account name has 1 to 40 letters, digits, dots, hyphens and underscores. Choose another one."),
        _("It begins and ends with an ASCII letter or digit."),
    ),
    Reason.EMAIL_INVALID: Answer(
        400,
        _("%(address)s is not an e-mail address. Write it as name@example.org."),
        _("The index must be able to reach whoever publishes."),
    ),
    Reason.PASSWORD_TOO_SHORT: Answer(
        400,
        _(
            "A password that stands alone needs at least %(least)s characters. Use several words, or a password manager."
        ),
        _("Length is what makes a password hard to guess. There is no rule on which characters it must hold."),
    ),
    Reason.PASSWORD_PERSONAL: Answer(
        400,
        _(
            "This password is mostly your name, your address or a word of this index. Use several words that have nothing to do with you."
        ),
        _(
            "What others know of you is what they try first. Without those parts at least eight characters must be left."
        ),
    ),
    Reason.PASSWORD_BREACHED: Answer(
        400,
        _(
            "This password is known to thieves: it is in a list of stolen ones. Choose another, and change it wherever else you use it."
        ),
        _(
            "Stolen passwords are tried everywhere, long ones too. The list is on the machine of this index: nobody was asked."
        ),
    ),
    Reason.PASSWORD_GUESSABLE: Answer(
        400,
        _(
            "This password is easily guessed, long as it is. Use several words that do not belong together, or a password manager."
        ),
        _("Repetitions, rows of keys, dates and well-known sentences are tried before chance is."),
    ),
}
