"""Who serves what when capacities count items: the cheapest flow, exact; and its relaxation for other capacities."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from gridplan.deployment.ground import Floats, Ints
from gridplan.deployment.task import Posting, Task, sort_pairs, weigh
from gridplan.partition.highs import make_solver

NEAREST: Final = 10
"""Persons per item the programme begins with; it takes in others as their prices ask for them."""

ADDED: Final = 6
"""Persons per item taken in at a time."""

KM: Final = 1e-3
"""The programme counts in kilometres, so that its tolerances are a tenth of a millimetre."""

_EPS: Final = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relaxed:
    """The cheapest fractional roster.

    Parameters
    ----------
    item, person : int64[k]
        Pairs in use.
    share : float64[k]
        How far, in (0, 1].
    item_dual, person_dual : float64[n], float64[m]
        Value of one more person at an item (metres), and of one more unit of capacity (<= 0).
    lacking : float
        Persons who lack.
    cost : float
        In metres: a lower bound of every roster, without the price of uneven load unless items are counted.
    """

    item: Ints
    person: Ints
    share: Floats
    item_dual: Floats
    person_dual: Floats
    lacking: float
    cost: float


def solve_flow(task: Task) -> Posting:
    """Find the best roster where capacities count items.

    Parameters
    ----------
    task : Task
        With sizes of 1.

    Returns
    -------
    Posting
        Proven: prices of pairs are linear and that of the load is convex, so a vertex of the programme is whole.
    """
    relaxed = relax(task)
    whole = relaxed.share > 0.5  # noqa: PLR2004  vertices of a flow are 0 or 1
    item, person = sort_pairs(relaxed.item[whole], relaxed.person[whole])
    cost = weigh(task, item, person)
    lacking = int(task.need.sum()) - len(item)
    return Posting(item=item, person=person, bound=cost, proven=True, method="flow", lacking=lacking)


def relax(task: Task) -> Relaxed:
    """Solve the linear relaxation, with persons taken in as prices ask for them.

    Parameters
    ----------
    task : Task
        What is to be served.

    Returns
    -------
    Relaxed
        Optimal over all pairs: those left out were priced and found too dear.
    """
    programme = _Programme(task)
    while True:
        programme.solve()
        if not programme.take_in():
            return programme.result()


class _Programme:
    """Items as equations, persons as limits, pairs as columns."""

    def __init__(self, task: Task) -> None:
        self.task, self._solver = task, make_solver()
        n, m = task.price.shape
        self.item, self.person = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._in = np.zeros((n, m), dtype=bool)
        self._missing = task.missing_m
        self._add_rows()
        self._add(np.full(n, self._missing) * KM, task.need.astype("float64"), np.arange(n)[:, None], np.ones((n, 1)))
        self._first = n
        if task.load_m and task.counted:
            self._add_steps()
        k = min(NEAREST, m)
        near = np.argpartition(task.price, k - 1, axis=1)[:, :k] if m else np.zeros((n, 0), np.int64)
        rows = np.repeat(np.arange(n), k)
        self._add_pairs(rows, near.ravel())

    def _add_rows(self) -> None:
        """Each item has its persons or lacks them; each person has room."""
        task = self.task
        steps = bool(task.load_m) and task.counted
        lower = np.concatenate([task.need, np.full(len(task.capacity), 0.0 if steps else -np.inf)])
        upper = np.concatenate([task.need, np.zeros(len(task.capacity)) if steps else task.capacity])
        none = np.zeros(0, np.int32)
        self._solver.addRows(len(lower), lower, upper, 0, np.zeros(len(lower), np.int32), none, np.zeros(0))

    def _add_steps(self) -> None:
        """One column for each item more that a person serves: its price rises, so the cheap ones fill first."""
        task, n = self.task, len(self.task.need)
        room = np.minimum(task.capacity, np.isfinite(task.price).sum(axis=0)).astype(np.int64)
        person = np.repeat(np.arange(len(room)), room)
        step = np.arange(len(person)) - np.repeat(np.cumsum(room) - room, room) + 1
        fair = task.fair[person]
        price = task.load_m * (2 * step - 1 - 2 * fair) / (fair * task.mean_size)
        self._add(price * KM, np.ones(len(person)), n + person[:, None], -np.ones((len(person), 1)))
        self._first += len(person)

    def _add_pairs(self, item: Ints, person: Ints) -> None:
        task = self.task
        new = np.isfinite(task.price[item, person]) & ~self._in[item, person]
        item, person = item[new], person[new]
        self._in[item, person] = True
        self.item, self.person = np.concatenate([self.item, item]), np.concatenate([self.person, person])
        entries = np.column_stack([np.ones(len(item)), task.size[item]])
        rows = np.column_stack([item, len(task.need) + person])
        self._add(task.price[item, person] * KM, np.ones(len(item)), rows, entries)

    def _add(self, cost: Floats, upper: Floats, rows: Ints, values: Floats) -> None:
        k, width = values.shape
        if k:
            start = np.arange(0, k * width, width, dtype=np.int32)
            self._solver.addCols(
                k, cost, np.zeros(k), upper, k * width, start, rows.ravel().astype(np.int32), values.ravel()
            )

    def solve(self) -> None:
        self._solver.run()

    def _duals(self) -> tuple[Floats, Floats]:
        dual = np.array(self._solver.getSolution().row_dual)
        return dual[: len(self.task.need)], dual[len(self.task.need) :]

    def take_in(self) -> bool:
        """Take in pairs that would make the roster cheaper; False when there are none."""
        item_dual, person_dual = self._duals()
        task = self.task
        reduced = task.price * KM
        reduced -= item_dual[:, None]
        reduced -= task.size[:, None] * person_dual
        reduced[self._in] = np.inf
        wanting = np.flatnonzero(reduced.min(axis=1, initial=np.inf) < -_EPS)
        if not len(wanting):
            return False
        rows = reduced[wanting]
        k = min(ADDED, rows.shape[1])
        person = np.argpartition(rows, k - 1, axis=1)[:, :k]
        item = np.repeat(wanting, k)
        good = np.take_along_axis(rows, person, axis=1).ravel() < -_EPS
        self._add_pairs(item[good], person.ravel()[good])
        return True

    def result(self) -> Relaxed:
        solution = self._solver.getSolution()
        value = np.array(solution.col_value)
        share, lacking = value[self._first :], float(value[: len(self.task.need)].sum())
        used = share > _EPS
        item_dual, person_dual = self._duals()
        cost = float(self._solver.getInfo().objective_function_value) / KM
        return Relaxed(
            item=self.item[used], person=self.person[used], share=share[used], item_dual=item_dual / KM,
            person_dual=person_dual / KM, lacking=lacking, cost=cost,
        )  # fmt: skip
