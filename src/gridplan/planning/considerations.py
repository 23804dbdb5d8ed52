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


def weigh_units(units: pd.DataFrame, rules: Rules) -> Floats | None:
    """Weigh units by population count, population structure and public resources.

    Parameters
    ----------
    units : DataFrame, n rows
        households, residents, key groups, and facility_m, as `measure_ways` gives it.
    rules : Rules
        Their group `considerations`.

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
    if wanted.facility_per_km > 0:
        load += wanted.facility_per_km * households * units["facility_m"].fillna(0.0).to_numpy() / _KM
    load = np.where(households > 0, load, 0.0)
    scaled: Floats = load * (households.sum() / load.sum()) if load.sum() > 0 else load
    return scaled


def measure_ways(units: pd.DataFrame, facilities: gpd.GeoDataFrame | None, detour: float) -> Floats:
    """Measure the way of each unit to the nearest facility of its community.

    Parameters
    ----------
    units : DataFrame, n rows
        community, x and y (metres).
    facilities : GeoDataFrame or None
        type, rooms, community; points. Only those of communities count, for the community they name, or for any
        where they name none.
    detour : float
        A way is the straight line times this.

    Returns
    -------
    float64[n]
        Metres; NaN where the community has no facility.
    """
    ways = np.full(len(units), np.nan)
    if facilities is None or not len(facilities):
        return ways
    own = facilities[facilities["type"].isin(CENTRES) | (facilities["rooms"].fillna("") != "")]
    places = shapely.get_coordinates(shapely.centroid(own.geometry.to_numpy()))
    served = own["community"].fillna("").to_numpy()
    xy, names = units[["x", "y"]].to_numpy(dtype="float64"), units["community"].to_numpy()
    for name in pd.unique(names):
        rows, there = np.flatnonzero(names == name), places[(served == name) | (served == "")]
        if len(there):
            apart = np.hypot(*(xy[rows][:, None] - there[None]).transpose(2, 0, 1))
            ways[rows] = apart.min(axis=1) * detour
    return ways
