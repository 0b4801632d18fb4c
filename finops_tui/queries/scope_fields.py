"""What lines say and what they must fulfil: SQL over `lines`, or over numbers that are held in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from finops_tui.queries import dimensions
from finops_tui.queries.binder import Binder
from finops_tui.queries.resident import Field
from finops_tui.queries.view import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from finops_tui.queries.resident import Resident
    from finops_tui.queries.teams import Teams
    from finops_tui.queries.view import Condition, View

    Bind = Callable[[object], str]
    Test = Callable[[str, "Form", Callable[[str], str]], str]

Form: TypeAlias = Literal["raw", "grouped", "label"]
"""A dimension as the export has it, as it is grouped by, or the name that belongs to its identifiers."""


class Fields:
    """The SQL of dimensions, team rules and the settings' names of accounts included."""

    def __init__(self, teams: Teams | None, names: Mapping[str, str] | None) -> None:
        self._teams = teams
        self._names = names or {}

    def sql(self, dimension: str, form: Form, bind: Bind) -> str:
        """The SQL of a dimension over `lines`."""
        if form == "label":
            return self._label(dimension, bind)
        if dimension == "team":
            return self._team(bind)
        make = dimensions.raw if form == "raw" else dimensions.expression
        return make(dimension, bind)

    def field(self, dimension: str, form: Form) -> Field:
        """The same as what can be held in memory."""
        bind = Binder()
        return Field(self.sql(dimension, form, bind), tuple(bind.values.values()))

    def labelled(self, dimension: str) -> bool:
        """Whether a dimension's values have names at all."""
        return dimension in dimensions.LABELS

    def _team(self, bind: Bind) -> str:
        if self._teams is None:
            return f"'{dimensions.UNALLOCATED}'"
        return self._teams.sql(bind, lambda field: dimensions.raw(field, bind))

    def _label(self, dimension: str, bind: Bind) -> str:
        """The settings' names come first."""
        label = dimensions.label(dimension)
        if not self._names or dimension not in {"account", "payer"}:
            return label
        names = ", ".join(f"{bind(id_)}: {bind(name)}" for id_, name in self._names.items())
        return f"coalesce((MAP {{{names}}})[{dimensions.DIMENSIONS[dimension]}], {label})"


def usual(fields: Fields) -> tuple[Field, ...]:
    """What most questions are about; tags and teams are for those who ask for them."""
    grouped = ("service", "account", "region", "usage", "resource", "category", "currency", "tagged")
    found = [fields.field(name, "grouped") for name in (*grouped, "ChargeClass")]
    return (*found, *(fields.field(name, "label") for name in ("account", "region", "resource")))


class Terms:
    """What every line of a view fulfils, its days apart.

    Args:
        view: What is looked at.
        fields: The SQL of dimensions.
        bind: Registers a value and returns its placeholder.
    """

    def __init__(self, view: View, fields: Fields, bind: Bind) -> None:
        self.view = view
        self.bind = bind
        self._fields = fields

    def text(self, dimension: str, form: Form) -> str:
        """The SQL of a dimension."""
        return self._fields.sql(dimension, form, self.bind)

    def plain(self, *, currency: bool) -> list[str]:
        """Conditions over `lines`.

        Args:
            currency: Whether the view's currency is one of them.
        """
        return self._terms(lambda name, form, make: make(self.text(name, form)), currency)

    def held(self, resident: Resident, values: Mapping[str, object], *, currency: bool) -> list[str]:
        """The same over numbers: each text is looked at once, whatever lines say it.

        Args:
            resident: What is held.
            values: What `bind` has registered.
            currency: Whether the view's currency is one of them.
        """
        asked: list[tuple[str, str, str]] = []

        def collect(name: str, form: Form, make: Callable[[str], str]) -> str:
            found = self._fields.field(name, form)
            if resident.columns[found] not in resident.blank:
                asked.append((resident.dictionary(found), "code", make("v")))
            return ""

        def test(name: str, form: Form, make: Callable[[str], str]) -> str:
            found = self._fields.field(name, form)
            if resident.columns[found] in resident.blank:
                return make("NULL::VARCHAR")
            return resident.holds(found, make("v"), values)

        self._terms(collect, currency)
        resident.found(asked, values)  # all at once, which is quicker than one by one below
        return self._terms(test, currency)

    def needed(self, *, currency: bool) -> set[Field]:
        """What must be held for that."""
        found: set[Field] = set()

        def test(name: str, form: Form, make: Callable[[str], str]) -> str:
            del make
            found.add(self._fields.field(name, form))
            return "true"

        self._terms(test, currency)
        return found

    def _terms(self, test: Test, currency: bool) -> list[str]:  # noqa: FBT001
        view = self.view
        terms = [self.condition(condition, test) for condition in view.path]
        if view.filter is not None:
            from finops_tui.queries import filter_sql, filters

            rows, _ = filters.split(view.filter)
            if rows is not None:
                terms.append(filter_sql.where_each(rows, self.bind, test))
        if currency and view.currency is not None:
            wanted = self.bind(view.currency)
            terms.append(test("currency", "raw", lambda value: f"{value} = {wanted}"))
        if view.included:
            terms.append(f"({self._categories(view.included, test)})")
        if view.excluded:
            terms.append(f"NOT ({self._categories(view.excluded, test)})")
        return terms

    def _categories(self, names: Iterable[str], test: Test) -> str:
        kinds = sorted(CATEGORIES[name] for name in names if name != "refund")
        terms = []
        if kinds:
            listed = ", ".join(map(self.bind, kinds))
            terms.append(test("category", "raw", lambda value: f"coalesce({value}, '') IN ({listed})"))
        if "refund" in names:
            terms.append(test("ChargeClass", "raw", lambda value: f"coalesce({value}, '') = 'Correction'"))
        return " OR ".join(terms)

    def condition(self, condition: Condition, test: Test) -> str:
        """The SQL of one value that is kept or left out."""
        same = "IS DISTINCT FROM" if condition.excluded else "IS NOT DISTINCT FROM"
        value = "NULL" if condition.value is None else self.bind(condition.value)
        return test(condition.dimension, "grouped", lambda text: f"{text} {same} {value}")
