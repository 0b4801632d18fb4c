"""A load keeps to the memory it is given, however large the bill."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from finops_tui import generations, loader
from finops_tui.manifest import StoreError

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1 << 20
LIMIT = 256
"""MiB given to the load."""

PROGRAM = 220
"""MiB of the program itself and of what DuckDB keeps outside its limit, with a margin."""

ROWS = 300_000

BILL = """
COPY (
    SELECT '42' AS BillingAccountId, 'USD' AS BillingCurrency, 'Usage' AS ChargeCategory,
        'service-' || i % 9 AS ServiceName, TIMESTAMP '2025-03-01' AS BillingPeriodStart,
        TIMESTAMP '2025-04-01' AS BillingPeriodEnd, TIMESTAMP '2025-03-01' + to_hours((i % 744)::INTEGER) AS ChargePeriodStart,
        TIMESTAMP '2025-03-01' + to_hours((i % 744 + 1)::INTEGER) AS ChargePeriodEnd,
        concat_ws('/', md5(i::VARCHAR), md5((i + 1)::VARCHAR), md5((i + 2)::VARCHAR), md5((i + 3)::VARCHAR)) AS ResourceId,
        array_to_string([sha256((i * 13 + n)::VARCHAR) FOR n IN range(13)], '-') AS ResourceName,
        MAP {{'owner': sha256((-i)::VARCHAR), 'team': 'team-' || i % 13}} AS Tags,
        i / 64 AS BilledCost, i / 64 AS EffectiveCost, i / 64 AS ListCost, i / 64 AS ContractedCost
    FROM range({rows}) bill(i)
) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 10000)"""
"""Every line of it is another."""

CHILD = """
import sys
from pathlib import Path
from finops_tui.__main__ import main
try:
    sys.exit(main())
finally:
    peak = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    print("peak", int(peak[0].split()[1]) // 1024, file=sys.stderr)
"""
"""The program, and the most memory it had: what a process reports of itself, as a parent counts in its own."""


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bill that is larger in memory than the limit."""
    path = tmp_path_factory.mktemp("bounded") / "bill.parquet"
    duckdb.connect().execute(BILL.format(path=path, rows=ROWS))
    return path


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc to tell a process's peak")
def test_a_load_larger_than_its_memory_keeps_to_it(tmp_path: Path, bill: Path) -> None:
    assert bill.stat().st_size > LIMIT * MIB
    words = ["load", "--memory", f"{LIMIT}MiB", "--store", str(tmp_path / "store"), str(bill)]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *words], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    peak = int(done.stderr.rsplit("peak ", 1)[1])
    assert peak < LIMIT + PROGRAM
    (entry,) = generations.read(tmp_path / "store").manifest.entries
    assert (entry.records, entry.lines) == (ROWS, ROWS)
    assert entry.total("USD", "billed") == Decimal(sum(range(ROWS))) / 64


@pytest.mark.slow
def test_too_little_memory_is_said_and_leaves_the_store(tmp_path: Path, bill: Path) -> None:
    with pytest.raises(StoreError, match="not enough memory or scratch space for this load"):
        loader.load(tmp_path / "store", [bill], memory="20MB")
    assert not (tmp_path / "store" / "CURRENT").exists()
    assert not [*(tmp_path / "store").glob("segments/*")]
