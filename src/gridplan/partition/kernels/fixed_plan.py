"""Bookkeeping of a partition into a fixed number of parts: sums, costs, cut edges, connectivity."""

from gridplan.partition.kernels.arrays import Floats
from gridplan.partition.kernels.fixed_arrays import (
    CENTROID,
    COMPOUND,
    COMPOUNDS,
    LOAD,
    LOADED,
    LOWER,
    MEDOID,
    MIXED,
    TARGET,
    UPPER,
    WEIGHT,
    WR2,
    WX,
    WY,
    Net,
    Plan,
    Scratch,
    inner,
)  # fmt: skip


@inner
def part_cost(price: Floats, s: Floats, x: float, y: float) -> float:
    """Price one part, the tolls of its border left out.

    Parameters
    ----------
    price, s : float64[9], float64[6]
        Prices, and sums of the part.
    x, y : float
        Where a part is measured from by the price MEDOID, metres.

    Returns
    -------
    float
        Uneven load + compounds + inertia.
    """
    cost = price[LOAD] * abs(s[LOADED] - price[TARGET]) + price[COMPOUND] * s[COMPOUNDS]
    if s[COMPOUNDS] > 1:
        cost += price[MIXED] * s[WEIGHT]
    if s[WEIGHT] > 0:
        cost += price[CENTROID] * max(0.0, s[WR2] - (s[WX] * s[WX] + s[WY] * s[WY]) / s[WEIGHT])
    if price[MEDOID] > 0:
        cost += price[MEDOID] * max(0.0, s[WR2] - 2 * (x * s[WX] + y * s[WY]) + s[WEIGHT] * (x * x + y * y))
    return cost


@inner
def deviation(price: Floats, weight: float) -> float:
    """Return the households by which a part misses the band.

    Parameters
    ----------
    price : float64[9]
        Prices; LOWER and UPPER are read.
    weight : float
        Households of the part.

    Returns
    -------
    float
        0 inside the band.
    """
    return max(0.0, price[LOWER] - weight, weight - price[UPPER])


@inner
def find_middle(net: Net, plan: Plan, part: int, without: int, s: Floats) -> int:
    """Find the unit of a part from which its weighted squared distances are least: the one nearest to the centroid.

    Parameters
    ----------
    net, plan : Net, Plan
        Graph and partition.
    part, without : int
        The part, and a node of it that does not count (n for none).
    s : float64[6]
        Sums that give the centroid.

    Returns
    -------
    int
        A spot, or -1 if no node is left.
    """
    x, y = 0.0, 0.0
    if s[WEIGHT] > 0:
        x, y = s[WX] / s[WEIGHT], s[WY] / s[WEIGHT]
    best, at = 1e300, -1
    node = plan.head[part]
    while node >= 0:
        if node != without:
            for spot in range(net.spot_start[node], net.spot_start[node + 1]):
                far = (net.spots[spot, 0] - x) ** 2 + (net.spots[spot, 1] - y) ** 2
                if far < best or (far == best and spot < at):
                    best, at = far, spot
        node = plan.after[node]
    return at


@inner
def holds_compound(net: Net, plan: Plan, part: int, compound: int, without: int) -> bool:
    """Tell whether a part has a node of a compound.

    Parameters
    ----------
    net, plan : Net, Plan
        Graph and partition.
    part, compound, without : int
        The part, the compound, and a node that does not count.

    Returns
    -------
    bool
        Whether another node of the compound lies in the part.
    """
    for k in range(net.home_start[compound], net.home_start[compound + 1]):
        node = net.homes[k]
        if node != without and plan.label[node] == part:
            return True
    return False


@inner
def settle(price: Floats, net: Net, plan: Plan, part: int) -> float:
    """Price a part from its sums.

    Parameters
    ----------
    price, net, plan : float64[9], Net, Plan
        Prices, graph and partition; the cost of the part is set.
    part : int
        The part, not empty. Its middle is kept if it still lies in the part; set it to -1 to have the best one.

    Returns
    -------
    float
        Change of its cost.
    """
    old, x, y = plan.cost[part], 0.0, 0.0
    if price[MEDOID] > 0:
        spot = plan.middle[part]
        if spot < 0 or plan.label[net.spot_node[spot]] != part:
            spot = find_middle(net, plan, part, plan.label.size, plan.sums[part])
        plan.middle[part], x, y = spot, net.spots[spot, 0], net.spots[spot, 1]
    plan.cost[part] = part_cost(price, plan.sums[part], x, y)
    return plan.cost[part] - old


@inner
def move_node(net: Net, plan: Plan, node: int, to: int) -> None:
    """Move a node to another part; costs are not touched.

    Parameters
    ----------
    net, plan : Net, Plan
        Graph and partition.
    node, to : int
        Node and part.
    """
    own, after, before = plan.label[node], plan.after[node], plan.before[node]
    for k in range(net.compound_start[node], net.compound_start[node + 1]):
        if not holds_compound(net, plan, own, net.compounds[k], node):
            plan.sums[own, COMPOUNDS] -= 1
    for k in range(5):
        plan.sums[own, k] -= net.units[node, k]
    plan.size[own] -= 1
    if after >= 0:
        plan.before[after] = before
    if before >= 0:
        plan.after[before] = after
    else:
        plan.head[own] = after
    for k in range(net.compound_start[node], net.compound_start[node + 1]):
        if not holds_compound(net, plan, to, net.compounds[k], node):
            plan.sums[to, COMPOUNDS] += 1
    for k in range(5):
        plan.sums[to, k] += net.units[node, k]
    first = plan.head[to]
    plan.after[node], plan.before[node] = first, -1
    if first >= 0:
        plan.before[first] = node
    plan.head[to], plan.label[node] = node, to
    plan.size[to] += 1
    for half in range(net.indptr[node], net.indptr[node + 1]):
        label, edge = plan.label[net.indices[half]], net.edge[half]
        if label == own:
            count = plan.cut[plan.cut.size - 1]
            plan.cut[count], plan.cut_place[edge], plan.cut[plan.cut.size - 1] = edge, count, count + 1
            plan.tolls[0] += net.toll[edge]
        elif label == to:
            last = plan.cut[plan.cut.size - 1] - 1
            place, moved = plan.cut_place[edge], plan.cut[last]
            plan.cut[place], plan.cut_place[moved] = moved, place
            plan.cut_place[edge], plan.cut[plan.cut.size - 1] = -1, last
            plan.tolls[0] -= net.toll[edge]


@inner
def stays_whole(net: Net, plan: Plan, scratch: Scratch, node: int) -> bool:
    """Tell whether a part is still there and in one piece without one of its nodes.

    Parameters
    ----------
    net, plan, scratch : Net, Plan, Scratch
        Graph, partition and scratch.
    node : int
        The node.

    Returns
    -------
    bool
        Whether the rest is not empty and connected.
    """
    own, wanted, first = plan.label[node], 0, -1
    scratch.stamp[0] += 2
    goal = scratch.stamp[0]
    for half in range(net.indptr[node], net.indptr[node + 1]):
        other = net.indices[half]
        if plan.label[other] == own:
            wanted += 1
            scratch.mark[other], first = goal, other
    if wanted <= 1:
        return wanted == 1
    seen, low, high = goal + 1, 0, 1
    scratch.queue[0], scratch.mark[first], scratch.mark[node] = first, seen, seen
    while low < high:
        near = scratch.queue[low]
        low += 1
        for half in range(net.indptr[near], net.indptr[near + 1]):
            other = net.indices[half]
            if plan.label[other] == own and scratch.mark[other] != seen:
                if scratch.mark[other] == goal:
                    wanted -= 1
                    if wanted == 1:
                        return True
                scratch.mark[other] = seen
                scratch.queue[high] = other
                high += 1
    return False
