"""A refusal in a template, as the sentence that a person reads."""

from __future__ import annotations

from django import template

from strongroom.site.refusals import sentence_of
from strongroom.terms.refusals import Malformed, Refused

register = template.Library()


@register.filter
def sentence(refusal: Refused | Malformed) -> str:
    """The sentence of a refusal."""
    return sentence_of(refusal)
