"""What engines have in common that take SQL and have no manifest: months and keys of tags, asked for in SQL."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from finops_tui.engines import dialects
from finops_tui.engines.base import LakePeriod

if TYPE_CHECKING:
    import threading
    from decimal import Decimal

    from finops_tui.engines.base import Dialect, Estimate, Table
    from finops_tui.engines.rollup import Rollup


class SqlEngine(ABC):
    """An engine that is asked in SQL alone, and of which no price is known."""

    dialect: Dialect
    max_usd: Decimal | None = None

    @abstractmethod
    def describe(self) -> Table:
        """The table."""

    @abstractmethod
    def _rows(self, sql: str, stop: threading.Event) -> list[tuple[object, ...]]:
        """A small answer, whole.

        Raises:
            EngineError: the engine refused, or broke off.
            EngineStoppedError: `stop` was set.
        """

    def periods(self, stop: threading.Event) -> tuple[LakePeriod, ...]:
        """Billing periods; a stamp is made of rows, sums and a fingerprint of what lines say."""
        rows = self._rows(dialects.render_periods(self.dialect, self.describe()), stop)
        return tuple(
            LakePeriod(str(row[0] or ""), hashlib.sha256(repr(row).encode()).hexdigest()[:32]) for row in rows
        )

    def tag_keys(self, period: str, stop: threading.Event) -> tuple[str, ...]:
        """Keys of tags, the most used first."""
        table = self.describe()
        counts: dict[str, int] = {}
        for column in table.maps:
            sql = dialects.render_tag_keys(self.dialect, table, column, period)
            for key, count in self._rows(sql, stop):
                counts[str(key)] = counts.get(str(key), 0) + int(str(count))
        return tuple(sorted(counts, key=lambda key: (-counts[key], key)))

    def estimate(self, rollup: Rollup) -> Estimate | None:  # noqa: ARG002 - nobody says
        """Not known: none of these engines says what a question will read, or nothing is paid."""
        return None

    def close(self) -> None:  # noqa: B027 - nothing is held between questions
        """Nothing is held between questions."""
