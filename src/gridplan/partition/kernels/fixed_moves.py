"""Annealing with a fixed number of parts: single nodes, pairs of nodes, and pairs of parts."""

import numpy as np
from numba import njit

from gridplan.partition.kernels.arrays import NONE, Floats
from gridplan.partition.kernels.fixed_arrays import (
    COMPOUNDS,
    EXCESS,
    MEDOID,
    N_SUMS,
    UPPER,
    WEIGHT,
    Net,
    Plan,
    Scratch,
    inner,
)  # fmt: skip
from gridplan.partition.kernels.fixed_plan import (
    deviation,
    find_middle,
    holds_compound,
    move_node,
    part_cost,
    settle,
    stays_whole,
)  # fmt: skip
from gridplan.partition.kernels.fixed_tree import recut

PAIR = 0.4
"""Share of the moves of nodes that move a second one in answer to the first."""

TRIES = 8
"""Cut edges looked at for the second node."""


@inner
def weigh_move(price: Floats, net: Net, plan: Plan, scratch: Scratch, node: int, to: int) -> tuple[float, float]:
    """Price the move of a node to another part: an upper bound, since only a lost middle is looked for again.

    Parameters
    ----------
    price, net, plan, scratch : float64[9], Net, Plan, Scratch
        Prices, graph, partition and scratch.
    node, to : int
        Node, not the last of its part, and part.

    Returns
    -------
    float, float
        Change of cost and of the households outside the band.
    """
    own = plan.label[node]
    less, more = scratch.trial[0], scratch.trial[1]
    for k in range(N_SUMS):
        unit = net.units[node, k] if k < COMPOUNDS else 0.0
        less[k], more[k] = plan.sums[own, k] - unit, plan.sums[to, k] + unit
    for k in range(net.compound_start[node], net.compound_start[node + 1]):
        less[COMPOUNDS] -= not holds_compound(net, plan, own, net.compounds[k], node)
        more[COMPOUNDS] += not holds_compound(net, plan, to, net.compounds[k], node)
    rise = -plan.cost[own] - plan.cost[to]
    for half in range(net.indptr[node], net.indptr[node + 1]):
        label = plan.label[net.indices[half]]
        if label == own:
            rise += net.toll[net.edge[half]]
        elif label == to:
            rise -= net.toll[net.edge[half]]
    a, b = 0, 0
    if price[MEDOID] > 0:
        a, b = plan.middle[own], plan.middle[to]
        if net.spot_node[a] == node:
            a = find_middle(net, plan, own, node, less)
    rise += part_cost(price, less, net.spots[a, 0], net.spots[a, 1])
    rise += part_cost(price, more, net.spots[b, 0], net.spots[b, 1])
    out = deviation(price, less[WEIGHT]) + deviation(price, more[WEIGHT])
    return rise, out - deviation(price, plan.sums[own, WEIGHT]) - deviation(price, plan.sums[to, WEIGHT])


@inner
def _pick(rng, net, plan):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Draw an edge between parts and a direction: a node, and the part it could move to."""
    draw = rng.random() * plan.cut[plan.cut.size - 1]
    edge = plan.cut[int(draw)]
    side = int(2 * (draw - int(draw)))
    return net.ends[edge, side], plan.label[net.ends[edge, 1 - side]]


@inner
def _shift(price, net, plan, node, to):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Move a node and price both parts; return the change of the cost."""
    own, toll = plan.label[node], plan.tolls[0]
    move_node(net, plan, node, to)
    change = plan.tolls[0] - toll
    for part in (own, to):
        change += settle(price, net, plan, part)
    return change


@inner
def shift(
    rng: np.random.Generator, price: Floats, net: Net, plan: Plan, scratch: Scratch, heat: float
) -> tuple[float, float]:
    """Move a node on the border of its part, and sometimes a second one in answer, by the rule of Metropolis.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    price, net, plan, scratch : float64[9], Net, Plan, Scratch
        Prices, graph, partition (changed if the move is accepted) and scratch.
    heat : float
        Temperature.

    Returns
    -------
    float, float
        Change of cost and of the households outside the band; zeros if the move was not accepted.
    """
    stages, done, rise, more = 2 if rng.random() < PAIR else 1, 0, 0.0, 0.0
    first, own, to, middle_own, middle_to = NONE, NONE, NONE, NONE, NONE
    for stage in range(stages):
        node, goal, source, fits = NONE, NONE, NONE, False
        for _ in range(TRIES):
            node, goal = _pick(rng, net, plan)
            source = plan.label[node]
            fits = plan.size[source] > 1 and (stage == 0 or (node != first and (source == to or goal == own)))
            if fits or stage == 0:
                break
        if not fits:
            break
        change, out = weigh_move(price, net, plan, scratch, node, goal)
        if stage == 0:
            plan.record[2] += abs(change)
            plan.record[3] += 1
        whole = rise + change + price[EXCESS] * (more + out)
        if stage + 1 == stages and whole > 0 and rng.random() >= np.exp(-whole / heat):
            break
        if not stays_whole(net, plan, scratch, node):
            break
        if stage == 0:
            first, own, to, middle_own, middle_to = node, source, goal, plan.middle[source], plan.middle[goal]
        if stage + 1 == stages:
            plan.middle[source], plan.middle[goal] = -1, -1
        rise += _shift(price, net, plan, node, goal)
        more, done = more + out, stage + 1
    if done in (stages, 0):
        return rise, more
    plan.middle[own], plan.middle[to] = middle_own, middle_to
    return rise + _shift(price, net, plan, first, own), 0.0


@njit(cache=True, nogil=True)
def anneal_parts(
    rng: np.random.Generator, price: Floats, net: Net, plan: Plan, scratch: Scratch,
    moves: int, heat: Floats, cuts: float, slack: float,
) -> None:  # fmt: skip
    """Improve a partition by random moves; the price of misses of the band rises while there are any, else falls.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    price : float64[9]
        Prices; EXCESS is adapted, from 0.001 to 1,000,000 times the temperature for `slack` households.
    net, plan, scratch : Net, Plan, Scratch
        Graph, partition by `plan.label` of at least two parts, and scratch; `plan.best` and `plan.record` are kept up.
    moves : int
        Moves to try.
    heat : float64[4]
        First and last temperature, in units of cost; factors of EXCESS, every 64 moves, outside and inside the band.
    cuts : float
        Share of the moves that cut two parts anew.
    slack : float
        Households of a typical node.
    """
    cost, out, now = plan.tolls[0], 0.0, heat[0]
    for part in range(plan.size.size):
        cost += plan.cost[part]
        out += deviation(price, plan.sums[part, WEIGHT])
    tiny = 1e-9 * max(1.0, price[UPPER])
    for step in range(moves):
        if step % 64 == 0:
            now = heat[0] * (heat[1] / heat[0]) ** (step / moves)
            price[EXCESS] *= heat[2] if out > tiny else heat[3]
            price[EXCESS] = min(max(price[EXCESS], 1e-3 * now / slack), 1e6 * now / slack)
        rise, more = recut(rng, price, net, plan, scratch, now) if rng.random() < cuts else shift(
            rng, price, net, plan, scratch, now)  # fmt: skip
        cost, out = cost + rise, out + more
        if out < tiny:
            out = max(out, 0.0)
        if out < plan.record[0] - tiny or (out <= plan.record[0] + tiny and cost < plan.record[1] - 1e-9 * abs(cost)):
            plan.record[0], plan.record[1] = out, cost
            for node in range(plan.label.size):
                plan.best[node] = plan.label[node]
