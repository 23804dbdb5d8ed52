"""Buildings: ids, geometry, counts."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from gridplan.errors import LayerError
from gridplan.model import BUILDING_FIELDS, Layers
from gridplan.reading import read_layers

X, Y = 533_000, 4_629_000


def read(folder: Path, frame: gpd.GeoDataFrame) -> Layers:
    """Write buildings and read them."""
    frame.to_file(folder / "buildings.gpkg")
    return read_layers(folder)


def with_shapes(*shapes: shapely.Geometry | None, **columns: list[object]) -> gpd.GeoDataFrame:
    """Make buildings B0, B1, ... of 10 households each."""
    ids = [f"B{i}" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"building_id": ids, "households": 10, **columns}, geometry=list(shapes), crs=4550)


def test_the_columns_are_always_there(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """With their types; extra ones are dropped, canonical ones kept."""
    layers = read(folder, buildings.assign(小区名称=["甲", None, "乙 ", "", "甲"], foo=1, 层数=6, 地址="x"))
    assert set(BUILDING_FIELDS) <= set(layers.buildings.columns)
    assert not {"foo", "地址"} & set(layers.buildings.columns)
    assert layers.buildings["compound"].tolist() == ["甲", "", "乙", "", "甲"]
    assert layers.buildings["floors"].tolist() == [6.0] * 5
    assert layers.buildings["source"].tolist() == ["counted", "counted", "", "counted", "counted"]
    assert layers.buildings[["households", "residents"]].dtypes.eq("int64").all()
    assert layers.buildings["residents"].tolist() == [78, 105, 0, 131, 157]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), points=st.booleans())
def test_ids_are_made_from_places_not_rows(
    tmp_path_factory: pytest.TempPathFactory, seed: int, *, points: bool
) -> None:
    """Also where two buildings lie at one place."""
    rng = np.random.default_rng(seed)
    x, y = X + rng.integers(0, 4, 12) * 50, Y + rng.integers(0, 3, 12) * 50
    shapes = shapely.points(x, y) if points else shapely.box(x, y, x + 20, y + rng.integers(1, 3, 12) * 10)
    frame = gpd.GeoDataFrame({"households": rng.integers(0, 90, 12)}, geometry=shapes, crs=4550)
    one = read(tmp_path_factory.mktemp("a"), frame)
    two = read(tmp_path_factory.mktemp("b"), frame.iloc[rng.permutation(12)])
    pd.testing.assert_frame_equal(one.buildings, two.buildings)
    assert one.buildings["building_id"].tolist() == [f"b{i:06d}" for i in range(1, 13)]
    assert "ids_made" in {f.code for f in one.findings}


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["a", "a", "b", "b", "c"], "building_id: need unique ids, found a, b more than once; renumber them"),
        (["a", None, "b", " ", "c"], "building_id: need an id for every building, found none at row 2, row 4; fill it"),
    ],
)
def test_wrong_ids_are_named(folder: Path, buildings: gpd.GeoDataFrame, ids: list[object], message: str) -> None:
    """Twice, or not at all."""
    with pytest.raises(LayerError, match=message):
        read(folder, buildings.assign(building_id=ids))


def test_made_ids_cannot_be_joined(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """A households table names buildings; they need names."""
    (folder / "households.csv").write_text("building_id\nB0\n")
    with pytest.raises(LayerError, match="which the households name, found none; add it"):
        read(folder, buildings.drop(columns="building_id"))


def test_missing_geometries_are_set_aside_with_their_households(folder: Path) -> None:
    """Null, empty, and without area."""
    line = Polygon([(X, Y), (X + 9, Y), (X, Y)])
    frame = with_shapes(box(X, Y, X + 9, Y + 9), None, Polygon(), line)
    layers = read(folder, frame)
    assert layers.buildings["building_id"].tolist() == ["B0"]
    assert layers.set_aside[["role", "id", "households"]].to_numpy().tolist() == [
        ["buildings", "B1", 10], ["buildings", "B2", 10], ["buildings", "B3", 10],
    ]  # fmt: skip
    assert next(f.value for f in layers.findings if f.code == "geometry_missing") == 30


def test_invalid_polygons_are_repaired_and_counted(folder: Path) -> None:
    """The largest part of a bow tie stays; parts of a lawful multipolygon all stay."""
    bow = Polygon([(X, Y), (X + 30, Y + 30), (X + 30, Y), (X, Y + 10)])
    two = MultiPolygon([box(X + 100, Y, X + 110, Y + 10), box(X + 120, Y, X + 130, Y + 10)])
    layers = read(folder, with_shapes(bow, two))
    assert layers.buildings.is_valid.all()
    assert layers.buildings.geom_type.tolist() == ["Polygon", "MultiPolygon"]
    parts = shapely.get_parts(shapely.make_valid(bow))
    assert layers.buildings.area[0] == pytest.approx(shapely.area(parts).max(), abs=0.1)
    assert layers.buildings.area[1] == 200
    assert [f.value for f in layers.findings if f.code == "geometry_repaired"] == [1]


def test_a_layer_without_any_building_is_refused(folder: Path) -> None:
    """All geometries missing."""
    with pytest.raises(LayerError, match="need at least one building with a geometry"):
        read(folder, with_shapes(None, None))


def test_residents_are_counted_or_said_to_be_estimated(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """From the column where it is filled."""
    layers = read(folder, buildings.assign(人口=[100, None, 0, None, 7.4]))
    assert layers.buildings["residents"].tolist() == [100, 105, 0, 131, 7]
    said = next(f for f in layers.findings if f.code == "residents_estimated")
    assert said.reason == "residents of 2 buildings are taken as 2.18 per household"


def test_a_column_of_residents_that_is_all_0_was_never_filled(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """DBF writes 0 for nothing."""
    assert read(folder, buildings.assign(人口=0)).buildings["residents"].tolist() == [78, 105, 0, 131, 157]


def test_estimates_are_said_with_their_share(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """Only for buildings without a count."""
    frame = buildings.assign(
        households=[36, None, 0, None, None], 总套数=[1, 44, 1, 0, None], 层数=["6层", "?", 1, 2, 3]
    )
    layers = read(folder, frame.astype({"层数": str}))
    assert layers.buildings["households"].tolist() == [36, 44, 0, 15, 23]
    assert layers.buildings["source"].tolist() == ["counted", "suites", "", "footprint", "footprint"]
    said = next(f for f in layers.findings if f.code == "households_estimated")
    assert said.reason == "82 of 118 households (69%) are estimated: 38 by footprint, 44 by suites"
    assert said.value == pytest.approx(82 / 118)
    unread = [f.reason for f in layers.findings if f.code == "number_unreadable"]
    assert unread == ["层数 is no number at B1; it counts as unknown"]


def test_multipoints_become_points(folder: Path) -> None:
    """Some programs write every point as one."""
    frame = with_shapes(shapely.MultiPoint([(X, Y)]), Point(X + 9, Y))
    assert read(folder, frame).buildings.geom_type.tolist() == ["Point", "Point"]
