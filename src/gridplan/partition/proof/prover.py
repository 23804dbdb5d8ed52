"""A proof under way: bounds by generated grids, fines on triples, and exact cover of the grids that are left."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridplan.partition.certificate import TOLERANCE, price_labels, simple_bounds
from gridplan.partition.kernels.arrays import LOAD, OUTSIDE, TARGET, Field, Flags, Floats, Ints
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.kernels.cover import best_cover
from gridplan.partition.kernels.pricing import CUT, FOUND, STEPS, scan
from gridplan.partition.proof.field import add_needed, join_idle
from gridplan.partition.proof.master import Master
from gridplan.partition.proof.quest import cell_centres, make_bag, make_quest

SMALL: Final = 1e-7
"""Cost below which two plans, or a reduced cost and zero, do not differ."""

SHORT, LONG, QUICK = 250, 2_000, 2
"""Steps for one kind of grid in one cell in the first rounds, later, and the number of the first."""

BOX, UP, DOWN, OUT = 0.3, 1.5, 0.7, 3.0
"""How far dual values may move, as a share of their mean; by what that grows after a gain, shrinks without, and grows
where it alone is in the way."""

ENOUGH, CLOSE = 0.05, 0.3
"""Share of the gap by which a bound may stay below that of the programme, and the gap that fines need not close."""

SPARED: Final = 0.25
"""Share of the work that is kept for other numbers of grids than that of the plan at hand."""

FIRST: Final = 0.4
"""Reduced cost up to which connected grids are listed at first."""

TRIPLES, MOST_TRIPLES, GAIN = 20, 200, 0.05
"""Triples fined at once, and in all; share of the gap that they must close to go on."""

ANY: Final = 0
"""Number of grids that stands for any."""

COVER: Final = 100_000
"""Steps of a cover; those of the last may be twenty times as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofBudget:
    """Work a proof may take; counts, never seconds.

    Parameters
    ----------
    units : int
        Units with households of the largest piece that is tried.
    steps : int
        Steps of listing and of covering, each.
    columns : int
        Grids listed at once.
    rounds : int
        Linear programmes solved.
    """

    units: int
    steps: int
    columns: int
    rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Listed grids.

    Parameters
    ----------
    members, start : int64, int64[m + 1]
        Units of each.
    cost : float64[m]
        Cost of each.
    whole : bool
        Whether the list is complete.
    least : float
        No grid has a smaller reduced cost; 0 at most.
    lift : float64[firm]
        By how much a household the dual value of each unit must fall so that none is below 0.
    """

    members: Ints
    start: Ints
    cost: Floats
    whole: bool
    least: float
    lift: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The plans of one number of grids.

    Parameters
    ----------
    bound : float
        No plan of the share costs less.
    parts : int
        Grids of its plans.
    dual : float64[rows]
        Dual values of the bound.
    slope : float
        By how much the bound rises with each grid more.
    least : float
        The least reduced cost of a grid.
    """

    bound: float
    parts: int
    dual: Floats
    slope: float
    least: float


class Prover:
    """A proof under way: the piece in order, the programme over its grids, and the work left."""

    def __init__(self, field: Field, price: Floats, plans: list[Ints], budget: ProofBudget, stop: Flags) -> None:
        self.field, self.price, self.budget, self.stop = field, price, budget, stop
        graph, self.firm = field.graph, field.firm
        self.quest = make_quest(field)
        self.bag = make_bag(self.quest, len(graph.compound), self.firm, float(field.highest.max()))
        self.run, self.centres = np.array([0, budget.steps, 0]), cell_centres(field, self.quest.side)
        self.ranges = self._ranges()
        self.fine = max(2.0 * price[LOAD] * price[TARGET], 3.0)
        self.master = Master(graph.compound[: self.firm], *self.ranges, self.fine)
        self.labels, self.cost, self.begin = plans[0], np.inf, int(plans[0].max()) + 1
        for plan in plans:
            self.take(plan)
        costs, sizes = self._costs(self.labels), np.bincount(self.labels, weights=graph.units[:, 0])
        share = costs[self.labels] * graph.units[:, 0] / np.maximum(sizes[self.labels], SLACK)
        self.dual = np.append(share[: self.firm], np.zeros(self.master.rows - self.firm))

    @property
    def left(self) -> int:
        """Steps that may still be done."""
        return int(self.run[STEPS])

    def _costs(self, labels: Ints) -> Floats:
        return price_labels(self.field.graph, self.price, labels)[1]

    def take(self, labels: Ints) -> None:
        """Take a plan: its grids join the list, and it is kept where it is the best so far."""
        members, start, costs = self.columns_of(labels)
        self.master.add(members, start, costs)
        if costs.sum() < self.cost - SMALL:
            self.labels, self.cost = labels, float(costs.sum())

    def _ranges(self) -> tuple[Floats, Floats]:
        """Bound the grids in all, inside and touching each compound by arithmetic."""
        least, most = self.quest.ordinary
        weight, compound = self.field.graph.units[: self.firm, 0], self.field.graph.compound[: self.firm]
        c, huge = int(compound.max(initial=-1)) + 1, self.field.highest[: self.firm] > most
        has = compound >= 0
        free = float(weight[~has & ~huge].sum())
        small = np.bincount(compound[has & ~huge], weight[has & ~huge], c)
        large = np.bincount(compound[has & huge], minlength=c)
        inside = np.floor((small + free + SLACK) / least) + large if least > 0 else np.full(c, np.inf)
        touched = np.where(large > 0, 1.0, np.ceil((small - SLACK) / most))
        return np.concatenate([[1.0], np.zeros(c), touched]), np.concatenate([[self.firm], inside, np.full(c, np.inf)])

    def scan(
        self, dual: Floats, parts: int, limit: float, *, relaxed: bool, patience: int,
        ties: tuple[Ints, NDArray[np.int64], Floats] | None = None,
    ) -> Columns:  # fmt: skip
        """List grids with a reduced cost below a limit, or with `relaxed` the best of each cell, connected or not."""
        n, k = len(self.field.graph.compound), len(self.centres)
        most = k * (len(self.quest.kinds) + 2) if relaxed else self.budget.columns
        members = np.zeros(most * max(12, 2 * self.firm // max(parts, self.begin)), np.int64)
        start, cost = np.zeros(most + 1, np.int64), np.zeros(most)
        least, lift = np.zeros(k), np.zeros(self.firm)
        values = np.insert(dual[: self.master.rows], self.firm, np.zeros(n - self.firm))
        quest = self.quest if ties is None else self.quest._replace(tie=ties[0], pair=ties[1], fine=ties[2])
        self.run[FOUND] = self.run[CUT] = 0
        scan(
            self.price, self.field, values, quest, self.bag, self.centres, limit, int(relaxed), patience, self.run,
            least, lift, members, start, cost, parts, self.stop,
        )  # fmt: skip
        m = int(self.run[FOUND])
        return Columns(
            members=members[: start[m]].copy(), start=start[: m + 1].copy(), cost=cost[:m].copy(),
            whole=bool(self.run[CUT] == 0), least=float(least.min()), lift=lift,
        )  # fmt: skip

    def promise(self, master: Master, dual: Floats, parts: int, found: Columns) -> tuple[float, float, float]:
        """Bound every plan of so many grids; also tell its rise with each further grid, and the least reduced cost.

        What the reduced costs are below 0 is taken off for each grid, or off the units of the cells where they are.
        """
        if not np.isfinite(found.least):
            return -np.inf, 0.0, -np.inf
        least, each, parts = found.least - SMALL, float(dual[self.firm]), parts or self.firm
        ways = [(master.value(dual) + parts * least, each + least, least)]
        if found.lift.any():
            eased = dual.copy()
            eased[: self.firm] -= found.lift * self.field.graph.units[: self.firm, 0]
            ways.append((master.value(eased) - parts * SMALL, each - SMALL, least))
        return max(ways)

    def climb(self, master: Master, share: Share, goal: float, *, relaxed: bool) -> Share:
        """Raise the bound of the plans of one number of grids by generating grids, connected or, with `relaxed`, any.

        Dual values are sought in a box around the best so far, since those of the programme alone swing widely; the
        box moves along, grows where that pays, and else shrinks.
        """
        master.ask_parts(share.parts)
        best, weight, long = share, self.field.graph.units[: self.firm, 0], LONG
        weight = np.maximum(weight, 0.1 * weight.mean())
        wide = np.append(weight * (self.cost / weight.sum()), self.cost / self.begin) * BOX
        for turn in range(self.budget.rounds):
            master.box(best.dual, wide)
            dual = master.solve()
            if not relaxed:
                dual = self.tighten(master, dual)
            gap, near = goal - best.bound, not relaxed and goal - best.bound < CLOSE
            if near or master.objective - best.bound < max(SMALL, ENOUGH * gap):
                if near or not master.at_wall():
                    break
                wide *= OUT
                continue
            if relaxed:
                found = self.scan(
                    dual, share.parts, -SMALL, relaxed=True, patience=int(SHORT if turn < QUICK else long)
                )
            else:
                found = self.scan(
                    dual, share.parts, -SMALL, relaxed=False, patience=self.left // 8, ties=master.ties(dual)
                )
                found = self.rate(master, dual, found)
            now, slope, least = self.promise(master, dual, share.parts, found)
            master.add(found.members, found.start, found.cost)
            if now > best.bound:
                best, wide = Share(bound=now, parts=share.parts, dual=dual, slope=slope, least=least), wide * UP
            elif len(found.cost) == 0 and (found.whole or not relaxed or long > LONG):
                break
            else:
                wide, long = wide * DOWN, long if len(found.cost) else 4 * long
            if best.bound >= goal - TOLERANCE or self.stop[0] or self.left <= 0:
                break
        return best

    def rate(self, master: Master, dual: Floats, found: Columns) -> Columns:
        """Tell the least reduced cost of connected grids, if all below 0 were listed."""
        least = -np.inf
        if found.whole:
            least = min(0.0, float(master.reduced(dual, *pick(found)).min(initial=0.0)))
        return replace(found, least=least)

    def close(self, share: Share) -> tuple[float, str]:
        """Raise the bound of the plans of one number of grids to the cost of the best, if their grids can be listed.

        Connected grids of small reduced cost make up a programme that fines on triples of units tighten. With its dual
        values few are left that a better plan may hold; those are covered exactly.
        """
        found = self.scan(
            share.dual, share.parts, min(FIRST, self.cost - share.bound), relaxed=False, patience=self.left // 4
        )
        master = self.programme(share.parts, found)
        if found.whole:
            rated = self.rate(self.master, share.dual, found)
            bound, _, least = self.promise(self.master, share.dual, share.parts, rated)
            share = replace(share, bound=max(share.bound, bound), least=least)
        self.cover(share.parts, master, steps=COVER)
        share = self.climb(master, share, self.cost, relaxed=False)
        dual = np.append(share.dual, np.zeros(len(master.low) - len(share.dual)))
        limit = self.cost - master.value(dual) - ((share.parts or self.firm) - 1) * share.least
        found = self.scan(dual, share.parts, limit, relaxed=False, patience=self.left, ties=master.ties(dual))
        if not found.whole:
            return share.bound, "proof cut short: too many grids"
        master = self.programme(share.parts, found)
        bound, why = self.cover(share.parts, master, steps=20 * COVER)
        return max(bound, share.bound), why

    def programme(self, parts: int, found: Columns) -> Master:
        """Make a programme of listed grids, and those of the plan at hand, so that it has a solution."""
        master = Master(self.field.graph.compound[: self.firm], *self.ranges, self.fine)
        master.ask_parts(parts)
        master.add(*self.columns_of(self.labels))
        master.add(found.members, found.start, found.cost)
        return master

    def columns_of(self, labels: Ints) -> tuple[Ints, Ints, Floats]:
        """List the grids of a plan."""
        costs, firm = self._costs(labels), labels[: self.firm]
        counts = np.bincount(firm, minlength=len(costs))
        return np.argsort(firm, kind="stable"), np.append(0, np.cumsum(counts)), costs

    def tighten(self, master: Master, dual: Floats) -> Floats:
        """Fine triples in a programme that was solved as long as that pays."""
        before = -np.inf
        while True:
            gap = self.cost - master.objective
            if gap < CLOSE or master.objective - before < GAIN * gap or len(master.low) - master.rows > MOST_TRIPLES:
                return dual
            before = master.objective
            if not master.fine_triples(TRIPLES):
                return dual
            dual = master.solve()

    def cover(self, parts: int, master: Master, steps: int) -> tuple[float, str]:
        """Find the best plan of listed grids that beats the one at hand; the bound is its cost, or that at hand."""
        dual = self.tighten(master, master.solve())
        reduced = master.reduced(dual, *pick(master))
        value = master.value(dual) + (parts or self.firm) * min(0.0, float(reduced.min()))
        reduced = np.maximum(reduced, 0.0)
        kept = reduced < self.cost - value
        members, start, cost = pick(master, kept)
        members, start = add_needed(self.field.graph, self.firm, members, start)
        column, reduced = np.repeat(np.arange(len(cost)), np.diff(start)), reduced[kept]
        order = np.lexsort((column, reduced[column], members))
        first = np.searchsorted(members[order], np.arange(self.firm + 1))
        work, n = np.array([steps, 0]), len(self.field.graph.compound)
        paid, chosen = best_cover(
            members, start, cost, reduced, first, column[order], n, value, self.cost, work, self.stop
        )  # fmt: skip
        self.run[STEPS] -= steps - work[0]
        if len(chosen):
            labels = np.full(len(self.field.graph.compound), -1)
            for label, k in enumerate(chosen):
                labels[members[start[k] : start[k + 1]]] = label
            plan = join_idle(self.field.graph, labels)
            if plan is not None:
                self.take(plan)
        if work[1]:
            return value, "proof cut short: cover"
        if self.cost <= paid + TOLERANCE:
            return self.cost, ""
        return paid, "units without households left out of the bound"

    def prove(self) -> tuple[float, str]:
        """Bound the plans of each number of grids, from that of the plan at hand up and down, and close the open ones.

        Returns
        -------
        float, str
            No plan costs less; how far the proof came.
        """
        start = Share(bound=-np.inf, parts=self.begin, dual=self.dual, slope=0.0, least=-np.inf)
        middle = self.climb(self.master, start, self.cost, relaxed=True)
        if self.cost - middle.bound > 0.5 * self.price[OUTSIDE]:
            # whether a grid must miss the band is not for the programme to say: all numbers of grids are closed at once
            middle = self.climb(self.master, replace(middle, bound=-np.inf, parts=ANY), self.cost, relaxed=True)
            return self.settle(middle, 0)
        left, reason = self.settle(middle, int(SPARED * self.budget.steps))
        floors = simple_bounds(self.field.graph, self.price, self.firm)
        for way in (1, -1):
            share = middle
            while 1 <= share.parts + way <= self.firm:
                beyond = floors[share.parts :] if way > 0 else floors[: share.parts - 1]
                # the bound of one number holds for others as a straight line
                line = share.bound + way * share.slope if way * share.slope >= 0 else -np.inf
                if max(line, beyond.min()) >= left - TOLERANCE:
                    break
                next_ = replace(share, bound=-np.inf, parts=share.parts + way)
                share = self.climb(self.master, next_, left, relaxed=True)
                if share.bound < left - TOLERANCE:
                    open_ = left < self.cost - TOLERANCE
                    bound, why = (share.bound, reason) if open_ else self.settle(share, 0)
                    left, reason = min((left, reason), (bound, why))
                if share.bound == -np.inf:
                    break
        return min(left, self.cost), reason if left < self.cost - TOLERANCE else ""

    def settle(self, share: Share, spared: int) -> tuple[float, str]:
        """Close the plans of one number of grids if that is needed and can be; some steps are spared for others."""
        if share.bound >= self.cost - TOLERANCE:
            return self.cost, ""
        if self.left <= spared or self.stop[0]:
            return share.bound, "proof cut short"
        self.run[STEPS] -= spared
        settled = self.close(share)
        self.run[STEPS] += spared
        return settled


def pick(found: "Columns | Master", kept: NDArray[np.bool_] | None = None) -> tuple[Ints, Ints, Floats]:
    """Take all or some of the listed grids."""
    if kept is None:
        return found.members, found.start, found.cost
    size = np.diff(found.start)
    return found.members[np.repeat(kept, size)], np.append(0, np.cumsum(size[kept])), found.cost[kept]
