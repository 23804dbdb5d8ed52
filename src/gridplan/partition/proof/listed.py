"""The programme over listed grids, what it promises, and the best plan among them."""

from typing import Final

import numpy as np

from gridplan.partition.certificate import TOLERANCE
from gridplan.partition.kernels.arrays import Floats, Ints
from gridplan.partition.proof.bench import Bench, Share
from gridplan.partition.proof.columns import (
    Columns,
    Pool,
    find_cover,
    hold_alike,
    keep_apart,
    pick,
    price_grids,
    reorder,
)
from gridplan.partition.proof.lister import SMALL
from gridplan.partition.proof.master import Master

NEAR, TAIL, CLOSE = 0.05, 0.03, 0.3
"""Share of the gap by which a programme may lack grids while dual values swing, and when it counts as solved; and the
gap that fines need not close."""

TRIPLES, GAIN, STALLS, NEW = 20, 0.05, 1, 300
"""Triples fined at once; share of the gap that they must close, and how often they may fail to; grids added at once."""

LOOKS: Final = 32
"""Grids a cover looks at that take as long as a step."""

DEEPER = 0.1, 0.2, 0.4, 0.7, 1.0
"""Parts of the gap in which plans are looked for, one after another."""

COVER, LONG, COVERED = 0.02, 0.3, 20_000
"""Share of all steps for a cover, and for one where there is no other way; and the most grids that it is given."""

DEEP: Final = 12
"""Pairs of units at most that are told apart one after another."""

CLASHES: Final = 50
"""Covers in turn of which idle units cannot link the grids side by side."""

Sets = tuple[Ints, Ints, Floats, Floats]
"""Listed grids as `find_cover` takes them."""

SHORT: Final = "proof cut short: cover"
IDLE: Final = "units without households left out of the bound"


class Listed:
    """The plans of one number of grids, as far as their grids are listed.

    Parameters
    ----------
    bench : Bench
        What all parts of a proof share.
    share : Share
        The number of grids, and what is known of its plans.
    """

    def __init__(self, bench: Bench, share: Share) -> None:
        self._bench, self.share, self.bound = bench, share, share.bound
        self._parts, self._most = share.parts, share.parts or bench.most
        self._master = bench.programme([], tolls=True)
        self._master.ask(share.parts, share.low, share.high)
        # the dual values at hand, and those that the bound is sure of while others are tried
        self._dual = self._safe = share.dual
        self._pool: Pool | None = bench.lister.pool
        self.reason: str | None = None

    @property
    def open(self) -> bool:
        """Whether there may be a better plan among these, and it was not looked for yet."""
        return self.reason is None and self.bound < self._bench.cost - TOLERANCE

    def _pad(self, dual: Floats) -> Floats:
        """Fine no triple that dual values do not know yet."""
        return np.append(dual, np.zeros(len(self._master.low) - len(dual)))

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

    def _optimum(self, pool: Pool, *, last: bool = False, ceiling: float = np.inf) -> Pool:
        """Solve the programme over listed grids, and fine triples as long as that pays.

        Returns
        -------
        Pool
            The grids that a better plan may hold.
        """
        bench, master, before, stalls = self._bench, self._master, -np.inf, 0
        while True:
            dual, least = self._balance(pool, min(bench.cost - TOLERANCE, ceiling))
            now = master.value(dual) + self._most * least
            self._dual, self.bound, gap = dual, max(self.bound, min(now, ceiling)), bench.cost - now
            if gap < TOLERANCE or now >= ceiling:
                return pool
            pool = pool.within(*self._asked(dual), gap + least + SMALL)
            reduced = self._price(dual, master)
            self._dual, self._safe = master.prune(reduced, gap + least + SMALL, np.stack([dual, self._pad(self._safe)]))
            full = len(master.low) - master.rows > 5 * bench.budget.rounds
            stalls = 0 if now - before > GAIN * gap else stalls + 1
            if gap < (TOLERANCE if last else CLOSE) or stalls > STALLS or full:
                return pool
            if bench.lister.left <= 0 or bench.stop[0] or not master.fine_triples(TRIPLES):
                return pool
            before = max(now, before)

    def _balance(self, pool: Pool, goal: float) -> tuple[Floats, float]:
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
                if value + self._most * found.least >= goal:
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
        # no fine tells of households that do not add up
        reason = self._deepen(LONG if self._bench.misses(self.bound) else COVER)
        if reason == SHORT and self._pool is not None:
            self._pool = self._optimum(self._pool, last=True)
            reason = self._deepen(COVER)
        if reason == SHORT and self._pool is not None and self._split(self._pool):
            self.bound, reason = self._bench.cost, ""
        return reason

    def _split(self, pool: Pool, depth: int = 0) -> bool:
        """Close the plans that hold a pair of units together, and those that do not; tell whether both were closed."""
        bench, master, bound = self._bench, self._master, self.bound
        self._dual = bench.solve(master)
        one, other = master.doubtful_pair()
        if one == other:  # the programme has no doubt, but a plan there is not
            return self._deepen(LONG) == ""
        grids = master.members, master.start, master.cost
        for together in (False, True):
            self.bound = bound  # what one side is bounded by holds for that side alone
            if depth == DEEP or bench.lister.left <= 0 or bench.stop[0]:
                return False
            master.replace(*pick(*grids, hold_alike(*grids[:2], one, other, together=together)))
            self._dual = self._safe = bench.solve(master)
            if self.open:
                self._pool = self._optimum(pool.split(one, other, together=together), last=True)
                reason = self._deepen(COVER) if self.open else ""
                if reason not in ("", SHORT) or (reason == SHORT and not self._split(self._pool, depth + 1)):
                    self.bound = bound
                    return False
        return True

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
        return self._linked((members, start, cost, reduced[order]), value, goal, steps)

    def _linked(self, sets: Sets, value: float, goal: float, steps: int) -> str:
        """Find the best cover whose grids idle units can link side by side.

        Most covers show that there is no better plan before it matters which idle units link the grids; so what these
        forbid is told to the cover only as far as it came upon it.
        """
        bench, n = self._bench, len(self._bench.labels)
        for turn in range(CLASHES):
            paid, chosen, looks, short = find_cover(
                *sets, bench.firm, self._most, n, value, goal, LOOKS * steps, bench.stop
            )
            bench.lister.spend(steps - looks // LOOKS)
            self.bound = max(self.bound, value if short else paid)
            if len(chosen) == 0:
                return SHORT if short else ""
            members, start, cost, reduced = sets
            grids = [members[start[k] : start[k + 1]] for k in chosen]
            grids = [grid[grid < bench.firm] for grid in grids]
            links, clashes = bench.links.fit(grids)
            if links is not None:
                labels = np.full(len(bench.labels), -1)
                for label, (grid, idle) in enumerate(zip(grids, links, strict=True)):
                    labels[grid] = labels[idle] = label
                bench.take(bench.links.spread(labels))
            if short or links is not None:
                return SHORT if short else ""
            if turn == 0:
                members, start = bench.links.add_needed(members, start)
            elif not clashes:
                break
            members, start = keep_apart(members, start, chosen[np.array(clashes, np.int64).reshape(-1, 2)], n)
            sets, n = (members, start, cost, reduced), n + len(clashes)
        return IDLE
