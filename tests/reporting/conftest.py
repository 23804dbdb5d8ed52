"""A small plan made by hand: two communities of twenty cells each, three grids in either."""

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import CRS
from shapely import LineString, MultiPolygon, box, union_all

from gridplan.config import Rules
from gridplan.model import Finding, PlanData, findings_frame
from gridplan.schema import (
    ASSIGNMENT_COLUMNS,
    FORCE_COLUMNS,
    GRID_COLUMNS,
    KEY_GROUPS,
    PERSON_COLUMNS,
    PLAIN_COLUMNS,
    UNIT_COLUMNS,
)

X0, Y0, WIDE, HIGH = 520_000.0, 4_620_000.0, 60.0, 50.0
PLACES = {"启工社区": "210106001001", "兴华社区": "210106001002"}
COMPOUNDS = ("<script>alert(1)</script>", "</script>花园", "=1+1", "")
GRID_OF_COLUMN = (1, 1, 2, 3, 3)
HOUSEHOLDS = (36, 36, 75, 36, 41)
CRS_PLAN = CRS.from_epsg(4550)


def make_units() -> gpd.GeoDataFrame:
    """Twenty cells per community, five columns of four."""
    rows, cells = [], []
    for k, (community, code) in enumerate(PLACES.items()):
        for i in range(20):
            column, row = divmod(i, 4)
            x, y = X0 + 300 * k + WIDE * column, Y0 + HIGH * row
            cells.append(box(x, y, x + WIDE, y + HIGH))
            rows.append(
                {
                    "unit_id": f"u{k}{i:02d}", "building_id": f"b{k}{i:02d}", "entrance": "",
                    "grid_code": f"{code}{GRID_OF_COLUMN[column]:03d}", "community": community, "community_code": code,
                    "compound": COMPOUNDS[column % 4], "households": HOUSEHOLDS[column],
                    "residents": 2 * HOUSEHOLDS[column], "source": "counted",
                    **{group: (i + n) % 3 for n, group in enumerate(KEY_GROUPS)},
                    **PLAIN_COLUMNS["units"], "x": x + WIDE / 2, "y": y + HIGH / 2,
                }
            )  # fmt: skip
    return gpd.GeoDataFrame(pd.DataFrame(rows)[[*UNIT_COLUMNS, "x", "y"]], geometry=cells, crs=CRS_PLAN)


def make_grids(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Unite the cells of each grid and count."""
    rows, shapes = [], []
    for code, members in units.groupby("grid_code", sort=True):
        shape = union_all(members.geometry.to_numpy())
        households = int(members["households"].sum())
        first = members.iloc[0]
        shapes.append(shape)
        rows.append(
            {
                "grid_code": code, "name": f"{first['community']}第{int(str(code)[-3:])}网格",
                "community": first["community"], "community_code": first["community_code"], "subdistrict": "启工街道",
                "households": households, "residents": int(members["residents"].sum()), "load": float(households),
                "compounds": members.loc[members["compound"] != "", "compound"].nunique(), "buildings": len(members),
                "area_m2": round(shape.area, 1), "walk_m": 60.0,
                "compactness": round(4 * np.pi * shape.area / shape.length**2, 4),
                "in_band": 240 <= households <= 360, "cause": "" if 240 <= households <= 360 else "search limit",
                "valid_from": "2026-01-01", **{g: int(members[g].sum()) for g in KEY_GROUPS}, "key_places": 0,
                **PLAIN_COLUMNS["grids"],
            }
        )  # fmt: skip
    return gpd.GeoDataFrame(pd.DataFrame(rows)[list(GRID_COLUMNS)], geometry=shapes, crs=CRS_PLAN)


def make_edges(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Neighbours inside each community; a road runs along the northern half of the cells."""
    rows = []
    for k in range(2):
        for i in range(20):
            column, row = divmod(i, 4)
            if row < 3:
                on_road = row == 1
                rows.append((f"u{k}{i:02d}", f"u{k}{i + 1:02d}", WIDE, "road" if on_road else "none", WIDE * on_road))
            if column < 4:
                rows.append((f"u{k}{i:02d}", f"u{k}{i + 4:02d}", HIGH, "none", 0.0))
    assert set(units["unit_id"]) >= {r[0] for r in rows}
    return pd.DataFrame(rows, columns=["unit_a", "unit_b", "border_m", "barrier", "barrier_m"])


def make_context() -> gpd.GeoDataFrame:
    """Roads, a railway and a river: lines and polygons in mixed order."""
    return gpd.GeoDataFrame(
        {"kind": ["road", "water", "road", "railway"], "name": ["启工街", "细河", "", "长大线"]},
        geometry=[
            LineString([(X0, Y0 + 100), (X0 + 600, Y0 + 100)]),
            box(X0, Y0 - 40, X0 + 600, Y0),
            LineString([(X0 + 300, Y0), (X0 + 300, Y0 + 200)]),
            LineString([(X0, Y0 + 210), (X0 + 600, Y0 + 220)]),
        ],
        crs=CRS_PLAN,
    )


@pytest.fixture
def rules() -> Rules:
    """Return the default rules."""
    return Rules()


def make_plan(rules: Rules) -> PlanData:
    """Make a lawful plan of six grids and forty units."""
    units = make_units()
    buildings = units[["building_id", "entrance", "unit_id", "households"]].copy()
    twin = pd.DataFrame([{"building_id": "b000a", "entrance": "", "unit_id": "u000", "households": 6}])
    buildings.loc[0, "households"] = 30
    buildings = pd.concat([buildings, twin], ignore_index=True).sort_values("building_id", ignore_index=True)
    names, codes = list(PLACES), list(PLACES.values())
    areas = [box(X0 + 300 * k, Y0, X0 + 300 * (k + 1), Y0 + 200) for k in range(2)]
    certificate = pd.DataFrame(
        {
            "community": codes, "units": [20, 20], "households": [896, 896], "parts": [3, 3], "cost": [4.5, 5.0],
            "bound": [4.5, 0.0], "gap": [0.0, 1.0], "proven": [True, False], "reason": ["", "search limit"],
            "seconds": [0.1, 0.2],
        }
    )  # fmt: skip
    finding = Finding(
        code="compounds_derived", severity="notice", subject="启工社区", reason="所有小区由道路推出 <b>&</b>",
        value=2.0, place=(X0 + 10, Y0 + 10),
    )  # fmt: skip
    run = {
        "version": "0.1.0", "created": "2026-01-01T00:00:00+00:00", "seed": 0, "effort": "normal", "time_limit": None,
        "reproducible": True, "rules": rules.to_mapping(),
        "sources": [{"role": "buildings", "path": "C:\\secret\\楼栋.shp", "layer": "", "rows": 40, "crs": "EPSG:4550",
                     "encoding": "GB18030", "sha256": "ab", "fields": {}, "assumptions": []}],
        "stages": {"reading": {"cpu_s": 0.1, "wall_s": 0.1, "peak_mb": 100.0}},
    }  # fmt: skip
    return PlanData(
        crs=CRS_PLAN,
        grids=make_grids(units),
        units=units,
        buildings=buildings,
        communities=gpd.GeoDataFrame(
            {"community": names, "community_code": codes, "subdistrict": ["启工街道", "启工街道"]},
            geometry=[areas[0], MultiPolygon([areas[1]])],
            crs=CRS_PLAN,
        ),
        edges=make_edges(units),
        walls=pd.DataFrame({"unit_a": pd.Series(dtype="str"), "unit_b": pd.Series(dtype="str"), "border_m": []}),
        certificate=certificate,
        assignment=pd.DataFrame(columns=list(ASSIGNMENT_COLUMNS)),
        set_aside=pd.DataFrame(
            {
                "role": ["buildings"],
                "id": ["@far"],
                "rows": [1],
                "households": [12],
                "reason": ["too far outside the planned ground"],
            }
        ),
        findings=findings_frame(
            [finding, Finding(code="crs_guessed", severity="warning", subject="楼栋", reason="CRS")], CRS_PLAN
        ),
        context=make_context(),
        run=run,
    )


@pytest.fixture
def plan(rules: Rules) -> PlanData:
    """Return a lawful plan of six grids and forty units."""
    return make_plan(rules)


def add_outlines(plan: PlanData) -> PlanData:
    """Give every building its outline but the last two, which are points in the input."""
    counts = plan.buildings.groupby("building_id", as_index=False)["households"].sum().iloc[:-2]
    unit = counts["building_id"].map(plan.buildings.drop_duplicates("building_id").set_index("building_id")["unit_id"])
    places = plan.units.set_index("unit_id").loc[unit]
    outlines = [box(x - 8, y - 4, x + 8, y + 4) for x, y in zip(places["x"], places["y"], strict=True)]
    return dataclasses.replace(plan, footprints=gpd.GeoDataFrame(counts, geometry=outlines, crs=CRS_PLAN))


@pytest.fixture
def housed(plan: PlanData) -> PlanData:
    """Return the plan with outlines of its buildings."""
    return add_outlines(plan)


@pytest.fixture
def staffed(plan: PlanData) -> PlanData:
    """Return the plan with one police officer, who serves the first two grids."""
    codes = plan.grids["grid_code"].tolist()[:2]
    assignment = [(code, "police", "P1", "department", 120.0, "road", False) for code in codes]
    force = ("police", "公安", "grid", "grids", 1, 6, 2, 240.0, 240.0, 0.0, True, 120.0, 0, "flow", True, 0.1)
    person = ("P1", "police", "department", 2.0, "grids", 2.0, 2, 588, 1176, 120.0, 1)
    return dataclasses.replace(
        plan,
        assignment=pd.DataFrame(assignment, columns=list(ASSIGNMENT_COLUMNS)),
        forces=pd.DataFrame([force], columns=list(FORCE_COLUMNS)),
        persons=pd.DataFrame([person], columns=list(PERSON_COLUMNS)),
    )
