"""What a notebook shows of a plan, in a real browser: the card and the page in a cell, without a network."""

import importlib.util
import shutil
from pathlib import Path

import pytest

from gridplan.config import Rules
from gridplan.language import use_language
from gridplan.plan import Plan

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
HELPERS = Path(__file__).parents[1] / "reporting" / "conftest.py"

playwright = pytest.importorskip("playwright.sync_api", reason="cells are tested with playwright")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="cells are tested in chromium")


def test_a_notebook_shows_card_and_page_offline(tmp_path: Path) -> None:
    """Every grid is drawn, the page in the frame runs, nothing is requested, no name of the data runs."""
    spec = importlib.util.spec_from_file_location("small_plan", HELPERS)
    assert spec is not None
    assert spec.loader is not None
    helpers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(helpers)
    use_language("zh")
    plan = Plan.of(helpers.make_plan(Rules()))
    notebook = tmp_path / "notebook.html"
    cells = f"<div id=card>{plan._repr_html_()}</div><div id=page>{plan.explore()._repr_html_()}</div>"
    notebook.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{cells}", "utf-8")
    heard: list[str] = []
    with playwright.sync_playwright() as run:
        browser = run.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        shown = browser.new_page(viewport={"width": 1100, "height": 1200})
        shown.on("request", lambda r: heard.append(r.url) if r.url != notebook.as_uri() else None)
        shown.on("pageerror", lambda e: heard.append(str(e)))
        shown.on("dialog", lambda d: (heard.append("dialogue"), d.dismiss()))
        shown.goto(notebook.as_uri())
        paths = shown.locator("#card svg path")
        assert paths.count() == len(plan.grids) + 1
        boxes = [paths.nth(i).bounding_box() for i in range(len(plan.grids))]
        assert all(box and box["width"] > 5 and box["height"] > 5 for box in boxes)
        assert "1,792" in shown.inner_text("#card")
        frame = shown.locator("#page iframe").element_handle().content_frame()
        assert frame is not None
        frame.wait_for_load_state()
        assert "网格" in frame.inner_text("body")
        assert frame.evaluate("document.querySelectorAll('canvas, svg').length") > 0
        browser.close()
    assert [h for h in heard if not h.startswith("about:")] == []
