"""Anthropic costs: pages of the cost report of the Admin API (cents), and the CSV of the console (dollars)."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any, Final

from finops_tui.sources import aliases, amounts, late, superseded
from finops_tui.sources.headers import HeaderError
from finops_tui.sources.kinds import Kind, Layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Seen

_NAMES: Final = {
    "cost": ("cost_usd",),
    "list_cost": ("list_price_usd",),
    "cents": ("amount",),
    "start": ("usage_date_utc", "starting_at"),
    "end": ("ending_at",),
    **{
        name: (name,)
        for name in (
            *("currency", "cost_type", "description", "model", "token_type", "context_window", "usage_type"),
            *("service_tier", "inference_geo", "speed", "workspace", "workspace_id", "api_key"),
            *("api_key_id", "api_key_status", "has_more", "page"),
        )
    },
}

_CURE: Final = "Anthropic usage: tokens, no money; export the cost instead ({where})"
_API: Final = _CURE.format(where="/v1/organizations/cost_report")
_CONSOLE: Final = _CURE.format(where="the cost page of the console, or /v1/organizations/cost_report")

_CENTS_SQL: Final = "SELECT DISTINCT cents FROM raw_anthropic WHERE cents IS NOT NULL"
_DOLLARS_SQL: Final = (
    "UPDATE raw_anthropic SET cost = d.dollars FROM dollars d WHERE d.cents = raw_anthropic.cents"
)

_SAME: Final = (
    *("start", "end", "currency", "cost_type", "description", "model", "token_type", "context_window"),
    *("usage_type", "service_tier", "inference_geo", "speed", "workspace", "workspace_id", "api_key"),
    "api_key_id",
)
"""What is equal when two extracts have the same record."""

_NOTES_SQL: Final = f"""
{superseded.NOTE_SQL.format(table="raw_anthropic")}
UNION ALL
SELECT file, count(*), 'of days that the API''s pages have as well: if it is one organization, load one of the two'
FROM raw_anthropic WHERE page IS NULL AND cost IS NOT NULL
    AND left("start", 10) IN (SELECT left("start", 10) FROM raw_anthropic WHERE page IS NOT NULL) GROUP BY file
UNION ALL
SELECT file, count(*), 'of days that other files have in finer parts: if it is one organization, load one of the two'
FROM raw_anthropic r WHERE cost_type IS NULL AND cost IS NOT NULL AND EXISTS (
    FROM raw_anthropic o WHERE o.file <> r.file AND o.cost_type IS NOT NULL AND o.page IS NOT NULL AND o."start" = r."start")
GROUP BY file
UNION ALL
SELECT file, count(*), 'without an amount, no charges' FROM raw_anthropic WHERE cost IS NULL GROUP BY file
UNION ALL
SELECT file, count(*), 'and the API has more pages after them (has_more): the load is not complete'
FROM raw_anthropic
WHERE file = (SELECT arg_max(file, (start, record)) FROM raw_anthropic HAVING arg_max(has_more, (start, record)) = 'true')
GROUP BY file"""  # noqa: S608  (fixed names)


def detect(seen: Seen) -> str | None:
    """Costs as JSON or CSV.

    Raises:
        HeaderError: it is the export of usage, which has no money.
    """
    if seen.folded >= {"usage_date_utc", "cost_usd"}:
        return "Anthropic costs (CSV)"
    if seen.folded >= {"starting_at", "amount", "currency", "cost_type"}:
        return "Anthropic costs (API)"
    if "usage_date_utc" in seen.folded and any(name.startswith("usage_input_tokens") for name in seen.folded):
        raise HeaderError(_CONSOLE)
    return None


def layout(names: Sequence[str]) -> Layout:
    """Where the columns are."""
    return aliases.layout(names, _NAMES)


def records(document: Any) -> Iterable[Mapping[str, Any]] | None:
    """The results in a page of the API, or in a list of pages.

    Raises:
        HeaderError: pages of the usage report, which has no money.
    """
    pages = document if isinstance(document, list) else [document]
    if not pages or not all(_is_page(page) for page in pages):
        return None
    return _results(pages)


def _is_page(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("data"), list)
        and ("has_more" in value or bool(value["data"]))
        and all(
            isinstance(bucket, dict) and "starting_at" in bucket and isinstance(bucket.get("results"), list)
            for bucket in value["data"]
        )
    )


def _results(pages: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for page in pages:
        number = next(superseded.PAGES)
        for bucket in page["data"]:
            outer = {
                "starting_at": bucket["starting_at"],
                "ending_at": bucket.get("ending_at"),
                "has_more": page.get("has_more"),
                "page": str(number),
            }
            for result in bucket["results"]:
                if not isinstance(result, dict):
                    raise HeaderError("a bucket whose results are not objects")
                if "amount" not in result and "output_tokens" in result:
                    raise HeaderError(_API)
                yield {**result, **outer}


def judge(connection: DuckDBPyConnection) -> Iterator[tuple[int, str]]:
    """Set aside amounts of the API whose smallest unit is not known to be a cent."""
    for test, reason in (
        ("cents IS NOT NULL AND currency IS NULL", "no currency"),
        ("cents IS NOT NULL AND upper(currency) <> 'USD'", "in units of a currency that is not USD"),
    ):
        late.set_aside(connection, "raw_anthropic", KIND.columns, test=test, reason=f"'{reason}'")
    return iter(())


def prepare(connection: DuckDBPyConnection) -> None:
    """Let each record count once, whatever extracts overlap, and fill `cost` of those that have cents."""
    superseded.leave_out(
        connection,
        "raw_anthropic",
        _SAME,
        start="start",
        account="'(none)'",
        page="coalesce(CAST(page AS BIGINT), 0)",
    )
    rows = [(text, _dollars(text)) for (text,) in connection.execute(_CENTS_SQL).fetchall()]
    if rows:
        cents, costs = zip(*rows, strict=True)
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE dollars AS SELECT unnest($1) AS cents, unnest($2) AS dollars",
            [list(cents), list(costs)],
        )
        connection.execute(_DOLLARS_SQL)


def _dollars(cents: str) -> str:
    with localcontext(prec=len(cents) + 8, Emin=-99999, Emax=99999):
        return amounts.plain(Decimal(cents).scaleb(-2))


KIND: Final = Kind(
    source="anthropic",
    raw="raw_anthropic",
    columns=tuple(_NAMES),
    money=("cost", "list_cost", "cents"),
    times=(*aliases.UNKNOWN_TIMES, "start", "end"),
    mapping=("ai.sql", "anthropic.sql"),
    detect=detect,
    layout=layout,
    judge=judge,
    prepare=prepare,
    notes=_NOTES_SQL,
    records=records,
    signs=(b'"cost_type"',),
)
