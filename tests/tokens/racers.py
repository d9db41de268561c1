"""What races over tokens, one function for each process (tests.racing)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from strongroom.accounts.rules.proving import Dangerous
from strongroom.factors.actions.keeping import remove_factor
from strongroom.terms.actors import AccountId, Actor, ActorKind, FactorId, SessionId
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Refused
from strongroom.tokens.models import Token
from tests.accounts.entering import actor_with, add_ada, give_factor, prove_with, sign_in
from tests.cast import NOW
from tests.tokens.owning import BOTH, make, published, wanting

PEOPLE = 12


def prepare_losing() -> list[dict[str, Any]]:
    """People who are about to make a token with one key, and to report that same key lost."""
    return [_prepare_one(f"ada{number}") for number in range(PEOPLE)]


def make_or_lose(people: list[dict[str, Any]]) -> list[str]:
    """One process makes the tokens, the other reports the keys lost; who came first is the maker."""
    folder: Path = settings.STRONGROOM.data_folder
    try:
        (folder / "maker").mkdir()
    except FileExistsError:
        return [_lose(one) for one in people]
    return [_make(one) for one in people]


def look_at_tokens(people: list[dict[str, Any]]) -> dict[str, Any]:
    """The tokens that still work although their key is lost."""
    del people
    return {"live": Token.objects.filter(revoked_at=None).count(), "published": len(published())}


def _prepare_one(name: str) -> dict[str, Any]:
    account = add_ada(name)
    blue, green = (give_factor(account, ProofKind.SECURITY_KEY, label=label) for label in ("blue", "green"))
    by = actor_with(sign_in(name, key=green))
    with transaction.atomic():
        prove_with(by, Dangerous.MAKE_TOKEN, blue, ProofKind.SECURITY_KEY)
        prove_with(by, Dangerous.REMOVE_FACTOR, green, ProofKind.SECURITY_KEY, target=str(blue))
    return {"name": name, "account": account, "session": by.session, "lost": blue}


def _actor(told: dict[str, Any]) -> Actor:
    account, session = AccountId(told["account"]), SessionId(told["session"])
    return Actor(ActorKind.ACCOUNT, told["name"], account=account, session=session)


def _make(told: dict[str, Any]) -> str:
    try:
        make(_actor(told), wanting(permissions=BOTH))
    except Refused as refused:
        return refused.reason.value
    return "made"


def _lose(told: dict[str, Any]) -> str:
    remove_factor(by=_actor(told), now=NOW, factor=FactorId(told["lost"]), is_lost=True)
    return "lost"
