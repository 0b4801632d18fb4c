"""Write the generated parts of the docs again: the table of keys and the table of dimensions.

python tools/docs.py            write them
python tools/docs.py --check    write nothing; say what is not current, and fail
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import NamedTuple

from finops_tui.queries.dimensions import DIMENSIONS

TOP = Path(__file__).resolve().parent.parent


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
    rows = [[f"`{name}`", f"`{sql.replace(chr(34), '')}`"] for name, sql in DIMENSIONS.items()]
    return table(["word", "of the FOCUS columns"], rows)


def parts() -> list[Part]:
    """Every generated part."""
    return [Part("docs/headless.md", "dimensions", dimensions())]


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
                difflib.unified_diff(old.splitlines(True), text.splitlines(True), name, "generated")
            )
        else:
            (TOP / name).write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
