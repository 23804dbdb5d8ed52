"""Bring layers to one metric CRS: choose it, guess a missing one, refuse what cannot be transformed."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as ProjCRSError
from pyproj.exceptions import ProjError

from gridplan.errors import CRSError
from gridplan.language import say

Geometries = NDArray[np.object_]

# A coarse outline of where CGCS2000 is used, in degrees; it only chooses between it and UTM near the border.
_OLD_AXES_M: Final = (6_378_245.0, 6_378_140.0)
_CHINA: Final = shapely.Polygon(
    [
        (121.5, 53.4), (125.5, 53.1), (127.5, 50.2), (130.8, 48.9), (134.8, 48.4), (133.1, 45.1), (131.1, 44.8),
        (131.2, 43.4), (130.5, 42.5), (128.1, 42.0), (126.9, 41.7), (124.5, 39.8), (121.8, 38.6), (122.8, 37.2),
        (123.0, 30.5), (121.0, 26.8), (119.8, 24.9), (118.6, 23.7), (116.5, 22.6), (114.6, 21.9), (111.2, 19.8),
        (109.6, 17.9), (108.3, 18.6), (108.0, 21.5), (106.6, 22.0), (105.3, 23.2), (103.5, 22.6), (102.2, 22.4),
        (101.2, 21.2), (99.2, 22.1), (98.6, 24.0), (97.6, 24.8), (98.6, 27.6), (97.0, 28.2), (91.7, 27.8),
        (88.9, 27.4), (86.0, 28.0), (81.2, 30.2), (78.8, 31.5), (78.5, 34.5), (75.0, 36.9), (73.6, 39.4),
        (76.0, 40.4), (80.2, 42.2), (80.3, 45.0), (82.6, 45.3), (83.0, 47.2), (85.6, 48.4), (87.3, 49.1),
        (91.0, 46.9), (91.0, 45.2), (95.4, 44.2), (97.0, 42.7), (101.8, 42.5), (105.0, 41.6), (111.8, 43.6),
        (112.0, 45.0), (116.0, 46.4), (119.7, 46.8), (115.8, 47.8), (117.0, 49.7), (119.3, 50.2),
    ]
)  # fmt: skip
_CGCS2000: Final = "China 2000"
LOCAL: Final = CRS.from_wkt('LOCAL_CS["local metric grid",UNIT["metre",1],AXIS["X",EAST],AXIS["Y",NORTH]]')
"""Metres of a grid whose place on the globe nobody tells."""

_WITHOUT_SHIFT: Final = (_CGCS2000, "World Geodetic System 1984")
CM_75: Final = 4534  # CGCS2000 / 3-degree Gauss-Kruger CM 75E; the next 20 follow, 3 degrees apart


def parse_crs(value: object, where: str) -> CRS | None:
    """Make a CRS of what a file or the user says.

    Parameters
    ----------
    value : object
        WKT, EPSG code, `CRS` or None.
    where : str
        Layer or option, as messages name it.

    Returns
    -------
    CRS or None
        The EPSG one where it is recognised, whatever its axis order; None where nothing is said.

    Raises
    ------
    CRSError
        If it cannot be understood, or is Xian 80 or Beijing 54.
    """
    if value is None or value == "":
        return None
    if str(value).casefold() == "local":
        return LOCAL
    text = str(value)
    try:
        crs = CRS.from_epsg(int(text)) if text.isdigit() else CRS.from_user_input(value)
    except ProjCRSError as error:
        raise CRSError(
            say(
                "{where}: need a CRS such as EPSG:4550, found one that cannot be understood; correct it, or give --crs",
                where=where,
            )
        ) from error
    crs = crs.sub_crs_list[0] if crs.is_compound else crs
    code = crs.to_epsg()
    crs = crs if code is None else CRS.from_epsg(code)
    if crs.is_engineering or not (crs.is_geographic or crs.is_projected):
        return None
    _refuse_old(crs, where)
    return crs.to_2d()


def choose_working_crs(crs: CRS, x: float, y: float) -> CRS:
    """Choose the metric CRS of a district.

    Parameters
    ----------
    crs : CRS
        CRS of the buildings.
    x, y : float
        Their middle in `crs`.

    Returns
    -------
    CRS
        In China CGCS2000 in the 3-degree zone around the middle, without zone before the easting; elsewhere `crs`
        itself where it is metric, else UTM.

    Raises
    ------
    CRSError
        If the middle cannot be brought to degrees.
    """
    if crs == LOCAL:
        return crs
    lon, lat = to_degrees(crs, x, y)
    if _datum(crs) == _CGCS2000 or in_china(lon, lat):
        return CRS.from_epsg(CM_75 + round((central_meridian(lon) - 75) / 3))
    own = crs.is_projected and crs.axis_info[0].unit_name == "metre" and crs.to_epsg() != 3857  # noqa: PLR2004
    return crs if own else utm(lon, lat)


def in_china(lon: float, lat: float) -> bool:
    """Tell whether a place lies where CGCS2000 is the rule.

    Parameters
    ----------
    lon, lat : float
        Degrees.

    Returns
    -------
    bool
        Right but for some kilometres at the border.
    """
    return bool(shapely.contains_xy(_CHINA, lon, lat))


def to_degrees(crs: CRS, x: float, y: float) -> tuple[float, float]:
    """Bring a place to longitude and latitude.

    Parameters
    ----------
    crs : CRS
        CRS of the place.
    x, y : float
        The place.

    Returns
    -------
    tuple of float
        Degrees; infinite where the place lies outside the CRS.

    Raises
    ------
    CRSError
        If PROJ knows no way.
    """
    lon, lat = transformation(crs, CRS.from_epsg(4326), crs.to_string())(np.array([x]), np.array([y]))
    return float(lon[0]), float(lat[0])


def transform(shapes: Geometries, source: CRS, target: CRS, where: str) -> Geometries:
    """Bring geometries to another CRS, snap them to the millimetre and order their vertices.

    Parameters
    ----------
    shapes : object[n]
        Geometries or None.
    source, target : CRS
        Where they are and go.
    where : str
        Layer, as messages name it.

    Returns
    -------
    object[n]
        The same in `target`, in two dimensions; the same district in any CRS and format gives the same bytes.

    Raises
    ------
    CRSError
        If PROJ knows no exact way, or coordinates lie outside the CRS.
    """
    project = transformation(source, target, where)

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = project(xy[:, 0], xy[:, 1])
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            lost = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
            place = f"{xy[lost[0], 0]:.6g}, {xy[lost[0], 1]:.6g}"
            msg = say(
                "{where}: need coordinates in {crs}, found {count} outside it, first {place}; correct them, or the "
                "CRS of the file",
                where=where,
                crs=source.to_string(),
                count=len(lost),
                place=place,
            )
            raise CRSError(msg)
        return np.round(np.column_stack([x, y]), 3)

    moved: Geometries = shapely.normalize(shapely.transform(shapes, move))
    return moved


def transformation(source: CRS, target: CRS, where: str) -> Callable[[Any, Any], tuple[Any, Any]]:
    """Build the transformation between two CRS.

    Parameters
    ----------
    source, target : CRS
        Longitude and easting come first in both, whatever their axis order says.
    where : str
        Layer, as messages name it.

    Returns
    -------
    callable
        x and y -> x and y.

    Raises
    ------
    CRSError
        If PROJ knows but a ballpark way between the datums. CGCS2000 and WGS 84 differ by centimetres and count
        as one.
    """
    if source == target:
        return lambda x, y: (x, y)
    try:
        steps = [_transformer(a.to_wkt(), b.to_wkt()) for a, b in _legs(source, target)]
    except ProjError as error:
        msg = say(
            "{where}: need a CRS that can be brought to {needed}, found {crs}; bring the file to CGCS2000 or WGS 84 "
            "with an exact transformation first",
            where=where,
            needed=target.to_string(),
            crs=source.to_string(),
        )
        raise CRSError(msg) from error

    def project(x: Any, y: Any) -> tuple[Any, Any]:  # noqa: ANN401
        for step in steps:
            x, y = step.transform(x, y)
        return x, y

    return project


def _legs(source: CRS, target: CRS) -> list[tuple[CRS, CRS]]:
    """Go by WGS 84 where one end is CGCS2000: PROJ knows no way between CGCS2000 and any other datum."""
    one_end = (_datum(source) == _CGCS2000) != (_datum(target) == _CGCS2000)
    middle = CRS.from_epsg(4326)
    if not one_end or middle in (source, target):
        return [(source, target)]
    return [(source, middle), (middle, target)]


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Transformer:
    shiftless = all(_datum(CRS(end)).startswith(_WITHOUT_SHIFT) for end in (source, target))
    return Transformer.from_crs(CRS(source), CRS(target), always_xy=True, allow_ballpark=shiftless)


def describe(crs: CRS) -> str:
    """Name a CRS in a message.

    Parameters
    ----------
    crs : CRS
        Any.

    Returns
    -------
    str
        For example ``EPSG:4550 (CGCS2000 / 3-degree Gauss-Kruger CM 123E)``.
    """
    code = crs.to_epsg()
    return f"EPSG:{code} ({crs.name})" if code else crs.name


def is_cgcs2000(crs: CRS) -> bool:
    """Tell whether a CRS is on the datum of China.

    Parameters
    ----------
    crs : CRS
        Any.

    Returns
    -------
    bool
        True for CGCS2000.
    """
    return _datum(crs) == _CGCS2000


def _datum(crs: CRS) -> str:
    base = crs.geodetic_crs
    return base.datum.name if base is not None and base.datum is not None else ""


def _refuse_old(crs: CRS, where: str) -> None:
    """Xian 80 and Beijing 54: PROJ moves them by nothing, which is 80 m wrong."""
    datum = _datum(crs)
    # A file that names no datum but the ellipsoid of Beijing 54 or Xian 80 is in one of them.
    axis = crs.ellipsoid.semi_major_metre if crs.ellipsoid is not None else 0.0
    nameless = "not specified" in datum.casefold() or "unknown" in datum.casefold()
    named = "xian" in datum.casefold() or "beijing" in datum.casefold()
    if named or (nameless and axis in _OLD_AXES_M):
        raise CRSError(
            say(
                "{where}: need CGCS2000 or WGS 84, found {crs} ({datum}), whose shift to CGCS2000 (tens of metres) "
                "is known to the survey office alone; ask it for the layer in CGCS2000",
                where=where,
                crs=crs.to_string(),
                datum=datum,
            )
        )


def central_meridian(lon: float) -> int:
    """Find the central meridian of the 3-degree zone around a longitude.

    Parameters
    ----------
    lon : float
        Degrees.

    Returns
    -------
    int
        Degrees, 75 to 135.
    """
    return min(max(3 * int(np.floor(lon / 3 + 0.5)), 75), 135)


def utm(lon: float, lat: float) -> CRS:
    """Choose the UTM zone around a place.

    Parameters
    ----------
    lon, lat : float
        Degrees.

    Returns
    -------
    CRS
        On WGS 84.
    """
    zone = min(int((lon + 180) // 6) + 1, 60)
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)
