"""The search on one piece: a first partition from a tree, and annealing."""

import numpy as np

from gridplan.partition.kernels.arrays import (
    BELOW,
    BEST,
    LABEL,
    LOWER,
    MEMBER,
    NONE,
    PARENT,
    PLACE,
    STACK,
    UNIT,
    UPPER,
    WEIGHT,
    Flags,
    Floats,
    Graph,
    Ints,
    State,
    Work,
)  # fmt: skip
from gridplan.partition.kernels.compiling import door, inner
from gridplan.partition.kernels.grids import load_labels
from gridplan.partition.kernels.moves import hand_over, neighbour_grid, recombine
from gridplan.partition.kernels.tree import grow_tree

SINGLE, TRIPLE = 0.2, 0.2
"""Share of moves that hand over one unit, and share of the others that look for a third grid."""

TRIES = 16
"""Units looked at for one next to another grid before one grid is cut alone."""


@door
def first_labels(rng: np.random.Generator, price: Floats, graph: Graph, work: Work, label: Ints) -> None:
    """Cut a random tree of the whole piece from its leaves up into grids near the band.

    Parameters
    ----------
    rng : Generator
        Source of the tree.
    price, graph, work : float64[9], Graph, Work
        Prices, piece and scratch.
    label : int64[n]
        Takes the grid of each unit; each grid is connected.
    """
    rows = work.rows
    tree = work.tree
    units = rows[UNIT]
    parent = rows[PARENT]
    is_cut = rows[STACK]
    n = label.size
    for unit in range(n):
        rows[MEMBER, unit] = unit
        rows[PLACE, unit] = unit
    grow_tree(rng, graph, work, n, 1.0)
    for i in range(n):
        tree[i, BELOW] = graph.units[units[i], WEIGHT]
        is_cut[i] = i == 0
        rows[PLACE, i] = -1
    for i in range(n - 1, 0, -1):
        above = parent[i]
        below = tree[i, BELOW]
        if below >= price[LOWER] or below + tree[above, BELOW] > price[UPPER]:
            is_cut[i] = 1
        else:
            tree[above, BELOW] += below
    for i in range(n):
        unit = units[i]
        label[unit] = unit if is_cut[i] else label[units[parent[i]]]


def anneal(
    rng: np.random.Generator, price: Floats, graph: Graph, state: State, work: Work,
    moves: int, heat: Floats, stop: Flags,
) -> float:  # fmt: skip
    """Improve a partition by random moves while the temperature falls.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    price, graph, state, work : float64[9], Graph, State, Work
        Prices, piece, partition by its labels (changed to the best one met) and scratch.
    moves : int
        Moves to try.
    heat : float64[2]
        First and last temperature, in units of cost.
    stop : int8[1]
        Looked at now and then; not 0: stop.

    Returns
    -------
    float
        Cost of the best partition.
    """
    cost = load_labels(price, graph, state, work)
    run_moves(rng, price, graph, state, work, cost, moves, heat, stop)
    return load_labels(price, graph, state, work)


@door
def run_moves(
    rng: np.random.Generator, price: Floats, graph: Graph, state: State, work: Work, cost: float,
    moves: int, heat: Floats, stop: Flags,
) -> None:  # fmt: skip
    """Try random moves, and leave the labels of the best partition met; its books are out of date.

    Parameters
    ----------
    rng, price, graph, state, work : Generator, float64[9], Graph, State, Work
        As in `anneal`, after `load_labels`.
    cost : float
        Cost of the partition.
    moves, heat, stop : int, float64[2], int8[1]
        As in `anneal`.
    """
    labels = state.rows[LABEL]
    n = len(state.grids)
    best = cost
    kept = 0
    now = heat[0]
    _copy(state, LABEL, BEST)
    for step in range(moves):
        if step % 64 == 0:
            if stop[0] != 0:
                break
            now = heat[0] * (heat[1] / heat[0]) ** (step / moves)
        unit = 0
        other = -1
        for _ in range(TRIES):
            unit = int(rng.random() * n)
            other = neighbour_grid(rng, graph, state, unit, NONE)
            if other >= 0:
                break
        if other >= 0 and rng.random() < SINGLE:
            cost += hand_over(rng, price, graph, state, work, unit, other, now)
        else:
            cost += recombine(rng, price, graph, state, work, labels[unit], other, TRIPLE, now)
        if cost < best - 1e-9 and (step - kept) * 32 >= n:
            best = cost
            kept = step
            _copy(state, LABEL, BEST)
    if cost > best:
        _copy(state, BEST, LABEL)


@inner
def _copy(state, source, to):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for unit in range(len(state.grids)):
        state.rows[to, unit] = state.rows[source, unit]
