"""Allotment: every face of the ground goes to one unit, and faces become cells."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridplan.geometry.borders import Borders
from gridplan.geometry.cells import Faces
from gridplan.geometry.territory import Shapes

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotment:
    """Whose each face is.

    Parameters
    ----------
    owner : int64[n_faces]
        Unit of each face; -1 where its community has no unit at all.
    zone : bool[n_faces]
        The face is leftover ground that only a hard barrier separates from any cell: water, strips between tracks.
    far : bool[n_faces]
        The face touches no cell of its community and went to the nearest one.
    """

    owner: Ints
    zone: Bools
    far: Bools


def drop_detached(faces: Faces, borders: Borders, hard: Bools, spots: Shapes) -> Ints:
    """Keep one piece of each unit; the others become leftovers.

    Parameters
    ----------
    faces : Faces
        With the unit of the nearest sample.
    borders : Borders
        Of the faces.
    hard : bool[n_segments]
        A hard barrier lies on the segment: faces across it are apart.
    spots : array of Point, n_units values
        Where the units stand.

    Returns
    -------
    int64[n_faces]
        Unit of each face, -1 for leftovers: the piece with the point of the unit stays, else the largest.
    """
    unit = faces.unit
    one, two = unit[borders.pair].T
    same = (one == two) & (one >= 0) & ~hard
    piece = components(len(unit), borders.pair[same])
    size = np.bincount(piece, weights=shapely.area(faces.polygons))
    tree = shapely.STRtree(faces.polygons)
    asked, hit = tree.query(spots, predicate="intersects")
    at_home = unit[hit] == asked
    size[piece[hit[at_home]]] = np.inf
    order = np.lexsort((piece, -size[piece], unit))
    first = order[np.unique(unit[order], return_index=True)[1]]
    chosen = np.zeros(piece.max(initial=0) + 1, dtype=bool)
    chosen[piece[first]] = True
    return np.where(chosen[piece], unit, -1)


def components(n: int, pairs: NDArray[np.integer]) -> Ints:
    """Find the connected pieces of a graph.

    Parameters
    ----------
    n : int
        Number of nodes.
    pairs : int[n_edges, 2]
        Edges.

    Returns
    -------
    int64[n]
        Piece of each node.
    """
    net = coo_array((np.ones(len(pairs), dtype="int8"), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return np.asarray(connected_components(net, directed=False)[1], dtype="int64")


def allot_leftovers(unit: Ints, community: Ints, borders: Borders, hard: Bools, polygons: Shapes) -> Allotment:
    """Give every leftover face to the adjoining cell of its community with the longest border.

    Parameters
    ----------
    unit : int64[n_faces]
        Unit of each face, -1 for leftovers.
    community : int64[n_faces]
        Community of each face, -1 where it is that of its unit.
    borders : Borders
        Of the faces.
    hard : bool[n_segments]
        A hard barrier lies on the segment; such borders count only when there is no other.
    polygons : array of Polygon, n_faces values
        The faces.

    Returns
    -------
    Allotment
        Whose each face is.
    """
    pair = borders.pair
    inside = community[pair[:, 0]] == community[pair[:, 1]]
    owner = _spread(unit, pair[inside & ~hard], borders.length[inside & ~hard])
    zone = owner < 0
    owner = _spread(owner, pair[inside], borders.length[inside])
    far = np.zeros(len(owner), dtype=bool)
    for c in np.unique(community[owner < 0]):
        lost = np.nonzero((owner < 0) & (community == c))[0]
        held = np.nonzero((unit >= 0) & (community == c))[0]
        if held.size:
            tree = shapely.STRtree(polygons[held])
            owner[lost] = unit[held[tree.nearest(polygons[lost])]]
            far[lost] = True
    return Allotment(owner=owner, zone=zone, far=far)


def _spread(owner: Ints, pair: Ints, length: NDArray[np.float64]) -> Ints:
    """Let owners take the faces they share the longest border with, ring by ring, until none is left to take."""
    owner = owner.copy()
    both = np.concatenate([pair, pair[:, ::-1]])
    metres = np.concatenate([length, length])
    while True:
        live = (owner[both[:, 0]] < 0) & (owner[both[:, 1]] >= 0)
        if not live.any():
            return owner
        both_live, metres_live = both[live], metres[live]
        key = np.stack([both_live[:, 0], owner[both_live[:, 1]]], axis=1)
        claims, which = np.unique(key, axis=0, return_inverse=True)
        total = np.round(np.bincount(which.ravel(), weights=metres_live), 3)
        order = np.lexsort((claims[:, 1], -total, claims[:, 0]))
        best = order[np.unique(claims[order, 0], return_index=True)[1]]
        owner[claims[best, 0]] = claims[best, 1]


def dissolve(polygons: Shapes, owner: Ints, n: int) -> Shapes:
    """Unite the faces of each owner.

    Parameters
    ----------
    polygons : array of Polygon, n_faces values
        A valid coverage.
    owner : int64[n_faces]
        Row of the result each face goes to.
    n : int
        Number of rows of the result; each has at least one face.

    Returns
    -------
    array of Polygon or MultiPolygon, n values
        A valid coverage.
    """
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(n + 1))
    united = np.empty(n, dtype=object)
    single = np.diff(starts) == 1
    united[single] = polygons[order[starts[:-1][single]]]
    for row in np.nonzero(~single)[0]:
        united[row] = shapely.coverage_union_all(polygons[order[starts[row] : starts[row + 1]]])
    lone = (shapely.get_type_id(united) != 3) & (shapely.get_num_geometries(united) == 1)  # noqa: PLR2004
    united[lone] = shapely.get_geometry(united[lone], 0)
    return united
