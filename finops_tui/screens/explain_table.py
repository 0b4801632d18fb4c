"""The drivers of a change as rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from finops_tui.queries.explain import contribution
from finops_tui.queries.explain_words import mostly
from finops_tui.screens import trail
from finops_tui.screens.widgets.table_cells import Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from finops_tui.queries.explain import Driver, Explanation
    from finops_tui.queries.explain_steps import Rest
    from finops_tui.queries.markers import Began
    from finops_tui.queries.view import View

Rows = list["Mapping[str, Any]"]


def columns(view: View, one: Explanation, part: str | None, *, marked: bool = False) -> list[Column]:
    """The columns of the drivers of a part, or of the whole change.

    Args:
        view: What is explained.
        one: Its explanation, for the currency.
        part: The part.
        marked: Whether there are markers that something begins beside.
    """
    code = one.currency
    names = [
        Column(trail.cell(place), trail.title(name), 12, flex=2 if place else 3)
        for place, name in enumerate(view.group_by)
    ]
    change = Column("change", part or "Change", 12, kind="delta", currency=code)
    return [
        *names,
        Column("before", "Before", 12, kind="money", currency=code),
        Column("now", "Now", 12, kind="money", currency=code),
        change,
        Column("percent", "Δ%", 7, kind="change"),
        Column("mostly", "Mostly", 12, min_terminal_width=72),
        *((Column("began", "Began", 22, flex=2, min_terminal_width=100),) if marked else ()),
        Column("bar", "", 8, flex=1, kind="bar", min_terminal_width=130),
    ]


def things(one: Explanation, part: str | None) -> list[Column]:
    """The columns of the things behind a part: what they are called first, where they are on wide terminals."""
    code = one.currency
    return [
        Column("name", "Resource", 18, flex=3),
        Column("name1", "Usage type", 14, flex=2),
        Column("name2", "Service", 18, flex=2, min_terminal_width=120),
        Column("name3", "Account", 12, flex=1, min_terminal_width=150),
        Column("name4", "Region", 12, flex=1, min_terminal_width=170),
        Column("before", "Before", 12, kind="money", currency=code),
        Column("now", "Now", 12, kind="money", currency=code),
        Column("change", part or "Change", 12, kind="delta", currency=code),
        Column("percent", "Δ%", 7, kind="change", min_terminal_width=100),
    ]


def rows(
    view: View,
    one: Explanation,
    part: str | None,
    ranked: Iterable[Driver],
    *,
    rest: Rest | None = None,
    events: Mapping[tuple[str | None, ...], Began] | None = None,
) -> Rows:
    """One row per driver, what it adds to the part and when it began; the rest in the last one."""
    found: Rows = []
    for driver in ranked:
        began = (events or {}).get(driver.values)
        found.append(row_of(view, one, driver, part) | {"began": began.words if began is not None else ""})
    if rest is not None:
        found.append(
            {
                "name": f"Other ({rest.count:,})",
                "before": rest.before,
                "now": rest.now,
                "change": rest.amount,
                "change.order": rest.amount.copy_abs(),
                "percent": (rest.now, rest.before),
                "bar": rest.amount,
                "currency": one.currency,
                "tone": "muted",
            }
        )
    return found


def row_of(view: View, one: Explanation, driver: Driver, part: str | None) -> dict[str, Any]:
    """The row of one driver."""
    amount = contribution(driver, part)
    row: dict[str, Any] = {
        "before": driver.before,
        "now": driver.now,
        "change": amount,
        "change.order": amount.copy_abs(),
        "percent": (driver.now, driver.before),
        "mostly": "masked" if driver.offsetting else mostly(driver.parts),
        "bar": amount,
        "currency": one.currency,
        "driver": driver,
        **trail.cells(view.group_by, driver.values, driver.label),
    }
    if driver.values and driver.values[0] is None:
        row["tone"] = "muted"
    return row
