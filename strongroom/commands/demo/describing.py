"""What the demo's projects say of themselves: a few descriptions of each kind, and a plain one for the others."""

from __future__ import annotations

from dataclasses import dataclass

MARKDOWN, RESTRUCTURED_TEXT, PLAIN = "text/markdown", "text/x-rst", "text/plain"

_HARBOURLINE = """# harbourline

[![build](https://example.org/harbourline/build.svg)](https://example.org/harbourline/ci)
[![docs](https://example.org/harbourline/docs.svg)](https://example.org/harbourline/docs)

**HTTP with few words, for people.** One function for each thing one does on the web, and nothing that one has to
remember. See [what it does](#what-it-does), [how it is used](#how-it-is-used) or the
[documentation](https://example.org/harbourline/docs).

## What it does

- one call for one request, with time limits that are sensible from the start
- connections are kept and used again, thanks to [tidepool](https://example.org/tidepool)
- answers are what they say: text, JSON or bytes
- [x] HTTP/1.1
- [ ] HTTP/3

![How a request travels](https://example.org/harbourline/travel.png)

## How it is used

```python
import harbourline

answer = harbourline.get("https://example.org/boats", limit=2.5)
for boat in answer.json()["boats"]:
    print(boat["name"], boat["length"])  # in metres
```

Or from the command line:

```console
$ python -m harbourline https://example.org/boats
```

> [!WARNING]
> Certificates are always verified. There is no way to switch that off.

## Limits

| What | From the start | Highest |
|:-----|---------------:|--------:|
| seconds until connected | 5 | 60 |
| seconds between bytes | 15 | 300 |
| redirects | 5 | 20 |
| bytes of an answer | 50 MB | no limit[^1] |

[^1]: Ask for a stream, and read as much as you like.

<details><summary>Why another one?</summary>

Because the others ask for more words.

</details>
"""

_LANTERNLIB = """
lanternlib
==========

*Certificates that other code trusts.* This package carries the list of root certificates, and a function that
says where it lies:

.. code-block:: python

   import lanternlib

   print(lanternlib.where())

Versions
--------

A version is the month in which the list was taken.

.. note::
   Update this often. It has no code that could break.

.. list-table:: What changed
   :header-rows: 1

   * - Version
     - Roots
   * - 2026.9
     - 148
   * - 2026.4
     - 151

Who decides
-----------

Nobody here: the list is taken as it is [1]_.

.. [1] See https://example.org/roots for how it comes about.
"""

_OAKLEDGER = """OAKLEDGER

Double-entry bookkeeping as a library.

  ledger = Ledger()
  ledger.post("2026-03-01", debit="bank", credit="sales", amount="120.00")

Every posting has two sides, and a ledger that does not add up
cannot be written. Amounts are decimals; there are no floats.
"""

_SALTMARSH = """# saltmarsh

Tables in memory, *columns first*.

```python
from saltmarsh import Table

tides = Table.read("tides.csv")
high = tides.where(tides["metres"] > 4.2).by("harbour").mean("metres")
```

| harbour | tides | highest | lowest | mean | in the month before | since |
|---------|------:|--------:|-------:|-----:|--------------------:|-------|
| Averley | 58 | 5.12 m | 0.31 m | 2.71 m | 2.69 m | 1987 |
| Stowe   | 59 | 4.87 m | 0.44 m | 2.60 m | 2.64 m | 2001 |

## What it is not

Not a database: what does not fit into memory does not fit.
"""

_WRITTEN = {
    "harbourline": (_HARBOURLINE, f"{MARKDOWN}; variant=GFM"),
    "lanternlib": (_LANTERNLIB, RESTRUCTURED_TEXT),
    "oakledger": (_OAKLEDGER, PLAIN),
    "saltmarsh": (_SALTMARSH, MARKDOWN),
}


@dataclass(frozen=True)
class Written:
    """A description, and how it is written."""

    text: str
    content_type: str


def describe(name: str, summary: str, requires: tuple[str, ...]) -> Written:
    """What a project of the demo says of itself."""
    if name in _WRITTEN:
        return Written(*_WRITTEN[name])
    module = name.replace("-", "_")
    needs = "".join(f"- `{one}`\n" for one in requires) or "Nothing but Python.\n"
    text = (
        f"# {name}\n\n{summary}\n\n## Use\n\n```python\nimport {module}\n\nprint({module}.describe())\n```\n\n"
        f"## What it needs\n\n{needs}\n## Help\n\nAsk at <https://example.org/{name}/help>.\n"
    )
    return Written(text, MARKDOWN)
