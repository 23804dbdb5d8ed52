"""The audit finds every broken rule, and nothing on a lawful plan."""

import dataclasses
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from shapely import MultiPolygon, Polygon, affinity, box, union_all

from gridplan.config import Rules
from gridplan.model import Finding, PlanData
from gridplan.reporting import audit

FIRST = "210106001001001"
Change = Callable[[PlanData], dict[str, Any]]


def codes(plan: PlanData, severity: str = "error", rules: Rules | None = None) -> set[str]:
    """Codes of the findings of one severity."""
    return {f.code for f in audit(plan, rules or Rules()) if f.severity == severity}


def find(plan: PlanData, code: str, rules: Rules | None = None) -> Finding:
    """Return the first finding with a code."""
    return next(f for f in audit(plan, rules or Rules()) if f.code == code)


def with_(frame: pd.DataFrame, row: int, column: str, value: object) -> pd.DataFrame:
    """Change one value."""
    changed = frame.copy()
    changed[column] = [value if k == row else v for k, v in enumerate(frame[column])]
    return changed


def reshaped(frame: gpd.GeoDataFrame, row: int, shape: object) -> gpd.GeoDataFrame:
    """Change one geometry."""
    return frame.set_geometry([shape if k == row else g for k, g in enumerate(frame.geometry)])


def test_a_lawful_plan_has_no_error(plan: PlanData) -> None:
    """Only what the plan was made with: a compound cut, and the summary."""
    assert codes(plan) == set()
    assert codes(plan, "warning") == {"compound_cut", "compounds_mixed", "set_aside"}
    assert codes(plan, "notice") == {"workload_spread", "boundary_on_barriers"}


def _swap_units(plan: PlanData) -> dict[str, Any]:
    """Let the unit in the far west join the grid in the far east, and its polygon with it."""
    units = with_(plan.units, 0, "grid_code", "210106001001003")
    shapes = units.dissolve("grid_code").geometry.reindex(plan.grids["grid_code"])
    households = units.groupby("grid_code")["households"].sum().reindex(plan.grids["grid_code"]).to_numpy()
    inside = (households >= 240) & (households <= 360)
    grids = plan.grids.set_geometry(shapes.to_numpy()).assign(
        households=households, in_band=inside, cause=np.where(inside, "", "locked")
    )
    return {"units": units, "grids": grids}


ERRORS: dict[str, Change] = {
    "unit_without_grid": lambda p: {"units": with_(p.units, 3, "grid_code", "")},
    "unit_repeated": lambda p: {"units": pd.concat([p.units, p.units.iloc[:1]])},
    "building_without_unit": lambda p: {"buildings": with_(p.buildings, 2, "unit_id", "gone")},
    "grid_without_units": lambda p: {"units": p.units.assign(grid_code=p.units["grid_code"].replace(FIRST, ""))},
    "households_not_conserved": lambda p: {"buildings": with_(p.buildings, 5, "households", 1)},
    "grid_miscounts": lambda p: {"grids": with_(with_(p.grids, 0, "households", 300), 1, "households", 288)},
    "grid_invalid": lambda p: {"grids": reshaped(p.grids, 0, Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))},
    "grid_area_differs": lambda p: {"grids": reshaped(p.grids, 0, p.grids.geometry[0].buffer(-1))},
    "community_not_covered": lambda p: {"grids": p.grids.iloc[1:]},
    "coverage_invalid": lambda p: {"grids": reshaped(p.grids, 1, p.grids.geometry[1].buffer(0.5, join_style="mitre"))},
    "grids_overlap": lambda p: {"grids": reshaped(p.grids, 1, affinity.translate(p.grids.geometry[1], 5))},
    "grid_crosses_community": lambda p: {"units": with_(p.units, 0, "community_code", "210106001002")},
    "grid_without_community": lambda p: {"grids": with_(p.grids, 0, "subdistrict", "别处")},
    "grid_outside_community": lambda p: {"grids": reshaped(p.grids, 0, affinity.translate(p.grids.geometry[0], -5))},
    "building_cut": lambda p: {"buildings": with_(p.buildings, 40, "building_id", "b000")},
    "grid_not_contiguous": _swap_units,
    "grid_in_pieces": _swap_units,
    "size_outside_band": lambda p: {"grids": with_(with_(p.grids, 0, "households", 200), 0, "in_band", value=False)},
    "band_mark_differs": lambda p: {"grids": with_(p.grids, 0, "in_band", value=False)},
    "code_malformed": lambda p: {"grids": with_(p.grids, 0, "grid_code", "21010600100101")},
    "code_repeated": lambda p: {"grids": with_(p.grids, 0, "grid_code", "210106001001002")},
    "code_of_another_community": lambda p: {"grids": with_(p.grids, 0, "grid_code", "210106001009001")},
}  # fmt: skip


@pytest.mark.parametrize("code", ERRORS)
def test_every_broken_hard_rule_is_an_error(plan: PlanData, code: str) -> None:
    """Break one rule at a time; the reason is one sentence."""
    broken = dataclasses.replace(plan, **ERRORS[code](plan))
    assert code in codes(broken)
    finding = find(broken, code)
    assert finding.reason.endswith(".")
    assert "\n" not in finding.reason


@pytest.mark.parametrize("barrier", ["crossing", "link"])
def test_a_grid_held_together_by_a_crossing_or_a_link_is_a_notice(plan: PlanData, barrier: str) -> None:
    """It explains a grid of several polygons, too."""
    far = dataclasses.replace(plan, **_swap_units(plan))
    bridge = pd.DataFrame([("u000", "u012", 20.0, barrier, 0.0)], columns=plan.edges.columns)
    joined = dataclasses.replace(far, edges=pd.concat([plan.edges, bridge], ignore_index=True))
    assert codes(joined) == set()
    assert codes(joined, "notice") >= {f"grid_joined_by_{barrier}", "grid_in_pieces"}
    assert find(joined, f"grid_joined_by_{barrier}").value == 2
    assert barrier in find(joined, "grid_in_pieces").reason


def test_a_cell_in_pieces_explains_a_grid_in_pieces(plan: PlanData) -> None:
    """The ground of a unit may lie apart."""
    hole, rest = box(520_010, 4_620_010, 520_020, 4_620_020), plan.units.geometry[0]
    cell = MultiPolygon([rest.difference(box(520_000, 4_620_000, 520_025, 4_620_050)), hole])
    other = plan.units.geometry[19].union(rest.difference(cell))
    units = reshaped(reshaped(plan.units, 0, cell), 19, other)
    shapes = [union_all(units.geometry[units["grid_code"] == code].to_numpy()) for code in plan.grids["grid_code"]]
    apart = dataclasses.replace(plan, units=units, grids=plan.grids.set_geometry(shapes))
    reasons = {f.subject: f for f in audit(apart, Rules()) if f.code == "grid_in_pieces"}
    assert reasons[FIRST].severity == "notice"


@pytest.mark.parametrize(
    ("entrances", "upper", "code", "severity"),
    [
        (("", "2"), 60, "building_cut", "error"),
        (("1", "1"), 60, "building_cut", "error"),
        (("1", "2"), 360, "building_split_needlessly", "warning"),
        (("1", "2"), 60, "building_split_by_entrance", "notice"),
    ],
)
def test_only_a_large_building_may_be_split_and_only_by_entrance(
    plan: PlanData, entrances: tuple[str, str], upper: int, code: str, severity: str
) -> None:
    """b001 and b119 stand in different grids; call both b001."""
    ids = plan.buildings["building_id"].replace("b119", "b001")
    entrance = plan.buildings["entrance"].where(ids != "b001", pd.Series(entrances[0], index=ids.index))
    entrance = entrance.mask(plan.buildings["building_id"] == "b119", entrances[1])
    split = dataclasses.replace(plan, buildings=plan.buildings.assign(building_id=ids, entrance=entrance))
    finding = find(split, code, Rules(lower=1, target=50, upper=upper))
    assert (finding.severity, finding.subject, finding.value) == (severity, "b001", 2)


def test_a_compound_too_large_may_be_cut(plan: PlanData) -> None:
    """Where no number of grids in the band adds up, mixing is a notice; where one does, grids of its own are asked."""
    rules = Rules(target=200, lower=190, upper=210)  # 308 is more than 210 and less than 2 * 190
    mixed = [f for f in audit(plan, rules) if f.code == "compounds_mixed"]
    assert {f.severity for f in mixed} == {"notice"}
    assert "compound_cut" not in codes(plan, "warning", rules)
    whole = dataclasses.replace(plan, units=plan.units.assign(compound="一"))
    assert "compound_cut" not in codes(whole, "warning")
    assert "compounds_mixed" not in codes(whole, "warning")


def test_a_grid_outside_the_band_carries_its_cause(plan: PlanData) -> None:
    """With a cause it is a warning."""
    rules = Rules(lower=290)
    marked = plan.grids.assign(
        in_band=plan.grids["households"] >= 290, cause=np.where(plan.grids["households"] < 290, "arithmetic", "")
    )
    finding = find(dataclasses.replace(plan, grids=marked), "size_outside_band", rules)
    assert (finding.severity, finding.subject, finding.value) == ("warning", FIRST, 288)
    assert "arithmetic" in finding.reason


def test_provisional_codes_are_one_warning(plan: PlanData) -> None:
    """Six grids, two communities without an official code."""
    swap = {"210106001001": "000000000001", "210106001002": "000000000002"}

    def provisional(frame: pd.DataFrame) -> pd.DataFrame:
        code = frame["grid_code"].str[:12].map(swap) + frame["grid_code"].str[12:]
        return frame.assign(grid_code=code, community_code="")

    frames = {"grids": provisional(plan.grids), "units": provisional(plan.units)}
    made = dataclasses.replace(plan, **frames, communities=plan.communities.assign(community_code=""))
    assert codes(made) == set()
    assert [f.value for f in audit(made, Rules()) if f.code == "codes_provisional"] == [6]


def test_numbers_run_from_the_north_west_to_east(plan: PlanData) -> None:
    """Swapped numbers and a gap are found."""
    swap = {FIRST: "210106001001002", "210106001001002": FIRST}
    gap = {"210106001002003": "210106001002005"}
    for change, code in ((swap, "codes_out_of_order"), (gap, "codes_with_gaps")):
        frames = {
            n: getattr(plan, n).assign(grid_code=getattr(plan, n)["grid_code"].replace(change))
            for n in ("grids", "units")
        }
        broken = dataclasses.replace(plan, **frames)
        assert codes(broken) == set()
        assert code in codes(broken, "warning")


@pytest.mark.parametrize("seed", range(8))
def test_contiguity_agrees_with_networkx(plan: PlanData, seed: int) -> None:
    """On random labels: exactly the grids that networkx finds disconnected."""
    labels = np.random.default_rng(seed).choice(plan.grids["grid_code"].to_numpy(), len(plan.units))
    units = plan.units.assign(grid_code=labels)
    graph = nx.from_pandas_edgelist(plan.edges, "unit_a", "unit_b")
    expected = {
        code for code, members in units.groupby("grid_code") if not nx.is_connected(graph.subgraph(members["unit_id"]))
    }
    found = audit(dataclasses.replace(plan, units=units), Rules())
    assert {f.subject for f in found if f.code == "grid_not_contiguous"} == expected


def test_the_order_of_rows_does_not_change_what_is_found(plan: PlanData) -> None:
    """Shuffled units, edges and buildings give the same findings."""
    rng = np.random.default_rng(0)
    shuffled = {n: getattr(plan, n).sample(frac=1, random_state=rng) for n in ("units", "edges", "buildings")}
    before = {(f.code, f.subject, f.reason) for f in audit(plan, Rules())}
    assert {(f.code, f.subject, f.reason) for f in audit(dataclasses.replace(plan, **shuffled), Rules())} == before
