"""Encodings, shapefiles, formats, identity columns."""

import struct
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
from district import COUNTS, IDS, Case, bare, buildings, codes, communities, counted, said

from gridplan.model import Layers

PLACED = pd.DataFrame(
    {
        "楼栋编号": IDS,
        "户数": COUNTS,
        "小区名称": "启工小区",
        "经度": [123.4 + i / 1000 for i in range(12)],
        "纬度": 41.8,
    }
)


def named() -> gpd.GeoDataFrame:
    """Name the communities of the buildings."""
    return buildings().assign(社区名称=["启工社区"] * 6 + ["兴华社区"] * 6)


def shapefile(encoding: str, *, cpg: str | None = None, language: int | None = None) -> Callable[[Path], None]:
    """Write a shapefile in one encoding that says another, or nothing."""

    def make(folder: Path) -> None:
        named().to_file(folder / "楼栋.shp", encoding=encoding)
        (folder / "楼栋.cpg").unlink(missing_ok=True)
        if cpg is not None:
            (folder / "楼栋.cpg").write_text(cpg)
        if language is not None:
            with (folder / "楼栋.dbf").open("r+b") as file:
                file.seek(29)
                file.write(struct.pack("B", language))

    return make


def csv(
    encoding: str, *, bom: bytes = b"", frame: pd.DataFrame = PLACED, separator: str = ","
) -> Callable[[Path], None]:
    """Write the buildings as a CSV in one encoding."""

    def make(folder: Path) -> None:
        text = frame.to_csv(index=False, sep=separator)
        (folder / "楼栋.csv").write_bytes(bom + text.encode(encoding))

    return make


def read_right(layers: Layers) -> None:
    """Texts and counts."""
    assert counted(layers) == COUNTS
    assert set(layers.buildings["compound"]) <= {"启工小区", "兴华二小区"}
    if "name" in layers.buildings:
        assert set(layers.buildings["name"]) == {f"{i}号楼" for i in range(1, 7)}


def long_names(folder: Path) -> None:
    """Write names longer than ten bytes, cut in the middle of a character."""
    frame = named().rename(columns={"户数": "住宅户数", "小区名称": "住宅小区名", "社区名称": "社区居委会名称"})
    frame = frame.rename(columns={"住宅小区名": "楼盘名称"})
    frame.to_file(folder / "楼栋.shp", encoding="UTF-8")


def cut_short(part: str, left: int) -> Callable[[Path], None]:
    """Cut a part of a shapefile."""

    def make(folder: Path) -> None:
        shapefile("GBK")(folder)
        path = folder / f"楼栋{part}"
        path.write_bytes(path.read_bytes()[:left])

    return make


def without(part: str) -> Callable[[Path], None]:
    """Leave a part of a shapefile out."""

    def make(folder: Path) -> None:
        shapefile("GBK")(folder)
        (folder / f"楼栋{part}").unlink()

    return make


def wrong_type(name: str, like: str) -> Callable[[Path], None]:
    """Write one format under the name of another."""

    def make(folder: Path) -> None:
        buildings().to_file(folder / like)
        (folder / like).rename(folder / name)

    return make


def personal(folder: Path) -> None:
    """Write identity columns beside the households."""
    bare().to_file(folder / "楼栋.gpkg")
    frame = pd.DataFrame({"楼栋编号": IDS, "户数": COUNTS, "户主姓名": [f"张甲{i}" for i in range(12)]})
    frame["户主联系手机"] = [f"138{i:08d}" for i in range(12)]
    frame["居民身份证号码"] = [f"21010619850101{i:04d}" for i in range(12)]
    frame["备注"] = [f"电话138{i:08d}" for i in range(12)]
    frame.to_csv(folder / "住户.csv", index=False)


def personal_dropped(layers: Layers) -> None:
    """Check that they are dropped by name, whatever way it is written, and said."""
    assert counted(layers) == COUNTS
    assert "户主姓名, 户主联系手机, 居民身份证号码" in said(layers, "personal_fields_dropped")


def two_layers(folder: Path) -> None:
    """Write one package with layers of several names."""
    buildings().to_file(folder / "all.gpkg", layer="自然幢")
    communities().to_file(folder / "all.gpkg", layer="社区边界")
    buildings().iloc[:2].to_file(folder / "all.gpkg", layer="备份")


def packaged(layers: Layers) -> None:
    """Roles by their aliases; the rest is ignored and said."""
    assert counted(layers) == COUNTS
    assert layers.communities is not None
    assert "layer_ignored" in codes(layers)


def quoted(folder: Path) -> None:
    """Write a line break and commas inside values."""
    frame = PLACED.assign(备注=["一、\n二", "a,b", *[""] * 10])
    frame.to_csv(folder / "楼栋.csv", index=False)


CASES = [
    Case("shapefile: GBK without .cpg", shapefile("GBK"), read_right),
    Case("shapefile: GBK, language byte 0", shapefile("GBK", language=0), read_right),
    Case("shapefile: GBK, language byte 0x57", shapefile("GBK", language=0x57), read_right),
    Case("shapefile: GBK, language byte 0x13", shapefile("GBK", language=0x13), read_right),
    Case("shapefile: GBK, .cpg says UTF-8", shapefile("GBK", cpg="UTF-8"), read_right),
    Case("shapefile: UTF-8, .cpg says GBK", shapefile("UTF-8", cpg="GBK"), read_right),
    Case("shapefile: UTF-8, .cpg says nonsense", shapefile("UTF-8", cpg="\x00??"), read_right),
    Case("shapefile: names cut in the middle of a character", long_names, read_right),
    Case("shapefile: told encoding", shapefile("GBK"), read_right, options={"encoding": "GBK"}),
    Case(
        "shapefile: told the wrong encoding",
        shapefile("GBK"),
        refused="correct --encoding",
        options={"encoding": "UTF-8"},
    ),
    Case("shapefile: .dbf cut short", cut_short(".dbf", 400), refused="cut short 楼栋.dbf; copy all of its files"),
    Case("shapefile: .shp cut short", cut_short(".shp", 400), refused="cut short 楼栋.shp; copy all of its files"),
    Case("shapefile: .shx lost", without(".shx"), refused="missing 楼栋.shx; copy all of its files"),
    Case("shapefile: .dbf lost", without(".dbf"), refused="missing 楼栋.dbf; copy all of its files"),
    Case("CSV: GBK", csv("GBK"), read_right),
    Case("CSV: UTF-8 without BOM", csv("utf-8"), read_right),
    Case("CSV: UTF-8 with BOM", csv("utf-8-sig"), read_right),
    Case("CSV: UTF-16, as Excel saves Unicode text", csv("utf-16", separator="\t"), read_right),
    Case("CSV: semicolons", csv("GBK", separator=";"), read_right),
    Case("CSV: line breaks and commas in values", quoted, read_right),
    Case(
        "CSV: Big5",
        csv(
            "big5",
            frame=PLACED.set_axis(["building_id", "households", "compound", "x", "y"], axis=1).assign(
                compound="鐵西區國際廣場灣仔園"
            ),
        ),
        refused="楼栋.csv.*give --encoding",
    ),
    Case(
        "CSV: half of it in another encoding",
        lambda f: (
            (f / "楼栋.csv").write_bytes(
                PLACED.to_csv(index=False).encode()
                + PLACED.iloc[:, :].to_csv(index=False, header=False).replace("启工", "兴华").encode("gbk") * 9
            )
            and None
        ),
        refused="楼栋.csv.*give --encoding",
    ),
    Case("GeoPackage: roles by aliases, others ignored", two_layers, packaged),
    Case("wrong type: a GeoJSON called .gpkg", wrong_type("楼栋.gpkg", "x.geojson"), read_right),
    Case("wrong type: a GeoPackage called .geojson", wrong_type("楼栋.geojson", "x.gpkg"), read_right),
    Case(
        "wrong type: a GeoPackage called .xlsx", wrong_type("楼栋.xlsx", "x.gpkg"), refused="need a readable workbook"
    ),
    Case("wrong type: a GeoPackage called .csv", wrong_type("楼栋.csv", "x.gpkg"), refused=r"楼栋\.csv"),
    Case("identity: columns of many names", personal, personal_dropped),
]
