"""Geometries at the door: from coordinates, repaired, in one piece of the right kind."""

from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from gridplan.errors import LayerError, first_three, nth_row
from gridplan.language import join, say, word
from gridplan.reading.crs import Geometries
from gridplan.reading.fields import to_numbers

_POINTS: Final = (GeometryType.POINT, GeometryType.MULTIPOINT)
_POLYGONS: Final = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON, GeometryType.GEOMETRYCOLLECTION)
_LINES: Final = (GeometryType.LINESTRING, GeometryType.MULTILINESTRING, GeometryType.LINEARRING)
KINDS: Final = {"points": _POINTS, "polygons": _POLYGONS, "lines": _LINES}


def from_coordinates(x: pd.Series, y: pd.Series, where: str) -> Geometries:
    """Make points of two columns.

    Parameters
    ----------
    x, y : Series
        Coordinates, as numbers or text.
    where : str
        Layer, as messages name it.

    Returns
    -------
    object[n]
        Points; None where a coordinate is missing, or both are 0, as many programs write it.

    Raises
    ------
    LayerError
        If a coordinate is no number.
    """
    numbers = []
    for name, values in (("x", x), ("y", y)):
        number, unreadable = to_numbers(values)
        if unreadable.any():
            rows = first_three(nth_row(i) for i in np.flatnonzero(unreadable).tolist())
            raise LayerError(
                say(
                    "{where}, {name}: need coordinates as numbers, found other text at {ids}; correct them",
                    where=where,
                    name=name,
                    ids=rows,
                )
            )
        numbers.append(number.to_numpy())
    points: Geometries = np.full(len(x), None, dtype=object)
    known = np.isfinite(numbers[0]) & np.isfinite(numbers[1]) & ~((numbers[0] == 0) & (numbers[1] == 0))
    points[known] = shapely.points(numbers[0][known], numbers[1][known])
    return points


def is_missing(shapes: Geometries) -> NDArray[np.bool_]:
    """Tell where there is no geometry, or an empty one.

    Parameters
    ----------
    shapes : object[n]
        Geometries or None.

    Returns
    -------
    bool[n]
        True where nothing is there.
    """
    missing: NDArray[np.bool_] = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    return missing


def check_kinds(shapes: Geometries, kinds: tuple[str, ...], where: str, ids: pd.Series) -> None:
    """Refuse geometries of another kind.

    Parameters
    ----------
    shapes : object[n]
        Geometries or None.
    kinds : tuple of str
        Keys of `KINDS` that are welcome.
    where : str
        Layer, as messages name it.
    ids : Series of str
        What to call each row.

    Raises
    ------
    LayerError
        If there is another kind.
    """
    welcome = [int(t) for kind in kinds for t in KINDS[kind]]
    types = shapely.get_type_id(shapes)
    wrong = ~np.isin(types, welcome) & ~is_missing(shapes)
    if wrong.any():
        found = word(GeometryType(int(types[wrong][0])).name.lower())
        raise LayerError(
            say(
                "{where}: need {kinds}, found {found} at {ids}; convert the layer",
                where=where,
                kinds=join([word(kind) for kind in kinds], "or"),
                found=found,
                ids=first_three(ids[wrong]),
            )
        )


def repair(shapes: Geometries, *, largest: bool) -> tuple[Geometries, NDArray[np.bool_]]:
    """Repair invalid polygons; other geometries stay as they are.

    Parameters
    ----------
    shapes : object[n]
        Geometries or None.
    largest : bool
        Keep the largest part alone of what was one polygon; else all polygonal parts.

    Returns
    -------
    object[n]
        Valid polygons, empty where nothing polygonal is left.
    bool[n]
        Which were repaired.
    """
    areal = np.isin(shapely.get_type_id(shapes), [int(t) for t in _POLYGONS])
    collections = shapely.get_type_id(shapes) == GeometryType.GEOMETRYCOLLECTION
    broken = (areal & ~shapely.is_valid(shapes)) | collections
    fixed = shapes.copy()
    for i in np.flatnonzero(broken):
        made = shapely.make_valid(shapes[i], method="structure", keep_collapsed=False)
        fixed[i] = _polygonal(made, one=largest and shapely.get_type_id(shapes[i]) == GeometryType.POLYGON)
    return fixed, broken


def one_point(shapes: Geometries) -> Geometries:
    """Put every geometry to one point on it.

    Parameters
    ----------
    shapes : object[n]
        Geometries or None.

    Returns
    -------
    object[n]
        Points; a point stays as it is.
    """
    types = shapely.get_type_id(shapes)
    points: Geometries = np.where(types == GeometryType.POINT, shapes, shapely.point_on_surface(shapes))
    return points


def unwrap(shapes: Geometries) -> Geometries:
    """Take geometries of one part out of their collections: many formats know but collections.

    Parameters
    ----------
    shapes : object[n]
        Geometries or None.

    Returns
    -------
    object[n]
        A multipolygon of one polygon becomes that polygon; what has several parts stays.
    """
    lonely = (shapely.get_type_id(shapes) >= GeometryType.MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    single: Geometries = np.where(lonely, shapely.get_geometry(shapes, 0), shapes)
    return single


def _polygonal(shape: shapely.Geometry, *, one: bool) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.get_parts(shape))
    polygons = parts[shapely.get_type_id(parts) == GeometryType.POLYGON]
    polygons = polygons[shapely.area(polygons) > 0]
    if not len(polygons):
        return shapely.Polygon()
    if one or len(polygons) == 1:
        return shapely.Polygon(polygons[int(np.argmax(shapely.area(polygons)))])
    return shapely.union_all(polygons)
