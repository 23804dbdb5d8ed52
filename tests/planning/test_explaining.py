"""An explanation is made of figures that can be checked: terms add up, swaps cost what they are said to cost."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from gridplan import evaluate_grids, explain_grid
from gridplan.cli import main
from gridplan.errors import ConfigError
from gridplan.plan import Plan


def moved(plan: Plan, unit: str, grid: str) -> Plan:
    """Let one unit change its grid."""
    units = plan.units.assign(grid_code=plan.units["grid_code"].where(plan.units["unit_id"] != unit, grid))
    grids = units[["grid_code", "geometry"]].dissolve("grid_code").reset_index()
    return evaluate_grids(plan, grids)


def test_terms_of_all_grids_add_up_to_the_cost(plan: Plan) -> None:
    """The formula is additive over grids, and an explanation splits it by terms."""
    total = sum(sum(explain_grid(plan, code).terms.values()) for code in plan.grids["grid_code"])
    assert total == pytest.approx(plan.score()["cost"])


def test_a_swap_costs_what_it_is_said_to_cost(plan: Plan) -> None:
    """Made for real and scored, with the sizes that were told."""
    told = explain_grid(plan, plan.grids["grid_code"].iloc[2])
    assert len(told.swaps)
    row = told.swaps.iloc[0]
    here, there = told.grid["grid_code"], row["neighbour"]
    found = moved(plan, row["unit"], here if row["moved"] > 0 else there)
    assert found.score()["cost"] - plan.score()["cost"] == pytest.approx(row["cost_change"], abs=1e-6)
    sizes = found.grids.set_index("grid_code")["households"]
    assert (sizes[here], sizes[there]) == (row["here"], row["there"])
    assert not (found.findings["code"] == "grid_not_contiguous").any()


def test_an_exception_that_need_not_be_is_told(plan: Plan) -> None:
    """A grid made too small by hand has a better plan; the swap back is the best one."""
    sizes = plan.grids.set_index("grid_code")["households"]
    for code in plan.grids["grid_code"]:
        gives = explain_grid(plan, code).swaps.query("moved < 0 and not fits and here < 240")
        if len(gives):
            break
    row = gives.iloc[0]
    worse = moved(plan, row["unit"], row["neighbour"])
    told = explain_grid(worse, code)
    assert not told.grid["in_band"]
    assert told.binds == "outside"
    back = told.swaps.set_index("neighbour").loc[row["neighbour"]]
    assert back["cost_change"] <= -row["cost_change"] + 1e-6
    assert told.alternative is not None
    assert told.alternative["exceptions"] < told.alternative["before"]
    assert sizes[code] == row["here"] - row["moved"]
    assert any("instead of" in line for line in told.lines())


def test_the_command_speaks_and_gives_json(plan: Plan, tmp_path: Path) -> None:
    """Both languages; the name of a grid will do; an unknown one is refused with examples."""
    plan.write(tmp_path / "plan")
    code, name = plan.grids[["grid_code", "name"]].iloc[0]
    runs = CliRunner()
    said = runs.invoke(main, ["explain", str(tmp_path / "plan"), name, "--lang", "zh"])
    assert said.exit_code == 0, said.output
    assert code in said.output
    assert "代价" in said.output
    values = json.loads(runs.invoke(main, ["explain", str(tmp_path / "plan"), code, "--json"]).stdout)
    assert values["grid"]["households"] == plan.grids["households"].iloc[0]
    assert np.isfinite(sum(values["terms"].values()))
    with pytest.raises(ConfigError, match=code[:9]):
        explain_grid(plan, code[:12] + "999")
