"""A person makes tokens for themselves: with a fresh proof, for what is theirs, for a time; and revokes them."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from strongroom.accounts.actions.proving import Aim, spend_proof
from strongroom.accounts.models import EmailAddress, Factor, Proof
from strongroom.accounts.rules.proving import Dangerous
from strongroom.record.models import Event
from strongroom.terms.actors import AccountId, Actor
from strongroom.terms.names import NormalizedName
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason
from strongroom.tokens.actions import revoke_own_token
from strongroom.tokens.models import Token
from strongroom.tokens.queries import MOST_ENDED, list_own_tokens, load_holder
from strongroom.tokens.rules import OwnToken, Permission, lifetimes_within
from tests.accounts.entering import actor_with, add_ada, deeds, give_factor, letters, prove, refused, sign_in
from tests.cast import NOW, OPERATOR, token_for
from tests.tokens.owning import (
    BOTH,
    add_project,
    identifier,
    index_readers,
    make,
    published,
    wanting,
    with_proof,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def ada() -> AccountId:
    return add_ada()


@pytest.fixture
def ben() -> AccountId:
    return add_ada("ben")


def test_a_token_remembers_by_what_its_person_proved_that_it_was_them(ada: AccountId) -> None:
    key = give_factor(ada, ProofKind.SECURITY_KEY, label="blue")

    text = make(with_proof(factor=key), wanting())

    row = Token.objects.get()
    assert (row.made_with, row.made_with_factor_id, row.account_id) == ("security-key", key, ada)
    assert load_holder(text).account == ada


def test_without_a_factor_a_token_remembers_the_password(ada: AccountId) -> None:
    make(with_proof(), wanting())

    row = Token.objects.get()
    assert (row.made_with, row.made_with_factor_id) == ("password", None)


def test_what_an_operator_makes_remembers_no_proof(ada: AccountId) -> None:
    token_for("ada")

    row = Token.objects.get()
    assert (row.made_with, row.made_with_factor_id) == ("", None)


def test_a_token_is_recorded_with_the_factor_and_told_to_every_address(ada: AccountId) -> None:
    EmailAddress.objects.create(account_id=ada, address="second@example.org", verified_at=NOW)
    key = give_factor(ada, ProofKind.SECURITY_KEY)
    name = add_project("Ham", owner=ada)

    text = make(with_proof(factor=key), wanting(label=" build  machine ", projects=[name], permissions=BOTH, days=30))

    token = identifier(text)
    event = Event.objects.latest("id")
    assert (event.deed, event.subject_kind, event.subject_name) == ("token-made", "token", token)
    assert (event.proof, event.factor, event.actor_account) == ("security-key", key, ada)
    assert event.details == {
        "account": "ada",
        "label": "build machine",
        "permissions": ["publish", "read"],
        "projects": ["ham"],
        "expires_at": (NOW + 30 * DAY).isoformat(),
    }
    assert letters()[-1] == ("notice token-made", ["ada@example.org", "second@example.org"])
    assert text not in str(list(Event.objects.values()))
    row = Token.objects.get()
    assert (row.label, row.expires_at, row.projects) == ("build machine", NOW + 30 * DAY, ["ham"])


def test_a_proof_makes_one_token(ada: AccountId) -> None:
    by = with_proof()
    make(by, wanting())

    assert refused(lambda: make(by, wanting())).reason is Reason.PROOF_NEEDED
    assert Token.objects.count() == 1


def test_a_session_without_a_proof_for_this_deed_makes_no_token(ada: AccountId) -> None:
    by = actor_with(sign_in())
    prove(by, Dangerous.CHANGE_ADDRESSES)

    assert refused(lambda: make(by, wanting())).reason is Reason.PROOF_NEEDED
    assert not Token.objects.exists()


def test_with_a_factor_enrolled_since_the_password_is_no_proof_for_a_token(ada: AccountId) -> None:
    by = with_proof()
    give_factor(ada)

    assert refused(lambda: make(by, wanting())).reason is Reason.PROOF_NEEDED


def test_a_proof_by_a_factor_that_was_lost_meanwhile_makes_no_token(ada: AccountId) -> None:
    key = give_factor(ada, ProofKind.SECURITY_KEY)
    by = with_proof(factor=key)
    Factor.objects.filter(pk=key).update(ended_at=NOW, ended_why="lost")

    assert refused(lambda: make(by, wanting())).reason is Reason.PROOF_NEEDED


def test_a_token_is_no_sign_of_a_person_and_spends_no_proof(ada: AccountId) -> None:
    by = dataclasses.replace(with_proof(), token=identifier(token_for("ada")))

    assert refused(lambda: make(by, wanting())).reason is Reason.SIGN_IN_NEEDED
    assert refused(lambda: spend_proof(by=by, now=NOW, aim=Aim(Dangerous.MAKE_TOKEN))).reason is Reason.PROOF_NEEDED
    assert Proof.objects.get().used_at is None
    assert Token.objects.count() == 1


@pytest.mark.parametrize("by", [OPERATOR, dataclasses.replace(OPERATOR, account=AccountId(1))])
def test_whoever_is_not_signed_in_makes_no_token_of_their_own(by: Actor) -> None:
    assert refused(lambda: make(by, wanting())).reason is Reason.SIGN_IN_NEEDED


WRONG = {
    "no permission": (wanting(permissions=()), Reason.TOKEN_FOR_NOTHING),
    "no project": (wanting(projects=()), Reason.TOKEN_FOR_NOTHING),
    "no label": (wanting(label=" "), Reason.LABEL_INVALID),
    "a label too long": (wanting(label="x" * 65), Reason.LABEL_INVALID),
    "somebody else's project": (wanting(projects=[NormalizedName("spam")]), Reason.NOT_A_COLLABORATOR),
    "a project that there is not": (wanting(projects=[NormalizedName("nothing")]), Reason.NOT_A_COLLABORATOR),
    "one's own and somebody else's project": (
        wanting(projects=[NormalizedName("ham"), NormalizedName("spam")]),
        Reason.NOT_A_COLLABORATOR,
    ),
    "a time that is not offered": (wanting(days=31), Reason.TOKEN_LIFETIME),
    "no time at all": (wanting(days=0), Reason.TOKEN_LIFETIME),
    "ten years": (wanting(days=3650), Reason.TOKEN_LIFETIME),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_token_is_refused_without_a_trace_and_the_proof_stays_good_for(
    case: str, ada: AccountId, ben: AccountId
) -> None:
    add_project("ham", owner=ada)
    add_project("spam", owner=ben)
    wanted, reason = WRONG[case]
    by = with_proof()
    before = (deeds(), letters())

    assert refused(lambda: make(by, wanted)).reason is reason

    assert (deeds(), letters()) == before
    assert not Token.objects.exists()
    make(by, wanting(projects=[NormalizedName("ham")]))
    assert Token.objects.count() == 1


def test_a_token_may_be_limited_to_a_project_that_its_person_only_maintains(ada: AccountId) -> None:
    name = add_project("ham", maintainer=ada)

    make(with_proof(), wanting(projects=[name]))

    assert Token.objects.get().projects == ["ham"]


def test_an_account_without_a_verified_primary_address_makes_no_token(ada: AccountId) -> None:
    by = with_proof()
    EmailAddress.objects.filter(account_id=ada).update(verified_at=None)

    assert refused(lambda: make(by, wanting())).reason is Reason.EMAIL_NOT_VERIFIED
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    ("longest", "offered"),
    [(365, [30, 90, 365]), (364, [30, 90]), (30, [30]), (29, [29]), (7, [7]), (3650, [30, 90, 365])],
)
def test_people_choose_a_time_within_what_the_index_allows(longest: int, offered: list[int]) -> None:
    assert [one.days for one in lifetimes_within(timedelta(days=longest))] == offered


def test_where_the_index_allows_less_a_longer_time_is_refused(ada: AccountId) -> None:
    by = with_proof()

    told = refused(lambda: make(by, wanting(days=90), longest=30 * DAY))

    assert (told.reason, told.facts["days"]) == (Reason.TOKEN_LIFETIME, 30)
    make(by, wanting(days=30), longest=30 * DAY)


def test_a_token_for_reading_is_told_to_the_read_plane_and_one_for_publishing_is_not(ada: AccountId) -> None:
    reading = identifier(make(with_proof(), wanting(permissions=[Permission.READ])))
    make(with_proof(), wanting())

    assert published() == {reading}


def test_one_revokes_ones_own_token_without_any_proof(ada: AccountId) -> None:
    token = identifier(make(with_proof(), wanting(permissions=BOTH)))
    by = actor_with(sign_in())

    revoke_own_token(by=by, now=NOW + DAY, token=token, readers=index_readers())

    assert Token.objects.get().revoked_at == NOW + DAY
    assert published() == set()
    event = Event.objects.latest("id")
    assert (event.deed, event.subject_name, event.actor_account) == ("token-revoked", token, ada)


def test_nobody_revokes_somebody_elses_token(ada: AccountId, ben: AccountId) -> None:
    token = identifier(token_for("ada", permissions=BOTH))
    by = actor_with(sign_in("ben"))

    told = refused(lambda: revoke_own_token(by=by, now=NOW, token=token, readers=index_readers()))

    assert told.reason is Reason.TOKEN_UNKNOWN
    assert Token.objects.get().revoked_at is None
    assert published() == {token}


def test_a_token_revokes_nothing(ada: AccountId) -> None:
    token = identifier(token_for("ada"))
    by = dataclasses.replace(actor_with(sign_in()), token=token)

    told = refused(lambda: revoke_own_token(by=by, now=NOW, token=token, readers=index_readers()))

    assert told.reason is Reason.SIGN_IN_NEEDED
    assert Token.objects.get().revoked_at is None


def test_a_list_tells_the_tokens_that_work_from_the_last_that_do_not(ada: AccountId, ben: AccountId) -> None:
    token_for("ben")
    live = identifier(token_for("ada", now=NOW + DAY))
    for number in range(MOST_ENDED + 1):
        token_for("ada", lifetime=DAY, now=NOW - number * DAY)

    listed = list_own_tokens(ada, now=NOW + DAY)

    assert [row.pk for row in listed.live] == [live]
    assert [row.created_at for row in listed.ended] == [NOW - number * DAY for number in range(MOST_ENDED)]


def test_what_is_wanted_is_compared_by_what_it_is() -> None:
    assert wanting() == OwnToken("laptop", frozenset({Permission.PUBLISH}), None, 90 * DAY)
