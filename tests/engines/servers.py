"""Engines that tests start on loopback, and stop by their own process id."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], port: int, log: Path, environment: Mapping[str, str], patience: float
) -> Iterator[int]:
    """A server, once its port answers; its process id."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **environment}
        )
    try:
        until = time.monotonic() + patience
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"the engine did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def sail_process(log: Path, zone: str = "UTC") -> Iterator[tuple[str, int]]:
    """Sail with workers: Spark Connect, without Java."""
    port = free_port()
    command = [sys.executable, "-m", "pysail", "spark", "server", "--port", str(port)]
    with running(command, port, log, {"SAIL_MODE": "local-cluster", "TZ": zone}, 60) as process:
        yield f"sc://127.0.0.1:{port}", process


@contextmanager
def spark_process(log: Path, cores: str = "local-cluster[2,1,1024]") -> Iterator[tuple[str, int]]:
    """Apache Spark with two executors, from a `pyspark` in an environment of its own (`SPARK_PYTHON`)."""
    python = os.environ["SPARK_PYTHON"]
    found = "import pyspark, os; print(os.path.dirname(pyspark.__file__))"
    home = subprocess.run([python, "-c", found], capture_output=True, text=True, check=True).stdout.strip()
    port = free_port()
    command = [
        f"{home}/bin/spark-submit",
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer"),
        *("--master", cores),
        *("--conf", f"spark.connect.grpc.binding.port={port}"),
        *("--conf", "spark.connect.grpc.binding.address=127.0.0.1"),
        *("--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.driver.bindAddress=127.0.0.1"),
        *("--conf", "spark.sql.shuffle.partitions=4", "--conf", "spark.ui.enabled=false"),
        *("--conf", f"spark.sql.warehouse.dir={log.parent}/warehouse"),
        *("--driver-java-options", "-XX:+UseSerialGC"),
        "spark-internal",
    ]
    environment = {"SPARK_HOME": home, "SPARK_LOCAL_IP": "127.0.0.1", "TZ": "Asia/Tokyo"}
    with running(command, port, log, environment, 240) as process:
        yield f"sc://127.0.0.1:{port}", process


@contextmanager
def sail(log: Path, zone: str = "UTC") -> Iterator[str]:
    with sail_process(log, zone) as (url, _):
        yield url


def _family(process: int) -> list[int]:
    """A process and all that it started."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = [process]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def cpu(process: int) -> float:
    """Seconds of processor time that a process and its children have used."""
    ticks = 0
    for one in _family(process):
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def cpu_over(process: int, seconds: float) -> float:
    """Processor time used while some seconds pass."""
    before = cpu(process)
    time.sleep(seconds)
    return cpu(process) - before


def quiet(process: int, most: float, looks: int = 10) -> bool:
    """Whether a process soon uses no more than that in two seconds."""
    return any(cpu_over(process, 2.0) <= most for _ in range(looks))
