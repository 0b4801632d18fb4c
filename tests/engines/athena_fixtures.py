"""An Athena and an S3 on loopback, with an export of two months in them."""

import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finops_tui.engines import answer
from finops_tui.engines.athena import Athena
from finops_tui.engines.base import Told
from finops_tui.engines.rollup import Column, Rollup
from tests.engines import athena_bill as bill
from tests.engines import athena_loopback
from tests.engines.athena_bill import Export
from tests.sources.s3_server import Server

MARCH, APRIL = "2026-03", "2026-04"
BY_SERVICE = Rollup(MARCH, (Column("servicename"),), ("BilledCost",))


@pytest.fixture(scope="session")
def s3() -> Iterator[Server]:
    """Buckets."""
    server = Server()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def loopback() -> Iterator[athena_loopback.Athena]:
    """An Athena; `export` gives it its bucket."""
    server = athena_loopback.Athena(None)
    yield server
    server.stop()


@pytest.fixture
def export(
    s3: Server, loopback: athena_loopback.Athena, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Export:
    """Two months of a Data Export."""
    monkeypatch.setattr("finops_tui.engines.athena_query._FIRST_LOOK", 0.01)
    made = bill.export(s3, loopback, monkeypatch, tmp_path)
    made.deliver(MARCH, bill.rows(MARCH))
    made.deliver(APRIL, bill.rows(APRIL, 40), files=1)
    return made


def asked(engine: Athena, rollup: Rollup, stop: threading.Event, told: list[Told] | None = None) -> Any:
    """An answer as a set of rows, with what was said of it."""
    table = engine.describe()
    connection = answer.connected()
    try:
        with engine.run(rollup, stop, told.append if told is not None else None) as batches:
            answer.take(connection, batches, table, rollup, "answer")
        return connection.execute("FROM answer").fetchall(), batches
    finally:
        connection.close()


def expected(rows: list[bill.Row], dims: tuple[str, ...], measures: tuple[str, ...]) -> set[tuple[Any, ...]]:
    sums = [bill.totals(rows, *dims, measure=measure) for measure in measures]
    counts = bill.totals([row | {"one": Decimal(1)} for row in rows], *dims, measure="one")
    return {(*key, *(one[key] for one in sums), int(counts[key])) for key in counts}
