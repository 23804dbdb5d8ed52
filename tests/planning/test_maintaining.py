"""A plan that goes on: codes continue and are never used again, and every household is accounted for."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gridplan import Rules, make_plan, make_sample, read_layers, read_plan
from gridplan.config import CostRules
from gridplan.model import Layers
from gridplan.plan import Plan
from gridplan.planning import continue_grids, list_plan, make_crosswalk, match_buildings


def without(layers: Layers, gone: np.ndarray) -> Layers:
    """Take some buildings out of a district."""
    left = layers.buildings[~gone].reset_index(drop=True)
    entrances = layers.entrances
    if entrances is not None:
        entrances = entrances[entrances["building_id"].isin(left["building_id"])].reset_index(drop=True)
    return dataclasses.replace(layers, buildings=left, entrances=entrances, personnel=None)


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Layers:
    """Read a small made-up district."""
    folder = tmp_path_factory.mktemp("district")
    make_sample(folder, households=3_000, seed=4)
    layers = read_layers(folder)
    return without(layers, np.zeros(len(layers.buildings), bool))


@pytest.fixture(scope="module")
def plans(layers: Layers) -> tuple[Plan, Plan]:
    """Plan the district without some of its buildings, and then all of it."""
    gone = np.random.default_rng(2).random(len(layers.buildings)) < 0.05
    old = make_plan(without(layers, gone), effort="fast")
    return old, make_plan(layers, effort="fast", previous=old)


def test_codes_go_on_and_none_is_used_again(plans: tuple[Plan, Plan]) -> None:
    """Each old code is in use or retired; a grid that goes on has its code and its first day."""
    old, new = plans
    assert set(old.grids["grid_code"]) <= set(new.history["grid_code"])
    assert set(new.grids["grid_code"]) == set(new.history["grid_code"][new.history["valid_to"] == ""])
    assert new.grids["grid_code"].is_unique
    assert len(set(old.grids["grid_code"]) & set(new.grids["grid_code"])) >= 0.8 * len(old.grids)
    assert not (new.findings["severity"] == "error").any()


def test_the_crosswalk_conserves_households(plans: tuple[Plan, Plan]) -> None:
    """Sums by old and by new code are the households of the grids."""
    old, new = plans
    for side, plan in (("old", old), ("new", new)):
        sums = new.crosswalk[new.crosswalk[f"{side}_code"] != ""].groupby(f"{side}_code")[f"households_{side}"].sum()
        expected = plan.grids.set_index("grid_code")["households"]
        assert (sums.reindex(expected.index, fill_value=0) == expected).all()
        assert new.crosswalk[f"households_{side}"].sum() == expected.sum()


def test_few_households_move(plans: tuple[Plan, Plan]) -> None:
    """At most one in ten of those that were there."""
    both = plans[1].crosswalk.query("old_code != '' and new_code != ''")
    assert both.loc[both["old_code"] != both["new_code"], "households_new"].sum() <= 0.1 * both["households_new"].sum()


def test_retired_codes_stay_retired(layers: Layers, plans: tuple[Plan, Plan], tmp_path: Path) -> None:
    """A third plan knows the codes retired by the second, through the file too."""
    new = plans[1]
    new.write(tmp_path / "new")
    again = read_plan(tmp_path / "new")
    assert again.equals(new)
    retired = pd.DataFrame(
        [("000000000001999", "retired", "2020-01-01", "2021-01-01", "")], columns=again.history.columns
    )
    former = dataclasses.replace(again, history=pd.concat([again.history, retired], ignore_index=True))
    third = make_plan(layers, Rules(cost=CostRules(change=1e9)), effort="fast", previous=former)
    assert "000000000001999" in set(third.history["grid_code"])
    assert dict(zip(third.units["unit_id"], third.units["grid_code"], strict=True)) == dict(
        zip(new.units["unit_id"], new.units["grid_code"], strict=True)
    )
    assert third.grids["valid_from"].tolist() == new.grids["valid_from"].tolist()


def test_buildings_are_found_by_place(plans: tuple[Plan, Plan]) -> None:
    """When the file was numbered anew, ids do not count."""
    old = list_plan(plans[0], plans[0].crs)
    renamed = old.assign(building_id=[f"n{k}" for k in range(len(old))]).iloc[::-1].reset_index(drop=True)
    spot = match_buildings(old, renamed)
    found = spot >= 0
    assert found.mean() > 0.9
    assert (old["grid_code"].to_numpy()[spot[found]] == renamed["grid_code"].to_numpy()[found]).all()
    assert make_crosswalk(old, renamed, spot)["households_old"].sum() == old["households"].sum()


def test_the_largest_share_continues() -> None:
    """A code goes where most of its households go; of two codes for one grid, the larger giver's stays."""
    old = np.array(["a", "a", "b", "b", "c"], object)
    new = np.array([0, 1, 1, 1, 1], object)
    assert continue_grids(old, new, np.array([3.0, 2, 5, 5, 20])) == {0: "a", 1: "c"}
