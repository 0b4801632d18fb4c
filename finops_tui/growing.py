"""What is new of a table that only grows, put together with what of the month was loaded before.

A month is replaced whole. Google's billing table and Oracle's cost reports only grow, though, and people load
each day as it comes: the files that the month was loaded from before are then staged with the new ones,
where they are still there, and lines that both hold count once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.manifest import Manifest
    from finops_tui.segments import Unit
    from finops_tui.sources.model import Staged


@dataclass(slots=True)
class Growing:
    """Says what is staged instead, as `loader.Revise`.

    Attributes:
        files: The files that are loaded.
        added: Those that the same months were loaded from before.
        unfit: Those of them that cannot be put together with the others.
    """

    files: Sequence[Path]
    added: set[str] = field(default_factory=set)
    unfit: set[str] = field(default_factory=set)

    def __call__(self, units: Sequence[Unit], staged: Staged, before: Manifest) -> list[Path] | None:
        """The files to stage instead, or None when the staged ones are right."""
        taken = self.added - self.unfit
        self.unfit |= self._unfit(units, staged)
        self.added |= self._more(units, staged, before)
        now = self.added - self.unfit
        return None if now == taken else [*(Path(path) for path in sorted(now)), *self.files]

    def _unfit(self, units: Sequence[Unit], staged: Staged) -> set[str]:
        """Files of before that cannot be read any more, or whose lines are told apart by other columns."""
        from finops_tui.sources.model import shown

        refused = {one.file for one in staged.refused}
        unfit = {path for path in self.added if shown(path, 400) in refused}
        for unit in units:
            ways = {str(staged.files[number].path): staged.files[number].growth for number in unit.files}
            new = {way for path, way in ways.items() if path not in self.added}
            unfit |= {path for path, way in ways.items() if path in self.added and new - {way}}
        return unfit

    def _more(self, units: Sequence[Unit], staged: Staged, before: Manifest) -> set[str]:
        """Files that units of growing tables were loaded from before, besides those staged."""
        here = {str(file.path) for file in staged.files} | {str(path) for path in self.files}
        entries = {(one.source, one.account, one.period, one.dataset): one for one in before.entries}
        more: set[str] = set()
        for unit in units:
            entry = entries.get((unit.source, unit.account, unit.period, unit.dataset))
            if entry is not None and all(staged.files[number].growth for number in unit.files):
                more |= {item.path for item in entry.inputs}
        return {path for path in more - here if Path(path).is_file()}
