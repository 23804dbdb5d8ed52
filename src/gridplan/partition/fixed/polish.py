"""Exact polish: two, three or four neighbouring parts are divided anew by looking through all ways."""

from collections.abc import Iterator

import numpy as np

from gridplan.partition.clock import Clock
from gridplan.partition.fixed.effort import Found
from gridplan.partition.fixed.exact import exhaust
from gridplan.partition.fixed.net import assemble_net
from gridplan.partition.fixed.plans import price_labels
from gridplan.partition.kernels.arrays import Floats, Ints
from gridplan.partition.kernels.fixed_arrays import LOWER, NAME, NODE, UPPER, WEIGHT, Net
from gridplan.partition.kernels.fixed_cover import MAX_NODES

MOST = 4
"""Parts that are divided anew together, at most."""


def sub_net(net: Net, nodes: Ints) -> Net:
    """Cut a part of a graph out.

    Parameters
    ----------
    net : Net
        Graph of n nodes.
    nodes : int64[s]
        Nodes to keep, ascending.

    Returns
    -------
    Net
        Their graph; places and compounds keep their order.
    """
    place = np.full(len(net.units), -1)
    place[nodes] = np.arange(len(nodes))
    ends = place[net.ends]
    kept = (ends >= 0).all(axis=1)
    spots = place[net.spot_node] >= 0
    owner = place[net.homes[NODE]]
    _, compound = np.unique(net.homes[NAME][owner >= 0], return_inverse=True)
    return assemble_net(
        len(nodes), np.sort(ends[kept], axis=1), net.toll[kept], net.units[nodes], net.spots[spots],
        place[net.spot_node[spots]], owner[owner >= 0], compound.astype(np.int64),
    )  # fmt: skip


class Polish:
    """Divide neighbouring parts anew, and remember what is known to be as good as it gets.

    Parameters
    ----------
    net : Net
        Connected graph.
    price : float64[9]
        Vector of prices.
    budget : int
        Sets to look at for one division, at most.
    clock : Clock
        When to stop early.
    """

    def __init__(self, net: Net, price: Floats, budget: int, clock: Clock) -> None:
        self.net, self.price, self.budget, self.clock = net, price, budget, clock
        self.known: set[tuple[int, bytes]] = set()

    def improve(self, found: Found) -> Found:
        """Divide groups of parts anew, the small ones first, until none gives a better plan.

        Parameters
        ----------
        found : Found
            A plan.

        Returns
        -------
        Found
            A plan at least as good.
        """
        better: Found | None = found
        while better is not None:
            found, better = better, next(self._steps(better), None)
        return found

    def _steps(self, found: Found) -> Iterator[Found]:
        """Go through the groups of parts that touch and yield the better plans."""
        parts = int(found.labels.max()) + 1
        ends = found.labels[self.net.ends]
        touching = np.zeros((parts, parts), np.bool_)
        touching[ends[:, 0], ends[:, 1]] = touching[ends[:, 1], ends[:, 0]] = True
        groups: list[tuple[int, ...]] = [(part,) for part in range(parts)]
        for _ in range(MOST - 1):
            near = {tuple(sorted({*g, int(p)})) for g in groups for part in g for p in np.flatnonzero(touching[part])}
            groups = sorted(g for g in near if len(g) == len(groups[0]) + 1)
            if not groups:
                return
            for group in groups:
                if self.clock.over():
                    return
                better = self._divide(found, group)
                if better is not None:
                    yield better

    def _divide(self, found: Found, group: tuple[int, ...]) -> Found | None:
        """Divide the union of some parts anew; None if that gives no better plan."""
        inside = np.isin(found.labels, group)
        key, nodes = (len(group), inside.tobytes()), np.flatnonzero(inside)
        total = self.net.units[nodes, WEIGHT].sum()
        fits = len(group) * self.price[LOWER] <= total <= len(group) * self.price[UPPER]
        if key in self.known or len(nodes) > MAX_NODES or not fits:
            return None
        net, r = sub_net(self.net, nodes), len(group)
        now = price_labels(net, self.price, np.searchsorted(np.array(group), found.labels[nodes]), r)
        best, proven = exhaust(net, self.price, r, [], now, self.budget, self.clock)
        if proven or not self.clock.over():
            self.known.add(key)
        if best is None or not best < now:
            return None
        labels = found.labels.copy()
        labels[nodes] = np.array(group)[best.labels]
        return price_labels(self.net, self.price, labels, int(labels.max()) + 1)
