"""grids.geojson, buildings.csv, summary.json."""

import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box, shape

from gridplan.config import PrivacyRules, Rules
from gridplan.model import PlanData
from gridplan.reporting import score
from gridplan.reporting.classes import class_of, size_classes
from gridplan.reporting.summary import summarise, write_summary
from gridplan.reporting.tables import building_table, write_buildings, write_geojson
from gridplan.schema import BUILDING_COLUMNS, GRID_COLUMNS, KEY_GROUPS


def test_geojson_is_rfc_7946(plan: PlanData, rules: Rules, tmp_path: Path) -> None:
    """Longitude and latitude, counter-clockwise, seven decimals, no CRS, the properties of the grids."""
    write_geojson(plan, rules, tmp_path / "grids.geojson")
    content = json.loads((tmp_path / "grids.geojson").read_text("utf-8"))
    assert "crs" not in content
    assert len(content["features"]) == len(plan.grids)
    for feature in content["features"]:
        assert tuple(feature["properties"]) == GRID_COLUMNS
        outline = shape(feature["geometry"])
        assert outline.exterior.is_ccw
        x, y = np.array(outline.exterior.coords).T
        assert (np.abs(x - 123.24) < 0.02).all()
        assert (np.abs(y - 41.715) < 0.02).all()
        assert np.array_equal(np.round(x, 7), x)


def test_an_independent_validator_finds_the_geojson_valid(plan: PlanData, rules: Rules, tmp_path: Path) -> None:
    """By RFC 7946, also where a grid has a tail narrower than the last decimal, a hole, or several parts."""
    validator = pytest.importorskip("geojson_validator")
    shapes = plan.grids.geometry.to_list()
    left, bottom, right, top = shapes[0].bounds
    tail = box(right, bottom, right + 40, bottom + 0.0004)
    hole = box(left + 5, bottom + 5, left + 9, bottom + 9)
    shapes[0] = shapes[0].union(tail).difference(hole).union(box(left - 90, bottom, left - 60, top))
    write_geojson(dataclasses.replace(plan, grids=plan.grids.set_geometry(shapes)), rules, tmp_path / "g.geojson")
    content = json.loads((tmp_path / "g.geojson").read_text("utf-8"))
    assert validator.validate_structure(content, check_crs=True) == {}
    found = validator.validate_geometries(content)
    assert found["invalid"] == {}
    assert found["count_geometry_types"] == {"MultiPolygon": 1, "Polygon": 5}
    assert set(found["problematic"]) <= {"excessive_coordinate_precision", "holes"}  # seven decimals are asked for


def test_hidden_counts_are_null_in_the_file(plan: PlanData, tmp_path: Path) -> None:
    """Small ones and, beside them, those that the totals need; nothing else is."""
    grids = plan.grids.assign(**dict.fromkeys(KEY_GROUPS, [9] * 6) | {"mental": [3, 9, 7, 4, 25, 0]})
    nulls = []
    for least in (3, 4, 0):
        path = tmp_path / f"{least}.geojson"
        write_geojson(dataclasses.replace(plan, grids=grids), Rules(privacy=PrivacyRules(min_count=least)), path)
        rows = [f["properties"] for f in json.loads(path.read_text("utf-8"))["features"]]
        nulls.append([(k, name) for k, row in enumerate(rows) for name in KEY_GROUPS if row[name] is None])
    assert nulls == [[], [(0, "mental"), (1, "mental")], []]


def test_every_building_is_listed_with_its_grid(plan: PlanData, tmp_path: Path) -> None:
    """Also those that share a unit, and those set aside; a spreadsheet runs no cell."""
    write_buildings(plan, tmp_path / "buildings.csv")
    raw = (tmp_path / "buildings.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    assert tuple(rows[0]) == BUILDING_COLUMNS
    assert len(rows) == len(plan.buildings) + len(plan.set_aside)
    by_id = {row["building_id"]: row for row in rows}
    assert by_id["b000"]["grid_code"] == by_id["b000a"]["grid_code"] == "210106001001001"
    assert by_id["'@far"] == {
        "building_id": "'@far", "entrance": "", "grid_code": "", "community": "", "compound": "", "households": "12",
    }  # fmt: skip
    assert {row["compound"] for row in rows} >= {"'=1+1", "<script>alert(1)</script>", ""}
    assert not [v for row in rows for v in row.values() if v.startswith(("=", "+", "-", "@"))]


def test_the_building_table_adds_up(plan: PlanData) -> None:
    """Households by grid are those of the grids."""
    table = building_table(plan)
    sums = table[table["grid_code"] != ""].groupby("grid_code")["households"].sum()
    assert sums.to_dict() == plan.grids.set_index("grid_code")["households"].to_dict()


def test_summary_counts_the_plan(plan: PlanData, rules: Rules, tmp_path: Path) -> None:
    """Counts, classes, findings and sources without folders; NaN becomes null."""
    broken = dataclasses.replace(plan, certificate=plan.certificate.assign(bound=float("nan")))
    write_summary(summarise(broken, rules), tmp_path / "summary.json")
    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert summary["certificate"]["bound"] is None
    assert summary["household_basis"] == "resident"
    assert summary["counts"]["households"] == 1792
    assert summary["counts"]["set_aside_households"] == 12
    assert sum(c["grids"] for c in summary["sizes"]["classes"]) == len(plan.grids)
    assert summary["findings"]["by_severity"] == {"error": 0, "warning": 1, "notice": 1}
    assert summary["sources"][0]["path"] == "楼栋.shp"
    assert summary["stages"] == plan.run["stages"]


def test_score_against_counts_by_hand(plan: PlanData) -> None:
    """Every number of the score on a plan small enough to count."""
    got = score(plan, Rules(target=300, lower=290, upper=305))
    households = [288, 300, 308] * 2
    assert got["grids"] == 6
    assert got["households"] == 1792
    assert got["out"] == 4
    assert got["viol"] == 2 * (2 + 3)
    assert got["within_10"] == 1.0
    assert (got["cost"], got["bound"], got["gap"], got["proven"]) == (9.5, 4.5, 5 / 9.5, 0.5)
    assert got["compounds_cut"] == 0  # the compound of columns 0 and 4 has 308 > 305 households: two pieces are needed
    assert score(plan, Rules())["compounds_cut"] == 2  # but fits into one grid of 360, in either community
    assert got["barrier_share"] == 0.0
    assert got["walk_m"] == pytest.approx(60)
    assert got["load_cv"] == pytest.approx(np.std(households[:3]) / np.mean(households[:3]))


def test_boundary_on_barriers_counts_roads_and_walls(plan: PlanData, rules: Rules) -> None:
    """Metres on roads between grids, and whole walls."""
    cut = plan.edges["unit_a"].eq("u004") & plan.edges["unit_b"].eq("u008")  # grid 1 | grid 2, 50 m
    edges = plan.edges.assign(barrier_m=np.where(cut, 20.0, plan.edges["barrier_m"]))
    walls = pd.DataFrame({"unit_a": ["u000", "u007"], "unit_b": ["u004", "u011"], "border_m": [99.0, 40.0]})
    between = 2 * 2 * 4 * 50.0  # two borders of four cells in each of two communities
    got = score(dataclasses.replace(plan, edges=edges, walls=walls), rules)["barrier_share"]
    assert got == pytest.approx((20 + 40) / (between + 40))


@given(st.data())
def test_every_size_falls_into_one_class(data: st.DataObject) -> None:
    """Classes are disjoint, without gap, and the band is where it should be."""
    lower, target, upper = sorted(data.draw(st.tuples(*[st.integers(1, 600)] * 3)))
    classes = size_classes(Rules(target=target, lower=lower, upper=upper))
    for size in (0, 1, lower - 1, lower, target, upper, upper + 1, 5000):
        holds = [c for c in classes if c.first <= size and (c.last is None or size <= c.last)]
        assert len(holds) == 1
        assert classes[int(class_of([size], classes)[0])] is holds[0]
        outside = size > 0 and not lower <= size <= upper
        assert (holds[0].key in {"below", "above"}) == outside
