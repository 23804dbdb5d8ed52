"""The plans of one number of grids, closed: no grid that a better one holds is missing, and these are covered."""

from typing import Final

import numpy as np

from gridplan.partition.certificate import TOLERANCE
from gridplan.partition.kernels.arrays import Floats, Ints
from gridplan.partition.proof.bench import Bench, Share
from gridplan.partition.proof.columns import Columns, Pool, find_cover, pick, reorder
from gridplan.partition.proof.lister import SMALL

NEARBY, EACH = 0.1, 0.06
"""Reduced cost below which grids are grown while dual values are sought, and share of all steps for that at once."""

BOX, UP, DOWN, OUT = 0.1, 1.5, 0.7, 3.0
"""How far dual values may move, as a share of their mean; by what that grows after a gain, shrinks without, and grows
where it alone is in the way."""

SETTLED, NEAR, CLOSE = 0.1, 0.05, 0.3
"""Share of the gap by which a bound may stay below its programme, by which a programme may lack grids, and the gap that
fines need not close."""

TRIPLES, GAIN, NEW = 20, 0.05, 300
"""Triples fined at once; share of the gap that they must close to go on; grids added at once."""

LOOKS: Final = 8
"""Grids a cover looks at that take as long as a step."""

MARGIN, WHOLE = 1.05, 0.3
"""By how much more than the gap grids are listed, so that those are in that a bound which is not sharp lets in, and the
share of all steps to list them."""

QUICK_COVER, COVER, COVERED = 0.02, 0.3, 20_000
"""Share of all steps for a cover that seeks a better plan, and for one that must be complete; and the most grids that
it is given."""

SHORT: Final = "proof cut short: cover"


class Closing:
    """The plans of one number of grids: their programme over connected grids, and what is known of them."""

    def __init__(self, bench: Bench, share: Share) -> None:
        self._bench, self.share, self.bound = bench, share, share.bound
        self._parts, self._most = share.parts, share.parts or bench.most
        self._master, self._dual = bench.programme(share.parts, []), share.dual
        self._pool = bench.lister.pool
        self.reason: str | None = None

    @property
    def open(self) -> bool:
        """Whether there may be a better plan among these, and it was not looked for yet."""
        return self.reason is None and self.bound < self._bench.cost - TOLERANCE

    def begin(self, pool: Pool) -> None:
        """Bound the plans where all their grids are listed."""
        self._pool = self._optimum(pool)
        self.bound = max(self.bound, self._value(self._pool, self._dual))
        # what holds for other numbers of grids too, of which a better plan may hold others of the grids
        least = self._least(pool, self._dual)
        self.share = Share(
            bound=self._master.value(self._dual) + self._most * least, parts=self._parts,
            dual=self._dual[: self._master.rows], slope=float(self._dual[self._bench.firm]) + least,
        )  # fmt: skip

    def close(self) -> None:
        """Raise the bound to the cost of the best plan, if the grids that a better one may hold can be listed.

        A plan with a grid that was not listed costs at least the limit of the list more than the bound; so once that
        comes to the cost of the best, no grid is missing, and the others are covered exactly.
        """
        bench, pool = self._bench, self._pool
        if pool is None:
            self._settle()
            if not self.open:
                return
            value = self._master.value(self._dual)
            limit = MARGIN * (bench.cost - min(value, self.bound))
            found = bench.lister.grow(self._dual, self._parts, limit, bench.steps(WHOLE))
            if not found.whole or limit < bench.cost - value - (self._most - 1) * self._promise(self._dual, found):
                self.reason = "proof cut short: too many grids"
                return
            pool = Pool.chosen(bench.field, bench.lister.bag, found)
        self._pool = self._optimum(pool)
        self.reason = self._finish() if self.open else ""

    def _settle(self) -> None:
        """Raise the bound by connected grids, with dual values in a box around the best so far.

        A list that is cut short tells that the box was too wide: among values far off, too many grids pay.
        """
        bench, master, wide = self._bench, self._master, self._bench.reach(BOX)
        for _ in range(bench.budget.rounds // 2):
            dual, before = self._dual, self.bound
            if len(master.cost) > bench.parts:
                master.box(dual, wide)
                dual = bench.solve(master)
                if master.objective - before < max(SMALL, SETTLED * (bench.cost - before)):
                    if not master.at_wall():
                        break
                    wide *= OUT
                    continue
            found = bench.lister.grow(dual, self._parts, NEARBY, bench.steps(EACH))
            reduced = master.reduced(dual, found.members, found.start, found.cost)
            first = len(master.cost) == bench.parts
            if found.whole:
                self._promise(dual, found)
            elif first:
                self.reason = "proof cut short: too many grids"
                return
            gained = self.bound > before
            if gained:
                self._dual = dual
            best = np.argsort(reduced, kind="stable")[:NEW]
            best = best if first else best[reduced[best] < SMALL]
            if len(best) == 0 or not self.open or bench.lister.left <= 0 or bench.stop[0]:
                break
            master.add(*reorder(found.members, found.start, found.cost, best))
            wide = wide * (UP if gained or first else DOWN)
        master.unbox()

    def _asked(self, dual: Floats) -> tuple[Floats, tuple[Ints, Ints, Floats]]:
        return dual[: self._master.rows], self._master.ties(dual)

    def _least(self, pool: Pool, dual: Floats) -> float:
        """Give the least reduced cost of all listed grids, 0 at most."""
        return min(0.0, float(pool.rate(*self._asked(dual)).min(initial=0.0)))

    def _value(self, pool: Pool, dual: Floats) -> float:
        """Give what dual values promise to every plan of listed grids."""
        return self._master.value(dual) + self._most * self._least(pool, dual)

    def _promise(self, dual: Floats, found: Columns) -> float:
        """Take the bound from listed grids that are complete below some limit; return the least reduced cost."""
        reduced = self._master.reduced(dual, found.members, found.start, found.cost)
        least = min(0.0, float(reduced.min(initial=0.0)))
        self.bound = max(self.bound, self._master.value(dual) + self._most * least)
        return least

    def _optimum(self, pool: Pool, *, last: bool = False) -> Pool:
        """Solve the programme over listed grids, and fine triples as long as that pays.

        Grids are sought half way between the dual values of the programme, which swing widely, and the best so far.

        Returns
        -------
        Pool
            The grids that a better plan may hold.
        """
        bench, master, before = self._bench, self._master, -np.inf
        safe, sure = self._dual, -np.inf
        while True:
            dual = bench.solve(master)
            safe = np.append(safe, np.zeros(len(dual) - len(safe)))
            between = 0.5 * (safe + dual) if master.objective - sure > SMALL + NEAR * (bench.cost - sure) else dual
            found = pool.below(*self._asked(between), -SMALL, NEW)
            reduced = master.reduced(between, found.members, found.start, found.cost)
            promised = master.value(between) + self._most * float(reduced.min(initial=0.0))
            if promised > sure:
                safe, sure = between, promised
            certain = master.value(between) + self._most * found.least  # minus infinity where not all were looked at
            if certain >= bench.cost - TOLERANCE:
                self._dual, self.bound = between, max(self.bound, certain)
                return pool
            fresh = master.reduced(dual, found.members, found.start, found.cost) < -SMALL
            if len(found.cost) and not fresh.any():  # known ones, that do not pay at the values of the programme
                found = pool.below(*self._asked(dual), -SMALL, NEW)
                between, fresh = dual, np.ones(len(found.cost), np.bool_)
            if len(found.cost):
                master.add(*pick(found.members, found.start, found.cost, fresh))
            complete = len(found.cost) == 0 and between is dual
            if complete or bench.lister.left <= 0 or bench.stop[0]:
                self._dual, gap = dual, bench.cost - master.objective
                full = len(master.low) - master.rows > 5 * bench.budget.rounds
                if complete and gap > 0:
                    pool = pool.within(*self._asked(dual), gap + self._most * SMALL)
                if gap < (TOLERANCE if last else CLOSE) or master.objective - before < GAIN * gap or full:
                    return pool
                if bench.lister.left <= 0 or bench.stop[0] or not master.fine_triples(TRIPLES):
                    return pool
                before = master.objective

    def _finish(self) -> str:
        """Cover all grids that a better plan may hold; tell what fell short."""
        reason = self._cover(self._bench.cost, QUICK_COVER)
        if reason != SHORT or self._pool is None:
            return reason
        self._pool = self._optimum(self._pool, last=True)
        return self._cover(self._bench.cost, COVER)

    def _cover(self, goal: float, share: float) -> str:
        """Find the best plan of listed grids below a goal, or show that there is none; tell what fell short."""
        bench, pool = self._bench, self._pool
        steps = min(int(share * bench.budget.steps), bench.lister.left)
        if steps <= 0 or pool is None:
            return SHORT
        limit = bench.cost - self._value(pool, self._dual) + self._most * SMALL
        found = pool.below(*self._asked(self._dual), limit)
        reduced = self._master.reduced(self._dual, found.members, found.start, found.cost)
        value = self._master.value(self._dual) + self._most * min(0.0, float(reduced.min(initial=0.0)))
        reduced = np.maximum(reduced, 0.0)
        if value >= goal:
            self.bound = max(self.bound, goal)
            return ""
        kept = np.flatnonzero(reduced < goal - value)
        order = kept[np.argsort(reduced[kept], kind="stable")]
        members, start, cost = reorder(found.members, found.start, found.cost, order)
        if len(cost) > COVERED or bench.stop[0]:
            return SHORT
        members, start, of, loose = bench.links.add(members, start)
        paid, chosen, looks, short = find_cover(
            members, start, cost[of], reduced[order][of], bench.firm, self._most, len(bench.labels), value, goal,
            LOOKS * steps, bench.stop,
        )  # fmt: skip
        bench.lister.spend(steps - looks // LOOKS)
        if len(chosen) and not loose[chosen].any():
            labels = np.full(len(bench.labels), -1)
            for label, k in enumerate(chosen):
                labels[members[start[k] : start[k + 1]]] = label
            bench.take(bench.links.spread(labels))
        self.bound = max(self.bound, value if short else paid)
        if short:
            return SHORT
        return "units without households left out of the bound" if len(chosen) and loose[chosen].any() else ""
