"""Names of accounts from AWS Organizations or a CSV file, in bills that have none."""

import json
from pathlib import Path

import boto3
import pytest

from finops_tui import account_names
from finops_tui.__main__ import main
from finops_tui.manifest import StoreError
from tests.sources import bills
from tests.sources.s3_server import KEY_ID, SECRET, TOKEN, Request, Server, environment


@pytest.fixture
def organization(aws: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """Accounts of an organization by id, served over HTTP."""
    environment(monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    monkeypatch.setenv("FINOPS_TUI_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    aws.fault = None
    client = boto3.client("organizations", region_name="us-east-1")
    if not any("CreateOrganization" in one.target for one in aws.asked):
        client.create_organization(FeatureSet="ALL")
        for name in ("shop", "search \x1b[31m", "data [bold]"):
            client.create_account(AccountName=name, Email="x@example.com")
    return {one["Id"]: one["Name"] for one in client.list_accounts()["Accounts"]}


def named(*words: str, capsys: pytest.CaptureFixture[str]) -> set[tuple[str, str]]:
    """Accounts and their names in the store."""
    capsys.readouterr()
    assert main(["query", "--by", "SubAccountId,SubAccountName", "--format", "json", *words]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    return {(row["SubAccountId"], row["SubAccountName"]) for row in rows}


def write(path: Path, accounts: list[str], **changes: str) -> str:
    path.write_text(bills.text([bills.focus(SubAccountId=account, **changes) for account in accounts]))
    return str(path)


def test_organizations_names_accounts_that_have_none(
    organization: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bill = write(tmp_path / "a.csv", [*organization, "000000000001"])
    assert main(["load", bill, "--account-names", "organizations"]) == 0
    told = capsys.readouterr()
    assert f"{len(organization)} account names" in told.err
    assert named(capsys=capsys) == {*organization.items(), ("000000000001", None)}
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not [secret for secret in (KEY_ID, SECRET, TOKEN) if secret.encode() in kept or secret in told.err]


def test_names_are_kept_for_later_loads_and_found_by_filters(
    organization: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = next(account for account, name in organization.items() if name == "shop")
    assert main(["load", write(tmp_path / "a.csv", ["1"]), "--account-names", "organizations"]) == 0
    assert main(["load", write(tmp_path / "b.csv", [shop, "000000000001"], BillingAccountId="2")]) == 0
    assert named("--filter", "account:shop", capsys=capsys) == {(shop, "shop")}
    mode = (tmp_path / "store" / "ACCOUNTS").stat().st_mode
    assert not mode & 0o077
    assert main(["doctor"]) == 0
    assert "not the store's" not in capsys.readouterr().out


def test_a_name_in_the_bill_stays(
    organization: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = next(account for account, name in organization.items() if name == "shop")
    bill = write(tmp_path / "a.csv", [shop], SubAccountName="as billed")
    assert main(["load", bill, "--account-names", "organizations"]) == 0
    assert named(capsys=capsys) == {(shop, "as billed")}


def test_a_csv_file_names_them_too_and_totals_stay(
    organization: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "names.csv").write_text(
        "\ufeffAccount ID;Name;Owner\n7;payments;x\n000000000008;search;y\n;;\n", "utf-8"
    )
    bill = write(tmp_path / "a.csv", ["000000000007", "000000000008"], BilledCost="1.005")
    assert main(["load", bill]) == 0
    before = json.loads(json.dumps(_totals(capsys)))
    assert main(["load", bill, "--account-names", "names.csv"]) == 0
    assert named(capsys=capsys) == {("000000000007", "payments"), ("000000000008", "search")}
    assert _totals(capsys) == before


def _totals(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    capsys.readouterr()
    assert main(["sources", "--json"]) == 0
    totals: dict[str, str] = json.loads(capsys.readouterr().out)["sources"][0]["totals"]
    return totals


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"id,name\n1,a\n1,b\n", ":3: a second name for account 1"),
        (b"id,name\n", "no row with an account id and a name"),
        (b"", "no row with an account id and a name"),
        (b"1,caf\xe9\n", "not UTF-8 at byte 5"),
        (b'1,"a\n' + b"x" * 200_000, "field larger"),
    ],
)
def test_a_csv_file_that_cannot_be_used(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "names\x1b.csv"
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        account_names.of_csv(path)
    assert words in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_list_that_is_damaged_is_said_and_the_load_goes_on(
    organization: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bill = write(tmp_path / "a.csv", list(organization))
    assert main(["load", bill, "--account-names", "organizations"]) == 0
    for damage in (b"", b"{", b'{"format": 1, "accounts": 3}', b'{"format": 99}'):
        (tmp_path / "store" / "ACCOUNTS").write_bytes(damage)
        capsys.readouterr()
        assert main(["load", bill]) == 0
        assert "say --account-names again" in capsys.readouterr().err


def test_organizations_that_may_not_be_asked_is_said_and_nothing_loaded(
    aws: Server, organization: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    denied = b'{"__type": "AccessDeniedException", "Message": "not authorized to organizations:ListAccounts"}'

    def fault(request: Request) -> tuple[str, list[tuple[str, str]], bytes] | None:
        headers = [("Content-Type", "application/x-amz-json-1.1")]
        return ("400 Bad Request", headers, denied) if "ListAccounts" in request.target else None

    aws.fault = fault
    assert main(["load", write(tmp_path / "a.csv", ["1"]), "--account-names", "organizations"]) == 2
    assert "organizations:ListAccounts" in capsys.readouterr().err
    assert main(["sources"]) == 0
    assert "Nothing is loaded" in capsys.readouterr().out
