"""Made-up tasks and plans for deployment."""

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import CRS
from shapely import LineString, box

from gridplan.config import Rules
from gridplan.deployment.task import Task
from gridplan.model import PlanData, findings_frame
from gridplan.schema import (
    ASSIGNMENT_COLUMNS,
    CERTIFICATE_COLUMNS,
    FIELDS,
    GRID_COLUMNS,
    KEY_GROUPS,
    PLAIN_COLUMNS,
    SET_ASIDE_COLUMNS,
    UNIT_COLUMNS,
    WALL_COLUMNS,
)

sys.path.insert(0, str(Path(__file__).parent))

CRS_PLAN = CRS.from_epsg(4550)
X0, Y0, SIDE = 520_000.0, 4_620_000.0, 200.0
COMMUNITIES = ("甲社区", "乙社区")


def make_task(
    rng: np.random.Generator, n: int, m: int, *, counted: bool = True, load_m: float = 0.0, slack: float = 1.2
) -> Task:
    """Draw items and persons in a square, some pairs out of scope, some items with two persons."""
    groups = rng.integers(0, 3, m)
    scope = rng.random((3, n)) < 0.8
    price = np.hypot(*(rng.random((n, 1, 2)) - rng.random((1, m, 2))).transpose(2, 0, 1)) * 3000
    price = np.where(scope[groups].T, price.round(1), np.inf)
    need = 1 + (rng.random(n) < 0.2).astype(np.int64)
    size = np.ones(n) if counted else rng.integers(240, 361, n).astype(float)
    room = slack * (need * size).sum() / m
    capacity = np.floor(rng.uniform(0.6, 1.4, m) * room) + (1 if counted else 0)
    return Task(price=price, need=need, size=size, capacity=capacity, group=groups.astype(np.int64), load_m=load_m)


def make_plan(rows: int = 4, columns: int = 6, *, road: bool = False, gap: int | None = None) -> PlanData:
    """Lay out square grids of 300 households in two communities, west and east; `gap` leaves out a column."""
    places = [(c, r) for c in range(columns) for r in range(rows) if c != gap]
    cells = [box(X0 + SIDE * c, Y0 + SIDE * r, X0 + SIDE * (c + 1), Y0 + SIDE * (r + 1)) for c, r in places]
    side = [int(c >= columns / 2) for c, _ in places]
    number = [sum(side[j] == side[i] for j in range(i + 1)) for i in range(len(places))]
    codes = [f"21010600100{s + 1}{k:03d}" for s, k in zip(side, number, strict=True)]
    grids = pd.DataFrame({"grid_code": codes, "community": [COMMUNITIES[s] for s in side]})
    grids["community_code"] = [code[:12] for code in codes]
    defaults = {
        "subdistrict": "丙街道", "households": 300, "residents": 654, "load": 300.0, "compounds": 1, "buildings": 1,
        "area_m2": SIDE**2, "walk_m": 60.0, "compactness": 0.785, "in_band": True, "cause": "",
        "valid_from": "2026-01-01", "key_places": 0, **dict.fromkeys(KEY_GROUPS, 6), **PLAIN_COLUMNS["grids"],
    }  # fmt: skip
    grids = grids.assign(**defaults)
    grids["name"] = grids["grid_code"]
    units = grids[["grid_code", "community", "community_code", "households", "residents", *KEY_GROUPS]].copy()
    units["unit_id"] = units["building_id"] = "u" + grids["grid_code"]
    units = units.assign(entrance="", compound="", source="counted", **PLAIN_COLUMNS["units"])[list(UNIT_COLUMNS)]
    units["x"], units["y"] = [c.centroid.x for c in cells], [c.centroid.y for c in cells]
    edges = [
        (units["unit_id"][i], units["unit_id"][j], SIDE, "none", 0.0)
        for i, (a, b) in enumerate(places) for j, (c, d) in enumerate(places)
        if i < j and abs(a - c) + abs(b - d) == 1 and side[i] == side[j]
    ]  # fmt: skip
    lines = [LineString([(X0, Y0 + SIDE * 2), (X0 + SIDE * columns, Y0 + SIDE * 2)])] if road else []
    context = gpd.GeoDataFrame({"kind": ["road"] * len(lines), "name": ""}, geometry=lines, crs=CRS_PLAN)
    frame = gpd.GeoDataFrame(grids[list(GRID_COLUMNS)], geometry=cells, crs=CRS_PLAN)
    frame = frame.sort_values("grid_code", ignore_index=True)
    communities = frame.dissolve("community", as_index=False)[
        ["community", "community_code", "subdistrict", "geometry"]
    ]
    return PlanData(
        crs=CRS_PLAN, grids=frame, units=gpd.GeoDataFrame(units, geometry=cells, crs=CRS_PLAN),
        buildings=units[["building_id", "entrance", "unit_id", "households"]], communities=communities,
        edges=pd.DataFrame(edges, columns=["unit_a", "unit_b", "border_m", "barrier", "barrier_m"]),
        walls=pd.DataFrame(columns=list(WALL_COLUMNS)), certificate=pd.DataFrame(columns=list(CERTIFICATE_COLUMNS)),
        assignment=pd.DataFrame(columns=list(ASSIGNMENT_COLUMNS)),
        set_aside=pd.DataFrame(columns=list(SET_ASIDE_COLUMNS)), findings=findings_frame((), CRS_PLAN),
        context=context, run={"rules": Rules().to_mapping(), "sources": [], "stages": {}, "version": "0"},
    )  # fmt: skip


def make_people(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Lay persons out with all canonical columns."""
    numbers = {"home_x", "home_y", "work_x", "work_y", "capacity"}
    table = {c: [row.get(c, np.nan if c in numbers else "") for row in rows] for c in FIELDS["personnel"]}
    return pd.DataFrame(table)


def everyone(capacity: int = 6, per_force: int = 4, forces: tuple[str, ...] = ()) -> list[dict[str, object]]:
    """Give every force of Article 19 so many persons along the middle of the plan."""
    known = forces or ("公安", "信访", "应急", "民政", "城管", "房产", "卫健", "公用服务企业")
    return [
        {
            "person_id": f"{f}{k}", "force": f, "capacity": capacity, "work_x": X0 + 1200 * (k + 0.5) / per_force,
            "work_y": Y0 + 400,
        }
        for f in known for k in range(per_force)
    ]  # fmt: skip


@pytest.fixture
def rules() -> Rules:
    """Return the default rules."""
    return Rules()
