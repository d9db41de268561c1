"""The read plane as a WSGI callable: what installers ask for, answered without Django or a database.

Essential reading: the Simple repository API of the packaging specifications (PEP 503, 691), RFC 9110.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from strongroom.reads.answers import Answer, not_found, too_many_uploads
from strongroom.reads.doors import ReadPlane
from strongroom.reads.held import HeldPages, Wanted
from strongroom.reads.places import Places

_HOT_REQUESTS = 16_384
"""Spellings of a request remembered; when there are more, remembering begins anew."""

_LONGEST_HOT_HEADER = 512

_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})

LoadFallback = Callable[[], WSGIApplication]


def make_application(places: Places, *, load_fallback: LoadFallback | None = None) -> WSGIApplication:
    """The callable for a WSGI server; ``load_fallback`` gives, when first needed, who answers the rest."""
    plane = ReadPlane(places)
    atexit.register(plane.close)
    fallback = _Taken(_Lazily(load_fallback), places.most_uploads) if load_fallback else _answer_not_found

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = plane.answer(environ)
        if answer is None:
            return fallback(environ, start_response)
        start_response(answer.status, answer.headers)
        return answer.body

    return application if places.is_private else _with_hot_path(application, plane)


def _with_hot_path(application: WSGIApplication, plane: ReadPlane) -> WSGIApplication:
    """A public index's pages, answered with two look-ups when they were asked for before.

    Everything else, and whatever is not exactly as it was, goes the whole way.
    """
    held: HeldPages = plane.held
    pages, counter = held.pages, held.counter
    hot: dict[tuple[Any, Any, Any], Wanted] = {}
    monotonic = time.monotonic

    def hot_application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        get = environ.get
        key = (environ["PATH_INFO"], get("HTTP_ACCEPT"), get("HTTP_ACCEPT_ENCODING"))
        wanted = hot.get(key)
        if wanted is not None and environ["REQUEST_METHOD"] == "GET" and not get("QUERY_STRING"):
            page = pages.get(wanted)
            if page is not None and page.generation == counter[:8] and monotonic() < page.until:
                page.is_used = True
                tag = get("HTTP_IF_NONE_MATCH")
                if tag is None and "HTTP_IF_MODIFIED_SINCE" not in environ:
                    start_response("200 OK", page.headers)
                    return page.body
                if tag == page.etag:
                    start_response("304 Not Modified", page.unchanged)
                    return []
        elif wanted is None:
            wanted = plane.wanted(environ)
            if wanted is not None and _is_short(key):
                if len(hot) >= _HOT_REQUESTS:
                    hot.clear()
                hot[key] = wanted
        return application(environ, start_response)

    return hot_application


def _is_short(key: tuple[Any, Any, Any]) -> bool:
    return sum(len(part) for part in key if part) <= _LONGEST_HOT_HEADER


class _Lazily:
    """The control plane's application, loaded at the first request that needs it."""

    def __init__(self, load: LoadFallback) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._application: WSGIApplication | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._application is None:
            with self._lock:
                self._application = self._application or self._load()
        return self._application(environ, start_response)


class _Taken:
    """Requests that bring a body, only so many at a time: each holds a thread until its client has sent it all.

    However many send slowly, installs go on; what is not taken is told to come again.
    """

    def __init__(self, application: WSGIApplication, places: int) -> None:
        self._application = application
        self._places = threading.BoundedSemaphore(places)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in _WITHOUT_BODY:
            return self._application(environ, start_response)
        if not self._places.acquire(blocking=False):
            answer = too_many_uploads()
            start_response(answer.status, answer.headers)
            return answer.body
        try:
            return self._application(environ, start_response)
        finally:
            self._places.release()


def _answer_not_found(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    answer: Answer = not_found()
    start_response(answer.status, answer.headers)
    return answer.body
