"""Annealing with a fixed number of parts: single nodes, pairs of nodes, and pairs of parts."""

import numpy as np

from gridplan.partition.kernels.arrays import NONE, ZERO, Floats
from gridplan.partition.kernels.compiling import door, inner, woven
from gridplan.partition.kernels.fixed_arrays import (
    BEST,
    CHANGES,
    COMPOUNDS,
    COST,
    CUT,
    EDGE,
    END_A,
    END_B,
    EXCESS,
    FIRST_HALF,
    FIRST_HOME,
    LABEL,
    LEAST_COST,
    LEAST_OUT,
    LOOKS,
    MEDOID,
    MIDDLE,
    N_SUMS,
    OTHER,
    SIZE,
    TOLLS,
    UPPER,
    WEIGHT,
    Net,
    Plan,
    Scratch,
)  # fmt: skip
from gridplan.partition.kernels.fixed_plan import (
    deviation,
    find_middle,
    met_elsewhere,
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


@woven
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
    labels = plan.rows[LABEL]
    parts = plan.parts
    below = scratch.below
    less = below[len(below) - 2]
    more = below[len(below) - 1]
    own = labels[node]
    for k in range(N_SUMS):
        unit = net.units[node, k] if k < COMPOUNDS else 0.0
        less[k] = parts[own, k] - unit
        more[k] = parts[to, k] + unit
    for home in range(net.starts[FIRST_HOME, node], net.starts[FIRST_HOME, node + 1]):
        less[COMPOUNDS] -= not met_elsewhere(net, plan, own, home)
        more[COMPOUNDS] += not met_elsewhere(net, plan, to, home)
    rise = -parts[own, COST] - parts[to, COST]
    for half in range(net.starts[FIRST_HALF, node], net.starts[FIRST_HALF, node + 1]):
        label = labels[net.links[OTHER, half]]
        if label == own:
            rise += net.toll[net.links[EDGE, half]]
        elif label == to:
            rise -= net.toll[net.links[EDGE, half]]
    a = ZERO
    b = ZERO
    if price[MEDOID] > 0:
        a = plan.rows[MIDDLE, own]
        b = plan.rows[MIDDLE, to]
        if net.spot_node[a] == node:
            a = find_middle(net, plan, own, node, less)
    rise += part_cost(price, less, net.spots[a, 0], net.spots[a, 1])
    rise += part_cost(price, more, net.spots[b, 0], net.spots[b, 1])
    out = deviation(price, less[WEIGHT]) + deviation(price, more[WEIGHT])
    return rise, out - deviation(price, parts[own, WEIGHT]) - deviation(price, parts[to, WEIGHT])


@woven
def _pick(rng, net, plan):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Draw an edge between parts and a direction: a node, and the part it could move to."""
    draw = rng.random() * plan.cuts[CUT, len(net.toll)]
    place = int(draw)
    edge = plan.cuts[CUT, place]
    side = int(2 * (draw - place))
    return net.links[END_A + side, edge], plan.rows[LABEL, net.links[END_B - side, edge]]


@inner
def _shift(price, net, plan, node, to):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Move a node and price both parts; return the change of the cost."""
    own = plan.rows[LABEL, node]
    toll = plan.record[TOLLS]
    move_node(net, plan, node, to)
    change = plan.record[TOLLS] - toll
    change += settle(price, net, plan, own)
    return change + settle(price, net, plan, to)


@woven
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
    middle = plan.rows[MIDDLE]
    stages = 2 if rng.random() < PAIR else 1
    done = 0
    rise = 0.0
    more = 0.0
    first = NONE
    own = NONE
    to = NONE
    middle_own = NONE
    middle_to = NONE
    for stage in range(stages):
        node = NONE
        goal = NONE
        source = NONE
        fits = False
        for _ in range(TRIES):
            node, goal = _pick(rng, net, plan)
            source = plan.rows[LABEL, node]
            fits = plan.rows[SIZE, source] > 1 and (stage == 0 or (node != first and (source == to or goal == own)))
            if fits or stage == 0:
                break
        if not fits:
            break
        change, out = weigh_move(price, net, plan, scratch, node, goal)
        if stage == 0:
            plan.record[CHANGES] += abs(change)
            plan.record[LOOKS] += 1
        whole = rise + change + price[EXCESS] * (more + out)
        if stage + 1 == stages and whole > 0 and rng.random() >= np.exp(-whole / heat):
            break
        if not stays_whole(net, plan, scratch, node):
            break
        if stage == 0:
            first = node
            own = source
            to = goal
            middle_own = middle[own]
            middle_to = middle[to]
        if stage + 1 == stages:
            middle[source] = -1
            middle[goal] = -1
        rise += _shift(price, net, plan, node, goal)
        more, done = more + out, stage + 1
    if done in (stages, 0):
        return rise, more
    middle[own] = middle_own
    middle[to] = middle_to
    return rise + _shift(price, net, plan, first, own), 0.0


@door
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
    record = plan.record
    cost = record[TOLLS]
    out = 0.0
    now = heat[0]
    for part in range(len(plan.parts)):
        cost += plan.parts[part, COST]
        out += deviation(price, plan.parts[part, WEIGHT])
    tiny = 1e-9 * (max(1.0, price[UPPER]))
    for step in range(moves):
        if step % 64 == 0:
            now = heat[0] * (heat[1] / heat[0]) ** (step / moves)
            price[EXCESS] *= heat[2] if out > tiny else heat[3]
            price[EXCESS] = max(price[EXCESS], 1e-3 * now / slack)
            price[EXCESS] = min(price[EXCESS], 1e6 * now / slack)
        if rng.random() < cuts:
            rise, more = recut(rng, price, net, plan, scratch, now)
        else:
            rise, more = shift(rng, price, net, plan, scratch, now)
        cost += rise
        out += more
        out = max(out, 0.0)
        least = record[LEAST_OUT]
        if out < least - tiny or (out <= least + tiny and cost < record[LEAST_COST] - 1e-9 * abs(cost)):
            record[LEAST_OUT] = out
            record[LEAST_COST] = cost
            for node in range(len(net.units)):
                plan.rows[BEST, node] = plan.rows[LABEL, node]
