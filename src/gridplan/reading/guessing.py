"""Tell the CRS of coordinates from the size of their numbers."""

from typing import Final

import numpy as np
from pyproj import CRS

from gridplan.errors import CRSError
from gridplan.language import join, say
from gridplan.reading.crs import CM_75, central_meridian, in_china, is_cgcs2000, to_degrees, utm

_ZONE_25: Final = 4513  # CGCS2000 / 3-degree Gauss-Kruger zone 25, with the zone before the easting; the next 20 follow
_ZONE_13: Final = 4491  # the same for zones of 6 degrees
_SHENYANG_M: Final = (450_000, 4_560_000, 569_000, 4_769_000)  # in CM 123E; the numbers fit other zones too
_NEAR_DEGREES: Final = 2.0
_MERIDIANS: Final = (75, 135)
_NORTHINGS: Final = (1_900_000, 6_000_000)
_EASTINGS: Final = ((100_000, 900_000), (13_000_000, 46_000_000))


def guess_crs(x: float, y: float, anchor: tuple[float, float] | None, where: str) -> CRS:
    """Guess the CRS of coordinates from their size.

    Parameters
    ----------
    x, y : float
        Middle of the layer.
    anchor : tuple of float or None
        Longitude and latitude of a layer whose CRS is known; None: somewhere in China.
    where : str
        Layer, as messages name it.

    Returns
    -------
    CRS
        The only one in which the numbers fit.

    Raises
    ------
    CRSError
        If none fits, or more than one.
    """
    if is_degrees(x, y):
        return CRS.from_epsg(4490 if in_china(x, y) else 4326)
    fits = fitting_crs(x, y, anchor)
    if len(fits) == 1:
        return fits[0]
    raise CRSError(
        say(
            "{where}: need a CRS, found none in the file and numbers like {x:.0f}, {y:.0f} that fit {fits}; "
            "give --crs, for example --crs 4550",
            where=where,
            x=x,
            y=y,
            fits=join([crs.to_string() for crs in fits], "and") or say("none known"),
        )
    )


def fitting_crs(x: float, y: float, anchor: tuple[float, float] | None) -> list[CRS]:
    """List the CRS in which numbers make sense.

    Parameters
    ----------
    x, y : float
        Middle of the layer.
    anchor : tuple of float or None
        Longitude and latitude they must lie near; None: somewhere in China.

    Returns
    -------
    list of CRS
        None, one, or several.
    """
    if is_degrees(x, y):
        degrees = CRS.from_epsg(4490 if in_china(x, y) else 4326)
        return [degrees] if _fits(degrees, x, y, anchor) else []
    return [crs for crs in _candidates(x, y, anchor) if _fits(crs, x, y, anchor)]


def is_degrees(x: float, y: float) -> bool:
    """Tell degrees from metres by the size of the numbers.

    Parameters
    ----------
    x, y : float
        Middle of the layer.

    Returns
    -------
    bool
        True for longitude and latitude.
    """
    return abs(x) <= 180 and abs(y) <= 90  # noqa: PLR2004


def is_swapped(x: float, y: float, crs: CRS | None) -> bool:
    """Tell whether coordinates are latitude and longitude, or northing and easting.

    Parameters
    ----------
    x, y : float
        Middle of the layer.
    crs : CRS or None
        What the file says.

    Returns
    -------
    bool
        True where they make sense in China the other way round alone.
    """
    if abs(x) <= 90 and abs(y) <= 180:  # noqa: PLR2004
        return in_china(y, x) and not in_china(x, y)
    if crs is not None and not is_cgcs2000(crs):
        return False
    low, high = _NORTHINGS
    return low <= x <= high and any(a <= y <= b for a, b in _EASTINGS)


def same_meridian(crs: CRS, x: float) -> CRS | None:
    """Correct a CRS of CGCS2000 whose eastings should have the zone before them and have not, or the other way round.

    Parameters
    ----------
    crs : CRS
        What the file says.
    x : float
        Easting of the middle of the layer.

    Returns
    -------
    CRS or None
        The one of the same meridian that fits; None where `crs` does.
    """
    if not crs.is_projected or not is_cgcs2000(crs) or crs.coordinate_operation is None:
        return None
    values = {p.name: float(p.value) for p in crs.coordinate_operation.params}
    zone, meridian = int(values.get("False easting", 0.0) // 1e6), values.get("Longitude of natural origin", 0.0)
    found = int(x // 1e6)
    if found == zone or meridian % 3 or not _MERIDIANS[0] <= meridian <= _MERIDIANS[1]:
        return None
    step = int(meridian - _MERIDIANS[0]) // 3
    if found == 0:
        return CRS.from_epsg(CM_75 + step)
    if found == meridian / 3:
        return CRS.from_epsg(_ZONE_25 + step)
    return CRS.from_epsg(_ZONE_13 + found - 13) if found == (meridian + 3) / 6 else None


def _candidates(x: float, y: float, anchor: tuple[float, float] | None) -> list[CRS]:
    """List the CRS whose numbers look like these."""
    zone = int(x // 1_000_000)
    codes = [_ZONE_25 + zone - 25] if 25 <= zone <= 45 else []  # noqa: PLR2004
    codes += [_ZONE_13 + zone - 13] if 13 <= zone <= 23 else []  # noqa: PLR2004
    codes += [3857] if zone > 0 else []
    candidates = [CRS.from_epsg(code) for code in codes]
    left, low, right, high = _SHENYANG_M
    if 0 < x < 1_000_000 and anchor is not None:  # noqa: PLR2004
        zone = (central_meridian(anchor[0]) - 75) // 3
        near = [CM_75 + i for i in range(max(zone - 1, 0), min(zone + 2, 21))]
        candidates += [CRS.from_epsg(code) for code in near] if in_china(*anchor) else [utm(*anchor)]
    elif left <= x <= right and low <= y <= high:
        candidates.append(CRS.from_epsg(4550))
    return candidates


def _fits(crs: CRS, x: float, y: float, anchor: tuple[float, float] | None) -> bool:
    lon, lat = to_degrees(crs, x, y)
    if anchor is None:
        return in_china(lon, lat)
    return bool(np.hypot(lon - anchor[0], lat - anchor[1]) < _NEAR_DEGREES)
