"""plan.html of a district of 900,000 households: its size, the time to write it, and how fast it answers in Chromium.

The page is opened as a file, without network. *First draw* is the time from the start of the navigation to the frame
after the map was painted; the others are times from the event of the pointer or the key to the end of the frame that
shows its effect. All are medians, in headless Chromium without a graphics card. Results go to
`benchmarks/results/page.json` and `page.md`.
"""

import argparse
import itertools
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridplan import read_plan
from gridplan.reporting import render_page
from kept import keep

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOUSEHOLDS, FEW = 900_000, 3_000
LEFT, STEP = 310, 23
"""Pixels of the map that the details cover, and between two clicks."""
LIMITS = {"file MB": 6.0, "first draw ms": 3_000.0, "edit ms": 100.0}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
WATCH = """
  const after = (then) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = then;
    channel.port2.postMessage(0);
  });
  window.drawn = new Promise((tell) => {
    addEventListener("DOMContentLoaded", () => after(() => after(() => tell(performance.now()))));
  });
  for (const kind of ["click", "keydown"]) addEventListener(kind, (e) => {
    window.reaction = new Promise((tell) => after(() => tell(performance.now() - e.timeStamp)));
  }, true);
"""
"""Notes the time of the first frame after the map was painted, and of the frame after each click and key."""

Row = dict[str, Any]


def run(*arguments: str) -> None:
    """Run gridplan and let its messages through when it fails."""
    done = subprocess.run([sys.executable, "-m", "gridplan", *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode not in (0, 3):
        sys.exit(done.stderr)


def write_page(households: int, folder: Path) -> tuple[Path, Row]:
    """Make a district, plan it with its personnel, and write its page once more, with a clock."""
    district, out, page = folder / "district", folder / "out", folder / "plan.html"
    run("sample", str(district), "--households", str(households))
    run("partition", str(district), "-o", str(out), "--effort", "fast")
    plan = read_plan(out)
    start = time.process_time()
    page.write_text(render_page(plan, plan.rules), "utf-8")
    spent = time.process_time() - start
    return page, {
        "grids": len(plan.grids), "units": len(plan.units), "persons": len(plan.persons),
        "findings": len(plan.findings), "file MB": round(page.stat().st_size / 1e6, 2), "write CPU s": round(spent, 2),
    }  # fmt: skip


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Start the browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the help needs none

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: "Browser", path: Path) -> Iterator["Page"]:
    """Open the page in a window of its own; it asks nothing of a network."""
    asked: list[str] = []
    with browser.new_context(viewport={"width": 1920, "height": 1080}, offline=True) as context:
        page = context.new_page()
        page.on("request", lambda r: asked.append(r.url) if r.url.startswith("http") else None)
        page.add_init_script(WATCH)
        page.goto(path.as_uri())
        yield page
    if asked:
        sys.exit(f"the page asked for {', '.join(asked)}")


def first_draw(browser: "Browser", path: Path) -> float:
    """Open the page and wait for the frame after the map was painted."""
    with opened(browser, path) as page:
        return float(page.evaluate("window.drawn"))


def reaction(page: "Page") -> float:
    """Milliseconds of the last reaction."""
    return float(page.evaluate("window.reaction"))


def after_click(page: "Page", selector: str) -> float:
    """Milliseconds of the reaction to a click on an element."""
    page.click(selector)
    return reaction(page)


def edits(page: "Page", most: int) -> tuple[list[float], list[float]]:
    """Click around the grid of most buildings, from the middle outwards; take back what a click moved, then go on."""
    for _ in range(2):
        page.click("#grids .head button >> nth=4")
    page.click("#grids .row >> nth=0")
    page.click("[data-tab=edit]")
    page.click("[data-edit=move]")
    page.wait_for_timeout(500)
    box = page.query_selector("#map").bounding_box()
    middle = box["x"] + (box["width"] + LEFT) / 2, box["y"] + box["height"] / 2
    steps = sorted(itertools.product(range(-14, 15), range(-9, 10)), key=lambda step: step[0] ** 2 + step[1] ** 2)
    moved, undone, good = [], [], []
    for across, down in itertools.chain(steps, itertools.cycle(good)):
        before = told(page)
        page.mouse.click(middle[0] + STEP * across, middle[1] + STEP * down)
        spent = reaction(page)
        if told(page) == before:
            continue
        good.append((across, down))
        moved.append(spent)
        undone.append(after_click(page, "[data-edit=undo]"))
        if len(moved) == most:
            return moved, undone
    sys.exit("no click moved a building")


def told(page: "Page") -> str:
    """Households of the chosen grid, planned and now."""
    found = re.search(r"\d+ → \d+", page.inner_text("#edit .tools"))
    return found.group() if found else ""


def reactions(browser: "Browser", path: Path, times: int) -> dict[str, list[float]]:
    """Use the page as a planner would, with a clock."""
    found: dict[str, list[float]] = {}
    with opened(browser, path) as page:
        found["sort ms"] = [after_click(page, "#grids .head button >> nth=1") for _ in range(times)]
        found["select ms"] = [after_click(page, f"#grids .row >> nth={k}") for k in range(times)]
        found["language ms"] = [after_click(page, "#language") for _ in range(times)]
        page.focus("#query")
        found["search ms"] = []
        for letter in "210106001"[:times]:
            page.keyboard.press(letter)
            found["search ms"].append(reaction(page))
        page.keyboard.press("Escape")
        found["edit ms"], found["undo ms"] = edits(page, times)
    return found


def measure(path: Path, times: int) -> Row:
    """Medians of the first draw and of every reaction."""
    with chromium() as browser:
        draws = [first_draw(browser, path) for _ in range(times)]
        found = {"first draw ms": draws, **reactions(browser, path, times)}
    return {name: round(statistics.median(values)) for name, values in found.items()}


def to_markdown(row: Row) -> str:
    """Lay the figures out as a table, with their limits."""
    lines = [f"| {name} | {value:,} | {LIMITS.get(name, '')} |" for name, value in row.items()]
    return "| | measured | at most |\n| --- | ---: | ---: |\n" + "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print and keep the figures; red where one is above its limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a small district, few times, nothing written")
    smoke = parser.parse_args().smoke
    with tempfile.TemporaryDirectory() as folder:
        page, row = write_page(FEW if smoke else HOUSEHOLDS, Path(folder))
        row |= measure(page, 3 if smoke else 9)
    text = f"# The page\n\n{__doc__.strip()}\n\n{to_markdown(row)}"
    print(text)
    if not smoke:
        keep("page", row, text)
    above = [f"{name} {row[name]:,} > {limit:,}" for name, limit in LIMITS.items() if row[name] > limit]
    if above:
        sys.exit("the page misses its limits: " + "; ".join(above))


if __name__ == "__main__":
    main()
