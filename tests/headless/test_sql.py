"""`finops-tui sql`: figures as in the file, and nothing but one SELECT within its limits."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from finops_tui import console, loader
from finops_tui.console import Console, ConsoleError
from finops_tui.queries import focus_table
from tests.sources.bills import focus, text

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [
    focus(BilledCost="0.1000000001", EffectiveCost="0.2", Tags='{"team": "a"}'),
    focus(BilledCost="-3", EffectiveCost="1E-9", Tags='{"team": "=cmd()"}', ServiceName="\x1b[2JStorage"),
    focus(BilledCost="7.25", BillingCurrency="EUR", BillingAccountId="other"),
    focus(
        BilledCost="2", ChargePeriodStart="2025-04-02T00:00:00Z", BillingPeriodStart="2025-04-01T00:00:00Z"
    ),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sql")
    (folder / "bill.csv").write_text(text(ROWS), encoding="utf-8")
    result = loader.load(folder / "store", [folder / "bill.csv"])
    assert not result.refused
    return folder / "store"


@pytest.fixture(scope="module")
def sql(root: Path) -> Console:
    return Console(root, seconds=20)


def digest(root: Path) -> dict[str, str]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_sums_are_those_of_the_file(sql: Console) -> None:
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in csv.DictReader(io.StringIO(text(ROWS))):
        expected[row["BillingCurrency"], row["BillingPeriodStart"][:7]] += Decimal(row["BilledCost"])
    reply = sql.ask(
        "SELECT BillingCurrency, strftime(BillingPeriodStart, '%Y-%m') AS period, sum(BilledCost) AS cost"
        " FROM focus GROUP BY ALL"
    )
    assert {(code, period): cost for code, period, cost in reply.frame.iter_rows()} == expected
    assert not reply.more


def test_the_table_has_the_columns_it_says(sql: Console) -> None:
    reply = sql.ask("FROM focus ORDER BY x_Record")
    assert tuple(reply.frame.columns) == focus_table.COLUMNS
    assert reply.frame["x_Record"].to_list() == [1, 2, 3, 4]


def test_an_empty_store_has_an_empty_table(tmp_path: Path) -> None:
    reply = Console(tmp_path / "none").ask("SELECT count(*) AS n, sum(BilledCost) AS cost FROM focus")
    assert reply.frame.to_dicts() == [{"n": 0, "cost": None}]


def test_rows_beyond_the_limit_are_said(root: Path) -> None:
    reply = Console(root, rows=3).ask("SELECT BilledCost FROM focus ORDER BY BilledCost DESC")
    assert reply.more
    assert [str(cost) for cost in reply.frame["BilledCost"].to_list()] == [
        "7.2500000000",
        "2.0000000000",
        "0.1000000001",
    ]


ATTACKS = [
    "",
    ";",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP VIEW focus",
    "INSERT INTO s0.lines SELECT * FROM s0.lines",
    "DELETE FROM s0.items",
    "UPDATE s0.items SET BilledCost = 0",
    "DROP TABLE s0.lines",
    "DROP VIEW focus",
    "CREATE OR REPLACE VIEW focus AS SELECT 1",
    "CREATE TABLE t AS SELECT 1",
    "CREATE TEMP TABLE t AS SELECT 1",
    "CREATE MACRO m() AS 1",
    "ATTACH ':memory:' AS x",
    "ATTACH '{segment}' AS z",
    "DETACH s0",
    "DETACH s0; ATTACH '{segment}' AS z; DELETE FROM z.items",
    "COPY focus TO '{folder}/out.csv'",
    "COPY focus TO '{segment}.wal'",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "EXPORT DATABASE '{folder}/all'",
    "IMPORT DATABASE '{folder}'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET memory_limit = '100GB'",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "PRAGMA database_list",
    "CALL duckdb_functions()",
    "EXPLAIN ANALYZE SELECT 1",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "BEGIN",
    "CHECKPOINT",
    "VACUUM",
    "USE s0",
    "SELECT * FROM read_csv('{folder}/bill.csv')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/hosts')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '{folder}/bill.csv'",
    "SELECT * FROM read_parquet('http://127.0.0.1:1/x.parquet')",
    "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    "SELECT * FROM read_json('{folder}/store/CURRENT')",
    "SELECT getenv('HOME')",
    "SELECT * FROM sqlite_scan('x', 'y')",
    "SELECT * FROM root",
    "SELECT * FROM request",
    "WITH x AS (INSERT INTO s0.lines SELECT * FROM s0.lines RETURNING *) SELECT * FROM x",
    "SELECT * FROM query('DROP VIEW focus')",
    "SELECT nothing FROM focus",
    "SELEC 1",
    "\x00",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_no_select_over_the_bill_is_refused(sql: Console, root: Path, attack: str) -> None:
    before = digest(root)
    segment = next((root / "segments").glob("*.duckdb"))
    beside = sorted(path.name for path in root.parent.iterdir())
    with pytest.raises(ConsoleError):
        sql.ask(attack.format(segment=segment, folder=root.parent))
    assert digest(root) == before
    assert sorted(path.name for path in root.parent.iterdir()) == beside


@pytest.mark.parametrize(
    "bomb",
    [
        "SELECT count(*) FROM range(1000000000000) a WHERE a.range % 7 = 3",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r",
        "SELECT length(repeat('x', 2000000000))",
        "SELECT * FROM range(100000000) a, range(100000000) b ORDER BY hash(a.range, b.range)",
        "SELECT list(range) FROM range(2000000000)",
    ],
)
def test_what_runs_on_is_stopped(root: Path, bomb: str) -> None:
    with pytest.raises(ConsoleError, match=r"stopped|[Mm]emory"):
        Console(root, seconds=2, memory=256 << 20).ask(bomb)


def test_no_credentials_reach_the_child(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted-secret")
    seen: list[dict[str, str]] = []

    class Spy(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *arguments: object, **options: object) -> None:
            seen.append(options["env"])  # type: ignore[arg-type]
            super().__init__(*arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(console.subprocess, "Popen", Spy)
    Console(root).ask("SELECT 1")
    assert seen
    assert "planted-secret" not in json.dumps(seen)


def run(root: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "finops_tui", "sql", "--store", str(root), *arguments],
        input=given, capture_output=True, text=True, check=False, env=dict(os.environ),
    )  # fmt: skip


def test_the_command_prints_every_form(root: Path, tmp_path: Path) -> None:
    statement = "SELECT ServiceName, Tags['team'] AS team, BilledCost FROM focus WHERE BilledCost < 0"
    assert json.loads(run(root, statement, "--format", "json").stdout) == [
        {"ServiceName": "\x1b[2JStorage", "team": "=cmd()", "BilledCost": "-3.00"}
    ]
    assert "'=cmd()" in run(root, "-", "--format", "csv", given=statement).stdout
    assert "\x1b" not in run(root, statement).stdout
    assert (
        run(root, statement, "--format", "parquet", "--output", str(tmp_path / "x.parquet")).returncode == 0
    )
    assert duckdb.sql(f"SELECT BilledCost FROM '{tmp_path / 'x.parquet'}'").fetchall() == [(Decimal(-3),)]


def test_a_wrong_statement_is_said_in_words(root: Path) -> None:
    failed = run(root, "DROP VIEW focus")
    assert (failed.returncode, failed.stdout) == (2, "")
    assert "only a SELECT is run here" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_words_are_completed() -> None:
    assert "EffectiveCost" in focus_table.completions("eff")
    assert focus_table.completions("sel") == ["SELECT"]
    assert focus_table.completions("") == []


@pytest.mark.parametrize(("words", "size"), [("1GB", 1 << 30), ("256 MiB", 256 << 20), ("5kb", 5 << 10)])
def test_sizes(words: str, size: int) -> None:
    assert console.size(words) == size


@pytest.mark.parametrize("words", ["", "1", "GB", "1.5GB", "-1GB"])
def test_what_is_no_size(words: str) -> None:
    with pytest.raises(ValueError, match="not a size"):
        console.size(words)
