"""Commands with an argument, as steps from a view to the next: `:period 2026-03`, `:group tag.team`."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from finops_tui.queries import dimensions, filters
from finops_tui.queries.view import BASES, CATEGORIES
from finops_tui.screens import steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.view import View
    from finops_tui.screens.action import Action


def one_of(word: str, known: Sequence[str], what: str) -> str:
    """A word of a list, or the only one that begins so.

    Raises:
        ValueError: it is none of them; the message says which there are.
    """
    lower = word.lower()
    begun = [name for name in known if name.lower().startswith(lower)]
    exact = [name for name in known if name.lower() == lower]
    if exact or len(begun) == 1:
        return (exact or begun)[0]
    close = get_close_matches(lower, list(known), n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    raise ValueError(f"no {what} {word!r}: one of {', '.join(known)}{hint}")


def counting(view: View, argument: str, *, wanted: bool) -> View:
    """The view in which charge categories count, or do not, beside those that do already.

    Raises:
        ValueError: no such category, or none would count any more.
    """
    names = {one_of(name.strip(), tuple(CATEGORIES), "charge category") for name in argument.split(",")}
    excluded = view.excluded | (set(CATEGORIES) - view.included if view.included else set())
    excluded = excluded - names if wanted else excluded | names
    if excluded == set(CATEGORIES):
        raise ValueError("at least one charge category has to count")
    return view.without(excluded)


def commanded(view: View, action: Action, argument: str, calendar: Calendar, *, comparing: bool) -> View:
    """The view that a command leads to.

    Raises:
        ValueError: the argument cannot be understood; the message is for people.
    """
    match action.id:
        case "slice.group":
            found = view.regroup(*(dimensions.canonical(name.strip()) for name in argument.split(",")))
        case "slice.filter":
            found = replace(view, filter=filters.parse(argument))
        case "slice.period":
            found = steps.at(view, calendar.period(argument), calendar, comparing=comparing)
        case "slice.grain":
            found = replace(view, grain=one_of(argument, steps.grains(view, calendar), "grain"))
        case "slice.basis":
            found = replace(view, basis=one_of(argument, tuple(BASES), "cost basis"))
        case "slice.exclude" | "slice.include":
            found = counting(view, argument, wanted=action.id == "slice.include")
        case "slice.currency":
            code = one_of(argument, calendar.currencies, "currency")
            found = replace(view, currency=code, converted=None)
        case _:
            raise ValueError(f"{action.command} takes nothing after it")
    return found
