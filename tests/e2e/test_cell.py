"""What a notebook shows of a plan, in a real browser: the card and the page in a cell, without a network."""

from pathlib import Path
from typing import TYPE_CHECKING

from gridplan.language import use_language
from gridplan.model import PlanData
from gridplan.plan import Plan

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_notebook_shows_card_and_page_offline(browser: "Browser", plan: PlanData, tmp_path: Path) -> None:
    """Every grid is drawn, the page in the frame runs, nothing is requested, no name of the data runs."""
    use_language("zh")
    shown_plan = Plan.of(plan)
    notebook = tmp_path / "notebook.html"
    cells = f"<div id=card>{shown_plan._repr_html_()}</div><div id=page>{shown_plan.explore()._repr_html_()}</div>"
    notebook.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{cells}", "utf-8")
    heard: list[str] = []
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
    shown.close()
    assert [h for h in heard if not h.startswith("about:")] == []
