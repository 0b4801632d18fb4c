"""A change as a waterfall: from before to now, one row per part, each bar beginning where the last one ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from finops_tui.queries.explain_steps import ENDS
from finops_tui.screens import money
from finops_tui.screens.cells import fit, strip, written
from finops_tui.screens.glyphs import glyphs
from finops_tui.screens.palette import delta_style, palette
from finops_tui.screens.widgets.bar_rows import BarRows
from finops_tui.screens.widgets.sparks import length

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finops_tui.queries.explain_steps import Step
    from finops_tui.screens.color import Look

CUT = 0.5
"""From this part of the largest cost on, what lies below every step is cut off, and said to be."""


@dataclass(frozen=True, slots=True)
class _Widths:
    """Cells of a row and of its parts; what the bars begin at and what a cell is worth."""

    whole: int
    label: int
    bar: int
    value: int
    share: int
    low: float
    unit: float
    cut: bool


@dataclass
class WaterfallMessage(Message):
    """Something a waterfall tells."""

    waterfall: Waterfall
    index: int

    @property
    def control(self) -> Waterfall:
        """The waterfall."""
        return self.waterfall


class Waterfall(BarRows):
    """The steps of a change, one row each, with a cursor."""

    @dataclass
    class CursorMoved(WaterfallMessage):
        """The cursor is on another step."""

    @dataclass
    class StepSelected(WaterfallMessage):
        """Enter or a double click on a step."""

    def __init__(self, look: Look, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Build an empty waterfall.

        Args:
            look: Colours and characters.
            id: Textual id.
            classes: Textual classes.
        """
        super().__init__(look, id=id, classes=classes)
        self.steps: Sequence[Step] = ()
        self._titles: Mapping[str, str] = {}
        self._currency = ""
        self._widths: _Widths | None = None

    def show(
        self,
        steps: Sequence[Step],
        *,
        currency: str,
        titles: Mapping[str, str] | None = None,
        cursor: int = 0,
    ) -> None:
        """Replace what is shown.

        Args:
            steps: Before, the parts, now.
            currency: Currency of all the amounts.
            titles: What steps are called instead of their names.
            cursor: Row to put the cursor on.
        """
        self.steps, self._currency, self._titles = steps, currency, titles or {}
        self.set_reactive(Waterfall.cursor, max(0, min(cursor, len(steps) - 1)))
        self.lay_out()
        self.keep_in_sight()

    @property
    def count(self) -> int:
        """How many steps there are."""
        return len(self.steps)

    @property
    def current(self) -> Step | None:
        """The step under the cursor."""
        return self.steps[self.cursor] if self.steps else None

    def select(self) -> None:
        """Tell that the step under the cursor was chosen."""
        self.post_message(self.StepSelected(self, self.cursor))

    def tell_moved(self) -> None:
        """Tell that the cursor is on another row."""
        self.post_message(self.CursorMoved(self, self.cursor))

    def lay_out(self) -> None:
        """Measure anew for the rows and the width, and draw."""
        self._widths = None
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.steps))
        self.refresh()

    def _measured(self) -> _Widths:
        """Share the width: figures first, then names, the rest to the bars."""
        width = self.scrollable_content_region.width
        if self._widths is not None and self._widths.whole == width:
            return self._widths
        value = max((cell_len(self._value(step)) for step in self.steps), default=0)
        share = 9 if width >= 60 and any(step.share is not None for step in self.steps) else 0
        longest = max((cell_len(written(self._title(step), self.look)) for step in self.steps), default=0)
        label = min(longest, max(width - value - share - 3, 4))
        bar = max(0, width - label - value - share - 4)
        ends = [length(end) or 0.0 for step in self.steps for end in (step.since, step.until)]
        high, low = max([0.0, *ends]), min([0.0, *ends])
        lowest = min((length(step.until) or 0.0 for step in self.steps), default=0.0)
        cut = bar > 8 and lowest > CUT * high > 0 and high > lowest
        if cut:
            low = max(0.0, lowest - (high - lowest) / 4)
        unit = (high - low) / bar if bar else 0.0
        self._widths = _Widths(width, label, bar, value, share, low, unit, cut)
        return self._widths

    def _title(self, step: Step) -> str:
        return self._titles.get(step.name, step.name)

    def _value(self, step: Step) -> str:
        write = money.amount if step.name in ENDS else money.delta
        return written(write(step.shown, self._currency), self.look)

    def render_line(self, y: int) -> Strip:
        """Draw one row in sight."""
        index = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        line = self._row(index) if index < len(self.steps) else Strip.blank(width)
        return line.adjust_cell_length(width).apply_style(self.rich_style)

    def _row(self, index: int) -> Strip:
        step, sizes, colors = self.steps[index], self._measured(), palette(self.look)
        here = index == self.cursor
        whole = (colors.cursor if self.has_focus else colors.cursor_blurred) if here else ""
        gutter = glyphs(self.look).pointer if here and self.look.ansi else " "
        end = step.name in ENDS
        moved = delta_style(self.look, length(step.amount) or 0.0)
        share = "" if step.share is None else money.percent(step.share)
        return strip(
            [
                (gutter, whole),
                (
                    fit(self._title(step), sizes.label, self.look),
                    whole or (colors.strong if end else colors.text),
                ),
                (" ", whole),
                *self._bar(step, sizes, whole or (colors.bar if end else moved)),
                (" ", whole),
                (self._value(step).rjust(sizes.value), whole or (colors.strong if end else moved)),
                (fit(share, sizes.share, self.look, "right"), whole or colors.muted),
                (" ", whole),
            ]
        )

    def _bar(self, step: Step, sizes: _Widths, how: str) -> list[tuple[str, str]]:
        """The bar from where the step begins to where it ends; a fall is told apart without colour, too."""
        if not sizes.unit:
            return [(" " * sizes.bar, how)]
        begin = sizes.low if step.name in ENDS else length(step.since) or 0.0
        end = length(step.until) or 0.0
        if step.name in ENDS and sizes.low < 0:
            begin = 0.0
        first, last = (round((at - sizes.low) / sizes.unit) for at in sorted((begin, end)))
        first = max(0, min(first, sizes.bar - 1))
        cells = max(1, min(last, sizes.bar) - first) if begin != end else 0
        signs = glyphs(self.look)
        plain = self.look.depth == "none" and step.name not in ENDS and end < begin
        drawn = (signs.credit if plain else signs.bar) * cells
        if sizes.cut and step.name in ENDS and cells > 3:
            drawn = (
                drawn[0] + "╱╱" + drawn[3:] if self.look.charset == "unicode" else drawn[0] + "//" + drawn[3:]
            )
        return [(" " * first, how), (drawn, how), (" " * (sizes.bar - first - cells), how)]

    @property
    def cut(self) -> bool:
        """Whether the bars of the ends do not begin at zero."""
        return bool(self.steps) and self._measured().cut
