"""Random spanning trees for a fixed number of parts: the union of two parts is cut anew."""

import numpy as np

from gridplan.partition.kernels.arrays import ZERO, Floats
from gridplan.partition.kernels.fixed_arrays import COMPOUNDS, EXCESS, N_SUMS, WEIGHT, WX, WY, Net, Plan, Scratch, inner
from gridplan.partition.kernels.fixed_plan import deviation, move_node, part_cost, settle

TOLL = N_SUMS
"""Place, in the sums below a tree edge, of the toll of the cut there."""


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
        Graph; `scratch.member[:size]` and `scratch.place` hold the union. `order`, `parent` and `below` are filled.
    size : int
        Nodes of the union.
    """
    edges, links = ZERO, ZERO
    for i in range(size):
        scratch.root[i], scratch.link[i] = i, -1
        node = scratch.member[i]
        for half in range(net.indptr[node], net.indptr[node + 1]):
            if scratch.place[net.indices[half]] > i:
                scratch.pool[edges] = net.edge[half]
                edges += 1
    for k in range(edges):
        pick = k + int(rng.random() * (edges - k))
        edge = scratch.pool[pick]
        scratch.pool[pick], scratch.pool[k] = scratch.pool[k], edge
        a, b = scratch.place[net.ends[edge, 0]], scratch.place[net.ends[edge, 1]]
        root_a, root_b = _find(scratch.root, a), _find(scratch.root, b)
        if root_a == root_b:
            continue
        scratch.root[root_a] = root_b
        scratch.link_to[links], scratch.link_next[links], scratch.link[a] = b, scratch.link[a], links
        scratch.link_to[links + 1], scratch.link_next[links + 1], scratch.link[b] = a, scratch.link[b], links + 1
        links += 2
        if links == 2 * (size - 1):
            break
    _order_tree(scratch, size)
    _sum_tree(net, scratch, size, edges)


@inner
def _order_tree(scratch, size):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Order the tree breadth first: parents before children; `root` becomes the place in order of each member."""
    for i in range(size):
        scratch.root[i] = -1
    scratch.order[0], scratch.parent[0], scratch.root[0], high = 0, -1, 0, 1
    for low in range(size):
        link = scratch.link[scratch.order[low]]
        while link >= 0:
            i = scratch.link_to[link]
            if scratch.root[i] < 0:
                scratch.order[high], scratch.parent[high], scratch.root[i] = i, low, high
                high += 1
            link = scratch.link_next[link]


@inner
def _sum_tree(net, scratch, size, edges):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Sum weights, moments and tolls below every place of the tree."""
    for i in range(size):
        node = scratch.member[scratch.order[i]]
        for k in range(N_SUMS + 1):
            scratch.below[i, k] = net.units[node, k] if k < COMPOUNDS else 0.0
    for k in range(edges):
        edge = scratch.pool[k]
        toll = net.toll[edge]
        if toll == 0:
            continue
        a = scratch.root[scratch.place[net.ends[edge, 0]]]
        b = scratch.root[scratch.place[net.ends[edge, 1]]]
        scratch.below[a, TOLL] += toll
        scratch.below[b, TOLL] += toll
        while a != b:  # up to the lowest common ancestor, above which the edge is inside
            if a > b:
                a = scratch.parent[a]
            else:
                b = scratch.parent[b]
        scratch.below[a, TOLL] -= 2 * toll
    for i in range(size - 1, 0, -1):
        for k in range(N_SUMS + 1):
            scratch.below[scratch.parent[i], k] += scratch.below[i, k]


@inner
def _mark_below(scratch, size, at):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Set `root` to 1 at every place of the tree below a cut, else to 0."""
    for i in range(size):
        scratch.root[i] = 1 if i == at or (i > at and scratch.root[scratch.parent[i]] == 1) else 0


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
    best, at = np.inf, 1
    a, b, whole = scratch.trial[0], scratch.trial[1], scratch.below[0]
    for i in range(1, size):
        for k in range(N_SUMS):
            a[k], b[k] = scratch.below[i, k], whole[k] - scratch.below[i, k]
        wa, wb = max(a[WEIGHT], 1e-300), max(b[WEIGHT], 1e-300)
        score = scratch.below[i, TOLL] + price[EXCESS] * (deviation(price, a[WEIGHT]) + deviation(price, b[WEIGHT]))
        if score < best:
            score += part_cost(price, a, a[WX] / wa, a[WY] / wa) + part_cost(price, b, b[WX] / wb, b[WY] / wb)
            if score < best:
                best, at = score, i
    return at


@inner
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
    edge = plan.cut[int(rng.random() * plan.cut[plan.cut.size - 1])]
    p, q = plan.label[net.ends[edge, 0]], plan.label[net.ends[edge, 1]]
    i, kept, size = 0, plan.size[p], plan.size[p] + plan.size[q]
    for part in (p, q):
        node = plan.head[part]
        while node >= 0:
            scratch.member[i], scratch.place[node] = node, i
            i, node = i + 1, plan.after[node]
    draw_tree(rng, net, scratch, size)
    at = best_cut(price, scratch, size)
    _mark_below(scratch, size, at)
    alike = 0
    for i in range(size):
        scratch.place[scratch.member[i]] = -1
        alike += (scratch.root[i] == 1) == (scratch.order[i] < kept)
    below, above = (p, q) if 2 * alike >= size else (q, p)
    before, toll, middle_p, middle_q = 0.0, plan.tolls[0], plan.middle[p], plan.middle[q]
    for part in (p, q):
        before += deviation(price, plan.sums[part, WEIGHT])
    plan.middle[p], plan.middle[q] = -1, -1
    for back in range(2):
        for i in range(size):
            node, to = scratch.member[scratch.order[i]], scratch.queue[i]
            if back == 0:
                scratch.queue[i], to = plan.label[node], below if scratch.root[i] == 1 else above
            if plan.label[node] != to:
                move_node(net, plan, node, to)
        rise, more = plan.tolls[0] - toll, -before
        for part in (p, q):
            rise += settle(price, net, plan, part)
            more += deviation(price, plan.sums[part, WEIGHT])
        whole = rise + price[EXCESS] * more
        if back == 0 and (whole <= 0 or rng.random() < np.exp(-whole / heat)):
            return rise, more
        plan.middle[p], plan.middle[q] = middle_p, middle_q
    return 0.0, 0.0
