"""What the lines of the explorer say: top, status, hints, and the words for an empty store."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from finops_tui.queries import filters
from finops_tui.queries.view import ALLOCATION, BILL
from finops_tui.screens import money, trail
from finops_tui.screens.keys import actions, shown_all
from finops_tui.screens.line import Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk
    from finops_tui.screens.explorer_groups import Groups

NAME = "finops-tui"
SPLIT = "allocation of money already in the bill; not added to it"
_RANKS = {"help": 1, "explain.this": 3, "nav.pane": 20}
_GRAINS = {"hour": "hourly", "day": "daily", "week": "weekly", "month": "monthly"}


def top(
    title: str, view: View, names: Mapping[tuple[str, str | None], str], currencies: Sequence[str]
) -> tuple[list[Part], list[Part]]:
    """The breadcrumb, and at the right everything the figures depend on, also what they leave out."""
    path = trail.crumbs(view, names)
    left = [
        Part(title or NAME, "strong", 9),
        *([Part(view.dataset, "warn", 0)] if view.dataset != BILL else ()),
        Part("▸ " + " ▸ ".join(path), "accent", 0, tail=True),
    ]
    right = [
        Part(trail.days(view.period), "", 0),
        Part(_GRAINS[view.grain], "muted", 8),
        Part(trail.compared(view), "muted", 7),
        Part(view.basis, "", 0),
        Part(trail.counted(view), "warn", 1),
        Part(_in_currency(view, currencies), "", 0),
    ]
    return left, right


def _in_currency(view: View, currencies: Sequence[str]) -> str:
    """The currency of every figure, and the ones of the data that are not among them."""
    code = view.currency or ""
    if view.converted is not None:
        return f"{code} converted" if code == view.converted else f"{code} without a rate"
    others = [other for other in currencies if other != code]
    if not others:
        return code
    return f"{code}, not {others[0]}" if len(others) == 1 else f"{code}, not {len(others)} others"


def top_empty(title: str) -> list[Part]:
    """The top line while nothing is loaded."""
    return [Part(title or NAME, "strong", 0)]


def empty(desk: Desk) -> str:
    """What to do when nothing is loaded."""
    keys = {action.id: shown_all(action, desk.keys)[0] for action in actions("sources") if action.keys}
    if desk.beside is not None and desk.beside.start is not None:
        own = {action.id: shown_all(action, desk.keys)[0] for action in actions("explore") if action.keys}
        return f"No bill is loaded; its allocation is: {own['slice.dataset']} shows it."
    if desk.load is None:
        return f"Nothing is loaded. {keys['quit']} leaves."
    return (
        f"Nothing is loaded yet: press {keys['go.sources']}, then {keys['sources.load']}, to load bills; "
        f"or leave with {keys['quit']} and try `finops-tui demo`."
    )


def alone(desk: Desk) -> str | None:
    """What to say of an allocation that was loaded without its bill; None where there is a bill."""
    if desk.dataset == BILL or (desk.beside is not None and desk.beside.start is not None):
        return None
    return "no bill is loaded, only its allocation"


def nothing(view: View) -> str:
    """What to do when a view has no charges."""
    if view.filter is not None:
        return "Nothing matches: / changes the filter, 0 clears it, z goes back."
    if view.path or view.excluded or view.included:
        return "No charges here: Esc comes out, b shows what counts, z goes back."
    return "No charges in this period: t chooses another one, [ and ] move it."


def status(groups: Groups, calendar: Calendar | None) -> tuple[list[Part], list[Part]]:
    """The row under the cursor, the marked rows, and what the data covers."""
    left: list[Part] = []
    right: list[Part] = []
    view, row = groups.shown, groups.current
    if view is not None:
        total = groups.marked_sum()
        if total is not None:
            left.append(
                Part(f"{len(groups.marked)} marked: {money.amount(total, view.currency or '')}", "accent", 0)
            )
        if row is not None and row.get("k0") not in {None, row.get("name")}:
            left.append(Part(str(row["k0"]), "muted", 3))
        if view.filter is not None and filters.split(view.filter)[1] is not None and groups.total is not None:
            left.append(Part(f"these rows: {money.amount(groups.total, view.currency or '')}", "", 2))
        if view.dataset == ALLOCATION:
            right.append(Part(SPLIT, "warn", 0, brief="allocation, not added to the bill"))
        right.append(Part(f"{groups.count:,} {'row' if groups.count == 1 else 'rows'}", "muted", 2))
    if calendar is not None:
        last = calendar.last
        complete = calendar.complete_until.toordinal() - 1
        right.append(Part(f"data to {last.day} {trail.month(last)} {last.year}", "muted", 1))
        if complete != last.toordinal():
            day = last.fromordinal(complete)
            right.append(Part(f"complete to {day.day} {trail.month(day)}", "muted", 2))
    return left, right


_AGES: Final = ((86400, "d"), (3600, "h"), (60, "min"))


def loaded(desk: Desk, now: datetime) -> list[Part]:
    """When the newest of what is shown was loaded; nothing in the demo, to which nothing is delivered.

    Args:
        desk: What is loaded.
        now: The time, with its zone.
    """
    times = [unit.loaded_at for unit in desk.loaded if unit.dataset == desk.dataset]
    if desk.newer is None or not times:
        return []
    try:
        when = datetime.fromisoformat(max(times))
    except ValueError:
        return []
    seconds = int((now - (when if when.tzinfo is not None else when.replace(tzinfo=UTC))).total_seconds())
    age = next((f"{seconds // size} {word} ago" for size, word in _AGES if seconds >= size), "just now")
    return [Part(f"loaded {age}", "muted", 2)]


def hints(where: str, overrides: Mapping[str, str]) -> list[Part]:
    """The keys worth knowing, as many as fit; the help is always among them."""
    return [
        Part(action.words, "muted", _RANKS.get(action.id, rank), shown_all(action, overrides)[0])
        for rank, action in enumerate((a for a in actions(where) if a.footer), start=2)
    ]
