"""When the proof of a dangerous deed is missing at the very last moment."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from strongroom.accounts.actions.proving import Aim
from strongroom.accounts.views.visiting import prove_first
from strongroom.terms.refusals import Reason, Refused


def ask_proof_again(request: HttpRequest, aim: Aim, refused: Refused) -> HttpResponse | None:
    """The way to prove it, when that is what was missing; nothing for any other refusal.

    The page that it leads back to shows its form to whoever comes by GET.
    """
    return prove_first(request, aim) if refused.reason is Reason.PROOF_NEEDED else None
