"""People on their way in: through the actions, with the real rules, as every door does it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from strongroom.accounts.actions.adding import add_account
from strongroom.accounts.actions.arriving import Credentials, show_factor, show_password
from strongroom.accounts.actions.passwords import NewPassword
from strongroom.accounts.actions.proving import Aim, make_proof, prove_by_password
from strongroom.accounts.actions.sessions import SignedIn, complete_sign_in
from strongroom.accounts.models import Delivery, Factor, Letter
from strongroom.accounts.queries.entry import LoadedArrival, load_arrival, load_visit
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.rules.visits import actor_of
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.record.models import Event
from strongroom.terms.actors import AccountId, Actor, FactorId, visitor
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Refused
from tests.cast import NOW, OPERATOR

TABLES = re.compile(r'(?:FROM|INTO|UPDATE|JOIN) "(\w+)"')
PASSWORD = "correct horse battery staple"
OTHER = "tidal lantern ermine quarry"
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"
VISITOR = visitor(address=HERE, client="browser/1.0")
STRANGER = visitor(address=ELSEWHERE, client="curl/8")


def add_ada(name: str = "ada", *, is_staff: bool = False, password: str | None = PASSWORD) -> AccountId:
    """An account with a verified address and a password."""
    return add_account(
        by=OPERATOR,
        now=NOW,
        name=name,
        address=f"{name}@example.org",
        is_verified=True,
        is_staff=is_staff,
        password=None if password is None else NewPassword(password),
    )


def give_factor(account: AccountId, kind: ProofKind = ProofKind.TOTP, *, label: str = "") -> FactorId:
    """A factor that counts; how it is verified is another room's matter."""
    name = label or kind.value
    row = Factor.objects.create(
        account_id=account,
        kind=kind.value,
        label=name,
        folded_label=name,
        begun_at=NOW,
        proved_at=NOW,
        enrolled_at=NOW,
    )
    return FactorId(row.pk)


def password_shown(
    name: str = "ada",
    *,
    password: str = PASSWORD,
    by: Actor = VISITOR,
    device: str | None = None,
    arrival: LoadedArrival | None = None,
    now: datetime = NOW,
) -> LoadedArrival:
    """The password was shown; who is on the way in now."""
    key = show_password(
        by=by,
        now=now,
        credentials=Credentials(name, password),
        device=device,
        arrival=arrival,
        sealer=sealer_of_index(),
    )
    return load_arrival(key, now=now, device=device)


def again(arrival: LoadedArrival, *, now: datetime = NOW, device: str | None = None) -> LoadedArrival:
    """The same arrival as its row stands now, whoever has its key."""
    from strongroom.accounts.actions.arriving import _rekey

    return load_arrival(_rekey(arrival.id, now=now, password_at=now), now=now, device=device)


def sign_in(
    name: str = "ada",
    *,
    password: str = PASSWORD,
    by: Actor = VISITOR,
    device: str | None = None,
    key: FactorId | None = None,
    now: datetime = NOW,
) -> SignedIn:
    """Signed in by the password, and by a security key when one is given."""
    arrival = password_shown(name, password=password, by=by, device=device, now=now)
    if key is not None:
        assert arrival.account is not None
        show_factor(now=now, arrival=arrival, kind=ProofKind.SECURITY_KEY, account=arrival.account, factor=key)
        arrival = again(arrival, now=now, device=device)
    return complete_sign_in(by=by, now=now, arrival=arrival, device=device)


def actor_with(signed_in: SignedIn, *, now: datetime = NOW) -> Actor:
    """Whoever holds this session, as a door sees them."""
    visit = load_visit(signed_in.key, now=now)
    assert visit is not None
    return actor_of(visit, address=HERE, client="browser/1.0")


def prove(by: Actor, deed: Dangerous, *, target: str = "", password: str = PASSWORD, now: datetime = NOW) -> str:
    """A proof by the password."""
    return prove_by_password(by=by, now=now, aim=Aim(deed, target), password=password)


def prove_with(by: Actor, deed: Dangerous, factor: FactorId, kind: ProofKind, *, target: str = "") -> str:
    """A proof by a factor, which the room above has verified."""
    return make_proof(by=by, now=NOW, aim=Aim(deed, target), kind=kind, factor=factor)


def refused(deed: Callable[[], object]) -> Refused:
    """The refusal that a deed meets."""
    with pytest.raises(Refused) as caught:
        deed()
    return caught.value


def queries_of(deed: Callable[[], object]) -> list[str]:
    """What every query that a deed makes does, and to which rows; refused or not."""
    with CaptureQueriesContext(connection) as captured, contextlib.suppress(Refused):
        deed()
    return [" ".join([one["sql"].split(" ")[0], *TABLES.findall(one["sql"])]) for one in captured]


def deeds() -> list[str]:
    """Every deed in the record, in order."""
    return list(Event.objects.order_by("id").values_list("deed", flat=True))


def letters() -> list[tuple[str, list[str]]]:
    """Every letter that leaves: what it is about, and where to."""
    found = []
    for letter in Letter.objects.order_by("id"):
        waiting = Delivery.objects.filter(letter=letter, given_up_at=None)
        about = letter.facts.get("deed") or letter.facts.get("purpose", "")
        found.append((f"{letter.kind} {about}", sorted(waiting.values_list("address", flat=True))))
    return found
