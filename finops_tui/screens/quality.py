"""Can it be trusted: every check with the money at stake, and the way to the rows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work

from finops_tui.queries import quality
from finops_tui.queries.buckets import describe
from finops_tui.queries.view import View
from finops_tui.screens import trail
from finops_tui.screens.desk import DeskError
from finops_tui.screens.keys import bindings
from finops_tui.screens.line import Part
from finops_tui.screens.line_items import LineItems, RecordScreen
from finops_tui.screens.page import Page, SortedTable
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column
from finops_tui.screens.window import amounts_text

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from finops_tui.queries.quality import Finding
    from finops_tui.screens.desk import Desk

COLUMNS: Final = (
    Column("state", "State", 5),
    Column("title", "Should hold", 34, flex=2),
    Column("broken", "Broken", 9, kind="number"),
    Column("amounts", "At stake", 19, align="right"),
    Column("words", "Found", 30, flex=3, min_terminal_width=110),
)

TONES: Final = {quality.FAIL: "warn", quality.OPEN: "muted", quality.HOLDS: "good"}
ROWS: Final = 500
"""Line items that are listed behind a finding, the dearest."""

BEHIND: Final = {"late": "days", "twice": "sources", "aside": "sources"}
"""Findings whose rows are not line items, and what shows them."""


class QualityScreen(Page[View]):
    """The checks over a period; dismissed with a view to explore, or None."""

    where: ClassVar[str] = "quality"
    BINDINGS: ClassVar[list[BindingType]] = bindings("quality")

    def __init__(self, desk: Desk, view: View) -> None:
        """Open over the explorer.

        Args:
            desk: Answers questions.
            view: Its period and filters are looked at; its groups are not.
        """
        super().__init__(desk)
        self.view = View(view.period, path=view.path, filter=view.filter, group_by=(), dataset=view.dataset)
        self.findings: list[Finding] = []

    def body(self) -> ComposeResult:
        """The checks."""
        yield SortedTable(self.desk.look, id="checks", empty="asking…")

    def on_mount(self) -> None:
        """Ask every check."""
        self.show_top([Part("Quality", "strong", 0)], [Part(trail.days(self.view.period), "", 0)])
        self.checks.focus()
        self.ask_checks()

    @property
    def target(self) -> str:
        """The currency that costs are converted to, or '' without rates."""
        rates, calendar = self.desk.rates, self.desk.calendar
        return "" if rates is None or calendar is None else rates.goal(calendar.currencies)

    @property
    def checks(self) -> SortedTable:
        """The table."""
        return self.query_one("#checks", SortedTable)

    def data_changed(self) -> None:
        """Ask again: there is newer data."""
        self.ask_checks()

    @work(exclusive=True, group="quality")
    async def ask_checks(self) -> None:
        """Ask, and list what failed first."""
        ask, view = self.desk.ask, self.view
        try:
            answers = await asyncio.gather(
                *(ask(name, view, **given) for name, given in quality.QUESTIONS.items())
            )
        except DeskError as error:
            self.checks.message(str(error))
            return
        rate = await self.ask_rate()
        until = self.desk.calendar.complete_until if self.desk.calendar is not None else view.period.until
        bills = [
            quality.Bill(
                one.source,
                one.account,
                one.period,
                {code: Decimal(text) for code, text in one.billed.items()},
                one.records,
                one.quarantined,
            )
            for one in self.desk.loaded
        ]
        self.findings = quality.findings(
            dict(zip(quality.QUESTIONS, answers, strict=True)), bills, until, rate
        )
        self.list_findings()

    async def ask_rate(self) -> Finding | None:
        """Ask for money that no rate converts, where rates are known."""
        if not self.target:
            return None
        view = replace(self.view, group_by=("currency",), converted=self.target)
        try:
            return quality.of_rates(await self.desk.ask("by_key", view), self.target)
        except DeskError as error:
            self.say(str(error), "bad")
            return None

    def list_findings(self) -> None:
        """List the findings."""
        currencies = self.desk.calendar.currencies if self.desk.calendar is not None else ()
        rows = [
            {
                "state": one.state,
                "title": one.title,
                "broken": one.broken,
                "amounts": amounts_text(one.amounts, currencies) if one.amounts else "",
                "words": one.words,
                "tone": TONES[one.state],
                "place": place,
            }
            for place, one in enumerate(self.findings)
        ]
        self.checks.list_rows(COLUMNS, rows)
        failed = sum(one.state == quality.FAIL for one in self.findings)
        held = sum(one.state == quality.HOLDS for one in self.findings)
        self.show_state(
            [], [Part(f"{failed} failed, {held} hold, over {describe(self.view.period)}", "muted", 0)]
        )

    @on(VTable.RowHighlighted, "#checks")
    def show_words(self) -> None:
        """Say what was found, where the column has no place for it."""
        finding = self.current()
        if finding is not None:
            failed = sum(one.state == quality.FAIL for one in self.findings)
            self.show_state([Part(finding.words, "", 0)], [Part(f"{failed} failed", "muted", 1)])

    def current(self) -> Finding | None:
        """The finding under the cursor."""
        row = self.checks.current
        return self.findings[row["place"]] if row is not None else None

    @on(VTable.RowSelected, "#checks")
    def open_rows(self) -> None:
        """The rows behind a finding."""
        finding = self.current()
        if finding is None:
            return
        if finding.state == quality.HOLDS or not finding.broken:
            self.say("nothing is wrong here")
        elif finding.name in {"tag keys", "tag values"}:
            self.say(f"{finding.words}: d in the explorer groups by a tag")
        elif finding.name == "commitment":
            self.dismiss(self.view.regroup("commitment"))
        elif finding.name == "rate":
            code = next(iter(finding.amounts), None)
            self.dismiss(replace(self.view, group_by=("service",), currency=code, converted=self.target))
        elif finding.name in BEHIND:
            where = "the last days of the trend" if BEHIND[finding.name] == "days" else "Sources"
            self.say(f"{finding.words}: see {where}")
        else:
            self.app.push_screen(BehindFinding(self.desk, self.view, finding))


class BehindFinding(Page[None]):
    """Line items that a check did not hold for, dearest first."""

    where: ClassVar[str] = "finding"
    BINDINGS: ClassVar[list[BindingType]] = bindings("finding")

    def __init__(self, desk: Desk, view: View, finding: Finding) -> None:
        """Open over the checks."""
        super().__init__(desk)
        self.view = view
        self.finding = finding

    def body(self) -> ComposeResult:
        """The line items."""
        yield LineItems(self.desk.look, id="items")

    def on_mount(self) -> None:
        """Ask for them."""
        self.show_top([Part("Quality", "strong", 1), Part(f"▸ not so: {self.finding.title}", "accent", 0)])
        self.items.focus()
        self.ask_items()

    @property
    def items(self) -> LineItems:
        """The table."""
        return self.query_one(LineItems)

    @work(exclusive=True, group="finding")
    async def ask_items(self) -> None:
        """Ask, and list them."""
        try:
            frame = await self.desk.ask(
                "quality_rows", self.view, name=self.finding.name, tolerance=quality.TOLERANCE, limit=ROWS
            )
        except DeskError as error:
            self.items.message(str(error))
            return
        self.items.list_items(frame)
        more = (
            f"the dearest {ROWS} of {self.finding.broken:,}"
            if self.finding.broken > ROWS
            else f"{frame.height:,} rows"
        )
        self.show_state([], [Part(more, "muted", 0)])

    @on(VTable.RowSelected)
    def open_record(self) -> None:
        """One of them, column by column."""
        row = self.items.current
        if row is not None and self.items.answer is not None:
            self.app.push_screen(RecordScreen(self.desk, self.items.answer.row(int(row["#"]), named=True)))

    def export_name(self) -> str:
        """What an exported table is called at first."""
        return f"quality-{self.finding.name}"
