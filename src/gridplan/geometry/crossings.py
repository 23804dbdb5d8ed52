"""Crossings: where a soft road reopens a hard barrier."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist

from gridplan.geometry.allot import components
from gridplan.geometry.blocks import GRID_M, Blocks, first_hit, midpoints
from gridplan.geometry.borders import Borders
from gridplan.geometry.lines import HARD, ROAD
from gridplan.geometry.territory import Shapes

SIDE_M: Final = 0.02
"""How far beside a road the ground is looked up."""

SPAN_M: Final = 200.0
"""Ground without households counts as part of a barrier where a road crosses it within this length."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossings:
    """Where hard barriers are open.

    Parameters
    ----------
    points : float64[n_points, 2]
        Where a soft road crosses a single line; the border around is open.
    links : int64[n_links, 2]
        Pairs of units at the two heads of a bridge over wide barriers: water, several tracks.
    """

    points: Floats
    links: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class _Net:
    """The noded lines as a graph: node of both ends of each edge, and the places of the nodes."""

    ends: Ints
    xy: Floats


def find_crossings(
    blocks: Blocks, zones: tuple[Bools, Bools], owners: Ints, polygons: Shapes, community: Ints
) -> Crossings:
    """Find where soft roads cross hard barriers.

    Parameters
    ----------
    blocks : Blocks
        With their edges.
    zones : two arrays of bool[n_faces]
        Faces inside a wide barrier: ground of nobody; and ground without households.
    owners : int64[n_faces]
        Unit of each face.
    polygons : array of Polygon, n_faces values
        The faces.
    community : int64[n_units]
        Community of each unit.

    Returns
    -------
    Crossings
        Points on single lines, links over wide barriers; ground without households is spanned too where it is
        narrow, so that the strip of a depot between tracks does not stand between their two sides.
    """
    net = _net(blocks.edges)
    road, hard = blocks.kinds == ROAD, blocks.kinds == HARD
    links = []
    for zone, span in zip(zones, (np.inf, SPAN_M), strict=True):
        over = road & _inside(blocks.edges, polygons[zone])
        links.append(_bridges(net, over, owners=owners, polygons=polygons, zone=zone, community=community, span=span))
    over = road & _inside(blocks.edges, polygons[zones[0]])
    n = len(net.xy)
    single = np.bincount(net.ends[hard].ravel(), minlength=n) > 1
    single &= np.bincount(net.ends[road].ravel(), minlength=n) > 1
    single &= np.bincount(net.ends[over].ravel(), minlength=n) == 0
    crossed = _crossed(np.nonzero(single)[0], net, blocks.edges, road, hard)
    return Crossings(points=net.xy[crossed], links=np.unique(np.concatenate(links), axis=0))


def _net(edges: Shapes) -> _Net:
    """Give each end point of the edges a number."""
    ends = np.stack([shapely.get_coordinates(shapely.get_point(edges, i)) for i in (0, -1)], axis=1)
    lattice = np.rint(ends.reshape(-1, 2) / GRID_M).astype("int64")
    _, first, node = np.unique(lattice, axis=0, return_index=True, return_inverse=True)
    return _Net(ends=node.reshape(-1, 2), xy=ends.reshape(-1, 2)[first])


def _inside(edges: Shapes, zone: Shapes) -> Bools:
    """Edges with zone ground on both sides."""
    found = np.zeros(len(edges), dtype=bool)
    if not len(zone):
        return found
    near = np.unique(shapely.STRtree(edges).query(zone, predicate="intersects")[1])
    spots = shapely.get_coordinates(midpoints(edges[near]))
    ahead = shapely.get_coordinates(midpoints(edges[near], lead=SIDE_M)) - spots
    side = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    left, right = (first_hit(zone, np.asarray(shapely.points(spots + s * side))) >= 0 for s in (1, -1))
    found[near] = left & right
    return found


def _crossed(nodes: Ints, net: _Net, edges: Shapes, road: Bools, hard: Bools) -> Ints:
    """Nodes from which soft roads leave on two sides of the hard lines through them."""
    barrier = np.nonzero(road | hard)[0]
    tips = []
    for end, second in ((0, 1), (1, -2)):
        ahead = shapely.get_coordinates(shapely.get_point(edges[barrier], second)) - net.xy[net.ends[barrier, end]]
        tips.append((net.ends[barrier, end], np.arctan2(ahead[:, 1], ahead[:, 0]), hard[barrier]))
    node, angle, is_hard = (np.concatenate(column) for column in zip(*tips, strict=True))
    mine = np.isin(node, nodes)
    node, angle, is_hard = node[mine], angle[mine], is_hard[mine]
    order = np.lexsort((angle, node))
    node, is_hard = node[order], is_hard[order]
    after = np.arange(len(node)) + 1
    after[np.nonzero(np.diff(node, append=-1))[0]] = np.nonzero(np.diff(node, prepend=-1))[0]
    sectors = np.bincount(node[is_hard & ~is_hard[after]], minlength=len(net.xy))
    return np.nonzero(sectors > 1)[0]


def _bridges(
    net: _Net, over: Bools, *, owners: Ints, polygons: Shapes, zone: Bools, community: Ints, span: float
) -> Ints:
    """Link the units at the heads of every connected piece of road inside wide barriers."""
    if not over.any():
        return np.empty((0, 2), dtype="int64")
    piece = components(len(net.xy), net.ends[over])
    nodes = np.unique(net.ends[over])
    dry = np.nonzero(~zone & (owners >= 0))[0]
    asked, hit = shapely.STRtree(polygons[dry]).query(shapely.points(net.xy[nodes]), predicate="intersects")
    head, unit = nodes[asked], owners[dry[hit]]
    pairs: list[Ints] = []
    group = np.stack([piece[head], community[unit]], axis=1)
    for key in np.unique(group, axis=0):
        mine = (group == key).all(axis=1)
        pairs.extend(_between_heads(net.xy, head[mine], unit[mine], span))
    if not pairs:
        return np.empty((0, 2), dtype="int64")
    found = np.sort(np.concatenate(pairs), axis=1)
    return np.asarray(np.unique(found[found[:, 0] != found[:, 1]], axis=0))


def _between_heads(xy: Floats, head: Ints, unit: Ints, span: float) -> list[Ints]:
    """Pairs of units at the two ends of each span between heads, spans chosen as a shortest tree."""
    heads = np.unique(head)
    metres = cdist(xy[heads], xy[heads])
    tree = minimum_spanning_tree(coo_array(np.where(metres <= span, metres, 0.0)))
    spans = np.stack(tree.nonzero(), axis=1)
    pairs = []
    for a, b in heads[spans]:
        one, two = np.unique(unit[head == a]), np.unique(unit[head == b])
        pairs.append(np.stack([x.ravel() for x in np.meshgrid(one, two)], axis=1))
    return pairs


def open_length(borders: Borders, hard: Bools, points: Floats, radius: float) -> Floats:
    """Measure how much of each hard segment crossings reopen.

    Parameters
    ----------
    borders : Borders
        Segments.
    hard : bool[n_segments]
        The segments in question.
    points : float64[n_points, 2]
        Crossings.
    radius : float
        Reach of a crossing along the barrier, in metres.

    Returns
    -------
    float64[n_segments]
        Metres within reach of a crossing, at most the length of the segment; 0 on other segments.
    """
    metres = np.zeros(len(hard))
    rows = np.nonzero(hard)[0]
    lines = np.asarray(shapely.linestrings(borders.ends[rows]))
    which, hit = shapely.STRtree(lines).query(shapely.points(points), predicate="dwithin", distance=radius)
    row, spot = rows[hit], points[which]
    start = borders.ends[row, 0]
    ahead = (borders.ends[row, 1] - start) / borders.length[row, None]
    foot = ((spot - start) * ahead).sum(axis=1)
    height2 = ((spot - start) ** 2).sum(axis=1) - foot**2
    half = np.sqrt(np.maximum(radius**2 - height2, 0.0))
    inside = np.minimum(foot + half, borders.length[row]) - np.maximum(foot - half, 0.0)
    np.add.at(metres, row, np.maximum(inside, 0.0))
    return np.minimum(metres, borders.length)
