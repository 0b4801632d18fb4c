"""Months of a lake brought here: those whose stamp changed, newest first, each asked for as one roll-up."""

from __future__ import annotations

import hashlib
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from finops_tui import lake_cube
from finops_tui.engines import opening, place
from finops_tui.engines.base import EngineError, EngineStoppedError, Tag
from finops_tui.engines.watching import patiently
from finops_tui.lake_shelf import Shelf
from finops_tui.sources.model import Progress, Refused, shown
from finops_tui.sources.s3 import Fetched

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from finops_tui.engines.base import Engine, LakePeriod, Told
    from finops_tui.lake_cube import Shape

    Tell = Callable[[Progress], None] | None
    Agree = Callable[[str], bool] | None


class NotAgreedError(EngineError):
    """Nobody agreed to a price; the message is the price in words."""


class Stop(threading.Event):
    """An event that is also set once somebody says so when asked."""

    def __init__(self, cancelled: Callable[[], bool] | None = None) -> None:
        super().__init__()
        self._cancelled = cancelled

    def is_set(self) -> bool:
        """Whether to stop."""
        return super().is_set() or (self._cancelled is not None and self._cancelled())


@dataclass(slots=True)
class Lake:
    """A lake, and what is held of it.

    Attributes:
        place: As it was named.
        engine: Who is asked.
        shelf: What is held.
        shape: What months are rolled up by.
        periods: The months that are wanted, newest first.
        agreed: Whether somebody agreed to what they cost, or it is so little that nobody is asked.
        choosing: Whether tags are still to be chosen by how many values they have in the first month that comes.
        notes: What the user should know.
    """

    place: place.LakePlace
    engine: Engine
    shelf: Shelf
    shape: Shape
    periods: tuple[LakePeriod, ...]
    agreed: bool = False
    choosing: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def missing(self) -> tuple[LakePeriod, ...]:
        """Months that are not held as the lake has them now."""
        return tuple(period for period in self.periods if not self.shelf.holds(period))

    def price(self, periods: Sequence[LakePeriod]) -> str:
        """What asking for months will cost at most, in words, if that is more than may be spent unasked; else ''."""
        total, count = Decimal(0), 0
        for period in periods:
            rollup = lake_cube.rollup(self.engine.describe(), self.shape, period.id)
            if (estimate := self.engine.estimate(rollup)) is not None:
                total, count = total + estimate.usd, count + estimate.bytes
        most = self.engine.max_usd
        if most is None or total <= most:
            return ""
        months = "a month" if len(periods) == 1 else f"{len(periods)} months"
        return (
            f"{self.engine.where}: {months}, at most {count / 1e9:,.1f} GB to be read, USD {total:.2f};"
            f" USD {most} may be spent without asking (max_usd)."
        )

    def consent(self, periods: Sequence[LakePeriod], agree: Agree) -> None:
        """Ask somebody, once, where months may cost more than may be spent unasked.

        Raises:
            NotAgreedError: they said no, or there is nobody.
        """
        price = "" if self.agreed else self.price(periods)
        if price and (agree is None or not agree(price)):
            raise NotAgreedError(price)
        self.agreed = True

    def keep(self) -> None:
        """Say what months are rolled up by; those of another shape are no longer held."""
        tags = tuple(dim.key for dim in self.shape.dims if isinstance(dim, Tag))
        known = repr((self.shape.dims, sorted(self.engine.describe().measures)))
        self.shelf.keep_to(hashlib.sha256(known.encode()).hexdigest(), tags)

    def bring(self, period: LakePeriod, stop: threading.Event, progress: Tell = None) -> Path:
        """Ask for a month, and keep it.

        Raises:
            EngineError: it was not answered.
            EngineStoppedError: `stop` was set.
            OSError: the disk refused.
        """
        fresh = self.shelf.fresh(period.id)

        def tell(told: Told) -> None:
            if progress is not None:
                read = f", {told.bytes / 1e6:,.0f} MB read" if told.bytes else ""
                words = f"{period.id} {told.state} {told.elapsed:.0f} s{read}: {self.engine.where}"
                progress(Progress(words, 0, 0, 0))

        try:
            pulled = lake_cube.pull(
                self.engine, self.shape, period.id, fresh, stop, progress=tell, narrow=self.choosing
            )
            if self.choosing and pulled.shape is not None:
                self.shape, self.choosing = pulled.shape, False
                self.keep()
            self.shelf.put(period, pulled)
        finally:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
        self.notes += pulled.notes
        paid = f", USD {pulled.usd}" if pulled.usd is not None else ""
        self.notes.append(f"{period.id}: {pulled.lines:,} lines of the lake in {pulled.rows:,} rows{paid}")
        return self.shelf.path(period.id)


def opened(
    url: str, options: Mapping[str, str], cache: Path, stop: threading.Event, agree: Agree = None
) -> Lake:
    """A lake: its table described, its months known.

    Args:
        url: As it was named.
        options: How AWS is reached, for engines that are there.
        cache: The user's cache folder.
        stop: Set to give up.
        agree: As for `fetch`; asked here where a month has to be read to know its tags.

    Raises:
        NotAgreedError: nobody agreed to what that, and the months, will cost.
        EngineError: it is not named well, cannot be reached, or is no bill.
        EngineStoppedError: `stop` was set.
    """
    named = place.parse(url)
    shelf = Shelf(cache, named)
    engine = opening.opened(named.engine, options, shelf.folder)
    table = patiently(engine.describe, stop)
    every = engine.periods(stop)
    months = tuple(period for period in every if period.id)
    if not months:
        raise EngineError(f"{engine.where}: there is no billing period in it")
    lake = Lake(named, engine, shelf, lake_cube.shape(table, (), named.columns), months[: named.months])
    tags = named.tags if named.tags is not None else shelf.tags
    if tags is None and table.maps:
        lake.consent((*lake.periods[:1], *lake.periods), agree)  # the newest is read once more, for its tags
        tags = engine.tag_keys(months[0].id, stop)[: place.MOST_TAGS]
        lake.choosing = True
    lake.shape = lake_cube.shape(table, tags or (), named.columns)
    lake.keep()
    if len(months) > len(lake.periods):
        lake.notes.append(
            f"{engine.where}: the newest {len(lake.periods)} of {len(months)} billing periods are looked at (months)"
        )
    if len(every) > len(months):
        lake.notes.append(f"{engine.where}: rows without a billing period are not read")
    return lake


def fetch(
    url: str,
    options: Mapping[str, str],
    cache: Path,
    progress: Tell = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    agree: Agree = None,
) -> Fetched:
    """Bring the months of a lake here that are not held as it has them.

    Args:
        url: As `place.parse` reads it.
        options: How AWS is reached, for engines that are there.
        cache: The user's cache folder.
        progress: Told which month it is at, and for how long.
        cancelled: Asked now and then; months that came until then are kept.
        agree: Told in words what it will cost, where that is more than may be spent unasked.

    Returns:
        A file for each month.

    Raises:
        EngineStoppedError: `cancelled` said so.
        OSError: the disk refused.
    """
    stop = Stop(cancelled)
    try:
        lake = opened(url, options, cache, stop, agree)
    except EngineStoppedError:
        raise
    except NotAgreedError as error:
        return Fetched(refused=(_not_asked(url, error),))
    except EngineError as error:
        return Fetched(refused=(Refused(shown(url, 400), str(error)),))
    try:
        missing = lake.missing
        lake.consent(missing, agree)
        for period in missing:
            lake.bring(period, stop, progress)
        if not missing:
            lake.notes.append(
                f"{lake.engine.where}: all {len(lake.periods)} months are held as the lake has them"
            )
    except EngineStoppedError:
        raise
    except NotAgreedError as error:
        return Fetched(_held(lake), (_not_asked(url, error),))
    except EngineError as error:
        return Fetched(_held(lake), (Refused(shown(url, 400), str(error)),), (), tuple(lake.notes))
    finally:
        lake.engine.close()
    return Fetched(_held(lake), (), (), tuple(lake.notes))


def _not_asked(url: str, price: NotAgreedError) -> Refused:
    named = shown(url, 400)
    return Refused(named, f"not asked: {price} To agree: finops-tui load '{named}' --yes")


def _held(lake: Lake) -> tuple[Path, ...]:
    paths = (lake.shelf.path(period.id) for period in lake.periods if lake.shelf.holds(period))
    return tuple(paths)
