"""What is written to plan.gpkg is read back as it was."""

import dataclasses
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pyproj import CRS
from shapely import MultiPolygon, Point, affinity

from gridplan.config import Rules
from gridplan.errors import PlanError
from gridplan.model import PlanData
from gridplan.reporting import equal_plans, read_plan_data
from gridplan.reporting.columns import decode_frame, describe_columns, encode_frame, pack_rows, unpack_rows
from gridplan.reporting.geopackage import LAYERS, OPTIONAL, TABLES, write_geopackage


def there_and_back(plan: PlanData, folder: Path) -> PlanData:
    """Write a plan and read it."""
    write_geopackage(plan, Rules(), folder / "plan.gpkg")
    return read_plan_data(folder / "plan.gpkg")


def test_a_plan_comes_back_equal_in_every_frame(plan: PlanData, tmp_path: Path) -> None:
    """Types, order, values, coordinates and how the plan was made."""
    back = there_and_back(plan, tmp_path)
    for name in TABLES:
        assert_frame_equal(getattr(back, name), getattr(plan, name))
    for name in LAYERS:
        assert_geodataframe_equal(getattr(back, name), getattr(plan, name))
    assert back.run == plan.run
    assert back.crs == plan.crs
    assert equal_plans(plan, back)


def test_single_and_multi_part_geometries_keep_their_kind(plan: PlanData, tmp_path: Path) -> None:
    """A multipolygon of one part stays one beside polygons; points among the context come back in place."""
    odd = pd.concat(
        [plan.context, plan.context.iloc[:2].set_geometry([Point(1.1, 2.2), Point(3, 4)])], ignore_index=True
    )
    context = odd.iloc[[4, 1, 0, 5, 2, 3]].reset_index(drop=True)
    back = there_and_back(dataclasses.replace(plan, context=context), tmp_path)
    assert list(back.communities.geom_type) == ["Polygon", "MultiPolygon"]
    assert_geodataframe_equal(back.context, context)


def test_outlines_of_buildings_come_back(housed: PlanData, plan: PlanData, tmp_path: Path) -> None:
    """Where there are some; a plan without them is another one."""
    back = there_and_back(housed, tmp_path)
    assert_geodataframe_equal(back.footprints, housed.footprints)
    assert equal_plans(back, housed)
    assert not equal_plans(back, plan)


def test_odd_columns_survive(plan: PlanData, tmp_path: Path) -> None:
    """None, NaN, empty text, truth values, small integers, nullable ones and mixed objects."""
    n = len(plan.units)
    odd = plan.units.assign(
        none=pd.Series([None, "", "x"] + ["中"] * (n - 3), dtype="object"),
        nan=pd.Series([np.nan, "", "x"] + ["y"] * (n - 3), dtype="object"),
        mixed=pd.Series([1, "1", None, [1, 2]] + [2.5] * (n - 4), dtype="object"),
        flag=np.arange(n) % 2 == 0,
        small=np.arange(n, dtype="int8"),
        nullable=pd.array([None, *range(n - 1)], dtype="Int64"),
        real=np.where(np.arange(n) % 2, np.nan, 1 / 3),
        number=np.full(n, 2**60 + 1),
    )
    back = there_and_back(dataclasses.replace(plan, units=odd), tmp_path)
    assert_geodataframe_equal(back.units, odd)
    assert back.units["none"][0] is None
    assert isinstance(back.units["nan"][0], float)


def test_empty_layers_keep_their_columns(plan: PlanData, tmp_path: Path) -> None:
    """A plan without findings and context is a plan."""
    bare = dataclasses.replace(plan, findings=plan.findings.iloc[:0], context=plan.context.iloc[:0])
    back = there_and_back(bare, tmp_path)
    assert equal_plans(bare, back)
    assert back.findings.dtypes.equals(plan.findings.dtypes)


@pytest.mark.parametrize(
    "crs", ["EPSG:32651", "+proj=tmerc +lon_0=123.4 +x_0=500000 +ellps=GRS80 +units=m", "ESRI:102025"]
)
def test_any_crs_comes_back(plan: PlanData, tmp_path: Path, crs: str) -> None:
    """Codes and own definitions."""
    frames = {name: getattr(plan, name).set_crs(crs, allow_override=True) for name in LAYERS}
    moved = dataclasses.replace(plan, crs=CRS(crs), **frames)
    assert equal_plans(there_and_back(moved, tmp_path), moved)


TEXTS = st.one_of(st.none(), st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=8))


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(TEXTS, max_size=6),
    objects=st.lists(st.one_of(st.none(), st.integers(), st.booleans(), st.text(max_size=3)), max_size=6),
)
def test_columns_survive_the_coding(texts: list[str | None], objects: list[Any]) -> None:
    """Decoding undoes encoding, whatever the objects."""
    for values in (texts, objects):
        frame = pd.DataFrame({"a": pd.Series(values, dtype="object")})
        assert_frame_equal(decode_frame(encode_frame(frame), describe_columns(frame)), frame)


@given(st.sets(st.integers(0, 60)))
def test_runs_of_rows_survive(rows: set[int]) -> None:
    """Unpacking undoes packing."""
    numbers = np.array(sorted(rows), dtype=np.int64)
    assert np.array_equal(unpack_rows(pack_rows(numbers)), numbers)


def test_equality_sees_what_matters_and_nothing_else(plan: PlanData) -> None:
    """Seconds, memory and dates do not count; a coordinate, a value, a type, a rule does."""
    later = plan.run | {"created": "2030", "stages": {}}
    slower = plan.certificate.assign(seconds=99.0)
    dated = plan.grids.assign(valid_from="2030-01-01")
    same = dataclasses.replace(plan, run=later, certificate=slower, grids=dated)
    assert equal_plans(plan, same)
    moved = plan.grids.set_geometry([affinity.translate(g, 1e-9 * (k == 2)) for k, g in enumerate(plan.grids.geometry)])
    changes: list[dict[str, Any]] = [
        {"grids": plan.grids.assign(households=plan.grids["households"] + 1)},
        {"grids": moved.set_geometry(plan.grids.translate(1e-3))},
        {"units": plan.units.iloc[::-1]},
        {"edges": plan.edges.assign(border_m=plan.edges["border_m"].astype("float32"))},
        {"run": plan.run | {"seed": 1}},
        {"set_aside": plan.set_aside.iloc[:0]},
        {"communities": plan.communities.set_geometry([MultiPolygon([g]) if g.geom_type == "Polygon" else g
                                                       for g in plan.communities.geometry])},
    ]  # fmt: skip
    for change in changes:
        assert not equal_plans(plan, dataclasses.replace(plan, **change)), change.keys()


def test_what_is_no_plan_is_refused(plan: PlanData, tmp_path: Path) -> None:
    """A missing file, text, another GeoPackage, one that lost a table, one of another format."""
    with pytest.raises(PlanError, match="no such file"):
        read_plan_data(tmp_path / "none.gpkg")
    (tmp_path / "text.gpkg").write_text("hello")
    with pytest.raises(PlanError, match="found none"):
        read_plan_data(tmp_path / "text.gpkg")
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(0, 0)], crs=4326).to_file(tmp_path / "other.gpkg")
    with pytest.raises(PlanError, match="found none"):
        read_plan_data(tmp_path / "other.gpkg")
    write_geopackage(plan, Rules(), tmp_path / "plan.gpkg")
    with closing(sqlite3.connect(tmp_path / "plan.gpkg")) as database, database:
        database.execute("DROP TABLE walls")
        database.execute("DELETE FROM gpkg_contents WHERE table_name = 'walls'")
    with pytest.raises(PlanError, match=r"none of .*: an older gridplan \(.*\) wrote it.*`gridplan partition`"):
        read_plan_data(tmp_path / "plan.gpkg")
    with closing(sqlite3.connect(tmp_path / "plan.gpkg")) as database, database:
        database.execute("UPDATE run SET value = replace(value, '\"format\": 3', '\"format\": 99')")
    with pytest.raises(PlanError, match="format 99"):
        read_plan_data(tmp_path / "plan.gpkg")


def test_the_file_is_geopackage_1_2_with_a_style_for_every_layer(plan: PlanData, tmp_path: Path) -> None:
    """QGIS 3.22 warns at later versions, and looks styles up by name and geometry column."""
    there_and_back(plan, tmp_path)
    layers = {name for name, kind in pyogrio.list_layers(tmp_path / "plan.gpkg") if kind}
    with closing(sqlite3.connect(tmp_path / "plan.gpkg")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (10200,)
        styled = database.execute("SELECT f_table_name, f_geometry_column, useAsDefault FROM layer_styles").fetchall()
        kinds = dict(database.execute("SELECT table_name, data_type FROM gpkg_contents"))
    assert {row[0] for row in styled} == layers
    assert {row[1:] for row in styled} == {("geom", 1)}
    assert all(kinds[name] == "attributes" for name in {*TABLES, "run", "layer_styles"} - {*OPTIONAL})
