"""Sessions and known devices: the lists, and the doors that end them."""

from __future__ import annotations

from typing import cast

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from strongroom.accounts.models import Device, Session
from strongroom.accounts.views.sessions import device_lines, session_lines
from strongroom.record.models import Event
from tests.accounts.browsers import (
    DEVICE_COOKIE,
    FIREFOX,
    add_with_password,
    enrol_app,
    new_browser,
    sign_in,
    signed_in,
    token_on,
    visit_in,
)

pytestmark = pytest.mark.django_db

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/19.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def ada() -> Client:
    add_with_password("ada")
    return signed_in("ada")


def post(browser: Client, page: str, *args: int) -> HttpResponse:
    token = token_on(browser.get(reverse("account")).content.decode())
    return cast("HttpResponse", browser.post(reverse(page, args=args), {"csrfmiddlewaretoken": token}))


def is_in(browser: Client) -> bool:
    return browser.get(reverse("account")).status_code == 200


def session_of(browser: Client) -> int:
    visit = visit_in(browser)
    assert visit is not None
    return visit.session


def lists(browser: Client) -> str:
    """Both lists, as the security page draws them for this browser."""
    visit = visit_in(browser)
    assert visit is not None
    request = RequestFactory().get("/")
    request.COOKIES = {name: cookie.value for name, cookie in browser.cookies.items()}
    now = timezone.now()
    context = {"sessions": session_lines(visit, now=now), "devices": device_lines(request, visit, now=now)}
    return "".join(
        render_to_string(f"accounts/{name}.html", context, request=request) for name in ("sessions", "devices")
    )


def test_the_lists_say_since_when_from_where_with_what_and_which_is_this_one(ada: Client) -> None:
    phone = new_browser(REMOTE_ADDR="2001:db8::7")
    phone.defaults["HTTP_USER_AGENT"] = IPHONE
    sign_in(phone, "ada")

    shown = lists(ada)

    assert shown.count("Firefox on Linux") >= 2
    assert shown.count("Safari on iPhone") >= 2
    assert "2001:db8::7" in shown
    assert "password alone" in shown
    assert shown.count("This one") == 2
    assert shown.count("<time datetime=") == 8
    assert reverse("end-session", args=[session_of(phone)]) in shown
    assert reverse("end-session", args=[session_of(ada)]) not in shown
    assert reverse("end-other-sessions") in shown


def test_the_lists_show_nothing_of_another_account(ada: Client) -> None:
    add_with_password("ben")
    ben = signed_in("ben", REMOTE_ADDR="192.0.2.66")

    assert "192.0.2.66" not in lists(ada)
    assert "192.0.2.66" in lists(ben)


def test_what_a_client_calls_itself_cannot_draw_on_the_page(ada: Client) -> None:
    Session.objects.update(client="<script>alert(1)</script>")
    Device.objects.update(client="<img src=x>")

    shown = lists(ada)

    assert "<script>" not in shown
    assert "<img" not in shown
    assert "An unknown browser" in shown


def test_a_session_is_ended_from_the_list_for_good(ada: Client) -> None:
    other = signed_in("ada")

    answer = post(ada, "end-session", session_of(other))

    assert answer["Location"].startswith(reverse("security"))
    assert not is_in(other)
    assert is_in(ada)
    assert Event.objects.filter(deed="session-ended", subject_name="ada").count() == 1


def test_ending_a_session_twice_says_that_nothing_is_left_to_do(ada: Client) -> None:
    number = session_of(signed_in("ada"))
    post(ada, "end-session", number)

    again = post(ada, "end-session", number)

    assert (again.status_code, again["X-Strongroom-Reason"]) == (404, "session-unknown")


def test_all_other_sessions_are_ended_at_once(ada: Client) -> None:
    others = [signed_in("ada") for _ in range(3)]
    add_with_password("ben")
    ben = signed_in("ben")

    assert post(ada, "end-other-sessions").status_code == 302

    assert [is_in(browser) for browser in others] == [False] * 3
    assert is_in(ada)
    assert is_in(ben)


def test_a_forgotten_device_is_unknown_and_its_sessions_have_ended(ada: Client) -> None:
    other = signed_in("ada")
    device = Session.objects.get(pk=session_of(other)).device
    assert device is not None

    answer = post(ada, "forget-device", device.pk)

    assert answer["Location"].startswith(reverse("security"))
    assert not is_in(other)
    assert is_in(ada)
    former = other.cookies[DEVICE_COOKIE].value
    sign_in(other, "ada")
    assert other.cookies[DEVICE_COOKIE].value != former


@pytest.mark.parametrize("which", ["another's", "none"])
def test_sessions_and_devices_of_others_are_out_of_reach(ada: Client, which: str) -> None:
    add_with_password("ben")
    ben = signed_in("ben")
    number = session_of(ben)
    device = Session.objects.get(pk=number).device
    assert device is not None

    ended = post(ada, "end-session", number if which == "another's" else 2**62)
    forgotten = post(ada, "forget-device", device.pk if which == "another's" else 2**62)

    assert (ended.status_code, ended["X-Strongroom-Reason"]) == (404, "session-unknown")
    assert (forgotten.status_code, forgotten["X-Strongroom-Reason"]) == (404, "device-unknown")
    assert is_in(ben)


@pytest.mark.parametrize("page", ["end-session", "end-other-sessions", "forget-device"])
def test_ending_takes_a_form_of_ours_from_whoever_is_signed_in(ada: Client, page: str) -> None:
    other = signed_in("ada")
    args = [] if page == "end-other-sessions" else [session_of(other)]
    visitor = new_browser()
    token = token_on(visitor.get(reverse("sign-in")).content.decode())

    assert ada.get(reverse(page, args=args)).status_code == 405
    assert ada.post(reverse(page, args=args)).status_code == 403
    refused = visitor.post(reverse(page, args=args), {"csrfmiddlewaretoken": token})
    assert (refused.status_code, refused["X-Strongroom-Reason"]) == (401, "sign-in-needed")
    assert is_in(other)


def test_somebody_on_the_way_in_ends_nothing(ada: Client) -> None:
    visit = visit_in(ada)
    assert visit is not None
    enrol_app(visit.account)
    half = new_browser()
    sign_in(half, "ada")
    token = half.cookies["csrftoken"].value

    answer = half.post(reverse("end-session", args=[visit.session]), {"csrfmiddlewaretoken": token})

    assert answer["X-Strongroom-Reason"] == "sign-in-needed"
    assert is_in(ada)


CLIENTS = {
    FIREFOX: "Firefox on Linux",
    IPHONE: "Safari on iPhone",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 "
    "Edg/142.0.0.0": "Edge on Windows",
    "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile "
    "Safari/537.36": "Chrome on Android",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 "
    "Safari/605.1.15": "Safari on macOS",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
    "Safari/537.36": "Chrome on ChromeOS",
    "curl/8.5.0": "curl",
    "Something (Linux)": "An unknown browser on Linux",
    "Lynx": "An unknown browser",
    "": "An unknown browser",
}


@pytest.mark.parametrize("text", CLIENTS)
def test_a_client_is_named_as_a_person_would_name_it(text: str) -> None:
    from strongroom.accounts.views.words import client_words

    assert client_words(text) == CLIENTS[text]
