"""Cells cut by entrance, so that grids can be divided into micro-grids of whole buildings and entrances."""

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.geometry.units import strip_boxes
from gridplan.model import Fabric, Layers

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

REACH_M: Final = 10_000.0
"""How far the outer strips reach: beyond any cell."""

NEAR_M: Final = 0.05
"""Cells nearer than this touch: a cut adds corners that the cell beside does not have."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FineUnits:
    """Buildings and entrances, with their cells and which of them touch.

    Parameters
    ----------
    units : GeoDataFrame, n rows
        unit (row of the unit of the plan), building_id and entrance ("" for a whole unit), households, residents, x, y
        (metres); geometry is the cell. The cells of a unit cover its cell.
    edges : int64[m, 2]
        Fine units of one unit that follow one another, or of two units that are neighbours and touch.
    border : float64[m]
        Metres of soft barrier on each edge.
    """

    units: gpd.GeoDataFrame
    edges: Ints
    border: Floats


def cut_cells(fabric: Fabric, layers: Layers, most: int) -> FineUnits:
    """Cut the cells of buildings with more households than a micro-grid may hold by entrance, where these are known.

    Parameters
    ----------
    fabric : Fabric
        Units and borders.
    layers : Layers
        Footprints and entrances.
    most : int
        Households of the largest micro-grid.

    Returns
    -------
    FineUnits
        Sorted by unit and entrance.
    """
    units = fabric.units
    columns = ["building_id", "entrance", "households", "residents", "x", "y"]
    fine = pd.DataFrame(units[columns]).assign(unit=np.arange(len(units)), cell=list(units.geometry))
    pieces = [fine.assign(entrance="", building_id="")]
    if layers.entrances is not None:
        for row, parts in _large(fabric, layers.entrances, most):
            pieces[0] = pieces[0].drop(index=row)
            footprint = layers.buildings.geometry[layers.buildings["building_id"] == units["building_id"].iloc[row]]
            pieces.append(_cut(units.iloc[row], row, footprint.iloc[0], parts))
    whole = pd.concat(pieces).sort_values(["unit"], kind="stable").reset_index(drop=True)
    frame = gpd.GeoDataFrame(whole.drop(columns="cell"), geometry=whole["cell"].to_list(), crs=units.crs)
    edges, border = _edges(fabric, frame)
    return FineUnits(units=frame, edges=edges, border=border)


def _large(fabric: Fabric, entrances: pd.DataFrame, most: int) -> list[tuple[int, pd.DataFrame]]:
    """Rows of units that are one whole building too large, with the entrances of it."""
    units = fabric.units
    alone = fabric.buildings.groupby("unit_id")["building_id"].transform("size") == 1
    single = units["unit_id"].isin(fabric.buildings["unit_id"][alone])
    large = (units["households"] > most) & (units["entrance"] == "") & single
    row_of = pd.Series(np.flatnonzero(large), index=units["building_id"][large])
    mine = entrances[entrances["building_id"].isin(row_of.index)]
    groups = ((int(row_of[name]), parts) for name, parts in mine.groupby("building_id", sort=True))
    sums = units["households"].to_numpy()
    return [(row, parts) for row, parts in groups if len(parts) > 1 and parts["households"].sum() == sums[row]]


def _cut(unit: Any, row: int, footprint: shapely.Geometry, parts: pd.DataFrame) -> pd.DataFrame:  # noqa: ANN401  a row
    """Cut one cell across the long axis of its building, in the order of the entrances."""
    if shapely.get_dimensions(footprint) == 0:
        footprint = shapely.box(unit["x"] - len(parts), unit["y"] - 1, unit["x"] + len(parts), unit["y"] + 1)
    boxes = strip_boxes(footprint, parts["households"].to_numpy(dtype="int64"), REACH_M)
    cells = shapely.intersection(unit["geometry"], boxes)
    inside = shapely.intersection(footprint, boxes)
    spots = shapely.centroid(np.where(shapely.is_empty(inside), cells, inside))
    frame = parts[["building_id", "entrance", "households", "residents"]]
    frame = frame.assign(unit=row, x=shapely.get_x(spots), y=shapely.get_y(spots), cell=list(cells))
    return frame[~shapely.is_empty(cells) | (frame["households"] > 0).to_numpy()]


def _edges(fabric: Fabric, fine: gpd.GeoDataFrame) -> tuple[Ints, Floats]:
    """Follow the edges of the units; where a cell is cut, from the strips that touch, else from the nearest two."""
    unit = fine["unit"].to_numpy()
    first, count = np.searchsorted(unit, np.arange(len(fabric.units))), np.bincount(unit, minlength=len(fabric.units))
    a, b = np.asarray(fabric.graph.edges, np.int64).T
    soft = np.asarray(fabric.graph.barrier_m)
    plain = (count[a] == 1) & (count[b] == 1)
    found, tolls = [np.stack([first[a[plain]], first[b[plain]]], axis=1)], [soft[plain]]
    cells = fine.geometry.to_numpy()
    for i, j, metres in zip(a[~plain].tolist(), b[~plain].tolist(), soft[~plain].tolist(), strict=True):
        one, two = np.arange(first[i], first[i] + count[i]), np.arange(first[j], first[j] + count[j])
        pairs = np.stack(np.meshgrid(one, two, indexing="ij"), axis=-1).reshape(-1, 2)
        apart = shapely.distance(cells[pairs[:, 0]], cells[pairs[:, 1]])
        near = pairs[apart <= max(NEAR_M, float(apart.min()))]
        found.append(near)
        tolls.append(np.full(len(near), metres / len(near)))
    path = np.flatnonzero(unit[:-1] == unit[1:])
    found.append(np.stack([path, path + 1], axis=1))
    tolls.append(np.zeros(len(path)))
    edges, spot = np.unique(np.sort(np.concatenate(found), axis=1), axis=0, return_inverse=True)
    return edges, np.bincount(spot.ravel(), np.concatenate(tolls), len(edges)).astype(np.float64)


def unite_cells(cells: NDArray[Any]) -> shapely.Geometry:
    """Unite cells some of which are cut, on the lattice of 1 mm they are drawn on.

    Parameters
    ----------
    cells : array of polygons
        Cells.

    Returns
    -------
    polygon
        Their union.
    """
    return shapely.union_all(cells, grid_size=0.001)
