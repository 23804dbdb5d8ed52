"""Cells: the tessellation of the units inside each block, and faces of one noded arrangement."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree

from gridplan.geometry.blocks import GRID_M, Blocks, first_hit
from gridplan.geometry.territory import Shapes

SHRINK_M: Final = 0.4
"""Samples lie this far inside the outline: the border between houses that touch runs along their wall."""

OVERSHOOT_M: Final = 0.05
"""Ridges run this far across the edge of their block: an undershoot would lose a border, an overshoot falls away."""

STRAIGHT_M: Final = 0.2
"""Ridges are straightened by at most this."""

BLOCK_GAP_M: Final = 1e7
"""A third coordinate that keeps the samples of different blocks apart in one search tree."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Points from which cells are drawn.

    Parameters
    ----------
    xy : float64[n_samples, 2]
        Metres.
    unit : int64[n_samples]
        Unit each point belongs to.
    block : int64[n_samples]
        Block of that unit.
    """

    xy: Floats
    unit: Ints
    block: Ints


def sample_units(shapes: Shapes, block: NDArray[np.int32], sample_m: float) -> Samples:
    """Sample the outlines of the units.

    Parameters
    ----------
    shapes : array of polygons and points, n_units values
        Footprints.
    block : int32[n_units]
        Block of each unit.
    sample_m : float
        Spacing along the outline, in metres.

    Returns
    -------
    Samples
        Sorted by block; points on long walls stand at multiples of the spacing in x or y, so that those of two
        facing walls stand opposite one another.
    """
    flat = shapely.get_dimensions(shapes) == 0
    solid = np.nonzero(~flat)[0]
    parts, part_of = shapely.get_parts(shapely.simplify(shapes[solid], SHRINK_M), return_index=True)
    rings, ring_of = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    ring_unit = solid[part_of[ring_of]]
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    near, near_ring = _inner_points(xy, ring, sample_m)
    unit = np.concatenate([np.nonzero(flat)[0], ring_unit[near_ring]])
    points = np.concatenate([shapely.get_coordinates(shapes[flat]), near])
    order = np.lexsort((unit, block[unit]))
    return Samples(xy=points[order], unit=unit[order], block=block[unit[order]].astype("int64"))


def _inner_points(xy: Floats, ring: Ints, sample_m: float) -> tuple[Floats, Ints]:
    """Points just inside the corners and along the walls of rings (interior on the left), and the ring of each."""
    wall = np.nonzero(ring[1:] == ring[:-1])[0]
    start, step = xy[wall], xy[wall + 1] - xy[wall]
    length = np.hypot(*step.T)
    inward = np.stack([-step[:, 1], step[:, 0]], axis=1) / np.maximum(length, GRID_M)[:, None]
    before = np.arange(len(wall)) - 1
    head = np.nonzero(np.diff(ring[wall], prepend=-1))[0]
    before[head] = np.append(head[1:], len(wall)) - 1
    corner = inward + inward[before]
    corner /= np.maximum(np.hypot(*corner.T), GRID_M)[:, None]
    axis = (np.abs(step[:, 1]) > np.abs(step[:, 0])).astype("int64")
    row = np.arange(len(wall))
    ends = np.sort(np.stack([start[row, axis], start[row, axis] + step[row, axis]]), axis=0) / sample_m
    low, high = np.floor(ends[0]) + 1, np.ceil(ends[1]) - 1
    count = np.maximum(high - low + 1, 0).astype("int64")
    on = np.repeat(row, count)
    tick = low[on] + np.arange(len(on)) - np.repeat(np.cumsum(count) - count, count)
    share = (tick * sample_m - start[on, axis[on]]) / step[on, axis[on]]
    along = start[on] + share[:, None] * step[on] + SHRINK_M * inward[on]
    return np.concatenate([start + SHRINK_M * corner, along]), np.concatenate([ring[wall], ring[wall][on]])


def draw_ridges(samples: Samples, blocks: Shapes) -> Shapes:
    """Draw the borders between units inside each block.

    Parameters
    ----------
    samples : Samples
        Sorted by block.
    blocks : array of Polygon, n_blocks values
        The blocks.

    Returns
    -------
    array of MultiLineString
        Voronoi ridges between samples of different units, straightened, clipped to their block and a little beyond.
    """
    starts = np.nonzero(np.diff(samples.block, prepend=-1))[0]
    stops = np.append(starts[1:], len(samples.block))[: len(starts)]
    drawn, homes = [np.empty((0, 2, 2))], []
    for a, b in zip(starts, stops, strict=True):
        if (samples.unit[a:b] != samples.unit[a]).any():
            drawn.append(_ridges(samples.xy[a:b], samples.unit[a:b], blocks[samples.block[a]]))
            homes.append(samples.block[a])
    pieces = np.asarray(shapely.linestrings(np.concatenate(drawn)))
    owner = np.repeat(np.arange(len(homes)), [len(d) for d in drawn[1:]])
    whole = shapely.multilinestrings(pieces, indices=owner, out=np.full(len(homes), shapely.MultiLineString()))
    # Chains from branch to branch are five times faster to node than their single pieces.
    chains = shapely.simplify(shapely.line_merge(whole), STRAIGHT_M, preserve_topology=False)
    grounds = shapely.buffer(blocks[np.array(homes, dtype="int64")], OVERSHOOT_M, quad_segs=1)
    return np.asarray(shapely.intersection(chains, grounds))


def _ridges(xy: Floats, unit: Ints, block: shapely.Geometry) -> Floats:
    """Voronoi ridges between the units of one block, long enough to leave it: both ends, float64[n, 2, 2]."""
    low, high = shapely.bounds(block).reshape(2, 2)
    centre = (low + high) / 2
    reach = np.abs(np.concatenate([xy - centre, [high - centre]])).max()
    angle = np.arange(8) * np.pi / 4 + 0.1
    far = 20 * reach * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    net = Delaunay(np.concatenate([xy - centre, far]))
    owner = np.concatenate([unit, np.full(8, -1)])
    triangle, corner = np.nonzero(net.neighbors > np.arange(len(net.neighbors))[:, None])
    other = net.neighbors[triangle, corner]
    one = owner[net.simplices[triangle, (corner + 1) % 3]]
    two = owner[net.simplices[triangle, (corner + 2) % 3]]
    keep = (one != two) & (one >= 0) & (two >= 0)
    centres = np.round((_circumcentres(net.points[net.simplices]) + centre) / GRID_M) * GRID_M
    pieces = np.stack([centres[triangle[keep]], centres[other[keep]]], axis=1)
    pieces = pieces[(pieces[:, 0] != pieces[:, 1]).any(axis=1)]
    return np.asarray(pieces)


def _circumcentres(corners: Floats) -> Floats:
    """Centres of the circles through the corners of triangles, float64[n, 3, 2] -> float64[n, 2]."""
    a = corners[:, 0]
    b, c = corners[:, 1] - a, corners[:, 2] - a
    area = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    b2, c2 = (b**2).sum(axis=1), (c**2).sum(axis=1)
    offset = np.stack([c[:, 1] * b2 - b[:, 1] * c2, b[:, 0] * c2 - c[:, 0] * b2], axis=1)
    return np.asarray(a + offset / np.where(area == 0, GRID_M, area)[:, None])


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """The faces of one noded arrangement.

    Parameters
    ----------
    polygons : array of Polygon, n_faces values
        A valid coverage; vertices on the lattice.
    block : int32[n_faces]
        Block each face lies in.
    unit : int64[n_faces]
        Unit with the nearest sample in that block; -1 in blocks without any.
    """

    polygons: Shapes
    block: NDArray[np.int32]
    unit: Ints


def draw_faces(blocks: Blocks, samples: Samples, ridges: Shapes) -> Faces:
    """Node blocks and ridges together and tell whose each face is.

    Parameters
    ----------
    blocks : Blocks
        Their edges are noded again with the ridges.
    samples : Samples
        From `sample_units`.
    ridges : array of lines
        From `draw_ridges`.

    Returns
    -------
    Faces
        All ground of the blocks, each face inside one of them.
    """
    noded = shapely.union_all(np.concatenate([blocks.edges, ridges]), grid_size=GRID_M)
    polygons = np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
    spots = shapely.point_on_surface(polygons)
    block = first_hit(blocks.polygons, spots)
    polygons, spots, block = polygons[block >= 0], spots[block >= 0], block[block >= 0]
    unit = np.full(len(polygons), -1, dtype="int64")
    built = np.nonzero(np.isin(block, samples.block))[0]
    if built.size:
        tree = cKDTree(np.column_stack([samples.xy, samples.block * BLOCK_GAP_M]))
        asked = np.column_stack([shapely.get_coordinates(spots[built]), block[built] * BLOCK_GAP_M])
        unit[built] = samples.unit[tree.query(asked)[1]]
    return Faces(polygons=polygons, block=block, unit=unit)
