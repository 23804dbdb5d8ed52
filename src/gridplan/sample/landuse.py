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
PER: Final = {"villa": 60_000, "hospital": 60_000, "mall": 60_000, "village": 25_000}
"""Households for one such site; a district has at least one."""
SCHOOL_PER: Final = 7_500
ONE_LARGE_BELOW: Final = 60_000
"""A district of fewer households has one large village instead of several of common size."""
MIN_M2: Final = {"landmark": 9_000, "village": 22_000, "mall": 14_000, "hospital": 12_000, "school": 12_000, "villa": 9_000}


def assign_kinds(
    sites: pd.DataFrame, points: NDArray[np.object_], streets: Streets, households: int, rng: np.random.Generator
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
    middle = (xy.min(0) + xy.max(0)) / 2
    far = np.hypot(*(xy - middle).T) / max(np.hypot(*(xy - middle).T).max(), 1.0)
    river = _distance(points, streets.water)
    rail = _distance(points, streets.railways)
    kinds = _housing(xy, far, river, rng)
    kinds[(rng.random(len(kinds)) < 0.06) & (area > 5_000)] = "green"
    kinds[(rng.random(len(kinds)) < 0.04) & (area > 6_000)] = "office"
    kinds[(rail < 170) & (rng.random(len(kinds)) < 0.3)] = "factory"
    kinds[(area < 2_500) | (width < 34) | (river < 30)] = "green"
    wishes = {"landmark": far, "village": np.abs(far - 0.8) / 2 - area / 60_000 * (households < ONE_LARGE_BELOW), "mall": far, "hospital": np.abs(far - 0.4),
              "villa": river / 1_000}  # fmt: skip
    free = (area > 2_500) & (width >= 34) & (river >= 30)
    for name, wish in wishes.items():
        count = 1 if name == "landmark" else max(1, round(households / PER[name]))
        _place(kinds, free, area, name, wish + rng.uniform(0, 0.25, len(area)), count)
    _place(kinds, free, area, "school", rng.random(len(area)), max(1, round(households / SCHOOL_PER)))
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
    score = patches + 0.35 * far - 0.3 * (river > 300) + rng.normal(0, 0.07, len(xy))
    rank = (np.argsort(np.argsort(score, kind="stable")) + 0.5) / len(score)
    edges = np.cumsum(list(SHARES.values()))
    return np.array(list(SHARES), dtype="<U8")[np.searchsorted(edges / edges[-1], rank)]


def _place(kinds: Names, free: NDArray[np.bool_], area: Floats, name: str, wish: Floats, count: int) -> None:
    """Give the `count` best free sites of fair size the kind, and take them off the free ones."""
    big = free & (area >= MIN_M2[name])
    pool = np.flatnonzero(big if big.any() else free)
    best = pool[np.argsort(wish[pool], kind="stable")[:count]]
    kinds[best] = name
    free[best] = False
