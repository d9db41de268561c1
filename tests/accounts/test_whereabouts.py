"""From which address somebody comes, whatever is claimed on the way."""

from __future__ import annotations

import dataclasses

import pytest
from django.conf import settings as django_settings
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from strongroom.accounts.rules.whereabouts import LONGEST_CHAIN, address_of
from strongroom.accounts.views.visiting import whereabouts
from strongroom.gear.settings import Settings
from strongroom.record.models import Event
from tests.accounts.browsers import add_with_password, new_browser, sign_in
from tests.cast import add_person
from tests.uploads.door import send, wheel_upload

PROXY, SECOND, CLIENT, FORGED = "10.0.0.1", "10.0.0.2", "203.0.113.9", "198.51.100.66"
INSIDE = ("10.0.0.0/8",)


@dataclasses.dataclass(frozen=True)
class Case:
    peer: str
    forwarded: str
    trusted: tuple[str, ...]
    found: str | None


CASES = {
    "no proxy, nothing claimed": Case(CLIENT, "", (), CLIENT),
    "no proxy is trusted, so what is claimed is nothing": Case(PROXY, CLIENT, (), PROXY),
    "a stranger who claims to be somebody else": Case(CLIENT, FORGED, INSIDE, CLIENT),
    "a stranger who claims to be a proxy": Case(CLIENT, f"{FORGED}, {PROXY}", INSIDE, CLIENT),
    "one trusted proxy": Case(PROXY, CLIENT, INSIDE, CLIENT),
    "a trusted proxy that says nothing": Case(PROXY, "", INSIDE, PROXY),
    "a forged entry before what the proxy wrote": Case(PROXY, f"{FORGED}, {CLIENT}", INSIDE, CLIENT),
    "a forged entry that names a proxy": Case(PROXY, f"{SECOND}, {CLIENT}", INSIDE, CLIENT),
    "two trusted proxies": Case(PROXY, f"{CLIENT}, {SECOND}", INSIDE, CLIENT),
    "two trusted proxies and a forged entry": Case(PROXY, f"{FORGED}, {CLIENT}, {SECOND}", INSIDE, CLIENT),
    "a second proxy that is not trusted is the client": Case(PROXY, f"{CLIENT}, {SECOND}", (PROXY,), SECOND),
    "only proxies, all the way": Case(PROXY, f"{SECOND}, 10.0.0.3", INSIDE, SECOND),
    "an entry that is no address": Case(PROXY, f"{CLIENT}, unknown", INSIDE, PROXY),
    "an empty entry": Case(PROXY, f"{CLIENT}, ", INSIDE, PROXY),
    "an entry with a port": Case(PROXY, f"{CLIENT}:443", INSIDE, PROXY),
    "spaces around": Case(PROXY, f"  {CLIENT}  ", INSIDE, CLIENT),
    "IPv6, written in its short form": Case("::1", "2001:DB8:0:0::7", ("::1",), "2001:db8::7"),
    "IPv6 beside IPv4 networks": Case("2001:db8::7", FORGED, INSIDE, "2001:db8::7"),
    "a peer without an address": Case("", CLIENT, INSIDE, None),
    "a peer at a socket of the machine": Case("unix:", CLIENT, INSIDE, None),
    "a chain that never ends": Case(PROXY, ", ".join([CLIENT, *[SECOND] * LONGEST_CHAIN]), INSIDE, SECOND),
}


@pytest.mark.parametrize("name", CASES)
def test_the_address_is_the_last_one_that_no_trusted_proxy_vouches_for(name: str) -> None:
    case = CASES[name]

    assert address_of(case.peer, case.forwarded, trusted=case.trusted) == case.found


@given(st.text(max_size=200))
def test_without_trusted_proxies_nothing_that_is_claimed_counts(forwarded: str) -> None:
    assert address_of(CLIENT, forwarded, trusted=()) == CLIENT


@given(st.text(max_size=200))
def test_whatever_stands_before_the_proxy_s_own_entry_changes_nothing(forged: str) -> None:
    assert address_of(PROXY, f"{forged},{CLIENT}", trusted=INSIDE) == CLIENT


@given(st.text(max_size=200))
def test_no_claim_makes_a_request_fail(forwarded: str) -> None:
    address_of(PROXY, forwarded, trusted=INSIDE)


def test_a_request_s_address_follows_the_operator_s_list(
    index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=f"{FORGED}, {CLIENT}")
    assert whereabouts(request) == PROXY

    monkeypatch.setattr(django_settings, "STRONGROOM", dataclasses.replace(index_settings, trusted_proxies=INSIDE))
    assert whereabouts(request) == CLIENT


@pytest.mark.django_db
@pytest.mark.parametrize("trusted", [(), INSIDE], ids=["no proxy", "a proxy"])
def test_the_record_has_the_address_that_counts_for_sign_ins_and_uploads(
    trusted: tuple[str, ...], index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(django_settings, "STRONGROOM", dataclasses.replace(index_settings, trusted_proxies=trusted))
    add_with_password("ada")
    ben = add_person("ben")
    claims = {"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": f"{FORGED}, {CLIENT}"}

    sign_in(new_browser(**claims), "ada")
    send(wheel_upload("ham", "1.0"), ben.basic, **claims)

    expected = CLIENT if trusted else PROXY
    assert Event.objects.get(deed="signed-in").address == expected
    assert Event.objects.get(deed="file-published").address == expected


@pytest.mark.django_db
def test_a_forged_header_does_not_give_a_guesser_more_guesses() -> None:
    add_with_password("ada")
    answers = [
        sign_in(new_browser(HTTP_X_FORWARDED_FOR=f"198.51.100.{number}"), f"nobody{number}", password="guess")
        for number in range(31)
    ]

    assert [answer.status_code for answer in answers] == [403] * 30 + [429]
