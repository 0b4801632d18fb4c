"""Line charts drawn by plotext: budget burn-down and history of a resource, with or without Textual."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from finops_tui.screens import money
from finops_tui.screens.cells import fit, written
from finops_tui.screens.palette import palette, tone
from finops_tui.screens.widgets.dates import Bin, axis_labels
from finops_tui.screens.widgets.scale import axis
from finops_tui.screens.widgets.sparks import length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.screens.color import Charset, Look

Role = Literal["actual", "forecast", "before", "low", "high"]
Part = tuple[str, str]
"""A text and its Rich style."""

_MARKERS: Final[dict[Charset, dict[Role, str]]] = {
    "unicode": {"actual": "braille", "forecast": "braille", "before": "braille", "low": "·", "high": "·"},
    "blocks": {"actual": "█", "forecast": "*", "before": ".", "low": ".", "high": "."},
    "ascii": {"actual": "#", "forecast": "*", "before": ".", "low": ",", "high": "'"},
}
_PLAIN_MARKERS: Final[dict[Role, str]] = {
    "actual": "•",
    "forecast": "*",
    "before": ".",
    "low": ",",
    "high": "'",
}
_ASCII_LINES: Final = {
    0x2500: "-",
    0x2502: "|",
    0x253C: "+",
    0x2524: "|",
    0x251C: "|",
    0x252C: "-",
    0x2534: "-",
}
_ANSI_NAMES: Final = {
    "black": "black",
    "red": "red",
    "green": "green",
    "yellow": "orange",
    "blue": "blue",
    "magenta": "magenta",
    "cyan": "cyan",
    "white": "gray",
    "bright_black": "gray+",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart.

    Attributes:
        name: What the legend calls it.
        values: One amount per label; None where the line does not go.
        role: What it stands for, which decides how it looks.
    """

    name: str
    values: Sequence[Decimal | None]
    role: Role = "actual"


@dataclass(frozen=True, slots=True)
class Plot:
    """All a line chart shows.

    Attributes:
        lines: Its lines.
        labels: Days, hours or texts, one per value.
        currency: Currency of the amounts.
        level: Height of a horizontal line, such as the budget.
        level_name: What that line is called.
        today: Index of the label at which a vertical line stands.
        verdict: A few words for the top right corner.
        verdict_tone: Their tone, see `palette.tone`.
    """

    lines: Sequence[Line]
    labels: Sequence[Bin]
    currency: str = ""
    level: Decimal | None = None
    level_name: str = ""
    today: int | None = None
    verdict: str = ""
    verdict_tone: str = ""


def headline(plot: Plot, width: int, look: Look) -> list[Part]:
    """Make the line above a chart: which line is which, and the verdict.

    Args:
        plot: The chart.
        width: Cells.
        look: Colours and characters.

    Returns:
        Texts in styles, together exactly that wide.
    """
    verdict = written(plot.verdict, look)
    room = max(0, width - len(verdict) - 2) if verdict else width
    parts: list[Part] = []
    used = 0
    for line in plot.lines:
        name = fit(line.name, min(24, len(written(line.name[:80], look))), look)
        if line.role in {"low", "high"} or used + len(name) + 4 > room:
            continue
        parts += [(f"{_sign(line.role, look)} ", _style(line.role, look)), (f"{name}  ", palette(look).text)]
        used += len(name) + 4
    shown = fit(verdict, width - used, look, "right")
    return [*parts, (shown, f"bold {tone(look, plot.verdict_tone)}")]


def _sign(role: Role, look: Look) -> str:
    """What stands for a line in the legend."""
    marker = _marker(role, look)
    return "⠒" if marker == "braille" else marker


def _marker(role: Role, look: Look) -> str:
    if look.depth == "none" and look.charset == "unicode":
        return _PLAIN_MARKERS[role]
    return _MARKERS[look.charset][role]


def _style(role: Role, look: Look) -> str:
    colors = palette(look)
    by_role = {"actual": colors.bar, "forecast": colors.accent, "before": colors.muted}
    return by_role.get(role, colors.grid)


def body(plot: Plot, width: int, height: int, look: Look) -> str:
    """Draw the chart itself with plotext.

    Args:
        plot: The chart.
        width: Cells across.
        height: Cells down.
        look: Colours and characters.

    Returns:
        Lines with ANSI colours, without them where the look has none; empty where there is no room or
        nothing to draw.
    """
    drawn = [[length(value) for value in line.values] for line in plot.lines]
    known = [value for values in drawn for value in values if value is not None]
    if width < 16 or height < 4 or not known:
        return ""
    import plotext as chart

    chart.clear_figure()
    chart.limit_size(width=False, height=False)
    chart.plotsize(width, height)
    for paint in (chart.canvas_color, chart.axes_color):
        paint("default")
    chart.ticks_color(_color(palette(look).muted))
    chart.frame(frame=False)
    _axes(chart, plot, known, (width, height), look)
    behind = sorted(zip(plot.lines, drawn, strict=True), key=lambda pair: pair[0].role not in {"low", "high"})
    for line, values in behind:
        points = [(index, value) for index, value in enumerate(values) if value is not None]
        if points:
            xs, ys = zip(*points, strict=True)
            chart.plot(
                list(xs), list(ys), marker=_marker(line.role, look), color=_color(_style(line.role, look))
            )
    text = str(chart.build())
    chart.clear_figure()
    if look.charset == "ascii":
        text = text.translate(_ASCII_LINES)
    return str(chart.uncolorize(text)) if look.depth == "none" else text


def _axes(chart: Any, plot: Plot, known: Sequence[float], size: tuple[int, int], look: Look) -> None:
    """Limits, ticks, the level and today."""
    width, height = size
    level = length(plot.level)
    high, low = max([0.0, *known, level or 0.0]), min([0.0, *known])
    high *= 1.05
    scale = axis(high, low, height - 1)
    ticks = scale.ticks(max(1, height // 4)) if high > low else [Decimal(0)]
    labels = [written(label, look) for label in money.axis(ticks, plot.currency)]
    chart.ylim(low, high if high > low else 1.0)
    chart.yticks([float(tick) for tick in ticks], labels)
    room = width - max(len(label) for label in labels) - 1
    step = room / max(1, len(plot.labels))
    chosen = axis_labels(plot.labels, step, room)
    chart.xticks([x / step for x, _ in chosen], [written(label, look) for _, label in chosen])
    chart.xlim(0, max(1, len(plot.labels) - 1))
    colors = palette(look)
    if level is not None:
        chart.hline(level, _color(colors.bad))
        if plot.level_name:
            name = fit(plot.level_name, min(40, room // 2), look).rstrip()
            chart.text(name, 1, level, color=_color(colors.bad), alignment="left")
    if plot.today is not None and 0 <= plot.today < len(plot.labels):
        chart.vline(plot.today, _color(colors.grid))
        chart.text("today", plot.today, high, color=_color(colors.muted), alignment="center")


def _color(style: str) -> Any:
    """A Rich colour as plotext knows it."""
    word = style.rsplit(maxsplit=1)[-1]
    if word.startswith("#"):
        return tuple(int(word[at : at + 2], 16) for at in (1, 3, 5))
    return _ANSI_NAMES.get(word, "default")


def headless_chart(plot: Plot, *, width: int, height: int, look: Look) -> str:
    """Draw a line chart for a terminal or a pipe, without Textual.

    Args:
        plot: The chart.
        width: Cells across.
        height: Lines, the one above the chart included.
        look: Colours and characters.

    Returns:
        Lines without trailing blanks; words in place of a chart where there is nothing to draw.
    """
    above = "".join(text for text, _ in headline(plot, width, look)).rstrip()
    inner = body(plot, width, height - 1, look) or "nothing to draw"
    return "\n".join(line.rstrip() for line in [above, *inner.splitlines()] if line.strip())
