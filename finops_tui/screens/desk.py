"""What the app hands every screen: questions to ask, and what the machine can do for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from finops_tui.queries.view import BILL

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import polars as pl

    from finops_tui.queries import Ask
    from finops_tui.queries.accounting import Unit
    from finops_tui.queries.budgets import Budget
    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.exchange import Rates
    from finops_tui.queries.markers import Marker
    from finops_tui.queries.saved import Saved
    from finops_tui.queries.view import View
    from finops_tui.screens.color import Look
    from finops_tui.screens.origin import Origin


@dataclass(frozen=True, slots=True)
class Loaded:
    """One loaded unit, as the Sources screen shows it; totals are exact decimal strings per currency."""

    source: str
    account: str
    period: str
    format: str
    records: int
    lines: int
    quarantined: int
    billed: Mapping[str, str]
    effective: Mapping[str, str]
    first_day: str
    last_day: str
    loaded_at: str
    files: tuple[str, ...]
    unit: Unit | None = None
    dataset: str = BILL


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How far a load is: the file at hand, bytes and records so far, what is being done, and an estimate of it all."""

    step: str
    file: str
    bytes_done: int
    bytes_total: int
    records: int
    share: float | None = None


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did, in words: units loaded, files refused with reasons, notes."""

    loaded: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


class Load(Protocol):
    """Load bills into the store; runs off the event loop and can be cancelled."""

    async def __call__(
        self, sources: Sequence[str], progress: Callable[[LoadProgress], None], cancelled: Callable[[], bool]
    ) -> LoadReport:
        """Load the sources.

        Raises:
            DeskError: it could not be done; the message is for people.
        """
        ...


class Views(Protocol):
    """Saved views, one file each."""

    def everything(self) -> tuple[Saved, ...]:
        """All of them, by name."""
        ...

    def problems(self) -> tuple[str, ...]:
        """What is wrong with files that are no views."""
        ...

    def save(self, saved: Saved) -> None:
        """Write one, in place of the one of that name.

        Raises:
            DeskError: it could not be written.
        """
        ...

    def remove(self, name: str) -> None:
        """Delete one.

        Raises:
            DeskError: there is none, or it cannot be deleted.
        """
        ...


class Sql(Protocol):
    """Runs somebody's own SQL over the bill."""

    async def ask(self, statement: str) -> tuple[pl.DataFrame, bool]:
        """The rows of a statement, and whether there were more.

        Raises:
            DeskError: it gave no answer; the message is for its writer.
        """
        ...

    def stop(self) -> None:
        """Stop the statement that is running."""
        ...


class Notes(Protocol):
    """Keeps notes on days."""

    def add(self, day: date, text: str, about: Mapping[str, str]) -> None:
        """Add a note about a service, an account, a resource or none of them.

        Raises:
            DeskError: it could not be kept; the message is for people.
        """
        ...


class Masking(Protocol):
    """Covers names, and amounts, while somebody looks over the shoulder."""

    def turn(self) -> Callable[[View], View]:
        """Go to the next state. Returns what makes a view of that state.

        Raises:
            DeskError: it could not be done.
        """
        ...


MASKED = "not while names are masked; D shows them again"
"""What is said where the export is shown as it is."""


class DeskError(Exception):
    """Something the machine could not do, in words for people."""


class GaveWayError(DeskError):
    """What was asked ahead gave way to somebody who waits for an answer, or to a key."""


class Ahead(Protocol):
    """Asks what may be wanted next, while nobody waits for anything."""

    async def ask(self, question: str, view: View, **parameters: object) -> pl.DataFrame:
        """Answer ahead; the answer is kept.

        Raises:
            GaveWayError: it had to give way.
            DeskError: there is no answer.
        """
        ...

    def stop(self) -> None:
        """Give up what is asked ahead."""
        ...


@dataclass(slots=True)
class Desk:
    """Handed to every screen; `calendar` and `loaded` are replaced when a load has been published.

    Attributes:
        ask: Answers a question about a view.
        calendar: What the data covers, or None when the store is empty.
        look: Colour depth, character set, light or dark, delta colours; decided once at the start.
        start: The view to open with, or None when the store is empty.
        loaded: What is in the store.
        budgets: Budgets of `finops.toml`.
        keys: Key overrides by action id.
        title: What is open: the store's or the demo's name.
        load: Loads bills, or None where loading makes no sense (the demo).
        newer: Whether another load has published a newer generation; off the event loop.
        loading: What is being loaded just now, by whomever, in words; '' for nothing. What is before the first colon
            says it alone where there is no room.
        refresh: Goes to the newest generation; true when there was a newer one.
        export: Writes a frame to a file as csv, parquet, json or md, safely, and returns its path.
        quarantined: Records set aside: from which on, how many (all), so many characters of their text (all).
        group_by: Dimensions offered by the group-by picker, tag keys included, ranked.
        views: Saved views.
        sql: Runs SQL of one's own.
        origin: Where what is loaded came from, and SQL for it.
        markers: Events, and what of them could not be read; read when they are asked for first.
        notes: Keeps notes on days.
        masking: Covers names and amounts.
        masked: What is covered, in words, or ''.
        first: What the command line asks to open with, in words; the start view otherwise.
        dataset: What is looked at: the bill, or its allocation.
        rates: Rates of exchange.
        ahead: Asks ahead; None where answers cost money or somebody else's time.
        made_from: Stamps of all that decides what is shown; none when the store has gone on since.
        follows: Whether newer data is gone to by itself, as with months of a lake that are on their way.
        beside: The desk of the other dataset, if anything of it is loaded or this one has its place.
    """

    ask: Ask
    calendar: Calendar | None
    look: Look
    start: View | None
    loaded: tuple[Loaded, ...] = ()
    budgets: tuple[Budget, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    load: Load | None = None
    newer: Callable[[], Awaitable[bool]] | None = None
    loading: Callable[[], Awaitable[str]] | None = None
    refresh: Callable[[], Awaitable[bool]] | None = None
    export: Callable[[pl.DataFrame, Path, str], Path] | None = None
    quarantined: Callable[[int, int | None, int | None], Awaitable[pl.DataFrame]] | None = None
    statement: Callable[[str, View], str] | None = None
    origin: Origin | None = None
    markers: Callable[[], Awaitable[tuple[tuple[Marker, ...], tuple[str, ...]]]] | None = None
    views: Views | None = None
    sql: Sql | None = None
    notes: Notes | None = None
    masking: Masking | None = None
    masked: str = ""
    first: Saved | None = None
    dataset: str = BILL
    rates: Rates | None = None
    ahead: Ahead | None = None
    made_from: Callable[[], tuple[str, ...]] | None = None
    follows: bool = False
    beside: Desk | None = field(default=None, compare=False, repr=False)
