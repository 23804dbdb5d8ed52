"""Households in every form bureaus keep them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import shapely
from district import COUNTS, IDS, Case, X, Y, aside, bare, buildings, codes, compounds, counted, gives, rooms

from gridplan.model import Layers

Rows = list[list[Any]]


def everything(layers: Layers) -> None:
    """Every building has its households."""
    assert counted(layers) == COUNTS
    assert len(layers.set_aside) == 0


def table(
    frame: pd.DataFrame, name: str = "住户.csv", like: gpd.GeoDataFrame | None = None, *, header: bool = True
) -> Callable[[Path], None]:
    """Make buildings without counts and a table of households."""

    def make(folder: Path) -> None:
        (bare() if like is None else like).to_file(folder / "楼栋.gpkg")
        path = folder / name
        if name.endswith(".csv"):
            frame.to_csv(path, index=False, header=header)
        else:
            frame.to_excel(path, index=False, header=header)

    return make


def sheet(rows: Rows, merged: tuple[str, ...] = (), more: dict[str, Rows] | None = None) -> Callable[[Path], None]:
    """Make buildings without counts and a workbook of raw rows with merged cells."""

    def make(folder: Path) -> None:
        bare().to_file(folder / "楼栋.gpkg")
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for area in merged:
            book.active.merge_cells(area)
        for name, others in (more or {}).items():
            extra = book.create_sheet(name)
            for row in others:
                extra.append(row)
        book.save(folder / "住户.xlsx")

    return make


def addresses(write: Callable[[str, str, str, str], str]) -> pd.DataFrame:
    """Write the households with an address alone."""
    frame = rooms()
    texts = [write(*row) for row in frame[["小区名称", "楼栋号", "单元", "房号"]].itertuples(index=False)]
    return pd.DataFrame({"标准地址": texts})


def wide(text: str) -> str:
    """Write digits in full width."""
    return text.translate({ord(str(i)): 0xFF10 + i for i in range(10)})


def hanzi(text: str) -> str:
    """Write digits as Chinese numerals."""
    return text.translate({ord(str(i)): "零一二三四五六七八九"[i] for i in range(10)})


def persons(frame: pd.DataFrame) -> pd.DataFrame:
    """Make a ledger of three persons a household, with names and numbers that are nobody's."""
    people = frame.loc[frame.index.repeat(3)].reset_index(drop=True)
    member = np.arange(len(people)) % 3
    people["户号"] = [f"H{i // 3:05d}" for i in range(len(people))]
    people["姓名"] = [f"张{'甲乙丙'[m]}{i}" for i, m in enumerate(member)]
    people["与户主关系"] = np.array(["户主", "配偶", "子"])[member]
    people["身份证号码"] = [f"21010619850101{i:04d}" for i in range(len(people))]
    people["联系电话"] = [f"138{i:08d}" for i in range(len(people))]
    return people


def three_each(layers: Layers) -> None:
    """Households and residents of a ledger of persons."""
    everything(layers)
    assert layers.buildings["residents"].tolist() == [3 * n for n in COUNTS]
    assert "rows_are_persons" in codes(layers)


def lost(reason: str, rows: int, households: int) -> Callable[[Layers], None]:
    """Give what is set aside for a reason, and that nothing else is missing."""

    def check(layers: Layers) -> None:
        assert aside(layers, reason) == (rows, households)
        assert sum(counted(layers)) + int(layers.set_aside["households"].sum()) == sum(COUNTS)

    return check


def totals_are_no_rows(layers: Layers) -> None:
    """Check that a total is not counted twice."""
    assert counted(layers) == COUNTS
    assert aside(layers, "a total") == (2, 0)
    assert "rows_skipped" in codes(layers)


def make_points(folder: Path) -> None:
    """Households as points: inside, 10 m off, and 80 m off."""
    bare().to_file(folder / "楼栋.gpkg")
    frame = buildings()
    x, y = X + 100.0 * (np.arange(12) % 6) + 30, Y + 200.0 * (np.arange(12) // 6) + 6
    y = np.where(np.arange(12) == 3, y - 16, y)
    y = np.where(np.arange(12) == 5, y - 86, y)
    points = np.repeat(shapely.points(x, y), frame["户数"])
    gpd.GeoDataFrame({"房号": "1"}, index=range(len(points)), geometry=points, crs=4550).to_crs(4490).to_file(
        folder / "住户.gpkg"
    )


def points_found(layers: Layers) -> None:
    """Within, nearest within 30 m, else listed."""
    assert counted(layers) == [n if i != 5 else 0 for i, n in enumerate(COUNTS)]
    assert aside(layers, "no building is near") == (36, 36)


def make_points_csv(folder: Path) -> None:
    """Households as a table with longitude and latitude."""
    make_points(folder)
    points = gpd.read_file(folder / "住户.gpkg")
    (folder / "住户.gpkg").unlink()
    pd.DataFrame({"经度": points.geometry.x, "纬度": points.geometry.y}).to_csv(folder / "住户.csv", index=False)


def make_podium_points(folder: Path) -> None:
    """Put a tower on a podium: the point means the tower."""
    frame = bare()
    frame.loc[0, "geometry"] = shapely.box(X - 20, Y - 20, X + 80, Y + 40)
    frame.loc[1, "geometry"] = shapely.box(X, Y, X + 20, Y + 20)
    frame.to_file(folder / "楼栋.gpkg")
    pd.DataFrame({"x": [X + 10] * 7 + [X + 60], "y": [Y + 10] * 8}).to_csv(folder / "住户.csv", index=False)


def make_compound_of_polygons(folder: Path) -> None:
    """Write buildings that do not name their compound but lie in its polygon."""
    bare().drop(columns="小区名称").to_file(folder / "楼栋.gpkg")
    compounds().to_file(folder / "小区.gpkg")
    addresses(lambda estate, number, _e, room: f"{estate}{number}{room}").to_csv(folder / "住户.csv", index=False)


def make_streets(folder: Path) -> None:
    """Write buildings by street and number, without compounds."""
    frame = bare().drop(columns=["小区名称", "楼栋号"])
    frame["门牌号"] = [f"建设东路{2 * i + 1}号" for i in range(12)]
    frame.to_file(folder / "楼栋.gpkg")
    home = "沈阳市铁西区"
    streets = dict(zip(IDS, frame["门牌号"], strict=True))
    texts = [
        f"{home}{streets[one]}{e}门{r}" for one, e, r in rooms()[["楼栋编号", "单元", "房号"]].itertuples(index=False)
    ]
    pd.DataFrame({"地址": texts}).to_csv(folder / "住户.csv", index=False)


def make_units(folder: Path) -> None:
    """Write counts with their unit."""
    buildings().assign(户数=[f"{n}户" for n in COUNTS]).to_file(folder / "楼栋.gpkg")


def make_flat_ledger(folder: Path) -> None:
    """Write a title and a header of two rows into a CSV, where no cell is merged."""
    bare().to_file(folder / "楼栋.gpkg")
    rows = [LEDGER[0], ["楼栋编号", "住户", None, None], [None, "单元", "户数", "人口数"], *BODY]
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows)
    (folder / "住户.csv").write_text(text, "utf-8-sig")


def make_dbf(folder: Path) -> None:
    """Write a table into a DBF file in GBK."""
    bare().to_file(folder / "楼栋.gpkg")
    frame = pd.DataFrame({"楼栋编号": IDS, "户数": COUNTS})
    pyogrio.write_dataframe(frame, folder / "住户.dbf", driver="ESRI Shapefile", encoding="GBK")


LEDGER: Rows = [
    ["铁西区户籍台账", None, None, None],
    ["2024年6月", None, None, None],
    ["楼栋", None, "住户", None],
    ["楼栋编号", "单元", "户数", "人口数"],
]
BODY: Rows = [[one, 1, n, 2 * n] for one, n in zip(IDS, COUNTS, strict=True)]
HALVES: Rows = [row for one, n in zip(IDS, COUNTS, strict=True) for row in ([one, 1, n // 2], [None, 2, n - n // 2])]
MERGES = tuple(f"A{2 * i + 2}:A{2 * i + 3}" for i in range(12))
SHORT = pd.DataFrame({"楼栋编号": IDS, "户数": COUNTS})


def entrances_are(layers: Layers) -> None:
    """Two entrances each, under one name whatever way it was written."""
    everything(layers)
    assert layers.entrances is not None
    assert layers.entrances.groupby("building_id")["entrance"].agg(list).tolist() == [["1", "2"]] * 12


def with_rows(frame: pd.DataFrame, *rows: list[Any]) -> pd.DataFrame:
    """Add rows below."""
    return pd.concat([frame, pd.DataFrame(list(rows), columns=frame.columns)], ignore_index=True)


def estimated(layers: Layers) -> None:
    """Each by the first means it has."""
    assert layers.buildings["source"].tolist()[:5] == ["suites", "entrances", "residents", "living_area", "footprint"]
    assert counted(layers)[:4] == [40, 3 * 6 * 2, 50, 20]
    assert "households_estimated" in codes(layers)


def make_estimates(folder: Path) -> None:
    """Every means of estimating, one building each."""
    frame = bare()
    frame["总套数"] = [40] + [None] * 11
    frame["单元数"] = [9, 3] + [None] * 10
    frame["层数"] = [6] * 12
    frame["常住人口"] = [None, None, 109] + [None] * 9
    frame["住宅面积"] = [None, None, None, "1600㎡"] + [None] * 8
    frame.to_file(folder / "楼栋.gpkg")


def odd_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Mix the ways in which entrances are written."""
    ways = ["{}单元", "0{}", "{}门", "{}"]
    entrances = [ways[i % 4].format(e) for i, e in enumerate(frame["单元"])]
    return frame.assign(单元=[hanzi(e) if i % 8 == 0 else e for i, e in enumerate(entrances)])


def ledger_without_repeats() -> pd.DataFrame:
    """Leave the place empty where the members of a household stand."""
    people = persons(rooms())
    member = people["与户主关系"] != "户主"
    return people.assign(**{name: people[name].mask(member) for name in ("楼栋编号", "单元", "房号", "户号")})


ADDRESSED = [
    ("full address", lambda c, b, e, r: f"辽宁省沈阳市铁西区启工街道{c}{b}{e}单元{r}室"),
    ("full-width digits", lambda c, b, e, r: wide(f"{c}{b}{e}单元{r}")),
    ("Chinese numerals", lambda c, b, e, r: hanzi(f"{c}{b}{e}单元{r}")),
    ("hash signs", lambda c, b, e, r: f"{c}{b[:-2]}#{e}-{r}"),
    ("dashes", lambda c, b, e, r: f"{c}{b[:-2]}-{e}-{r}"),
    ("栋 and 门", lambda c, b, e, r: f"{c}{b[:-2]}栋{e}门{r}号"),
    ("幢 and spaces", lambda c, b, e, r: f" {c} {b[:-2]} 幢 {e} 单元 {r} 室 "),
    ("leading zeros", lambda c, b, e, r: f"{c}0{b}0{e}单元0{r}"),
    ("compound without 小区", lambda c, b, e, r: f"{c.removesuffix('小区')}{b}{e}单元{r}"),
    ("compound numeral in digits", lambda c, b, e, r: f"{c.replace('二', '2')}{b}{e}单元{r}"),
    ("street before the compound", lambda c, b, e, r: f"建设东路15号{c}{b}{e}单元{r}"),
    ("floor after the building", lambda c, b, e, r: f"{c}{b}{e}单元{r[0]}楼{r}"),
]

CASES = [
    Case("households: a count column with units", make_units, everything),
    Case("households: rows by building id", table(rooms()[["楼栋编号"]]), everything),
    Case("households: rows with entrances in mixed writing", table(odd_rows(rooms())), entrances_are),
    Case("households: counts by building id in a DBF", make_dbf, everything),
    Case(
        "households: ids of a number type",
        table(SHORT.assign(楼栋编号=[f"{i}" for i in range(12)]), like=bare().assign(楼栋编号=range(12))),
        gives(lambda layers: sorted(counted(layers)), sorted(COUNTS)),
    ),
    Case("households: points within, near and far", make_points, points_found),
    Case("households: points in a CSV in degrees", make_points_csv, points_found),
    Case(
        "households: a point on a tower above its podium",
        make_podium_points,
        gives(lambda layers: counted(layers)[:2], [1, 7]),
    ),
    Case("households: a ledger of persons by household number", table(persons(rooms())), three_each),
    Case(
        "households: a ledger of persons by head's name",
        table(persons(rooms()).rename(columns={"户号": "户主姓名"})),
        three_each,
    ),
    Case(
        "households: a ledger of persons by room",
        table(persons(rooms().assign(房号=[str(i) for i in range(len(rooms()))])).drop(columns=["户号", "与户主关系"])),
        three_each,
    ),
    Case(
        "households: a ledger of persons by heads alone",
        table(persons(rooms()).drop(columns=["户号", "房号"])),
        three_each,
    ),
    Case("households: a ledger that names the place once a household", table(ledger_without_repeats()), three_each),
    Case("households: the same ledger in a workbook", table(ledger_without_repeats(), "住户.xlsx"), three_each),
    Case("households: heads of household, one row each", table(rooms().assign(户主姓名="某", 人口=2)), everything),
    Case(
        "households: title rows and a header of two rows",
        sheet(LEDGER + BODY, ("A1:D1", "A2:D2", "A3:B3", "C3:D3")),
        everything,
    ),
    Case("households: the same without merged cells, in a CSV", make_flat_ledger, everything),
    Case("households: merged cells in the rows", sheet([["楼栋编号", "单元", "户数"], *HALVES], MERGES), everything),
    Case(
        "households: totals among the rows",
        table(with_rows(SHORT, ["小计", 240], ["合计", sum(COUNTS)])),
        totals_are_no_rows,
    ),
    Case(
        "households: a total in a workbook",
        sheet(
            [
                ["序号", "楼栋编号", "户数"],
                *([i, *row] for i, row in enumerate(SHORT.to_numpy().tolist())),
                ["合 计", None, 556],
                ["总计：", None, 556],
            ]
        ),
        totals_are_no_rows,
    ),
    Case(
        "households: a header repeated on every page",
        table(with_rows(SHORT, ["楼栋编号", "户数"]), "住户.xlsx"),
        lost("a header again", 1, 0),
    ),
    Case(
        "households: a note below the table",
        sheet(
            [
                ["楼栋编号", "单元", "户数"],
                *([i, 1, n] for i, n in zip(IDS, COUNTS, strict=True)),
                ["制表人：某某 2024年6月30日", None, None],
            ]
        ),
        lost("a note below the table", 1, 0),
    ),
    Case("households: empty lines", table(with_rows(SHORT, [None, None], [None, None])), lost("an empty row", 2, 0)),
    Case(
        "households: several sheets of one table",
        sheet(
            [["楼栋编号", "户数"], *SHORT.to_numpy().tolist()[:5]],
            more={"二": [["楼栋编号", "户数"], *SHORT.to_numpy().tolist()[5:]]},
        ),
        everything,
    ),
    Case(
        "households: the table stands on the second sheet",
        sheet(
            [["说明", None], ["本表由社区填报", None]],
            more={"台账": [["楼栋编号", "户数"], *SHORT.to_numpy().tolist()]},
        ),
        everything,
    ),
    Case(
        "households: cancelled addresses",
        table(rooms().assign(注销标志=["是" if i < 10 else "" for i in range(len(rooms()))])),
        lost("cancelled", 10, 10),
    ),
    Case(
        "households: unknown building ids",
        table(rooms()[["楼栋编号"]].replace("LD03", "LD99")),
        lost("no building has this id", 24, 24),
    ),
    Case(
        "households: rows without building",
        table(rooms()[["楼栋编号", "单元"]].replace("LD03", "")),
        lost("no building is named", 24, 24),
    ),
    Case("households: compound and number in columns", table(rooms().drop(columns="楼栋编号")), everything),
    Case("households: the compound is a polygon", make_compound_of_polygons, everything),
    Case("households: street and number", make_streets, entrances_are),
    *(Case(f"addresses: {name}", table(addresses(write)), everything) for name, write in ADDRESSED),
    Case(
        "addresses: a floor is no building",
        table(addresses(lambda c, b, _e, r: f"{c}{b[:-2]}楼{r}" if b == "3号楼" else f"{c}{b}{r}")),
        lost("no building has this address", COUNTS[2] + COUNTS[8], COUNTS[2] + COUNTS[8]),
    ),
    Case(
        "addresses: a community is no compound",
        table(addresses(lambda c, b, _e, r: f"{'启工社区' if c == '启工小区' else c}{b}{r}")),
        lost("no building has this address", sum(COUNTS[:6]), sum(COUNTS[:6])),
    ),
    Case(
        "addresses: two buildings of one address",
        table(addresses(lambda c, b, _e, r: f"{c}{b}{r}"), like=bare().replace({"楼栋号": {"2号楼": "1号楼"}})),
        lost("several buildings have this address", 80, 80),
    ),
    Case("households: nothing is counted", make_estimates, estimated),
    Case(
        "households: a table of nothing useful",
        table(pd.DataFrame({"备注": ["a"], "序号": [1]})),
        refused="need building_id .* found 2 columns of other names; add or rename",
    ),
    Case(
        "households: a header is missing",
        table(rooms()[["楼栋编号", "房号"]], header=False),
        refused="need building_id .* found 2 columns of other names",
    ),
    Case(
        "households: identity numbers as building ids",
        table(pd.DataFrame({"楼栋编号": [f"21010619850101{i:04d}" for i in range(99)]})),
        refused="need ids of buildings, found numbers of identity cards or telephones",
    ),
    Case(
        "households: counts that are words",
        table(SHORT.assign(户数=["若干", *COUNTS[1:]])),
        refused="户数: need counts, found text that is no number at line 2",
    ),
    Case(
        "households: negative counts",
        table(SHORT.assign(户数=[-1, *COUNTS[1:]])),
        refused="户数: need counts, found less than 0 at line 2",
    ),
]
