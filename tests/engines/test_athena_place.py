"""What an athena:// URL says, and what bytes cost."""

from decimal import Decimal

import pytest

from finops_tui.engines import athena_place
from finops_tui.sources.s3_access import PlaceError


def test_a_url_says_the_table_and_how_it_is_asked() -> None:
    place = athena_place.parse(
        "athena://Billing.focus?workgroup=finops&max_usd=0.5&usd_per_tb=6.75&region=eu-west-1&profile=audit"
        "&output=s3://results-here/a/&transfer=CSV"
    )
    assert (place.catalog, place.database, place.table) == ("AwsDataCatalog", "Billing", "focus")
    assert (place.workgroup, place.max_usd, place.usd_per_tb) == ("finops", Decimal("0.5"), Decimal("6.75"))
    assert (place.access.region, place.access.profile, place.access.role_arn) == ("eu-west-1", "audit", None)
    assert (place.output, place.transfer) == ("s3://results-here/a/", "csv")
    assert place.name == "athena://Billing.focus"


def test_what_is_not_said_is_the_usual() -> None:
    place = athena_place.parse("athena://lake.billing.focus")
    assert (place.catalog, place.workgroup, place.max_usd) == ("lake", "primary", Decimal("0.10"))
    assert (place.output, place.transfer) == (None, "auto")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("athena://focus", "no database.table"),
        ("athena://a.b.c.d", "no database.table"),
        ("athena://billing.fo'cus", "no database.table"),
        ('athena://billing.fo"cus', "no database.table"),
        ("athena://billing.focus/path", "write athena://"),
        ("athena://billing.focus?password=x", "'password' is no option"),
        ("athena://billing.focus?max_usd=1&max_usd=2", "given twice"),
        ("athena://billing.focus?max_usd=-1", "max_usd is an amount"),
        ("athena://billing.focus?max_usd=NaN", "max_usd is an amount"),
        ("athena://billing.focus?max_usd=1e99", "max_usd is an amount"),
        ("athena://billing.focus?usd_per_tb=0", "usd_per_tb is an amount"),
        ("athena://billing.focus?output=https://x", "output cannot be"),
        ("athena://billing.focus?output=s3://bucket/a?b", "output cannot be"),
        ("athena://billing.focus?workgroup=a%20b", "workgroup cannot be"),
        ("athena://billing.focus?transfer=fax", "transfer is one of auto, csv, pages, unload"),
    ],
)
def test_what_is_not_written_so_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(PlaceError, match=words):
        athena_place.parse(url)


def test_nothing_in_a_message_is_obeyed_by_a_terminal() -> None:
    with pytest.raises(PlaceError) as caught:
        athena_place.parse("athena://billing.focus?\x1b[31m=1")
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("scanned", "usd"),
    [
        (0, "0.0000"),
        (1, "0.0001"),
        (10 * 2**20, "0.0001"),
        (20_000_000, "0.0001"),
        (20_000_001, "0.0002"),
        (25 * 10**9, "0.1250"),
        (10**12, "5.0000"),
    ],
)
def test_bytes_cost_their_share_of_a_terabyte_rounded_up(scanned: int, usd: str) -> None:
    assert athena_place.parse("athena://a.b").usd(scanned) == Decimal(usd)


@pytest.mark.parametrize("usd", ["0.10", "0.0333", "5", "12.34"])
def test_what_may_be_scanned_costs_no_more_than_it_may(usd: str) -> None:
    place = athena_place.parse("athena://a.b?usd_per_tb=6.75")
    most = place.bytes_for(Decimal(usd))
    assert place.usd(most) <= Decimal(usd)
    assert place.usd(most + 20_000) > Decimal(usd)


def test_a_query_may_always_read_what_is_billed_for_any() -> None:
    assert athena_place.parse("athena://a.b?max_usd=0").bytes_for(Decimal(0)) == 10 * 2**20


def test_a_query_is_billed_for_ten_megabytes_at_least() -> None:
    place = athena_place.parse("athena://a.b?usd_per_tb=100000")
    assert place.usd(1) == place.usd(10 * 2**20) == Decimal("1.0486")
    assert place.usd(0) == 0
