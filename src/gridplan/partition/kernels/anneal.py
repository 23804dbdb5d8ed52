"""The search on one piece: a first partition from a tree, and annealing."""

import numpy as np
from numba import njit

from gridplan.partition.kernels.arrays import LOWER, NONE, UPPER, Flags, Floats, Graph, Ints, State, Work
from gridplan.partition.kernels.grids import load_labels
from gridplan.partition.kernels.moves import hand_over, neighbour_grid, recombine
from gridplan.partition.kernels.tree import grow_tree

SINGLE, TRIPLE = 0.2, 0.2
"""Share of moves that hand over one unit, and share of the others that look for a third grid."""

TRIES = 16
"""Units looked at for one next to another grid before one grid is cut alone."""


@njit(cache=True, nogil=True)
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
    n = label.size
    for unit in range(n):
        work.member[unit], work.place[unit] = unit, unit
    grow_tree(rng, graph, work, n, 1.0)
    rest, is_cut = work.side[:, 0], work.stack
    for i in range(n):
        rest[i], is_cut[i] = graph.units[work.unit[i], 0], 0
        work.place[i] = -1
    for i in range(n - 1, 0, -1):
        above = work.parent[i]
        if rest[i] >= price[LOWER] or rest[i] + rest[above] > price[UPPER]:
            is_cut[i] = 1
        else:
            rest[above] += rest[i]
    for i in range(n):
        unit = work.unit[i]
        label[unit] = unit if i == 0 or is_cut[i] else label[work.unit[work.parent[i]]]


@njit(cache=True, nogil=True)
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
        Prices, piece, partition by `state.label` (changed to the best one met) and scratch.
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
    n = state.label.size
    cost = load_labels(price, graph, state, work)
    best, best_label, kept = cost, state.label.copy(), 0
    now = heat[0]
    for step in range(moves):
        if step % 64 == 0:
            if stop[0] != 0:
                break
            now = heat[0] * (heat[1] / heat[0]) ** (step / moves)
        unit, other = 0, -1
        for _ in range(TRIES):
            unit = int(rng.random() * n)
            other = neighbour_grid(rng, graph, state, unit, NONE)
            if other >= 0:
                break
        if other >= 0 and rng.random() < SINGLE:
            cost += hand_over(rng, price, graph, state, work, unit, other, now)
        else:
            cost += recombine(rng, price, graph, state, work, state.label[unit], other, TRIPLE, now)
        if cost < best - 1e-9 and (step - kept) * 32 >= n:
            best, kept = cost, step
            best_label[:] = state.label
    if cost > best:
        state.label[:] = best_label
    return load_labels(price, graph, state, work)
