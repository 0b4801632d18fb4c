"""Parquet decimals of more digits than the database has: read as doubles, and said."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from finops_tui import loader
from tests.sources import bills

COST = Decimal("1234567.1234567890123456789")


def write(path: Path, digits: int) -> Path:
    """One charge, its billed cost a decimal of so many digits."""
    row = bills.focus(BilledCost=str(COST))
    columns = {name: pa.array([value]) for name, value in row.items()}
    kind = pa.decimal128(digits, 19) if digits <= 38 else pa.decimal256(digits, 19)
    pq.write_table(pa.table({**columns, "BilledCost": pa.array([COST], kind)}), path)
    return path


def test_what_is_read_with_fewer_digits_is_said(tmp_path: Path) -> None:
    result = loader.load(tmp_path / "store", [str(write(tmp_path / "wide[1].parquet", 76))])
    [note] = [note for note in result.notes if "digits" in note]
    assert note.startswith("wide[1].parquet: BilledCost: decimals of more than 38 digits, read as doubles")
    [entry] = result.loaded
    assert 0 < abs(Decimal(entry.totals["USD"]["billed"]) - COST) < Decimal("1e-8")


def test_what_is_read_whole_needs_no_word(tmp_path: Path) -> None:
    result = loader.load(tmp_path / "store", [str(write(tmp_path / "narrow.parquet", 38))])
    assert not [note for note in result.notes if "digits" in note]
    [entry] = result.loaded
    assert Decimal(entry.totals["USD"]["billed"]) == COST
