"""Numbers as people read them, in the language of the page."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format

register = template.Library()

_THOUSAND, _HUNDRED = 1000, 100
_PREFIXES = ("", "k", "M", "G", "T", "P", "E")


@register.filter
def grouped(number: int | None) -> str:
    """A whole number with its thousands apart: 12,345. Nothing is a dash."""
    return "–" if number is None else number_format(number, force_grouping=True)


@register.filter
def short(number: int) -> str:
    """A number for the scale of a plot, in three figures at most, with a prefix of the SI: 12k, 1.5M."""
    step, unit = 0, 1
    while number >= unit * _THOUSAND and step < len(_PREFIXES) - 1:
        step, unit = step + 1, unit * _THOUSAND
    tenths = number * 10 // unit
    places = 1 if tenths % 10 and tenths < _HUNDRED else 0
    return number_format(tenths / 10, decimal_pos=places) + _PREFIXES[step]


@register.filter
def percent_of(part: int, whole: int) -> str:
    """A share: 12 %, below 10 % with one decimal; of nothing a dash."""
    if whole <= 0:
        return "–"
    share = part * 100 / whole
    return number_format(share, decimal_pos=1 if 0 < share < 10 else 0, force_grouping=True) + "\N{NO-BREAK SPACE}%"  # noqa: PLR2004 - as said
