"""One step back: the generation before the last load becomes the current one again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from finops_tui import disk, generations, kept, moves
from finops_tui.manifest import Manifest, StoreError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did.

    Attributes:
        before: What was loaded until now.
        after: What is loaded now.
        problem: '' or what went wrong after it was done.
    """

    before: Manifest
    after: Manifest
    problem: str = ""

    @property
    def changes(self) -> tuple[str, ...]:
        """What came back and what went, one line per unit."""
        held = {entry.unit: entry for entry in self.before.entries}
        now = {entry.unit: entry for entry in self.after.entries}
        lines = []
        for unit in sorted({*held, *now}):
            old, new = held.get(unit), now.get(unit)
            if new is None and old is not None:
                lines.append(f"{old.name} is no longer loaded: {moves.billed(old)}")
            elif old is None and new is not None:
                lines.append(f"{new.name} is loaded again: {moves.billed(new)}")
            elif old is not None and new is not None and old != new:
                lines.append(f"{new.name} is back as loaded {new.loaded_at}: {moves.move(old, new)}")
        return tuple(lines)


def undo(root: Path) -> Undone:
    """Make the generation before the last load the current one, all of it at once.

    Readers are not disturbed, and what the load had brought is kept until the next one: a second undo
    brings it back.

    Args:
        root: Folder of the store.

    Raises:
        LockedError: a load is running.
        StoreError: there is no generation before, it is damaged, or the store cannot be written; it is
            as before.
    """
    if generations.read(root).manifest.generation == 0:
        raise StoreError(f"nothing was ever loaded into {root}")
    with generations.workspace(root) as work:
        current = generations.read(root).manifest
        earlier = kept.before(root, current)
        _refuse_damaged(root, current, earlier)
        after = Manifest(current.generation + 1, earlier.entries)
        problem = generations.publish(root, work, after, [])
    return Undone(current, after, problem)


def _refuse_damaged(root: Path, current: Manifest, earlier: Manifest) -> None:
    """Nothing comes back whose bytes are not those that were published."""
    for entry in earlier.entries:
        if entry.file in current.files:
            continue
        try:
            whole = disk.digest(kept.segment(root, entry)) == entry.sha256
        except OSError:
            whole = False
        if not whole:
            raise StoreError(
                f"cannot undo: the earlier {entry.name} is damaged (segments/{entry.file});"
                " the store is as before. Load the earlier bill of that period instead"
            )
