"""What several modules do with shapes."""

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries = NDArray[np.object_]


def largest_parts(shapes: Geometries) -> Geometries:
    """Take the largest polygon of each shape.

    Parameters
    ----------
    shapes : array of geometry, n
        Polygons, collections or nothing.

    Returns
    -------
    array of Polygon, n
        Empty polygons where there is none.
    """
    out = np.full(len(shapes), shapely.Polygon(), dtype=object)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    order = np.argsort(shapely.area(parts), kind="stable")
    filled = order[shapely.area(parts[order]) > 0]
    out[owner[filled]] = parts[filled]
    return out
