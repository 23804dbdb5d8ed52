"""Plans that proofs come upon: of fractions of grids, and refined from where they are."""

import numpy as np
import pytest
from oracle_pieces import all_connected, lattice_piece, plain_cost

from gridplan.partition.certificate import renumber
from gridplan.partition.kernels.arrays import Ints
from gridplan.partition.proof import prove_piece
from gridplan.partition.proof.bench import ProofBudget
from gridplan.partition.proof.rounding import round_off
from gridplan.partition.search import BUDGETS, refine, search_piece

GO = np.zeros(1, np.int8)


def as_grids(*plans: Ints) -> tuple[Ints, Ints]:
    """List the grids of some plans one after another: their units, and where those of each begin."""
    grids = [np.flatnonzero(plan == k) for plan in plans for k in range(plan.max() + 1)]
    return np.concatenate(grids), np.append(0, np.cumsum([len(grid) for grid in grids]))


@pytest.mark.parametrize("seed", range(10))
def test_a_plan_without_fractions_stays_as_it_is(seed: int) -> None:
    """Whole grids are taken before others, and units that none of them holds join those beside."""
    graph, price = lattice_piece(seed, 6, (30, 90))
    rng = np.random.default_rng(seed)
    plan, other = (renumber(search_piece(graph, price, rng, BUDGETS["fast"], GO).plans[-1]) for _ in range(2))
    members, start = as_grids(other, plan)
    share = np.repeat([0.3, 1.0], [other.max() + 1, plan.max() + 1])
    parts = int(plan.max()) + 1
    assert np.array_equal(round_off(graph, members, start, share, parts), plan)
    share[-1] = 0.0
    fewer = round_off(graph, members, start, share, parts - 1)
    left = plan < parts - 1
    assert fewer.max() == parts - 2
    assert np.array_equal(renumber(fewer[left]), renumber(plan[left]))


@pytest.mark.parametrize("seed", range(20))
def test_any_fractions_make_a_plan(seed: int) -> None:
    """Of grids that overlap or fall apart too: each unit has a grid, each is connected, and there are not too many."""
    graph, price = lattice_piece(seed, 6, (30, 90))
    rng = np.random.default_rng(seed)
    grids = [rng.choice(36, int(rng.integers(1, 12)), replace=False) for _ in range(30)]
    start = np.append(0, np.cumsum([len(grid) for grid in grids]))
    parts = int(rng.integers(1, 9))
    labels = round_off(graph, np.concatenate(grids), start, rng.uniform(0, 1, 30) * rng.integers(0, 2, 30), parts)
    assert set(labels.tolist()) == set(range(labels.max() + 1))
    assert labels.max() < parts
    assert all_connected(graph, labels)
    refined = refine(graph, price, labels, GO)
    assert all_connected(graph, refined)
    assert plain_cost(graph, refined) <= plain_cost(graph, labels) + 1e-9
    assert np.array_equal(refined, refine(graph, price, labels, GO))


@pytest.mark.parametrize("seed", range(3))
def test_a_proof_that_falls_short_comes_upon_a_better_plan(seed: int) -> None:
    """Handed stripes, it comes near the plan of a long search though it has no steps to close the piece."""
    graph, price = lattice_piece(seed, 9, (25, 45))
    stripes = np.arange(81) // 9
    budget = ProofBudget(units=600, steps=60_000, columns=1_000, rounds=40)
    proof = prove_piece(graph, price, [stripes], plain_cost(graph, stripes), budget, GO)
    best = search_piece(graph, price, np.random.default_rng(0), BUDGETS["thorough"], GO).cost
    assert not proof.proven
    assert all_connected(graph, proof.labels)
    assert proof.bound <= best
    assert plain_cost(graph, proof.labels) < 1.25 * best
