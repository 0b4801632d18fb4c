"""The charges in an answer of AWS Cost Explorer, as FOCUS has them: amounts stay as AWS wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries.amounts import EXACT
from finops_tui.sources.model import shown
from finops_tui.sources.s3_access import PlaceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MARK: Final = "x_CostExplorerGroups"
"""Column by which its files are told from an export: an export of the same account is another source."""

BILLED: Final = "UnblendedCost"
EFFECTIVE: Final = "AmortizedCost"


@dataclass(frozen=True, slots=True)
class Sort:
    """Charge types that are the same to FOCUS.

    Attributes:
        category: Their ChargeCategory.
        types: As Cost Explorer calls them, folded; none is all others.
        correction: Whether they correct an invoice of before.
        commitment: Whether they pay for a commitment whose use is charged elsewhere: what Cost Explorer amortises
            to them is the part that was not used.
    """

    category: str
    types: frozenset[str] = frozenset()
    correction: bool = False
    commitment: bool = False


SORTS: Final = (
    Sort("Usage"),
    Sort(
        "Purchase",
        frozenset(
            {
                *("rifee", "recurring", "upfront", "recurringreservationfee", "upfrontreservationfee"),
                *("savingsplanrecurringfee", "savingsplanupfrontfee"),
            }
        ),
        commitment=True,
    ),
    Sort("Purchase", frozenset({"fee"})),
    Sort("Tax", frozenset({"tax"})),
    Sort("Credit", frozenset({"credit"})),
    Sort("Usage", frozenset({"refund"}), correction=True),
)

COLUMNS: Final = (
    *("BillingAccountId", "BillingCurrency", "BillingPeriodStart", "BillingPeriodEnd"),
    *("ChargePeriodStart", "ChargePeriodEnd", "ChargeCategory", "ChargeClass", "ChargeDescription"),
    *("ProviderName", "ServiceName", "SubAccountId", "SubAccountName", "BilledCost", "EffectiveCost"),
    *("x_ChargeTypes", "x_Estimated", MARK),
)


def sorted_types(types: Iterable[str]) -> Iterator[tuple[Sort, list[str]]]:
    """The charge types there are, by what they are to FOCUS; one that is not known is usage."""
    named = {folded: sort for sort in SORTS for folded in sort.types}
    for sort in SORTS:
        found = sorted(one for one in types if named.get(_folded(one), SORTS[0]) is sort)
        if found:
            yield sort, found


def charges(base: dict[str, str], group: Mapping[str, Any], sort: Sort) -> Iterator[dict[str, str]]:
    """The charges of a group: one, or for a commitment what was paid and what of it was not used.

    Args:
        base: What is known of it already, by FOCUS column: service, charge types, times.
        group: The group.
        sort: What its charge types are to FOCUS.

    Raises:
        PlaceError: it has no amount, or amounts in two currencies.
    """
    paid, borne = amount(group, BILLED), amount(group, EFFECTIVE)
    if not paid and not borne:
        return
    billed, effective = (str(group["Metrics"][metric]["Amount"]) for metric in (BILLED, EFFECTIVE))
    row = {
        **base,
        "BillingCurrency": currency(group),
        "ChargeCategory": sort.category,
        "ChargeClass": "Correction" if sort.correction else "",
        "ChargeDescription": f"{base['ServiceName']}: {base['x_ChargeTypes']}",
        "BilledCost": billed,
        "EffectiveCost": "0" if sort.commitment else effective,
    }
    yield row
    if sort.commitment and borne:
        words = f"Unused commitment: {base['ServiceName']}"
        usage = {"ChargeCategory": "Usage", "ChargeDescription": words}
        yield row | usage | {"BilledCost": "0", "EffectiveCost": effective}


def amount(group: Mapping[str, Any], metric: str) -> Decimal:
    """An amount of a group.

    Raises:
        PlaceError: there is none.
    """
    try:
        text = str(group["Metrics"][metric]["Amount"])
        value = Decimal(text)
    except (KeyError, TypeError):
        raise PlaceError(f"Cost Explorer: an answer without {metric}") from None
    except InvalidOperation:
        raise PlaceError(f"Cost Explorer: {shown(text)!r} is no amount") from None
    if not value.is_finite():
        raise PlaceError(f"Cost Explorer: {shown(text)!r} is no amount")
    return value


def currency(group: Mapping[str, Any]) -> str:
    """The currency of a group's amounts.

    Raises:
        PlaceError: there are two.
    """
    units = {str(one.get("Unit", "")) for one in group["Metrics"].values()}
    if len(units) != 1:
        raise PlaceError(f"Cost Explorer: amounts in {shown(', '.join(sorted(units)))} in one charge")
    return units.pop()


class Sums:
    """Billed and effective cost by currency: two ways to come to the same."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], Decimal] = {}

    def add(self, code: str, metric: str, value: Decimal) -> None:
        """Add an amount of a metric in a currency."""
        self._sums[code, metric] = EXACT.add(self._sums.get((code, metric), Decimal(0)), value)

    def less(self, other: Sums) -> dict[str, Decimal]:
        """The largest difference by currency, whichever the metric."""
        differences: dict[str, Decimal] = {}
        for code, metric in {**self._sums, **other._sums}:
            missed = EXACT.subtract(
                self._sums.get((code, metric), Decimal(0)), other._sums.get((code, metric), Decimal(0))
            )
            differences[code] = max(differences.get(code, Decimal(0)), missed, key=abs)
        return differences


def _folded(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()
