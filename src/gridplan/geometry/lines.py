"""Line work: what cuts the ground, by the kind of barrier it is."""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridplan.config import GeometryRules
from gridplan.geometry.territory import Shapes, repaired
from gridplan.model import Layers

OPEN, ROAD, STREAM, HARD = 0, 1, 2, 9
"""What lies on an edge: nothing, a soft road, a water line (codes of `schema.BARRIERS`), a hard barrier."""

ON_LINE_M: Final = 0.003
"""A noded edge lies on a line when its midpoint is this near: snapping moves it by less than two lattice steps."""

Floats = NDArray[np.float64]

SPAN_M: Final = 1000.0
"""Widest water that a crossing given as a point is taken to span."""


def barrier_lines(layers: Layers, rules: GeometryRules, study: shapely.Geometry) -> dict[int, Shapes]:
    """Gather the lines that lie on edges, by kind.

    Parameters
    ----------
    layers : Layers
        Roads, railways, water and crossings.
    rules : GeometryRules
        For `hard_roads` and `crossing_m`.
    study : geometry
        Lines that do not meet it are left out.

    Returns
    -------
    dict of int to array of lines
        `HARD`, `ROAD` and `STREAM`, the strongest first; in an order of their own, whatever that of the rows.
    """
    water = water_ground(layers)
    roads = _lines(layers.roads)
    hard = np.zeros(len(roads), dtype=bool)
    if layers.roads is not None and "road_class" in layers.roads.columns:
        hard = np.asarray(layers.roads["road_class"].isin(rules.hard_roads), dtype=bool)
    banks = shapely.get_parts(shapely.boundary(np.array([water], dtype=object)))
    barriers = np.concatenate([_lines(layers.railways), roads[hard], banks])
    found = {
        HARD: barriers,
        ROAD: np.concatenate([roads[~hard], _crossing_lines(layers.crossings, barriers, water, rules.crossing_m)]),
        STREAM: _lines(layers.water),
    }
    bounds = shapely.bounds(study) + np.array([-1.0, -1.0, 1.0, 1.0])
    shapely.prepare(study)
    clipped = {kind: shapely.clip_by_rect(shapes, *bounds) for kind, shapes in found.items()}
    return {kind: _sorted(shapes[shapely.intersects(study, shapes)]) for kind, shapes in clipped.items()}


def edge_kinds(spots: Shapes, lines: dict[int, Shapes]) -> NDArray[np.int8]:
    """Tell what lies on edges from their midpoints.

    Parameters
    ----------
    spots : array of Point, n values
        Midpoints of edges.
    lines : dict of int to array of lines
        Kind -> lines, the strongest first.

    Returns
    -------
    int8[n]
        Kind of the strongest line each point lies on, else `OPEN`.
    """
    kinds = np.full(len(spots), OPEN, dtype="int8")
    for kind, shapes in lines.items():
        free = np.nonzero(kinds == OPEN)[0]
        hit = shapely.STRtree(_pieces(shapes)).query(spots[free], predicate="dwithin", distance=ON_LINE_M)[0]
        kinds[free[hit]] = kind
    return kinds


def _pieces(shapes: Shapes) -> Shapes:
    """Straight pieces of lines: a tree finds the one piece of a long line that is near."""
    xy, line = shapely.get_coordinates(shapely.get_parts(shapes), return_index=True)
    start = np.nonzero(line[1:] == line[:-1])[0]
    return np.asarray(shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1)))


def water_ground(layers: Layers) -> shapely.Geometry:
    """Unite the water polygons.

    Parameters
    ----------
    layers : Layers
        For the water layer, whose lines are left out.

    Returns
    -------
    Polygon or MultiPolygon
        Empty without any water.
    """
    return shapely.union_all(_sorted(repaired(layers.water))) if layers.water is not None else shapely.Polygon()


def _sorted(shapes: Shapes) -> Shapes:
    """Shapes in an order that does not depend on the rows of the file."""
    return np.asarray(shapes[np.argsort(shapely.to_wkb(shapes))])


def _lines(frame: gpd.GeoDataFrame | None) -> Shapes:
    """Line work of a layer, one per row; empty where the row has none."""
    if frame is None:
        return np.empty(0, dtype=object)
    shapes = shapely.force_2d(np.asarray(frame.geometry.array).copy())
    shapes[shapely.get_dimensions(shapes) != 1] = shapely.LineString()
    return np.asarray(shapes)


def _crossing_lines(
    frame: gpd.GeoDataFrame | None, barriers: Shapes, water: shapely.Geometry, crossing_m: float
) -> Shapes:
    """Crossings as lines across their barrier: those given as lines as they are, others through their centre."""
    if frame is None:
        return np.empty(0, dtype=object)
    shapes = shapely.force_2d(np.asarray(frame.geometry.array).copy())
    lines = _lines(frame)
    spots = shapely.centroid(shapes[(shapely.get_dimensions(shapes) != 1) & ~shapely.is_empty(shapes)])
    parts = np.asarray(shapely.get_parts(barriers))
    if not len(parts) or not len(spots):
        return lines
    tree = shapely.STRtree(parts)
    drawn = [_crossing_line(spot, parts[row], water, barriers, crossing_m)
             for spot, row in zip(spots, tree.nearest(spots), strict=True)]  # fmt: skip
    return np.concatenate([lines, np.array(drawn, dtype=object)])


def _crossing_line(
    spot: shapely.Point, barrier: shapely.LineString, water: shapely.Geometry, barriers: Shapes, crossing_m: float
) -> shapely.Geometry:
    """Line across the barriers at a point: the water it lies in, and lines no more than `crossing_m` apart."""
    near = shapely.get_coordinates(shapely.shortest_line(spot, barrier))
    ahead = near[1] - near[0]
    length = float(np.hypot(*ahead))
    wet = bool(shapely.intersects(water, spot))
    if length > crossing_m and not wet:
        return shapely.LineString()
    if length < ON_LINE_M:
        ahead, length = _across(spot, barrier)
    ahead = ahead / length
    one = _reach(near[1], ahead, barriers, crossing_m, crossing_m)
    two = _reach(near[0], -ahead, barriers, SPAN_M if wet else crossing_m, crossing_m)
    return shapely.LineString([near[1] + (one + 1.0) * ahead, near[0] - (two + 1.0) * ahead])


def _across(spot: shapely.Point, barrier: shapely.LineString) -> tuple[Floats, float]:
    """Direction across a line at a point on it, and its length."""
    at = shapely.line_locate_point(barrier, spot)
    ends = shapely.get_coordinates(shapely.line_interpolate_point(barrier, [max(at - 1.0, 0.0), at + 1.0]))
    along = ends[1] - ends[0]
    return np.array([-along[1], along[0]]), float(np.hypot(*along))


def _reach(start: Floats, ahead: Floats, barriers: Shapes, first_m: float, gap_m: float) -> float:
    """Metres to the last barrier ahead, the first within `first_m` and each next one within `gap_m`."""
    ray = shapely.LineString([start, start + SPAN_M * ahead])
    met = shapely.get_coordinates(shapely.intersection(ray, barriers))
    reach = 0.0
    for metres in np.sort(np.hypot(*(met - start).T)):
        if metres - reach > (gap_m if reach else first_m):
            break
        reach = float(metres)
    return reach
