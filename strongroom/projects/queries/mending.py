"""Typing mistakes: the names that somebody may have meant."""

from __future__ import annotations

from collections.abc import Sequence

from strongroom.projects.models import Listing, Project
from strongroom.projects.queries.fulltext import Question, count_found
from strongroom.projects.rules.names import lookalike_key
from strongroom.projects.rules.wording import near_keys
from strongroom.terms.names import NormalizedName


def mend(words: Sequence[str]) -> str:
    """What was probably meant by words that found nothing; empty when nobody can tell.

    A name at one edit's distance from all of them together, or with other separators; else each word that is found
    nowhere gives way to such a name of its own.
    """
    unknown = [word for at, word in enumerate(words) if not _is_known(word, is_last=at == len(words) - 1)]
    joined = "-".join(words)
    if (unknown or len(words) > 1) and (whole := _nearest(joined)) and whole != joined:
        return whole
    if not unknown:
        return ""
    mended = {word: _nearest(word) for word in unknown}
    if not all(mended.values()):
        return ""
    return " ".join(mended.get(word) or word for word in words)


def _is_known(word: str, *, is_last: bool) -> bool:
    return count_found(Question((word,), last_begins=is_last), most=1) > 0


def _nearest(name: str) -> str | None:
    """The name that looks the same but for its separators, else the most downloaded one at one edit's distance.

    Asked of the index of look-alike keys: all edits of a key at once, about seventy for each letter.
    """
    keys = dict(_projects_near(name))
    rows = Listing.objects.filter(pk__in=keys).values_list("pk", "name", "downloads")
    own = lookalike_key(NormalizedName(name))
    ranked = sorted((keys[pk] != own, -downloads, found) for pk, found, downloads in rows)
    return ranked[0][-1] if ranked else None


def _projects_near(name: str) -> list[tuple[int, str]]:
    if not name.isascii():
        return []
    return list(Project.objects.filter(lookalike_key__in=near_keys(name)).values_list("pk", "lookalike_key"))
