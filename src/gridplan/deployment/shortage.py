"""Grids that lack a force: why, and the smallest remedy."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, csr_matrix
from scipy.sparse.csgraph import connected_components, maximum_flow

from gridplan.deployment.ground import Ints
from gridplan.deployment.task import Posting, Task
from gridplan.errors import first_three
from gridplan.forces import amount_of
from gridplan.language import say


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gap:
    """Items that lack persons for one and the same reason.

    Parameters
    ----------
    items : int64[k]
        The items.
    missing : int64[k]
        Persons each of them lacks.
    reason, remedy : str
        Why, and what would be enough.
    """

    items: Ints
    missing: Ints
    reason: str
    remedy: str


def explain_gaps(task: Task, posting: Posting, unit: str, capacity: float, place: pd.Series) -> list[Gap]:
    """Explain every item that lacks persons.

    Parameters
    ----------
    task : Task
        What was to be served.
    posting : Posting
        Who serves what.
    unit : str
        What capacities count.
    capacity : float
        Capacity of one more person.
    place : Series of str, n_items values
        Where each item lies, for remedies.

    Returns
    -------
    list of Gap
        By the persons who might serve them.
    """
    missing = task.need - np.bincount(posting.item, minlength=len(task.need))
    lacking = np.flatnonzero(missing > 0)
    if not len(lacking):
        return []
    reach = np.isfinite(task.price[lacking])
    return [
        _explain(task, posting, lacking[rows], missing[lacking[rows]], unit, capacity, place)
        for rows in _by_reach(task, reach, place.iloc[lacking])
    ]


def _by_reach(task: Task, reach: np.ndarray, place: pd.Series) -> list[Ints]:
    """Rows of `reach` that share persons; those without any by place."""
    firsts = np.unique(task.group, return_index=True)[1]
    row, column = np.nonzero(reach[:, firsts])
    n = len(reach)
    links = csr_matrix((np.ones(len(row)), (row, n + column)), shape=(n + len(firsts),) * 2)
    _, part = connected_components(links, directed=False)
    alone = ~reach.any(axis=1)
    key = np.where(alone, -1 - pd.factorize(place, sort=True)[0], part[:n])
    return [np.flatnonzero(key == k) for k in dict.fromkeys(key)]


def _explain(
    task: Task, posting: Posting, items: Ints, missing: Ints, unit: str, capacity: float, place: pd.Series
) -> Gap:
    persons = np.flatnonzero(np.isfinite(task.price[items]).any(axis=0))
    wanted = float((missing * task.size[items]).sum())
    more = _more_persons(task.size[items], missing, capacity)
    where = _name_places(place.iloc[items])
    remedy = say(
        "{count} more with a capacity of {capacity} each in {where}",
        count=more, capacity=amount_of(capacity, unit), where=where,
    )  # fmt: skip
    if not len(persons):
        return Gap(items=items, missing=missing, reason=say("no person in scope"), remedy=remedy)
    load = np.bincount(posting.person, task.size[posting.item], len(task.capacity))
    left = task.capacity - load
    if len(persons) < int(task.need[items].max()):
        reason = say(
            "needs {need} different persons, {count} in scope", need=int(task.need[items].max()), count=len(persons)
        )
        return Gap(items=items, missing=missing, reason=reason, remedy=remedy)
    if task.counted:
        reason = say(
            "capacity of the {count} in scope short by {wanted}",
            count=len(persons), wanted=amount_of(wanted, unit),
        )  # fmt: skip
    else:
        reason = say(
            "capacity of the {count} in scope short by {wanted}, at most {left} left with one of them",
            count=len(persons), wanted=amount_of(wanted, unit), left=amount_of(left[persons].max(), unit),
        )  # fmt: skip
    enough = _enough_capacity(task, persons) if task.counted else None
    if enough is not None:
        remedy = say(
            "{remedy}, or a capacity of {enough} for each of the {count}",
            remedy=remedy, enough=amount_of(enough, unit), count=len(persons),
        )  # fmt: skip
    return Gap(items=items, missing=missing, reason=reason, remedy=remedy)


def _more_persons(size: np.ndarray, missing: Ints, capacity: float) -> int:
    """Fewest persons of a given capacity that can serve what is missing: exact for counts, first fit else."""
    sizes = np.repeat(size, missing)
    owner = np.repeat(np.arange(len(missing)), missing)
    bins: list[tuple[float, set[int]]] = []
    for k in np.argsort(-sizes, kind="stable"):
        for b, (left, held) in enumerate(bins):
            if sizes[k] <= left and int(owner[k]) not in held:
                held.add(int(owner[k]))
                bins[b] = (left - float(sizes[k]), held)
                break
        else:
            bins.append((max(capacity - float(sizes[k]), 0.0), {int(owner[k])}))
    return len(bins)


def _enough_capacity(task: Task, persons: Ints) -> int | None:
    """Smallest whole capacity which, given to these persons, covers all items they may serve as far as others can."""
    reach = np.isfinite(task.price)
    items = np.flatnonzero(reach[:, persons].any(axis=1))
    low, high = int(task.capacity[persons].min()), len(items)
    if not _covers(task, items, persons, reach, high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _covers(task, items, persons, reach, middle) else (middle + 1, high)
    return low


def _covers(task: Task, items: Ints, persons: Ints, reach: np.ndarray, capacity: int) -> bool:
    """Tell whether all items can be served when these persons have at least this capacity: a maximum flow."""
    room = task.capacity.copy()
    room[persons] = np.maximum(room[persons], capacity)
    helpers = np.flatnonzero(reach[items].any(axis=0))
    row, column = np.nonzero(reach[np.ix_(items, helpers)])
    n, m = len(items), len(helpers)
    tail = np.concatenate([np.zeros(n, np.int64), 1 + row, 1 + n + np.arange(m)])
    head = np.concatenate([1 + np.arange(n), 1 + n + column, np.full(m, 1 + n + m)])
    bound = np.concatenate([task.need[items], np.ones(len(row)), np.minimum(room[helpers], n)]).astype(np.int32)
    graph = csr_array((bound, (tail, head)), shape=(n + m + 2,) * 2)
    return int(maximum_flow(graph, 0, n + m + 1).flow_value) == int(task.need[items].sum())


def _name_places(place: pd.Series) -> str:
    names = sorted(set(place) - {""})
    return first_three(names) if names else say("the district")
