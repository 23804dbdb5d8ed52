"""Grids that somebody else drew are scored as own ones; gaps, overlaps and lost buildings are located."""

import dataclasses
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

from gridplan import Rules, compare_facilities, evaluate_grids, explain_grid, make_plan, review_communities
from gridplan.cli import main
from gridplan.errors import LayerError
from gridplan.geometry.recover import recover_fabric
from gridplan.model import Fabric, Layers
from gridplan.plan import Plan


def test_a_plan_gives_back_its_ground(plan: Plan, fabric: Fabric) -> None:
    """Edges, walls and communities are those it was drawn on."""
    again = recover_fabric(plan)
    for name in fabric.graph.__slots__:
        np.testing.assert_array_equal(getattr(again.graph, name), getattr(fabric.graph, name))
    np.testing.assert_array_equal(again.community_index, fabric.community_index)


def same_score(one: Plan, other: Plan, *besides: str) -> None:
    """Compare all terms of the score, but for some."""
    a, b = one.score(), other.score()
    for name in a.keys() - {"proven", *besides}:
        assert a[name] == pytest.approx(b[name]), name


def test_own_polygons_have_the_own_score(plan: Plan) -> None:
    """Against the bound the plan has proven, with the same findings on the grids."""
    found = evaluate_grids(plan, plan.grids[["grid_code", "geometry"]])
    same_score(found, plan)
    assert found.units["grid_code"].equals(plan.units["grid_code"])
    about = {"size_outside_band", "compounds_mixed", "compound_cut", "grid_not_contiguous", "workload_spread"}
    told = [set(p.findings.loc[p.findings["code"].isin(about), "message"]) for p in (found, plan)]
    assert told[0] == told[1]
    assert not (found.findings["severity"] == "error").any()


def test_own_list_has_the_own_score(plan: Plan, layers: Layers, tmp_path: Path) -> None:
    """From the layers themselves, against arithmetic; a building split by entrance stays split."""
    plan.write(tmp_path / "plan")
    found = evaluate_grids(layers, tmp_path / "plan" / "buildings.csv")
    same_score(found, plan, "bound", "gap")
    assert found.score()["bound"] <= plan.score()["bound"] + 1e-9
    assert found.units["grid_code"].equals(plan.units["grid_code"])


def test_gaps_and_overlaps_are_located(plan: Plan) -> None:
    """One grid is not drawn, another reaches into its neighbours; nothing is lost silently."""
    grids = plan.grids[["grid_code", "geometry"]].copy()
    gone, wide = grids.iloc[0], grids.iloc[-1]
    grids.loc[grids.index[-1], "geometry"] = wide.geometry.buffer(40)
    grids = gpd.GeoDataFrame(grids.iloc[1:], crs=plan.crs)
    found = evaluate_grids(plan, grids)
    told = found.findings
    lost = told[told["code"] == "drawn_missing"]
    assert lost["value"].sum() == plan.grids["households"].iloc[0] - _taken_by_neighbours(found, plan, gone)
    assert shapely.within(lost.geometry.to_numpy(), gone.geometry.buffer(1)).all()
    gap = told[(told["code"] == "drawn_gap") & (told["value"] > 100)]
    assert shapely.within(gap.geometry.to_numpy(), gone.geometry).any()
    overlaps = told[told["code"] == "drawn_overlap"]
    assert len(overlaps) >= 1
    assert shapely.intersects(overlaps.geometry.to_numpy(), wide.geometry.buffer(41)).all()
    assert {"unit_without_grid", "community_not_covered", "households_not_conserved"} <= set(told["code"])
    assert found.score()["cost"] == pytest.approx(plan.score()["cost"])  # what is in no grid counts as one


def _taken_by_neighbours(found: Plan, plan: Plan, gone: gpd.GeoSeries) -> int:
    rows = (plan.units["grid_code"] == gone.grid_code) & (found.units["grid_code"] != "")
    return int(plan.units.loc[rows, "households"].sum())


def test_lists_are_held_against_the_district(plan: Plan) -> None:
    """A building listed twice counts once, a strange one is named, a missing one is located."""
    listed = plan.units.loc[plan.units["building_id"] != "", ["building_id", "entrance", "grid_code"]]
    busy = plan.units["households"] > 0
    first = listed[busy].iloc[[0]]
    other = listed["grid_code"].iloc[-1]
    doubled = first.assign(grid_code=other)
    strange = first.assign(building_id="nowhere")
    last = listed[busy].index[-1]
    table = pd.concat([listed.drop(index=last), doubled, strange], ignore_index=True)
    found = evaluate_grids(plan, table)
    codes = found.findings.set_index("code")
    assert codes.loc["list_overlap", "value"] == 1
    assert "nowhere" in codes.loc["list_unknown", "reason"]
    missing = found.findings[found.findings["code"] == "drawn_missing"]
    assert missing["subject"].tolist() == [plan.units.loc[last, "unit_id"]]
    assert found.grids["households"].sum() == plan.grids["households"].sum() - plan.units.loc[last, "households"]


def test_the_command_tells_cost_and_bound(plan: Plan, tmp_path: Path) -> None:
    """Exit code 0 for a lawful plan, 3 for one with a gap; a table without buildings is refused with its columns."""
    bare = dataclasses.replace(plan)
    bare.write(tmp_path / "plan")
    path = tmp_path / "old.gpkg"
    plan.grids[["grid_code", "geometry"]].to_file(path)
    runs = CliRunner()
    result = runs.invoke(main, ["evaluate", str(tmp_path / "plan"), "--grids", str(path), "-o", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert f"{len(plan.grids)} grids" in result.output
    assert (tmp_path / "out" / "plan.gpkg").is_file()
    plan.grids[["grid_code", "geometry"]].iloc[1:].to_file(path)
    assert runs.invoke(main, ["evaluate", str(tmp_path / "plan"), "--grids", str(path)]).exit_code == 3
    (tmp_path / "list.csv").write_text("楼,网格编码\n1,2\n", "utf-8")
    with pytest.raises(LayerError, match=r"building_id.*楼"):
        evaluate_grids(plan, tmp_path / "list.csv")


def test_considerations_weigh_as_in_an_own_plan(layers: Layers) -> None:
    """Residents and ways to facilities weigh in the load of both: a plan keeps all that its loads are made of."""
    rules = Rules.from_mapping({"considerations": {"residents": 0.3, "minors": 1.0, "facility_per_km": 0.5}})
    plan = make_plan(layers, rules, effort="fast")
    found = evaluate_grids(plan, plan.grids[["grid_code", "geometry"]])
    same_score(found, plan)
    told = explain_grid(plan, plan.grids["grid_code"].iloc[0])
    assert told.terms["load"] == pytest.approx(abs(plan.grids["load"].iloc[0] - 300) / 60, abs=0.01)


def test_what_others_drew_can_be_worked_on(plan: Plan) -> None:
    """Units in no grid stop neither the look at communities nor at facilities, and count nowhere twice."""
    grids = plan.grids[["grid_code", "geometry"]].iloc[2:]
    found = evaluate_grids(plan, grids.assign(geometry=grids.geometry.buffer(-20)))
    assert (found.units["grid_code"] == "").any()
    sizes = review_communities(found)
    assert sizes.communities["households"].sum() == found.grids["households"].sum()
    drawn = review_communities(found, draw=True)
    assert set(drawn.nested["grid_code"]) == set(found.grids["grid_code"])
    columns = {"type": ["超市"], "name": ["店"], "rooms": [""], "area_m2": [20.0], "owner": [""], "community": [""]}
    shop = gpd.GeoDataFrame(columns, geometry=[plan.grids.geometry.iloc[3].centroid], crs=plan.crs)
    shop["open"] = pd.array([pd.NA], dtype="boolean")
    reach = compare_facilities(found, shop)
    left = found.units["residents"][found.units["grid_code"] != ""].sum() - reach.grids["commerce"].sum()
    assert 0 < left <= reach.coverage["covered"].sum()


def test_grids_that_hold_nothing_are_refused(plan: Plan) -> None:
    """Lines, a place far away, a list without columns."""
    grids = plan.grids[["grid_code", "geometry"]]
    for wrong in (grids.assign(geometry=grids.translate(1e6)), grids.assign(geometry=grids.boundary), grids.iloc[:0]):
        with pytest.raises(LayerError, match="found none"):
            evaluate_grids(plan, wrong)
    with pytest.raises(LayerError, match="building_id"):
        evaluate_grids(plan, pd.DataFrame({"grid_code": ["a"]}))
