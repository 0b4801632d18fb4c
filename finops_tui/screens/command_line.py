"""The command line: every action by its word, with what may follow it, completed as it is typed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work

from finops_tui.queries.amounts import dearest_first, grouped
from finops_tui.queries.buckets import describe
from finops_tui.queries.periods import PeriodError
from finops_tui.queries.view import DATASETS, GRAINS
from finops_tui.screens.basis_picker import BASIS_WORDS, CATEGORY_WORDS
from finops_tui.screens.desk import DeskError
from finops_tui.screens.filter_line import FIELD_WORDS
from finops_tui.screens.group_picker import groupings
from finops_tui.screens.keys import by_command, commands, shown_all
from finops_tui.screens.period_picker import PRESETS
from finops_tui.screens.prompt import Offer, Prompt
from finops_tui.screens.window import amounts_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finops_tui.screens.action import Action
    from finops_tui.screens.desk import Desk

PAUSE: Final = 0.12
"""Seconds without a letter before folders are read or the data is asked."""

PATHS: Final = 50
"""Names of a folder that are offered at most."""

ARGUMENTS: Final[Mapping[str, Mapping[str, str]]] = {
    "basis": BASIS_WORDS,
    "exclude": CATEGORY_WORDS,
    "include": CATEGORY_WORDS,
    "filter": {name: FIELD_WORDS[name] for name in ("service", "account", "region", "tag.", "cost")},
    "grain": dict.fromkeys(GRAINS, ""),
    "dataset": DATASETS,
    "sort": {"cost": "", "change": "", "name": "", "lines": ""},
    "view": dict.fromkeys(("trend", "ranking", "calendar", "treemap", "table"), ""),
    "export": dict.fromkeys(("csv", "parquet", "json", "md"), ""),
}
"""What may follow a command word, where that does not depend on the data."""


class CommandLine(Prompt[str]):
    """Write a command; it is dismissed with the line, for the screen below to obey."""

    sign: ClassVar[str] = ":"
    hint: ClassVar[str] = "tab take · ↑↓ choose · ↑ earlier · enter do · esc leave"

    def __init__(self, desk: Desk, where: str) -> None:
        """Open over a screen.

        Args:
            desk: Answers questions.
            where: The screen below, a name of `keys.SCREENS`.
        """
        super().__init__(desk)
        self.where = where
        self._tags: list[Offer] | None = None

    def changed(self) -> None:
        """Offer commands, or what may follow the one that is written."""
        text = self.line.value
        word, blank, argument = text.lstrip().partition(" ")
        self.mark(None)
        if not blank:
            self._offer_commands(word)
            return
        try:
            action = by_command(word.lower(), self.where)
        except KeyError as error:
            self.mark((text.index(word), text.index(word) + len(word)))
            self.offer([])
            self.say(str(error.args[0]), bad=True)
            return
        self._offer_arguments(action, argument.lstrip())

    def taken(self, offer: Offer) -> tuple[str, int]:
        """A command replaces the word, an argument what follows it."""
        word, blank, argument = self.line.value.lstrip().partition(" ")
        if not blank:
            action = commands(self.where)[offer.text]
            text = offer.text + (" " if action.argument else "")
        else:
            head, comma, _ = argument.rpartition(",")
            text = f"{word} {head}{comma}{offer.text}"
        return text, len(text)

    def entered(self, text: str) -> None:
        """Leave with the line, if it begins with a command."""
        word, _, argument = text.strip().lstrip(":").partition(" ")
        if not word:
            self.dismiss(None)
            return
        try:
            action = by_command(word.lower(), self.where)
        except KeyError as error:
            self.say(str(error.args[0]), bad=True)
            return
        if argument.strip() and not action.argument:
            self.say(f"{action.command} takes nothing after it", bad=True)
            return
        self.remember(text)
        self.dismiss(text)

    def _offer_commands(self, word: str) -> None:
        low = word.lower().lstrip(":")
        known = commands(self.where)
        begun = [name for name in known if name.startswith(low)]
        within = [name for name in known if low in name and name not in begun]
        self.offer([self._command(known[name]) for name in (*begun, *within)], "Command", "Key")
        if begun or within:
            self.say(self.hint)
        else:
            self.say(f"no command begins with {word!r}; backspace for all of them", bad=True)

    def _command(self, action: Action) -> Offer:
        keys = " ".join(shown_all(action, self.desk.keys))
        title = f"{action.command} {action.argument}".strip()
        return Offer(action.command, f"{title:<18} {action.help}", keys)

    def _offer_arguments(self, action: Action, typed: str) -> None:
        if not action.argument:
            self.offer([])
            self.say(f"{action.command} takes nothing after it" if typed else action.help, bad=bool(typed))
            return
        part = typed.rpartition(",")[2].strip().lower()
        offers = [offer for offer in self._known(action.command) if part in offer.text.lower()]
        begun = [offer for offer in offers if offer.text.lower().startswith(part)]
        self.offer([*begun, *(offer for offer in offers if offer not in begun)], action.words)
        self.say(action.help)
        if action.command == "period" and typed:
            self._say_period(typed)
        if action.command in {"group", "load", "export"}:
            self._offer_more(action.command, typed)

    def _known(self, command: str) -> Sequence[Offer]:
        """What may follow a command, as far as it is known without asking."""
        calendar = self.desk.calendar
        if command == "group":
            named = [Offer(name, name, words) for name, words in groupings(self.desk.dataset).items()]
            return [*named, *(self._tags or ())]
        if command == "period" and calendar is not None:
            return [Offer(name, name, describe(calendar.period(name))) for name in PRESETS]
        if command == "currency" and calendar is not None:
            return [Offer(code, code) for code in calendar.currencies]
        return [Offer(name, name, words) for name, words in ARGUMENTS.get(command, {}).items()]

    def _say_period(self, typed: str) -> None:
        """The days that a period means, or what is wrong with it."""
        if self.desk.calendar is None:
            return
        try:
            period = self.desk.calendar.period(typed)
        except PeriodError as error:
            if not self.offers:
                self.say(str(error), bad=True)
            return
        self.say(f"{describe(period)}, {period.days} day{'' if period.days == 1 else 's'}")

    @work(exclusive=True)
    async def _offer_more(self, command: str, typed: str) -> None:
        """After a pause, offer tag keys by their money, or the files of a folder."""
        await asyncio.sleep(PAUSE)
        if command == "group":
            await self._ask_tags(typed)
            return
        begun = typed.partition(" ")[2] if command == "export" else typed
        if command == "load" or begun:
            names = await asyncio.to_thread(paths, begun)
            kind = f"{typed.partition(' ')[0]} " if command == "export" else ""
            self.offer([Offer(kind + name, name) for name in names], "Path")

    async def _ask_tags(self, typed: str) -> None:
        if self._tags is not None or self.desk.start is None:
            return
        currencies = self.desk.calendar.currencies if self.desk.calendar is not None else ()
        try:
            frame = await self.desk.ask("tag_keys", self.desk.start)
        except DeskError as error:
            self.say(str(error), bad=True)
            return
        sums = grouped(frame.to_dicts(), lambda row: row["key"])
        self._tags = [
            Offer(f"tag.{key}", f"tag.{key}", amounts_text(sums[key], currencies, 0))
            for key in dearest_first(sums, currencies)
        ]
        self._offer_arguments(by_command("group", self.where), typed)


def paths(begun: str) -> list[str]:
    """The files and folders that a path may go on to, folders with a slash; () where there is none."""
    folder, slash, name = begun.rpartition("/")
    top = Path(folder + slash).expanduser() if begun else Path()
    try:
        found = sorted(
            (entry.name, entry.is_dir())
            for entry in top.iterdir()
            if entry.name.startswith(name) and (name.startswith(".") or not entry.name.startswith("."))
        )
    except OSError:
        return []
    return [f"{folder}{slash}{entry}{'/' if is_folder else ''}" for entry, is_folder in found[:PATHS]]
