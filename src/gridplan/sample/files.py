"""Write a made-up district as a bureau would send it."""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from numpy.typing import NDArray

from gridplan.errors import OutputError
from gridplan.language import say
from gridplan.sample.district import District
from gridplan.sample.names import RAILWAYS, RIVERS
from gridplan.sample.streets import ROAD_NAMES, WIDTHS

CRS: Final = "EPSG:4550"
DATE: Final = "2024-06-30T00:00:00Z"
"""The day all files say they were made: the same seed gives the same bytes."""
MODIFIED: Final = rb"(?<=W3CDTF\">)[0-9T:-]+Z(?=</dcterms:modified>)"
"""Where openpyxl puts the time of saving."""
README: Final = """# 虚构城区样例 / A made-up district

本文件夹由 `gridplan sample` 生成,全部内容均为虚构:街道、社区、小区、楼栋、住户、人员都不存在。
仅区县代码及名称为真实值,用于检验编码规则。坐标系 CGCS2000 三度带,中央经线 123E(EPSG:4550)。

Everything here is made up by `gridplan sample`; only the names and codes of the counties are real.
{households} households, seed {seed}. The licence is that of gridplan (BSD-3-Clause).

| 文件 file | 内容 content |
| --- | --- |
| 楼栋.shp | buildings: polygons, GBK text without .cpg, no household column |
| 住户.csv | one row a household, counts only (UTF-8 with BOM); empty 单元: a house without entrances |
| 小区.gpkg 社区.gpkg 街道.gpkg | compounds, communities, subdistricts |
| 道路.gpkg 铁路.gpkg 水系.gpkg | roads by class, railways, river polygons |
| 设施.gpkg | facilities with rooms and floor area |
| 人员.xlsx | roster of the eight forces, organs and committees with home and office |
"""


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Give a temporary folder beside `out` that becomes `out` when all went well.

    Parameters
    ----------
    out : Path
        The folder to make; may exist if it is empty.

    Yields
    ------
    Path
        An empty folder to write into.

    Raises
    ------
    OutputError
        If `out` is a file or a folder that is not empty, or cannot be written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(
            say("sample, {out}: need a new or empty folder, found one with content or a file; choose another", out=out)
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise OutputError(
            say("sample, {out}: need a folder that can be written, found {error}; choose another", out=out, error=error)
        ) from error
    try:
        yield work
        work.chmod(0o755)
        if out.exists():
            out.rmdir()
        work.rename(out)
    except OSError as error:
        raise OutputError(
            say(
                "sample, {out}: need room and rights to write, found {error}; choose another folder",
                out=out,
                error=error,
            )
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def write_district(district: District, folder: Path, *, households: int, seed: int) -> None:
    """Write all files of a district.

    Parameters
    ----------
    district : District
        What to write.
    folder : Path
        An existing folder.
    households, seed : int
        What was asked for, for the README.
    """
    with _fixed_date():
        _write_buildings(district.buildings, folder / "楼栋.shp")
        for name, frame in _layers(district).items():
            if len(frame):  # a very small district may lie off the river and the railway
                _write_layer(frame, folder / f"{name}.gpkg", name)
    _write_households(district, folder / "住户.csv")
    _write_roster(district.personnel, folder / "人员.xlsx")
    (folder / "README.md").write_text(README.format(households=households, seed=seed), "utf-8", newline="\n")


@contextmanager
def _fixed_date() -> Iterator[None]:
    """Let GDAL believe it is another day, for equal bytes."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _write_buildings(buildings: pd.DataFrame, path: Path) -> None:
    """Write a shapefile as offices send it: GBK text, no .cpg, language byte 0."""
    frame = gpd.GeoDataFrame(
        {
            "楼栋编号": buildings["building_id"],
            "楼栋名称": buildings["name"],
            "小区名称": buildings["compound"],
            "总层数": buildings["floors"].astype("int32"),
            "规划用途": buildings["use"],
            "建筑年代": buildings["year"].astype("int32"),
        },
        geometry=buildings["geometry"].to_numpy(),
        crs=CRS,
    )
    options = {"RESIZE": "YES", "DBF_DATE_LAST_UPDATE": DATE[:10]}
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="CP936", layer_options=options)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    with path.with_suffix(".dbf").open("r+b") as dbf:
        dbf.seek(29)
        dbf.write(b"\x00")


def _layers(district: District) -> dict[str, gpd.GeoDataFrame]:
    """Layers for GeoPackages by name, their columns in Chinese."""
    roads = district.roads
    classes = np.array(ROAD_NAMES)[roads["road_class"]]
    width = np.array(WIDTHS)[roads["road_class"]]
    communities = {"community": "社区名称", "community_code": "社区代码", "subdistrict": "街道"}
    subdistricts = {"subdistrict": "街道名称", "subdistrict_code": "街道代码", "district": "区县"}
    facilities = {
        "type": "类型",
        "name": "名称",
        "area_m2": "面积",
        "rooms": "房间",
        "open": "对外开放",
        "community": "社区",
    }
    plain = {
        "社区": district.communities.rename(columns=communities)[[*communities.values(), "geometry"]],
        "街道": district.subdistricts.rename(columns=subdistricts)[[*subdistricts.values(), "geometry"]],
        "小区": district.compounds.rename(columns={"compound": "小区名称"}),
        "道路": pd.DataFrame(
            {"名称": roads["name"], "道路等级": classes, "宽度": width, "geometry": roads["geometry"]}
        ),
        "铁路": _named(district.streets.railways, RAILWAYS),
        "水系": _named(district.streets.water, RIVERS),
        "设施": district.facilities.rename(columns=facilities)[[*facilities.values(), "geometry"]],
    }
    return {name: gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS) for name, frame in plain.items()}


def _named(shapes: NDArray[np.object_], names: tuple[str, ...]) -> pd.DataFrame:
    """Name a few lines or polygons, in their order."""
    return pd.DataFrame({"名称": [names[i % len(names)] for i in range(len(shapes))], "geometry": shapes})


def _write_layer(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    """Write a GeoPackage of one layer that old QGIS opens without a warning."""
    options = {"SPATIAL_INDEX": "NO", "FID": "fid", "GEOMETRY_NAME": "geom"}
    mixed = len(set(frame.geom_type)) > 1
    pyogrio.write_dataframe(
        frame, path, layer=layer, driver="GPKG", dataset_options={"VERSION": "1.2"}, layer_options=options,
        promote_to_multi=mixed,
    )  # fmt: skip


def _write_households(district: District, path: Path) -> None:
    """One row a household, sorted by building."""
    people = district.households
    entrance = people["entrance"].astype("Int16")
    table = pd.DataFrame({
        "楼栋编号": pd.Categorical.from_codes(people["row"].to_numpy(), pd.Index(district.buildings["building_id"])),
        "单元": entrance.mask(entrance == 0), "房号": people["room"], "人口": people["residents"],
        "失能老人": people["elderly_disabled"], "未成年人": people["minors"], "流动人口": people["floating"],
        "精神障碍患者": people["mental"],
    })  # fmt: skip
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _write_roster(roster: pd.DataFrame, path: Path) -> None:
    """Write a workbook with one sheet; its zip says the same date every time."""
    from openpyxl import Workbook  # noqa: PLC0415 - heavy, and only needed here

    book = Workbook(write_only=True)
    sheet = book.create_sheet("人员")
    sheet.append(["人员编号", "力量", "人员类别", "社区", "居住地X", "居住地Y", "单位X", "单位Y", "容量"])
    places = roster[["home_x", "home_y", "work_x", "work_y"]].round(1)
    columns = [roster["force"], roster["staff"], roster["community"], *(places[c] for c in places), roster["capacity"]]
    for i, row in enumerate(zip(*(c.tolist() for c in columns), strict=True), start=1):
        sheet.append([f"RY{i:06d}", *row])
    book.properties.created = book.properties.modified = datetime.fromisoformat(DATE[:10])
    book.save(path)
    _fix_zip_dates(path)


def _fix_zip_dates(path: Path) -> None:
    """Write a workbook anew with one date for all members and for its last change."""
    with zipfile.ZipFile(path) as old:
        members = [(name, re.sub(MODIFIED, DATE.encode(), old.read(name))) for name in old.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in members:
            new.writestr(zipfile.ZipInfo(name, (2024, 6, 30, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
