"""Units on the page: those with a building first, ground inside its cell, edits by row."""

import dataclasses

import numpy as np
import pandas as pd
import shapely

from gridplan.model import PlanData
from gridplan.reporting.pageunits import lay_out_units, settled_before


def bare(plan: PlanData, unit: str) -> PlanData:
    """Take the building of a unit away."""
    mine = plan.units["unit_id"] == unit
    units = plan.units.assign(
        building_id=plan.units["building_id"].mask(mine, ""), x=plan.units["x"].mask(mine), y=plan.units["y"].mask(mine)
    )
    return dataclasses.replace(plan, units=units)


def points(text: str) -> list[tuple[float, float]]:
    """Decode points of the page, in metres from the origin."""
    values, value, shift = [], 0, 0
    for character in text:
        chunk = ord(character) - 63
        value |= (chunk & 31) << shift
        shift += 5
        if chunk < 32:
            values.append(~(value >> 1) if value & 1 else value >> 1)
            value, shift = 0, 0
    return [(float(x), float(y)) for x, y in np.cumsum(np.reshape(values, (-1, 2)), axis=0) / 10]


def test_ground_comes_last_with_a_point_inside_its_cell(plan: PlanData) -> None:
    """Every unit has a cell, a grid and a place; edges name the new rows."""
    plan = bare(plan, "u003")
    units = lay_out_units(plan, (0.0, 0.0))
    n = len(plan.units)
    assert units["built"] == n - 1
    assert units["id"][-1] == "u003"
    assert units["building"][-1] == ""
    cells = plan.units.set_index("unit_id").geometry
    for name, place in zip(units["id"], points(units["at"]), strict=True):
        assert cells[name].covers(shapely.Point(place))
    assert all(
        len(units[key]) == n for key in ("cell", "grid", "households", "residents", "area", "houses", "compound")
    )
    ends = {frozenset((units["id"][a], units["id"][b])) for a, b in np.reshape(units["edges"], (-1, 2))}
    assert ends == {frozenset(pair) for pair in plan.edges[["unit_a", "unit_b"]].to_numpy().tolist()}
    codes = plan.grids["grid_code"].tolist()
    owner = plan.units.set_index("unit_id")["grid_code"]
    assert [codes[row] for row in units["grid"]] == [owner[name] for name in units["id"]]


def test_buildings_of_a_unit_are_told_apart(plan: PlanData) -> None:
    """Two buildings in one unit are two; a count over all units is that of the plan."""
    houses = lay_out_units(plan, (0.0, 0.0))["houses"]
    assert len(houses[0]) == 2
    assert len({h for some in houses for h in some}) == plan.buildings["building_id"].nunique()


def test_each_outline_is_drawn_once(housed: PlanData) -> None:
    """With the unit of its building; two buildings of one unit stand side by side; points have none."""
    units = lay_out_units(housed, (0.0, 0.0))
    assert [len(rings) for rings in units["outline"]] == [2] + [1] * (len(units["id"]) - 3) + [0, 0]
    place = housed.footprints.geometry.iloc[2]
    row = units["id"].index(housed.buildings.set_index("building_id")["unit_id"][housed.footprints["building_id"][2]])
    assert shapely.Polygon(points(units["outline"][row][0])).symmetric_difference(place).area < 2
    split = housed.buildings.assign(building_id=housed.buildings["building_id"].replace("b001", "b000"))
    entrances = dataclasses.replace(housed, buildings=split, footprints=housed.footprints.iloc[[0]])
    assert [len(rings) for rings in lay_out_units(entrances, (0.0, 0.0))["outline"][:3]] == [1, 0, 0]


def test_edits_are_told_by_rows(plan: PlanData) -> None:
    """A building stands for all its entrances; what is gone from the plan is left out; other lists stay."""
    buildings = pd.concat([plan.buildings, plan.buildings.iloc[[5, 6]].assign(building_id="tower")], ignore_index=True)
    edits = {
        "grids": [
            {"code": "", "units": ["u011", "u009"], "only": True}, {"code": "x", "units": ["tower"], "only": False},
            {"code": "", "units": ["gone"], "only": True},
        ],
        "apart": [["u000", "u001"]], "together": [],
    }  # fmt: skip
    edited = dataclasses.replace(plan, buildings=buildings, run=plan.run | {"edits": edits})
    ids = lay_out_units(edited, (0.0, 0.0))["id"]
    settled = settled_before(edited)
    assert [(sorted(ids[row] for row in g["units"]), g["only"]) for g in settled["grids"]] == [
        (["u009", "u011"], True),
        (sorted(plan.buildings["unit_id"].iloc[[5, 6]]), False),
    ]
    assert settled["others"] == {"apart": [["u000", "u001"]]}


def test_a_plan_without_edits_has_none(plan: PlanData) -> None:
    """Nothing is settled."""
    assert settled_before(plan) == {"grids": [], "others": {}}
