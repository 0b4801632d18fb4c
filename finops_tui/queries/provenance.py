"""Where a figure comes from: in words, in SQL, in files; all of it from its view and what is loaded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from finops_tui.queries import buckets, explain_words, filters
from finops_tui.queries.amounts import EXACT, ZERO, add, shortened
from finops_tui.queries.converting import days, spans
from finops_tui.queries.dimensions import is_tag
from finops_tui.queries.provenance_files import Unit, deliveries, over_files, unreadable
from finops_tui.queries.provenance_sql import Focus, over_table
from finops_tui.queries.view import BASES, BILL, CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from decimal import Decimal

    import polars as pl

    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.exchange import Rates, Used
    from finops_tui.queries.teams import Teams
    from finops_tui.queries.view import View

    Amount = Callable[[Decimal, str], str]

FOCUS_SOURCE: Final = "focus"
"""Sources whose files have the columns of FOCUS as they are."""

FORMULAS: Final[dict[str, str]] = {
    "BilledCost": "sum of BilledCost: what is invoiced (FOCUS specification, column BilledCost)",
    "EffectiveCost": (
        "sum of EffectiveCost: cost after all discounts, prepaid purchases spread over what they cover "
        "(FOCUS specification, column EffectiveCost)"
    ),
    "ContractedCost": (
        "sum of ContractedCost: contracted unit price times quantity, commitments left out "
        "(FOCUS specification, column ContractedCost)"
    ),
    "ListCost": "sum of ListCost: list unit price times quantity (FOCUS specification, column ListCost)",
}
"""What a figure is, by its column, and where that is defined."""

LIKE_FOR_LIKE: Final = (
    "now and before: complete days only, equally many; a day is complete two days after it, or when its lines and "
    "cost reach 0.8 of the median of its weekday (FinOps KPI library, cost visibility delay)"
)
PARTS: Final = (
    "parts of a change: variance drivers, thing by thing, in docs/explain.md of finops-tui; the SQL gives what they "
    "are reckoned from, before and now"
)


@dataclass(frozen=True, slots=True)
class Source:
    """One file that a figure is from.

    Attributes:
        file: Its path.
        unit: Source, billing account and billing period, in words.
        lines: Line items of it in the figure.
        cost: What they come to.
    """

    file: str
    unit: str
    lines: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a figure comes from.

    Attributes:
        view: The figure's view.
        cost: The figure, exact.
        now: Of a comparison, else None.
        before: Likewise.
        lines: How many line items.
        sources: The files.
        over_files: The SQL for a bare DuckDB over the files; '' where there is none.
        why_not: Why there is none.
        over_table: The SQL over a table `focus`, in DuckDB's dialect.
        exchange: The rates it is converted by.
    """

    view: View
    cost: Decimal
    now: Decimal | None
    before: Decimal | None
    lines: int
    sources: tuple[Source, ...]
    over_files: str
    why_not: str
    over_table: str
    exchange: tuple[Used, ...] = ()

    @property
    def gap(self) -> Decimal:
        """The figure less what its line items come to, file by file: nothing, when all is well.

        What is converted is rounded after 18 decimals, line items one by one and figures day by day, so it is
        compared to ten.
        """
        gap = EXACT.subtract(self.cost, add(source.cost for source in self.sources))
        return (shortened(gap) or ZERO) if self.exchange else gap


def unread(view: View) -> View:
    """The view to ask `given` and `raw_tag_keys` about: the same days, all charges."""
    return replace(view, path=(), filter=None, included=frozenset(), excluded=frozenset(), currency=None)


@dataclass(frozen=True, slots=True)
class Asked:
    """What has to be asked of a figure.

    Attributes:
        total: The answer of `total`.
        behind: The answer of `behind`.
        given: The answer of `given` for `unread(view)`.
        raw_keys: The answer of `raw_tag_keys` likewise; None where no tag is used.
    """

    total: pl.DataFrame
    behind: pl.DataFrame
    given: pl.DataFrame
    raw_keys: pl.DataFrame | None = None


def provenance(
    view: View,
    asked: Asked,
    units: Sequence[Unit],
    teams: Teams | None = None,
    rates: Rates | None = None,
) -> Provenance:
    """Where a figure comes from.

    Args:
        view: The figure's view, in one currency.
        asked: What was asked of it.
        units: All that is loaded.
        teams: Rules of the dimension `team`.
        rates: Rates of exchange.
    """
    sums = next((row for row in asked.total.to_dicts() if row["currency"] == view.currency), None)
    compared = view.compared is not None
    periods = [view.period, *([view.compared.before] if view.compared is not None else [])]
    touched = [unit for unit in units if any(map(unit.touches, periods))]
    scale = max((unit.scale for unit in touched), default=10)
    there = frozenset(name for name, count in asked.given.to_dicts()[0].items() if count)
    keys = _delivered_keys(asked.raw_keys)
    codes = {code for unit in touched for code in unit.currencies}
    target, known = view.converted or "", rates if view.converted else None
    by = spans(known, codes, view) if known is not None else ()
    files, why_not = "", _why_not(view, touched)
    if not why_not:
        focus = Focus(view, teams, keys, spans=by)
        files = over_files(focus, deliveries(touched, units), scale)
    return Provenance(
        view,
        sums["cost"] if sums else ZERO,
        (sums["now"] if sums else ZERO) if compared else None,
        (sums["before"] if sums else ZERO) if compared else None,
        sums["n"] if sums else 0,
        _sources(asked.behind, units),
        files,
        why_not,
        over_table(Focus(view, teams, keys, there, spans=by), scale),
        known.used(codes, target, days(view)) if known is not None else (),
    )


def _why_not(view: View, touched: Iterable[Unit]) -> str:
    units = tuple(touched)
    others = sorted({unit.source for unit in units if unit.source != FOCUS_SOURCE})
    if view.dataset != BILL:
        return "allocated money is spread by finops-tui; no file has it"
    if others:
        return (
            f"{', '.join(others)}: its columns have to be mapped to FOCUS first (docs/formats.md); "
            "finops-tui sql has the mapped table"
        )
    if not units:
        return "nothing is loaded for these days"
    return unreadable(dict.fromkeys(file for unit in units for file in unit.files))


def uses_tags(view: View, teams: Teams | None) -> bool:
    """Whether the figure depends on tags by their keys."""
    if any(is_tag(condition.dimension) for condition in view.path):
        return True
    if view.filter is not None and "tag." in filters.unparse(view.filter):
        return True
    by_team = any(condition.dimension == "team" for condition in view.path)
    return bool(teams) and (by_team or (view.filter is not None and "team" in filters.unparse(view.filter)))


def _delivered_keys(raw_keys: pl.DataFrame | None) -> dict[str, tuple[str, ...]]:
    """Keys as delivered by the key they are known by; see sources/tags.sql."""
    found: dict[str, tuple[str, ...]] = {}
    for key in raw_keys.get_column("key").to_list() if raw_keys is not None else ():
        name = _known_as(key)
        found[name] = (*found.get(name, ()), key)
    return found


def _known_as(key: str) -> str:
    name = key.strip()
    if name.startswith(("user:", "user_")):
        return name[5:].strip()
    return f"aws:{name[4:].strip()}" if name.startswith("aws_") else name


def _sources(behind: pl.DataFrame, units: Sequence[Unit]) -> tuple[Source, ...]:
    known = {(unit.source, unit.account, unit.period): unit for unit in units}
    found = []
    for row in behind.to_dicts():
        unit = known.get((row["source"], row["account"], row["period"]))
        place = row["file"]
        file = unit.files[place] if unit is not None and 0 <= place < len(unit.files) else f"file {place}"
        name = f"{row['source']} {row['account']} {row['period']}"
        found.append(Source(file, name, row["n"], row["cost"]))
    return tuple(found)


def sentences(
    found: Provenance, scope: Sequence[str], calendar: Calendar | None, amount: Amount
) -> tuple[str, ...]:
    """The figure in words, the most important first.

    Args:
        found: Where it comes from.
        scope: What it is of, step by step; may come from the bill.
        calendar: What the data covers.
        amount: Writes an amount of a currency.
    """
    view, code = found.view, found.view.currency or ""
    column = BASES[view.basis]
    what = (
        f"{amount(found.cost, code)} is the {view.basis} cost of {_scope(scope)} "
        f"in {buckets.describe(view.period)}, {_currency(found)}, {_counted(view)}."
    )
    told = [what, _reconciled(found, amount), f"Formula: {FORMULAS[column]}."]
    if found.now is not None and found.before is not None and view.compared is not None:
        told.append(
            f"Compared: {amount(found.now, code)} in {buckets.describe(view.compared.now)}, "
            f"{amount(found.before, code)} in {buckets.describe(view.compared.before)}; {LIKE_FOR_LIKE}."
        )
        if calendar is not None:
            told.append(explain_words.coverage(calendar, view.compared))
    return tuple(told)


def _currency(found: Provenance) -> str:
    """In which currency it is; a part that has no rate is in its own."""
    view = found.view
    if not found.exchange or view.currency != view.converted:
        return f"charged in {view.currency or 'several currencies'}"
    return f"in {view.currency}, {'; '.join(used.words for used in found.exchange)}"


def _scope(words: Sequence[str]) -> str:
    own = words[1:] if words[:1] == ("Everything",) else words
    return " ▸ ".join(own) or "everything"


def _counted(view: View) -> str:
    names = [name for name in CATEGORIES if name in view.included]
    if names:
        return f"only {', '.join(names)}"
    names = [name for name in CATEGORIES if name in view.excluded]
    return f"without {', '.join(names)}" if names else "all charge categories"


def _reconciled(found: Provenance, amount: Amount) -> str:
    count = len(found.sources)
    what = f"{found.lines:,} line items in {count:,} {'file' if count == 1 else 'files'}"
    if not found.gap:
        return f"Reconciled: {what} add up to it to the last digit."
    return f"Not reconciled: {what} differ from it by {amount(found.gap, found.view.currency or '')}."
