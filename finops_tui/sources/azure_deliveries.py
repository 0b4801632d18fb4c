"""Which run of an Azure export counts, of containers that keep every run and are copied into a folder.

An export writes each period into `20230901-20230930/` (both days belong to it); newer ones put every run
into a folder of its own with a manifest, older ones add a file `<export>_<guid>.csv` per run. What is no
such delivery is left to others.
"""

from __future__ import annotations

import itertools
import re
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finops_tui.sources import azure_manifests, containers, counting
from finops_tui.sources.azure_manifests import GUID, RANGE, STAMP, Run
from finops_tui.sources.deliveries import Chosen, named
from finops_tui.sources.model import Refused, Skipped, SourceError, shown
from finops_tui.sources.parts import linked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_CLASSIC: Final = re.compile(rf"(.+)_{GUID}\.(csv|csv\.gz|parquet|snappy\.parquet)", re.IGNORECASE)
_GUID: Final = re.compile(GUID, re.IGNORECASE)
_COSTS: Final = frozenset(("", "actualcost", "amortizedcost", "focuscost", "usage"))

APART: Final = 3600.0
"""Seconds between two runs; files that are closer were copied together, and their times say nothing."""

_OTHER_RUN: Final = "an older delivery of the same bill; {} is the newest"


@dataclass(slots=True)
class _Verdict:
    """What is left out, and why."""

    dropped: set[Path]
    skipped: list[Skipped]
    refused: list[Refused]

    def skip(self, files: Iterable[Path], reason: str) -> None:
        """Leave files out."""
        for path in files:
            self.dropped.add(path)
            self.skipped.append(Skipped(named(path), reason))

    def refuse(self, place: Path, files: Iterable[Path], reason: str) -> None:
        """Leave a delivery out that cannot be read."""
        self.dropped.update(files)
        self.refused.append(Refused(named(place), reason))


def choose(files: Sequence[Path], rest: Callable[[Sequence[Path]], Chosen]) -> Chosen:
    """Keep the newest complete run of each Azure export and period.

    Args:
        files: All files found, in order.
        rest: Chooses among those that are no Azure deliveries.

    Returns:
        Those that count in the same order; the others, with the reason.
    """
    verdict = _Verdict(set(), [], [])
    runs = _runs(files)
    settled = {path for held in runs.values() for _, of_it in held for path in of_it}
    for held in runs.values():
        _choose_run(held, verdict)
    _refuse_overlaps(runs, verdict)
    folders = {run.folder for held in runs.values() for run, _ in held}
    loose = [path for path in files if path not in settled]
    for group in (_without_manifest(loose, folders, verdict), _classic(loose, verdict)):
        settled.update(group)
    others = rest([path for path in files if path not in settled])
    kept = {*others.files, *(settled - verdict.dropped)}
    return Chosen(
        tuple(path for path in files if path in kept),
        (*verdict.skipped, *others.skipped),
        (*verdict.refused, *others.refused),
    )


_Held = list[tuple[Run, list[Path]]]


def _runs(files: Iterable[Path]) -> dict[tuple[str, str, str], _Held]:
    """The runs that files have a manifest for, with their files among those found, by export and period."""
    by_manifest: dict[Path, tuple[Run, list[Path]]] = {}
    listed: dict[Path, dict[Path, Run]] = {}
    for path in files:
        run = _run_of(path.absolute(), listed)
        if run is not None:
            by_manifest.setdefault(run.manifest, (run, []))[1].append(path)
    groups: dict[tuple[str, str, str], _Held] = defaultdict(list)
    for run, held in by_manifest.values():
        export = run.export.lower() or str(_home(run))
        groups[export, run.kind.lower(), run.first].append((run, held))
    return dict(groups)


def _run_of(path: Path, listed: dict[Path, dict[Path, Run]]) -> Run | None:
    """The run a file is in: one that lists it, else the only one beside it."""
    for folder in path.parents[:4]:
        if folder not in listed:
            runs = azure_manifests.beside(folder)
            listed[folder] = {blob.path: run for run in runs for blob in run.blobs}
        if path in listed[folder]:
            return listed[folder][path]
        if folder == path.parent and len(set(listed[folder].values())) == 1:
            return next(iter(listed[folder].values()))
    return None


def _home(run: Run) -> Path:
    """The folder that all runs of an export are below."""
    above = (parent for parent in run.folder.parents if RANGE.fullmatch(parent.name))
    return next((parent.parent for parent in above), run.folder.parent)


def _choose_run(held: _Held, verdict: _Verdict) -> None:
    """Decide between the runs of one export and period, the newest first."""
    held.sort(key=lambda pair: pair[0].submitted, reverse=True)
    kind = held[0][0].kind
    if kind.lower() not in _COSTS:
        for _, files in held:
            verdict.skip(files, f"an export of type {shown(kind, 40)}, not a bill")
        return
    chosen: Run | None = None
    incomplete = []
    for run, files in held:
        missing = [blob.path.name for blob in run.blobs if not blob.path.is_file()]
        if chosen is not None:
            verdict.skip(files, _OTHER_RUN.format(shown(_name(chosen))))
        elif missing:
            incomplete.append((run, files, missing[0]))
        else:
            chosen = run
            _check(run, files, verdict)
    for run, files, lost in incomplete:
        if chosen is None:
            verdict.refuse(run.folder, files, f"the delivery is incomplete: {shown(lost)} is missing")
        else:
            verdict.skip(files, f"an incomplete delivery; {shown(_name(chosen))} is the newest complete one")


def _check(run: Run, files: list[Path], verdict: _Verdict) -> None:
    """Hold a run against its manifest."""
    listed = {blob.path for blob in run.blobs}
    found = {path.absolute() for path in files}
    if listed - found:
        given = f"{len(listed & found)} of {len(listed)}"
        verdict.refuse(run.folder, files, f"{given} files of a delivery are given; load its folder")
        return
    verdict.skip(
        (path for path in files if path.absolute() not in listed), "not in the manifest of its delivery"
    )
    problem = _problem(run)
    if problem:
        verdict.refuse(run.folder, files, problem)


def _problem(run: Run) -> str:
    """What in a run is not as its manifest promises; nothing if all is."""
    total = 0
    for blob in run.blobs:
        name = shown(blob.path.name)
        size = blob.path.stat().st_size
        if blob.bytes is not None and blob.path.suffix.lower() == ".csv" and size != blob.bytes:
            return f"the manifest promises {blob.bytes} bytes in {name}, and it has {size}"
        if blob.records is None and run.records is None:
            continue
        try:
            records = _records(blob.path)
        except SourceError as error:
            return f"{name}: {error.reason}"
        except counting.UncountableError as error:
            return f"{name}: {error}"
        if blob.records is not None and records != blob.records:
            return f"the manifest promises {blob.records} records in {name}, and it has {records}"
        total += records
    if run.records is not None and total != run.records:
        return f"the manifest promises {run.records} records, and the files have {total}"
    return ""


def _records(path: Path) -> int:
    with containers.regular(path) as file:
        kind = containers.kind(file.read(8))
        file.seek(0)
        if kind == "parquet":
            return _parquet_records(path)
        chunks = containers.gunzip(path, file) if kind == "gzip" else containers.plain(file)
        return max(0, counting.count(chunks).records - 1)


def _parquet_records(path: Path) -> int:
    import duckdb

    from finops_tui.sources import reading

    with tempfile.TemporaryDirectory(prefix="finops-tui-") as folder, duckdb.connect() as connection:
        link = linked(path, Path(folder))
        return reading.reading(path, lambda: reading.parquet_rows(connection, link))


def _refuse_overlaps(runs: dict[tuple[str, str, str], _Held], verdict: _Verdict) -> None:
    """Refuse runs of one export whose periods overlap: the last seven days, delivered every day."""
    by_export: dict[tuple[str, str], list[tuple[Run, list[Path]]]] = defaultdict(list)
    for (export, kind, first), held in runs.items():
        alive = [(run, files) for run, files in held if not verdict.dropped.issuperset(files)]
        if first and alive:
            by_export[export, kind].append(alive[0])
    for held in by_export.values():
        held.sort(key=lambda pair: pair[0].first)
        for (one, files), (other, more) in itertools.pairwise(held):
            if other.first <= one.last:
                reason = (
                    f"its days overlap those of {shown(_name(other))} from the same export; load one of them"
                )
                verdict.refuse(one.folder, (*files, *more), reason)


def _name(run: Run) -> str:
    """A run in words: the part of its path that tells it from others."""
    parts = run.folder.parts
    at = next((place for place, part in enumerate(parts) if RANGE.fullmatch(part)), len(parts) - 1)
    return "/".join(parts[at:])


def _without_manifest(files: Sequence[Path], complete: set[Path], verdict: _Verdict) -> set[Path]:
    """Runs in folders named by their time, whose manifests are missing: the newest counts, if none has one."""
    periods: dict[Path, dict[Path, list[Path]]] = defaultdict(lambda: defaultdict(list))
    for path in files:
        parent = path.absolute().parent
        stamp = next((one for one in (parent, *parent.parents[:2]) if STAMP.fullmatch(one.name)), None)
        if stamp is not None and RANGE.fullmatch(stamp.parent.name):
            periods[stamp.parent][stamp].append(path)
    for period, by_run in periods.items():
        held = [path for paths in by_run.values() for path in paths]
        if any(period in folder.parents for folder in complete):
            verdict.skip(held, "an incomplete delivery: it has no manifest yet")
            continue
        newest = max(by_run, key=lambda folder: folder.name)
        for folder, paths in by_run.items():
            if folder != newest:
                verdict.skip(paths, _OTHER_RUN.format(shown(f"{period.name}/{newest.name}")))
    return {path for by_run in periods.values() for paths in by_run.values() for path in paths}


def _classic(files: Sequence[Path], verdict: _Verdict) -> set[Path]:
    """Files `<export>_<guid>.csv` of one period: the newest counts; of files copied together, the largest."""
    groups: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    for path in files:
        found = _CLASSIC.fullmatch(path.name)
        if found is not None and RANGE.fullmatch(path.absolute().parent.name):
            groups[path.absolute().parent, found[1]].append(path)
    for held in groups.values():
        facts = {path: path.stat() for path in held}
        last = max(fact.st_mtime for fact in facts.values())
        recent = [path for path in held if facts[path].st_mtime > last - APART]
        newest = max(recent, key=lambda path: (facts[path].st_size, facts[path].st_mtime, path.name))
        for path in held:
            if path != newest:
                words = "the largest of those copied at the same time" if path in recent else "the newest"
                verdict.skip([path], f"another delivery of the same bill; {shown(newest.name)} is {words}")
    return {path for held in groups.values() for path in held}
