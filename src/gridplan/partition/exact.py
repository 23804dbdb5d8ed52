"""Proof that a plan of one piece is the best: bound by columns, and exact cover of what the bound leaves open."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from gridplan.partition.certificate import TOLERANCE, price_labels
from gridplan.partition.kernels.arrays import (
    LOAD,
    LOWER,
    OUTSIDE,
    SURPLUS,
    TARGET,
    UPPER,
    WEIGHT,
    Field,
    Flags,
    Floats,
    Graph,
    Ints,
    make_draft,
)
from gridplan.partition.kernels.columns import list_columns
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.kernels.cover import best_cover
from gridplan.partition.master import Master

SMALL: Final = 1e-7
"""Cost below which two plans, or a reduced cost and zero, do not differ."""


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


PROOFS: Final = MappingProxyType(
    {
        "normal": ProofBudget(units=130, steps=100_000, columns=40_000, rounds=40),
        "thorough": ProofBudget(units=250, steps=60_000_000, columns=1_000_000, rounds=300),
    }
)

NEAR, PATIENCE = 20, 4_000
"""Columns of one root in one listing; steps for one root while there are columns to be found elsewhere."""

CALM, LITTLE = 0.6, 0.1
"""Weight of the old dual values against those of the programme, and where it counts as nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a proof came to.

    Parameters
    ----------
    labels : int64[n]
        The plan, better than the one handed in where that was not the best.
    bound : float
        No plan costs less; minus infinity where nothing was found out.
    proven : bool
        Whether the plan is the best.
    reason : str
        How far the proof came.
    """

    labels: Ints
    bound: float
    proven: bool
    reason: str


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
    """

    members: Ints
    start: Ints
    cost: Floats
    whole: bool


def forced_cost(graph: Graph, price: Floats) -> float:
    """Sum what units above the band cost in any plan.

    Parameters
    ----------
    graph, price : Graph, float64[9]
        Piece and prices.

    Returns
    -------
    float
        Least price of the size rule for these units, each in a grid of its own.
    """
    w = graph.units[:, WEIGHT]
    excess = w[w > price[UPPER] + SLACK] - price[UPPER]
    return float((price[OUTSIDE] + price[SURPLUS] * excess).sum())


def make_field(graph: Graph, price: Floats, cost: float) -> tuple[Field, Ints] | None:
    """Put the units of a piece in the order of the proof, and limit the sizes that a better plan can hold.

    Units above the band come first, then others with households, then those without; last the idle ones: without
    households and without priced borders, they can join any grid around them and matter only where they link others.

    Parameters
    ----------
    graph, price : Graph, float64[9]
        Piece and prices.
    cost : float
        Cost of the plan at hand.

    Returns
    -------
    (Field, int64[n]) or None
        The piece in that order, and the order; None where two units above the band could share a grid of a better
        plan.
    """
    w, n = graph.units[:, WEIGHT], len(graph.compound)
    huge = w > price[UPPER] + SLACK
    slack = cost - forced_cost(graph, price)
    if huge.sum() > 1 and price[SURPLUS] * price[UPPER] <= price[OUTSIDE] + slack:
        return None
    tolls = np.zeros(n)
    ends = np.repeat(np.arange(n), np.diff(graph.indptr))
    np.add.at(tolls, ends, graph.border)
    idle = (w <= 0) & (tolls == 0)
    matrix: Any = csr_array((graph.border + 1.0, graph.indices, graph.indptr), shape=(n, n))
    walk = breadth_first_order(matrix, 0, return_predecessors=False).astype(np.int64)
    late = (~huge).astype(np.int64) + (w <= 0) + idle
    order = walk[np.argsort(late[walk], kind="stable")]
    matrix = matrix[order][:, order].tocsr()
    matrix.sort_indices()
    units = np.ascontiguousarray(graph.units[order])
    ordered = Graph(
        indptr=matrix.indptr.astype(np.int64), indices=matrix.indices.astype(np.int64),
        border=matrix.data - 1.0, units=units, compound=np.ascontiguousarray(graph.compound[order]),
    )  # fmt: skip
    per = max(float(price[SURPLUS]), 1e-12)
    wide = max(0.0, slack - price[OUTSIDE]) / per if slack >= price[OUTSIDE] else 0.0
    weight = np.maximum(units[:, 0], 1e-12)
    field = Field(
        graph=ordered, x=units[:, 2] / weight, y=units[:, 3] / weight,
        lowest=np.full(n, max(0.0, price[LOWER] - wide)),
        highest=np.where(huge[order], units[:, 0] + slack / per, price[UPPER] + wide),
        firm=int(n - idle.sum()),
    )  # fmt: skip
    return field, order


class Prover:
    """A proof under way: the reduced piece, the programme over its grids, and the work left."""

    def __init__(self, field: Field, price: Floats, labels: Ints, budget: ProofBudget, stop: Flags) -> None:
        self.field, self.price, self.budget, self.stop = field, price, budget, stop
        self.n = len(labels)
        self.work = np.array([budget.steps, 0])
        self.ordinary = np.array([field.lowest[-1], field.highest[-1]])  # units above the band stand first
        self.same = float(np.array_equal(field.graph.units[:, 0], field.graph.units[:, 1]))
        _, costs = price_labels(field.graph, price, labels)
        sizes = np.bincount(labels, weights=field.graph.units[:, 0])
        self.master = Master(field.firm, self.n, 2.0 * price[LOAD] * price[TARGET])
        order = np.argsort(labels, kind="stable")
        self.master.add(order, np.concatenate([[0], np.cumsum(np.bincount(labels))]), costs)
        self.dual = np.append(costs[labels] * field.graph.units[:, 0] / np.maximum(sizes[labels], 1e-9), 0.0)

    def list(self, limit: float, parts: Ints, each: int, most: int, patience: int) -> Columns:
        """List grids with a reduced cost below a limit."""
        draft = make_draft(self.field.graph)
        members, start, cost = np.zeros(most * 12, np.int64), np.zeros(most + 1, np.int64), np.zeros(most)
        self.work[1] = 0
        m = list_columns(
            self.price, self.field, draft, self.dual[: self.n].copy(), limit + self.dual[self.n], each, patience,
            self.work, members, start, cost, self.same, self.ordinary, parts, self.stop,
        )  # fmt: skip
        whole = bool(self.work[1] == 0)
        return Columns(
            members=members[: start[m]].copy(), start=start[: m + 1].copy(), cost=cost[:m].copy(), whole=whole
        )

    def bound(self, parts: int, cost: float, side: int) -> tuple[float, bool]:
        """Bound the cost of every plan of so many grids, up to `cost`; minus infinity when the work runs out.

        With `side` 1 or -1 grids of plans of more, or fewer, are looked at too; then the second value tells whether
        the bound holds for those plans as well: it does where a further grid adds to it, or one less.

        Grids are asked for at dual values between those of the programme and the last that held for every grid:
        the programme alone swings widely at first.
        """
        self.master.ask_parts(parts)
        n, patience, calm, bound = self.n, PATIENCE, CALM, -np.inf
        range_ = np.array([1 if side < 0 else parts, self.n if side > 0 else parts])
        held, before = self.dual, np.inf
        for _ in range(self.budget.rounds):
            swing = self.master.duals()
            value = self._value(swing, parts)
            calm = CALM if value < before - SMALL else 0.4 * calm if calm > LITTLE else 0.0
            before = value
            self.dual = calm * held + (1.0 - calm) * swing
            # if no grid costs less than its units by this much, no plan of so many grids costs less than `cost`
            enough = (cost - self._value(self.dual, parts)) / parts
            found = self.list(min(-SMALL, enough), range_, NEAR, n * NEAR, patience)
            if len(found.cost) == 0 and found.whole:
                if enough < -SMALL:
                    return cost, side * (self.dual[n] + enough) >= 0.0
                held, bound = self.dual, max(bound, self._value(self.dual, parts) - SMALL * n)
                if calm == 0.0:
                    return bound, side * self.dual[n] >= 0.0
            if self.work[0] <= 0 or self.stop[0]:
                break
            patience = max(PATIENCE, patience // 4) if len(found.cost) > n // 4 else 4 * patience
            self.master.add(found.members, found.start, found.cost)
        self.dual = held
        return bound, False

    def _value(self, dual: Floats, parts: int) -> float:
        return float(dual[: self.n].sum() + parts * dual[self.n])

    def cover(self, parts: int, cost: float, bound: float) -> tuple[Columns, Ints, bool]:
        """Find the best plan of so many grids that costs less than `cost`; False when the work runs out."""
        n, most = self.n, self.budget.columns
        found = self.list(cost - bound, np.array([parts, parts]), most, most, self.budget.steps)
        if not found.whole:
            return found, np.zeros(0, np.int64), False
        m = len(found.cost)
        column = np.repeat(np.arange(m), np.diff(found.start))
        values = np.bincount(column, weights=self.dual[found.members], minlength=m) + self.dual[n]
        reduced = np.maximum(found.cost - values, 0.0)
        order = np.lexsort((column, reduced[column], found.members))
        first = np.searchsorted(found.members[order], np.arange(self.field.firm + 1))
        work = np.array([self.budget.steps, 0])
        _, cover = best_cover(
            found.members,
            found.start,
            found.cost,
            reduced,
            first,
            column[order],
            n,
            parts,
            bound,
            cost,
            work,
            self.stop,
        )
        return found, cover, bool(work[1] == 0)


def prove_piece(graph: Graph, price: Floats, labels: Ints, cost: float, budget: ProofBudget, stop: Flags) -> Proof:  # noqa: C901
    """Try to prove a plan of one piece the best, or find the best.

    One number of grids is settled after the other, up and down from that of the plan at hand, until the bound
    exceeds the cost for all further numbers too.

    Parameters
    ----------
    graph, price : Graph, float64[9]
        Piece of n units and prices.
    labels : int64[n]
        Plan at hand, grids 0..k - 1.
    cost : float
        Its cost.
    budget : ProofBudget
        Work to do at most.
    stop : int8[1]
        Set to 1 by another thread to give up early.

    Returns
    -------
    Proof
        The best plan met, with what is known about it.
    """
    open_ = Proof(labels=labels, bound=-np.inf, proven=False, reason="too large for a proof")
    if len(labels) > budget.units or not graph.units[:, WEIGHT].any():
        return open_
    made = make_field(graph, price, cost)
    if made is None:
        return open_
    field, order = made
    mine = labels[order]
    prover = Prover(field, price, mine, budget, stop)
    middle, least, reason = int(mine.max()) + 1, np.inf, ""
    for step in (0, 1, -1):
        parts = middle + step
        while 1 <= parts <= len(order):
            bound, beyond = prover.bound(parts, cost, step)
            if bound == -np.inf:
                return Proof(labels=labels, bound=-np.inf, proven=False, reason="proof cut short: bound")
            if bound >= cost - TOLERANCE:
                if beyond or step == 0:
                    break
                parts += step
                continue
            prover.master.set_fine(max(2.0 * price[LOAD] * price[TARGET], 1.5 * (cost - bound)))
            found, cover, done = prover.cover(parts, cost, bound)
            if len(cover):
                labels = _plan(graph, order, found, cover)
                cost = float(price_labels(graph, price, labels)[1].sum())
            if not done:
                least = min(least, bound)
                reason = "proof cut short: cover" if found.whole else "proof cut short: columns"
            if step == 0:
                break
            parts += step
    if least < cost - TOLERANCE:
        return Proof(labels=labels, bound=least, proven=False, reason=reason)
    return Proof(labels=labels, bound=cost, proven=True, reason="bound by columns and exact cover")


def _plan(graph: Graph, order: Ints, found: Columns, cover: Ints) -> Ints:
    """Turn a cover into labels; idle units that no grid needed join a neighbour."""
    new = np.full(len(order), -1)
    for label, column in enumerate(cover):
        new[order[found.members[found.start[column] : found.start[column + 1]]]] = label
    ends = np.repeat(np.arange(len(new)), np.diff(graph.indptr))
    while (new < 0).any():
        joins = (new[ends] < 0) & (new[graph.indices] >= 0)
        new[ends[joins]] = new[graph.indices[joins]]
    return new
