"""Which export a header belongs to, and where each column the mapping uses is found in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from finops_tui.queries.columns import MONEY
from finops_tui.sources import fields
from finops_tui.sources.headers import HeaderError, snake
from finops_tui.sources.model import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KNOWN: Final = "FOCUS 1.0 to 1.4, AWS CUR (legacy and 2.0)"

_FOCUS: Final = frozenset(("billedcost", "effectivecost", "chargeperiodstart", "chargecategory"))

_LATER: Final[tuple[tuple[str, frozenset[str]], ...]] = tuple(
    (name, frozenset(names.split()))
    for name, names in (
        ("Azure Cost Management", "metercategory costinbillingcurrency"),
        ("Azure Cost Management", "metercategory pretaxcost"),
        ("Azure Cost Management", "metercategory cost"),
        ("Google Cloud billing export", "billing_account_id usage_start_time sku"),
        ("Google Cloud billing export", "billing_account_id usage_start_time sku.id"),
        ("Google Cloud billing export", "billing_account_id usage_start_time cost"),
        ("Oracle Cloud cost report", "lineitem/referenceno cost/mycost"),
        ("Oracle Cloud cost report", "lineitem/referenceno cost/mycostoverage"),
        ("OpenCost or Kubecost", "namespace pod totalcost"),
        ("OpenCost or Kubecost", "namespace totalcost controllerkind"),
        ("OpenAI cost export", "amount_value amount_currency line_item"),
        ("Anthropic cost export", "usage_date_utc cost_usd"),
        ("Snowflake usage in currency", "usage_in_currency usage_date"),
        ("Databricks usage (it has no prices)", "usage_quantity sku_name record_id"),
    )
)

_VENDORS: Final = (
    ("AWS", ("x_servicecode", "x_usagetype")),
    ("Azure", ("x_skumeterid", "x_resourcegroupname", "x_billedcostinusd")),
    ("Google Cloud", ("x_credits", "x_exporttime", "x_project")),
    ("Oracle Cloud", ("oci_referencenumber",)),
)


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of export.

    Attributes:
        name: As shown: `FOCUS 1.2 (AWS)`.
        source: What units of it are filed under: `focus` or `aws-cur`.
        raw: The table its records are staged in.
        columns: Columns of that table.
        money: Those that hold money as text.
        times: Those that hold times as text.
    """

    name: str
    source: str
    raw: str
    columns: tuple[str, ...]
    money: tuple[str, ...]
    times: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are in a file, by the position of its columns.

    Attributes:
        columns: Column of the raw table -> positions; the first with a value counts.
        packed: Map column of the raw table -> (key, position): a column per key in the file.
        extra: Vendor columns: (name, position).
    """

    columns: Mapping[str, tuple[int, ...]]
    packed: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    extra: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Incoming:
    """One text as the raw tables take it.

    Attributes:
        found: Its format.
        names: Its column names, as delivered.
        place: Where its columns are.
        file: Number of the file it is in.
        before: Records of the same file in texts before it.
    """

    found: Format
    names: tuple[str, ...]
    place: Layout
    file: int
    before: int


def detect(names: Sequence[str]) -> Format:
    """The format of a header.

    Raises:
        HeaderError: unknown, known but not read here, or no bill; the message names what was seen.
    """
    folded = {name.lower() for name in names if name}
    snaked = {snake(name) if "/" in name else name.lower() for name in names}
    if folded >= _FOCUS:
        _check_currency(folded)
        return Format(
            f"FOCUS {_focus_version(folded)}{_vendor(folded)}", "focus", "raw_focus", fields.FOCUS_COLUMNS,
            MONEY, fields.FOCUS_TIMES,
        )  # fmt: skip
    if "line_item_unblended_cost" in snaked:
        one_column = {"bill_payer_account_name", "resource_tags", "product"}
        generation = "2.0" if folded & one_column else "legacy"
        return Format(
            f"AWS CUR {generation}",
            "aws-cur",
            "raw_cur",
            fields.CUR_COLUMNS,
            fields.CUR_MONEY,
            fields.CUR_TIMES,
        )
    raise HeaderError(_unknown(names, folded))


def _check_currency(folded: set[str]) -> None:
    """A bill of an account says its currency; a fragment without either is taken as having none."""
    if "billingaccountid" in folded and "billingcurrency" not in folded:
        raise HeaderError("no column for the currency (BillingCurrency)")


def _focus_version(folded: set[str]) -> str:
    provider = "providername" in folded
    if "serviceprovidername" in folded:
        return "1.3" if provider else "1.4"
    if folded & {"invoiceid", "pricingcurrency"}:
        return "1.2"
    if folded & {"skumeter", "servicesubcategory", "capacityreservationid"}:
        return "1.1"
    return "1.0"


def _vendor(folded: set[str]) -> str:
    for vendor, signs in _VENDORS:
        if folded.intersection(signs):
            return f" ({vendor})"
    return ""


def _unknown(names: Sequence[str], folded: set[str]) -> str:
    """What to say of a header that is no bill read here."""
    if "contractcommitmentid" in folded and "contractcommitmentcost" in folded:
        return "FOCUS Contract Commitment: a list of commitments, not a bill"
    if "billingperiodstatus" in folded:
        return "FOCUS Billing Period: states of invoices, not a bill"
    if "invoicedetailid" in folded and "effectivecost" not in folded:
        return "FOCUS Invoice Detail: invoice lines, not a bill"
    plain = {_inside(name) for name in folded} | folded
    for name, signs in _LATER:
        if plain >= signs:
            return f"{name}: recognised, but not yet supported here; known are {KNOWN}"
    if "billedcost" in folded or len(_FOCUS & folded) >= 2:
        lacking = [name for name in fields.FOCUS_COLUMNS if name.lower() in _FOCUS - folded]
        return f"looks like FOCUS, but there is no column for {', '.join(lacking)}"
    first = ", ".join(shown(name or "(blank)", 40) for name in names[:6])
    return f"no known header: its columns are {first}{' …' if len(names) > 6 else ''}; known are {KNOWN}"


def _inside(name: str) -> str:
    """The part in brackets of a translated Azure header: `Ressourcengruppe (ResourceGroup)`."""
    return name.rsplit("(", 1)[1].rstrip(") ") if name.endswith(")") and "(" in name else name


def layout(found: Format, names: Sequence[str]) -> Layout:
    """Where the columns of a format are in a header.

    Raises:
        HeaderError: two columns of one name, so that it is open which one holds the money.
    """
    return _focus_layout(names) if found.source == "focus" else _cur_layout(names)


def _focus_layout(names: Sequence[str]) -> Layout:
    known = {name.lower(): name for name in fields.FOCUS_COLUMNS}
    exact: dict[str, list[int]] = defaultdict(list)
    other: dict[str, list[int]] = defaultdict(list)
    extra = []
    _refuse_twins(names)
    for position, name in enumerate(names):
        folded = name.lower()
        if folded in known:
            exact[known[folded]].append(position)
        elif folded in fields.FOCUS_OTHER_NAMES:
            other[fields.FOCUS_OTHER_NAMES[folded]].append(position)
        elif name and not fields.differs_by_line(name):
            extra.append((name, position))
    columns = {name: (*exact[name], *other[name]) for name in (*exact, *other)}
    return Layout(columns, {}, tuple(extra))


def _cur_layout(names: Sequence[str]) -> Layout:
    known = {name[:63]: name for name in fields.CUR_COLUMNS}  # Postgres cuts names at 63
    columns: dict[str, list[int]] = defaultdict(list)
    packed: dict[str, list[tuple[str, int]]] = defaultdict(list)
    extra = []
    _refuse_twins([name for name in names if _pack(name) is None])
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


def _refuse_twins(names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name and name.lower() in seen:
            raise HeaderError(f"two columns named {shown(name)}")
        seen.add(name.lower())
