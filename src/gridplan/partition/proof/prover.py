"""A proof under way: a bound for each number of grids, and the plans of some number closed, the least bound first."""

from dataclasses import replace
from typing import Final

import numpy as np

from gridplan.partition.certificate import TOLERANCE, simple_bounds
from gridplan.partition.kernels.arrays import INERTIA, WEIGHT, Field, Flags, Floats, Ints
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.proof.bench import Bench, ProofBudget, Share
from gridplan.partition.proof.branches import Branches, Leaf
from gridplan.partition.proof.closing import Closing
from gridplan.partition.proof.columns import Columns
from gridplan.partition.proof.lister import SMALL
from gridplan.partition.proof.rounding import round_off
from gridplan.partition.search import refine

SHORT, LONG, QUICK = 250, 2_000, 2
"""Steps for one kind of grid in one cell in the first rounds, later, and the number of the first."""

BOX, NUMBER, DOWN, OUT = 0.2, 0.5, 0.7, 3.0
"""How far dual values of units and of the number of grids may move, as a share of their mean; by what that shrinks
without a gain, and grows where it alone is in the way."""

ENOUGH, LESS = 0.15, 0.5
"""Share of the gap by which a bound may stay below that of the programme; and what part of it, once a wall was moved
because no more was in reach, since the wider box may promise too much again and again."""

ALL, MOST, CLIMB = 100, 4, 0.33
"""Parts of the work after which no list of all grids is there, at first and where a grid misses the band; and share of
all steps that one bound may take."""

TWIG, FEW = 0.1, 0.08
"""What the bound of plans that were split off may take: a share of all steps, and one of the rounds."""

BESIDE: Final = 0.3
"""Share of all steps that is kept for other numbers of grids than that of the plan at hand."""

LOOK, AGAIN = 200, 16
"""Steps for each unit that a look for a better plan takes, and programmes from one look to the next."""

ANY: Final = 0
"""Number of grids that stands for any."""


class Prover:
    """A proof under way."""

    def __init__(self, field: Field, price: Floats, plans: list[Ints], budget: ProofBudget, stop: Flags) -> None:
        self.bench = Bench(field, price, plans, budget, stop)
        self._firm, self._price, self._rounds = field.firm, price, budget.rounds
        self._master = self.bench.programme(plans, tolls=False)

    def prove(self) -> tuple[float, str]:
        """Bound the plans of each number of grids, and close those that are open, the least bound first.

        Returns
        -------
        float, str
            No plan costs less; how far the proof came.
        """
        bench = self.bench
        bench.lister.fill(bench.budget.steps // ALL)
        middle = self._raise(self._first())
        if bench.misses(middle.bound):
            bench.lister.fill(bench.budget.steps // MOST)
            # whether a grid must miss the band is not for the programme to say: all numbers of grids are closed at once
            shares = [self._raise(replace(self._first(), parts=ANY))]
        else:
            goal = self._close_first(middle)
            shares = [middle, *self._beside(middle, 1, goal), *self._beside(middle, -1, goal)]
        while True:
            least = min(shares, key=lambda share: share.bound)
            if not least.open or bench.stop[0]:
                break
            least.close()
        return min(least.bound, bench.cost), least.reason or ""

    def _close_first(self, middle: Branches) -> float:
        """Close the number of grids of the plan at hand; tell up to which bound it pays to raise the others.

        Where it stays open no other number makes a proof of it.
        """
        lister, kept = self.bench.lister, self.bench.steps(BESIDE)
        lister.spend(kept)
        if middle.open:
            middle.close()
        lister.spend(min(lister.left, 0) - kept)  # covers may take more than is left
        return middle.bound if middle.reason else self.bench.cost - TOLERANCE

    def _first(self) -> Share:
        """Begin with the number of grids of the plan at hand, and spread what these cost over their units.

        Each unit bears its inertia, an anchor its miss of the band, and by its households its share of what is left.
        """
        bench, labels, units = self.bench, self.bench.labels, self.bench.field.graph.units
        weight, x, y = units[:, WEIGHT], self.bench.field.x, self.bench.field.y
        own = self._price[INERTIA] * weight * _squares(labels, weight, x, y)
        own[: self._firm] += bench.forced
        left = (bench.costs(labels) - np.bincount(labels, own)) / np.maximum(np.bincount(labels, weight), SLACK)
        each = own + left[labels] * weight
        dual = np.append(each[: self._firm], np.zeros(self._master.rows - self._firm))
        low, high = bench.ranges
        return Share(bound=-np.inf, parts=bench.parts, dual=dual, slope=0.0, low=low, high=high)

    def _beside(self, middle: Branches, way: int, goal: float) -> list[Branches]:
        """Bound the plans of ever more or ever fewer grids, until none of them can cost less than a goal."""
        bench, shares, share = self.bench, list[Branches](), middle.share
        floors = simple_bounds(bench.field.graph, self._price, self._firm)
        while 1 <= share.parts + way <= self._firm and share.bound > -np.inf:
            beyond = floors[share.parts :] if way > 0 else floors[: share.parts - 1]
            # the bound of one number holds for others as a straight line
            line = share.bound + way * share.slope if way * share.slope >= 0 else -np.inf
            if max(line, beyond.min()) >= goal:
                break
            shares.append(self._raise(replace(share, bound=-np.inf, parts=share.parts + way), goal))
            share = shares[-1].share
        return shares

    def _raise(self, share: Share, goal: float = np.inf) -> Branches:
        """Raise the bound of the plans of one number of grids as far as that is cheap."""
        pool = self.bench.lister.pool
        if pool is None:
            root = self._leaf(share, goal, CLIMB, self._rounds, look=True)
        else:
            root = Leaf(closing=Closing(self.bench, share))
            root.closing.begin(pool)
        return Branches(
            self.bench, root, lambda part: self._leaf(part, np.inf, TWIG, int(FEW * self._rounds), look=False)
        )

    def _leaf(self, share: Share, goal: float, part: float, rounds: int, *, look: bool) -> Leaf:
        """Raise the bound of some plans by a share of all steps and so many rounds; look for better ones or not."""
        lister = self.bench.lister
        spared = lister.left - self.bench.steps(part)
        lister.spend(spared)
        share = self._climb(share, min(goal, self.bench.cost - TOLERANCE), rounds)
        if look and share.bound < self.bench.cost - TOLERANCE:
            self._look_there(share.parts)
        lister.spend(-spared)
        row, count = self._master.most_broken()
        return Leaf(closing=Closing(self.bench, share), row=row, count=count)

    def _look_there(self, parts: int) -> None:
        """Look for a better plan where the programme has its grids."""
        bench, master, graph = self.bench, self._master, self.bench.field.graph
        labels = round_off(graph, master.members, master.start, master.shares, parts or bench.parts)
        bench.lister.spend(LOOK * len(labels))
        bench.take(refine(graph, self._price, labels, bench.stop))

    def _climb(self, share: Share, goal: float, rounds: int) -> Share:
        """Raise a bound to a goal by generating sets, connected or not.

        Dual values are sought in a box around the best so far, since those of the programme alone swing widely; the
        box moves along, grows where that pays, and else shrinks.
        """
        bench, master, best, long, enough = self.bench, self._master, share, LONG, ENOUGH
        master.ask(share.parts, share.low, share.high)
        wide = bench.reach(BOX, NUMBER)
        for turn in range(rounds):
            master.box(best.dual, wide)
            dual = bench.solve(master)
            if master.objective - best.bound < max(SMALL, enough * (bench.cost - best.bound)):
                if not master.at_wall():
                    break
                wide, enough = wide * OUT, enough * LESS
                continue
            found = bench.lister.relaxed(dual, SHORT if turn < QUICK else long)
            now = self._promise(dual, share, found)
            master.add(found.members, found.start, found.cost)
            if now.bound > best.bound:
                best = now
            elif len(found.cost) == 0 and (found.whole or long > LONG):
                break
            else:
                wide, long = wide * DOWN, long if len(found.cost) else 4 * long
            if best.bound >= goal or bench.stop[0] or bench.lister.left <= 0:
                break
            if turn % AGAIN == AGAIN - 1:
                self._look_there(share.parts)
        return best

    def _promise(self, dual: Floats, share: Share, found: Columns) -> Share:
        """Bound every plan of so many grids.

        What the reduced costs are below 0 is taken off for each grid, or off the units of the cells where they are.
        """
        if not np.isfinite(found.least):
            return replace(share, bound=-np.inf, dual=dual, slope=0.0)
        ways, most = [(dual, found.least - SMALL)], share.parts or self.bench.most
        if found.lift.any():
            eased = dual.copy()
            eased[: self._firm] -= found.lift * self.bench.field.graph.units[: self._firm, 0]
            ways.append((eased, -SMALL))
        bounds = [self._master.value(values) + most * least for values, least in ways]
        values, least = ways[int(np.argmax(bounds))]
        slope = float(values[self._firm]) + least
        return replace(share, bound=max(bounds), dual=values, slope=slope)


def _squares(labels: Ints, weight: Floats, x: Floats, y: Floats) -> Floats:
    """Square the way from each unit to the centre of its grid."""
    whole = np.maximum(np.bincount(labels, weight), SLACK)
    return np.asarray(sum((v - (np.bincount(labels, weight * v) / whole)[labels]) ** 2 for v in (x, y)))
