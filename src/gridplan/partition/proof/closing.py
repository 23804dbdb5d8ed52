"""The plans of one number of grids, closed: no grid that a better one holds is missing, and these are covered."""

from typing import Final

import numpy as np

from gridplan.partition.certificate import TOLERANCE
from gridplan.partition.kernels.arrays import Floats, Ints
from gridplan.partition.proof.bench import Bench, Share
from gridplan.partition.proof.columns import Columns, Pool, find_cover, pick, price_grids, reorder
from gridplan.partition.proof.lister import SMALL
from gridplan.partition.proof.master import Master

NEARBY, FIRST, LEAST, TIMES = 0.02, 0.02, 10_000, 3
"""Reduced cost below which grids are grown while dual values are sought; share of all steps for the first such list;
and steps for the next: so many, and so many times those of the last."""

BOX, UP, DOWN, CUT, OUT = 0.2, 3.0, 0.9, 0.2, 3.0
"""How far dual values may move, as a share of their mean; by what that grows after a gain, shrinks without and after
a list that was cut short, and grows where it alone is in the way."""

SETTLED, NEAR, TAIL, CLOSE = 0.1, 0.05, 0.03, 0.3
"""Share of the gap by which a bound may stay below its programme, by which a programme may lack grids while dual values
swing, and when it counts as solved; and the gap that fines need not close."""

TRIPLES, GAIN, STALLS, NEW = 20, 0.05, 1, 300
"""Triples fined at once; share of the gap that they must close, and how often they may fail to; grids added at once."""

LOOKS: Final = 32
"""Grids a cover looks at that take as long as a step."""

DEEPER = 0.1, 0.2, 0.4, 0.7, 1.0
"""Parts of the gap in which plans are looked for, one after another."""

WHOLE: Final = 0.3
"""Share of all steps for a list of all grids that a better plan may hold."""

TURNS, STEEP = 6, 5
"""Lists at most of which none is whole; and how much dearer that of the whole gap is held to be."""

PARTS: Final = 0.35, 0.1
"""Parts of the gap for a list that comes to an end, the first that does."""

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
        self.reason = self._finish() if self.open else ""

    def _gather(self) -> Pool | None:
        """List all grids that a better plan may hold, at dual values that fines improve where these are too many.

        A plan with a grid that was not listed costs at least the limit of the list more than the dual values promise;
        so the programme over the listed ones bounds all plans up to there.
        """
        bench, master, lister = self._bench, self._master, self._bench.lister
        for _ in range(TURNS):
            value, before = master.value(self._dual), self.bound
            for part in PARTS:
                left, limit = lister.left, max(NEARBY, part * (bench.cost - value))
                found = self._grow(limit)
                if found.whole:
                    break
            if not found.whole:
                return None
            needed = bench.cost - value - (self._most - 1) * self._promise(found)
            if not self.open:
                return None
            if limit >= needed:
                return Pool.chosen(bench.field, lister.bag, found)
            if STEEP * (left - lister.left) < bench.steps(WHOLE):
                every = self._grow(needed)
                if every.whole:
                    return Pool.chosen(bench.field, lister.bag, every)
            ceiling = bench.cost - needed + limit
            self._optimum(Pool.chosen(bench.field, lister.bag, found), ceiling=ceiling)
            if self.bound - before < GAIN * (bench.cost - before) or not self.open or lister.left <= 0:
                break
        return None

    def _grow(self, limit: float) -> Columns:
        """List connected grids by reduced cost, fines among it."""
        bench = self._bench
        return bench.lister.grow(*self._asked(self._dual), self._parts, limit, bench.steps(WHOLE))

    def _settle(self) -> None:
        """Raise the bound by connected grids, with dual values in a box around the best so far.

        A list that is cut short tells that the box was too wide: among values far off, too many grids pay.
        """
        bench, master, wide, each = self._bench, self._master, self._bench.reach(BOX, BOX), 0
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
            if len(best) == 0 or not self.open or bench.lister.left <= 0 or bench.stop[0]:
                break
            master.add(*reorder(found.members, found.start, found.cost, best))
            wide = wide * (UP if gained or first else DOWN if found.whole else CUT)
        master.unbox()

    def _asked(self, dual: Floats) -> tuple[Floats, tuple[Ints, Ints, Floats]]:
        return dual[: self._master.rows], self._master.ties(dual)

    def _price(self, dual: Floats, grids: Columns | Master) -> Floats:
        """Give the reduced cost of some grids, fines among it."""
        compound = self._bench.field.graph.compound
        return price_grids(compound, *self._asked(dual), grids.members, grids.start, grids.cost)

    def _least(self, pool: Pool, dual: Floats) -> float:
        """Give the least reduced cost of all listed grids, 0 at most."""
        return min(0.0, float(pool.rate(*self._asked(dual)).min(initial=0.0)))

    def _value(self, pool: Pool, dual: Floats) -> float:
        """Give what dual values promise to every plan of listed grids."""
        return self._master.value(dual) + self._most * self._least(pool, dual)

    def _promise(self, found: Columns, dual: Floats | None = None) -> float:
        """Take the bound from listed grids, complete below some limit above 0; return the least reduced cost."""
        dual = self._dual if dual is None else dual
        least = min(0.0, float(self._price(dual, found).min(initial=0.0)))
        self.bound = max(self.bound, self._master.value(dual) + self._most * least)
        return least

    def _optimum(self, pool: Pool, *, last: bool = False, ceiling: float = np.inf) -> Pool:
        """Solve the programme over listed grids, and fine triples as long as that pays.

        Returns
        -------
        Pool
            The grids that a better plan may hold.
        """
        bench, master, before, stalls = self._bench, self._master, -np.inf, 0
        while True:
            dual, least = self._balance(pool)
            now = master.value(dual) + self._most * least
            self._dual, self.bound, gap = dual, max(self.bound, min(now, ceiling)), bench.cost - now
            if gap < TOLERANCE:
                return pool
            pool = pool.within(*self._asked(dual), gap + least + SMALL)
            reduced = self._price(dual, master)
            self._dual = master.prune(reduced, gap + least + SMALL, dual)
            full = len(master.low) - master.rows > 5 * bench.budget.rounds
            stalls = 0 if now - before > GAIN * gap else stalls + 1
            if gap < (TOLERANCE if last else CLOSE) or stalls > STALLS or full:
                return pool
            if bench.lister.left <= 0 or bench.stop[0] or not master.fine_triples(TRIPLES):
                return pool
            before = max(now, before)

    def _balance(self, pool: Pool) -> tuple[Floats, float]:
        """Solve the programme over listed grids, but for a small part of the gap.

        Grids are sought half way between the dual values of the programme, which swing widely, and the best so far.

        Returns
        -------
        float64[rows], float
            Dual values, and the least reduced cost of a grid.
        """
        bench, master, safe, sure = self._bench, self._master, self._dual, -np.inf
        while True:
            dual = bench.solve(master)
            safe = np.append(safe, np.zeros(len(dual) - len(safe)))
            gap = bench.cost - master.objective
            if master.objective - sure > SMALL + NEAR * (bench.cost - sure):
                between = 0.5 * (safe + dual)
                found = pool.below(*self._asked(between), -SMALL, NEW)
                least = float(self._price(between, found).min(initial=0.0))
                value = master.value(between)
                if value + self._most * found.least >= bench.cost - TOLERANCE:
                    return between, found.least
                if value + self._most * least > sure:
                    safe, sure = between, value + self._most * least
                fresh = self._price(dual, found) < -SMALL
                if fresh.any():
                    master.add(*pick(found.members, found.start, found.cost, fresh))
                    if bench.lister.left > 0 and not bench.stop[0]:
                        continue
            slack = max(SMALL, TAIL * gap / self._most)
            found = pool.below(*self._asked(dual), -SMALL, NEW)
            if found.least == -np.inf and self._price(dual, found).min() >= -slack:
                pool.forget()
                found = pool.below(*self._asked(dual), -SMALL, NEW)
            master.add(found.members, found.start, found.cost)
            if found.least >= -slack:  # so at the latest when none was found
                return dual, found.least
            if bench.lister.left <= 0 or bench.stop[0]:
                return dual, self._least(pool, dual)

    def _finish(self) -> str:
        """Cover all grids that a better plan may hold; tell what fell short."""
        reason = self._deepen(QUICK_COVER)
        if reason != SHORT or self._pool is None:
            return reason
        self._pool = self._optimum(self._pool, last=True)
        return self._deepen(COVER)

    def _deepen(self, share: float) -> str:
        """Look for plans within ever more of the gap: where there are none the bound rises, and one closes it."""
        if self._pool is not None:
            self.bound = max(self.bound, self._value(self._pool, self._dual))
        reason, low, gap = "", self.bound, self._bench.cost - self.bound
        for part in DEEPER:
            if self.open and reason == "":
                reason = self._cover(min(low + part * gap, self._bench.cost), share)
        return reason

    def _cover(self, goal: float, share: float) -> str:
        """Find the best plan of listed grids below a goal, or show that there is none; tell what fell short."""
        bench, pool = self._bench, self._pool
        steps = int(share * bench.budget.steps)
        if pool is None:
            return SHORT
        limit = bench.cost - self._value(pool, self._dual) + self._most * SMALL
        found = pool.below(*self._asked(self._dual), limit)
        reduced = self._price(self._dual, found)
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
        sets = members, start, cost, reduced[order]
        paid, chosen, short = self._cheapest(*sets, value, goal, steps)
        self.bound = max(self.bound, value if short else paid)
        # most covers show that there is no better plan before it matters which idle units link the grids
        at = np.sort(chosen)
        done = len(at) == 0 or self._link(*reorder(members, start, cost, at), sets[3][at], value, goal, steps)[1]
        if not done and not short:
            paid, done, short = self._link(*sets, value, goal, steps)
            if not short:
                self.bound, done = max(self.bound, paid), done or paid >= goal
        if short:
            return SHORT
        return "" if done else "units without households left out of the bound"

    def _link(
        self, members: Ints, start: Ints, cost: Floats, reduced: Floats, value: float, goal: float, steps: int
    ) -> tuple[float, bool, bool]:
        """Find the best cover below a goal by grids linked through idle units; keep its plan, if it is one."""
        bench = self._bench
        members, start, of, loose = bench.links.add(members, start)
        paid, chosen, short = self._cheapest(members, start, cost[of], reduced[of], value, goal, steps)
        taken = len(chosen) > 0 and not loose[chosen].any()
        if taken:
            labels = np.full(len(bench.labels), -1)
            for label, k in enumerate(chosen):
                labels[members[start[k] : start[k + 1]]] = label
            bench.take(bench.links.spread(labels))
        return paid, taken, short

    def _cheapest(
        self, members: Ints, start: Ints, cost: Floats, reduced: Floats, value: float, goal: float, steps: int
    ) -> tuple[float, Ints, bool]:
        """Find the best cover below a goal, as `find_cover` has it."""
        bench = self._bench
        paid, chosen, looks, short = find_cover(
            members, start, cost, reduced, bench.firm, self._most, len(bench.labels), value, goal, LOOKS * steps,
            bench.stop,
        )  # fmt: skip
        bench.lister.spend(steps - looks // LOOKS)
        return paid, chosen, short
