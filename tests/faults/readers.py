"""A reader of a store that is loaded again and again: a program, not a test.

    python -m tests.faults.readers STORE fresh|follow

Until its input ends it reads the total of each period, opening the store afresh each time or following its
generations. Every load makes all periods cost the same, one more than before: anything else is a mixed or a lost
generation. Prints what it saw as JSON.
"""

from __future__ import annotations

import json
import select
import sys
from decimal import Decimal
from typing import Any

from finops_tui.manifest import StoreError
from finops_tui.queries.view import View
from finops_tui.store import Store
from tests.store.helpers import EVERYTHING


def costs(store: Store) -> set[Decimal]:
    """What each period costs."""
    view = View(EVERYTHING.period, group_by=("service",))  # in these bills a service is a period
    return set(store.ask_now("by_key", view)["cost"].to_list())


def main(root: str, how: str) -> None:
    """Read until told to stop."""
    seen: dict[str, Any] = {"reads": 0, "wrong": 0, "back": 0, "errors": [], "generations": 0}
    last = Decimal(0)
    store = Store(root)
    while not select.select([sys.stdin], [], [], 0)[0]:
        try:
            if how == "fresh":
                store.close()
                store = Store(root)
            else:
                store.refresh()
            found = costs(store)
        except StoreError as error:
            seen["errors"].append(str(error))
            continue
        seen["reads"] += 1
        seen["wrong"] += len(found) != 1
        seen["back"] += max(found) < last
        seen["generations"] += max(found) > last
        last = max(found)
    store.close()
    sys.stdout.write(json.dumps(seen))


main(*sys.argv[1:])
