"""Every key, declared once: it feeds bindings, footer, help, `:` commands, palette, docs and overrides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Action:
    """Something a key does.

    Attributes:
        id: Stable name, used for overrides in `finops.toml` and as the binding's id.
        keys: Textual key names, comma separated; the first is shown.
        action: Textual action string.
        words: One or two words for the footer and the palette.
        help: One sentence for the help screen and the docs.
        where: Screens it works on: `any`, or names such as `explore`, `budgets`, `sources`.
        command: The word after `:`, or '' when there is none.
        footer: Whether it is hinted at in an 80-column footer.
    """

    id: str
    keys: str
    action: str
    words: str
    help: str
    where: tuple[str, ...] = ("any",)
    command: str = ""
    footer: bool = False


ACTIONS: Final[tuple[Action, ...]] = ()
