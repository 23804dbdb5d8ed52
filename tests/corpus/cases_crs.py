"""CRS: missing, wrong, contradicted, swapped, local, displaced."""

from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from district import COUNTS, IDS, Case, X, Y, buildings, codes, communities, compounds, counted, roads, said
from pyproj import CRS, Transformer

from gridplan.model import Layers
from gridplan.reading.shifts import displacement

Change = Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]

ALL = {"楼栋": buildings, "社区": communities, "小区": compounds, "道路": roads}


def same(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Leave a layer as it is."""
    return frame


def files(changes: Mapping[str, Change], *, suffix: str = ".gpkg") -> Callable[[Path], None]:
    """Write four layers, changed."""

    def make(folder: Path) -> None:
        for name, layer in ALL.items():
            frame = changes.get(name, changes.get("*", same))(layer())
            frame.to_file(folder / f"{name}{suffix}", **({"encoding": "UTF-8"} if suffix == ".shp" else {}))

    return make


def silent(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take the CRS away."""
    return frame.set_crs(None, allow_override=True)


def in_(code: int) -> Change:
    """Bring a layer to another CRS."""
    return lambda frame: frame.to_crs(code)


def says(code: int, actual: int = 4550) -> Change:
    """Let a layer say a CRS its numbers are not in."""
    return lambda frame: frame.to_crs(actual).set_crs(code, allow_override=True)


def silent_in(code: int) -> Change:
    """Bring a layer to another CRS and take it away."""
    return lambda frame: silent(frame.to_crs(code))


def swapped(change: Change) -> Change:
    """Swap the axes."""

    def make(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        frame = change(frame)
        return frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), lambda c: c[:, ::-1]), crs=frame.crs)

    return make


def displaced(east: float, north: float) -> Change:
    """Move a layer."""
    return lambda frame: frame.set_geometry(frame.geometry.translate(east, north))


def by_wkt(text: str) -> Callable[[Path], None]:
    """Write a .prj of one's own."""

    def make(folder: Path) -> None:
        files({}, suffix=".shp")(folder)
        for name in ALL:
            (folder / f"{name}.prj").write_text(text)

    return make


def in_place(layers: Layers) -> None:
    """All four layers lie on one another, in CM 123E, to a millimetre or so."""
    assert counted(layers) == COUNTS
    assert layers.crs == CRS.from_epsg(4550)
    assert layers.communities is not None
    assert layers.compounds is not None
    assert layers.communities.union_all().covers(layers.buildings.union_all())
    assert layers.compounds.union_all().covers(layers.buildings.union_all())
    assert np.allclose(layers.buildings.total_bounds, buildings().total_bounds, atol=0.002)


def in_place_and(code: str) -> Callable[[Layers], None]:
    """Check the place, and that a finding says what was assumed."""

    def check(layers: Layers) -> None:
        in_place(layers)
        assert code in codes(layers)
        assert any(source.assumptions for source in layers.sources)

    return check


def local(layers: Layers) -> None:
    """Stay in the numbers of the files."""
    assert layers.crs.is_engineering
    assert counted(layers) == COUNTS
    assert np.allclose(layers.buildings.total_bounds, displaced(-520_000, -4_620_000)(buildings()).total_bounds)
    assert "grids.geojson" in said(layers, "crs_local")


def xy_table(swap: bool, prefix: int = 0) -> Callable[[Path], None]:  # noqa: FBT001
    """Write buildings as a table of surveyors, whose X points north."""

    def make(folder: Path) -> None:
        east, north = X + 100.0 * (np.arange(12) % 6), Y + 200.0 * (np.arange(12) // 6)
        east = east + prefix * 1_000_000
        x, y = (north, east) if swap else (east, north)
        pd.DataFrame({"楼栋编号": IDS, "户数": COUNTS, "坐标X": x, "坐标Y": y}).to_csv(folder / "楼栋.csv", index=False)

    return make


def points_in_place(layers: Layers) -> None:
    """Points on the corners of the buildings."""
    assert np.allclose(layers.buildings.total_bounds, [X, Y, X + 500, Y + 200])


def many(change: Change, of: str) -> Callable[[Path], None]:
    """Write a district large enough to see a displacement: 400 buildings between roads, with one layer moved."""

    def make(folder: Path) -> None:
        at = np.arange(400)
        x, y = X + 83 * (at % 20) + 7 * (at // 20 % 3), Y + 61 * (at // 20) + 5 * (at % 20 % 4)
        frame = gpd.GeoDataFrame({"楼栋编号": at, "户数": 30}, geometry=shapely.box(x, y, x + 55, y + 14), crs=4550)
        west = X - 12 + 83 * np.arange(0, 21, 2)
        lines = [shapely.LineString([(w - 2, Y - 40), (w + 1, Y + 1260)]) for w in west]
        lines += [shapely.LineString([(X - 40, Y - 12 + 61 * j), (X + 1700, Y - 12 + 61 * j)]) for j in range(0, 21, 3)]
        ways = gpd.GeoDataFrame({"等级": "支路"}, index=range(len(lines)), geometry=lines, crs=4550)
        layers = {"楼栋": frame, "道路": ways}
        for name, layer in layers.items():
            (change(layer) if name == of else layer).to_file(folder / f"{name}.gpkg")

    return make


def many_in_place(layers: Layers) -> None:
    """Nothing is suspected."""
    assert len(layers.buildings) == 400


SHIFTS = displacement(
    *Transformer.from_crs(4550, 4326, always_xy=True).transform(X + 800, Y + 600), CRS.from_epsg(4550)
)
GCJ, BD = (displaced(*shift) for shift in SHIFTS)

ESRI = 'PROJCS["CGCS2000_3_Degree_GK_CM_123E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",123.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'  # noqa: E501
OLD = ESRI.replace("GCS_China_Geodetic_Coordinate_System_2000", "GCS_Xian_1980").replace("D_China_2000", "D_Xian_1980")
OLD = OLD.replace('"CGCS2000",6378137.0,298.257222101', '"Xian_1980",6378140.0,298.257')
NAMELESS = ESRI.replace("GCS_China_Geodetic_Coordinate_System_2000", "GCS_Krasovsky_1940")
NAMELESS = NAMELESS.replace("D_China_2000", "D_Krasovsky_1940").replace(
    '"CGCS2000",6378137.0,298.257222101', '"Krasovsky_1940",6378245.0,298.3'
)

TO_GRID = displaced(-520_000, -4_620_000)

CASES = [
    Case(
        "CRS: every layer in another one",
        files({"楼栋": in_(4529), "社区": in_(4490), "小区": in_(4549), "道路": in_(4510)}),
        in_place,
    ),
    Case(
        "CRS: WGS 84 and Web Mercator",
        files(
            {
                "楼栋": lambda f: f.to_crs(4490).set_crs(4326, allow_override=True),
                "社区": lambda f: f.to_crs(4490).set_crs(4326, allow_override=True).to_crs(3857),
            }
        ),
        in_place,
    ),
    Case("CRS: missing everywhere, CM 123E", files({"*": silent}, suffix=".shp"), in_place_and("crs_assumed")),
    Case(
        "CRS: missing everywhere, zone before the easting",
        files({"*": silent_in(4529)}, suffix=".shp"),
        in_place_and("crs_assumed"),
    ),
    Case("CRS: missing everywhere, degrees", files({"*": silent_in(4490)}, suffix=".shp"), in_place_and("crs_assumed")),
    Case("CRS: missing in one layer", files({"社区": silent}, suffix=".shp"), in_place_and("crs_assumed")),
    Case("CRS: missing and told", files({"*": silent}, suffix=".shp"), in_place, options={"crs": 4550}),
    Case("CRS: an ESRI .prj", by_wkt(ESRI), in_place),
    Case(
        "CRS: Xian 80 in an ESRI .prj",
        by_wkt(OLD),
        refused="Xian 1980.*survey office alone; ask it for the layer in CGCS2000",
    ),
    Case(
        "CRS: the ellipsoid of Beijing 54 and no datum",
        by_wkt(NAMELESS),
        refused="Krassowsky.*survey office alone; ask it",
    ),
    Case("CRS: Beijing 54", files({"道路": says(2438)}), refused="道路.gpkg.*Beijing 1954.*ask it"),
    Case("CRS: a .prj that is no CRS", by_wkt("GK 3 degree zone 41"), in_place_and("crs_assumed")),
    Case(
        "CRS: says CM 123E, the zone stands before the easting",
        files({"楼栋": says(4550, 4529)}),
        in_place_and("crs_contradicted"),
    ),
    Case("CRS: says zone 41, eastings without it", files({"楼栋": says(4529)}), in_place_and("crs_contradicted")),
    Case("CRS: says degrees, numbers are metres", files({"社区": says(4490)}), in_place_and("crs_contradicted")),
    Case("CRS: says metres, numbers are degrees", files({"社区": says(4550, 4490)}), in_place_and("crs_contradicted")),
    Case(
        "CRS: one layer says the wrong zone",
        files({"社区": says(4549)}),
        refused="社区.gpkg.*EPSG:4549.*km from the other layers; correct it, or give --crs 4550",
    ),
    Case(
        "CRS: the buildings say the wrong zone", files({"楼栋": says(4549)}), refused="楼栋.gpkg.*EPSG:4549.*--crs 4550"
    ),
    Case(
        "CRS: the wrong zone, and told the right one",
        files({"社区": says(4549)}),
        in_place_and("crs_corrected"),
        options={"crs": 4550},
    ),
    Case(
        "CRS: GeoJSON in metres",
        lambda folder: (
            [(folder / f"{name}.geojson").write_text(silent(layer()).to_json()) for name, layer in ALL.items()] and None
        ),
        in_place_and("crs_assumed"),
    ),
    Case(
        "axes: degrees swapped, no CRS",
        files({"*": swapped(silent_in(4490))}, suffix=".shp"),
        in_place_and("axes_swapped"),
    ),
    Case("axes: degrees swapped, with a CRS", files({"楼栋": swapped(in_(4490))}), in_place_and("axes_swapped")),
    Case("axes: metres swapped, no CRS", files({"*": swapped(silent)}, suffix=".shp"), in_place_and("axes_swapped")),
    Case(
        "axes: metres swapped, zone before the easting",
        files({"楼栋": swapped(in_(4529))}),
        in_place_and("axes_swapped"),
    ),
    Case("axes: a table whose X points north", xy_table(swap=True), points_in_place),
    Case("axes: a table whose X points north, zone 41", xy_table(swap=True, prefix=41), points_in_place),
    Case("axes: a table whose X points east, zone 41", xy_table(swap=False, prefix=41), points_in_place),
    Case(
        "CRS: a local metric grid shared by all layers",
        files({"*": lambda f: silent(TO_GRID(f))}, suffix=".shp"),
        local,
    ),
    Case(
        "CRS: a local metric grid, told",
        files({"*": lambda f: silent(TO_GRID(f))}, suffix=".shp"),
        local,
        options={"crs": "local"},
    ),
    Case(
        "CRS: a local grid beside a layer of CGCS2000",
        files({"*": lambda f: silent(TO_GRID(f)), "道路": same}, suffix=".shp"),
        refused="need a CRS, found none in the file and numbers like",
    ),
    Case("CRS: nonsense told", files({}), refused="--crs: need a CRS such as EPSG:4550", options={"crs": "mars"}),
    Case("displaced: nothing", many(same, "道路"), many_in_place),
    Case(
        "displaced: roads as GCJ-02",
        many(GCJ, "道路"),
        refused="roads: need .*displaced against buildings by 5.. m as GCJ-02",
    ),
    Case(
        "displaced: buildings as GCJ-02",
        many(GCJ, "楼栋"),
        refused="buildings: need .*displaced against roads by 5.. m as GCJ-02",
    ),
    Case(
        "displaced: roads as BD-09",
        many(BD, "道路"),
        refused="roads: need .*displaced against buildings by 13.. m as BD-09",
    ),
]
