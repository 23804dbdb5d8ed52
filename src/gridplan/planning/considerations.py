"""The considerations of Article 19 as one number for each unit: its load."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.config import Rules
from gridplan.schema import CENTRES, KEY_GROUPS

Floats = NDArray[np.float64]

_KM = 1000.0


def weigh_units(units: pd.DataFrame, facilities: gpd.GeoDataFrame | None, rules: Rules) -> Floats | None:
    """Weigh units by population count, population structure and public resources.

    Parameters
    ----------
    units : DataFrame, n rows
        households, residents, key groups, community, x and y (metres).
    facilities : GeoDataFrame or None
        type, rooms, community; points. Only those of communities count, for the community they name, or for any
        where they name none.
    rules : Rules
        Their group `considerations`, and the detour of ways.

    Returns
    -------
    float64[n] or None
        Load in households, brought to the total of the households; None where nothing weighs.
    """
    wanted = rules.considerations
    if not wanted.terms():
        return None
    households = units["households"].to_numpy(dtype="float64")
    load = households + wanted.residents * units["residents"].to_numpy(dtype="float64")
    for group in KEY_GROUPS:
        load += getattr(wanted, group) * units[group].to_numpy(dtype="float64")
    if wanted.facility_per_km > 0 and facilities is not None and len(facilities):
        load += wanted.facility_per_km * households * _ways_km(units, facilities, rules.deployment.detour)
    load = np.where(households > 0, load, 0.0)
    scaled: Floats = load * (households.sum() / load.sum()) if load.sum() > 0 else load
    return scaled


def _ways_km(units: pd.DataFrame, facilities: gpd.GeoDataFrame, detour: float) -> Floats:
    """Measure the way of each unit to the nearest facility of its community; 0 where it has none."""
    own = facilities[facilities["type"].isin(CENTRES) | (facilities["rooms"].fillna("") != "")]
    places = shapely.get_coordinates(shapely.centroid(own.geometry.to_numpy()))
    served, ways = own["community"].fillna("").to_numpy(), np.zeros(len(units))
    xy, names = units[["x", "y"]].to_numpy(dtype="float64"), units["community"].to_numpy()
    for name in pd.unique(names):
        rows, there = np.flatnonzero(names == name), places[(served == name) | (served == "")]
        if len(there):
            apart = np.hypot(*(xy[rows][:, None] - there[None]).transpose(2, 0, 1))
            ways[rows] = apart.min(axis=1) * detour / _KM
    return ways
