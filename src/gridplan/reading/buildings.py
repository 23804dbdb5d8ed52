"""Buildings: ids, counts and geometry, as `Layers` wants them."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gridplan.config import Rules
from gridplan.errors import LayerError, first_three, nth_row
from gridplan.language import say
from gridplan.model import BUILDING_FIELDS
from gridplan.reading.counting import RawBuildings, count
from gridplan.reading.crs import Geometries
from gridplan.reading.dirt import find_overlaps, open_ground, tell_dirt, unite_rows
from gridplan.reading.fields import to_text
from gridplan.reading.households import Census, sort_entrances
from gridplan.reading.notes import Notes
from gridplan.reading.shapes import check_kinds, is_missing, repair

_TEXTS: Final = ("name", "compound", "compound_code", "community", "community_code", "subdistrict", "subdistrict_code",
                 "district", "use", "police", "compound_class")  # fmt: skip
_KEPT: Final = ("floors", "year")

NO_SHAPE: Final = "no geometry, or one without area"


def make_buildings(
    raw: RawBuildings, census: Census | None, crs: CRS, rules: Rules
) -> tuple[gpd.GeoDataFrame, pd.DataFrame | None]:
    """Make the buildings of `Layers`, and their entrances.

    Parameters
    ----------
    raw : RawBuildings
        As settled by `settle_buildings`.
    census : Census or None
        What the households table counts.
    crs : CRS
        The working CRS.
    rules : Rules
        Rates of the estimates.

    Returns
    -------
    GeoDataFrame
        As `Layers.buildings`.
    DataFrame or None
        As `Layers.entrances`.

    Raises
    ------
    LayerError
        If counts are no counts, or no building has a geometry.
    """
    measures = raw.measures()
    overlaps = find_overlaps(raw.shapes)
    tell_dirt(raw, overlaps)
    counts = count(raw, census, measures, open_ground(raw.shapes, overlaps), rules.estimates)
    texts = {
        name: to_text(raw.frame[name]) if name in raw.frame else ""
        for name in _TEXTS
        if name in raw.frame or name in BUILDING_FIELDS
    }
    kept = measures[[name for name in _KEPT if name in measures]]
    frame = pd.concat([raw.ids.rename("building_id"), counts, pd.DataFrame(texts, index=counts.index), kept], axis=1)
    missing = is_missing(raw.shapes)
    if missing.any():
        _set_aside(frame[missing], raw.notes)
    layer = gpd.GeoDataFrame(frame[~missing], geometry=raw.shapes[~missing], crs=crs)
    if layer.empty:
        raise LayerError(
            say("{where}: need at least one building with a geometry, found none; check the layer", where=raw.where)
        )
    layer = layer.sort_values("building_id", kind="stable", ignore_index=True)
    return layer, _entrances(census, layer)


def settle_buildings(raw: RawBuildings, *, named: bool) -> None:
    """Check geometries and ids in place, so that households can be joined.

    Parameters
    ----------
    raw : RawBuildings
        As read.
    named : bool
        The households name their buildings by id and by nothing else.

    Raises
    ------
    LayerError
        If ids are missing or not unique, or geometries are neither polygons nor points.
    """
    _settle_shapes(raw)
    unite_rows(raw)
    _settle_ids(raw, named=named)


def _settle_shapes(raw: RawBuildings) -> None:
    """Check the kind of the geometries and repair what the snap broke; what has no area counts as missing."""
    check_kinds(raw.shapes, ("polygons", "points"), raw.where, raw.ids)
    shapes, _ = repair(raw.shapes, largest=True)
    flat = (shapely.get_dimensions(shapes) == 2) & (shapely.area(shapes) == 0)  # noqa: PLR2004
    shapes[flat | is_missing(shapes)] = None
    raw.shapes = shapes


def _settle_ids(raw: RawBuildings, *, named: bool) -> None:
    """Check the ids, or make them from the places of the buildings."""
    if "building_id" in raw.frame:
        _check_ids(raw)
        return
    if named:
        raise LayerError(
            say("{where}: need building_id (楼栋编号), which the households name, found none; add it", where=raw.where)
        )
    order = _canonical_order(raw.frame, raw.shapes)
    raw.frame, raw.shapes = raw.frame.iloc[order].reset_index(drop=True), raw.shapes[order]
    digits = max(6, len(str(len(order))))
    raw.ids = pd.Series([f"b{i + 1:0{digits}d}" for i in range(len(order))], dtype="str")
    raw.notes.tell(
        "ids_made", "buildings", say("{count} buildings have no id; they are numbered by their place", count=len(order))
    )


def _check_ids(raw: RawBuildings) -> None:
    where, ids = f"{raw.where}, {raw.match.fields['building_id']}", raw.ids
    empty = np.flatnonzero(ids == "")
    if len(empty):
        rows = first_three(nth_row(i) for i in empty.tolist())
        raise LayerError(
            say("{where}: need an id for every building, found none at {ids}; fill it", where=where, ids=rows)
        )
    twice = ids[ids.duplicated()].drop_duplicates()
    if len(twice):
        raise LayerError(
            say(
                "{where}: need unique ids, found {ids} more than once; renumber them",
                where=where,
                ids=first_three(twice),
            )
        )


def _canonical_order(frame: pd.DataFrame, shapes: Geometries) -> NDArray[np.intp]:
    """Order rows by place, then outline, then values: the order in the file plays no part."""
    bounds = shapely.bounds(shapes)
    outline = pd.Series(shapely.to_wkb(shapes, hex=True)).fillna("")
    values = np.full(len(frame), "", dtype=object)
    tied = outline.duplicated(keep=False).to_numpy()
    values[tied] = [repr(tuple(row)) for row in frame[tied].astype("str").to_numpy()]
    keys = pd.DataFrame({"x": bounds[:, 0], "y": bounds[:, 1], "outline": outline, "values": values})
    return keys.sort_values(["x", "y", "outline", "values"], kind="stable").index.to_numpy()


def _set_aside(frame: pd.DataFrame, notes: Notes) -> None:
    notes.put_aside("buildings", frame["building_id"], frame["households"], NO_SHAPE)
    lost, named = int(frame["households"].sum()), first_three(frame["building_id"])
    reason = say(
        "{count} buildings with {households} households have no geometry, first {ids}; they are set aside",
        count=len(frame),
        households=lost,
        ids=named,
    )
    notes.warn("geometry_missing", "buildings", reason, float(lost))


def _entrances(census: Census | None, buildings: gpd.GeoDataFrame) -> pd.DataFrame | None:
    """Keep the entrances of the buildings that take part and have any."""
    if census is None:
        return None
    frame = census.entrances
    named = frame.loc[frame["entrance"] != "", "building_id"]
    kept = set(named) & set(buildings["building_id"])
    frame = frame[[one in kept for one in frame["building_id"]]]
    return sort_entrances(frame) if len(frame) else None
