"""Vector files of every format."""

import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from gridplan.errors import EncodingError, LayerError
from gridplan.model import Layers
from gridplan.reading import read_layers

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning:pyogrio")  # of writing


def same(layers: Layers, buildings: gpd.GeoDataFrame) -> bool:
    """Compare ids, households and geometry."""
    found = layers.buildings
    return (
        found["building_id"].tolist() == buildings["building_id"].tolist()
        and found["households"].tolist() == buildings["households"].tolist()
        and bool(found.geom_equals_exact(buildings.normalize(), 0.002).all())
    )


def write_shapefile(frame: gpd.GeoDataFrame, path: Path, encoding: str) -> None:
    """Write a shapefile without .cpg, as old programs do."""
    frame.to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".fgb", ".parquet", ".shp"])
def test_every_format_gives_the_same(folder: Path, buildings: gpd.GeoDataFrame, suffix: str) -> None:
    """Names, counts, geometry, CRS."""
    path = folder / f"楼栋{suffix}"
    if suffix == ".parquet":
        buildings.to_parquet(path)
    elif suffix == ".geojson":
        buildings.to_crs(4326).to_file(path)
    else:
        buildings.rename(columns={"building_id": "楼栋编号"} if suffix == ".shp" else {}).to_file(path)
    layers = read_layers(folder)
    assert same(layers, buildings)
    assert layers.crs.to_epsg() == 4550
    assert layers.sources[0].rows == 5


def test_households_may_come_as_parquet_or_dbf(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """Tables without geometry."""
    buildings[["building_id", "geometry"]].to_file(folder / "buildings.gpkg")
    table = pd.DataFrame({"楼栋编号": ["B1", "B2"], "户数": [3, 4]})
    table.to_parquet(folder / "住户.parquet")
    assert read_layers(folder).buildings["households"].sum() == 7
    (folder / "住户.parquet").unlink()
    pyogrio.write_dataframe(table, folder / "住户.dbf", driver="ESRI Shapefile", encoding="GBK")
    assert read_layers(folder).buildings["households"].sum() == 7


def test_parquet_without_pyarrow_names_the_extra(
    folder: Path, buildings: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line to install it."""
    buildings.to_parquet(folder / "buildings.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(LayerError, match=r'pip install "gridplan\[parquet\]"'):
        read_layers(folder)


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_a_shapefile_without_cpg_is_read_by_its_bytes(folder: Path, buildings: gpd.GeoDataFrame, encoding: str) -> None:
    """Field names and values; names cut after ten bytes match all the same."""
    frame = buildings.rename(columns={"building_id": "楼栋编号", "households": "户数"})
    frame["社区名称"] = ["启工社区", "兴华社区", "启工社区", None, "艳粉社区"]
    write_shapefile(frame, folder / "楼栋.shp", encoding)
    layers = read_layers(folder)
    assert same(layers, buildings)
    assert layers.buildings["community"].tolist() == ["启工社区", "兴华社区", "启工社区", "", "艳粉社区"]
    assert layers.sources[0].encoding == encoding.lower()
    assert layers.sources[0].assumptions == (f"text is {encoding.lower()}, judged by the bytes",)
    again = read_layers(folder, encoding=encoding)
    assert again.sources[0].assumptions == (f"text is {encoding.lower()}, as told",)
    with pytest.raises(EncodingError, match=r"楼栋\.shp.*correct --encoding"):
        read_layers(folder, encoding="UTF-8" if encoding != "UTF-8" else "ascii")


def test_a_cpg_that_lies_does_no_harm(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """GBK bytes under a .cpg that says UTF-8."""
    frame = buildings.rename(columns={"building_id": "楼栋编号", "households": "户数"})
    write_shapefile(frame, folder / "楼栋.shp", "GB18030")
    (folder / "楼栋.cpg").write_text("UTF-8")
    assert same(read_layers(folder), buildings)


def test_z_and_m_are_dropped(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """The plan is flat."""
    high = buildings.copy()
    high.geometry = shapely.force_3d(buildings.geometry.to_numpy(), 42.0)
    high.to_file(folder / "buildings.gpkg")
    layers = read_layers(folder)
    assert not layers.buildings.has_z.any()
    assert same(layers, buildings)


def test_geojson_in_metres_is_not_taken_for_degrees(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """Bureaus write projected numbers without saying so."""
    text = buildings.set_crs(None, allow_override=True).to_json()
    (folder / "buildings.geojson").write_text(text)
    layers = read_layers(folder)
    assert same(layers, buildings)
    assert [f.code for f in layers.findings if f.severity == "warning"] == ["crs_assumed"]


def test_a_table_where_geometry_is_needed(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """A shapefile's .dbf, a CSV without coordinates, lines for buildings."""
    lines = buildings.copy()
    lines.geometry = buildings.boundary
    lines.to_file(folder / "buildings.gpkg")
    with pytest.raises(LayerError, match="need polygons or points, found linestring at B0, B1, B2 and 2 more"):
        read_layers(folder)
    (folder / "buildings.gpkg").unlink()
    pd.DataFrame({"building_id": ["a"]}).to_csv(folder / "buildings.csv", index=False)
    with pytest.raises(LayerError, match="need geometries or columns x and y"):
        read_layers(folder)


def test_the_hash_covers_every_part_of_a_shapefile(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """And only its parts."""
    buildings.rename(columns={"building_id": "楼栋编号"}).to_file(folder / "楼栋.shp", encoding="UTF-8")
    before = read_layers(folder).sources[0].sha256
    (folder / "楼栋.qmd").write_text("x")
    assert read_layers(folder).sources[0].sha256 == before
    prj = folder / "楼栋.prj"
    prj.write_text(prj.read_text() + " ")
    assert read_layers(folder).sources[0].sha256 != before
