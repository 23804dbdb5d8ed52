"""Integer programmes over windows of a roster: a few persons who are near one another, and all they serve."""

from typing import Any, Final

import numpy as np

from gridplan.deployment.flow import KM
from gridplan.deployment.ground import Ints
from gridplan.deployment.kernels.state import Field
from gridplan.partition.highs import make_solver

PERSONS: Final = 6
"""Persons of a window."""

NODES: Final = 60
"""Branches a window may cost."""

GAP: Final = 0.003
"""A window this near its optimum is good enough."""

TANGENTS: Final = 9
"""Lines under the price of a load."""


def polish(field: Field, who: Ints, windows: list[tuple[int, Ints]]) -> Ints:
    """Solve windows one after another; a roster never becomes dearer.

    Parameters
    ----------
    field : Field
        The task.
    who : int64[n_slots]
        Person of each slot, -1 for nobody.
    windows : list of int, int64[k]
        Slot without person that a window is for, -1 for none, and its persons.

    Returns
    -------
    int64[n_slots]
        The better roster.
    """
    who = who.copy()
    for slot, persons in windows:
        if slot >= 0 and who[slot] >= 0:
            continue  # an earlier window has found somebody
        slots = np.flatnonzero(np.isin(who, persons) | ((who < 0) & _reached(field, persons)))
        found = _solve(field, who, slots, persons)
        if found is not None and _cost(field, found, slots, persons) < _cost(field, who[slots], slots, persons) - 1e-6:
            who[slots] = found
    return who


def choose_windows(field: Field, who: Ints, rng: np.random.Generator, count: int) -> list[tuple[int, Ints]]:
    """Choose windows: around every slot without person, then around random ones.

    Parameters
    ----------
    field : Field
        The task.
    who : int64[n_slots]
        Person of each slot.
    rng : Generator
        Source of chance.
    count : int
        How many at most.

    Returns
    -------
    list of int, int64[k]
        Slot without person, -1 for none, and persons.
    """
    bare = np.flatnonzero(who < 0)
    slots = np.concatenate([rng.permutation(bare), rng.permutation(len(who))])[:count]
    near = field.near[field.item[slots]][:, :PERSONS]
    marks = np.where(who[slots] < 0, slots, -1).tolist()
    rows = zip(marks, near, strict=True)
    return [(slot, np.unique(row[row >= 0])) for slot, row in rows if (row >= 0).any()]


def _reached(field: Field, persons: Ints) -> Any:  # noqa: ANN401
    reach: Any = np.isfinite(field.price[:, persons]).any(axis=1)
    return reach[field.item]


def _cost(field: Field, who: Ints, slots: Ints, persons: Ints) -> float:
    served = who >= 0
    load = np.bincount(who[served], field.size[field.item[slots[served]]], len(field.capacity))[persons]
    pairs = field.price[field.item[slots[served]], who[served]].sum() + field.missing * np.sum(~served)
    return float(pairs + (field.steep[persons] * (load - field.fair[persons]) ** 2).sum())


def _solve(field: Field, who: Ints, slots: Ints, persons: Ints) -> Ints | None:
    """Solve one window; None where nothing was found."""
    items, place = np.unique(field.item[slots], return_inverse=True)
    need = np.bincount(place)
    price = field.price[np.ix_(items, persons)]
    row, column = np.nonzero(np.isfinite(price))
    held = _held(field, who, slots, items, persons)
    free = ~held[row, column]
    row, column = row[free], column[free]
    solver = make_solver()
    n, m, k = len(items), len(persons), len(row)
    lower = np.concatenate([need, np.full(m, -np.inf)])
    upper = np.concatenate([need, field.capacity[persons]])
    none = np.zeros(0, np.int32)
    solver.addRows(n + m, lower.astype("float64"), upper.astype("float64"), 0, np.zeros(n + m, np.int32), none, none)
    rows = np.column_stack([row, n + column]).astype(np.int32)
    values = np.column_stack([np.ones(k), field.size[items[row]]])
    solver.addCols(
        k, price[row, column] * KM, np.zeros(k), np.ones(k), 2 * k, np.arange(0, 2 * k, 2, dtype=np.int32),
        rows.ravel(), values.ravel(),
    )  # fmt: skip
    solver.addCols(
        n, np.full(n, field.missing * KM), np.zeros(n), need.astype("float64"), n, np.arange(n, dtype=np.int32),
        np.arange(n, dtype=np.int32), np.ones(n),
    )  # fmt: skip
    whole = np.arange(k, dtype=np.int32)
    solver.changeColsIntegrality(k, whole, np.ones(k, dtype=np.uint8))
    _add_loads(solver, field, items, persons, row, column)
    solver.setOptionValue("mip_max_nodes", NODES)
    solver.setOptionValue("mip_rel_gap", GAP)
    solver.run()
    info = solver.getInfo()
    if info.primal_solution_status != 2:  # noqa: PLR2004  no feasible point
        return None
    used = np.array(solver.getSolution().col_value)[:k] > 0.5  # noqa: PLR2004
    return _lay_out(row[used], persons[column[used]], place, len(slots))


def _held(field: Field, who: Ints, slots: Ints, items: Ints, persons: Ints) -> Any:  # noqa: ANN401
    """Pairs that slots outside the window hold: nobody serves an item twice."""
    held = np.zeros((len(items), len(persons)), dtype=bool)
    outside = np.setdiff1d(np.flatnonzero(np.isin(field.item, items)), slots)
    outside = outside[np.isin(who[outside], persons)]
    held[np.searchsorted(items, field.item[outside]), np.searchsorted(persons, who[outside])] = True
    return held


def _add_loads(solver: Any, field: Field, items: Ints, persons: Ints, row: Ints, column: Ints) -> None:  # noqa: ANN401
    """Price the load of each person by lines that touch it from below."""
    for p in np.flatnonzero(field.steep[persons] > 0):
        steep, fair, room = (float(a[persons[p]]) for a in (field.steep, field.fair, field.capacity))
        solver.addVar(0.0, np.inf)
        last = solver.getNumCol() - 1
        solver.changeColCost(last, 1.0)
        mine = np.flatnonzero(column == p)
        sizes = field.size[items[row[mine]]]
        for at in np.linspace(0.0, room, TANGENTS):
            slope = 2 * steep * (at - fair) * KM
            start = steep * (at - fair) ** 2 * KM - slope * at
            index = np.concatenate([mine, [last]]).astype(np.int32)
            solver.addRow(start, np.inf, len(index), index, np.concatenate([-slope * sizes, [1.0]]))


def _lay_out(row: Ints, person: Ints, place: Ints, n: int) -> Ints:
    """Give the persons of each item to its slots in turn."""
    found = np.full(n, -1, np.int64)
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], np.arange(place.max() + 1))
    by_item = np.lexsort((person, row))
    rank = np.arange(len(row)) - np.searchsorted(row[by_item], row[by_item])
    found[order[first[row[by_item]] + rank]] = person[by_item]
    return found
