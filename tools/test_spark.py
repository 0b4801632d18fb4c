"""The contract of engines against Apache Spark: two executors, Spark Connect, and its figures into docs/engines.md.

usage: test_spark.py [PYTHON]      a Python that has pyspark; by default one is made in .venv-spark
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

ROOT: Final = Path(__file__).resolve().parent.parent
VENV: Final = ROOT / ".venv-spark"
SPARK: Final = "pyspark==4.3.0"
"""Spark itself: the jars, its Connect server among them. Its own client, which needs pandas and more, is not used."""

LEAST_JAVA: Final = 17
BEGIN: Final = "<!-- spark:begin -->"
END: Final = "<!-- spark:end -->"


def java() -> int:
    """The version of Java that is found; 0 for none."""
    found = shutil.which("java") or str(Path(os.environ.get("JAVA_HOME", ".")) / "bin" / "java")
    try:
        said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
    except OSError:
        return 0
    match = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(match[1]) if match else 0


def python() -> str:
    """A Python that has Spark, made if need be."""
    own = VENV / "bin" / "python"
    if not own.exists():
        sys.stderr.write(f"Making {VENV.name} with {SPARK} (half a gigabyte, once)\n")
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        subprocess.run([str(own), "-m", "pip", "install", "--quiet", SPARK], check=True)
    return str(own)


def figures(report: Path, seconds: float) -> str:
    """What the run showed, in words."""
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - pytest wrote it just now
    assert suite is not None  # noqa: S101
    found: dict[str, int] = {}
    for one in suite.iter("property"):
        name = one.get("name", "")
        found[name] = found.get(name, 0) + int(one.get("value", "0"))
    failed = int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
    return (
        f"Apache Spark {SPARK.partition('==')[2]}, `local-cluster[2,1,1024]` (a driver and two executors), Java {java()},"
        f" through Spark Connect: {found.get('views', 0)} random views, {failed} differences or failures in"
        f" {suite.get('tests')} tests; {found.get('cube rows', 0):,} rows of cubes the same row by row; with plain sums of"
        f" DOUBLE {found.get('sabotaged', 0)} of 80 views differ. {seconds / 60:.0f} minutes, start included."
    )


def main() -> int:
    """Run the tests; pytest's exit code."""
    if java() < LEAST_JAVA:
        sys.stderr.write(
            f"Apache Spark needs Java {LEAST_JAVA} or newer, and there is {java() or 'none'}: on Debian and Ubuntu"
            " `apt-get install openjdk-17-jre-headless`, on macOS `brew install openjdk@17`, then set JAVA_HOME.\n"
        )
        return 2
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        begun = time.monotonic()
        code = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "tests/engines/test_contract.py",
                "-o",
                "junit_family=xunit1",
                f"--junitxml={report}",
            ],
            cwd=ROOT,
            env={**os.environ, "SPARK_PYTHON": sys.argv[1] if len(sys.argv) > 1 else python()},
            check=False,
        ).returncode
        if report.exists() and not code:
            write(figures(report, time.monotonic() - begun))
    return code


def write(words: str) -> None:
    """Put figures into the docs."""
    page = ROOT / "docs" / "engines.md"
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{words}\n{END}{after}", encoding="utf-8")
    sys.stdout.write(f"{words}\n")


if __name__ == "__main__":
    sys.exit(main())
