"""Which files are staged together when only some have changed: a month is replaced by all of its files, or not at all.

A unit (source, account, billing period) is replaced whole. A changed file therefore takes along the other
files that its units were loaded from; and where one of those is gone, or cannot be read any more, the units
stay as they are, together with every file that would have replaced them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from finops_tui.sources.model import Refused, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finops_tui.manifest import Entry, Manifest
    from finops_tui.segments import Unit
    from finops_tui.sources.model import Staged

STAYS = "what is loaded stays as it is"


@dataclass(slots=True)
class Together:
    """Says what is staged instead, as `loader.Revise`.

    Attributes:
        found: The files that the source has now.
        superseded: Files that another delivery of the source has taken the place of, as messages show them.
        folder: The source, where it is a folder or a file.
        given: The files that are staged.
        refused: Files that cannot be read.
        held: Files that were read, but whose units stay as they are, and why.
    """

    found: frozenset[str]
    superseded: frozenset[str]
    folder: Path
    given: set[str] = field(default_factory=set)
    refused: dict[str, Refused] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)

    def begin(self, changed: Iterable[str], before: Manifest) -> list[Path]:
        """The files to stage first: those that changed, and those that their units were loaded from.

        Those from another source are among them: usage, for one, is worth nothing without its price list.
        """
        changed = set(changed)
        self.given = set(changed)
        for entry in before.entries:
            paths = {item.path for item in entry.inputs}
            if paths & changed:
                self.given |= paths & self.found
                elsewhere = {
                    path for path in paths - self.found if not Path(path).is_relative_to(self.folder)
                }
                self.given |= {
                    path
                    for path in elsewhere
                    if shown(path, 400) not in self.superseded and Path(path).is_file()
                }
        return self._files()

    def __call__(self, units: Sequence[Unit], staged: Staged, before: Manifest) -> list[Path] | None:
        """The files to stage instead, or None when the staged ones are right."""
        taken = set(self.given)
        self._note_refused(staged)
        self._note_empty(staged, before)
        paths = [str(file.path) for file in staged.files]
        entries = {(e.source, e.account, e.period, e.dataset): e for e in before.entries}
        more: set[str] = set()
        for unit in units:
            entry = entries.get((unit.source, unit.account, unit.period, unit.dataset))
            feeding = {paths[number] for number in unit.files}
            if entry is not None and (why := self._lacking(entry, feeding, more)):
                self.held.update(dict.fromkeys(feeding, why))
        self.given = (taken | more) - self.held.keys() - self.refused.keys()
        return None if self.given == taken else self._files()

    def _files(self) -> list[Path]:
        return [Path(path) for path in sorted(self.given)]

    def _note_refused(self, staged: Staged) -> None:
        """Remember files that cannot be read; the rest of a delivery that a manifest lists waits for them."""
        by_name = {shown(path, 400): path for path in self.given}
        for refusal in staged.refused:
            path = by_name.get(refusal.file)
            if path is None:
                continue
            self.refused[path] = refusal
            period = _delivered(path)
            for other in self.given:
                if period is not None and other != path and period in Path(other).parents:
                    self.held[other] = (
                        f"{shown(Path(path).name)} of the same delivery cannot be read; {STAYS}"
                    )

    def _note_empty(self, staged: Staged, before: Manifest) -> None:
        """Remember files that had records of a loaded unit and now have none at all."""
        loaded = {item.path for entry in before.entries for item in entry.inputs}
        for file in staged.files:
            path = str(file.path)
            if not file.records and path in loaded and _delivered(path) is None:
                self.refused[path] = Refused(shown(path, 400), f"no rows any more; {STAYS}")

    def _lacking(self, entry: Entry, feeding: set[str], more: set[str]) -> str:
        """Why a unit cannot be replaced by these files, or ''; files that belong to them are added."""
        inputs = {item.path for item in entry.inputs}
        delivery = next((found for path in sorted(feeding) if (found := _delivered(path))), None)
        for path in sorted(inputs - feeding):
            name = shown(Path(path).name)
            if path in self.refused or path in self.held:
                return f"{name} of the same month cannot be read; {STAYS}"
            if path in self.given or shown(path, 400) in self.superseded:
                continue
            if path in self.found:
                more.add(path)
            elif delivery is not None and delivery in Path(path).parents:
                continue  # the manifest lists what counts
            elif inputs & feeding:
                if not Path(path).is_file():
                    return f"{name} is gone and was part of {shown(entry.name)}; {STAYS}"
                more.add(path)
            elif Path(path).is_file() or not self._near(path, feeding):
                return f"{shown(entry.name)} was loaded from {shown(path, 200)}, not from here; {STAYS}"
        return ""

    def _near(self, path: str, feeding: set[str]) -> bool:
        """Whether a file that is gone was where the new ones are: they are its month under another name."""
        old = Path(path)
        return old.is_relative_to(self.folder) or any(old.parent == Path(new).parent for new in feeding)


def _delivered(path: str) -> Path | None:
    """The folder of a billing period in which a manifest lists this file."""
    from finops_tui.sources import azure_manifests, deliveries

    run = azure_manifests.run_of(Path(path))
    return run.folder if run is not None else deliveries.complete(Path(path))
