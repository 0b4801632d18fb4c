"""Take the pictures of the docs: the demo, without a terminal, as SVG files in docs/img.

The same program gives the same files: the sample data has its own "today", and nothing of the
terminal the script runs in reaches the picture.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot

FOLDER: Final = Path(__file__).resolve().parent.parent / "docs" / "img"


class Shot(NamedTuple):
    """A picture: its name, the size of the terminal, and the keys that lead there."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()


SHOTS: Final = (
    Shot("overview", (120, 36)),
    Shot("overview-80x24", (80, 24)),
    Shot("drill", (120, 36), ("enter",)),
    Shot("help", (120, 36), ("question_mark",)),
    Shot("budgets", (120, 36), ("dollar_sign",)),
)


def plain(svg: str) -> str:
    """A picture that asks no other host for a font."""
    return re.sub(r"\s*@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)


async def settled(pilot: Pilot[None]) -> None:
    """Wait until no question is open and nothing is left to draw."""
    for _ in range(3):
        await pilot.pause()
        await asyncio.gather(*(worker.wait() for worker in pilot.app.workers), return_exceptions=True)
    await pilot.pause()


async def take(app: App[None], shot: Shot) -> str:
    """Run the app at a size, press the keys, and take its picture."""
    async with app.run_test(size=shot.size) as pilot:
        await settled(pilot)
        for key in shot.keys:
            await pilot.press(key)
            await settled(pilot)
        return plain(app.export_screenshot(title="finops-tui", simplify=True))


def demo() -> App[None]:
    """The demo as `finops-tui demo` opens it."""
    from finops_tui.app import demo_app

    return demo_app()


def main(names: list[str]) -> None:
    """Take the named pictures, or all of them."""
    for name in ("NO_COLOR", "COLORTERM", "TMUX", "STY"):
        os.environ.pop(name, None)
    os.environ.update(TEXTUAL_COLOR_SYSTEM="truecolor", TEXTUAL_ANIMATIONS="none", TERM="xterm-256color")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for shot in SHOTS:
        if names and shot.name not in names:
            continue
        svg = asyncio.run(take(demo(), shot))
        (FOLDER / f"{shot.name}.svg").write_text(svg, encoding="utf-8")
        print(f"wrote docs/img/{shot.name}.svg ({len(svg) // 1024} KB)")


if __name__ == "__main__":
    main(sys.argv[1:])
