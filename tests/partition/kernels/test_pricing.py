"""Grids of small reduced cost, grown, read off or bounded, agree with a plain walk over all subsets."""

from itertools import combinations, pairwise

import networkx as nx
import numpy as np
import pytest
from oracle_pieces import as_networkx, set_cost

from gridplan.config import CostRules
from gridplan.partition.kernels.arrays import Field, Floats, Graph
from gridplan.partition.kernels.pricing import ANY_CENTRE, BEST
from gridplan.partition.problem import check_input, price_vector, split_pieces
from gridplan.partition.proof.bench import Bench, ProofBudget
from gridplan.partition.proof.field import make_field

BUDGET = ProofBudget(units=99, steps=10**9, columns=10**4, rounds=9)
UNITS = 9
UNEVEN = 0.0, 0.1, 1.0


def random_piece(
    seed: int, n: int, *, tolls: bool = False, village: bool = False, uneven: float = 0.0
) -> tuple[Graph, Floats]:
    """Return a connected piece with idle units, compounds and some huge or many tiny units, and the prices.

    Households may bear a load that is so much more or less than one, none at all among it from 1 on.
    """
    rng = np.random.default_rng(seed)
    graph = nx.gnp_random_graph(n, 0.25, seed=seed)
    edges = sorted({*graph.edges, *((int(rng.integers(i)), i) for i in range(1, n))})
    weights = rng.choice([0, 1, 2, 3, 5, 9, 120, 130] if village else [0, 36, 72, 100, 150, 264], n).astype(float)
    weights[0] = rng.choice([100, 380])
    weights *= 1.03 if village and seed % 3 == 0 else 1.0
    price = price_vector(CostRules(), 300, 240, 360, with_xy=True)
    problem = check_input(
        np.array(edges), weights, xy=rng.uniform(0, 200, (n, 2)), compounds=rng.integers(-1, 3, n),
        communities=None, border=rng.uniform(0, 30, len(edges)) * tolls, border_weight=0.01, price=price,
        load=weights * np.maximum(0.0, rng.uniform(1.0 - 1.2 * uneven, 1.0 + uneven, n)) if uneven else None,
    )  # fmt: skip
    return split_pieces(problem)[0].graph, price


def make_bench(seed: int, *, village: bool = False, uneven: float = 0.0) -> tuple[Bench, Floats]:
    """Make a bench of a random piece, and dual values of units, number, and compounds."""
    rng = np.random.default_rng(seed)
    piece, price = random_piece(seed, UNITS, tolls=seed % 2 == 1, village=village, uneven=uneven)
    made = make_field(piece, price, cost=900.0 + 1500.0 * (seed % 3) + 2000.0)
    assert made is not None
    field, _ = made
    bench = Bench(field, price, [np.zeros(UNITS, np.int64)], BUDGET, np.zeros(1, np.int8))
    firm, c = field.firm, int(field.graph.compound[: field.firm].max(initial=-1)) + 1
    units = rng.uniform(0.0, 3.0, firm) * np.maximum(field.graph.units[:firm, 0], 10.0) / 150
    return bench, np.concatenate([units, rng.uniform(-2, 2, 1), -rng.uniform(0, 1, c), rng.uniform(0, 1, c)])


def useful_sets(field: Field, *, connected: bool = True) -> list[tuple[int, ...]]:
    """List the sets of firm units that idle ones may link, with lawful sizes; or the others too."""
    whole, found = as_networkx(field.graph), []
    idle = set(range(field.firm, UNITS))
    for size in range(1, field.firm + 1):
        for chosen in combinations(range(field.firm), size):
            weight, anchors = field.graph.units[list(chosen), 0].sum(), [u for u in chosen if u < field.anchors]
            kind = anchors[0] if anchors else field.anchors
            if len(anchors) > 1 or not field.lowest[kind] <= weight <= field.highest[kind] or weight == 0:
                continue
            near = whole.subgraph({*chosen, *idle})
            if not connected or set(chosen) <= nx.node_connected_component(near, chosen[0]):
                found.append(chosen)
    return found


def cost_of(field: Field, chosen: tuple[int, ...]) -> float:
    """Price a set of units with households, and the borders of the others that it surrounds."""
    whole = as_networkx(field.graph)
    return set_cost(field.graph, {*chosen, *(u for u in range(field.firm, UNITS) if set(whole[u]) <= set(chosen))})


def reduced_cost(bench: Bench, dual: Floats, chosen: tuple[int, ...]) -> float:
    """Take the dual values off the cost of a set."""
    firm, compound = bench.firm, bench.field.graph.compound
    c = int(compound[:firm].max(initial=-1)) + 1
    touched = sorted({int(compound[u]) for u in chosen} - {-1})
    gained = dual[list(chosen)].sum() + dual[firm] + dual[firm + 1 + c :][touched].sum()
    gained += dual[firm + 1 :][touched[0]] if len(touched) == 1 else 0.0
    return cost_of(bench.field, chosen) - float(gained)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("village", [False, True])
@pytest.mark.parametrize(("way", "fined"), [("grown", False), ("grown", True), ("read", False), ("read", True)])
def test_every_useful_grid_is_listed(seed: int, way: str, *, fined: bool, village: bool) -> None:
    """Nothing below the limit is missing, nothing above it or twice is there; fines count from the second unit on."""
    rng = np.random.default_rng(seed + 100)
    bench, dual = make_bench(seed, village=village, uneven=UNEVEN[seed // 2 % len(UNEVEN)])
    limit, firm = float(rng.uniform(-1, 3)), bench.firm
    three = np.array([rng.choice(firm, 3, replace=False) for _ in range(4)]) if firm > 2 else np.zeros((0, 3), int)
    fine = rng.uniform(0, 2, len(three)) * fined
    pairs = [(u, *(t for t in triple if t != u), f) for triple, f in zip(three, fine, strict=True) for u in triple]
    pairs.sort()
    ties = (
        np.searchsorted([p[0] for p in pairs], np.arange(firm + 1)),
        np.array([p[1:3] for p in pairs], np.int64).reshape(-1, 2), np.array([p[3] for p in pairs], float),
    )  # fmt: skip
    if way == "grown":
        found = bench.lister.grow(dual, ties, 0, limit, 10**9)
    else:
        bench.lister.fill(10**9)
        assert bench.lister.pool is not None
        found = bench.lister.pool.below(dual, ties, limit)
    assert found.whole
    listed = [tuple(sorted(found.members[a:b].tolist())) for a, b in pairwise(found.start)]
    assert len(set(listed)) == len(listed)
    whole = as_networkx(bench.field.graph)
    for chosen in useful_sets(bench.field):
        met = np.isin(three, chosen).sum(axis=1) if len(three) else np.zeros(0)
        reduced = reduced_cost(bench, dual, chosen) + fine[met > 1].sum()
        if abs(reduced - limit) > 1e-9:
            assert (chosen in listed) == (reduced < limit and _rest_divides(bench.field, whole, chosen))
    for chosen, cost in zip(listed, found.cost, strict=True):
        assert cost == pytest.approx(cost_of(bench.field, chosen))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("village", [False, True])
@pytest.mark.parametrize(("mode", "worst"), [(ANY_CENTRE, 0.0), (BEST, 0.0), (BEST, -0.5)])
def test_no_grid_is_below_the_relaxed_bound(seed: int, mode: int, worst: float, *, village: bool) -> None:
    """The least reduced cost of a relaxed scan bounds every set, and eased dual values leave none below 0."""
    bench, dual = make_bench(seed, village=village, uneven=UNEVEN[seed // 2 % len(UNEVEN)])
    found, met = bench.lister.scan(dual, 20, mode, worst)
    assert found.least <= met + 1e-7 or worst < 0
    weight = bench.field.graph.units[: bench.firm, 0]
    for chosen in useful_sets(bench.field):
        reduced = reduced_cost(bench, dual, chosen)
        assert reduced >= found.least - 1e-7
        assert reduced + (found.lift * weight)[list(chosen)].sum() >= -1e-6


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("uneven", [0.0, 0.05])
def test_cells_are_split_until_the_relaxed_bound_is_sharp(seed: int, uneven: float) -> None:
    """However short the walks are, the bound comes near the least reduced cost of all sets, connected or not.

    Borders inside cost nothing there.
    """
    bench, dual = make_bench(seed, uneven=uneven)
    found, met = bench.lister.scan(dual, 5, BEST, 0.0)
    every = useful_sets(bench.field, connected=False)
    bench.field.graph.border[:] = 0.0
    least = min(0.0, *(reduced_cost(bench, dual, chosen) for chosen in every))
    assert 1.15 * least - 0.02 <= found.least <= least + 1e-7
    assert met >= least - 1e-7


@pytest.mark.parametrize("seed", range(20))
def test_the_best_of_the_list_come_first_and_bound_the_rest(seed: int) -> None:
    """Asked for a few, the list of all gives those of least reduced cost, or some below the limit without a bound."""
    bench, dual = make_bench(seed)
    bench.lister.fill(10**9)
    assert bench.lister.pool is not None
    none = (np.zeros(bench.firm + 1, np.int64), np.zeros((0, 2), np.int64), np.zeros(0))
    every = bench.lister.pool.below(dual, none, 2.0)
    costs = sorted(reduced_cost(bench, dual, tuple(every.members[a:b])) for a, b in pairwise(every.start))
    for _ in range(2):
        few = bench.lister.pool.below(dual, none, 2.0, 3)
        got = sorted(reduced_cost(bench, dual, tuple(few.members[a:b])) for a, b in pairwise(few.start))
        assert got == pytest.approx(costs[:3])
        assert few.least == -np.inf or few.least == pytest.approx(min(0.0, *costs, 0.0))


def _rest_divides(field: Field, whole: nx.Graph, chosen: tuple[int, ...]) -> bool:
    low, high = field.lowest[-1], field.highest[-1]
    for part in nx.connected_components(whole.subgraph(set(range(UNITS)) - set(chosen))):
        w = field.graph.units[list(part), 0]
        anchors = [u for u in part if u < field.anchors]
        total = w.sum() - field.graph.units[anchors, 0].sum()
        if w.sum() == 0:
            continue
        room = (field.highest[anchors] - field.graph.units[anchors, 0]).sum()
        most = len(anchors) + (int((total + 1e-9) / low) if low > 0 else 99)
        least = len(anchors) + int(np.ceil(max(0.0, total - room - 1e-9) / high))
        if least > most or most == 0:
            return False
    return True
