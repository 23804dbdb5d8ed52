"""Where the grids are and whom they hold: the side of a roster that stands still."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.model import PlanData

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """The grids of a plan as arrays, in the order of their codes.

    Parameters
    ----------
    codes : object[n_grids]
        Grid codes, ascending.
    xy : float64[n_grids, 2]
        Where the households of each grid are on average, in metres; a point inside where there are none.
    households, residents : float64[n_grids]
        Counts.
    community, subdistrict : int64[n_grids]
        Rank of the community and of the subdistrict.
    names : DataFrame, n_grids rows
        community, community_code and subdistrict as texts.
    """

    codes: NDArray[np.object_]
    xy: Floats
    households: Floats
    residents: Floats
    community: Ints
    subdistrict: Ints
    names: pd.DataFrame

    def inside(self, *, community: str = "", subdistrict: str = "") -> Flags:
        """Find the grids of a community or subdistrict.

        Parameters
        ----------
        community : str
            Name or code; "" for any.
        subdistrict : str
            Name; "" for any.

        Returns
        -------
        bool[n_grids]
            True for the grids inside.
        """
        found = np.ones(len(self.codes), dtype=bool)
        if community:
            found &= ((self.names["community"] == community) | (self.names["community_code"] == community)).to_numpy()
        if subdistrict:
            found &= (self.names["subdistrict"] == subdistrict).to_numpy()
        return found

    def place(self, grid: int) -> tuple[float, float]:
        """Give the point of a grid as findings want it.

        Parameters
        ----------
        grid : int
            Row of the grid.

        Returns
        -------
        tuple of float
            x and y in metres.
        """
        return float(self.xy[grid, 0]), float(self.xy[grid, 1])


def survey(plan: PlanData) -> Ground:
    """Read off a plan what deployment has to know of the grids.

    Parameters
    ----------
    plan : PlanData
        The plan.

    Returns
    -------
    Ground
        In the order of `plan.grids`, which is that of the codes.
    """
    grids = plan.grids
    names = pd.DataFrame({c: grids[c].fillna("").astype(str) for c in ("community", "community_code", "subdistrict")})
    names = names.reset_index(drop=True)
    communities = names.groupby(["community_code", "community", "subdistrict"], sort=True).ngroup()
    return Ground(
        codes=grids["grid_code"].astype(str).to_numpy(dtype=object),
        xy=_centres(plan),
        households=grids["households"].to_numpy(dtype="float64"),
        residents=grids["residents"].to_numpy(dtype="float64"),
        community=np.asarray(communities, dtype=np.int64),
        subdistrict=np.asarray(names.groupby("subdistrict", sort=True).ngroup(), dtype=np.int64),
        names=names,
    )


def survey_communities(communities: gpd.GeoDataFrame) -> Ground:
    """Stand in for the grids before they are drawn, so that a roster can be checked first: one for each community.

    Parameters
    ----------
    communities : GeoDataFrame
        community, community_code, subdistrict; polygons.

    Returns
    -------
    Ground
        Without households.
    """
    columns = ("community", "community_code", "subdistrict")
    names = pd.DataFrame({c: communities[c].fillna("").astype(str).to_numpy() for c in columns})
    n, points = len(names), communities.representative_point()
    nothing, rank = np.zeros(n), np.arange(n, dtype=np.int64)
    return Ground(
        codes=rank.astype(str).astype(object), xy=np.column_stack([points.x, points.y]), households=nothing,
        residents=nothing, community=rank, subdistrict=rank, names=names,
    )  # fmt: skip


def _centres(plan: PlanData) -> Floats:
    """Mean place of the households of each grid; a point of its polygon where it has none."""
    points = shapely.point_on_surface(plan.grids.geometry.to_numpy())
    inner = np.stack([shapely.get_x(points), shapely.get_y(points)], axis=1)
    n = len(plan.grids)
    rows = pd.Index(plan.grids["grid_code"]).get_indexer(pd.Index(plan.units["grid_code"]))
    weight = plan.units["households"].to_numpy(dtype="float64")
    xy = plan.units[["x", "y"]].to_numpy(dtype="float64")
    total = np.bincount(rows, weight, n)
    sums = np.stack([np.bincount(rows, weight * xy[:, k], n) for k in (0, 1)], axis=1)
    centre = np.where(total[:, None] > 0, sums / np.where(total > 0, total, 1.0)[:, None], inner)
    return np.ascontiguousarray(centre)
