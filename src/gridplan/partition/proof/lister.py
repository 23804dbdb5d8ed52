"""Grids of small reduced cost: those of the tables, grown ones, or the list of all where a piece has few."""

from typing import Final

import numpy as np

from gridplan.partition.kernels.arrays import Field, Flags, Floats, Ints
from gridplan.partition.kernels.frames import MANY, N_BOOKS, N_GROWN, ROOM
from gridplan.partition.kernels.growth import grow
from gridplan.partition.kernels.near import NEAR
from gridplan.partition.kernels.pricing import ANY_CENTRE, BEST, scan
from gridplan.partition.kernels.sets import CUT, FOUND, STEPS
from gridplan.partition.proof.columns import Columns, Pool, Ties
from gridplan.partition.proof.quest import cell_centres, grown_quest, make_bag, make_cells, make_quest

FINEST_M: Final = 6.0
"""Side of the smallest cells of the tables, metres: where in one a centre lies makes next to no difference."""

DULL, GUESS, SHARP = -0.08, 0.5, 0.5
"""Reduced cost below which the bound of whole cells will do; share of the last one that is expected of the next; and
share of the bound of whole cells that a set must have for that bound to be kept."""

GROWN_M: Final = 65.0
"""Side of the cells in which sets are grown, metres: larger than those of the tables, as all near it are kept."""

SPLIT, NEST = 4, 32
"""Parts of a cell that there is room for sets of, and places for those still to be looked at."""

SMALL: Final = 1e-7
"""Cost below which two plans, or a reduced cost and zero, do not differ."""

COUNTED: Final = 50
"""Units of the largest piece of which all connected sets are sought."""

SETS: Final = 4
"""Sets grown that take as long as a step."""


def no_ties(firm: int) -> Ties:
    """Give the triples of a programme without any."""
    return np.zeros(firm + 1, np.int64), np.zeros((0, 2), np.int64), np.zeros(0)


class Lister:
    """Lists the grids of a piece, and keeps count of the work.

    Parameters
    ----------
    field, price : Field, float64[9]
        Piece and prices.
    parts : int
        Grids of the plan at hand.
    steps, columns : int
        Steps that may be done, and grids listed at once.
    stop : int8[1]
        Not 0: stop.
    """

    def __init__(self, field: Field, price: Floats, parts: int, steps: int, columns: int, stop: Flags) -> None:
        self.field, self.price, self.stop = field, price, stop
        self.quest = make_quest(field)
        self.pool: Pool | None = None
        self.bag = make_bag(self.quest, len(field.graph.compound), field.firm)
        self._centres, self._run = cell_centres(field, self.quest.side), np.array([0, steps, 0])
        self._grown, self._coarse = grown_quest(self.quest, GROWN_M), cell_centres(field, GROWN_M)
        self._met: float | None = None  # by the last scan, where that was sharp
        self._size = max(12, 2 * field.firm // parts)
        frames = max(MANY + len(self._coarse), ROOM) + NEAR
        self._cells, self._listed = make_cells(frames, field.firm, len(self.bag.ends)), self._room(columns)

    @property
    def left(self) -> int:
        """Steps that may still be done."""
        return int(self._run[STEPS])

    def spend(self, steps: int) -> None:
        """Count steps done elsewhere; fewer than 0 give some back."""
        self._run[STEPS] -= steps

    def fill(self, steps: int) -> bool:
        """Try to list all connected sets of lawful size; from then on grids are read off that list.

        Parameters
        ----------
        steps : int
            Steps to do at most.

        Returns
        -------
        bool
            Whether the list is there.
        """
        if self.field.firm > COUNTED:
            return False
        compounds = int(self.field.graph.compound[: self.field.firm].max(initial=-1)) + 1
        free = np.zeros(self.field.firm + 1 + 2 * compounds)
        found = self.grow(free, no_ties(self.field.firm), 0, np.inf, steps)
        self.pool = Pool(self.field, self.bag, found) if found.whole else None
        return found.whole

    def relaxed(self, dual: Floats, patience: int) -> Columns:
        """List the set of least reduced cost of each kind and cell, connected or not, where that is below 0.

        Parameters
        ----------
        dual : float64[firm + 1 + 2 * c]
            Dual values.
        patience : int
            Steps for one kind in one cell.

        Returns
        -------
        Columns
            The sets, and the bound of all.
        """
        met = 0.0 if self._met is None else GUESS * self._met
        if self._met is None:
            found, met = self.scan(dual, patience, ANY_CENTRE, met)
            if met < SHARP * found.least or self.left <= 0:
                return found
        found, met = self.scan(dual, patience, BEST, met)
        self._met = met if met >= DULL else None
        return found

    def scan(self, dual: Floats, patience: int, mode: int, worst: float) -> tuple[Columns, float]:
        """Call `scan`; tell the least reduced cost met too."""
        members, start, cost = self._room(SPLIT * len(self._centres) * (len(self.quest.kinds) + 2))
        least, lift = np.zeros(len(self._centres)), np.zeros(self.field.firm)
        self._run[FOUND] = self._run[CUT] = 0
        worst = scan(
            self.price, self.field, self._values(dual), self.quest, self.bag, self._centres, -SMALL, mode, patience,
            FINEST_M, worst, np.zeros((NEST, 3)), self._run, least, lift, members, start, cost, self.stop,
        )  # fmt: skip
        return Columns.of(members, start, cost, self._run, float(least.min()), lift), worst

    def grow(self, dual: Floats, ties: Ties, parts: int, limit: float, steps: int) -> Columns:
        """List connected sets by growing them, as `kernels.growth` has it; an infinite limit asks for all."""
        members, start, cost = self._listed
        firm, words, n = self.field.firm, self.quest.near.shape[1], len(self.field.graph.compound)
        near, bits = np.zeros((firm, words), np.int64), np.zeros((2 * firm + 4, words), np.int64)
        centres = self._coarse if limit < np.inf else self._coarse[:1]
        cells = self._cells if limit < np.inf else make_cells(1, firm, len(self.bag.ends))
        grown, books = np.zeros((N_GROWN, n + 2)), np.zeros((N_BOOKS, n + 2), np.int64)
        run = np.array([0, SETS * steps, 0])
        grow(
            self.price, self.field, self._values(dual), self._grown, self.bag, cells, centres,
            limit, run, near, bits, grown, books, members, start, cost, parts, *ties, self.stop,
        )  # fmt: skip
        self.spend(steps - int(run[STEPS]) // SETS)
        return Columns.of(members, start, cost, run, -np.inf, np.zeros(firm))

    def _room(self, most: int) -> tuple[Ints, Ints, Floats]:
        # not zeros: where memory is used again these would be written, and count as used
        return np.empty(most * self._size, np.int64), np.zeros(most + 1, np.int64), np.empty(most)

    def _values(self, dual: Floats) -> Floats:
        """Give units without households the dual value 0."""
        return np.insert(dual, self.field.firm, np.zeros(len(self.field.graph.compound) - self.field.firm))
