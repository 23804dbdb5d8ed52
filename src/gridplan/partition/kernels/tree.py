"""Random spanning trees of a union of grids, and the cost of every cut of them."""

import numpy as np
from numba import njit

from gridplan.partition.kernels.arrays import (
    COMPLETE,
    COMPOUNDS,
    INSIDE,
    LOADED,
    N_TREE,
    TOUCHED,
    WEIGHT,
    WR2,
    WX,
    WY,
    Floats,
    Graph,
    Work,
)  # fmt: skip
from gridplan.partition.kernels.cost import grid_cost


@njit(cache=True, nogil=True)
def list_edges(graph: Graph, work: Work, size: int, keep_compounds: bool) -> tuple[int, int]:  # noqa: FBT001
    """List the edges of a union, those inside a compound first if asked.

    Parameters
    ----------
    graph, work : Graph, Work
        The piece; `work.member[:size]` and `work.place` hold the union.
    size : int
        Units of the union.
    keep_compounds : bool
        Whether edges inside a compound come first.

    Returns
    -------
    int, int
        Edges of the union, and how many of them come first.
    """
    edges, first = 0, 0
    for i in range(size):
        unit = work.member[i]
        for half in range(graph.indptr[unit], graph.indptr[unit + 1]):
            other = graph.indices[half]
            j = work.place[other]
            if j <= i:
                continue
            at = edges
            if keep_compounds and graph.compound[unit] >= 0 and graph.compound[unit] == graph.compound[other]:
                work.end_a[at], work.end_b[at] = work.end_a[first], work.end_b[first]
                work.toll[at] = work.toll[first]
                at, first = first, first + 1
            work.end_a[at], work.end_b[at], work.toll[at] = i, j, graph.border[half]
            edges += 1
    return edges, first


@njit(cache=True, nogil=True)
def _find(root, i):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    while root[i] != i:
        root[i] = root[root[i]]
        i = root[i]
    return i


@njit(cache=True, nogil=True)
def grow_tree(rng: np.random.Generator, graph: Graph, work: Work, size: int, keep: float) -> int:
    """Draw a spanning tree of a connected union with edge weights in random order (Kruskal), in preorder.

    Parameters
    ----------
    rng : Generator
        Source of the order.
    graph, work : Graph, Work
        The piece; `work.member[:size]` and `work.place` hold the union; `unit`, `parent`, `end`, `spot` are filled.
    size : int
        Units of the union.
    keep : float
        Chance that edges inside a compound are taken before all others.

    Returns
    -------
    int
        Edges of the union, listed in `work.end_a`, `work.end_b`, `work.toll`.
    """
    edges, first = list_edges(graph, work, size, rng.random() < keep)
    for i in range(size):
        work.root[i], work.first_link[i] = i, -1
    links = 0
    for k in range(edges):
        if links == 2 * (size - 1):
            break
        other = k + int(rng.random() * ((first if k < first else edges) - k))
        a, b, toll = work.end_a[other], work.end_b[other], work.toll[other]
        work.end_a[other], work.end_b[other], work.toll[other] = work.end_a[k], work.end_b[k], work.toll[k]
        work.end_a[k], work.end_b[k], work.toll[k] = a, b, toll
        root_a, root_b = _find(work.root, a), _find(work.root, b)
        if root_a != root_b:
            work.root[root_a] = root_b
            work.link_to[links], work.next_link[links], work.first_link[a] = b, work.first_link[a], links
            work.link_to[links + 1], work.next_link[links + 1], work.first_link[b] = a, work.first_link[b], links + 1
            links += 2
    _walk(work, size)
    return edges


@njit(cache=True, nogil=True)
def _walk(work, size):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Put the tree into preorder: children after parents, each subtree without a gap."""
    work.stack[0], height, spot = 0, 1, 0
    above = work.root
    above[0] = -1
    while height > 0:
        height -= 1
        i = work.stack[height]
        work.unit[spot], work.parent[spot], work.end[spot], work.spot[i] = work.member[i], above[i], spot + 1, spot
        link = work.first_link[i]
        while link >= 0:
            j = work.link_to[link]
            if above[i] < 0 or work.unit[above[i]] != work.member[j]:
                above[j] = spot
                work.stack[height] = j
                height += 1
            link = work.next_link[link]
        spot += 1
    for spot in range(size - 1, 0, -1):
        work.end[work.parent[spot]] = max(work.end[work.parent[spot]], work.end[spot])


@njit(cache=True, nogil=True)
def _meet(parent, a, b):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the lowest common ancestor of places a <= b: the first ancestor of b not after a."""
    while b > a:
        b = parent[b]
    return b


@njit(cache=True, nogil=True)
def sum_subtrees(graph: Graph, work: Work, edges: int, low: int, high: int, skip: int) -> None:
    """Sum weight, load, moments, compounds and border over every subtree of part of the tree.

    Parameters
    ----------
    graph, work : Graph, Work
        The piece, and a tree by `grow_tree`; `work.sums` is filled.
    edges : int
        Edges of the union.
    low, high : int
        The part: the subtree of place `low`, which ends before `high`.
    skip : int
        Root of a subtree inside it that is left out, or -1; its sums are zero.
    """
    skip_end = work.end[skip] if skip >= 0 else -1
    for i in range(low, high):
        work.sums[i, :] = 0.0
        if skip <= i < skip_end:
            continue
        unit = work.unit[i]
        for k in range(5):
            work.sums[i, k] = graph.units[unit, k]
        c = graph.compound[unit]
        if c >= 0:
            work.sums[i, COMPOUNDS] += 1
            if work.last[c] < 0:
                work.first[c] = i
            else:  # a pair met below a place was counted twice there
                work.sums[_meet(work.parent, work.last[c], i), COMPOUNDS] -= 1
            work.last[c] = i
    for i in range(low, high):
        c = graph.compound[work.unit[i]]
        if c >= 0 and work.last[c] >= 0:
            work.sums[_meet(work.parent, work.first[c], work.last[c]), COMPLETE] += 1
            work.last[c] = -1
    for k in range(edges):
        if work.toll[k] != 0.0:
            a, b = work.spot[work.end_a[k]], work.spot[work.end_b[k]]
            a, b = min(a, b), max(a, b)
            if a < low or b >= high or skip <= a < skip_end or skip <= b < skip_end:
                continue
            work.sums[_meet(work.parent, a, b), INSIDE] += work.toll[k]
            work.sums[a, TOUCHED] += work.toll[k]
            work.sums[b, TOUCHED] += work.toll[k]
    for i in range(high - 1, low, -1):
        for k in range(N_TREE):
            work.sums[work.parent[i], k] += work.sums[i, k]


@njit(cache=True, nogil=True)
def price_cuts(price: Floats, work: Work, low: int, high: int, skip: int) -> tuple[float, float, int]:
    """Price every cut of part of the tree in O(1) each.

    Parameters
    ----------
    price : float64[9]
        Vector of prices.
    work : Work
        After `sum_subtrees` of the same part; `work.side` takes the cost of both sides of each cut.
    low, high, skip : int
        The part, as in `sum_subtrees`.

    Returns
    -------
    whole, best : float
        Cost of the part uncut, and of its best cut in two (infinite if it has none).
    at : int
        Root of the subtree the best cut takes off, or -1.
    """
    skip_end = work.end[skip] if skip >= 0 else -1
    t = work.sums[low]
    whole = grid_cost(price, t[WEIGHT], t[LOADED], t[WX], t[WY], t[WR2], t[COMPOUNDS], t[INSIDE])
    best, at = np.inf, -1
    for i in range(low + 1, high):
        if skip <= i < skip_end:
            continue
        s = work.sums[i]
        below = grid_cost(price, s[WEIGHT], s[LOADED], s[WX], s[WY], s[WR2], s[COMPOUNDS], s[INSIDE])
        rest = grid_cost(
            price, t[WEIGHT] - s[WEIGHT], t[LOADED] - s[LOADED], t[WX] - s[WX], t[WY] - s[WY], t[WR2] - s[WR2],
            t[COMPOUNDS] - s[COMPLETE], t[INSIDE] - s[TOUCHED] + s[INSIDE],
        )  # fmt: skip
        work.side[i, 0], work.side[i, 1] = below, rest
        if below + rest < best:
            best, at = below + rest, i
    return whole, best, at
