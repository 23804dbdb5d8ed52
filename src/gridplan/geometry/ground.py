"""The ground: parts of buildings and blocks become faces with an owner each."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gridplan.config import GeometryRules
from gridplan.geometry.allot import allot_leftovers, components, drop_detached
from gridplan.geometry.blocks import Blocks
from gridplan.geometry.borders import Borders, shared_segments
from gridplan.geometry.cells import Faces, draw_faces, draw_ridges, sample_units
from gridplan.geometry.guests import invite_guests, open_neighbours
from gridplan.geometry.lines import HARD, OPEN, ROAD, STREAM, edge_kinds
from gridplan.geometry.territory import Shapes
from gridplan.geometry.units import merge_coincident

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """All planned ground, cut into faces.

    Parameters
    ----------
    unit_of_part : int64[n_parts]
        Unit of each part of a building, numbered by first part.
    faces : array of Polygon, n_faces values
        A valid coverage of the study area.
    owner : int64[n_faces]
        Unit of each face; above the last unit, the ground of communities without buildings.
    community : int64[n_faces]
        Community of each face.
    zone, far : bool[n_faces]
        As in `Allotment`.
    borders : Borders
        Segments between faces.
    kinds : int8[n_segments]
        What lies on each segment.
    desert : bool[n_faces]
        The face lies on ground without any household that hard barriers enclose.
    """

    unit_of_part: Ints
    faces: Shapes
    owner: Ints
    community: Ints
    zone: Bools
    far: Bools
    borders: Borders
    kinds: NDArray[np.int8]
    desert: Bools


def draw_ground(parts: gpd.GeoDataFrame, blocks: Blocks, rules: GeometryRules) -> Ground:
    """Tessellate the blocks and give every face an owner.

    Parameters
    ----------
    parts : GeoDataFrame, n_parts rows
        Those with a home: footprint, x, y, block, home (community), moved.
    blocks : Blocks
        The study area.
    rules : GeometryRules
        For `sample_m`.

    Returns
    -------
    Ground
        Faces with their owners.
    """
    merged = merge_coincident(parts)
    first, unit_of_part = np.unique(merged, return_inverse=True)
    block = parts["block"].to_numpy()[first]
    shapes, spots = _stand(parts.iloc[first], blocks.polygons)
    pairs = open_neighbours(blocks)
    samples = invite_guests(sample_units(shapes, block, rules.sample_m), blocks, pairs)
    faces = draw_faces(blocks, samples, draw_ridges(samples, blocks.polygons))
    into = _covered(faces, spots, block)
    kept, dense = np.unique(into, return_inverse=True)
    faces = Faces(polygons=faces.polygons, block=faces.block, unit=np.append(dense, -1)[faces.unit])
    borders = shared_segments(faces.polygons)
    kinds = _kinds(faces, borders, blocks)
    ground = blocks.community[faces.block].astype("int64")
    unit = drop_detached(faces, borders, kinds == HARD, spots[kept])
    allotment = allot_leftovers(unit, ground, borders, kinds == HARD, faces.polygons)
    home = parts["home"].to_numpy()[first][kept].astype("int64")
    owner = allotment.owner.copy()
    bare = np.unique(ground[owner < 0])
    owner[owner < 0] = len(kept) + np.searchsorted(bare, ground[owner < 0])
    community = np.concatenate([home, bare])[owner]
    return Ground(
        unit_of_part=dense[unit_of_part], faces=faces.polygons, owner=owner, community=community,
        zone=allotment.zone, far=allotment.far, borders=borders, kinds=kinds,
        desert=_deserts(parts, blocks, pairs)[faces.block],
    )  # fmt: skip


def _deserts(parts: gpd.GeoDataFrame, blocks: Blocks, pairs: Ints) -> Bools:
    """Blocks on ground without households that hard barriers enclose."""
    piece = components(len(blocks.polygons), pairs)
    lived_in = np.unique(piece[parts["block"].to_numpy()[parts["households"].to_numpy() > 0]])
    return ~np.isin(piece, lived_in)


def _stand(rows: gpd.GeoDataFrame, blocks: Shapes) -> tuple[Shapes, Shapes]:
    """Footprints to sample and points of the units; those moved stand at the nearest point of their block."""
    shapes = np.asarray(rows.geometry.array).copy()
    spots = np.asarray(shapely.points(rows["x"].to_numpy(), rows["y"].to_numpy()))
    moved = rows["moved"].to_numpy()
    landing = shapely.shortest_line(blocks[rows["block"].to_numpy()[moved]], spots[moved])
    spots[moved] = shapes[moved] = shapely.get_point(landing, 0)
    return shapes, spots


def _covered(faces: Faces, spots: Shapes, block: NDArray[np.int32]) -> Ints:
    """Find the unit that stands for each unit: itself, or the nearest of its block where it has no face of its own."""
    into = np.arange(len(spots))
    has = np.isin(into, faces.unit)
    lost = np.nonzero(~has)[0]
    if lost.size:
        held = np.nonzero(has)[0]
        where = np.column_stack([shapely.get_coordinates(spots), block * 1e7])
        into[lost] = held[cKDTree(where[held]).query(where[lost])[1]]
    return into


def _kinds(faces: Faces, borders: Borders, blocks: Blocks) -> NDArray[np.int8]:
    """Tell what lies on each segment: ridges are open, edges of blocks have the kind of their line."""
    kinds = np.full(len(borders.length), OPEN, dtype="int8")
    rim = np.nonzero(faces.block[borders.pair[:, 0]] != faces.block[borders.pair[:, 1]])[0]
    lines = {kind: blocks.edges[blocks.kinds == kind] for kind in (HARD, ROAD, STREAM)}
    kinds[rim] = edge_kinds(shapely.points(borders.ends[rim].mean(axis=1)), lines)
    return kinds
