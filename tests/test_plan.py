"""How a plan shows itself: card, page in a cell, units of its columns."""

import dataclasses
import html
from html.parser import HTMLParser
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridplan import make_plan, read_layers, read_plan
from gridplan.plan import Plan
from gridplan.schema import UNITS


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Draw the grids of twenty-four buildings."""
    folder = tmp_path_factory.mktemp("plan")
    x, y = np.arange(24) % 6 * 60.0 + 520_000, np.arange(24) // 6 * 50.0 + 4_620_000
    shapes = shapely.box(x, y, x + 30, y + 20)
    frame = {"building_id": [f"b{i:02d}" for i in range(24)], "households": 40, "compound": "<b>&院"}
    gpd.GeoDataFrame(frame, geometry=shapes, crs=4550).to_file(folder / "buildings.gpkg")
    return make_plan(read_layers(folder), effort="fast")


class Tags(HTMLParser):
    """Collect tags, and check that they nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open."""
        self.seen.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open and close."""
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close."""
        assert self.open.pop() == tag


def test_the_card_draws_every_grid(plan: Plan) -> None:
    """As a path inside the picture, in proportion; the figures beside it; no network."""
    text = plan._repr_html_()
    tags = Tags()
    tags.feed(text)
    assert not tags.open
    paths = [a for t, a in tags.seen if t == "path"]
    assert len(paths) == len(plan.grids) + 1
    svg = next(a for t, a in tags.seen if t == "svg")
    left, bottom, right, top = plan.grids.total_bounds
    assert float(svg["width"] or 0) / float(svg["height"] or 1) == pytest.approx(
        (right - left) / (top - bottom), rel=0.02
    )
    assert "960" in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert len(text) < 20_000


def test_a_plan_says_what_it_is_in_one_line(plan: Plan) -> None:
    """In a terminal, where there is no card."""
    assert repr(plan) == "<Plan of 3 grids, 960 households in 1 communities>"
    assert repr(plan.explore()).startswith("<Page of ")


def test_a_plan_has_the_outlines_of_its_buildings(plan: Plan, tmp_path: Path) -> None:
    """With their households, in order; none where the input has points."""
    assert plan.footprints["building_id"].tolist() == [f"b{i:02d}" for i in range(24)]
    assert plan.footprints["households"].tolist() == [40] * 24
    assert plan.footprints.area.tolist() == pytest.approx([600.0] * 24)
    points = plan.footprints.set_geometry(plan.footprints.centroid)
    points.to_file(tmp_path / "buildings.gpkg")
    assert make_plan(read_layers(tmp_path), effort="fast").footprints.empty


def test_names_are_text_in_the_card(plan: Plan) -> None:
    """Whatever they are called."""
    named = Plan.of(dataclasses.replace(plan, grids=plan.grids.assign(name="<script>alert(1)</script>")))
    assert "<script" not in named._repr_html_()
    assert html.escape("<script>alert(1)</script>") in named._repr_html_()


def test_a_cell_shows_the_page(plan: Plan) -> None:
    """Whole, in a frame."""
    page = plan.explore()
    shown = page._repr_html_()
    assert shown.startswith("<iframe")
    tags = Tags()
    tags.feed(shown)
    assert dict(tags.seen)["iframe"]["srcdoc"] == page.html


def test_columns_know_their_units(plan: Plan, tmp_path: Path) -> None:
    """In every frame, also in one that is read back; each is a column that is there."""
    plan.write(tmp_path / "out")
    for shown in (plan, read_plan(tmp_path / "out")):
        for name, units in UNITS.items():
            frame = getattr(shown, name)
            assert frame.attrs["units"] == dict(units)
            assert set(units) <= set(frame.columns)
    assert plan.grids.attrs["units"]["area_m2"] == "m2"
