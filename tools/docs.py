"""Write the generated parts of the docs again: the tables of keys and of dimensions.

python tools/docs.py            write them
python tools/docs.py --check    write nothing; say what is not current, and fail
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import Final, NamedTuple

from textual.keys import key_to_character

from finops_tui.queries.dimensions import DIMENSIONS, IN_WORDS
from finops_tui.screens.keys import ACTIONS, Action

SPECIAL: Final = {
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "slash": "/",
    "backslash": "\\",
    "at": "@",
    "minus": "-",
    "plus": "+",
    "underscore": "_",
}
"""Names that Textual gives to keys and that are not the character's own."""
TOP: Final = Path(__file__).resolve().parent.parent


class Part(NamedTuple):
    """A generated part of a page, between `<!-- name:begin -->` and `<!-- name:end -->`."""

    page: str
    name: str
    text: str


def escaped(text: str) -> str:
    """A text as a cell of a Markdown table."""
    return text.replace("|", "\\|")


def table(titles: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [titles, ["---"] * len(titles), *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def dimensions() -> str:
    """Every word that `--by` and a filter know, and the columns behind it."""
    plain = {name: f"`{sql.replace(chr(34), '')}`" for name, sql in DIMENSIONS.items()}
    rows = [[f"`{name}`", words] for name, words in {**plain, **IN_WORDS}.items()]
    return table(["word", "of the FOCUS columns"], rows)


def cap(key: str) -> str:
    """A key as it is written on a keyboard: `slash` is `/`."""
    *modifiers, name = key.strip().split("+")
    character = SPECIAL.get(name) or key_to_character(name) or name
    shown = character if character.isprintable() and character != " " else name
    return f"`{'+'.join([*modifiers, shown])}`"


def caps(action: Action) -> str:
    """Every key of an action."""
    return " ".join(map(cap, action.keys.split(",")))


def first_keys() -> str:
    """The keys that the explorer's footer hints at."""
    return table(
        ["key", "does"],
        [
            [caps(action), action.help]
            for action in ACTIONS
            if action.footer and {"any", "explore"} & set(action.where)
        ],
    )


def all_keys() -> str:
    """Every key of every screen, by screen, with the name that an override uses."""
    places = list(dict.fromkeys(place for action in ACTIONS for place in action.where))
    sections = []
    for place in places:
        rows = [
            [caps(action), f"`{action.id}`", f"`:{action.command}`" if action.command else "", action.help]
            for action in ACTIONS
            if place in action.where
        ]
        title = "On every screen" if place == "any" else f"On {place}"
        sections.append(f"## {title}\n\n{table(['key', 'id', 'command', 'does'], rows)}")
    return "\n\n".join(sections)


def parts() -> list[Part]:
    """Every generated part."""
    return [
        Part("README.md", "keys", first_keys()),
        Part("docs/keys.md", "keys", all_keys()),
        Part("docs/headless.md", "dimensions", dimensions()),
    ]


def replaced(page: str, part: Part) -> str:
    """A page with one generated part in its place.

    Raises:
        SystemExit: the page has lost its markers.
    """
    begin, end = f"<!-- {part.name}:begin -->", f"<!-- {part.name}:end -->"
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{part.page}: the markers {begin} and {end} are missing")
    return f"{before}{begin}\n\n{part.text}\n\n{end}{after}"


def main(arguments: list[str]) -> int:
    """Write or check; 1 when a checked page is not current."""
    pages: dict[str, str] = {}
    for part in parts():
        old = pages.get(part.page) or (TOP / part.page).read_text(encoding="utf-8")
        pages[part.page] = replaced(old, part)
    stale = {name: text for name, text in pages.items() if (TOP / name).read_text(encoding="utf-8") != text}
    for name, text in stale.items():
        if "--check" in arguments:
            old = (TOP / name).read_text(encoding="utf-8")
            sys.stdout.writelines(
                difflib.unified_diff(
                    old.splitlines(keepends=True), text.splitlines(keepends=True), name, "generated"
                )
            )
        else:
            (TOP / name).write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
