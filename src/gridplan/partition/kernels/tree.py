"""Random spanning trees of a union of grids, and the cost of every cut of them."""

import numpy as np

from gridplan.partition.kernels.arrays import (
    BELOW,
    COMPLETE,
    COMPOUNDS,
    END,
    END_A,
    END_B,
    FIRST,
    FIRST_LINK,
    HALF,
    INSIDE,
    LAST,
    LINK_TO,
    MEMBER,
    N_TREE,
    NEXT_LINK,
    PARENT,
    PLACE,
    REST,
    ROOT,
    SPOT,
    STACK,
    TOUCHED,
    UNIT,
    Floats,
    Graph,
    Work,
)  # fmt: skip
from gridplan.partition.kernels.compiling import inner
from gridplan.partition.kernels.cost import price_sums


@inner
def list_edges(graph: Graph, work: Work, size: int, keep_compounds: bool) -> tuple[int, int]:  # noqa: FBT001
    """List the edges of a union, those inside a compound first if asked.

    Parameters
    ----------
    graph, work : Graph, Work
        The piece; the first places of MEMBER, and PLACE, hold the union.
    size : int
        Units of the union.
    keep_compounds : bool
        Whether edges inside a compound come first.

    Returns
    -------
    int, int
        Edges of the union, and how many of them come first.
    """
    member = work.rows[MEMBER]
    place = work.rows[PLACE]
    indptr = graph.indptr
    compound = graph.compound
    edges = 0
    first = 0
    for i in range(size):
        unit = member[i]
        kept = compound[unit] if keep_compounds else -1
        for half in range(indptr[unit], indptr[unit + 1]):
            other = graph.indices[half]
            j = place[other]
            if j <= i:
                continue
            at = edges
            if kept >= 0 and kept == compound[other]:
                for row in range(END_A, HALF + 1):
                    work.rows[row, at] = work.rows[row, first]
                at = first
                first += 1
            work.rows[END_A, at] = i
            work.rows[END_B, at] = j
            work.rows[HALF, at] = half
            edges += 1
    return edges, first


@inner
def _find(root, i):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    while root[i] != i:
        root[i] = root[root[i]]
        i = root[i]
    return i


@inner
def grow_tree(rng: np.random.Generator, graph: Graph, work: Work, size: int, keep: float) -> int:
    """Draw a spanning tree of a connected union with edge weights in random order (Kruskal), in preorder.

    Parameters
    ----------
    rng : Generator
        Source of the order.
    graph, work : Graph, Work
        The piece; the first places of MEMBER, and PLACE, hold the union; UNIT, PARENT, END, SPOT are filled.
    size : int
        Units of the union.
    keep : float
        Chance that edges inside a compound are taken before all others.

    Returns
    -------
    int
        Edges of the union, listed in END_A, END_B, HALF.
    """
    rows = work.rows
    root = rows[ROOT]
    edges, first = list_edges(graph, work, size, rng.random() < keep)
    for i in range(size):
        root[i] = i
        rows[FIRST_LINK, i] = -1
    links = 0
    for k in range(edges):
        if links == 2 * (size - 1):
            break
        other = k + int(rng.random() * ((first if k < first else edges) - k))
        for row in range(END_A, HALF + 1):
            moved = rows[row, other]
            rows[row, other] = rows[row, k]
            rows[row, k] = moved
        root_a = _find(root, rows[END_A, k])
        root_b = _find(root, rows[END_B, k])
        if root_a != root_b:
            root[root_a] = root_b
            for end in range(2):
                a = rows[END_A + end, k]
                rows[LINK_TO, links] = rows[END_B - end, k]
                rows[NEXT_LINK, links] = rows[FIRST_LINK, a]
                rows[FIRST_LINK, a] = links
                links += 1
    _walk(work, size)
    return edges


@inner
def _walk(work, size):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Put the tree into preorder: children after parents, each subtree without a gap."""
    rows = work.rows
    stack = rows[STACK]
    units = rows[UNIT]
    above = rows[ROOT]  # place of the parent of each member
    ends = rows[END]
    stack[0] = 0
    above[0] = -1
    height = 1
    spot = 0
    while height > 0:
        height -= 1
        i = stack[height]
        units[spot] = rows[MEMBER, i]
        rows[PARENT, spot] = above[i]
        ends[spot] = spot + 1
        rows[SPOT, i] = spot
        link = rows[FIRST_LINK, i]
        while link >= 0:
            j = rows[LINK_TO, link]
            if above[i] < 0 or units[above[i]] != rows[MEMBER, j]:
                above[j] = spot
                stack[height] = j
                height += 1
            link = rows[NEXT_LINK, link]
        spot += 1
    for spot in range(size - 1, 0, -1):
        i = rows[PARENT, spot]
        ends[i] = max(ends[i], ends[spot])


@inner
def _meet(parent, a, b):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the lowest common ancestor of places a <= b: the first ancestor of b not after a."""
    while b > a:
        b = parent[b]
    return b


@inner
def sum_subtrees(graph: Graph, work: Work, edges: int, low: int, high: int, skip: int) -> None:
    """Sum weight, load, moments, compounds and border over every subtree of part of the tree.

    Parameters
    ----------
    graph, work : Graph, Work
        The piece, and a tree by `grow_tree`, whose sums are filled.
    edges : int
        Edges of the union.
    low, high : int
        The part: the subtree of place `low`, which ends before `high`.
    skip : int
        Root of a subtree inside it that is left out, or -1; its sums are zero.
    """
    tree = work.tree
    parent = work.rows[PARENT]
    units = work.rows[UNIT]
    firsts = work.rows[FIRST]
    lasts = work.rows[LAST]
    compound = graph.compound
    skip_end = work.rows[END, skip] if skip >= 0 else -1
    for i in range(low, high):
        for k in range(N_TREE):
            tree[i, k] = 0.0
        if skip <= i < skip_end:
            continue
        unit = units[i]
        for k in range(COMPOUNDS):
            tree[i, k] = graph.units[unit, k]
        c = compound[unit]
        if c >= 0:
            tree[i, COMPOUNDS] += 1
            if lasts[c] < 0:
                firsts[c] = i
            else:  # a pair met below a place was counted twice there
                tree[_meet(parent, lasts[c], i), COMPOUNDS] -= 1
            lasts[c] = i
    for i in range(low, high):
        c = compound[units[i]]
        if c >= 0 and lasts[c] >= 0:
            tree[_meet(parent, firsts[c], lasts[c]), COMPLETE] += 1
            lasts[c] = -1
    for k in range(edges):
        toll = graph.border[work.rows[HALF, k]]
        if toll != 0.0:
            a = work.rows[SPOT, work.rows[END_A, k]]
            b = work.rows[SPOT, work.rows[END_B, k]]
            if a > b:
                a, b = b, a
            if a < low or b >= high or skip <= a < skip_end or skip <= b < skip_end:
                continue
            tree[_meet(parent, a, b), INSIDE] += toll
            tree[a, TOUCHED] += toll
            tree[b, TOUCHED] += toll
    for i in range(high - 1, low, -1):
        for k in range(N_TREE):
            tree[parent[i], k] += tree[i, k]


@inner
def price_cuts(price: Floats, work: Work, low: int, high: int, skip: int) -> tuple[float, float, int]:
    """Price every cut of part of the tree in O(1) each.

    Parameters
    ----------
    price : float64[9]
        Vector of prices.
    work : Work
        After `sum_subtrees` of the same part; BELOW and REST take the cost of both sides of each cut.
    low, high, skip : int
        The part, as in `sum_subtrees`.

    Returns
    -------
    whole, best : float
        Cost of the part uncut, and of its best cut in two (infinite if it has none).
    at : int
        Root of the subtree the best cut takes off, or -1.
    """
    tree = work.tree
    skip_end = work.rows[END, skip] if skip >= 0 else -1
    t = tree[low]
    r = tree[len(tree) - 1]  # scratch: sums of the rest
    whole = price_sums(price, t)
    best = np.inf
    at = -1
    for i in range(low + 1, high):
        if skip <= i < skip_end:
            continue
        s = tree[i]
        for k in range(COMPOUNDS):
            r[k] = t[k] - s[k]
        r[COMPOUNDS] = t[COMPOUNDS] - s[COMPLETE]
        r[INSIDE] = t[INSIDE] - s[TOUCHED] + s[INSIDE]
        below = price_sums(price, s)
        rest = price_sums(price, r)
        s[BELOW] = below
        s[REST] = rest
        if below + rest < best:
            best = below + rest
            at = i
    return whole, best, at
