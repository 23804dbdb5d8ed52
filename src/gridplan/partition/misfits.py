"""Units that no grid within the band holds: those above it, and those that what is around them leaves no such grid.

Between units so large that they cannot share a grid with it, a unit may reach too few households for the band. Its grid
misses the band whatever is planned, and which of its misses is the least is known from the start.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridplan.partition.kernels.arrays import LOWER, OUTSIDE, SURPLUS, UPPER, WEIGHT, Floats, Graph, Ints
from gridplan.partition.kernels.cost import SLACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfits:
    """Units of a piece of which each costs its price in any plan, whatever the others cost.

    Parameters
    ----------
    units : int64[k]
        The units, those above the band first.
    least : float64[k]
        Price of the size rule for the grid of each, at least; in any plan they add up.
    below, above : float64[k]
        Most households of a grid with it that is below the band, -inf for none; fewest of one above it, inf for none.
    apart : float64[k]
        By how much a plan in which it shares its grid with one before it costs more than all of them add up to.
    """

    units: Ints
    least: Floats
    below: Floats
    above: Floats
    apart: Floats

    @property
    def price(self) -> float:
        """Price of the size rule in any plan, at least."""
        return float(self.least.sum())

    def only(self, kept: NDArray[np.bool_]) -> "Misfits":
        """Leave out some of them."""
        return Misfits(
            units=self.units[kept], least=self.least[kept], below=self.below[kept], above=self.above[kept],
            apart=self.apart[kept],
        )  # fmt: skip


def find_misfits(graph: Graph, price: Floats) -> Misfits:
    """Find the units that no grid within the band holds.

    Parameters
    ----------
    graph, price : Graph, float64[9]
        Piece of n units and prices.

    Returns
    -------
    Misfits
        The units above the band, and of the others as many as cost their price beside these and each other. Time
        O(n + k * k), and what it takes to collect the households of a grid around units that do not fit beside the
        largest.
    """
    w, outside, per, upper = graph.units[:, WEIGHT], price[OUTSIDE], price[SURPLUS], price[UPPER]
    huge = np.flatnonzero(w > upper + SLACK)
    # in one grid two of these save the price of a grid outside, and pay for the band once more
    merged = float(per * upper - outside)
    alone = len(huge) <= 1
    least = per * (w[huge] - upper) + (outside if merged >= 0 or alone else per * upper)
    units, leasts, met, dearer = huge.tolist(), least.tolist(), [set[int]() for _ in huge], [merged for _ in huge]
    below, above, apart = [-np.inf for _ in huge], w[huge].tolist(), [np.inf if alone else merged for _ in huge]
    for unit in _stuck_candidates(w, price) if merged >= 0 else ():
        around = _surroundings(graph, unit, w, price)
        if around is None:
            continue
        reached, near, shore = around
        over = float(w[unit] + w[shore].min()) if shore else np.inf
        cost = float(outside + per * min(price[LOWER] - reached, over - upper))
        # in a grid above the band for the sake of others a unit costs its households; one alone may cost less by that
        more = float(per * w[unit]) - cost
        gap = more if more >= 0.0 else min(dearer, default=np.inf)
        for k, other in enumerate(units):
            if other in near or other in shore or unit in met[k]:
                both = float(w[unit] + w[other])  # at most upper: one grid may miss the band for both
                shared = outside + per * (both - upper) if both > upper + SLACK else 0.0
                gap = min(gap, shared - cost - leasts[k])
        if gap >= 0.0:
            units.append(unit)
            leasts.append(cost)
            below.append(reached)
            above.append(over)
            apart.append(gap)
            met.append(near | set(shore))
            dearer.append(more)
    return Misfits(
        units=np.array(units, np.int64), least=np.array(leasts), below=np.array(below), above=np.array(above),
        apart=np.array(apart),
    )  # fmt: skip


def _stuck_candidates(w: Floats, price: Floats) -> list[int]:
    """List the units below the band that do not fit into one grid with every other, the largest first."""
    small = (w > 0) & (w < price[LOWER] - SLACK) & (w + w.max(initial=0.0) > price[UPPER] + SLACK)
    units = np.flatnonzero(small)
    return units[np.argsort(-w[units], kind="stable")].tolist()  # type: ignore[no-any-return]


def _surroundings(graph: Graph, unit: int, w: Floats, price: Floats) -> tuple[float, set[int], list[int]] | None:
    """Collect the units that a unit reaches through such as fit into one grid with it.

    Returns
    -------
    (float, set of int, list of int) or None
        Their households, the units, and those beside them that do not fit; None where the households come to the band.
    """
    room, near, shore, todo = price[UPPER] + SLACK - w[unit], {unit}, dict[int, None](), [unit]
    reached = float(w[unit])
    while todo:
        at = todo.pop()
        for other in graph.indices[graph.indptr[at] : graph.indptr[at + 1]].tolist():
            if other in near:
                continue
            if w[other] > room:
                shore[other] = None
                continue
            near.add(other)
            todo.append(other)
            reached += float(w[other])
            if reached >= price[LOWER] - SLACK:
                return None
    return reached, near, list(shore)
