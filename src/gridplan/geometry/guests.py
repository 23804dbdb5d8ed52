"""Guests: ground far from the buildings of its block is shared out among the units around, as if they stood inside."""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gridplan.geometry.blocks import Blocks
from gridplan.geometry.borders import shared_segments
from gridplan.geometry.cells import Samples
from gridplan.geometry.lines import HARD, ROAD, STREAM, edge_kinds

REACH_M: Final = (60.0, 240.0, 960.0)
"""Samples of the neighbours within the first of these distances that holds any are guests of an empty block."""

HOME_M: Final = 60.0
"""Ground of a block with buildings goes to a unit across the road when that is nearer by more than this."""

LATTICE_M: Final = 30.0
LATTICE_MAX: Final = 200_000
"""Ground is looked at every so many metres, at no more than so many places."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def invite_guests(samples: Samples, blocks: Blocks, pairs: Ints) -> Samples:
    """Let the samples around take part in blocks without buildings and in ground far from any.

    A long strip of green along a river would otherwise fall to one cell and make neighbours of units far apart.

    Parameters
    ----------
    samples : Samples
        Of the units in their own blocks.
    blocks : Blocks
        Where they stand.
    pairs : int64[n_pairs, 2]
        Blocks that may share guests, from `open_neighbours`.

    Returns
    -------
    Samples
        With the guests, sorted by block.
    """
    beside = _grouped(*np.concatenate([pairs, pairs[:, ::-1]]).T)
    rows = _grouped(samples.block, np.arange(len(samples.block)))
    outliers = _far_ground(samples, blocks, beside, rows)
    guests = _empty_blocks(samples, blocks, beside, rows)
    row = np.concatenate([np.arange(len(samples.unit)), *(r for _, r in guests)])
    block = np.concatenate([samples.block, *(np.full(len(r), b) for b, r in guests), outliers.block])
    xy = np.concatenate([samples.xy[row], outliers.xy])
    unit = np.concatenate([samples.unit[row], outliers.unit])
    order = np.lexsort((xy[:, 1], xy[:, 0], unit, block))
    return Samples(xy=xy[order], unit=unit[order], block=block[order])


def open_neighbours(blocks: Blocks) -> Ints:
    """Find blocks of dry ground of one community that share a border without a hard barrier.

    Parameters
    ----------
    blocks : Blocks
        All blocks.

    Returns
    -------
    int64[n_pairs, 2]
        Each pair once.
    """
    borders = shared_segments(blocks.polygons)
    lines = {kind: blocks.edges[blocks.kinds == kind] for kind in (HARD, ROAD, STREAM)}
    kinds = edge_kinds(shapely.points(borders.ends.mean(axis=1)), lines)
    one, two = borders.pair.T
    together = (kinds != HARD) & (blocks.community[one] == blocks.community[two])
    together &= ~blocks.water[one] & ~blocks.water[two]
    return np.asarray(np.unique(borders.pair[together], axis=0))


def _grouped(keys: Ints, values: Ints) -> dict[int, Ints]:
    """Values of each key, sorted."""
    order = np.lexsort((values, keys))
    found, starts = np.unique(keys[order], return_index=True)
    return dict(zip(found.tolist(), np.split(values[order], starts[1:]), strict=True)) if len(keys) else {}


def _empty_blocks(
    samples: Samples, blocks: Blocks, beside: dict[int, Ints], rows: dict[int, Ints]
) -> list[tuple[int, Ints]]:
    """Find the samples that are guests of each empty block: those of its neighbours, ring by ring."""
    known = dict(rows)
    waiting = [b for b in beside if b not in known]
    came: list[tuple[int, Ints]] = []
    while ready := [b for b in waiting if any(int(h) in known for h in beside[b])]:
        ring = []
        for block in ready:
            asked = np.unique(np.concatenate([known[int(h)] for h in beside[block] if int(h) in known]))
            ring.append((block, asked[_within_reach(samples.xy[asked], blocks.polygons[block])]))
        known.update(ring)
        came += ring
        waiting = [b for b in waiting if b not in known]
    return came


def _far_ground(samples: Samples, blocks: Blocks, beside: dict[int, Ints], rows: dict[int, Ints]) -> Samples:
    """Points on ground that lies nearer to a unit across the road than to those of its own block."""
    step = max(LATTICE_M, float(np.sqrt(shapely.area(blocks.polygons[list(rows)]).sum() / LATTICE_MAX)))
    found = [(np.empty((0, 2)), np.empty(0, dtype="int64"), np.empty(0, dtype="int64"))]
    for block, own in rows.items():
        hosts = [int(h) for h in beside.get(block, ()) if int(h) in rows]
        xy = _lattice(blocks.polygons[block], step) if hosts else np.empty((0, 2))
        metres = _nearest(samples.xy[own], xy)[0]
        xy, metres = xy[metres > HOME_M], metres[metres > HOME_M]
        if len(xy):
            asked = np.concatenate([rows[h] for h in hosts])
            others, which = _nearest(samples.xy[asked], xy)
            nearer = others + HOME_M < metres
            found.append((xy[nearer], samples.unit[asked[which[nearer]]], np.full(nearer.sum(), block)))
    xy, unit, home = (np.concatenate(column) for column in zip(*found, strict=True))
    return Samples(xy=xy, unit=unit, block=home)


def _nearest(xy: Floats, asked: Floats) -> tuple[Floats, Ints]:
    """Distance and row of the point nearest to each place asked for."""
    metres, row = cKDTree(xy).query(asked)
    return np.asarray(metres), np.asarray(row)


def _lattice(block: shapely.Geometry, step: float) -> Floats:
    """Points of a square lattice inside a block."""
    low, high = shapely.bounds(block).reshape(2, 2)
    ticks = [np.arange(np.ceil(a / step), np.floor(b / step) + 1) * step for a, b in zip(low, high, strict=True)]
    xy = np.stack([axis.ravel() for axis in np.meshgrid(*ticks)], axis=1)
    shapely.prepare(block)
    return np.asarray(xy[shapely.contains_xy(block, xy)])


def _within_reach(xy: NDArray[np.float64], block: shapely.Geometry) -> Ints:
    """Rows of the points near a block: within the first reach that holds any, else all."""
    low, high = shapely.bounds(block).reshape(2, 2)
    shapely.prepare(block)
    for reach in REACH_M:
        boxed = np.nonzero(((xy >= low - reach) & (xy <= high + reach)).all(axis=1))[0]
        near = boxed[shapely.dwithin(block, shapely.points(xy[boxed]), reach)]
        if near.size:
            return near
    return np.arange(len(xy))
