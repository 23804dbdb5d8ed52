"""Areas, lines, facilities, personnel."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box

from gridplan.errors import CRSError, LayerError
from gridplan.reading import read_layers
from gridplan.schema import FIELDS, ROAD_CLASSES

X, Y = 533_000, 4_629_000


def write(folder: Path, name: str, shapes: list[shapely.Geometry | None], **columns: list[object]) -> None:
    """Write a layer in CM 123E."""
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4550).to_file(folder / name)


@pytest.fixture(autouse=True)
def with_buildings(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """Every district has buildings."""
    buildings.to_file(folder / "buildings.gpkg")


@pytest.mark.parametrize("role", ["compounds", "communities", "subdistricts"])
def test_areas_have_all_their_texts(folder: Path, role: str) -> None:
    """Null names and missing columns are empty; codes are texts; counts are numbers; rows are sorted."""
    areas = [box(X, Y, X + 500, Y + 500), box(X, Y - 500, X + 500, Y)]
    write(
        folder,
        f"{role}.gpkg",
        areas,
        社区名称=["乙", None],
        小区名称=["乙", None],
        街道名称=["乙", None],
        SQDM=[2.1e11, 1],
        小区类型=["老旧小区", None],
        网格员数=["7人", None],
    )
    layer = getattr(read_layers(folder), role)
    assert list(layer.columns) == [*FIELDS[role], "geometry"]
    assert layer[role.removesuffix("s").replace("communitie", "community")].tolist() == ["", "乙"]
    assert layer.drop(columns=["grid_workers"], errors="ignore").isna().sum().sum() == 0
    if role == "compounds":
        assert layer["compound_class"].tolist() == ["", "老旧小区"]
    if role == "communities":
        assert np.array_equal(layer["grid_workers"], [np.nan, 7.0], equal_nan=True)
        assert layer["community_code"].tolist() == ["1", "210000000000"]


def test_road_classes_are_canonical(folder: Path) -> None:
    """By any alias; what is not listed stays, what is missing is empty."""
    known = [(alias, name) for name, aliases in ROAD_CLASSES.items() for alias in (name.upper(), *aliases)]
    values = [*(alias for alias, _ in known), "胡同", None]
    lines = [LineString([(X + i, Y), (X + i, Y + 50)]) for i in range(len(values))]
    write(folder, "道路.gpkg", lines, 道路等级=values)
    roads = read_layers(folder).roads
    assert roads is not None
    by_place = roads.iloc[np.argsort(roads.bounds["minx"])]
    assert by_place["road_class"].tolist() == [*(name for _, name in known), "胡同", ""]


def test_invalid_and_missing_areas(folder: Path) -> None:
    """All parts of what is repaired stay; rows without geometry are set aside and said."""
    bow = Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])
    write(folder, "communities.gpkg", [bow, None], 社区=["甲", "乙"])
    layers = read_layers(folder)
    assert layers.communities is not None
    assert layers.communities.geom_type.tolist() == ["MultiPolygon"]
    assert layers.communities.area[0] == pytest.approx(5000)
    assert layers.set_aside[["role", "id"]].to_numpy().tolist() == [["communities", "row 2"]]
    assert {f.code for f in layers.findings if f.subject == "communities"} == {"geometry_repaired", "geometry_missing"}


def test_the_snap_is_no_repair(folder: Path) -> None:
    """A spike thinner than a millimetre is not the file's fault."""
    spike = Polygon(
        [(X, Y), (X + 100, Y), (X + 100, Y + 50), (X + 150, Y + 50.0001), (X + 100, Y + 50.0002), (X, Y + 100)]
    )
    write(folder, "communities.gpkg", [spike], 社区=["甲"])
    layers = read_layers(folder)
    assert layers.communities is not None
    assert layers.communities.is_valid.all()
    assert "geometry_repaired" not in {f.code for f in layers.findings}


def test_water_may_be_lines_and_polygons_and_communities_may_not(folder: Path) -> None:
    """The kinds each role takes."""
    mixed = [LineString([(X, Y), (X + 9, Y)]), box(X, Y, X + 9, Y + 9)]
    write(folder, "水系.fgb", mixed)
    water = read_layers(folder).water
    assert water is not None
    assert sorted(water.geom_type) == ["LineString", "Polygon"]
    write(folder, "社区.gpkg", mixed)
    with pytest.raises(
        LayerError, match=r"communities \(社区\.gpkg:社区\): need polygons, found linestring at row 1; convert"
    ):
        read_layers(folder)


def test_an_empty_layer_is_an_empty_layer(folder: Path) -> None:
    """No rows, no error."""
    write(folder, "roads.gpkg", [], 等级=[])
    roads = read_layers(folder).roads
    assert roads is not None
    assert len(roads) == 0
    assert list(roads.columns) == ["road_class", "name", "geometry"]


def test_facilities_are_points(folder: Path) -> None:
    """From polygons and from a table with coordinates."""
    write(
        folder,
        "facilities.gpkg",
        [box(X, Y, X + 9, Y + 9), Point(X, Y)],
        类型=["中学", "a"],
        面积=["1,200㎡", None],
        open=["是", None],
    )
    found = read_layers(folder).facilities
    assert found is not None
    assert found.geom_type.tolist() == ["Point", "Point"]
    assert found["area_m2"].fillna(0).tolist() == [0, 1200]
    assert found["open"].fillna(value=False).tolist() == [False, True]
    (folder / "facilities.gpkg").unlink()
    (folder / "设施.csv").write_text("类型,经度,纬度\n中学,123.396,41.796\n,,\n")
    layers = read_layers(folder)
    assert layers.facilities is not None
    assert layers.facilities["type"].tolist() == ["中学"]
    assert layers.facilities.distance(Point(X, Y))[0] < 1000
    assert len(layers.set_aside) == 1


@pytest.mark.parametrize("epsg", [4550, 4529, 4490])
def test_places_of_personnel_come_to_the_working_crs(folder: Path, epsg: int) -> None:
    """Whatever the table is in; unknown ones stay unknown; nobody's name is kept."""
    places = gpd.GeoSeries.from_xy([X, X + 100], [Y, Y], crs=4550).to_crs(epsg)
    frame = pd.DataFrame(
        {
            "编号": [2, 1],
            "姓名": ["甲", "乙"],
            "力量": ["公安", "应急"],
            "居住地X": places.x,
            "居住地Y": places.y,
            "单位X": [None, None],
            "容量": ["3个", None],
        }
    )
    frame.to_excel(folder / "人员.xlsx", index=False)
    layers = read_layers(folder)
    people = layers.personnel
    assert people is not None
    assert list(people.columns) == list(FIELDS["personnel"])
    assert people["person_id"].tolist() == ["1", "2"]
    assert people["home_x"].tolist() == [X + 100, X]
    assert people["home_y"].tolist() == [Y, Y]
    assert people["work_x"].isna().all()
    assert np.array_equal(people["capacity"], [np.nan, 3], equal_nan=True)
    assert "甲" not in repr(layers)


def test_places_of_a_roster_in_no_known_crs_are_explained(folder: Path) -> None:
    """File and field."""
    frame = pd.DataFrame({"编号": [1], "居住地X": [7_000_000], "居住地Y": [Y], "容量": [1]})
    frame.to_csv(folder / "人员.csv", index=False)
    with pytest.raises(CRSError, match="home: need a CRS"):
        read_layers(folder)


def test_half_a_place_and_the_row_in_the_file_are_kept_for_the_check(folder: Path) -> None:
    """A place with one number is not lost in silence; rows are known by where they stand; so are false numbers."""
    frame = pd.DataFrame({"编号": ["b", "a"], "居住地X": [X, X], "居住地Y": [Y, None], "容量": [1, 2]}).astype(object)
    frame.to_csv(folder / "人员.csv", index=False)
    people = read_layers(folder).personnel
    assert people is not None
    assert people["home_x"].to_dict() == {1: X, 0: X}
    assert people["home_y"].isna().to_dict() == {1: True, 0: False}
    frame.loc[1, ["居住地X", "容量"]] = "?"
    frame.to_csv(folder / "人员.csv", index=False)
    people = read_layers(folder).personnel
    assert people is not None
    assert people["home_x"].to_dict() == {1: np.inf, 0: X}
    assert people["capacity"].to_dict() == {1: np.inf, 0: 1}


def test_compounds_may_have_parts(folder: Path) -> None:
    """Two plots of one compound are one row."""
    two = MultiPolygon([box(X, Y, X + 9, Y + 9), box(X + 20, Y, X + 29, Y + 9)])
    write(folder, "小区.gpkg", [two], 小区名称=["甲"])
    compounds = read_layers(folder).compounds
    assert compounds is not None
    assert compounds.area.tolist() == [162]
