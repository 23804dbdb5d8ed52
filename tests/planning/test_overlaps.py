"""Grids against those of departments: households are conserved, what nests is told, all faults come at once."""

import dataclasses
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from shapely import Polygon, box

from gridplan import Rules, overlap_grids
from gridplan.cli import main
from gridplan.errors import LayerError
from gridplan.model import PlanData
from gridplan.plan import Plan


def squares(plan: PlanData, n: int, angle: float = 0.0, reach: float = 1.0) -> gpd.GeoDataFrame:
    """Lay n by n squares over a plan, turned about its middle, and of a part of its extent."""
    left, low, right, high = plan.grids.total_bounds
    x, y = np.linspace(left, left + reach * (right - left), n + 1), np.linspace(low, low + reach * (high - low), n + 1)
    cells = [box(x[i], y[j], x[i + 1], y[j + 1]) for i in range(n) for j in range(n)]
    shapes = gpd.GeoSeries(cells, crs=plan.crs).rotate(angle, origin=((left + right) / 2, (low + high) / 2))
    return gpd.GeoDataFrame({"code": [f"c{k:03d}" for k in range(n * n)]}, geometry=shapes)


@settings(max_examples=12, deadline=None)
@given(n=st.integers(1, 7), angle=st.floats(0, 90), reach=st.floats(0.3, 1.0))
def test_households_and_ground_are_conserved(plan: Plan, n: int, angle: float, reach: float) -> None:
    """Whatever the squares: rows of a department add up to the plan, shares of a whole to 1, every grid has its row."""
    found = overlap_grids(plan, {"police": squares(plan, n, angle, reach), "城管": squares(plan, 2)})
    for _, rows in found.crosswalk.groupby("department"):
        assert rows["households"].sum() == plan.units["households"].sum()
        assert rows["units"].sum() == len(plan.units)
        assert rows.groupby("grid_code")["ground_of_grid"].sum().to_numpy() == pytest.approx(1, abs=0.005)
        by_grid = rows.groupby("grid_code")["households"].sum()
        assert by_grid.to_dict() == plan.units.groupby("grid_code")["households"].sum().to_dict()
        codes = rows[rows["department_code"] != ""].groupby("department_code")["households_of_department"]
        assert codes.sum(min_count=1).dropna().to_numpy() == pytest.approx(1, abs=0.005)
    assert len(found.nesting) == 2 * len(plan.grids)
    assert (found.grids["agree"] <= found.grids["departments"]).all()
    assert found.departments["met"].equals(found.departments["whole"] + found.departments["cut"])
    missed = found.crosswalk[found.crosswalk["department_code"] == ""].groupby("department")["households"].sum()
    told = {f.subject: f.value for f in found.findings if f.code == "department_outside"}
    assert told == {name: value for name, value in missed.items() if value}


def test_a_plan_laid_over_itself_is_the_same(plan: Plan) -> None:
    """Every grid is one departmental grid, under its own code, and nothing is cut."""
    own = plan.grids[["grid_code", "geometry"]]
    found = overlap_grids(plan, {"party": own})
    lived = found.crosswalk[found.crosswalk["households"] > 0]
    assert (lived["relation"] == "same").all()
    assert lived["grid_code"].tolist() == lived["department_code"].tolist()
    assert found.grids["same"].sum() == len(plan.grids)
    assert found.departments.iloc[0][["cut", "households_outside", "pieces_most"]].tolist() == [0, 0, 1]
    assert not found.findings


def test_communities_hold_grids_and_halves_cut_them(plan: Plan) -> None:
    """All grids lie in their community alone; a layer that goes to another scale is told by its directions."""
    areas = plan.communities.rename(columns={"community_code": "code"})[["code", "geometry"]]
    micro = plan.units.dissolve(["grid_code", "compound"]).reset_index()
    micro["code"] = [f"m{k}" for k in range(len(micro))]
    found = overlap_grids(plan, {"police": areas, "urban": micro[["code", "geometry"]]})
    police = found.departments.set_index("department").loc["police"]
    assert police["nest"] == len(plan.grids)
    assert police["whole"] == police["met"]
    held = found.crosswalk[(found.crosswalk["department"] == "urban") & (found.crosswalk["households"] > 0)]
    assert held["relation"].isin(["same", "holds"]).all()
    parts = found.nesting[found.nesting["department"] == "urban"].set_index("grid_code")["parts"]
    assert parts.to_dict() == held.groupby("grid_code").size().reindex(parts.index).to_dict()


def test_the_share_is_a_rule(plan: Plan) -> None:
    """What lies in one departmental grid to three quarters nests from 0.7 on, not from 0.95."""
    layer = squares(plan, 3, 20)
    strict, loose = (
        overlap_grids(plan, {"a": layer}, Rules.from_mapping({"overlaps": {"nest_share": share}}))
        for share in (0.95, 0.6)
    )
    for found, share in ((strict, 0.95), (loose, 0.6)):
        assert found.nesting["alone"].equals(found.nesting["largest_share"] >= share)
    assert loose.nesting["alone"].sum() > strict.nesting["alone"].sum()


def test_doubled_ground_counts_households_once(plan: Plan) -> None:
    """In the departmental grid whose code comes first; the finding says how many."""
    whole = box(*plan.grids.total_bounds)
    layer = gpd.GeoDataFrame({"code": ["b", "a"]}, geometry=[whole, whole], crs=plan.crs)
    found = overlap_grids(plan, {"x": layer})
    total = plan.units["households"].sum()
    assert found.departmental_grids.set_index("department_code")["households"].to_dict() == {"a": total, "b": 0}
    assert {f.code: f.value for f in found.findings} == {"department_doubled": total, "department_missed": 1}


def test_units_in_no_grid_are_counted_too(plan: Plan) -> None:
    """Grids that others drew may have gaps: what lies in them is in the crosswalk, without a grid."""
    code = plan.grids["grid_code"].iloc[0]
    units = plan.units.assign(grid_code=plan.units["grid_code"].replace({code: ""}))
    gap = dataclasses.replace(plan, units=units, grids=plan.grids.iloc[1:].reset_index(drop=True))
    found = overlap_grids(gap, {"police": squares(plan, 2)})
    bare = found.crosswalk[found.crosswalk["grid_code"] == ""]
    assert bare["households"].sum() == plan.grids["households"].iloc[0]
    assert (bare["relation"] == "outside").all()
    assert bare["households_of_grid"].isna().all()
    assert found.crosswalk["households"].sum() == plan.units["households"].sum()


def test_the_command_tells_the_sums_and_writes_all_or_nothing(plan: Plan, tmp_path: Path) -> None:
    """In three files; a fault leaves no folder, and a map or a second plan beside --with is wrong usage."""
    plan.write(tmp_path / "plan")
    own = plan.grids[["grid_code", "geometry"]]
    own.to_file(tmp_path / "own.gpkg")

    def run(*arguments: object) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["compare", str(tmp_path / "plan"), *map(str, arguments)])
        return result.exit_code, result.output

    place, out, n = f"police={tmp_path / 'own.gpkg'}", tmp_path / "out", len(own)
    code, output = run("--with", place, "-o", out)
    assert code == 0, output
    assert f"police: {n} of {n} grids" in output
    assert f"{n} of {n} grids lie whole" in output
    assert {f.name for f in out.iterdir()} == {"overlaps.xlsx", "overlaps.gpkg", "overlaps.json"}
    cells = next(load_workbook(out / "overlaps.xlsx")["nesting"].iter_rows(min_row=2))
    assert (cells[3].value, cells[3].number_format) == (1, "0.0%")
    code, output = run("--with", place, "--with", place, "-o", tmp_path / "twice")
    assert code == 1
    assert "need each once, found police twice" in output
    assert not (tmp_path / "twice").exists()
    assert [run()[0], run(tmp_path / "plan", "--with", place)[0], run("--with", place, "--map", "m.png")[0]] == [2] * 3


def test_any_crs_and_file_gives_the_same(plan: Plan, tmp_path: Path) -> None:
    """A shapefile in degrees, with Chinese headings, is brought to the plan."""
    layer = squares(plan, 4, 10)
    layer.rename(columns={"code": "编码"}).to_crs(4490).to_file(tmp_path / "城管.shp", encoding="utf-8")
    first, second = (overlap_grids(plan, {"城管": source}) for source in (layer, tmp_path / "城管.shp"))
    pd.testing.assert_frame_equal(first.nesting, second.nesting, rtol=1e-3)


def test_all_faults_are_told_at_once(plan: Plan, tmp_path: Path) -> None:
    """Of names, files, columns, codes, geometries and CRS; nothing else is said twice."""
    good = squares(plan, 3)
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    broken = good.assign(code=["a", "a", "", *good["code"][3:]])
    broken.geometry = [*good.geometry[:3], None, Polygon(), bow, *good.geometry[6:]]
    far = good.set_geometry(good.translate(50_000, 0))
    bare = good.drop(columns="code").assign(colour=1).set_crs(None, allow_override=True)
    points = good.set_geometry(good.centroid)
    with pytest.raises(LayerError) as error:
        overlap_grids(
            plan,
            [("police", broken), ("Police", good), ("", good), ("bare", bare), ("far", far), ("points", points),
             ("none", good.iloc[:0]), ("file", tmp_path / "no.shp")],
        )  # fmt: skip
    for text in (
        "found Police, police twice", "need a name for each",
        "department police: need a code in every row, found none at row 3",
        "need each code once, found a again", "need a polygon in every row, found none at c003, c004",
        "need valid polygons, found c005 invalid, first Self-intersection", "department bare: need a column of codes",
        "found colour", "department bare: need a CRS", "department far: need areas that meet the plan",
        "department points: geometry: need polygons, found point", "department none: need at least one polygon",
        "department file: departments: need a file, found none",
    ):  # fmt: skip
        assert error.value.message.count(text) == 1, text
    with pytest.raises(LayerError, match="need at least one, found none"):
        overlap_grids(plan, {})


def test_a_crs_can_be_given(plan: Plan) -> None:
    """For a layer that names none."""
    layer = squares(plan, 3)
    bare = layer.set_crs(None, allow_override=True)
    found = overlap_grids(plan, {"a": bare}, crs=str(plan.crs.to_epsg()))
    assert shapely.equals_exact(found.departmental_grids.geometry.iloc[0], layer.normalize().iloc[0], 0.01)
