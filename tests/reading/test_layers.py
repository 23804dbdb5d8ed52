"""Whole districts: real ones, the made-up one, and what holds for every reading."""

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridplan.reading import read_layers

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data"
SAMPLE = ROOT / "data" / "samples"

needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real data is not here")
needs_sample = pytest.mark.skipif(not any(SAMPLE.glob("楼栋.shp")), reason="the sample is not made")


@needs_real
def test_singapore_is_read_exactly() -> None:
    """Ids, dwellings and places as geopandas reads them."""
    path = REAL / "singapore_hdb" / "layers.gpkg"
    layers = read_layers(path)
    raw = gpd.read_file(path, layer="buildings").sort_values("building_id", ignore_index=True)
    assert layers.crs.to_epsg() == 3414
    for name in ("building_id", "households", "community", "subdistrict"):
        assert layers.buildings[name].tolist() == raw[name].tolist()
    assert layers.buildings["households"].sum() == 187_350
    assert layers.buildings["source"].eq("counted").all()
    assert layers.buildings.geom_equals_exact(raw, 0.001).all()
    assert layers.communities is not None
    assert len(layers.communities) == 28
    assert len(layers.set_aside) == 0


@needs_real
def test_vologda_is_read_exactly() -> None:
    """Nobody is lost, households follow the residents, the layers of two CRS meet."""
    path = REAL / "vologda" / "layers.gpkg"
    layers = read_layers(path)
    raw = gpd.read_file(path, layer="buildings")
    assert layers.crs.to_epsg() == 32637
    assert len(layers.buildings) == 25_324
    assert layers.buildings["residents"].sum() == raw["population"].sum() == 356_810
    expected = np.floor(raw["population"] / 2.18 + 0.5)
    assert sorted(layers.buildings["households"]) == sorted(expected.where(raw["is_living"], 0))
    assert layers.buildings["source"].value_counts().to_dict() == {"": 23_906, "residents": 1_418}
    assert layers.buildings.area.sum() == pytest.approx(raw.area.sum(), rel=1e-5)
    assert layers.boundary is not None
    assert layers.boundary.covers(layers.buildings.geometry[0]).all()
    counts = {role: len(getattr(layers, role)) for role in ("roads", "railways", "water", "boundary")}
    assert counts == {"roads": 1901, "railways": 328, "water": 221, "boundary": 1}
    ignored = {f.subject for f in layers.findings if f.code == "layer_ignored"}
    assert ignored == {"layers.gpkg:kindergartens", "layers.gpkg:schools"}


@needs_sample
def test_the_sample_is_read_whole() -> None:
    """As a bureau sends it: GBK without .cpg, CSV, XLSX, GeoPackages."""
    layers = read_layers(SAMPLE)
    households = pd.read_csv(SAMPLE / "住户.csv")
    assert layers.buildings["households"].sum() == len(households)
    assert layers.buildings["residents"].sum() == households["人口"].sum()
    assert layers.entrances is not None
    assert layers.personnel is not None
    assert layers.crs.to_epsg() == 4550
    assert {f.severity for f in layers.findings} <= {"notice"}
    assert {s.encoding for s in layers.sources if s.role == "buildings"} == {"gb18030"}
    assert len(layers.set_aside) == 0
    assert layers.compounds is not None
    assert set(layers.buildings["compound"]) <= {"", *layers.compounds["compound"]}


def test_progress_is_told(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """From nothing to everything, never backwards."""
    buildings.to_file(folder / "buildings.gpkg")
    buildings.to_file(folder / "compounds.gpkg")
    (folder / "住户.csv").write_text("building_id\nB1\n")
    news: list[tuple[str, int, int]] = []
    read_layers(folder, report=lambda *step: news.append(step))
    assert {stage for stage, _, _ in news} == {"reading"}
    done = [step for _, step, _ in news]
    assert done[0] == 0
    assert done == sorted(done)
    assert news[-1][1] == news[-1][2]


def test_row_order_does_not_matter(folder: Path, tmp_path: Path, buildings: gpd.GeoDataFrame) -> None:
    """Neither in buildings nor in the other layers."""
    other = tmp_path / "other"
    other.mkdir()
    areas = gpd.GeoDataFrame({"社区": ["甲", "甲"]}, geometry=shapely.box([0, 9], 0, [9, 18], 9), crs=4550)
    for place, step in ((folder, 1), (other, -1)):
        buildings.iloc[::step].to_file(place / "buildings.gpkg")
        areas.iloc[::step].to_file(place / "communities.gpkg")
        areas.iloc[::step].to_file(place / "roads.gpkg")
    one, two = read_layers(folder), read_layers(other)
    for role in ("buildings", "communities", "roads"):
        pd.testing.assert_frame_equal(getattr(one, role), getattr(two, role))


def test_sources_tell_where_everything_came_from(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """In the order of the roles, with hash, rows, CRS and fields."""
    (folder / "住户.csv").write_text("楼栋编号,户数\nB1,3\nB2,4\n", "utf-8")
    buildings.rename(columns={"building_id": "楼栋编号"}).to_file(folder / "a.gpkg", layer="楼栋")
    first, second = read_layers(folder).sources
    assert (first.role, first.path, first.layer, first.rows, first.crs) == (
        "buildings",
        "a.gpkg",
        "楼栋",
        5,
        "EPSG:4550",
    )
    assert first.fields == {"building_id": "楼栋编号", "households": "households"}
    assert (second.role, second.rows, second.encoding) == ("households", 2, "utf-8")
    assert len(first.sha256) == len(second.sha256) == 64


def test_workbooks_are_imported_when_needed() -> None:
    """`import gridplan.reading` brings pandas and geopandas, and no reader of workbooks."""
    code = "import sys, gridplan.reading; print([m for m in sys.modules if m in ('python_calamine', 'openpyxl')])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
