"""Tokens are made, presented and revoked; what the read plane knows of them follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from strongroom.accounts.models import Account
from strongroom.gear.settings import Settings
from strongroom.reads.readers import Readers, parse_reader
from strongroom.record.models import Event
from strongroom.terms.actors import TokenId
from strongroom.terms.names import NormalizedName
from strongroom.terms.passes import Presented, present
from strongroom.terms.refusals import Reason, Refused
from strongroom.tokens.actions import USE_IS_NOTED_EVERY, note_token_use, publish_readers, revoke_token
from strongroom.tokens.models import Token
from strongroom.tokens.queries import list_tokens, load_holder
from strongroom.tokens.rules import Permission
from tests.cast import NOW, OPERATOR, add_person, token_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ada() -> None:
    add_person("ada")
    Token.objects.all().delete()


@pytest.fixture
def readers(index_settings: Settings) -> Readers:
    return Readers(index_settings.readers_folder)


def presented(text: str) -> Presented:
    found = present(text)
    assert found is not None
    return found


def made() -> Event:
    return Event.objects.filter(deed="token-made").latest("id")


def test_of_a_token_only_its_hash_is_kept() -> None:
    text = token_for("ada")

    row = Token.objects.get()
    assert (row.pk, row.sha256) == (presented(text).token, presented(text).sha256)
    kept = str(list(Token.objects.values())) + str(list(Event.objects.values()))
    assert text not in kept
    assert text[11:54] not in kept


def test_no_two_tokens_are_the_same() -> None:
    assert len({token_for("ada") for _ in range(20)}) == 20


def test_a_token_is_recorded_with_what_it_is_for() -> None:
    text = token_for(
        "ada",
        permissions=[Permission.READ, Permission.PUBLISH],
        projects=["Spam", "ham"],
        lifetime=timedelta(days=7),
    )

    row = Token.objects.get()
    assert (row.permissions, row.projects) == (["publish", "read"], ["ham", "spam"])
    assert (row.created_at, row.expires_at) == (NOW, NOW + timedelta(days=7))
    event = made()
    assert (event.subject_kind, event.subject_name, event.actor_name) == ("token", presented(text).token, "olga")
    assert event.details == {
        "account": "ada",
        "permissions": ["publish", "read"],
        "projects": ["ham", "spam"],
        "expires_at": (NOW + timedelta(days=7)).isoformat(),
    }


def test_a_token_for_an_unknown_account_is_refused_and_leaves_no_trace(readers: Readers) -> None:
    before = Event.objects.count()

    with pytest.raises(Refused) as refused:
        token_for("nobody", permissions=[Permission.READ])

    assert refused.value.reason is Reason.ACCOUNT_UNKNOWN
    assert (Token.objects.count(), Event.objects.count(), readers.published_tokens()) == (0, before, [])


def test_a_token_for_reading_is_published_to_the_read_plane_without_its_secret(
    readers: Readers, index_settings: Settings
) -> None:
    text = token_for("ada", permissions=[Permission.READ], projects=["ham"], lifetime=timedelta(days=1))

    path = readers.path_of(presented(text).token)
    reader = parse_reader(path.read_bytes())
    assert (reader.sha256, reader.expires_at, reader.projects) == (
        presented(text).sha256,
        NOW + timedelta(days=1),
        ("ham",),
    )
    assert text.encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert index_settings.readers_folder.stat().st_mode & 0o077 == 0


def test_a_token_for_publishing_is_not_published_to_the_read_plane(readers: Readers) -> None:
    token_for("ada")

    assert readers.published_tokens() == []


def test_a_revoked_token_is_recorded_and_withdrawn_from_the_read_plane(readers: Readers) -> None:
    text = token_for("ada", permissions=[Permission.READ])
    token = presented(text).token
    assert readers.published_tokens() == [token]

    revoke_token(by=OPERATOR, now=NOW, token=token, readers=readers)

    assert Token.objects.get().revoked_at == NOW
    assert readers.published_tokens() == []
    event = Event.objects.latest("id")
    assert (event.deed, event.subject_name) == ("token-revoked", token)


def test_revoking_twice_changes_nothing_but_withdraws_what_was_left(readers: Readers) -> None:
    token = presented(token_for("ada", permissions=[Permission.READ])).token
    revoke_token(by=OPERATOR, now=NOW, token=token, readers=readers)
    count = Event.objects.count()
    readers.path_of(token).write_text("left by a killed process")

    revoke_token(by=OPERATOR, now=NOW + timedelta(days=1), token=token, readers=readers)

    assert (Token.objects.get().revoked_at, Event.objects.count()) == (NOW, count)
    assert readers.published_tokens() == []


def test_an_unknown_token_cannot_be_revoked(readers: Readers) -> None:
    with pytest.raises(Refused) as refused:
        revoke_token(by=OPERATOR, now=NOW, token=TokenId("nosuchtoken"), readers=readers)

    assert refused.value.reason is Reason.TOKEN_UNKNOWN


def test_a_presented_token_says_who_holds_it() -> None:
    text = token_for("ada", projects=["ham"], lifetime=timedelta(days=1))

    holder = load_holder(f" {text}\n")

    assert (holder.account_name, holder.account_is_active) == ("ada", True)
    assert holder.facts.projects == frozenset({NormalizedName("ham")})
    assert holder.facts.permissions == {Permission.PUBLISH}
    assert holder.facts.expires_at == NOW + timedelta(days=1)


def test_a_token_with_a_known_identifier_and_another_hash_is_unknown() -> None:
    text = token_for("ada")
    Token.objects.update(sha256="0" * 64)

    with pytest.raises(Refused) as refused:
        load_holder(text)

    assert refused.value.reason is Reason.TOKEN_UNKNOWN


def test_the_last_use_is_noted_once_a_minute() -> None:
    token = presented(token_for("ada")).token
    seconds = timedelta(seconds=1)

    note_token_use(token=token, now=NOW)
    assert Token.objects.get().last_used_at == NOW
    note_token_use(token=token, now=NOW + USE_IS_NOTED_EVERY - seconds)
    assert Token.objects.get().last_used_at == NOW
    note_token_use(token=token, now=NOW + USE_IS_NOTED_EVERY + seconds)
    assert Token.objects.get().last_used_at == NOW + USE_IS_NOTED_EVERY + seconds


def test_at_start_the_read_plane_is_told_exactly_the_tokens_that_may_read(readers: Readers) -> None:
    add_person("ben")
    good = presented(token_for("ada", permissions=[Permission.READ])).token
    presented(token_for("ada", permissions=[Permission.READ], lifetime=timedelta(days=1)))
    revoked = presented(token_for("ada", permissions=[Permission.READ])).token
    token_for("ben", permissions=[Permission.READ])
    Token.objects.filter(pk=revoked).update(revoked_at=NOW)
    Account.objects.filter(name="ben").update(suspended_at=NOW)
    readers.path_of(good).unlink()

    publish_readers(now=NOW + timedelta(days=2), readers=readers)

    assert readers.published_tokens() == [good]


def test_tokens_are_listed_newest_first_for_all_or_for_one_account() -> None:
    ben = add_person("ben")
    token_for("ada", now=NOW + timedelta(days=1))

    assert [row.account.name for row in list_tokens()] == ["ada", "ben"]
    assert [row.account.name for row in list_tokens(ben.account)] == ["ben"]
