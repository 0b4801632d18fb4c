"""What a cost is: which of the four cost bases, and which charge categories count, each with its money."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from finops_tui.queries import filters
from finops_tui.queries.amounts import grouped, per_currency
from finops_tui.queries.view import BASES, CATEGORIES, View
from finops_tui.screens.desk import DeskError
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column
from finops_tui.screens.window import Choices, Window, amounts_text, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from textual.app import ComposeResult

    from finops_tui.screens.desk import Desk

BASIS_WORDS: Final[dict[str, str]] = {
    "billed": "what the invoice says",
    "effective": "commitments spread over their use",
    "contracted": "at the negotiated price",
    "list": "at the public price",
}

CATEGORY_WORDS: Final[dict[str, str]] = {
    "usage": "what was consumed",
    "purchase": "commitments, subscriptions",
    "tax": "",
    "credit": "vouchers and grants",
    "adjustment": "whatever the others are not",
    "refund": "corrections of old charges",
}

_HINT: Final = (
    "space or click change · letter or 1-4 too · "
    "[@click=screen.apply()]enter apply[/] · [@click=screen.leave()]esc leave[/]"
)


def category_of_row(row: Mapping[str, object]) -> str:
    """The word of a row's ChargeCategory (`k0`), or '' for one that FOCUS does not know."""
    return next((w for w, value in CATEGORIES.items() if w != "refund" and value == row["k0"]), "")


class BasisPicker(Window[View]):
    """Choose the cost basis and the charge categories that count."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "apply", "apply", show=False),
        Binding("space", "change", "change", show=False),
        Binding("down,j", "step(1)", "down", show=False),
        Binding("up,k", "step(-1)", "up", show=False),
        *(Binding(str(n), f"change_row({n - 1})", name, show=False) for n, name in enumerate(BASES, start=1)),
        *(
            Binding(name[0], f"change_row({n})", name, show=False)
            for n, name in enumerate(CATEGORIES, start=len(BASES) + 1)
        ),
    ]

    def __init__(self, desk: Desk, view: View) -> None:
        """Open over a view.

        Args:
            desk: Answers questions.
            view: What is looked at now.
        """
        super().__init__(desk)
        self.view = view
        self.basis = view.basis
        self.counted = frozenset(view.included or CATEGORIES) - view.excluded
        self._at_first = self.counted
        self._bases: dict[str, str] = {}
        self._categories: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """The list and the line below."""
        with Vertical(id="box") as box:
            box.border_title = "What counts as cost"
            yield Choices(self.desk.look, id="choices")
            yield Static(Content.from_markup(spoken(_HINT, self.desk.look)), id="message")

    def on_mount(self) -> None:
        """Show what counts now, and ask what each of it comes to."""
        self.rows.styles.height = len(BASES) + len(CATEGORIES) + 2
        self.list_rows(cursor=list(BASES).index(self.basis))
        self.ask_amounts()

    @property
    def rows(self) -> Choices:
        """The list: the bases, a heading, the categories."""
        return self.query_one("#choices", Choices)

    def list_rows(self, cursor: int) -> None:
        """Write the rows anew."""
        bases = [
            {
                "title": f"{n} ({'*' if name == self.basis else ' '}) {name}",
                "words": BASIS_WORDS[name],
                "cost": self._bases.get(name, "..."),
                "tone": "strong" if name == self.basis else "",
            }
            for n, name in enumerate(BASES, start=1)
        ]
        categories = [
            {
                "title": f"{name[0]} [{'x' if name in self.counted else ' '}] {name}",
                "words": CATEGORY_WORDS[name],
                "cost": self._categories.get(name, "..."),
                "tone": "strong" if name in self.counted else "muted",
            }
            for name in CATEGORIES
        ]
        middle = {"title": "Charges", "words": "", "cost": f"{self.basis} cost", "tone": "accent"}
        rows = [*bases, middle, *categories]
        width = max(len(above := "of what counts below"), *(len(row["cost"]) for row in rows))
        columns = (
            Column("title", "Cost basis", 16),
            Column("words", "", 16, flex=1),
            Column("cost", above, width, align="right"),
        )
        self.rows.show(columns, rows, cursor=cursor)

    @work(exclusive=True)
    async def ask_amounts(self) -> None:
        """Ask what the slice costs in each basis, and what each category adds in the chosen one."""
        rows, _ = filters.split(self.view.filter) if self.view.filter is not None else (None, None)
        everything = replace(
            self.view,
            compared=None,
            filter=rows,
            included=frozenset(),
            excluded=frozenset(),
            basis=self.basis,
        )
        counted = everything.without(set(CATEGORIES) - self.counted)
        currencies = self.desk.calendar.currencies if self.desk.calendar is not None else ()
        try:
            for basis in BASES:
                frame = await self.desk.ask("total", replace(counted, basis=basis))
                self._bases[basis] = amounts_text(per_currency(frame.to_dicts()), currencies)
            frame = await self.desk.ask("by_key", everything.regroup("category", "ChargeClass"))
        except DeskError as error:
            self.say(str(error), bad=True)
            return
        answer = frame.to_dicts()
        sums: dict[str, dict[str, Decimal]] = grouped(answer, category_of_row)
        sums["refund"] = per_currency(row for row in answer if row["k1"] == CATEGORIES["refund"])
        self._categories = {
            name: amounts_text(sums.get(name, {}), currencies) or "none" for name in CATEGORIES
        }
        self.list_rows(self.rows.cursor)

    def change(self, index: int) -> None:
        """Choose the basis of a row, or let its category count or not."""
        if 0 <= index < len(BASES):
            self.basis = list(BASES)[index]
        elif 0 <= (place := index - len(BASES) - 1) < len(CATEGORIES):
            self.counted ^= {list(CATEGORIES)[place]}
        self.list_rows(index)
        self.ask_amounts()

    @on(VTable.RowSelected, "#choices")
    def change_clicked(self, event: VTable.RowSelected) -> None:
        """A click changes the row."""
        self.change(event.index)

    def action_change(self) -> None:
        """Change the row under the cursor."""
        self.change(self.rows.cursor)

    def action_change_row(self, index: int) -> None:
        """Change a row by its number or letter."""
        self.change(index)

    def action_step(self, by: int) -> None:
        """Move, over the heading."""
        rows = self.rows
        last = len(BASES) + len(CATEGORIES)
        to = rows.cursor + by
        if to == len(BASES):
            to += by
        rows.move_to(max(0, min(to, last)))

    def action_apply(self) -> None:
        """Leave with the view that counts this way."""
        view = replace(self.view, basis=self.basis)
        if self.counted != self._at_first:
            view = view.without(set(CATEGORIES) - self.counted)
        self.dismiss(view)
