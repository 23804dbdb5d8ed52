"""Slow, plain oracles for the core: the cost by its definition, every connected set, every partition, and a MIP.

Nothing here knows how gridplan searches or proves. A community is the dictionary of arguments `partition_graph` takes;
a set of units is a whole number with bit i for unit i.
"""

from functools import cache
from typing import Any

import highspy
import networkx as nx
import numpy as np
from numpy.typing import NDArray

from gridplan.config import CostRules

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Graph = dict[str, Any]

BAND = {"target": 300.0, "lower": 240.0, "upper": 360.0}
HAIR = 1e-9
"""Households by which a sum of fractions may be off."""


def rules_of(graph: Graph) -> tuple[float, float, float, CostRules]:
    """Return target, lower, upper and the prices of a community."""
    target, lower, upper = (float(graph.get(name, BAND[name])) for name in BAND)
    return target, lower, upper, graph.get("cost", CostRules())


def size_costs(graph: Graph, households: Floats) -> Floats:
    """Price the size rule: so much for being outside the band, and for each fifth of the target outside."""
    target, lower, upper, price = rules_of(graph)
    missing = np.maximum(np.maximum(lower - households, households - upper), 0.0)
    return np.where(missing > HAIR, price.outside * (1 + missing / (target / 5)), 0.0)


def members_of(graph: Graph, sets: Ints) -> NDArray[np.bool_]:
    """Spread sets out: bool[m, n]."""
    return (sets[:, None] >> np.arange(len(graph["weights"]))) & 1 > 0


def set_costs(graph: Graph, sets: Ints) -> Floats:
    """Price every set by the text of the rules, connected or not."""
    target, _, _, price = rules_of(graph)
    taken, w = members_of(graph, sets), np.asarray(graph["weights"], float)
    households = taken @ w
    borne = households if graph.get("load") is None else taken @ np.where(w > 0, np.asarray(graph["load"], float), 0.0)
    cost = size_costs(graph, households) + price.load * np.abs(borne - target) / (target / 5)
    named = np.asarray(graph.get("compounds") if graph.get("compounds") is not None else np.full(len(w), -1))
    touched = sum(
        (taken[:, (named == c) & (w > 0)].any(axis=1).astype(float) for c in set(named.tolist()) if c >= 0),
        start=np.zeros(len(sets)),
    )
    cost += price.compound * touched + price.mixed * (touched > 1) * households / target
    if graph.get("xy") is not None:
        xy, all_ = np.asarray(graph["xy"], float), np.where(households > 0, households, 1.0)
        centre = (taken * w) @ xy / all_[:, None]
        square = ((xy[None, :, :] - centre[:, None, :]) ** 2).sum(axis=2)
        cost += price.inertia * (taken * w * square).sum(axis=1) / (target * price.spread_m**2)
    if graph.get("border") is not None:
        a, b = np.asarray(graph["edges"]).reshape(-1, 2).T
        cost += (taken[:, a] & taken[:, b]) @ np.asarray(graph["border"], float) * graph.get("border_weight", 0.0)
    return cost


def neighbours_of(graph: Graph) -> list[int]:
    """Give the set of neighbours of each unit."""
    near = [0] * len(graph["weights"])
    for a, b in np.asarray(graph["edges"]).reshape(-1, 2).tolist():
        near[a] |= 1 << b
        near[b] |= 1 << a
    return near


def connected_sets(graph: Graph, heaviest: float = np.inf) -> Ints:
    """List every connected set of at most so many households, each once.

    A connected set of k + 1 units has one without which the others stay connected, and weights are not negative: all
    sets of k + 1 units are found from those of k units under the same limit.
    """
    near, w = neighbours_of(graph), np.asarray(graph["weights"], float)
    layer = np.array([1 << u for u in range(len(w)) if w[u] <= heaviest + HAIR], np.int64)
    found = [layer]
    while layer.size:
        more = []
        for unit, others in enumerate(near):
            touching = layer[(layer & others != 0) & (layer >> unit & 1 == 0)]
            more.append(touching | 1 << unit)
        layer = np.unique(np.concatenate(more))
        layer = layer[members_of(graph, layer) @ w <= heaviest + HAIR]
        found.append(layer)
    return np.concatenate(found)


def worthwhile_sets(graph: Graph, ceiling: float) -> tuple[Ints, Floats]:
    """List every grid that a plan of at most `ceiling` can hold, with its cost.

    No grid costs less than 0, so none may cost more than the ceiling: that limits its households, and when it lacks a
    unit above the band, it must leave room for what the grid of that unit costs at least.
    """
    target, _, upper, price = rules_of(graph)
    per = price.outside / (target / 5)
    beyond = (ceiling - price.outside) / per if per > 0 else np.inf
    sets = connected_sets(graph, upper + max(0.0, beyond))
    cost = set_costs(graph, sets)
    w = np.asarray(graph["weights"], float)
    huge = np.where(w > upper, size_costs(graph, w), 0.0)
    elsewhere = np.where(members_of(graph, sets), 0.0, huge).max(axis=1, initial=0.0)
    kept = cost + elsewhere <= ceiling + 1e-6
    return sets[kept], cost[kept]


def solve_cover(n: int, sets: Ints, cost: Floats) -> Ints:
    """Choose the sets of least cost that hold every unit exactly once, by HiGHS with no gap allowed."""
    solver = highspy.Highs()
    for name, value in (
        ("output_flag", False), ("parallel", "off"), ("mip_rel_gap", 0.0), ("mip_abs_gap", 1e-9),
        ("mip_feasibility_tolerance", 1e-9), ("primal_feasibility_tolerance", 1e-9),
        ("dual_feasibility_tolerance", 1e-9),
    ):  # fmt: skip
        solver.setOptionValue(name, value)
    for _ in range(n):
        solver.addRow(1.0, 1.0, 0, np.zeros(0, np.int32), np.zeros(0))
    column, unit = np.nonzero((sets[:, None] >> np.arange(n)) & 1)
    start = np.searchsorted(column, np.arange(len(sets))).astype(np.int32)
    solver.addCols(
        len(sets), cost, np.zeros(len(sets)), np.ones(len(sets)), len(unit), start, unit.astype(np.int32),
        np.ones(len(unit)),
    )  # fmt: skip
    solver.changeColsIntegrality(
        len(sets), np.arange(len(sets), dtype=np.int32), np.full(len(sets), 1, np.uint8)
    )  # 1: whole numbers
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    chosen = sets[np.array(solver.getSolution().col_value) > 0.5]
    assert chosen.sum() == (1 << n) - 1
    assert np.bitwise_or.reduce(chosen) == (1 << n) - 1
    return chosen


def sub_graph(graph: Graph, units: Ints) -> Graph:
    """Cut some units of a community out, with the edges among them."""
    place = np.full(len(graph["weights"]), -1)
    place[units] = np.arange(len(units))
    edges = np.asarray(graph["edges"]).reshape(-1, 2)
    inside = (place[edges] >= 0).all(axis=1)
    cut = {name: graph[name][units] for name in ("weights", "load", "xy", "compounds") if graph.get(name) is not None}
    if graph.get("border") is not None:
        cut["border"] = graph["border"][inside]
    options = {k: graph[k] for k in ("target", "lower", "upper", "cost", "border_weight") if k in graph}
    return {"edges": place[edges[inside]], **cut, **options}


def components(graph: Graph) -> list[Ints]:
    """List the connected components of a graph, by first unit."""
    whole = nx.Graph(np.asarray(graph["edges"]).reshape(-1, 2).tolist())
    whole.add_nodes_from(range(len(graph["weights"])))
    return sorted((np.array(sorted(c)) for c in nx.connected_components(whole)), key=lambda c: int(c[0]))


def plan_sets(labels: NDArray[Any]) -> Ints:
    """Turn labels into sets, by label."""
    return np.array([sum(1 << int(u) for u in np.flatnonzero(labels == g)) for g in np.unique(labels)], np.int64)


def optimum_by_mip(graph: Graph, plans: list[NDArray[Any]]) -> float:
    """Find the least cost of any plan of a community, none of the given plans being cheaper.

    Parameters
    ----------
    graph : dict
        One community, connected or not, of at most 60 units.
    plans : list of int[n]
        Labels of lawful plans; the cheapest on each component limits the grids to look at.

    Returns
    -------
    float
        Sum over the components of the optimum of a MIP over all grids that can be of use.
    """
    total = 0.0
    for units in components(graph):
        part = sub_graph(graph, units)
        ceiling = min(float(set_costs(part, plan_sets(labels[units])).sum()) for labels in plans)
        sets, cost = worthwhile_sets(part, ceiling)
        total += float(set_costs(part, solve_cover(len(units), sets, cost)).sum())
    return total


@cache
def every_plan(n: int) -> NDArray[np.uint16]:
    """List every partition of n units, once: the sets of each, up to n, the others empty."""
    labels, used = np.zeros((1, 0), np.int8), np.zeros(1, np.int64)
    for _ in range(n):
        row = np.repeat(np.arange(len(labels)), used + 1)
        last = np.arange(len(row)) - np.searchsorted(row, row)  # 0..groups: an old group, or the next one
        labels = np.column_stack([labels[row], last.astype(np.int8)])
        used = np.maximum(used[row], last + 1)
    sets = np.zeros((len(labels), n), np.uint16)
    rows = np.arange(len(labels))
    for unit in range(n):
        sets[rows, labels[:, unit]] |= np.uint16(1 << unit)
    return sets


def optimum_by_force(graph: Graph) -> float:
    """Find the least cost among every partition of at most 12 units into connected grids."""
    n = len(graph["weights"])
    cost = np.full(1 << n, np.inf)
    connected = connected_sets(graph)
    cost[connected] = set_costs(graph, connected)
    cost[0] = 0.0
    return float(sum(cost[column] for column in every_plan(n).T).min()) if n else 0.0
