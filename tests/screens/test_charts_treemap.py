"""The treemap: areas as the cost, a cursor that walks."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from finops_tui.screens.color import Look
from finops_tui.screens.palette import palette
from finops_tui.screens.widgets.squarify import neighbour, squarify
from finops_tui.screens.widgets.treemap import Box, TreeMap
from tests.screens.drawn import messages, rows, segments, staged, text

D = Decimal


@given(
    st.lists(st.floats(0.01, 1e6), min_size=1, max_size=40),
    st.integers(1, 120),
    st.integers(1, 40),
)
def test_boxes_cover_the_field_once(sizes, width, height):
    seen = [[0] * width for _ in range(height)]
    for rect in squarify(sorted(sizes, reverse=True), width, height):
        for y in range(rect.y, rect.bottom):
            for x in range(rect.x, rect.right):
                seen[y][x] += 1
    assert all(cell == 1 for line in seen for cell in line)


def test_areas_are_as_the_sizes():
    sizes = [600.0, 300.0, 200.0, 100.0]
    for size, rect in zip(sizes, squarify(sizes, 120, 40), strict=True):
        assert abs(rect.width * rect.height - size / 1200 * 4800) <= 120
    assert squarify([], 10, 10) == []
    assert squarify([1.0], 0, 10) == []


def test_neighbours_touch():
    boxes = squarify([6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0], 80, 24)
    for start in range(len(boxes)):
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            found = neighbour(boxes, start, dx, dy)
            if found != start:
                a, b = boxes[start], boxes[found]
                assert (a.right == b.x) if dx > 0 else True
                assert (b.bottom == a.y) if dy < 0 else True
    assert neighbour(boxes, 0, -1, 0) == 0


BOXES = (
    Box("AmazonEC2", D(6000), D("0.5"), (D(6000), D(6000))),
    Box("AmazonS3", D(3000), D("0.25"), (D(3000), D(2000))),
    Box("AWSLambda", D(2000), D("0.17"), (D(2000), D(4000))),
    Box("Kinesis", D(1000), D("0.08"), (D(1000), D(0))),
    Box("Credits", D(-500), D("-0.04")),
    Box("tiny", D("0.01")),
    Box("tiny too", D("0.01")),
)


async def test_a_treemap_names_its_boxes():
    chart = TreeMap(Look())
    async with staged(chart, (100, 30), lambda c: c.show(BOXES, currency="USD")):
        shown = text(chart)
        for words in ("AmazonEC2", "$6K 50%", "▲50.0%", "▼50.0%", "new", "0.0%"):
            assert words in shown
        assert "1 at or below zero not drawn" in rows(chart)[-1]
        styles = palette(Look()).tree
        grounds = {segment.style.bgcolor.name for _, segment in segments(chart) if "$3K" in segment.text}
        assert grounds == {styles[-1].rpartition(" ")[2]}
        grounds = {segment.style.bgcolor.name for _, segment in segments(chart) if "$2K" in segment.text}
        assert grounds == {styles[0].rpartition(" ")[2]}


async def test_a_treemap_is_walked():
    chart = TreeMap(Look())
    async with staged(chart, (100, 30), lambda c: c.show(BOXES, currency="USD")) as pilot:
        chart.focus()
        seen = {chart.cursor}
        for action in ("right", "down", "right", "up", "down", "left", "left", "end", "home"):
            getattr(chart, f"action_{action}")()
            seen.add(chart.cursor)
        assert seen >= {0, 1, 2}
        assert chart.cursor == 0
        chart.action_end()
        assert chart.cursor == len(BOXES)
        chart.action_select()
        chart.move_to(4)
        assert chart.cursor == 0
        rect = chart._planned().rects[1]
        await pilot.click(TreeMap, offset=(rect.x + 1, rect.y + 1), times=2)
        await pilot.pause()
        assert [each.index for each in messages(pilot, TreeMap.BoxSelected)] == [len(BOXES), 1]
        cursor = palette(Look()).tree_cursor.rpartition(" ")[2]
        words = [
            segment.text
            for _, segment in segments(chart)
            if segment.style.bgcolor and segment.style.bgcolor.name == cursor
        ]
        assert any("AmazonS3" in each for each in words)
