"""The search on one connected graph: fresh starts, and reheated copies of the best plans met."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

from gridplan.partition.fixed.plans import cut_trees, load_plan
from gridplan.partition.kernels.arrays import Flags, Floats, Ints
from gridplan.partition.kernels.fixed_arrays import UPPER, WEIGHT, Net, Plan, Scratch, make_plan, make_scratch
from gridplan.partition.kernels.fixed_moves import anneal_parts

CHUNK = 200_000
"""Moves between two looks at the clock; on large graphs fewer."""

TREES = 4
"""Random trees looked at for every cut of a first plan."""

HOT, COLD = 1.0, 0.005
"""First and last temperature of a fresh start, as shares of the mean change of cost of a move."""

MILD = (0.03, 0.4)
"""Least and greatest first temperature of a reheated plan."""

SAMPLE, NO_HEAT = 300, 1e-300
"""Moves that give the mean change of cost, and their temperature: only falls are accepted."""

STALE = 60
"""Runs without a better plan after which the kept ones are let go."""

RISE, FALL = (1.05, 1.25), (0.5, 0.9)
"""Ranges of the factors of the price of misses outside and inside the band; no one pair is best for all graphs."""

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
        Annealing runs, at least.
    moves : int
        Moves of one run for each node.
    total : int
        Moves of all runs together, at least; small graphs get more runs.
    nodes : int
        Sets looked at by the exhaustive search.
    steps : int
        Steps of the bound.
    """

    rounds: int
    moves: int
    total: int
    nodes: int
    steps: int


BUDGETS: Final = MappingProxyType(
    {
        "fast": Budget(rounds=4, moves=150, total=200_000, nodes=100_000, steps=30),
        "normal": Budget(rounds=24, moves=300, total=2_000_000, nodes=1_000_000, steps=100),
        "thorough": Budget(rounds=100, moves=300, total=100_000_000, nodes=20_000_000, steps=300),
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
    best, turn, since = None, 0, 0
    for _ in range(max(budget.rounds, budget.total // (budget.moves * len(net.units)))):
        if turn < ELITE // 2 or turn % 3 == 0:
            plan.label[:] = cut_trees(rng, net, parts, TREES)
            first = HOT
        else:
            plan.label[:] = elite[int(rng.integers(len(elite)))].labels
            first = float(np.exp(rng.uniform(*np.log(MILD))))
        found = _run(rng, price, net, plan, scratch, first, budget.moves, clock)
        turn, since = turn + 1, 0 if not elite or found < elite[0] else since + 1
        if all(abs(found.cost - e.cost) > 1e-9 * abs(e.cost) for e in elite):
            elite = sorted([*elite, found])[:ELITE]
        best = min(elite[0], best or elite[0])
        if clock.over():
            break
        if since == STALE:  # what this family of plans can give is found: begin a new one
            elite, turn, since = [], 0, 0
    return best or _current(price, net, plan)


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
    anneal_parts(rng, price, net, plan, scratch, SAMPLE, np.array([NO_HEAT, NO_HEAT, 1.0, 1.0]), 0.0, 1.0)
    scale = max(plan.record[2] / max(plan.record[3], 1.0), 1e-9)
    plan.label[:] = start.labels
    _current(price, net, plan)
    plan.record[:], plan.best[:] = (start.missing, start.cost, 0.0, 0.0), plan.label
    n, parts = len(net.units), len(plan.size)
    up, down = rng.uniform(*RISE), rng.uniform(*FALL)
    cuts = min(0.3, 0.5 * parts / n)
    slack = max(float(net.units[:, WEIGHT].mean()), 1e-9)
    for count, high, low in _chunks(n * moves, max(1000, CHUNK // (1 + n // 2000)), first, COLD):
        anneal_parts(
            rng, price, net, plan, scratch, count, np.array([high * scale, low * scale, up, down]), cuts, slack
        )
        if clock.over():
            break
    plan.label[:] = plan.best
    return _current(price, net, plan)


def _chunks(moves: int, size: int, first: float, last: float) -> Iterator[tuple[int, float, float]]:
    """Divide a run into chunks: moves, first and last temperature of each."""
    for done in range(0, moves, size):
        count = min(size, moves - done)
        yield count, first * (last / first) ** (done / moves), first * (last / first) ** ((done + count) / moves)
