"""Units that no grid within the band holds, against every grid and every partition of small pieces."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from oracle_plans import connected_sets, every_plan, members_of, optimum_by_force, set_costs, size_costs

from gridplan import partition_graph
from gridplan.config import CostRules
from gridplan.partition.certificate import simple_bound
from gridplan.partition.kernels.arrays import Floats, Graph, Ints
from gridplan.partition.misfits import find_misfits
from gridplan.partition.problem import check_input, price_vector, split_pieces
from gridplan.partition.proof.field import make_field

TINY = 1e-6


def make_town(seed: int) -> dict[str, Any]:
    """Make a sparse town where large units stand between small ones."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 9))
    edges = {(int(rng.integers(max(0, i - 2), i)), i) for i in range(1, n)}
    edges |= {(a, b) for a in range(n) for b in range(a + 1, n) if rng.random() < 0.1}
    weights = rng.choice([0, 4, 30, 107, 150, 170, 185, 187, 191, 255, 262, 380, 430], n)
    weights[int(rng.integers(n))] = rng.choice([110, 160, 188])
    return {
        "edges": np.array(sorted(edges)), "weights": weights, "xy": rng.uniform(0, 200, (n, 2)),
        "compounds": rng.integers(-1, 3, n),
    }  # fmt: skip


def make_piece(town: dict[str, Any]) -> tuple[Graph, Floats]:
    """Make the piece of a connected town, and its prices."""
    price = price_vector(CostRules(), 300, 240, 360, with_xy=True)
    problem = check_input(**town, communities=None, border=None, border_weight=0.0, price=price)
    return split_pieces(problem)[0].graph, price


def lawful_plans(town: dict[str, Any]) -> tuple[NDArray[np.uint16], Floats, Floats]:
    """List the plans of a town, what the size rule costs in each, and what each costs."""
    sets, n = connected_sets(town), len(town["weights"])
    size, cost = np.full(1 << n, np.inf), np.full(1 << n, np.inf)
    size[sets] = size_costs(town, members_of(town, sets) @ town["weights"])
    cost[sets] = set_costs(town, sets)
    size[0] = cost[0] = 0.0
    plans = every_plan(n)
    kept = np.isfinite(cost[plans].sum(axis=1))
    return plans[kept], size[plans[kept]].sum(axis=1), cost[plans[kept]].sum(axis=1)


def shared(plans: NDArray[np.uint16], units: Ints) -> NDArray[np.bool_]:
    """Tell in which plans some grid holds two of these units."""
    held = sum(((plans >> unit) & 1).astype(int) for unit in units.tolist())
    return np.asarray((held > 1).any(axis=1)) if len(units) else np.zeros(len(plans), bool)


SEEDS = range(300)


def test_towns_have_what_is_asked() -> None:
    """Enough of the towns have misfits below the band, alone and beside others, so that the tests below see them."""
    found = [find_misfits(*make_piece(make_town(seed))) for seed in SEEDS]
    below = [int((misfits.below > 0).sum()) for misfits in found]
    assert sum(count == 1 for count in below) > 40
    assert sum(count > 1 for count in below) > 10
    assert sum(count > 0 and count < len(m.units) for count, m in zip(below, found, strict=True)) > 10


@pytest.mark.parametrize("seed", SEEDS)
def test_misfits_cost_their_price_in_every_plan(seed: int) -> None:
    """No grid within the band holds one; prices add up, more so where two share a grid; sizes are what they say."""
    town = make_town(seed)
    misfits = find_misfits(*make_piece(town))
    sets = connected_sets(town)
    taken = members_of(town, sets)
    households = taken @ town["weights"]
    for unit, least, below, above in zip(misfits.units, misfits.least, misfits.below, misfits.above, strict=True):
        sizes = households[taken[:, unit]]
        assert ((sizes <= below) | (sizes >= above)).all()
        assert below < 240
        assert above > 360
        assert least <= size_costs(town, sizes).min() + TINY
    plans, size, _ = lawful_plans(town)
    assert misfits.price <= size.min() + TINY
    for k, unit in enumerate(misfits.units):
        both = np.zeros(len(plans), bool)
        for one in misfits.units[:k]:
            both |= shared(plans, np.array([unit, one]))
        if both.any():
            assert size[both].min() >= misfits.price + misfits.apart[k] - TINY


@pytest.mark.parametrize(("sheds", "stuck"), [(0, True), (26, True), (27, False)])
def test_a_tower_between_towers_needs_sheds(sheds: int, *, stuck: bool) -> None:
    """A building of 187 between two of 256 lacks 53 households: with 26 sheds of 2 beside it, it still does."""
    weights = np.array([256, 187, 256] + [2] * sheds)
    edges = np.array([(0, 1), (1, 2), *((1, 3 + i) for i in range(sheds))])
    town = {
        "edges": edges,
        "weights": weights,
        "xy": np.zeros((len(weights), 2)),
        "compounds": np.zeros(len(weights), int),
    }
    misfits = find_misfits(*make_piece(town))
    assert misfits.units.tolist() == [1] * stuck
    assert misfits.below.tolist() == [187.0 + 2 * sheds] * stuck
    assert misfits.above.tolist() == [443.0] * stuck
    assert misfits.price == pytest.approx(stuck * (1000 + (53 - 2 * sheds) * 1000 / 60))


def test_the_grid_of_a_misfit_is_known_to_have_no_choice() -> None:
    """Though nothing is proven of the plan, buildings are the cause, and not the search."""
    for weights, missed, cause in (
        ([256, 187, 256], [187.0], "coarse buildings"), ([107, 110, 191, 150], [217.0], "search limit"),
    ):  # fmt: skip
        n = len(weights)
        path, corners = np.stack([np.arange(n - 1), np.arange(1, n)], axis=1), np.eye(n, 2) * 90.0
        result = partition_graph(path, np.array(weights), xy=corners, effort="fast", rng=0, jobs=1)
        outside = result.grids[~result.grids["in_band"]]
        assert not result.communities["proven"].any()
        assert outside["households"].tolist() == missed
        assert outside["cause"].tolist() == [cause]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_field_holds_every_grid_of_a_better_plan(seed: int) -> None:
    """Of plans below the cost at hand, each grid has the size of its anchor, and no two anchors share one."""
    town = make_town(seed)
    plans, _, cost = lawful_plans(town)
    ceiling = float(np.quantile(cost, [0.01, 0.1, 0.5][seed % 3])) + 1.0
    made = make_field(*make_piece(town), ceiling)
    if made is None:
        return
    field, order = made
    better, anchors = plans[cost < ceiling], order[: field.anchors]
    assert not shared(better, anchors).any()
    for sets in better.T:
        taken = members_of(town, sets[sets > 0].astype(np.int64))
        households = taken @ town["weights"]
        for row, size in zip(taken[:, anchors], households, strict=True):
            kind = int(np.argmax(row)) if row.any() else field.anchors
            if size > 0:
                assert field.lowest[kind] - TINY <= size <= field.highest[kind] + TINY


@pytest.mark.parametrize("seed", SEEDS[::3])
def test_plans_with_misfits_are_the_best(seed: int) -> None:
    """The proof comes to the optimum of every partition, and arithmetic to no more."""
    town = make_town(seed)
    optimum = optimum_by_force(town)
    assert simple_bound(*make_piece(town)) <= optimum + TINY
    result = partition_graph(**town, effort="normal", rng=0, jobs=1)
    assert result.communities["proven"].all()
    assert result.communities["cost"].sum() == pytest.approx(optimum, abs=TINY)
