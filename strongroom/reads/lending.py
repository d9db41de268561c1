"""Threads of our own for long downloads, so that the server's few stay free for everybody else.

Granian sends a body that comes in chunks from the thread that made it, and that thread waits for
the client: with 4 threads, 4 slow clients stop the index; with 256, pages cost twice the CPU on a
busy machine, for each request wakes another thread. So the sending of files is lent to threads of
ours, and 8 to 16 of the server's are enough.

It hooks into one private name of Granian, whose version is locked. Where that name is not found,
nothing is changed and ``lend_threads`` says so: the server then needs more threads than downloads.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from strongroom.reads.files import FileBody

_HOOK = "_wsgi_call_wrap"


class _Protocol(Protocol):
    response_bytes: Callable[..., None]
    response_iter: Callable[..., None]


class _Lent:
    """What Granian's runner answers through; only our own files change threads.

    Everything else keeps its thread: Django closes a database connection in the one that opened it.
    """

    __slots__ = ("_pool", "_protocol", "response_bytes")

    def __init__(self, protocol: _Protocol, pool: ThreadPoolExecutor) -> None:
        self._protocol = protocol
        self._pool = pool
        self.response_bytes = protocol.response_bytes

    def response_iter(self, status: int, headers: list[tuple[str, str]], body: object) -> None:
        if isinstance(getattr(body, "inner", None), FileBody):
            self._pool.submit(self._protocol.response_iter, status, headers, body)
        else:
            self._protocol.response_iter(status, headers, body)


def lend_threads(places: int) -> bool:
    """Send files from up to ``places`` threads of our own; called while Granian loads the application.

    Answers whether it could: False under another server, or a Granian that has changed.
    """
    try:
        import granian.server.mp as server
    except ImportError:
        return False
    original = getattr(server, _HOOK, None)
    if not callable(original):
        return False
    pool = ThreadPoolExecutor(places, thread_name_prefix="download")

    def wrap(*arguments: object) -> Callable[[_Protocol, object], Any]:
        run = original(*arguments)
        return lambda protocol, scope: run(_Lent(protocol, pool), scope)

    setattr(server, _HOOK, wrap)
    return True
