"""Bills and allocations of tools in every form that is read, and what csv, json and Decimal find in them."""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from finops_tui import settings
from finops_tui.queries.view import ALLOCATION, BASES
from finops_tui.sources import anthropic, databricks, kubernetes, openai, snowflake
from tests.generators.reckoned import records
from tests.generators.tabled import Case, Made, added, number, parsed, write
from tests.sources import test_anthropic, test_databricks, test_kubernetes_api, test_openai, test_snowflake
from tests.sources.bills import text
from tests.sources.mapped_bills import TOML, row
from tests.sources.test_kubernetes import random_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal
    from pathlib import Path

    from tests.generators.reckoned import Sums

ROWS = 300


def same(amounts: Iterable[tuple[str, Decimal]]) -> Sums:
    """Amounts that are all four costs."""
    return added((code, dict.fromkeys(BASES, amount)) for code, amount in amounts)


def openai_pages(folder: Path) -> Made:
    """Two pages of the API, a file each."""
    pages, _ = test_openai.made(2)
    files = [write(folder / f"{at}.json", test_openai.dumps(page)) for at, page in enumerate(pages)]
    results = [
        result["amount"]
        for file in files
        for bucket in parsed(file.read_text())["data"]
        for result in bucket["results"]
    ]
    sums = same((amount["currency"].upper(), number(amount["value"])) for amount in results)
    return Made(files, len(results), sums)


def openai_csv(folder: Path) -> Made:
    """The console's, with thirty decimals and days without spend."""
    chance = random.Random(3)
    rows = [
        test_openai.row(
            f"{chance.randrange(90)}.{chance.randrange(10**30):030}" if chance.random() < 0.7 else "",
            1 + at % 28,
            chance.choice(test_openai.ITEMS)[0],
        )
        for at in range(ROWS)
    ]
    path = write(folder / "costs.csv", text(rows))
    read = records(path)
    spent = [one for one in read if one["amount_value"]]
    sums = same((one["amount_currency"].upper(), number(one["amount_value"])) for one in spent)
    return Made([path], len(read), sums)


def anthropic_pages(folder: Path) -> Made:
    """Pages of the API, in cents, one after the other in a file."""
    chance = random.Random(4)
    buckets = [
        test_anthropic.bucket(
            day,
            *(
                test_anthropic.result(f"{chance.randrange(10**7)}.{chance.randrange(10**15):015}")
                for _ in range(11)
            ),
        )
        for day in range(1, 28)
    ]
    halves = [test_anthropic.page(*buckets[:14], more=True), test_anthropic.page(*buckets[14:])]
    path = write(folder / "cost.json", "\n".join(halves))
    results = [result for half in halves for bucket in parsed(half)["data"] for result in bucket["results"]]
    sums = same((result["currency"], number(result["amount"]).scaleb(-2)) for result in results)
    return Made([path], len(results), sums)


def anthropic_csv(folder: Path) -> Made:
    """The console's, in dollars, some with a list price."""
    chance = random.Random(5)
    rows = [
        test_anthropic.row(
            f"{chance.randrange(100)}.{chance.randrange(10**6):06}",
            list_price_usd=chance.choice(("", f"{chance.randrange(100, 200)}.5")),
            usage_date_utc=f"2025-03-{1 + at % 31:02}",
        )
        for at in range(ROWS)
    ]
    path = write(folder / "claude.csv", text(rows))
    read = records(path)
    sums = added(
        (
            "USD",
            {
                **dict.fromkeys(BASES, number(one["cost_usd"])),
                "list": number(one["list_price_usd"] or one["cost_usd"]),
            },
        )
        for one in read
    )
    return Made([path], len(read), sums)


def snowflake_csv(folder: Path) -> Made:
    """Usage that a contract, a rebate or nothing has paid for, in two currencies."""
    path = write(folder / "usage.csv", text(test_snowflake.made(6)))
    read = records(path)

    def costs(one: Mapping[str, str]) -> dict[str, Decimal]:
        worth, paid = number(one["USAGE_IN_CURRENCY"]), one["BALANCE_SOURCE"]
        used = worth * (paid not in test_snowflake.FREE)
        billed = used * (paid not in test_snowflake.PREPAID)
        return {"billed": billed, "effective": used, "contracted": worth, "list": worth}

    return Made([path], len(read), added((one["CURRENCY"], costs(one)) for one in read))


def databricks_tables(folder: Path) -> Made:
    """Usage and the list of prices, which change in its time."""
    files = [
        write(folder / "usage.csv", text(test_databricks.made(7))),
        write(folder / "prices.csv", text(test_databricks.PRICES)),
    ]
    usage, prices = map(records, files)

    def due(one: Mapping[str, str]) -> tuple[str, Decimal]:
        at = datetime.fromisoformat(one["usage_start_time"])
        valid = [
            price
            for price in prices
            if price["sku_name"] == one["sku_name"]
            and datetime.fromisoformat(price["price_start_time"]) <= at
            and (not price["price_end_time"] or at < datetime.fromisoformat(price["price_end_time"]))
        ]
        (price,) = valid
        listed = parsed(price["pricing"])["effective_list"]["default"]
        return price["currency_code"], number(one["usage_quantity"]) * number(listed)

    return Made(files, len(usage) + len(prices), same(map(due, usage)))


def allocation_csv(folder: Path) -> Made:
    path = write(folder / "opencost.csv", text(random_rows(ROWS, 8)))
    read = records(path)
    return Made([path], len(read), _allocated(one["TotalCost"] for one in read))


def allocation_json(folder: Path) -> Made:
    path = write(folder / "allocation.json", test_kubernetes_api.answer(test_kubernetes_api.random_sets(9)))
    read = [one for each in parsed(path.read_text())["data"] for one in each.values()]
    return Made([path], len(read), _allocated(one["totalCost"] for one in read))


def _allocated(totals: Iterable[Any]) -> Sums:
    """Neither tool says its currency; nothing is billed."""
    return added(("XXX", {"effective": number(total)}) for total in totals)


def mapped_csv(folder: Path) -> Made:
    """Amounts as people in Germany write them."""
    chance = random.Random(11)
    cents = [chance.randrange(-(10**6), 10**7) for _ in range(ROWS)]
    shown = [f"{cent / 100:,.2f} €".translate(str.maketrans(",.", ".,")) for cent in cents]
    path = write(
        folder / "tool.csv", text([row(f"2025-{1 + at % 12:02}", one) for at, one in enumerate(shown)])
    )
    config = write(
        folder / "finops.toml", TOML.format(more="", currency="EUR").replace("Tool", "Mapped in finops.toml")
    )
    read = records(path)
    plain = (one["Amount"].removesuffix(" €").replace(".", "").replace(",", ".") for one in read)
    sums = added(("EUR", dict.fromkeys(("billed", "effective", "contracted"), number(one))) for one in plain)
    return Made([path], len(read), sums, settings.load(config).formats)


CASES: Final = (
    Case("OpenAI costs (API)", "JSON", (openai.KIND,), openai_pages),
    Case("OpenAI costs (CSV)", "csv", (openai.KIND,), openai_csv),
    Case("Anthropic costs (API)", "JSON, in cents", (anthropic.KIND,), anthropic_pages),
    Case("Anthropic costs (CSV)", "csv", (anthropic.KIND,), anthropic_csv),
    Case("Snowflake usage in currency", "csv", (snowflake.KIND,), snowflake_csv, "contracted"),
    Case("Databricks usage, Databricks list prices", "csv, two tables", databricks.KINDS, databricks_tables),
    Case("OpenCost allocation (CSV)", "csv", (kubernetes.KIND,), allocation_csv, "effective", ALLOCATION),
    Case(
        "OpenCost or Kubecost allocation (JSON)",
        "JSON",
        (kubernetes.KIND,),
        allocation_json,
        "effective",
        ALLOCATION,
    ),
    Case("Mapped in finops.toml", "csv", (), mapped_csv),
)
