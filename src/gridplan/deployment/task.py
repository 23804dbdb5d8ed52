"""One force as arrays: what has to be served, by whom, at what price."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from gridplan.deployment.ground import Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """Items (grids, communities or subdistricts) to be served by the persons of one force.

    The cost of a roster is the sum of the prices of its pairs, of the uneven load, and of `missing_m` for each person
    an item lacks; so that no number of metres is worth a grid without its force.

    Parameters
    ----------
    price : float64[n, m]
        Metres that serving item n by person m costs; infinite out of scope.
    need : int64[n]
        Different persons each item needs.
    size : float64[n]
        Share of a capacity that one person takes up by serving the item.
    capacity : float64[m]
        What each person can serve, in the unit of `size`.
    group : int64[m]
        Persons of equal group may serve the same items.
    load_m : float
        Metres that a load twice its fair share costs, per item of that share.
    """

    price: Floats
    need: Ints
    size: Floats
    capacity: Floats
    group: Ints
    load_m: float

    @property
    def counted(self) -> bool:
        """Whether capacities count items, so that the best roster is a flow."""
        return bool((self.size == 1).all())


def missing_price(task: Task) -> float:
    """Price of a person who lacks: more than any exchange along a chain of all persons can save.

    Parameters
    ----------
    task : Task
        What is to be served.

    Returns
    -------
    float
        Metres.
    """
    finite = task.price[np.isfinite(task.price)]
    spread = float(finite.max() - min(finite.min(), 0.0)) if finite.size else 0.0
    uneven = np.maximum(load_prices(task, task.capacity), load_prices(task, np.zeros(len(task.capacity))))
    return (len(task.capacity) + 2) * (spread + 2 * float(uneven.max(initial=0.0)) + 1.0)


def fair_shares(task: Task) -> Floats:
    """Load of each person if all who share items were loaded alike.

    Parameters
    ----------
    task : Task
        What is to be served.

    Returns
    -------
    float64[m]
        In the unit of capacities; at least the mean size of an item.
    """
    firsts = np.unique(task.group, return_index=True)[1]
    reach = np.isfinite(task.price[:, firsts])
    item, column = np.nonzero(reach)
    n = len(task.need)
    links = csr_matrix((np.ones(len(item)), (item, n + column)), shape=(n + len(firsts),) * 2)
    _, part = connected_components(links, directed=False)
    of_person = part[n + np.searchsorted(task.group[firsts], task.group)]
    demand = np.bincount(part[:n], task.need * task.size, part.max(initial=0) + 1)
    supply = np.bincount(of_person, task.capacity, part.max(initial=0) + 1)
    rate = np.minimum(1.0, demand / np.maximum(supply, 1e-9))
    return np.maximum(task.capacity * rate[of_person], mean_size(task))


def mean_size(task: Task) -> float:
    """Mean size of an item, 1 where all are empty.

    Parameters
    ----------
    task : Task
        What is to be served.

    Returns
    -------
    float
        In the unit of capacities.
    """
    return float(task.size.mean()) if task.size.any() else 1.0


def load_prices(task: Task, load: Floats) -> Floats:
    """Price of an uneven load: the squared distance from the fair share, by that share.

    Parameters
    ----------
    task : Task
        What is to be served.
    load : float64[m]
        Load of each person.

    Returns
    -------
    float64[m]
        Metres.
    """
    fair = fair_shares(task)
    return task.load_m * (load - fair) ** 2 / (fair * mean_size(task))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Posting:
    """Who serves what, and how good that is.

    Parameters
    ----------
    item, person : int64[k]
        Pairs, sorted.
    bound : float
        No roster costs less, in metres; persons who lack count with `missing_price`.
    proven : bool
        Whether no roster is better.
    method : str
        How it was found.
    pieces : int64[m] or None
        Pieces of each person's beat; None where beats do not matter.
    """

    item: Ints
    person: Ints
    bound: float
    proven: bool
    method: str
    pieces: Ints | None = None


def sort_pairs(item: Ints, person: Ints) -> tuple[Ints, Ints]:
    """Sort pairs by item, then person.

    Parameters
    ----------
    item, person : int64[k]
        Pairs.

    Returns
    -------
    int64[k], int64[k]
        The same, sorted.
    """
    order = np.lexsort((person, item))
    return item[order].astype(np.int64), person[order].astype(np.int64)


def weigh(task: Task, item: Ints, person: Ints) -> float:
    """Cost of a roster.

    Parameters
    ----------
    task : Task
        What is to be served.
    item, person : int64[k]
        Who serves what.

    Returns
    -------
    float
        Metres.
    """
    lacking = task.need.sum() - len(item)
    load: Floats = np.bincount(person, task.size[item], len(task.capacity)).astype(np.float64)
    pairs = float(task.price[item, person].sum())
    return pairs + float(load_prices(task, load).sum()) + float(lacking) * missing_price(task)
