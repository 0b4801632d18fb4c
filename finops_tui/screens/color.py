"""What the terminal can show: colour depth, characters, light or dark. Decided once, before Textual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

Depth = Literal["truecolor", "256", "16", "none"]
Charset = Literal["unicode", "blocks", "ascii"]
DeltaColors = Literal["cost", "neutral", "off"]

_TRUECOLOR_TERMS: Final = (
    "alacritty",
    "contour",
    "foot",
    "ghostty",
    "iterm",
    "kitty",
    "mlterm",
    "rio",
    "wezterm",
    "xterm-ghostty",
    "xterm-kitty",
)
_TRUECOLOR_PROGRAMS: Final = frozenset(("iterm.app", "wezterm", "vscode", "ghostty", "hyper", "rio", "tabby"))
_COLOURLESS_TERMS: Final = ("dumb", "vt100", "vt102", "vt220", "vt320", "vt420", "xterm-mono", "unknown")
_SYSTEM_NAMES: Final = {"truecolor": "truecolor", "256": "256", "16": "standard", "none": "standard"}
_LIGHT_BACKGROUNDS: Final = frozenset(("7", "15"))


@dataclass(frozen=True, slots=True)
class Look:
    """How everything is drawn.

    Attributes:
        depth: Colours the terminal shows.
        charset: `unicode` (eighth blocks, braille), `blocks` (what a Linux console has), or `ascii`.
        light: Whether the background is light.
        delta_colors: `cost` (a rise is red), `neutral` (one colour for both), or `off`.
    """

    depth: Depth = "truecolor"
    charset: Charset = "unicode"
    light: bool = False
    delta_colors: DeltaColors = "cost"

    @property
    def ansi(self) -> bool:
        """Whether the terminal's own colours are used instead of ours."""
        return self.depth in {"16", "none"}


def detect(
    environ: Mapping[str, str],
    color: str = "auto",
    *,
    charset: str = "auto",
    theme: str = "auto",
    delta_colors: str = "cost",
    encoding: str = "utf-8",
) -> Look:
    """Decide how to draw from the environment and what the user asked for.

    Args:
        environ: Environment variables; read only.
        color: `auto` or a depth; what was asked for beats `NO_COLOR`.
        charset: `auto` or a character set.
        theme: `auto`, `dark` or `light`.
        delta_colors: `cost`, `neutral` or `off`.
        encoding: Encoding of the output stream.

    Returns:
        The look for the whole run.

    Raises:
        ValueError: a word is not one of its choices; the message names them.
    """
    depth = _depth(environ) if color == "auto" else _choice("color", color, get_args(Depth))
    shown = (
        _charset(environ, encoding) if charset == "auto" else _choice("charset", charset, get_args(Charset))
    )
    if theme == "auto":
        light = environ.get("COLORFGBG", "").rpartition(";")[2] in _LIGHT_BACKGROUNDS
    else:
        light = _choice("theme", theme, ("dark", "light")) == "light"
    deltas = _choice("delta_colors", delta_colors, get_args(DeltaColors))
    return Look(cast("Depth", depth), cast("Charset", shown), light, cast("DeltaColors", deltas))


def _choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ValueError(f"{name} is one of {', '.join(choices)}, not {value!r}")
    return value


def _depth(environ: Mapping[str, str]) -> str:
    """The depth a terminal shows; ssh drops COLORTERM, so TERM is read more closely than usual."""
    term = environ.get("TERM", "").lower()
    if environ.get("NO_COLOR") or term in _COLOURLESS_TERMS:
        return "none"
    if "STY" in environ or term.startswith("screen."):
        return "256" if "256color" in term else "16"
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"} or "WT_SESSION" in environ:
        return "truecolor"
    if term.endswith(("-direct", "-truecolor")) or term.startswith(_TRUECOLOR_TERMS):
        return "truecolor"
    if "TMUX" not in environ and environ.get("TERM_PROGRAM", "").lower() in _TRUECOLOR_PROGRAMS:
        return "truecolor"
    return "256" if "256color" in term else "16"


def _charset(environ: Mapping[str, str], encoding: str) -> str:
    """The characters a terminal has: encoding first, then the fonts its name implies."""
    if "utf" not in encoding.lower():
        return "ascii"
    term = environ.get("TERM", "").lower()
    if term in _COLOURLESS_TERMS:
        return "ascii"
    return "blocks" if term in {"linux", "cons25", "fbterm"} else "unicode"


def apply_environment(look: Look, environ: MutableMapping[str, str]) -> None:
    """Tell Textual what was decided; it reads these once, when it is imported.

    Args:
        look: The look.
        environ: The process environment, changed in place. Over ssh frames are kept few and small,
            unless the user has said otherwise.
    """
    environ["TEXTUAL_COLOR_SYSTEM"] = _SYSTEM_NAMES[look.depth]
    environ.pop("NO_COLOR", None)
    if look.depth == "none":
        environ["NO_COLOR"] = "1"
    if "SSH_CONNECTION" in environ or "SSH_TTY" in environ:
        environ.setdefault("TEXTUAL_ANIMATIONS", "none")
        environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
        environ.setdefault("TEXTUAL_FPS", "25")
