"""What accounts are called where a bill does not say: from AWS Organizations or a CSV file, kept beside the store.

The list lies in the store's folder as `ACCOUNTS`. A load puts the names into lines that have none; a bill's
own names stay, and those of `finops.toml` come before both when answers are shown.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finops_tui import disk, generations, sharing
from finops_tui.kept import ACCOUNTS
from finops_tui.manifest import StoreError
from finops_tui.queries.safe_text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from finops_tui.sources.s3_access import Access

ORGANIZATIONS: Final = "organizations"
"""What `--account-names` says for AWS Organizations; anything else is a file."""

_FORMAT: Final = 1
_LARGEST: Final = 16 << 20
_DIGITS: Final = 12
"""Digits of an AWS account id; spreadsheets drop the leading zeros."""

_HEADERS: Final = frozenset({"id", "account", "accountid", "subaccountid", "accountnumber", "linkedaccount"})


def learn(root: Path, where: str, access: Access, shared: str | None = None) -> int:
    """Get the names, and keep them beside the store in place of those that were.

    Args:
        root: Folder of the store; created if need be.
        where: `organizations`, or a CSV file with an account id and a name in each row.
        access: How AWS is reached.
        shared: As for a load.

    Returns:
        How many there are.

    Raises:
        LockedError: another load is running.
        StoreError: the names or the store cannot be read or written.
        PlaceError: AWS did not answer.
    """
    if where == ORGANIZATIONS:
        from finops_tui.sources import organizations

        names = organizations.account_names(access)
    else:
        names = of_csv(Path(where).expanduser())
    body = {"format": _FORMAT, "accounts": dict(sorted(names.items()))}
    data = json.dumps(body, indent=1).encode() + b"\n"
    with generations.workspace(root, shared) as work:
        try:
            disk.write(work / ACCOUNTS, data, sharing.modes_of(root))
            disk.rename(work / ACCOUNTS, root / ACCOUNTS)
            disk.flush(root)
        except OSError as error:
            raise StoreError(f"cannot write the account names of {root}: {error.strerror}") from error
    return len(names)


def read(root: Path) -> tuple[dict[str, str], str]:
    """The names kept beside a store, and '' or what the user should know of them."""
    try:
        body = json.loads((root / ACCOUNTS).read_bytes())
        if body["format"] == _FORMAT:
            return {str(account): str(name) for account, name in body["accounts"].items()}, ""
    except (FileNotFoundError, NotADirectoryError):
        return {}, ""
    except OSError as error:
        return {}, f"loaded without account names: {ACCOUNTS} cannot be read ({error.strerror})"
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    return {}, f"loaded without account names: {ACCOUNTS} is damaged; say --account-names again"


def of_csv(path: Path) -> dict[str, str]:
    """Names by account id from a CSV file: id and name in the first two columns, with or without a header.

    Raises:
        StoreError: it cannot be read, or says two names of one account.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StoreError(f"{clean(str(path))}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise StoreError(f"{clean(str(path))}: {error.strerror}") from error
    if len(data) > _LARGEST:
        raise StoreError(f"{clean(str(path))}: too large for a list of accounts")
    names: dict[str, str] = {}
    for line, account, name in _rows(path, text):
        if names.setdefault(account, name) != name:
            raise StoreError(f"{clean(str(path))}:{line}: a second name for account {clean(account)}")
    if not names:
        raise StoreError(f"{clean(str(path))}: no row with an account id and a name")
    return names | _padded(names)


def _rows(path: Path, text: str) -> Iterator[tuple[int, str, str]]:
    """Line, account and name of each row that has both."""
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row[:2]]
            header = reader.line_num == 1 and _folded(cells[0] if cells else "") in _HEADERS
            if len(cells) == 2 and all(cells) and not header:
                yield reader.line_num, cells[0], cells[1]
    except csv.Error as error:
        raise StoreError(f"{clean(str(path))}:{reader.line_num}: {error}") from None


def _padded(names: Mapping[str, str]) -> dict[str, str]:
    """AWS accounts whose zeros a spreadsheet has dropped."""
    short = {account: name for account, name in names.items() if account.isdecimal() and account.isascii()}
    return {account.zfill(_DIGITS): name for account, name in short.items() if len(account) < _DIGITS}


def _folded(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()
