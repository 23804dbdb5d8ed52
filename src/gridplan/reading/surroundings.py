"""Everything but buildings and households: areas, lines, facilities, personnel."""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from gridplan.errors import LayerError, first_three, nth_row
from gridplan.language import join, say, word
from gridplan.reading.crs import LOCAL, Geometries, to_degrees, transformation
from gridplan.reading.fields import to_flags, to_numbers, to_text
from gridplan.reading.guessing import guess_crs
from gridplan.reading.notes import Notes
from gridplan.reading.shapes import check_kinds, is_missing, one_point, repair
from gridplan.reading.sources import LayerRef, name_key
from gridplan.schema import FIELDS, ROAD_CLASSES, field_title

_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "compounds": ("polygons",),
    "communities": ("polygons",),
    "subdistricts": ("polygons",),
    "boundary": ("polygons",),
    "roads": ("lines", "polygons"),
    "railways": ("lines", "polygons"),
    "water": ("lines", "polygons"),
    "crossings": ("lines", "points", "polygons"),
    "facilities": ("points", "polygons"),
    "jurisdictions": ("polygons",),
    "hazards": ("lines", "points", "polygons"),
    "bases": ("points", "polygons"),
    "sites": ("points", "polygons"),
    "estates": ("points", "polygons"),
    "grids": ("polygons",),
    "edits": ("lines", "polygons"),
}
_NUMBERS: Final = ("area_m2", "year", "households", "capacity", "home_x", "home_y", "work_x", "work_y",
                   "grid_workers", "satisfaction", "response", "count")  # fmt: skip
_FLAGS: Final = ("open",)
_PLACES: Final = ("x", "y")
_CLASS_OF: Final = {name_key(n): c for c, aliases in ROAD_CLASSES.items() for n in (c, *aliases)}


def make_layer(ref: LayerRef, frame: pd.DataFrame, shapes: Geometries, crs: CRS, notes: Notes) -> gpd.GeoDataFrame:
    """Make a layer of `Layers` other than the buildings.

    Parameters
    ----------
    ref : LayerRef
        Its role and file.
    frame : DataFrame, n rows
        Raw values under canonical names.
    shapes : object[n]
        Geometries in `crs`, or None.
    crs : CRS
        The working CRS.
    notes : Notes
        Takes what is set aside.

    Returns
    -------
    GeoDataFrame
        All canonical fields of the role: texts ("" = unknown), numbers (NaN = unknown); valid geometries, in an
        order that does not depend on the order in the file.

    Raises
    ------
    LayerError
        If the geometries are of another kind.
    """
    rows = pd.Series([nth_row(i) for i in range(len(frame))], dtype=object)
    check_kinds(shapes, _KINDS[ref.role], ref.where, rows)
    fixed, _ = repair(shapes, largest=False)
    if ref.role in ("facilities", "bases", "sites", "estates"):
        fixed = one_point(fixed)
    missing = is_missing(fixed)
    if missing.any():
        notes.put_aside(
            ref.role, (f"row {i + 1}" for i in np.flatnonzero(missing)), [0] * int(missing.sum()), "no geometry"
        )
        reason = say(
            "{count} rows have no geometry, first {ids}; they are set aside",
            count=missing.sum(),
            ids=first_three(rows[missing]),
        )
        notes.warn("geometry_missing", ref.role, reason, float(missing.sum()))
    table = canonical_frame(ref.role, frame)
    layer = gpd.GeoDataFrame(table[~missing], geometry=fixed[~missing], crs=crs)
    return layer.reset_index(drop=True) if ref.role == "edits" else _sorted(layer)  # their faults are told by row


def make_personnel(ref: LayerRef, frame: pd.DataFrame, crs: CRS, anchor: tuple[float, float]) -> pd.DataFrame:
    """Make the personnel of `Layers`.

    Parameters
    ----------
    ref : LayerRef
        Its file.
    frame : DataFrame, n rows
        Raw values under canonical names.
    crs : CRS
        The working CRS.
    anchor : tuple of float
        Longitude and latitude of the district.

    Returns
    -------
    DataFrame
        All canonical fields, sorted by person_id and indexed by their place in the file; places in metres of `crs`,
        NaN where unknown. Numbers that are none are infinite, and of a place with one number alone that number stays,
        for the roster to be refused with all its faults at once.

    Raises
    ------
    LayerError
        If the CRS of the places cannot be told.
    """
    people = canonical_frame("personnel", frame, ref.where, none=np.inf)
    for place in ("home", "work"):
        columns = [f"{place}_x", f"{place}_y"]
        half = (people[columns].notna().sum(axis=1) == 1) | people[columns].isin([np.inf]).any(axis=1)
        moved = bring_places(people[columns], crs, anchor, f"{ref.where}, {place}")
        people[columns] = moved.where(~half, people[columns])
    return people.sort_values(["person_id", "force", "community"], kind="stable")


def canonical_frame(
    role: str, frame: pd.DataFrame, where: str = "", faults: list[str] | None = None, *, none: float | None = None
) -> pd.DataFrame:
    """Turn raw values into the canonical columns of a role, all of them.

    Parameters
    ----------
    role : str
        Role of the layer.
    frame : DataFrame, n rows
        Raw values under canonical names; any may be absent.
    where : str
        Layer, as messages name it; the role by default.
    faults : list of str or None
        Takes what is wrong; None lets it be raised.
    none : float or None
        Stands for numbers that are none, which are no fault then.

    Returns
    -------
    DataFrame, n rows
        Texts, numbers (float64) and flags (boolean).

    Raises
    ------
    LayerError
        If a number is none.
    """
    table, given = pd.DataFrame(index=frame.index), faults
    faults = [] if given is None else given
    for name in FIELDS[role]:
        if name in _PLACES:
            continue
        raw = frame[name] if name in frame else pd.Series(np.nan, index=frame.index)
        if name in _NUMBERS:
            table[name], unreadable = to_numbers(raw)
            if none is not None:
                table[name] = table[name].mask(unreadable, none)
            elif unreadable.any():
                rows = first_three(nth_row(i) for i in np.flatnonzero(unreadable).tolist())
                faults.append(
                    say(
                        "{where}, {name}: need numbers, found other text at {ids}; correct or empty it",
                        where=where or word(role), name=field_title(role, name), ids=rows,
                    )
                )  # fmt: skip
        elif name in _FLAGS:
            table[name] = to_flags(raw)
        else:
            table[name] = to_text(raw)
    if faults and given is None:
        raise LayerError(join(faults, "\n"))
    if "road_class" in table:
        table["road_class"] = table["road_class"].map(lambda c: _CLASS_OF.get(name_key(c), c)).astype("str")
    return table


def bring_places(
    xy: pd.DataFrame, crs: CRS, anchor: tuple[float, float], where: str, source: CRS | None = None
) -> pd.DataFrame:
    """Bring a pair of columns to the working CRS; numbers that already fit it stay.

    Parameters
    ----------
    xy : DataFrame, n rows
        Two columns of numbers; NaN = unknown.
    crs : CRS
        The working CRS.
    anchor : tuple of float
        Longitude and latitude of the district.
    where : str
        Layer, as messages name it.
    source : CRS or None
        Their CRS; None guesses it from the numbers.

    Returns
    -------
    DataFrame, n rows
        In metres, to the millimetre.

    Raises
    ------
    CRSError
        If the CRS cannot be told.
    """
    known = np.isfinite(xy.to_numpy()).all(axis=1)
    if not known.any():
        return xy
    x, y = xy.to_numpy()[known].T
    middle = float(np.median(x)), float(np.median(y))
    if source is None:
        source = crs if _is_near(crs, middle, anchor) else guess_crs(*middle, anchor, where)
    moved = transformation(source, crs, where)(x, y)
    result = xy.astype("float64")
    result[:] = np.nan
    result.loc[known] = np.round(np.column_stack(moved), 3)
    return result


def _is_near(crs: CRS, place: tuple[float, float], anchor: tuple[float, float]) -> bool:
    if crs == LOCAL:
        return True
    lon, lat = to_degrees(crs, *place)
    return bool(np.hypot(lon - anchor[0], lat - anchor[1]) < 1)


def _sorted(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Sort by text, then place: the order in the file plays no part."""
    keys = layer.drop(columns="geometry").astype("str")
    keys["_bounds"] = [tuple(b) for b in layer.bounds.to_numpy()]
    keys["_outline"] = shapely.to_wkb(layer.geometry.to_numpy(), hex=True)
    order = keys.sort_values(list(keys.columns), kind="stable").index
    return layer.loc[order].reset_index(drop=True)
