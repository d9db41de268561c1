"""The demo's people whom everybody can be: a password and an authenticator app, set up as on the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from strongroom.accounts.actions.arriving import Credentials, show_password
from strongroom.accounts.actions.proving import Aim, prove_by_password
from strongroom.accounts.actions.sessions import complete_sign_in
from strongroom.accounts.queries.entry import load_arrival, load_visit
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.rules.visits import actor_of
from strongroom.factors.actions.apps import begin_app, pending_secret, prove_new_app
from strongroom.factors.actions.enrolling import confirm_codes
from strongroom.factors.rules.totp import DIGITS, code_at, grouped_secret, otpauth_uri, step_at
from strongroom.factors.views.meaning import means
from strongroom.terms.actors import visitor

PASSWORD = "nine herons over a quiet harbour"  # noqa: S105 - the demo's, printed for whoever runs it
APP = "Phone"
_CLIENT = "strongroom demo"


@dataclass(frozen=True)
class KnownPerson:
    """Whom to sign in as, and with what. ``secret`` as it is typed into an app, ``otpauth`` as one reads it."""

    name: str
    password: str
    secret: str
    otpauth: str


def enrol_app(*, name: str, now: datetime) -> KnownPerson:
    """Sign in with the password, and enrol an authenticator app with its first code and a recovery code typed back.

    Done in the past, like the demo's story: so the codes of today are unused.
    """
    with_what = means()
    by = visitor(address=None, client=_CLIENT)
    credentials = Credentials(name, PASSWORD)
    key = show_password(by=by, now=now, credentials=credentials, device=None, arrival=None, sealer=with_what.sealer)
    signed_in = complete_sign_in(by=by, now=now, arrival=load_arrival(key, now=now, device=None), device=None)
    visit = load_visit(signed_in.key, now=now)
    if visit is None:
        raise RuntimeError("a session that was just begun is not there")

    by = actor_of(visit, address=None, client=_CLIENT)
    prove_by_password(by=by, now=now, aim=Aim(Dangerous.ENROL_FACTOR), password=PASSWORD)
    app = begin_app(by=by, now=now, label=APP, means=with_what)
    secret = pending_secret(account=visit.account, session=visit.session, factor=app, now=now, means=with_what)
    code = f"{code_at(secret, step_at(now)):0{DIGITS}}"
    recovery_codes = prove_new_app(by=by, now=now, factor=app, text=code, means=with_what)
    confirm_codes(by=by, now=now, text=recovery_codes[0], sealer=with_what.sealer)
    uri = otpauth_uri(secret, issuer=with_what.rp.name, account=name)
    return KnownPerson(name, PASSWORD, grouped_secret(secret), uri)
