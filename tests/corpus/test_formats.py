"""The same district in any format, encoding and CRS, in any order of its rows: the same grid for every building."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Transformer

from gridplan.pipeline import make_plan
from gridplan.reading import read_layers

X, Y = 533_000, 4_629_000
SIDE = 12

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning:pyogrio")  # of writing


def district() -> dict[str, gpd.GeoDataFrame]:
    """Make buildings, communities, compounds and roads on whole millimetres of CM 123E."""
    rng = np.random.default_rng(3)
    at = np.arange(SIDE * SIDE)
    x = X + 70 * (at % SIDE) + np.round(rng.uniform(0, 12, len(at)), 3)
    y = Y + 45 * (at // SIDE) + np.round(rng.uniform(0, 9, len(at)), 3)
    ends = np.round(rng.uniform(25, 48, len(at)), 3), np.round(rng.uniform(11, 30, len(at)), 3)
    slabs = shapely.box(x, y, np.round(x + ends[0], 3), np.round(y + ends[1], 3))
    names = {"楼栋编号": [f"LD{i:04d}" for i in at], "户数": rng.integers(0, 110, len(at))}
    middle, right, top = X + 70 * SIDE // 2 - 5, X + 70 * SIDE + 30, Y + 45 * SIDE + 30
    areas = [shapely.box(X - 30, Y - 30, middle, top), shapely.box(middle, Y - 30, right, top)]
    codes = {"社区名称": ["启工社区", "兴华社区"], "社区代码": ["210106001001", "210106001002"]}
    corners = [(X + 210 * i - 4, Y + 135 * j - 4) for j in range(4) for i in range(4)]
    estates = [shapely.box(a, b, a + 200, b + 128) for a, b in corners]
    lines = [shapely.LineString([(X - 30, Y + 135 * j - 6), (right, Y + 135 * j - 5.5)]) for j in range(1, 4)]
    return {
        "楼栋": gpd.GeoDataFrame(names, geometry=slabs, crs=4550),
        "社区": gpd.GeoDataFrame(codes, geometry=areas, crs=4550),
        "小区": gpd.GeoDataFrame({"小区名称": [f"第{i}小区" for i in range(16)]}, geometry=estates, crs=4550),
        "道路": gpd.GeoDataFrame({"等级": ["支路", "次干路", "主干路"]}, geometry=lines, crs=4550),
    }


def brought(frame: gpd.GeoDataFrame, code: int) -> gpd.GeoDataFrame:
    """Bring a layer to a CRS by PROJ alone."""
    move = Transformer.from_crs(4550, code, always_xy=True)
    shapes = shapely.transform(frame.geometry.to_numpy(), lambda c: np.column_stack(move.transform(*c.T)))
    return frame.set_geometry(shapes, crs=None).set_crs(code, allow_override=True)


def shapefile(frame: gpd.GeoDataFrame, path: Path, encoding: str) -> None:
    """Write a shapefile without .cpg."""
    frame.to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)


FORMATS: dict[str, tuple[str, Callable[[gpd.GeoDataFrame, Path], None]]] = {
    "GBK shapefile": (".shp", lambda f, p: shapefile(f, p, "GBK")),
    "UTF-8 shapefile": (".shp", lambda f, p: shapefile(f, p, "UTF-8")),
    "GeoPackage": (".gpkg", lambda f, p: f.to_file(p)),
    "GeoJSON": (".geojson", lambda f, p: f.to_file(p, COORDINATE_PRECISION=9)),
    "GeoParquet": (".parquet", lambda f, p: f.to_parquet(p)),
}
VARIANTS = [
    *((name, code, True) for name in FORMATS for code in (4490, 4529, 4550, 4510)),
    *((name, code, False) for name in ("GBK shapefile", "GeoJSON") for code in (4490, 4529, 4550)),
]


def grids_of(folder: Path, name: str, code: int, *, told: bool, seed: int) -> dict[str, str]:
    """Write the district, read it, plan it: the grid of each building."""
    suffix, write = FORMATS[name]
    for role, layer in district().items():
        order = np.random.default_rng(seed).permutation(len(layer)) if seed else np.arange(len(layer))
        frame = brought(layer, code).iloc[order].reset_index(drop=True)
        write(frame if told else frame.set_crs(None, allow_override=True), folder / f"{role}{suffix}")
    plan = make_plan(read_layers(folder), effort="fast", jobs=1)
    units = dict(zip(plan.units["unit_id"], plan.units["grid_code"], strict=True))
    return {
        one: units[unit] for one, unit in zip(plan.buildings["building_id"], plan.buildings["unit_id"], strict=True)
    }


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Plan the district as it was made."""
    return grids_of(tmp_path_factory.mktemp("as_made"), "GeoPackage", 4550, told=True, seed=0)


@pytest.mark.parametrize(("name", "code", "told"), VARIANTS)
def test_the_same_grid_for_every_building(
    expected: dict[str, str], tmp_path: Path, name: str, code: int, *, told: bool
) -> None:
    """With a CRS and without one, rows shuffled."""
    assert len(set(expected.values())) > 10
    assert grids_of(tmp_path, name, code, told=told, seed=code) == expected
