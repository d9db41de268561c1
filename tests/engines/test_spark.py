from __future__ import annotations

import shutil
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from strongroom.gear.engines import EngineFailed
from strongroom.gear.engines.spark import Spark
from tests.engines.hostile import Hostile
from tests.engines.sail_server import sail_server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("engines")]


def test_the_engine_tells_which_it_is(spark: Spark) -> None:
    assert spark.name.startswith("spark 4.")


def test_a_question_that_makes_no_sense_is_told_in_one_line(spark: Spark, tmp_path: Path) -> None:
    with pytest.raises(EngineFailed) as failed:
        spark.answer("SELECT nothing FROM nowhere", {}, tmp_path / "answer.parquet")
    assert "nowhere" in str(failed.value)
    assert "\n" not in str(failed.value)
    assert not (tmp_path / "answer.parquet").exists()


def test_days_are_those_of_utc_on_the_server_too(spark: Spark, tmp_path: Path) -> None:
    spark.answer("SELECT current_timezone() AS zone", {}, tmp_path / "answer.parquet")
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT zone FROM '{tmp_path / 'answer.parquet'}'").fetchall() == [("UTC",)]


def test_a_server_that_does_not_see_every_row_answers_nothing(
    spark: Spark, *, shared: Path, hostile: Hostile, tmp_path: Path
) -> None:
    missing = shared / "only-here.parquet"
    shutil.copy(hostile.daily[0], missing)
    shutil.copytree(shared / ".writing", tmp_path / "there" / ".writing")
    there = Spark(spark._url, here=shared, there=f"{tmp_path / 'there'}/")
    question, to = "SELECT COUNT(*) AS number FROM daily", tmp_path / "answer.parquet"
    assert there.answer(question, {"daily": hostile.daily}, to) == 1
    with pytest.raises(EngineFailed):
        there.answer(question, {"daily": [missing]}, tmp_path / "none.parquet")
    with pytest.raises(EngineFailed):
        there.answer(question, {"daily": [*hostile.daily, missing]}, tmp_path / "none.parquet")
    assert not (tmp_path / "none.parquet").exists()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        pytest.param("sc://127.0.0.1:1/;token=hidden", "127.0.0.1:1 does not answer", id="nobody listens"),
        pytest.param("sc://nowhere.invalid", "nowhere.invalid:15002 does not answer", id="no such host"),
        pytest.param("sc://127.0.0.1:port", "no address", id="no port"),
        pytest.param("sc://", "no address", id="no host"),
        pytest.param("sc://127.0.0.1:1/path;token=hidden", "no address", id="a path"),
    ],
)
def test_a_server_that_is_not_there_is_told_in_one_line(url: str, told: str, *, tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(EngineFailed, match=told) as failed:
        Spark(url, here=tmp_path, there="").answer("SELECT 1 AS one", {}, tmp_path / "answer.parquet")
    assert time.monotonic() - began < 30
    assert "hidden" not in str(failed.value)
    assert "\n" not in str(failed.value)


def test_without_the_client_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyspark"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(EngineFailed, match=r"install strongroom\[spark\]"):
        _ = Spark("sc://127.0.0.1:1", here=tmp_path, there="").name


def test_a_server_that_dies_while_it_answers_is_told_in_one_line(tmp_path: Path) -> None:
    with sail_server(tmp_path) as server:
        spark = Spark(server.url, here=tmp_path, there="")
        assert spark.name
        timer = threading.Timer(2, server.kill)
        timer.start()
        endless = "SELECT SUM(a.id * b.id % 7) AS sum FROM range(10000000) AS a CROSS JOIN range(10000000) AS b"
        with pytest.raises(EngineFailed, match="went away"):
            spark.answer(endless, {}, tmp_path / "answer.parquet")
        timer.join()
    assert not (tmp_path / "answer.parquet").exists()
