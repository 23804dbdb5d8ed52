"""Where buildings stand on a site: in rows, or huddled as in a village."""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gridplan.sample.kinds import KINDS, Kind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PATTERNS: Final = 4
"""Patterns of columns tried on a site; the one that fills it best is built."""
HOUSE_CELL_M: Final = (14.5, 13.0)
"""Room of a village house with its yard."""
YARDS: Final = 0.08
"""Share of the places of a village without a house."""


def fill_rows(room: shapely.Polygon, kind: Kind, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Place buildings in rows from south to north, in columns that repeat from row to row.

    Parameters
    ----------
    room : Polygon
        Where buildings may stand, rows along the x axis, metres.
    kind : Kind
        Sizes and gaps.
    rng : Generator
        Source of all chance.

    Returns
    -------
    float64[n, 4]
        West, south, east and north edges; where the room is crooked, some may stick out of it.
    int64[n]
        Type of each building in `kind.types`.
    """
    _, y0, _, y1 = room.bounds
    y0 = y1 - kind.fill * (y1 - y0)
    depth = rng.uniform(*kind.depth)
    pitch = depth + rng.uniform(*kind.lane)
    spare = y1 - y0 - depth
    n_rows = int(spare // pitch) + 1 if spare > 0 else 0
    ys = y0 + (spare - (n_rows - 1) * pitch) * rng.uniform(0.2, 0.8) + pitch * np.arange(n_rows)
    west, east = _chords(room, ys.astype(np.float64), depth)
    patterns = [_pattern(kind, west, east, rng) for _ in range(PATTERNS)]
    x, row, length, pick = max(patterns, key=lambda p: float(p[2].sum()))
    return np.column_stack([x, ys[row], x + length, ys[row] + depth]), pick


def _pattern(kind: Kind, west: Floats, east: Floats, rng: np.random.Generator) -> tuple[Floats, Ints, Floats, Ints]:
    """One sequence of buildings laid along every row: west edges, rows, lengths, types."""
    lengths = np.array([t[0] for t in kind.types], dtype=np.float64)
    count = int(np.nanmax(east - west, initial=0.0) / (lengths.min() + kind.gap[0])) + 2
    pick = rng.integers(len(lengths), size=count)
    length = lengths[pick] * rng.uniform(0.97, 1.0, count)
    end = np.cumsum(length + rng.uniform(*kind.gap))
    start = np.concatenate([[0.0], end[:-1]])
    fits = (start + length)[None, :] <= (east - west)[:, None]
    used = np.where(fits, start + length, 0.0).max(1, initial=0.0)
    lead = west + (east - west - used) * rng.uniform(0.3, 0.7)
    row, column = np.nonzero(fits)
    return lead[row] + start[column], row, length[column], pick[column]


def _chords(room: shapely.Polygon, ys: Floats, depth: float) -> tuple[Floats, Floats]:
    """West and east end of the room of rows at heights `ys`; NaN where there is none."""
    ring = shapely.get_coordinates(room.exterior)
    (ax, ay), (bx, by) = ring[:-1].T, ring[1:].T
    level = ys[:, None, None] + depth * np.linspace(0, 1, 4)[None, :, None]
    crosses = (ay <= level) != (by <= level)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = ax + (level - ay) / (by - ay) * (bx - ax)
    west = np.where(crosses, at, np.inf).min(2).max(1, initial=-np.inf)
    east = np.where(crosses, at, -np.inf).max(2).min(1, initial=np.inf)
    void = ~np.isfinite(west) | ~np.isfinite(east) | (east <= west)
    return np.where(void, np.nan, west), np.where(void, np.nan, east)


def huddle(room: shapely.Polygon, most: int, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Place village houses: small, close and crooked, at least 2 m apart.

    Parameters
    ----------
    room : Polygon
        Where houses may stand, metres.
    most : int
        Most houses of the village.
    rng : Generator
        Source of all chance.

    Returns
    -------
    float64[n, 4]
        West, south, east and north edges; some may stick out of the room.
    int64[n]
        Type of each house in the types of a village.
    """
    kind = KINDS["village"]
    x0, y0, x1, y1 = room.bounds
    pitch_x, pitch_y = HOUSE_CELL_M
    column, row = (a.ravel() for a in np.meshgrid(np.arange((x1 - x0) // pitch_x), np.arange((y1 - y0) // pitch_y)))
    n = len(column)
    lane_x, lane_y = column // 6 * 4.0, row // 2 * 3.0
    shift = rng.uniform(0, 6, int(row.max(initial=0)) + 1)[row.astype(np.int64)]
    width, depth = rng.uniform(8, 11, n), rng.uniform(*kind.depth, n)
    centre_x = x0 + pitch_x * (column + 0.5) + lane_x + shift + rng.uniform(-0.6, 0.6, n)
    centre_y = y0 + pitch_y * (row + 0.5) + lane_y + rng.uniform(-0.8, 0.8, n)
    boxes = np.column_stack([centre_x - width / 2, centre_y - depth / 2, centre_x + width / 2, centre_y + depth / 2])
    inside = shapely.contains(room, shapely.box(*boxes.T)) & (rng.random(n) > YARDS)
    boxes = boxes[inside][:most]
    return boxes, rng.integers(len(kind.types), size=len(boxes))
