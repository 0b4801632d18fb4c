"""Requests to AWS Cost Explorer, each of which costs money."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finops_tui.sources.cost_explorer_charges import (
    BILLED,
    EFFECTIVE,
    MARK,
    SORTS,
    Sort,
    Sums,
    amount,
    charges,
    currency,
    sorted_types,
)
from finops_tui.sources.model import shown
from finops_tui.sources.s3_access import PlaceCancelledError, PlaceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from finops_tui.sources.cost_explorer_place import Month, Wanted
    from finops_tui.sources.s3_access import Aws

PRICE: Final = Decimal("0.01")
"""What a request costs, in USD; every page of an answer is a request."""

REQUESTS: Final = 1 + len(SORTS)
"""Requests a month needs at most, but for further pages of long answers."""

GROUPS: Final = ("SERVICE", "LINKED_ACCOUNT")
"""By what an answer is split: two at most, so the charge types are asked for one after the other."""

_TYPE: Final = "RECORD_TYPE"
_WHAT: Final = "Cost Explorer"
_NEAR: Final = Decimal("0.01")


@dataclass(slots=True)
class Purse:
    """What may be spent, and what was.

    Attributes:
        limit: Requests that were agreed to.
        spent: Requests that were made.
    """

    limit: int
    spent: int = 0

    def pay(self) -> None:
        """Count a request.

        Raises:
            PlaceError: more were not agreed to.
        """
        if self.spent >= self.limit:
            raise PlaceError(
                f"{_WHAT}: the answers have more pages than was agreed to; stopped after {self.spent} requests"
                f" (USD {self.spent * PRICE}); what they brought is kept, load again to go on"
            )
        self.spent += 1


@dataclass(slots=True)
class Answer:
    """A month.

    Attributes:
        rows: Its charges, with the columns of `COLUMNS`.
        estimated: Whether AWS may still change it.
        differences: By currency, how far the charges, split by service, are from the totals by charge type.
    """

    rows: list[dict[str, str]] = field(default_factory=list)
    estimated: bool = False
    differences: dict[str, Decimal] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """Whether the two ways of asking give the same, but for rounding."""
        return all(abs(missed) < _NEAR for missed in self.differences.values())


class Explorer:
    """Cost Explorer, asked for one month after the other."""

    def __init__(
        self, aws: Aws, account: str, wanted: Wanted, purse: Purse, cancelled: Callable[[], bool] | None
    ) -> None:
        """Prepare.

        Args:
            aws: How AWS is reached.
            account: The account that asks, which the charges are filed under.
            wanted: What is asked for.
            purse: What may be spent.
            cancelled: Asked before every request.
        """
        self._aws, self._client = aws, aws.client("ce")
        self._account, self._wanted, self._purse, self._cancelled = account, wanted, purse, cancelled

    def ask(self, month: Month) -> Answer:
        """The charges of a month.

        Raises:
            PlaceError: it was not answered, or more was to be spent than was agreed to.
            PlaceCancelledError: `cancelled` said so.
        """
        answer, totals, split = Answer(), Sums(), Sums()
        types: set[str] = set()
        for result in self._results(month, [_TYPE], None):
            answer.estimated |= bool(result.get("Estimated"))
            for group in result.get("Groups", ()):
                types.add(_key(group, 0))
                sums = {metric: amount(group, metric) for metric in (BILLED, EFFECTIVE)}
                for metric, value in sums.items():
                    totals.add(currency(group), metric, value)
        for sort, same in sorted_types(types):
            self._add(answer, month, sort, same)
        for row in answer.rows:
            split.add(row["BillingCurrency"], BILLED, Decimal(row["BilledCost"]))
            split.add(row["BillingCurrency"], EFFECTIVE, Decimal(row["EffectiveCost"]))
        answer.differences = split.less(totals)
        return answer

    def _add(self, answer: Answer, month: Month, sort: Sort, types: list[str]) -> None:
        names: dict[str, str] = {}
        only = {"Dimensions": {"Key": _TYPE, "Values": types}}
        for result in self._results(month, list(GROUPS), only, names):
            for group in result.get("Groups", ()):
                account = _key(group, 1)
                base = {
                    **self._when(month, result),
                    "ServiceName": _key(group, 0),
                    "SubAccountId": account,
                    "SubAccountName": names.get(account, ""),
                    "x_ChargeTypes": ", ".join(types),
                }
                answer.rows += charges(base, group, sort)

    def _when(self, month: Month, result: Mapping[str, Any]) -> dict[str, str]:
        """What all charges of a day have in common."""
        period = result.get("TimePeriod", {})
        return {
            "BillingAccountId": self._account,
            "BillingPeriodStart": f"{month.start}T00:00:00Z",
            "BillingPeriodEnd": f"{month.end}T00:00:00Z",
            "ChargePeriodStart": f"{_day(period['Start'])}T00:00:00Z",
            "ChargePeriodEnd": f"{_day(period['End'])}T00:00:00Z",
            "ProviderName": "AWS",
            "x_Estimated": "true" if result.get("Estimated") else "false",
            MARK: ", ".join(GROUPS),
        }

    def _results(
        self,
        month: Month,
        groups: list[str],
        only: dict[str, Any] | None,
        names: dict[str, str] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The results of an answer, page by page; the names of accounts are noted on the way."""
        arguments: dict[str, Any] = {
            "TimePeriod": {
                "Start": str(month.start),
                "End": str(min(month.end, self._wanted.today + timedelta(days=1))),
            },
            "Granularity": self._wanted.granularity,
            "Metrics": [BILLED, EFFECTIVE],
            "GroupBy": [{"Type": "DIMENSION", "Key": key} for key in groups],
        }
        if only is not None:
            arguments["Filter"] = only
        while True:
            if self._cancelled is not None and self._cancelled():
                raise PlaceCancelledError(f"{_WHAT}: stopped; the months it has answered are kept")
            self._purse.pay()
            page = self._aws.call(_WHAT, self._client.get_cost_and_usage, **arguments)
            for one in page.get("DimensionValueAttributes", ()):
                if names is not None:
                    names[str(one.get("Value", ""))] = str(one.get("Attributes", {}).get("description", ""))
            yield from page.get("ResultsByTime", ())
            following = page.get("NextPageToken")
            if not following:
                return
            if following == arguments.get("NextPageToken"):
                raise PlaceError(f"{_WHAT}: the answer has no end")
            arguments["NextPageToken"] = following


def _key(group: Mapping[str, Any], number: int) -> str:
    keys = group.get("Keys", ())
    return str(keys[number]) if number < len(keys) else ""


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise PlaceError(f"{_WHAT}: {shown(text)!r} is no day") from None
