"""A chart as SVG: stacked columns over time, for a page that needs nothing but itself."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Final

from finops_tui.queries.amounts import ZERO, add
from finops_tui.queries.safe_text import clean
from finops_tui.screens import money

if TYPE_CHECKING:
    from finops_tui.report_pages import Section

WIDTH: Final = 960
HEIGHT: Final = 260
_LEFT: Final = 70
_TOP: Final = 10
_BOTTOM: Final = 24
_GAP: Final = 2
_LABELS: Final = 12
_LABEL: Final = 64

COLORS: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b3a125", "#8c8c8c")
"""Colours that people with any colour vision tell apart (Okabe and Ito), and grey for the rest."""


def chart(section: Section) -> str:
    """Stacked columns of a section; '' when there are no two bins to compare.

    Coordinates are of the drawing only, to a hundredth of a pixel: no figure is read from them.
    """
    if len(section.days) < 2:
        return ""
    ups = [add(max(costs[i], ZERO) for _, costs in section.courses) for i in range(len(section.days))]
    downs = [add(min(costs[i], ZERO) for _, costs in section.courses) for i in range(len(section.days))]
    top, bottom = max(ups), min(downs)
    if top == bottom:
        return ""
    scale = _Scale(top, bottom)
    parts = [*_grid(section.currency, scale), *_columns(section, scale), *_days(section)]
    label = f"Cost over time in {escape(clean(section.currency))}"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}"'
        f' xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


class _Scale:
    """From amounts to places on the drawing."""

    def __init__(self, top: Decimal, bottom: Decimal) -> None:
        self.top, self.bottom = top, bottom
        self._pixels = Decimal(HEIGHT - _TOP - _BOTTOM)

    def y(self, amount: Decimal) -> Decimal:
        """Pixels from the upper edge."""
        return round(_TOP + self._pixels * (self.top - amount) / (self.top - self.bottom), 2)


def _grid(currency: str, scale: _Scale) -> list[str]:
    lines = []
    marks = [scale.top, scale.top / 2, ZERO] + ([scale.bottom] if scale.bottom < 0 else [])
    for mark in marks:
        y = scale.y(mark)
        words = escape(money.compact(mark, currency))
        lines.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH}" y1="{y}" y2="{y}"/>')
        lines.append(f'<text class="axis" x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{words}</text>')
    return lines


def _width(section: Section) -> Decimal:
    return Decimal(WIDTH - _LEFT) / len(section.days)


def _columns(section: Section, scale: _Scale) -> list[str]:
    width = _width(section)
    drawn = []
    for i, day in enumerate(section.days):
        up = down = ZERO
        x = round(_LEFT + i * width, 2)
        for number, (name, costs) in enumerate(section.courses):
            cost = costs[i]
            if not cost:
                continue
            base = up if cost > 0 else down
            edge = base + cost
            y, other = sorted((scale.y(base), scale.y(edge)))
            words = escape(f"{day} · {clean(name)} · {money.amount(cost, section.currency)}")
            drawn.append(
                f'<rect x="{x}" y="{y}" width="{round(max(width - _GAP, Decimal(1)), 2)}" height="{other - y}"'
                f' fill="{color(number, name)}"><title>{words}</title></rect>'
            )
            up, down = (edge, down) if cost > 0 else (up, edge)
    return drawn


def _days(section: Section) -> list[str]:
    every = -(-len(section.days) // _LABELS)
    width = _width(section)
    return [
        f'<text class="axis" x="{round(_LEFT + i * width, 2)}" y="{HEIGHT - 6}">{day}</text>'
        for i, day in enumerate(section.days)
        if i % every == 0 and _LEFT + i * width < WIDTH - _LABEL
    ]


def color(number: int, name: str) -> str:
    """The colour of a group by its place; the rest is always grey."""
    from finops_tui.report_pages import OTHER

    return COLORS[-1] if name == OTHER else COLORS[number % (len(COLORS) - 1)]
