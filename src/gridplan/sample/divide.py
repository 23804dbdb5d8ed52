"""Polygons of the communities, one compound divided between two of them."""

from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.sample.communities import FEWEST
from gridplan.sample.streets import SNAP_M, Streets

Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]

LEAST_BUILDINGS: Final = 6
LEAST_GAP_M: Final = 8.0
"""A compound is divided if it has so many buildings and so wide a gap between two rows."""
LEAST_SHARED_M: Final = 40.0
"""Border that the part given away must share with the community that takes it."""


def divide_compound(
    streets: Streets, labels: Ints, sites: pd.DataFrame, buildings: pd.DataFrame, most: int
) -> Geometries:
    """Unite faces into communities; the border of two of them runs between the rows of one compound, if one can.

    Parameters
    ----------
    streets : Streets
        The faces and their borders.
    labels : int64[n_faces]
        Community of each face, 0..n_communities - 1.
    sites : DataFrame
        block (a face), kind.
    buildings : DataFrame
        site, block, compound, households, geometry (metres).
    most : int
        Most households of a community.

    Returns
    -------
    array of Polygon, n_communities
        An exact coverage.
    """
    order = np.argsort(labels, kind="stable")
    cuts = np.searchsorted(labels[order], np.arange(1, labels.max() + 1))
    shapes = np.array([shapely.coverage_union_all(f) for f in np.split(streets.faces[order], cuts)], dtype=object)
    sizes = np.bincount(labels[buildings["block"]], weights=buildings["households"], minlength=len(shapes))
    alone = sites["block"].map(sites["block"].value_counts()).to_numpy() == 1
    fit = np.flatnonzero(alone & sites["kind"].isin(["slab", "mid"]))
    for site in fit:
        rows = buildings[buildings["site"] == site]
        face = int(sites["block"].iloc[site])
        beside = np.unique(labels[streets.borders[(streets.borders == face).any(1)]])
        for other in beside[beside != labels[face]]:
            piece = _piece(streets, face, rows, shapes[other])
            if piece is None:
                continue
            inside = shapely.contains(piece, rows["geometry"].to_numpy())
            moved = rows["households"].to_numpy()[inside].sum()
            rest = shapely.difference(shapes[labels[face]], piece)
            if sizes[labels[face]] - moved >= FEWEST and sizes[other] + moved <= most and rest.geom_type == "Polygon":
                return _renoded(shapes, labels[face], int(other), piece)
    return shapes


def _piece(streets: Streets, face: int, rows: pd.DataFrame, other: shapely.Polygon) -> shapely.Polygon | None:
    """Part of a face on the side of the other community, cut between two rows of buildings."""
    if len(rows) < LEAST_BUILDINGS:
        return None
    shape = streets.faces[face]
    angle = float(streets.warp.angle_at(shapely.get_coordinates(shapely.point_on_surface(shape)))[0])
    up = np.array([-np.sin(angle), np.cos(angle)])
    heights = shapely.get_coordinates(rows["geometry"].to_numpy()) @ up
    box = heights.reshape(len(rows), -1)
    low, high = np.sort(box.min(1)), np.sort(box.max(1))
    gaps = [(top, bottom) for top, bottom in zip(high[:-1], low[1:], strict=True) if bottom - top > LEAST_GAP_M]
    if not gaps:
        return None
    top, bottom = gaps[len(gaps) // 2]
    middle = np.array(shape.centroid.coords[0])
    at = middle + up * ((top + bottom) / 2 - middle @ up)
    along = np.array([up[1], -up[0]]) * 5_000
    for sign in (1, -1):
        half = shapely.Polygon([at - along, at + along, at + along + sign * 5_000 * up, at - along + sign * 5_000 * up])
        piece: shapely.Geometry = shapely.intersection(shape, half)
        shared = shapely.length(shapely.intersection(shapely.boundary(piece), shapely.boundary(other)))
        if isinstance(piece, shapely.Polygon) and shared > LEAST_SHARED_M:
            return piece
    return None


def _renoded(shapes: Geometries, giver: int, taker: int, piece: shapely.Polygon) -> Geometries:
    """Move a piece from one community to another and node all borders again, so that the coverage stays exact."""
    lines = shapely.union_all([*shapely.boundary(shapes), shapely.boundary(piece)], grid_size=SNAP_M)
    parts = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    points = shapely.point_on_surface(parts)
    pairs = shapely.STRtree(shapes).query(points, predicate="within")
    owner = np.full(len(parts), -1, dtype=np.int64)
    owner[pairs[0]] = pairs[1]
    owner[(owner == giver) & shapely.within(points, piece)] = taker
    return np.array([shapely.coverage_union_all(parts[owner == i]) for i in range(len(shapes))], dtype=object)
