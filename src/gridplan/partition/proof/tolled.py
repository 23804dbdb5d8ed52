"""Grids with the units without households that have priced borders: which of them each may hold, and what they cost."""

from dataclasses import replace
from itertools import chain, pairwise

import numpy as np

from gridplan.partition.kernels.arrays import Field, Floats
from gridplan.partition.kernels.sets import WORD
from gridplan.partition.proof.columns import Columns
from gridplan.partition.proof.links import units_of
from gridplan.partition.proof.quest import near_bits

SETS, TRIED = 5_000, 200_000
"""Grids of units with households, and choices that are looked at, at most."""


def add_tolled(field: Field, grids: Columns, room: Floats) -> Columns | None:
    """Add to grids the units without households that have priced borders, once for each choice of them.

    Parameters
    ----------
    field : Field
        The piece.
    grids : Columns
        Grids of units with households; their cost holds the borders of those they surround alone.
    room : float64[m]
        What the borders may cost beside.

    Returns
    -------
    Columns or None
        The grids, and what they cost in all; None where there are too many.
    """
    if len(grids.cost) > SETS:
        return None
    choices = _Choices(field)
    members, cost = list[list[int]](), list[float]()
    for k, (a, b) in enumerate(pairwise(grids.start)):
        own = grids.members[a:b].tolist()
        found = choices.of(own, float(room[k]))
        if found is None:
            return None
        members += [[*own, *units] for units, _ in found]
        cost += [grids.cost[k] + paid for _, paid in found]
    start = np.append(0, np.cumsum([len(grid) for grid in members])).astype(np.int64)
    return replace(grids, members=np.fromiter(chain(*members), np.int64), start=start, cost=np.array(cost))


class _Choices:
    """Which units with priced borders a grid may hold, and how many choices may still be looked at."""

    def __init__(self, field: Field) -> None:
        self._left = TRIED
        graph, many = field.graph, field.firm + field.tolled
        bits = near_bits(graph, many)
        self._near = [sum(int(word) << (WORD * k) for k, word in enumerate(row)) for row in bits.tolist()]
        self._tolled = ((1 << field.tolled) - 1) << field.firm
        self._beside = [0] * len(graph.compound)
        self._tolls = [dict[int, float]() for _ in range(len(graph.compound))]
        for unit, (a, b) in enumerate(pairwise(graph.indptr.tolist())):
            for other, toll in zip(graph.indices[a:b].tolist(), graph.border[a:b].tolist(), strict=True):
                self._beside[unit] |= 1 << other
                self._tolls[unit][other] = toll

    def of(self, own: list[int], room: float) -> list[tuple[list[int], float]] | None:
        """List the choices for a grid, and by how much each costs more; None where there are too many."""
        mine = sum(1 << unit for unit in own)
        near = 0
        for unit in own:
            near |= self._near[unit]
        found, todo = list[tuple[list[int], float]](), [(mine, near, 0, list[int](), 0.0)]
        inner = [unit for unit in units_of(self._tolled & near) if not self._beside[unit] & ~mine]
        known = sum(sum(self._tolls[unit].values()) for unit in inner)
        while todo:
            held, near, barred, units, paid = todo.pop()
            self._left -= 1
            if self._left < 0:
                return None
            open_ = near & self._tolled & ~held & ~barred
            if not open_:
                # what a grid surrounds can join no other
                shut_in = any(not self._beside[unit] & ~held for unit in units_of(barred))
                if not shut_in and self._joined(held, own[0]):
                    found.append((units, max(0.0, paid - known)))
                continue
            bit = open_ & -open_
            unit = bit.bit_length() - 1
            if self._beside[unit] & ~held:
                todo.append((held, near, barred | bit, units, paid))
            more = paid + sum(toll for other, toll in self._tolls[unit].items() if held >> other & 1)
            if more - known < room:
                todo.append((held | bit, near | self._near[unit], barred, [*units, unit], more))
        return found

    def _joined(self, held: int, first: int) -> bool:
        """Tell whether a grid is connected, through units that have no priced borders too."""
        reached = new = 1 << first
        while new:
            grown = 0
            for unit in units_of(new):
                grown |= self._near[unit]
            new = grown & held & ~reached
            reached |= new
        return reached == held
