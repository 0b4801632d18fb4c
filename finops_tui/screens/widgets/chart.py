"""What all charts have in common: lines drawn once per size and value, and one base for messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from finops_tui.screens.color import Look


@dataclass
class ChartMessage(Message):
    """Something a chart tells."""

    chart: Chart

    @property
    def control(self) -> Chart:
        """The chart."""
        return self.chart


class Chart(Widget, can_focus=True, inherit_bindings=False):
    """A widget drawn line by line, from lines kept until its value, size or theme changes."""

    DEFAULT_CSS: ClassVar[str] = """
    Chart { height: 1fr; }
    """

    def __init__(self, look: Look, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Build an empty chart.

        Args:
            look: Colours and characters.
            id: Textual id.
            classes: Textual classes.
        """
        super().__init__(id=id, classes=classes)
        self.look = look
        self._lines: list[Strip] | None = None
        self._drawn_for = Size(0, 0)

    def draw(self, width: int, height: int) -> list[Strip]:
        """Draw everything.

        Args:
            width: Cells across, at least 1.
            height: Cells down, at least 1.

        Returns:
            At most one line per row.
        """
        raise NotImplementedError

    def overlay(self, y: int, line: Strip) -> Strip:  # noqa: ARG002 - the row matters to subclasses
        """Put the cursor on a line; called for every line that is shown.

        Args:
            y: Row.
            line: The line as drawn.

        Returns:
            The line to show.
        """
        return line

    def render_line(self, y: int) -> Strip:
        """Give one line in sight."""
        width, height = self.size
        if width <= 0 or height <= 0:
            return Strip.blank(max(width, 0))
        self.fit_size()
        if self._lines is None:
            self._lines = self.draw(width, height)
        line = self._lines[y] if y < len(self._lines) else Strip.blank(width)
        return self.overlay(y, line).adjust_cell_length(width).apply_style(self.rich_style)

    def drop_plan(self) -> None:
        """Forget what a subclass has worked out for its value and size."""

    def fit_size(self) -> None:
        """Forget what was drawn for another size; lines are asked for before the resize is told."""
        if self.size != self._drawn_for:
            self._drawn_for = self.size
            self._lines = None
            self.drop_plan()

    def forget(self) -> None:
        """Draw everything anew."""
        self._lines = None
        self.drop_plan()
        self.refresh()

    def refresh_row(self, y: int, x: int = 0, width: int | None = None, height: int = 1) -> None:
        """Redraw a part only.

        Args:
            y: Row.
            x: First cell.
            width: Cells; the rest of the row when not given.
            height: Rows.
        """
        if 0 <= y < self.size.height:
            self.refresh(Region(x, y, self.size.width - x if width is None else width, height))

    def notify_style_update(self) -> None:
        """Forget lines drawn over another background."""
        self._lines = None
        super().notify_style_update()
