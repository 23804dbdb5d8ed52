"""Dirt of building layers: rows that are one building, outlines that repeat, podiums under towers, parts far apart."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.errors import first_three
from gridplan.language import say
from gridplan.reading.counting import RawBuildings
from gridplan.reading.crs import Geometries
from gridplan.reading.fields import to_numbers, to_text
from gridplan.reading.shapes import is_missing

PART: Final = "a copy or another part of a building"

_TOGETHER_M: Final = 30.0
"""Rows of one id farther apart than this are no parts of one building."""
_SCATTERED_M: Final = 100.0
_INSIDE: Final = 0.95
_OVERLAP: Final = 0.05
_LEAST_M2: Final = 1.0

Pairs = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Pairs of footprints that overlap.

    Parameters
    ----------
    same : intp[n, 2]
        Equal outlines.
    towers : intp[n, 2]
        The first stands on the second, which is larger.
    partial : intp[n, 2]
        Others that share more than one part in twenty of the smaller.
    """

    same: Pairs
    towers: Pairs
    partial: Pairs


def unite_rows(raw: RawBuildings) -> None:
    """Make one building of the rows of one id that agree in all they say and stand together.

    Parameters
    ----------
    raw : RawBuildings
        With ids; changed in place. The geometries are united, the households count once, and the other rows are set
        aside.
    """
    ids = raw.ids
    twice = ids.duplicated(keep=False) & (ids != "")
    if not twice.any():
        return
    keep = np.ones(len(ids), dtype=bool)
    groups = [rows.to_numpy() for _, rows in pd.Series(np.flatnonzero(twice)).groupby(ids[twice].to_numpy())]
    for rows in groups:
        values = _agreed(raw.frame.iloc[rows])
        if values is None or not _stand_together(raw.shapes[rows]):
            continue
        first = rows[0]
        known = raw.shapes[rows][~is_missing(raw.shapes[rows])]
        raw.shapes[first] = shapely.normalize(shapely.union_all(known)) if len(known) else None
        for name, value in values.items():
            raw.frame[name] = raw.frame[name].mask(np.arange(len(ids)) == first, value)
        keep[rows[1:]] = False
    if keep.all():
        return
    gone = raw.frame[~keep]
    counts = to_numbers(gone["households"])[0].fillna(0) if "households" in gone else pd.Series(0, index=gone.index)
    raw.notes.put_aside("buildings", ids[~keep], counts.astype("int64"), PART)
    reason = say(
        "{count} rows are copies or further parts of a building with the same id, first {ids}; each building counts "
        "once",
        count=int((~keep).sum()), ids=first_three(ids[~keep].drop_duplicates()),
    )  # fmt: skip
    raw.notes.warn("rows_united", "buildings", reason, float((~keep).sum()))
    raw.frame, raw.shapes = raw.frame[keep].reset_index(drop=True), raw.shapes[keep]
    raw.ids = ids[keep].reset_index(drop=True)


def find_overlaps(shapes: Geometries) -> Overlaps:
    """Find footprints that overlap.

    Parameters
    ----------
    shapes : object[n]
        Valid polygons, points, or None.

    Returns
    -------
    Overlaps
        Pairs of rows.
    """
    areal = np.flatnonzero((shapely.get_dimensions(shapes) == 2) & ~is_missing(shapes))  # noqa: PLR2004
    solid = shapes[areal]
    one, two = shapely.STRtree(solid).query(solid, predicate="intersects")
    pair = one < two
    one, two = one[pair], two[pair]
    # Houses that only touch are many; their common area is 0 and cheap to know from their frames.
    shared = np.zeros(len(one))
    deep = _frames_overlap(solid, one, two)
    shared[deep] = shapely.area(shapely.intersection(solid[one[deep]], solid[two[deep]]))
    areas = shapely.area(solid)
    small, large = np.minimum(areas[one], areas[two]), np.maximum(areas[one], areas[two])
    same = (shared > _INSIDE * large) & (shared > 0)
    inside = (shared > _INSIDE * small) & ~same & (shared > 0)
    partial = (shared > _OVERLAP * small) & (shared > _LEAST_M2) & ~same & ~inside
    first = np.where(areas[one] <= areas[two], one, two)
    pairs = np.column_stack([areal[first], areal[np.where(first == one, two, one)]])
    return Overlaps(pairs[same], pairs[inside], pairs[partial])


def tell_dirt(raw: RawBuildings, overlaps: Overlaps) -> None:
    """Say what is odd about the footprints, and what is made of it.

    Parameters
    ----------
    raw : RawBuildings
        With ids.
    overlaps : Overlaps
        From `find_overlaps`.
    """
    same, towers, partial = (_names(raw, pairs) for pairs in (overlaps.same, overlaps.towers, overlaps.partial))
    rules = (
        ("outlines_repeated", overlaps.same, say(
            "buildings have the outline of another one, first {ids}; they share a unit and both count", ids=same)),
        ("podium_and_tower", overlaps.towers, say(
            "buildings stand on the footprint of a larger one, first {ids}; each keeps its households, a podium is "
            "estimated without the ground under its towers", ids=towers)),
        ("buildings_overlap", overlaps.partial, say(
            "buildings overlap another one, first {ids}; the ground goes to the nearer wall", ids=partial)),
    )  # fmt: skip
    for code, pairs, what in rules:
        if len(pairs):
            rows = np.unique(pairs[:, 0])
            spot = shapely.point_on_surface(raw.shapes[rows[0]])
            raw.notes.warn(code, "buildings", say("{count} {what}", count=len(rows), what=what), float(len(rows)),
                           (float(spot.x), float(spot.y)))  # fmt: skip
    _tell_scattered(raw)


def open_ground(shapes: Geometries, overlaps: Overlaps) -> NDArray[np.float64]:
    """Measure the footprints without the ground that towers take of their podium.

    Parameters
    ----------
    shapes : object[n]
        Geometries or None.
    overlaps : Overlaps
        From `find_overlaps`.

    Returns
    -------
    float64[n]
        Square metres; 0 for points and None.
    """
    areas: NDArray[np.float64] = np.nan_to_num(shapely.area(shapes))
    towers, podiums = overlaps.towers.T
    for podium in np.unique(podiums):
        above = shapely.union_all(shapes[towers[podiums == podium]])
        areas[podium] = shapely.area(shapely.difference(shapes[podium], above))
    return areas


def _agreed(rows: pd.DataFrame) -> dict[str, Any] | None:
    """Give what the rows say together, None where they contradict one another; nothing and 0 contradict nobody."""
    values: dict[str, Any] = {}
    for name in rows.columns:
        texts = to_text(rows[name])
        said = rows[name][(texts != "") & (texts != "0")]
        if len(set(to_text(said))) > 1:
            return None
        if len(said):
            values[name] = said.iloc[0]
    return values


def _stand_together(shapes: Geometries) -> bool:
    known = shapes[~is_missing(shapes)]
    flat = shapely.get_dimensions(known) == 0
    reach = 0.001 if flat.any() else _TOGETHER_M
    return all(shapely.distance(known[0], other) <= reach for other in known[1:])


def _frames_overlap(solid: Geometries, one: Pairs, two: Pairs) -> NDArray[np.bool_]:
    frames = shapely.bounds(solid)
    a, b = frames[one], frames[two]
    width = np.minimum(a[:, 2], b[:, 2]) - np.maximum(a[:, 0], b[:, 0])
    height = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1])
    overlap: NDArray[np.bool_] = (width > 0) & (height > 0)
    return overlap


def _names(raw: RawBuildings, pairs: Pairs) -> str:
    return first_three(raw.ids.iloc[np.unique(pairs[:, 0])])


def _tell_scattered(raw: RawBuildings) -> None:
    """Say which buildings have parts far apart: most often one id was given twice."""
    many = np.flatnonzero(shapely.get_num_geometries(raw.shapes) > 1)
    far = [int(row) for row in many if _spread(raw.shapes[row]) > _SCATTERED_M]
    if far:
        reason = say("{count} buildings have parts more than {metres:g} m apart, first {ids}; each is one building, "
                     "where its middle is", count=len(far), metres=_SCATTERED_M,
                     ids=first_three(raw.ids.iloc[far]))  # fmt: skip
        raw.notes.warn("building_scattered", "buildings", reason, float(len(far)))


def _spread(shape: shapely.Geometry) -> float:
    """Metres from the first part of a geometry to its farthest one."""
    parts = shapely.get_parts(shape)
    return float(shapely.distance(parts[0], parts).max())
