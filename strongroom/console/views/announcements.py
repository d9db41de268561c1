"""Announcements: those that were made, making one, ending one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from strongroom.accounts.views.visiting import actor_in
from strongroom.console.actions.announcements import end_announcement, make_announcement
from strongroom.console.queries.announcements import find_announcement, list_announcements
from strongroom.console.rules.announcements import LONGEST_TEXT, MAKING, Level, NewAnnouncement, ending
from strongroom.console.rules.showing import plain
from strongroom.console.views.admitting import for_staff
from strongroom.console.views.deeds import DeedForm, Place, answer_deed
from strongroom.console.views.words import said_in
from strongroom.terms.refusals import Reason, Refused

_MOMENTS = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True)
class AnnouncementLine:
    """An announcement as the list shows it; ``state`` is live, coming or over."""

    number: int
    english: str
    french: str
    level: str
    begins_at: datetime
    ends_at: datetime
    made_by: str
    ended_by: str
    state: str


@for_staff
@require_safe
def announcements(request: HttpRequest) -> HttpResponse:
    """What was announced, the newest first."""
    now = timezone.now()
    rows = [
        AnnouncementLine(
            number=one.pk,
            english=plain(one.english),
            french=plain(one.french),
            level=one.level,
            begins_at=one.begins_at,
            ends_at=one.ends_at,
            made_by=one.made_by,
            ended_by=one.ended_by,
            state="over" if one.ended_at or one.ends_at <= now else "coming" if one.begins_at > now else "live",
        )
        for one in list_announcements()
    ]
    context = {"here": "announcements", "rows": rows, "said": said_in(request.GET.get("said", ""))}
    return render(request, "console/announcements.html", context)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def announce(request: HttpRequest) -> HttpResponse:
    """Ask for an announcement in both languages, from when until when."""
    names = ("english", "french", "begins", "ends")
    entry: dict[str, object] = {name: request.POST.get(name, "") for name in names}
    form = DeedForm(
        place=_place(MAKING),
        title=_("Announce something"),
        lead=_("It stands above every page of the index, in the language of its reader, until its time is over."),
        button=_("Announce it"),
        said="announced",
        is_told=False,
        fields="console/announcement_fields.html",
        entry={**entry, "level": request.POST.get("level", Level.INFO.value), "longest": LONGEST_TEXT},
    )

    def do(office: str) -> int:
        now = timezone.now()
        return make_announcement(by=actor_in(request), now=now, wanted=_read(request, now), office=office)

    return answer_deed(request, form, do)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, announcement: int) -> HttpResponse:
    """Take an announcement away before its time."""
    row = find_announcement(announcement)
    if row is None:
        raise Http404
    form = DeedForm(
        place=_place(ending(announcement)),
        title=_("End an announcement"),
        lead=_("“%(text)s” goes from every page within seconds.") % {"text": plain(row.english)},
        button=_("End it"),
        said="ended",
        is_told=False,
    )

    def do(office: str) -> None:
        end_announcement(by=actor_in(request), now=timezone.now(), announcement=announcement, office=office)

    return answer_deed(request, form, do)


def _place(target: str) -> Place:
    return Place(target=target, back=reverse("staff-announcements"), back_words=_("Announcements"))


def _read(request: HttpRequest, now: datetime) -> NewAnnouncement:
    """What was typed. Raises Refused(ANNOUNCEMENT_TIMES) for a time that is none."""
    begins = request.POST.get("begins", "").strip()
    return NewAnnouncement(
        english=" ".join(request.POST.get("english", "").split()),
        french=" ".join(request.POST.get("french", "").split()),
        level=next((one for one in Level if one.value == request.POST.get("level")), Level.INFO),
        begins_at=parse_moment(begins) if begins else now,
        ends_at=parse_moment(request.POST.get("ends", "")),
    )


def parse_moment(text: str) -> datetime:
    """A day and a time, in UTC. Raises Refused(ANNOUNCEMENT_TIMES)."""
    for form in _MOMENTS:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise Refused(Reason.ANNOUNCEMENT_TIMES)
