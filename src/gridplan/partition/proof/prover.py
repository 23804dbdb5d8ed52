"""A proof under way: bounds by generated grids, fines on triples, and exact cover of the grids that are left."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gridplan.partition.certificate import TOLERANCE, price_labels, simple_bounds
from gridplan.partition.kernels.arrays import LOAD, OUTSIDE, TARGET, Field, Flags, Floats, Ints
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.kernels.cover import best_cover
from gridplan.partition.proof.columns import Columns, pick
from gridplan.partition.proof.field import add_needed, join_idle
from gridplan.partition.proof.lister import SMALL, Lister
from gridplan.partition.proof.master import Master

SHORT, LONG, QUICK = 250, 2_000, 2
"""Steps for one kind of grid in one cell in the first rounds, later, and the number of the first."""

BOX, UP, DOWN, OUT = 0.3, 1.5, 0.7, 3.0
"""How far dual values may move, as a share of their mean; by what that grows after a gain, shrinks without, and grows
where it alone is in the way."""

ENOUGH, NEAR, CLOSE = 0.15, 0.2, 0.3
"""Share of the gap by which a bound may stay below that of the programme, the same for connected grids, and the gap
that fines need not close."""

SPARED: Final = 0.25
"""Share of the work that is kept for other numbers of grids than that of the plan at hand."""

FIRST: Final = 0.4
"""Reduced cost up to which connected grids are listed at first."""

TRIPLES, MOST_TRIPLES, GAIN = 20, 200, 0.05
"""Triples fined at once, and in all; share of the gap that they must close to go on."""

ROUGH, NEW = 8, 300
"""First rounds in which the bound of the tables will do, and grids added to a programme at once."""

ANY: Final = 0
"""Number of grids that stands for any."""

QUICK_COVER, COVER = 20_000, 300_000
"""Steps of a cover that seeks a better plan, and of one that must be complete."""

DEEP, DEEPER = 0.1, 2.5
"""Reduced cost up to which connected grids are listed to be covered, and by what it grows from one list to the next."""


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
        self.begin = int(plans[0].max()) + 1
        self.lister = Lister(field, price, self.begin, budget.steps, budget.columns, stop)
        self.ranges = self._ranges()
        weight = float(field.graph.units[: self.firm, 0].sum())
        low = float(field.lowest.min())
        self.most = min(self.firm, int((weight + SLACK) / low)) if low > 0 else self.firm
        self.fine = max(2.0 * price[LOAD] * price[TARGET], 3.0)
        self.master = Master(graph.compound[: self.firm], *self.ranges, self.fine)
        self.labels, self.cost = plans[0], np.inf
        for plan in plans:
            self.take(plan)
        costs, sizes = self._costs(self.labels), np.bincount(self.labels, weights=graph.units[:, 0])
        share = costs[self.labels] * graph.units[:, 0] / np.maximum(sizes[self.labels], SLACK)
        self.dual = np.append(share[: self.firm], np.zeros(self.master.rows - self.firm))

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
        least, most = self.lister.quest.ordinary
        weight, compound = self.field.graph.units[: self.firm, 0], self.field.graph.compound[: self.firm]
        c, huge = int(compound.max(initial=-1)) + 1, self.field.highest[: self.firm] > most
        has = compound >= 0
        free = float(weight[~has & ~huge].sum())
        small = np.bincount(compound[has & ~huge], weight[has & ~huge], c)
        large = np.bincount(compound[has & huge], minlength=c)
        inside = np.floor((small + free + SLACK) / least) + large if least > 0 else np.full(c, np.inf)
        touched = np.where(large > 0, 1.0, np.ceil((small - SLACK) / most))
        return np.concatenate([[1.0], np.zeros(c), touched]), np.concatenate([[self.firm], inside, np.full(c, np.inf)])

    def promise(self, master: Master, dual: Floats, parts: int, found: Columns) -> Share:
        """Bound every plan of so many grids.

        What the reduced costs are below 0 is taken off for each grid, or off the units of the cells where they are.
        """
        if not np.isfinite(found.least):
            return Share(bound=-np.inf, parts=parts, dual=dual, slope=0.0, least=-np.inf)
        ways, most = [(dual, found.least - SMALL)], parts or self.most
        if found.lift.any():
            eased = dual.copy()
            eased[: self.firm] -= found.lift * self.field.graph.units[: self.firm, 0]
            ways.append((eased, -SMALL))
        bounds = [master.value(values) + most * least for values, least in ways]
        best = int(np.argmax(bounds))
        values, least = ways[best]
        slope = float(values[self.firm]) + least
        return Share(bound=bounds[best], parts=parts, dual=values, slope=slope, least=least)

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
            if self.lister.pool is None or relaxed:
                master.box(best.dual, wide)
            dual = master.solve()
            if not relaxed:
                dual = self.tighten(master, dual)
            gap, near = goal - best.bound, not relaxed and goal - best.bound < CLOSE
            if near or master.objective - best.bound < max(SMALL, (ENOUGH if relaxed else NEAR) * gap):
                if near or not master.at_wall():
                    break
                wide *= OUT
                continue
            if relaxed:
                patience = SHORT if turn < QUICK else long
                found = self.lister.relaxed(dual[: master.rows], share.parts, patience, anywhere=turn < ROUGH)
            else:
                found = self.below(master, dual, share.parts, -SMALL, self.lister.left // 8)
            now = self.promise(master, dual, share.parts, found)
            master.add(found.members, found.start, found.cost)
            if now.bound > best.bound:
                best, wide = now, wide * UP
            elif len(found.cost) == 0 and (found.whole or not relaxed or long > LONG):
                break
            else:
                wide, long = wide * DOWN, long if len(found.cost) else 4 * long
            if best.bound >= goal - TOLERANCE or self.stop[0] or self.lister.left <= 0:
                break
        return best

    def below(self, master: Master, dual: Floats, parts: int, limit: float, patience: int) -> Columns:
        """List connected grids for a programme, with the least reduced cost if all below the limit were looked at."""
        found = self.lister.below(dual[: master.rows], parts, limit, master.ties(dual), patience, NEW)
        if found.whole and self.lister.pool is None:
            return replace(
                found,
                least=min(0.0, float(master.reduced(dual, found.members, found.start, found.cost).min(initial=0.0))),
            )
        return found

    def close(self, share: Share) -> tuple[float, str]:
        """Raise the bound of the plans of one number of grids to the cost of the best, if their grids can be listed.

        Connected grids of small reduced cost make up a programme that fines on triples of units tighten. With its dual
        values few are left that a better plan may hold; those are covered exactly.
        """
        limit = min(FIRST, self.cost - share.bound)
        found = self.below(self.master, share.dual, share.parts, limit, self.lister.left // 4)
        master = self.programme(share.parts, found)
        now = self.promise(self.master, share.dual, share.parts, found)
        if now.bound > share.bound:
            share = now
        share = self.climb(master, share, self.cost, relaxed=False)
        return self.deepen(share, master)

    def deepen(self, share: Share, master: Master) -> tuple[float, str]:
        """List grids of ever larger reduced cost and cover them, until the best plan has none that was not listed.

        A plan with a grid that was not listed costs at least the limit more than the bound; so each list either
        holds the best plan, or raises the bound by its limit.
        """
        dual = np.append(share.dual, np.zeros(len(master.low) - len(share.dual)))
        base = master.value(dual) + ((share.parts or self.most) - 1) * share.least
        bound, reach, rows, ties = share.bound, DEEP, master.rows, master.ties(dual)
        self.cover(share.parts, master, self.cost, QUICK_COVER)
        while True:
            limit = min(reach, self.cost - base)
            found = self.lister.below(dual[:rows], share.parts, limit, ties, self.lister.left)
            if not found.whole:
                return bound, "proof cut short: too many grids"
            master = self.programme(share.parts, found)
            covered, why = self.cover(share.parts, master, base + limit, COVER)
            bound = max(bound, covered)
            if why or bound >= self.cost - TOLERANCE:
                return bound, why
            reach *= DEEPER

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

    def cover(self, parts: int, master: Master, goal: float, steps: int) -> tuple[float, str]:
        """Find the best plan of listed grids that costs less than a goal; tell what no such plan can cost less than."""
        goal = min(goal, self.cost)
        dual = self.tighten(master, master.solve())
        reduced = master.reduced(dual, master.members, master.start, master.cost)
        value = master.value(dual) + (parts or self.most) * min(0.0, float(reduced.min()))
        if value >= goal:
            return goal, ""
        reduced = np.maximum(reduced, 0.0)
        kept = reduced < goal - value
        members, start, cost = pick(master.members, master.start, master.cost, kept)
        members, start = add_needed(self.field.graph, self.firm, members, start)
        column, reduced = np.repeat(np.arange(len(cost)), np.diff(start)), reduced[kept]
        order = np.lexsort((column, reduced[column], members))
        first = np.searchsorted(members[order], np.arange(self.firm + 1))
        work, n = np.array([steps, 0]), len(self.field.graph.compound)
        paid, chosen = best_cover(
            members, start, cost, reduced, first, column[order], n, value, goal, work, self.stop
        )  # fmt: skip
        self.lister.spend(steps - int(work[0]))
        if len(chosen):
            labels = np.full(len(self.field.graph.compound), -1)
            for label, k in enumerate(chosen):
                labels[members[start[k] : start[k + 1]]] = label
            plan = join_idle(self.field.graph, labels)
            if plan is not None:
                self.take(plan)
        if work[1]:
            return value, "proof cut short: cover"
        if len(chosen) and self.cost > paid + TOLERANCE:
            return paid, "units without households left out of the bound"
        return paid, ""

    def prove(self) -> tuple[float, str]:
        """Bound the plans of each number of grids, from that of the plan at hand up and down, and close the open ones.

        Returns
        -------
        float, str
            No plan costs less; how far the proof came.
        """
        start = Share(bound=-np.inf, parts=self.begin, dual=self.dual, slope=0.0, least=-np.inf)
        if self.lister.fill(self.budget.steps // 4):
            return self.close(replace(start, parts=ANY))
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
        if self.lister.left <= spared or self.stop[0]:
            return share.bound, "proof cut short"
        self.lister.spend(spared)
        settled = self.close(share)
        self.lister.spend(-spared)
        return settled
