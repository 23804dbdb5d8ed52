"""One force as arrays: what has to be served, by whom, at what price."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from gridplan.deployment.ground import Floats, Ints


@dataclass(frozen=True, kw_only=True, eq=False)
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

    @property
    def mean_size(self) -> float:
        """Mean size of an item, 1 where all are empty."""
        return float(self.size.mean()) if self.size.any() else 1.0

    @cached_property
    def missing_m(self) -> float:
        """Price of a person who lacks: more than any exchange along a chain of all persons can save."""
        most = float(self.price.max(initial=0.0, where=np.isfinite(self.price)))
        spread = most - float(self.price.min(initial=0.0))
        uneven = np.maximum(load_prices(self, self.capacity), load_prices(self, np.zeros(len(self.capacity))))
        return (len(self.capacity) + 2) * (spread + 2 * float(uneven.max(initial=0.0)) + 1.0)

    @cached_property
    def fair(self) -> Floats:
        """Load of each person if all who share items were loaded alike, float64[m]; at least the mean size."""
        firsts = np.unique(self.group, return_index=True)[1]
        reach = np.isfinite(self.price[:, firsts])
        item, column = np.nonzero(reach)
        n = len(self.need)
        links = csr_matrix((np.ones(len(item)), (item, n + column)), shape=(n + len(firsts),) * 2)
        _, part = connected_components(links, directed=False)
        of_person = part[n + np.searchsorted(self.group[firsts], self.group)]
        demand = np.bincount(part[:n], self.need * self.size, part.max(initial=0) + 1)
        supply = np.bincount(of_person, self.capacity, part.max(initial=0) + 1)
        rate = np.minimum(1.0, demand / np.maximum(supply, 1e-9))
        return np.maximum(self.capacity * rate[of_person], self.mean_size)


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
    return task.load_m * (load - task.fair) ** 2 / (task.fair * task.mean_size)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Posting:
    """Who serves what, and how good that is.

    Parameters
    ----------
    item, person : int64[k]
        Pairs, sorted.
    bound : float
        No roster costs less, in metres; persons who lack count with `missing_m` of the task.
    proven : bool
        Whether no roster is better.
    method : str
        How it was found.
    lacking : int
        Persons who lack in every roster.
    pieces : int64[m] or None
        Pieces of each person's beat; None where beats do not matter.
    """

    item: Ints
    person: Ints
    bound: float
    proven: bool
    method: str
    lacking: int = 0
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
    return pairs + float(load_prices(task, load).sum()) + float(lacking) * task.missing_m
