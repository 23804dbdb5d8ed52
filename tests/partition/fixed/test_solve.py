"""`solve_fixed` against every partition of small graphs, and its laws on larger ones."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_fixed import best_by_force, is_lawful, make_problem, naive_cost

from gridplan.errors import InfeasibleError
from gridplan.partition.clock import Clock
from gridplan.partition.fixed.net import FixedProblem
from gridplan.partition.fixed.prices import edge_tolls
from gridplan.partition.fixed.solve import FixedResult, solve_fixed

OBJECTIVES = ("inertia", "cut_edges", "article19")


def solve(
    problem: FixedProblem, parts: int, lower: float, upper: float, objective: str, *, effort: str = "fast",
    seed: int = 0, clock: Clock | None = None,
) -> FixedResult:  # fmt: skip
    """Solve with a seed."""
    return solve_fixed(
        problem, parts=parts, lower=lower, upper=upper, objective=objective, effort=effort,
        rng=np.random.default_rng(seed), clock=clock,
    )  # fmt: skip


def lattice(rows: int, columns: int, objective: str, **changes: object) -> FixedProblem:
    """Make a lattice of units of weight 10, 100 m apart."""
    n = rows * columns
    index = np.arange(n).reshape(rows, columns)
    edges = np.concatenate(
        [
            np.stack([index[:, :-1].ravel(), index[:, 1:].ravel()], axis=1),
            np.stack([index[:-1].ravel(), index[1:].ravel()], axis=1),
        ]
    )
    fields = {
        "edges": edges, "weights": np.full(n, 10.0), "loads": np.full(n, 10.0),
        "xy": 100.0 * np.stack([np.arange(n) % columns, np.arange(n) // columns], axis=1),
        "compounds": np.full(n, -1), "toll": edge_tolls(objective, np.zeros(len(edges))), "locked": np.full(n, -1),
        "name": "lattice",
    } | changes  # fmt: skip
    return FixedProblem(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("seed", range(8))
def test_small_graphs_get_the_best_of_all_partitions(seed: int, objective: str) -> None:
    """On 7 to 9 units the plan is proven and as good as the best by force, or both find none."""
    parts, locks = 2 + seed % 3, seed % 2 == 1
    problem = make_problem(seed, 7 + seed % 3, objective, whole=seed % 4 < 2, locks=locks)
    mean = float(problem.weights.sum()) / parts
    lower, upper = 0.8 * mean, 1.25 * mean
    best = best_by_force(problem, parts, lower, upper, objective)
    if best is None:
        with pytest.raises(InfeasibleError, match="community seven"):
            solve(problem, parts, lower, upper, objective)
        return
    result = solve(problem, parts, lower, upper, objective)
    assert result.proven
    assert result.in_band
    assert result.cost == pytest.approx(best[0], rel=1e-9, abs=1e-9)
    assert result.bound == result.cost
    assert is_lawful(problem, result.labels, parts)
    assert naive_cost(problem, result.labels, objective, mean) == pytest.approx(result.cost, rel=1e-9, abs=1e-9)


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10**6), n=st.integers(20, 60), parts=st.integers(1, 7), objective=st.sampled_from(OBJECTIVES),
    tight=st.sampled_from([0.01, 0.1, 0.5]), locks=st.booleans(),
)  # fmt: skip
def test_laws_of_a_plan(*, seed: int, n: int, parts: int, objective: str, tight: float, locks: bool) -> None:
    """Exactly k connected parts, locks kept, flags and cost true, bound below cost, same seed same plan."""
    problem = make_problem(seed, n, objective, locks=locks)
    mean = float(problem.weights.sum()) / parts
    lower, upper = (1 - tight) * mean, (1 + tight) * mean
    try:
        result = solve(problem, parts, lower, upper, objective)
    except InfeasibleError:
        return
    sizes = np.bincount(result.labels, problem.weights, parts)
    inside = bool((sizes >= lower * (1 - 1e-8)).all() and (sizes <= upper * (1 + 1e-8)).all())
    assert result.labels.dtype == np.int32
    assert is_lawful(problem, result.labels, parts) or "locked" in result.reason
    assert result.in_band == (inside and "locked" not in result.reason)
    assert result.bound <= result.cost
    assert result.cost == pytest.approx(naive_cost(problem, result.labels, objective, mean), rel=1e-9, abs=1e-9)
    _, first = np.unique(result.labels, return_index=True)
    assert (np.diff(first) > 0).all()
    assert np.array_equal(result.labels, solve(problem, parts, lower, upper, objective).labels)


def test_lattice_is_cut_straight() -> None:
    """A lattice of 6 x 12 falls into three squares-and-a-half by two straight cuts, within half a per cent."""
    result = solve(lattice(6, 12, "cut_edges"), 3, 239, 241, "cut_edges", effort="normal")
    assert result.in_band
    assert result.cost == 12


@pytest.mark.parametrize(
    ("parts", "lower", "upper", "found"),
    [(3, 100, 130, "480"), (0, 1, 1000, "parts = 0"), (49, 1, 1000, "parts = 49"), (60, 5, 9, "parts = 60")],
)
def test_arithmetic_is_told(parts: int, lower: float, upper: float, found: str) -> None:
    """What the sizes alone forbid is an error that names the community and the sizes."""
    with pytest.raises(InfeasibleError, match=rf"community lattice: .*{found}"):
        solve(lattice(6, 8, "inertia"), parts, lower, upper, "inertia")


def test_huge_unit_is_told() -> None:
    """A unit above the band is an error that names it."""
    weights = np.full(48, 10.0)
    weights[17] = 500
    with pytest.raises(InfeasibleError, match=r"500 \(unit 17\)"):
        solve(lattice(6, 8, "inertia", weights=weights), 3, 200, 400, "inertia")


def test_one_unit_and_as_many_parts_as_units() -> None:
    """The two ends of the range have one plan each, and it is proven."""
    one = solve(lattice(1, 1, "inertia"), 1, 10, 10, "inertia")
    assert (one.labels.tolist(), one.cost, one.proven, one.in_band) == ([0], 0.0, True, True)
    all_apart = solve(lattice(2, 3, "cut_edges"), 6, 10, 10, "cut_edges")
    assert (all_apart.labels.tolist(), all_apart.cost, all_apart.proven) == ([0, 1, 2, 3, 4, 5], 7.0, True)


def test_weights_of_zero() -> None:
    """Units without weight cost nothing and do not disturb the count of parts."""
    result = solve(lattice(3, 3, "inertia", weights=np.zeros(9)), 4, 0, 5, "inertia")
    assert result.cost == 0
    assert is_lawful(lattice(3, 3, "inertia"), result.labels, 4)


def test_parts_are_shared_out_over_components() -> None:
    """Two components of 120 and 240 households take 1 and 2 parts of 120; no part crosses."""
    base = lattice(6, 6, "inertia")
    edges = base.edges[(base.edges < 12).all(axis=1) | (base.edges >= 12).all(axis=1)]
    problem = lattice(6, 6, "inertia", edges=edges, toll=np.zeros(len(edges)))
    result = solve(problem, 3, 115, 125, "inertia")
    assert result.in_band
    assert np.bincount(result.labels).tolist() == [12, 12, 12]
    assert len(set(result.labels[:12])) == 1
    with pytest.raises(InfeasibleError, match="component"):
        solve(problem, 2, 170, 190, "inertia")


def test_free_share_out_finds_the_cheaper_way() -> None:
    """Where the band leaves a choice, the parts go to the component that gains more from them."""
    base = lattice(2, 8, "inertia")
    edges = base.edges[~((base.edges.min(axis=1) % 8 == 3) & (np.diff(base.edges, axis=1).ravel() == 1))]
    xy = base.xy * np.where(np.arange(16) % 8 < 4, 1.0, 10.0)[:, None]
    problem = lattice(2, 8, "inertia", edges=edges, toll=np.zeros(len(edges)), xy=xy)
    result = solve(problem, 3, 10, 80, "inertia")
    right = np.arange(16) % 8 >= 4
    assert result.proven
    assert len(set(result.labels[right])) == 2


def test_locks_that_do_not_touch_are_joined() -> None:
    """Two opposite corners locked together share a connected part of a lattice."""
    locked = np.full(64, -1)
    locked[[0, 63]] = 5
    problem = lattice(8, 8, "cut_edges", locked=locked)
    result = solve(problem, 2, 310, 330, "cut_edges", effort="normal")
    assert result.in_band
    assert is_lawful(problem, result.labels, 2)


def test_hard_band_that_no_search_meets_gives_the_best_so_far() -> None:
    """Weights that cannot be balanced end with a plan out of the band and the reason, not with an error or a hang."""
    weights = np.full(100, 10.0)
    weights[[0, 99]] = 17.0
    result = solve(lattice(10, 10, "inertia", weights=weights), 3, 337.9, 338.1, "inertia")
    assert not result.in_band
    assert not result.proven
    assert "no plan within the band" in result.reason
    assert is_lawful(lattice(10, 10, "inertia"), result.labels, 3)


@pytest.mark.parametrize("by_flag", [False, True])
def test_deadline_and_stop_are_kept(by_flag: bool) -> None:  # noqa: FBT001
    """A thorough run on 2,000 units ends within a second of the time limit or of the stop flag, with a lawful plan."""
    problem, stop = lattice(40, 50, "inertia"), np.zeros(1, np.int8)
    solve(lattice(5, 5, "inertia"), 2, 100, 150, "inertia")
    solve(lattice(9, 9, "inertia"), 2, 300, 500, "inertia")
    start = time.monotonic()
    stop[0] = by_flag
    clock = Clock(end=np.inf if by_flag else start + 1.0, stop=stop)
    result = solve(problem, 8, 2450, 2550, "inertia", effort="thorough", clock=clock)
    assert time.monotonic() - start < (1.5 if by_flag else 2.0)
    assert "time limit" in result.reason
    assert is_lawful(problem, result.labels, 8)
