"""Idle units: which of them a grid needs, how those of a plan are shared, and where the others go."""

from itertools import combinations, pairwise
from typing import Final

import numpy as np

from gridplan.partition.kernels.arrays import Graph, Ints

TRIED: Final = 200
"""Choices of idle units that are looked at for one plan, or one pair of grids."""

Choice = tuple[list[int], list[int]]
"""For each grid of a plan, as bits: the idle units that it has, and those that it has or may have."""


class Links:
    """Which idle units link the units of a grid of one piece.

    Parameters
    ----------
    graph : Graph
        Piece of n units, the idle ones last.
    firm : int
        Units that are not idle.
    """

    def __init__(self, graph: Graph, firm: int) -> None:
        self._near = [bits_of(graph.indices[a:b]) for a, b in pairwise(graph.indptr)]
        self._idle, self._graph = (1 << len(graph.compound)) - (1 << firm), graph
        self._known: dict[int, list[int]] = {}

    def add_needed(self, members: Ints, start: Ints) -> tuple[Ints, Ints]:
        """Add to grids the idle units without which they are not connected, whatever others link them.

        Parameters
        ----------
        members, start : int64, int64[m + 1]
            Units of each grid but the idle ones.

        Returns
        -------
        members, start : int64, int64[m + 1]
            The same with these; two grids that need the same one are in no plan together.
        """
        grids = []
        for a, b in pairwise(start):
            own = bits_of(members[a:b])
            if own not in self._known:
                self._known[own] = units_of(self._needed(own, self._idle))
            grids.append(np.append(members[a:b], np.array(self._known[own], np.int64)))
        return np.concatenate(grids), np.append(0, np.cumsum([len(grid) for grid in grids]))

    def fit(self, grids: list[Ints]) -> tuple[list[list[int]] | None, list[tuple[int, int]]]:
        """Share the idle units among the grids of a plan, so that each is connected.

        Parameters
        ----------
        grids : list of int64
            Units of each grid but the idle ones.

        Returns
        -------
        links : list of list of int, or None
            Idle units that link each; None where they do not suffice, or that is not found out.
        clashes : list of (int, int)
            Grids for which they do not even suffice two by two, in any plan.
        """
        own = [bits_of(grid) for grid in grids]
        found = self._share(own)
        if found:
            return [units_of(links) for links in found], []
        loose = [k for k, bits in enumerate(own) if not self._joined(bits, 0)]
        return None, [(a, b) for a, b in combinations(loose, 2) if self._share([own[a], own[b]]) == []]

    def spread(self, labels: Ints) -> Ints:
        """Give the idle units that link no grid to one beside them, where they pay the least for borders.

        Parameters
        ----------
        labels : int64[n]
            Grid of each unit, -1 for none yet.

        Returns
        -------
        int64[n]
            The same, with a grid for each.
        """
        new, graph = labels.copy(), self._graph
        ends = np.repeat(np.arange(len(labels)), np.diff(graph.indptr))
        while (new < 0).any():
            joins = np.flatnonzero((new[ends] < 0) & (new[graph.indices] >= 0))
            pairs, at = np.unique(ends[joins] * len(new) + new[graph.indices[joins]], return_inverse=True)
            paid = np.bincount(at, graph.border[joins])
            order = np.argsort(-paid, kind="stable")  # of several grids the last one counts
            new[pairs[order] // len(new)] = pairs[order] % len(new)
        return new

    def _share(self, own: list[int]) -> list[int] | None:
        """Give the idle units of each grid as bits; nothing where they do not suffice, None where that is not known."""
        todo: list[Choice] = [([0] * len(own), [self._idle] * len(own))]
        for _ in range(TRIED):
            if not todo:
                return []
            links, free = todo.pop()
            if not self._settle(own, links, free):
                continue
            k = next((k for k, bits in enumerate(own) if not self._joined(bits, links[k])), -1)
            if k < 0:
                return links
            shore = 0
            for unit in units_of(self._reach(own[k], links[k])):
                shore |= self._near[unit]
            unit = shore & self._paths(own[k], free[k]) & ~links[k]
            unit &= -unit
            without = free.copy()
            without[k] &= ~unit
            todo.append((links.copy(), without))
            _give(links, free, k, unit)
            todo.append((links, free))
        return None

    def _settle(self, own: list[int], links: list[int], free: list[int]) -> bool:
        """Give each grid what it needs, again and again; tell whether all can still be linked."""
        changed = True
        while changed:
            changed = False
            for k, bits in enumerate(own):
                if self._joined(bits, links[k]):
                    continue
                if not self._joined(bits, free[k]):
                    return False
                new = self._needed(bits, free[k]) & ~links[k]
                if new:
                    changed = True
                    _give(links, free, k, new)
        return True

    def _needed(self, own: int, free: int) -> int:
        """Tell which of some idle units a grid is not connected without."""
        found, left = 0, self._paths(own, free)
        while left:
            bit = left & -left
            left ^= bit
            if not self._joined(own, free & ~bit):
                found |= bit
        return found

    def _paths(self, own: int, free: int) -> int:
        """Tell which idle units stand on the shortest paths from the first unit of a grid to its others."""
        first = (own & -own).bit_length() - 1
        usable, before, todo = (own | free) & ~(1 << first), {first: first}, [first]
        for unit in todo:
            new = units_of(self._near[unit] & usable)
            usable &= ~self._near[unit]
            before.update(dict.fromkeys(new, unit))
            todo += new
        met = 0
        for unit in units_of(own):
            at = unit
            while at in before and not met >> at & 1:
                met |= 1 << at
                at = before[at]
        return met & free

    def _reach(self, own: int, links: int) -> int:
        """Tell what the first unit of a grid reaches through its units and some idle ones."""
        usable, reached, new = own | links, own & -own, own & -own
        while new:
            bit = new & -new
            grown = self._near[bit.bit_length() - 1] & usable & ~reached
            reached, new = reached | grown, new ^ bit | grown
        return reached

    def _joined(self, own: int, links: int) -> bool:
        """Tell whether the units of a grid are connected through themselves and some idle ones."""
        return not own & ~self._reach(own, links)


def _give(links: list[int], free: list[int], k: int, units: int) -> None:
    """Give idle units to one grid, so that no other may have them."""
    for j in range(len(free)):
        if j != k:
            free[j] &= ~units
    links[k] |= units


def bits_of(units: Ints) -> int:
    """Give a set of units as bits."""
    return sum(1 << unit for unit in units.tolist())


def units_of(bits: int) -> list[int]:
    """List the units of a set given as bits, in ascending order."""
    found = []
    while bits:
        bit = bits & -bits
        found.append(bit.bit_length() - 1)
        bits ^= bit
    return found
