"""A stage for one widget, and what it drew there."""

import unicodedata
from contextlib import asynccontextmanager

from textual.app import App

from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.waterfall import Waterfall

POISON = (
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b[2J\x1b[31mred",
    "\x9b31m",
    "nul\x00del\x7f",
    "line\nbreak\r\ttab",
    "abc\u202edcb\u2066x",
    "zero\u200bwidth\ufeff\u00ad",
    "para\u2029graph\u2028",
    "tag\U000e0041\U000e007f",
    "z" + "\u0301" * 40,
    "\u0301leading mark",
    "[bold]markup[/bold]",
    "X[/nope]",
    "[@click=app.quit]click[/]",
    "[link=https://example.com]link[/link]",
    "\ud800 surrogate",
    "全角の名前、とても長い名前、とても長い名前",
    "👩\u200d💻 emoji",
    "",
    "x" * 5000,
)

LOOKS = (("truecolor", "unicode"), ("16", "blocks"), ("none", "unicode"), ("none", "ascii"))


class Stage(App):
    """An app with one widget that fills it, and nothing that moves."""

    CSS = "Screen > * { height: 1fr; width: 1fr; }"

    def __init__(self, widget):
        super().__init__()
        self.widget = widget
        self.heard = []

    def compose(self):
        yield self.widget

    def on_event_heard(self, message):
        self.heard.append(message)


@asynccontextmanager
async def staged(widget, size=(80, 24), show=None):
    """Mount a widget at a size, show it something and wait until it is drawn."""
    stage = Stage(widget)
    async with stage.run_test(size=size, message_hook=stage.on_event_heard) as pilot:
        if show is not None:
            show(widget)
        await pilot.pause()
        yield pilot


def rows(widget):
    """The texts of all lines in sight."""
    return [widget.render_line(y).text for y in range(widget.size.height)]


def text(widget):
    """All lines in sight as one text."""
    return "\n".join(rows(widget))


def segments(widget):
    """All segments in sight, with their row."""
    return [(y, segment) for y in range(widget.size.height) for segment in widget.render_line(y)]


def assert_harmless(widget):
    """No segment holds a control or format character, and every line is as wide as the widget.

    A table and a waterfall draw beside their scrollbar.
    """
    across = widget.scrollable_content_region if isinstance(widget, VTable | Waterfall) else widget.size
    for y in range(widget.size.height):
        strip = widget.render_line(y)
        assert strip.cell_length == across.width
        for segment in strip:
            unseen = [c for c in segment.text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
            assert not unseen, (y, segment)
            assert segment.control is None or not segment.control
            assert segment.style is None or segment.style.link is None
            assert segment.style is None or not segment.style.meta


def messages(pilot, kind):
    """Messages of one kind that were sent, in order, each once."""
    seen = []
    for message in pilot.app.heard:
        if isinstance(message, kind) and not any(message is other for other in seen):
            seen.append(message)
    return seen
