"""The table of the explorer: what each group costs, what changed, its share and its trend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from textual.message import Message

from finops_tui.queries import shares
from finops_tui.screens import explorer_words, questions, steps, trail
from finops_tui.screens.asking import Asking
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column, Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    import polars as pl
    from textual.events import Resize

    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk

SORTS: Final = ("cost", "delta", "name")
"""Columns to sort by, in the order of the sort key."""


class Groups(VTable, Asking):
    """The groups of a view, most money first; a pane that asks."""

    @dataclass
    class Answered(Message):
        """The groups of a view are on screen."""

        groups: Groups

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(desk.look, empty="", id=id)
        self.desk = desk
        self.sort: tuple[str, bool] = ("cost", True)
        self.frame: pl.DataFrame | None = None
        self.total: Decimal | None = None
        self.shown: View | None = None
        self._order: pl.DataFrame | None = None
        self._trend_width = 0
        self._trends: dict[str | None, Sequence[Decimal]] = {}
        self._land: tuple[bool, str | None] = (False, None)

    def land_on(self, found: tuple[bool, str | None]) -> None:
        """Where the cursor goes when the next answer is painted, see `trail.landing`."""
        self._land = found

    async def answer(self, view: View) -> None:
        """Ask for the groups, paint them, then ask for their trends."""
        name, asked, _ = questions.groups(view)
        frame = await self.ask(name, asked)
        self.paint(view, frame, await self.aside(lambda: shares.summed(frame)))
        calendar = self.desk.calendar
        if len(view.group_by) != 1 or calendar is None:
            return
        name, trend, top = questions.trends(view, calendar)
        spent = await self.ask(name, trend, **top)
        bins = steps.bins(trend, calendar)
        line = await self.aside(lambda: shares.Timeline.of(spent.to_dicts(), bins))
        self._trends = {strand.value: strand.costs for strand in line.strands if not strand.other}
        self._again()

    def failed(self, words: str) -> None:
        """Say why there are no rows."""
        self.frame = self._order = self.total = None
        self.message(words, "bad")
        self.post_message(self.Answered(self))

    def paint(self, view: View, frame: pl.DataFrame, total: Decimal) -> None:
        """Show the groups of a view, and shares of their total."""
        here = self.current
        keep = self.shown is not None and here is not None and self.shown.group_by == view.group_by
        found, value = self._land if self._land[0] or not keep or here is None else (True, here.get("k0"))
        self._land = (False, None)
        self.shown, self.frame, self.total = view, frame, total
        self._trends = {}
        self._order = self._sorted(frame)
        self._show(self._place_of(value) if found else 0)
        if not frame.height:
            self.message(explorer_words.nothing(view))
        self.post_message(self.Answered(self))

    def on_resize(self, event: Resize) -> None:
        """Give the trend the width that this terminal has for it."""
        del event
        if self.shown is not None and _trend_width(self.app.size.width) != self._trend_width:
            self._again()

    def sort_by(self, key: str, *, down: bool | None = None) -> None:
        """Sort by a column; the same one again turns the order round."""
        first = key != "name"
        turned = not self.sort[1] if key == self.sort[0] else first
        self.sort = (key, turned if down is None else down)
        if self.frame is not None:
            row = self.current
            self._order = self._sorted(self.frame)
            self._show(self._place_of(row["k0"]) if row else 0)

    def values(self, index: int | None = None) -> tuple[str | None, ...] | None:
        """The values of the row under the cursor, one for each dimension; None when there is no row."""
        row = self.current if index is None else self.row(index)
        if row is None or self.shown is None:
            return None
        return tuple(row[f"k{place}"] for place in range(len(self.shown.group_by)))

    def names_of(self, values: tuple[str | None, ...]) -> trail.Names:
        """What the values of a group are called, where they are identifiers."""
        if self.frame is None or self.shown is None or not values:
            return {}
        keys = self.frame.get_column("k0")
        labels = self.frame.get_column("label").filter(keys.eq_missing(values[0])).drop_nulls()
        return {(self.shown.dimension, values[0]): str(labels[0])} if len(labels) else {}

    def marked_sum(self) -> Decimal | None:
        """What the marked rows cost together, exact; None when none is marked."""
        return shares.marked(self._order, self.marked) if self.marked and self._order is not None else None

    def ordered(self) -> pl.DataFrame | None:
        """The answer in the order on screen, for copying and export."""
        return self._order

    def taken(self) -> pl.DataFrame | None:
        """The answer in the order on screen under names people know, for copying and export."""
        view, order = self.shown, self._order
        if view is None or order is None:
            return None
        columns = {f"k{place}": name for place, name in enumerate(view.group_by)}
        if order.get_column("label").null_count() < order.height:
            columns["label"] = f"{view.dimension}_name"
        if "currency" not in view.group_by:
            columns["currency"] = "currency"
        columns["cost"] = "cost"
        if view.compared is not None:
            columns |= {"now": "compared", "before": "before"}
        columns["n"] = "lines"
        return order.select(list(columns)).rename(columns)

    def _sorted(self, frame: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        key, down = self.sort
        name = pl.coalesce("label", "k0").fill_null("").str.to_lowercase()
        by = {"delta": pl.col("now") - pl.col("before"), "name": name}.get(key, pl.col(key))
        return frame.sort(by, descending=down, maintain_order=True)

    def _place_of(self, value: str | None) -> int:
        if self._order is None:
            return 0
        keys = self._order.get_column("k0")
        found = keys.eq_missing(value).arg_true()
        return int(found[0]) if len(found) else 0

    def _again(self) -> None:
        """Show the same rows with their trends, cursor and marks where they were."""
        if self._order is None or not self._order.height:
            return
        marks = self.marked
        self._show(self.cursor)
        self.marked = marks

    def _show(self, cursor: int) -> None:
        view, order = self.shown, self._order
        if view is None or order is None:
            return
        rows = Window(order.height, self._fetch)
        self._trend_width = _trend_width(self.app.size.width)
        self.show(_columns(view, self._most(), self._trend_width), rows, sort=self.sort, cursor=cursor)

    def _most(self) -> Decimal | None:
        return shares.largest(self._order) if self._order is not None else None

    def _fetch(self, start: int, stop: int) -> Sequence[Mapping[str, Any]]:
        if self._order is None or self.shown is None:
            return []
        return [self._row(row, self.shown) for row in self._order[start:stop].to_dicts()]

    def _row(self, row: dict[str, Any], view: View) -> dict[str, Any]:
        values = [row[f"k{place}"] for place in range(len(view.group_by))]
        row |= trail.cells(view.group_by, values, row["label"])
        row["delta"] = shares.difference(row["now"], row["before"])
        row["change"] = (row["now"], row["before"])
        row["share"] = shares.share(row["cost"], self.total)
        row["spark"] = self._trends.get(row["k0"], ())
        row["bar"] = row["cost"]
        if row["k0"] is None:
            row["tone"] = "muted"
        return row


def _trend_width(terminal: int) -> int:
    """Cells for the trend on a terminal so wide."""
    return 12 if terminal < 100 else 16 if terminal < 160 else questions.TREND_BINS


def _columns(view: View, most: Decimal | None, trend: int) -> list[Column]:
    """The columns for a view; without a comparison there is no change to show."""
    first = [
        Column(trail.cell(place), trail.title(name), 14, flex=3) for place, name in enumerate(view.group_by)
    ]
    code = view.currency or ""
    change = [
        Column("delta", "Change", 11, kind="delta", currency=code),
        Column("change", "Δ%", 7, kind="change"),
    ]
    return [
        *first,
        Column("cost", "Cost", 13, kind="money", currency=code),
        *(change if view.compared is not None else ()),
        Column("share", "Share", 6, kind="percent"),
        *((Column("spark", "Trend", trend, kind="spark"),) if len(view.group_by) == 1 else ()),
        Column("bar", "", 10, flex=1, kind="bar", maximum=most, min_terminal_width=100),
        Column("n", "Lines", 9, kind="number", min_terminal_width=140),
    ]
