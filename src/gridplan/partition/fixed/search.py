"""The search on one connected graph: fresh starts, and reheated copies of the best plans met."""

from collections.abc import Iterator

import numpy as np

from gridplan.partition.clock import Clock
from gridplan.partition.fixed.effort import Budget, Found
from gridplan.partition.fixed.plans import cut_trees, load_plan, price_labels
from gridplan.partition.fixed.polish import Polish
from gridplan.partition.fixed.pool import Pool
from gridplan.partition.kernels.arrays import Floats
from gridplan.partition.kernels.fixed_arrays import (
    CHANGES,
    LEAST_COST,
    LEAST_OUT,
    LOOKS,
    LOWER,
    UPPER,
    WEIGHT,
    Net,
    Plan,
    Scratch,
    make_plan,
    make_scratch,
)  # fmt: skip
from gridplan.partition.kernels.fixed_moves import anneal_parts

CHUNK = 200_000
"""Moves between two looks at the clock; with large parts fewer, since each takes longer."""

TREES = 4
"""Random trees looked at for every cut of a first plan."""

HOT, COLD = 1.0, 0.005
"""First and last temperature of a fresh start, as shares of the mean change of cost of a move."""

ROUGH = (0.05, 0.5)
"""Last temperatures where the band is narrower than a node: few nodes can move alone, and a cold plan is stuck."""

MILD = (0.03, 1.0)
"""Least and greatest first temperature of a reheated plan."""

SAMPLE, NO_HEAT = 300, 1e-300
"""Moves that give the mean change of cost, and their temperature: only falls are accepted."""

STALE = 30
"""Runs without a better plan after which the kept ones are let go."""

RISE, FALL = (0.01, 0.25), (0.02, 0.5)
"""Ranges of the factors of the price of misses outside and inside the band; no one pair is best for all graphs."""

ELITE, POLISHED = 6, 2
"""Plans kept for reheating, and of those the best ones that are polished in the end."""

AGREE, AGREE_ROUGH, SAME = 3, 6, 1e-9
"""Families that end at the best cost before it is believed, the same where the band is narrower than a node, and how
far apart, relatively, they may be."""

LONG, TIMES = 0.1, 4
"""Share of runs that are longer, and how many times."""


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
    if parts == 1 or parts == len(net.units):
        return price_labels(net, price, np.arange(len(net.units)) % parts, parts)
    books = (make_plan(net, parts), make_scratch(net))
    if clock.over():
        return price_labels(net, price, cut_trees(rng, net, parts, 1), parts)
    polish, met, pool = Polish(net, price, budget.ways, clock), list[Found](), Pool(net, price, parts)
    left = max(budget.rounds, budget.total // (budget.moves * len(net.units)))
    enough = AGREE_ROUGH if _is_rough(net, price) else AGREE
    while not met or (left > 0 and not clock.over() and _agreeing(met) < enough):
        elite, used = _family(rng, price.copy(), net, books, pool, budget.moves, left, clock)
        left -= used
        met.append(min(polish.improve(found) for found in elite[:POLISHED]))
        pool.add(met[-1].labels)
        rough = enough == AGREE_ROUGH
        met += _recombine(pool, polish, [*elite, met[-1]] if rough else [], min(met), clock, swap=rough)
    return min(met)


def _recombine(pool: Pool, polish: Polish, fresh: list[Found], best: Found, clock: Clock, *, swap: bool) -> list[Found]:
    """Combine the parts met, and what becomes of them by swaps, until that gives no better plan."""
    better: list[Found] = []
    while True:
        for found in fresh:
            pool.swap(found.labels, clock)
        joined = pool.combine(min([best, *better]), clock)
        if joined is None:
            return better
        better.append(polish.improve(joined))
        pool.add(better[-1].labels)
        fresh = [joined, better[-1]] if swap else []


def _agreeing(met: list[Found]) -> int:
    """Count the families that ended at the best cost met, within the band."""
    best = min(met)
    same = [f for f in met if f.missing == best.missing == 0 and f.cost - best.cost <= SAME * abs(best.cost)]
    return len(same)


def _family(
    rng: np.random.Generator, price: Floats, net: Net, books: tuple[Plan, Scratch], pool: Pool, moves: int, most: int,
    clock: Clock,
) -> tuple[list[Found], int]:  # fmt: skip
    """Start afresh and reheat the best, until they get no better; return the best ones and the runs used."""
    elite: list[Found] = []
    plan, used, since = books[0], 0, 0
    while used < max(most, 1) and since < STALE and not (elite and clock.over()):
        if used < ELITE // 2 or rng.random() < 1 / 3:
            plan.label[:] = cut_trees(rng, net, len(plan.parts), TREES)
            first = HOT
        else:
            plan.label[:] = elite[int(rng.integers(len(elite)))].labels
            first = _log_uniform(rng, MILD)
        times = TIMES if rng.random() < LONG else 1
        found = _run(rng, price, net, *books, first, moves * times, clock)
        pool.add(found.labels)
        used, since = used + times, 0 if not elite or found < elite[0] else since + times
        if all(abs(found.cost - e.cost) > 1e-9 * abs(e.cost) for e in elite):
            elite = sorted([*elite, found])[:ELITE]
    return elite, used


def _run(
    rng: np.random.Generator, price: Floats, net: Net, plan: Plan, scratch: Scratch, first: float, moves: int,
    clock: Clock,
) -> Found:  # fmt: skip
    """Anneal the plan once and return the best plan met on the way."""
    start = price_labels(net, price, plan.label.copy(), len(plan.parts))
    load_plan(price, net, plan)
    anneal_parts(rng, price, net, plan, scratch, SAMPLE, np.array([NO_HEAT, NO_HEAT, 1.0, 1.0]), 0.0, 1.0)
    scale = max(plan.record[CHANGES] / max(plan.record[LOOKS], 1.0), 1e-9)
    plan.label[:] = start.labels
    load_plan(price, net, plan)
    plan.record[[LEAST_OUT, LEAST_COST, CHANGES, LOOKS]] = start.missing, start.cost, 0.0, 0.0
    plan.best[:] = plan.label
    n, parts = len(net.units), len(plan.parts)
    up, down = 1.0 + _log_uniform(rng, RISE), 1.0 - _log_uniform(rng, FALL)
    cuts = min(0.3, 0.5 * parts / n)
    slack = max(float(net.units[:, WEIGHT].mean()), 1e-9)
    last = _log_uniform(rng, ROUGH) if _is_rough(net, price) else COLD
    for count, high, low in _chunks(n * moves, max(1000, CHUNK // (1 + n // parts // 50)), max(first, last), last):
        anneal_parts(
            rng, price, net, plan, scratch, count, np.array([high * scale, low * scale, up, down]), cuts, slack
        )
        if clock.over():
            break
    return price_labels(net, price, plan.best.copy(), len(plan.parts))


def _is_rough(net: Net, price: Floats) -> bool:
    """Tell whether the band is narrower than a typical node, so that few nodes can move alone."""
    return bool(price[UPPER] - price[LOWER] < net.units[:, WEIGHT].mean())


def _log_uniform(rng: np.random.Generator, span: tuple[float, float]) -> float:
    """Draw a number every order of magnitude of which is as likely as any other."""
    return float(np.exp(rng.uniform(*np.log(span))))


def _chunks(moves: int, size: int, first: float, last: float) -> Iterator[tuple[int, float, float]]:
    """Divide a run into chunks: moves, first and last temperature of each."""
    for done in range(0, moves, size):
        count = min(size, moves - done)
        yield count, first * (last / first) ** (done / moves), first * (last / first) ** ((done + count) / moves)
