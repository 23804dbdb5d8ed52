"""The search on one connected graph: fresh starts, and reheated copies of the best plans met."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

from gridplan.partition.kernels.arrays import Flags, Floats, Ints
from gridplan.partition.kernels.fixed_arrays import UPPER, WEIGHT, Net, Plan, Scratch, make_plan, make_scratch
from gridplan.partition.kernels.fixed_moves import anneal_parts, weigh_move
from gridplan.partition.kernels.fixed_plan import load_plan
from gridplan.partition.kernels.fixed_tree import split_all

CHUNK = 200_000
"""Moves between two looks at the clock; on large graphs fewer."""

TREES = 20
"""Random trees looked at for every cut of a first plan."""

HOT, COLD = 1.0, 0.005
"""First and last temperature of a fresh start, as shares of the mean change of cost of a move."""

MILD = (0.03, 0.4)
"""Least and greatest first temperature of a reheated plan."""

ELITE = 6
"""Plans kept for reheating."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When to stop although there is work left.

    Parameters
    ----------
    end : float
        Time of `time.monotonic`, infinite for none.
    stop : int8[1]
        Set to 1 by another thread.
    """

    end: float = float("inf")
    stop: Flags = field(default_factory=lambda: np.zeros(1, np.int8))

    def over(self) -> bool:
        """Tell whether to stop."""
        return bool(self.stop[0]) or time.monotonic() > self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Work of one effort; counts, never seconds, so that a plan can be made again.

    Parameters
    ----------
    rounds : int
        Annealing runs.
    moves : int
        Moves of one run for each node.
    nodes : int
        Sets looked at by the exhaustive search.
    steps : int
        Steps of the bound.
    """

    rounds: int
    moves: int
    nodes: int
    steps: int


BUDGETS: Final = MappingProxyType(
    {
        "fast": Budget(rounds=4, moves=150, nodes=100_000, steps=30),
        "normal": Budget(rounds=24, moves=300, nodes=1_000_000, steps=100),
        "thorough": Budget(rounds=1000, moves=300, nodes=20_000_000, steps=300),
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A plan met: the less it misses the band the better, then the cheaper.

    Parameters
    ----------
    missing, cost : float
        Households outside the band, and cost.
    labels : int64[n]
        Part of each node.
    """

    missing: float
    cost: float
    labels: Ints = field(compare=False)


def search_net(net: Net, price: Floats, parts: int, budget: Budget, rng: np.random.Generator, clock: Clock) -> Found:
    """Look for a plan of one connected graph into a fixed number of parts.

    Parameters
    ----------
    net : Net
        Connected graph of at least `parts` nodes.
    price : float64[9]
        Prices; EXCESS is not read.
    parts : int
        Number of parts.
    budget : Budget
        How much work to do.
    rng : Generator
        Source of chance.
    clock : Clock
        When to stop early.

    Returns
    -------
    Found
        The best plan met; its parts are connected and not empty.
    """
    plan, scratch, price = make_plan(net, parts), make_scratch(net), price.copy()
    if parts == 1 or parts == len(net.units):
        plan.label[:] = np.arange(len(net.units)) % parts
        return _current(price, net, plan)
    elite: list[Found] = []
    for turn in range(budget.rounds):
        if turn < ELITE // 2 or turn % 3 == 0 or not elite:
            split_all(rng, net, plan, scratch, TREES)
            first = HOT
        else:
            plan.label[:] = elite[int(rng.integers(len(elite)))].labels
            first = float(np.exp(rng.uniform(*np.log(MILD))))
        found = _run(rng, price, net, plan, scratch, first, budget.moves, clock)
        if all(abs(found.cost - e.cost) > 1e-9 * abs(e.cost) for e in elite):
            elite = sorted([*elite, found])[:ELITE]
        if clock.over():
            break
    return elite[0]


def _current(price: Floats, net: Net, plan: Plan) -> Found:
    """Price the plan as it stands."""
    cost = load_plan(price, net, plan)
    weight = plan.sums[:, WEIGHT]
    missing = np.maximum(0.0, np.maximum(price[0] - weight, weight - price[UPPER])).sum()
    return Found(float(missing), float(cost), plan.label.copy())


def _run(
    rng: np.random.Generator, price: Floats, net: Net, plan: Plan, scratch: Scratch, first: float, moves: int,
    clock: Clock,
) -> Found:  # fmt: skip
    """Anneal the plan once and return the best plan met on the way."""
    start = _current(price, net, plan)
    plan.record[:], plan.best[:] = (start.missing, start.cost), plan.label
    scale = _mean_change(rng, price, net, plan, scratch)
    n, parts = len(net.units), len(plan.size)
    cuts = min(0.3, 0.5 * parts / n)
    slack = max(float(net.units[:, WEIGHT].mean()), 1e-9)
    for count, high, low in _chunks(n * moves, max(1000, CHUNK // (1 + n // 2000)), first, COLD):
        anneal_parts(rng, price, net, plan, scratch, count, np.array([high, low]) * scale, cuts, slack)
        if clock.over():
            break
    plan.label[:] = plan.best
    return _current(price, net, plan)


def _chunks(moves: int, size: int, first: float, last: float) -> Iterator[tuple[int, float, float]]:
    """Divide a run into chunks: moves, first and last temperature of each."""
    for done in range(0, moves, size):
        count = min(size, moves - done)
        yield count, first * (last / first) ** (done / moves), first * (last / first) ** ((done + count) / moves)


def _mean_change(rng: np.random.Generator, price: Floats, net: Net, plan: Plan, scratch: Scratch) -> float:
    """Return the mean size of the change of cost over moves of one node."""
    changes = []
    for edge in rng.choice(plan.cut[: plan.cut[-1]], 200):
        node, other = net.ends[edge]
        if plan.size[plan.label[node]] > 1:
            changes.append(abs(weigh_move(price, net, plan, scratch, node, plan.label[other])[0]))
    return max(float(np.mean(changes)), 1e-9) if changes else 1.0
