"""What a store holds, as far as questions need to know it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from finops_tui.queries.view import BILL

if TYPE_CHECKING:
    from datetime import date

    from finops_tui.queries.resident import Resident
    from finops_tui.queries.view import Period


@dataclass(frozen=True, slots=True)
class Segment:
    """One loaded unit: a source's charges of one billing account in one billing period.

    Attributes:
        alias: The schema its tables are found under (`lines`, `items` and the daily relation).
        source: Which kind of bill it came from.
        account: BillingAccountId.
        period: Billing period, as YYYY-MM.
        first_day: Day of its earliest ChargePeriodStart.
        last_day: Day of its latest ChargePeriodStart.
        precision: Of its DECIMAL money.
        scale: Of its DECIMAL money.
        daily: Name of the relation with costs per line and day.
        hourly: Whether its charges are finer than a day.
        dataset: Whether it holds the bill, or how money of the bill is allocated.
        currencies: Its billing currencies; empty where they are not known.
        monthly: Whether it has a table `monthly` beside, with the sums of each line over all of its days.
    """

    alias: str
    source: str
    account: str
    period: str
    first_day: date
    last_day: date
    precision: int = 18
    scale: int = 10
    daily: str = "daily"
    hourly: bool = False
    dataset: str = BILL
    currencies: tuple[str, ...] = ()
    monthly: bool = False

    def touches(self, period: Period) -> bool:
        """Whether any of its days may lie in the period."""
        return self.first_day < period.until and self.last_day >= period.since


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every segment of one generation of a store, and what of them is held in memory."""

    segments: tuple[Segment, ...] = ()
    generation: int = 0
    resident: Resident | None = None

    def of(self, dataset: str) -> Self:
        """The segments of one dataset: those of different ones are never added together."""
        return replace(self, segments=tuple(s for s in self.segments if s.dataset == dataset))

    @property
    def first_day(self) -> date | None:
        """The earliest day charged for, or None when nothing is loaded."""
        return min((s.first_day for s in self.segments), default=None)

    @property
    def last_day(self) -> date | None:
        """The latest day charged for, or None when nothing is loaded."""
        return max((s.last_day for s in self.segments), default=None)

    @property
    def hourly(self) -> bool:
        """Whether any segment can show hours."""
        return any(s.hourly for s in self.segments)
