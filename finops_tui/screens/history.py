"""Undo and redo: a list of views with a place in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from finops_tui.queries.view import View

LONGEST: Final = 500
"""Views remembered."""


@dataclass(frozen=True, slots=True)
class History:
    """Views in the order they were looked at, and where we are among them."""

    views: tuple[View, ...]
    at: int = 0

    @property
    def view(self) -> View:
        """The view we are at."""
        return self.views[self.at]

    def to(self, view: View) -> Self:
        """Go on to another view; what had been undone is forgotten. The same view is no step."""
        if view == self.view:
            return self
        views = (*self.views[: self.at + 1], view)[-LONGEST:]
        return replace(self, views=views, at=len(views) - 1)

    def undo(self) -> Self:
        """The view before; the first one stays."""
        return replace(self, at=max(self.at - 1, 0))

    def redo(self) -> Self:
        """The view after; the last one stays."""
        return replace(self, at=min(self.at + 1, len(self.views) - 1))
