"""The plans of one number of grids, closed: no grid that a better one holds is missing, and these are covered."""

from dataclasses import replace
from typing import Final

import numpy as np

from gridplan.partition.kernels.arrays import Floats
from gridplan.partition.proof.columns import Columns, Pool, reorder
from gridplan.partition.proof.listed import IDLE, NEW, SHORT, Listed
from gridplan.partition.proof.lister import SMALL
from gridplan.partition.proof.tolled import add_tolled

NEARBY, FIRST, LEAST, TIMES = 0.02, 0.05, 10_000, 3
"""Reduced cost below which grids are grown while dual values are sought; share of all steps for the first such list;
and steps for the next: so many, and so many times those of the last."""

BOX, UP, DOWN, CUT, OUT = 0.2, 3.0, 0.9, 0.2, 3.0
"""How far dual values may move, as a share of their mean; by what that grows after a gain, shrinks without and after
a list that was cut short, and grows where it alone is in the way."""

FURTHER, NEARER = 2.0, 0.4
"""By what the way grows that dual values go towards those of the programme, after a gain and after a list cut short."""

SETTLED: Final = 0.1
"""Share of the gap by which a bound may stay below its programme."""

PARTS, SOON, MORE = (0.5, 0.2, 0.1), 0.07, 3.0
"""Parts of the gap for a list that comes to an end, the first that does; share of all steps for the first of them,
which tells whether a proof is in reach; and share of all steps that are worth spending beside where it is."""

TURNS, AGAIN, BACKS = 20, 4.0, 3
"""Lists at most of which none is whole; how many times the steps of the last one the next may take; and how often in
turn one may fail."""

AHEAD, BACK = 0.5, 0.4
"""How far dual values are moved towards those of the programme, and how far of that where it was too far."""

SPARED: Final = 0.05
"""Share of the steps left that a list may take however short the last was, and one of the whole gap twice."""

STEEP, LEFT, PATIENT, SHRUNK = 7, 0.5, 10.0, 0.6
"""How much dearer the list of the whole gap is held to be than that of its part; the share of what is left that it may
take by that, and how much dearer it may become; and what must be left of the gap before it is tried again."""

CHOICE: Final = 10
"""Steps that a choice of units without households for one grid takes."""

GLANCE: Final = 0.01
"""Share of all steps for a cover by grids of a list that is not whole."""


class Closing(Listed):
    """The plans of one number of grids: their programme over connected grids, and what is known of them."""

    def begin(self, pool: Pool) -> None:
        """Bound the plans where all their grids are listed."""
        self._pool = self._optimum(pool)
        self.bound = max(self.bound, self._value(self._pool, self._dual))
        # what holds for other numbers of grids too, of which a better plan may hold others of the grids
        least = self._least(pool, self._dual)
        self.share = replace(
            self.share,
            bound=self._master.value(self._dual) + self._most * least,
            dual=self._dual[: self._master.rows],
            slope=float(self._dual[self._bench.firm]) + least,
        )

    def close(self) -> None:
        """Raise the bound to the cost of the best plan, if the grids that a better one may hold can be listed.

        A plan with a grid that was not listed costs at least the limit of the list more than the bound; so once that
        comes to the cost of the best, no grid is missing, and the others are covered exactly.
        """
        pool = self._pool
        if pool is None:
            self._settle()
            pool = self._gather() if self.open else None
            if not self.open:
                return
            if pool is None:
                self.reason = "proof cut short: too many grids"
                return
        self._pool = self._optimum(pool)
        self.reason = "" if not self.open else self._finish_tolled() if self._bench.field.tolled else self._finish()

    def _finish_tolled(self) -> str:
        """Do the same for grids with the units without households that have priced borders, each once."""
        bench, pool = self._bench, self._pool
        if pool is None:
            return SHORT
        limit = bench.cost - self._value(pool, self._dual) + self._most * SMALL
        found = pool.below(*self._asked(self._dual), limit)
        every = add_tolled(bench.field, found, limit - self._price(self._dual, found))
        if every is None:
            return self._finish() or (IDLE if self.open else "")
        bench.lister.spend(CHOICE * len(every.cost))
        wide = bench.tolled()
        share = replace(
            self.share,
            bound=self.bound,
            dual=np.insert(self._dual[: self._master.rows], bench.firm, np.zeros(bench.field.tolled)),
        )
        exact = Closing(wide, share)
        exact._pool = Pool.chosen(wide.field, wide.lister.bag, every)
        exact.close()
        bench.take(wide.labels)
        bench.lister.spend(bench.lister.left - wide.lister.left)
        self.bound = max(self.bound, exact.bound)
        return exact.reason or ""

    def _gather(self) -> Pool | None:
        """List all grids that a better plan may hold, at dual values that fines improve where these are too many.

        A plan with a grid that was not listed costs at least the limit of the list more than the dual values promise;
        so the programme over the listed ones bounds all plans up to there, and a cheaper one is among them.
        """
        bench, lister = self._bench, self._bench.lister
        part, limit, found, used = self._first_list()
        sure, failed, steps, backs = -np.inf, np.inf, 0.0, 0
        for _ in range(TURNS if found.whole else 0):
            value = self._master.value(self._dual)
            least = self._promise(found) if found.whole else -np.inf
            if value + self._most * least < sure:
                backs += 1
                self._go_back(found)
            else:
                sure, needed = value + self._most * least, bench.cost - value - (self._most - 1) * least
                steps, backs = max(AGAIN * used, SPARED * lister.left), 0
                if not self.open:
                    break
                if limit >= needed:
                    return Pool.chosen(bench.field, lister.bag, found)
                if STEEP * used < LEFT * lister.left and needed < SHRUNK * failed:
                    every = self._grow(needed, max(PATIENT * used, 2.0 * SPARED * lister.left))
                    if every.whole:
                        return Pool.chosen(bench.field, lister.bag, every)
                    failed = needed
                self._go_ahead(found, sure, bench.cost - needed + limit)
            if backs > BACKS or not self.open or lister.left <= 0 or bench.stop[0]:
                break
            left, limit = lister.left, self._limit(part, sure)
            found = self._grow(limit, min(steps, left))
            used = left - lister.left
        self._pool = None
        return None

    def _first_list(self) -> tuple[float, float, Columns, int]:
        """List grids in ever smaller parts of the gap until there is an end to them.

        Returns
        -------
        float, float, Columns, int
            Part of the gap, reduced cost up to which grids are listed, the list, and the steps that it took.
        """
        bench, lister = self._bench, self._bench.lister
        for part in PARTS:
            left, limit = lister.left, self._limit(part, -np.inf)
            found = self._grow(limit, SOON * bench.budget.steps if part == PARTS[0] else bench.steps(1.0))
            used = left - lister.left
            if found.whole:
                break
        if found.whole and part == PARTS[0]:
            lister.spend(-int(MORE * bench.budget.steps))
        return part, limit, found, used

    def _limit(self, part: float, sure: float) -> float:
        return max(NEARBY, part * (self._bench.cost - max(self._master.value(self._dual), sure)))

    def _go_ahead(self, found: Columns, sure: float, ceiling: float) -> None:
        """Solve the programme over a list that is not whole, and move the dual values part of the way to its own.

        These promise too much to grids that are not listed. But what dual values promise in all is concave: on the way
        from those that the bound is sure of there is some gain.
        """
        bench, self._safe = self._bench, self._dual
        self._pool = self._optimum(Pool.chosen(bench.field, bench.lister.bag, found), ceiling=ceiling)
        if self.open:
            self._cover(min(ceiling, bench.cost), GLANCE)
        self._safe = self._pad(self._safe)
        far = self._master.value(self._dual) - sure
        self._dual = self._safe + AHEAD * min(1.0, (ceiling - sure) / max(far, SMALL)) * (self._dual - self._safe)

    def _go_back(self, found: Columns) -> None:
        """Move the dual values back where they promise too much, and tell the programme for what."""
        if found.whole:
            reduced = self._price(self._dual, found)
            best = np.argsort(reduced, kind="stable")[:NEW]
            best = best[reduced[best] < -SMALL]
            self._master.add(*reorder(found.members, found.start, found.cost, best))
        self._dual = self._safe + BACK * (self._dual - self._safe)

    def _grow(self, limit: float, steps: float) -> Columns:
        """List connected grids by reduced cost, fines among it."""
        return self._bench.lister.grow(*self._asked(self._dual), self._parts, limit, int(steps))

    def _settle(self) -> None:
        """Raise the bound by connected grids, with dual values in a box around the best so far.

        A list that is cut short tells that the box was too wide, or the way to go in it too long: among values far
        off, too many grids pay.
        """
        bench, master, wide, each, way = self._bench, self._master, self._bench.reach(BOX, BOX), 0, 1.0
        for _ in range(bench.budget.rounds // 2):
            dual, before = self._dual, self.bound
            if len(master.cost) > bench.parts:
                master.box(dual, wide)
                dual = dual + way * (bench.solve(master) - dual)
                if master.objective - before < max(SMALL, SETTLED * (bench.cost - before)):
                    if not master.at_wall():
                        break
                    wide *= OUT
                    continue
            first, left = len(master.cost) == bench.parts, bench.lister.left
            steps = bench.steps(FIRST) if first else min(each, left // 2)
            found = bench.lister.grow(*self._asked(dual), self._parts, NEARBY, steps)
            reduced = self._price(dual, found)
            if found.whole:
                each = max(LEAST, TIMES * (left - bench.lister.left))
                self._promise(found, dual)
            elif first:
                self.reason = "proof cut short: too many grids"
                return
            gained = self.bound > before
            if gained:
                self._dual = dual
            best = np.argsort(reduced, kind="stable")[:NEW]
            best = best if first else best[reduced[best] < SMALL]
            done = len(best) == 0 and (way == 1.0 or not gained)
            if done or not self.open or bench.lister.left <= 0 or bench.stop[0]:
                break
            master.add(*reorder(found.members, found.start, found.cost, best))
            wide = wide * (UP if gained or first else DOWN if found.whole else CUT)
            way = min(1.0, way * (FURTHER if gained or first else 1.0 if found.whole else NEARER))
        master.unbox()

    def _promise(self, found: Columns, dual: Floats | None = None) -> float:
        """Take the bound from listed grids, complete below some limit above 0; return the least reduced cost."""
        dual = self._dual if dual is None else dual
        least = min(0.0, float(self._price(dual, found).min(initial=0.0)))
        self.bound = max(self.bound, self._master.value(dual) + self._most * least)
        return least
