"""Counted capacities: equal to the optimum of networkx, which shares no code with the programme."""

import networkx as nx
import numpy as np
import pytest

from conftest import make_task
from gridplan.deployment.flow import NEAREST, relax, solve_flow
from gridplan.deployment.task import Task, weigh

SCALE = 10


def optimum(task: Task) -> float:
    """Cheapest flow by network simplex: a source to items, items to persons, persons to a sink by rising steps."""
    graph, missing = nx.DiGraph(), task.missing_m
    total = int(task.need.sum())
    graph.add_node("s", demand=-total)
    graph.add_node("t", demand=total)
    for i, need in enumerate(task.need):
        graph.add_edge("s", f"i{i}", capacity=int(need), weight=0)
        graph.add_edge(f"i{i}", "t", capacity=int(need), weight=round(missing * SCALE))
        for p in np.flatnonzero(np.isfinite(task.price[i])):
            graph.add_edge(f"i{i}", f"p{p}", capacity=1, weight=round(task.price[i, p] * SCALE))
    for p, room in enumerate(task.capacity):
        for k in range(int(room)):
            graph.add_edge(f"p{p}", f"p{p}/{k}", capacity=1, weight=0)
            graph.add_edge(f"p{p}/{k}", "t", capacity=1, weight=0)
    return nx.min_cost_flow_cost(graph) / SCALE


@pytest.mark.parametrize("seed", range(200))
def test_counted_rosters_are_the_best(seed: int) -> None:
    """On 200 random tasks, many of them short of capacity, with scopes and items that need two persons."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 40)), int(rng.integers(1, 15))
    task = make_task(rng, n, m, slack=rng.choice([0.6, 1.0, 1.5]))
    found = solve_flow(task)
    check_lawful(task, found.item, found.person)
    cost = weigh(task, found.item, found.person)
    assert cost == pytest.approx(optimum(task), rel=1e-6, abs=0.06 * n)
    assert found.proven
    assert found.bound == cost
    assert found.lacking == task.need.sum() - len(found.item)


def check_lawful(task: Task, item: np.ndarray, person: np.ndarray) -> None:
    """Check capacity, scope, and that nobody serves an item twice."""
    load = np.bincount(person, task.size[item], len(task.capacity))
    assert (load <= task.capacity + 1e-6).all()
    assert np.isfinite(task.price[item, person]).all()
    assert (np.bincount(item, minlength=len(task.need)) <= task.need).all()
    assert len({*zip(item.tolist(), person.tolist(), strict=True)}) == len(item)


@pytest.mark.parametrize("seed", range(40))
def test_uneven_loads_are_priced_exactly(seed: int) -> None:
    """With a price of the load too: equal to the best of all rosters, counted out."""
    rng = np.random.default_rng(seed)
    task = make_task(rng, 6, 3, load_m=300.0, slack=1.6)
    found = solve_flow(task)
    best = brute_force(task)
    assert weigh(task, found.item, found.person) == pytest.approx(best, rel=1e-9)


def brute_force(task: Task) -> float:
    """Cost of the best of all rosters."""
    n, m = task.price.shape
    options = [[s for s in range(2**m) if s.bit_count() <= task.need[i]] for i in range(n)]
    fair, scale = task.fair, task.mean_size
    members = np.array([[bool(s >> p & 1) for p in range(m)] for s in range(2**m)])
    states = {(0,) * m: 0.0}
    for i in range(n):
        after: dict[tuple[int, ...], float] = {}
        for load, cost in states.items():
            for s in options[i]:
                held = members[s]
                if not np.isfinite(task.price[i, held]).all():
                    continue
                new = tuple(int(a + b) for a, b in zip(load, held, strict=True))
                if (np.array(new) > task.capacity).any():
                    continue
                extra = task.price[i, held].sum() + (task.need[i] - held.sum()) * task.missing_m
                after[new] = min(after.get(new, np.inf), cost + extra)
        states = after
    uneven = {load: (task.load_m * (np.array(load) - fair) ** 2 / (fair * scale)).sum() for load in states}
    return min(cost + uneven[load] for load, cost in states.items())


def test_persons_beyond_the_nearest_are_taken_in() -> None:
    """Where the nearest are full, those not in the programme at first are found by their price."""
    n = 3 * NEAREST
    price = np.abs(np.arange(n)[:, None] - np.arange(n)[None]) * 1.0
    price[:, : NEAREST + 1] = 0.0
    task = Task(
        price=price, need=np.ones(n, np.int64), size=np.ones(n), capacity=np.ones(n),
        group=np.zeros(n, np.int64), load_m=0.0,
    )  # fmt: skip
    found = solve_flow(task)
    assert len(found.item) == n
    assert weigh(task, found.item, found.person) == pytest.approx(optimum(task))


@pytest.mark.parametrize("seed", range(20))
def test_the_relaxation_is_a_bound(seed: int) -> None:
    """Of whole rosters with sizes: no greedy one costs less."""
    rng = np.random.default_rng(seed)
    task = make_task(rng, 20, 6, counted=False, slack=1.5)
    low = relax(task).cost
    room, item, person = task.capacity.copy(), [], []
    for i in rng.permutation(20):
        for p in np.argsort(task.price[i])[: task.need[i]]:
            if np.isfinite(task.price[i, p]) and room[p] >= task.size[i]:
                room[p] -= task.size[i]
                item.append(i)
                person.append(p)
    assert low <= weigh(task, np.array(item), np.array(person)) + 1e-3
