"""The page of one change without its ways on: what there is to say, the parts, who drove each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.widgets import Static

from finops_tui.queries import explain_words, markers
from finops_tui.queries.explain import explain
from finops_tui.queries.explain_parts import PARTS
from finops_tui.queries.explain_steps import ENDS, listed, way
from finops_tui.screens import explain_table, money, steps
from finops_tui.screens.asking import StaleError
from finops_tui.screens.cells import written
from finops_tui.screens.desk import DeskError
from finops_tui.screens.keys import bindings
from finops_tui.screens.line import Line, Part
from finops_tui.screens.page import SortedTable
from finops_tui.screens.sliced import SlicedPage
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.waterfall import Waterfall

if TYPE_CHECKING:
    from pathlib import PurePath

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from finops_tui.queries.explain import Driver, Explanation
    from finops_tui.queries.markers import Began
    from finops_tui.queries.view import Period, View
    from finops_tui.screens.desk import Desk

DRIVERS: Final = 1000
"""Groups that are listed, the largest contributions; the rest is one row."""

WIDE: Final = 150
"""Columns from which on each part has its meaning beside it."""

LAST: Final = ("usage", "sku", "pricing", "category")
"""What is told apart in what has no groups to go into any more."""


def onward(view: View) -> tuple[str, ...]:
    """The dimensions that may tell more about a view, beside those it is grouped by or has gone into."""
    gone = {condition.dimension for condition in view.path if not condition.excluded} | set(view.group_by)
    return tuple(name for name in dict.fromkeys((*steps.onward(view), *LAST)) if name not in gone)


def grouped_on(view: View) -> View:
    """The view grouped by the next dimension; by the last one it was grouped by, where there is none left."""
    ways = onward(view)
    return view.regroup(ways[0]) if ways else view


class ExplainCore(SlicedPage):
    """The page of one change; dismissed with a view to explore, or None.

    Attributes:
        words: What the change is of, step by step.
        match: What counts as the same thing: a resource's usage, or a usage whatever the resource.
        one: The explanation on screen.
        part: The part whose drivers are listed; None for the whole change.
        events: When drivers began to change and what happened then; None where no events are known.
    """

    where: ClassVar[str] = "explain"
    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = [
        "common.tcss",
        "page.tcss",
        "explain.tcss",
    ]
    BINDINGS: ClassVar[list[BindingType]] = bindings("explain")

    def __init__(
        self,
        desk: Desk,
        view: View,
        *,
        words: tuple[str, ...] = (),
        against: Period | None = None,
        raw: bool = False,
        match: str = "resource",
    ) -> None:
        """Open over another screen.

        Args:
            desk: Answers questions.
            view: The slice whose change is meant, in the later period, grouped by what drives it.
            words: What it is called, step by step.
            against: The earlier period; None for the like-for-like one.
            raw: Whether days still arriving are taken along.
            match: What counts as the same thing.
        """
        super().__init__(desk, view, against, raw=raw)
        self.words = words
        self.match = match
        self.one: Explanation | None = None
        self.part: str | None = None
        self.events: dict[tuple[str | None, ...], Began] | None = None
        self._grouping_chosen = False

    def body(self) -> ComposeResult:
        """What there is to say, the parts, and who drove them."""
        look = self.desk.look
        yield Static(id="story", classes="facts", markup=False)
        yield Line(look, id="cover")
        yield Waterfall(look, id="parts")
        yield SortedTable(look, id="drivers", empty="asking…")

    def on_mount(self) -> None:
        """Ask, with the cursor on the parts."""
        super().on_mount()
        self.parts.focus()

    @property
    def parts(self) -> Waterfall:
        """The waterfall."""
        return self.query_one(Waterfall)

    @property
    def drivers(self) -> SortedTable:
        """The table of drivers."""
        return self.query_one(SortedTable)

    def say_where(self) -> None:
        """Say what is explained."""
        crumbs = " ▸ ".join(self.words or ("Everything",))
        left = [Part("Why ▸", "muted", 9), Part(crumbs, "accent", 0, tail=True)]
        self.show_top(left, self.conditions())

    def sliced(self) -> None:
        """Somebody chose what to group by: it is not chosen for them any more."""
        self._grouping_chosen = True

    # Asking

    async def answer(self, view: View) -> None:
        """Ask, take the change apart, and show it; what has one group only is told apart by another dimension."""
        ways = (
            (view.group_by,)
            if self._grouping_chosen
            else (view.group_by, *((name,) for name in onward(view)))
        )
        first = await self._explained(view)
        found, shown = first, view
        for way_ in ways[1:]:
            if any(len(one.drivers) > 1 for one in found) or not found:
                break
            shown = view.regroup(*way_)
            found = await self._explained(shown)
        if all(len(one.drivers) < 2 for one in found):
            found, shown = first, view
        self.base, self.view = self.base.regroup(*shown.group_by), shown
        self.one = next((one for one in found if one.currency == view.currency), None)
        self._show(shown)

    @work(exclusive=True, group="events")
    async def ask_events(self, one: Explanation, view: View) -> None:
        """Ask when the largest drivers began to change, and show what happened then."""
        if self.desk.markers is None or not one.drivers:
            return
        read, problems = await self.desk.markers()
        if problems:
            self.say("; ".join(problems), "warn")
        events = markers.within(read, markers.span(view))
        if not events or one is not self.one:
            return
        drivers = one.drivers[: markers.DRIVERS]
        resources = markers.resources_of(view, drivers, events)
        try:
            days = await self.ask("by_bucket", markers.days_of(view, drivers))
            named = await self.ask("by_key", resources) if resources is not None else None
            found = await self.aside(lambda: markers.began(view, drivers, events, days, named))
        except (StaleError, DeskError):
            return
        self.events = found
        self.list_drivers(one, view)

    async def _explained(self, view: View) -> tuple[Explanation, ...]:
        frame = await self.ask("explain", view, match=self.match)
        return await self.aside(lambda: explain(frame, view))

    def failed(self, words: str) -> None:
        """Say why there is no explanation."""
        self.one = None
        self.query_one("#cover", Line).show(())
        self._nothing(f"{words} t and T choose the two periods.")

    def _nothing(self, words: str) -> None:
        """Say why there is nothing to show, over as many lines as it takes."""
        self._tell(words)
        self.parts.styles.height = 0
        self.parts.show((), currency="")
        self.drivers.message("Nothing to explain.")

    def _show(self, view: View) -> None:
        one, compared, calendar = self.one, view.compared, self.desk.calendar
        if compared is None or calendar is None:
            return
        note = explain_words.coverage(calendar, compared)
        same = "a resource's usage" if self.match == "resource" else "a usage, whatever the resource"
        self.query_one("#cover", Line).show(
            [
                Part("masked" if one is not None and (one.masked or one.offsetting) else "", "warn", 0),
                Part(note, "warn" if self.raw else "muted", 0),
            ],
            [Part(f"same thing: {same}", "muted", 5)],
        )
        if one is None:
            self._nothing("Nothing was charged in either period: t and T choose others, C another currency.")
            return
        self._tell(" ".join(explain_words.sentences(one, compared, money.amount)))
        shown = way(one, money.currency(one.currency).decimals)
        names = [step.name for step in shown]
        self.part = self.part if self.part in names else None
        at = names.index(self.part) if self.part else 0
        self.parts.styles.height = len(shown)
        wide = self.size.width >= WIDE
        titles = {name: f"{name} · {PARTS[name]}" for name in names if wide and PARTS.get(name, name) != name}
        self.parts.show(shown, currency=one.currency, titles=titles, cursor=at)
        self.events = None
        self.list_drivers(one, view)
        self.ask_events(one, view)

    def _tell(self, text: str) -> None:
        self.query_one("#story", Static).update(written(text, self.desk.look))

    # The drivers of a part

    @on(Waterfall.CursorMoved)
    def choose_part(self) -> None:
        """List the drivers of the part under the cursor."""
        step = self.parts.current
        part = None if step is None or step.name in ENDS else step.name
        if part != self.part and self.one is not None and self.view is not None:
            self.part = part
            self.list_drivers(self.one, self.view)

    @work(exclusive=True, group="drivers")
    async def list_drivers(self, one: Explanation, view: View) -> None:
        """Rank the groups by what they add to the part, beside the event loop: there may be many."""
        part = self.part
        try:
            ranked, rest = await self.aside(lambda: listed(one, part, DRIVERS))
        except StaleError:
            return
        if part != self.part or one is not self.one:
            return
        table = self.drivers
        table.sorted_by = None
        rows = explain_table.rows(view, one, part, ranked, rest=rest, events=self.events)
        table.list_rows(explain_table.columns(view, one, part, marked=self.events is not None), rows)
        if not ranked:
            table.message(f"No group has a part in {part or 'this change'}.")
        self.show_chosen()

    @on(VTable.RowHighlighted)
    def show_chosen(self) -> None:
        """Say what the part and the row under the cursor are."""
        left = [Part(f"{self.part}: {PARTS[self.part]}", "accent", 0)] if self.part else []
        if not left and self.one is not None:
            left = [Part("the whole change: move to a part for its drivers", "muted", 1)]
        row = self.drivers.current if self.focused is self.drivers else None
        if row is not None and row.get("began"):
            left = [Part(str(row["began"]), "accent", 0)]
        count = self.drivers.count
        cut = "bars do not begin at 0" if self.parts.cut else ""
        left.append(Part("Enter: rows behind it · x: why", "muted", 4))
        self.show_state(
            left, [Part(cut, "muted", 2), Part(f"{count:,} {'row' if count == 1 else 'rows'}", "muted", 1)]
        )

    def driver(self) -> Driver | None:
        """The driver under the cursor, when the table has the focus."""
        row = self.drivers.current if self.focused is self.drivers else None
        return row.get("driver") if row is not None else None
