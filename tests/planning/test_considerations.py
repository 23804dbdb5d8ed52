"""Considerations of Article 19: what a unit's load is made of, and how it reaches the grids."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_ground import Ground, plans

from gridplan.config import Rules
from gridplan.errors import ConfigError
from gridplan.model import Layers
from gridplan.pipeline import make_plan
from gridplan.plan import Plan
from gridplan.planning import measure_ways, weigh_units
from gridplan.schema import KEY_GROUPS

TERMS = ("residents", *KEY_GROUPS, "facility_per_km")


def rules(**load: float) -> Rules:
    """Give rules with some considerations."""
    return Rules.from_mapping({"considerations": load})


def test_nothing_weighs_by_default(ground: Ground, plan: Plan) -> None:
    """The terms are there, at zero; load and households are the same, and the plan names no term."""
    assert weigh_units(ground.plan.units, Rules()) is None
    assert Rules().to_mapping()["considerations"] == {
        **dict.fromkeys(TERMS, 0.0), "capacity": "off", "grids_per_worker": 1.0
    }  # fmt: skip
    assert (plan.grids["load"] == plan.grids["households"]).all()
    assert "load_terms" not in plan.run
    with pytest.raises(ConfigError, match=r"considerations\.minors"):
        rules(minors=-1)


@settings(max_examples=20, deadline=None)
@given(prices=st.fixed_dictionaries({name: st.sampled_from([0.0, 0.5, 3.0]) for name in TERMS[:-1]}))
def test_loads_have_the_total_of_the_households(ground: Ground, prices: dict[str, float]) -> None:
    """And the proportions of households, residents and key groups."""
    rng = np.random.default_rng(1)
    units = ground.plan.units.assign(**{g: rng.integers(0, 50, 24) for g in ("residents", *KEY_GROUPS)})
    load = weigh_units(units, rules(**prices))
    if load is None:
        assert not any(prices.values())
        return
    raw = units["households"] + sum(price * units[name] for name, price in prices.items())
    assert load.sum() == pytest.approx(units["households"].sum())
    assert load / load[0] == pytest.approx(raw / raw[0])


def test_the_way_to_the_facility_of_the_community_weighs(ground: Ground) -> None:
    """Its own one, however near another; a community without any bears nothing of it."""
    rows = [{"type": "社区服务中心", "community": "甲社区", "at": (0.5, 0.5)}, {"type": "诊所", "at": (5.5, 0.5)}]
    units = ground.plan.units
    ways = measure_ways(units, ground.layer("facilities", rows), Rules().deployment.detour)
    load = weigh_units(units.assign(facility_m=ways), rules(facility_per_km=2.0))
    assert load is not None
    way = np.hypot(units["x"] - plans.X0 - 100, units["y"] - plans.Y0 - 100) * Rules().deployment.detour / 1000
    raw = 300 * (1 + 2 * way.where(units["community"] == "甲社区", 0.0))
    assert load == pytest.approx(raw.to_numpy() * units["households"].sum() / raw.sum())


def test_a_plan_shows_the_load_of_its_grids_and_names_the_terms(layers: Layers) -> None:
    """Loads of grids sum up to the households; they are nearer to the target than without the term; bounds hold."""
    heavy = dataclasses.replace(rules(minors=1.5, facility_per_km=1.0), target=300)
    found = make_plan(layers, heavy, effort="fast")
    assert found.run["load_terms"] == ["minors", "facility_per_km"]
    assert found.grids["load"].sum() == pytest.approx(found.grids["households"].sum(), abs=1.0)
    assert not (found.grids["load"] == found.grids["households"]).all()
    load = weigh_units(found.units, heavy)
    assert load is not None
    sums = found.units.assign(load=load).groupby("grid_code")["load"].sum()
    assert sums.reindex(found.grids["grid_code"]).to_numpy() == pytest.approx(found.grids["load"].to_numpy(), abs=0.06)
    assert (found.certificate["bound"] <= found.certificate["cost"] + 1e-6).all()
    mean = found.units.assign(way=found.units["facility_m"] * found.units["households"]).groupby("grid_code")
    ways = (mean["way"].sum() / mean["households"].sum()).reindex(found.grids["grid_code"]).to_numpy()
    assert found.grids["facility_m"].to_numpy() == pytest.approx(ways, abs=0.06)
