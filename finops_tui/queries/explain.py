"""Why did it change: two periods' difference in parts and by drivers, exact, at any depth.

`explain` turns the answer of the question `explain` into one `Explanation` per currency. A driver or a part
is looked into by another view (`inside`): its explanation is the driver's or the part's, to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries.amounts import EXACT, ZERO, add
from finops_tui.queries.explain_days import Days
from finops_tui.queries.explain_parts import PARTS, Thing, parts_of, rows_of
from finops_tui.queries.view import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import polars as pl

    from finops_tui.queries.view import View

_FLAT: Final = 100
_MOVED: Final = 20


@dataclass(slots=True)
class _Sums:
    """A group while it is added up."""

    label: str | None = None
    before: Decimal = ZERO
    now: Decimal = ZERO
    parts: dict[str, Decimal] = field(default_factory=dict)

    def add(self, before: Decimal, now: Decimal, parts: Mapping[str, Decimal]) -> None:
        self.before = EXACT.add(self.before, before)
        self.now = EXACT.add(self.now, now)
        for name, amount in parts.items():
            if amount:
                self.parts[name] = EXACT.add(self.parts.get(name, ZERO), amount)

    def name(self, label: str | None) -> None:
        if label is not None and (self.label is None or label > self.label):
            self.label = label

    def ordered(self) -> dict[str, Decimal]:
        """The parts that are something, in the order they are told."""
        return {name: self.parts[name] for name in PARTS if self.parts.get(name)}


@dataclass(frozen=True, slots=True)
class Moved:
    """What something cost before and now, and what the difference is made of.

    Attributes:
        before: Cost in the earlier period.
        now: Cost in the later one.
        parts: What the change is made of, in the order of `PARTS`; parts that are nothing are left out.
    """

    before: Decimal
    now: Decimal
    parts: Mapping[str, Decimal]

    @property
    def change(self) -> Decimal:
        """Now less before: exactly what the parts add up to."""
        return EXACT.subtract(self.now, self.before)

    @property
    def offsetting(self) -> bool:
        """Whether it is flat and its parts are not."""
        return masked(self.change, self.before, self.parts.values())


@dataclass(frozen=True, slots=True)
class Driver(Moved):
    """One group's share of a change.

    Attributes:
        values: Its value of each dimension of the grouping.
        label: Name of the first value, where that is an identifier.
        conditions: What leaves its charges only.
    """

    values: tuple[str | None, ...]
    label: str | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Explanation(Moved):
    """Why the cost of a view changed, in one currency.

    Attributes:
        currency: Its code.
        drivers: Every group, the largest change first.
        unmeasured: Now and before together, what is charged by use and has no usable quantity.
        unlisted: Likewise, whose list and negotiated prices could not be told apart.
        replaced: What is new and what is gone because resources took the place of others of their kind.
    """

    currency: str
    drivers: tuple[Driver, ...]
    unmeasured: Decimal
    unlisted: Decimal
    replaced: tuple[Decimal, Decimal]

    @property
    def masked(self) -> bool:
        """Whether the total is flat and its groups are not."""
        return masked(self.change, self.before, (driver.change for driver in self.drivers))

    def ranked(self, part: str | None = None) -> tuple[Driver, ...]:
        """The drivers of a part (or of the whole), the largest contribution first; those without one left out.

        Raises:
            KeyError: no such part.
        """
        if part is not None and part not in PARTS:
            raise KeyError(part)
        return tuple(sorted(filter(_of(part), self.drivers), key=lambda driver: _rank(driver, part)))


def masked(change: Decimal, base: Decimal, moves: Iterable[Decimal]) -> bool:
    """Whether a change of less than 1 % of its base hides moves of more than 5 % of it, added up by size."""
    moved = add(move.copy_abs() for move in moves)
    size = base.copy_abs()
    return EXACT.multiply(change.copy_abs(), _FLAT) < size < EXACT.multiply(moved, _MOVED)


def explain(frame: pl.DataFrame, view: View) -> tuple[Explanation, ...]:
    """Take a change apart.

    Args:
        frame: The answer of the question `explain` for the view.
        view: With a comparison; its periods may differ in length.

    Returns:
        One explanation per currency, the dearest first.

    Raises:
        ValueError: the view compares nothing.
    """
    if view.compared is None:
        raise ValueError("nothing is compared: the view has no earlier period")
    days = Days.of(view.compared)
    keys = [f"k{n}" for n in range(len(view.group_by))]
    totals: dict[str, _Total] = {}
    for row in _rows(frame):
        code = row["currency"] or "XXX"
        values = tuple(row[key] for key in keys)
        totals.setdefault(code, _Total()).add(row, values, parts_of(Thing.of(row), days, view.basis))
    found = (total.explanation(code, view) for code, total in totals.items())
    return tuple(sorted(found, key=lambda one: (-max(one.now, one.before), one.currency)))


def _rows(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows of a frame; its decimals by way of text, which is several times as quick."""
    import polars as pl

    columns = []
    for series in frame.iter_columns():
        if series.dtype.is_decimal():
            texts = series.cast(pl.String).to_list()
            columns.append([None if text is None else Decimal(text) for text in texts])
        else:
            columns.append(series.to_list())
    names = frame.columns
    for values in zip(*columns, strict=True):
        yield dict(zip(names, values, strict=True))


@dataclass(slots=True)
class _Total:
    """One currency while it is added up."""

    groups: dict[tuple[str | None, ...], _Sums] = field(default_factory=dict)
    unmeasured: Decimal = ZERO
    unlisted: Decimal = ZERO
    came: Decimal = ZERO
    went: Decimal = ZERO

    def add(
        self, row: Mapping[str, Any], values: tuple[str | None, ...], parts: Mapping[str, Decimal]
    ) -> None:
        group = self.groups.setdefault(values, _Sums())
        group.add(row["before"], row["now"], parts)
        group.name(row["label"])
        if row["state"] == "unmeasured":
            self.unmeasured = EXACT.add(self.unmeasured, _size(row))
        elif parts.get("rate"):
            self.unlisted = EXACT.add(self.unlisted, _size(row))
        if row["replaced"]:
            self.came = EXACT.add(self.came, row["now"])
            self.went = EXACT.subtract(self.went, row["before"])

    def explanation(self, currency: str, view: View) -> Explanation:
        drivers = (_driver(values, sums, view.group_by) for values, sums in self.groups.items())
        whole = _Sums()
        for group in self.groups.values():
            whole.add(group.before, group.now, group.parts)
        return Explanation(
            before=whole.before,
            now=whole.now,
            parts=whole.ordered(),
            currency=currency,
            drivers=tuple(sorted(drivers, key=lambda driver: _rank(driver, None))),
            unmeasured=self.unmeasured,
            unlisted=self.unlisted,
            replaced=(self.came, self.went),
        )


def _size(row: Mapping[str, Any]) -> Decimal:
    return EXACT.add(row["before"].copy_abs(), row["now"].copy_abs())


def _driver(values: tuple[str | None, ...], sums: _Sums, dimensions: Sequence[str]) -> Driver:
    conditions = tuple(Condition(name, value) for name, value in zip(dimensions, values, strict=True))
    return Driver(sums.before, sums.now, sums.ordered(), values, sums.label, conditions)


def contribution(moved: Moved, part: str | None) -> Decimal:
    """What something adds to a part of the change, or to the whole."""
    return moved.change if part is None else moved.parts.get(part, ZERO)


def _of(part: str | None) -> Callable[[Driver], bool]:
    return lambda driver: part is None or contribution(driver, part) != 0


def _rank(driver: Driver, part: str | None) -> tuple[Decimal, tuple[tuple[bool, str], ...]]:
    names = tuple((value is None, value or "") for value in driver.values)
    return -contribution(driver, part).copy_abs(), names


def inside(view: View, *, driver: Driver | None = None, part: str | None = None) -> View:
    """The view of what is behind a driver, a part, or a driver's part.

    Its charges are all that the part is made of; for a part of use and rate, others of the same kind may be
    among them: there its explanation has the same part, and others beside it.

    Raises:
        KeyError: no such part.
    """
    conditions = (*(driver.conditions if driver else ()), *(rows_of(part) if part else ()))
    added = tuple(condition for condition in conditions if condition not in view.path)
    return replace(view, path=view.path + added)
