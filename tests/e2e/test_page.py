"""The page in a real browser: it draws, answers, speaks two languages, asks no network and runs no data."""

from typing import TYPE_CHECKING

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


def test_buildings_are_drawn_by_their_outlines(page: "Page", staffed: "Page") -> None:
    """Boxes of 16 by 8 m cover more of the three colours of the grids than the dots of buildings without outlines."""
    bare = """() => {
      const c = document.querySelector("#chart canvas"), { width, height } = c, found = new Map();
      for (const v of new Uint32Array(c.getContext("2d").getImageData(0, 0, width, height).data.buffer))
        if (v) found.set(v, (found.get(v) || 0) + 1);
      return [...found.values()].sort((a, b) => b - a).slice(0, 3).reduce((a, b) => a + b);
    }"""
    for one in (page, staffed):
        one.wait_for_timeout(200)
    assert staffed.evaluate(bare) < page.evaluate(bare) - 38 * 50


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
