"""Bills from AWS Cost Explorer, for those without an export: asked for once, kept, and read like any file."""

from __future__ import annotations

import csv
import io
import json
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from finops_tui.sources.cost_explorer_api import PRICE, REQUESTS, Explorer, Purse
from finops_tui.sources.cost_explorer_charges import COLUMNS
from finops_tui.sources.cost_explorer_place import parse
from finops_tui.sources.model import Progress, Refused, shown
from finops_tui.sources.s3 import Fetched
from finops_tui.sources.s3_access import Aws, PlaceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from finops_tui.sources.cost_explorer_api import Answer
    from finops_tui.sources.cost_explorer_place import Month, Wanted
    from finops_tui.sources.s3_access import Access

FOLDER: Final = "cost-explorer"
KEPT: Final = timedelta(hours=8)
"""How long an answer about a month that AWS may still change is good for: it is made anew some times a day."""

PAGES: Final = 3
"""Requests that may be made for each that was foreseen, as long answers come in pages."""

CANNOT: Final = (
    "Cost Explorer knows services, accounts, days and charge types; it cannot say resources, usage types beside"
    " them, tags, list cost or contracted cost. Load an export for those."
)

_INDEX: Final = "index.json"
_VERSION: Final = 1


def fetch(
    url: str,
    access: Access,
    cache: Path,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    agree: Callable[[str], bool] | None = None,
) -> Fetched:
    """Ask Cost Explorer for the months that are not held, and write each down as a FOCUS file.

    Args:
        url: `ce://?start=…&end=…&granularity=DAILY`.
        access: How AWS is reached, beyond boto3's own chain.
        cache: The user's cache folder.
        progress: Told which month it is at.
        cancelled: Asked before every request; the months that were answered are kept.
        agree: Told in words what it will cost, before anything is spent; false spends nothing. Without it only
            what is held is given.

    Returns:
        A file for each month.

    Raises:
        PlaceError: the URL is wrong, or it was not answered.
        PlaceCancelledError: `cancelled` said so.
        OSError: the disk refused.
    """
    now = datetime.now(UTC)
    wanted = parse(url, now.date())
    aws = Aws(access)
    shelf = _Shelf(cache, f"{_account(aws)}-{wanted.granularity.lower()}")
    asked = [month for month in wanted.months if wanted.refresh or not shelf.holds(month, now)]
    notes = [CANNOT]
    if asked:
        price = _price(asked)
        if agree is None or not agree(price):
            how = f"not asked: {price} To agree: finops-tui load '{shown(url)}' --yes"
            return Fetched(refused=(Refused(shown(url), how),))
        notes += _ask(aws, wanted, asked, shelf, progress=progress, cancelled=cancelled)
    else:
        notes.append("Cost Explorer: all months are held; nothing was asked, nothing was spent")
    estimated = [str(month) for month in wanted.months if shelf.estimated(month)]
    if estimated:
        notes.append(f"still estimated by AWS: {', '.join(estimated)}; x_Estimated says so on every charge")
    empty = [str(month) for month in wanted.months if not shelf.charges(month)]
    if empty:
        notes.append(f"Cost Explorer has no charges for {', '.join(empty)}")
    paths = tuple(shelf.path(month) for month in wanted.months if shelf.charges(month))
    return Fetched(paths, (), (), tuple(notes))


def _account(aws: Aws) -> str:
    """The account that asks; this is free."""
    client = aws.client("sts")
    found = str(aws.call("AWS", client.get_caller_identity).get("Account", ""))
    if not (found.isascii() and found.isdigit()):
        raise PlaceError(f"AWS: {shown(found)!r} is no account")
    return found


def _price(asked: Sequence[Month]) -> str:
    """What asking for months will cost, in words."""
    most = len(asked) * REQUESTS
    months = f"{asked[0]}" if len(asked) == 1 else f"{len(asked)} months, {asked[0]} to {asked[-1]}"
    return (
        f"Cost Explorer takes USD {PRICE} for every request: {months}, at most {most} requests, USD {most * PRICE};"
        f" every further page of a long answer is one more, and it stops at {most * PAGES}, USD {most * PAGES * PRICE}."
    )


def _ask(
    aws: Aws,
    wanted: Wanted,
    asked: Sequence[Month],
    shelf: _Shelf,
    *,
    progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool] | None,
) -> list[str]:
    """Ask month by month, keeping each; what it cost, and where totals do not agree."""
    purse = Purse(len(asked) * REQUESTS * PAGES)
    explorer = Explorer(aws, shelf.account, wanted, purse, cancelled)
    notes = []
    for month in asked:
        if progress is not None:
            progress(Progress(f"Cost Explorer {month}, {purse.spent} requests so far", 0, 0, 0))
        answer = explorer.ask(month)
        shelf.put(month, answer, final=month.end <= wanted.today and not answer.estimated and answer.agrees)
        if not answer.agrees:
            missed = ", ".join(
                f"{shown(code)} {amount:.2f}" for code, amount in sorted(answer.differences.items())
            )
            notes.append(f"{month}: split by service the charges are {missed} off Cost Explorer's own totals")
    return [f"Cost Explorer: {purse.spent} requests, USD {purse.spent * PRICE}", *notes]


class _Shelf:
    """The answers that are held for one account; private, without keys."""

    def __init__(self, cache: Path, name: str) -> None:
        self.account = name.partition("-")[0]
        self._folder = cache / FOLDER / name
        for folder in (*reversed(cache.parents), cache, cache / FOLDER, self._folder):
            if not folder.exists():
                os.mkdir(folder, 0o700)  # noqa: PTH102  (with its mode)
        self._held: dict[str, dict[str, Any]] = {}
        with suppress(OSError, ValueError, TypeError, KeyError):
            content = json.loads((self._folder / _INDEX).read_bytes())
            if content["version"] == _VERSION:
                self._held = dict(content["months"])

    def path(self, month: Month) -> Path:
        """Where the charges of a month are."""
        return self._folder / f"cost-explorer-{month}.csv"

    def holds(self, month: Month, now: datetime) -> bool:
        """Whether an answer is held that is still good."""
        known = self._held.get(str(month))
        if known is None or not self.path(month).is_file():
            return False
        try:
            age = now - datetime.fromisoformat(str(known["asked"]))
        except (KeyError, ValueError, TypeError):
            return False
        return bool(known.get("final")) or timedelta(0) <= age < KEPT

    def estimated(self, month: Month) -> bool:
        """Whether AWS may still change a month."""
        return bool(self._held.get(str(month), {}).get("estimated"))

    def charges(self, month: Month) -> int:
        """How many charges a month has."""
        return int(self._held.get(str(month), {}).get("charges", 0))

    def put(self, month: Month, answer: Answer, *, final: bool) -> None:
        """Keep an answer in place of the one before."""
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(answer.rows)
        self._write(self.path(month).name, out.getvalue())
        self._held[str(month)] = {
            "asked": datetime.now(UTC).isoformat(),
            "final": final,
            "estimated": answer.estimated,
            "charges": len(answer.rows),
        }
        self._write(_INDEX, json.dumps({"version": _VERSION, "months": self._held}))

    def _write(self, name: str, text: str) -> None:
        """Replace a file in one step."""
        fresh = self._folder / f"{name}.new"
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        fresh.replace(self._folder / name)
