"""An upload's body, received: form fields in memory within a limit, the file straight onto its spool.

Nothing here decides; what was received is judged by the action.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from strongroom.gear.shelf import Shelf, Spool
from strongroom.terms.refusals import Malformed, Reason, Refused
from strongroom.uploads.actions import Arrival
from strongroom.uploads.rules.checks import require_size
from strongroom.uploads.rules.form import read_form

CHUNK_BYTES = 256 * 1024
FORM_BYTES = 8 * 1024 * 1024
"""What may surround the file: text fields of at most 4 MiB, with the frame of each."""

DRAIN_BYTES = 1024 * 1024 * 1024
"""A client that is still sending does not read an answer; up to this much is read and thrown away for its sake."""


class _ToSpool(FileUploadHandler):
    """Writes the part named ``content`` onto a spool; one byte more than the limit is enough to know."""

    chunk_size = CHUNK_BYTES

    def __init__(self, spool: Spool, most: int) -> None:
        super().__init__()
        self._spool = spool
        self._most = most
        self._takes = False
        self.filename: str | None = None
        self.part_type = ""

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().new_file(*args, **kwargs)
        self._takes = self.field_name == "content"
        if self._takes:
            if self.filename is not None:
                raise Malformed("content", "there is more than one file")
            self.filename = self.file_name or ""
            self.part_type = self.content_type or ""
        elif self.field_name != "gpg_signature":  # old clients sign; a signature is neither kept nor a fault
            raise Malformed((self.field_name or "")[:60], "it must be text, not a file")
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._takes and start <= self._most:
            self._spool.write(raw_data[: self._most + 1 - start])

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002 - Django's own signature
        return None


class _Parser(MultiPartParser):
    """Django's parser, but for one thing: it does not make a hostile file name harmless before it can be refused."""

    def sanitize_file_name(self, file_name: str) -> str:
        return file_name


def receive(request: HttpRequest, *, shelf: Shelf, most: int) -> Arrival:
    """Receive an upload of at most ``most`` bytes; the caller drops the spool of what is returned.

    Raises Malformed for a body that is not the form it says it is, Refused: FILE_MISSING, FILE_TOO_LARGE.
    """
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdigit():
        raise Malformed("Content-Length", "it is missing; the size of an upload must be announced")
    if not request.META.get("CONTENT_TYPE", "").lower().startswith("multipart/form-data"):
        raise Malformed("Content-Type", "it must be multipart/form-data")
    if int(length) > most + FORM_BYTES:
        require_size(int(length), most=most)
    spool = shelf.receive()
    try:
        return _parse(request, spool, most)
    except BaseException:
        spool.drop()
        raise


def _parse(request: HttpRequest, spool: Spool, most: int) -> Arrival:
    handler = _ToSpool(spool, most)
    try:
        fields, _ = _Parser(request.META, request, [handler], "utf-8").parse()
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        raise Malformed("form", "it holds more text than an upload needs") from None
    except (MultiPartParserError, SuspiciousOperation):
        raise Malformed("form", "it is not a whole multipart form") from None
    except UnreadablePostError:
        raise Malformed("form", "it ended before its announced length") from None
    if handler.filename is None:
        raise Refused(Reason.FILE_MISSING)
    form = read_form((name, value) for name, values in fields.lists() for value in values)
    return Arrival(form=form, filename=handler.filename, content_type=handler.part_type, spool=spool)


@contextmanager
def drained(request: HttpRequest) -> Iterator[None]:
    """Read what a client has still to send before it is answered, so that it sees the answer and not a broken pipe."""
    try:
        yield
    finally:
        left = DRAIN_BYTES
        try:
            while left > 0 and (chunk := request.read(CHUNK_BYTES)):
                left -= len(chunk)
        except (UnreadablePostError, OSError):
            pass  # the client has gone; nobody is left to answer
