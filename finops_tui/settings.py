"""`finops.toml`: teams, budgets, keys and how the explorer opens.

The file is never written. Where it lies: `finops_tui.paths.config_file`; an example with every key:
`docs/finops.example.toml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from finops_tui import mapped
from finops_tui.queries import dimensions
from finops_tui.queries.budgets import THRESHOLDS, Budget
from finops_tui.queries.filters import FilterError
from finops_tui.queries.periods import parse_period
from finops_tui.queries.teams import Rule, Teams
from finops_tui.queries.view import BASES, CATEGORIES
from finops_tui.toml_reader import Reader, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal
    from pathlib import Path

    from finops_tui.mapped import Mapped
    from finops_tui.markers import Place
    from finops_tui.rates import RatesFile
    from finops_tui.toml_reader import Where

__all__ = ["Settings", "SettingsError", "Start", "check_keys", "load"]

THEMES: Final = ("auto", "dark", "light")
DELTA_COLORS: Final = ("cost", "neutral", "off")
COMPARISONS: Final = ("previous", "none")

_TOP: Final = (
    *("theme", "mouse", "delta_colors", "view", "accounts", "team"),
    *("budget", "keys", "format", "markers", "currency"),
)
_VIEW: Final = ("saved", "period", "basis", "group", "compare", "exclude")
_BUDGET: Final = (
    *("name", "scope", "amount", "plan", "months", "currency"),
    *("basis", "thresholds", "owner", "exclude"),
)
_MONTH: Final = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Start:
    """What the explorer opens with.

    Attributes:
        period: As `queries.periods` reads it.
        basis: Cost basis.
        group: Dimensions to group by.
        compare: `previous` (like for like) or `none`.
        exclude: Charge categories left out.
        saved: Name of a saved view to open with in place of all that, or ''.
    """

    period: str = "mtd"
    basis: str = "effective"
    group: tuple[str, ...] = ("service",)
    compare: str = "previous"
    exclude: frozenset[str] = frozenset()
    saved: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything `finops.toml` can say.

    Attributes:
        teams: Rules of the dimension `team`.
        budgets: In the order of the file.
        keys: Keys by action id, comma separated; checked by `check_keys`.
        theme: `auto`, `dark` or `light`.
        mouse: Whether the explorer takes the mouse.
        delta_colors: `cost` (a rise is bad), `neutral` or `off`.
        view: What the explorer opens with.
        account_names: Names by account id, where the bill has none or others are wanted.
        formats: Tables of any kind, and which of their columns are which FOCUS columns.
        markers: Where events come from: files, and tags of git repositories.
        rates: Where rates of exchange are, or None.
        path: The file, or None when there is none.
        key_lines: Line of each entry of `keys`.
    """

    teams: Teams = field(default_factory=Teams)
    budgets: tuple[Budget, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    theme: str = "auto"
    mouse: bool = True
    delta_colors: str = "cost"
    view: Start = field(default_factory=Start)
    account_names: Mapping[str, str] = field(default_factory=dict)
    formats: tuple[Mapped, ...] = ()
    markers: tuple[Place, ...] = ()
    rates: RatesFile | None = None
    path: Path | None = None
    key_lines: Mapping[str, int] = field(default_factory=dict)


def load(path: Path, *, required: bool = False) -> Settings:
    """The settings of a file.

    Args:
        path: `finops.toml`.
        required: Whether it must exist; otherwise a missing file means the defaults.

    Raises:
        SettingsError: it is missing though required, or something in it is wrong: everything that is, with
            its line.
    """
    try:
        reader = Reader(path)
    except FileNotFoundError:
        if required:
            raise SettingsError([f"{path}: no such file"]) from None
        return Settings()
    except OSError as error:
        raise SettingsError([f"{path}: {error.strerror}"]) from None
    data = reader.data
    reader.known(data, _TOP, ())
    keys, key_lines = _keys(reader)
    accounts = reader.table(data, "accounts")
    settings = Settings(
        teams=_teams(reader),
        budgets=_budgets(reader),
        keys=keys,
        theme=reader.choice(data, "theme", "auto", THEMES),
        mouse=reader.flag(data, "mouse", default=True),
        delta_colors=reader.choice(data, "delta_colors", "cost", DELTA_COLORS),
        view=_start(reader),
        account_names={name: reader.text(accounts, name, name, ("accounts",)) for name in accounts},
        formats=mapped.read(reader),
        markers=_markers(reader),
        rates=_rates(reader),
        path=path,
        key_lines=key_lines,
    )
    if reader.problems:
        raise SettingsError(reader.in_order())
    return settings


def _markers(reader: Reader) -> tuple[Place, ...]:
    if "markers" not in reader.data:
        return ()
    from finops_tui.markers import places

    return places(reader)


def _rates(reader: Reader) -> RatesFile | None:
    from finops_tui.rates import place

    return place(reader) if "currency" in reader.data else None


def check_keys(settings: Settings) -> None:
    """Check the key overrides against the explorer's actions; only where there is an explorer, for its cost.

    Raises:
        SettingsError: an unknown action, a key that does not exist, or two actions on one key.
    """
    from finops_tui.screens.keys import KeysError, keymap

    problems: list[str] = []
    for name, keys in settings.keys.items():
        try:
            keymap({name: keys})
        except KeysError as error:
            problems += [f"{settings.path}:{settings.key_lines[name]}: {text}" for text in error.problems]
    if not problems:
        try:
            keymap(settings.keys)
        except KeysError as error:
            problems = [f"{settings.path}: {text}" for text in error.problems]
    if problems:
        raise SettingsError(problems)


def _keys(reader: Reader) -> tuple[dict[str, str], dict[str, int]]:
    """Keys by action id, and the line of each."""
    keys: dict[str, str] = {}
    lines: dict[str, int] = {}
    for name, at, value in _flat(reader.table(reader.data, "keys")):
        keys[name] = ",".join(reader.texts({at[-1]: value}, at[-1], ("keys", *at[:-1])))
        lines[name] = reader.line(("keys", *at))
    return keys, lines


def _start(reader: Reader) -> Start:
    table, where = reader.table(reader.data, "view"), ("view",)
    reader.known(table, _VIEW, where)
    period = reader.text(table, "period", "mtd", where)
    with reader.complaining((*where, "period")):
        parse_period(period, date(2001, 1, 1), date(2000, 1, 1), date(2001, 1, 1))
    group = reader.texts(table, "group", where) or ("service",)
    with reader.complaining((*where, "group")):
        group = tuple(dimensions.canonical(name) for name in group)
    return Start(
        period=period,
        basis=reader.choice(table, "basis", "effective", BASES, where),
        group=group,
        compare=reader.choice(table, "compare", "previous", COMPARISONS, where),
        exclude=_categories(reader, table, where),
        saved=reader.text(table, "saved", "", where),
    )


def _categories(reader: Reader, table: dict[str, Any], where: Where) -> frozenset[str]:
    names = reader.texts(table, "exclude", where)
    for name in names:
        if name not in CATEGORIES:
            reader.complain(
                (*where, "exclude"), f"no charge category {name!r}; one of {', '.join(CATEGORIES)}"
            )
    return frozenset(names) & frozenset(CATEGORIES)


def _teams(reader: Reader) -> Teams:
    rules = []
    for i, table in enumerate(reader.tables("team")):
        where: Where = ("team", i)
        name = reader.text(table, "name", "", where)
        conditions: dict[str, tuple[str, ...]] = {}
        for field_name, path, value in _flat({key: value for key, value in table.items() if key != "name"}):
            values = reader.texts({path[-1]: value}, path[-1], (*where, *path[:-1]))
            conditions[field_name] = values
            if values or value == []:
                with reader.complaining((*where, *path)):
                    Rule.of(name or "a team", {field_name: values})
        if all(conditions.values()):
            with reader.complaining(where):
                rules.append(Rule.of(name, conditions))
    return Teams(tuple(rules))


def _flat(table: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """`tag.team = "x"` is a table in a table to TOML, and the field `tag.team` here: name, path, value."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, (*path, key))
        else:
            yield ".".join((*path, key)), (*path, key), value


def _budgets(reader: Reader) -> tuple[Budget, ...]:
    budgets: list[Budget] = []
    for i, table in enumerate(reader.tables("budget")):
        where: Where = ("budget", i)
        reader.known(table, _BUDGET, where)
        try:
            budget = _budget(reader, table, where)
            if budget is None:
                continue
        except FilterError as error:
            reader.complain((*where, "scope"), f"scope: {error} (character {error.position + 1})")
        except ValueError as error:
            reader.complain(where, str(error))
        else:
            if any(other.name == budget.name for other in budgets):
                reader.complain((*where, "name"), f"there are two budgets {budget.name!r}")
            budgets.append(budget)
    return tuple(budgets)


def _budget(reader: Reader, table: dict[str, Any], where: Where) -> Budget | None:
    """The budget of a table; None when something in it is wrong and has been complained about."""
    known = len(reader.problems)
    name = reader.text(table, "name", "", where)
    if not name.strip():
        raise ValueError("a budget needs a name")
    amount: Decimal | None = None
    if "amount" in table:
        amount = reader.amount(table["amount"], (*where, "amount"))
    months = []
    for month, value in reader.table(table, "months", where).items():
        at = (*where, "months", month)
        if not _MONTH.fullmatch(month):
            reader.complain(at, f"{month!r} is no month; write it as 2026-11")
        elif (planned := reader.amount(value, at)) is not None:
            months.append((month, planned))
    values: dict[str, Any] = {
        "plan": reader.amounts(table, "plan", where),
        "scope": reader.text(table, "scope", "", where),
        "basis": reader.choice(table, "basis", "effective", BASES, where),
        "currency": reader.text(table, "currency", "USD", where),
        "thresholds": reader.amounts(table, "thresholds", where) if "thresholds" in table else THRESHOLDS,
        "owner": reader.text(table, "owner", "", where),
        "excluded": _categories(reader, table, where),
    }
    if len(reader.problems) > known:
        return None
    return Budget(name=name, amount=amount, months=tuple(sorted(months)), **values)
