"""A report as one HTML file: no script, nothing fetched, readable on paper and in the dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from finops_tui import report_svg, report_text
from finops_tui.queries.safe_text import clean
from finops_tui.screens import money

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finops_tui.report_pages import Page, Section

_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1b1b1b;--soft:#666;--line:#ddd;--back:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e6e6e6;--soft:#9a9a9a;--line:#3a3a3a;--back:#161616}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back);max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2.5rem;border-top:1px solid var(--line);padding-top:1rem}
.total{font-size:1.35rem;font-weight:600}.soft,.axis{color:var(--soft);fill:var(--soft)}.axis{font-size:11px}
.grid{stroke:var(--line)}ul{padding-left:1.1rem}code{overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{padding:.2rem .6rem;border-bottom:1px solid var(--line);text-align:left;overflow-wrap:anywhere}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.key{display:inline-block;width:.8em;height:.8em;margin-right:.35em}.legend span{margin-right:1rem}
svg{width:100%;height:auto}@media print{body{margin:0}h2{break-before:page}h2:first-of-type{break-before:auto}}
"""

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def html(title: str, pages: Sequence[Page], notes: Sequence[str]) -> str:
    """The report as one HTML file; every text from data is escaped."""
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{_safe(title)}</title><style>{_STYLE}</style></head><body><h1>{_safe(title)}</h1>",
    ]
    for page in pages:
        parts += [f"<h2>{_safe(page.title)}</h2>", _list(page.words)]
        parts += [block for section in page.sections for block in _section(page, section)]
        parts += [] if page.sections else ["<p>Nothing was charged.</p>"]
        parts += [_list(page.events)] if page.events else []
        parts.append(f'<p class="soft">Again: <code>{_safe(page.command)}</code></p>')
    parts += ["<hr>", *(f'<p class="soft">{_safe(note)}</p>' for note in notes), "</body></html>\n"]
    return "\n".join(parts)


def _safe(text: str) -> str:
    return escape(clean(text))


def _list(words: Iterable[str]) -> str:
    return f'<ul class="soft">{"".join(f"<li>{_safe(word)}</li>" for word in words)}</ul>'


def _section(page: Page, section: Section) -> Iterable[str]:
    yield f'<p class="total">{_safe(report_text.summary(section))}</p>'
    drawn = report_svg.chart(section)
    if drawn:
        yield drawn
        keys = (
            f'<span><i class="key" style="background:{report_svg.color(n, name)}"></i>{_safe(name)}</span>'
            for n, (name, _) in enumerate(section.courses)
        )
        yield f'<p class="legend">{"".join(keys)}</p>'
    heads = [", ".join(page.by), "cost", "share", *(["change"] if section.change is not None else [])]
    rows = [
        [
            group.name,
            money.amount(group.cost, section.currency),
            group.share,
            *([money.delta(group.change, section.currency)] if section.change is not None else []),
        ]
        for group in section.groups
    ]
    yield _table(heads, rows, numbers=(1, 2, 3))
    if section.told:
        yield f"<p>{' '.join(map(_safe, section.told))}</p>"
    if section.movers:
        moved = [[m.name, money.delta(m.change, section.currency), m.mostly] for m in section.movers]
        yield _table(["mover", "change", "mostly"], moved, numbers=(1,))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> str:
    def cells(values: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=n' if place in numbers else ''}>{_safe(value)}</{tag}>"
            for place, value in enumerate(values)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{cells(heads, 'th')}</tr></thead><tbody>{body}</tbody></table>"
