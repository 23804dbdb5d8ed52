"""A lower bound of every roster whose capacities count households or residents."""

from typing import Final

import numpy as np

from gridplan.deployment.ground import Floats, Ints
from gridplan.deployment.kernels.knapsack import relax_knapsacks
from gridplan.deployment.kernels.state import Field
from gridplan.deployment.task import Task

ROOM: Final = 3_000
"""Largest capacity in whole units that knapsacks are solved for; larger ones are counted in coarser units."""

CHECKED: Final = 20
"""Steps after which it is seen whether the bound still rises."""

RISE: Final = 1e-3
"""By which share it must have risen."""

PATIENCE: Final = 8
"""Steps without progress after which steps become shorter."""


def bound_cost(task: Task, field: Field, dual: Floats, target: float, steps: int) -> float:
    """Raise a Lagrangian bound: every person picks the best load against the dual values of the items.

    Parameters
    ----------
    task : Task
        What is to be served.
    field : Field
        The same for kernels.
    dual : float64[n]
        Values to begin with.
    target : float
        Cost of a known roster, for the length of the steps.
    steps : int
        Subgradient steps.

    Returns
    -------
    float
        No roster costs less, in metres: the best of all steps, each valid.
    """
    unit, size, room = _whole(task)
    slack = task.size - size * unit
    price = np.ascontiguousarray(task.price.T)
    used, chosen = np.zeros((2, len(dual)), np.int64)
    value = np.zeros(int(room.max(initial=0)) + 1)
    keep = np.zeros((len(dual), len(value)), dtype=bool)
    dual = np.clip(dual, -field.missing, field.missing)
    best, kept, pace, idle, mark = -np.inf, dual, 1.0, 0, -np.inf
    for step in range(steps):
        if step % CHECKED == CHECKED - 1:
            if best - mark < RISE * abs(best):
                break
            mark = best
        knapsacks = relax_knapsacks(price, dual, size, room, slack, field, unit, used, chosen, value, keep)
        cost = float((task.need * dual).sum()) + knapsacks
        if cost > best + 1e-6 * abs(cost):
            best, kept, idle = cost, dual, 0
        else:
            idle += 1
            if idle % PATIENCE == 0:
                pace, dual = pace / 2, kept
                if pace < 1e-3:  # noqa: PLR2004  too short to matter
                    break
                continue
        slope = (task.need - used).astype("float64")
        norm = float((slope**2).sum())
        if norm == 0 or target - cost <= 1e-9 * abs(target):
            break
        dual = np.minimum(dual + pace * (target - cost) / norm * slope, field.missing)
    return best


def _whole(task: Task) -> tuple[float, Ints, Ints]:
    """Count capacities in whole units; rounding down both sides keeps every roster lawful."""
    largest = float(task.capacity.max(initial=1.0))
    whole = bool((task.size == np.floor(task.size)).all())
    unit = max(1.0 if whole else min(1.0, largest / ROOM), largest / ROOM)
    size = np.floor(task.size / unit + 1e-9).astype(np.int64)
    return unit, size, np.floor(task.capacity / unit + 1e-9).astype(np.int64)
