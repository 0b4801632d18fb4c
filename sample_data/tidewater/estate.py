"""The estate as written in `estate/*.toml`: payers, accounts, prices, resources, commitments."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tidewater.figures import END, START

if TYPE_CHECKING:
    from datetime import date

FOLDER: Final = Path(__file__).parent.parent / "estate"
ONE: Final = Decimal(1)


@dataclass(frozen=True)
class Payer:
    """A billing account and the currency its invoices are in; `rate` is that currency per USD."""

    id: str
    name: str
    type: str
    currency: str
    tax_percent: Decimal
    tax_name: str
    tax_per_account: bool
    rate: Decimal


@dataclass(frozen=True)
class Account:
    """A linked account, subscription or project."""

    key: str
    id: str
    name: str
    payer: Payer


@dataclass(frozen=True)
class Service:
    """A service; `discount` is the negotiated share of the list price, `id` how resources are named."""

    key: str
    name: str
    group: str
    sub: str
    code: str
    discount: Decimal = ONE
    id: str | None = None
    zonal: bool = False
    publisher: str | None = None


@dataclass(frozen=True)
class Meter:
    """What a service charges for, its list price in USD and the days the price changed."""

    key: str
    service: Service
    name: str
    unit: str
    price: Decimal
    dec: int
    usage: str | None
    op: str | None
    type: str | None
    id: str | None
    noise: int
    spot: Decimal | None
    details: str | None
    prices: tuple[tuple[date, Decimal], ...]

    @property
    def fixed(self) -> bool:
        """Whether whole hours are billed, whatever the load."""
        return self.unit == "Hours" and self.dec == 0

    @property
    def stored(self) -> bool:
        """Whether it is a stock rather than a flow: weekends do not empty it."""
        return self.unit.endswith("-Mo")

    def list_price(self, day: date) -> Decimal:
        """The list price in USD on a day."""
        return next((price for start, price in reversed(self.prices) if day >= start), self.price)


@dataclass(frozen=True)
class Use:
    """Like resources of one account: how many, from when to when, and their use per day."""

    account: Account
    name: str | None
    region: str | None
    meters: tuple[tuple[Meter, Decimal], ...]
    tags: tuple[dict[str, str], ...]
    n: int = 1
    life: int = 0
    stagger: int = 0
    growth: int = 0
    noise: int | None = None
    profile: str = "steady"
    cluster: str | None = None
    namespaces: dict[str, int] = field(default_factory=dict)
    first: date = START
    last: date = END


@dataclass(frozen=True)
class Commitment:
    """A Savings Plan or reservation: what it covers, at which rates, and how it is paid."""

    key: str
    id: str
    name: str
    type: str
    category: str
    service: Service
    account: Account
    region: str | None
    first: date
    last: date
    hourly: Decimal
    count: int
    rates: dict[str, Decimal]
    covers: tuple[str, ...]
    pay: str


@dataclass(frozen=True)
class Estate:
    """Everything of one provider. Fees, credits and refunds stay as the TOML tables they are."""

    provider: str
    issuer: str
    file: str
    accounts: dict[str, Account]
    regions: dict[str, str]
    services: dict[str, Service]
    meters: dict[str, Meter]
    uses: tuple[Use, ...]
    commitments: tuple[Commitment, ...]
    fees: tuple[dict[str, Any], ...]
    credits: tuple[dict[str, Any], ...]
    refunds: tuple[dict[str, Any], ...]


def _payer(table: dict[str, Any]) -> Payer:
    tax = table["tax"]
    return Payer(
        id=table["id"],
        name=table["name"],
        type=table["type"],
        currency=table["currency"],
        tax_percent=Decimal(tax["percent"]),
        tax_name=tax["name"],
        tax_per_account=tax.get("per_account", True),
        rate=Decimal(table.get("rate", "1")),
    )


def _service(key: str, table: dict[str, Any]) -> Service:
    return Service(key=key, **{**table, "discount": Decimal(table.get("discount", "1"))})


def _meter(key: str, table: dict[str, Any], services: dict[str, Service]) -> Meter:
    details = table.get("details")
    return Meter(
        key=key,
        service=services[table["service"]],
        name=table["name"],
        unit=table["unit"],
        price=Decimal(table["price"]),
        dec=table["dec"],
        usage=table.get("usage"),
        op=table.get("op"),
        type=table.get("type"),
        id=table.get("id"),
        noise=table.get("noise", 0 if table["unit"] == "Hours" else 4),
        spot=Decimal(table["spot"]) if "spot" in table else None,
        details=json.dumps(details, sort_keys=True) if details else None,
        prices=tuple((entry["from"], Decimal(entry["price"])) for entry in table.get("prices", [])),
    )


def _use(entry: dict[str, Any], group: dict[str, Any], raw: dict[str, Any], estate: dict[str, Any]) -> Use:
    plain = {
        key: entry[key]
        for key in ("n", "life", "stagger", "growth", "noise", "profile", "cluster", "namespaces")
        if key in entry
    }
    return Use(
        account=estate["accounts"][group["account"]],
        name=entry.get("name"),
        region=entry.get("region"),
        meters=tuple((estate["meters"][key], Decimal(value)) for key, value in entry["meters"].items()),
        tags=tuple(raw["tags"][key] for key in group["tags"]),
        first=entry.get("from", START),
        last=entry.get("to", END),
        **plain,
    )


def _commitment(table: dict[str, Any], estate: dict[str, Any]) -> Commitment:
    rates = {key: Decimal(value) for key, value in table["rates"].items()}
    count = table.get("count", 1)
    hourly = Decimal(table["hourly"]) if "hourly" in table else count * next(iter(rates.values()))
    return Commitment(
        **{key: table[key] for key in ("key", "id", "name", "type", "category", "first", "last", "pay")},
        service=estate["services"][table["service"]],
        account=estate["accounts"][table["account"]],
        region=table.get("region"),
        hourly=hourly,
        count=count,
        rates=rates,
        covers=tuple(table["covers"]),
    )


def _read(name: str) -> dict[str, Any]:
    """A provider's TOML, with its `_use` file beside it where there is one."""
    raw = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    beside = FOLDER / f"{name}_use.toml"
    return raw | tomllib.loads(beside.read_text(encoding="utf-8")) if beside.exists() else raw


def load(name: str) -> Estate:
    """The estate of one provider: `aws`, `azure` or `gcp`.

    Raises:
        KeyError: the TOML names something that it does not define.
    """
    raw = _read(name)
    payers = {key: _payer(table) for key, table in raw["payers"].items()}
    services = {key: _service(key, table) for key, table in raw["services"].items()}
    known: dict[str, Any] = {
        "accounts": {
            key: Account(key, table["id"], table["name"], payers[table["payer"]])
            for key, table in raw["accounts"].items()
        },
        "services": services,
        "meters": {key: _meter(key, table, services) for key, table in raw["meters"].items()},
    }
    return Estate(
        provider=raw["provider"],
        issuer=raw["issuer"],
        file=raw["file"],
        regions=raw["regions"],
        uses=tuple(_use(entry, group, raw, known) for group in raw["groups"] for entry in group["use"]),
        commitments=tuple(_commitment(table, known) for table in raw.get("commitments", [])),
        fees=tuple(raw.get("fees", [])),
        credits=tuple(raw.get("credits", [])),
        refunds=tuple(raw.get("refunds", [])),
        **known,
    )


def events() -> list[dict[str, Any]]:
    """What happened, in the order of `events.toml`."""
    found: list[dict[str, Any]] = tomllib.loads((FOLDER / "events.toml").read_text("utf-8"))["events"]
    return found
