"""Who presents a token: what every door for programs asks first. A session, or any other cookie, says nothing here."""

from __future__ import annotations

from django.http import HttpRequest

from strongroom.accounts.views.visiting import whereabouts
from strongroom.terms.actors import Actor, ActorKind
from strongroom.terms.passes import TOKEN_USER, read_authorization
from strongroom.terms.refusals import Reason, Refused
from strongroom.tokens.queries import Holder, load_holder


def require_holder(request: HttpRequest) -> Holder:
    """Who presents a token, as the password of the user ``__token__`` or as a bearer; whether it is live is not asked.

    Raises Refused: CREDENTIALS_MISSING, PASSWORD_NOT_ACCEPTED, TOKEN_MALFORMED, TOKEN_UNKNOWN.
    """
    credentials = read_authorization(request.META.get("HTTP_AUTHORIZATION", ""))
    if credentials is None or not credentials.secret:
        raise Refused(Reason.CREDENTIALS_MISSING)
    if credentials.user != TOKEN_USER:
        raise Refused(Reason.PASSWORD_NOT_ACCEPTED)
    return load_holder(credentials.secret)


def actor_holding(request: HttpRequest, holder: Holder) -> Actor:
    """Whoever holds a token, as the record names them."""
    return Actor(
        ActorKind.ACCOUNT,
        holder.account_name,
        account=holder.account,
        token=holder.token,
        address=whereabouts(request),
        client=request.META.get("HTTP_USER_AGENT", ""),
    )
