"""One loaded unit: its figures in full, and the files it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Static

from finops_tui.queries.amounts import written_sums
from finops_tui.queries.view import BILL, DATASETS
from finops_tui.screens import money
from finops_tui.screens.safe_text import cell
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column
from finops_tui.screens.window import ListWindow, amounts_text, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from finops_tui.screens.desk import Desk, Loaded

COLUMNS = (Column("name", "", 14), Column("value", "", 40, flex=1))


class UnitScreen(ListWindow[None]):
    """A window with all there is to say of a unit."""

    def __init__(self, desk: Desk, unit: Loaded, currencies: Sequence[str]) -> None:
        """Open over the sources.

        Args:
            desk: Its look.
            unit: The unit.
            currencies: Currencies, the most important first.
        """
        super().__init__(desk)
        self.unit = unit
        self.currencies = currencies

    def compose(self) -> ComposeResult:
        """The figures and files, in a table that scrolls."""
        with Vertical(id="box") as box:
            box.border_title = "Loaded unit"
            yield VTable(self.desk.look, id="facts")
            yield Static(cell(spoken("↑↓ scroll · esc back", self.desk.look)), id="message")

    def on_mount(self) -> None:
        """List what there is."""
        unit = self.unit
        facts = [
            ("account", unit.account),
            ("period", unit.period),
            ("source", unit.source),
            ("format", unit.format),
            *([("dataset", f"{unit.dataset}: {DATASETS[unit.dataset]}")] if unit.dataset != BILL else ()),
            ("days", f"{unit.first_day} – {unit.last_day}"),
            ("loaded", unit.loaded_at),
            ("records", money.number(unit.records)),
            ("lines", money.number(unit.lines)),
            ("quarantined", money.number(unit.quarantined)),
            *self._totals("billed", unit.billed),
            *self._totals("effective", unit.effective),
            *(("file" if not place else "", path) for place, path in enumerate(unit.files)),
        ]
        table = self.query_one(VTable)
        table.styles.height = min(len(facts) + 1, 40)
        table.show(COLUMNS, [{"name": name, "value": value} for name, value in facts])
        table.focus()

    def _totals(self, name: str, totals: object) -> list[tuple[str, str]]:
        sums = written_sums([totals]) if isinstance(totals, dict) else {}
        return [(name, amounts_text(sums, self.currencies) or "—")]
