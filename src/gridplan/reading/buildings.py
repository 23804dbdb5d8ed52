"""Buildings: ids, counts and geometry, as `Layers` wants them."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gridplan.config import Rules
from gridplan.errors import LayerError, first_three
from gridplan.model import BUILDING_FIELDS
from gridplan.reading.crs import Geometries
from gridplan.reading.fields import Match, to_counts, to_text
from gridplan.reading.households import Census, estimate, read_measure, sort_entrances, tell_residential
from gridplan.reading.notes import Notes
from gridplan.reading.shapes import check_kinds, is_missing, repair, simplify_points
from gridplan.schema import KEY_GROUPS

_TEXTS: Final = ("name", "compound", "compound_code", "community", "community_code", "subdistrict", "subdistrict_code",
                 "district", "use", "police")  # fmt: skip
_MEASURES: Final = ("suites", "entrances", "flats_per_landing", "floors", "living_area_m2", "floor_area_m2")
_KEPT: Final = ("floors", "year")


@dataclass(frozen=True, slots=True)
class RawBuildings:
    """Buildings as read: raw values under canonical names, geometries in the working CRS.

    Parameters
    ----------
    where : str
        Layer, as messages name it.
    frame : DataFrame, n rows
        Raw values.
    shapes : object[n]
        Geometries or None.
    match : Match
        Names of the fields in the file.
    """

    where: str
    frame: pd.DataFrame
    shapes: Geometries
    match: Match


def make_buildings(
    raw: RawBuildings, census: Census | None, crs: CRS, rules: Rules, notes: Notes
) -> tuple[gpd.GeoDataFrame, pd.DataFrame | None]:
    """Make the buildings of `Layers`, and their entrances.

    Parameters
    ----------
    raw : RawBuildings
        As read.
    census : Census or None
        What the households table counts.
    crs : CRS
        The working CRS.
    rules : Rules
        Rates of the estimates.
    notes : Notes
        Takes what is assumed, repaired and set aside.

    Returns
    -------
    GeoDataFrame
        As `Layers.buildings`.
    DataFrame or None
        As `Layers.entrances`.

    Raises
    ------
    LayerError
        If ids are missing or not unique, counts are no counts, or geometries are neither polygons nor points.
    """
    shapes, ids = _settle_shapes(raw, notes)
    raw, shapes, ids = _name(raw, shapes, ids, census, notes)
    frame = pd.DataFrame({"building_id": ids})
    _count(frame, raw, census, area_m2=shapely.area(shapes), rules=rules, notes=notes)
    for name in _TEXTS:
        if name in raw.frame or name in BUILDING_FIELDS:
            frame[name] = to_text(raw.frame[name]) if name in raw.frame else ""
    for name in _KEPT:
        if name in raw.frame:
            frame[name] = _measure(raw, name, ids, notes)
    missing = is_missing(shapes)
    if missing.any():
        _set_aside(frame[missing], notes)
    layer = gpd.GeoDataFrame(frame[~missing], geometry=shapes[~missing], crs=crs)
    layer = layer.sort_values("building_id", kind="stable", ignore_index=True)
    if layer.empty:
        msg = f"{raw.where}: need at least one building with a geometry, found none; check the layer"
        raise LayerError(msg)
    return layer, _entrances(census, layer)


def _rows(raw: RawBuildings) -> pd.Series:
    return pd.Series([f"row {i + 1}" for i in range(len(raw.frame))], dtype="str")


def _settle_shapes(raw: RawBuildings, notes: Notes) -> tuple[Geometries, pd.Series]:
    """Check the kind of the geometries and repair polygons; what is left without area counts as missing."""
    ids = to_text(raw.frame["building_id"]) if "building_id" in raw.frame else _rows(raw)
    check_kinds(raw.shapes, ("polygons", "points"), raw.where, ids)
    shapes, broken = repair(simplify_points(raw.shapes), largest=True)
    flat = (shapely.get_dimensions(shapes) == 2) & (shapely.area(shapes) == 0)  # noqa: PLR2004
    shapes[flat | is_missing(shapes)] = None
    if broken.any():
        reason = f"{broken.sum()} invalid footprints are repaired"
        reason += f", first {first_three(ids[broken])}" if "building_id" in raw.frame else ""
        notes.tell("geometry_repaired", "buildings", reason, float(broken.sum()))
    return shapes, ids


def _name(
    raw: RawBuildings, shapes: Geometries, ids: pd.Series, census: Census | None, notes: Notes
) -> tuple[RawBuildings, Geometries, pd.Series]:
    """Check the ids, or make them from the places of the buildings."""
    if "building_id" in raw.frame:
        _check_ids(raw, ids)
        return raw, shapes, ids
    if census is not None:
        msg = f"{raw.where}: need building_id (楼栋编号), which the households name, found none; add it"
        raise LayerError(msg)
    order = _canonical_order(raw.frame, shapes)
    frame = raw.frame.iloc[order].reset_index(drop=True)
    digits = max(6, len(str(len(frame))))
    made = pd.Series([f"b{i + 1:0{digits}d}" for i in range(len(frame))], dtype="str")
    notes.tell("ids_made", "buildings", f"{len(made)} buildings have no id; they are numbered by their place")
    return RawBuildings(raw.where, frame, shapes[order], raw.match), shapes[order], made


def _check_ids(raw: RawBuildings, ids: pd.Series) -> None:
    where = f"{raw.where}, {raw.match.fields['building_id']}"
    if (ids == "").any():
        rows = first_three(_rows(raw)[(ids == "").to_numpy()])
        msg = f"{where}: need an id for every building, found none at {rows}; fill it"
        raise LayerError(msg)
    twice = ids[ids.duplicated()].drop_duplicates()
    if len(twice):
        msg = f"{where}: need unique ids, found {first_three(twice)} more than once; renumber them"
        raise LayerError(msg)


def _canonical_order(frame: pd.DataFrame, shapes: Geometries) -> NDArray[np.intp]:
    """Order rows by place, then outline, then values: the order in the file plays no part."""
    bounds = shapely.bounds(shapes)
    outline = pd.Series(shapely.to_wkb(shapes, hex=True)).fillna("")
    values = np.full(len(frame), "", dtype=object)
    tied = outline.duplicated(keep=False).to_numpy()
    values[tied] = [repr(tuple(row)) for row in frame[tied].astype("str").to_numpy()]
    keys = pd.DataFrame({"x": bounds[:, 0], "y": bounds[:, 1], "outline": outline, "values": values})
    return keys.sort_values(["x", "y", "outline", "values"], kind="stable").index.to_numpy()


def _count(
    frame: pd.DataFrame, raw: RawBuildings, census: Census | None, *, area_m2: NDArray[np.float64], rules: Rules,
    notes: Notes,
) -> None:  # fmt: skip
    """Set households, residents, source and key groups."""
    ids = frame["building_id"]
    column = _column_counts(raw, "households", ids)
    if census is not None:
        totals = census.by_building().reindex(ids).reset_index(drop=True)
        households = totals["households"].fillna(0)
        _compare(households, column, ids, notes)
        _lose_none(census, ids, notes)
    else:
        totals, households = pd.DataFrame(index=frame.index), column
    counted = households.notna().to_numpy()
    source = np.where(counted & (households > 0).to_numpy(), "counted", "").astype(object)
    numbers = households.fillna(0).to_numpy("int64", copy=True)
    if not counted.all():
        guess, how = estimate(_evidence(raw, ids, notes), area_m2, rules.estimates)
        numbers[~counted], source[~counted] = guess[~counted], how[~counted]
    frame["households"], frame["source"] = numbers, pd.Series(source, dtype="str")
    _tell_estimates(frame, counted, notes)
    _add_residents(frame, raw, census, totals, rules=rules, notes=notes)
    for group in KEY_GROUPS:
        taken = totals[group] if census is not None and group in census.has else _column_counts(raw, group, ids)
        frame[group] = taken.fillna(0).astype("int64")


def _column_counts(raw: RawBuildings, name: str, ids: pd.Series, *, whole: bool = True) -> pd.Series:
    if name not in raw.frame:
        return pd.Series(np.nan, index=raw.frame.index)
    return to_counts(raw.frame[name], f"{raw.where}, {raw.match.fields[name]}", ids, whole=whole)


def _compare(table: pd.Series, column: pd.Series, ids: pd.Series, notes: Notes) -> None:
    differ = column.notna() & (column != table)
    if differ.any():
        reason = (
            f"the households table counts {table.sum():.0f} households, the buildings' column {column.sum():.0f}; "
            f"they differ at {differ.sum()} buildings, first {first_three(ids[differ])}; the table is taken"
        )
        notes.warn("households_differ", "buildings", reason, float(table.sum() - column.sum()))


def _lose_none(census: Census, ids: pd.Series, notes: Notes) -> None:
    """Set households of unknown buildings aside."""
    totals = census.by_building()
    unknown = totals[~totals.index.isin(ids)]
    for nameless, reason in ((False, "no building has this id"), (True, "no building is named")):
        rows = unknown[(unknown.index == "") == nameless]
        if len(rows):
            notes.put_aside("households", rows.index, rows["households"], reason)
    if len(unknown):
        named = first_three(i or "(no id)" for i in unknown.index)
        lost = int(unknown["households"].sum())
        reason = f"{lost} households name {len(unknown)} buildings that do not exist, first {named}; they are set aside"
        notes.warn("households_without_building", "households", reason, float(lost))


def _measure(raw: RawBuildings, name: str, ids: pd.Series, notes: Notes) -> pd.Series:
    """Read a number that only serves estimates."""

    def warn(unreadable: pd.Series) -> None:
        reason = f"{raw.match.fields[name]} is no number at {first_three(ids[unreadable])}; it counts as unknown"
        notes.warn("number_unreadable", "buildings", reason, float(unreadable.sum()))

    return read_measure(raw.frame[name], warn)


def _evidence(raw: RawBuildings, ids: pd.Series, notes: Notes) -> pd.DataFrame:
    """Collect what households can be estimated from."""
    evidence = {name: _measure(raw, name, ids, notes) for name in _MEASURES if name in raw.frame}
    evidence["residents"] = _residents(raw, ids)
    residential = tell_residential(raw.frame)
    empty = residential.fillna(value=False) & (evidence["residents"] == 0)
    if empty.any():
        reason = f"{empty.sum()} residential buildings have 0 residents and count as empty"
        notes.tell("residential_but_empty", "buildings", reason, float(empty.sum()))
    return pd.DataFrame({**evidence, "residential": residential})


def _residents(raw: RawBuildings, ids: pd.Series) -> pd.Series:
    """Read the column of residents; one that is 0 everywhere was never filled in."""
    residents = _column_counts(raw, "residents", ids, whole=False)
    return residents if (residents > 0).any() else residents.mask(residents == 0)


def _tell_estimates(frame: pd.DataFrame, counted: NDArray[np.bool_], notes: Notes) -> None:
    total, estimated = int(frame["households"].sum()), int(frame.loc[~counted, "households"].sum())
    if counted.all():
        return
    ways = frame[~counted & (frame["households"] > 0)].groupby("source")["households"].sum()
    how = ", ".join(f"{count} by {name}" for name, count in ways.items()) or "none"
    share = estimated / total if total else 0.0
    reason = f"{estimated} of {total} households ({share:.0%}) are estimated: {how}"
    notes.warn("households_estimated", "buildings", reason, share)


def _add_residents(
    frame: pd.DataFrame, raw: RawBuildings, census: Census | None, totals: pd.DataFrame, *, rules: Rules, notes: Notes
) -> None:
    """Take residents from the households table, else from the column, else from the households."""
    if census is not None and "residents" in census.has:
        residents = totals["residents"].fillna(0)
    else:
        residents = _residents(raw, frame["building_id"])
    silent = residents.isna() & (frame["households"] > 0)
    by_rate = (frame["households"] * rules.estimates.persons_per_household).round()
    frame["residents"] = residents.fillna(by_rate).astype("int64")
    if silent.any():
        rate = rules.estimates.persons_per_household
        reason = f"residents of {silent.sum()} buildings are taken as {rate} per household"
        notes.tell("residents_estimated", "buildings", reason, float(silent.mean()))


def _set_aside(frame: pd.DataFrame, notes: Notes) -> None:
    notes.put_aside("buildings", frame["building_id"], frame["households"], "no geometry, or one without area")
    lost = int(frame["households"].sum())
    reason = f"{len(frame)} buildings with {lost} households have no geometry"
    notes.warn(
        "geometry_missing", "buildings", f"{reason}; set aside: {first_three(frame['building_id'])}", float(lost)
    )


def _entrances(census: Census | None, buildings: gpd.GeoDataFrame) -> pd.DataFrame | None:
    """Keep the entrances of the buildings that take part and have any."""
    if census is None:
        return None
    frame = census.entrances
    named = frame.loc[frame["entrance"] != "", "building_id"]
    frame = frame[frame["building_id"].isin(named) & frame["building_id"].isin(buildings["building_id"])]
    return sort_entrances(frame) if len(frame) else None
