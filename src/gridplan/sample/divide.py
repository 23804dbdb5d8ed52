"""Polygons of the communities, one compound divided between two of them."""

from collections.abc import Iterator
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
FAR_M: Final = 5_000.0
"""Farther than a face is long."""


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
        block (a face), kind, geometry (metres).
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
    compounds = sites["geometry"].to_numpy()
    many = np.bincount(buildings["site"], minlength=len(sites)) >= LEAST_BUILDINGS
    for site in np.flatnonzero(many & sites["kind"].isin(["slab", "mid"]).to_numpy()):
        rows = buildings[buildings["site"] == site]
        face = int(sites["block"].iloc[site])
        giver = labels[face]
        beside = np.unique(labels[streets.borders[(streets.borders == face).any(1)]])
        for taker in beside[beside != giver]:
            for piece in _pieces(streets, face, rows, shapes[taker]):
                moved = rows["households"].to_numpy()[shapely.contains(piece, rows["geometry"].to_numpy())].sum()
                whole = shapely.difference(shapes[giver], piece).geom_type == "Polygon"
                whole &= int(shapely.overlaps(piece, compounds[sites["block"].to_numpy() == face]).sum()) == 1
                if whole and moved and sizes[giver] - moved >= FEWEST and sizes[taker] + moved <= most:
                    return _renoded(shapes, giver, int(taker), piece)
    return shapes


def _pieces(streets: Streets, face: int, rows: pd.DataFrame, other: shapely.Polygon) -> Iterator[shapely.Polygon]:
    """Parts of a face on the side of the other community, cut between two rows or two columns of buildings."""
    shape = streets.faces[face]
    angle = float(streets.warp.angle_at(shapely.get_coordinates(shapely.point_on_surface(shape)))[0])
    ahead, up = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    corners = shapely.get_coordinates(rows["geometry"].to_numpy())
    for axis, along in ((up, ahead), (ahead, up)):
        places = (corners @ axis).reshape(len(rows), -1)
        low, high = np.sort(places.min(1)), np.sort(places.max(1))
        gaps = np.flatnonzero(low[1:] - high[:-1] > LEAST_GAP_M)
        if not gaps.size:
            continue
        gap = gaps[len(gaps) // 2]
        at = along * (shapely.get_coordinates(shape.centroid)[0] @ along) + axis * (high[gap] + low[gap + 1]) / 2
        for far in (axis * FAR_M, -axis * FAR_M):
            ends = np.array([at - along * FAR_M, at + along * FAR_M])
            piece = shapely.intersection(shape, shapely.Polygon([*ends, *(ends[::-1] + far)]))
            shared = shapely.length(shapely.intersection(shapely.boundary(piece), shapely.boundary(other)))
            if isinstance(piece, shapely.Polygon) and shared > LEAST_SHARED_M:
                yield piece


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
