"""The line of key figures: the period's cost, its change like for like, projection, budget, untagged share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from finops_tui.queries import amounts, shares
from finops_tui.queries.projection import project
from finops_tui.screens import converting, kpi_month, money, questions, trail
from finops_tui.screens.asking import Asking
from finops_tui.screens.line import Line, Part

if TYPE_CHECKING:
    from decimal import Decimal

    import polars as pl

    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk


@dataclass(frozen=True, slots=True)
class Figures:
    """What the line says, in one currency.

    Attributes:
        cost: Of the whole period.
        now: Of its complete days, as far as they are compared.
        before: Of as many days before.
        lines: Line items behind the cost.
        elsewhere: Costs in the other currencies, never added.
    """

    cost: Decimal
    now: Decimal
    before: Decimal
    lines: int
    elsewhere: tuple[tuple[str, Decimal], ...] = ()


def figures(total: pl.DataFrame, code: str | None) -> Figures:
    """The figures of one currency out of the answer to `total`."""
    rows = total.to_dicts()
    mine = next((row for row in rows if row["currency"] == code), None)
    others = tuple((row["currency"], row["cost"]) for row in rows if row["currency"] != code and row["n"])
    if mine is None:
        return Figures(amounts.ZERO, amounts.ZERO, amounts.ZERO, 0, others)
    return Figures(mine["cost"], mine["now"], mine["before"], mine["n"], others)


class KpiLine(Line, Asking):
    """Asks for the key figures of a view and writes them."""

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(desk.look, id=id, gap=3)
        self.desk = desk
        self.figures: Figures | None = None

    async def answer(self, view: View) -> None:
        """Ask for the total of every currency, then for the rest."""
        name, everything, _ = questions.total(view)
        self.figures = figures(await self.ask(name, everything), view.currency)
        parts, others = cost_parts(self.figures, view), other_currencies(self.figures, view.converted)
        if view.converted is not None and view.currency == view.converted:
            parts.insert(1, converting.beside(self.desk, view))
        self.show((*parts, *others))
        month = await self._month(view)
        self.show((*parts, *month, *others))
        name, tagged, _ = questions.tagged(view)
        self.show((*parts, *month, *untagged(await self.ask(name, tagged)), *others))

    async def _month(self, view: View) -> tuple[Part, ...]:
        """The projection and the budget of the month, where the view is about it."""
        calendar = self.desk.calendar
        question = questions.month(view, calendar) if calendar is not None else None
        if calendar is None or question is None:
            return ()
        month = kpi_month.month_of(calendar)
        rows = kpi_month.charges(await self.ask(question.name, question.view))
        found = project(rows, calendar.complete_until, month.since)
        parts = kpi_month.projected(found, view.currency or "")
        budget = kpi_month.budget_for(view, self.desk.budgets)
        if budget is None:
            return tuple(parts)
        own = kpi_month.history(budget.view(month), month)
        rows = kpi_month.charges(await self.ask("by_bucket", own))
        state = kpi_month.state_of(budget, rows, calendar, month)
        return (*parts, *kpi_month.budgeted(state))

    def failed(self, words: str) -> None:
        """Say that there are none."""
        self.figures = None
        self.show((Part(words, "bad", 0),))


def cost_parts(found: Figures, view: View) -> list[Part]:
    """The period's cost and its change, with the days compared in words."""
    code = view.currency or ""
    parts = [Part(money.amount(found.cost, code), "strong", 0)]
    if view.compared is None:
        return parts
    change = money.change_percent((found.now, found.before))
    rise = "bad" if found.now > found.before else "good" if found.now < found.before else ""
    parts.append(Part(change, rise, 0))
    words = trail.compared(view)
    parts.append(Part(f"{words} {money.amount(found.before, code)}", "muted", 4))
    return parts


def other_currencies(found: Figures, converted: str | None = None) -> list[Part]:
    """What was spent in other currencies: said, never added."""
    if converted is not None:
        return [
            Part(f"{money.amount(cost, code)} {_lacks(code, converted)}", "warn", 0)
            for code, cost in found.elsewhere[:3]
        ]
    return [
        Part(f"{amount} apart (C)", "warn", 3, brief=f"{amount} (C)")
        for amount in (money.amount(cost, code) for code, cost in found.elsewhere[:3])
    ]


def _lacks(code: str, converted: str) -> str:
    return "has a rate" if code == converted else "has no rate"


def untagged(tagged: pl.DataFrame) -> list[Part]:
    """The share of untagged cost in what could carry a tag at all."""
    costs = dict(zip(tagged.get_column("k0"), tagged.get_column("cost"), strict=True))
    whole = amounts.add(costs.get(name) for name in ("tagged", "untagged"))
    part = shares.share(costs.get("untagged", amounts.ZERO), whole)
    return [Part(f"untagged {money.percent(part)}", "", 2)] if part is not None else []
