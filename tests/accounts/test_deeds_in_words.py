"""Every deed of the record has words that a person understands."""

from __future__ import annotations

from typing import ClassVar

import pytest
from django.template.loader import render_to_string

from strongroom.record.rules import Deed


class TestDeeds:
    FALLBACK = "no words for"
    FULL: ClassVar[dict[str, object]] = {
        "label": "blue",
        "kind": "totp",
        "address": "a@example.org",
        "left": 0,
        "why": "not-me",
        "former": "red",
    }

    @pytest.mark.parametrize("deed", Deed)
    @pytest.mark.parametrize("facts", [{}, FULL], ids=["bare", "full"])
    def test_every_deed_has_words(self, deed: Deed, facts: dict[str, object]) -> None:
        shown = render_to_string("accounts/deed.txt", {"deed": deed.value, "facts": facts}).strip()

        assert shown.endswith(".")
        assert "\n" not in shown
        assert "“”" not in shown
        assert self.FALLBACK not in shown

    def test_a_deed_of_a_later_time_is_said_to_have_no_words(self) -> None:
        assert self.FALLBACK in render_to_string("accounts/deed.txt", {"deed": "later", "facts": {}})

    @pytest.mark.parametrize("left", [0, "0", 3])
    def test_how_many_recovery_codes_are_left_is_said_even_when_none_is(self, left: object) -> None:
        shown = render_to_string("accounts/deed.txt", {"deed": "recovery-code-used", "facts": {"left": left}})
        assert shown.strip() == f"A recovery code was used. Codes left: {left}."

    def test_large_numbers_are_written_as_the_language_has_them(self) -> None:
        facts: dict[str, object] = {"rank": 1_234, "total": 2**53 + 1}
        shown = render_to_string("accounts/deed.txt", {"deed": "became-critical", "facts": facts})
        assert "rank 1,234 with 9,007,199,254,740,993 downloads" in shown

        facts = {"name": "a.csv", "kept": 96_324}
        shown = render_to_string("accounts/deed.txt", {"deed": "downloads-imported", "facts": facts})
        assert "Lines that count: 96,324." in shown
