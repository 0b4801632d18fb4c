"""Groups ranked by cost: a bar each, with its amount, its share and its change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from finops_tui.screens import money
from finops_tui.screens.cells import fit, strip, written
from finops_tui.screens.glyphs import glyphs
from finops_tui.screens.palette import delta_style, palette
from finops_tui.screens.widgets.bar_rows import BarRows
from finops_tui.screens.widgets.sparks import length

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from finops_tui.screens.color import Look


@dataclass(frozen=True, slots=True)
class Ranked:
    """One group.

    Attributes:
        label: Its name, as it is in the data.
        value: Its cost.
        share: Its part of the total, as a fraction.
        change: `(now, before)`, a fraction, or None for nothing to compare.
    """

    label: str
    value: Decimal
    share: Decimal | None = None
    change: money.Change = None


@dataclass(frozen=True, slots=True)
class _Widths:
    """Cells of a row and of each part of it, and where zero is within the bar."""

    whole: int
    label: int
    bar: int
    value: int
    share: int
    change: int
    zero: int
    unit: float


@dataclass
class RankingMessage(Message):
    """Something a ranking tells."""

    ranking: Ranking
    index: int

    @property
    def control(self) -> Ranking:
        """The ranking."""
        return self.ranking


class Ranking(BarRows):
    """Horizontal bars, one row each; amounts below zero go to the left of zero."""

    @dataclass
    class CursorMoved(RankingMessage):
        """The cursor is on another bar."""

    @dataclass
    class BarSelected(RankingMessage):
        """Enter or a double click on a bar."""

    def __init__(self, look: Look, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Build an empty ranking.

        Args:
            look: Colours and characters.
            id: Textual id.
            classes: Textual classes.
        """
        super().__init__(look, id=id, classes=classes)
        self._rows: Sequence[Ranked] = ()
        self._currency = ""
        self._widths: _Widths | None = None

    def show(self, rows: Sequence[Ranked], *, currency: str, cursor: int = 0) -> None:
        """Replace what is ranked.

        Args:
            rows: The groups, in order.
            currency: Currency of all the amounts.
            cursor: Row to put the cursor on.
        """
        self._rows, self._currency = rows, currency
        self.set_reactive(Ranking.cursor, max(0, min(cursor, len(rows) - 1)))
        self.lay_out()
        self.keep_in_sight()

    @property
    def count(self) -> int:
        """How many groups there are."""
        return len(self._rows)

    def select(self) -> None:
        """Tell that the bar under the cursor was chosen."""
        self.post_message(self.BarSelected(self, self.cursor))

    def tell_moved(self) -> None:
        """Tell that the cursor is on another row."""
        self.post_message(self.CursorMoved(self, self.cursor))

    def lay_out(self) -> None:
        """Measure anew for the rows and the width, and draw."""
        self._widths = None
        self.virtual_size = Size(self.size.width, len(self._rows))
        self.refresh()

    def _measured(self) -> _Widths:
        """Share the width: figures first, then names, the rest to the bars."""
        width = self.size.width
        if self._widths is not None and self._widths.whole == width:
            return self._widths
        value = max((cell_len(self._value(row)) for row in self._rows), default=0)
        share = 7 if width >= 50 and any(row.share is not None for row in self._rows) else 0
        change = 9 if width >= 40 and any(row.change is not None for row in self._rows) else 0
        longest = max((cell_len(written(row.label[:80], self.look)) for row in self._rows), default=0)
        label = max(4, min(longest, (width - value - share - change) * 2 // 5))
        bar = max(0, width - label - value - share - change - 4)
        sizes = [length(row.value) or 0.0 for row in self._rows]
        high, low = max([0.0, *sizes]), min([0.0, *sizes])
        unit = (high - low) / bar if bar else 0.0
        zero = round(-low / unit) if unit else 0
        self._widths = _Widths(width, label, bar, value, share, change, zero, unit)
        return self._widths

    def _value(self, row: Ranked) -> str:
        return written(money.amount(row.value, self._currency), self.look)

    def render_line(self, y: int) -> Strip:
        """Draw one row in sight."""
        index = y + self.scroll_offset.y
        width = self.size.width
        if index < len(self._rows):
            line = self._row(index)
        elif not self._rows and y == 0:
            line = strip([(fit("  Nothing to rank", width, self.look), palette(self.look).muted)])
        else:
            line = Strip.blank(width)
        return line.adjust_cell_length(width).apply_style(self.rich_style)

    def _row(self, index: int) -> Strip:
        row, sizes, colors = self._rows[index], self._measured(), palette(self.look)
        signs = glyphs(self.look)
        here = index == self.cursor
        whole = (colors.cursor if self.has_focus else colors.cursor_blurred) if here else ""
        gutter = signs.pointer if here and self.look.ansi else " "
        parts = [
            (gutter, whole),
            (fit(row.label, sizes.label, self.look), whole or colors.text),
            (" ", whole),
            (
                self._bar(row, sizes),
                whole or (colors.credit if (length(row.value) or 0.0) < 0 else colors.bar),
            ),
            (" ", whole),
            (self._value(row).rjust(sizes.value), whole or colors.text),
        ]
        if sizes.share:
            parts.append(
                (fit(money.percent(row.share), sizes.share, self.look, "right"), whole or colors.muted)
            )
        if sizes.change:
            text = "" if row.change is None else money.change_percent(row.change)
            rise = 1.0 if text == money.NEW else length(money.change_fraction(row.change)) or 0.0
            how = delta_style(self.look, rise)
            parts.append((fit(text, sizes.change, self.look, "right"), whole or how))
        return strip([*parts, (" ", whole)])

    def _bar(self, row: Ranked, sizes: _Widths) -> str:
        """The bar, from zero to the right or to the left."""
        amount = length(row.value)
        if not amount or not sizes.unit:
            return " " * sizes.bar
        cells = max(1, round(abs(amount) / sizes.unit))
        signs = glyphs(self.look)
        if amount > 0:
            return f"{' ' * sizes.zero}{signs.bar * min(cells, sizes.bar - sizes.zero)}".ljust(sizes.bar)
        sign = signs.credit if self.look.depth == "none" else signs.bar
        return f"{(sign * min(cells, max(sizes.zero, 1))).rjust(sizes.zero)}".ljust(sizes.bar)[: sizes.bar]
