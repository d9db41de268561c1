"""What browsers are told to keep to on every page of the control plane, beside the content security policy."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers

from strongroom.accounts.views.visiting import is_session_named

KEPT_TO_OURSELVES = ("publickey-credentials-get", "publickey-credentials-create")
SWITCHED_OFF = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "compute-pressure",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "interest-cohort",
    "keyboard-map",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)
"""``clipboard-write`` stays: copying a secret that the page shows needs it."""

PERMISSIONS_POLICY = ", ".join(
    [*(f"{name}=(self)" for name in KEPT_TO_OURSELVES), *(f"{name}=()" for name in SWITCHED_OFF)]
)
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"
"""ASVS 3.4.1: a year at least, and for every name below this one."""

PERSONAL = ("/account/", "/manage/", "/staff/", "/not-me/", "/setup/")
"""Where pages of an account live: neither browsers nor anything between may keep them."""


class HeaderMiddleware:
    """Adds what every answer of the control plane carries, faults and refusals included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then add the headers."""
        response = self._get_response(request)
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        if settings.STRONGROOM.address.startswith("https://"):
            response["Strict-Transport-Security"] = STRICT_TRANSPORT
        if response.get("Content-Type", "").startswith("text/html"):
            # Every page names whoever is signed in.
            patch_vary_headers(response, ["Cookie"])
            if is_session_named(request):
                patch_cache_control(response, no_store=True, private=True)
        if request.path.startswith(PERSONAL):
            patch_cache_control(response, no_store=True, private=True)
        return response
