"""Our two themes and their renditions in the terminal's own colours, as Textual themes.

Every colour of the two themes lies on the xterm-256 grid, the derived ones too, so that a terminal with
256 colours shows what one with 24 bits shows.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from textual.color import Color, ColorParseError
from textual.theme import Theme

from finops_tui.screens.palette import through_256

if TYPE_CHECKING:
    from finops_tui.screens.color import Look

_LEVELS: Final = (0, 95, 135, 175, 215, 255)
_OWN: Final = (
    "primary",
    "secondary",
    "accent",
    "warning",
    "error",
    "success",
    "foreground",
    "background",
    "surface",
    "panel",
)
NAME_DARK: Final = "finops-tui-dark"
NAME_LIGHT: Final = "finops-tui-light"
NAME_ANSI_DARK: Final = "finops-tui-ansi-dark"
NAME_ANSI_LIGHT: Final = "finops-tui-ansi-light"

_DARK: Final = Theme(
    name=NAME_DARK,
    primary="#005faf",
    secondary="#5fafff",
    accent="#ffaf00",
    warning="#ffd75f",
    error="#ff8787",
    success="#87d787",
    foreground="#e4e4e4",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    dark=True,
    variables={
        "text": "#e4e4e4",
        "text-muted": "#a8a8a8",
        "text-disabled": "#767676",
        "text-primary": "#5fafff",
        "text-accent": "#ffaf00",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#3a3a3a",
        "border": "#5fafff",
        "border-blurred": "#444444",
        "scrollbar": "#444444",
        "scrollbar-hover": "#585858",
        "scrollbar-active": "#5fafff",
        "scrollbar-background": "#1c1c1c",
        "scrollbar-background-hover": "#1c1c1c",
        "scrollbar-background-active": "#1c1c1c",
        "scrollbar-corner-color": "#1c1c1c",
        "input-selection-background": "#005f87",
        "screen-selection-background": "#005f87",
        "button-color-foreground": "#ffffff",
    },
)
_LIGHT: Final = Theme(
    name=NAME_LIGHT,
    primary="#005faf",
    secondary="#005f87",
    accent="#875f00",
    warning="#875f00",
    error="#af0000",
    success="#005f00",
    foreground="#121212",
    background="#eeeeee",
    surface="#e4e4e4",
    panel="#dadada",
    dark=False,
    variables={
        "text": "#121212",
        "text-muted": "#4e4e4e",
        "text-disabled": "#808080",
        "text-primary": "#005faf",
        "text-accent": "#875f00",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#d0d0d0",
        "border": "#005faf",
        "border-blurred": "#bcbcbc",
        "scrollbar": "#bcbcbc",
        "scrollbar-hover": "#a8a8a8",
        "scrollbar-active": "#005faf",
        "scrollbar-background": "#e4e4e4",
        "scrollbar-background-hover": "#e4e4e4",
        "scrollbar-background-active": "#e4e4e4",
        "scrollbar-corner-color": "#e4e4e4",
        "input-selection-background": "#afd7ff",
        "screen-selection-background": "#afd7ff",
        "footer-key-foreground": "#875f00",
        "button-color-foreground": "#ffffff",
    },
)


def on_grid(color: str) -> str:
    """Move a colour to the nearest one of the xterm-256 grid.

    Args:
        color: A hex colour.

    Returns:
        A hex colour that 256 colours show exactly.
    """
    red, green, blue = Color.parse(color).rgb
    cube = [min(_LEVELS, key=lambda level: abs(level - part)) for part in (red, green, blue)]
    grey = min(max(round(((red + green + blue) / 3 - 8) / 10), 0), 23) * 10 + 8
    near = min(
        (cube, [grey] * 3) if len(set(cube)) > 1 or cube[0] in {0, 255} else ([grey] * 3,),
        key=lambda found: sum((a - b) ** 2 for a, b in zip(found, (red, green, blue), strict=True)),
    )
    return f"#{near[0]:02x}{near[1]:02x}{near[2]:02x}"


def _pinned(theme: Theme, look: Look) -> Theme:
    """Move the colours that Textual derives from a theme onto the grid, translucent ones blended first."""
    background = Color.parse(theme.background or "#000000")
    pinned: dict[str, str] = {}
    for name, value in theme.to_color_system().generate().items():
        try:
            color = Color.parse(value)
        except ColorParseError:
            continue
        if color.a and not value.startswith("auto"):
            solid = background.blend(color, color.a, alpha=1.0) if color.a < 1 else color
            pinned[name] = on_grid(solid.hex6)
    own = {name: value for name in _OWN if (value := getattr(theme, name)) is not None}
    return _with(theme, {**pinned, **own, **theme.variables}, look)


def _with(theme: Theme, variables: dict[str, str], look: Look) -> Theme:
    """The theme with all its variables, written for the depth they are shown in."""
    if look.depth == "256":
        variables = {name: through_256(value) for name, value in variables.items()}
    own: dict[str, Any] = {name: variables[name] for name in _OWN if name in variables}
    return Theme(name=theme.name, dark=theme.dark, text_alpha=1.0, variables=variables, **own)


def _ansi(name: str, *, dark: bool) -> Theme:
    """A theme in the terminal's own colours; the cursor is reversed, so it shows without colour too."""
    strong, weak = ("ansi_yellow", "ansi_cyan") if dark else ("ansi_blue", "ansi_magenta")
    default = "ansi_default"
    return Theme(
        name=name,
        ansi=True,
        primary="ansi_blue",
        secondary=weak,
        accent=strong,
        warning="ansi_yellow" if dark else "ansi_magenta",
        error="ansi_red",
        success="ansi_green",
        foreground=default,
        background=default,
        surface=default,
        panel=default,
        boost=default,
        dark=dark,
        variables={
            "ansi-background": "ansi_black" if dark else "ansi_white",
            "ansi-foreground": "ansi_white" if dark else "ansi_black",
            "border-blurred": "ansi_bright_black",
            "block-cursor-foreground": default,
            "block-cursor-background": default,
            "block-cursor-text-style": "bold reverse",
            "block-cursor-blurred-foreground": default,
            "block-cursor-blurred-background": default,
            "block-cursor-blurred-text-style": "bold",
            "input-cursor-background": default,
            "input-cursor-foreground": default,
            "input-cursor-text-style": "reverse",
        },
    )


@cache
def themes(look: Look) -> tuple[Theme, ...]:
    """Give all our themes, to be registered with the app.

    Args:
        look: The depth they are shown in.

    Returns:
        Textual themes: dark, light, and both in the terminal's own colours.
    """
    return (
        _pinned(_DARK, look),
        _pinned(_LIGHT, look),
        _ansi(NAME_ANSI_DARK, dark=True),
        _ansi(NAME_ANSI_LIGHT, dark=False),
    )


def theme_name(look: Look) -> str:
    """Give the name of the theme of a look.

    Args:
        look: Depth and light or dark.

    Returns:
        The name to set as `App.theme`, once the themes are registered.
    """
    if look.ansi:
        return NAME_ANSI_LIGHT if look.light else NAME_ANSI_DARK
    return NAME_LIGHT if look.light else NAME_DARK
