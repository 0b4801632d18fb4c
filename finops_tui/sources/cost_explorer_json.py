"""Answers of AWS Cost Explorer that somebody saved: `aws ce get-cost-and-usage … > costs.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from finops_tui.sources.cost_explorer_charges import MARK, SORTS, amount, currency, sorted_types
from finops_tui.sources.headers import HeaderError
from finops_tui.sources.model import shown
from finops_tui.sources.s3_access import PlaceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_PAIRS: Final = (("UnblendedCost", "AmortizedCost"), ("NetUnblendedCost", "NetAmortizedCost"))
"""Metrics that belong together: what is billed, and what it comes to when commitments are spread."""

_COLUMNS: Final = {
    "SERVICE": "ServiceName",
    "LINKED_ACCOUNT": "SubAccountId",
    "REGION": "RegionId",
    "AZ": "AvailabilityZone",
    "USAGE_TYPE": "x_UsageType",
    "OPERATION": "x_Operation",
    "RECORD_TYPE": "x_ChargeTypes",
    "RESOURCE_ID": "ResourceId",
    "INVOICING_ENTITY": "InvoiceIssuerName",
    "LEGAL_ENTITY_NAME": "InvoiceIssuerName",
}
"""Groups by dimension, and the FOCUS columns they are; others become `x_` columns."""

_TAX: Final = "Tax"
"""The service that taxes are under, and their charge category."""

_MORE: Final = (
    "Cost Explorer has more pages after it (NextPageToken): save all of them, as one JSON list (jq -s .)"
)
_LACKS: Final = "Cost Explorer without UnblendedCost: ask for --metrics UnblendedCost AmortizedCost"


def records(document: Any) -> Iterable[Mapping[str, Any]] | None:
    """The charges in a page, or in a list of pages; nothing if it is something else.

    Raises:
        HeaderError: pages are missing, or amounts.
    """
    pages = document if isinstance(document, list) else [document]
    if not pages or not all(isinstance(page, dict) and "ResultsByTime" in page for page in pages):
        return None
    if pages[-1].get("NextPageToken"):
        raise HeaderError(_MORE)
    return _charges(pages)


def _charges(pages: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for page in pages:
        groups = [one for one in _list(page, "GroupDefinitions") if isinstance(one, dict)]
        names = {
            str(one.get("Value")): str(_inside(one, "Attributes").get("description", ""))
            for one in _list(page, "DimensionValueAttributes")
            if isinstance(one, dict)
        }
        for result in _list(page, "ResultsByTime"):
            if not isinstance(result, dict):
                raise HeaderError("a result that is no object")
            when = _when(result)
            parts = _list(result, "Groups") or [{"Keys": [], "Metrics": result.get("Total", {})}]
            for part in parts:
                if not isinstance(part, dict) or not isinstance(part.get("Metrics"), dict):
                    raise HeaderError("a group without metrics")
                if part["Metrics"]:
                    yield {**when, **_said(part, groups, names), **_costs(part)}


def _when(result: Mapping[str, Any]) -> dict[str, str]:
    period = _inside(result, "TimePeriod")
    start, end = (str(period.get(name, "")) for name in ("Start", "End"))
    return {
        "ChargePeriodStart": f"{start}T00:00:00Z" if len(start) == 10 else start,
        "ChargePeriodEnd": f"{end}T00:00:00Z" if len(end) == 10 else end,
        "ProviderName": "AWS",
        "x_Estimated": "true" if result.get("Estimated") else "false",
    }


def _said(part: Mapping[str, Any], groups: list[dict[str, Any]], names: Mapping[str, str]) -> dict[str, str]:
    """What the groups of a part say of it, by FOCUS column."""
    keys = [str(key) for key in _list(part, "Keys")]
    said: dict[str, str] = {"ChargeCategory": SORTS[0].category, "ChargeClass": "", "ServiceName": ""}
    tags: dict[str, str] = {}
    for group, value in zip(groups, keys, strict=False):
        key = str(group.get("Key", ""))
        if group.get("Type") in {"TAG", "COST_CATEGORY"}:
            text = value.partition("$")[2] if value.startswith(f"{key}$") else value
            if group["Type"] == "TAG" and text:
                tags[key] = text
            elif text:
                said[f"x_CostCategory_{key}"] = text
        else:
            said[_COLUMNS.get(key, f"x_{key.title().replace('_', '')}")] = value
    if kind := said.get("x_ChargeTypes", ""):
        ((sort, _),) = sorted_types([kind])
        said["ChargeCategory"], said["ChargeClass"] = sort.category, "Correction" if sort.correction else ""
    elif said["ServiceName"] == _TAX:
        said["ChargeCategory"] = _TAX
    if account := said.get("SubAccountId", ""):
        said["SubAccountName"] = names.get(account, "")
    words = [str(group.get("Key", "")) for group in groups]
    return {**said, "Tags": json.dumps(tags), MARK: ", ".join(words) or "none"}


def _costs(part: Mapping[str, Any]) -> dict[str, str]:
    """Billed and effective cost; where only what is billed was asked for, it is both."""
    metrics = part["Metrics"]
    pair = next((pair for pair in _PAIRS if pair[0] in metrics), None)
    if pair is None:
        raise HeaderError(_LACKS)
    billed, effective = pair[0], pair[1] if pair[1] in metrics else pair[0]
    try:
        for metric in (billed, effective):
            amount(part, metric)
        code = currency({"Metrics": {metric: metrics[metric] for metric in (billed, effective)}})
    except PlaceError as error:
        raise HeaderError(str(error)) from None
    return {
        "BilledCost": str(metrics[billed]["Amount"]),
        "EffectiveCost": str(metrics[effective]["Amount"]),
        "BillingCurrency": code,
    }


def _list(holder: Mapping[str, Any], name: str) -> list[Any]:
    value = holder.get(name) or []
    if not isinstance(value, list):
        raise HeaderError(f"{shown(name)} is no list")
    return value


def _inside(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}
