"""Households: counted from a table, or estimated."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.config import EstimateRules
from gridplan.errors import LayerError
from gridplan.model import ENTRANCE_FIELDS, Layers
from gridplan.reading import read_layers, tables
from gridplan.reading.estimates import estimate, tell_residential
from gridplan.reading.households import natural_key, sort_entrances
from gridplan.schema import KEY_GROUPS

RATES = EstimateRules()


def read_with(folder: Path, buildings: gpd.GeoDataFrame, households: pd.DataFrame, name: str = "住户.csv") -> Layers:
    """Write buildings without count and a households table, and read both."""
    buildings.to_file(folder / "buildings.gpkg")
    households.to_csv(folder / name, index=False) if name.endswith("csv") else households.to_excel(
        folder / name, index=False
    )
    return read_layers(folder)


@st.composite
def tables_of_households(draw: st.DrawFn) -> pd.DataFrame:
    """Draw a table: one row a household, or counts per row."""
    n = draw(st.integers(1, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    frame = pd.DataFrame(
        {
            "楼栋编号": rng.choice(["B0", "B1", "B2", "B4", "B9", ""], n),
            "单元": rng.choice(["1单元", "2单元", "10单元", ""], n),
            "人口": rng.integers(0, 6, n),
            "未成年人数": rng.integers(0, 3, n),
        }
    )
    return frame.assign(户数=rng.integers(0, 9, n)) if draw(st.booleans()) else frame


@settings(max_examples=15, deadline=None)
@given(table=tables_of_households(), rows=st.integers(1, 20))
def test_no_household_is_lost(tmp_path_factory: pytest.TempPathFactory, table: pd.DataFrame, rows: int) -> None:
    """In buildings + set aside, and in the entrances; whatever the order of the rows and the size of a chunk."""
    ids = [f"B{i}" for i in range(5)]
    points = gpd.points_from_xy(123.4 + 0.001 * np.arange(5), [41.8] * 5, crs=4326)
    buildings = gpd.GeoDataFrame({"building_id": ids}, geometry=points)
    whole = read_with(tmp_path_factory.mktemp("a"), buildings, table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "_CHUNK_ROWS", rows)
        again = read_with(tmp_path_factory.mktemp("b"), buildings, table.iloc[::-1])
    pd.testing.assert_frame_equal(whole.buildings, again.buildings)
    households = table["户数"] if "户数" in table else pd.Series(1, table.index)
    assert whole.buildings["households"].sum() + whole.set_aside["households"].sum() == households.sum()
    expected = households.groupby(table["楼栋编号"]).sum().reindex(ids, fill_value=0)
    assert whole.buildings["households"].tolist() == expected.tolist()
    minors = table.groupby("楼栋编号")["未成年人数"].sum().reindex(ids, fill_value=0)
    assert whole.buildings["minors"].tolist() == minors.tolist()
    if whole.entrances is not None:
        pd.testing.assert_frame_equal(whole.entrances, again.entrances)
        sums = whole.entrances.groupby("building_id")[["households", "residents", *KEY_GROUPS]].sum()
        mine = whole.buildings.set_index("building_id").loc[sums.index, sums.columns]
        pd.testing.assert_frame_equal(sums, mine, check_dtype=False)


def test_entrances_stand_in_natural_order(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """1, 2, 10; a building without entrances has none."""
    table = pd.DataFrame({"楼栋编号": ["B1", "B1", "B1", "B0"], "单元": ["10", "2", "1", None]})
    layers = read_with(folder, buildings[["building_id", "geometry"]], table)
    assert layers.entrances is not None
    assert list(layers.entrances.columns) == list(ENTRANCE_FIELDS)
    assert layers.entrances["entrance"].tolist() == ["1", "2", "10"]
    assert layers.buildings["households"].tolist() == [1, 3, 0, 0, 0]
    assert layers.buildings["source"].tolist() == ["counted", "counted", "", "", ""]


@pytest.mark.parametrize(
    "order", [["1单元", "2单元", "10单元"], ["一单元", "二单元", "三单元"], ["甲1", "甲2", "甲10"], ["", "1", "A"]]
)
def test_natural_order(order: list[str]) -> None:
    """As people count."""
    frame = pd.DataFrame({"building_id": "b", "entrance": order[::-1]})
    assert sort_entrances(frame)["entrance"].tolist() == order == sorted(order, key=natural_key)


def test_the_table_wins_over_the_column_and_the_difference_is_said(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """B0 36, B1 48, B3 60, B4 72 in the column."""
    layers = read_with(folder, buildings, pd.DataFrame({"楼栋编号": ["B0", "B1"], "户数": ["36户", "50"]}))
    assert layers.buildings["households"].tolist() == [36, 50, 0, 0, 0]
    said = next(f for f in layers.findings if f.code == "households_differ")
    assert "86 households, the buildings' column 216; they differ at 3 buildings, first B1, B3, B4" in said.reason
    assert said.severity == "warning"


def test_unknown_buildings_are_set_aside(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """By id, with their households; rows without id too."""
    table = pd.DataFrame({"楼栋编号": ["B0", "X", "X", None], "户数": [1, 2, 3, 4]})
    layers = read_with(folder, buildings[["building_id", "geometry"]], table, "住户.xlsx")
    assert layers.set_aside.to_numpy().tolist() == [
        ["households", "X", 2, 5, "no building has this id"], ["households", "row 5", 1, 4, "no building is named"],
    ]  # fmt: skip
    assert [f.value for f in layers.findings if f.code == "households_without_building"] == [5, 4]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"楼栋编号": []}, "need at least one row, found none"),
        ({"楼栋编号": ["B0"], "户数": [1e30]}, "户数: need counts, found too much at line 2"),
        ({"单元": ["1"]}, "need building_id .*found 单元; add or rename"),
        (
            {"楼栋编号": ["B0", "B0"], "户数": ["x", "-1"]},
            "户数: need counts, found .* at line 2 and less than 0 at line 3",
        ),
        ({"楼栋编号": ["B0", "B0"], "户数": ["1", ""]}, "户数: need a count in every row, found none in lines 3"),
        ({"楼栋编号": ["B0"], "未成年人数": [0.5]}, "未成年人数: need counts, found no whole number at line 2"),
    ],
)
def test_wrong_tables_are_explained(
    folder: Path, buildings: gpd.GeoDataFrame, table: dict[str, list[object]], message: str
) -> None:
    """File, field, lines."""
    with pytest.raises(LayerError, match=message):
        read_with(folder, buildings, pd.DataFrame(table))


def test_a_list_of_persons_is_suspected(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """Rows with names and no count may be persons."""
    layers = read_with(folder, buildings, pd.DataFrame({"楼栋编号": ["B0"], "姓名": ["某"]}))
    assert "rows_may_be_persons" in {f.code for f in layers.findings}


def test_households_that_do_not_tell_their_residents_get_the_rate(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """3 known and 100 silent households of 2.18."""
    table = pd.DataFrame({"楼栋编号": ["B0"] * 101, "人口": [3] + [None] * 100})
    assert read_with(folder, buildings, table).buildings["residents"][0] == 3 + 218


MEANS = [
    ({"suites": 12}, 12, "suites"),
    ({"entrances": 3, "floors": 6}, 36, "entrances"),
    ({"entrances": 3, "floors": 6, "flats_per_landing": 4}, 72, "entrances"),
    ({"residents": 109}, 50, "residents"),
    ({"residents": 1}, 1, "residents"),
    ({"living_area_m2": 2574.3}, 32, "living_area"),
    ({"floor_area_m2": 3217.9}, 40, "floor_area"),
    ({"floor_area_m2": 30}, 0, ""),
    ({"floors": 6}, 36, "footprint"),
    ({}, 6, "footprint"),
    ({"suites": 0, "living_area_m2": 160}, 2, "living_area"),
    ({"residents": 0, "living_area_m2": 160}, 0, ""),
    ({"suites": 7, "residents": 0}, 7, "suites"),
]


@pytest.mark.parametrize(("known", "households", "source"), MEANS)
@pytest.mark.parametrize("residential", [True, False, None])
def test_the_means_in_their_order(
    known: dict[str, float], households: int, source: str, *, residential: bool | None
) -> None:
    """Of a footprint of 600 m2; nobody lives where it is said to be no dwelling."""
    frame = pd.DataFrame([known]).assign(residential=pd.array([residential], dtype="boolean"))
    expected = (0, "") if residential is False else (households, source)
    found = estimate(frame, np.array([600.0]), RATES)
    assert (found[0][0], found[1][0]) == expected


@given(st.permutations(range(len(MEANS))))
def test_each_building_is_estimated_for_itself(order: list[int]) -> None:
    """Neighbours in the table play no part."""
    frame = pd.DataFrame([MEANS[i][0] for i in order])
    households, source = estimate(frame, np.full(len(order), 600.0), RATES)
    assert households.tolist() == [MEANS[i][1] for i in order]
    assert source.tolist() == [MEANS[i][2] for i in order]


def test_a_silent_building_beside_flagged_ones_needs_evidence() -> None:
    """A garage nobody flagged does not fill with households by its size."""
    frame = pd.DataFrame({"suites": [np.nan, np.nan, 3]}).assign(
        residential=pd.array([True, None, None], dtype="boolean")
    )
    assert estimate(frame, np.array([600.0, 600.0, 600.0]), RATES)[0].tolist() == [6, 0, 3]


def test_use_tells_dwellings() -> None:
    """The flag goes before the use."""
    uses = ["住宅", "商住楼", "学生宿舍", "非住宅", "商业", "", None, "Residential", "住宅"]
    flags = [None, None, None, None, None, None, "是", None, "否"]
    told = tell_residential(pd.DataFrame({"use": uses, "residential": flags}))
    assert told.astype(object).where(told.notna(), None).tolist() == [
        True, True, True, False, False, None, True, True, False,
    ]  # fmt: skip
