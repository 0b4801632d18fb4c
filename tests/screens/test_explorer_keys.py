"""The table of keys: no clashes, overrides checked, every action real."""

from __future__ import annotations

import re

import pytest
from textual.binding import Binding

from finops_tui.app import FinopsApp
from finops_tui.screens import keys
from finops_tui.screens.explorer import Explorer
from finops_tui.screens.group_picker import GROUPINGS
from tests.screens.at_the_desk import company, desk_over, settled, text_of

ROWS = company()


def test_the_digits_are_those_of_the_picker() -> None:
    assert tuple(GROUPINGS)[: len(keys.DIGITS)] == keys.DIGITS


def test_no_key_does_two_things() -> None:
    assert keys.clashes() == []
    assert len({action.id for action in keys.ACTIONS}) == len(keys.ACTIONS)


PRESSED = [a for a in keys.actions("explore") if a.keys and a.id not in {"quit", "go.sources"}]


@pytest.mark.parametrize("part", range(6))
async def test_every_key_does_or_says_something(part: int) -> None:
    app = FinopsApp(desk_over(ROWS))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        explorer = app.explorer
        for action in PRESSED[part::6]:
            for key in action.keys.split(","):
                await pilot.press("3", "2")
                await settled(pilot)
                explorer.groups.move_to(1)
                explorer.status.clear()
                await settled(pilot)
                before = screen_of(app)
                name = next(iter(Binding.make_bindings([Binding(key, "")]))).key
                await pilot.press(name)
                await settled(pilot)
                assert screen_of(app) != before, f"{action.id} on {key}"
                while app.screen is not explorer:
                    app.pop_screen()
                    await pilot.pause()
                explorer.groups.focus()


def screen_of(app: FinopsApp) -> tuple[object, str, object]:
    return app.screen, text_of(app), app.focused


@pytest.mark.parametrize("where", keys.SCREENS)
def test_no_command_means_two_things(where: str) -> None:
    words = [action.command for action in keys.actions(where) if action.command]
    assert sorted(words) == sorted(set(words))


def test_every_action_has_help_and_a_place() -> None:
    for action in keys.ACTIONS:
        assert action.help.endswith("."), action.id
        assert action.words
        assert action.keys or action.command, action.id
        assert set(action.where) <= {"any", *keys.SCREENS}
        assert not action.argument or action.command
    assert [a for _, group in keys.GROUPS for a in group] == list(keys.ACTIONS)


@pytest.mark.parametrize(("where", "owner"), [("explore", Explorer), ("any", FinopsApp)])
def test_every_key_leads_to_an_action(where: str, owner: type) -> None:
    for action in keys.ACTIONS:
        if where in action.where:
            name = re.match(r"\w+", action.action)
            assert name is not None
            assert hasattr(owner, f"action_{name[0]}"), action.id


def test_bindings_carry_the_ids() -> None:
    for binding in keys.bindings("explore"):
        assert isinstance(binding, Binding)
        assert binding.id in {action.id for action in keys.ACTIONS}


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ({"slice.grup": "x"}, "did you mean 'slice.group'"),
        ({"slice.group": "ctrl+nosuch"}, "no key 'ctrl+nosuch'"),
        ({"slice.group": "hyper+x"}, "no key 'hyper+x'"),
        ({"slice.group": " "}, "no key given"),
        ({"slice.group": "j"}, "key j is both nav.down"),
        ({"slice.group": "?"}, "help"),
        ({"view.trend": "x"}, "without a key"),
    ],
)
def test_overrides_that_cannot_be(overrides: dict[str, str], says: str) -> None:
    with pytest.raises(keys.KeysError, match=re.escape(says)):
        keys.keymap(overrides)


def test_overrides_that_can() -> None:
    swapped = {"nav.down": "k", "nav.up": "j, up", "slice.group": "ctrl+g,f5,G", "nav.end": "end"}
    assert keys.keymap(swapped)["nav.up"] == "j,up"
    group = next(action for action in keys.ACTIONS if action.id == "slice.group")
    assert keys.shown_all(group, swapped) == ("^g", "f5", "G")


def test_commands_by_their_beginning() -> None:
    assert keys.by_command("per", "explore").id == "slice.period"
    assert keys.by_command("table", "explore").id == "view.table"
    with pytest.raises(KeyError, match="may be"):
        keys.by_command("e", "explore")
    with pytest.raises(KeyError, match="did you mean 'period'"):
        keys.by_command("peroid", "explore")
