"""Who is visiting, as every door is told: read from the browser's cookies, and given to it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from strongroom.accounts.actions.proving import Aim
from strongroom.accounts.actions.sessions import SignedIn, note_visit
from strongroom.accounts.queries.entry import LoadedArrival, has_proof, load_arrival, load_visit
from strongroom.accounts.rules.arriving import ARRIVAL_LIFE
from strongroom.accounts.rules.sessions import DEVICE_LIFE
from strongroom.accounts.rules.visits import Visit, actor_of
from strongroom.accounts.rules.whereabouts import address_of
from strongroom.gear.sealing import Sealer
from strongroom.gear.settings import Settings
from strongroom.terms.actors import Actor, visitor
from strongroom.terms.refusals import Reason, Refused

SESSION, ARRIVAL, DEVICE = "session", "arrival", "device"
"""The three cookies: signed in, on the way in, known from before."""


def visit_of(request: HttpRequest) -> Visit | None:
    """Who is signed in, or nothing. Asked once for each request; a use is noted once a minute."""
    if not hasattr(request, "_visit"):
        now = timezone.now()
        key = request.COOKIES.get(_name(SESSION))
        visit = load_visit(key, now=now) if key else None
        if visit is not None:
            note_visit(now=now, session=visit.session)
        request._visit = visit  # type: ignore[attr-defined]  # noqa: SLF001 - the request is where it belongs
    found: Visit | None = request._visit  # type: ignore[attr-defined]  # noqa: SLF001
    return found


def is_session_named(request: HttpRequest) -> bool:
    """Whether the browser says that somebody is signed in; nothing is looked up."""
    return _name(SESSION) in request.COOKIES


def require_visit(request: HttpRequest) -> Visit:
    """Who is signed in. Raises Refused(SIGN_IN_NEEDED)."""
    visit = visit_of(request)
    if visit is None:
        raise Refused(Reason.SIGN_IN_NEEDED)
    return visit


def actor_in(request: HttpRequest) -> Actor:
    """Who asks: the person signed in, or a visitor; with the address that counts and the name of the browser."""
    address, client = whereabouts(request), request.META.get("HTTP_USER_AGENT", "")
    visit = visit_of(request)
    return visitor(address=address, client=client) if visit is None else actor_of(visit, address=address, client=client)


def whereabouts(request: HttpRequest) -> str | None:
    """The client's address; what a proxy says of it counts only when the operator trusts that proxy."""
    return address_of(
        request.META.get("REMOTE_ADDR", ""),
        request.META.get("HTTP_X_FORWARDED_FOR", ""),
        trusted=_settings().trusted_proxies,
    )


def arrival_in(request: HttpRequest) -> LoadedArrival:
    """Who is on the way in, in this browser. Raises Refused(ARRIVAL_GONE)."""
    return load_arrival(request.COOKIES.get(_name(ARRIVAL)), now=timezone.now(), device=device_in(request))


def device_in(request: HttpRequest) -> str | None:
    """The secret by which this browser is known from before, if it has one."""
    return request.COOKIES.get(_name(DEVICE))


def sealer_of_index() -> Sealer:
    """The keys of this index that lie outside the database."""
    return _sealer(_settings().secrets_folder)


def remember_arrival(response: HttpResponse, key: str) -> None:
    """Give the browser the key of its way in."""
    _set(response, ARRIVAL, key, seconds=int(ARRIVAL_LIFE.total_seconds()))


def remember_session(response: HttpResponse, key: str) -> None:
    """Give the browser the key of its session, until the browser is closed at the latest."""
    _set(response, SESSION, key, seconds=None)


def remember_sign_in(request: HttpRequest, response: HttpResponse, signed_in: SignedIn) -> None:
    """Give the browser its session and its name as a known device, and take away what led in; with a new CSRF token."""
    from django.middleware.csrf import rotate_token

    remember_session(response, signed_in.key)
    _set(response, DEVICE, signed_in.device, seconds=int(DEVICE_LIFE.total_seconds()))
    forget(response, ARRIVAL)
    if signed_in.language:
        remember_language(response, signed_in.language)
    rotate_token(request)


def remember_language(response: HttpResponse, language: str) -> None:
    """Have this browser's pages in a language that its person chose."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


def forget(response: HttpResponse, cookie: str) -> None:
    """Take one of the cookies away."""
    response.delete_cookie(_name(cookie), path="/", samesite="Lax")


def prove_first(request: HttpRequest, aim: Aim) -> HttpResponse | None:
    """The way to the page where the person proves that it is them, or nothing when a proof is ready to be spent."""
    visit = require_visit(request)
    if has_proof(visit.session, aim.deed, target=aim.target, now=timezone.now()):
        return None
    address = reverse("prove", args=[aim.deed.value])
    return HttpResponseRedirect(f"{address}?target={quote(aim.target)}&next={quote(request.get_full_path())}")


def next_address(request: HttpRequest, *, otherwise: str) -> str:
    """Where to go on to: an address of this index that the page was asked with, or another."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_ours else otherwise


def _set(response: HttpResponse, cookie: str, value: str, *, seconds: int | None) -> None:
    response.set_cookie(
        _name(cookie), value, max_age=seconds, path="/", secure=_is_secure(), httponly=True, samesite="Lax"
    )


def _name(cookie: str) -> str:
    # __Host-: no other host, no other path and no plain connection can have set it (ASVS 3.3.1).
    return f"__Host-strongroom-{cookie}" if _is_secure() else f"strongroom-{cookie}"


def _is_secure() -> bool:
    return _settings().address.startswith("https://")


def _settings() -> Settings:
    chosen: Settings = settings.STRONGROOM
    return chosen


@cache
def _sealer(folder: Path) -> Sealer:
    return Sealer(folder)
