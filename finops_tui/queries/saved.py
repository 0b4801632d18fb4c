"""A view in words: what is kept in a file, written on a command line, and made a view again by any calendar."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finops_tui.queries import dimensions, filters
from finops_tui.queries.view import BASES, BILL, CATEGORIES, DATASETS, GRAINS, View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finops_tui.queries.calendar import Calendar

PICTURES: Final = ("trend", "ranking", "calendar", "treemap", "table")
LONGEST: Final = 60
"""Characters of a name."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A view as it is written down.

    Attributes:
        name: What it is called; '' for one that was never saved.
        key: A character that opens it from the list of saved views, or ''.
        period: As `queries.periods` reads it, so that `mtd` stays the month to date.
        by: Dimensions it is grouped by.
        filter: As `queries.filters` reads it; groups that were entered are part of it.
        basis: Cost basis.
        exclude: Charge categories left out.
        grain: Bins of the chart.
        currency: Billing currency, or None for all of them.
        compare: Whether the days before are compared, like for like.
        picture: What stands above the table.
        pin: Whether its total is watched in a line of its own.
        dataset: Whether it is of the bill or of its allocation.
        converted: Currency that costs are converted to, or None.
    """

    name: str = ""
    key: str = ""
    period: str = "mtd"
    by: tuple[str, ...] = ("service",)
    filter: str = ""
    basis: str = "effective"
    exclude: tuple[str, ...] = ()
    grain: str = "day"
    currency: str | None = None
    compare: bool = True
    picture: str = "trend"
    pin: bool = False
    dataset: str = BILL
    converted: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no view could be made of.

        Raises:
            ValueError: the message says what is wrong, and what could be there.
        """
        for what, word, known in (
            ("cost basis", self.basis, tuple(BASES)),
            ("grain", self.grain, GRAINS),
            ("picture", self.picture, PICTURES),
            ("dataset", self.dataset, tuple(DATASETS)),
            *(("charge category", name, tuple(CATEGORIES)) for name in self.exclude),
        ):
            if word not in known:
                raise ValueError(f"no {what} {word!r}; one of {', '.join(known)}")
        if len(self.name) > LONGEST or not self.name.isprintable():
            raise ValueError(f"a name has up to {LONGEST} characters, all of them visible")
        if len(self.key) > 1 or not (self.key.isprintable() and self.key.strip() == self.key):
            raise ValueError(f"{self.key!r} is no key; it is one character")
        if not self.by:
            raise ValueError("a view is grouped by something")
        for name in self.by:
            dimensions.canonical(name)
        filters.parse(self.filter)

    @classmethod
    def of(cls, view: View, name: str = "", key: str = "", picture: str = "trend") -> Saved:
        """A view in words. What groups were entered becomes a filter, which means the same."""
        excluded = view.excluded | (set(CATEGORIES) - view.included if view.included else set())
        return cls(
            name=name,
            key=key,
            period=view.period.name or f"{view.period.since}..{_last(view)}",
            by=view.group_by or ("service",),
            filter=filters.of_view(view),
            basis=view.basis,
            exclude=tuple(category for category in CATEGORIES if category in excluded),
            grain=view.grain,
            currency=view.currency,
            compare=view.compared is not None,
            picture=picture,
            dataset=view.dataset,
            converted=view.converted,
        )

    def view(self, calendar: Calendar) -> View:
        """The view over what a calendar covers.

        Raises:
            ValueError: its period or one of its dimensions cannot be read.
        """
        period = calendar.period(self.period)
        return View(
            period=period,
            compared=calendar.compared(period) if self.compare else None,
            group_by=tuple(dimensions.canonical(name) for name in self.by),
            filter=filters.parse(self.filter),
            basis=self.basis,
            excluded=frozenset(self.exclude),
            grain=self.grain if self.grain != "hour" or calendar.hourly else "day",
            currency=self.currency,
            dataset=self.dataset,
            converted=self.converted,
        )

    def options(self) -> Iterator[str]:
        """The words of a command line that mean this view."""
        if self.dataset != BILL:
            yield from ("--dataset", self.dataset)
        yield from ("--by", ",".join(map(listed, self.by)), "--period", self.period)
        if self.filter:
            yield f"--filter={self.filter}"  # it may begin with a minus
        if self.basis != "effective":
            yield from ("--basis", self.basis)
        for category in self.exclude:
            yield from ("--exclude", category)
        if self.currency is not None:
            yield from ("--currency", self.currency)
        if self.converted is not None:
            yield from ("--convert", self.converted)

    def command(self, *, headless: bool = False) -> str:
        """The command that opens this view, or prints it, quoted for a shell."""
        words = ["finops-tui", *(["query"] if headless else []), *self.options()]
        if headless and self.compare:
            words.append("--compare")
        elif not headless:
            words += ["--grain", self.grain, "--picture", self.picture]
            words += [] if self.compare else ["--no-compare"]
        return shlex.join(words)


def _last(view: View) -> str:
    from datetime import timedelta

    return (view.period.until - timedelta(days=1)).isoformat()


def listed(dimension: str) -> str:
    """A dimension as an item of a list separated by commas."""
    return f'"{dimension}"' if "," in dimension else dimension
