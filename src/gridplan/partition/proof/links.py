"""Idle units: which of them link the units of a grid, and where the others go."""

from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from gridplan.partition.kernels.arrays import Graph, Ints

WAYS, TRIED = 16, 200
"""Ways to link one grid that are told apart, and sets of idle units that are looked at for them."""

Near = list[set[int]]


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
        self._near: Near = [set(graph.indices[a:b].tolist()) for a, b in pairwise(graph.indptr)]
        self._idle, self._graph = frozenset(range(firm, len(graph.compound))), graph
        self._known: dict[bytes, tuple[list[list[int]], bool]] = {}

    def add(self, members: Ints, start: Ints) -> tuple[Ints, Ints, Ints, NDArray[np.bool_]]:
        """Add to grids the idle units that link them, once for each way to do that.

        Parameters
        ----------
        members, start : int64, int64[m + 1]
            Units of each grid.

        Returns
        -------
        members, start, of, loose : int64, int64[k + 1], int64[k], bool[k]
            Units of each linked grid, where two that need the same idle unit are in no plan together; the grid it was
            made of; whether it has too many ways, so that only what all of them share was added.
        """
        if not self._idle:
            m = len(start) - 1
            return members, start, np.arange(m), np.zeros(m, np.bool_)
        grids, of, loose = list[list[int]](), list[int](), list[bool]()
        for k, (a, b) in enumerate(pairwise(start)):
            own, key = members[a:b].tolist(), members[a:b].tobytes()
            if key not in self._known:
                self._known[key] = self._ways(own)
            ways, open_ = self._known[key]
            grids += [own + way for way in ways]
            of += [k] * len(ways)
            loose += [open_] * len(ways)
        lengths = [len(grid) for grid in grids]
        begin = np.append(0, np.cumsum(lengths)).astype(np.int64)
        return np.fromiter(chain(*grids), np.int64), begin, np.array(of, np.int64), np.array(loose, np.bool_)

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

    def _ways(self, own: list[int]) -> tuple[list[list[int]], bool]:
        """List the least sets of idle units that link a grid; or what all of them share, if there are too many."""
        if self._joined(own, frozenset()):
            return [[]], False
        needed = frozenset(unit for unit in self._paths(own) if not self._joined(own, self._idle - {unit}))
        if self._joined(own, needed):
            return [sorted(needed)], False
        ways, tried, todo = set[frozenset[int]](), 0, [(needed, frozenset[int]())]
        while todo:
            links, barred = todo.pop()
            tried += 1
            if tried > TRIED or len(ways) > WAYS:
                return [sorted(needed)], True
            reached = self._reach(own, links)
            if reached.issuperset(own):
                ways.add(self._least(own, links))
                continue
            shore = set(chain.from_iterable(self._near[unit] for unit in reached)) & self._idle - links - barred
            for unit in sorted(shore):
                if self._joined(own, self._idle - barred):
                    todo.append((links | {unit}, barred))
                barred |= {unit}
        return [sorted(way) for way in sorted(ways, key=sorted)], False

    def _paths(self, own: list[int]) -> set[int]:
        """List the idle units on some paths from the first unit of a grid to its others; every needed one is there."""
        usable, before, todo = {*own[1:], *self._idle}, {own[0]: own[0]}, [own[0]]
        for unit in todo:
            new = self._near[unit] & usable
            usable -= new
            before.update(dict.fromkeys(new, unit))
            todo.extend(sorted(new))
        met = set[int]()
        for unit in own:
            at = unit
            while at != own[0] and at not in met:
                met.add(at)
                at = before[at]
        return met & self._idle

    def _least(self, own: list[int], links: frozenset[int]) -> frozenset[int]:
        """Leave out the idle units that a grid can do without."""
        for unit in sorted(links):
            if self._joined(own, links - {unit}):
                links -= {unit}
        return links

    def _reach(self, own: list[int], links: frozenset[int]) -> set[int]:
        """List what the first unit of a grid reaches through its units and some idle ones."""
        usable, reached, todo = {*own[1:], *links}, {own[0]}, [own[0]]
        while todo:
            new = self._near[todo.pop()] & usable
            usable -= new
            reached |= new
            todo.extend(new)
        return reached

    def _joined(self, own: list[int], links: frozenset[int]) -> bool:
        """Tell whether the units of a grid are connected through themselves and some idle ones."""
        return self._reach(own, links).issuperset(own)
