"""Tables staged by the formats of a finops.toml."""

from pathlib import Path

from finops_tui import settings
from finops_tui.sources import Staged, formats, generic, stage
from tests import figures
from tests.sources.bills import Bench, text

TOML = """
[[format]]
name = "Tool"
{more}
[format.columns]
ChargePeriodStart = "When"
BilledCost = "Amount"
[format.constants]
BillingCurrency = "{currency}"
"""


def staged_by(bench: Bench, toml: str, *paths: Path) -> Staged:
    """Stage files with the formats of a finops.toml."""
    found = settings.load(bench.file("finops.toml", toml)).formats
    bench.staged = stage(bench.connection, paths, kinds=(*generic.kinds(found), *formats.KINDS))
    figures.count("bad files refused", len(bench.staged.refused))
    figures.count("bad records set aside", sum(file.quarantined for file in bench.staged.files))
    return bench.staged


def tool(
    bench: Bench, rows: list[dict[str, str]], more: str = "", currency: str = "USD", **style: str
) -> Staged:
    """Stage rows of `When` and `Amount`."""
    toml = TOML.format(more=more, currency=currency)
    return staged_by(bench, toml, bench.file("tool.csv", text(rows, **style)))


def row(when: str, amount: str, **more: str) -> dict[str, str]:
    return {"When": when, "Amount": amount, **more}
