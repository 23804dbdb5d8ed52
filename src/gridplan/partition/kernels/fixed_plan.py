"""Bookkeeping of a partition into a fixed number of parts: sums, costs, cut edges, connectivity."""

from gridplan.partition.kernels.arrays import NONE, Floats
from gridplan.partition.kernels.compiling import inner
from gridplan.partition.kernels.fixed_arrays import (
    AFTER,
    BEFORE,
    CENTROID,
    COMPOUND,
    COMPOUNDS,
    COST,
    CUT,
    CUT_PLACE,
    EDGE,
    FIRST_HALF,
    FIRST_HOME,
    FIRST_SPOT,
    HEAD,
    LABEL,
    LOAD,
    LOADED,
    LOWER,
    MARK,
    MEDOID,
    MIDDLE,
    MIXED,
    NEXT,
    NODE,
    OTHER,
    QUEUE,
    SIZE,
    STAMP,
    TARGET,
    TOLLS,
    UPPER,
    WEIGHT,
    WR2,
    WX,
    WY,
    Net,
    Plan,
    Scratch,
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
    weight = s[WEIGHT]
    if s[COMPOUNDS] > 1:
        cost += price[MIXED] * weight
    if weight > 0:
        spread = s[WR2] - (s[WX] * s[WX] + s[WY] * s[WY]) / weight
        if spread > 0:
            cost += price[CENTROID] * spread
    if price[MEDOID] > 0:
        spread = s[WR2] - 2 * (x * s[WX] + y * s[WY]) + weight * (x * x + y * y)
        if spread > 0:
            cost += price[MEDOID] * spread
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
    if weight < price[LOWER]:
        return price[LOWER] - weight
    if weight > price[UPPER]:
        return weight - price[UPPER]
    return 0.0


@inner
def find_middle(net: Net, plan: Plan, part: int, without: int, s: Floats) -> int:
    """Find the unit of a part from which its weighted squared distances are least: the one nearest to the centroid.

    Parameters
    ----------
    net, plan : Net, Plan
        Graph and partition.
    part, without : int
        The part, and a node of it that does not count, -1 for none.
    s : float64[6]
        Sums that give the centroid.

    Returns
    -------
    int
        A spot, or -1 if no node is left.
    """
    spots = net.spots
    first = net.starts[FIRST_SPOT]
    x = 0.0
    y = 0.0
    if s[WEIGHT] > 0:
        x = s[WX] / s[WEIGHT]
        y = s[WY] / s[WEIGHT]
    best = 1e300
    at = -1
    node = plan.rows[HEAD, part]
    while node >= 0:
        if node != without:
            for spot in range(first[node], first[node + 1]):
                dx = spots[spot, 0] - x
                dy = spots[spot, 1] - y
                far = dx * dx + dy * dy
                if far < best or (far == best and spot < at):
                    best = far
                    at = spot
        node = plan.rows[AFTER, node]
    return at


@inner
def met_elsewhere(net: Net, plan: Plan, part: int, home: int) -> bool:
    """Tell whether a part has another node of a compound.

    Parameters
    ----------
    net, plan : Net, Plan
        Graph and partition.
    part, home : int
        The part, and a home of the compound, whose node does not count.

    Returns
    -------
    bool
        Whether another node of the compound lies in the part.
    """
    homes = net.homes
    other = homes[NEXT, home]
    while other != home:
        if plan.rows[LABEL, homes[NODE, other]] == part:
            return True
        other = homes[NEXT, other]
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
    old = plan.parts[part, COST]
    s = plan.parts[part]
    x = 0.0
    y = 0.0
    if price[MEDOID] > 0:
        spot = plan.rows[MIDDLE, part]
        if spot < 0 or plan.rows[LABEL, net.spot_node[spot]] != part:
            spot = find_middle(net, plan, part, NONE, s)
            plan.rows[MIDDLE, part] = spot
        x = net.spots[spot, 0]
        y = net.spots[spot, 1]
    s[COST] = part_cost(price, s, x, y)
    return s[COST] - old


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
    rows = plan.rows
    parts = plan.parts
    labels = rows[LABEL]
    cut = plan.cuts[CUT]
    cut_place = plan.cuts[CUT_PLACE]
    edges = len(net.toll)
    own = labels[node]
    after = rows[AFTER, node]
    before = rows[BEFORE, node]
    for home in range(net.starts[FIRST_HOME, node], net.starts[FIRST_HOME, node + 1]):
        parts[own, COMPOUNDS] -= not met_elsewhere(net, plan, own, home)
        parts[to, COMPOUNDS] += not met_elsewhere(net, plan, to, home)
    for k in range(COMPOUNDS):
        parts[own, k] -= net.units[node, k]
        parts[to, k] += net.units[node, k]
    if after >= 0:
        rows[BEFORE, after] = before
    if before >= 0:
        rows[AFTER, before] = after
    else:
        rows[HEAD, own] = after
    first = rows[HEAD, to]
    rows[AFTER, node] = first
    rows[BEFORE, node] = -1
    if first >= 0:
        rows[BEFORE, first] = node
    rows[HEAD, to] = node
    labels[node] = to
    rows[SIZE, own] -= 1
    rows[SIZE, to] += 1
    for half in range(net.starts[FIRST_HALF, node], net.starts[FIRST_HALF, node + 1]):
        label = labels[net.links[OTHER, half]]
        edge = net.links[EDGE, half]
        if label == own:
            cut[cut[edges]] = edge
            cut_place[edge] = cut[edges]
            cut[edges] += 1
            plan.record[TOLLS] += net.toll[edge]
        elif label == to:
            cut[edges] -= 1
            moved = cut[cut[edges]]
            place = cut_place[edge]
            cut[place] = moved
            cut_place[moved] = place
            cut_place[edge] = -1
            plan.record[TOLLS] -= net.toll[edge]


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
    labels = plan.rows[LABEL]
    mark = scratch.rows[MARK]
    queue = scratch.rows[QUEUE]
    first_half = net.starts[FIRST_HALF]
    others = net.links[OTHER]
    own = labels[node]
    wanted = 0
    first = -1
    goal = scratch.rows[STAMP, 0] + 2
    scratch.rows[STAMP, 0] = goal
    for half in range(first_half[node], first_half[node + 1]):
        other = others[half]
        if labels[other] == own:
            wanted += 1
            mark[other] = goal
            first = other
    if wanted <= 1:
        return wanted == 1
    seen = goal + 1
    low = 0
    high = 1
    queue[0] = first
    mark[first] = seen
    mark[node] = seen
    while low < high:
        near = queue[low]
        low += 1
        for half in range(first_half[near], first_half[near + 1]):
            other = others[half]
            if labels[other] == own and mark[other] != seen:
                if mark[other] == goal:
                    wanted -= 1
                    if wanted == 1:
                        return True
                mark[other] = seen
                queue[high] = other
                high += 1
    return False
