"""Makers of small districts: by hand, and at random from a seed."""

from collections.abc import Callable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from gridplan.model import BUILDING_FIELDS, Layers
from gridplan.schema import KEY_GROUPS

METRIC = CRS.from_epsg(4550)


def lay_out(shapes: Sequence[shapely.Geometry], households: Any = 10, **roles: Any) -> Layers:  # noqa: ANN401
    """Layers of buildings b000, b001, ...; other roles as geometries, tables of columns, or frames as they are."""
    columns = roles.pop("columns", {})
    frame = gpd.GeoDataFrame({"building_id": [f"b{i:03d}" for i in range(len(shapes))]}, geometry=list(shapes))
    for field in BUILDING_FIELDS[1:]:
        frame[field] = 0 if field in ("households", "residents", *KEY_GROUPS) else ""
    frame = frame.assign(source="counted", households=households, **columns).set_crs(METRIC)
    frames = {}
    for role, value in roles.items():
        if isinstance(value, pd.DataFrame) or value is None:
            frames[role] = value.set_crs(METRIC) if isinstance(value, gpd.GeoDataFrame) else value
        elif isinstance(value, dict):
            frames[role] = gpd.GeoDataFrame(value, crs=METRIC)
        else:
            frames[role] = gpd.GeoDataFrame(geometry=list(value), crs=METRIC)
    return Layers(crs=METRIC, buildings=frame, **frames)


def random_layers(seed: int, *, points: bool = False, lines: bool = True, mode: str = "polygons") -> Layers:
    """Make a district of up to 40 buildings on 300 m x 200 m; `mode` is polygons, column, boundary or nothing."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    xy = rng.uniform((2, 2), (298, 198), size=(n, 2))
    if points and n > 3:
        xy[1] = xy[0]
    shapes = shapely.points(xy) if points else [_house(rng, x, y) for x, y in xy]
    roles: dict[str, Any] = {}
    if lines:
        roles |= _lines(rng)
    columns = {}
    if mode == "polygons":
        roles["communities"] = _communities(rng)
    elif mode == "boundary":
        roles["boundary"] = [shapely.Polygon([(-5, -5), (305, -5), (305, 100), (150, 120), (150, 205), (-5, 205)])]
    elif mode == "column":
        columns = {"community": np.where(xy[:, 0] < 150, "west", np.where(xy[:, 1] < 90, "south", ""))}
    return lay_out(shapes, rng.integers(0, 120, size=n), columns=columns, **roles)


def _house(rng: np.random.Generator, x: float, y: float) -> shapely.Geometry:
    """Make a turned rectangle or an L."""
    length, depth = rng.uniform(4, 40), rng.uniform(4, 14)
    house = shapely.box(x - length / 2, y - depth / 2, x + length / 2, y + depth / 2)
    if rng.random() < 0.3:
        house = house.union(shapely.box(x - length / 2, y, x - length / 4, y + 2 * depth))
    return shapely.affinity.rotate(house, rng.choice([0, 0, 30, 45, 71]), origin=(x, y))


def _lines(rng: np.random.Generator) -> dict[str, Any]:
    """Roads that cross, dead ends, a railway, a river with or without bridge."""
    a, b, c = rng.uniform(40, 260, size=3)
    roads = [
        shapely.LineString([(a, -10), (b, 210)]),
        shapely.LineString([(-10, c / 2), (310, c / 3 + 40)]),
        shapely.LineString([(c, 90), (c + 20, 130)]),
    ]
    classes = list(rng.choice(["secondary", "trunk", ""], size=3, p=[0.5, 0.2, 0.3]))
    found: dict[str, Any] = {"roads": {"road_class": classes, "geometry": roads}}
    if rng.random() < 0.5:
        found["railways"] = [shapely.LineString([(-10, y), (310, y + 30)]) for y in (c / 2, c / 2 + 6)]
    if rng.random() < 0.5:
        bank = shapely.LineString([(b, 210), (b + 20, 100), (a, -10)])
        found["water"] = [bank.buffer(12, quad_segs=3), shapely.LineString([(0, 20), (300, 44)])]
    return found


def _communities(rng: np.random.Generator) -> dict[str, Any]:
    """Three communities, one an L, with curved and shared borders; one may be without buildings."""
    x, y = rng.uniform(60, 240), rng.uniform(40, 160)
    west = shapely.Polygon([(0, 0), (x, 0), (x + 13.3, 66.7), (x, y), (x, 200), (0, 200)])
    east = shapely.box(0, 0, 300, 200).difference(west)
    corner = shapely.box(x + 20.1, y - 10.3, 300, 200)
    parts = [west, east.difference(corner), corner]
    return {
        "community": ["West", "East", "Corner"],
        "community_code": ["210102001003", "210102001001", "210102001002"],
        "subdistrict": ["Sub"] * 3,
        "geometry": parts,
    }


@pytest.fixture(scope="session")
def layers_of() -> Callable[..., Layers]:
    """Maker of layers by hand."""
    return lay_out


@pytest.fixture(scope="session")
def random_district() -> Callable[..., Layers]:
    """Maker of layers at random."""
    return random_layers
