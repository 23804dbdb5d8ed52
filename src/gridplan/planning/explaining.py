"""Why a grid is as it is: what it costs and why, what its neighbours could give or take, and the best alternative."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridplan.partition import partition_graph, value_grids

if TYPE_CHECKING:
    from gridplan.config import CostRules

Ints = NDArray[np.int64]

TERMS: Final = ("outside", "load", "compound", "mixed", "inertia")
"""Prices of `CostRules`, each the price of one term; that of barriers stands beside them."""

FIRMER: Final = 100.0
"""So many times its price the size rule has when a plan without the exception is looked for."""

_BY_UNIT: Final = ("weights", "xy", "compounds", "communities", "load")

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
    by_unit = {name: arrays[name][rows] for name in _BY_UNIT if arrays.get(name) is not None}
    return {**arrays, **by_unit, "edges": place[edges[inside]], "border": arrays["border"][inside]}


def price_terms(ground: Ground, grid: int) -> dict[str, float]:
    """Tell what each term of the cost of a grid comes to.

    Parameters
    ----------
    ground : Ground
        Its community.
    grid : int
        Place of the grid in `codes`.

    Returns
    -------
    dict of str to float
        Name of the price -> cost; they add up to the cost of the grid.
    """
    mine = ground.some(np.flatnonzero(ground.labels == grid))
    rules: CostRules = mine.pop("cost")
    toll, alone = mine.pop("border_weight"), np.zeros(len(mine["weights"]), np.int64)
    nothing = dataclasses.replace(rules, **dict.fromkeys(TERMS, 0.0))
    found = {}
    for name in TERMS:
        only = dataclasses.replace(nothing, **{name: getattr(rules, name)})
        found[name] = float(value_grids(labels=alone, cost=only, **mine).costs[0])
    found["barrier_per_m"] = float(value_grids(labels=alone, cost=nothing, border_weight=toll, **mine).costs[0])
    return found


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
        `SWAP_COLUMNS`, the least cost first: neighbour and its households; the unit that would change, and the
        households it brings here (below 0: takes away); households here and there afterwards; what the plan would cost
        more; whether both would lie in the band. A grid that would fall into pieces gives nothing.
    """
    labels, weights = ground.labels, np.asarray(ground.arrays["weights"], np.float64)
    edges = np.asarray(ground.arrays["edges"], np.int64)
    ends = np.concatenate([edges, edges[:, ::-1]])
    touch = ends[(labels[ends[:, 0]] == grid) & (labels[ends[:, 1]] != grid)]
    rows = []
    for other in np.unique(labels[touch[:, 1]]):
        side = touch[labels[touch[:, 1]] == other]
        pair = np.flatnonzero((labels == grid) | (labels == other))
        arrays, here = ground.some(pair), (labels[pair] == grid)
        before = _cost(arrays, here)
        options = [
            _swap(ground, arrays, pair, here, int(unit), before) for unit in np.unique(side) if weights[unit] > 0
        ]
        there = float(weights[labels == other].sum())
        best = min((o for o in options if o), key=lambda o: o["cost_change"], default=None)
        if best is not None:
            rows.append({"neighbour": ground.codes[other], "households": there, **best})
    table = pd.DataFrame(rows, columns=list(SWAP_COLUMNS))
    return table.sort_values(["cost_change", "neighbour"], ignore_index=True)


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
        float(value_grids(labels=np.asarray(x, np.int64), **loose).costs.sum()) for x in (ground.labels, found.labels)
    )
    size = np.bincount(ground.labels, arrays["weights"])
    before = int(((size < arrays["lower"]) | (size > arrays["upper"])).sum())
    after = int((~found.grids["in_band"]).sum())
    return None if after >= before else {"cost_change": then - now, "exceptions": after, "before": before}


def _swap(
    ground: Ground, arrays: dict[str, Any], pair: Ints, here: NDArray[np.bool_], unit: int, before: float
) -> dict[str, Any] | None:
    """Price one unit on the other side; None where a grid would fall apart or vanish."""
    changed, at = here.copy(), int(np.searchsorted(pair, unit))
    changed[at] = not changed[at]
    edges = arrays["edges"]
    same = edges[changed[edges[:, 0]] == changed[edges[:, 1]]]
    matrix = coo_array((np.ones(len(same)), (same[:, 0], same[:, 1])), shape=(len(pair), len(pair)))
    pieces, _ = connected_components(matrix, directed=False)
    if pieces != 2:  # noqa: PLR2004  one here and one there
        return None
    weights = np.asarray(arrays["weights"], np.float64)
    sizes = [float(weights[changed].sum()), float(weights[~changed].sum())]
    fits = all(arrays["lower"] <= size <= arrays["upper"] for size in sizes)
    moved = float(weights[at]) * (1 if changed[at] else -1)
    return {"unit": ground.units[unit], "moved": moved, "here": sizes[0], "there": sizes[1],
            "cost_change": _cost(arrays, changed) - before, "fits": fits}  # fmt: skip


def _cost(arrays: dict[str, Any], here: NDArray[np.bool_]) -> float:
    return float(value_grids(labels=(~here).astype(np.int64), **arrays).costs.sum())
