"""The drawing parts: one table and seven charts, drawn line by line.

Nothing here asks, adds up or decides; a widget is shown a value and draws it. Every widget is built
with a `Look` (`screens.color`) and an optional `id`/`classes`; `show(...)` replaces what it shows.
Names from data are given as they are: the widgets make them safe. Money is `Decimal`, a share or a
change is a fraction (`Decimal("0.323")` is 32.3%). No widget has key bindings: it offers actions, and
the action registry binds keys to them. Every message has `control`. This package
itself imports nothing; import the modules.

Cells
    `Column(key, title, *, width=12, flex=0, align=None, kind="text", currency="", min_terminal_width=0,
    decimals=None, maximum=None)` in `table_cells`. Kinds and what a row holds under `key`:
    `text` any; `number` int or Decimal; `money` Decimal or None, drawn without a symbol;
    `delta` Decimal change in money, signed; `change` `(now, before)` or a fraction, drawn as
    `▲1.2%`, `new` or `n/a`; `percent` fraction; `spark` sequence of Decimal or None; `bar` Decimal.

table
    `VTable(look, *, empty="Nothing to show", row_cursor=True, cell_cursor=False)`
    `show(columns, rows, *, sort=("cost", True) or None, cursor=0)`: rows are a sequence of mappings
    (`frame.to_dicts()`) or a `Window(count, fetch)` with `fetch(start, stop) -> sequence`.
    A row's own keys `"currency"` (decides the decimals of its money) and `"tone"`
    (`"muted"`, `"strong"`, `"warn"`) are understood.
    `cursor`, `column`, `current` (the row or None), `row(i)`, `marked` (frozenset of indices),
    `move_to(index, column=None)`, `message(text, name="muted")` (a text instead of rows: loading, error).
    Actions: `up down page_up page_down home end left right mark select`.
    Messages: `RowHighlighted(index, row)`, `RowSelected(index, row)`, `HeaderSelected(key)`,
    `MarksChanged(marked)`.

stacked
    `StackedColumns(look)`
    `show(bins, series, *, currency, partial_last=False, cursor=None)`: bins are dates, datetimes or texts;
    `Series(name, values, other=False)` with one value per bin, biggest first.
    `cursor` (index of the bin), `span` (`(first, end)` of the drawn column), `move_to(bin)`.
    Actions: `left right home end peak select`.
    Messages: `CursorMoved(first, end)`, `BinSelected(first, end)`: half-open indices into `bins`,
    since several bins share a column when there are more bins than cells.

ranking
    `Ranking(look)`: `show(rows, *, currency, cursor=0)` with `Ranked(label, value, share=None, change=None)`.
    Actions: `up down page_up page_down home end select`. Messages: `CursorMoved(index)`, `BarSelected(index)`.

heat
    `CalendarHeat(look)`: `show(days, *, currency, cursor=None)` with `days: Mapping[date, Decimal]`;
    `cursor` is a day or None, `move_to(day)`.
    Actions: `left right up down home end peak select`. Messages: `CursorMoved(day)`, `DaySelected(day)`.

treemap
    `TreeMap(look)`: `show(boxes, *, currency, cursor=0)` with `Box(label, value, share=None, change=None)`.
    Actions: `left right up down home end select`. Messages: `CursorMoved(index)`, `BoxSelected(index)`.
    Boxes too small to be read are drawn as one, whose index is the number of boxes.

    In `Ranked` and `Box`, `change` is `(now, before)`, a fraction, or None for nothing to compare.

lines
    `LineChart(look)`: `show(plot)` with
    `Plot(lines, labels, *, currency="", level=None, level_name="", today=None, verdict="", verdict_tone="")`,
    `Line(name, values, role="actual")`: one Decimal or None per label; roles `actual`, `forecast`, `before`,
    `low`, `high`; `level` a horizontal line (the budget); `today` the index of a vertical one.
    `headless_chart(plot, *, width, height, look) -> str` in `plots` draws the same without Textual.

sparks
    `spark(values, width, look) -> str` and `bar(value, maximum, width, look) -> str`: texts for cells.
"""
