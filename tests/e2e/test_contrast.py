"""Contrast as WCAG 2 AA counts it, over all that the page shows: text 4.5, borders of controls and rings of focus 3."""

import io
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import Page

TEXT, LARGE_TEXT, CONTROL = 4.5, 3.0, 3.0

SCRIPT = """() => {
  const read = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = (top, below) => [0, 1, 2].map((k) => top[k] * top[3] + below[k] * (1 - top[3])).concat(1);
  const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const white = [255, 255, 255, 1];
  const ground = (e) => e ? over(read(getComputedStyle(e).backgroundColor), ground(e.parentElement)) : white;
  const faint = (e) => e ? Number(getComputedStyle(e).opacity) * faint(e.parentElement) : 1;
  const found = [];
  const note = (kind, e, colour, opacity, below) => {
    const [r, g, b, a] = read(colour);
    const name = `${e.tagName}#${e.id || e.closest("[id]")?.id}.${e.className}: ${(e.innerText || "").slice(0, 30)}`;
    found.push({ kind, name, ratio: ratio(over([r, g, b, a * opacity], below), below) });
  };
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) || !e.getClientRects().length) continue;
    if (e.disabled) continue;
    const style = getComputedStyle(e), size = parseFloat(style.fontSize), below = ground(e);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if ([...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim()))
      note(large ? "large" : "text", e, style.color, faint(e), below);
    if (e.placeholder) {
      const hint = getComputedStyle(e, "::placeholder");
      note("text", e, hint.color, Number(hint.opacity), below);
    }
    const sides = [style.borderTopWidth, style.borderBottomWidth].every(parseFloat);
    if (sides && read(style.borderTopColor)[3] && e.matches("button, input:not([type=checkbox]), select, textarea"))
      note("border", e, style.borderTopColor, faint(e), ground(e.parentElement));
  }
  return found;
}"""

LAY = """(ground) => {
  const page = document.documentElement;
  page.style.setProperty("--paper", getComputedStyle(page).getPropertyValue(ground));
}"""

RING = """() => {
  const e = document.activeElement;
  if (e === document.body) return null;
  const style = getComputedStyle(e), box = e.matches("input[type=checkbox]") ? e.parentElement : e;
  let below = parseFloat(style.outlineOffset) < 0 ? box : box.parentElement;
  while (below && getComputedStyle(below).backgroundColor === "rgba(0, 0, 0, 0)") below = below.parentElement;
  return {
    name: e.id || e.className || e.innerText || e.type,
    width: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    colour: style.outlineColor,
    below: below ? getComputedStyle(below).backgroundColor : "rgb(255, 255, 255)",
  };
}"""


def luminance(colour: str) -> float:
    """Relative luminance of a colour as CSS writes it."""
    channels = [float(v) / 255 for v in colour.split("(")[1].rstrip(")").split(",")[:3]]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Ratio of two colours."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def faults(page: "Page") -> list[str]:
    """All that is too faint now."""
    least = {"text": TEXT, "large": LARGE_TEXT, "border": CONTROL}
    found: list[dict[str, Any]] = page.evaluate(SCRIPT)
    assert len(found) > 40
    assert {f["kind"] for f in found} >= {"text", "border"}
    return [f"{f['kind']} {f['ratio']:.2f} {f['name']}" for f in found if f["ratio"] < least[f["kind"]]]


def test_the_ratio_is_that_of_the_standard() -> None:
    """Black on white 21; a grey known to be just enough, and the one before it that is not."""
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert (
        contrast("rgb(118, 118, 118)", "rgb(255, 255, 255)")
        > TEXT
        > contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)")
    )


@pytest.mark.parametrize("ground", ["--paper", "--ground"])
def test_text_and_controls_stand_out(
    open_page: "Callable[..., AbstractContextManager[Page]]", staffed_address: str, ground: str
) -> None:
    """In every tab, with a grid chosen, under the pointer and in the table, a class hidden; on both light grounds."""
    with open_page(staffed_address) as page:
        page.evaluate(LAY, ground)
        weak = faults(page)
        page.click("#grids .row >> nth=1")
        page.click("#legend button >> nth=0")
        page.check("#faulty input")
        page.hover("#grids .row >> nth=0")
        weak += faults(page)
        page.click("#language")
        page.fill("#query", "nothing")
        weak += faults(page)
        page.fill("#query", "")
        for tab in page.query_selector_all("[role=tab]"):
            tab.click()
            weak += faults(page)
        box = page.query_selector("#chart").bounding_box()
        page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2)
        weak += faults(page)
        assert sorted(set(weak)) == []


def test_the_focus_is_seen_everywhere(
    open_page: "Callable[..., AbstractContextManager[Page]]", staffed_address: str
) -> None:
    """Every control reached by Tab has a ring two pixels wide, three times as light or dark as what is around it."""
    with open_page(staffed_address) as page:
        page.click("#grids .row >> nth=0")
        page.evaluate("document.activeElement.blur()")
        rings = []
        for tab in ("grids", "findings"):
            page.click(f"[data-tab={tab}]")
            page.evaluate("document.body.focus(); document.activeElement.blur()")
            page.mouse.click(640, 4)
            for _ in range(40):
                page.keyboard.press("Tab")
                ring = page.evaluate(RING)
                if ring is None:
                    break
                rings.append(ring)
        assert len({r["name"] for r in rings}) > 15
        weak = [(r["name"], r["width"], round(contrast(r["colour"], r["below"]), 2)) for r in rings
                if r["width"] < 2 or contrast(r["colour"], r["below"]) < CONTROL]  # fmt: skip
        assert weak == []


def test_the_map_does_not_hide_its_own_ring(page: "Page") -> None:
    """Zoomed in so that grids reach the edge: a dark line all around, a white one inside it."""
    page.focus("#chart")
    for _ in range(3):
        page.keyboard.press("+")
    page.wait_for_timeout(100)
    picture = plt.imread(io.BytesIO(page.locator("#chart").screenshot()))[..., :3]
    high, wide = picture.shape[:2]
    sides = [picture[:, 1], picture[:, wide - 2], picture[1], picture[high - 2]]
    inside = [picture[9:-9, 3], picture[9:-9, wide - 4], picture[3, 9:-9], picture[high - 4, 9:-9]]
    for dark, white in zip(sides, inside, strict=True):
        assert np.allclose(dark, dark[0], atol=0.02)
        assert dark[0].sum() < 1.5
        assert np.median(white) > 0.98
