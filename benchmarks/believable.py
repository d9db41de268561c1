"""An index that nobody published: names, summaries, keywords and classifiers as they are found in a real one.

Words come as often as ranks fall (Zipf): half of all summaries say "python", thousands of words stand in one alone.
The same numbers give the same index.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate


def _words_in(text: str) -> list[str]:
    return text.split()


COMMON = _words_in(
    "api client tool data simple django web http async framework wrapper utilities cli command line json parser sdk "
    "plugin interface server testing test model models file files image machine learning generator manager config "
    "configuration database sql flask analysis processing library module package based easy fast small high level "
    "support implementation service cloud aws google azure docker kubernetes network deep neural pytorch tensorflow "
    "text language natural graph plot visualization dashboard pandas numpy scientific algorithms optimization time "
    "series bot telegram discord slack email message queue cache redis postgres mongo orm schema validation typing "
    "static code format linter documentation sphinx pytest fixtures mock logging log monitoring metrics trace security "
    "crypto encryption token auth oauth login session user users form forms admin template html css markdown xml yaml "
    "csv excel pdf scraper crawler spider browser selenium download upload storage s3 backup sync stream streaming "
    "video audio sound speech camera robot sensor device serial usb gpio raspberry home assistant automation workflow "
    "pipeline task scheduler job worker parallel distributed cluster spark game engine physics math matrix geometry "
    "map geo location weather finance stock trading bank payment invoice shop store order blockchain bitcoin ethereum "
    "wallet contract chemistry biology genome protein medical health clinical dicom astronomy signal filter "
    "compression archive zip binary hex color terminal progress bar table print shell git version release build "
    "compiler extension bindings rust cython wheel environment virtual dependency resolver mirror proxy dns ip socket"
)
GLUE = _words_in("a for the and to of with in from your using that python is on an library by it as python3 package")
BEGINNINGS = ("python-", "py", "django-", "flask-", "aws-", "pytest-", "simple-", "my-", "", "", "", "", "", "", "", "")
ENDINGS = ("", "", "", "", "", "", "-client", "-api", "-utils", "-tools", "-sdk", "-cli", "-python", "lib", "-core")
SYLLABLES = [first + second for first in "bcdfghjklmnprstvxz" for second in "aeo"]
CLASSIFIERS = (
    ("Programming Language :: Python :: 3", 0.8),
    ("License :: OSI Approved :: MIT License", 0.55),
    ("Operating System :: OS Independent", 0.5),
    ("Intended Audience :: Developers", 0.35),
    ("Development Status :: 4 - Beta", 0.2),
    ("Topic :: Software Development :: Libraries", 0.08),
    ("Framework :: Django", 0.03),
    ("Topic :: Scientific/Engineering :: Artificial Intelligence", 0.02),
    ("Framework :: Pytest", 0.004),
    ("Topic :: Games/Entertainment :: Board Games", 0.0005),
)
RARE_WORDS = 20_000
NEVER_DOWNLOADED = 0.1
YEARS = 12


@dataclass(frozen=True, slots=True)
class Invented:
    """A project that might be."""

    name: str
    metadata: dict[str, object]
    downloads: int
    created_at: datetime
    updated_at: datetime


def invent_projects(number: int, *, now: datetime) -> Iterator[Invented]:
    """So many projects, each with a name of its own."""
    dice = random.Random(20_220_708)
    words = [*COMMON, *sorted({_word(dice) for _ in range(RARE_WORDS)})]
    weights = list(accumulate(1 / (rank + 12) for rank in range(len(words))))
    seen: set[str] = set()
    while len(seen) < number:
        chosen = dice.choices(words, cum_weights=weights, k=14)
        name = dice.choice(BEGINNINGS) + "-".join(chosen[: dice.choice((1, 2, 2, 3))]) + dice.choice(ENDINGS)
        name = name if name not in seen else f"{name}-{_word(dice)}"
        if name in seen:
            continue
        seen.add(name)
        created_at = now - timedelta(days=dice.random() * 365 * YEARS)
        yield Invented(
            name=name,
            metadata={
                "metadata_version": "2.4",
                "name": name,
                "version": "1.0",
                "summary": _summary(dice, chosen[3:]),
                "keywords": chosen[: dice.choice((0, 0, 2, 4))],
                "classifiers": [text for text, share in CLASSIFIERS if dice.random() < share],
            },
            downloads=0 if dice.random() < NEVER_DOWNLOADED else int(20 * dice.paretovariate(0.7)),
            created_at=created_at,
            updated_at=created_at + (now - created_at) * dice.random() ** 2,
        )


def long_ago() -> datetime:
    """A fixed time from which everything is counted back."""
    return datetime(2026, 11, 1, tzinfo=UTC)


def _summary(dice: random.Random, words: list[str]) -> str:
    text: list[str] = ["A Python library for"] if dice.random() < 0.35 else []
    for word in words[: dice.randint(3, 9)]:
        if dice.random() < 0.45:
            text.append(dice.choice(GLUE))
        text.append(word)
    return " ".join(text)


def _word(dice: random.Random) -> str:
    return "".join(dice.choices(SYLLABLES, k=dice.choice((2, 3, 3, 4))))
