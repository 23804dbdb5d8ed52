"""Two plans side by side: nothing differs from itself, and what is moved by hand is what is told."""

import dataclasses
from pathlib import Path

import pandas as pd
import pyogrio

from gridplan import compare_plans
from gridplan.model import PlanData


def move(plan: PlanData, unit: str, code: str) -> PlanData:
    """Put one unit into another grid."""
    units = plan.units.copy()
    units.loc[units["unit_id"] == unit, "grid_code"] = code
    return dataclasses.replace(plan, units=units)


def test_a_plan_does_not_differ_from_itself(plan: PlanData) -> None:
    """Nothing moved, no code changed, no score differs."""
    found = compare_plans(plan, plan)
    assert found.empty
    assert found.moved.empty
    assert found.codes.empty
    assert (found.scores["difference"] == 0).all()


def test_what_moves_is_told(plan: PlanData, tmp_path: Path) -> None:
    """One building, its households and its grids; the crosswalk conserves all households; the files open."""
    unit = plan.units.iloc[12]
    other = next(c for c in plan.grids["grid_code"] if c != unit["grid_code"] and c[:12] == unit["grid_code"][:12])
    found = compare_plans(plan, move(plan, unit["unit_id"], other))
    assert not found.empty
    assert found.moved["building_id"].tolist() == [unit["building_id"]]
    assert found.moved[["old_code", "new_code"]].to_numpy().tolist() == [[unit["grid_code"], other]]
    total = plan.buildings["households"].sum()
    assert found.crosswalk[["households_old", "households_new"]].sum().tolist() == [total, total]
    found.write(tmp_path / "out")
    assert len(pyogrio.read_dataframe(tmp_path / "out" / "changes.gpkg", layer="moved")) == 1
    sheets = pd.read_excel(tmp_path / "out" / "changes.xlsx", sheet_name=None, engine="calamine")
    assert len(sheets) == 4


def test_new_codes_are_no_moves(plan: PlanData) -> None:
    """A grid with another code but the same buildings has moved nobody."""
    renamed = {code: f"{code[:12]}9{code[13:]}" for code in plan.grids["grid_code"]}
    new = dataclasses.replace(
        plan,
        grids=plan.grids.assign(grid_code=plan.grids["grid_code"].map(renamed)),
        units=plan.units.assign(grid_code=plan.units["grid_code"].map(renamed)),
    )
    found = compare_plans(plan, new)
    assert found.moved.empty
    assert found.codes.to_numpy().tolist() == [[old, code] for old, code in renamed.items()]
