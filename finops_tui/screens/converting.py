"""One currency by rates of exchange, on screen: the currencies in turn, and the rates beside the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finops_tui.queries.converting import days
from finops_tui.screens.line import Part

if TYPE_CHECKING:
    from finops_tui.queries.exchange import Used
    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk


def target(desk: Desk) -> str:
    """The currency that costs can be converted to; '' where there is nothing to convert, or no rate."""
    calendar = desk.calendar
    if desk.rates is None or calendar is None:
        return ""
    wanted = desk.rates.goal(calendar.currencies)
    return wanted if desk.rates.used(calendar.currencies, wanted, calendar.all) else ""


def used(desk: Desk, view: View) -> tuple[Used, ...]:
    """The rates that a view is converted by."""
    if view.converted is None or desk.rates is None or desk.calendar is None:
        return ()
    return desk.rates.used(desk.calendar.currencies, view.converted, days(view))


def told(desk: Desk, view: View) -> str:
    """The rates, their dates and their file, and the currencies that have none; '' where nothing is converted."""
    found = used(desk, view)
    if view.converted is None or desk.calendar is None or desk.rates is None:
        return ""
    known = {view.converted, *(one.rate.code for one in found)}
    missing = [code for code in desk.calendar.currencies if code not in known]
    words = [*(one.brief for one in found), *([f"no rate of {', '.join(missing)}"] if missing else [])]
    return f"{'; '.join(words)} ({desk.rates.file})"


def currency(desk: Desk, view: View) -> Part:
    """The currency of every figure, with the rates it is reckoned by."""
    code = view.currency or ""
    if view.converted is None:
        return Part(code, "", 0)
    if code != view.converted:
        return Part(f"{code} without a rate", "warn", 0)
    return Part(f"{code} by {told(desk, view)}", "", 0, brief=f"{code} converted")


def beside(desk: Desk, view: View) -> Part:
    """The rates beside a figure; where there is little room, the one of the first currency."""
    brief = next((one.rate.words for one in used(desk, view)), "no rate counts")
    return Part(f"by {told(desk, view)}", "muted", 1, brief=brief)
