"""One question to a lake's engine that months cannot answer: priced, asked, loaded into a store of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from finops_tui import lake_lens, lake_need, lake_push
from finops_tui.engines.base import Column, EngineError, EngineStoppedError
from finops_tui.lake_file import focus_name

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from finops_tui.engines.base import Engine, Table, Told
    from finops_tui.lake_cube import Shape
    from finops_tui.lake_need import Need
    from finops_tui.queries.view import View
    from finops_tui.store import Store


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of a lake once its engine has described the table."""

    engine: Engine
    table: Table
    shape: Shape
    top: int

    @property
    def held(self) -> frozenset[str]:
        """Columns that months are rolled up by, folded."""
        names = (focus_name(dim.name) for dim in self.shape.dims if isinstance(dim, Column))
        return frozenset(name.lower() for name in names)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way.

    Attributes:
        lake: Who is asked.
        store: The months.
        names: Names of accounts by id.
        need: What months lack.
        view: What is looked at.
        months: Files of the months it looks at.
        folder: An empty folder for what comes.
    """

    lake: Described
    store: Store
    names: Mapping[str, str] | None
    need: Need
    view: View
    months: Mapping[str, Path]
    folder: Path

    def fetch(self, stop: threading.Event, notes: list[str], tell: Callable[[str], None]) -> Store:
        """Ask, and load what came; in a thread.

        Args:
            stop: Set once nobody waits.
            notes: Takes what there is to know about the answer.
            tell: Told how far it is, in words for the status line.

        Returns:
            A store that answers questions about the view.

        Raises:
            EngineError: it was not answered, or may cost too much.
            EngineStoppedError: `stop` was set.
        """
        from finops_tui.store import Store

        lake = self.lake
        near, beyond = lake_need.near(self.view, lake.table, lake.held, self.store.teams)
        if beyond:
            notes.append("filter: part of it cannot be asked of the engine, and counts among what came")
        where = lake_push.pushed(self.store, near, lake.shape, self.months)
        wanted = lake_lens.Wanted(self.need, self.months, where, lake.top)
        price = _price(lake, wanted)

        def told(at: Told) -> None:
            tell(f"{at.state} {at.elapsed:.0f} s{price}: {lake.engine.where}; Esc gives it up")

        paths: list[Path] = []
        said: list[str] = []
        for more in lake_push.asked(self.view, self.need) if self.need.lines else [()]:
            one = replace(wanted, where=(*where, *more))
            paths, said = lake_lens.bring(lake.engine, lake.shape, one, self.folder, stop=stop, progress=told)
            if paths:
                break
        notes += said
        root = self.folder / "store"
        if paths:
            _load(root, paths, stop)
        return Store(root, teams=self.store.teams, names=self.names, rates=self.store.rates)


def _price(lake: Described, wanted: lake_lens.Wanted) -> str:
    """What a question will cost at most, in words; '' where nobody knows.

    Raises:
        EngineError: it is more than may be spent.
    """
    estimates = [lake.engine.estimate(one) for one in lake_lens.questions(lake.engine, lake.shape, wanted)]
    known = [one for one in estimates if one is not None]
    if not known:
        return ""
    usd = sum((one.usd for one in known), Decimal(0))
    read = sum(one.bytes for one in known)
    most = lake.engine.max_usd
    if most is not None and usd > most:
        raise EngineError(
            f"this may read {read / 1e9:,.1f} GB and cost USD {usd:.2f}; at most USD {most} may be spent (max_usd)"
        )
    return f", at most {read / 1e6:,.0f} MB, USD {usd:.2f}"


def _load(root: Path, paths: list[Path], stop: threading.Event) -> None:
    """Load what came into a store of its own.

    Raises:
        EngineError: it is no bill.
        EngineStoppedError: `stop` was set.
    """
    from finops_tui import loader
    from finops_tui.sources.model import Discovery

    try:
        result = loader.load_found(root, Discovery(tuple(paths)), [], cancelled=stop.is_set)
    except loader.LoadCancelledError as error:
        raise EngineStoppedError("stopped") from error
    if result.refused:
        raise EngineError(result.refused[0].reason)
