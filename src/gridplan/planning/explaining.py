"""Why a grid is as it is: what it costs and why, what its neighbours could give or take, and the best alternative."""

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridplan.partition import main_kind, partition_graph, price_grids
from gridplan.schema import EXPLANATION_COLUMNS, TERMS

if TYPE_CHECKING:
    from gridplan.config import CostRules

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FIRMER: Final = 100.0
"""So many times its price the size rule has when a plan without the exception is looked for."""

TRIED: Final = 32
"""Units along a border between two grids that are tried, the largest first."""

CHUNK: Final = 400_000
"""Units laid out at a time."""

BY_UNIT: Final = ("weights", "xy", "compounds", "communities", "load", "sizes")

SWAP_COLUMNS: Final = ("neighbour", "households", "unit", "moved", "here", "there", "cost_change", "fits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One community as the core takes it, with its grids.

    Parameters
    ----------
    arrays : dict
        Arguments of `value_grids` but labels.
    labels : int64[n]
        Grid of each unit, 0..k - 1.
    codes : object[k]
        Code of each grid.
    units : object[n]
        Id of each unit.
    """

    arrays: dict[str, Any]
    labels: Ints
    codes: NDArray[np.object_]
    units: NDArray[np.object_]

    def some(self, rows: Ints) -> dict[str, Any]:
        """Give the arguments for some of the units alone.

        Parameters
        ----------
        rows : int64[k]
            The units, ascending.

        Returns
        -------
        dict
            As `arrays`.
        """
        return take_rows(self.arrays, rows)


def take_rows(arrays: Mapping[str, Any], rows: Ints) -> dict[str, Any]:
    """Cut the arguments of the core down to some of the units.

    Parameters
    ----------
    arrays : mapping
        Arguments of `partition_graph` or `value_grids`.
    rows : int64[k]
        The units, ascending.

    Returns
    -------
    dict
        The same for these units and the edges between them.
    """
    edges = np.asarray(arrays["edges"], np.int64)
    place = np.full(len(arrays["weights"]), -1, np.int64)
    place[rows] = np.arange(len(rows))
    inside = (place[edges] >= 0).all(axis=1)
    by_unit = {name: arrays[name][rows] for name in BY_UNIT if arrays.get(name) is not None}
    return {**arrays, **by_unit, "edges": place[edges[inside]], "border": arrays["border"][inside]}


def sizes_of(arrays: Mapping[str, Any]) -> Floats:
    """Give target, lower and upper of each unit.

    Parameters
    ----------
    arrays : mapping
        Arguments of `partition_graph`.

    Returns
    -------
    float64[n, 3]
        NaN for units of exclusive grids.
    """
    sizes = arrays.get("sizes")
    if sizes is not None:
        return np.asarray(sizes, np.float64)
    own = [arrays[name] for name in ("target", "lower", "upper")]
    return np.tile(np.array(own, np.float64), (len(arrays["weights"]), 1))


def bands_of(arrays: Mapping[str, Any], labels: Ints) -> tuple[Floats, Ints]:
    """Give target, lower and upper of each grid: those of most of its households.

    Parameters
    ----------
    arrays : mapping
        Arguments of `partition_graph`.
    labels : int64[n]
        Grid of each unit, 0..k - 1.

    Returns
    -------
    float64[k, 3], int64[k]
        NaN for exclusive grids; and a number for each size, -1 for none.
    """
    rows, kind = np.unique(sizes_of(arrays), axis=0, return_inverse=True)
    main = main_kind(labels, np.asarray(arrays["weights"], np.float64), kind.ravel().astype(np.int64))
    return rows[main], np.where(np.isnan(rows[main, 0]), -1, main)


def price_terms(ground: Ground) -> pd.DataFrame:
    """Tell what each term of the cost of each grid comes to.

    Parameters
    ----------
    ground : Ground
        The grids.

    Returns
    -------
    DataFrame
        One row per grid, in the order of `codes`; a column per price: they add up to the cost of the grid.
    """
    arrays = dict(ground.arrays)
    rules, toll = arrays.pop("cost"), arrays.pop("border_weight")
    nothing = dataclasses.replace(rules, **dict.fromkeys(TERMS, 0.0))
    found = {}
    for name in TERMS:
        only = dataclasses.replace(nothing, **{name: getattr(rules, name)})
        alone = toll if name == "barrier_per_m" else 0.0
        found[name] = price_grids(labels=ground.labels, cost=only, border_weight=alone, **arrays)
    return pd.DataFrame(found)


def explain_grids(ground: Ground, codes: Collection[str]) -> pd.DataFrame:
    """Tell why grids are as they are, all at once.

    Parameters
    ----------
    ground : Ground
        All grids of a plan.
    codes : collection of str
        The grids to look at.

    Returns
    -------
    DataFrame
        `EXPLANATION_COLUMNS`, one row for each of these grids that the ground has, in its order.
    """
    grids = np.flatnonzero(np.isin(ground.codes.astype(str), list(codes)))
    terms = price_terms(ground).iloc[grids].reset_index(drop=True)
    table = terms.assign(grid_code=ground.codes[grids].astype(str), cost=terms.sum(axis=1), binds=terms.idxmax(axis=1))
    swaps = weigh_swaps(ground, grids)
    sizes = np.bincount(ground.labels, ground.arrays["weights"])
    _, lower, upper = bands_of(ground.arrays, ground.labels)[0].T
    out = (sizes < lower) | (sizes > upper)
    cures = swaps[(swaps["cured"] > 0) & out[swaps["grid"]]]
    best = [_name_best(ground, found, grids, prefix) for found, prefix in ((swaps, ""), (cures, "cure_"))]
    return pd.concat([table, *best], axis=1)[list(EXPLANATION_COLUMNS)].astype({"binds": "str"})


def _name_best(ground: Ground, swaps: pd.DataFrame, grids: Ints, prefix: str) -> pd.DataFrame:
    """Give the best exchange of each grid by names; empty and missing where there is none."""
    best = swaps.drop_duplicates("grid").set_index("grid")
    unit = np.where(best["row"] < 0, "", ground.units[best["row"]])
    named = best.assign(neighbour=ground.codes[best["other"]], unit=unit).reindex(grids).reset_index(drop=True)
    names = {"cost_change": "change"} if prefix else {}
    texts = {name: named[name].fillna("").astype("str") for name in ("neighbour", "unit")}
    columns = ["neighbour", "unit", "moved", "here", "there", "cost_change"]
    return named.assign(**texts)[columns].set_axis([prefix + names.get(name, name) for name in columns], axis=1)


def list_swaps(ground: Ground, grid: int) -> pd.DataFrame:
    """Find the unit each neighbour could best give to a grid or take from it.

    Parameters
    ----------
    ground : Ground
        Its community.
    grid : int
        Place of the grid in `codes`.

    Returns
    -------
    DataFrame
        `SWAP_COLUMNS`, the least cost first: neighbour and its households; the unit that would change ("" where the
        two would be one grid), and the households it brings here (below 0: takes away); households here and there
        afterwards; what the plan would cost more; whether both would lie in the band. A grid that would fall into
        pieces gives nothing, and grids of different sizes exchange nothing.
    """
    table = weigh_swaps(ground, np.array([grid])).drop_duplicates("other")
    sizes = np.bincount(ground.labels, ground.arrays["weights"])
    other, unit = table["other"].to_numpy(), table["row"].to_numpy()
    named = table.assign(
        neighbour=ground.codes[other], households=sizes[other], unit=np.where(unit < 0, "", ground.units[unit])
    )
    return named.sort_values(["cost_change", "neighbour"], ignore_index=True)[list(SWAP_COLUMNS)]


def weigh_swaps(ground: Ground, grids: Ints) -> pd.DataFrame:
    """Price every exchange of one unit between grids and their neighbours, and every union of two.

    Parameters
    ----------
    ground : Ground
        The grids.
    grids : int64[k]
        Places in `codes` of those to look at.

    Returns
    -------
    DataFrame
        grid, other (places in `codes`), row of the unit or -1 for a union, moved, here, there, cost_change, fits as in
        `SWAP_COLUMNS`, and cured: how many of the two lie outside the band now and would not. Least cost first.
    """
    sizes = np.bincount(ground.labels, ground.arrays["weights"])
    bands, kind = bands_of(ground.arrays, ground.labels)
    options = _list_options(ground, grids)
    options = options[(kind[options[:, 0]] == kind[options[:, 1]]) & (kind[options[:, 0]] >= 0)]
    places = _Places(ground)
    parts = [_price_options(ground, places, options[some]) for some in _chunks(places.rows_of(options))]
    costs, whole = (np.concatenate([part[k] for part in parts]) for k in range(2)) if parts else (np.zeros(0),) * 2
    options, costs = options[whole.astype(bool)], costs[whole.astype(bool)]
    grid, other, row = options.T
    now = price_grids(labels=ground.labels, **ground.arrays)
    moved = np.where(row < 0, sizes[other], ground.arrays["weights"][row] * np.where(ground.labels[row] == grid, -1, 1))
    table = pd.DataFrame({
        "grid": grid, "other": other, "row": row, "moved": moved, "here": sizes[grid] + moved,
        "there": sizes[other] - moved, "cost_change": costs - now[grid] - now[other],
    })  # fmt: skip
    _, lower, upper = bands[grid].T
    out = [(s < lower) | (s > upper) for s in (sizes[grid], sizes[other], table["here"], table["there"])]
    out[3] &= row >= 0
    table["fits"] = ~out[2] & ~out[3]
    table["cured"] = out[0].astype(int) + out[1] - out[2] - out[3]
    return table.sort_values(["grid", "cost_change", "other", "row"], ignore_index=True)


def _list_options(ground: Ground, grids: Ints) -> Ints:
    """Grid, neighbour and unit (-1: both as one) of every exchange: at most `TRIED` units of a border, the largest."""
    labels, weights = ground.labels, np.asarray(ground.arrays["weights"], np.float64)
    edges = np.asarray(ground.arrays["edges"], np.int64)
    ends = np.concatenate([edges, edges[:, ::-1]])
    touch = ends[np.isin(labels[ends[:, 0]], grids) & (labels[ends[:, 0]] != labels[ends[:, 1]])]
    pair = labels[touch]
    rows = np.concatenate([np.column_stack([pair, touch[:, end]]) for end in (0, 1)])
    rows = np.unique(rows[weights[rows[:, 2]] > 0], axis=0)
    rows = rows[np.lexsort([rows[:, 2], -weights[rows[:, 2]], rows[:, 1], rows[:, 0]])]
    rank = pd.DataFrame(rows).groupby([0, 1]).cumcount().to_numpy()
    unions = np.unique(pair, axis=0)
    joined = np.column_stack([unions, np.full(len(unions), -1)])
    return np.concatenate([rows[rank < TRIED], joined]).reshape(-1, 3)


class _Places:
    """Where the units and borders of each grid, and of each two neighbours, stand."""

    def __init__(self, ground: Ground) -> None:
        labels, k = ground.labels, len(ground.codes)
        self.units = np.argsort(labels, kind="stable")
        self.size = np.bincount(labels, minlength=k)
        self.first = np.cumsum(self.size) - self.size
        self.rank = np.empty_like(labels)
        self.rank[self.units] = np.arange(len(labels)) - self.first[labels[self.units]]
        pair = np.sort(labels[ground.arrays["edges"]], axis=1)
        self._key, self._k = pair[:, 0] * k + pair[:, 1], k
        self.edges = np.argsort(self._key, kind="stable")
        self._key = self._key[self.edges]

    def rows_of(self, options: Ints) -> Ints:
        """Units of both grids of each option."""
        return self.size[options[:, 0]] + self.size[options[:, 1]]

    def edges_of(self, options: Ints) -> tuple[Ints, Ints]:
        """Edges inside and between both grids of each option, and which option each is of."""
        low, high = options[:, :2].min(axis=1), options[:, :2].max(axis=1)
        keys = np.concatenate([low * self._k + low, high * self._k + high, low * self._k + high])
        start, stop = np.searchsorted(self._key, keys), np.searchsorted(self._key, keys, side="right")
        at, owner = _spread(start, stop - start)
        return self.edges[at], owner % len(options)


def _price_options(ground: Ground, places: _Places, options: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """Cost of both grids after each exchange, and whether each is one piece: every option is a ground of its own."""
    n, sizes = len(options), places.rows_of(options)
    halves = np.concatenate([options[:, 0], options[:, 1]])
    at, owner = _spread(places.first[halves], places.size[halves])
    rows, owner, there = places.units[at], owner % n, owner >= n
    base = np.cumsum(sizes) - sizes
    spot = base[owner] + places.rank[rows] + np.where(there, places.size[options[owner, 0]], 0)
    order = np.argsort(spot)
    rows, owner, there = rows[order], owner[order], there[order]
    unit = options[owner, 2]
    there = np.where(unit < 0, False, there ^ (rows == unit))  # noqa: FBT003 - one grid
    edge, of = places.edges_of(options)
    ends = np.asarray(ground.arrays["edges"], np.int64)[edge]
    second = ground.labels[ends] == options[of, 1][:, None]
    local = base[of][:, None] + places.rank[ends] + np.where(second, places.size[options[of, 0]][:, None], 0)
    labels = 2 * owner + there
    arrays = ground.arrays | {
        name: ground.arrays[name][rows] for name in BY_UNIT if ground.arrays.get(name) is not None
    }
    costs = np.zeros(2 * n)
    priced = price_grids(labels=labels, **arrays | {"edges": local, "border": ground.arrays["border"][edge]})
    costs[: len(priced)] = priced
    used = np.bincount(labels, minlength=2 * n) > 0
    same = local[labels[local[:, 0]] == labels[local[:, 1]]]
    matrix = coo_array((np.ones(len(same)), (same[:, 0], same[:, 1])), shape=(len(rows), len(rows)))
    _, piece = connected_components(matrix, directed=False)
    pieces = np.bincount(np.unique(np.column_stack([owner, piece]), axis=0)[:, 0], minlength=n)
    costs[~used] = 0.0
    return costs.reshape(n, 2).sum(axis=1), pieces == np.where(options[:, 2] < 0, 1, 2)


def _spread(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Places of several ranges one after the other, and which range each is of."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts) + np.asarray(starts)[owner], owner


def _chunks(sizes: Ints) -> list[slice]:
    """Cut options into runs that fit into memory."""
    if not len(sizes):
        return []
    steps = np.flatnonzero(np.diff(np.cumsum(sizes) // CHUNK, prepend=-1))
    return [slice(a, b) for a, b in zip(steps, [*steps[1:], len(sizes)], strict=True)]


def seek_alternative(ground: Ground) -> dict[str, float] | None:
    """Look for a plan of the community in which fewer grids lie outside the band.

    Parameters
    ----------
    ground : Ground
        The community.

    Returns
    -------
    dict or None
        cost_change (what it would cost more or less by the prices of the plan, the size rule left out), exceptions
        (grids outside the band it has), before (that there are now); None where no plan with fewer was found.
    """
    arrays = ground.arrays
    rules: CostRules = arrays["cost"]
    firm = dataclasses.replace(rules, outside=rules.outside * FIRMER)
    found = partition_graph(**{**arrays, "cost": firm})
    loose = {**arrays, "cost": dataclasses.replace(rules, outside=0.0)}
    now, then = (
        float(price_grids(labels=np.asarray(x, np.int64), **loose).sum()) for x in (ground.labels, found.labels)
    )
    size, (bands, _) = np.bincount(ground.labels, arrays["weights"]), bands_of(arrays, ground.labels)
    before = int(((size < bands[:, 1]) | (size > bands[:, 2])).sum())
    after = int((~found.grids["in_band"]).sum())
    return None if after >= before else {"cost_change": then - now, "exceptions": after, "before": before}
