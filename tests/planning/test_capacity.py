"""Governance capacity: grid workers are counted, bound or fix the number of grids, and impossible numbers are told."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from gridplan.config import EXCLUSIVE, Rules
from gridplan.model import Layers
from gridplan.pipeline import make_plan
from gridplan.plan import Plan, audit_plan
from gridplan.planning import count_workers


def district(layers: Layers, workers: list[float]) -> Layers:
    """Give every community so many grid workers."""
    assert layers.communities is not None
    told = [workers[k % len(workers)] for k in range(len(layers.communities))]
    return dataclasses.replace(layers, communities=layers.communities.assign(grid_workers=told), personnel=None)


def rules(how: str, per: float = 1.0) -> Rules:
    """Let capacity count."""
    return Rules.from_mapping({"considerations": {"capacity": how, "grids_per_worker": per}})


def per_community(plan: Plan) -> "pd.Series[int]":
    """Count the grids of each community."""
    return plan.grids.groupby("community_code").size()


def test_workers_come_from_the_column_or_the_roster(layers: Layers, plan: Plan) -> None:
    """The column goes before the roster; a worker is of the community named, else of the one of home; or unknown."""
    table, spots = plan.communities, plan.communities.geometry.representative_point()
    assert np.isnan(count_workers(table, None, None, Rules())).all()
    people = pd.DataFrame(
        {"force": ["网格员", "grid_workers", "专职网格员", "公安"],
         "community": [table["community"][0], "", "不明", ""],
         "home_x": spots.x.iloc[-1], "home_y": spots.y.iloc[-1], "work_x": np.nan, "work_y": np.nan}
    )  # fmt: skip
    counted = count_workers(table, None, people, Rules())
    assert counted.sum() == 3
    assert counted[0] >= 1
    assert counted[-1] >= 2
    known = district(layers, [7.0]).communities
    assert (count_workers(table, known, people, Rules()) == 7).all()


def test_enough_workers_change_nothing(layers: Layers, plan: Plan) -> None:
    """A bound above the number of grids is not felt, and each grid tells its share of them."""
    found = make_plan(district(layers, [50.0]), rules("bound"), effort="fast")
    assert (found.units["grid_code"] == plan.units["grid_code"]).all()
    count = found.grids["community_code"].map(per_community(found))
    assert found.grids["workers"].to_numpy() == pytest.approx((50 / count).to_numpy(), abs=0.006)
    assert "capacity_binds" not in set(found.findings["code"])


@pytest.mark.parametrize("how", ["bound", "fix"])
def test_the_number_of_grids_follows_the_workers(layers: Layers, plan: Plan, how: str) -> None:
    """One grid fewer, or more where it is fixed, than without; all rules but that of size hold, and causes are told."""
    free = per_community(plan)
    step = -1 if how == "bound" else 1
    assert layers.communities is not None
    workers = layers.communities["community_code"].map(free + step).to_list()
    known = dataclasses.replace(layers, communities=layers.communities.assign(grid_workers=workers), personnel=None)
    found = make_plan(known, rules(how), effort="fast")
    assert (per_community(found) == free + step).all()
    assert found.grids["households"].sum() == plan.grids["households"].sum()
    outside = found.grids[~found.grids["in_band"]]
    assert (outside["cause"] != "").all()
    assert not (audit_plan(found)["severity"] == "error").any()
    assert (found.findings["code"] == "capacity_binds").sum() == len(free)


def test_impossible_numbers_are_findings(layers: Layers, plan: Plan) -> None:
    """No worker, more workers than units, and communities of which nothing is known: the plan is that without."""
    found = make_plan(district(layers, [0.0, 5000.0, float("nan")]), rules("fix"), effort="fast")
    assert (found.units["grid_code"] == plan.units["grid_code"]).all()
    codes = found.findings["code"].value_counts()
    assert codes["capacity_unmet"] >= 1
    if len(found.communities) > 2:
        assert codes["workers_unknown"] == 1


def test_a_community_of_mixed_classes_has_one_where_workers_decide(layers: Layers) -> None:
    """Every grid is judged by the sizes it was told, and nothing is an error."""
    mixed = Rules.from_mapping(
        {"classes": {"apply": True}, "considerations": {"capacity": "fix"}, "exclusive": {"uses": ["教育", "商业"]}}
    )
    found = make_plan(district(layers, [9.0, 12.0]), mixed, effort="fast")
    assert not (found.findings["severity"] == "error").any()
    homes = found.grids[found.grids["profile"] != EXCLUSIVE].groupby("community_code")
    planned = homes["cause"].agg(lambda causes: (causes == "governance capacity").any())
    assert (homes["profile"].nunique()[planned] == 1).all()
