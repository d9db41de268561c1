"""How the index itself fares: mails on their way, jobs of the keeper, settings in force."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from strongroom.accounts.queries.mails import MAILS_ON_A_PAGE, MailLine, MailState, list_mails
from strongroom.console.queries.jobs import list_jobs
from strongroom.console.rules.showing import plain
from strongroom.console.views.admitting import for_staff
from strongroom.console.views.asking import chosen, number, onward, typed
from strongroom.console.views.words import MAILS, job_words, letter_words


@for_staff
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """Mails by state or by whole address, the newest first; never what stands in them."""
    state, address = chosen(request, "state", MailState), typed(request, "address")
    found = list_mails(state=state, address=address, before=number(request, "before"))
    rows = found[:MAILS_ON_A_PAGE]
    context = {
        "here": "mails",
        "rows": [_mail(row) for row in rows],
        "state": state.value if state else "",
        "states": list(MAILS.items()),
        "address": address,
        "next": onward(request, before=rows[-1].id) if len(found) > MAILS_ON_A_PAGE else "",
        "is_first": not request.GET.get("before"),
    }
    return render(request, "console/mails.html", context)


@for_staff
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """Every job of the keeper, and how it went the last time."""
    rows = [
        replace(job, name=job_words(job.name), failure=plain(job.failure) if job.failure else "")
        for job in list_jobs(now=timezone.now())
    ]
    return render(request, "console/jobs.html", {"here": "jobs", "rows": rows})


@for_staff
@require_safe
def settings_in_force(request: HttpRequest) -> HttpResponse:
    """Every setting of the index as it stands, and where that came from; secret ones are not shown."""
    rows = [replace(one, value=plain(one.value) if one.value else "") for one in settings.STRONGROOM_ORIGINS]
    return render(request, "console/settings.html", {"here": "settings", "rows": rows})


def _mail(row: MailLine) -> MailLine:
    return replace(row, address=plain(row.address) if row.address else "", kind=letter_words(row.kind))
