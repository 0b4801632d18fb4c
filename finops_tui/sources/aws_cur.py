"""AWS CUR, legacy and 2.0: how it is recognised and where its columns are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from finops_tui.sources import commitments, fields
from finops_tui.sources.headers import snake
from finops_tui.sources.kinds import Kind, Layout, refuse_twins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.sources.kinds import Seen

_SPLIT_SQL: Final = """
SELECT file, count(*), CASE
    WHEN coalesce(split_line_item_split_cost, split_line_item_unused_cost, split_line_item_net_split_cost,
        split_line_item_net_unused_cost) IS NULL
    THEN 'of split cost allocation left out: other lines carry the money, and these have no share of it'
    ELSE 'of split cost allocation, held beside the bill: other lines carry the money'
END AS words
FROM raw_cur_items JOIN raw_cur_lines USING (line)
WHERE line_item_operation IN ('EKSPod-EC2', 'ECSTask-EC2') GROUP BY ALL"""


_SIGNS: Final = (b'"line_item_unblended_cost":', b'"LINE_ITEM_UNBLENDED_COST":', b'"lineItem/UnblendedCost":')
"""A name with the colon after it: manifests list the same names as values."""


def detect(seen: Seen) -> str | None:
    """The generation of a CUR header."""
    snaked = {snake(name) if "/" in name else name.lower() for name in seen.names}
    if "line_item_unblended_cost" not in snaked:
        return None
    one_column = {"bill_payer_account_name", "resource_tags", "product"}
    return f"AWS CUR {'2.0' if seen.folded & one_column else 'legacy'}"


def layout(names: Sequence[str]) -> Layout:
    """Where the columns are, whichever way their names are written."""
    known = {name[:63]: name for name in fields.CUR_COLUMNS}  # Postgres cuts names at 63
    columns: dict[str, list[int]] = defaultdict(list)
    packed: dict[str, list[tuple[str, int]]] = defaultdict(list)
    extra = []
    refuse_twins([name for name in names if _pack(name) is None])
    for position, name in enumerate(names):
        plain = _cur_name(name)
        if plain[:63] in known:
            columns[known[plain[:63]]].append(position)
        pack = _pack(name)
        if pack is not None:
            packed[pack[0]].append((pack[1], position))
        elif plain[:63] not in known and name and not _is_cur(plain) and not fields.differs_by_line(name):
            extra.append((name, position))
    return Layout(
        {name: tuple(positions) for name, positions in columns.items()},
        {name: tuple(keys) for name, keys in packed.items()},
        tuple(extra),
    )


def _cur_name(name: str) -> str:
    plain = snake(name) if "/" in name else name.lower()
    return f"{plain.removesuffix('_arn')}_a_r_n" if plain.endswith("_arn") else plain


def _is_cur(plain: str) -> bool:
    return plain.startswith(fields.CUR_PREFIXES)


def _pack(name: str) -> tuple[str, str] | None:
    """The map and the key that a column of its own stands for in legacy files."""
    for prefix, column in (
        ("resourceTags/", "resource_tags"), ("costCategory/", "cost_category"), ("product/", "product"),
        ("resource_tags_", "resource_tags"), ("cost_category_", "cost_category"), ("product_", "product"),
    ):  # fmt: skip
        if name.lower().startswith(prefix.lower()) and len(name) > len(prefix):
            return column, name[len(prefix) :]
    return None


KIND: Final = Kind(
    source="aws-cur",
    raw="raw_cur",
    columns=fields.CUR_COLUMNS,
    money=fields.CUR_MONEY,
    times=fields.CUR_TIMES,
    mapping=("aws_names.sql", "aws_cur.sql", "aws_split.sql"),
    detect=detect,
    layout=layout,
    tags=("resource_tags",),
    prepare=commitments.net_unused,
    notes=_SPLIT_SQL,
    signs=_SIGNS,
    divided=True,
    quantities=(*("line_item_usage_amount", "split_line_item_actual_usage", "split_line_item_split_usage"),),
)
