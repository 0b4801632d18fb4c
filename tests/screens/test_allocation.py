"""The explorer on an allocation: apart from the bill, with dimensions of its own, and it says so."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finops_tui import loader, settings
from finops_tui.app import FinopsApp
from finops_tui.desks import build_desk
from finops_tui.queries.saved import Saved
from finops_tui.screens.color import Look
from finops_tui.screens.resource import ResourceScreen
from finops_tui.screens.sources import SourcesScreen
from finops_tui.store import Store
from tests.headless import bill
from tests.screens.at_the_desk import settled, text_of
from tests.sources.bills import text
from tests.sources.test_focus_allocated import rows as focus_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

SIZE = (120, 36)
SPLIT = "allocation of money already in the bill; not added to it"


def charges() -> list[bill.Row]:
    """A month of two services."""
    return [
        bill.row(f"2026-05-{day:02}", f"{day}.25", ServiceName=name, Tags='{"team": "a"}')
        for day in range(1, 29)
        for name in ("Compute", "Storage")
    ]


def pods() -> list[dict[str, str]]:
    """A month of three namespaces, two pods each, CPU and RAM."""
    rows = []
    for day in range(1, 29):
        for number, namespace in enumerate(("shop", "pay", "__idle__")):
            for pod in ("a", "b"):
                cpu, ram = Decimal(f"{number + 1}.{day:02}"), Decimal("0.5")
                rows.append(
                    {
                        "Date": f"2026-05-{day:02}",
                        "Namespace": namespace,
                        "ControllerName": f"{namespace}-app",
                        "Pod": f"{namespace}-{pod}",
                        "Container": "web",
                        "CPUCost": str(cpu),
                        "RAMCost": str(ram),
                        "TotalCost": str(cpu + ram),
                        "Label_team": "a",
                    }
                )
    return rows


def sums(key: str) -> dict[str, Decimal]:
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in pods():
        found[row[key]] += Decimal(row["TotalCost"])
    return dict(found)


def write_pods(path: Path) -> Path:
    rows = pods()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A store with a bill and its allocation."""
    paths = [bill.write(tmp_path / "bill.csv", charges()), write_pods(tmp_path / "pods.csv")]
    assert len(loader.load(tmp_path / "store", paths).loaded) == 2
    return tmp_path / "store"


@pytest.fixture
def opened() -> Iterator[Any]:
    """Opens stores as programs, and closes them afterwards."""
    stores = []

    def program(root: Path, **given: Any) -> FinopsApp:
        store = Store(root)
        stores.append(store)
        return FinopsApp(build_desk(store, settings.Settings(), Look(), title="store", **given))

    yield program
    for store in stores:
        store.close()


def shown(app: FinopsApp) -> dict[str, Decimal]:
    """What the groups on screen cost."""
    frame = app.screen.groups.ordered()  # type: ignore[attr-defined]
    return dict(zip(frame["k0"], frame["cost"], strict=True))


async def press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def test_the_bill_is_the_same_on_screen_with_and_without(root: Path, tmp_path: Path, opened) -> None:
    bare = tmp_path / "bare"
    loader.load(bare, [tmp_path / "bill.csv"])
    texts = []
    for place in (bare, root):
        app = opened(place)
        async with app.run_test(size=SIZE) as pilot:
            await settled(pilot)
            texts.append(text_of(app))
            assert shown(app) == dict.fromkeys(
                ("Compute", "Storage"), sum(Decimal(f"{d}.25") for d in range(1, 29))
            )
            await press(pilot, "3", "9", "v", "v")
            texts.append(text_of(app))
    assert texts[:2] == texts[2:]


async def test_a_key_leads_to_the_allocation_and_back(root: Path, opened) -> None:
    app = opened(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, "3")
        await press(pilot, "P")
        assert "store  allocation  ▸ Everything" in text_of(app)
        assert SPLIT in text_of(app)
        assert shown(app) == sums("Namespace")
        await press(pilot, "3", "P")
        assert SPLIT not in text_of(app)
        assert app.explorer.view.group_by == ("region",)
        await press(pilot, "P")
        assert app.screen.view.group_by == ("controller",)


async def test_down_to_a_container_and_its_components(root: Path, opened) -> None:
    app = opened(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, "P", "enter")
        assert app.screen.view.group_by == ("pod",)  # one controller: nothing to choose
        assert shown(app) == {name: cost for name, cost in sums("Pod").items() if name.startswith("__idle__")}
        await press(pilot, "enter", "enter")
        assert isinstance(app.screen, ResourceScreen)
        assert "CPU" in text_of(app)
        assert "RAM" in text_of(app)


async def test_digits_and_commands_mean_the_allocations_own(root: Path, opened) -> None:
    app = opened(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, "P", "4")
        assert shown(app) == sums("Pod")
        await press(pilot, "5")
        assert shown(app)["RAM"] == Decimal("0.5") * len(pods())
        await press(pilot, "colon", *"group label:team", "enter")
        assert shown(app) == {"a": sum(sums("Pod").values())}
        await press(pilot, "colon", *"dataset allocation", "enter")
        assert "that is what you see" in text_of(app)
        await press(pilot, "colon", *"dataset bill", "enter")
        assert app.screen is app.explorer
        await press(pilot, "d")
        assert [choice.key for choice in app.screen.choices()][:2] == ["service", "account"]
        await press(pilot, "escape", "P", "d")
        assert [choice.key for choice in app.screen.choices()][:2] == ["namespace", "cluster"]


async def test_without_a_bill_the_allocation_is_what_opens_and_it_says_so(tmp_path: Path, opened) -> None:
    loader.load(tmp_path / "store", [write_pods(tmp_path / "pods.csv")])
    app = opened(tmp_path / "store")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert shown(app) == sums("Namespace")
        assert "no bill is loaded, only its allocation" in text_of(app)
        await press(pilot, "P")
        assert "No bill is loaded; its allocation is: P shows it." in text_of(app)
        await press(pilot, "P")
        assert shown(app) == sums("Namespace")


async def test_without_an_allocation_the_key_says_what_one_is(tmp_path: Path, opened) -> None:
    loader.load(tmp_path / "store", [bill.write(tmp_path / "bill.csv", charges())])
    app = opened(tmp_path / "store")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, "P")
        assert "no allocation is loaded: exports of OpenCost or Kubecost" in text_of(app)


async def test_an_allocation_loaded_meanwhile_is_there_after_a_refresh(tmp_path: Path, opened) -> None:
    loader.load(tmp_path / "store", [bill.write(tmp_path / "bill.csv", charges())])
    app = opened(tmp_path / "store")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        loader.load(tmp_path / "store", [write_pods(tmp_path / "pods.csv")])
        await press(pilot, "r", "P")
        assert shown(app) == sums("Namespace")


async def test_a_saved_view_of_an_allocation_opens_there(root: Path, opened) -> None:
    saved = Saved(dataset="allocation", by=("pod",), period="2026-05")
    app = opened(root, first=saved)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert shown(app) == sums("Pod")
        assert Saved.of(app.screen.view).dataset == "allocation"  # type: ignore[attr-defined]
        await press(pilot, "P")
        app.explorer.go(saved.view(app.desk.beside.calendar))
        await settled(pilot)
        assert shown(app) == sums("Pod")


async def test_sources_add_up_bills_only(root: Path, opened) -> None:
    app = opened(root)
    async with app.run_test(size=(160, 36)) as pilot:
        await settled(pilot)
        await press(pilot, "P")
        await pilot.app.run_action("go('sources')")
        await settled(pilot)
        assert isinstance(app.screen, SourcesScreen)
        lines = text_of(app)
        assert "billed $826.00" in " ".join(lines.split())
        assert f"allocated {sum(sums('Pod').values())}, not added" in " ".join(lines.split())


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_every_size_says_that_it_is_no_bill(root: Path, opened, size: tuple[int, int]) -> None:
    app = opened(root)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await press(pilot, "P")
        text = text_of(app)
        assert "allocation" in text.splitlines()[0]
        assert SPLIT in text or "allocation, not added to the bill" in text


async def test_names_are_covered_in_the_allocation_too(root: Path, opened) -> None:
    app = opened(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, "P", "enter", "D")
        text = text_of(app)
        assert "names masked" in text
        assert "__idle__" not in text
        await press(pilot, "P", "P")
        assert "__idle__" not in text_of(app)
        await press(pilot, "D", "D")
        assert "__idle__" in text_of(app)


async def test_a_filter_offers_the_allocations_own_fields_first(root: Path, opened) -> None:
    app = opened(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, "P", "slash")
        assert [offer.text for offer in app.screen.offers][:2] == ["namespace", "cluster"]


async def test_what_has_no_namespaces_opens_by_what_was_allocated_to(tmp_path: Path, opened) -> None:
    (tmp_path / "bill.csv").write_text(text(focus_rows()))
    loader.load(tmp_path / "store", [tmp_path / "bill.csv"])
    app = opened(tmp_path / "store")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, "P")
        expected: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in focus_rows():
            if row["AllocatedMethodId"]:
                expected[row["AllocatedResourceId"]] += Decimal(row["EffectiveCost"])
        assert shown(app) == expected
        await press(pilot, "enter")
        assert isinstance(app.screen, ResourceScreen)
