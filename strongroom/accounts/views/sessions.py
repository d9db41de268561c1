"""Sessions and known devices: what the security page lists of them, and the doors that end them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from strongroom.accounts.actions import sessions
from strongroom.accounts.queries.entry import find_device, idle_end, list_devices, list_sessions
from strongroom.accounts.rules.visits import Visit
from strongroom.accounts.views.visiting import actor_in, device_in, require_visit
from strongroom.accounts.views.words import client_words, proof_words
from strongroom.terms.actors import SessionId
from strongroom.terms.proofs import ProofKind


@dataclass(frozen=True)
class SessionLine:
    """One session, as the list shows it (``accounts/sessions.html``, as ``sessions``)."""

    id: int
    client: str
    address: str
    signed_in_by: str
    factor: str
    since: datetime
    last_used: datetime
    ends: datetime
    is_this: bool


@dataclass(frozen=True)
class DeviceLine:
    """One known device, as the list shows it (``accounts/devices.html``, as ``devices``)."""

    id: int
    client: str
    since: datetime
    last_used: datetime
    is_this: bool


def session_lines(visit: Visit, *, now: datetime) -> list[SessionLine]:
    """The live sessions of whoever visits, the one used last first."""
    return [
        SessionLine(
            id=row.pk,
            client=client_words(row.client),
            address=row.address or "",
            signed_in_by=proof_words(ProofKind(row.signed_in_by)),
            factor="" if row.factor is None else row.factor.label,
            since=row.begun_at,
            last_used=row.last_seen_at,
            ends=idle_end(row),
            is_this=row.pk == visit.session,
        )
        for row in list_sessions(visit.account, now=now)
    ]


def device_lines(request: HttpRequest, visit: Visit, *, now: datetime) -> list[DeviceLine]:
    """The devices that the account of whoever visits is known to be used from, the one used last first."""
    this = find_device(visit.account, device_in(request), now=now)
    return [
        DeviceLine(
            id=row.pk,
            client=client_words(row.client),
            since=row.since,
            last_used=row.last_used_at,
            is_this=this is not None and row.pk == this.pk,
        )
        for row in list_devices(visit.account, now=now)
    ]


@never_cache
@require_POST
def end_session(request: HttpRequest, session: int) -> HttpResponse:
    """End one session from the list."""
    visit = require_visit(request)
    sessions.end_session(by=actor_in(request), now=timezone.now(), account=visit.account, session=SessionId(session))
    return HttpResponseRedirect(f"{reverse('security')}?said=session-ended")


@never_cache
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End every session but this one."""
    visit = require_visit(request)
    sessions.end_other_sessions(by=actor_in(request), now=timezone.now(), account=visit.account)
    return HttpResponseRedirect(f"{reverse('security')}?said=other-sessions-ended")


@never_cache
@require_POST
def forget_device(request: HttpRequest, device: int) -> HttpResponse:
    """Have a browser be unknown again; its sessions end."""
    visit = require_visit(request)
    sessions.forget_device(by=actor_in(request), now=timezone.now(), account=visit.account, device=device)
    return HttpResponseRedirect(f"{reverse('security')}?said=device-forgotten")
