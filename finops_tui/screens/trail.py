"""Where we are, in words: values, breadcrumb, period and basis. All of it derives from the view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.queries import buckets, filters
from finops_tui.queries.dimensions import is_tag
from finops_tui.queries.view import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from finops_tui.queries.view import Condition, Period, View

Names = dict[tuple[str, str | None], str]
"""What values are called, where they are identifiers: by dimension and value."""

_TITLES: Final = {
    "usage": "Usage type",
    "sku": "SKU",
    "payer": "Billing account",
    "group": "Service category",
}


def title(dimension: str) -> str:
    """A dimension as a heading: `Service`, `Usage type`, `tag team`."""
    if is_tag(dimension):
        return f"tag {dimension[4:]}"
    return _TITLES.get(dimension) or (dimension if dimension[:1].isupper() else dimension.capitalize())


def value_in_words(dimension: str, value: str | None, label: str | None = None) -> str:
    """A value as people know it; one that is missing says what is missing."""
    if value is None:
        return f"(no {dimension[4:] if is_tag(dimension) else dimension})"
    return label or value or "(empty)"


def cell(place: int) -> str:
    """The cell of a table that names the value of a dimension, by its place in the grouping."""
    return f"name{place}" if place else "name"


def cells(group_by: Sequence[str], values: Sequence[str | None], label: str | None) -> dict[str, str]:
    """The cells that name a group; a label is of its first value."""
    pairs = enumerate(zip(group_by, values, strict=True))
    return {cell(n): value_in_words(name, value, None if n else label) for n, (name, value) in pairs}


def crumbs(view: View, names: Mapping[tuple[str, str | None], str]) -> tuple[str, ...]:
    """The path, one word for each condition, and the filter."""
    path = [_crumb(condition, names) for condition in view.path]
    if view.filter is not None:
        path.append(f"/{filters.unparse(view.filter)}")
    return tuple(path) or ("Everything",)


def _crumb(condition: Condition, names: Mapping[tuple[str, str | None], str]) -> str:
    name = names.get((condition.dimension, condition.value))
    words = value_in_words(condition.dimension, condition.value, name)
    return f"not {words}" if condition.excluded else words


def days(period: Period) -> str:
    """The days of a period: `1–19 Nov 2026`."""
    return buckets.describe(period)


def compared(view: View) -> str:
    """The days that are compared, in words: those of the period are named where they are not all of it."""
    if view.compared is None:
        return "not compared"
    now, before = view.compared.now, view.compared.before
    year = f" {now.since.year}"
    words = f"vs {days(before).removesuffix(year)}"
    whole = (now.since, now.until) == (view.period.since, view.period.until)
    return words if whole else f"{days(now).removesuffix(year)} {words}"


def counted(view: View) -> str:
    """Which charge categories count, or '' when all do."""
    if view.included:
        return "only " + ", ".join(name for name in CATEGORIES if name in view.included)
    if view.excluded:
        return "without " + ", ".join(name for name in CATEGORIES if name in view.excluded)
    return ""


def landing(old: View, new: View) -> tuple[bool, str | None]:
    """Which value the cursor belongs on after a step out: (whether there is one, the value)."""
    inside = len(old.path) > len(new.path) and old.path[: len(new.path)] == new.path
    if inside and old.path[len(new.path)].dimension == new.dimension:
        return True, old.path[len(new.path)].value
    return False, None


def month(day: date) -> str:
    """The month of a day: `Nov`."""
    return buckets.MONTHS[day.month - 1]
