"""Plans before and after the kernels: first plans from random trees, and the books of a plan from its labels."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from gridplan.partition.fixed.effort import Found
from gridplan.partition.kernels.arrays import Floats, Ints
from gridplan.partition.kernels.fixed_arrays import (
    AFTER,
    BEFORE,
    CENTROID,
    COMPOUND,
    COMPOUNDS,
    COST,
    CUT,
    CUT_PLACE,
    HEAD,
    LOAD,
    LOADED,
    LOWER,
    MEDOID,
    MIDDLE,
    MIXED,
    NAME,
    NODE,
    SIZE,
    TARGET,
    TOLLS,
    UPPER,
    WEIGHT,
    WR2,
    WX,
    WY,
    Net,
    Plan,
    make_plan,
)  # fmt: skip

EVEN = 0.1
"""Price, in parts of mean weight, of a cut that splits off one part of many rather than half of them."""


def load_plan(price: Floats, net: Net, plan: Plan) -> float:
    """Make up lists, sums, middles and costs of a plan from `plan.label`.

    Parameters
    ----------
    price, net, plan : float64[9], Net, Plan
        Prices, graph and partition; every part has a node.

    Returns
    -------
    float
        Cost of the plan, tolls included.
    """
    label, k, sums = plan.label, len(plan.parts), plan.parts
    plan.rows[SIZE, :k] = np.bincount(label, minlength=k)
    for column in range(COMPOUNDS):
        sums[:, column] = np.bincount(label, net.units[:, column], k)
    names = net.homes[NAME]
    most = int(names.max(initial=0)) + 1
    sums[:, COMPOUNDS] = np.bincount(np.unique(label[net.homes[NODE]] * most + names) // most, minlength=k)
    order = np.argsort(label, kind="stable")
    same = label[order[1:]] == label[order[:-1]]
    plan.rows[AFTER, order] = np.append(np.where(same, order[1:], -1), -1)
    plan.rows[BEFORE, order] = np.append(-1, np.where(same, order[:-1], -1))
    plan.rows[HEAD, label[order[::-1]]] = order[::-1]
    ends = net.ends
    cut = np.flatnonzero(label[ends[:, 0]] != label[ends[:, 1]])
    plan.cuts[CUT, : len(cut)], plan.cuts[CUT, -1] = cut, len(cut)
    plan.cuts[CUT_PLACE] = -1
    plan.cuts[CUT_PLACE, cut] = np.arange(len(cut))
    plan.record[TOLLS] = net.toll[cut].sum()
    middle = find_middles(net, plan)
    plan.rows[MIDDLE, :k] = middle
    sums[:, COST] = price_parts(price, sums, net.spots[middle])
    return float(sums[:, COST].sum() + plan.record[TOLLS])


def price_labels(net: Net, price: Floats, labels: Ints, parts: int) -> Found:
    """Price a plan.

    Parameters
    ----------
    net, price : Net, float64[9]
        Graph and prices.
    labels : int64[n]
        Part of each node.
    parts : int
        Number of parts; each has a node.

    Returns
    -------
    Found
        The plan with its cost.
    """
    plan = make_plan(net, parts)
    plan.label[:] = labels
    cost = load_plan(price, net, plan)
    size = plan.parts[:, WEIGHT]
    missing = np.maximum(0.0, np.maximum(price[LOWER] - size, size - price[UPPER])).sum()
    return Found(float(missing), float(cost), labels)


def find_middles(net: Net, plan: Plan) -> Ints:
    """Find the unit of every part that is nearest to its centroid, the first of several.

    Parameters
    ----------
    net, plan : Net, Plan
        Graph, and partition with labels and sums.

    Returns
    -------
    int64[k]
        Spots.
    """
    centroid = plan.parts[:, [WX, WY]] / np.maximum(plan.parts[:, [WEIGHT]], 1e-300)
    owner = plan.label[net.spot_node]
    far = ((net.spots - centroid[owner]) ** 2).sum(axis=1)
    order = np.lexsort((far, owner))
    return order[np.searchsorted(owner[order], np.arange(len(plan.parts)))].astype(np.int64)


def price_parts(price: Floats, sums: Floats, middle: Floats) -> Floats:
    """Price parts, the tolls of their borders left out.

    Parameters
    ----------
    price, sums, middle : float64[9], float64[k, 6], float64[k, 2]
        Prices, sums of the parts, and where they are measured from.

    Returns
    -------
    float64[k]
        Uneven load + compounds + inertia.
    """
    w, x, y, r2 = sums[:, [WEIGHT, WX, WY, WR2]].T
    cost = price[LOAD] * np.abs(sums[:, LOADED] - price[TARGET]) + price[COMPOUND] * sums[:, COMPOUNDS]
    cost += price[MIXED] * np.where(sums[:, COMPOUNDS] > 1, w, 0.0)
    cost += price[CENTROID] * np.maximum(0.0, r2 - (x * x + y * y) / np.maximum(w, 1e-300)) * (w > 0)
    square = (middle**2).sum(axis=1)
    return np.asarray(
        cost + price[MEDOID] * np.maximum(0.0, r2 - 2 * (middle[:, 0] * x + middle[:, 1] * y) + w * square)
    )


def cut_trees(rng: np.random.Generator, net: Net, parts: int, tries: int) -> Ints:
    """Make a first plan: cut random trees again and again where the weights come closest to whole numbers of parts.

    Parameters
    ----------
    rng : Generator
        Source of the trees.
    net : Net
        Connected graph of at least `parts` nodes.
    parts, tries : int
        Number of parts, and trees for every cut.

    Returns
    -------
    int64[n]
        Part of each node; every part is connected.
    """
    n, m = len(net.units), len(net.ends)
    label, made = np.zeros(n, np.int64), 1
    todo = [(0, np.arange(n), parts)]
    while todo:
        part, nodes, wanted = todo.pop()
        if wanted == 1:
            continue
        inside = np.full(n, -1)
        inside[nodes] = np.arange(len(nodes))
        ends = inside[net.ends]
        ends = ends[(ends >= 0).all(axis=1)] if len(nodes) < n else ends.reshape(m, 2)
        cuts = [_cut_tree(rng, ends, net.units[nodes, WEIGHT], wanted) for _ in range(tries)]
        _, taken, below = min(cuts, key=lambda cut: cut[0])
        label[nodes[below]] = made
        todo += [(part, nodes[~below], wanted - taken), (made, nodes[below], taken)]
        made += 1
    return label


def _cut_tree(
    rng: np.random.Generator, ends: NDArray[np.int64], weight: Floats, wanted: int
) -> tuple[float, int, NDArray[np.bool_]]:
    """Cut one random tree; return how far from whole parts it falls, the parts cut off and where they are."""
    n = len(weight)
    tree = minimum_spanning_tree(csr_array(coo_array((1.0 + rng.random(len(ends)), tuple(ends.T)), shape=(n, n))))
    order, above = breadth_first_order(tree, 0, directed=False)
    below, count, up = weight.tolist(), [1] * n, above.tolist()
    for node in order[:0:-1].tolist():
        below[up[node]] += below[node]
        count[up[node]] += count[node]
    sums, sizes = np.array(below)[order[1:]], np.array(count)[order[1:]]
    mean = max(float(weight.sum()) / wanted, 1e-300)
    parts = np.clip(np.rint(sums / mean), np.maximum(1, wanted - (n - sizes)), np.minimum(sizes, wanted - 1))
    score = np.abs(sums / mean - parts) + EVEN * np.abs(2 * parts - wanted) / wanted
    best = int(np.argmin(score))
    inside = np.zeros(n, np.bool_)
    inside[order[best + 1]] = True
    for node in order[best + 2 :].tolist():
        inside[node] = inside[up[node]]
    return float(score[best]), int(parts[best]), inside
