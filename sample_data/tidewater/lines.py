"""From uses to lines: one resource and meter (and namespace), with everything a bill says of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from tidewater.figures import digest, number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from tidewater.estate import Account, Estate, Meter, Service, Use

Attributes = dict[str, str | None]
"""The text columns of a line by FOCUS name."""

_CLUSTER_TAGS: Final = {
    "aws": ("aws:eks:cluster-name", "aws:eks:namespace"),
    "azure": ("aks-managed-cluster-name", "kubernetes-namespace"),
    "gcp": ("goog-k8s-cluster-name", "k8s-namespace"),
}
_ACCOUNT_TYPES: Final = {"aws": "Linked account", "azure": "Subscription", "gcp": "Project"}
_PREFIXES: Final = {"us-east-1": "", "us-west-2": "USW2-", "eu-central-1": "EUC1-", "ap-northeast-1": "APN1-"}


@dataclass(frozen=True)
class Line:
    """One meter of one resource (or of none) over its life."""

    key: str
    use: Use
    meter: Meter
    attributes: Attributes
    base: Decimal
    first: date
    last: date


def charge_attributes(
    estate: Estate, service: Service, account: Account | None, region: str | None
) -> Attributes:
    """What every charge of a service in an account and region says, resources and meters aside."""
    return {
        "ProviderName": estate.provider,
        "PublisherName": service.publisher or estate.provider,
        "InvoiceIssuerName": estate.issuer,
        "ServiceName": service.name,
        "ServiceCategory": service.group,
        "ServiceSubcategory": service.sub,
        "SubAccountId": account.id if account else None,
        "SubAccountName": account.name if account else None,
        "SubAccountType": _ACCOUNT_TYPES[estate.file] if account else None,
        "RegionId": region,
        "RegionName": estate.regions[region] if region else None,
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        **_vendor(estate.file, service, account),
    }


def _vendor(file: str, service: Service, account: Account | None) -> Attributes:
    """The provider's own columns that do not depend on a meter."""
    if file == "aws":
        return {"x_ServiceCode": service.code}
    if file == "azure":
        return {"x_SkuMeterCategory": service.code}
    return {
        "x_ServiceId": service.code,
        "x_Project": account.id if account else None,
        "x_CostType": "regular",
    }


def _meter_attributes(estate: Estate, meter: Meter, region: str | None) -> Attributes:
    sku = digest(f"{estate.file}|{meter.key}|{region}", 16).upper()
    found: Attributes = {
        "SkuId": sku,
        "SkuPriceId": f"{sku}.{digest(sku, 10).upper()}",
        "SkuMeter": meter.name,
        "SkuPriceDetails": meter.details,
        "PricingUnit": meter.unit,
        "ConsumedUnit": consumed_unit(meter)[0],
        "PricingCategory": "Dynamic" if meter.spot else "Standard",
        "ChargeDescription": f"{meter.name} per {meter.unit}"
        + (f", {estate.regions[region]}" if region else ""),
    }
    if estate.file == "aws":
        usage = f"{_PREFIXES[region] if region else ''}{meter.usage or ''}"
        return {**found, "x_UsageType": usage or None, "x_Operation": meter.op}
    if estate.file == "azure":
        return {**found, "x_SkuMeterName": meter.name, "x_SkuMeterId": digest(sku, 12)}
    return {**found, "x_SkuDescription": meter.name}


def consumed_unit(meter: Meter) -> tuple[str, int]:
    """The unit in which a meter is consumed, and how many of them one pricing unit is."""
    for prefix, factor in (("1K ", 1000), ("1M ", 1_000_000), ("10K ", 10_000), ("100K ", 100_000)):
        if meter.unit.startswith(prefix):
            return meter.unit.removeprefix(prefix), factor
    return meter.unit, 1


def _resource(estate: Estate, use: Use, meter: Meter, name: str, seed: str) -> Attributes:
    """Identifier, name, type and zone of a resource, in the provider's own form."""
    pattern = meter.id or meter.service.id
    if pattern is None:
        return {}
    group = f"rg-{use.account.key}"
    found: Attributes = {
        "ResourceId": pattern.format(
            name=name,
            account=use.account.id,
            region=use.region,
            rg=f"/subscriptions/{use.account.id}/resourcegroups/{group}",
            hex16=digest(seed, 16),
            hex12=digest(seed, 12).upper(),
        ),
        "ResourceName": name,
        "ResourceType": meter.type,
    }
    if meter.service.zonal and use.region:
        dash = "" if estate.file == "aws" else "-"
        found["AvailabilityZone"] = f"{use.region}{dash}{'abc'[number(seed) % 3]}"
    if estate.file == "azure":
        found["x_ResourceGroupName"] = group
    return found


def _lives(use: Use, slot: int, name: str) -> Iterator[tuple[str, date, date]]:
    """The resources that fill one slot in turn: name, first and last day."""
    first = use.first + timedelta(slot * use.stagger)
    if not use.life:
        yield name, first, use.last
        return
    span = use.life - number(f"{use.account.id}|{name}") % (use.life // 2)
    while first <= use.last:
        last = min(first + timedelta(span - 1), use.last)
        yield f"{name}-{digest(f'{use.account.id}{name}{first}', 4)}", first, last
        first, span = last + timedelta(1), use.life


def _tags(estate: Estate, use: Use, slot: int, namespace: str | None) -> str | None:
    tags = dict(use.tags[slot % len(use.tags)])
    if use.cluster and namespace:
        cluster_key, namespace_key = _CLUSTER_TAGS[estate.file]
        tags |= {cluster_key: use.cluster, namespace_key: namespace}
    return json.dumps(tags, ensure_ascii=False)


def _slot(estate: Estate, use: Use, order: int, slot: int) -> Iterator[Line]:
    pattern = (use.name or "").replace("{n}", f"{slot + 1:02}")
    parts: list[tuple[str | None, int]] = [*use.namespaces.items()] or [(None, 100)]
    for name, first, last in _lives(use, slot, pattern):
        for meter, base in use.meters:
            seed = f"{estate.file}|{use.account.id}|{use.region}|{meter.service.key}|{name}"
            shared = {
                **charge_attributes(estate, meter.service, use.account, use.region),
                **_meter_attributes(estate, meter, use.region),
                **(_resource(estate, use, meter, name, seed) if use.name else {}),
            }
            for namespace, share in parts:
                yield Line(
                    key=f"{order}|{seed}|{meter.key}|{namespace}",
                    use=use,
                    meter=meter,
                    attributes={**shared, "Tags": _tags(estate, use, order + slot, namespace)},
                    base=base * share / 100,
                    first=first,
                    last=last,
                )


def lines(estate: Estate) -> list[Line]:
    """Every line of an estate, in the order of its TOML."""
    return [
        line
        for order, use in enumerate(estate.uses)
        for slot in range(use.n)
        for line in _slot(estate, use, order, slot)
    ]
