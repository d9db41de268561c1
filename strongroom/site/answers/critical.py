"""Answers about downloads, and about projects that are critical."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from strongroom.site.answers.answer import Answer
from strongroom.terms.refusals import Reason

CRITICAL = {
    Reason.SPIKE_UNKNOWN: Answer(
        404,
        _("There is no such spike any more. Choose one from the list."),
        _("A day whose downloads are counted anew may have none where there was one before."),
    ),
    Reason.DELETION_HELD_ALREADY: Answer(
        403,
        _("The deletion of %(thing)s waits already, until %(until)s UTC. Let it come, or withdraw it first."),
        _(
            "Many depend on a critical project, so nothing of it is deleted before thirty days have gone by in which everybody can see it coming. Asking again does not change the day."
        ),
    ),
    Reason.DELETION_NOT_HELD: Answer(
        404,
        _("No such deletion waits any more. Look at the page of the project again, to see what became of it."),
        _("A deletion that waits can be withdrawn until it is carried out. It ends once."),
    ),
    Reason.DAY_NOT_OVER: Answer(
        400,
        _("%(day)s has not come yet. Name a day up to today; days are in UTC."),
        _("The critical projects of a day are found from the days before it, so a day has to have begun."),
    ),
    Reason.DAY_NOT_COUNTED: Answer(
        403,
        _("The downloads of %(day)s are not added up yet. Run `strongroom downloads count`, then compute again."),
        _("A run is for good: it waits until the last day that it reads is whole."),
    ),
    Reason.RUN_UNKNOWN: Answer(
        404,
        _("There is no run %(run)s. Look for its number among the runs."),
        _("A run is one computation of the critical projects of a day. Each has a number."),
    ),
    Reason.RUN_DECIDED: Answer(
        409,
        _("Run %(run)s does not wait any more. Look at it again, to see what was decided."),
        _("A run waits when something about it looks wrong. It is approved or dismissed once."),
    ),
    Reason.SNAPSHOT_ALTERED: Answer(
        409,
        _("The snapshot %(path)s is missing, or not what was written. Restore it from a backup, or dismiss the run."),
        _(
            "A run is approved from the file that everybody could read, and its digest is kept apart from it. A file that does not fit its digest makes nobody critical."
        ),
    ),
    Reason.ALREADY_CRITICAL: Answer(
        409,
        _("%(name)s is critical already. There is nothing left to do."),
        _("A name becomes critical once, and stays so for good."),
    ),
    Reason.IMPORT_NO_FILE: Answer(
        404,
        _("There is no file to import at %(path)s. Name a file, or a folder that holds some."),
        _("Hidden files are passed over, and so are links to folders and whatever is no ordinary file."),
    ),
    Reason.IMPORT_KNOWN: Answer(
        409,
        _("%(name)s was imported on %(day)s as %(former)s. Nothing was taken; import something else."),
        _(
            "Each object is imported once, whatever it is called: a log that is read twice would count every download twice."
        ),
    ),
    Reason.IMPORT_FORM: Answer(
        400,
        _("%(name)s is in no form that is known here. Name its form with --as: %(forms)s."),
        _(
            "Logs of nginx and of Fastly can be imported, and tables of downloads as CSV or Parquet, packed with gzip or not."
        ),
    ),
    Reason.IMPORT_COLUMNS: Answer(
        400,
        _("The columns of %(name)s are not those of %(form)s. Name the columns as docs/importing-downloads.md says."),
        _("A table has a column of projects, and one of times, or of days and numbers of downloads, or of totals."),
    ),
    Reason.IMPORT_PERIOD: Answer(
        400,
        _("%(name)s has no column of days. Say with --from and --to over which days its totals go."),
        _("A total is spread over the days of its period in whole numbers that add up to it."),
    ),
    Reason.PERIOD_INVALID: Answer(
        400,
        _(
            "From %(first)s to %(last)s is no period that can be used. Name one of at most %(most)s days, that begins before it ends and ends today or before."
        ),
        _("Days are in UTC, and both the first and the last belong to the period."),
    ),
    Reason.IMPORT_UNREADABLE: Answer(
        400,
        _("%(name)s cannot be read: %(error)s. Nothing of it was taken; fetch it anew, then import it again."),
        _("A file is taken whole or not at all, so that it can be imported again when it is whole."),
    ),
    Reason.IMPORT_CHANGED: Answer(
        409,
        _("%(name)s was written to while it was read. Nothing of it was taken; import it when nothing writes to it."),
        _("A log is imported after it was rotated: what is added later would be missing, and could not be added."),
    ),
    Reason.IMPORT_EMPTY: Answer(
        400,
        _("Nothing in %(name)s tells of a download (%(skipped)s). Look at its form, or leave it out."),
        _("Only answers to GET with 200 or 206 count, and only of wheels and sdists."),
    ),
    Reason.IMPORT_RUNNING: Answer(
        409,
        _("Somebody imports at this moment. Wait until that is done, then try again."),
        _("One import runs at a time, so that nothing is taken twice."),
    ),
    Reason.IMPORT_FAILED: Answer(
        409,
        _("%(name)s could not be taken: %(error)s. Nothing of it was; put that right, then import it again."),
        _("Importing needs room on the disk of the data folder: about as much as the file has, unpacked."),
    ),
    Reason.AUTHORITY_NO_EVENTS: Answer(
        404,
        _("No %(kind)s source tells of a day from %(first)s to %(last)s. Import one of those days first."),
        _("A source counts only on days of which it brought events."),
    ),
}
