"""Bills of AI and SaaS in the store: every record accounted for, and kept up to date by sync."""

import json
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finops_tui import generations, loader, settings, sync
from finops_tui.manifest import Entry
from finops_tui.queries.view import Period, View
from finops_tui.store import Store
from tests.sources.bills import focus, text
from tests.sources.mapped_bills import TOML, row
from tests.sources.test_databricks import SKUS, price, usage
from tests.sources.test_openai import row as spend


def entries(root: Path) -> dict[str, Entry]:
    return {entry.name: entry for entry in generations.read(root).manifest.entries}


def billed(entry: Entry, currency: str = "USD") -> Decimal:
    amount = entry.total(currency, "billed")
    assert amount is not None
    return amount


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two months of Databricks usage, each a file, and the price list."""
    (tmp_path / "in").mkdir()
    for month, quantity in (("03", "10"), ("04", "20")):
        rows = [usage(quantity, sku, f"2025-{month}-05T10:00:00Z") for sku in SKUS[:2]]
        (tmp_path / "in" / f"usage-{month}.csv").write_text(text(rows))
    (tmp_path / "in" / "prices.csv").write_text(text([price("0.5", SKUS[0]), price("0.25", SKUS[1])]))
    return tmp_path / "in"


def test_a_price_list_belongs_to_every_unit_that_it_valued(folder: Path, tmp_path: Path) -> None:
    result = loader.load(tmp_path / "store", [folder])
    assert not result.refused
    held = entries(tmp_path / "store")
    assert {name: billed(entry) for name, entry in held.items()} == {
        "databricks acc-1 2025-03": Decimal("7.5"),
        "databricks acc-1 2025-04": Decimal(15),
    }
    for name, entry in held.items():
        assert [Path(item.path).name for item in entry.inputs] == ["prices.csv", f"usage-{name[-2:]}.csv"]
    assert sum(entry.records for entry in held.values()) == 6  # four of usage, two of prices


def test_sync_values_again_when_prices_or_usage_change(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    loader.load(root, [folder])
    assert not sync.sync(root).loaded
    (folder / "usage-04.csv").write_text(text([usage("100", SKUS[0], "2025-04-06T00:00:00Z")]))
    result = sync.sync(root)
    assert (result.code, {name: billed(entry) for name, entry in entries(root).items()}) == (0, {
        "databricks acc-1 2025-03": Decimal("7.5"),
        "databricks acc-1 2025-04": Decimal(50),
    })  # fmt: skip
    (folder / "prices.csv").write_text(text([price("1", SKUS[0]), price("1", SKUS[1])]))
    assert sync.sync(root).code == 0
    assert sorted(billed(entry) for entry in entries(root).values()) == [Decimal(20), Decimal(100)]


def test_usage_without_prices_leaves_the_store_as_it_was(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    loader.load(root, [folder])
    before = entries(root)
    (result,) = loader.load(root, [folder / "usage-03.csv"]).refused
    assert "load it together with system.billing.list_prices" in result.reason
    assert entries(root) == before


def test_a_file_of_days_without_spend_is_an_input_of_its_month(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text([spend("1.5"), spend("")]))
    (tmp_path / "b.csv").write_text(
        text([spend("", 2, organization_id="org-1"), spend("x", 3)] + [spend("", 4)] * 9)
    )
    result = loader.load(tmp_path / "store", [tmp_path / "a.csv", tmp_path / "b.csv"])
    assert not result.refused
    (entry,) = entries(tmp_path / "store").values()
    assert (entry.records, entry.charges, entry.quarantined) == (2 + 10, 1, 1)
    assert [Path(item.path).name for item in entry.inputs] == ["a.csv", "b.csv"]


def test_a_load_without_any_charge_says_so(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(text([spend(""), spend("", 2)]))
    result = loader.load(tmp_path / "store", [tmp_path / "b.csv"])
    assert not result.loaded
    (refused,) = result.refused
    assert refused.reason == "no charges: none of its records has an amount; what is loaded stays as it is"


def test_formats_of_finops_toml_are_loaded_and_kept_up_to_date(tmp_path: Path) -> None:
    root, bill = tmp_path / "store", tmp_path / "tool.csv"
    config = tmp_path / "finops.toml"
    config.write_text(TOML.format(more="", currency="EUR"))
    found = settings.load(config).formats
    bill.write_text(text([row("2025-03", "1.234,50 €")]))
    assert loader.load(root, [bill]).refused
    loader.load(root, [bill], formats=found)
    assert {name: billed(entry, "EUR") for name, entry in entries(root).items()} == {
        "tool (none) 2025-03": Decimal("1234.5")
    }
    bill.write_text(text([row("2025-03", "1.235,50 €")]))
    result = sync.sync(root, formats=found)
    assert result.code == 0
    assert [billed(entry, "EUR") for entry in result.loaded] == [Decimal("1235.5")]


def test_the_command_reads_finops_toml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from finops_tui.__main__ import main

    (tmp_path / "finops.toml").write_text(TOML.format(more="", currency="EUR"))
    (tmp_path / "tool.csv").write_text(text([row("2025-03", "12,50"), row("2025-04", "1,25")]))
    common = ["--store", str(tmp_path / "store"), "--config", str(tmp_path / "finops.toml")]
    assert main(["load", str(tmp_path / "tool.csv"), *common]) == 0
    capsys.readouterr()
    assert main(["query", "--period", "all", "--by", "service", "--format", "json", *common]) == 0
    assert [one["cost"] for one in json.loads(capsys.readouterr().out)["rows"]] == ["13.75"]
    (tmp_path / "finops.toml").write_text("[[format]]\nname = 5\n")
    assert main(["load", str(tmp_path / "tool.csv"), *common]) != 0
    assert "finops.toml:2: name must be text in quotes" in capsys.readouterr().err


def test_models_and_directions_are_grouped_by(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from finops_tui.__main__ import main

    rows = [
        spend("1.5"),
        spend("0.25", 2),
        spend("4", 3, "gpt-5-nano, output_tokens"),
        spend("8", 4, "gpt-5, cached input"),
    ]
    (tmp_path / "costs.csv").write_text(text(rows))
    store = ["--store", str(tmp_path / "store")]
    assert main(["load", str(tmp_path / "costs.csv"), *store]) == 0
    capsys.readouterr()
    assert main(["query", "--period", "all", "--by", "model,tokens", "--format", "json", *store]) == 0
    answer = json.loads(capsys.readouterr().out)["rows"]
    assert {(one["model"], one["tokens"]): Decimal(one["cost"]) for one in answer} == {
        ("gpt-5-nano", "input"): Decimal("1.75"),
        ("gpt-5-nano", "output"): Decimal(4),
        ("gpt-5", "cache_read"): Decimal(8),
    }


def test_sync_of_files_named_one_by_one_brings_the_prices_along(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    loader.load(root, [folder / "usage-03.csv", folder / "prices.csv"])
    (folder / "usage-03.csv").write_text(text([usage("8", SKUS[0])]))
    assert sync.sync(root).code == 0
    (entry,) = entries(root).values()
    assert billed(entry) == 4
    (folder / "prices.csv").write_text(text([price("2", SKUS[0])]))
    assert sync.sync(root).code == 0
    (entry,) = entries(root).values()
    assert billed(entry) == 16


def test_days_of_databricks_and_snowflake_are_put_together_with_their_month(tmp_path: Path) -> None:
    from tests.sources.test_snowflake import row as snow

    root, prices = tmp_path / "store", tmp_path / "prices.csv"
    for day in (1, 2, 3):
        at = f"2025-03-0{day}"
        (tmp_path / f"u{day}.csv").write_text(
            text([usage("10", SKUS[0], f"{at}T00:00:00Z", record_id=f"r{day}")])
        )
        (tmp_path / f"s{day}.csv").write_text(text([snow("4", USAGE_DATE=at)]))
        ended = price("1", SKUS[0], end="2025-03-03T00:00:00Z")
        now = [ended, price("2", SKUS[0], "2025-03-03T00:00:00Z")] if day == 3 else [price("1", SKUS[0])]
        (tmp_path / f"prices{day}.csv").write_text(text(now))
        prices = tmp_path / f"prices{day}.csv"
        assert loader.load(root, [tmp_path / f"u{day}.csv", prices]).refused == ()
        assert loader.load(root, [tmp_path / f"s{day}.csv"]).refused == ()
    assert {name: billed(entry) for name, entry in entries(root).items()} == {
        "databricks acc-1 2025-03": Decimal(10 + 10 + 20),
        "snowflake ACME 2025-03": Decimal(12),
    }


def test_one_bill_with_and_without_its_account_is_told_and_two_tools_are_not(tmp_path: Path) -> None:
    from tests.sources.test_anthropic import row as claude
    from tests.sources.test_openai import bucket, dumps, page, result

    root = tmp_path / "store"
    for name, written in (
        ("costs.csv", text([spend("1.5")])),
        ("claude.csv", text([claude("2")])),
        ("costs.json", dumps(page(bucket(0, result("1.5"))))),
    ):
        (tmp_path / name).write_text(written)
    assert loader.load(root, [tmp_path / "costs.csv"]).notes == ()
    assert loader.load(root, [tmp_path / "claude.csv"]).notes == ()
    assert loader.load(root, [tmp_path / "costs.json"]).notes == (
        "the same bill may be counted twice: openai holds 2025-03 for account org-1 and for no account",
    )


@pytest.mark.parametrize(
    ("meter", "direction"),
    [
        ("USE1-Claude4Sonnet-input-tokens", "input"),
        ("USE1-MP:USE1_OutputTokenCount-Units", "output"),
        ("EUC1-Nova-cache-read-input-token-count", "cache_read"),
        ("USE1-MP:USE1_CacheWriteInputTokenCount-Units", "cache_write"),
        ("gpt-4o-0806-Outp-glbl Tokens", "output"),
        ("gpt 4.1 cchd Inp glbl Tokens", "cache_read"),
        ("USE1-BoxUsage:m5.large", None),
        ("Output data transfer", None),
    ],
)
def test_meters_of_clouds_say_which_way_tokens_went(
    tmp_path: Path, meter: str, direction: str | None
) -> None:
    (tmp_path / "focus.csv").write_text(text([focus(SkuMeter=meter)]))
    loader.load(tmp_path / "store", [tmp_path / "focus.csv"])
    with closing(Store(tmp_path / "store")) as store:
        view = View(Period(date(2025, 3, 1), date(2025, 4, 1)), group_by=("tokens",))
        assert store.ask_now("by_key", view)["k0"].to_list() == [direction]
