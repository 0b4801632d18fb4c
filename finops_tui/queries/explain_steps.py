"""A change as a way from before to now: steps that add up, exact, and as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Final

from finops_tui.queries.amounts import EXACT, add
from finops_tui.queries.explain import contribution
from finops_tui.queries.explain_words import largest_remainder

if TYPE_CHECKING:
    from finops_tui.queries.explain import Driver, Explanation, Moved

BEFORE: Final = "before"
NOW: Final = "now"
ENDS: Final = (BEFORE, NOW)

_WIDE: Final = Context(prec=100, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way.

    Attributes:
        name: The part, or one of `ENDS`.
        amount: What it adds, exact; of an end what it cost.
        shown: The same rounded, so that what is shown adds up to the ends shown.
        since: The cost before the step, exact; 0 for an end.
        until: The cost after it.
        share: The amount as a fraction of what was before; None where nothing was, and of ends.
    """

    name: str
    amount: Decimal
    shown: Decimal
    since: Decimal
    until: Decimal
    share: Decimal | None


def rounded(amount: Decimal, decimals: int) -> Decimal:
    """An amount with so many decimals, half to even."""
    return amount.quantize(Decimal(1).scaleb(-decimals), context=_WIDE)


def way(moved: Moved, decimals: int) -> tuple[Step, ...]:
    """The steps of a change: what it was, each part, what it is.

    Args:
        moved: An explanation, or a driver of one.
        decimals: Decimals that are shown.
    """
    zero = Decimal(0)
    first, last = rounded(moved.before, decimals), rounded(moved.now, decimals)
    shown = largest_remainder(list(moved.parts.values()), EXACT.subtract(last, first), decimals)
    steps = [Step(BEFORE, moved.before, first, zero, moved.before, None)]
    at = moved.before
    for (name, amount), near in zip(moved.parts.items(), shown, strict=True):
        after = EXACT.add(at, amount)
        share = _WIDE.divide(amount, moved.before.copy_abs()) if moved.before else None
        steps.append(Step(name, amount, near, at, after, share))
        at = after
    return (*steps, Step(NOW, moved.now, last, zero, moved.now, None))


@dataclass(frozen=True, slots=True)
class Rest:
    """Drivers that are not listed one by one, added up exactly.

    Attributes:
        count: How many they are.
        before: Their cost before.
        now: Their cost now.
        amount: What they add to the part, or to the whole.
    """

    count: int
    before: Decimal
    now: Decimal
    amount: Decimal


def listed(one: Explanation, part: str | None, most: int) -> tuple[tuple[Driver, ...], Rest | None]:
    """The drivers with the largest contributions to a part (or the whole), and the rest in one."""
    ranked = one.ranked(part)
    others = ranked[most:]
    if not others:
        return ranked, None
    rest = Rest(
        len(others),
        add(driver.before for driver in others),
        add(driver.now for driver in others),
        add(contribution(driver, part) for driver in others),
    )
    return ranked[:most], rest
