"""Conditions that a question to a lake's engine carries: values that its months have within a view.

They hold for every charge of the view, whatever its conditions are, so nothing of it is left behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.engines import answer
from finops_tui.engines.base import Column, In, Tag
from finops_tui.lake_file import focus_name
from finops_tui.queries.dimensions import MISSING_TAGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from finops_tui.lake_cube import Shape
    from finops_tui.lake_need import Need
    from finops_tui.queries.view import View
    from finops_tui.store import Store

OTHERS: Final = "(all others)"
"""What everything that is not among the dearest is called."""

PUSHED: Final = ("SubAccountId", "ServiceName", "RegionId")
"""Columns by which conditions are pushed, beside tags that the view names."""

LONGEST: Final = 60
"""Values that a pushed list has at most; a longer one would leave little out."""


def pushed(store: Store, view: View, wanted: Shape, months: Mapping[str, Path]) -> tuple[In, ...]:
    """Conditions that every charge of a view fulfils, from the values that the months have in it.

    Args:
        store: The months, loaded.
        view: A view that they can answer.
        wanted: What months are rolled up by.
        months: Their files.
    """
    columns = {dim.name.lower(): dim for dim in wanted.dims if isinstance(dim, Column)}
    looked: dict[str, Column | Tag] = {
        name: columns[name.lower()] for name in PUSHED if name.lower() in columns
    }
    named = {c.dimension for c in view.path}
    looked |= {
        f"tag.{_plain(dim.key)}": dim
        for dim in wanted.dims
        if isinstance(dim, Tag) and f"tag.{_plain(dim.key)}" in named
    }
    if not looked or not months:
        return ()
    frame = store.ask_now("by_key", view.regroup(*looked))
    found = []
    for n, (name, dim) in enumerate(looked.items()):
        values = {_known(name, value) for value in frame.get_column(f"k{n}").to_list()}
        raw = _raw(months.values(), dim)
        kept = tuple(one for one in raw if _spellings(one) & values)
        if len(kept) < len(raw) and len(kept) <= LONGEST:
            found.append(In(dim, kept))
    return tuple(found)


def asked(view: View, need: Need) -> list[tuple[In, ...]]:
    """Conditions on columns that months do not have: line items of one thing are asked for by its id, or its name."""
    columns = {name.lower(): name for name in need.columns}
    things = [c.value for c in view.path if c.dimension == "resource" and not c.excluded]
    wanted = tuple(value for value in things if value is not None and value != OTHERS)
    if not wanted:
        return [()]
    return [
        (In(Column(columns[name]), wanted),) for name in ("resourceid", "resourcename") if name in columns
    ]


def _raw(files: Iterable[Path], dim: Column | Tag) -> tuple[str | None, ...]:
    """Every value of a dimension, as the lake has it."""
    if isinstance(dim, Tag):
        key = dim.key.replace("'", "''")
        column = f"\"Tags\"['{key}']"
    else:
        column = f'"{focus_name(dim.name)}"'
    listed = ", ".join(f"'{_text(path)}'" for path in files)
    connection = answer.connected()
    try:
        rows = connection.execute(
            f"SELECT DISTINCT {column} FROM read_parquet([{listed}], union_by_name = true) ORDER BY 1 NULLS LAST"
        ).fetchall()
    finally:
        connection.close()
    return tuple(row[0] for row in rows)


def _known(name: str, value: str | None) -> str | None:
    """A value of a group as the store has it; a tag's missing value is none."""
    return None if name.startswith("tag.") and value in MISSING_TAGS else value


def _spellings(raw: str | None) -> set[str | None]:
    """What a value may have become when it was loaded."""
    if raw is None:
        return {None}
    text = raw.strip()
    found: set[str | None] = {text, text.removesuffix(".0")}
    return found | {None} if text.lower() in {"", "null", "none"} else found


def _plain(key: str) -> str:
    """A key of a tag as it is grouped by."""
    return key.strip().removeprefix("user:").removeprefix("user_")


def _text(path: Path) -> str:
    return str(path).replace("'", "''")
