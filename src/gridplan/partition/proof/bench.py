"""What all parts of a proof share: the piece in order, the best plan met, the lister, and the work left."""

from dataclasses import dataclass

import numpy as np

from gridplan.partition.certificate import price_labels
from gridplan.partition.kernels.arrays import LOAD, LOWER, OUTSIDE, SURPLUS, TARGET, UPPER, Field, Flags, Floats, Ints
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.proof.links import Links
from gridplan.partition.proof.lister import SMALL, Lister
from gridplan.partition.proof.master import Master

PIVOT, PROGRAMME = 130, 3_000
"""Steps that a pivot takes, and a programme in all."""

DEAR = 10.0
"""Price of leaving out a unit, as a multiple of the cost of the best plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofBudget:
    """Work a proof may take; counts, never seconds.

    Parameters
    ----------
    units : int
        Units with households of the largest piece that is tried.
    steps : int
        Steps of listing, of programmes and of covering.
    columns : int
        Grids listed at once.
    rounds : int
        Linear programmes solved to raise one bound; five times as many triples are fined.
    """

    units: int
    steps: int
    columns: int
    rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The plans of one number of grids, or those of them with so many grids inside and touching some compounds.

    Parameters
    ----------
    bound : float
        No plan of the share costs less.
    parts : int
        Grids of its plans, 0 for any number.
    dual : float64[rows]
        Dual values of the bound.
    slope : float
        By how much the bound rises with each grid more.
    low, high : float64[1 + 2 * c]
        Fewest and most grids of its plans in all, inside each compound, and touching each compound.
    """

    bound: float
    parts: int
    dual: Floats
    slope: float
    low: Floats
    high: Floats


class Bench:
    """The piece in order, the best plan met, the lister, and the work left."""

    def __init__(self, field: Field, price: Floats, plans: list[Ints], budget: ProofBudget, stop: Flags) -> None:
        self.field, self.price, self.budget, self.stop = field, price, budget, stop
        self.firm, self.parts = field.firm, int(plans[0].max()) + 1
        self.lister = Lister(field, price, self.parts, budget.steps, budget.columns, stop)
        self.links = Links(field.graph, field.firm)
        self.ranges = self._compound_ranges()
        weight, low = float(field.graph.units[: self.firm, 0].sum()), float(field.lowest[-1])
        left = weight - float(field.lowest[:-1].sum())
        self.most = min(self.firm, field.anchors + int((left + SLACK) / low)) if low > 0 else self.firm
        k, fewest, highest = field.anchors, field.lowest[:-1], field.highest[:-1]
        over, short = fewest - price[UPPER], price[LOWER] - highest
        missing = np.maximum(np.where(over > 0, over, short), 0.0)
        self.forced = np.zeros(self.firm)
        self.forced[:k] = price[OUTSIDE] + price[SURPLUS] * missing
        self._fine = max(2.0 * price[LOAD] * price[TARGET], 3.0)
        self.labels, self.cost = plans[0], np.inf
        self._tolled: Bench | None = None
        for plan in plans:
            self.take(plan)

    def _compound_ranges(self) -> tuple[Floats, Floats]:
        """Bound the grids in all, inside and touching each compound by arithmetic."""
        least, most = self.lister.quest.ordinary
        weight, compound = self.field.graph.units[: self.firm, 0], self.field.graph.compound[: self.firm]
        c, anchor = int(compound.max(initial=-1)) + 1, np.arange(self.firm) < self.field.anchors
        has = compound >= 0
        free = float(weight[~has & ~anchor].sum())
        small = np.bincount(compound[has & ~anchor], weight[has & ~anchor], c)
        large, lone = np.bincount(compound[has & anchor], minlength=c), np.count_nonzero(~has & anchor)
        inside = np.floor((small + free + SLACK) / least) + large + lone if least > 0 else np.full(c, np.inf)
        beside = (self.field.highest[:-1] - weight[anchor]).max(initial=0.0)
        touched = np.where(large > 0, 1.0, np.ceil((small - SLACK) / max(most, beside)))
        return np.concatenate([[1.0], np.zeros(c), touched]), np.concatenate([[self.firm], inside, np.full(c, np.inf)])

    def tolled(self) -> "Bench":
        """Give the bench on which units without households that have priced borders are covered as well."""
        if self._tolled is None:
            field = self.field._replace(firm=self.firm + self.field.tolled, tolled=0)
            self._tolled = Bench(field, self.price, [self.labels], self.budget, self.stop)
        bench = self._tolled
        bench.take(self.labels)
        bench.lister.spend(bench.lister.left - self.lister.left)
        return bench

    def steps(self, share: float) -> int:
        """Allow a share of all steps, and half of what is left at most."""
        return min(int(share * self.budget.steps), self.lister.left // 2)

    def reach(self, units: float, number: float) -> Floats:
        """Tell how far the dual values of the units and of the number of grids may move, by a share of their mean."""
        weight = self.field.graph.units[: self.firm, 0]
        weight = np.maximum(weight, 0.1 * weight.mean())
        cost = self.cost - float(self.forced.sum())
        return np.append(weight * (cost / weight.sum()) * units, cost / self.parts * number)

    def misses(self, bound: float) -> bool:
        """Tell whether the best plan has grids that miss the band although a bound does not ask for them."""
        return bool(self.cost - bound > 0.5 * self.price[OUTSIDE])

    def costs(self, labels: Ints) -> Floats:
        """Price the grids of a plan."""
        return price_labels(self.field.graph, self.price, labels)[1]

    def take(self, labels: Ints) -> None:
        """Keep a plan where it is the best so far."""
        cost = float(self.costs(labels).sum())
        if cost < self.cost - SMALL:
            self.labels, self.cost = labels, cost

    def programme(self, plans: list[Ints], *, tolls: bool) -> Master:
        """Make a programme of the grids of some plans, and the best, so that it has a solution.

        Without tolls borders inside of grids cost nothing there.
        """
        graph = self.field.graph
        graph = graph if tolls else graph._replace(border=np.zeros_like(graph.border))
        master = Master(self.field.graph.compound[: self.firm], *self.ranges, self._fine, DEAR * self.cost)
        for plan in [self.labels, *plans]:
            costs, firm = price_labels(graph, self.price, plan)[1], plan[: self.firm]
            counts = np.bincount(firm, minlength=len(costs))
            master.add(np.argsort(firm, kind="stable"), np.append(0, np.cumsum(counts)), costs)
        return master

    def solve(self, master: Master) -> Floats:
        """Solve a programme, which is work too; return its dual values."""
        dual = master.solve()
        self.lister.spend(PROGRAMME + PIVOT * master.pivots)
        return dual
