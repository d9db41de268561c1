"""What holds for every refusal of the upload door: told wherever a client looks, and without a trace."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable

from django.http import HttpResponse

from strongroom.gear.settings import Settings
from strongroom.site.answers import ANSWERS
from strongroom.terms.refusals import Reason
from tests.uploads.door import (
    UV_ACCEPT,
    Upload,
    everything,
    left_incoming,
    multipart,
    send,
    upload_of,
    wheel_upload,
)

MIB = 1024 * 1024
NEXT = wheel_upload("ham", "2.0")
"""What Ada may publish next; each refusal is of one change to it."""

WHOLE = multipart(NEXT.parts)
Change = Callable[..., None]
"""Changes settings of the index."""


@dataclasses.dataclass(frozen=True)
class Case:
    """An upload and how it is refused; ``fact`` is what the sentence must name."""

    upload: Upload
    status: int
    reason: str
    fact: str = ""


def require_told(answer: HttpResponse, case: Case) -> None:
    """The refusal stands in the status, the reason phrase, the header and the body."""
    told = answer.content.decode()
    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (case.status, case.reason), told
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    sentence, _, help_link = told.rstrip("\n").rpartition("\n")
    assert help_link == f"http://testserver/help/{case.reason}/"
    _require_sentence(sentence, case)
    line = sentence.encode("ascii", "replace").decode()
    assert answer.reason_phrase == "".join(c if c.isprintable() else "?" for c in line)[:300]


def require_told_to_uv(answer: HttpResponse, case: Case) -> None:
    """The same in JSON: the sentence is in each of the places that clients print."""
    told = json.loads(answer.content)
    assert answer["Content-Type"] == "application/json"
    _require_sentence(told["message"], case)
    assert told == {
        "code": f"{case.status} {told['message']}",
        "message": told["message"],
        "title": told["message"],
        "reason": case.reason,
        "help": f"http://testserver/help/{case.reason}/",
    }


def _require_sentence(sentence: str, case: Case) -> None:
    template = "What was sent cannot be read: %(field)s: %(why)s."
    if case.reason != "malformed":
        template = str(ANSWERS[Reason(case.reason)].sentence)
    pattern = ".*".join(re.escape(part) for part in re.split(r"%\(\w+\)s", template))
    assert re.fullmatch(pattern, sentence, re.DOTALL), sentence
    assert case.fact in sentence


def require_refused(case: Case, authorization: str | None, index_settings: Settings) -> None:
    """Refused, told in text and in JSON, and everything is as it was."""
    before = everything(index_settings)

    require_told(send(case.upload, authorization), case)
    require_told_to_uv(send(case.upload, authorization, HTTP_ACCEPT=UV_ACCEPT), case)

    assert everything(index_settings) == before
    assert left_incoming(index_settings) == []


def holding(content: bytes) -> Upload:
    return upload_of(NEXT.filename, content, name="ham", version="2.0", filetype="bdist_wheel", pyversion="py3")
