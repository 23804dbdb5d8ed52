"""A page in a real browser without network: what was requested, said or shown in a dialogue fails the test."""

import dataclasses
import importlib.util
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from gridplan.config import Rules
from gridplan.language import use_language
from gridplan.model import Finding, PlanData, findings_frame
from gridplan.reporting import render_page
from gridplan.schema import ASSIGNMENT_COLUMNS, FORCE_COLUMNS, PERSON_COLUMNS, SHORTAGE_COLUMNS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Open = Callable[..., AbstractContextManager["Page"]]

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
HELPERS = Path(__file__).parents[1] / "reporting" / "conftest.py"
SIZES = Rules(target=300, lower=290, upper=305)


def small_plan(*, outlines: bool = False) -> PlanData:
    """Make the plan of six grids whose compounds are named like code."""
    spec = importlib.util.spec_from_file_location("small_plan", HELPERS)
    assert spec is not None
    assert spec.loader is not None
    helpers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(helpers)
    plan: PlanData = helpers.make_plan(Rules())
    return helpers.add_outlines(plan) if outlines else plan


def staffed_plan() -> PlanData:
    """Add two officers, one of the committee, a grid that lacks one, findings of two grids, a small count, outlines."""
    plan = small_plan(outlines=True)
    codes = plan.grids["grid_code"].tolist()
    served = [
        *((code, "police", "P1", "department", 120.0, "road", False) for code in codes[:2]),
        (codes[0], "health", "<b>P2</b>", "committee", 80.0, "road", False),
    ]
    force = ("police", "公安", "grid", "grids", 1, 6, 2, 240.0, 240.0, 0.0, True, 120.0, 0, "flow", True, 0.1)
    person = ("P1", "police", "department", 2.0, "grids", 2.0, 2, 588, 1176, 120.0, 1)
    short = {"grid_code": codes[1], "force": "health", "missing": 2}
    findings = [
        Finding(code="compounds_mixed", severity="warning", subject=codes[3], reason="两个小区"),
        Finding(code="crs_guessed", severity="notice", subject="楼栋", reason="CRS", place=_inside(plan, 4)),
    ]
    return dataclasses.replace(
        plan,
        grids=plan.grids.assign(elderly_disabled=[1, 40, 41, 42, 43, 44]),
        assignment=pd.DataFrame(served, columns=list(ASSIGNMENT_COLUMNS)),
        forces=pd.DataFrame([force, ("health", "卫生健康", *force[2:])], columns=list(FORCE_COLUMNS)),
        persons=pd.DataFrame([person, ("<b>P2</b>", "health", "committee", *person[3:])], columns=list(PERSON_COLUMNS)),
        shortages=pd.DataFrame([{**dict.fromkeys(SHORTAGE_COLUMNS, ""), **short}]),
        findings=findings_frame(findings, plan.crs),
    )


def _inside(plan: PlanData, grid: int) -> tuple[float, float]:
    point = plan.grids.geometry.iloc[grid].representative_point()
    return point.x, point.y


@pytest.fixture
def plan() -> PlanData:
    """Return the plan of six grids."""
    return small_plan()


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Start Chromium once."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the page is tested with playwright")
    if CHROMIUM is None:
        pytest.skip("the page is tested in chromium")
    with playwright.sync_playwright() as run:
        started = run.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write the page of the small plan, in Chinese."""
    path = tmp_path_factory.mktemp("page") / "plan.html"
    use_language("zh")
    path.write_text(render_page(small_plan(), SIZES), "utf-8")
    return path.as_uri()


@pytest.fixture(scope="session")
def staffed_address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write the page of the plan with personnel."""
    path = tmp_path_factory.mktemp("staffed") / "plan.html"
    use_language("zh")
    path.write_text(render_page(staffed_plan(), SIZES), "utf-8")
    return path.as_uri()


@pytest.fixture(scope="session")
def open_page(browser: "Browser") -> Open:
    """Open an address; afterwards nothing was requested, said on the console or shown in a dialogue."""

    @contextmanager
    def opened(address: str, **options: Any) -> Iterator["Page"]:  # noqa: ANN401 - those of the browser
        heard: list[str] = []
        settings = {"viewport": {"width": 1280, "height": 800}, "offline": True, "reduced_motion": "reduce"} | options
        page = browser.new_page(**settings)
        page.on(
            "request", lambda r: heard.append(r.url) if r.url.partition("#")[0] != address.partition("#")[0] else None
        )
        page.on("console", lambda m: heard.append(m.text))
        page.on("pageerror", lambda e: heard.append(str(e)))
        page.on("dialog", lambda d: (heard.append("dialogue"), d.dismiss()))
        page.goto(address)
        yield page
        page.close()
        assert [h for h in heard if not h.startswith("blob:")] == []

    return opened


@pytest.fixture
def page(open_page: Open, address: str) -> Iterator["Page"]:
    """Open the page of the small plan."""
    with open_page(address) as opened:
        yield opened


@pytest.fixture
def staffed(open_page: Open, staffed_address: str) -> Iterator["Page"]:
    """Open the page of the plan with personnel."""
    with open_page(staffed_address) as opened:
        yield opened
