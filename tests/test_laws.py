"""Laws of every plan, on made-up districts: whatever the district, these hold."""

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from gridplan import make_plan, read_layers, read_plan
from gridplan.model import Layers
from gridplan.plan import Plan


def make_district(seed: int, n: int, folder: Path, *, points: bool = False, shuffle: int = 0) -> Path:
    """Write a small random district: blocks, roads, a railway, two communities, some buildings without households."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(n)))
    x = 500_000 + 90 * (np.arange(n) % side) + rng.uniform(0, 20, n)
    y = 4_620_000 + 60 * (np.arange(n) // side) + rng.uniform(0, 20, n)
    cells = (
        shapely.points(x, y) if points else shapely.box(x, y, x + rng.uniform(10, 60, n), y + rng.uniform(10, 35, n))
    )
    frame = pd.DataFrame(
        {
            "building_id": [f"b{i:03d}" for i in range(n)],
            "households": rng.integers(0, 130, n) * (rng.random(n) > 0.2),
            "compound": rng.choice(["", "兴工小区", "启工小区"], n),
        }
    )
    buildings = gpd.GeoDataFrame(frame, geometry=cells, crs=4550)
    order = np.random.default_rng(shuffle).permutation(n) if shuffle else np.arange(n)
    folder.mkdir()
    buildings.iloc[order].to_file(folder / "buildings.gpkg")
    x0, y0, x1, y1 = np.add(buildings.total_bounds, (-40, -40, 40, 40))
    middle = (x0 + x1) / 2 + rng.uniform(-30, 30)
    areas = gpd.GeoDataFrame(
        {"community": ["东社区", "西社区"], "community_code": ["210106001001", "210106001002"]},
        geometry=[box(middle, y0, x1, y1), box(x0, y0, middle, y1)],
        crs=4550,
    )
    areas.iloc[:: -1 if shuffle else 1].to_file(folder / "communities.gpkg")
    level = y0 + (y1 - y0) * rng.uniform(0.3, 0.7)
    roads = [LineString([(middle - 120, y0), (middle - 110, y1)]), LineString([(x0, level + 70), (x1, level + 60)])]
    gpd.GeoDataFrame({"road_class": ["支路", "主干路"]}, geometry=roads, crs=4550).to_file(folder / "roads.gpkg")
    rail = gpd.GeoDataFrame({"name": ["线"]}, geometry=[LineString([(x0, level), (x1, level + 20)])], crs=4550)
    rail.to_file(folder / "railways.gpkg")
    return folder


def check_laws(layers: Layers, plan: Plan) -> None:
    """Check what every plan must keep."""
    assert plan.units["grid_code"].isin(plan.grids["grid_code"]).all()
    assert plan.units.groupby("grid_code")["community_code"].nunique().eq(1).all()
    total = layers.buildings["households"].sum()
    assert plan.grids["households"].sum() + plan.set_aside["households"].sum() == total
    assert shapely.coverage_is_valid(plan.grids.geometry.to_numpy())
    assert np.isclose(plan.grids.area.sum(), plan.communities.area.sum(), rtol=1e-6)
    errors = plan.findings[plan.findings["severity"] == "error"]
    assert errors.empty, errors.to_string()
    graph = plan.to_networkx()
    for _, units in plan.units.groupby("grid_code"):
        assert nx.is_connected(graph.subgraph(units["unit_id"]))
    assert ((plan.grids["cause"] != "") == ~plan.grids["in_band"]).all()


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 60), points=st.booleans())
def test_every_plan_keeps_the_laws(
    tmp_path_factory: pytest.TempPathFactory, seed: int, n: int, *, points: bool
) -> None:
    """The laws hold, what is written is read back, and the order of the rows does not matter."""
    folder = tmp_path_factory.mktemp("law")
    layers = read_layers(make_district(seed, n, folder / "a", points=points))
    plan = make_plan(layers, effort="fast", jobs=1)
    check_laws(layers, plan)
    plan.write(folder / "out")
    assert read_plan(folder / "out").equals(plan)
    shuffled = read_layers(make_district(seed, n, folder / "b", points=points, shuffle=seed + 1))
    again = make_plan(shuffled, effort="fast", jobs=2)
    assert dict(zip(again.units["unit_id"], again.units["grid_code"], strict=True)) == dict(
        zip(plan.units["unit_id"], plan.units["grid_code"], strict=True)
    )


def test_the_hash_seed_does_not_matter(tmp_path: Path) -> None:
    """The same plan under two values of PYTHONHASHSEED and two numbers of threads."""
    make_district(5, 50, tmp_path / "in")
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "gridplan", "partition", "in", "-o", seed, "--jobs", seed, "--effort", "fast"]
        subprocess.run(
            command, cwd=tmp_path, env=os.environ | {"PYTHONHASHSEED": seed}, check=True, capture_output=True
        )
    assert read_plan(tmp_path / "1").equals(read_plan(tmp_path / "2"))
