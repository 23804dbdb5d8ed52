"""plan.html: one file, harmless, small; geometry survives its coding."""

import dataclasses
import hashlib
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from gridplan.config import PrivacyRules, Rules
from gridplan.model import PlanData
from gridplan.privacy import shared_grids
from gridplan.reporting import render_page
from gridplan.reporting.deltas import encode_points, encode_shapes, simplify_coverage
from gridplan.reporting.summary import finite
from gridplan.reporting.webpage import page_data
from gridplan.schema import ASSIGNMENT_COLUMNS, KEY_GROUPS, PERSON_COLUMNS, SHORTAGE_COLUMNS

FIRST = "210106001001001"

LEAFLET_FOLDER = files("gridplan.reporting") / "page" / "leaflet"
LEAFLET = (LEAFLET_FOLDER / "leaflet.js").read_text("utf-8")
LEAFLET_SHA256 = "dc71f8a6880bc3ca1bd9fa8dc5f1af48c702dc510b0a78240a07c5feed7ce935"


def decode(text: str) -> list[tuple[int, int]]:
    """Decode one path, number by number, as the page does."""
    values, value, shift = [], 0, 0
    for character in text:
        chunk = ord(character) - 63
        assert 0 <= chunk < 64
        value += (chunk & 31) << shift
        shift += 5
        if chunk < 32:
            values.append(-(value + 1) // 2 if value % 2 else value // 2)
            value, shift = 0, 0
    points = np.cumsum(np.array(values).reshape(-1, 2), axis=0)
    return [(int(x), int(y)) for x, y in points]


class Page(HTMLParser):
    """The elements of a page, and the text of its data."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down an element."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Take down the data."""
        if self.tags and self.tags[-1][1].get("id") == "data" and not self.data:
            self.data = data


def test_leaflet_is_the_published_one() -> None:
    """Its script as released, but for the line that names its source map; its licence goes with it."""
    assert hashlib.sha256(LEAFLET.encode()).hexdigest() == LEAFLET_SHA256


COORDINATES = st.floats(-1e6, 1e6).map(lambda v: round(v, 3))


@given(st.lists(st.tuples(COORDINATES, COORDINATES), max_size=12))
def test_points_survive_the_coding(points: list[tuple[float, float]]) -> None:
    """To the decimetre."""
    xy = np.array(points, dtype="float64").reshape(-1, 2)
    expected = [(int(x), int(y)) for x, y in np.rint((xy - (3.5, -2.0)) * 10)]
    assert decode(encode_points(xy, (3.5, -2.0))) == expected


def test_shapes_survive_the_coding() -> None:
    """Holes, several parts, lines, collections; points and missing ones are empty."""
    holed = Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(1, 1), (2, 1), (2, 2)]])
    line = LineString([(0, 0), (1.26, -5), (3, 3)])
    shapes = np.array(
        [holed, MultiPolygon([box(0, 0, 1, 1), box(5, 5, 6, 6)]), line, Point(1, 1), None,
         GeometryCollection([line, GeometryCollection([holed])]), Polygon()],
        dtype=object,
    )  # fmt: skip
    ring = [(0, 0), (90, 0), (90, 90), (0, 90)]
    hole = [(10, 10), (20, 10), (20, 20)]
    path = [(0, 0), (13, -50), (30, 30)]
    got = [[decode(text) for text in texts] for texts in encode_shapes(shapes, (0.0, 0.0))]
    assert got[0] == [ring, hole]
    assert [sorted(r) for r in got[1]] == [
        sorted([(0, 0), (10, 0), (10, 10), (0, 10)]),
        sorted([(50, 50), (60, 50), (60, 60), (50, 60)]),
    ]
    assert got[2] == [path]
    assert got[3] == got[4] == got[6] == []
    assert got[5] == [path, ring, hole]


def test_the_page_is_one_harmless_file(plan: PlanData, rules: Rules) -> None:
    """No address to load from, and no data that could become an element."""
    text = render_page(plan, rules)
    page = Page(text)
    assert (LEAFLET_FOLDER / "LICENSE").read_text("utf-8") in text
    loaders = r"https?://|//[a-z]+\.|url\(|@import|fetch\(|XMLHttp|WebSocket|sendBeacon|sourceMappingURL"
    assert not re.findall(loaders, text.replace(LEAFLET, ""))
    assert [t for t, _ in page.tags].count("script") == 3
    for _, attributes in page.tags:
        assert not {"src", "onload", "onclick", "onerror"} & set(attributes)
        assert attributes.get("href") in {None, "data:,"}
    policy = next(a["content"] for t, a in page.tags if t == "meta" and a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "alert(1)" in page.data
    assert not set("<>&") & set(page.data)
    assert json.loads(page.data) == json.loads(json.dumps(finite(page_data(plan, rules))))


def test_the_page_shows_no_small_counts(plan: PlanData) -> None:
    """Those of key groups below the limit; 0 stays."""
    rules = Rules(privacy=PrivacyRules(min_count=8))
    grids: dict[str, Any] = page_data(plan, rules)["grids"]
    for group in KEY_GROUPS:
        shown = shared_grids(plan.grids, 8)[group]
        assert grids[group] == [None if pd.isna(n) else n for n in shown]
        assert all(n is None for n, full in zip(grids[group], plan.grids[group], strict=True) if 0 < full < 8)


def test_the_page_tells_who_serves_by_id(staffed: PlanData, rules: Rules) -> None:
    """Force and person of each grid, in both languages; who is committee staff; what lacks; no name."""
    people = pd.DataFrame(
        [*staffed.persons.to_numpy(), ("P2", "health", "committee", 2.0, "grids", 1.0, 1, 308, 616, 80.0, 1)],
        columns=list(PERSON_COLUMNS),
    )
    health = staffed.forces.assign(force="health", name="家医")
    served = pd.DataFrame(
        [(FIRST, "health", "P2", "committee", 80.0, "road", False), *staffed.assignment.to_numpy()],
        columns=list(ASSIGNMENT_COLUMNS),
    )
    second = staffed.grids["grid_code"].iloc[1]
    plan = dataclasses.replace(
        staffed,
        persons=people,
        forces=pd.concat([staffed.forces, health], ignore_index=True),
        assignment=served,
        shortages=pd.DataFrame([(second, "health", 2, "", "", "", "")], columns=list(SHORTAGE_COLUMNS)),
    )
    assert page_data(plan, rules)["forces"] == {
        "titles": {"zh": ["公安", "家医"], "en": ["Police", "家医"]},
        "persons": ["P1", "P2"],
        "own": [1],
        "serve": [[0, 0, 1, 1], [0, 0], [], [], [], []],
        "lack": [[], [1, 2], [], [], [], []],
    }


def test_a_page_without_personnel_has_no_forces(plan: PlanData, rules: Rules) -> None:
    """Nobody serves and nobody lacks."""
    forces = page_data(plan, rules)["forces"]
    assert (forces["persons"], forces["titles"]["en"]) == ([], [])
    assert forces["serve"] == forces["lack"] == [[]] * 6


def test_the_page_is_the_same_every_time(plan: PlanData, rules: Rules) -> None:
    """And NaN does not break its JSON."""
    odd = dataclasses.replace(plan, certificate=plan.certificate.assign(bound=float("nan")))
    assert render_page(odd, rules) == render_page(odd, rules)
    assert json.loads(Page(render_page(odd, rules)).data)["meta"]["score"]["bound"] is None


def test_simplified_borders_still_match() -> None:
    """Neighbours share their border before and after; a broken coverage is left alone."""
    wiggle = [(10 + 0.1 * (k % 2), float(k)) for k in range(1, 20)]
    west = Polygon([(0, 0), (10, 0), *wiggle, (10, 20), (0, 20)])
    east = Polygon([(20, 0), (10, 0), *wiggle, (10, 20), (20, 20)])
    before = np.array([west, east], dtype=object)
    after = simplify_coverage(before)
    assert shapely.coverage_is_valid(after)
    assert shapely.get_num_coordinates(after).sum() < shapely.get_num_coordinates(before).sum() / 2
    overlapping = np.array([box(0, 0, 2, 2), box(1, 0, 3, 2)], dtype=object)
    assert simplify_coverage(overlapping) is overlapping


@pytest.mark.slow
def test_a_large_plan_stays_small(plan: PlanData, rules: Rules) -> None:
    """3,000 grids of 60 corners and 15,000 buildings: at most 6 MB."""
    rng = np.random.default_rng(0)
    at = np.arange(3000)
    centre = np.stack([at % 60, at // 60], axis=1) * 150.0 + (520_000, 4_620_000)
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    rings = centre[:, None] + 60 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.uniform(-2, 2, (3000, 60, 2))
    grids = pd.concat([plan.grids] * 500, ignore_index=True).set_geometry(list(shapely.polygons(rings)))
    grids = grids.assign(grid_code=[f"210106001{k:06d}" for k in at])
    spots = np.repeat(centre, 5, axis=0) + rng.uniform(-50, 50, (15_000, 2))
    units = pd.concat([plan.units] * 375, ignore_index=True)
    units = units.assign(
        x=spots[:, 0], y=spots[:, 1], building_id=[f"LD{k:09d}" for k in range(15_000)], unit_id=range(15_000),
        grid_code=np.repeat(grids["grid_code"].to_numpy(), 5),
    )  # fmt: skip
    large = dataclasses.replace(plan, grids=gpd.GeoDataFrame(grids), units=gpd.GeoDataFrame(units))
    assert len(render_page(large, rules).encode("utf-8")) <= 6_000_000
