"""What has not changed is not planned again: its grids and its bounds hold on, and any change is seen."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from gridplan import Rules, make_plan, make_sample, read_layers, read_plan
from gridplan.config import CostRules
from gridplan.intake import lay_out
from gridplan.model import Fabric, Layers
from gridplan.plan import Plan
from gridplan.planning.unchanged import find_unchanged
from gridplan.progress import silent


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Layers:
    """Read a made-up district of several communities."""
    folder = tmp_path_factory.mktemp("district")
    make_sample(folder, households=10_000, seed=3)
    return dataclasses.replace(read_layers(folder), personnel=None)


@pytest.fixture(scope="module")
def plan(layers: Layers, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Plan it, write it and read it back."""
    folder = tmp_path_factory.mktemp("plan")
    make_plan(layers, effort="fast").write(folder / "plan")
    return read_plan(folder / "plan")


@pytest.fixture(scope="module")
def fabric(layers: Layers) -> Fabric:
    """Lay out the same ground."""
    return lay_out(layers, Rules(), silent)


def test_everything_is_unchanged_in_the_same_district(fabric: Fabric, plan: Plan) -> None:
    """Through the file too; also at another price of change."""
    for rules in (Rules(), Rules().pricing_change(17.0)):
        found = find_unchanged(fabric, plan, rules, "fast")
        assert list(found) == list(range(len(fabric.communities)))
        assert (
            list(found.values())
            == plan.certificate.set_index("community")["bound"].reindex(fabric.communities["community"]).tolist()
        )


@pytest.mark.parametrize("column", ["households", "x", "compound"])
def test_a_changed_unit_is_seen(fabric: Fabric, plan: Plan, column: str) -> None:
    """In its community alone."""
    row = len(fabric.units) // 2
    units = fabric.units.copy()
    units.loc[row, column] = "another" if column == "compound" else units.loc[row, column] + 1
    changed = dataclasses.replace(fabric, units=units)
    gone = set(range(len(fabric.communities))) - set(find_unchanged(changed, plan, Rules(), "fast"))
    assert gone == {int(fabric.community_index[row])}


def test_a_changed_border_is_seen(fabric: Fabric, plan: Plan) -> None:
    """Longer, or not there any more."""
    for change in (lambda edges: edges.assign(barrier_m=edges["barrier_m"] + 1.0), lambda edges: edges.iloc[:0]):
        other = dataclasses.replace(plan, edges=change(plan.edges))
        assert len(find_unchanged(fabric, other, Rules(), "fast")) == 0


@pytest.mark.parametrize(
    "run",
    [
        lambda run: run | {"effort": "fast", "rules": Rules(target=310).to_mapping()},
        lambda run: run | {"rules": Rules(cost=CostRules(inertia=0.6)).to_mapping()},
        lambda run: run | {"reproducible": False},
        lambda run: run | {"edits": {"together": [["a", "b"]]}},
        lambda run: run | {"load_terms": ["residents"]},
        lambda run: {key: value for key, value in run.items() if key != "rules"},
    ],
)
def test_another_kind_of_plan_settles_nothing(fabric: Fabric, plan: Plan, run: Callable[[dict], dict]) -> None:
    """Other rules, a time limit, edits, a load of its own, or no word of them."""
    assert find_unchanged(fabric, dataclasses.replace(plan, run=run(plan.run)), Rules(), "fast") == {}


def test_less_effort_settles_nothing(fabric: Fabric, plan: Plan) -> None:
    """What was searched fast is searched again at normal effort."""
    assert find_unchanged(fabric, plan, Rules(), "normal") == {}


def test_only_the_changed_community_is_planned(layers: Layers, plan: Plan) -> None:
    """A building more in one: all others keep each grid, its code and its day, and the bound of the certificate."""
    row = int(np.flatnonzero(layers.buildings["households"] > 0)[5])
    more = layers.buildings.copy()
    more.loc[row, "households"] += 200
    new = make_plan(dataclasses.replace(layers, buildings=more), effort="fast", previous=plan)
    reasons = new.certificate.set_index("community")["reason"]
    open_ = reasons[~reasons.str.startswith("nothing has changed")]
    assert len(open_) == 1
    old_bounds, bounds = (p.certificate.set_index("community")["bound"].drop(open_.index) for p in (plan, new))
    pd.testing.assert_series_equal(old_bounds, bounds)
    codes = [p.units.set_index("unit_id")["grid_code"] for p in (plan, new)]
    elsewhere = new.units.set_index("unit_id")["community"] != open_.index[0]
    assert (codes[0].reindex(elsewhere.index)[elsewhere] == codes[1][elsewhere]).all()
    assert (new.certificate["cost"] >= new.certificate["bound"] - 1e-9).all()
