"""Blocks: the ground between roads, railways, banks and community borders, and what lies on its edges."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gridplan.config import GeometryRules
from gridplan.geometry.lines import HARD, barrier_lines, edge_kinds, water_ground
from gridplan.geometry.territory import Shapes, Territory
from gridplan.model import Layers

GRID_M: Final = 0.001
"""Every vertex lies on a lattice of this spacing, in metres: shared borders are identical to the bit."""

PROLONG_M: Final = 500.0
"""A hard barrier that ends inside a block is prolonged over at most this length, so that cells end at it too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """The study area cut by every line.

    Parameters
    ----------
    polygons : array of Polygon, n_blocks values
        Ground and water, without overlap; vertices on the lattice.
    community : int32[n_blocks]
        Row of the community each block lies in; -1 where communities follow from the buildings.
    water : bool[n_blocks]
        The block is water.
    edges : array of LineString, n_edges values
        The noded lines, dead ends included.
    kinds : int8[n_edges]
        `OPEN`, `ROAD`, `STREAM` or `HARD`.
    """

    polygons: Shapes
    community: NDArray[np.int32]
    water: NDArray[np.bool_]
    edges: Shapes
    kinds: NDArray[np.int8]


def cut_blocks(layers: Layers, territory: Territory, rules: GeometryRules) -> Blocks:
    """Cut the study area into blocks.

    Parameters
    ----------
    layers : Layers
        Roads, railways, water and crossings are used.
    territory : Territory
        Communities and study area.
    rules : GeometryRules
        For `hard_roads` and `crossing_m`.

    Returns
    -------
    Blocks
        The same for the same input, whatever the order of its rows.
    """
    study, grounds = territory.study, territory.polygons
    lines = barrier_lines(layers, rules, study)
    rings = shapely.boundary(np.array([study]) if grounds is None else grounds)
    edges = _noded([rings, *lines.values()])
    stubs = _prolonged(edges, edge_kinds(midpoints(edges), lines), study)
    if len(stubs):
        edges = _noded([edges, stubs])
    polygons = np.asarray(shapely.get_parts(shapely.polygonize(edges)))
    spots = shapely.point_on_surface(polygons)
    shapely.prepare(study)
    inside = shapely.intersects(study, spots)
    polygons, spots = polygons[inside], spots[inside]
    community = np.full(len(polygons), -1, dtype="int32") if grounds is None else first_hit(grounds, spots)
    water = water_ground(layers)
    shapely.prepare(water)
    return Blocks(
        polygons=polygons, community=community, water=shapely.intersects(water, spots),
        edges=edges, kinds=edge_kinds(midpoints(edges), lines),
    )  # fmt: skip


def _noded(lines: list[Shapes]) -> Shapes:
    """Lines cut at every crossing, on the lattice."""
    return np.asarray(shapely.get_parts(shapely.union_all(np.concatenate(lines), grid_size=GRID_M)))


def _prolonged(edges: Shapes, kinds: NDArray[np.int8], study: shapely.Geometry) -> Shapes:
    """Straight lines from the dead ends of hard barriers inside the study area to the next edge."""
    xy, owner = shapely.get_coordinates(edges, return_index=True)
    first = np.searchsorted(owner, np.arange(len(edges)))
    last = np.searchsorted(owner, np.arange(len(edges)), side="right") - 1
    tip = np.concatenate([first, last])
    lattice = np.rint(xy[tip] / GRID_M).astype("int64")
    _, node, degree = np.unique(lattice, axis=0, return_inverse=True, return_counts=True)
    dead = (degree[node.ravel()] == 1) & np.tile(kinds == HARD, 2)
    shapely.prepare(study)
    dead &= shapely.contains_xy(study, xy[tip])
    tip, back = tip[dead], np.concatenate([first + 1, last - 1])[dead]
    ahead = xy[tip] - xy[back]
    ahead /= np.hypot(*ahead.T)[:, None]
    rays = np.asarray(
        shapely.linestrings(np.stack([xy[tip] + 2 * GRID_M * ahead, xy[tip] + PROLONG_M * ahead], axis=1))
    )
    ray, hit = shapely.STRtree(edges).query(rays, predicate="intersects")
    met, which = shapely.get_coordinates(shapely.intersection(rays[ray], edges[hit]), return_index=True)
    metres = np.full(len(rays), np.inf)
    np.minimum.at(metres, ray[which], np.hypot(*(met - xy[tip][ray[which]]).T))
    far = np.isfinite(metres)
    reach = (metres[far] + 2 * GRID_M)[:, None] * ahead[far]
    return np.asarray(shapely.linestrings(np.stack([xy[tip][far], xy[tip][far] + reach], axis=1)))


def first_hit(grounds: Shapes, spots: Shapes) -> NDArray[np.int32]:
    """Find the first polygon each point lies in.

    Parameters
    ----------
    grounds : array of polygons
        May overlap: the first one wins.
    spots : array of Point, n values
        Where to look.

    Returns
    -------
    int32[n]
        Row of `grounds`, -1 for none.
    """
    found = np.full(len(spots), len(grounds), dtype="int32")
    row, hit = shapely.STRtree(grounds).query(spots, predicate="intersects")
    np.minimum.at(found, row, hit.astype("int32"))
    found[found == len(grounds)] = -1
    return found


def midpoints(edges: Shapes, lead: float = 0.0) -> Shapes:
    """Return the midpoint of the longest straight piece of each edge.

    Parameters
    ----------
    edges : array of LineString, n values
        Noded lines.
    lead : float
        Metres to go on from the midpoint in the direction of the piece.

    Returns
    -------
    array of Point, n values
        On the edges, or in their direction.
    """
    xy, owner = shapely.get_coordinates(edges, return_index=True)
    piece = np.nonzero(owner[1:] == owner[:-1])[0]
    step = xy[piece + 1] - xy[piece]
    length = np.hypot(*step.T)
    order = np.lexsort((-length, owner[piece]))
    longest = order[np.unique(owner[piece][order], return_index=True)[1]]
    ahead = step[longest] / length[longest, None]
    return np.asarray(shapely.points(xy[piece[longest]] + step[longest] / 2 + lead * ahead))
