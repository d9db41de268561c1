"""What the console says in words: jobs, kinds of letter, states of mails, statuses, roles."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from strongroom.accounts.queries.mails import MailState
from strongroom.accounts.rules.letters import LetterKind
from strongroom.console.rules.jobs import Job
from strongroom.record.rules import SubjectKind

JOBS = {
    Job.LETTERS.value: later("Sending mails"),
    Job.SWEEPING.value: later("Sweeping what nobody needs any more"),
    Job.ROOT_LIST.value: later("Publishing the list of all projects"),
    Job.DUE_PAGES.value: later("Publishing pages that are behind"),
    Job.SPOOLS.value: later("Clearing uploads that were left behind"),
    Job.READERS.value: later("Telling the read plane of tokens"),
    Job.HOLDS.value: later("Deleting what was held long enough"),
    Job.PURGING.value: later("Removing what was deleted and can be restored no more"),
    Job.ORPHANS.value: later("Looking for projects without an Owner"),
    Job.DESCRIPTIONS.value: later("Rendering descriptions"),
    Job.COUNTING.value: later("Counting downloads"),
}

LETTERS = {
    LetterKind.NOTICE.value: later("Notice"),
    LetterKind.CODE.value: later("Mailed code"),
    LetterKind.ADDRESS_HELD.value: later("You already have an account"),
    LetterKind.COLLABORATOR.value: later("News of a collaborator"),
    LetterKind.PROJECT.value: later("News of a project"),
    LetterKind.INVITATION.value: later("Invitation"),
    LetterKind.CRITICAL.value: later("Projects that became critical"),
}

MAILS = {
    MailState.WAITING.value: later("Waiting"),
    MailState.FAILED.value: later("Failed, will be tried again"),
    MailState.GIVEN_UP.value: later("Given up"),
    MailState.SENT.value: later("Sent"),
}

SUBJECTS = {
    SubjectKind.ACCOUNT.value: later("account"),
    SubjectKind.PROJECT.value: later("project"),
    SubjectKind.TOKEN.value: later("token"),
    SubjectKind.INDEX.value: later("the index"),
}

ACTORS = {
    "account": later("account"),
    "operator": later("operator"),
    "system": later("the index itself"),
    "visitor": later("a visitor"),
}

SAID = {
    "suspended": later("The account is suspended, and its person was told."),
    "lifted": later("The suspension is lifted, and the person was told."),
    "made-staff": later("They run the index now, and must sign in anew."),
    "unmade-staff": later("They run the index no more."),
    "sessions-ended": later("Every session of the account is ended."),
    "revoked": later("Revoked. Installers and publishing tools are refused from now on."),
    "status": later("The status is changed, and everybody who looks after the project was told."),
    "restored": later("The project is restored."),
    "withdrawn": later("The deletion is withdrawn, and everybody who looks after the project was told."),
    "role": later("The role is given, and everybody who looks after the project was told."),
    "removed": later("They look after the project no more, and were told."),
    "announced": later("It is announced."),
    "ended": later("The announcement is ended."),
    "run-approved": later("The run is approved, and what it found is critical."),
    "run-dismissed": later("The run is dismissed, and made nobody critical."),
    "spike-looked-at": later("It is noted that you looked at it."),
    "designated": later("The name is critical."),
    "unchanged": later("Nothing changed: it was so already."),
}
"""What was just done, as the page that follows says it."""


def said_in(word: str) -> str:
    """What was just done; nothing for a word that no page of ours carries."""
    return str(SAID[word]) if word in SAID else ""


def job_words(name: str) -> str:
    """A job of the keeper; one of another version by its name."""
    return str(JOBS[name]) if name in JOBS else name


def letter_words(kind: str) -> str:
    """What kind of letter it is."""
    return str(LETTERS[kind]) if kind in LETTERS else kind


def suspension_words(kept: str) -> str:
    """Why an account is suspended, as its row says."""
    return _("its person said: this was not me") if kept == "not-me" else _("by those who run the index")
