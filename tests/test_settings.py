"""`finops.toml`: what it gives, and that whatever is wrong is said with its line."""

from decimal import Decimal
from pathlib import Path

import pytest

from finops_tui import settings
from finops_tui.settings import Settings, SettingsError

EXAMPLE = Path(__file__).parent.parent / "docs" / "finops.example.toml"


def loaded(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "finops.toml"
    path.write_text(text, encoding="utf-8")
    return settings.load(path)


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        settings.check_keys(loaded(tmp_path, text))
    return [problem.removeprefix(f"{tmp_path / 'finops.toml'}:") for problem in caught.value.problems]


def test_the_example_is_valid_and_shows_every_key() -> None:
    example = settings.load(EXAMPLE)
    settings.check_keys(example)
    text = EXAMPLE.read_text(encoding="utf-8")
    for name in (*settings._TOP, *settings._VIEW, *settings._BUDGET):
        assert name in text
    assert example.teams.names == ("payments", "platform")
    assert [budget.amount for budget in example.budgets] == [Decimal(58000), Decimal("12000.50"), None]
    assert example.teams.allocate({"tag.team": "Pay-Core"}) == "payments"
    assert example.teams.allocate({"account": "111122223333", "ResourceName": "pay-db-7"}) == "payments"
    assert example.teams.allocate({"account": "111122223333"}) == "(unallocated)"
    assert example.keys["slice.filter"] == "slash"
    assert example.account_names["444455556666"] == "shop-dev"
    assert example.view.exclude == {"tax"}


def test_no_file_means_the_defaults_unless_it_was_asked_for(tmp_path: Path) -> None:
    assert settings.load(tmp_path / "none.toml") == Settings()
    assert not Settings().teams
    with pytest.raises(SettingsError, match="no such file"):
        settings.load(tmp_path / "none.toml", required=True)
    with pytest.raises(SettingsError):
        settings.load(tmp_path)


def test_amounts_are_read_digit_by_digit(tmp_path: Path) -> None:
    text = '[[budget]]\nname = "a"\namount = 0.1\nthresholds = [33.3, 66.6]\n[budget.months]\n"2026-11" = 1234567890.123456789\n'
    (budget,) = loaded(tmp_path, text).budgets
    assert budget.amount == Decimal("0.1")
    assert budget.thresholds == (Decimal("33.3"), Decimal("66.6"))
    assert budget.months == (("2026-11", Decimal("1234567890.123456789")),)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("\nmose = true", 2, "did you mean mouse?"),
        ("zzz = 1", 1, "known are theme"),
        ('theme = "drak"', 1, "did you mean dark?"),
        ('mouse = "yes"', 1, "true or false"),
        ("theme = 5", 1, "text in quotes"),
        ("view = 5", 1, "[view]"),
        ("team = 5", 1, "[[team]]"),
        ('# a\n[view] # here\nperiod = "lastmonth"', 3, "last-30-days"),
        ('[view]\ngroup = ["servce"]', 2, "servce"),
        ('[view]\nexclude = "taxes"', 2, "taxes"),
        ('[view]\nbasis = "net"', 2, "effective"),
        ('[accounts]\n"1" = 5', 2, "text in quotes"),
        ('[[team]]\nname = "a"\n\nregoin = "x"', 4, "did you mean region?"),
        ('[[team]]\nname = "a"\ntag.team = 5', 3, "text in quotes"),
        ('[[team]]\nname = "a"\naccount = []', 3, "no value"),
        ('[[team]]\nname = "a"\ncost = "5"', 3, "cannot decide"),
        ('[[team]]\nname = "a"\nteam = "b"', 3, "cannot decide"),
        ('[[team]]\nname = "a"\naccount = "1"\n[[team]]\nname = "b"', 4, "no condition"),
        ('[[team]]\naccount = "1"', 1, "needs a name"),
        ("[[budget]]\namount = 5", 1, "needs a name"),
        ('[[budget]]\nname = "a"', 1, "needs an amount"),
        ('[[budget]]\nname = "a"\namount = -5', 3, "0 or more"),
        ('[[budget]]\nname = "a"\namount = "5"', 3, "without quotes"),
        ('[[budget]]\nname = "a"\namount = true', 3, "number"),
        ('[[budget]]\nname = "a"\namount = nan', 3, "number"),
        ('[[budget]]\nname = "a"\namount = 1e40', 3, "below"),
        ('[[budget]]\nname = "a"\nplan = [1, 2]', 1, "12 months, not 2"),
        ('[[budget]]\nname = "a"\nplan = 5', 3, "list of numbers"),
        ('[[budget]]\nname = "a"\namount = 5\nthresholds = [90, 70]', 1, "must rise"),
        ('[[budget]]\nname = "a"\namount = 5\nscope = "regoin:x"', 4, "did you mean region? (character 1)"),
        ('[[budget]]\nname = "a"\namount = 5\nscope = "cost>5"', 4, "about charges"),
        ('[[budget]]\nname = "a"\n[budget.months]\n"2026-13" = 5', 4, "2026-11"),
        ('[[budget]]\nname = "a"\namount = 5\n[[budget]]\namount = 5\nname = "a"', 6, "two budgets"),
        ('[[budget]]\nname = "a"\namount = 5\n[[budget]]\nnme = "b"', 5, "did you mean name?"),
        ('[keys]\n"slice.filtr" = "x"', 2, "slice.filter"),
        ("[keys]\nslice.filter = 5", 2, "text in quotes"),
        ('[keys]\n"slice.filter" = "nokey"', 2, "nokey"),
        ("a = ", 1, "Invalid"),
        ("mouse = true\nb = [1,\n", 3, "Invalid"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    assert any(p.startswith(f"{line}: ") and words in p for p in problems(tmp_path, text)), problems(
        tmp_path, text
    )


def test_everything_wrong_is_said_at_once_from_the_top_down(tmp_path: Path) -> None:
    said = problems(
        tmp_path, 'mose = true\ntheme = "x"\n[[budget]]\nname = "a"\namount = "1"\n[keys]\na = 1\n'
    )
    assert [int(p.split(":")[0]) for p in said] == [1, 2, 5, 7]


def test_one_key_for_two_actions_is_refused(tmp_path: Path) -> None:
    (problem, *_) = problems(tmp_path, '[keys]\n"slice.filter" = "q"\n')
    assert "slice.filter" in problem


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    (tmp_path / "finops.toml").write_bytes('theme = "\xe4"'.encode("latin-1"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        settings.load(tmp_path / "finops.toml")
    (tmp_path / "finops.toml").write_bytes(b'\xef\xbb\xbftheme = "dark"\r\n')
    assert settings.load(tmp_path / "finops.toml").theme == "dark"
