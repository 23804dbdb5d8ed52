"""Who lives in the buildings, and who works for them: households, rosters, facilities."""

from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SIZE: Final = (0.30, 0.36, 0.23, 0.08, 0.03)
"""Shares of households of 1 to 5 persons: 2.18 on average."""
FLOATING: Final = {"village": 0.45, "tower": 0.14, "mid": 0.12, "villa": 0.05}
"""Share of households that are floating population; 0.10 elsewhere."""
ELDERLY: Final = {
    "works": 0.035,
    "slab": 0.028,
    "loose": 0.03,
    "tower": 0.008,
    "mid": 0.012,
    "village": 0.02,
    "villa": 0.01,
}
"""Disabled elderly per household."""
MENTAL: Final = 0.006
CHILD: Final = np.array([0.0, 0.03, 0.78, 0.78, 0.78])
SECOND_CHILD: Final = np.array([0.0, 0.0, 0.0, 0.4, 0.4])
"""Share of households with a minor, and with two, by size."""
ROOM_MISSING: Final = 0.16
"""Share of the rooms that a service facility lacks."""
LISTED_SHOPS: Final = 0.6
"""Share of the rows of shops that hold a facility."""

ROOMS: Final = ("服务大厅", "警务室", "居委会办公室", "居民活动室", "党群活动中心", "阅览室")
"""Rooms a community's service facility should have."""
FORCES: Final = (
    ("公安", 2_700, 10), ("信访", 3_600, 12), ("应急", 4_500, 15), ("民政", 3_600, 12), ("城市管理行政执法", 3_000, 10),
    ("房产", 4_000, 12), ("卫生健康", 950, 4), ("公用服务企业", 2_500, 10),
)  # fmt: skip
"""The eight forces: name, households per person, and how many grids one serves."""
ORGAN_PER: Final = 260
"""Households per member of the staff of organs."""


def settle(buildings: pd.DataFrame, households: int, rng: np.random.Generator) -> pd.DataFrame:
    """Fill the dwellings with exactly so many households; the rest stands empty.

    Parameters
    ----------
    buildings : DataFrame, n_buildings rows
        building_id, kind, entrances, flats, floors, dwellings, landmark.
    households : int
        Households wanted, at most the number of dwellings.
    rng : Generator
        Source of all chance.

    Returns
    -------
    DataFrame, households rows
        row (of `buildings`), entrance, room, residents and the key groups; houses have entrance 0.
    """
    dwellings = buildings["dwellings"].to_numpy()
    row = np.repeat(np.arange(len(dwellings)), dwellings)
    within = np.arange(len(row)) - np.repeat(np.cumsum(dwellings) - dwellings, dwellings)
    occupied = _occupied(buildings["landmark"].to_numpy()[row], households, rng)
    row, within = row[occupied], within[occupied]
    flats, floors = buildings["flats"].to_numpy()[row], buildings["floors"].to_numpy()[row]
    kind = buildings["kind"].to_numpy()
    house = np.isin(kind, ("village", "villa"))[row]
    per_entrance = flats * floors
    entrance = np.where(house, 0, within // per_entrance + 1)
    inner = within % per_entrance
    room = np.where(house, within + 1, (inner // flats + 1) * 100 + inner % flats + 1)
    return pd.DataFrame({"row": row, "entrance": entrance, "room": room, **_persons(kind, row, rng)})


def _occupied(full: NDArray[np.bool_], households: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Leave dwellings empty at random, but none of the landmark."""
    occupied = np.ones(len(full), dtype=bool)
    occupied[rng.permutation(np.flatnonzero(~full))[: len(full) - households]] = False
    return occupied


def _persons(kind: NDArray[np.object_], row: Ints, rng: np.random.Generator) -> dict[str, Ints]:
    """Residents and key groups of each household."""
    residents = np.searchsorted(np.cumsum(SIZE)[:-1], rng.random(len(row)), side="right") + 1
    floating = np.array([FLOATING.get(k, 0.10) for k in kind])[row]
    elderly = np.array([ELDERLY.get(k, 0.02) for k in kind])[row]
    child, old, moved, ill = rng.random((4, len(row)))
    minors = (child < CHILD[residents - 1]).astype(np.int64) + (child < SECOND_CHILD[residents - 1])
    return {
        "residents": residents,
        "elderly_disabled": (old < elderly).astype(np.int64),
        "minors": minors,
        "floating": np.where(moved < floating, residents, 0),
        "mental": (ill < MENTAL).astype(np.int64),
    }


def make_roster(
    households: int, homes: Floats, offices: Floats, communities: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw up the roster of the eight forces, the staff of organs and the committees' own.

    Parameters
    ----------
    households : int
        Households of the district.
    homes, offices : float64[n, 2]
        Places to draw homes and offices from, metres.
    communities : DataFrame
        community, households, x, y (metres: the committee).
    rng : Generator
        Source of all chance.

    Returns
    -------
    DataFrame
        force, staff, community, home_x, home_y, work_x, work_y, capacity.
    """
    blocks = [(name, "部门", max(2, round(households / per)), grids) for name, per, grids in FORCES]
    blocks.append(("机关下沉", "机关", max(3, round(households / ORGAN_PER)), 1))
    force = np.repeat([b[0] for b in blocks], [b[2] for b in blocks])
    n = len(force)
    home = homes[rng.integers(len(homes), size=n)]
    work = offices[rng.integers(len(offices), size=n)]
    roster = pd.DataFrame({
        "force": force, "staff": np.repeat([b[1] for b in blocks], [b[2] for b in blocks]), "community": "",
        "home_x": home[:, 0], "home_y": home[:, 1], "work_x": work[:, 0], "work_y": work[:, 1],
        "capacity": np.repeat([b[3] for b in blocks], [b[2] for b in blocks]),
    })  # fmt: skip
    return pd.concat([roster, _committee_staff(communities, homes, rng)], ignore_index=True)


def _committee_staff(communities: pd.DataFrame, homes: Floats, rng: np.random.Generator) -> pd.DataFrame:
    """Two workers of each residents' committee who answer for civil affairs and petitions."""
    twice = communities.loc[communities.index.repeat(2)].reset_index(drop=True)
    home = homes[rng.integers(len(homes), size=len(twice))]
    return pd.DataFrame({
        "force": np.tile(["民政", "信访"], len(communities)), "staff": "社区", "community": twice["community"],
        "home_x": home[:, 0], "home_y": home[:, 1], "work_x": twice["x"], "work_y": twice["y"], "capacity": 5,
    })  # fmt: skip


def make_facilities(buildings: pd.DataFrame, communities: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """List the facilities: a service station in each community, and what stands in the public buildings.

    Parameters
    ----------
    buildings : DataFrame
        kind, use, floors, site, community (name), geometry (metres).
    communities : DataFrame
        community, households, x, y (metres).
    rng : Generator
        Source of all chance.

    Returns
    -------
    DataFrame
        type, name, rooms, area_m2, open, community, geometry (points).
    """
    n = len(communities)
    area = (communities["households"].to_numpy() * rng.uniform(0.12, 0.45, n)).round(-1)
    missing = rng.random((n, len(ROOMS))) < ROOM_MISSING
    rooms = [";".join(r for r, gone in zip(ROOMS, row, strict=True) if not gone) for row in missing]
    stations = pd.DataFrame({
        "type": "社区服务中心", "name": [f"{c}党群服务中心" for c in communities["community"]], "rooms": rooms,
        "area_m2": area, "open": "是", "community": communities["community"],
        "geometry": shapely.points(communities[["x", "y"]].to_numpy()),
    })  # fmt: skip
    return pd.concat([stations, _public(buildings, rng)], ignore_index=True)


def _public(buildings: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One facility for each site of a school, hospital or mall, and for a share of the shops."""
    first = buildings[buildings["use"].isin(["教育", "医疗", "商业"])].drop_duplicates(["site", "use"])
    shops = (first["kind"] == "shops").to_numpy()
    first = first[~shops | (rng.random(len(first)) < LISTED_SHOPS)]
    drawn = rng.random(len(first))
    names = {
        "教育": np.array(["幼儿园", "小学", "中学"])[(drawn * 3).astype(int)],
        "医疗": np.full(len(first), "医院"),
        "商业": np.array(["菜市场", "社区卫生服务站", "日间照料中心", "文化活动站", "健身站"])[(drawn * 5).astype(int)],
    }
    kind = np.select([first["use"] == u for u in names], list(names.values()), "")
    kind = np.where(first["kind"] == "mall", "商场", kind)
    shapes = first["geometry"].to_numpy()
    return pd.DataFrame({
        "type": kind, "name": [f"{c.removesuffix('社区')}{k}" for c, k in zip(first["community"], kind, strict=True)],
        "rooms": "", "area_m2": (shapely.area(shapes) * first["floors"].to_numpy()).round(-1), "open": "是",
        "community": first["community"].to_numpy(), "geometry": shapely.centroid(shapes),
    })  # fmt: skip
