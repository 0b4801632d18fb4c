"""Months of a lake in a store, an engine that says what it was asked, and the desk's way to both."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from finops_tui import lake_bring, lake_cube, lake_desk, loader
from finops_tui.engines import place
from finops_tui.engines.base import EngineError, EngineStoppedError, Estimate, Told
from finops_tui.engines.opening import opened
from finops_tui.queries.view import Period, View
from finops_tui.store import Store
from tests.engines.sums import exact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finops_tui.engines.base import Engine

SEPTEMBER = Period(date(2026, 9, 1), date(2026, 10, 1))
TOP = 12


class Watched:
    """An engine that says what it was asked, and may take its time.

    Attributes:
        asked: The questions.
        slow: Set to have it wait until it is stopped.
        stopped: How often it was.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.asked: list[Any] = []
        self.slow = threading.Event()
        self.began = threading.Event()
        self.stopped = 0
        self.gone = threading.Event()
        self.max_usd: Decimal | None = None
        self.price: Decimal | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def estimate(self, rollup: Any) -> Estimate | None:
        return None if self.price is None else Estimate(1_000_000, self.price)

    @contextmanager
    def run(self, rollup: Any, stop: threading.Event, progress: Any = None) -> Iterator[Any]:
        self.asked.append(rollup)
        if self.slow.is_set():
            self.began.set()
            if progress is not None:
                progress(Told("running", 3.2))
            while not stop.is_set():
                time.sleep(0.01)
            self.stopped += 1
            self.gone.set()
            raise EngineStoppedError("stopped")
        with self._engine.run(rollup, stop, progress) as batches:
            yield batches


class Bench:
    """Months in a store, and an engine for the rest."""

    def __init__(self, url: str, tmp: Path, rows: list[dict[str, Any]]) -> None:
        loader.load(tmp / "store", [url])
        self.rows = rows
        self.store = Store(tmp / "store")
        named = place.parse(url)
        self.engine = Watched(opened(named.engine, {}, tmp))
        self.reachable = True
        self.ask = lake_desk.LakeAsk(self.store, self.store.ask, lambda _: self._described(named))

    def _described(self, named: place.LakePlace) -> lake_bring.Described:
        if not self.reachable:
            raise EngineError("sc://nowhere: connection refused")
        table = self.engine.describe()
        shape = lake_cube.shape(table, named.tags or (), ())
        return lake_bring.Described(self.engine, table, shape, TOP)  # type: ignore[arg-type]

    def expected(self, **only: Any) -> dict[str | None, Decimal]:
        """Effective cost of September in USD by resource, line by line."""
        sums: dict[str | None, Decimal] = defaultdict(Decimal)
        for row in self.rows:
            mine = row["ChargePeriodStart"].startswith("2026-09") and row["BillingCurrency"] == "USD"
            if mine and all(row[name] == value for name, value in only.items()):
                sums[row["ResourceId"]] += exact("EffectiveCost", row["EffectiveCost"])
        return sums

    def close(self) -> None:
        self.ask.close()
        self.store.close()


VIEW = View(SEPTEMBER, group_by=("resource",), currency="USD")
