"""A report as Markdown, and as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finops_tui import export
from finops_tui.queries.safe_text import clean
from finops_tui.screens import money

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finops_tui.report_pages import Page, Section


def markdown(title: str, pages: Sequence[Page], notes: Sequence[str]) -> str:
    """The report as Markdown."""
    blocks = [f"# {export.markdown(title)}"]
    for page in pages:
        blocks.append(f"## {export.markdown(page.title)}")
        blocks.append("\n".join(f"- {export.markdown(word)}" for word in page.words))
        blocks += [block for section in page.sections for block in _section(page, section, "md")]
        blocks += [] if page.sections else ["Nothing was charged."]
        blocks.append("\n".join(f"- {export.markdown(event)}" for event in page.events))
        blocks.append(f"Again: `{clean(page.command).replace('`', '')}`")
    blocks.append("\n".join(export.markdown(note) for note in notes))
    return "\n\n".join(block for block in blocks if block) + "\n"


def text(title: str, pages: Sequence[Page], notes: Sequence[str]) -> str:
    """The report for a terminal."""
    blocks = [_headed(title, "═")]
    for page in pages:
        blocks.append(_headed(page.title, "─") + "\n" + "\n".join(map(clean, page.words)))
        blocks += [block for section in page.sections for block in _section(page, section, "table")]
        blocks += [] if page.sections else ["Nothing was charged."]
        blocks.append("\n".join(map(clean, page.events)))
    blocks.append("\n".join(map(clean, notes)))
    return "\n\n".join(block.rstrip("\n") for block in blocks if block) + "\n"


def _headed(words: str, rule: str) -> str:
    shown = clean(words)
    return f"{shown}\n{rule * len(shown)}"


def summary(section: Section) -> str:
    """The total of a section and how it moved, in a sentence."""
    total = money.amount(section.total, section.currency)
    if section.change is None:
        return f"{section.currency} {total}."
    moved = money.delta(section.change, section.currency)
    return f"{section.currency} {total}; {moved} ({section.percent}) over the days compared."


def _section(page: Page, section: Section, form: str) -> Iterable[str]:
    safe = export.markdown if form == "md" else clean
    yield f"**{safe(summary(section))}**" if form == "md" else summary(section)
    yield _table(page, section, form)
    yield " ".join(map(safe, section.told))
    if section.movers:
        columns = ("mover", "change", "mostly")
        rows = [
            {"mover": m.name, "change": money.delta(m.change, section.currency), "mostly": m.mostly}
            for m in section.movers
        ]
        yield str(export.render(columns, rows, form, frozenset(("change",))))


def _table(page: Page, section: Section, form: str) -> str:
    first = ", ".join(page.by)
    compared = section.change is not None
    columns = (first, "cost", "share", *(("change",) if compared else ()))
    rows = [
        {
            first: group.name,
            "cost": money.amount(group.cost, section.currency),
            "share": group.share,
            "change": money.delta(group.change, section.currency),
        }
        for group in section.groups
    ]
    return str(export.render(columns, rows, form, frozenset(("cost", "share", "change"))))
