"""What the terminal can show, and that our colours survive it."""

import re
import subprocess
import sys
from dataclasses import fields
from itertools import combinations

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.app import App
from textual.color import Color, ColorParseError

from finops_tui.screens.color import Look, apply_environment, detect
from finops_tui.screens.glyphs import GLYPHS
from finops_tui.screens.palette import DARK, LIGHT, delta_style, palette
from finops_tui.screens.theme import on_grid, theme_name, themes

RAMP = {8 + 10 * step for step in range(24)}
CUBE = {0, 95, 135, 175, 215, 255}


def is_on_grid(color):
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return {red, green, blue} <= CUBE or (red == green == blue and red in RAMP)


def seen_in_256(color):
    near = RichColor.parse(color).downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
    return f"#{near.red:02x}{near.green:02x}{near.blue:02x}"


def hexes(value):
    return re.findall(r"#[0-9a-f]{6}", " ".join(value) if isinstance(value, tuple) else value)


def linear(part):
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def contrast(one, other):
    def light(color):
        return sum(
            weight * linear(int(color[at : at + 2], 16) / 255)
            for weight, at in ((0.2126, 1), (0.7152, 3), (0.0722, 5))
        )

    bright, dark = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def solid(theme):
    for name, value in {**theme.to_color_system().generate(), **theme.variables}.items():
        try:
            color = Color.parse(value)
        except ColorParseError:
            continue
        if color.a == 1 and not value.startswith("auto"):
            yield name, color.hex6.lower()


@pytest.mark.parametrize("place", [0, 1])
def test_every_theme_colour_is_its_own_256_downgrade(place):
    full = dict(solid(themes(Look())[place]))
    reduced = dict(solid(themes(Look(depth="256"))[place]))
    assert len(full) > 100
    for name, color in full.items():
        assert is_on_grid(color), (name, color)
        assert seen_in_256(reduced[name]) == color, name


@pytest.mark.parametrize("light", [False, True])
def test_every_drawn_colour_is_its_own_256_downgrade(light):
    full, reduced = palette(Look(light=light)), palette(Look(depth="256", light=light))
    for field in fields(full):
        for ours, theirs in zip(
            hexes(getattr(full, field.name)), hexes(getattr(reduced, field.name)), strict=True
        ):
            assert is_on_grid(ours), (field.name, ours)
            assert seen_in_256(theirs) == ours, (field.name, ours)


@pytest.mark.parametrize(("colors", "place"), [(DARK, 0), (LIGHT, 1)])
def test_text_can_be_read_on_every_background(colors, place):
    theme = themes(Look())[place]
    for text in ("text", "strong", "muted", "accent", "good", "bad", "warn", "marked"):
        for ground in (theme.background, theme.surface):
            assert contrast(hexes(getattr(colors, text))[0], ground) >= 4.5, (text, ground)
    for pair in ("header", "cursor", "cursor_blurred", "cell", "tree_cursor", *colors.tree):
        words, ground = hexes(getattr(colors, pair, pair))
        assert contrast(words, ground) >= 4.5, pair


@pytest.mark.parametrize(("colors", "place"), [(DARK, 0), (LIGHT, 1)])
def test_series_can_be_seen_and_told_apart(colors, place):
    ground = themes(Look())[place].background
    assert all(contrast(each, ground) >= 1.9 for each in (*colors.series, colors.other))
    shades = [
        tuple(int(each[at : at + 2], 16) for at in (1, 3, 5)) for each in (*colors.series, colors.other)
    ]
    for one, other in combinations(shades, 2):
        assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) > 60**2


def test_ansi_series_are_all_different():
    for look in (Look(depth="16"), Look(depth="16", light=True)):
        colors = palette(look)
        assert len({*colors.series, colors.other}) == 9
        assert not hexes(tuple(str(getattr(colors, field.name)) for field in fields(colors)))


def test_without_colour_there_is_none():
    plain = palette(Look(depth="none"))
    words = {
        word
        for field in fields(plain)
        for value in [getattr(plain, field.name)]
        for each in (value if isinstance(value, tuple) else (value,))
        for word in each.split()
    }
    assert words <= {"default", "bold", "underline", "reverse"}


def test_on_grid_finds_the_nearest_colour():
    assert on_grid("#0072b2") == "#005faf"
    assert on_grid("#1e1e1e") == "#1c1c1c"
    assert on_grid("#ffffff") == "#ffffff"


async def test_the_app_takes_every_theme():
    for look in (Look(), Look(light=True), Look(depth="16"), Look(depth="none", light=True)):
        app = App(ansi_color=True if look.ansi else None)
        async with app.run_test():
            for theme in themes(look):
                app.register_theme(theme)
            app.theme = theme_name(look)
            assert app.current_theme.dark is not look.light
            assert app.current_theme.ansi is look.ansi


@pytest.mark.parametrize(
    ("environ", "depth"),
    [
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "xterm"}, "16"),
        ({"TERM": "alacritty"}, "truecolor"),
        ({"TERM": "xterm-ghostty"}, "truecolor"),
        ({"TERM": "xterm-kitty"}, "truecolor"),
        ({"TERM": "foot"}, "truecolor"),
        ({"TERM": "xterm-direct"}, "truecolor"),
        ({"TERM": "tmux-256color", "TMUX": "x", "TERM_PROGRAM": "tmux"}, "256"),
        ({"TERM": "screen", "STY": "x", "COLORTERM": "truecolor"}, "16"),
        ({"TERM": "screen.xterm-256color", "STY": "x"}, "256"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "truecolor"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, "256"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1", "COLORTERM": "truecolor"}, "none"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "256"),
        ({"TERM": "dumb"}, "none"),
        ({}, "16"),
    ],
)
def test_depth_by_terminal(environ, depth):
    assert detect(environ).depth == depth


def test_what_is_asked_for_beats_the_environment():
    look = detect(
        {"NO_COLOR": "1", "COLORFGBG": "0;15"}, "256", charset="ascii", theme="dark", delta_colors="off"
    )
    assert look == Look("256", "ascii", light=False, delta_colors="off")


def test_characters_and_light_by_environment():
    assert detect({"TERM": "linux"}).charset == "blocks"
    assert detect({"TERM": "xterm"}, encoding="ANSI_X3.4-1968").charset == "ascii"
    assert detect({"TERM": "xterm"}, encoding="UTF-8").charset == "unicode"
    assert detect({"COLORFGBG": "0;15"}).light
    assert not detect({"COLORFGBG": "15;0"}).light


def test_unknown_words_are_refused_with_their_choices():
    with pytest.raises(ValueError, match="color is one of truecolor, 256, 16, none, not 'purple'"):
        detect({}, "purple")
    with pytest.raises(ValueError, match="theme is one of dark, light"):
        detect({}, theme="dim")


def test_textual_is_told_before_it_is_imported():
    environ = {"NO_COLOR": "", "SSH_CONNECTION": "x", "TEXTUAL_FPS": "60"}
    apply_environment(Look(depth="256"), environ)
    assert environ["TEXTUAL_COLOR_SYSTEM"] == "256"
    assert "NO_COLOR" not in environ
    assert environ["TEXTUAL_ANIMATIONS"] == "none"
    assert environ["TEXTUAL_FPS"] == "60"
    apply_environment(Look(depth="none"), environ)
    assert environ["NO_COLOR"] == "1"
    assert environ["TEXTUAL_COLOR_SYSTEM"] == "standard"


def test_deciding_imports_no_textual():
    code = (
        "import sys, finops_tui.screens.color, finops_tui.screens.money; "
        "assert not {'textual', 'rich'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_changes_are_coloured_as_asked():
    assert delta_style(Look(), 1.0) == DARK.bad
    assert delta_style(Look(), -1.0) == DARK.good
    assert delta_style(Look(delta_colors="neutral"), 1.0) == delta_style(Look(delta_colors="neutral"), -1.0)
    assert delta_style(Look(delta_colors="off"), 1.0) == DARK.text


def test_glyphs_of_a_charset_are_single_cells_of_that_charset():
    for charset, signs in GLYPHS.items():
        for field in fields(signs):
            glyphs = getattr(signs, field.name)
            assert glyphs, field.name
            assert charset != "ascii" or glyphs.isascii(), field.name
            if field.name not in ("levels", "eighths", "spark", "patterns", "shades"):
                assert len(glyphs) == 1, field.name
