"""The addresses for programs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.urls import URLPattern

from strongroom.site.answers import ANSWERS
from strongroom.site.refusals import MALFORMED_CODE
from strongroom.upkeep.api.description import describe
from strongroom.upkeep.api.serving import api_addresses
from strongroom.upkeep.api.table import OPERATIONS


@lru_cache(maxsize=1)
def describe_api() -> dict[str, Any]:
    """The description of the API, with the statuses that refusals are answered with."""
    return describe(
        OPERATIONS, title="Strongroom", status=lambda reason: ANSWERS[reason].status, malformed=MALFORMED_CODE
    )


urlpatterns: list[URLPattern] = api_addresses(describe_api)
