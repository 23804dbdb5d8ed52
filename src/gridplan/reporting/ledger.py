"""What several checks of the audit look up: grid and row of each unit, where a grid is."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.config import Rules
from gridplan.language import say
from gridplan.model import Finding, PlanData

Ints = NDArray[np.int64]
Row = int | np.integer[Any]
Place = tuple[float, float] | None

AREA_SHARE = 1e-6
"""Areas may differ by this share."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ledger:
    """A plan with the lookups of the audit.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        The rules it has to keep.
    shapes : array of geometries, n_grids values
        Polygons of the grids.
    places : float64[n_grids, 2]
        A point inside each grid, in metres.
    grid_of_unit : int64[n_units]
        Row of the grid of each unit; -1 where there is none.
    unit_of_building : int64[n_buildings]
        Row of the unit of each building; -1 where there is none.
    pairs : int64[n_edges, 2]
        Rows of the units of each edge; edges that name unknown units are left out.
    barrier : array of str, n_edges values
        What lies on each of these edges.
    """

    plan: PlanData
    rules: Rules
    shapes: NDArray[Any]
    places: NDArray[np.float64]
    grid_of_unit: Ints
    unit_of_building: Ints
    pairs: Ints
    barrier: NDArray[Any]

    def place(self, grid: Row) -> Place:
        """Give a point inside a grid.

        Parameters
        ----------
        grid : int
            Row of the grid.

        Returns
        -------
        tuple of float or None
            x and y in metres; None for a grid without a polygon.
        """
        x, y = self.places[grid]
        return None if np.isnan(x) else (float(x), float(y))

    def unit_place(self, unit: Row) -> Place:
        """Give the point of a unit.

        Parameters
        ----------
        unit : int
            Row of the unit.

        Returns
        -------
        tuple of float or None
            x and y in metres.
        """
        x, y = self.plan.units["x"].iloc[int(unit)], self.plan.units["y"].iloc[int(unit)]
        return None if np.isnan(x) else (float(x), float(y))

    def about_grid(self, grid: Row, code: str, text: str, value: float, *, severity: str = "error") -> Finding:
        """Make a finding about a grid.

        Parameters
        ----------
        grid : int
            Row of the grid.
        code, severity : str
            Of the finding.
        text : str
            What the grid does, without the full stop; its name is put before it.
        value : float
            The number behind it.

        Returns
        -------
        Finding
            With a point inside the grid.
        """
        name = str(self.plan.grids["grid_code"].iloc[int(grid)])
        reason, place = say("Grid {grid} {text}.", grid=name, text=text), self.place(grid)
        return Finding(code=code, severity=severity, subject=name, reason=reason, value=float(value), place=place)


def open_ledger(plan: PlanData, rules: Rules) -> Ledger:
    """Look up what the checks share.

    Parameters
    ----------
    plan : PlanData
        Any plan.
    rules : Rules
        The rules it has to keep.

    Returns
    -------
    Ledger
        The plan with its lookups.
    """
    shapes = plan.grids.geometry.to_numpy()
    inside = shapely.point_on_surface(shapes)
    unit_ids = plan.units["unit_id"]
    ends = np.stack([rows_of(unit_ids, plan.edges[c]) for c in ("unit_a", "unit_b")], axis=1)
    known = (ends >= 0).all(axis=1)
    return Ledger(
        plan=plan,
        rules=rules,
        shapes=shapes,
        places=np.stack([shapely.get_x(inside), shapely.get_y(inside)], axis=1),
        grid_of_unit=rows_of(plan.grids["grid_code"], plan.units["grid_code"]),
        unit_of_building=rows_of(unit_ids, plan.buildings["unit_id"]),
        pairs=ends[known],
        barrier=plan.edges["barrier"].to_numpy(dtype=object)[known],
    )


def rows_of(keys: "pd.Series[Any]", wanted: "pd.Series[Any]") -> Ints:
    """Find the first row of each wanted key.

    Parameters
    ----------
    keys, wanted : Series
        Keys, and those to look up.

    Returns
    -------
    int64[n_wanted]
        Row in `keys`; -1 where it does not occur.
    """
    first = ~keys.duplicated().to_numpy(dtype=bool)
    rows = pd.Series(np.flatnonzero(first), index=keys.to_numpy(dtype=object)[first])
    return rows.reindex(wanted.to_numpy(dtype=object)).fillna(-1).to_numpy(dtype="int64")
