from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from strongroom.gear.engines.duck import Duck
from strongroom.gear.engines.spark import Spark
from tests.databases import chosen_database
from tests.engines.hostile import Hostile, make_hostile
from tests.engines.sail_server import Cluster, sail_server
from tests.engines.spark_cluster import has_java, spark_cluster


@pytest.fixture(scope="session", autouse=True)
def client_that_runs_no_doctests() -> None:
    """A worker of xdist has a main module without a file, which the client takes for its own doctests, and exits."""
    before = getattr(sys, "ps1", None)
    sys.ps1 = ""
    import pyspark.sql.connect  # noqa: F401

    if before is None:
        del sys.ps1
    else:
        sys.ps1 = before


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that this process and the clusters have in common."""
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="session")
def hostile(shared: Path) -> Hostile:
    # A folder whose name begins with a dot, as files have while they are written.
    folder = shared / ".writing"
    folder.mkdir()
    return make_hostile(folder)


@pytest.fixture
def duck(tmp_path: Path) -> Duck:
    return Duck(folder=tmp_path / "spill", threads=2)


@pytest.fixture(scope="session", params=["sail", "spark"])
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Each cluster in turn, one start of it for the whole run."""
    folder = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        if request.param == "sail":
            yield stack.enter_context(sail_server(folder))
        elif chosen_database() != "sqlite":
            pytest.skip("whatever the index's own database is, a cluster is asked the same: it was, with SQLite")
        elif has_java() or os.environ.get("CI"):
            yield stack.enter_context(spark_cluster(folder))
        else:
            pytest.skip("Apache Spark needs Java, and there is none: apt install default-jre-headless")


@pytest.fixture
def spark(cluster: Cluster, shared: Path) -> Spark:
    return Spark(cluster.url, here=shared, there="")
