"""The page in a real browser: it draws, answers, speaks two languages, asks no network and runs no data."""

import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridplan.edits import Edits

if TYPE_CHECKING:
    from playwright.sync_api import Page

FIRST = "210106001001001"
SCALE = ".leaflet-control-scale-line"


def colours(page: "Page") -> set[str]:
    """Colours on the map, as RGB in hexadecimal."""
    script = """() => {
      const found = new Set();
      for (const c of document.querySelectorAll("#chart canvas")) {
        const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200) found.add([d[i], d[i + 1], d[i + 2]].join(" "));
      }
      return [...found];
    }"""
    return set(page.evaluate(script))


def test_the_page_opens_in_chinese_and_turns_to_english(page: "Page") -> None:
    """The whole interface, with the language of the document."""
    assert page.inner_text("h1") == "社区网格方案"
    assert page.get_attribute("html", "lang") == "zh-CN"
    page.click("#language")
    assert page.inner_text("h1") == "Community grid plan"
    assert page.get_attribute("html", "lang") == "en"
    assert page.inner_text("#language") == "中文"


def test_the_map_is_drawn(page: "Page") -> None:
    """Grids in three classes, lines, letters: many colours."""
    page.wait_for_timeout(200)
    assert len(colours(page)) > 20
    assert [e.inner_text() for e in page.query_selector_all("#legend button b")] == ["2", "2", "2"]


def test_a_row_leads_to_its_grid_on_the_map(page: "Page") -> None:
    """The card tells about it; data that looks like code is text."""
    page.click("#grids .row >> nth=0")
    card = page.inner_text("#card")
    assert FIRST in card
    assert "288" in card
    assert "<script>alert(1)</script>" in card
    assert page.query_selector("#card script") is None
    page.keyboard.press("Escape")
    assert not page.is_visible("#card")


def test_the_pointer_finds_the_grid_below(page: "Page") -> None:
    """Hovering tells its name and size, a click opens its details and keeps them."""
    page.wait_for_timeout(200)
    box = page.query_selector("#chart").bounding_box()
    page.mouse.move(box["x"] + 0.68 * box["width"], box["y"] + box["height"] / 2)
    assert "210106001" in page.inner_text("#tip")
    assert not page.is_visible("#card")
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    assert not page.is_visible("#tip")
    assert "210106001" in page.inner_text("#card")


def test_the_map_moves_and_zooms(page: "Page") -> None:
    """By wheel, drag and keys; 0 shows the whole map again."""
    scale = page.inner_text(SCALE)
    box = page.query_selector("#chart").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, -900)
    page.wait_for_timeout(100)
    assert page.inner_text(SCALE) != scale
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + 100, steps=4)
    page.mouse.up()
    page.focus("#chart")
    for key in ("ArrowLeft", "ArrowUp", "+", "-", "0"):
        page.keyboard.press(key)
    page.wait_for_timeout(100)
    assert page.inner_text(SCALE) == scale


def test_the_table_sorts_and_the_search_filters(page: "Page") -> None:
    """By a column both ways; by code, building and compound."""
    first = "#grids .row >> nth=0 >> b"
    page.click("#grids .head button >> nth=1")
    assert page.inner_text(first) == "288"
    page.click("#grids .head button >> nth=1")
    assert page.inner_text(first) == "308"
    for query, count in (("06001002", 3), ("b119", 1), ("alert(1)", 4), ("第2网格", 2), ("nothing", 0), ("", 6)):
        page.fill("#query", query)
        assert len(page.query_selector_all("#grids .row")) == count, query
    page.fill("#query", "b119")
    page.keyboard.press("Enter")
    assert "210106001002003" in page.inner_text("#card")


def test_findings_are_listed_and_lead_to_their_place(page: "Page") -> None:
    """Worst first; a kind can be hidden."""
    page.click("[data-tab=findings]")
    rows = page.query_selector_all("#findings .row")
    assert len(rows) == 2
    assert rows[0].query_selector(".dot.warning")
    assert "<b>&</b>" in rows[1].inner_text()
    scale = page.inner_text(SCALE)
    rows[1].click()
    page.wait_for_timeout(100)
    assert page.inner_text(SCALE) != scale
    page.click("#findings .filters input >> nth=2")
    assert len(page.query_selector_all("#findings .row")) == 1


def test_a_class_can_be_hidden(page: "Page") -> None:
    """By a click on the legend, and shown again."""
    button = "#legend button >> nth=0"
    page.click(button)
    assert page.get_attribute(button, "aria-pressed") == "false"
    page.click(button)
    assert page.get_attribute(button, "aria-pressed") == "true"


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
