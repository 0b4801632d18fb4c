"""Make the sample data again: `python sample_data/generate.py [--out FOLDER]`.

Seeded and exact: the same rows on every machine. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
sys.path.insert(0, str(HERE))

from tidewater import commitments, estate, fees, files, truth  # noqa: E402
from tidewater.charges import Charge, used  # noqa: E402

PROVIDERS: Final = ("aws", "azure", "gcp")


def charges_of(provider: str) -> list[Charge]:
    """Every row of one provider's bill, taxes last since they are of all the others."""
    known = estate.load(provider)
    found = commitments.apply(known, used(known, estate.events()))
    found.extend(fees.refunds(known))
    found.extend([*fees.credits_(known, found)])
    found.extend([*fees.fees(known, found)])
    found.extend([*fees.taxes(known, found)])
    return found


def main() -> None:
    """Write `focus/<provider>.parquet` and `truth.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, help="where to write (default: beside this file)")
    parser.add_argument("--only", choices=PROVIDERS, help="one provider's rows, and no truth")
    options = parser.parse_args()
    folder: Path = options.out / "focus"
    folder.mkdir(parents=True, exist_ok=True)
    bills = {name: charges_of(name) for name in ([options.only] if options.only else PROVIDERS)}
    for name, charges in bills.items():
        files.write(charges, name, folder / f"{name}.parquet")
        print(f"{name}: {len(charges)} rows")
    if not options.only:
        text = json.dumps(truth.of(bills), indent=1, ensure_ascii=False)
        (options.out / "truth.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
