"""Who may look at the console: asked here, at one place, before anything else of any of its pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from strongroom.accounts.views.visiting import visit_of
from strongroom.mandate.queries import load_office
from strongroom.mandate.rules import require_office
from strongroom.terms.proofs import FACTOR_KINDS
from strongroom.terms.refusals import Reason, Refused, refusal_of

_P = ParamSpec("_P")
_View = Callable[Concatenate[HttpRequest, _P], HttpResponse]


def for_staff(view: _View[_P]) -> _View[_P]:
    """A page of the console: nothing of it is shown, and nothing done, before it is known who asks."""

    @never_cache
    @wraps(view)
    def admitted(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponse:
        require_staff(request)
        return view(request, *args, **kwargs)

    return admitted


def require_staff(request: HttpRequest) -> None:
    """Staff, with a second factor, in a session that was begun with one.

    To everybody else there is nothing here. Only staff are told what they lack: Refused, with STAFF_FACTOR_NEEDED or
    OFFICE_SIGN_IN.
    """
    visit = visit_of(request)
    if visit is None:
        raise Http404
    reason = refusal_of(partial(require_office, load_office(visit.account), is_token=False))
    if reason is Reason.STAFF_FACTOR_NEEDED:
        raise Refused(Reason.STAFF_FACTOR_NEEDED)
    if reason is not None:
        raise Http404
    if visit.signed_in_by not in FACTOR_KINDS:
        # A recovery code is a way back to one's own account, and not into this.
        raise Refused(Reason.OFFICE_SIGN_IN)
