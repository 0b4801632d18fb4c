"""What a header says: the format, its version and vendor, and where each column is."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from finops_tui.sources import formats
from finops_tui.sources.headers import HeaderError, read_header, snake
from finops_tui.sources.kinds import Kind
from tests.sources.bills import CUR, FOCUS, Bench, focus, text


def named(*more: str, without: str = "") -> str:
    return detect([*(name for name in FOCUS if name != without), *more])[1]


def detect(names: Sequence[str]) -> tuple[Kind, str]:
    return formats.detect(names, Path("bill.csv"))


@pytest.mark.parametrize(
    ("more", "without", "name"),
    [
        ((), "", "FOCUS 1.0"),
        (("BillingAccountType", "SubAccountType"), "", "FOCUS 1.0"),
        (("SkuMeter",), "", "FOCUS 1.1"),
        (("InvoiceId", "SkuMeter"), "", "FOCUS 1.2"),
        (("PricingCurrency", "x_ServiceCode"), "", "FOCUS 1.2 (AWS)"),
        (("ServiceProviderName",), "", "FOCUS 1.3"),
        (("ServiceProviderName",), "ProviderName", "FOCUS 1.4"),
        (("x_InvoiceId", "x_SkuMeterId"), "", "FOCUS 1.0 (Azure)"),
        (("x_Credits", "x_Project"), "", "FOCUS 1.0 (Google Cloud)"),
        (("oci_ReferenceNumber",), "", "FOCUS 1.0 (Oracle Cloud)"),
    ],
)
def test_focus_versions_and_vendors(more: tuple[str, ...], without: str, name: str):
    assert named(*more, without=without) == name


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (["lineItem/UnblendedCost", "bill/PayerAccountId"], "AWS CUR legacy"),
        (["line_item_unblended_cost", "resource_tags_user_team"], "AWS CUR legacy"),
        (["line_item_unblended_cost", "bill_payer_account_name"], "AWS CUR 2.0"),
        (["line_item_unblended_cost", "resource_tags"], "AWS CUR 2.0"),
    ],
)
def test_both_generations_of_the_cur(names: list[str], name: str):
    kind, found = detect(names)
    assert (found, kind.source) == (name, "aws-cur")


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("ContractCommitmentId,ContractCommitmentCost", "FOCUS Contract Commitment"),
        ("BillingPeriodStart,BillingPeriodStatus", "FOCUS Billing Period"),
        ("InvoiceDetailId,BilledCost", "FOCUS Invoice Detail"),
        ("MeterCategory,CostInBillingCurrency", "looks like an Azure export, but there is no column for the date"),
        ("Messkategorie (MeterCategory),PreTaxCost", "looks like an Azure export"),
        ("Namespace,Pod,TotalCost", "looks like an OpenCost export, but there is no column for the date"),
        ("start_time,num_model_requests,input_tokens,output_tokens", "OpenAI usage: tokens and requests, no money"),
        ("usage_date_utc,model_version,usage_input_tokens_no_cache", "Anthropic usage: tokens, no money"),
        ("BilledCost,ChargeCategory", "looks like FOCUS, but there is no column for ChargePeriodStart, EffectiveCost"),
        ("one,two,", "no known header: its columns are one, two, (blank); known are FOCUS"),
    ],
)  # fmt: skip
def test_other_headers_are_refused_by_name(header: str, why: str):
    with pytest.raises(HeaderError) as refused:
        detect(read_header(f"{header}\n".encode()).names)
    assert why in str(refused.value)


def test_a_bill_of_an_account_says_its_currency():
    with pytest.raises(HeaderError, match="BillingCurrency"):
        named(without="BillingCurrency")


@pytest.mark.parametrize("twin", ["BilledCost", "billedcost", " BILLEDCOST "])
def test_two_columns_of_one_name_refuse_the_file(bench: Bench, twin: str):
    header, rest = text([focus()]).split("\n", 1)
    assert bench.reason(f"{header},{twin}\n{rest.strip()},7\n").startswith("two columns named")


@pytest.mark.parametrize(
    ("line", "names", "delimiter"),
    [
        ('\ufeff"A"; B ;"c, d"', ("A", "B", "c, d"), ";"),
        ("A\tB", ("A", "B"), "\t"),
        ('"A ""x""",B', ('A "x', "B"), ","),
        (" A , ,B ", ("A", "", "B"), ","),
        ("resourceTags/user:a;b,x,y", ("resourceTags/user:a;b", "x", "y"), ","),
        ("only", ("only",), ","),
    ],
)
def test_headers_are_trimmed_and_their_delimiter_found(line: str, names: tuple[str, ...], delimiter: str):
    header = read_header(f"{line}\r\n1,2\r\n".encode())
    assert (header.names, header.delimiter) == (names, delimiter)


def test_a_header_that_splits_two_ways_is_none():
    with pytest.raises(HeaderError, match="ambiguous"):
        read_header(b"a;b,c\n")


def test_too_many_columns_are_no_bill():
    with pytest.raises(HeaderError, match="too many columns: 5000"):
        read_header(",".join(f"c{n}" for n in range(5000)).encode())


@pytest.mark.parametrize(
    ("legacy", "new"),
    [
        ("lineItem/UnblendedCost", "line_item_unblended_cost"),
        ("savingsPlan/SavingsPlanARN", "savings_plan_savings_plan_a_r_n"),
        ("bill/PayerAccountId", "bill_payer_account_id"),
        ("pricing/publicOnDemandCost", "pricing_public_on_demand_cost"),
        ("resourceTags/user:Cost Center", "resource_tags_user_cost_center"),
    ],
)
def test_legacy_names_become_those_of_cur_2(legacy: str, new: str):
    assert snake(legacy) == new


def test_both_spellings_of_an_arn_and_names_cut_by_postgres():
    long = "savings_plan_net_amortized_upfront_commitment_for_billing_period"
    names = [*CUR, "savings_plan_savings_plan_arn", "savings_plan_savings_plan_a_r_n", long[:63]]
    place = detect(names)[0].layout(names)
    at = len(CUR)
    assert place.columns["savings_plan_savings_plan_a_r_n"] == (at, at + 1)
    assert place.columns[long] == (at + 2,)
