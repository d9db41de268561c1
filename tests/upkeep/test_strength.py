"""How strong the weakest way in is: facts of people and tokens to a judgement."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from strongroom.terms.names import NormalizedName
from strongroom.terms.proofs import ProofKind
from strongroom.tokens.rules import Permission, TokenFacts
from strongroom.upkeep.rules.strength import (
    LONG_UNUSED,
    PersonFacts,
    Remedy,
    Strength,
    TokenUse,
    Weakness,
    judge_strength,
)
from tests.cast import NOW

KEY = frozenset({ProofKind.SECURITY_KEY, ProofKind.RECOVERY_CODE})
APP = frozenset({ProofKind.TOTP, ProofKind.RECOVERY_CODE})
CODES_ALONE = frozenset({ProofKind.RECOVERY_CODE})


def person(name: str, holds: frozenset[ProofKind] = KEY) -> PersonFacts:
    return PersonFacts(name, holds)


def token(
    *,
    is_for_all: bool = False,
    ends: bool = True,
    made_with: ProofKind | None = ProofKind.SECURITY_KEY,
    last_used_at: datetime | None = NOW,
    created_at: datetime = NOW,
) -> TokenUse:
    facts = TokenFacts(
        permissions=frozenset({Permission.PUBLISH}),
        projects=None if is_for_all else frozenset({NormalizedName("ham")}),
        expires_at=NOW + timedelta(days=30) if ends else None,
        revoked_at=None,
    )
    return TokenUse("ben", facts, made_with, last_used_at, created_at)


PEOPLE = {
    "a key": (KEY, Strength.SECURITY_KEY, None),
    "nothing": (frozenset(), Strength.PASSWORD, Remedy.ENROL_FACTOR),
    "recovery codes alone": (CODES_ALONE, Strength.PASSWORD, Remedy.ENROL_FACTOR),
    "an app": (APP, Strength.TYPED_CODE, Remedy.ENROL_KEY),
    "an app beside a key": (KEY | APP, Strength.TYPED_CODE, Remedy.KEEP_KEYS_ONLY),
}


@pytest.mark.parametrize("case", PEOPLE)
def test_a_person_is_as_strong_as_the_weakest_thing_they_can_sign_in_with(case: str) -> None:
    holds, strength, remedy = PEOPLE[case]

    judged = judge_strength([person("ada"), person("ben", holds)], [], now=NOW)

    assert judged.strength is strength
    assert [(one.remedy, one.account) for one in judged.weaknesses] == ([] if remedy is None else [(remedy, "ben")])


TOKENS = {
    "limited, fresh, made with a key": (token(), Strength.SECURITY_KEY, []),
    "made by whoever runs the index": (token(made_with=None), Strength.SECURITY_KEY, []),
    "without an end": (token(ends=False), Strength.LASTING_TOKEN, [Remedy.REPLACE_LASTING_TOKEN]),
    "for all projects": (token(is_for_all=True), Strength.LOOSE_TOKEN, [Remedy.LIMIT_TOKEN]),
    "made with a password": (token(made_with=ProofKind.PASSWORD), Strength.LOOSE_TOKEN, [Remedy.REMAKE_TOKEN]),
    "unused for three months": (
        token(last_used_at=NOW - LONG_UNUSED - timedelta(seconds=1)),
        Strength.LOOSE_TOKEN,
        [Remedy.REVOKE_UNUSED_TOKEN],
    ),
    "used three months ago to the second": (token(last_used_at=NOW - LONG_UNUSED), Strength.SECURITY_KEY, []),
    "never used, and new": (token(last_used_at=None), Strength.SECURITY_KEY, []),
    "never used, and old": (
        token(last_used_at=None, created_at=NOW - timedelta(days=91)),
        Strength.LOOSE_TOKEN,
        [Remedy.REVOKE_UNUSED_TOKEN],
    ),
    "all of it": (
        token(ends=False, is_for_all=True, made_with=ProofKind.PASSWORD),
        Strength.LASTING_TOKEN,
        [Remedy.REPLACE_LASTING_TOKEN, Remedy.LIMIT_TOKEN, Remedy.REMAKE_TOKEN],
    ),
}


@pytest.mark.parametrize("case", TOKENS)
def test_a_token_is_judged_by_its_end_its_breadth_its_making_and_its_use(case: str) -> None:
    used, strength, remedies = TOKENS[case]

    judged = judge_strength([person("ada")], [used], now=NOW)

    assert judged.strength is strength
    assert [one.remedy for one in judged.weaknesses] == remedies


def test_the_weakest_of_all_ways_is_what_counts_and_stands_first() -> None:
    people = [person("ada"), person("cyd", APP), person("ben", frozenset())]

    judged = judge_strength(people, [token(is_for_all=True), token(is_for_all=True)], now=NOW)

    assert judged.strength is Strength.PASSWORD
    assert judged.weaknesses == (
        Weakness(Strength.PASSWORD, Remedy.ENROL_FACTOR, "ben"),
        Weakness(Strength.TYPED_CODE, Remedy.ENROL_KEY, "cyd"),
        Weakness(Strength.LOOSE_TOKEN, Remedy.LIMIT_TOKEN, "ben"),
    )


def test_the_levels_stand_in_order() -> None:
    assert sorted(Strength) == [
        Strength.PASSWORD,
        Strength.LASTING_TOKEN,
        Strength.TYPED_CODE,
        Strength.LOOSE_TOKEN,
        Strength.SECURITY_KEY,
    ]
