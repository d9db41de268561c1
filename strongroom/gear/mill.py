"""What downloads are added up with: an engine for the large questions, DuckDB here for the rest, and their files."""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.gear.dayfiles import BEING_WRITTEN, DayFiles
from strongroom.gear.engines import Engine
from strongroom.gear.engines.duck import Duck
from strongroom.gear.settings import Settings

COUNTING_THREADS = 1
"""Each thread of DuckDB keeps sums of nearly every project of its own: with two, the window of 700,000 projects takes
390 MiB instead of 280, and somewhat more processor time. Nobody waits for it, and other cores are for serving.
"""


@dataclass(frozen=True)
class Mill:
    """``engine`` asks the questions of ``questions/``; ``duck`` reads and writes what they are made of and give."""

    engine: Engine
    duck: Duck
    downloads: DayFiles
    snapshots: DayFiles


def mill_of(settings: Settings) -> Mill:
    """What this index adds up with."""
    duck = Duck(
        folder=settings.downloads_folder / BEING_WRITTEN,
        memory_bytes=settings.counting_memory_bytes,
        threads=COUNTING_THREADS,
    )
    engine: Engine = duck
    if settings.spark_url:
        from strongroom.gear.engines.spark import Spark

        engine = Spark(settings.spark_url, here=settings.data_folder, there=settings.spark_folder)
    return Mill(
        engine=engine,
        duck=duck,
        downloads=DayFiles(settings.downloads_folder),
        snapshots=DayFiles(settings.snapshots_folder),
    )
