from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from django.conf import settings

from strongroom.criticality.models import Run
from strongroom.gear.engines.spark import Spark
from strongroom.gear.mill import mill_of
from tests.criticality.harvest import add_projects, count_window
from tests.criticality.running import compute, computed
from tests.engines.sail_server import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("engines"), pytest.mark.django_db]

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 22)
# Two at the line, one that nobody downloads, and names in another order elsewhere.
TOTALS = {"ham": 10, "spam": 10, "a-b": 3, "ab": 3, "none": 0, **{f"p{number:03}": 1 for number in range(96)}}


def test_a_cluster_in_the_settings_finds_what_this_machine_finds(cluster: Cluster) -> None:
    here = mill_of(settings.STRONGROOM)
    there = mill_of(dataclasses.replace(settings.STRONGROOM, spark_url=cluster.url))
    assert isinstance(there.engine, Spark)
    add_projects(TOTALS)
    count_window(here, TOTALS, first=FIRST, last=LAST)

    found = compute(there)
    assert found.engine.startswith("spark 4.")
    assert found.cohort == 2
    # What a run is known by is what it read, whoever adds up.
    again = computed(here)
    assert (again.run, again.is_new) == (found.id, False)

    Run.objects.all().delete()
    other = compute(here)
    assert other.engine.startswith("duckdb ")
    assert (other.inputs, other.result) == (found.inputs, found.result)
    assert (other.cohort, other.threshold, other.total) == (found.cohort, found.threshold, found.total)
