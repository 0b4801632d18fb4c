"""The painter: whatever is drawn after whatever, the terminal shows what it would if all of it were written anew."""

from __future__ import annotations

import random

import pyte
import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from finops_tui.painter import Painter
from finops_tui.sgr import PLAIN, Sgr, Styles

WIDE, HIGH = 40, 12
STYLES = [
    "", "bold", "#ffaf00", "#ffaf00 on #303030", "on #303030", "#123456 on #303030", "reverse #5fafff", "underline",
    "bold #ffffff on #005faf", "on #005faf", "red on blue", "bright_white", "#808080 on #121212", "on #121212",
]  # fmt: skip
WORDS = [
    "EC2",
    "1,234.56",
    "▁▂▃",
    "      ",
    "a",
    "▆▆▆▆▆▆▆▆",
    "日本語",
    "é",
    "Amazon S3  ",
    "x                y",
]


def drawn(picture: list[list[Segment]]) -> list[list[tuple[str, ...]]]:
    """The cells of a terminal on which everything was written whole."""
    screen = pyte.Screen(WIDE, HIGH)
    stream = pyte.Stream(screen)
    for y, row in enumerate(picture, 1):
        stream.feed(f"\x1b[{y}H")
        for text, style, _ in row:
            stream.feed((style or Style()).render(text, color_system=ColorSystem.TRUECOLOR))
    return cells(screen)


def cells(screen: pyte.Screen) -> list[list[tuple[str, ...]]]:
    """What is seen in every cell: of a blank, nothing but its background and lines."""
    found = []
    for y in range(HIGH):
        row = []
        for x in range(WIDE):
            cell = screen.buffer[y][x]
            lines = (str(cell.underscore), str(cell.reverse))
            plain = cell.data == " " and not (cell.underscore or cell.reverse)
            fore = ("", "") if plain else (cell.fg, str(cell.bold))
            row.append((cell.data, cell.bg, *fore, *lines))
        found.append(row)
    return found


def row_of(chance: random.Random) -> list[Segment]:
    row, room = [], WIDE
    while room > 0:
        segment = Segment(chance.choice(WORDS), Style.parse(chance.choice(STYLES)))
        if segment.cell_length > room:
            segment = Segment(" " * room, segment.style)
        row.append(segment)
        room -= segment.cell_length
    return row


def changed(picture: list[list[Segment]], chance: random.Random) -> list[list[Segment]]:
    """Another picture: some rows anew, or rows moved up or down, as tables do."""
    what = chance.random()
    if what < 0.3:
        top, bottom = sorted(chance.sample(range(HIGH), 2))
        moved = [*picture[top + 1 : bottom + 1], row_of(chance)]
        if chance.random() < 0.5:
            moved = [row_of(chance), *picture[top:bottom]]
        return [*picture[:top], *moved, *picture[bottom + 1 :]]
    share = 1.0 if what > 0.9 else chance.random() / 2
    return [row_of(chance) if chance.random() < share else row for row in picture]


@pytest.mark.parametrize("erases", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_the_terminal_shows_what_is_wanted_after_every_change(seed: int, erases: bool) -> None:
    chance = random.Random(seed)
    screen = pyte.Screen(WIDE, HIGH)
    stream = pyte.Stream(screen)
    painter = Painter(ColorSystem.TRUECOLOR, erases=erases)
    painter.resize(WIDE, HIGH)
    picture = [row_of(chance) for _ in range(HIGH)]
    for _ in range(40):
        for y, row in enumerate(picture):
            painter.put(0, y, [Strip(row)])
        stream.feed(painter.changes())
        assert cells(screen) == drawn(picture)
        picture = changed(picture, chance)


def test_what_is_on_screen_already_is_not_written_again() -> None:
    chance = random.Random(7)
    painter = Painter(ColorSystem.TRUECOLOR)
    painter.resize(WIDE, HIGH)
    for y in range(HIGH):
        painter.put(0, y, [Strip(row_of(chance))])
    assert painter.changes()
    kept = painter.rows()
    again = Painter(ColorSystem.TRUECOLOR)
    again.resize(WIDE, HIGH)
    again.known(kept)
    for y, row in enumerate(kept):
        segments = [
            Segment(text, Style.parse("")) if not codes else Segment(text, _style(codes))
            for codes, text in row
        ]
        again.put(0, y, [Strip(segments)])
    assert again.changes() == ""


def _style(codes: str) -> Style:
    """The style of SGR parameters, by Rich's own reader."""
    from rich.ansi import AnsiDecoder

    (span,) = AnsiDecoder().decode_line(f"\x1b[{codes}mx").spans
    assert isinstance(span.style, Style)
    return span.style


def test_a_terminal_of_which_nothing_is_known_is_written_whole() -> None:
    painter = Painter(ColorSystem.EIGHT_BIT)
    painter.resize(5, 1)
    painter.put(0, 0, [Strip([Segment("abcde")])])
    assert "abcde" in painter.changes()
    painter.put(0, 0, [Strip([Segment("abcde")])])
    assert painter.changes() == ""
    painter.forget()
    assert "abcde" in painter.changes()
    painter.resize(4, 1)
    painter.put(0, 0, [Strip([Segment("abcd")])])
    assert "abcd" in painter.changes()


def test_nothing_is_drawn_outside() -> None:
    painter = Painter(ColorSystem.TRUECOLOR)
    painter.resize(4, 2)
    painter.put(2, 1, [Strip([Segment("longer")])])
    painter.put(0, 9, [Strip([Segment("below")])])
    painter.put(3, 0, [Strip([Segment("日")])])
    told = painter.changes()
    assert "lo" in told
    assert "n" not in told
    assert "below" not in told
    assert "日" not in told


@pytest.mark.parametrize(
    ("codes", "short"),
    [
        ("38;2;255;175;0", "38;5;214"), ("48;2;48;48;48", "48;5;236"), ("38;2;1;2;3", "38;2;1;2;3"),
        ("38;2;0;0;95", "38;2;0;0;95"),  # among those that themes of terminals change
        ("1;31;44", "1;31;44"), ("97;107", "97;107"), ("", ""),
    ],
)  # fmt: skip
def test_colours_are_as_short_as_they_can_be(codes: str, short: str) -> None:
    assert Sgr.read(codes).codes == short


def test_steps_between_styles_say_only_what_changes() -> None:
    styles = Styles(ColorSystem.TRUECOLOR)
    one = styles.number(Sgr("38;5;214", "48;5;236", ("1",)))
    two = styles.number(Sgr("38;5;75", "48;5;236", ("1",)))
    bare = styles.number(PLAIN)
    sequence, now = styles.step(PLAIN, one, blank=False)
    assert sequence == "\x1b[1;38;5;214;48;5;236m"
    assert styles.step(now, two, blank=False)[0] == "\x1b[38;5;75m"
    assert styles.step(now, two, blank=True)[0] == ""
    assert styles.step(now, bare, blank=False)[0] == "\x1b[m"
    plain = styles.number(Sgr("38;5;75", "48;5;236"))
    assert styles.step(now, plain, blank=False)[0] == "\x1b[22;38;5;75m"
