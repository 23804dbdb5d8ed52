"""Classes of compounds: who is of which, how communities are divided into stretches, and what plans make of it."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_ground import Ground

from gridplan.appraisal import evaluate_grids
from gridplan.config import EXCLUSIVE, Rules
from gridplan.edits import FORMAT, Edits
from gridplan.errors import ConfigError
from gridplan.explanation import explain_grid
from gridplan.geometry.recover import recover_fabric
from gridplan.model import Fabric, Layers
from gridplan.partition.fixed.locks import connected
from gridplan.pipeline import make_plan
from gridplan.plan import Plan, audit_plan
from gridplan.planning import class_buildings, settle_classes, spread_classes

MIXED = Rules.from_mapping(
    {
        "classes": {"apply": True},
        "exclusive": {"uses": ["教育", "医疗"], "facilities": ["商场"], "compounds": ["无此小区"]},
    }
)


@pytest.fixture(scope="module")
def mixed(layers: Layers) -> Plan:
    """Plan by class, with exclusive grids."""
    return make_plan(layers, MIXED, effort="fast")


def test_a_class_is_that_of_the_column_the_list_or_the_year(layers: Layers) -> None:
    """All buildings of a compound are of one class; the list goes before the column, the column before the year."""
    houses = layers.buildings
    assert (class_buildings(layers, Rules()) == "").all()
    by_year = class_buildings(layers, MIXED)
    old = houses.loc[by_year == "old", ["compound", "year"]]
    assert old.groupby("compound")["year"].mean().max() < 2000
    name = str(old["compound"][old["compound"] != ""].iloc[0])
    here = (houses["compound"] == name).to_numpy()
    column = houses.assign(compound_class=np.where(here, "物业小区", ""))
    plain = dataclasses.replace(layers, buildings=column, compounds=None)
    assert (class_buildings(plain, MIXED)[here] == "managed").all()
    kinds = {"village": {"target": 60, "lower": 30, "upper": 90, "compounds": [name]}}
    own = Rules.from_mapping({"classes": {"apply": True, "kinds": kinds}})
    assert (class_buildings(plain, own)[here] == "village").all()
    assert own.sizes_of(["village", ""]).tolist() == [[60, 30, 90], [300, 240, 360]]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.05, 0.95))
def test_stretches_are_large_enough_or_alone(ground: Ground, seed: int, share: float) -> None:
    """A connected stretch of one class holds a grid of its class, or has no other class beside it."""
    fabric, rng = recover_fabric(ground.plan), np.random.default_rng(seed)
    households = rng.integers(0, 200, len(fabric.units))
    fabric = dataclasses.replace(fabric, units=fabric.units.assign(households=households))
    kind = np.where(rng.random(len(households)) < share, "old", "").astype(object)
    apart = rng.random(len(households)) < 0.1
    found = spread_classes(fabric, kind, apart, MIXED)
    edges = np.asarray(fabric.graph.edges, np.int64)
    edges = edges[~apart[edges].any(axis=1)]
    same = found[edges[:, 0]] == found[edges[:, 1]]
    stretch = connected(len(found), edges[same])
    lower = MIXED.sizes_of(found)[:, 1]
    sums = np.bincount(stretch, households)
    beside = np.isin(stretch, stretch[edges[~same]].ravel())
    assert (sums[stretch] >= lower)[beside & ~apart].all()


def test_a_plan_follows_the_classes(layers: Layers, mixed: Plan) -> None:
    """Grids of one profile have units of it alone, and are judged by its sizes; nothing is lost."""
    assert mixed.grids["households"].sum() == layers.buildings["households"].sum()
    assert {"old", "", EXCLUSIVE} <= set(mixed.grids["profile"])
    assert (mixed.units.groupby("grid_code")["profile"].nunique() == 1).all()
    sizes = MIXED.sizes_of(mixed.grids["profile"])
    households = mixed.grids["households"].to_numpy()
    fits = np.isnan(sizes[:, 0]) | ((households >= sizes[:, 1]) & (households <= sizes[:, 2]))
    assert (fits == mixed.grids["in_band"]).all()
    assert mixed.score()["out"] == (~fits).sum()
    codes = set(audit_plan(mixed)["code"])
    assert not codes & {"band_mark_differs", "households_not_conserved", "grid_not_contiguous"}


def test_exclusive_grids_are_apart_coded_and_not_outside(mixed: Plan) -> None:
    """What is named is a grid of its own with a code; what is not found is told; they cost nothing."""
    own = mixed.grids[mixed.grids["profile"] == EXCLUSIVE]
    assert {"教育", "医疗"} & set(own["site"])
    assert own["in_band"].all()
    assert own["grid_code"].str.fullmatch(r"\d{15}").all()
    units = mixed.units[mixed.units["grid_code"].isin(own["grid_code"])]
    assert (units["site"] != "").all()
    assert (mixed.units.loc[mixed.units["site"] != "", "grid_code"].isin(own["grid_code"])).all()
    assert "无此小区" in mixed.findings.set_index("code").loc["exclusive_not_found", "reason"]
    told = explain_grid(mixed, str(own["grid_code"].iloc[0]))
    assert sum(told.terms.values()) == 0.0
    assert str(own["site"].iloc[0]) in told.lines()[0]


def test_the_same_grids_evaluated_cost_the_same(mixed: Plan) -> None:
    """By class as in the plan; by one size for all they cost more."""
    again = evaluate_grids(mixed, mixed.grids[["grid_code", "geometry"]])
    assert again.certificate["cost"].to_numpy() == pytest.approx(mixed.certificate["cost"].to_numpy())
    assert (again.grids["in_band"] == mixed.grids["in_band"]).all()
    plain = evaluate_grids(mixed, mixed.grids[["grid_code", "geometry"]], Rules())
    assert plain.score()["out"] > again.score()["out"]


def test_what_is_settled_by_hand_goes_before_classes(ground: Ground) -> None:
    """Where a lock holds units of two stretches, one class counts; what is exclusive no longer takes that beside it."""
    fabric: Fabric = recover_fabric(ground.plan)
    n = len(fabric.units)
    none = np.zeros(n, np.bool_)
    profile, lot = np.full(n, "", object), np.full(n, -1)
    first = np.flatnonzero(np.asarray(fabric.community_index) == fabric.community_index[0])
    profile[first[:3]], lot[first[:2]] = "old", 5
    assert (settle_classes(fabric, profile, lot, none, none) == profile).all()
    lot[first[2:4]] = 6
    assert set(settle_classes(fabric, profile, lot, none, none)) == {""}
    lot[:], profile[first[0]] = -1, EXCLUSIVE
    found = settle_classes(fabric, profile, lot, none, np.arange(n) == first[0])
    assert found[first[0]] in ("", "old")
    assert (np.delete(found, first[0]) == np.delete(profile, first[0])).all()


def test_a_site_that_is_drawn_by_hand_stays_exclusive(layers: Layers, mixed: Plan) -> None:
    """With the code it had; one that is drawn into a grid with others is so no longer."""
    code = str(mixed.grids.loc[mixed.grids["profile"] == EXCLUSIVE, "grid_code"].iloc[0])
    units = mixed.units.loc[mixed.units["grid_code"] == code, "unit_id"].tolist()
    edits = Edits.from_mapping({"format": FORMAT, "grids": [{"code": code, "units": units, "only": True}]})
    again = make_plan(layers, MIXED, effort="fast", edits=edits)
    assert again.grids.set_index("grid_code").loc[code, "profile"] == EXCLUSIVE
    pairs = mixed.edges[mixed.edges["unit_a"].isin(units) ^ mixed.edges["unit_b"].isin(units)]
    a, b = pairs[["unit_a", "unit_b"]].iloc[0]
    joined = make_plan(layers, MIXED, effort="fast", edits=Edits.from_mapping({"format": FORMAT, "together": [[a, b]]}))
    home = joined.units.set_index("unit_id")
    assert home.loc[a, "grid_code"] == home.loc[b, "grid_code"]
    assert home.loc[a, "site"] == ""
    assert not {"band_mark_differs", "size_outside_band"} & set(joined.findings.query("severity == 'error'")["code"])


def test_faults_are_named_at_once() -> None:
    """Of classes, exclusive grids and micro-grids."""
    with pytest.raises(ConfigError) as caught:
        Rules.from_mapping({
            "classes": {"apply": 1, "kinds": {"tower": {"target": 3}, "old": {"lowr": 3, "names": ["商品房"]},
                                              "rural": {"upper": 3}, EXCLUSIVE: {"target": 3, "lower": 1, "upper": 4}}},
            "exclusive": {"uses": "学校"}, "micro": {"draw": "yes", "lower": 200},
        })  # fmt: skip
    text = str(caught.value)
    for part in (
        "classes.apply: need true",
        "kinds.tower: need target",
        "found no lower, upper",
        "mean classes.kinds.old.lower?",
        "商品房",
        "kinds.rural: need whole",
        "another name",
        "exclusive.uses: need a list",
        "micro.draw",
        "micro: need",
    ):
        assert part in text, part
