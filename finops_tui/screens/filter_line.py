"""The filter: read at every letter, completed from the data, the dearest values first."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work

from finops_tui.queries import filters
from finops_tui.queries.amounts import ZERO, dearest_first, grouped, per_currency
from finops_tui.queries.dimensions import UNTAGGABLE_VALUE, UNTAGGED_VALUE, is_tag
from finops_tui.queries.filter_ast import AGGREGATES
from finops_tui.queries.filter_complete import (
    FIELDS,
    NUMBER_OPERATORS,
    OPERATORS,
    Completion,
    accept,
    complete,
)
from finops_tui.queries.filters import FilterError
from finops_tui.queries.view import BILL, View
from finops_tui.screens.desk import DeskError
from finops_tui.screens.group_picker import ALLOCATED, GROUPINGS
from finops_tui.screens.prompt import Offer, Prompt, title_of
from finops_tui.screens.window import amounts_text

if TYPE_CHECKING:
    from finops_tui.queries.filters import Expr
    from finops_tui.screens.desk import Desk

PAUSE: Final = 0.12
"""Seconds without a letter before the data is asked."""

VALUES: Final = 50
"""Values asked for at most."""

_SHORT: Final = "enter apply · esc leave"

OPERATOR_WORDS: Final[dict[str, str]] = {
    ":": "contains, or * pattern; nothing after it: has no value",
    "=": "is exactly",
    "!=": "is not",
    "~": "regular expression",
    ">": "more than",
    ">=": "at least",
    "<": "less than",
    "<=": "at most",
}

FIELD_WORDS: Final[dict[str, str]] = {
    **ALLOCATED,
    **GROUPINGS,
    "tag.": "a tag key",
    "cost": "cost of a group on screen",
    "delta": "change of a group on screen",
}


class FilterLine(Prompt[View]):
    """Write a filter for a view; it is dismissed with the view that has it."""

    sign: ClassVar[str] = "/"
    hint: ClassVar[str] = "tab take · ↑↓ choose · ↑ earlier · enter apply · empty clears · esc leave"

    def __init__(self, desk: Desk, view: View) -> None:
        """Open over a view, with its filter in the line.

        Args:
            desk: Answers questions.
            view: What is looked at now.
        """
        super().__init__(desk, filters.unparse(view.filter) if view.filter is not None else "")
        self.view = view
        self.valid: Expr | None = view.filter
        self._kept = ""

    def changed(self) -> None:
        """Read the line, and offer what could come next."""
        text = self.line.value
        try:
            self.valid = filters.parse(text)
        except FilterError as error:
            self.mark(bad_part(text, error.position))
            self.say(str(error), bad=True)
        else:
            self.mark(None)
            self.say(self.hint)
        at = complete(text, self.line.cursor_position)
        if at.kind == "field":
            self.offer(self._fields(at.prefix), "Field")
        elif at.kind == "operator":
            known = NUMBER_OPERATORS if at.field in AGGREGATES else OPERATORS
            self.offer([Offer(op, f"{at.field}{op}", OPERATOR_WORDS[op]) for op in known], "Operator")
        elif at.field in AGGREGATES:
            self.offer([])
        self.ask_data(at)

    def taken(self, offer: Offer) -> tuple[str, int]:
        """Put an offer where the cursor is."""
        at = complete(self.line.value, self.line.cursor_position)
        text, cursor = accept(self.line.value, at, offer.text)
        if at.kind == "tag key" and not text[cursor : cursor + 1].strip():
            return f"{text[:cursor]}={text[cursor:]}", cursor + 1
        return text, cursor

    def entered(self, text: str) -> None:
        """Leave with the view that has this filter; an empty line is no filter."""
        try:
            expr = filters.parse(text)
        except FilterError as error:
            self.line.cursor_position = error.position
            self.say(str(error), bad=True)
            return
        self.remember(text)
        self.dismiss(replace(self.view, filter=expr))

    def _fields(self, prefix: str) -> list[Offer]:
        low = prefix.lower()
        own = [name for name in ALLOCATED if name in FIELDS] if self.view.dataset != BILL else []
        fields = tuple(dict.fromkeys((*own, *FIELDS)))
        begun = [name for name in fields if name.startswith(low)]
        within = [name for name in fields if low in name and name not in begun]
        return [Offer(name, name, FIELD_WORDS.get(name, "")) for name in (*begun, *within)]

    @work(exclusive=True)
    async def ask_data(self, at: Completion) -> None:
        """After a pause, ask for values or tag keys, and what the filter keeps."""
        await asyncio.sleep(PAUSE)
        if self.left:
            return
        try:
            if at.kind == "tag key":
                await self._offer_tags(at)
            elif at.kind == "value" and at.field not in AGGREGATES:
                await self._offer_values(at)
            await self._say_kept()
        except DeskError as error:
            self.say(str(error), bad=True)

    @property
    def _currencies(self) -> tuple[str, ...]:
        return self.desk.calendar.currencies if self.desk.calendar is not None else ()

    async def _offer_tags(self, at: Completion) -> None:
        frame = await self.desk.ask("tag_keys", replace(self.view, compared=None, filter=None))
        sums = grouped(frame.to_dicts(), lambda row: row["key"])
        fits = [key for key in dearest_first(sums, self._currencies) if at.prefix.lower() in key.lower()]
        offers = [Offer(key, f"tag.{key}", amounts_text(sums[key], self._currencies)) for key in fits]
        self.offer(offers, "Tag key", "Tagged cost")

    async def _offer_values(self, at: Completion) -> None:
        view = replace(self.view, compared=None, group_by=(at.field,), filter=before(self.line.value, at))
        frame = await self.desk.ask("values", view, containing=at.prefix, limit=VALUES)
        rows = frame.to_dicts()
        sums = grouped(rows, lambda row: row["k0"])
        names = {row["k0"]: row["label"] for row in rows}
        hidden = {UNTAGGED_VALUE, UNTAGGABLE_VALUE} if is_tag(at.field) else set()
        offers = [
            Offer(
                value or "",
                title_of(value, names[value], self.desk) if value else "(has none)",
                amounts_text(sums[value], self._currencies),
            )
            for value in dearest_first(sums, self._currencies)
            if value not in hidden
        ]
        self.offer(offers, f"Values of {at.field}", "Cost")

    async def _say_kept(self) -> None:
        """Say how much of the slice the last filter that could be read keeps."""
        rows = filters.split(self.valid)[0] if self.valid is not None else None
        whole = replace(self.view, compared=None, filter=None)
        of = per_currency((await self.desk.ask("total", whole)).to_dicts())
        kept = per_currency((await self.desk.ask("total", replace(whole, filter=rows))).to_dicts())
        shown = amounts_text({code: kept.get(code, ZERO) for code in of}, self._currencies)
        self._kept = f"keeps {shown or 'nothing'} of {amounts_text(of, self._currencies) or 'nothing'}"
        if self.bad.span is None:
            self.say(
                f"{self._kept} · {self.hint}" if self.app.size.width >= 120 else f"{self._kept} · {_SHORT}"
            )


def before(text: str, at: Completion) -> Expr | None:
    """The filter in front of the term that is being typed, as far as it says anything on its own."""
    head, _, _ = text[: at.start].rpartition(" ")
    try:
        expr = filters.parse(head)
    except FilterError:
        return None
    return filters.split(expr)[0] if expr is not None else None


def bad_part(text: str, position: int) -> tuple[int, int]:
    """From where a filter goes wrong to the end of that word; the last letter when it just ends."""
    start = min(position, max(len(text) - 1, 0))
    end = start
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, max(end, start + 1)
