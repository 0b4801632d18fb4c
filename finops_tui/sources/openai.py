"""OpenAI costs: pages of `/v1/organization/costs`, and the CSV of the console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from finops_tui.sources import aliases, late, superseded
from finops_tui.sources.headers import HeaderError
from finops_tui.sources.kinds import Kind, Layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Seen

_NAMES: Final = {
    "amount_value": ("amount_value", "amount.value"),
    "amount_currency": ("amount_currency", "amount.currency"),
    "start_time": ("start_time_iso", "start_time"),
    "end_time": ("end_time_iso", "end_time"),
    **{
        name: (name,)
        for name in (
            *("quantity", "quantity_unit", "line_item", "project_id", "project_name", "organization_id"),
            *("organization_name", "user_id", "user_email", "api_key_id", "api_source", "has_more", "page"),
        )
    },
}
_TIMES: Final = ("start_time", "end_time")
_LEFT_OUT: Final = frozenset(("object", "amount"))
_SECONDS_SQL: Final = r"""
UPDATE raw_openai SET "{0}" = CAST(make_timestamp(CAST("{0}" AS BIGINT) * 1000000) AS VARCHAR)
WHERE file = $1 AND regexp_full_match("{0}", '\d{{9,11}}')"""

_CURE: Final = (
    "OpenAI usage: tokens and requests, no money; export costs instead"
    " (/v1/organization/costs, or the cost export of the usage page)"
)

_SAME: Final = (
    *("organization_id", "start_time", "end_time", "line_item", "project_id", "user_id", "api_key_id"),
    *("amount_currency", "api_source"),
)
"""What is equal when two extracts have the same record."""

_NOTES_SQL: Final = f"""
{superseded.NOTE_SQL.format(table="raw_openai")}
UNION ALL
SELECT file, count(*), 'of days that the API''s pages have as well: if it is one organization, load one of the two'
FROM raw_openai WHERE page IS NULL AND amount_value IS NOT NULL
    AND left(start_time, 10) IN (SELECT left(start_time, 10) FROM raw_openai WHERE page IS NOT NULL) GROUP BY file
UNION ALL
SELECT file, count(*), 'of days that other files have in finer parts: if it is one organization, load one of the two'
FROM raw_openai r WHERE line_item IS NULL AND amount_value IS NOT NULL AND EXISTS (
    FROM raw_openai o WHERE o.file <> r.file AND o.line_item IS NOT NULL AND o.page IS NOT NULL AND o.start_time = r.start_time)
GROUP BY file
UNION ALL
SELECT file, count(*), 'without an amount or a quantity (days without spend), no charges'
FROM raw_openai WHERE amount_value IS NULL AND coalesce(TRY_CAST(quantity AS DOUBLE), 0) = 0 GROUP BY file
UNION ALL
SELECT file, count(*), 'with a quantity but without an amount'
FROM raw_openai WHERE amount_value IS NULL AND TRY_CAST(quantity AS DOUBLE) <> 0 GROUP BY file
UNION ALL
SELECT file, count(*), 'and the API has more pages after them (has_more): the load is not complete'
FROM raw_openai
WHERE file = (SELECT arg_max(file, (start_time, record)) FROM raw_openai HAVING arg_max(has_more, (start_time, record)) = 'true')
GROUP BY file"""  # noqa: S608  (fixed names)


def detect(seen: Seen) -> str | None:
    """Costs as JSON or CSV.

    Raises:
        HeaderError: it is the export of usage, which has no money.
    """
    if seen.folded >= {"amount_value", "amount_currency", "line_item"}:
        return "OpenAI costs (CSV)"
    if seen.folded >= {"amount.value", "amount.currency", "start_time_iso"}:
        return "OpenAI costs (API)"
    if seen.folded >= {"num_model_requests", "input_tokens", "output_tokens"}:
        raise HeaderError(_CURE)
    return None


def layout(names: Sequence[str]) -> Layout:
    """Where the columns are."""
    return aliases.layout(names, _NAMES, left_out=_LEFT_OUT)


def records(document: Any) -> Iterable[Mapping[str, Any]] | None:
    """The results in a page of the API, in a list of pages, or in a list of buckets.

    Raises:
        HeaderError: pages of the usage API, which has no money.
    """
    pages = document if isinstance(document, list) else [document]
    if pages and all(_is(page, "bucket") for page in pages):
        pages = [{"object": "page", "data": pages}]
    if not pages or not all(
        _is(page, "page")
        and isinstance(page.get("data"), list)
        and all(_is(bucket, "bucket") for bucket in page["data"])
        for page in pages
    ):
        return None
    return _results(pages)


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, dict) and value.get("object") == kind


def _results(pages: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for page in pages:
        number = next(superseded.PAGES)
        more = {"has_more": page.get("has_more"), "page": str(number)}
        for bucket in page["data"]:
            times = {f"{name}_iso": bucket.get(f"{name}_iso") or bucket.get(name) for name in _TIMES}
            results = bucket.get("results", bucket.get("result"))
            for result in results if isinstance(results, list) else [results]:
                if not isinstance(result, dict):
                    raise HeaderError("a bucket whose results are not objects")
                if str(result.get("object", "")).startswith("organization.usage."):
                    raise HeaderError(_CURE)
                yield {**result, **times, **more}


def seconds(connection: DuckDBPyConnection, file: int) -> None:
    """Times of a file in seconds since 1970, as the API has them, become times."""
    for name in _TIMES:
        connection.execute(_SECONDS_SQL.format(name), [file])


def judge(connection: DuckDBPyConnection) -> Iterator[tuple[int, str]]:
    """Set aside amounts without a currency; a day without spend needs none."""
    test = "amount_value IS NOT NULL AND amount_currency IS NULL"
    late.set_aside(connection, "raw_openai", KIND.columns, test=test, reason="'no currency'")
    return iter(())


def once(connection: DuckDBPyConnection) -> None:
    """Let each record count once, whatever extracts overlap."""
    superseded.leave_out(
        connection,
        "raw_openai",
        _SAME,
        start="start_time",
        account="coalesce(organization_id, '(none)')",
        page="coalesce(CAST(page AS BIGINT), 0)",
    )


KIND: Final = Kind(
    source="openai",
    raw="raw_openai",
    columns=tuple(_NAMES),
    money=("amount_value",),
    times=(*aliases.UNKNOWN_TIMES, *_TIMES),
    mapping=("ai.sql", "openai.sql"),
    detect=detect,
    layout=layout,
    tidy=seconds,
    judge=judge,
    prepare=once,
    notes=_NOTES_SQL,
    records=records,
    signs=(b"organization.costs.result",),
)
