"""A Cost Explorer on loopback that reckons its answers from charges it is given."""

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.sources.s3_server import Request, Server

HEADERS = [("Content-Type", "application/x-amz-json-1.1")]


@dataclass
class Charge:
    """One charge as AWS knows it."""

    day: str
    service: str
    account: str
    kind: str
    unblended: str
    amortized: str
    unit: str = "USD"


CHARGES = [
    Charge("2026-03-01", "AWS Lambda", "000000000007", "Usage", "0.0000004312", "0.0000004312"),
    Charge("2026-03-01", "AWS Lambda", "000000000008", "Usage", "12.5", "12.5"),
    Charge("2026-03-02", "Amazon EC2", "000000000007", "SavingsPlanCoveredUsage", "10", "7"),
    Charge("2026-03-02", "Amazon EC2", "000000000007", "SavingsPlanNegation", "-10", "0"),
    Charge("2026-03-02", "Savings Plans", "000000000042", "SavingsPlanRecurringFee", "9", "2"),
    Charge(
        "2026-03-02", "Amazon EC2", "000000000007", "Enterprise Discount Program Discount", "-1.25", "-1.25"
    ),
    Charge("2026-03-03", "Amazon Registrar", "000000000042", "Fee", "13", "13"),
    Charge("2026-03-03", "Tax", "000000000042", "Tax", "3.1", "3.1"),
    Charge("2026-03-04", "AWS Lambda", "000000000008", "Credit", "-5", "-5"),
    Charge("2026-03-05", "AWS Lambda", "000000000008", "Refund", "-0.75", "-0.75"),
    Charge("2026-03-05", "AWS Glue", "000000000008", "Usage", "0", "0"),
    Charge("2026-04-02", "AWS Lambda", "000000000007", "Usage", "4", "4"),
]
MARCH = [one for one in CHARGES if one.day < "2026-04"]


@dataclass
class Fake:
    """Answers as Cost Explorer does, from charges; a page holds few groups."""

    server: Server
    charges: list[Charge]
    page: int = 1000
    estimated_from: str = "2026-04-01"
    asked: list[dict[str, Any]] = field(default_factory=list)
    off: str = "0"

    def __call__(self, request: Request) -> tuple[str, list[tuple[str, str]], bytes] | None:
        if not request.target.endswith("GetCostAndUsage"):
            return None  # STS is moto's
        body = json.loads(request.body)
        self.asked.append(body)
        return "200 OK", HEADERS, json.dumps(self.answer(body)).encode()

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        period = body["TimePeriod"]
        only = body.get("Filter", {}).get("Dimensions", {}).get("Values")
        keys = [group["Key"] for group in body["GroupBy"]]
        groups: dict[tuple[str, ...], list[Decimal]] = {}
        for one in self.charges:
            if period["Start"] <= one.day < period["End"] and (only is None or one.kind in only):
                value = {"SERVICE": one.service, "LINKED_ACCOUNT": one.account, "RECORD_TYPE": one.kind}
                day = one.day if body["Granularity"] == "DAILY" else period["Start"]
                sums = groups.setdefault(
                    (day, one.unit, *(value[key] for key in keys)), [Decimal(0), Decimal(0)]
                )
                sums[0] += Decimal(one.unblended) + (Decimal(self.off) if only is None else 0)
                sums[1] += Decimal(one.amortized)
        start = int(body.get("NextPageToken", 0))
        answer = {
            "ResultsByTime": [
                {
                    "TimePeriod": {"Start": day, "End": self._end(day, body)},
                    "Estimated": day >= self.estimated_from,
                    "Total": {},
                    "Groups": [
                        {
                            "Keys": list(found),
                            "Metrics": {
                                "UnblendedCost": {"Amount": str(sums[0]), "Unit": unit},
                                "AmortizedCost": {"Amount": str(sums[1]), "Unit": unit},
                            },
                        }
                    ],
                }
                for (day, unit, *found), sums in sorted(groups.items())[start : start + self.page]
            ],
            "DimensionValueAttributes": [{"Value": "000000000007", "Attributes": {"description": "shop"}}],
        }
        if start + self.page < len(groups):
            answer["NextPageToken"] = str(start + self.page)
        return answer

    @staticmethod
    def _end(day: str, body: dict[str, Any]) -> str:
        if body["Granularity"] == "MONTHLY":
            return str(body["TimePeriod"]["End"])
        return str(date.fromisoformat(day) + timedelta(days=1))
