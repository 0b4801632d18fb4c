"""What is seen: full screens, pickers over them, and the parts they are drawn from.

How screens, pickers and the app talk to each other (all of `finops_tui.screens`):

* **State.** The explorer holds one reactive `view: View`. Whatever changes what is seen makes another
  view and assigns it; `watch_view` asks, answers paint. Breadcrumb, trail and undo derive from views.
* **Pickers** are `ModalScreen[View | None]` built as `Picker(desk, view)`. They are pushed with
  `push_screen(picker, callback)` and dismissed with the next view, or with None for "leave it".
  A picker asks through `desk.ask` itself and never touches the screen below.
  `group_picker.GroupPicker`, `period_picker.PeriodPicker`, `basis_picker.BasisPicker` (basis and charge
  categories), `filter_line.FilterLine` (text to `View.filter`; an empty line is no filter).
* **Command line**: `command_line.CommandLine(desk, where)` is a `ModalScreen[str | None]`, dismissed with
  the line as typed, without the colon. The screen below obeys it: `Panes.obey(line)`.
* **Help**: `help_screen.HelpScreen(desk, where)`, a `ModalScreen[None]`, from `keys.GROUPS` and the
  overrides in `desk.keys`.
* **Export**: `export_dialog.ExportDialog(desk, frame, name)`, a `ModalScreen[str | None]`, dismissed
  with a sentence for the status line. **Clipboard**: `clipboard.copy(app, text) -> str`, a sentence.
* **Full screens** derive from `panes.Panes`: they set `where` (a key of `keys.SCREENS`), take
  `BINDINGS = bindings(where)`, get `action_nav(step)` (passed on to the focused pane: its `action_<step>`),
  `action_pane`, `action_zoom`, `action_back` (dismisses), and say things with `say(text)`.
  `resource.ResourceScreen(desk, view)`; `budgets.BudgetsScreen(desk)` and `burn_down.BurnDownScreen(desk,
  budget)`, dismissed with a view to explore or None; `sources.SourcesScreen(desk)`, dismissed with True
  when something was loaded. The app opens Budgets and Sources on `$` and `D` from anywhere, and hands a
  view that comes back to the explorer.
* **A load** replaces `desk.calendar` and `desk.loaded`; the explorer then asks everything again.
"""
