"""Beside the map: details, search, histogram, findings, table and print, in a real browser."""

import io
import itertools
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import pytest

from gridplan.config import Rules
from gridplan.language import use_language
from gridplan.model import PlanData
from gridplan.reporting import render_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import Page

CODES = [f"21010600100{community}00{grid}" for community in (1, 2) for grid in (1, 2, 3)]
CODE_NAME = "<script>alert(1)</script>"
LISTED = "#grids .row"
FOCUSED = """() => {
  const e = document.activeElement;
  if (e === document.body) return null;
  const name = e.getAttribute("aria-label") || e.innerText || e.labels?.[0]?.innerText || "";
  return [e.id || e.className || e.type, name.trim()];
}"""
"""Which control has the focus, and its name."""

CUT = """() => [...document.querySelectorAll("header *, #side *, #legend *, #card *, #zoom *")]
  .filter((e) => e.checkVisibility() && e.clientWidth && e.scrollWidth > e.clientWidth + 1 && !e.matches("input, p"))
  .map((e) => `${e.tagName}.${e.className}#${e.id}: ${e.innerText}`)"""
"""What is wider than its box; long findings are shortened on purpose."""


def listed(page: "Page") -> list[str]:
    """Codes in the table, in their order."""
    return [row.inner_text().split("\n")[0].strip() for row in page.query_selector_all(LISTED)]


def view(page: "Page") -> str:
    """How far the map is zoomed and moved."""
    return str(
        page.evaluate("""() => [".leaflet-control-scale-line", ".leaflet-map-pane", ".leaflet-ground-pane canvas"]
      .map((part) => document.querySelector(part)?.style.cssText).join()""")
    )


def read_pdf(*command: str, folder: Path) -> bytes:
    """Run a program of poppler on plan.pdf."""
    program = shutil.which(command[0])
    assert program is not None
    return subprocess.run([program, *command[1:]], cwd=folder, capture_output=True, check=True).stdout


def test_details_tell_all_of_a_grid(staffed: "Page") -> None:
    """Households, residents, key groups, who serves, what was found; ids named like code are text."""
    staffed.click(f"{LISTED} >> nth=0")
    card = staffed.inner_text("#card")
    for told in (
        "288",
        "576",
        "启工街道 · 启工社区",
        "公安",
        "P1",
        "卫生健康",
        "<b>P2</b>",
        "（社区工作者）",
        "<script>alert(1)</script>",
    ):
        assert told in card, told
    assert staffed.query_selector("#card b b") is None
    hidden = staffed.query_selector_all("#card dd em")
    assert "不公开" in [e.inner_text() for e in hidden]
    assert "< 5" not in card
    staffed.click(f"{LISTED} >> nth=1")
    assert "缺 2 人" in staffed.inner_text("#card strong")
    staffed.click(f"{LISTED} >> nth=3")
    assert "两个小区" in staffed.inner_text("#card ul")
    staffed.click("#language")
    assert "Police" not in staffed.inner_text("#card")
    staffed.click(f"{LISTED} >> nth=1")
    assert "Police" in staffed.inner_text("#card")
    assert "2 short" in staffed.inner_text("#card strong")
    staffed.click("#card .close")
    assert not staffed.is_visible("#card")


def test_details_without_personnel_have_no_forces(page: "Page") -> None:
    """Nor an empty heading."""
    page.click(f"{LISTED} >> nth=0")
    assert "下沉力量" not in page.inner_text("#card")


@pytest.mark.parametrize(
    ("query", "count"),
    [("启工社区", 3), ("兴华", 3), ("启工街道", 6), ("alert(1)", 4), ("001002002", 1), ("nobody", 0)],
)
def test_search_finds_codes_compounds_and_communities(page: "Page", query: str, count: int) -> None:
    """The table shows them, the map those alone; return goes there."""
    page.fill("#query", query)
    assert len(listed(page)) == count
    assert page.inner_text("#hits") == f"{count} / 6 个网格"
    before = view(page)
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert page.is_visible("#card") == (count == 1)
    assert (view(page) == before) == (count in (0, 4, 6))
    page.keyboard.press("Escape")
    assert len(listed(page)) == 6


def bar(page: "Page", span: str) -> int:
    """Find the bar of a span of sizes."""
    told = [b.get_attribute("aria-label") or "" for b in page.query_selector_all("#histogram .bars button")]
    (found,) = [k for k, text in enumerate(told) if text.startswith(f"{span} 户")]
    return found


def counts(page: "Page") -> list[int]:
    """Grids of each bar."""
    found = [b.get_attribute("aria-label") or "" for b in page.query_selector_all("#histogram .bars button")]
    return [int(re.findall(r"(\d+) 个网格", text)[0]) for text in found]


def test_a_bar_filters_table_and_map(page: "Page") -> None:
    """One bar by a click, several by a drag, none after a second click; the bars count all grids."""
    assert sum(counts(page)) == 6
    before = page.locator("#chart").screenshot()
    bars = page.query_selector_all("#histogram .bars button")
    at = next(k for k, n in enumerate(counts(page)) if n)
    bars[at].click()
    assert bars[at].get_attribute("aria-pressed") == "true"
    assert len(listed(page)) == counts(page)[at] == 2
    page.wait_for_timeout(100)
    assert page.locator("#chart").screenshot() != before
    bars[at].click()
    assert len(listed(page)) == 6
    first, last = bars[0].bounding_box(), bars[-1].bounding_box()
    page.mouse.move(first["x"] + 3, first["y"] + 9)
    page.mouse.down()
    page.mouse.move(last["x"] - 3, last["y"] + 9, steps=6)
    page.mouse.up()
    assert len(listed(page)) == sum(counts(page)[:-1]) == 4
    page.click("#showall")
    assert len(listed(page)) == 6
    assert page.is_disabled("#showall")


@pytest.mark.parametrize(("target", "lower", "upper"), [(50, 40, 60), (300, 1, 10_000), (300, 300, 300), (2, 1, 3)])
def test_bars_cover_every_size(
    open_page: "Callable[..., AbstractContextManager[Page]]",
    plan: PlanData,
    tmp_path: Path,
    target: int,
    lower: int,
    upper: int,
) -> None:
    """Whatever the band, they follow one another without a gap, and count every grid once."""
    path = tmp_path / "plan.html"
    use_language("zh")
    path.write_text(render_page(plan, Rules(target=target, lower=lower, upper=upper)), "utf-8")
    with open_page(path.as_uri()) as page:
        told = [b.get_attribute("aria-label") or "" for b in page.query_selector_all("#histogram .bars button")]
        assert sum(counts(page)) == 6
    spans = [re.findall(r"\d+", text.partition(" 户")[0]) for text in told]
    assert told[-1].startswith("≥")
    for before, after in itertools.pairwise(spans):
        assert int(after[0]) == int(before[-1]) + 1


def test_bars_are_chosen_by_keys(page: "Page") -> None:
    """Arrows go along them, return chooses one, shift and an arrow one more, escape none."""
    page.focus("#histogram .bars button[tabindex='0']")
    page.keyboard.press("Home")
    at = next(k for k, n in enumerate(counts(page)) if n)
    for _ in range(at):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert len(listed(page)) == 2
    for _ in range(len(counts(page)) - 1 - at):
        page.keyboard.press("Shift+ArrowRight")
    assert len(listed(page)) == 6
    page.keyboard.press("Shift+ArrowLeft")
    assert len(listed(page)) == 4
    page.keyboard.press("Escape")
    assert len(listed(page)) == 6
    assert page.query_selector("#histogram [aria-pressed=true]") is None


def test_grids_with_findings_alone(staffed: "Page") -> None:
    """By their code, by their place, and where a force lacks; the map goes there; a hidden severity does not count."""
    assert staffed.inner_text("#faulty b") == "3"
    before = view(staffed)
    staffed.check("#faulty input")
    assert listed(staffed) == [CODES[1], CODES[3], CODES[4]]
    staffed.click("[data-tab=findings]")
    staffed.uncheck("#findings .filters input >> nth=2")
    staffed.click("[data-tab=grids]")
    assert listed(staffed) == [CODES[1], CODES[3]]
    staffed.fill("#query", CODES[3])
    staffed.click("#zoomto")
    staffed.wait_for_timeout(100)
    assert view(staffed) != before


def test_a_class_of_the_legend_filters_too(page: "Page") -> None:
    """Its grids leave the table; pressed again they are back; the focus stays."""
    button = "#legend button >> nth=0"
    page.focus(button)
    page.keyboard.press("Enter")
    assert len(listed(page)) == 4
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "false"
    page.keyboard.press("Enter")
    assert len(listed(page)) == 6


def test_every_column_sorts(staffed: "Page") -> None:
    """Both ways; the heading tells which."""
    for column in range(7):
        head = f"#grids .head button >> nth={column}"
        orders = []
        for way in ("ascending", "descending") if column else ("descending", "ascending"):
            staffed.click(head)
            assert staffed.locator("#grids [role=columnheader]").nth(column).get_attribute("aria-sort") == way
            orders.append(listed(staffed))
        assert sorted(orders[0]) == CODES
        assert orders[0] != orders[1] or column == 5, column  # all ways are equally long
    assert listed(staffed) == [CODES[1], CODES[3], CODES[4], CODES[0], CODES[2], CODES[5]]


def active(page: "Page") -> str:
    """Text of the row that the table calls active."""
    row = page.get_attribute("#grids .table", "aria-activedescendant")
    return page.inner_text(f"#{row}").split("\n")[0].strip()


def test_the_table_is_walked_by_keys(page: "Page") -> None:
    """From the search down into it; each row is chosen on the map; return zooms there; escape lets go."""
    page.focus("#query")
    page.keyboard.press("ArrowDown")
    for expected in CODES[:3]:
        page.keyboard.press("ArrowDown")
        assert active(page) == expected
        assert expected in page.inner_text("#card")
    page.keyboard.press("End")
    assert active(page) == CODES[-1]
    before = view(page)
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert view(page) != before
    page.keyboard.press("PageUp")
    page.keyboard.press("Home")
    assert active(page) == CODES[0]
    page.keyboard.press("Escape")
    assert not page.is_visible("#card")


def test_findings_are_walked_by_keys(page: "Page") -> None:
    """Tabs turn by arrows; return in the list goes to the place."""
    page.focus("[data-tab=grids]")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("[data-tab=findings]", "aria-selected") == "true"
    before = view(page)
    page.focus("#findings .rows")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert view(page) != before


def test_all_controls_are_reached_by_tab(page: "Page") -> None:
    """In the order in which they stand; each has a name."""
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
        if reached[-1] is None:
            break
    names = [r[0] for r in reached if r]
    wanted = ["print", "language", "chart", "query", "tab-grids", "table"]
    assert [n for n in names if n in wanted] == wanted
    assert all(r[1] for r in reached if r), [r for r in reached if r and not r[1]]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="the print is read with pdftotext")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_prints_map_legend_and_table(
    open_page: "Callable[..., AbstractContextManager[Page]]", staffed_address: str, tmp_path: Path, language: str
) -> None:
    """On paper there are no controls; what is filtered away is not printed."""
    with open_page(f"{staffed_address}#{language}") as page:
        page.fill("#query", "启工社区")
        page.pdf(path=tmp_path / "plan.pdf", format="A4", print_background=True)
        assert page.locator("#paper *").count() == 0
        assert page.is_visible("#chart")
    told = read_pdf("pdftotext", "-layout", "plan.pdf", "-", folder=tmp_path).decode()
    words = {
        "zh": ("社区网格方案", "低于下限", "上北下南", "户数"),
        "en": ("Community grid plan", "below lower", "North is up", "Households"),
    }
    for text in (*words[language], *CODES[:3], "EPSG:4550"):
        assert text in told, text
    for text in (CODES[4], "English", "中文", "搜索", "Search"):
        assert text not in told, text
    picture = plt.imread(
        io.BytesIO(read_pdf("pdftoppm", "-r", "60", "-png", "-singlefile", "plan.pdf", folder=tmp_path))
    )
    drawn = {tuple(np.rint(255 * pixel).astype(int)) for pixel in picture[..., :3].reshape(-1, 3)}
    assert len(drawn) > 50


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_collides_or_is_cut_at_1280(
    open_page: "Callable[..., AbstractContextManager[Page]]", staffed_address: str, language: str
) -> None:
    """Headings of the table do not overlap, no label is wider than its box, the page does not scroll sideways."""
    with open_page(f"{staffed_address}#{language}") as page:
        page.click(f"{LISTED} >> nth=0")
        boxes = [b.bounding_box() for b in page.query_selector_all("#grids .head button, header > *:not(:first-child)")]
        for a in boxes:
            for b in boxes:
                apart = a is b or a["x"] + a["width"] <= b["x"] + 0.5 or b["x"] + b["width"] <= a["x"] + 0.5
                assert apart or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"], (a, b)
        assert page.evaluate(CUT) == []
        assert page.evaluate("document.documentElement.scrollWidth") == 1280
