"""The desk while somebody looks over the shoulder: names as words, and amounts multiplied if wanted."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finops_tui import masking
from finops_tui.screens.desk import DeskError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk

STATES: Final = ("", "names masked", "names and amounts masked")
_SWAPPED: Final = (
    "ask",
    "budgets",
    "loaded",
    "statement",
    "origin",
    "sql",
    "quarantined",
    "views",
    "refresh",
)
_OFF: Final = ("statement", "origin", "sql", "quarantined", "views", "notes", "markers")
"""What shows the export as it is, and has nothing to show while names are masked."""


class Masking:
    """Turns a desk, and the one beside it, from one state to the next.

    Args:
        desk: The desk; its fields are replaced while names are masked.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._state = 0
        self._mask: masking.Mask | None = None
        self._kept: list[tuple[Desk, dict[str, Any]]] = []

    def turn(self) -> Callable[[View], View]:
        """Go to the next state: names, names and amounts, as it is. Returns what makes a view of that state.

        Raises:
            DeskError: the key of the words cannot be read or written.
        """
        before = self._mask
        state = (self._state + 1) % len(STATES)
        try:
            mask = (
                None
                if state == 0
                else masking.Mask(secret := masking.key(), _factor(secret) if state == 2 else None)
            )
        except OSError as error:
            raise DeskError(f"cannot keep the key of the words: {error.strerror}") from error
        self._restore()
        self._state, self._mask = state, mask
        if mask is not None:
            for desk in (self._desk, self._desk.beside):
                if desk is not None:
                    self._cover(desk, mask)

        def again(view: View) -> View:
            plain = view if before is None else before.view(view, masked=False)
            return plain if mask is None else mask.view(plain, masked=True)

        return again

    def _restore(self) -> None:
        for desk, kept in self._kept:
            for name, value in kept.items():
                setattr(desk, name, value)
            desk.masked = ""
        self._kept = []

    def _cover(self, desk: Desk, mask: masking.Mask) -> None:
        kept = {name: getattr(desk, name) for name in _SWAPPED}
        self._kept.append((desk, kept))
        desk.masked = STATES[self._state]
        desk.ask = masking.MaskedAsk(desk.ask, mask)
        desk.budgets = tuple(map(mask.budget, desk.budgets))
        desk.loaded = tuple(map(mask.unit, desk.loaded))
        for name in _OFF:
            setattr(desk, name, None)
        if desk.refresh is not None:
            desk.refresh = _refreshed(desk, kept, mask)


def _refreshed(desk: Desk, kept: dict[str, Any], mask: masking.Mask) -> Callable[[], Awaitable[bool]]:
    """Looks for newer data, and keeps what is loaded since covered too."""

    async def refresh() -> bool:
        newer: bool = await kept["refresh"]()
        if newer:
            kept["loaded"] = desk.loaded
            desk.loaded = tuple(map(mask.unit, desk.loaded))
        return newer

    return refresh


def _factor(secret: bytes) -> Decimal:
    """What amounts are multiplied by on this machine: 0.35 to 0.85, or 1.2 to 2.2, to two decimals."""
    step = int.from_bytes(secret[:4], "big") % 150
    return Decimal(35 + step if step < 50 else 70 + step) / 100
