"""Names of accounts from AWS Organizations, for exports that have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finops_tui.sources.s3_access import Aws, PlaceError

if TYPE_CHECKING:
    from finops_tui.sources.s3_access import Access

_WHAT = "AWS Organizations"


def account_names(access: Access) -> dict[str, str]:
    """Names by account id; needs the permission organizations:ListAccounts.

    Raises:
        PlaceError: it was not answered.
    """
    aws = Aws(access)
    client = aws.client("organizations")
    names: dict[str, str] = {}
    arguments: dict[str, str] = {}
    while True:
        page = aws.call(_WHAT, client.list_accounts, **arguments)
        for account in page.get("Accounts", ()):
            if account.get("Id") and account.get("Name"):
                names[str(account["Id"])] = str(account["Name"])
        following = page.get("NextToken")
        if not following:
            return names
        if following == arguments.get("NextToken"):
            raise PlaceError(f"{_WHAT}: the list of accounts has no end")
        arguments["NextToken"] = following
