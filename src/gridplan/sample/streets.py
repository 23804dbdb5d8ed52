"""The streets of a made-up district: a warped net of arterials, branch roads, a river and a railway.

The lines are noded once; the faces between them are an exact coverage, so that communities made of faces are one too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.sample.lattice import Lattice, Warp, lay_lattice, lay_railways, lay_rivers
from gridplan.sample.levels import BRANCH, EDGE, EXPRESS, MAIN, RAIL, RIVER, SECONDARY
from gridplan.sample.shapes import largest_parts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]

ROAD_NAMES: Final = ("快速路", "主干路", "次干路", "支路")
WIDTHS: Final = (50.0, 40.0, 26.0, 14.0)
"""Width of a road of each class in metres, pavements included."""
BLOCK_M2: Final = (26_000.0, 80_000.0)
NARROW_M: Final = 70.0
"""Ground between arterials is cut until it is as small as drawn from this, or so narrow."""
LEAST_ROAD_M: Final = 10.0
"""Shorter stubs of road are not published."""
RAIL_HALF_M: Final = 18.0
BANK_M: Final = 24.0
"""From the edge of the water to the axis of the road along it."""
SNAP_M: Final = 0.01
"""All coordinates of the net are multiples of this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Streets:
    """The net and what lies between its lines.

    Parameters
    ----------
    roads : DataFrame
        road (pieces of one road share it), road_class (0..3), geometry: cut at the barriers they do not cross.
    railways, water : arrays of LineString and of Polygon
        The hard barriers.
    faces : array of Polygon, n_faces
        Ground between the lines, to their axes: an exact coverage of the district.
    blocks : array of Polygon, n_faces
        The faces without the room of roads, river and railway; may be empty.
    borders : int64[n_borders, 2]
        Pairs of faces on the two sides of a piece of line.
    border_class : int64[n_borders]
        Class of that line.
    border_m : float64[n_borders]
        Its length in metres.
    warp : Warp
        Gives the direction of the streets at any place.
    """

    roads: pd.DataFrame
    railways: Geometries
    water: Geometries
    faces: Geometries
    blocks: Geometries
    borders: Ints
    border_class: Ints
    border_m: Floats
    warp: Warp


@dataclass(frozen=True, slots=True)
class _Net:
    """Source lines: geometry, class, whether a line crosses the barriers it meets, and the road it is a part of."""

    lines: Geometries
    classes: Ints
    through: NDArray[np.bool_]
    road: Ints

    def __add__(self, other: "_Net") -> "_Net":
        return _Net(
            np.concatenate([self.lines, other.lines]),
            np.concatenate([self.classes, other.classes]),
            np.concatenate([self.through, other.through]),
            np.concatenate([self.road, other.road + self.road.max(initial=-1) + 1]),
        )

    @classmethod
    def blind(cls, lines: Geometries, line_class: int) -> "_Net":
        """Lines of one class that cross no barrier, each a road of its own."""
        n = len(lines)
        return cls(lines, np.full(n, line_class), np.full(n, fill_value=False), np.arange(n))


def lay_streets(area_m2: float, rng: np.random.Generator) -> Streets:
    """Lay the streets of a district.

    Parameters
    ----------
    area_m2 : float
        Area of the district in square metres, reached to within a cell of the arterials.
    rng : Generator
        Source of all chance.

    Returns
    -------
    Streets
        The net, its faces and blocks.
    """
    lattice = lay_lattice(area_m2, rng)
    rivers, widths = lay_rivers(lattice, rng)
    rails = lay_railways(lattice, rng)
    net = _arterials(lattice, rivers, widths, rails, rng)
    ring = shapely.boundary(lattice.area)
    supers = _faces(_node([*net.lines, ring]))
    net += _branches(supers, lattice.warp, rng)
    edges = _node([*net.lines, ring])
    faces = _faces(edges)
    source = _sources(edges, net)
    sides = _sides(edges, faces)
    keep = sides[:, 0] != sides[:, 1]
    edges, source, sides = edges[keep], source[keep], sides[keep]
    classes = np.where(source >= 0, net.classes[source], EDGE)
    water = shapely.intersection(shapely.buffer(rivers, widths / 2), lattice.area)
    half = np.array([w / 2 for w in WIDTHS] + [float(widths.max(initial=0)) / 2 + 8, RAIL_HALF_M, 3.0])
    inner = (sides >= 0).all(1)
    return Streets(
        roads=_published(edges, source, net, shapely.union_all([*shapely.buffer(rails, 14.0), *water])),
        railways=_filled(shapely.intersection(rails, lattice.area)),
        water=_filled(water),
        faces=faces,
        blocks=_blocks(faces, edges, classes, sides, half),
        borders=sides[inner],
        border_class=classes[inner],
        border_m=shapely.length(edges[inner]),
        warp=lattice.warp,
    )


def _arterials(
    lattice: Lattice, rivers: Geometries, widths: Floats, rails: Geometries, rng: np.random.Generator
) -> _Net:
    """Arterials cut where the river corridor stops them, with roads along the river, river and railway."""
    through = lattice.classes <= MAIN
    through |= lattice.line % 2 == rng.integers(2)
    corridor = shapely.union_all(shapely.buffer(rivers, widths / 2 + BANK_M))
    wide = shapely.buffer(corridor, 70.0)
    lines = lattice.edges.copy()
    stopped = ~through & ~lattice.along
    lines[stopped] = shapely.difference(lines[stopped], corridor)
    lines[lattice.along] = shapely.difference(lines[lattice.along], wide)
    banks = np.concatenate([shapely.offset_curve(rivers, s * (widths / 2 + BANK_M)) for s in (-1, 1)])
    net = _Net(lines, lattice.classes, through, lattice.line)
    for extra, road_class in ((banks, SECONDARY), (rivers, RIVER), (rails, RAIL)):
        net += _Net.blind(shapely.intersection(extra, lattice.area), road_class)
    filled = ~shapely.is_empty(net.lines)
    return _Net(net.lines[filled], net.classes[filled], net.through[filled], net.road[filled])


def _filled(shapes: Geometries) -> Geometries:
    return shapes[~shapely.is_empty(shapes)]


def _node(lines: list[shapely.Geometry]) -> Geometries:
    """Cut all lines at their meetings, snapped to the grid."""
    return shapely.get_parts(shapely.union_all(lines, grid_size=SNAP_M))


def _faces(edges: Geometries) -> Geometries:
    """Polygons between the lines, sorted from north to south and west to east."""
    faces = shapely.get_parts(shapely.polygonize(edges))
    centres = shapely.get_coordinates(shapely.point_on_surface(faces))
    return faces[np.lexsort((centres[:, 0], -centres[:, 1]))]


def _branches(supers: Geometries, warp: Warp, rng: np.random.Generator) -> _Net:
    """Branch roads that cut the ground between arterials into blocks of 3 to 8 hectares."""
    angles = warp.angle_at(shapely.get_coordinates(shapely.centroid(supers)))
    stack = list(zip(supers, angles, strict=True))
    cuts = []
    while stack:
        face, angle = stack.pop()
        if face.area < rng.uniform(*BLOCK_M2) or 4 * face.area / face.length < NARROW_M:
            continue
        cut, halves = _halve(face, angle, rng)
        cuts.append(cut)
        stack.extend((half, angle) for half in halves)
    return _Net.blind(np.array(cuts, dtype=object), BRANCH)


def _halve(
    face: shapely.Polygon, angle: float, rng: np.random.Generator
) -> tuple[shapely.Geometry, list[shapely.Polygon]]:
    """Cut a face across its longer side, nearly square to the streets."""
    axis = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    uv = shapely.get_coordinates(face) @ axis.T
    low, span = uv.min(0), np.ptp(uv, axis=0)
    long = int(span[1] > span[0])
    middle = low + span / 2
    middle[long] = low[long] + span[long] * rng.uniform(0.4, 0.6)
    tilt = rng.normal(0, 0.04)
    across, ahead = np.eye(2)[1 - long], np.eye(2)[long]
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    across, ahead = turn @ across * 3000, turn @ ahead * 3000
    ends = np.array([middle - across, middle + across])
    side = np.array([*ends, ends[1] + ahead, ends[0] + ahead])
    line = shapely.LineString(ends @ axis)
    near = shapely.Polygon(side @ axis)
    parts = shapely.get_parts([shapely.intersection(face, near), shapely.difference(face, near)])
    return shapely.intersection(line, face), [p for p in parts if p.geom_type == "Polygon"]


def _sources(edges: Geometries, net: _Net) -> Ints:
    """Source line of each edge, -1 where there is none (the border of the district)."""
    middles = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    pairs, distance = shapely.STRtree(net.lines).query_nearest(middles, return_distance=True, all_matches=False)
    source = np.full(len(edges), -1, dtype=np.int64)
    near = distance < 1.0
    source[pairs[0][near]] = pairs[1][near]
    return source


def _sides(edges: Geometries, faces: Geometries) -> Ints:
    """Face on the left and on the right of each edge, -1 outside."""
    before, middle, after = (
        shapely.get_coordinates(shapely.line_interpolate_point(edges, at, normalized=True)) for at in (0.49, 0.5, 0.51)
    )
    along = after - before
    step = np.column_stack([-along[:, 1], along[:, 0]]) / np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    tree = shapely.STRtree(faces)
    sides = np.full((len(edges), 2), -1, dtype=np.int64)
    for column, sign in enumerate((0.1, -0.1)):
        edge, face = tree.query(shapely.points(middle + sign * step), predicate="within")
        sides[edge, column] = face
    return sides


def _published(edges: Geometries, source: Ints, net: _Net, barrier: shapely.Geometry) -> pd.DataFrame:
    """Roads as rows, cut back where they do not cross a barrier."""
    known = (source >= 0) & (net.classes[source] <= BRANCH)
    edges, source = edges[known], source[known]
    classes = net.classes[source]
    express = shapely.buffer(shapely.union_all(edges[classes == EXPRESS]), 18.0)
    stopped = ~net.through[source]
    cut = edges.copy()
    cut[stopped] = shapely.difference(edges[stopped], shapely.union(express, shapely.buffer(barrier, 2.0)))
    frame = pd.DataFrame({"road": net.road[source], "road_class": classes, "geometry": cut})
    merged = frame.groupby(["road", "road_class"])["geometry"].agg(_merge).reset_index()
    rows = merged.loc[np.repeat(np.arange(len(merged)), shapely.get_num_geometries(merged["geometry"]))]
    rows = rows.assign(geometry=shapely.get_parts(merged["geometry"].to_numpy())).reset_index(drop=True)
    return rows[shapely.length(rows["geometry"].to_numpy()) > LEAST_ROAD_M].reset_index(drop=True)


def _merge(lines: Iterable[shapely.Geometry]) -> shapely.Geometry:
    return shapely.line_merge(shapely.union_all(list(lines)))


def _blocks(faces: Geometries, edges: Geometries, classes: Ints, sides: Ints, half: Floats) -> Geometries:
    """Faces less the room of the lines around them."""
    blocks = faces.copy()
    both, of_class = sides.T.ravel(), np.tile(classes, 2)
    for line_class, width in enumerate(half):
        rows = np.flatnonzero((both >= 0) & (of_class == line_class))
        if not rows.size:
            continue
        rows = rows[np.argsort(both[rows], kind="stable")]
        owners, index = np.unique(both[rows], return_inverse=True)
        lines = shapely.multilinestrings(edges[rows % len(edges)], indices=index)
        blocks[owners] = shapely.difference(blocks[owners], shapely.buffer(lines, width, quad_segs=2))
    return largest_parts(blocks)
