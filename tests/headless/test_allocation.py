"""The allocation is asked for by name; without it every figure is the bill's, to the last digit."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from finops_tui import report_pages
from finops_tui.__main__ import main
from finops_tui.queries.saved import Saved
from finops_tui.reckoning import calendar_of
from finops_tui.store import Store
from tests.headless import bill

ROWS = bill.two_months()
PARTS = ("CPUCost", "RAMCost", "NetworkCost", "PVCost", "GPUCost")

BUDGETS = """
[[budget]]
name = "all"
amount = 1000
currency = "USD"
"""


def pods() -> list[dict[str, str]]:
    """Containers of two months; totals have a digit that their parts do not."""
    rows = []
    for number in range(60):
        month, day = (4, 5)[number % 2], number % 28 + 1
        parts = {name: f"{number * place}.{number:03}1" for place, name in enumerate(PARTS, 1)}
        total = sum(map(Decimal, parts.values())) + Decimal("0.0000000000000001")
        rows.append(
            {
                "Date": f"2026-{month:02}-{day:02}",
                "Namespace": ("shop", "pay", "__unmounted__")[number % 3],
                "ControllerKind": "deployment",
                "ControllerName": f"app-{number % 5}",
                "Pod": f"app-{number % 5}-{number}",
                "Container": "web",
                **parts,
                "TotalCost": str(total),
                "Labels": json.dumps({"team": ("a", "b")[number % 2]}),
            }
        )
    return rows


PODS = pods()


def write_pods(path: Path, rows: list[dict[str, str]] = PODS) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(PODS[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the bill alone; `asked` runs over copies that tests load into."""
    folder = tmp_path_factory.mktemp("allocation")
    (folder / "finops.toml").write_text(BUDGETS)
    assert main(["load", "--store", str(folder / "store"), str(bill.write(folder / "bill.csv", ROWS))]) == 0
    return folder / "store"


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    code = main(list(words))
    out, err = capsys.readouterr()
    assert code in {0, 1}, err
    return out


EVERYTHING = (
    ("query", "--format", "json"),
    ("query", "--by", "service,region", "--basis", "billed", "--format", "csv"),
    ("query", "--grain", "month", "--by", "account", "--format", "csv"),
    ("query", "--by", "tag.team", "--compare", "--format", "csv"),
    ("explain", "--period", "2026-05", "--against", "2026-04", "--format", "json"),
    ("budgets", "--format", "json"),
    ("reconcile", "--json"),
    (
        "sql",
        "SELECT BillingCurrency, sum(BilledCost), sum(EffectiveCost), count(*) FROM focus GROUP BY 1 ORDER BY 1",
    ),
)


def test_no_figure_of_the_bill_moves_when_an_allocation_is_loaded(store, capsys, tmp_path) -> None:
    def answers() -> list[str]:
        beside = str(store.parent / "finops.toml")
        config = [["--config", beside] if words[0] == "budgets" else [] for words in EVERYTHING]
        return [
            printed(capsys, words[0], "--store", str(store), *more, *words[1:])
            for words, more in zip(EVERYTHING, config, strict=True)
        ]

    before = answers()
    assert Decimal(json.loads(before[0])["totals"]["USD"]) == bill.total(ROWS, "EffectiveCost", "USD")
    assert '"budget": "all"' in before[5]
    assert main(["load", "--store", str(store), str(write_pods(tmp_path / "pods.csv"))]) == 0
    assert answers() == before


KEYS = {
    "namespace": lambda row: row["Namespace"],
    "controller": lambda row: row["ControllerName"],
    "pod": lambda row: row["Pod"],
    "label:team": lambda row: json.loads(row["Labels"])["team"],
    "tag.team": lambda row: json.loads(row["Labels"])["team"],
    "cluster": lambda _: None,
    "service": lambda _: "Kubernetes",
    "method": lambda _: "OpenCost",
}


@pytest.mark.parametrize("by", KEYS)
def test_an_allocation_by_its_own_dimensions(store, capsys, tmp_path, by) -> None:
    main(["load", "--store", str(store), str(write_pods(tmp_path / "pods.csv"))])
    got = json.loads(
        printed(
            capsys, "query", "--store", str(store), "--dataset", "allocation", "--by", by, "--format", "json"
        )
    )
    expected: defaultdict = defaultdict(Decimal)
    for row in PODS:
        expected[KEYS[by](row)] += Decimal(row["TotalCost"])
    name = by.replace("label:", "tag.")
    assert {row[name]: Decimal(row["cost"]) for row in got["rows"]} == expected
    assert Decimal(got["totals"]["XXX"]) == sum(expected.values())
    assert (got["view"]["dataset"], list(got["totals"])) == ("allocation", ["XXX"])


def test_components_add_up_and_the_first_grouping_is_by_namespace(store, capsys, tmp_path) -> None:
    main(["load", "--store", str(store), str(write_pods(tmp_path / "pods.csv"))])
    words = ("query", "--store", str(store), "--dataset", "allocation", "--format", "json")
    got = {
        row["component"]: Decimal(row["cost"])
        for row in json.loads(printed(capsys, *words, "--by", "component"))["rows"]
    }
    names = {"CPU": "CPUCost", "RAM": "RAMCost", "GPU": "GPUCost", "PV": "PVCost", "Network": "NetworkCost"}
    parts = {name: sum(Decimal(row[column]) for row in PODS) for name, column in names.items()}
    assert got == {**parts, "Rounding": Decimal("0.0000000000000060")}
    assert set(json.loads(printed(capsys, *words))["rows"][0]) == {"namespace", "currency", "cost"}
    assert set(json.loads(printed(capsys, *words, "--by", ""))["rows"][0]) == {"currency", "cost"}


def test_why_an_allocation_changed(store, capsys, tmp_path) -> None:
    main(["load", "--store", str(store), str(write_pods(tmp_path / "pods.csv"))])
    words = (
        "--period",
        "2026-05-01..2026-05-28",
        "--against",
        "2026-04-01..2026-04-28",
        "--raw",
        "--format",
        "json",
    )
    got = json.loads(printed(capsys, "explain", "--store", str(store), "--dataset", "allocation", *words))
    sums = {
        month: sum(Decimal(row["TotalCost"]) for row in PODS if row["Date"].startswith(month))
        for month in ("2026-04", "2026-05")
    }
    one = got["currencies"]["XXX"]
    assert (Decimal(one["before"]), Decimal(one["now"])) == (sums["2026-04"], sums["2026-05"])


def test_what_is_not_loaded_is_said(capsys, tmp_path) -> None:
    main(["load", "--store", str(tmp_path / "store"), str(write_pods(tmp_path / "pods.csv"))])
    capsys.readouterr()
    for command in ("query", "budgets"):
        assert main([command, "--store", str(tmp_path / "store")]) == 2
        assert (
            "nothing but the allocation of a bill is loaded; ask for it with --dataset"
            in capsys.readouterr().err
        )
    assert main(["query", "--demo", "--dataset", "allocation"]) == 2
    assert "nothing but a bill is loaded" in capsys.readouterr().err


def test_a_filter_knows_namespaces_and_labels(store, capsys, tmp_path) -> None:
    main(["load", "--store", str(store), str(write_pods(tmp_path / "pods.csv"))])
    words = ("query", "--store", str(store), "--dataset", "allocation", "--format", "json", "--filter")
    got = json.loads(printed(capsys, *words, "namespace=shop label.team:a"))
    wanted = [row for row in PODS if row["Namespace"] == "shop" and '"a"' in row["Labels"]]
    assert Decimal(got["totals"]["XXX"]) == sum(Decimal(row["TotalCost"]) for row in wanted)


def test_a_report_of_an_allocation_is_of_the_days_of_the_allocation(tmp_path: Path) -> None:
    april = [row for row in PODS if row["Date"].startswith("2026-04")]
    place, bills = str(tmp_path / "store"), bill.write(tmp_path / "bill.csv", ROWS)
    main(["load", "--store", place, str(bills), str(write_pods(tmp_path / "pods.csv", april))])
    with Store(Path(place)) as opened:
        calendar = calendar_of(opened)
        assert calendar is not None
        pages = [report_pages.page(opened, Saved(dataset=name), calendar) for name in ("bill", "allocation")]
    [of_bill, of_pods] = pages
    assert calendar.last.month == 5
    assert "May 2026" in of_bill.words[0]
    assert any("Apr 2026" in word for word in of_pods.words)
    [section] = of_pods.sections
    assert section.exact == sum(Decimal(row["TotalCost"]) for row in april)
