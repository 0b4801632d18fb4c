"""Where the cost is and where it moved: boxes as big as their cost, coloured by their change."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from textual.reactive import reactive
from textual.strip import Strip

from finops_tui.screens import money
from finops_tui.screens.cells import Grid, fit, strip
from finops_tui.screens.glyphs import glyphs
from finops_tui.screens.palette import palette
from finops_tui.screens.widgets.chart import Chart, ChartMessage
from finops_tui.screens.widgets.sparks import length
from finops_tui.screens.widgets.squarify import Rect, neighbour, squarify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Blur, Click, Focus

    from finops_tui.screens.color import Look

_STEPS: Final = (-0.25, -0.10, -0.02, 0.02, 0.10, 0.25)
"""Changes at which the colour changes."""
_READABLE: Final = 30
"""Cells a box needs to be read; smaller ones are drawn as one."""


@dataclass(frozen=True, slots=True)
class Box:
    """One group.

    Attributes:
        label: Its name, as it is in the data.
        value: Its cost; what is not above zero cannot be drawn and is counted instead.
        share: Its part of the total, as a fraction.
        change: `(now, before)`, a fraction, or None for nothing to compare.
    """

    label: str
    value: Decimal
    share: Decimal | None = None
    change: money.Change = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """Boxes as drawn: their places, what they are, their index, and how many cannot be drawn."""

    rects: tuple[Rect, ...]
    boxes: tuple[Box, ...]
    indices: tuple[int, ...]
    left_out: int


class TreeMap(Chart):
    """A treemap whose boxes can be walked with the arrow keys.

    Attributes:
        cursor: Index of the box under the cursor; the number of boxes for the small ones drawn as one.
    """

    cursor: reactive[int] = reactive(0, repaint=False, init=False)

    @dataclass
    class CursorMoved(ChartMessage):
        """The cursor is on another box."""

        index: int

    @dataclass
    class BoxSelected(ChartMessage):
        """Enter or a double click on a box."""

        index: int

    def __init__(self, look: Look, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Build an empty treemap; see `Chart`."""
        super().__init__(look, id=id, classes=classes)
        self._boxes: Sequence[Box] = ()
        self._currency = ""
        self._plan: _Plan | None = None

    def show(self, boxes: Sequence[Box], *, currency: str, cursor: int = 0) -> None:
        """Replace what the treemap shows.

        Args:
            boxes: The groups, in any order.
            currency: Currency of all the amounts.
            cursor: Box to put the cursor on.
        """
        self._boxes, self._currency = boxes, currency
        self.set_reactive(TreeMap.cursor, max(0, min(cursor, len(boxes))))
        self.forget()

    def drop_plan(self) -> None:
        """Lay everything out anew."""
        self._plan = None

    def _planned(self) -> _Plan:
        self.fit_size()
        if self._plan is None:
            self._plan = self._made(self.size.width, self.size.height)
        return self._plan

    def _made(self, width: int, height: int) -> _Plan:
        """Lay out what can be read; the small ones become one box, drawn last."""
        order = sorted(
            (index for index, box in enumerate(self._boxes) if (length(box.value) or 0.0) > 0),
            key=lambda index: -self._boxes[index].value,
        )
        left_out = len(self._boxes) - len(order)
        rows = height - (1 if left_out and height > 3 else 0)
        boxes, indices = [self._boxes[index] for index in order], list(order)
        total = sum(length(box.value) or 0.0 for box in boxes)
        kept = sum((length(box.value) or 0.0) / total * width * rows >= _READABLE for box in boxes)
        if len(boxes) > kept + 1:
            rest = boxes[kept:]
            folded = Box(f"Other ({len(rest)})", sum((box.value for box in rest), Decimal(0)))
            boxes, indices = [*boxes[:kept], folded], [*indices[:kept], len(self._boxes)]
            pairs = sorted(zip(boxes, indices, strict=True), key=lambda pair: -pair[0].value)
            boxes, indices = [box for box, _ in pairs], [index for _, index in pairs]
        rects = squarify([length(box.value) or 0.0 for box in boxes], width, rows)
        return _Plan(tuple(rects), tuple(boxes), tuple(indices), left_out)

    # Drawing

    def draw(self, width: int, height: int) -> list[Strip]:
        """Draw all boxes, and a line about those that cannot be drawn."""
        grid = Grid(width, height, self.look)
        plan = self._planned()
        for rect, box in zip(plan.rects, plan.boxes, strict=True):
            self._draw_box(grid, rect, box, self._style(box))
        muted = palette(self.look).muted
        if not plan.boxes:
            grid.write(0, height // 2, "No cost above zero to draw", muted)
        elif plan.left_out and height > 3:
            grid.write(0, height - 1, f"{plan.left_out} at or below zero not drawn", muted)
        return grid.strips()

    def _style(self, box: Box) -> str:
        """The style of a box by its change."""
        tree = palette(self.look).tree
        if self.look.delta_colors == "off":
            return tree[len(tree) // 2]
        rise = length(money.change_fraction(box.change))
        if rise is None:
            return tree[-1] if money.change_percent(box.change) == money.NEW else tree[len(tree) // 2]
        if self.look.delta_colors == "neutral":
            rise = -abs(rise)
        return tree[sum(rise > step for step in _STEPS)]

    def _draw_box(self, grid: Grid, rect: Rect, box: Box, how: str) -> None:
        for y in range(rect.y, rect.bottom):
            grid.fill(rect.x, y, rect.width, " ", how)
        self._draw_edges(grid, rect, how)
        room = rect.width - (2 if rect.width > 6 else 1)
        x = rect.x + (1 if rect.width > 6 else 0)
        for y, (text, style) in enumerate(self._words(box, room, how)):
            if y < rect.height:
                grid.write(x, rect.y + y, fit(text, room, self.look).rstrip(), style)

    def _draw_edges(self, grid: Grid, rect: Rect, how: str) -> None:
        """Keep boxes apart: a line at the right and, without colour, at the bottom."""
        signs = glyphs(self.look)
        edge = palette(self.look).grid
        plain = self.look.depth == "none"
        if rect.right < grid.width and rect.width > 1:
            for y in range(rect.y, rect.bottom):
                grid.put(rect.right - 1, y, signs.wall if plain else " ", edge if plain else "")
        if rect.bottom < grid.height and rect.height > 1:
            inner = rect.width - (1 if rect.right < grid.width and rect.width > 1 else 0)
            if plain:
                grid.fill(rect.x, rect.bottom - 1, inner, signs.rule, edge)
            elif len(signs.levels) == 9:
                shade = how.rpartition(" on ")[2]
                grid.fill(rect.x, rect.bottom - 1, inner, signs.floor, f"reverse {shade}")

    def _words(self, box: Box, room: int, how: str) -> list[tuple[str, str]]:
        """Name, amount and share, change: as many lines as there may be room for."""
        amount = money.compact(box.value, self._currency)
        share = f" {money.percent(box.share, decimals=0)}" if box.share is not None else ""
        lines = [(box.label, f"bold {how}")]
        lines.append((f"{amount}{share}" if len(amount) + len(share) <= room else amount, how))
        if box.change is not None:
            lines.append((money.change_percent(box.change), how))
        return lines

    def overlay(self, y: int, line: Strip) -> Strip:
        """Put the cursor on its box."""
        rect = self._cursor_rect()
        if rect is None or not rect.y <= y < rect.bottom or not self.has_focus:
            return line
        how = palette(self.look).tree_cursor
        right = rect.right - 1 if rect.width > 1 and rect.right < line.cell_length else rect.right
        inside = line.crop(rect.x, right).text
        return Strip.join([line.crop(0, rect.x), strip([(inside, how)]), line.crop(right)])

    def _cursor_rect(self) -> Rect | None:
        plan = self._planned()
        place = plan.indices.index(self.cursor) if self.cursor in plan.indices else None
        return plan.rects[place] if place is not None and place < len(plan.rects) else None

    # Changes

    def move_to(self, index: int) -> None:
        """Move the cursor to a box."""
        self.cursor = index

    def validate_cursor(self, index: int) -> int:
        """Keep the cursor on a box that is drawn."""
        plan = self._planned()
        return index if index in plan.indices else (plan.indices[0] if plan.indices else 0)

    def watch_cursor(self, old: int, new: int) -> None:
        """Redraw the two boxes."""
        plan = self._planned()
        for index in (old, new):
            if index in plan.indices:
                rect = plan.rects[plan.indices.index(index)]
                self.refresh_row(rect.y, rect.x, rect.width, rect.height)
        self.post_message(self.CursorMoved(self, new))

    def _go(self, dx: int, dy: int) -> None:
        plan = self._planned()
        if plan.rects:
            start = plan.indices.index(self.cursor) if self.cursor in plan.indices else 0
            self.cursor = plan.indices[neighbour(plan.rects, start, dx, dy)]

    def action_left(self) -> None:
        """Go to the box at the left."""
        self._go(-1, 0)

    def action_right(self) -> None:
        """Go to the box at the right."""
        self._go(1, 0)

    def action_up(self) -> None:
        """Go to the box above."""
        self._go(0, -1)

    def action_down(self) -> None:
        """Go to the box below."""
        self._go(0, 1)

    def action_home(self) -> None:
        """Go to the greatest box."""
        if self._planned().indices:
            self.cursor = self._planned().indices[0]

    def action_end(self) -> None:
        """Go to the smallest box."""
        if self._planned().indices:
            self.cursor = self._planned().indices[-1]

    def action_select(self) -> None:
        """Choose the box under the cursor."""
        if self._planned().indices:
            self.post_message(self.BoxSelected(self, self.cursor))

    def on_focus(self, _event: Focus) -> None:
        """Show the cursor."""
        self._refresh_cursor()

    def on_blur(self, _event: Blur) -> None:
        """Hide the cursor."""
        self._refresh_cursor()

    def _refresh_cursor(self) -> None:
        rect = self._cursor_rect()
        if rect is not None:
            self.refresh_row(rect.y, rect.x, rect.width, rect.height)

    def on_click(self, event: Click) -> None:
        """Go to the box under the pointer; choose it with a double click."""
        offset, plan = event.get_content_offset(self), self._planned()
        if offset is None:
            return
        for rect, index in zip(plan.rects, plan.indices, strict=True):
            if rect.x <= offset.x < rect.right and rect.y <= offset.y < rect.bottom:
                self.move_to(index)
                if event.chain == 2:
                    self.action_select()
                return
