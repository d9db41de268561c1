"""Apache Spark: a master, two workers and a Connect server on that master, each a process of its own.

It is installed once, with its hashes, into a folder of ``.cache``: as a package beside the client it would take the
client's place. It comes without the scripts that start a cluster, so the classes they start are started here.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.engines.sail_server import Cluster, end, wait_for
from tests.journeys.clients import ROOT

LOCK = ROOT / "requirements" / "spark.txt"
_FOLDER = ROOT / ".cache" / "spark"
_WORKERS = 2


def has_java() -> bool:
    """Whether there is what Apache Spark runs on."""
    return shutil.which("java") is not None


def installed_spark() -> Path:
    """The home of the Apache Spark of the lock file; installed if it is not there yet."""
    folder = _FOLDER / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = folder.with_suffix(".making")
            shutil.rmtree(making, ignore_errors=True)
            options = ("--disable-pip-version-check", "--require-hashes", "--no-deps", "--no-build-isolation")
            subprocess.run(
                [sys.executable, "-m", "pip", "install", "-q", *options, "--target", making, "-r", LOCK], check=True
            )
            making.rename(folder)
    return folder / "pyspark"


@contextmanager
def spark_cluster(folder: Path) -> Iterator[Cluster]:
    """Start the four and stop them at the end. ``folder`` takes what they say and spill."""
    home = installed_spark()
    master, connect = _free_ports(2)
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *command: str, memory: str = "256m") -> Path:
        log = folder / f"{name}.log"
        with log.open("wb") as said:
            started.append(
                subprocess.Popen(
                    [str(home / "bin" / command[0]), *command[1:]],
                    env=_environment(home, folder, memory=memory),
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=subprocess.STDOUT,
                )
            )
        return log

    deploy, url = "org.apache.spark.deploy", f"spark://127.0.0.1:{master}"
    at = ("--host", "127.0.0.1", "--webui-port", "0")
    try:
        log = start("master", "spark-class", f"{deploy}.master.Master", *at, "--port", str(master))
        wait_for("New state: ALIVE", log, started[-1])
        for number in range(_WORKERS):
            size = ("--cores", "1", "--memory", "1g")
            log = start(f"worker-{number}", "spark-class", f"{deploy}.worker.Worker", *at, *size, url)
        options = [text for name, value in _options(connect).items() for text in ("--conf", f"{name}={value}")]
        server = ("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal")
        log = start("connect", "spark-submit", "--master", url, *options, *server, memory="768m")
        wait_for("Spark Connect server started at", log, started[-1])
        yield Cluster(f"sc://127.0.0.1:{connect}", tuple(started))
    finally:
        end(Cluster("", tuple(started)))


def _options(port: int) -> Mapping[str, object]:
    return {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": port,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.executor.memory": "512m",
        "spark.sql.shuffle.partitions": 4,
        "spark.ui.enabled": "false",
    }


def _environment(home: Path, folder: Path, *, memory: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "JAVA_HOME", "LANG") if name in os.environ}
    return kept | {
        "HOME": str(folder),
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder),
        "SPARK_WORKER_DIR": str(folder / "work"),
        "SPARK_DAEMON_MEMORY": memory,
        # Else the master listens on a port of its own choice as well.
        "SPARK_DAEMON_JAVA_OPTS": "-Dspark.master.rest.enabled=false",
    }


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
