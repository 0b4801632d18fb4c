"""Group by another dimension: the named ones, tags by the money they carry, any FOCUS column."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work

from finops_tui.queries.amounts import dearest_first, grouped
from finops_tui.queries.columns import ATTRIBUTES, PERIODS
from finops_tui.queries.dimensions import is_tag
from finops_tui.queries.view import BILL
from finops_tui.screens.desk import DeskError
from finops_tui.screens.pick import Choice, Picker
from finops_tui.screens.window import amounts_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk

GROUPINGS: Final[dict[str, str]] = {
    "service": "Service",
    "account": "Account: the sub account, else the billing account",
    "region": "Region",
    "usage": "Usage type: the meter or SKU",
    "resource": "Resource",
    "team": "Team, by the rules of finops.toml",
    "category": "Charge category",
    "commitment": "Commitment discount",
    "provider": "Provider",
    "tagged": "Tagged, untagged or untaggable",
    "group": "Service category",
    "pricing": "Pricing category",
    "sku": "SKU",
    "zone": "Availability zone",
    "payer": "Billing account",
    "publisher": "Publisher",
    "invoice": "Invoice",
    "currency": "Billing currency",
    "model": "AI model",
    "tokens": "Tokens: input, output, cache read or write",
}
"""Dimensions in the order they are offered; the first nine have the digits of the explorer."""


ALLOCATED: Final[dict[str, str]] = {
    "namespace": "Namespace",
    "cluster": "Cluster",
    "controller": "Controller: deployment, job, service",
    "pod": "Pod, or task",
    "component": "Component: CPU, RAM, GPU, volumes, network",
    "team": GROUPINGS["team"],
    "node": "Node",
    "container": "Container",
    "method": "Method: who allocated the money",
}
"""What an allocation has beside them, offered first; the digits mean these there."""


def groupings(dataset: str) -> dict[str, str]:
    """The dimensions of a dataset by name, in the order they are offered."""
    return (
        GROUPINGS
        if dataset == BILL
        else ALLOCATED | {name: words for name, words in GROUPINGS.items() if name not in ALLOCATED}
    )


SHOWN: Final = 20
"""Tag keys that show without typing for them, the dearest ones."""


class GroupPicker(Picker):
    """Choose what the table groups by."""

    heading: ClassVar[str] = "Group by"
    titles: ClassVar[tuple[str, str]] = ("Dimension", "Tagged cost")
    typed_for: ClassVar[str] = "type to find a dimension, a tag key or a FOCUS column"

    def __init__(self, desk: Desk, view: View) -> None:
        """Open over a view; the tags are asked for when the window is shown."""
        super().__init__(desk, view)
        self._tags: list[Choice] = []

    def on_mount(self) -> None:
        """Ask which tag keys there are."""
        self.ask_tags()

    def choices(self) -> Sequence[Choice]:
        """Dimensions, tags, and columns that show when typed for."""
        named = [Choice(key, title, also=key) for key, title in groupings(self.view.dataset).items()]
        known = {choice.key for choice in self._tags}
        own = [Choice(d, d) for d in self.view.group_by if is_tag(d) and d not in known]
        columns = [Choice(name, name, "FOCUS column", hidden=True) for name in (*ATTRIBUTES, *PERIODS)]
        first, rest = named[:9], named[9:]
        return [*first, *own, *self._tags, *rest, *columns]

    def current(self) -> str:
        """The dimension that is grouped by."""
        return self.view.dimension

    def made(self, choice: Choice) -> View:
        """The same slice by another dimension."""
        return self.view.regroup(choice.key)

    def nothing(self) -> str:
        """What to say when nothing fits."""
        return "no such dimension or tag; backspace for all of them, esc to leave"

    @work(exclusive=True)
    async def ask_tags(self) -> None:
        """Rank the tag keys by the money that carries them."""
        currencies = self.desk.calendar.currencies if self.desk.calendar is not None else ()
        try:
            frame = await self.desk.ask("tag_keys", replace(self.view, compared=None))
        except DeskError as error:
            self.say(str(error), bad=True)
            return
        sums = grouped(frame.to_dicts(), lambda row: row["key"])
        self._tags = [
            Choice(f"tag.{key}", f"tag.{key}", amounts_text(sums[key], currencies, 0), hidden=place >= SHOWN)
            for place, key in enumerate(dearest_first(sums, currencies))
        ]
        self.list_choices()
