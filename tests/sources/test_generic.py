"""Tables of any kind, mapped in finops.toml: the documented examples, other shapes, mistakes in the file."""

import json
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from finops_tui import mapped, settings
from finops_tui.settings import SettingsError
from tests.sources.bills import Bench, focus, text
from tests.sources.mapped_bills import TOML, row, staged_by

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"

EXAMPLE = re.compile(
    r"<!-- example: (\S+) -->\s+```toml\n(.*?)```\s+```csv\n(.*?)```\s+<!-- total: (.*?) -->", re.DOTALL
)


def examples() -> list[tuple[str, ...]]:
    return EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))


def test_there_are_two_documented_examples_and_they_show_every_key() -> None:
    assert len(examples()) == 2
    shown = "\n".join(toml for _, toml, _, _ in examples())
    for key in mapped.KEYS:
        assert re.search(rf"^(\[format\.)?{key}\b", shown, re.MULTILINE), key


@pytest.mark.parametrize("example", examples(), ids=lambda example: example[0])
def test_a_documented_example_adds_up(bench: Bench, example: tuple[str, ...]) -> None:
    name, toml, rows, due = example
    staged = staged_by(bench, toml, bench.file(name, rows))
    assert not staged.refused
    assert staged.files[0].quarantined == 0
    assert staged.files[0].records == rows.count("\n") - 1 == bench.one("count(*)")
    words = due.split()
    sums = {code: Decimal(amount) for code, amount in zip(words[::2], words[1::2], strict=True)}
    for cost in ("BilledCost", "EffectiveCost", "ContractedCost"):
        assert dict(bench.query(f'SELECT "BillingCurrency", sum("{cost}") FROM staged GROUP BY 1')) == sums


def test_the_first_example_in_detail(bench: Bench) -> None:
    name, toml, rows, _ = examples()[0]
    staged_by(bench, toml, bench.file(name, rows))
    assert bench.query("""
        SELECT "ServiceName", "SubAccountName", "Tags"['cost-centre'], "ConsumedQuantity", "ListCost", "BilledCost",
            "ChargeDescription", "ProviderName", "ChargeCategory"
        FROM staged ORDER BY record LIMIT 2""") == [
        (
            "Jira",
            "Development",
            "4711",
            120.0,
            Decimal(1140),
            Decimal("1020.6"),
            "Jira",
            "Licences",
            "Purchase",
        ),
        ("Figma", "Design", "4712", 15.0, Decimal(225), Decimal(225), "annual plan", "Licences", "Purchase"),
    ]
    assert bench.query(
        'SELECT DISTINCT "ChargePeriodStart"::VARCHAR, "ChargePeriodEnd"::VARCHAR, "BillingPeriodStart"::VARCHAR FROM staged ORDER BY 1'
    ) == [
        ("2025-03-01 00:00:00", "2025-04-01 00:00:00", "2025-03-01 00:00:00"),
        ("2025-04-01 00:00:00", "2025-05-01 00:00:00", "2025-04-01 00:00:00"),
    ]


def test_the_second_example_in_detail(bench: Bench) -> None:
    name, toml, rows, _ = examples()[1]
    staged_by(bench, toml, bench.file(name, rows))
    assert bench.query("""
        SELECT "ChargePeriodStart"::VARCHAR, "ChargePeriodEnd"::VARCHAR, "ResourceId", "Extra"['x_Owner'],
            "Extra"['x_Floor'], "ServiceName", "BillingAccountId"
        FROM staged ORDER BY record DESC LIMIT 1""") == [
        ("2025-03-02 00:00:00", "2025-03-03 00:00:00", "R1", "storage team", "2", "Power and space", "dc")
    ]  # fmt: skip


def test_json_and_parquet_too(bench: Bench, tmp_path: Path) -> None:
    toml = """
    [[format]]
    name = "GitHub"
    [format.columns]
    ChargePeriodStart = "date"
    BilledCost = "cost.net"
    ListCost = "cost.gross"
    ServiceName = "product"
    [format.constants]
    BillingCurrency = "USD"
    """
    rows = [
        {"date": "2025-03-05", "product": "actions", "cost": {"net": 0.1, "gross": 0.30}},
        {"date": "2025-03-06", "product": "copilot", "cost": {"net": 19, "gross": None}},
    ]
    path = bench.file("usage.json", json.dumps(rows, indent=1))
    sql = 'SELECT "ServiceName", "BilledCost", "ListCost" FROM staged ORDER BY record'
    due = [("actions", Decimal("0.1"), Decimal("0.3")), ("copilot", Decimal(19), Decimal(19))]
    assert [file.source for file in staged_by(bench, toml, path).files] == ["github"]
    assert bench.query(sql) == due
    with duckdb.connect() as maker:
        maker.execute(f"COPY (FROM read_json('{path}')) TO '{tmp_path / 'usage.parquet'}' (FORMAT parquet)")
    staged_by(bench, toml, tmp_path / "usage.parquet")
    assert bench.query(sql) == due


def test_a_mapped_file_beside_a_focus_file(bench: Bench) -> None:
    toml = TOML.format(more="", currency="EUR")
    mine = bench.file("tool.csv", text([row("2025-03", "1.234,50")]))
    staged = staged_by(bench, toml, bench.file("focus.csv", text([focus(BilledCost="7")])), mine)
    assert [(file.format, file.source) for file in staged.files] == [("FOCUS 1.0", "focus"), ("Tool", "tool")]
    assert bench.query('SELECT file, "BilledCost", "ServiceName" FROM staged ORDER BY file') == [
        (0, Decimal(7), "Compute"), (1, Decimal("1234.5"), "Tool"),
    ]  # fmt: skip


def test_a_file_that_is_meant_but_lacks_a_column_is_refused_by_name(bench: Bench) -> None:
    (refused,) = staged_by(
        bench,
        TOML.format(more='file = "tool*.csv"', currency="EUR"),
        bench.file("tool-1.csv", "When,Betrag\n1,2\n"),
    ).refused
    assert (
        refused.reason
        == "[[format]] 'Tool': there is no column Amount for BilledCost; there are When, Betrag"
    )
    other = bench.file("other.csv", text([row("2025-03", "1")]))
    (refused,) = staged_by(bench, TOML.format(more='file = "tool*.csv"', currency="EUR"), other).refused
    assert "no known header" in refused.reason


def test_hostile_values_stay_values(bench: Bench) -> None:
    nasty = "=cmd|'/c calc'!A0\x1b]0;x\x07'); DROP TABLE staged;--"
    rows = [row("2025-03-01", "1", **{nasty.replace(";", ""): nasty, "Team": nasty})]
    toml = TOML.format(more='tags = ["Team"]', currency="EUR")
    staged_by(bench, toml, bench.file("tool.csv", text(rows)))
    assert bench.query("""SELECT "Tags"['Team'], map_values("Extra") FROM staged""") == [(nasty, [nasty])]


@pytest.mark.parametrize(
    ("toml", "problems"),
    [
        ("[[format]]\nname = '!'\n", [
            "2: a format needs a name with letters or digits",
            "1: no column for BilledCost", "1: no column for ChargePeriodStart", "1: no currency",
        ]),
        ("[[format]]\nname = 'AWS CUR'\n[format.columns]\nBilledCost = 'a'\nChargePeriodStart = 'b'\nBillingCurrency = 'c'\n",
         ["2: 'AWS CUR' is a kind of export that is known"]),
        ("[[format]]\nname = 'x'\n[format.columns]\nBiledCost = 'a'\nBilledCost = 'a'\nChargePeriodStart = 3\nBillingCurrency = []\n", [
            "4: no FOCUS column 'BiledCost' can be set here; did you mean BilledCost?",
            "6: ChargePeriodStart must be text in quotes", "7: BillingCurrency needs the name of a column",
        ]),
        (("[[format]]\nname = 'x'\ndate = 'day'\ndates = 'day'\n[format.columns]\nBilledCost = 'a'\nChargePeriodStart = 'b'\n"
         "[format.constants]\nBillingCurrency = 'euro'\nBilledCost = '5'\nServiceName = ' '\n"), [
            "3: unknown key 'date'; did you mean dates?", "4: dates cannot be 'day'; one of",
            "9: BillingCurrency must be a code of three letters: EUR",
            "10: no FOCUS column 'BilledCost' can be set here; what differs from charge to charge belongs under columns",
            "11: ServiceName needs a value", "10: BilledCost has a column and a constant",
        ]),
        (TOML.format(more="", currency="EUR") * 2, ["12: there are two formats 'Tool'"]),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_line(tmp_path: Path, toml: str, problems: list[str]) -> None:
    path = tmp_path / "finops.toml"
    path.write_text(toml, encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        settings.load(path)
    for problem in problems:
        assert any(f"{path}:{problem}" in line for line in told.value.problems), (
            problem,
            told.value.problems,
        )
