"""A few screens of the demo as pictures; `make snapshots` takes them again after a look at the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from finops_tui.app import demo_app
from tests.screens.at_the_desk import settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        ((), (80, 24)),
        ((), (120, 36)),
        (("$",), (80, 24)),
        (("t",), (120, 36)),
        (("X", "j", "j"), (120, 36)),
        (("c",), (80, 24)),
    ],
    ids=["explorer-80", "explorer-120", "budgets", "period", "why", "compare"],
)
def test_the_screen_is_as_it_was(
    snap_compare: Callable[..., bool], keys: tuple[str, ...], size: tuple[int, int]
) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        for line in pilot.app.screen.query(Input):  # or it depends on the clock whether its cursor is seen
            line.cursor_blink = False
        await pilot.pause()

    assert snap_compare(demo_app(), run_before=drive, terminal_size=size)
