"""A plan that goes on: codes continue and are never used again, and every household is accounted for."""

import dataclasses
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan import Rules, make_plan, make_sample, read_layers, read_plan
from gridplan.config import CostRules
from gridplan.model import Layers, PlanData
from gridplan.plan import Plan
from gridplan.planning import Kept, continue_grids, list_plan, make_crosswalk, match_buildings
from gridplan.schema import HISTORY_COLUMNS


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


@pytest.fixture(scope="module")
def chain(layers: Layers) -> list[Plan]:
    """Plan the district for large grids and for small ones in turn, each plan going on from the one before."""
    plans = [make_plan(layers, effort="fast")]
    for target in (150, 300, 150):
        rules = Rules(target=target, lower=target * 4 // 5, upper=target * 6 // 5, cost=CostRules(change=0.0))
        plans.append(make_plan(layers, rules, effort="fast", previous=plans[-1]))
    return plans


def test_no_code_is_used_again_over_several_plans(chain: list[Plan]) -> None:
    """A code that was retired once is in no later plan, and keeps its days; every code stands once in the history."""
    retired = set[str]()
    for old, new in pairwise(chain):
        codes, history = set(new.grids["grid_code"]), new.history.set_index("grid_code")
        assert history.index.is_unique
        assert not retired & codes
        assert retired <= set(history.index)
        assert (history.loc[sorted(retired), "valid_to"] == old.history.set_index("grid_code")["valid_to"].reindex(
            sorted(retired))).all()  # fmt: skip
        retired |= set(old.grids["grid_code"]) - codes
        assert set(history.index[history["valid_to"] != ""]) == retired
    assert len(retired) > 5


def test_splits_and_merges_are_recorded(chain: list[Plan]) -> None:
    """Where grids become small, old ones are split; where they become large again, merged."""
    first, second = chain[1].history, chain[2].history
    split = first[first["event"] == "split"]
    new = first[first["event"] == "new"].set_index("grid_code")
    assert 0.8 * (len(chain[1].grids) - len(chain[0].grids)) <= len(split) <= len(new)
    for code, others in zip(split["grid_code"], split["others"], strict=True):
        assert any(code in new.loc[other, "others"].split() for other in others.split() if other in new.index)
    merged = second[second["event"] == "merged"]
    assert len(merged) >= 0.8 * (len(chain[1].grids) - len(chain[2].grids))
    assert all(set(others.split()) & set(chain[2].grids["grid_code"]) for others in merged["others"])
    assert (merged["valid_to"] != "").all()


SPOTS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 6), st.integers(0, 2), st.integers(0, 40), st.integers(0, 3)),
    min_size=1, max_size=14,
)  # fmt: skip
"""Buildings: id (some twice), place (some on one spot, some far), households, grid."""


def listed(rows: list[tuple[str, int, int, int, int]]) -> pd.DataFrame:
    """Lay buildings out as `list_buildings` does, a unit each."""
    ids, x, y, households, grid = zip(*rows, strict=True)
    return pd.DataFrame(
        {"building_id": ids, "entrance": "", "unit_id": ids, "households": households, "x": np.array(x) * 30.0,
         "y": np.array(y) * 4.0, "grid_code": np.array([f"g{k}" for k in grid], object), "unit": np.arange(len(rows))}
    )  # fmt: skip


@given(before=SPOTS, after=SPOTS, codes=st.permutations(range(8)))
def test_households_are_conserved_whatever_changed(
    before: list[tuple[str, int, int, int, int]], after: list[tuple[str, int, int, int, int]], codes: list[int]
) -> None:
    """Ids that stand twice, buildings gone, built and moved: each is found once at most, and each household counted."""
    old, new = listed(before), listed(after)
    spot = match_buildings(old, new)
    found = spot[spot >= 0]
    assert len(set(found)) == len(found)
    assert (np.hypot(*(new[["x", "y"]].to_numpy()[spot >= 0] - old[["x", "y"]].to_numpy()[found]).T) <= 100).all()
    new = new.assign(grid_code=new["grid_code"].map({f"g{k}": f"g{codes[k]}" for k in range(8)}))
    crosswalk = make_crosswalk(old, new, spot)
    for side, frame in (("old", old), ("new", new)):
        sums = crosswalk[crosswalk[f"{side}_code"] != ""].groupby(f"{side}_code")[f"households_{side}"].sum()
        pd.testing.assert_series_equal(sums, frame.groupby("grid_code")["households"].sum(), check_names=False)
        assert crosswalk[f"households_{side}"].sum() == frame["households"].sum()
    assert crosswalk["buildings"].sum() == len(old) + len(new) - len(found)


@given(before=SPOTS, after=SPOTS)
def test_the_history_has_every_code_once_and_says_what_the_crosswalk_says(
    before: list[tuple[str, int, int, int, int]], after: list[tuple[str, int, int, int, int]]
) -> None:
    """A code goes on, ends or begins; a merged one went into another that goes on, a split one has a new one beside."""
    old, new = listed(before), listed(after)
    grids = pd.DataFrame({"grid_code": sorted(set(old["grid_code"])), "valid_from": "2020-01-01"})
    ended = pd.DataFrame([("g9", "retired", "2018-01-01", "2019-01-01", "")], columns=list(HISTORY_COLUMNS))
    plan = cast("PlanData", SimpleNamespace(grids=grids, history=ended))
    spot = match_buildings(old, new)
    kept = Kept(plan=plan, old=old, new=new, spot=spot, units=np.full(len(new), "", object))
    names, labels = np.unique(new["grid_code"].to_numpy(str), return_inverse=True)
    going = kept.codes(labels.astype(np.int32))
    assert len(set(going.values())) == len(going)
    assert "g9" in kept.used
    codes = np.array([going.get(k, f"n{k}") for k in range(len(names))], object)
    now = pd.DataFrame({"grid_code": codes, "valid_from": "2021-01-01"})
    made = kept.record(now, pd.DataFrame({"grid_code": codes[labels]}))
    history = made["history"].set_index("grid_code")
    assert history.index.is_unique
    assert set(history.index) == {"g9", *grids["grid_code"], *codes}
    assert set(history.index[history["valid_to"] == ""]) == set(codes)
    for code, row in history.drop("g9").iterrows():
        others = set(row["others"].split())
        assert row["valid_from"] == ("2020-01-01" if code in set(grids["grid_code"]) else "2021-01-01")
        assert (row["event"] == "new") == (code not in set(grids["grid_code"]))
        assert (row["event"] in {"retired", "merged"}) == (row["valid_to"] != "")
        if row["event"] == "merged":
            assert others & set(going.values())
        if row["event"] == "split":
            assert others & (set(codes) - set(grids["grid_code"]))
        if row["event"] == "kept":
            assert not others
