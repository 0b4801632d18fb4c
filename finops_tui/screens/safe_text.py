"""Text from data as Textual and Rich may show it: cleaned, and never read as markup."""

from rich.text import Text

from finops_tui.queries.safe_text import ascii_only, clean, spreadsheet, terminal

__all__ = ["ascii_only", "cell", "clean", "spreadsheet", "terminal"]


def cell(text: str, style: str = "") -> Text:
    """Wrap a text from data so that no widget reads markup or control sequences in it.

    Args:
        text: Any text.
        style: A Rich style for the whole of it.

    Returns:
        A one-line Rich text.
    """
    return Text(clean(text), style=style, no_wrap=True, overflow="ellipsis", end="")
