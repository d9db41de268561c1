"""People who hold factors: signed in through the real actions, with real codes of an app and a real software key."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyotp
from django.db import transaction

from strongroom.accounts.actions.arriving import begin_arrival
from strongroom.accounts.actions.mailbox import ask_own_mailbox, show_own_mailbox
from strongroom.accounts.actions.proving import Aim, prove_by_password
from strongroom.accounts.models import Arrival, Letter
from strongroom.accounts.queries.entry import LoadedArrival, hash_key, load_arrival
from strongroom.accounts.rules.arriving import Purpose
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.factors.actions.apps import begin_app, pending_secret, prove_new_app
from strongroom.factors.actions.enrolling import confirm_codes
from strongroom.factors.actions.keys import Asker, ask_key, begin_key_enrolment, complete_key_enrolment
from strongroom.factors.actions.means import Means
from strongroom.factors.actions.showing import prove_by_app, prove_by_key, prove_by_recovery_code, show_key
from strongroom.factors.models import SecurityKey
from strongroom.factors.rules.challenges import KeyPurpose
from strongroom.factors.rules.totp import TotpWindow
from strongroom.gear.webauthn import Anchors
from strongroom.projects.actions.adding import add_project
from strongroom.projects.rules.roles import Role
from strongroom.record.models import Event
from strongroom.terms.actors import AccountId, Actor, FactorId, SessionId
from strongroom.terms.names import parse_project_name
from strongroom.terms.security_keys import RelyingParty
from tests.accounts.entering import VISITOR, actor_with, add_ada, password_shown, sign_in
from tests.accounts.mailbox import last_code
from tests.authenticator import Browser, SoftKey, text_of
from tests.cast import NOW, Person, give_role

ORIGIN = "https://index.example"
RP = RelyingParty("index.example", "Index", frozenset({ORIGIN}))

STEP = timedelta(seconds=30)
"""Of an authenticator app; NOW is the first second of one."""


def means() -> Means:
    """What this index verifies factors with."""
    return Means(sealer=sealer_of_index(), window=TotpWindow(), rp=RP, anchors=Anchors())


@dataclass(frozen=True)
class App:
    """An authenticator app on somebody's phone."""

    factor: FactorId
    secret: bytes

    def code(self, now: datetime) -> str:
        """What it shows at that time, by somebody else's implementation."""
        return pyotp.TOTP(base64.b32encode(self.secret).decode()).at(now)

    def wrong_code(self, now: datetime) -> str:
        """Six digits that it does not show, for a quarter of an hour before that time and after it."""
        shown = {self.code(now + STEP * steps) for steps in range(-30, 31)}
        return next(text for text in (f"{number:06}" for number in range(100)) if text not in shown)


@dataclass
class Key:
    """A security key, as the factor that it was enrolled as."""

    factor: FactorId
    soft: SoftKey


@dataclass
class Resident:
    """Somebody signed in, and what they hold. ``codes``: their recovery codes, kept on paper."""

    name: str
    account: AccountId
    actor: Actor
    device: str
    codes: list[str] = field(default_factory=list)
    apps: list[App] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)

    @property
    def session(self) -> SessionId:
        assert self.actor.session is not None
        return self.actor.session

    @property
    def address(self) -> str:
        return f"{self.name}@example.org"


def resident(name: str = "ada", *, is_staff: bool = False) -> Resident:
    """Somebody with an account and a password, signed in, without a factor."""
    account = add_ada(name, is_staff=is_staff)
    entered = sign_in(name)
    return Resident(name, account, actor_with(entered), entered.device)


def with_app(name: str = "ada", *, now: datetime = NOW) -> Resident:
    """Somebody signed in who holds an authenticator app, enrolled at that time, and recovery codes."""
    person = resident(name)
    enrol_app(person, now=now)
    return person


def with_key(name: str = "ada", soft: SoftKey | None = None) -> Resident:
    """Somebody signed in who holds a security key and recovery codes."""
    person = resident(name)
    enrol_key(person, soft)
    return person


def prove(person: Resident, deed: Dangerous, *, target: object = "", now: datetime = NOW) -> None:
    """Prove it is them again: by a key if they hold one, else by an app, else by the password."""
    aim = Aim(deed, str(target))
    if person.keys:
        prove_by_key(by=person.actor, now=now, aim=aim, answer=proof_answer(person, now=now), means=means())
    elif person.apps:
        prove_by_app(by=person.actor, now=now, aim=aim, text=person.apps[0].code(now), means=means())
    else:
        prove_by_password(by=person.actor, now=now, aim=aim, password="correct horse battery staple")


def prove_on_paper(person: Resident, deed: Dangerous, *, target: object = "", now: datetime = NOW) -> None:
    """Prove it by the next recovery code."""
    aim = Aim(deed, str(target))
    prove_by_recovery_code(by=person.actor, now=now, aim=aim, text=person.codes.pop(), means=means())


def proof_answer(person: Resident, *, now: datetime = NOW, soft: SoftKey | None = None, origin: str = ORIGIN) -> str:
    """What a key answers when the session asks for a proof."""
    asker = Asker(KeyPurpose.PROVE, session=person.session)
    options = ask_key(now=now, asker=asker, account=person.account, means=means())
    return browser(soft or person.keys[0].soft, origin).get(options)


def browser(soft: SoftKey, origin: str = ORIGIN) -> Browser:
    """A browser with that key plugged in, at the index or at a page that is not."""
    return Browser(origin, soft, is_honest=origin == ORIGIN)


def begun_app(person: Resident, *, label: str = "phone", now: datetime = NOW) -> App:
    """An app that was scanned, and has not shown a code yet. Whoever is asked for a proof must have made it."""
    factor = begin_app(by=person.actor, now=now, label=label, means=means())
    secret = pending_secret(account=person.account, session=person.session, factor=factor, now=now, means=means())
    return App(factor, secret)


def answer_with(person: Resident, app: App, *, now: datetime = NOW) -> list[str]:
    """The new app shows its code: the recovery codes to be kept, when it is the first."""
    return prove_new_app(by=person.actor, now=now, factor=app.factor, text=app.code(now), means=means())


def enrol_app(person: Resident, *, label: str = "phone", now: datetime = NOW) -> App:
    """Enrol an app whole: proven, scanned, answered, and a recovery code typed back when it is the first."""
    prove(person, Dangerous.ENROL_FACTOR, now=now)
    app = begun_app(person, label=label, now=now)
    keep_codes(person, answer_with(person, app, now=now), now=now)
    person.apps.append(app)
    return app


def enrol_key(
    person: Resident, soft: SoftKey | None = None, *, label: str = "key", now: datetime = NOW, passkey: bool = False
) -> Key:
    """Enrol a key whole, as ``enrol_app``."""
    soft = SoftKey() if soft is None else soft
    prove(person, Dangerous.ENROL_FACTOR, now=now)
    keep_codes(person, answer_as_new(person, soft, label=label, now=now, passkey=passkey), now=now)
    key = Key(FactorId(SecurityKey.objects.get(credential_id=text_of(soft.newest.id)).pk), soft)
    person.keys.append(key)
    return key


def new_key_answer(
    person: Resident, soft: SoftKey, *, now: datetime = NOW, passkey: bool = False, origin: str = ORIGIN
) -> str:
    """What a new key answers when the session asks it to enrol."""
    options = begin_key_enrolment(by=person.actor, now=now, attest=False, passkey=passkey, means=means())
    return browser(soft, origin).create(options)


def answer_as_new(
    person: Resident, soft: SoftKey, *, label: str = "key", now: datetime = NOW, passkey: bool = False
) -> list[str]:
    """A new key answers, and is enrolled."""
    answer = new_key_answer(person, soft, now=now, passkey=passkey)
    return complete_key_enrolment(by=person.actor, now=now, label=label, answer=answer, means=means())


def keep_codes(person: Resident, codes: list[str], *, now: datetime = NOW) -> None:
    """Write the codes down and type one back, where there are any."""
    if codes:
        person.codes = list(codes)
        confirm_codes(by=person.actor, now=now, text=codes[0], sealer=sealer_of_index())


def same_in_another_browser(person: Resident, *, now: datetime = NOW) -> Resident:
    """Whoever knows the password of an account without a factor, signed in elsewhere."""
    entered = sign_in(person.name, now=now)
    return Resident(person.name, person.account, actor_with(entered, now=now), entered.device)


def show_mailbox(person: Resident, *, now: datetime = NOW) -> None:
    """Read the code that was mailed, and type it in the session."""
    ask_own_mailbox(by=person.actor, now=now, sealer=sealer_of_index())
    show_own_mailbox(by=person.actor, now=now, text=last_code(person.address), sealer=sealer_of_index())


def add_project_of(person: Resident, name: str = "orchard", *others: Resident, role: Role = Role.OWNER) -> None:
    """A project that the person owns, with others in that role."""
    with transaction.atomic():
        add_project(by=person.actor, now=NOW, name=parse_project_name(name))
    for other in others:
        give_role(Person(other.name, other.account, ""), name, role)


def at_factor(person: Resident, *, now: datetime = NOW, by: Actor = VISITOR) -> LoadedArrival:
    """Somebody who has shown the person's password, in a browser that is not known."""
    return password_shown(person.name, now=now, by=by)


def reloaded(arrival: LoadedArrival, *, now: datetime = NOW, device: str | None = None) -> LoadedArrival:
    """The arrival as its row stands now, for whoever holds its key."""
    key = secrets.token_urlsafe(32)
    Arrival.objects.filter(pk=arrival.id).update(key_sha256=hash_key(key))
    return load_arrival(key, now=now, device=device)


def nobody_yet(*, now: datetime = NOW) -> LoadedArrival:
    """Somebody on the way in who has shown nothing."""
    key, _ = begin_arrival(now=now, purpose=Purpose.SIGN_IN)
    return load_arrival(key, now=now, device=None)


def key_question(
    arrival: LoadedArrival, account: AccountId | None, *, name: str = "", now: datetime = NOW
) -> dict[str, Any]:
    """What a browser on the way in asks a key."""
    asker = Asker(KeyPurpose.SIGN_IN, arrival=arrival.id)
    return ask_key(now=now, asker=asker, account=account, name=name, means=means())


def show_soft_key(arrival: LoadedArrival, account: AccountId | None, soft: SoftKey, *, now: datetime = NOW) -> None:
    """Show a security key on the way in."""
    answer = browser(soft).get(key_question(arrival, account, now=now))
    show_key(by=VISITOR, now=now, arrival=arrival, answer=answer, means=means())


def recorded(*, since: int = 0) -> list[str]:
    """The deeds in the record after that event."""
    return list(Event.objects.filter(pk__gt=since).order_by("id").values_list("deed", flat=True))


def last_event() -> int:
    """The newest event of the record."""
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


@dataclass
class Effects:
    """What a deed left behind: events, and letters as (kind or deed, to which account)."""

    events: list[Event]
    letters: list[tuple[str, str]]

    @property
    def deeds(self) -> list[str]:
        return [event.deed for event in self.events]


def effects_of(deed: Callable[[], object]) -> Effects:
    """Do it, and see what it left behind."""
    event, letter = last_event(), Letter.objects.order_by("-id").values_list("id", flat=True).first() or 0
    deed()
    written = Letter.objects.filter(pk__gt=letter).select_related("account").order_by("id")
    told = [(str(one.facts.get("deed", one.kind)), "" if one.account is None else one.account.name) for one in written]
    return Effects(list(Event.objects.filter(pk__gt=event).order_by("id")), told)
