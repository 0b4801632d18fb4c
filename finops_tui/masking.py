"""Names that may be shown to others: accounts, resources, teams and tag values by a word of their own.

The same name is the same word everywhere and every time on this machine: a keyed hash, whose key lies in a
private file. Amounts may be multiplied by one factor, so that parts still add up and shares stay true.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finops_tui import paths
from finops_tui.queries import dimensions, filters
from finops_tui.queries.amounts import EXACT

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from finops_tui.queries import Ask
    from finops_tui.queries.budgets import Budget
    from finops_tui.queries.view import Condition, View
    from finops_tui.screens.desk import Loaded

_KEY: Final = "mask.key"
_DIGITS: Final = 6
_LONG: Final = 16

KINDS: Final[dict[str, str]] = {
    "account": "account", "payer": "account", "resource": "resource", "commitment": "commitment",
    "invoice": "invoice", "team": "team",
    "SubAccountId": "account", "SubAccountName": "account", "BillingAccountId": "account",
    "BillingAccountName": "account", "ResourceId": "resource", "ResourceName": "resource",
    "CommitmentDiscountId": "commitment", "CommitmentDiscountName": "commitment",
    "CapacityReservationId": "resource", "InvoiceId": "invoice", "InvoiceDetailId": "invoice",
    "AllocatedResourceId": "resource", "AllocatedResourceName": "resource", "ChargeDescription": "charge",
    "cluster": "cluster", "namespace": "namespace", "controller": "controller", "pod": "pod",
    "node": "node", "container": "container", "spelling": "spelling",
}  # fmt: skip
"""Dimensions and columns whose values name somebody or something, and the word they become."""

_SHOWN: Final = frozenset((*dimensions.MISSING_TAGS, dimensions.UNALLOCATED))
"""Values that say what is missing: they name nobody."""

_MAPS: Final = ("Tags", "RawTags", "Extra", "AllocatedTags")


def key() -> bytes:
    """The key of this machine's words; made when first asked for.

    Raises:
        OSError: it cannot be read or written.
    """
    path = paths.state_folder() / _KEY
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = secrets.token_bytes(32)
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(number, "wb") as out:  # noqa: PTH123  (a descriptor, not a path)
            out.write(made)
        return made


def kind_of(dimension: str) -> str | None:
    """The word that values of a dimension become, or None when they may be shown."""
    if dimensions.is_tag(dimension):
        return "tag"
    if dimension.lower().startswith("x_"):
        return "value"
    return KINDS.get(dimension)


class Mask:
    """Turns names into words and back.

    Args:
        secret: Key of the hash.
        factor: What amounts are multiplied by; None leaves them as they are.
    """

    def __init__(self, secret: bytes, factor: Decimal | None = None) -> None:
        self._secret = secret
        self.factor = factor
        self._names: dict[str, str] = {}
        self._words: dict[tuple[str, str], str] = {}

    def word(self, kind: str, name: str | None) -> str | None:
        """The word for a name; what is missing stays missing."""
        if not name or name in _SHOWN or name in self._names:
            return name
        found = self._words.get((kind, name))
        if found is None:
            digest = hmac.digest(self._secret, name.encode("utf-8", "replace"), hashlib.sha256).hex()
            found = f"{kind}-{digest[:_DIGITS]}"
            if self._names.get(found, name) != name:
                found = f"{kind}-{digest[:_LONG]}"
            self._words[kind, name] = found
            self._names[found] = name
        return found

    def name(self, word: str | None) -> str | None:
        """The name behind a word; anything else is itself."""
        return self._names.get(word, word) if word is not None else None

    def amount(self, amount: Decimal | None) -> Decimal | None:
        """An amount as it may be shown."""
        return amount if amount is None or self.factor is None else EXACT.multiply(amount, self.factor)

    def view(self, view: View, *, masked: bool) -> View:
        """A view in words, or with the names behind them."""
        path = tuple(self._condition(condition, masked=masked) for condition in view.path)
        found = view.filter
        if found is not None:
            found = self._filter(found, masked=masked)
        return replace(view, path=path, filter=found)

    def _condition(self, condition: Condition, *, masked: bool) -> Condition:
        kind = kind_of(condition.dimension)
        if kind is None:
            return condition
        value = self.word(kind, condition.value) if masked else self.name(condition.value)
        return replace(condition, value=value)

    def _filter(self, expr: filters.Expr, *, masked: bool) -> filters.Expr:
        if isinstance(expr, filters.And | filters.Or):
            return replace(expr, terms=tuple(self._filter(term, masked=masked) for term in expr.terms))
        if isinstance(expr, filters.Not):
            return filters.Not(self._filter(expr.term, masked=masked))
        if isinstance(expr, filters.Match):
            kind = kind_of(expr.field)
            if kind is not None:
                turn = (lambda value: self.word(kind, value)) if masked else self.name
                return replace(expr, values=tuple(turn(value) or "" for value in expr.values))
        if isinstance(expr, filters.Word):
            return expr if masked else filters.Word(self.name(expr.text) or expr.text)
        return expr

    def budget(self, budget: Budget) -> Budget:
        """A budget whose name, owner, scope and amounts may be shown."""
        scope = filters.parse(budget.scope)
        name, owner = self.word("budget", budget.name), self.word("owner", budget.owner)
        covered: dict[str, Any] = {
            "name": name or "",
            "owner": owner or "",
            "amount": self.amount(budget.amount),
            "plan": tuple(map(self.amount, budget.plan)),
            "months": tuple((month, self.amount(amount)) for month, amount in budget.months),
            "scope": "" if scope is None else filters.unparse(self._filter(scope, masked=True)),
        }
        return replace(budget, **covered)

    def unit(self, unit: Loaded) -> Loaded:
        """A loaded unit whose account, files and amounts may be shown."""
        return replace(
            unit,
            account=self.word("account", unit.account) or "",
            files=tuple(self.word("file", file) or "" for file in unit.files),
            billed=self._sums(unit.billed),
            effective=self._sums(unit.effective),
        )

    def _sums(self, sums: Mapping[str, str]) -> dict[str, str]:
        return {code: str(self.amount(Decimal(text))) for code, text in sums.items()}

    def frame(self, frame: pl.DataFrame, view: View) -> pl.DataFrame:
        """An answer whose names are words, and whose amounts are multiplied."""
        import polars as pl

        kinds = {f"k{number}": kind_of(name) for number, name in enumerate(view.group_by)}
        kinds["label"] = kinds["title"] = kind_of(view.dimension) if view.dimension else None
        columns = []
        for series in frame.iter_columns():
            kind = kinds.get(series.name, KINDS.get(series.name))
            if series.dtype.is_decimal() and self.factor is not None:
                columns.append(_scaled(series, self.factor))
            elif series.name in _MAPS:
                columns.append(self._maps(series))
            elif kind is not None and series.dtype == pl.String:
                columns.append(
                    pl.Series(series.name, [self.word(kind, v) for v in series.to_list()], pl.String)
                )
            else:
                columns.append(series)
        return pl.DataFrame(columns) if columns else frame

    def _maps(self, series: pl.Series) -> pl.Series:
        """Maps with their keys, and words for their values."""
        import polars as pl

        rows = [
            None if row is None else [{**pair, "value": self.word("tag", pair["value"])} for pair in row]
            if isinstance(row, list)
            else row
            for row in series.to_list()
        ]  # fmt: skip
        return pl.Series(series.name, rows, series.dtype)


def _scaled(series: pl.Series, factor: Decimal) -> pl.Series:
    from finops_tui.queries.amounts import decimal_column

    values = series.to_list()
    return decimal_column(series.name, [None if v is None else EXACT.multiply(v, factor) for v in values])


class MaskedAsk:
    """Asks for names, answers in words."""

    def __init__(self, ask: Ask, mask: Mask) -> None:
        self._ask = ask
        self._mask = mask

    async def __call__(self, question: str, view: View, **parameters: object) -> pl.DataFrame:
        """Answer a question about a view that holds words."""
        frame = await self._ask(question, self._mask.view(view, masked=False), **parameters)
        return self._mask.frame(frame, view)
