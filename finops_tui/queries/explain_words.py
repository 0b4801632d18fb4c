"""Why it changed, in sentences."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Final

from finops_tui.queries.amounts import EXACT, ZERO, add
from finops_tui.queries.buckets import describe
from finops_tui.queries.explain import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.explain import Explanation
    from finops_tui.queries.view import Comparison

    Amount = Callable[[Decimal, str], str]

_WIDE: Final = Context(prec=100, rounding=ROUND_HALF_EVEN)
_LARGEST: Final = 3


def sentences(found: Explanation, compared: Comparison, amount: Amount) -> tuple[str, ...]:
    """What there is to say of a change, the most important first.

    Args:
        found: The explanation.
        compared: The two periods.
        amount: Writes an amount of a currency.

    Returns:
        Sentences without anything that comes from the bill but its currency.
    """

    def signed(value: Decimal) -> str:
        return f"{'+' if value > 0 else '-'}{amount(value.copy_abs(), found.currency)}"

    told = [_headline(found, compared, amount)]
    largest = sorted(found.parts.items(), key=lambda part: -part[1].copy_abs())[:_LARGEST]
    if largest:
        told.append("Most of it: " + ", ".join(f"{name} {signed(value)}" for name, value in largest) + ".")
    if compared.now.days != compared.before.days:
        told.append(f"The periods have {compared.now.days} and {compared.before.days} days.")
    if found.masked or found.offsetting:
        what = "groups" if found.masked else "parts"
        told.append(f"Masked: the total hardly moved, and its {what} moved against each other.")
    told += _caveats(found, amount, signed)
    return tuple(told)


def _headline(found: Explanation, compared: Comparison, amount: Amount) -> str:
    now, before = describe(compared.now), describe(compared.before)
    costs = amount(found.now, found.currency)
    if not found.change:
        return f"{now} costs exactly as much as {before}: {costs}."
    less = found.change < 0
    by = amount(found.change.copy_abs(), found.currency)
    if found.before <= 0:
        was = amount(found.before, found.currency)
        return f"{now} costs {costs}, {before} {was}: {by} {'less' if less else 'more'}."
    share = _WIDE.divide(found.change.copy_abs(), found.before) * 100
    percent = f"{share:,.1f}%" if share >= Decimal("0.05") else "less than 0.1%"
    return (
        f"{now} is {percent} {'below' if less else 'above'} {before}: {costs} instead of "
        f"{amount(found.before, found.currency)}, {by} {'less' if less else 'more'}."
    )


def _caveats(found: Explanation, amount: Amount, signed: Callable[[Decimal], str]) -> list[str]:
    told = []
    came, went = found.replaced
    if masked(ZERO, found.before, (came, went)):
        told.append(
            f"New {signed(came)} and gone {signed(went)} are resources that took the place of others of their kind; "
            "matched by usage they are compared as one."
        )
    if found.unlisted:
        told.append(
            f"Of charges of {amount(found.unlisted, found.currency)} in both periods the prices cannot be told apart, "
            "list from negotiated: they are in rate."
        )
    if found.unmeasured:
        told.append(
            f"Charges of {amount(found.unmeasured, found.currency)} in both periods have no quantity "
            "that could be compared: they are in fees."
        )
    return told


def coverage(calendar: Calendar, compared: Comparison) -> str:
    """Which days are compared, and what of the data is still arriving."""
    last = calendar.complete_until - timedelta(days=1)
    newest = (calendar.all.until - calendar.complete_until).days
    days = f"the last is {last.isoformat()}"
    if compared.now.until > calendar.complete_until:
        return f"Days that are still arriving are among them: {last.isoformat()} is the last complete one."
    if newest > 0:
        return f"Complete days only: {days}, {newest} newer still arriving."
    return f"Complete days only: {days}."


def largest_remainder(amounts: Sequence[Decimal], total: Decimal, decimals: int) -> list[Decimal]:
    """Amounts rounded so that what is shown adds up to the total shown.

    Args:
        amounts: Exact amounts, that add up to about the total.
        total: With as many decimals as are shown.
        decimals: How many those are.
    """
    unit = Decimal(1).scaleb(-decimals)
    down = Context(prec=100, rounding=ROUND_FLOOR)
    floors = [amount.quantize(unit, context=down) for amount in amounts]
    left = int(EXACT.subtract(total, add(floors)).scaleb(decimals))
    order = sorted(range(len(amounts)), key=lambda n: (EXACT.subtract(floors[n], amounts[n]), n))
    shown = list(floors)
    for step in range(abs(left) if amounts else 0):
        index = order[step % len(order)]
        shown[index] = EXACT.add(shown[index], unit if left > 0 else -unit)
    return shown


def mostly(parts: Mapping[str, Decimal]) -> str:
    """The name of the largest part, or '' when there is none."""
    return max(parts, key=lambda name: parts[name].copy_abs(), default="")
