"""One metric CRS, whatever the files are in."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from pyproj.database import query_crs_info
from pyproj.enums import PJType

from gridplan.errors import CRSError
from gridplan.reading import read_layers
from gridplan.reading.crs import choose_working_crs, in_china, parse_crs, transform
from gridplan.reading.guessing import guess_crs, is_swapped

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning:pyogrio")  # of writing

WGS84 = CRS.from_epsg(4326)
SHENYANG = (123.43, 41.80)


def place_in(epsg: int, lon: float, lat: float) -> tuple[float, float]:
    """Bring degrees to a CRS by PROJ alone."""
    x, y = Transformer.from_crs(4490, epsg, always_xy=True).transform(lon, lat)
    return x, y


ZONES = {
    int(info.name.rpartition("CM ")[2].removesuffix("E")): int(info.code)
    for info in query_crs_info("EPSG", [PJType.PROJECTED_CRS])
    if info.name.startswith("CGCS2000 / 3-degree Gauss-Kruger CM")
}


@pytest.mark.parametrize("meridian", range(75, 136, 3))
@pytest.mark.parametrize("off", [-1.49, 0, 1.49])
def test_the_zone_agrees_with_the_database_of_proj(meridian: int, off: float) -> None:
    """The code counted from the longitude is the one PROJ lists for the central meridian."""
    assert len(ZONES) == 21
    assert choose_working_crs(CRS.from_epsg(4490), meridian + off, 35).to_epsg() == ZONES[meridian]


@pytest.mark.parametrize("epsg", [4326, 4490, 4529, 4550, 4510, 4549, 3857, 32651])
def test_a_district_of_shenyang_is_the_same_from_any_crs(folder: Path, buildings: gpd.GeoDataFrame, epsg: int) -> None:
    """Bit for bit, thanks to the snap to a millimetre; 4549 is the wrong zone but a lawful file."""
    moved = buildings.copy()
    xy = Transformer.from_crs(4550, 4490 if epsg in (4326, 3857, 32651) else epsg, always_xy=True)
    moved.geometry = shapely.transform(buildings.geometry.to_numpy(), lambda c: np.column_stack(xy.transform(*c.T)))
    moved = moved.set_crs(4326 if epsg in (4326, 3857, 32651) else epsg, allow_override=True)
    if epsg in (3857, 32651):
        moved = moved.to_crs(epsg)
    moved.to_file(folder / "buildings.gpkg")
    layers = read_layers(folder)
    assert layers.crs == CRS.from_epsg(4550)
    assert layers.buildings.geometry.equals(buildings.normalize())


def test_an_esri_prj_is_recognised() -> None:
    """Though pyproj says that the two are not equal."""
    esri = CRS.from_epsg(4550).to_wkt("WKT1_ESRI")
    assert parse_crs(esri, "x") == CRS.from_epsg(4550)
    assert parse_crs(4550, "x") == parse_crs("4550", "x") == parse_crs("EPSG:4550", "x")
    assert parse_crs('LOCAL_CS["unknown",UNIT["metre",1]]', "x") is None


@pytest.mark.parametrize("epsg", [2327, 2365, 2386, 2390, 2401, 2417, 2438, 2442, 4214, 4555, 4610])
def test_xian_80_and_beijing_54_are_refused(epsg: int) -> None:
    """From EPSG codes and from ESRI's WKT."""
    with pytest.raises(CRSError, match="ask it for the layer in CGCS2000"):
        parse_crs(epsg, "x")
    with pytest.raises(CRSError, match="survey office"):
        parse_crs(CRS.from_epsg(epsg).to_wkt("WKT1_ESRI"), "x")


def test_nonsense_is_refused() -> None:
    """In our words."""
    with pytest.raises(CRSError, match="--crs: need a CRS such as EPSG:4550"):
        parse_crs("mars", "--crs")


@pytest.mark.parametrize(
    ("epsg", "lon", "lat", "expected"),
    [
        (32637, 39.9, 59.2, 32637),  # its own metric CRS
        (3414, 103.8, 1.35, 3414),
        (4326, 39.9, 59.2, 32637),  # else UTM
        (4326, -58.4, -34.6, 32721),
        (3857, 39.9, 59.2, 32637),  # its metres are none
        (2263, -74.0, 40.7, 32618),  # feet
    ],
)
def test_outside_china_the_local_metric_crs(epsg: int, lon: float, lat: float, expected: int) -> None:
    """The CRS of the buildings where it is metric."""
    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat)
    assert choose_working_crs(CRS.from_epsg(epsg), x, y).to_epsg() == expected


@pytest.mark.parametrize(
    ("lon", "lat", "inside"),
    [
        (123.43, 41.80, True), (116.4, 39.9, True), (121.6, 38.9, True), (87.6, 43.8, True), (76.0, 39.5, True),
        (91.1, 29.65, True), (109.5, 18.25, True), (122.5, 53.0, True), (113.3, 23.1, True), (124.39, 40.13, True),
        (121.47, 31.23, True), (102.7, 25.0, True), (126.98, 37.57, False), (125.75, 39.03, False),
        (106.9, 47.9, False), (105.85, 21.0, False), (76.9, 43.25, False), (131.9, 43.1, False), (103.8, 1.35, False),
    ],
)  # fmt: skip
def test_cities_inside_and_outside(lon: float, lat: float, *, inside: bool) -> None:
    """The coarse outline tells them apart."""
    assert in_china(lon, lat) is inside


@pytest.mark.parametrize("epsg", [4490, 4529, 4550, 3857])
def test_a_missing_crs_is_guessed_from_the_numbers(epsg: int) -> None:
    """Degrees, zone before the easting, central meridian of Shenyang, Web Mercator."""
    assert guess_crs(*place_in(epsg, *SHENYANG), None, "x").to_epsg() == epsg


@settings(max_examples=15, deadline=None)
@given(lon=st.floats(80, 130), lat=st.floats(25, 45), zoned=st.booleans())
def test_with_an_anchor_any_zone_is_guessed(lon: float, lat: float, *, zoned: bool) -> None:
    """The other layers say where we are: the guess brings the numbers back to within a degree of it."""
    assume(in_china(lon, lat) and in_china(lon + 0.1, lat))
    zone = round(lon / 3) - 25
    place = place_in((4513 if zoned else 4534) + zone, lon, lat)
    assert guess_crs(*place, (lon + 0.1, lat), "x").to_epsg() == (4513 if zoned else 4534) + zone


def test_what_cannot_be_guessed_is_asked() -> None:
    """The central meridian is not in the numbers; swapped columns are named."""
    with pytest.raises(CRSError, match=r"found none in the file and numbers like 500000, 2500000 .*give --crs"):
        guess_crs(500_000, 2_500_000, None, "x")
    assert is_swapped(*SHENYANG[::-1], None)
    assert not is_swapped(*SHENYANG, None)


def test_coordinates_outside_their_crs_are_an_error() -> None:
    """Infinity goes no further."""
    shapes = np.array([shapely.Point(123, 41), shapely.Point(123, 95)], dtype=object)
    with pytest.raises(CRSError, match="found 1 outside it, first 123, 95; correct them"):
        transform(shapes, WGS84, CRS.from_epsg(4550), "x")


def test_an_unknown_shift_is_refused() -> None:
    """A datum of which PROJ knows nothing: never ballpark."""
    beyond = CRS.from_proj4("+proj=longlat +a=6378000 +b=6356000 +no_defs")
    with pytest.raises(CRSError, match="exact transformation"):
        transform(np.array([shapely.Point(123, 41)], dtype=object), beyond, CRS.from_epsg(4550), "x")


def test_no_prj_is_said_and_overruled(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """A guess is a warning, the user's word a notice; a CRS the numbers contradict is not taken."""
    buildings.set_crs(None, allow_override=True).rename(columns={"building_id": "楼栋编号"}).to_file(
        folder / "楼栋.shp", encoding="UTF-8"
    )
    guessed = read_layers(folder)
    assert guessed.crs.to_epsg() == 4550
    assert [f.severity for f in guessed.findings if f.code == "crs_assumed"] == ["warning"]
    assert guessed.sources[0].crs == "EPSG:4550"
    assert any("EPSG:4550" in a for a in guessed.sources[0].assumptions)
    told = read_layers(folder, crs=4549)
    assert told.sources[0].crs == "EPSG:4549"
    assert [f.severity for f in told.findings if f.code == "crs_assumed"] == ["notice"]
    assert read_layers(folder, crs="EPSG:4490").sources[0].crs == "EPSG:4550"


def test_layers_of_many_crs_meet(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """A layer without CRS finds its place by the others; one that is far away is named."""
    square = gpd.GeoDataFrame({"社区": ["甲"]}, geometry=[shapely.box(*buildings.total_bounds).buffer(50)], crs=4550)
    buildings.to_crs(4529).to_file(folder / "buildings.gpkg")
    square.to_crs(4490).to_file(folder / "communities.gpkg")
    square.set_crs(None, allow_override=True).to_file(folder / "compounds.shp", encoding="UTF-8")
    square.translate(0, 50_000).to_file(folder / "boundary.gpkg")
    layers = read_layers(folder)
    assert layers.communities is not None
    assert layers.compounds is not None
    assert np.isclose(layers.communities.area, square.area, rtol=1e-6).all()
    assert layers.compounds.covers(layers.buildings.union_all()).all()
    assert [f.subject for f in layers.findings if f.code == "layer_far_away"] == ["boundary"]
