"""The command line of what keeps a store up to date and accounts for what is in it."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is left out: help is quicker without
if TYPE_CHECKING:
    import argparse


def sync(parser: argparse.ArgumentParser) -> None:
    """`finops-tui sync`."""
    parser.add_argument(
        "sources", nargs="*", metavar="SOURCE", help="only these; new ones are loaded and remembered"
    )
    parser.add_argument(
        "--every", metavar="TIME", help="go on: again every 15m, 1h, 1d, until SIGTERM or Ctrl-C"
    )
    parser.add_argument("--list", action="store_true", help="list the sources that are known, and stop")
    parser.add_argument(
        "--forget",
        metavar="SOURCE",
        action="append",
        default=[],
        help="take a source off the list; what was loaded from it stays",
    )
    parser.add_argument("--source", metavar="NAME", help="name new bills are kept under (default: by format)")
    parser.add_argument(
        "--memory", metavar="SIZE", help="memory to load with, such as 2GB (default: a quarter)"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--store", metavar="DIR", help="where the store is (default: the user's data folder)")
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="finops.toml whose formats are known (default: ./finops.toml, else the user's)",
    )
    remote(parser)


def remote(parser: argparse.ArgumentParser) -> None:
    """How AWS is reached; keys are boto3's own matter."""
    group = parser.add_argument_group("AWS", "what boto3 does not find by itself; remembered for sync")
    group.add_argument("--profile", metavar="NAME", help="profile of the AWS configuration")
    group.add_argument("--region", metavar="NAME", help="region to ask")
    group.add_argument("--role-arn", metavar="ARN", help="role to take on")
    group.add_argument("--endpoint-url", metavar="URL", help="an S3-compatible store")
    group.add_argument(
        "--account-names",
        metavar="WHERE",
        help="names for accounts that have none in the bill: `organizations`, or a CSV file of ids and names",
    )
    group.add_argument("--requester-pays", action="store_true", help="pay for requests and transfer")
    group.add_argument("--yes", action="store_true", help="agree to what Cost Explorer takes for its answers")


def quarantine(parser: argparse.ArgumentParser) -> None:
    """`finops-tui quarantine`."""
    parser.add_argument(
        "--export",
        metavar="FILE",
        help="write all of them there: .csv (spreadsheet formulas defused), .json, .md or .parquet",
    )
    parser.add_argument("--limit", metavar="N", type=int, default=50, help="print the first N (default: 50)")
    parser.add_argument("--json", action="store_true", help="print all of them as JSON")
    parser.add_argument("--store", metavar="DIR", help="where the store is (default: the user's data folder)")
