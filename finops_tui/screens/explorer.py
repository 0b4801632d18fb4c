"""Explore: cost by one dimension. Enter goes into a group, Escape comes out, everything else slices."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on

from finops_tui.queries.view import BILL, DATASETS
from finops_tui.screens import clipboard, commands, converting, steps
from finops_tui.screens.explorer_groups import SORTS
from finops_tui.screens.explorer_kept import ExplorerKept
from finops_tui.screens.explorer_picks import NOTHING
from finops_tui.screens.explorer_picture import PICTURES, WITHOUT_TABLE, Picture
from finops_tui.screens.explorer_why import ExplorerWhy
from finops_tui.screens.keys import bindings, digit
from finops_tui.screens.widgets.table import VTable

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.widget import Widget

    from finops_tui.queries.view import View
    from finops_tui.screens.action import Action


class Explorer(ExplorerKept, ExplorerWhy):
    """The explorer and its keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("explore")

    # Move

    def panes(self) -> list[Widget]:
        """The picture and the table, as far as they are in sight."""
        shown = [self.picture.chart, self.groups]
        return [pane for pane in shown if pane is not None and pane.display and pane.size.height]

    def action_nav(self, step: str) -> None:
        """Move in the focused pane; in the table, left comes out and right goes in."""
        if self.focused is self.groups and step in {"left", "right"}:
            if step == "left":
                self.action_back()
            else:
                self.groups.action_select()
        else:
            super().action_nav(step)

    def action_back(self) -> None:
        """Come out of the group gone into last."""
        if self.zoomed():
            self.action_zoom()
        elif self.view is not None:
            self.step(self.view.up(), "this is the top: z goes back in time, 0 clears the filter, q leaves")

    def zoomed(self) -> bool:
        """Whether one pane has the place of both."""
        return self.has_class("-only-picture") or self.has_class("-only-groups")

    def action_zoom(self) -> None:
        """Give one pane the place of both, or give it back; the lines stay."""
        if self.zoomed():
            self.remove_class("-only-picture", "-only-groups")
        elif len(self.panes()) > 1:
            self.add_class("-only-groups" if self.focused is self.groups else "-only-picture")
        else:
            self.say("this pane is as large as it gets")

    @on(VTable.RowSelected)
    def enter_row(self) -> None:
        """Go into the row."""
        values = self.groups.values()
        if values is not None:
            self.enter(values)

    @on(VTable.HeaderSelected)
    def sort_heading(self, event: VTable.HeaderSelected) -> None:
        """Sort by a heading that was clicked."""
        self.sort({"change": "delta", "share": "cost", "bar": "cost"}.get(event.key, event.key))

    @on(Picture.Entered)
    def enter_group(self, event: Picture.Entered) -> None:
        """Go into a group of the picture."""
        self.enter(event.values)

    @on(Picture.Said)
    def say_it(self, event: Picture.Said) -> None:
        """Say what the picture has to say."""
        self.say(event.words)

    @on(Picture.Narrowed)
    def narrow(self, event: Picture.Narrowed) -> None:
        """Look at the bin only."""
        if self.view is not None and self.desk.calendar is not None:
            narrowed = steps.at(self.view, event.period, self.desk.calendar, comparing=self.comparing)
            self.step(narrowed, "the period is no longer than this bin")

    # Slice

    def action_group_nth(self, number: int) -> None:
        """Group by the dimension of a digit."""
        if self.view is not None:
            dimension = digit(number, self.view.dataset)
            self.step(self.view.regroup(dimension), f"grouped by {dimension} already")

    def action_keep(self, excluded: bool) -> None:  # noqa: FBT001 - Textual passes it by position
        """Keep only, or leave out, the value under the cursor."""
        values = self.chosen()
        if values is not None and self.view is not None:
            self.names.update(self.groups.names_of(values))
            self.step(steps.kept(self.view, values, excluded=excluded), "that is in the path already")

    def action_shift(self, by: int) -> None:
        """Look at the period before or after."""
        if self.view is not None and self.desk.calendar is not None:
            moved = steps.shifted(self.view, by, self.desk.calendar, comparing=self.comparing)
            self.step(moved, f"the data has nothing {'before' if by < 0 else 'after'} this period")

    def action_grain(self, by: int) -> None:
        """Longer or shorter bins."""
        if self.view is not None and self.desk.calendar is not None:
            self.step(
                steps.regrained(self.view, by, self.desk.calendar),
                f"no {'longer' if by > 0 else 'shorter'} bins fit this period and this data",
            )

    def action_compare(self) -> None:
        """Compare with the like-for-like period before, or not."""
        if self.view is not None and self.desk.calendar is not None:
            self.comparing = self.view.compared is None
            view = steps.at(self.view, self.view.period, self.desk.calendar, comparing=self.comparing)
            self.step(view, "the data has no equal span of complete days before this period")

    def action_next_basis(self) -> None:
        """Count by the next cost basis."""
        if self.view is not None:
            self.step(steps.next_basis(self.view), "")

    def action_next_currency(self) -> None:
        """Look at the next currency."""
        if self.view is not None and self.desk.calendar is not None:
            codes = self.desk.calendar.currencies
            following = steps.next_currency(self.view, codes, converting.target(self.desk))
            self.step(following, f"all charges are in {', '.join(codes)}")

    def action_clear(self) -> None:
        """Leave every group and forget the filter."""
        if self.view is not None:
            self.step(steps.cleared(self.view), "nothing to clear: no group entered, no filter")

    def action_dataset(self) -> None:
        """To the allocation of the bill, or back to the bill."""
        self.to_dataset()

    def to_dataset(self, view: View | None = None) -> None:
        """Go to the explorer of the other dataset, with a view of it or where it was left."""
        beside = self.desk.beside
        if beside is None or (beside.start is None and self.desk.dataset == BILL):
            self.say("no allocation is loaded: exports of OpenCost or Kubecost, or AWS split cost")
        elif self.desk.dataset == BILL:
            self.app.push_screen(Explorer(beside, view))
        else:
            below = next(screen for screen in self.app.screen_stack if isinstance(screen, Explorer))
            self.desk.start = self.view or self.desk.start
            self.app.pop_screen()
            below.go(view)

    # Show

    def action_view_next(self, by: int) -> None:
        """Show the next picture."""
        self.action_show(PICTURES[(PICTURES.index(self.picture.picture) + by) % len(PICTURES)])

    def action_show(self, picture: str) -> None:
        """Show a picture."""
        if self.view is None:
            self.say(NOTHING)
            return
        self.remove_class("-only-picture", "-only-groups")
        self.picture.show_picture(picture)
        for name in PICTURES:
            self.set_class(name == picture, f"-{name}")
        focus = self.picture.chart if picture in WITHOUT_TABLE else self.groups
        if focus is not None:
            focus.focus()
        self.say(f"{picture} · v shows the next picture")

    def sort(self, key: str) -> None:
        """Sort by a column."""
        self.groups.sort_by(key)
        what = {"delta": "change", "n": "lines"}.get(key, key)
        self.say(f"sorted by {what}, {'largest' if self.groups.sort[1] else 'smallest'} first")

    def action_sort_next(self) -> None:
        """Sort by the next column."""
        compared = self.view is not None and self.view.compared is not None
        sorts = [key for key in SORTS if key != "delta" or compared]
        key = self.groups.sort[0]
        self.sort(sorts[(sorts.index(key) + 1) % len(sorts)] if key in sorts else sorts[0])

    def action_sort_reverse(self) -> None:
        """Turn the order round."""
        self.sort(self.groups.sort[0])

    def action_unmark(self) -> None:
        """Forget the marks."""
        if not self.groups.marked:
            self.say("no row is marked; Space marks one")
        self.groups.marked = frozenset()

    def action_undo(self) -> None:
        """Back to the view before."""
        self.travel(-1)

    def action_redo(self) -> None:
        """Forward again."""
        self.travel(1)

    # Take

    def action_copy_cell(self) -> None:
        """Copy the value under the cursor."""
        values = self.chosen()
        if values is not None:
            self.say(clipboard.copy(self.app, "\t".join(clipboard.cell(value) for value in values)))

    def action_copy_table(self) -> None:
        """Copy the table in the order on screen."""
        frame = self.groups.taken()
        if frame is None:
            self.say("there is no table to copy")
        else:
            self.say(clipboard.copy(self.app, clipboard.tsv(frame.columns, frame.to_dicts())))

    def action_export(self, asked: str = "") -> None:
        """Write the table to a file."""
        from finops_tui.screens.export_dialog import ExportDialog

        frame = self.groups.taken()
        if frame is None or self.view is None:
            self.say("there is no table to export")
        else:
            name = f"{self.view.dimension or 'total'}-{self.view.period.since}"
            self.app.push_screen(ExportDialog(self.desk, frame, name, asked), self.exported)

    def exported(self, words: str | None) -> None:
        """Say what became of it."""
        if words is not None:
            self.say(words)

    def obey_dataset(self, name: str) -> None:
        """Go to the dataset of a name."""
        try:
            if commands.one_of(name, tuple(DATASETS), "dataset") == self.desk.dataset:
                self.say(f"dataset {self.desk.dataset}: that is what you see")
            else:
                self.to_dataset()
        except ValueError as error:
            self.say(str(error), "warn")

    async def obey_with(self, action: Action, argument: str) -> None:
        """Do an action with an argument from the command line."""
        if action.id == "slice.dataset":
            self.obey_dataset(argument)
            return
        if self.view is None or self.desk.calendar is None:
            self.say(NOTHING)
            return
        try:
            if action.id == "view.next":
                self.action_show(commands.one_of(argument, PICTURES, "picture"))
            elif action.id == "table.sort":
                name = commands.one_of(argument, ("cost", "change", "name", "lines"), "column")
                self.sort({"change": "delta", "lines": "n"}.get(name, name))
            elif action.id == "export":
                self.action_export(argument)
            else:
                view = commands.commanded(
                    self.view, action, argument, self.desk.calendar, comparing=self.comparing
                )
                self.step(view, f"{action.command} {argument}: that is what you see")
        except ValueError as error:
            self.say(str(error), "warn")
