"""Every key, declared once: it feeds bindings, footer, help, `:` commands, palette, docs and overrides.

The table is in `keys_table.py`; here is what is made of it. A screen takes its own part with
`BINDINGS = bindings("explore")`, the app the rest with `bindings("any")`; overrides go through
`keymap`, which refuses what Textual would let pass in silence.
"""

from __future__ import annotations

from difflib import get_close_matches
from itertools import combinations
from typing import TYPE_CHECKING, Final

from finops_tui.screens.action import SCREENS, Action
from finops_tui.screens.keys_slice import digit
from finops_tui.screens.keys_table import ACTIONS, DIGITS, GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.binding import Binding, BindingType

__all__ = (
    "ACTIONS",
    "DIGITS",
    "GROUPS",
    "SCREENS",
    "Action",
    "KeysError",
    "actions",
    "bindings",
    "by_command",
    "clashes",
    "commands",
    "digit",
    "keymap",
    "shown",
    "shown_all",
)

_SHOWN: Final = {
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "backspace": "Bksp",
    "escape": "Esc",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "space": "Space",
    "tab": "Tab",
    "enter": "Enter",
    "home": "Home",
    "end": "End",
    "delete": "Del",
    "insert": "Ins",
}
_MODIFIERS: Final = frozenset(("ctrl", "shift", "alt", "super", "meta"))


class KeysError(ValueError):
    """Key overrides that cannot be; `problems` has one sentence each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def actions(where: str) -> tuple[Action, ...]:
    """The actions of a screen, those of every screen last; `any` for the latter alone."""
    own = tuple(action for action in ACTIONS if where in action.where)
    return own if where == "any" else (*own, *(action for action in ACTIONS if "any" in action.where))


def bindings(where: str) -> list[BindingType]:
    """The Textual bindings of a screen (`any`: of the app); their ids are the actions' ids."""
    from textual.binding import Binding

    return [
        Binding(action.keys, action.action, action.words, show=action.footer, id=action.id)
        for action in ACTIONS
        if where in action.where and action.keys
    ]


def keymap(overrides: Mapping[str, str]) -> dict[str, str]:
    """Overrides as Textual takes them, once they have been checked.

    Args:
        overrides: Keys by action id, comma separated, as in `finops.toml`.

    Raises:
        KeysError: an unknown action, a key that does not exist, or two actions on one key.
    """
    known = {action.id: action for action in ACTIONS}
    problems: list[str] = []
    checked: dict[str, str] = {}
    for name, keys in overrides.items():
        if name not in known:
            problems.append(f"there is no action {name!r}{_near(name, known)}")
            continue
        parts = _parts(keys)
        wrong = [part for part in parts if not _exists(part)]
        problems += [f"{name}: there is no key {part!r}" for part in wrong]
        if not parts:
            problems.append(f"{name}: no key given")
        elif not known[name].keys:
            problems.append(f"{name}: is a command without a key; a key cannot be given to it")
        elif not wrong:
            checked[name] = ",".join(parts)
    problems += clashes(checked)
    if problems:
        raise KeysError(tuple(problems))
    return checked


def clashes(overrides: Mapping[str, str] | None = None) -> list[str]:
    """Keys that would do two things on one screen, one sentence each."""
    found: dict[str, None] = {}
    for screen in SCREENS:
        taken = [(action, set(_names(_keys(action, overrides)))) for action in actions(screen)]
        for (one, its), (other, others) in combinations(taken, 2):
            for key in sorted(its & others):
                sentence = f"key {shown(key)} is both {one.id} ({one.words}) and {other.id} ({other.words})"
                found[sentence] = None
    return list(found)


def commands(where: str) -> dict[str, Action]:
    """The commands of a screen by their word."""
    return {action.command: action for action in actions(where) if action.command}


def by_command(word: str, where: str) -> Action:
    """The action of a command word, or of the beginning of one.

    Raises:
        KeyError: no such command, or several; the message is for people.
    """
    known = commands(where)
    if word in known:
        return known[word]
    begun = [name for name in known if word and name.startswith(word)]
    if len(begun) == 1:
        return known[begun[0]]
    if begun:
        raise KeyError(f"{word!r} may be {', '.join(begun)}")
    raise KeyError(f"no command {word!r}{_near(word, known)}")


def shown(key: str) -> str:
    """A key as people read it: `?`, `^f`, `PgDn`."""
    if key.startswith("ctrl+"):
        return f"^{shown(key[5:])}"
    if key.startswith("shift+"):
        return f"Shift-{shown(key[6:])}"
    return _SHOWN.get(key) or _character(key)


def shown_all(action: Action, overrides: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Every key of an action as people read it, overrides applied; the first is the one to hint at."""
    return tuple(map(shown, _parts(_keys(action, overrides))))


def _keys(action: Action, overrides: Mapping[str, str] | None) -> str:
    return (overrides or {}).get(action.id, action.keys)


def _parts(keys: str) -> list[str]:
    return [part for part in map(str.strip, keys.split(",")) if part]


def _names(keys: str) -> list[str]:
    """Textual's own names of keys: `?` is `question_mark`."""
    from textual.binding import Binding

    made: Iterable[Binding] = Binding.make_bindings([Binding(keys, "")]) if keys else ()
    return [binding.key for binding in made]


def _character(name: str) -> str:
    """The character behind a name such as `question_mark`, or the name."""
    import string

    return next((c for c in string.punctuation if c != "," and _names(c) == [name]), name)


def _exists(key: str) -> bool:
    from textual.keys import Keys

    if len(key) == 1:
        return key.isprintable() and not key.isspace()
    *modifiers, last = key.split("+")
    if not last or not set(modifiers) <= _MODIFIERS:
        return False
    named = {str(known.value) for known in Keys}
    return key in named or last in named or (len(last) == 1 and last.isalnum()) or _character(last) != last


def _near(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
