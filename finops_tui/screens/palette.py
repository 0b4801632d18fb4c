"""The colours of everything we draw, by look, as Rich style texts.

Our own colours lie on the xterm-256 grid, so 256 colours look like 24 bits. The series are the
Okabe-Ito hues moved onto that grid, told apart also by colour-blind eyes; on light they are darker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.screens.color import Look


@dataclass(frozen=True, slots=True)
class Palette:
    """Rich styles by what they are for.

    Attributes:
        text: Plain text.
        strong: Text that stands out.
        muted: Text that stands back.
        grid: Grid lines and axes.
        accent: Headings and the last bin of a trend.
        header: The head of a table.
        cursor: The cursor's row, focused.
        cursor_blurred: The cursor's row while another widget has the focus.
        cell: The cursor's cell within its row.
        marked: Marked rows.
        good: A fall in cost, a budget kept.
        bad: A rise in cost, a budget breached.
        warn: A budget near its end, something to look at.
        bar: Bars of a ranking.
        credit: Bars below zero.
        trend: Sparklines.
        series: Colours of stacked series, biggest first; empty without colour.
        other: Colour of the rest.
        heat: Colours from least to most; empty without colour.
        tree: Styles from the strongest fall to the strongest rise, seven of them.
        tree_cursor: The box under the cursor.
    """

    text: str
    strong: str
    muted: str
    grid: str
    accent: str
    header: str
    cursor: str
    cursor_blurred: str
    cell: str
    marked: str
    good: str
    bad: str
    warn: str
    bar: str
    credit: str
    trend: str
    series: tuple[str, ...]
    other: str
    heat: tuple[str, ...]
    tree: tuple[str, ...]
    tree_cursor: str


DARK: Final = Palette(
    text="#e4e4e4",
    strong="bold #ffffff",
    muted="#a8a8a8",
    grid="#4e4e4e",
    accent="#ffaf00",
    header="bold #ffaf00 on #303030",
    cursor="bold #ffffff on #005faf",
    cursor_blurred="#ffffff on #3a3a3a",
    cell="bold #000000 on #ffaf00",
    marked="#87d7ff",
    good="#87d787",
    bad="#ff8787",
    warn="#ffd75f",
    bar="#5fafff",
    credit="#87d787",
    trend="#767676",
    series=("#0087d7", "#d7af00", "#00af87", "#d787af", "#87d7ff", "#d75f00", "#ffff5f", "#875fff"),
    other="#808080",
    heat=("#303030", "#5f5f87", "#875faf", "#d75f87", "#ff875f", "#ffffaf"),
    tree=(
        "#ffffff on #00875f",
        "#ffffff on #005f5f",
        "#e4e4e4 on #3a3a3a",
        "#e4e4e4 on #444444",
        "#e4e4e4 on #4e4e4e",
        "#ffffff on #870000",
        "#ffffff on #af0000",
    ),
    tree_cursor="bold #000000 on #ffaf00",
)
LIGHT: Final = Palette(
    text="#121212",
    strong="bold #000000",
    muted="#4e4e4e",
    grid="#bcbcbc",
    accent="#875f00",
    header="bold #5f5f00 on #dadada",
    cursor="bold #ffffff on #005faf",
    cursor_blurred="#000000 on #d0d0d0",
    cell="bold #ffffff on #875f00",
    marked="#005f87",
    good="#005f00",
    bad="#af0000",
    warn="#875f00",
    bar="#005faf",
    credit="#00875f",
    trend="#949494",
    series=("#005faf", "#d78700", "#00875f", "#d75faf", "#0087ff", "#870000", "#5f5f00", "#5f00af"),
    other="#949494",
    heat=("#e4e4e4", "#ffd7af", "#ffaf5f", "#ff5f5f", "#af005f", "#5f005f"),
    tree=(
        "#000000 on #5faf87",
        "#000000 on #afd7af",
        "#000000 on #c6c6c6",
        "#000000 on #d0d0d0",
        "#000000 on #dadada",
        "#000000 on #ffafaf",
        "#000000 on #ff8787",
    ),
    tree_cursor="bold #ffffff on #005faf",
)
ANSI_DARK: Final = Palette(
    text="default",
    strong="bold",
    muted="default",
    grid="bright_black",
    accent="yellow",
    header="bold yellow",
    cursor="bold white on blue",
    cursor_blurred="reverse",
    cell="black on yellow",
    marked="cyan",
    good="green",
    bad="red",
    warn="yellow",
    bar="blue",
    credit="green",
    trend="bright_black",
    series=("blue", "yellow", "green", "magenta", "cyan", "red", "white", "bright_blue"),
    other="bright_black",
    heat=("bright_black", "blue", "magenta", "red", "yellow", "bright_white"),
    tree=(
        "black on green",
        "black on cyan",
        "black on white",
        "black on white",
        "black on white",
        "black on yellow",
        "white on red",
    ),
    tree_cursor="bold bright_white on blue",
)
ANSI_LIGHT: Final = replace(
    ANSI_DARK,
    accent="blue",
    header="bold blue",
    cell="white on magenta",
    marked="blue",
    warn="magenta",
    series=("blue", "yellow", "green", "magenta", "cyan", "red", "black", "bright_blue"),
    heat=("white", "cyan", "yellow", "red", "magenta", "black"),
)
PLAIN: Final = Palette(
    text="default",
    strong="bold",
    muted="default",
    grid="default",
    accent="bold",
    header="bold underline",
    cursor="reverse",
    cursor_blurred="bold",
    cell="bold underline reverse",
    marked="bold",
    good="default",
    bad="bold",
    warn="bold",
    bar="default",
    credit="default",
    trend="default",
    series=(),
    other="default",
    heat=(),
    tree=("default",) * 7,
    tree_cursor="reverse",
)


@cache
def palette(look: Look) -> Palette:
    """Give the colours of a look.

    Args:
        look: Depth and light or dark.

    Returns:
        Its palette; changes in cost take one colour or none where the look says so.
    """
    if look.depth == "none":
        return PLAIN
    if look.depth == "16":
        return ANSI_LIGHT if look.light else ANSI_DARK
    ours = LIGHT if look.light else DARK
    return ours if look.depth == "truecolor" else _for_256(ours)


def through_256(text: str) -> str:
    """Write greys so that Rich's reduction to 256 colours ends at the grey that was meant.

    Rich takes a light grey for one step darker than it is; asked for a lighter one, it lands right.

    Args:
        text: A colour or a style with hex colours of the xterm-256 grid.

    Returns:
        The text to give to Rich where it draws with 256 colours.
    """
    return re.sub(r"#([0-9a-f]{2})\1\1", _lifted, text)


def _lifted(match: re.Match[str]) -> str:
    step, off = divmod(int(match[1], 16) - 8, 10)
    if off or not 0 <= step < 24:
        return match[0]
    return f"#{round(255 * (step + 1) / 25):02x}" + f"{round(255 * (step + 1) / 25):02x}" * 2


def _for_256(ours: Palette) -> Palette:
    lifted: dict[str, Any] = {}
    for field in fields(ours):
        value = getattr(ours, field.name)
        lifted[field.name] = through_256(value) if isinstance(value, str) else tuple(map(through_256, value))
    return Palette(**lifted)


def tone(look: Look, name: str) -> str:
    """Give the style of a word for a style.

    Args:
        look: The look.
        name: `muted`, `strong`, `warn`, `good`, `bad`, `accent`; anything else is plain text.

    Returns:
        A Rich style.
    """
    colors = palette(look)
    known = {"muted", "strong", "warn", "good", "bad", "accent"}
    return str(getattr(colors, name)) if name in known else colors.text


def delta_style(look: Look, rise: float) -> str:
    """Give the style of a change in cost; the arrow or sign beside it says the same.

    Args:
        look: The look and what the user wants of colours in changes.
        rise: Above zero for a rise, below for a fall.

    Returns:
        A Rich style.
    """
    colors = palette(look)
    if look.delta_colors == "off" or not rise:
        return colors.muted if not rise else colors.text
    if look.delta_colors == "neutral":
        return colors.accent
    return colors.bad if rise > 0 else colors.good


def series_style(look: Look, index: int, *, other: bool = False) -> str:
    """Give the colour of a series by its place.

    Args:
        look: The look.
        index: Its place, biggest first.
        other: Whether it is the rest.

    Returns:
        A Rich style; without colour always the default, see `glyphs.series_glyph`.
    """
    colors: Sequence[str] = palette(look).series
    if other or not colors:
        return palette(look).other
    return colors[index % len(colors)]
