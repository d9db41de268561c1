"""Answers about signing in, accounts and factors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from strongroom.site.answers.answer import Answer
from strongroom.terms.refusals import Reason

SIGN_IN = {
    Reason.SIGN_IN_NEEDED: Answer(
        401,
        _("You are not signed in. Sign in, then open this page again."),
        _("Pages of an account are shown to the person who is signed in to it, and to nobody else."),
    ),
    Reason.SIGN_IN_FAILED: Answer(
        403,
        _("The account name and the password do not belong together. Check both, or reset the password."),
        _(
            "What was typed is not an account of this index with its password. Which of the two is wrong is never said, so that nobody can find out who has an account. A password that was forgotten can be reset with a code that is mailed to you."
        ),
    ),
    Reason.TOO_MANY_ATTEMPTS: Answer(
        429,
        _("Too many attempts. Wait %(minutes)s minutes, then try again."),
        _(
            "Guessing is limited: for each account, for each address that requests come from, and for each factor. Signing in with a security key is not limited by other people's guesses."
        ),
    ),
    Reason.TOO_MANY_SIGN_INS: Answer(
        429,
        _("Too many people are signing in at this moment. Wait a few seconds, then try again."),
        _(
            "Checking a password takes time and memory on purpose, so only a few are checked at once. Installing goes on meanwhile, and so does signing in with a passkey."
        ),
    ),
    Reason.ARRIVAL_GONE: Answer(
        403,
        _("This took too long, or was already finished. Begin again."),
        _(
            "Signing in, signing up and resetting a password are begun and finished in one browser within fifteen minutes."
        ),
    ),
    Reason.STAGE_OUT_OF_ORDER: Answer(
        403,
        _("Another step comes before this one. Go on from the page that you are led to."),
        _(
            "Signing in, signing up and resetting a password have steps, and none can be left out by calling a later one."
        ),
    ),
    Reason.ACCOUNT_SUSPENDED: Answer(
        403,
        _(
            "This account is suspended. If you said “this was not me”, reset its password; else ask those who run the index."
        ),
        _(
            "Somebody who reads one of the mailboxes of this account said that a change was not theirs, or those who run the index suspended it. From then on nothing can be published or changed, no token works, and nobody is signed in. Resetting the password lifts the suspension: it takes a code from the mailbox, and a factor once the account has one. A suspension by those who run the index is lifted by them alone."
        ),
    ),
    Reason.MAIL_CODE_WRONG: Answer(
        403,
        _("That is not the code that was mailed. Check it, or have a new one mailed."),
        _(
            "The code stands in the newest mail. It has eight letters and digits, and it only works in the browser in which it was asked for."
        ),
    ),
    Reason.MAIL_CODE_GONE: Answer(
        403,
        _("This code is too old, or was used or mistyped too often. Have a new one mailed."),
        _("A mailed code is good once, for ten minutes, and for five attempts."),
    ),
    Reason.PROOF_NEEDED: Answer(
        403,
        _("This takes a fresh proof. Prove that it is you again, then do this once more."),
        _(
            "What would hurt in a stranger's hands takes a fresh proof: a factor once the account has one, the password before. Each proof is good for one deed, for ten minutes."
        ),
    ),
    Reason.PROOF_KIND: Answer(
        403,
        _("This proof is not enough for that. Use one of the ways that the page offers."),
        _(
            "An account with a factor proves itself by that factor and never by the password alone. A security key can be removed only with a security key or a recovery code."
        ),
    ),
    Reason.MAILBOX_PROOF_NEEDED: Answer(
        403,
        _("Your mailbox comes first. Type the code that was mailed to you, then enrol your first factor."),
        _(
            "Whoever can publish must show that they read the account's mailbox before the first factor is enrolled. Otherwise somebody with a stolen password could enrol a factor of their own."
        ),
    ),
    Reason.SESSION_UNKNOWN: Answer(
        404,
        _("This session has already ended. Nothing is left to do."),
        _(
            "A session ends when you sign out, when it is ended from the list, after an hour without use, and after a day."
        ),
    ),
    Reason.DEVICE_UNKNOWN: Answer(
        404,
        _("This device is no longer known. Nothing is left to do."),
        _("A device is forgotten when you say so, and after a year without use."),
    ),
    Reason.NOT_ME_LINK_INVALID: Answer(
        403,
        _("This link was used or is too old. Sign in and look at your security page instead."),
        _("A link that says “this was not me” works once, for thirty days after the mail."),
    ),
}

ACCOUNTS = {
    Reason.ADDRESS_UNKNOWN: Answer(
        404,
        _("Your account does not have this e-mail address. Choose one from the list."),
        _("The address may have been removed in the meantime, in another window."),
    ),
    Reason.ADDRESS_PRIMARY: Answer(
        403,
        _("The primary address cannot be removed. Make another one primary first."),
        _("Every account has one primary address that is known to be read."),
    ),
    Reason.ADDRESS_NOT_VERIFIED: Answer(
        403,
        _("This e-mail address is not verified yet. Type the code that was mailed to it first."),
        _("Only an address that is known to be read by you can become the primary one."),
    ),
    Reason.ADDRESS_TOO_NEW: Answer(
        403,
        _(
            "Your e-mail addresses are too new for this. Wait until one has been verified for %(hours)s hours, then try again."
        ),
        _(
            "Before the first factor of somebody who can publish is enrolled, a mailbox is asked that has been theirs for three days. Otherwise a stranger with a stolen password could add an address of their own and be asked there."
        ),
    ),
    Reason.ADDRESS_HELD: Answer(
        400,
        _("Your account already has the address %(address)s. Choose another one."),
        _("Each address is listed once, whatever its case."),
    ),
    Reason.TOO_MANY_ADDRESSES: Answer(
        403,
        _("An account has at most %(most)s e-mail addresses. Remove one first."),
        _("Every warning goes to every address, so their number is limited."),
    ),
    Reason.PASSWORD_WRONG: Answer(
        403,
        _("That is not the password of this account. Type it again, or reset it."),
        _("The present password is asked for before it is changed."),
    ),
    Reason.SOLE_OWNER: Answer(
        403,
        _("You are the only Owner of %(names)s. Give each another Owner, or delete it, then close the account."),
        _("A project without an Owner could be looked after by nobody. Its files stay, whoever leaves."),
    ),
    Reason.LABEL_INVALID: Answer(
        400,
        _("A label has 1 to 64 characters that can be seen. Choose another one."),
        _("A label is how you tell one factor, or one token, from another in lists and in mails."),
    ),
    Reason.LABEL_TAKEN: Answer(
        400,
        _("Another factor of yours is already called %(label)s. Choose another label."),
        _("Two factors with one label could not be told apart when one of them is lost."),
    ),
}

FACTORS = {
    Reason.CODE_MALFORMED: Answer(
        400,
        _("A code has six digits. Type what the authenticator app shows now."),
        _("The app shows six digits that change every thirty seconds. Spaces between them do not matter."),
    ),
    Reason.CODE_WRONG: Answer(
        403,
        _("That is not the code that your authenticator app shows for this account. Type the newest one."),
        _("The app may hold several accounts; the code must be the one for this index, and the newest."),
    ),
    Reason.CODE_CLOCK_BEHIND: Answer(
        403,
        _(
            "This code is over: the clock of your phone is about %(minutes)s min slow. Set it to automatic time, then type a new code."
        ),
        _(
            "Codes are computed from the time. A phone whose clock is wrong shows codes for another moment, and only those of the present one are taken."
        ),
    ),
    Reason.CODE_CLOCK_AHEAD: Answer(
        403,
        _(
            "This code is still to come: the clock of your phone is about %(minutes)s min fast. Set it to automatic time, wait %(minutes)s min, then type a new code."
        ),
        _(
            "Codes are computed from the time. A code of a moment to come is not taken, and neither are those up to it any more, so that nobody can find out by guessing what the code will be."
        ),
    ),
    Reason.CODE_USED: Answer(
        403,
        _("This code was used already. Wait for the next one, then type that."),
        _("Each code is good once, so that whoever looks over your shoulder cannot use it after you."),
    ),
    Reason.FACTOR_UNKNOWN: Answer(
        404,
        _("Your account does not have this factor. Choose one from the security page."),
        _("It may have been removed in the meantime, in another window."),
    ),
    Reason.FACTOR_DISABLED: Answer(
        403,
        _(
            "This factor was switched off after %(failures)s wrong codes in a row. Use another one, then remove this one and enrol it anew."
        ),
        _(
            "Whoever guesses must be stopped. Security keys cannot be guessed and are never switched off for that. NIST SP 800-63B-4, section 3.2.2, sets the limit."
        ),
    ),
    Reason.TOO_MANY_FACTORS: Answer(
        403,
        _("An account has at most %(most)s factors of a kind. Remove one first."),
        _("More than that is hard to keep in view, and a factor that nobody remembers is a risk."),
    ),
    Reason.LAST_FACTOR: Answer(
        403,
        _("This account must keep a factor. Enrol another one first, then remove this one."),
        _("Whoever can publish a critical project, and whoever runs the index, holds a second factor at all times."),
    ),
    Reason.PASSWORD_NEEDS_FACTOR: Answer(
        403,
        _("Your password is too short to stand alone. Change it to one of at least %(least)s characters first."),
        _(
            "A password may be shorter while a factor stands beside it. Without one it is all that keeps strangers out, and must be longer."
        ),
    ),
    Reason.RECOVERY_CODE_WRONG: Answer(
        403,
        _("That is not an unused recovery code of this account. Check it, or take another one from your list."),
        _("Each recovery code works once. Codes that were made before the newest set work no more."),
    ),
    Reason.CODES_NOT_CONFIRMED: Answer(
        403,
        _("One step is missing. Type one of your new recovery codes, so that it is certain that you have kept them."),
        _(
            "Enrolling the first factor is finished once one of the recovery codes was typed back. Without them, losing the factor means losing the account."
        ),
    ),
    Reason.CHALLENGE_GONE: Answer(
        403,
        _("The security key answered too late, or this answer was used already. Try again."),
        _(
            "Each question to a security key is answered once, within five minutes, in the browser that asked, and for what it was asked for."
        ),
    ),
    Reason.KEY_ANSWER_REFUSED: Answer(
        403,
        _("The answer of the security key cannot be accepted: %(why)s. Try again, or use another factor."),
        _(
            "Every part of what a security key and the browser answer is checked, and one of the checks failed. If it happens again, the browser or an extension in it may be at fault."
        ),
    ),
    Reason.KEY_WRONG_ADDRESS: Answer(
        403,
        _(
            "The security key answered for %(origin)s, and not for this index. If you came here by a link, it may have been a forgery: type the address yourself."
        ),
        _(
            "A security key signs which address it was asked from. That protects against pages that only look like this index."
        ),
    ),
    Reason.KEY_ALREADY_ENROLLED: Answer(
        400,
        _("This security key is already enrolled. Use another one."),
        _("A key is enrolled once, in one account."),
    ),
    Reason.KEY_UNKNOWN: Answer(
        403,
        _("This security key is not enrolled here. Use one that is, or another factor."),
        _("The key may belong to another account, or have been removed from this one."),
    ),
    Reason.KEY_COPIED: Answer(
        403,
        _(
            "This security key counts backwards, as a copy of it would. It cannot be used any more: use another factor, then replace the key."
        ),
        _(
            "A security key counts its uses, and the count always rises. When it does not, a copy of the key may exist. The key is kept as suspect until it is removed."
        ),
    ),
    Reason.KEY_NOT_VERIFIED: Answer(
        403,
        _(
            "The security key did not ask for its PIN or fingerprint, so it is not enough alone. Sign in with your password first, then with the key."
        ),
        _("Without a password, the key itself must check who holds it."),
    ),
}
