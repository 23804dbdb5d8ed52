"""Blocks: the ground between roads, railways, banks and community borders, and what lies on its edges."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridplan.config import GeometryRules
from gridplan.geometry.territory import Shapes, Territory
from gridplan.model import Layers

GRID_M: Final = 0.001
"""Every vertex lies on a lattice of this spacing, in metres: shared borders are identical to the bit."""

ON_LINE_M: Final = 0.003
"""A noded edge lies on a line when its midpoint is this near: snapping moves it by less than two lattice steps."""

OPEN, ROAD, STREAM, HARD = 0, 1, 2, 9
"""What lies on an edge: nothing, a soft road, a water line (codes of `schema.BARRIERS`), a hard barrier."""


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
        For `hard_roads`.

    Returns
    -------
    Blocks
        Sorted by nothing in particular, but the same for the same input.
    """
    water = _water_ground(layers)
    lines = barrier_lines(layers, water, rules, territory.study)
    grounds = territory.polygons if territory.polygons is not None else np.array([territory.study], dtype=object)
    rings = shapely.boundary(np.append(grounds, territory.study))
    noded = shapely.union_all(np.concatenate([rings, *lines.values()]), grid_size=GRID_M)
    edges = np.asarray(shapely.get_parts(noded))
    polygons = np.asarray(shapely.get_parts(shapely.polygonize(edges)))
    spots = shapely.point_on_surface(polygons)
    shapely.prepare(territory.study)
    inside = shapely.intersects(territory.study, spots)
    community = first_hit(grounds, spots)
    if territory.polygons is None:
        community = np.full(len(polygons), -1, dtype="int32")
    shapely.prepare(water)
    kinds = edge_kinds(midpoints(edges), lines)
    return Blocks(
        polygons=polygons[inside], community=community[inside], water=shapely.intersects(water, spots)[inside],
        edges=edges, kinds=kinds,
    )  # fmt: skip


def barrier_lines(
    layers: Layers, water: shapely.Geometry, rules: GeometryRules, study: shapely.Geometry
) -> dict[int, Shapes]:
    """Gather the lines that lie on edges, by kind.

    Parameters
    ----------
    layers : Layers
        Roads, railways, water and crossings.
    water : geometry
        Union of the water polygons.
    rules : GeometryRules
        For `hard_roads`.
    study : geometry
        Lines that do not meet it are left out.

    Returns
    -------
    dict of int to array of lines
        `HARD`, `ROAD` and `STREAM`, the strongest first.
    """
    roads, crossings = _lines(layers.roads), _lines(layers.crossings)
    hard = np.zeros(len(roads), dtype=bool)
    if layers.roads is not None and "road_class" in layers.roads.columns:
        hard = np.asarray(layers.roads["road_class"].isin(rules.hard_roads), dtype=bool)
    banks = shapely.get_parts(shapely.boundary(np.array([water], dtype=object)))
    found = {
        HARD: np.concatenate([_lines(layers.railways), roads[hard], banks]),
        ROAD: np.concatenate([roads[~hard], crossings]),
        STREAM: _lines(layers.water),
    }
    frame = shapely.box(*shapely.bounds(study)).buffer(1.0)
    shapely.prepare(study)
    clipped = {kind: shapely.clip_by_rect(shapes, *frame.bounds) for kind, shapes in found.items()}
    return {kind: shapes[shapely.intersects(study, shapes)] for kind, shapes in clipped.items()}


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
        hit = shapely.STRtree(shapes).query(spots[free], predicate="dwithin", distance=ON_LINE_M)[0]
        kinds[free[hit]] = kind
    return kinds


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


def _lines(frame: gpd.GeoDataFrame | None) -> Shapes:
    """Line work of a layer, one per row; empty where the row has none."""
    if frame is None:
        return np.empty(0, dtype=object)
    shapes = shapely.force_2d(np.asarray(frame.geometry.array).copy())
    flat = shapely.get_dimensions(shapes) == 1
    shapes[~flat] = shapely.LineString()
    return np.asarray(shapes)


def _water_ground(layers: Layers) -> shapely.Geometry:
    """Union of the water polygons; empty without any."""
    if layers.water is None:
        return shapely.Polygon()
    shapes = shapely.force_2d(np.asarray(layers.water.geometry.array).copy())
    shapes = shapes[shapely.get_dimensions(shapes) == 2]  # noqa: PLR2004
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return shapely.union_all(shapes)
