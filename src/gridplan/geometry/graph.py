"""The contiguity graph: edges, walls, and links of pieces too small to be planned apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gridplan.geometry.allot import components
from gridplan.geometry.lines import HARD, OPEN, ROAD, STREAM
from gridplan.model import ContiguityGraph
from gridplan.schema import BARRIERS

CROSSING, LINK = BARRIERS.index("crossing"), BARRIERS.index("link")

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """Segments between cells of different units of one community.

    Parameters
    ----------
    pair : int64[n, 2]
        The two units, the lower first.
    length, open_m : float64[n]
        Metres; metres of a hard segment that a crossing reopens.
    kind : int8[n]
        `OPEN`, `ROAD`, `STREAM` or `HARD`.
    """

    pair: Ints
    length: Floats
    open_m: Floats
    kind: NDArray[np.int8]


def build_graph(
    n_units: int, segments: Segments, links: Ints, min_border_m: float, crossing_m: float
) -> ContiguityGraph:
    """Add segments up to edges and walls.

    Parameters
    ----------
    n_units : int
        Number of units.
    segments : Segments
        Shared borders.
    links : int64[n_links, 2]
        Pairs joined by a bridge, the lower first.
    min_border_m : float
        An edge needs more border than this.
    crossing_m : float
        Border of a bridge.

    Returns
    -------
    ContiguityGraph
        Edges and walls sorted.
    """
    pairs, which = np.unique(segments.pair, axis=0, return_inverse=True)
    which = which.ravel()
    hard = segments.kind == HARD
    metres = np.stack(
        [_total(which, len(pairs), np.where(segments.kind == k, segments.length, 0.0)) for k in (OPEN, ROAD, STREAM)]
        + [_total(which, len(pairs), segments.open_m)],
        axis=1,
    )
    shut = _total(which, len(pairs), np.where(hard, segments.length - segments.open_m, 0.0))
    border = metres.sum(axis=1)
    edge = border > min_border_m
    wall = ~edge & (shut > min_border_m)
    bridge = _without(links, pairs[edge])
    joined = np.concatenate([pairs[edge], bridge])
    order = np.lexsort((joined[:, 1], joined[:, 0]))
    soft = metres[edge][:, ROAD] + metres[edge][:, STREAM]
    walls, wall_m = _drop(pairs[wall], shut[wall], bridge)
    more = len(bridge)
    return ContiguityGraph(
        n_units=n_units,
        edges=joined[order],
        border_m=np.concatenate([border[edge], np.full(more, crossing_m)])[order],
        barrier=np.concatenate([metres[edge].argmax(axis=1), np.full(more, CROSSING)])[order],
        barrier_m=np.concatenate([soft, np.zeros(more)])[order],
        walls=walls.astype("int32"),
        wall_m=wall_m,
    )


def _total(which: Ints, n: int, metres: Floats) -> Floats:
    """Sum of metres by pair, to the lattice."""
    return np.round(np.bincount(which, weights=metres, minlength=n), 6)


def _codes(pairs: Ints) -> Ints:
    """One number per pair."""
    return np.asarray(pairs[:, 0] * np.int64(2**32) + pairs[:, 1])


def _without(pairs: Ints, known: Ints) -> Ints:
    """Pairs that are not known."""
    return pairs[~np.isin(_codes(pairs), _codes(known))]


def _drop(pairs: Ints, metres: Floats, known: Ints) -> tuple[Ints, Floats]:
    """Pairs that are not known, with their metres."""
    keep = ~np.isin(_codes(pairs), _codes(known))
    return pairs[keep], metres[keep]


def link_pieces(
    graph: ContiguityGraph,
    *,
    community: NDArray[np.integer],
    households: Ints,
    xy: Floats,
    lower: int,
    border_m: float,
) -> tuple[ContiguityGraph, Ints]:
    """Tie pieces of a community too small to be planned apart to their nearest neighbour.

    Parameters
    ----------
    graph : ContiguityGraph
        Without links.
    community : int32[n_units]
        Community of each unit.
    households : int64[n_units]
        Households of each unit.
    xy : float64[n_units, 2]
        Where the units are, in metres.
    lower : int
        A piece with at least this many households stays apart.
    border_m : float
        Border that a link counts for.

    Returns
    -------
    graph : ContiguityGraph
        With links.
    links : int64[n_links, 2]
        Units tied; the first one lies in the piece that was too small.
    """
    piece = components(graph.n_units, graph.edges)
    found: list[tuple[int, int]] = []
    for c in np.unique(community):
        mine = np.nonzero(community == c)[0]
        if np.unique(piece[mine]).size > 1:
            found.extend(_links(mine, piece[mine], households[mine], xy[mine], lower))
    links = np.array(found, dtype="int64").reshape(-1, 2)
    return add_links(graph, links, border_m), links


def add_links(graph: ContiguityGraph, links: Ints, border_m: float) -> ContiguityGraph:
    """Make edges of links.

    Parameters
    ----------
    graph : ContiguityGraph
        In which the two units of a link are no edge.
    links : int64[n_links, 2]
        Units to tie.
    border_m : float
        Border that a link counts for.

    Returns
    -------
    ContiguityGraph
        With an edge for each link, instead of a wall where there was one.
    """
    if not len(links):
        return graph
    tied = np.sort(links, axis=1)
    edges = np.concatenate([graph.edges, tied])
    order = np.lexsort((edges[:, 1], edges[:, 0]))
    walls, wall_m = _drop(graph.walls.astype("int64"), graph.wall_m, tied)
    return ContiguityGraph(
        n_units=graph.n_units,
        edges=edges[order],
        border_m=np.concatenate([graph.border_m, np.full(len(tied), border_m)])[order],
        barrier=np.concatenate([graph.barrier, np.full(len(tied), LINK)])[order],
        barrier_m=np.concatenate([graph.barrier_m, np.zeros(len(tied))])[order],
        walls=walls.astype("int32"),
        wall_m=wall_m,
    )


def _links(units: Ints, piece: Ints, households: Ints, xy: Floats, lower: int) -> list[tuple[int, int]]:
    """Tie the smallest piece below `lower` to the nearest other one, until none is left."""
    piece = np.unique(piece, return_inverse=True)[1]
    found = []
    while piece.max() > 0:
        size = np.bincount(piece, weights=households)
        first = np.unique(piece, return_index=True)[1]
        small = np.lexsort((first, size))[0]
        if size[small] >= lower:
            break
        inside, others = np.nonzero(piece == small)[0], np.nonzero(piece != small)[0]
        metres, near = (np.asarray(column) for column in cKDTree(xy[others]).query(xy[inside]))
        at = int(np.argmin(np.round(metres, 3)))
        here, there = inside[at], others[near[at]]
        found.append((int(units[here]), int(units[there])))
        piece[piece == small] = piece[there]
        piece = np.unique(piece, return_inverse=True)[1]
    return found
