"""Which kind of site stands where: old quarters, new towers, villages at the fringe, schools, a mall."""

from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.sample.streets import Streets

Floats = NDArray[np.float64]
Names = NDArray[np.str_]

SHARES: Final = {"works": 0.06, "slab": 0.25, "loose": 0.02, "mid": 0.39, "tower": 0.28}
"""Shares of the housing land, from the oldest to the newest quarters."""
PER: Final = {"village": 25_000, "mall": 60_000, "hospital": 60_000, "villa": 60_000, "school": 7_500}
"""Households for one such site; a district has at least one of each."""
ONE_LARGE_BELOW: Final = 60_000
"""A district of fewer households has one large village instead of several of common size."""
LEAST_M2: Final = {
    "landmark": 9_000, "village": 22_000, "mall": 14_000, "hospital": 12_000, "villa": 9_000, "school": 12_000,
}  # fmt: skip
"""Area of such a site, if there is one so large."""
LANDMARK_WIDTH_M: Final = 78.0
SCATTERED: Final = {"green": (0.06, 5_000.0), "office": (0.04, 6_000.0)}
"""Parks and offices anywhere: share of the sites, and least area in square metres."""
FACTORY_RAIL_M: Final = 170.0
FACTORIES: Final = 0.3
"""Share of the sites so near to the railway that are factories."""
GREEN_M2: Final = 2_500.0
GREEN_WIDTH_M: Final = 34.0
GREEN_BANK_M: Final = 30.0
"""Smaller and narrower sites, and those nearer to the water, stay green."""
BANK_M: Final = 300.0
"""New towers look for the river within this."""


def assign_kinds(
    sites: pd.DataFrame, points: NDArray[np.object_], streets: Streets, *, households: int, rng: np.random.Generator
) -> Names:
    """Give every site its kind.

    Parameters
    ----------
    sites : DataFrame, n_sites rows
        block, geometry (in the frame of its block, metres).
    points : array of Point, n_sites
        A point of each site on the ground, metres.
    streets : Streets
        For the river and the railway.
    households : int
        Households of the district; sets the number of schools, villages and the like.
    rng : Generator
        Source of all chance.

    Returns
    -------
    str[n_sites]
        Names of `KINDS`, "landmark" or "green".
    """
    shapes = sites["geometry"].to_numpy()
    area = shapely.area(shapes)
    width = 4 * area / shapely.length(shapes)
    xy = shapely.get_coordinates(points)
    far = np.hypot(*(xy - (xy.min(0) + xy.max(0)) / 2).T)
    far /= max(far.max(), 1.0)
    river, rail = _distance(points, streets.water), _distance(points, streets.railways)
    kinds = _housing(xy, far, river, rng)
    for name, (share, least) in SCATTERED.items():
        kinds[(rng.random(len(kinds)) < share) & (area > least)] = name
    kinds[(rail < FACTORY_RAIL_M) & (rng.random(len(kinds)) < FACTORIES)] = "factory"
    free = (area > GREEN_M2) & (width > GREEN_WIDTH_M) & (river > GREEN_BANK_M)
    kinds[~free] = "green"
    large = area / ONE_LARGE_BELOW * (households < ONE_LARGE_BELOW)
    wishes = {
        "landmark": far + (width < LANDMARK_WIDTH_M), "village": np.abs(far - 0.8) / 2 - large, "mall": far,
        "hospital": np.abs(far - 0.4), "villa": river / 1_000, "school": np.zeros(len(far)),
    }  # fmt: skip
    for name, wish in wishes.items():
        count = 1 if name == "landmark" else max(1, round(households / PER[name]))
        pool = np.flatnonzero(free & (area >= LEAST_M2[name]))
        pool = pool if pool.size else np.flatnonzero(free)
        drawn = wish + rng.uniform(0, 0.25, len(wish))
        best = pool[np.argsort(drawn[pool], kind="stable")[:count]]
        kinds[best], free[best] = name, False
    return kinds


def _distance(points: NDArray[np.object_], others: NDArray[np.object_]) -> Floats:
    """Metres to the nearest of the others."""
    whole = shapely.union_all(others)
    return np.full(len(points), 1e9) if whole.is_empty else shapely.distance(points, whole)


def _housing(xy: Floats, far: Floats, river: Floats, rng: np.random.Generator) -> Names:
    """Housing by age: old in the centre, new at the fringe and the river, in patches."""
    length = rng.uniform(1_100, 3_600, 6)
    heading = rng.uniform(0, 2 * np.pi, 6)
    waves = 2 * np.pi / length * np.stack([np.cos(heading), np.sin(heading)])
    patches = np.sin(xy @ waves + rng.uniform(0, 6.3, 6)).mean(1)
    score = patches + 0.35 * far - 0.3 * (river > BANK_M) + rng.normal(0, 0.07, len(xy))
    rank = (np.argsort(np.argsort(score, kind="stable")) + 0.5) / len(score)
    edges = np.cumsum(list(SHARES.values()))
    return np.array(list(SHARES), dtype="<U8")[np.searchsorted(edges / edges[-1], rank)]
