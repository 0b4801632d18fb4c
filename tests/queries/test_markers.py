"""Events beside a bill: read from files and git, and put beside the drivers that began with them."""

from __future__ import annotations

import asyncio
import json
import subprocess
from datetime import date, timedelta
from decimal import Decimal

import pytest

from finops_tui import markers as reading
from finops_tui.queries import markers
from finops_tui.queries.explain import explain
from finops_tui.queries.markers import Marker, same, step
from finops_tui.queries.view import Comparison, Period, View
from finops_tui.settings import SettingsError, load
from tests.queries.small_bill import Bill, charge

FIRST = date(2026, 4, 1)
VIEW = View(
    Period(date(2026, 5, 1), date(2026, 5, 21)),
    Comparison(Period(date(2026, 5, 1), date(2026, 5, 21)), Period(date(2026, 4, 1), date(2026, 4, 21))),
    currency="USD",
)
ARN = "arn:aws:ec2:us-east-1:1:instance/i-42"


def rows():
    """A service that steps up on 9 May because of one resource, one that steps down on 3 May, one that is flat."""
    found = []
    for number in range(50):
        day = FIRST + timedelta(days=number)
        found += [
            charge(day, "30" if day >= date(2026, 5, 9) else "10", ServiceName="Compute", ResourceId=ARN),
            charge(day, "5", ServiceName="Compute", ResourceId="i-7"),
            charge(day, "4" if day >= date(2026, 5, 3) else "9", ServiceName="Storage", ResourceId="bucket"),
            charge(day, "1", ServiceName="Queue", ResourceId="q"),
        ]
    return found


def asked(events, view=VIEW):
    """As the screen asks."""
    bill = Bill(rows())
    (one,) = explain(bill.ask("explain", view, match="resource"), view)
    inside = markers.within(events, markers.span(view))
    named = markers.resources_of(view, one.drivers, inside)
    return markers.began(
        view,
        one.drivers,
        inside,
        bill.ask("by_bucket", markers.days_of(view, one.drivers)),
        None if named is None else bill.ask("by_key", named),
    )


def test_drivers_begin_where_their_cost_steps():
    found = asked([])
    assert {values[0]: began.day for values, began in found.items()} == {
        "Compute": date(2026, 5, 9),
        "Storage": date(2026, 5, 3),
    }
    assert found[("Compute",)].words == "9 May"


def test_an_event_of_a_resource_that_moved_is_confirmed():
    deploy = Marker(date(2026, 5, 8), "web v2", "deploy", ("i-42",))
    assert asked([deploy])[("Compute",)].markers == ((deploy, True),)
    assert asked([deploy])[("Compute",)].words == "9 May, confirmed deploy: web v2"
    assert asked([deploy])[("Storage",)].markers == ()


def test_an_event_of_a_resource_that_did_not_move_is_none_of_its():
    elsewhere = Marker(date(2026, 5, 9), "x", resources=("i-7",))
    assert asked([elsewhere])[("Compute",)].markers == ()


def test_an_event_without_a_resource_is_likely_only():
    deploy = Marker(date(2026, 5, 9), "web v2", "deploy")
    found = asked([deploy])
    assert found[("Compute",)].markers == ((deploy, False),)
    assert found[("Compute",)].words == "9 May, likely deploy: web v2"


@pytest.mark.parametrize(
    ("marker", "beside"),
    [
        (Marker(date(2026, 5, 7), "too early"), False),
        (Marker(date(2026, 5, 10), "too late"), False),
        (Marker(date(2026, 5, 9), "other service", service="Storage"), False),
        (Marker(date(2026, 5, 9), "its service", service="compute"), True),
        (Marker(date(2026, 5, 9), "some account", account="9"), True),
    ],
)
def test_only_what_fits_is_beside(marker, beside):
    assert bool(asked([marker])[("Compute",)].markers) is beside


def test_steps():
    def amounts(*values):
        return [Decimal(str(value)) for value in values]

    assert step(amounts(1, 1, 1, 5, 5, 5), rising=True) == 3
    assert step(amounts(1, 1, 1, 5, 5, 5), rising=False) is None
    assert step(amounts(5, 5, "1.1", "1.2", 1), rising=False) == 2
    assert step(amounts(3, 3, 3, 3), rising=True) is None
    assert step(amounts(1, 9, 1, 9, 1, 9, 1, 9), rising=True) is None
    assert step(amounts(0, 0, 0, 0, 7), rising=True) == 4
    assert step(amounts(1, 1, 1, 8, 9, 1, 1, 1, 1, 1), rising=True) == 3
    assert step(amounts(6, 6, 6, 6, 2, 1, 6, 6, 6, 6), rising=False) == 4
    assert step([], rising=True) is None
    assert step(amounts(1), rising=True) is None


def test_identifiers():
    assert same("i-42", ARN)
    assert same(ARN.upper(), ARN)
    assert same(ARN, "i-42")
    assert not same("42", ARN)
    assert not same("i-4", ARN)


def test_no_comparison_has_no_span():
    with pytest.raises(ValueError, match="nothing is compared"):
        markers.span(View(VIEW.period))


def read(path, **given):
    return reading.read([reading.Place(path, **given)])


def test_csv(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(
        "Date,Title,Kind,Resource,Service,Account\n"
        "2026-05-08,web v2,deploy,i-42,Compute,1\n"
        "2026-05-08T23:30:00-05:00,\x1b[31mlate,,,,\n"
        "soon,never,,,,\n"
    )
    found, problems = read(path, kind="change")
    assert found == (
        Marker(date(2026, 5, 8), "web v2", "deploy", ("i-42",), "Compute", "1"),
        Marker(date(2026, 5, 9), found[1].title, "change"),
    )
    assert "\x1b" not in found[1].title
    assert problems == ("events of events.csv: 1 without a date that can be read",)


def test_json_of_cloudtrail_and_lines(tmp_path):
    path = tmp_path / "trail.json"
    record = {
        "eventTime": "2026-05-08T10:00:00Z",
        "eventName": "RunInstances",
        "eventSource": "ec2.amazonaws.com",
        "recipientAccountId": "123",
        "resources": [{"ARN": ARN, "type": "AWS::EC2::Instance"}],
    }
    path.write_text(json.dumps({"Records": [record]}))
    expected = Marker(date(2026, 5, 8), "RunInstances", "ec2", (ARN,), "", "123")
    assert read(path) == ((expected,), ())
    path.write_text(
        json.dumps({"date": "2026-05-08", "title": "a"})
        + "\n"
        + json.dumps({"date": "2026-05-01", "title": "b"})
    )
    assert [marker.title for marker in read(path)[0]] == ["b", "a"]


@pytest.mark.parametrize("text", ["[1, 2", '{"Records": 7}', '"x"', 'a,b\n"open'])
def test_what_cannot_be_read_is_said(tmp_path, text):
    path = tmp_path / "bad.json"
    path.write_text(text)
    found, problems = read(path)
    assert found == ()
    assert text == '"x"' or len(problems) == 1
    assert read(tmp_path / "none.csv")[1] == ("events of none.csv: No such file or directory",)


def test_git_tags(tmp_path):
    def git(*words, day="2026-05-08"):
        when = {"GIT_COMMITTER_DATE": f"{day}T12:00:00Z", "GIT_AUTHOR_DATE": f"{day}T12:00:00Z"}
        names = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "PATH": "/usr/bin:/bin"}
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(
            ["git", "-C", str(tmp_path), *who, *words], check=True, capture_output=True, env=when | names
        )

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "one")
    git("tag", "v1.0")
    git("tag", "-a", "-m", "x", "v1.1", day="2026-05-10")
    git("tag", "nightly", day="2026-05-11")
    found, problems = read(tmp_path, git=True, tags="v*")
    assert [(marker.day, marker.title, marker.kind) for marker in found] == [
        (date(2026, 5, 8), "v1.0", "tag"),
        (date(2026, 5, 10), "v1.1", "tag"),
    ]
    assert problems == ()
    (tmp_path / "folder").mkdir()
    assert len(read(tmp_path / "nothing", git=True)[1]) == 1


def test_git_that_takes_too_long_is_said(tmp_path, monkeypatch):
    def slow(*_, **given):
        raise subprocess.TimeoutExpired("git", given["timeout"])

    monkeypatch.setattr(subprocess, "run", slow)
    assert read(tmp_path, git=True)[1] == (f"events of {tmp_path.name}: git did not answer within 5 seconds",)


def test_settings_name_them(tmp_path):
    path = tmp_path / "finops.toml"
    path.write_text('[[markers]]\nfile = "events.csv"\n\n[[markers]]\ngit = "/srv/shop"\ntags = "v*"\n')
    settings = load(path)
    assert settings.markers == (
        reading.Place(tmp_path / "events.csv"),
        reading.Place(tmp_path / "/srv/shop", git=True, tags="v*"),
    )
    (tmp_path / "events.csv").write_text("date,title\n2026-05-01,a\n")
    ask = reading.asked(settings.markers[:1])
    assert ask is not None
    first = asyncio.run(ask())
    assert [marker.title for marker in first[0]] == ["a"]
    assert asyncio.run(ask()) is first
    assert reading.asked(()) is None
    path.write_text('[[markers]]\nfiles = "x"\n')
    with pytest.raises(SettingsError, match=r"finops.toml:2: unknown key 'files'"):
        load(path)
