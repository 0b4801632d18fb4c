"""Columns of a table as data, and how one cell of each kind is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from finops_tui.screens import money
from finops_tui.screens.cells import Align, fit
from finops_tui.screens.palette import delta_style, palette, tone
from finops_tui.screens.widgets.sparks import bar, length, spark

if TYPE_CHECKING:
    from finops_tui.screens.color import Look

Kind = Literal["text", "number", "money", "delta", "change", "percent", "spark", "bar"]
Row = Mapping[str, Any]
Part = tuple[str, str]
"""A text and its Rich style."""

_LEFT: Final = frozenset(("text", "spark", "bar"))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        key: What its cells are called in a row.
        title: Its heading.
        width: Cells it needs, at least.
        flex: Its share of the cells left over; 0 for a fixed width.
        align: Where its text stands; numbers stand right unless said otherwise.
        kind: What its cells hold and how they are drawn.
        currency: Currency of its money, where a row does not name its own.
        decimals: Decimals of its figures; the currency's own when not given.
        min_terminal_width: It is left out on narrower terminals.
        maximum: What fills a bar; the greatest of the rows when not given.
    """

    key: str
    title: str
    width: int = 12
    flex: int = 0
    align: Align | None = None
    kind: Kind = "text"
    currency: str = ""
    decimals: int | None = None
    min_terminal_width: int = 0
    maximum: Decimal | None = None

    @property
    def stands(self) -> Align:
        """Where its text stands."""
        return self.align or ("left" if self.kind in _LEFT else "right")


@dataclass(frozen=True, slots=True)
class Window:
    """Rows that are fetched as they come into sight.

    Attributes:
        count: Rows there are.
        fetch: Gives the rows from `start` up to, not including, `stop`; called often, so it answers
            at once from memory.
    """

    count: int
    fetch: Callable[[int, int], Sequence[Row]]


def draw(column: Column, row: Row, width: int, look: Look) -> list[Part]:
    """Draw one cell.

    Args:
        column: Its column.
        row: Its row.
        width: Cells it has.
        look: Colours and characters.

    Returns:
        Texts in styles, together exactly that wide.
    """
    value = row.get(column.key)
    base = tone(look, str(row.get("tone", "")))
    if column.kind == "spark":
        return _trend(value, width, look)
    if column.kind == "bar":
        size = length(value) or 0.0
        how = palette(look).bar if size >= 0 else palette(look).credit
        return [(bar(value, column.maximum, width, look), how)]
    text, how = _figure(column, value, row, look)
    return [(fit(text, width, look, column.stands), how or base)]


def _figure(column: Column, value: Any, row: Row, look: Look) -> Part:
    """Text and style of a cell that is written, no style for the row's own."""
    code = str(row.get("currency") or column.currency)
    match column.kind:
        case "money":
            return money.amount(value, code, decimals=column.decimals, symbol=False), ""
        case "delta":
            text = money.delta(value, code, decimals=column.decimals, symbol=False)
            return text, delta_style(look, length(value) or 0.0)
        case "change":
            rise = money.change_fraction(value)
            text = money.change_percent(value)
            return text, delta_style(look, 1.0 if text == money.NEW else length(rise) or 0.0)
        case "percent":
            return money.percent(value), palette(look).muted
        case "number":
            return money.number(value, decimals=column.decimals), ""
        case _:
            return (money.MISSING, palette(look).muted) if value is None else (str(value), "")


def _trend(values: Any, width: int, look: Look) -> list[Part]:
    """A sparkline whose last bin stands out."""
    text = spark(values or (), width, look)
    last = max(0, min(len(values or ()), width) - 1)
    colors = palette(look)
    return [(text[:last], colors.trend), (text[last : last + 1], colors.accent), (text[last + 1 :], "")]


def with_maximum(column: Column, rows: Sequence[Row]) -> Column:
    """Give a bar column what fills it.

    Args:
        column: Any column.
        rows: All the rows.

    Returns:
        The column; a bar column without a maximum takes the greatest size in the rows.
    """
    if column.kind != "bar" or column.maximum is not None:
        return column
    values = [Decimal(row[column.key]) for row in rows if row.get(column.key) is not None]
    sizes = [abs(value) for value in values if value.is_finite()]
    return Column(
        column.key,
        column.title,
        column.width,
        column.flex,
        column.align,
        "bar",
        min_terminal_width=column.min_terminal_width,
        maximum=max(sizes, default=Decimal(0)),
    )
