"""Classes of compounds: which sizes the grids of each unit follow.

Units of different sizes share no grid. So a community of mixed classes is divided into stretches: connected units of
one class. A stretch with fewer households than one grid of its class needs joins the stretch it has the longest border
with, and takes its class.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.config import Rules
from gridplan.model import Fabric, Layers
from gridplan.partition.fixed.locks import connected

Texts = NDArray[np.object_]
Ints = NDArray[np.int64]


def class_buildings(layers: Layers, rules: Rules) -> Texts:
    """Tell the class of the compound of each building.

    Parameters
    ----------
    layers : Layers
        Compounds as polygons or as a column of the buildings, with their class or the years of their buildings.
    rules : Rules
        Their table ``[classes]``.

    Returns
    -------
    object[n_buildings]
        Key of the class; "" where no class applies. All buildings of a compound have the class of most of its
        households.
    """
    houses = layers.buildings
    if not rules.classes.apply:
        return np.full(len(houses), "", object)
    compound, said = _compounds(houses, layers.compounds)
    named = {name: kind.kind for kind in rules.classes.kinds for name in kind.names}
    own = np.array([named.get(text, "") for text in said], object)
    code = _texts(houses, "compound_code")
    for kind in rules.classes.kinds:
        own[np.isin(compound.astype(str), kind.compounds) | np.isin(code.astype(str), kind.compounds)] = kind.kind
    table = pd.DataFrame(
        {"compound": compound, "community": _texts(houses, "community_code") + "|" + _texts(houses, "community"),
         "class": own, "households": houses["households"].to_numpy(), "year": _years(houses)}
    )  # fmt: skip
    lone = table["compound"] == ""
    table.loc[lone, "compound"] = [f"#{row}" for row in np.flatnonzero(lone)]
    groups = table.groupby(["compound", "community"], sort=False).ngroup()
    return _by_compound(table.assign(group=groups), rules)


def _by_compound(table: pd.DataFrame, rules: Rules) -> Texts:
    """Give all buildings of a compound the class of most of its households, or that of its year."""
    told = pd.DataFrame(table[table["class"] != ""].groupby(["group", "class"])["households"].sum()).reset_index()
    told = told.sort_values(by=["households", "class"]).drop_duplicates("group", keep="last")
    classes = dict(zip(told["group"], told["class"], strict=True))
    found = np.array([classes.get(group, "") for group in table["group"]], object)
    year = table["year"].groupby(table["group"]).transform("mean").to_numpy()
    for kind in rules.classes.kinds:
        if kind.built_before:
            found[(found == "") & (year < kind.built_before)] = kind.kind
    return found


def _compounds(houses: gpd.GeoDataFrame, layer: gpd.GeoDataFrame | None) -> tuple[Texts, Texts]:
    """Name of the compound of each building, and what its class is called; the polygon wins over the column."""
    compound = np.where(_texts(houses, "compound") != "", _texts(houses, "compound"), _texts(houses, "compound_code"))
    said = _texts(houses, "compound_class")
    if layer is None or not len(layer):
        return compound, said
    spots = shapely.centroid(houses.geometry.to_numpy())
    house, area = shapely.STRtree(layer.geometry.to_numpy()).query(spots, predicate="intersects")
    first = np.unique(house, return_index=True)[1]
    house, area = house[first], area[first]
    names = np.where(_texts(layer, "compound") != "", _texts(layer, "compound"), _texts(layer, "compound_code"))
    compound[house], words = names[area], _texts(layer, "compound_class")[area]
    said[house] = np.where(words != "", words, said[house])
    return compound, said


def _texts(frame: pd.DataFrame, column: str) -> Texts:
    if column not in frame:
        return np.full(len(frame), "", object)
    return np.asarray(frame[column].fillna("").astype(str).str.strip(), object)


def _years(houses: pd.DataFrame) -> NDArray[np.float64]:
    if "year" not in houses:
        return np.full(len(houses), np.nan)
    years = pd.to_numeric(houses["year"], errors="coerce").to_numpy(dtype="float64")
    return np.where(years > 0, years, np.nan)


def spread_classes(fabric: Fabric, classes: Texts, apart: NDArray[np.bool_], rules: Rules) -> Texts:
    """Divide communities into stretches of one class each.

    Parameters
    ----------
    fabric : Fabric
        Units and borders.
    classes : object[n_units]
        Class of each unit.
    apart : bool[n_units]
        Units of exclusive grids, which take no part.
    rules : Rules
        Fewest households of a grid of each class.

    Returns
    -------
    object[n_units]
        Class whose sizes the grid of each unit follows; "" for the sizes of the rules.
    """
    keys, kind = np.unique(classes.astype(str), return_inverse=True)
    kind = kind.ravel().astype(np.int64)
    if len(keys) < 2:  # noqa: PLR2004
        return classes
    households = fabric.units["households"].to_numpy(dtype="float64")
    edges = np.asarray(fabric.graph.edges, np.int64)
    open_ = ~apart[edges].any(axis=1)
    edges, border = edges[open_], np.asarray(fabric.graph.border_m)[open_]
    kind = _fill(kind, households > 0, edges)
    stretch = connected(len(kind), edges[kind[edges[:, 0]] == kind[edges[:, 1]]])
    first = np.unique(stretch, return_index=True)[1]
    lower = rules.sizes_of(keys.tolist())[:, 1]
    sums = np.bincount(stretch, np.where(apart, 0.0, households)).astype(np.float64)
    merged = _merge(kind[first], sums, _neighbours(stretch, edges, border), lower)
    found = keys.astype(object)[merged[stretch]]
    return np.where(apart, classes, found)


def _fill(kind: Ints, filled: NDArray[np.bool_], edges: Ints) -> Ints:
    """Give units without households the class of a unit with some that is the fewest steps away."""
    kind, known = kind.copy(), filled.copy()
    ends = np.concatenate([edges, edges[:, ::-1]])
    while True:
        joins = ends[~known[ends[:, 0]] & known[ends[:, 1]]]
        if not len(joins):
            return kind
        joins = joins[np.lexsort((joins[:, 1], joins[:, 0]))]
        new, first = np.unique(joins[:, 0], return_index=True)
        kind[new], known[new] = kind[joins[first, 1]], True


def _neighbours(stretch: Ints, edges: Ints, border: NDArray[np.float64]) -> list[dict[int, float]]:
    """Metres of border of each stretch with each of the others."""
    near: list[dict[int, float]] = [{} for _ in range(int(stretch.max(initial=-1)) + 1)]
    for (a, b), metres in zip(stretch[edges].tolist(), border.tolist(), strict=True):
        if a != b:
            near[a][b] = near[b][a] = near[a].get(b, 0.0) + metres
    return near


def _merge(kind: Ints, sums: NDArray[np.float64], near: list[dict[int, float]], lower: NDArray[np.float64]) -> Ints:
    """Let stretches too small for one grid join a neighbour, the smallest first; return the class of each."""
    kind, sums, owner = kind.copy(), sums.copy(), np.arange(len(kind))

    def join(a: int, b: int) -> None:
        sums[b], owner[owner == a] = sums[b] + sums[a], b
        for c, metres in near[a].items():
            del near[c][a]
            if c != b:
                near[b][c] = near[c][b] = near[b].get(c, 0.0) + metres
        near[a] = {}

    while True:
        small = [s for s in np.unique(owner).tolist() if near[s] and sums[s] < lower[kind[s]]]
        if not small:
            return kind[owner]
        a = min(small, key=lambda s: (sums[s], s))
        b = max(near[a], key=lambda s: (near[a][s], -s))
        join(a, b)
        for c in sorted(s for s in near[b] if kind[s] == kind[b]):
            join(c, b)


def settle_classes(
    fabric: Fabric, profile: Texts, lot: Ints, apart: NDArray[np.bool_], released: NDArray[np.bool_]
) -> Texts:
    """Make classes fit what is settled by hand.

    Parameters
    ----------
    fabric : Fabric
        Units and borders.
    profile : object[n_units]
        As `spread_classes` gives it.
    lot : int64[n_units]
        Units of equal number share a grid, as settled by hand; below 0 is free.
    apart : bool[n_units]
        Units of exclusive grids.
    released : bool[n_units]
        Units that are no longer exclusive: they take the class of what is beside them.

    Returns
    -------
    object[n_units]
        The same, but for these units, and for communities in which units of two stretches are to share a grid: they
        follow the class of most of their households as a whole.
    """
    keys, kind = np.unique(profile.astype(str), return_inverse=True)
    edges = np.asarray(fabric.graph.edges, np.int64)
    edges = edges[~apart[edges].any(axis=1)]
    kind = _fill(kind.ravel().astype(np.int64), ~released, edges) if released.any() else kind.ravel()
    profile = keys.astype(object)[kind]
    stretch = connected(len(kind), edges[kind[edges[:, 0]] == kind[edges[:, 1]]])
    frame = pd.DataFrame({"home": np.asarray(fabric.community_index), "profile": profile, "lot": lot,
                          "stretch": stretch, "households": fabric.units["households"].to_numpy()})[~apart]  # fmt: skip
    held = frame[frame["lot"] >= 0].groupby("lot")[["stretch", "home"]].agg({"stretch": "nunique", "home": "first"})
    of_home = main_classes(frame[frame["home"].isin(held.loc[held["stretch"] > 1, "home"])])
    found = [of_home.get(c, own) for c, own in zip(fabric.community_index.tolist(), profile, strict=True)]
    return np.where(apart, profile, np.array(found, object))


def main_classes(frame: pd.DataFrame) -> dict[int, str]:
    """Tell the class of most households of each community.

    Parameters
    ----------
    frame : DataFrame
        home, profile and households of units.

    Returns
    -------
    dict of int to str
        Community -> class.
    """
    sums = pd.DataFrame(frame.groupby(["home", "profile"])["households"].sum()).reset_index()
    main = sums.sort_values(by=["households", "profile"]).drop_duplicates("home", keep="last")
    return dict(zip(main["home"].astype(int), main["profile"].astype(str), strict=True))
