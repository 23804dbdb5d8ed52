"""Grids that somebody drew, as polygons or as lists of buildings -> the grid of each unit, and what is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.errors import first_three
from gridplan.language import say
from gridplan.model import Fabric, Finding

Ints = NDArray[np.int64]

SLIVER_M2: Final = 1.0
"""Ground that is shared, or in no grid, counts from this area on: lines drawn twice by hand never meet exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Drawn grids on the units of a fabric.

    Parameters
    ----------
    codes : object[k]
        Code of each grid that holds a unit, sorted.
    labels : int64[n_units]
        Place in `codes`, -1 for units with households in no grid, or that nothing around them claims.
    findings : tuple of Finding
        Overlaps, gaps, units in no grid or in several, grids without units: located where they have a place.
    """

    codes: NDArray[np.object_]
    labels: Ints
    findings: tuple[Finding, ...]


def take_polygons(fabric: Fabric, grids: gpd.GeoDataFrame) -> Drawn:
    """Give every unit the grid it stands in.

    Parameters
    ----------
    fabric : Fabric
        The units.
    grids : GeoDataFrame
        grid_code and polygons, in the CRS of the fabric; rows of one code are one grid, a row without a code is one
        of its own.

    Returns
    -------
    Drawn
        A unit is where its households are; in an overlap it counts in the grid whose code comes first.
    """
    names = grids["grid_code"].astype(str).to_numpy(dtype=object)
    names = np.where(names == "", [f"#{row + 1}" for row in range(len(names))], names)
    codes, which = np.unique(names.astype(str), return_inverse=True)
    shapes = np.array([shapely.union_all(grids.geometry.to_numpy()[which == k]) for k in range(len(codes))], object)
    spots = shapely.points(fabric.units[["x", "y"]].to_numpy(dtype="float64"))
    unit, grid = shapely.STRtree(shapes).query(spots, predicate="intersects")
    labels = np.full(len(fabric.units), len(codes), np.int64)
    np.minimum.at(labels, unit, grid)
    labels = np.where(labels == len(codes), -1, labels)
    overlaps = _overlaps(fabric, codes, shapes, np.stack([unit, grid], axis=1))
    return _finish(fabric, codes, labels, (*overlaps, *_gaps(fabric, shapes)))


def take_list(fabric: Fabric, table: pd.DataFrame) -> Drawn:
    """Give every unit the grid that a list of buildings names.

    Parameters
    ----------
    fabric : Fabric
        The units.
    table : DataFrame
        grid_code, building_id and entrance as text; without an entrance all of the building.

    Returns
    -------
    Drawn
        A unit listed in several grids counts in the one whose code comes first.
    """
    listed = table[table["grid_code"] != ""]
    known = fabric.buildings[["building_id", "entrance", "unit_id"]].astype(str)
    exact = listed.merge(known, on=["building_id", "entrance"])
    loose = listed[listed["entrance"] == ""].drop(columns="entrance").merge(known, on="building_id")
    pairs = pd.concat([exact, loose], ignore_index=True)[["unit_id", "grid_code"]].drop_duplicates()
    pairs = pairs.sort_values(["unit_id", "grid_code"], ignore_index=True)
    codes = np.unique(pairs["grid_code"].to_numpy(dtype=str))
    once = pairs.drop_duplicates("unit_id").set_index("unit_id")["grid_code"]
    found = once.reindex(fabric.units["unit_id"].astype(str)).fillna("").to_numpy(dtype=str)
    labels = np.where(found == "", -1, np.searchsorted(codes, found)).astype(np.int64)
    return _finish(fabric, codes, labels, tuple(_list_faults(listed, known, pairs)))


def _list_faults(listed: pd.DataFrame, known: pd.DataFrame, pairs: pd.DataFrame) -> Iterator[Finding]:
    strange = listed[~listed["building_id"].isin(known["building_id"])]["building_id"].drop_duplicates()
    if len(strange):
        reason = say("{count} buildings of the list are not in the district: {ids}.", count=len(strange),
                     ids=first_three(strange))  # fmt: skip
        yield Finding(
            code="list_unknown", severity="warning", subject="grids", reason=reason, value=float(len(strange))
        )
    twice = pairs.loc[pairs["unit_id"].duplicated(), "unit_id"].drop_duplicates()
    if len(twice):
        reason = say("{count} units are listed in several grids: {ids}; each counts in the first.", count=len(twice),
                     ids=first_three(twice))  # fmt: skip
        yield Finding(code="list_overlap", severity="error", subject="grids", reason=reason, value=float(len(twice)))


def _overlaps(fabric: Fabric, codes: NDArray[np.str_], shapes: NDArray[np.object_], inside: Ints) -> Iterator[Finding]:
    """Ground that two grids claim, and the households on it."""
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    meet = ~shapely.touches(shapes[a], shapes[b])
    a, b = a[meet], b[meet]
    shared = shapely.intersection(shapes[a], shapes[b])
    area, spot = shapely.area(shared), shapely.point_on_surface(shared)
    frame = pd.DataFrame(inside, columns=["unit", "grid"])
    both = frame.merge(frame, on="unit").query("grid_x < grid_y")
    both = both.assign(households=fabric.units["households"].to_numpy()[both["unit"]])
    lived = both.groupby(["grid_x", "grid_y"])["households"].sum().to_dict()
    for pair in np.flatnonzero(area > SLIVER_M2):
        first, other = codes[a[pair]], codes[b[pair]]
        reason = say(
            "Grids {first} and {other} share {area:.0f} m2 with {households} households, which count in {first}.",
            first=str(first), other=str(other), area=area[pair], households=int(lived.get((a[pair], b[pair]), 0)),
        )  # fmt: skip
        yield Finding(code="drawn_overlap", severity="error", subject=str(first), reason=reason,
                      value=float(area[pair]), place=(spot[pair].x, spot[pair].y))  # fmt: skip


def _gaps(fabric: Fabric, shapes: NDArray[np.object_]) -> Iterator[Finding]:
    """Ground of each community in no grid, located in its largest piece."""
    areas, names = fabric.communities.geometry.to_numpy(), fabric.communities["community"]
    row, grid = shapely.STRtree(shapes).query(areas, predicate="intersects")
    for community, area in enumerate(areas):
        bare = shapely.difference(area, shapely.union_all(shapes[grid[row == community]]))
        pieces = shapely.get_parts(bare)
        if shapely.area(bare) <= SLIVER_M2:
            continue
        spot = shapely.point_on_surface(pieces[int(np.argmax(shapely.area(pieces)))])
        reason = say("{area:.0f} m2 of community {name} lie in no grid, in {count} pieces.", area=shapely.area(bare),
                     name=names.iloc[community], count=len(pieces))  # fmt: skip
        yield Finding(code="drawn_gap", severity="warning", subject=str(names.iloc[community]), reason=reason,
                      value=float(shapely.area(bare)), place=(spot.x, spot.y))  # fmt: skip


def _finish(fabric: Fabric, codes: NDArray[np.str_], labels: Ints, found: tuple[Finding, ...]) -> Drawn:
    """Let ground without households join the grid around it, name what is left, and number the grids that are."""
    labels = _join_ground(fabric, labels)
    used, dense = np.unique(labels[labels >= 0], return_inverse=True)
    empty = [str(code) for code in np.delete(codes, used)]
    findings = list(found)
    for code in empty:
        reason = say("Grid {code} holds no building of the district.", code=code)
        findings.append(Finding(code="drawn_empty", severity="warning", subject=code, reason=reason))
    units = fabric.units
    for row in np.flatnonzero((labels < 0) & (units["households"].to_numpy() > 0)):
        name, households = str(units["unit_id"].iloc[row]), int(units["households"].iloc[row])
        reason = say("Unit {unit} with {households} households lies in no grid.", unit=name, households=households)
        findings.append(Finding(code="drawn_missing", severity="error", subject=name, reason=reason,
                                value=float(households),
                                place=(float(units["x"].iloc[row]), float(units["y"].iloc[row]))))  # fmt: skip
    labels = labels.copy()
    labels[labels >= 0] = dense
    return Drawn(codes=codes[used].astype(object), labels=labels, findings=tuple(findings))


def _join_ground(fabric: Fabric, labels: Ints) -> Ints:
    """Spread grids over neighbours without households, one step after the other, the first code first."""
    labels = labels.copy()
    ends = np.concatenate([fabric.graph.edges, fabric.graph.edges[:, ::-1]])
    bare = fabric.units["households"].to_numpy() == 0
    while True:
        joins = ends[(labels[ends[:, 0]] >= 0) & (labels[ends[:, 1]] < 0) & bare[ends[:, 1]]]
        if not len(joins):
            return labels
        best = np.full(len(labels), np.iinfo(np.int64).max)
        np.minimum.at(best, joins[:, 1], labels[joins[:, 0]])
        labels = np.where(best < np.iinfo(np.int64).max, best, labels)
