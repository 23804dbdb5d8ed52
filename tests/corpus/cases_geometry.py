"""Dirty geometry: of buildings, communities and compounds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from district import COUNTS, Case, X, Y, aside, buildings, codes, communities, compounds, counted, gives

from gridplan.model import Layers
from gridplan.reading.dirt import PART

Shapes = list[Any]


def written(frame: gpd.GeoDataFrame, name: str = "楼栋.gpkg") -> Callable[[Path], None]:
    """Write one layer, as it is."""

    def make(folder: Path) -> None:
        frame.to_file(folder / name)

    return make


def shaped(row: int, shape: shapely.Geometry | None) -> gpd.GeoDataFrame:
    """Give one building another shape."""
    frame = buildings()
    shapes = frame.geometry.to_numpy().copy()
    shapes[row] = shape
    return frame.set_geometry(shapes, crs=4550)


def with_copies(*rows: int, **values: object) -> gpd.GeoDataFrame:
    """Repeat rows, with other values."""
    frame = buildings()
    return gpd.GeoDataFrame(pd.concat([frame, frame.iloc[list(rows)].assign(**values)], ignore_index=True), crs=4550)


def whole(layers: Layers) -> None:
    """Nothing is lost and every shape is valid."""
    assert counted(layers) == COUNTS
    assert layers.buildings.is_valid.all()
    assert not layers.buildings.has_z.any()


def finds(code: str, **values: int) -> Callable[[Layers], None]:
    """Nothing is lost, and something is found."""

    def check(layers: Layers) -> None:
        whole(layers)
        assert code in codes(layers)
        for finding in layers.findings:
            if finding.code == code and "value" in values:
                assert finding.value == values["value"]

    return check


def set_aside(*rows: int) -> Callable[[Layers], None]:
    """Expect some buildings to be set aside with their households."""

    def check(layers: Layers) -> None:
        assert aside(layers, "no geometry, or one without area") == (len(rows), sum(COUNTS[i] for i in rows))
        assert counted(layers) == [n for i, n in enumerate(COUNTS) if i not in rows]

    return check


def copied(layers: Layers) -> None:
    """Check that the copy is set aside with what it counts."""
    assert counted(layers) == COUNTS
    assert aside(layers, PART) == (1, COUNTS[3])
    assert "rows_united" in codes(layers)


def exploded(folder: Path) -> None:
    """Write a building in two rows, one for each part."""
    frame = with_copies(0)
    shapes = frame.geometry.to_numpy().copy()
    shapes[0], shapes[12] = shapely.box(X, Y, X + 20, Y + 12), shapely.box(X + 25, Y, X + 60, Y + 12)
    frame.set_geometry(shapes, crs=4550).to_file(folder / "楼栋.gpkg")


def exploded_whole(layers: Layers) -> None:
    """One building of two parts, which counts once."""
    assert counted(layers) == COUNTS
    assert layers.buildings.geom_type[0] == "MultiPolygon"
    assert layers.buildings.area[0] == 20 * 12 + 35 * 12


def podium(folder: Path) -> None:
    """Write a podium without counts under two towers, and floors to estimate by."""
    frame = buildings().drop(columns="户数").assign(层数=2)
    shapes = frame.geometry.to_numpy().copy()
    shapes[0] = shapely.box(X - 20, Y - 20, X + 100, Y + 40)
    shapes[1], shapes[2] = shapely.box(X, Y, X + 20, Y + 20), shapely.box(X + 50, Y, X + 70, Y + 20)
    frame.set_geometry(shapes, crs=4550).to_file(folder / "楼栋.gpkg")


def podium_estimated(layers: Layers) -> None:
    """Expect the podium without the ground of its towers: (7200 - 800) m2 x 2 x 0.8 / 80."""
    assert counted(layers)[:3] == [128, 8, 8]
    assert "podium_and_tower" in codes(layers)


def meters(folder: Path) -> None:
    """Write heights and measures."""
    frame = buildings()
    frame.set_geometry(shapely.force_3d(frame.geometry.to_numpy(), 51.0), crs=4550).to_file(
        folder / "楼栋.shp", encoding="UTF-8"
    )


def flat(layers: Layers) -> None:
    """Check that the heights are gone, and that it is said."""
    whole(layers)
    assert "heights and measures are left out" in layers.sources[0].assumptions


def areas(change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], of: str = "社区") -> Callable[[Path], None]:
    """Write buildings, communities and compounds, one of them changed."""

    def make(folder: Path) -> None:
        for name, layer in {"楼栋": buildings(), "社区": communities(), "小区": compounds()}.items():
            (change(layer) if name == of else layer).to_file(folder / f"{name}.gpkg")

    return make


def reshape(*shapes: shapely.Geometry) -> Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]:
    """Give the first areas other shapes."""

    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        kept = frame.geometry.to_numpy().copy()
        kept[: len(shapes)] = shapes
        return frame.set_geometry(kept, crs=4550)

    return change


BOWTIE = shapely.Polygon([(X, Y), (X + 60, Y + 12), (X + 60, Y), (X, Y + 12), (X, Y)])
SPIKE = shapely.Polygon(
    [(X, Y), (X + 60, Y), (X + 60, Y + 12), (X + 200, Y + 12), (X + 60, Y + 12), (X, Y + 12), (X, Y)]
)
RING = shapely.Polygon(
    [(X, Y), (X + 60, Y), (X + 60, Y + 12), (X, Y + 12)],
    [[(X + 20, Y + 4), (X + 40, Y + 4), (X + 40, Y + 8), (X + 20, Y + 8)]],
)
TWICE = shapely.MultiPolygon([shapely.box(X, Y, X + 40, Y + 12), shapely.box(X + 20, Y, X + 60, Y + 12)])
FAR = shapely.MultiPolygon([shapely.box(X, Y, X + 40, Y + 12), shapely.box(X + 20, Y + 400, X + 60, Y + 412)])
SOUP = shapely.GeometryCollection(
    [shapely.box(X, Y, X + 60, Y + 12), shapely.LineString([(X, Y), (X + 90, Y)]), shapely.Point(X, Y)]
)
OVER = shapely.box(X + 30, Y, X + 130, Y + 12)
EARTH = [shapely.box(X - 50, Y - 50, X + 700, Y + 120), shapely.box(X - 50, Y + 98, X + 700, Y + 300)]
NARROW = [shapely.box(X - 50, Y - 50, X + 700, Y + 99), shapely.box(X - 50, Y + 100, X + 700, Y + 300)]
CROSS = [shapely.Polygon([(X - 50, Y - 50), (X + 700, Y + 100), (X + 700, Y - 50), (X - 50, Y + 100)])]

CASES = [
    Case("geometry: a self-intersection", written(shaped(0, BOWTIE)), finds("geometry_repaired", value=1)),
    Case("geometry: a spike", written(shaped(0, SPIKE)), finds("geometry_repaired", value=1)),
    Case("geometry: a courtyard", written(shaped(0, RING)), whole),
    Case("geometry: parts that overlap", written(shaped(0, TWICE)), finds("geometry_repaired", value=1)),
    Case("geometry: parts far apart", written(shaped(0, FAR)), finds("building_scattered", value=1)),
    Case(
        "geometry: a collection of polygon, line and point",
        written(shaped(0, SOUP), "楼栋.geojson"),
        finds("geometry_repaired", value=1),
    ),
    Case("geometry: heights and measures", meters, flat),
    Case("geometry: missing", written(shaped(3, None)), set_aside(3)),
    Case("geometry: empty", written(shaped(3, shapely.Polygon())), set_aside(3)),
    Case("geometry: without area", written(shaped(3, shapely.Polygon([(X, Y), (X + 9, Y), (X, Y)]))), set_aside(3)),
    Case(
        "geometry: at 0, 0 in a table",
        lambda f: pd.DataFrame(
            {
                "楼栋编号": buildings()["楼栋编号"],
                "户数": COUNTS,
                "x": np.where(np.arange(12) == 3, 0, X + np.arange(12)),
                "y": np.where(np.arange(12) == 3, 0, Y),
            }
        ).to_csv(f / "楼栋.csv", index=False),
        set_aside(3),
    ),
    Case("buildings: a row twice", written(with_copies(3)), copied),
    Case("buildings: a part in each row", exploded, exploded_whole),
    Case(
        "buildings: one id, two places",
        written(with_copies(3, geometry=[shapely.box(X, Y + 900, X + 9, Y + 909)])),
        refused="need unique ids, found LD04 more than once; renumber",
    ),
    Case(
        "buildings: one id, two counts",
        written(with_copies(3, 户数=7)),
        refused="need unique ids, found LD04 more than once; renumber",
    ),
    Case(
        "buildings: one outline, two ids",
        written(shaped(1, buildings().geometry[0])),
        finds("outlines_repeated", value=1),
    ),
    Case("buildings: podium and towers", podium, podium_estimated),
    Case("buildings: overlap", written(shaped(0, OVER)), finds("buildings_overlap", value=1)),
    Case(
        "buildings: no id",
        written(buildings().drop(columns="楼栋编号")),
        gives(lambda layers: (sorted(counted(layers)), "ids_made" in codes(layers)), (sorted(COUNTS), True)),
    ),
    Case(
        "buildings: an id is missing",
        written(buildings().replace("LD03", None)),
        refused="need an id for every building, found none at row 3; fill",
    ),
    Case(
        "buildings: lines",
        written(buildings().set_geometry(buildings().boundary)),
        refused="need polygons or points, found linestring",
    ),
    Case(
        "buildings: an empty layer",
        written(buildings().iloc[:0]),
        refused="need at least one row|need at least one building",
    ),
    Case("communities: a sliver between them", areas(reshape(*NARROW)), whole),
    Case("communities: an overlap", areas(reshape(*EARTH)), whole),
    Case("communities: a self-intersection", areas(reshape(*CROSS)), finds("geometry_repaired", value=1)),
    Case(
        "communities: points",
        areas(lambda f: f.set_geometry(f.representative_point())),
        refused="communities.*need polygons, found point",
    ),
    Case(
        "compounds: without geometry",
        areas(reshape(shapely.Polygon()), "小区"),
        gives(lambda layers: aside(layers, "no geometry"), (1, 0)),
    ),
    Case(
        "basis: the field reads a household otherwise",
        written(buildings().rename(columns={"户数": "户籍户数"})),
        lambda layers: whole(layers) or finds("household_basis_differs")(layers),
    ),
]

PLANNED: list[tuple[str, Callable[[Path], None], str]] = [
    ("communities: a sliver between them", areas(reshape(*NARROW)), "community_gaps"),
    ("communities: an overlap", areas(reshape(*EARTH)), "communities_overlap"),
    (
        "communities: a building astride",
        areas(reshape(shapely.box(X - 50, Y - 50, X + 700, Y + 8), shapely.box(X - 50, Y + 8, X + 700, Y + 300))),
        "building_astride",
    ),
    (
        "communities: a building far outside",
        areas(reshape(shapely.box(X - 50, Y - 50, X + 440, Y + 100))),
        "building_set_aside",
    ),
    (
        "communities: a building just outside",
        areas(reshape(shapely.box(X - 50, Y - 50, X + 520, Y + 100))),
        "building_moved",
    ),
    (
        "compounds: across communities",
        areas(lambda f: reshape(f.union_all().envelope)(f).iloc[:1], "小区"),
        "compound_across_communities",
    ),
    (
        "compounds: an overlap",
        areas(reshape(shapely.box(X - 20, Y - 30, X + 600, Y + 200)), "小区"),
        "compounds_overlap",
    ),
]
"""Dirt that shows when the ground is laid out: what it is found as."""
