"""Find layers drawn on a map of AMap (GCJ-02) or Baidu (BD-09), whose coordinates are displaced by law.

The displacement is known at every place. A layer is suspected when its lines run across buildings as they stand, and
no longer do when it is moved by that displacement and by no other one of the same length. Nothing is moved back: to
undo the displacement is a legal matter.
"""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gridplan.errors import CRSError, first_three
from gridplan.language import join, say, word
from gridplan.reading.crs import Geometries, in_china, transformation
from gridplan.reading.shapes import is_missing

_FEWEST: Final = 8
_SHARE: Final = 0.02
_BETTER: Final = 0.35
_HALF_WIDTH_M: Final = 5.0
_KRASSOWSKY: Final = (6_378_245.0, 0.006_693_421_622_965_943)
_LINEAR: Final = ("compounds", "communities", "roads", "railways", "water")

Vector = NDArray[np.float64]


def refuse_shifted(shapes: Mapping[str, Geometries], crs: CRS, anchor: tuple[float, float]) -> None:
    """Refuse layers displaced as GCJ-02 or BD-09 against the others.

    Parameters
    ----------
    shapes : mapping of str to object[n]
        Role -> geometries in the working CRS, or None; with buildings.
    crs : CRS
        The working CRS.
    anchor : tuple of float
        Longitude and latitude of the district.

    Raises
    ------
    CRSError
        If a layer is displaced; the buildings are named where the others are displaced the other way round.
    """
    if crs.is_engineering or not in_china(*anchor):
        return
    gcj, bd = displacement(*anchor, crs)
    houses = _footprints(shapes["buildings"])
    found: dict[tuple[str, str], list[str]] = {}
    for role in _LINEAR:
        if role in shapes and (hit := _hypothesis(houses, _lines(shapes[role]), gcj, bd)) is not None:
            name, guilty = hit
            suspect = role if guilty == "layer" else "buildings"
            found.setdefault((suspect, name), []).append("buildings" if guilty == "layer" else role)
    faults = [
        say(
            "{role}: need coordinates in CGCS2000 or WGS 84, found them displaced against {others} by {metres:.0f} m "
            "as {name}; ask for the layer as it was surveyed, it is not moved back here",
            role=word(role), others=join([word(o) for o in others]), name=name,
            metres=float(np.hypot(*(gcj if name == "GCJ-02 (AMap)" else bd))),
        ) for (role, name), others in found.items()
    ]  # fmt: skip
    if faults:
        raise CRSError(first_three(faults) if len(faults) > 1 else faults[0])


def displacement(lon: float, lat: float, crs: CRS) -> tuple[Vector, Vector]:
    """Tell how far GCJ-02 and BD-09 are displaced at a place.

    Parameters
    ----------
    lon, lat : float
        Degrees.
    crs : CRS
        Metric CRS of the answer.

    Returns
    -------
    float64[2], float64[2]
        Metres east and north: GCJ-02, and BD-09.
    """
    there = _gcj(lon, lat)
    further = _bd(*there)
    x, y = transformation(CRS.from_epsg(4326), crs, "shift")(
        np.array([lon, there[0], further[0]]), np.array([lat, there[1], further[1]])
    )
    points = np.column_stack([x, y])
    return points[1] - points[0], points[2] - points[0]


def _gcj(lon: float, lat: float) -> tuple[float, float]:
    """Displace a place as the maps of China do, by the known polynomial and sines."""
    x, y = lon - 105, lat - 35
    waves = 20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += 2 / 3 * (waves + 20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi))
    north += 2 / 3 * (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += 2 / 3 * (waves + 20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi))
    east += 2 / 3 * (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi))
    axis, flat = _KRASSOWSKY
    angle = math.radians(lat)
    magic = 1 - flat * math.sin(angle) ** 2
    meridian = axis * (1 - flat) / (magic * math.sqrt(magic))
    parallel = axis / math.sqrt(magic) * math.cos(angle)
    return lon + math.degrees(east / parallel), lat + math.degrees(north / meridian)


def _bd(lon: float, lat: float) -> tuple[float, float]:
    """Displace a place of GCJ-02 once more, as Baidu does."""
    turn = math.pi * 3000 / 180
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * turn)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * turn)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def _footprints(shapes: Geometries) -> shapely.STRtree:
    known = shapes[~is_missing(shapes)]
    flat = shapely.get_dimensions(known) == 0
    known = np.where(flat, shapely.buffer(known, _HALF_WIDTH_M, quad_segs=1), known)
    return shapely.STRtree(known)


def _lines(shapes: Geometries) -> Geometries:
    known = shapes[~is_missing(shapes)]
    areal = shapely.get_dimensions(known) == 2  # noqa: PLR2004
    lines: Geometries = np.where(areal, shapely.boundary(known), known)
    return lines


def _hypothesis(houses: shapely.STRtree, lines: Geometries, gcj: Vector, bd: Vector) -> tuple[str, str] | None:
    """Find the displacement that explains why lines cross buildings: its name, and whose it is."""
    now = _crossed(houses, lines, np.zeros(2))
    if now < max(_FEWEST, _SHARE * _near(houses, lines)):
        return None
    ways = {("GCJ-02 (AMap)", "layer"): gcj, ("BD-09 (Baidu)", "layer"): bd,
            ("GCJ-02 (AMap)", "buildings"): -gcj, ("BD-09 (Baidu)", "buildings"): -bd}  # fmt: skip
    left = {way: _crossed(houses, lines, vector) for way, vector in ways.items()}
    best = min(left, key=lambda way: left[way])
    turned = [np.array([-v[1], v[0]]) * sign for v in (gcj, bd) for sign in (1, -1)]
    others = [_crossed(houses, lines, vector) for vector in turned]
    others += [count for way, count in left.items() if way != best]
    return best if left[best] <= _BETTER * min(now, *others) else None


def _crossed(houses: shapely.STRtree, lines: Geometries, vector: Vector) -> int:
    """Count the buildings that lines moved back by a vector cross; those it moves away from them count as well."""
    moved = shapely.transform(lines, lambda xy: xy - vector)
    lost = max(_near(houses, lines) - _near(houses, moved), 0)
    return len(np.unique(houses.query(moved, predicate="intersects")[1])) + lost


def _near(houses: shapely.STRtree, lines: Geometries) -> int:
    """Count the buildings in the frame of the lines."""
    bounds = shapely.bounds(lines)
    frame = shapely.box(*np.nanmin(bounds[:, :2], axis=0), *np.nanmax(bounds[:, 2:], axis=0)) if len(lines) else None
    return len(houses.query(frame)) if frame is not None else 0
