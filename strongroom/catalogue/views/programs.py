"""Answers for programs at public addresses."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import JsonResponse
from django.utils.cache import patch_cache_control

from strongroom.gear.settings import Settings

KEPT_SECONDS = 300
"""What these answers tell of changes once a day."""


def answer(told: dict[str, Any], *, status: int = 200) -> JsonResponse:
    """JSON that may be kept for some minutes."""
    response = JsonResponse(told, status=status)
    chosen: Settings = settings.STRONGROOM
    if not chosen.private:
        patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response


def nothing_there() -> JsonResponse:
    """No such project."""
    return JsonResponse({"message": "Not Found"}, status=404)
