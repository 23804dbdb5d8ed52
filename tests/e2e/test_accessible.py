"""The page before an independent judge: axe-core finds no fault against WCAG 2 and good practice."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import Page

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="accessibility is judged by axe-core")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_no_fault(
    open_page: "Callable[..., AbstractContextManager[Page]]", staffed_address: str, language: str
) -> None:
    """In any tab, with the details of a grid open; rules are broken elsewhere, as a proof that they are tried."""
    with open_page(f"{staffed_address}#{language}", bypass_csp=True) as page:
        page.click("#grids .row >> nth=1")
        for tab in page.query_selector_all("[role=tab]"):
            tab.click()
            found = axe.Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            assert len(found.response["passes"]) > 30
        page.evaluate("document.querySelector('#query').removeAttribute('aria-label')")
        page.evaluate("document.querySelector('#query').placeholder = ''")
        assert axe.Axe().run(page).violations_count > 0
