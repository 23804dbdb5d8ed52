"""Random spanning trees for a fixed number of parts: the union of two parts is cut anew."""

import numpy as np

from gridplan.partition.kernels.arrays import ZERO, Floats
from gridplan.partition.kernels.compiling import inner, woven
from gridplan.partition.kernels.fixed_arrays import (
    AFTER,
    COMPOUNDS,
    CUT,
    EDGE,
    END_A,
    END_B,
    EXCESS,
    FIRST_HALF,
    HEAD,
    LABEL,
    LINK,
    LINK_NEXT,
    LINK_TO,
    MEMBER,
    MIDDLE,
    N_SUMS,
    ORDER,
    OTHER,
    PARENT,
    PLACE,
    POOL,
    QUEUE,
    ROOT,
    SIZE,
    TOLL,
    TOLLS,
    WEIGHT,
    WX,
    WY,
    Net,
    Plan,
    Scratch,
)  # fmt: skip
from gridplan.partition.kernels.fixed_plan import deviation, move_node, part_cost, settle


@inner
def _find(root, i):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    while root[i] != i:
        root[i] = root[root[i]]
        i = root[i]
    return i


@inner
def draw_tree(rng: np.random.Generator, net: Net, scratch: Scratch, size: int) -> None:
    """Draw a spanning tree of a connected union (Kruskal, edges in random order) and sum up what lies below its edges.

    Parameters
    ----------
    rng : Generator
        Source of the order.
    net, scratch : Net, Scratch
        Graph; the first places of MEMBER, and PLACE, hold the union. ORDER, PARENT and the sums are filled.
    size : int
        Nodes of the union.
    """
    rows = scratch.rows
    place = rows[PLACE]
    pool = rows[POOL]
    root = rows[ROOT]
    edges = 0
    links = 0
    for i in range(size):
        root[i] = i
        rows[LINK, i] = -1
        node = rows[MEMBER, i]
        for half in range(net.starts[FIRST_HALF, node], net.starts[FIRST_HALF, node + 1]):
            if place[net.links[OTHER, half]] > i:
                pool[edges] = net.links[EDGE, half]
                edges += 1
    for k in range(edges):
        pick = k + int(rng.random() * (edges - k))
        edge = pool[pick]
        pool[pick] = pool[k]
        pool[k] = edge
        a = place[net.links[END_A, edge]]
        b = place[net.links[END_B, edge]]
        root_a = _find(root, a)
        root_b = _find(root, b)
        if root_a == root_b:
            continue
        root[root_a] = root_b
        for _ in range(2):
            rows[LINK_TO, links] = b
            rows[LINK_NEXT, links] = rows[LINK, a]
            rows[LINK, a] = links
            links += 1
            a, b = b, a
        if links == 2 * (size - 1):
            break
    _order_tree(scratch, size)
    _sum_tree(net, scratch, size, edges)


@woven
def _order_tree(scratch, size):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Order the tree breadth first: parents before children; ROOT becomes the place in order of each member."""
    rows = scratch.rows
    order = rows[ORDER]
    spot = rows[ROOT]
    for i in range(size):
        spot[i] = -1
    order[0] = 0
    rows[PARENT, 0] = -1
    spot[0] = 0
    high = 1
    for low in range(size):
        link = rows[LINK, order[low]]
        while link >= 0:
            i = rows[LINK_TO, link]
            if spot[i] < 0:
                order[high] = i
                rows[PARENT, high] = low
                spot[i] = high
                high += 1
            link = rows[LINK_NEXT, link]


@woven
def _sum_tree(net, scratch, size, edges):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Sum weights, moments and tolls below every place of the tree."""
    rows = scratch.rows
    below = scratch.below
    parent = rows[PARENT]
    place = rows[PLACE]
    for i in range(size):
        node = rows[MEMBER, rows[ORDER, i]]
        for k in range(N_SUMS + 1):
            below[i, k] = net.units[node, k] if k < COMPOUNDS else 0.0
    for k in range(edges):
        edge = rows[POOL, k]
        toll = net.toll[edge]
        if toll == 0:
            continue
        a = rows[ROOT, place[net.links[END_A, edge]]]
        b = rows[ROOT, place[net.links[END_B, edge]]]
        below[a, TOLL] += toll
        below[b, TOLL] += toll
        while a != b:  # up to the lowest common ancestor, above which the edge is inside
            if a > b:
                a = parent[a]
            else:
                b = parent[b]
        below[a, TOLL] -= 2 * toll
    for i in range(size - 1, 0, -1):
        for k in range(N_SUMS + 1):
            below[parent[i], k] += below[i, k]


@woven
def _mark_below(scratch, size, at):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Set ROOT to 1 at every place of the tree below a cut, else to 0."""
    root = scratch.rows[ROOT]
    for i in range(size):
        root[i] = i == at or (i > at and root[scratch.rows[PARENT, i]] == 1)


@inner
def best_cut(price: Floats, scratch: Scratch, size: int) -> int:
    """Find the cut of a tree into two parts of least cost, misses of the band priced and compounds left out.

    Parameters
    ----------
    price, scratch : float64[9], Scratch
        Prices, and a tree by `draw_tree`.
    size : int
        Nodes of the tree, at least 2.

    Returns
    -------
    int
        Place whose subtree becomes one part.
    """
    best = np.inf
    at = 1
    below = scratch.below
    a = below[len(below) - 2]
    b = below[len(below) - 1]
    for i in range(1, size):
        for k in range(N_SUMS):
            a[k] = below[i, k]
            b[k] = below[0, k] - below[i, k]
        score = below[i, TOLL] + price[EXCESS] * (deviation(price, a[WEIGHT]) + deviation(price, b[WEIGHT]))
        if score < best:
            score += _centred(price, a) + _centred(price, b)
            if score < best:
                best = score
                at = i
    return at


@inner
def _centred(price, s):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Price a part measured from its centroid."""
    weight = max(1e-300, s[WEIGHT])
    return part_cost(price, s, s[WX] / weight, s[WY] / weight)


@woven
def recut(
    rng: np.random.Generator, price: Floats, net: Net, plan: Plan, scratch: Scratch, heat: float
) -> tuple[float, float]:
    """Merge two parts that touch and cut them anew along the best edge of a random tree.

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
    labels = plan.rows[LABEL]
    middle = plan.rows[MIDDLE]
    root = scratch.rows[ROOT]
    order = scratch.rows[ORDER]
    member = scratch.rows[MEMBER]
    queue = scratch.rows[QUEUE]
    edge = plan.cuts[CUT, int(rng.random() * plan.cuts[CUT, len(net.toll)])]
    p = labels[net.links[END_A, edge]]
    q = labels[net.links[END_B, edge]]
    size = ZERO
    for part in (p, q):
        node = plan.rows[HEAD, part]
        while node >= 0:
            member[size] = node
            scratch.rows[PLACE, node] = size
            size += 1
            node = plan.rows[AFTER, node]
    draw_tree(rng, net, scratch, size)
    at = best_cut(price, scratch, size)
    _mark_below(scratch, size, at)
    alike = 0
    for i in range(size):
        scratch.rows[PLACE, member[i]] = -1
        alike += (root[i] == 1) == (order[i] < plan.rows[SIZE, p])
    below = p
    above = q
    if 2 * alike < size:
        below = q
        above = p
    before = deviation(price, plan.parts[p, WEIGHT]) + deviation(price, plan.parts[q, WEIGHT])
    toll = plan.record[TOLLS]
    middle_p = middle[p]
    middle_q = middle[q]
    middle[p] = -1
    middle[q] = -1
    for back in range(2):
        for i in range(size):
            node = member[order[i]]
            to = queue[i]
            if back == 0:
                queue[i] = labels[node]
                to = below if root[i] == 1 else above
            if labels[node] != to:
                move_node(net, plan, node, to)
        rise = plan.record[TOLLS] - toll
        more = -before
        for part in (p, q):
            rise += settle(price, net, plan, part)
            more += deviation(price, plan.parts[part, WEIGHT])
        whole = rise + price[EXCESS] * more
        if back == 0 and (whole <= 0 or rng.random() < np.exp(-whole / heat)):
            return rise, more
        middle[p] = middle_p
        middle[q] = middle_q
    return 0.0, 0.0
