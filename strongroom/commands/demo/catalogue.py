"""Who and what is in the demo: a handful of people and some forty small projects that depend on each other."""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.terms.statuses import ProjectStatus


@dataclass(frozen=True)
class Plan:
    """One project of the demo: releases oldest first; the first of its people owns it, the others maintain it."""

    name: str
    summary: str
    people: tuple[str, ...]
    versions: tuple[str, ...]
    requires: tuple[str, ...] = ()
    topic: str = "Software Development :: Libraries"
    stage: str = "4 - Beta"
    licence: str = "MIT"
    keywords: tuple[str, ...] = ()
    yanked: tuple[tuple[str, str], ...] = ()
    status: tuple[ProjectStatus, str] = (ProjectStatus.ACTIVE, "")


STAFF = "dee"
KNOWN = "ada"
"""Whom whoever runs the demo can sign in as."""

PEOPLE = ("ada", "ben", "cyd", "eve", "fay", "gus")

PLANS = (
    Plan("harbourline", "HTTP with few words, for people.", ("ada", "ben"), ("1.0.0", "1.1.0", "1.2.0", "1.9.0rc1", "2.0.0", "2.1.0", "2.2.0b1"), ("tidepool>=1", "lanternlib"), topic="Internet :: WWW/HTTP", stage="5 - Production/Stable", licence="Apache-2.0", keywords=("http", "web", "client", "requests")),
    Plan("tidepool", "A pool of connections that drains itself.", ("ada",), ("1.0", "1.1", "1.2"), topic="Internet", keywords=("connections", "pool")),
    Plan("lanternlib", "Certificates that other code trusts.", ("ben", "ada"), ("2025.6", "2025.11", "2026.1", "2026.4", "2026.9"), topic="Security", stage="5 - Production/Stable", licence="MPL-2.0", keywords=("certificates", "tls", "roots")),
    Plan("saltmarsh", "Tables in memory, columns first.", ("cyd",), ("0.9.0", "1.0.0", "1.1.0rc1"), ("pebblecount",), topic="Scientific/Engineering", licence="BSD-3-Clause", keywords=("tables", "columns", "data")),
    Plan("pebblecount", "Numbers in long rows.", ("cyd", "eve"), ("3.0.0", "3.1.0", "3.1.1"), yanked=(("3.1.0", "rounds the wrong way; use 3.1.1"),), topic="Scientific/Engineering :: Mathematics", keywords=("numbers", "arrays")),
    Plan("quillfeather", "Templates that escape what they are given.", ("eve",), ("1.4", "1.5"), topic="Text Processing :: Markup :: HTML"),
    Plan("brasshinge", "Command lines from functions.", ("fay", "gus"), ("0.1.0", "0.2.0", "0.3.0"), topic="Utilities", stage="3 - Alpha"),
    Plan("fernhollow", "A small framework for pages.", ("fay",), ("4.0", "4.1", "4.2"), ("quillfeather>=1.4", "brasshinge"), topic="Internet :: WWW/HTTP :: Dynamic Content", keywords=("web", "framework")),
    Plan("oakledger", "Double-entry bookkeeping as a library.", ("gus",), ("1.0",), topic="Office/Business :: Financial :: Accounting", licence="GPL-3.0-or-later", keywords=("bookkeeping", "ledger")),
    Plan("windrose", "Directions, bearings and distances.", ("ada",), ("0.5", "0.6")),
    Plan("copperkettle", "Caches that know when they are stale.", ("ben",), ("2.0.0", "2.0.1")),
    Plan("mothlight", "Logging that reads like a sentence.", ("cyd",), ("1.0.0", "1.0.1", "1.1.0"), topic="System :: Logging"),
    Plan("thistledown", "Parsing of dates as people write them.", ("eve", "ada"), ("0.8", "0.9", "1.0")),
    Plan("rookery", "Worker processes that come home.", ("gus", "fay"), ("1.2.0", "1.3.0"), ("mothlight",)),
    Plan("stonebridge", "Database connections for every driver.", ("ben", "cyd"), ("5.0.0", "5.1.0"), ("copperkettle",), topic="Database"),
    Plan("silverbirch", "Trees: balanced, ordered, persistent.", ("ada",), ("0.3.0",)),
    Plan("candlewick", "Short-lived secrets.", ("fay",), ("1.0.0", "1.0.1"), yanked=(("1.0.0", "secrets lived too long"),), topic="Security"),
    Plan("driftnet", "Reading what the web gives.", ("eve",), ("0.1", "0.2"), ("harbourline>=2",)),
    Plan("millrace", "Streams of records, with back-pressure.", ("gus",), ("2.1.0",), ("tidepool",)),
    Plan("foxglove", "Colours, and how far apart they are.", ("cyd",), ("1.0", "1.1")),
    Plan("hazelnut", "Configuration from files and the environment.", ("ben",), ("0.4.0", "0.5.0")),
    Plan("kingfisher", "Search in text, ranked.", ("ada", "eve"), ("1.0.0",), ("silverbirch",), topic="Text Processing :: Indexing"),
    Plan("lodestar", "Feature switches.", ("fay",), ("3.0", "3.1")),
    Plan("marigold", "Plots from columns.", ("cyd",), ("0.7.0", "0.8.0"), ("saltmarsh", "foxglove"), topic="Scientific/Engineering :: Visualization"),
    Plan("nightjar", "Schedules for small machines.", ("gus",), ("1.0.0",), ("thistledown",)),
    Plan("osprey", "Fetching of many addresses at once.", ("ada", "gus"), ("1.0", "1.1"), ("harbourline",)),
    Plan("peatbog", "Archives that stay readable.", ("ben",), ("0.9",), status=(ProjectStatus.ARCHIVED, "finished; nothing more will come"), topic="System :: Archiving", stage="7 - Inactive"),
    Plan("quicksilver", "Moving averages.", ("eve",), ("2.0.0", "2.1.0"), ("pebblecount",)),
    Plan("redstart", "Retries with patience.", ("fay", "ben"), ("1.0.0", "1.1.0")),
    Plan("sandpiper", "Sampling without bias.", ("cyd",), ("0.2.0",)),
    Plan("tanglewood", "Dependency graphs, untangled.", ("gus",), ("1.0.0", "1.0.1"), ("silverbirch",)),
    Plan("umberfield", "Maps as pictures.", ("eve",), ("0.1.0",), ("windrose", "foxglove")),
    Plan("velvetleaf", "Text wrapped as a typesetter would.", ("ada",), ("1.0",)),
    Plan("wagtail-notes", "Notes beside code.", ("fay",), ("0.3",)),
    Plan("yarrow", "Locks across processes.", ("ben",), ("1.0.0", "1.0.1")),
    Plan("zephyrine", "Units of measurement.", ("cyd", "eve"), ("2.0", "2.1")),
    Plan("applewood", "Fixtures for tests.", ("gus",), ("1.0.0",), topic="Software Development :: Testing"),
    Plan("bluebell-client", "A client of the Bluebell service.", ("fay",), ("0.9.0",), ("harbourline>=2",), status=(ProjectStatus.DEPRECATED, "use harbourline itself")),
    Plan("cloudberry", "Uploads in parts.", ("ada",), ("1.0.0", "1.1.0"), ("redstart",)),
    Plan("dewpoint", "Readings of weather stations.", ("eve",), ("0.1.0",), ("zephyrine",), status=(ProjectStatus.QUARANTINED, "its last file is being looked at")),
)  # fmt: skip
