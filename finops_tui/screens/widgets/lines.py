"""A line chart as a widget: drawn once per value and size, then kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.strip import Strip

from finops_tui.screens.cells import fit, strip
from finops_tui.screens.palette import palette
from finops_tui.screens.widgets import plots
from finops_tui.screens.widgets.chart import Chart
from finops_tui.screens.widgets.plots import Line, Plot

if TYPE_CHECKING:
    from finops_tui.screens.color import Look

__all__ = ["Line", "LineChart", "Plot"]


class LineChart(Chart, can_focus=False):
    """A budget's burn-down, or what a resource cost over time."""

    def __init__(self, look: Look, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Build an empty chart; see `Chart`."""
        super().__init__(look, id=id, classes=classes)
        self._plot: Plot | None = None

    def show(self, plot: Plot) -> None:
        """Replace what the chart shows.

        Args:
            plot: All of it.
        """
        self._plot = plot
        self.forget()

    def draw(self, width: int, height: int) -> list[Strip]:
        """Draw the line above and the chart."""
        if self._plot is None:
            return []
        above = strip(plots.headline(self._plot, width, self.look)) if height > 4 else None
        drawn = plots.body(self._plot, width, height - (above is not None), self.look)
        if not drawn:
            words = strip([(fit("  Nothing to draw", width, self.look), palette(self.look).muted)])
            return [words] if above is None else [above, words]
        lines = Text.from_ansi(drawn, no_wrap=True, end="").split("\n")
        shown = [Strip(line.render(self.app.console, end="")) for line in lines]
        return shown if above is None else [above, *shown]
