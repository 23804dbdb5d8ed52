"""Editing in the page, in a real browser: counts, outlines and warnings follow at once, and edits.json says it all."""

import dataclasses
import importlib.util
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from gridplan.config import Rules
from gridplan.edits import Edits
from gridplan.language import use_language
from gridplan.model import PlanData
from gridplan.reporting import render_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Open = Callable[..., AbstractContextManager["Page"]]
FIRST = "210106001001001"
HELPERS = Path(__file__).parents[1] / "reporting" / "conftest.py"
SIZES = Rules(target=300, lower=290, upper=305)


def edit(page: "Page", name: str) -> None:
    """Press a button of editing."""
    page.click(f"[data-edit={name}]")


def select(page: "Page", row: int) -> None:
    """Select a grid in the table, then open the tab for editing."""
    page.click("[data-tab=grids]")
    page.click(f"#grids .row >> nth={row}")
    page.click("[data-tab=edit]")


def choose(page: "Page", words: str) -> None:
    """Press the first row of the list that holds these words."""
    page.click(f"#edit .choices button:has-text('{words}')")


def edited(page: "Page") -> list[str]:
    """Tell the list of edited grids."""
    return [row.inner_text().replace("\n", " ") for row in page.query_selector_all("#edit .edited button")]


def exported(page: "Page") -> dict[str, Any]:
    """Export the edits; the library takes their form."""
    with page.expect_download() as download:
        edit(page, "export")
    edits: dict[str, Any] = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert len(Edits.from_mapping(edits).grids) == len(edits["grids"])
    return edits


def sizes(edits: dict[str, Any]) -> list[tuple[str, int, bool]]:
    """Give the end of the code, the number of units and whether they are alone, of each entry."""
    return [(grid["code"][-3:], len(grid["units"]), grid.get("only", False)) for grid in edits["grids"]]


def test_a_building_moves_and_the_edits_are_handed_over(page: "Page") -> None:
    """By a click on the map: counts at once, undo and redo, two whole grids in edits.json."""
    select(page, 0)
    assert page.is_disabled("[data-edit=export]")
    edit(page, "move")
    box = page.query_selector("#chart").bounding_box()
    for across, down in itertools.product(range(16, 40), range(6)):
        page.mouse.click(box["x"] + across / 40 * box["width"], box["y"] + box["height"] * (0.4 + 0.025 * down))
        if "→ 363" in page.inner_text("#edit .tools"):
            break
    assert "288 → 363 (+21%)" in page.inner_text("#edit .tools")
    assert [row[:13] for row in edited(page)] == ["001 288 → 363", "002 300 → 225"]
    edit(page, "undo")
    assert "288 → 288" in page.inner_text("#edit .tools")
    page.keyboard.press("Control+y")
    edits = exported(page)
    assert sizes(edits) == [("001", 9, True), ("002", 3, True)]
    assert not set(edits["grids"][0]["units"]) & set(edits["grids"][1]["units"])


def test_locks_are_handed_over(page: "Page") -> None:
    """A grid as drawn; a building with the code of its grid; both free again after a second press, neither movable."""
    select(page, 0)
    edit(page, "lock")
    assert sizes(exported(page)) == [("001", 8, True)]
    select(page, 1)
    edit(page, "move")
    choose(page, "b004")
    assert page.inner_text("#said") == "网格 001 已锁定。"
    assert len(edited(page)) == 1
    select(page, 0)
    edit(page, "lock")
    assert page.is_disabled("[data-edit=export]")
    edit(page, "pin")
    choose(page, "b004")
    assert exported(page)["grids"] == [{"code": FIRST, "units": ["u004"]}]
    select(page, 1)
    edit(page, "move")
    choose(page, "b004")
    assert page.inner_text("#said") == "楼栋 b004 已锁定。"


def test_grids_merge_split_and_come_back(page: "Page") -> None:
    """All counts follow; a new grid has no code; undoing leaves nothing edited."""
    select(page, 0)
    edit(page, "merge")
    choose(page, "002")
    assert "288 → 588" in page.inner_text("#edit .tools")
    assert [row.split(" ")[0] for row in edited(page)] == ["001", "002"]
    assert "已并出" in edited(page)[1]
    page.click("[data-tab=grids]")
    assert len(page.query_selector_all("#grids .row")) == 5
    page.click("[data-tab=edit]")
    edit(page, "split")
    for building in ("b000", "b001", "b002", "b003"):
        choose(page, building)
    edit(page, "split_off")
    assert "新网格1" in page.inner_text("#edit .tools")
    assert "0 → 144" in page.inner_text("#edit .tools")
    assert sizes(exported(page)) == [("001", 8, True), ("", 4, True)]
    page.click("#language")
    assert "New grid 1" in page.inner_text("#edit .tools")
    for _ in range(2):
        page.keyboard.press("Control+z")
    assert edited(page) == []
    assert page.is_disabled("[data-edit=undo]")
    assert page.is_disabled("[data-edit=export]")
    assert page.is_enabled("[data-edit=redo]")


def test_every_torn_grid_is_named(page: "Page") -> None:
    """Also one that is not selected; the export says that the file will be refused."""
    select(page, 1)
    edit(page, "move")
    for building in ("b004", "b005", "b006"):
        choose(page, building)
    assert [("不连片" in row) for row in edited(page)] == [False, False]
    edit(page, "undo")
    choose(page, "b007")
    assert [("不连片" in row) for row in edited(page)] == [False, False]
    edit(page, "split")
    choose(page, "b009")
    edit(page, "split_off")
    select(page, 0)
    assert ["不连片：2 块" in row for row in edited(page)] == [False, True, False]
    exported(page)
    assert "不会接受该文件：002" in page.inner_text("#said")


def test_editing_needs_no_pointer(page: "Page") -> None:
    """A mode, a building, undo and escape by keys alone; the focus stays in the list."""
    select(page, 0)
    page.focus("[data-edit=move]")
    page.keyboard.press("Enter")
    page.focus("#edit .choices button")
    page.keyboard.press("Enter")
    assert "288 → 363" in page.inner_text("#edit .tools")
    assert page.evaluate("document.activeElement.closest('.choices') !== null")
    page.keyboard.press("Escape")
    assert page.get_attribute("[data-edit=move]", "aria-pressed") == "false"
    page.keyboard.press("Control+z")
    assert "288 → 288" in page.inner_text("#edit .tools")


def test_exported_edits_are_opened_again(page: "Page", tmp_path: Path) -> None:
    """As one step, which can be taken back; what is not of this plan is refused."""
    select(page, 0)
    edit(page, "split")
    choose(page, "b000")
    edit(page, "split_off")
    select(page, 1)
    edit(page, "lock")
    select(page, 2)
    edit(page, "pin")
    choose(page, "b013")
    edits = exported(page)
    assert sizes(edits) == [("001", 7, True), ("002", 4, True), ("", 1, True), ("003", 1, False)]
    for name, told in (("fine", edits), ("bad", {}), ("other", edits | {"grids": [{"code": "", "units": ["x"]}]})):
        (tmp_path / name).write_text(json.dumps(told), "utf-8")
    while page.is_enabled("[data-edit=undo]"):
        edit(page, "undo")
    assert page.is_disabled("[data-edit=export]")
    for name, said in (("bad", "不是编辑文件"), ("other", "1 个单元不在本方案中"), ("fine", "共 4 项")):
        page.set_input_files("#open", tmp_path / name)
        page.wait_for_selector(f"#said:has-text('{said}')")
    assert exported(page) == edits
    edit(page, "undo")
    assert page.is_disabled("[data-edit=export]")


def settled_plan() -> PlanData:
    """Make the small plan with ground without a building in its first grid, as made by earlier edits."""
    spec = importlib.util.spec_from_file_location("small_plan", HELPERS)
    assert spec is not None
    assert spec.loader is not None
    helpers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(helpers)
    plan: PlanData = helpers.make_plan(Rules())
    ground = plan.units["unit_id"] == "u005"
    units = plan.units.assign(
        building_id=plan.units["building_id"].mask(ground, ""),
        x=plan.units["x"].mask(ground),
        y=plan.units["y"].mask(ground),
    )
    second = units.loc[units["grid_code"] == f"{FIRST[:-1]}2", "unit_id"].tolist()
    edits = {
        "grids": [{"code": "", "units": second, "only": True}, {"code": FIRST, "units": ["b000"], "only": False}],
        "apart": [["u000", "u007"]], "exclude": [],
    }  # fmt: skip
    return dataclasses.replace(plan, units=units, run=plan.run | {"edits": edits})


@pytest.fixture(scope="module")
def settled_address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write its page."""
    path = tmp_path_factory.mktemp("settled") / "plan.html"
    use_language("zh")
    path.write_text(render_page(settled_plan(), SIZES), "utf-8")
    return path.as_uri()


@pytest.fixture
def settled(open_page: Open, settled_address: str) -> Iterator["Page"]:
    """Open its page."""
    with open_page(settled_address) as opened:
        yield opened


def test_what_was_settled_before_is_handed_on(settled: "Page") -> None:
    """Drawn grids and kept buildings begin locked, with the codes they have now; all else goes along as it is."""
    settled.click("[data-tab=edit]")
    edits = exported(settled)
    second = f"{FIRST[:-1]}2"
    assert edits["grids"] == [
        {"code": second, "units": ["u008", "u009", "u010", "u011"], "only": True}, {"code": FIRST, "units": ["u000"]},
    ]  # fmt: skip
    assert edits["apart"] == [["u000", "u007"]]
    assert "exclude" not in edits
    assert "一并导出：1 项" in settled.inner_text("#edit .edited")
    select(settled, 1)
    edit(settled, "lock")
    assert [grid["code"] for grid in exported(settled)["grids"]] == [FIRST]


def test_ground_without_a_building_is_clicked_too(settled: "Page") -> None:
    """It has no dot on the map, but a cell."""
    select(settled, 0)
    edit(settled, "split")
    row = "#edit .choices button:has-text('空地 u005')"
    box = settled.query_selector("#chart").bounding_box()
    for across, down in itertools.product(range(18, 40), range(12)):
        settled.mouse.click(box["x"] + across / 40 * box["width"], box["y"] + box["height"] * (0.3 + 0.025 * down))
        if settled.get_attribute(row, "aria-pressed") == "true":
            break
    assert settled.get_attribute(row, "aria-pressed") == "true"


def united(browser: "Browser", cells: list[list[list[float]]]) -> list[list[float]]:
    """Unite cells by the script of the page."""
    source = (files("gridplan.reporting") / "page" / "cells.js").read_text("utf-8")
    page = browser.new_page()
    given = "const units = { cell: given }, decode = (ring) => ring;"
    script = f"(given) => {{ {given}\n{source}\nreturn unite([...given.keys()]); }}"
    rings: list[list[float]] = page.evaluate(script, cells)
    page.close()
    return rings


@pytest.mark.parametrize("seed", range(4))
def test_outlines_are_those_of_the_union(browser: "Browser", seed: int) -> None:
    """Of any cells of a coverage: holes, corners that meet, several pieces, rings that turn either way."""
    rng = np.random.default_rng(seed)
    xs, ys = (np.cumsum(rng.integers(5, 30, 8)) for _ in range(2))
    boxes = [shapely.box(xs[i], ys[j], xs[i + 1], ys[j + 1]) for i in range(7) for j in range(7) if rng.random() < 0.6]
    cells = [
        [shapely.get_coordinates(b.exterior if rng.random() < 0.5 else b.reverse())[:-1].ravel().tolist()]
        for b in boxes
    ]
    got = shapely.Polygon()
    for ring in united(browser, cells):
        got = got.symmetric_difference(shapely.make_valid(shapely.Polygon(np.reshape(ring, (-1, 2)))))
    expected = shapely.union_all(boxes)
    assert got.symmetric_difference(expected).area == 0
    assert len(shapely.get_coordinates(expected.boundary)) > 4
