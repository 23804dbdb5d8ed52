"""Borders: the segments that two faces share, as arrays."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gridplan.geometry.blocks import GRID_M
from gridplan.geometry.territory import Shapes

_KEY: Final = np.int64(2**31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Borders:
    """Segments that two faces share.

    Parameters
    ----------
    pair : int64[n_segments, 2]
        The two faces.
    ends : float64[n_segments, 2, 2]
        Both end points, in metres.
    length : float64[n_segments]
        In metres.
    """

    pair: NDArray[np.int64]
    ends: NDArray[np.float64]
    length: NDArray[np.float64]


def shared_segments(polygons: Shapes) -> Borders:
    """Find the segments shared by two polygons of a coverage.

    Parameters
    ----------
    polygons : array of Polygon or MultiPolygon, n values
        A valid coverage with vertices on the lattice, within 2,000 km of the origin.

    Returns
    -------
    Borders
        Each segment once; segments on the rim of the coverage are left out.
    """
    parts, part_of = shapely.get_parts(polygons, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    owner = part_of[ring_of]
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    step = np.nonzero(ring[1:] == ring[:-1])[0]
    lattice = np.rint(xy / GRID_M).astype("int64")
    key = (lattice[:, 0] + _KEY // 2) * _KEY + lattice[:, 1] + _KEY // 2
    vertex = np.unique(key, return_inverse=True)[1].astype("int64")
    one, two = vertex[step], vertex[step + 1]
    edge = np.minimum(one, two) * np.int64(len(key)) + np.maximum(one, two)
    order = np.argsort(edge, kind="stable")
    same = np.nonzero(edge[order][1:] == edge[order][:-1])[0]
    left, right = order[same], order[same + 1]
    face = owner[ring[step]]
    pair = np.sort(np.stack([face[left], face[right]], axis=1), axis=1)
    ends = np.stack([xy[step[left]], xy[step[left] + 1]], axis=1)
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    return Borders(pair=pair, ends=ends, length=length)
