"""Pictures of a page to look at, and the page as it prints: `python tests/e2e/screenshots.py PLAN.html FOLDER`.

Three zooms (whole plan, a part of it, one grid with its details), that grid while it is edited, two languages, two
widths; nothing may be requested or said on the console, and no picture may be blank.
"""

import argparse
import itertools
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SIZES = ((1280, 800), (1920, 1080))
SMALLEST = 30_000
"""Bytes of a picture with a map in it; a blank one is smaller."""


def whole(page: "Page") -> None:
    """Leave the page as it opens."""
    page.wait_for_selector("#grids .row")


def part(page: "Page") -> None:
    """Zoom in by keys, with the list of findings open."""
    page.click("[data-tab=findings]")
    page.focus("#map [role=application]")
    for _ in range(2):
        page.keyboard.press("+")
        page.wait_for_timeout(300)


def grid(page: "Page") -> None:
    """Choose a grid in the table: the map goes there, its details open."""
    page.click("#grids .row >> nth=3")


def editing(page: "Page") -> None:
    """Merge the neighbour of a grid into it, and choose what to split off."""
    grid(page)
    page.click("[data-tab=edit]")
    page.click("[data-edit=merge]")
    page.click("#edit .choices button")
    page.click("[data-edit=split]")
    page.click("#edit .choices button")


ZOOMS = {"whole": whole, "part": part, "grid": grid, "editing": editing}


def take(address: str, folder: Path) -> list[str]:
    """Take all pictures and print the page; return what went wrong."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the help needs none

    faults: list[str] = []
    with sync_playwright() as run:
        browser = run.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for language, (width, height), zoom in itertools.product(("zh", "en"), SIZES, ZOOMS):
            context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
            page = context.new_page()
            page.on("request", lambda r: faults.append(r.url) if r.url.split("#")[0] != address else None)
            page.on("console", lambda m: faults.append(m.text))
            page.on("pageerror", lambda e: faults.append(str(e)))
            page.goto(f"{address}#{language}")
            ZOOMS[zoom](page)
            page.wait_for_timeout(600)
            path = folder / f"{zoom}-{language}-{width}.png"
            page.screenshot(path=path)
            if path.stat().st_size < SMALLEST:
                faults.append(f"{path.name} is blank")
            if (width, zoom) == (1280, "whole"):
                page.pdf(path=folder / f"print-{language}.pdf", format="A4", print_background=True)
            context.close()
        browser.close()
    return faults


def main() -> None:
    """Take the pictures; red where something went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    faults = take(options.page.resolve().as_uri(), options.folder)
    print(*sorted(p.name for p in options.folder.iterdir()), sep="\n")  # noqa: T201 - a script
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
