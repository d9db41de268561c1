"""The one table from a reason to its answer: a status, a sentence that names the next step, and a help page.

``test_every_reason_has_an_answer`` holds the table total. Clients match the words "File already exists";
statuses follow what clients do with them (a 5xx makes twine send the file five times, so there is none).
"""

from __future__ import annotations

from strongroom.site.answers.answer import Answer
from strongroom.site.answers.console import CONSOLE
from strongroom.site.answers.critical import CRITICAL
from strongroom.site.answers.file import ARCHIVE, METADATA
from strongroom.site.answers.form import FILENAME, FORM
from strongroom.site.answers.index import INDEX, PAGES
from strongroom.site.answers.keeping import KEEPING
from strongroom.site.answers.person import ACCOUNTS, FACTORS, SIGN_IN
from strongroom.site.answers.who import WHO
from strongroom.terms.refusals import Reason

__all__ = ["ANSWERS", "Answer"]

ANSWERS: dict[Reason, Answer] = {
    **WHO,
    **INDEX,
    **FORM,
    **FILENAME,
    **METADATA,
    **ARCHIVE,
    **PAGES,
    **SIGN_IN,
    **ACCOUNTS,
    **FACTORS,
    **KEEPING,
    **CONSOLE,
    **CRITICAL,
}
