"""Geometry as short text: rounded to decimetres, difference to the point before, five bits a character."""

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[Any]
Points = NDArray[np.float64]

PER_METRE: Final = 10
_OFFSET: Final = 63
"""First character used, the last is 126: no quote and no angle bracket among them."""

SIMPLIFY_M: Final = 0.5
"""Borders may move by about this much on the page; shared ones move together."""

_POLYGON: Final = 3
_PART_KINDS: Final = (1, _POLYGON)


def simplify_coverage(shapes: Shapes) -> Shapes:
    """Take needless points out of the borders of grids; neighbours keep the same border.

    Parameters
    ----------
    shapes : array of polygons, n values
        A valid coverage, in metres; anything else is returned as it is.

    Returns
    -------
    array of polygons, n values
        With borders moved by about `SIMPLIFY_M`.
    """
    if not (len(shapes) and shapely.coverage_is_valid(shapes)):
        return shapes
    return np.asarray(shapely.coverage_simplify(shapes, SIMPLIFY_M))


def encode_shapes(shapes: Shapes, origin: tuple[float, float]) -> list[list[str]]:
    """Write lines and polygons as text.

    Parameters
    ----------
    shapes : array of geometries, n values
        In metres. Points and missing ones become empty.
    origin : tuple of float
        Subtracted from all coordinates, in metres.

    Returns
    -------
    list of list of str, n values
        One text per line, or per ring without its closing point; rings of several polygons stand side by side and are
        to be filled by the even-odd rule.
    """
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    while np.any(shapely.get_type_id(parts) > _POLYGON):  # collections
        parts, inner = shapely.get_parts(parts, return_index=True)
        part_of = part_of[inner]
    kept = np.isin(shapely.get_type_id(parts), _PART_KINDS)
    parts, part_of = parts[kept], part_of[kept]
    areal = shapely.get_type_id(parts) == _POLYGON
    rings, ring_of = shapely.get_rings(parts[areal], return_index=True)
    paths = np.concatenate([parts[~areal], rings])
    owner = np.concatenate([part_of[~areal], part_of[areal][ring_of]])
    closed = np.concatenate([np.zeros((~areal).sum(), dtype=bool), np.ones(len(rings), dtype=bool)])
    result: list[list[str]] = [[] for _ in range(len(shapes))]
    for number, text in zip(owner.tolist(), _encode_paths(paths, closed, origin), strict=True):
        result[number].append(text)
    return result


def encode_points(xy: Points, origin: tuple[float, float]) -> str:
    """Write a row of points as one text.

    Parameters
    ----------
    xy : float64[n, 2]
        In metres.
    origin : tuple of float
        Subtracted from all coordinates, in metres.

    Returns
    -------
    str
        The points in their order.
    """
    return _encode(_round(xy, origin), np.zeros(len(xy), dtype=np.int64), 1)[0]


def _encode_paths(paths: Shapes, closed: NDArray[np.bool_], origin: tuple[float, float]) -> list[str]:
    xy, path = shapely.get_coordinates(paths, return_index=True)
    last = np.append(path[1:] != path[:-1], True)[: len(path)]
    keep = ~(last & closed[path])
    return _encode(_round(xy[keep], origin), path[keep], len(paths))


def _round(xy: Points, origin: tuple[float, float]) -> NDArray[np.int64]:
    rounded: NDArray[np.int64] = np.rint((xy - np.asarray(origin)) * PER_METRE).astype(np.int64)
    return rounded


def _encode(points: NDArray[np.int64], path: NDArray[np.int64], n_paths: int) -> list[str]:
    """Encode all paths at once; each begins with its first point."""
    step = np.diff(points, axis=0, prepend=points[:1] * 0)
    first = np.append(True, path[1:] != path[:-1])[: len(path)]
    step[first] = points[first]
    values = step.ravel()
    values = np.where(values < 0, ~(values << 1), values << 1)
    chunks = np.ones(len(values), dtype=np.int64)
    while np.any(more := values >> (5 * chunks) > 0):
        chunks += more
    start = np.cumsum(chunks) - chunks
    text = np.zeros(int(chunks.sum()), dtype=np.uint8)
    for k in range(int(chunks.max(initial=0))):
        some = chunks > k
        piece = (values[some] >> (5 * k)) & 31
        text[start[some] + k] = piece + _OFFSET + np.where(chunks[some] > k + 1, 32, 0)
    lengths = np.bincount(np.repeat(path, 2), weights=chunks, minlength=n_paths).astype(np.int64)
    ends = np.cumsum(lengths)
    whole = text.tobytes().decode("ascii")
    return [whole[b - n : b] for b, n in zip(ends.tolist(), lengths.tolist(), strict=True)]
