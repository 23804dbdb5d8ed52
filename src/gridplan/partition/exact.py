"""Proof that a plan of one piece is the best: bound by columns, and exact cover of what the bound leaves open."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from gridplan.partition.certificate import TOLERANCE, price_labels
from gridplan.partition.kernels.arrays import LOWER, OUTSIDE, SURPLUS, UPPER, WEIGHT, Flags, Floats, Graph, Ints
from gridplan.partition.kernels.columns import Draft, Field, list_columns
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
        "normal": ProofBudget(units=130, steps=600_000, columns=60_000, rounds=60),
        "thorough": ProofBudget(units=250, steps=60_000_000, columns=1_000_000, rounds=300),
    }
)

SEEDS, EACH, NEAR = 0.3, 30, 12
"""Reduced cost of the first columns; columns of one root in the first listing, and in those after it."""


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
    matrix = csr_array((graph.border + 1.0, graph.indices, graph.indptr), shape=(n, n))
    walk = breadth_first_order(matrix, 0, directed=False, return_predecessors=False).astype(np.int64)
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


class _Prover:
    """A proof under way: the reduced piece, the programme over its grids, and the work left."""

    def __init__(self, field: Field, price: Floats, labels: Ints, cost: float, budget: ProofBudget, stop: Flags) -> None:
        self.field, self.price, self.budget, self.stop = field, price, budget, stop
        self.n = len(labels)
        self.work = np.array([budget.steps, 0])
        self.ordinary = np.array([field.lowest[-1], field.highest[-1]])  # units above the band stand first
        self.same = float(np.array_equal(field.graph.units[:, 0], field.graph.units[:, 1]))
        _, costs = price_labels(field.graph, price, labels)
        sizes = np.bincount(labels, weights=field.graph.units[:, 0])
        self.master = Master(field.firm, self.n, cost)
        order = np.argsort(labels, kind="stable")
        self.master.add(order, np.concatenate([[0], np.cumsum(np.bincount(labels))]), costs)
        self.dual = np.append(costs[labels] * field.graph.units[:, 0] / np.maximum(sizes[labels], 1e-9), 0.0)
        self.seeded = False

    def list(self, limit: float, parts: int, each: int, most: int) -> Columns:
        """List grids with a reduced cost below a limit."""
        n, c = self.n, int(self.field.graph.compound.max(initial=-1)) + 1
        four, three = [np.zeros((4, n), np.int64), np.zeros((3, n), np.int64)]
        draft = Draft(*four, np.zeros(c, np.int64), np.zeros(9), np.zeros(n), np.zeros(n), *three)
        members, start, cost = np.zeros(most * 12, np.int64), np.zeros(most + 1, np.int64), np.zeros(most)
        self.work[1] = 0
        m = list_columns(
            self.price, self.field, draft, self.dual[:n].copy(), limit + self.dual[n], each, self.work, members,
            start, cost, self.same, self.ordinary, parts, self.stop,
        )  # fmt: skip
        whole = bool(self.work[1] == 0)
        return Columns(members=members[: start[m]].copy(), start=start[: m + 1].copy(), cost=cost[:m].copy(), whole=whole)

    def bound(self, parts: int) -> float:
        """Bound the cost of every plan of so many grids; minus infinity when the work runs out."""
        self.master.ask_parts(parts)
        if not self.seeded:
            near = self.list(SEEDS, parts, EACH, self.n * EACH)
            self.master.add(near.members, near.start, near.cost)
            self.seeded = True
        for _ in range(self.budget.rounds):
            self.dual = self.master.duals()
            found = self.list(-SMALL, parts, NEAR, self.n * NEAR)
            if len(found.cost) == 0 and found.whole:
                return float(self.dual[: self.n].sum() + parts * self.dual[self.n]) - SMALL * self.n
            if self.work[0] <= 0 or self.stop[0]:
                break
            self.master.add(found.members, found.start, found.cost)
        return -np.inf

    def cover(self, parts: int, cost: float, bound: float) -> tuple[Columns, Ints, bool]:
        """Find the best plan of so many grids that costs less than `cost`; False when the work runs out."""
        n, most = self.n, self.budget.columns
        found = self.list(cost - bound, parts, most, most)
        if not found.whole:
            return found, np.zeros(0, np.int64), False
        m = len(found.cost)
        column = np.repeat(np.arange(m), np.diff(found.start))
        values = np.bincount(column, weights=self.dual[found.members], minlength=m) + self.dual[n]
        reduced = np.maximum(found.cost - values, 0.0)
        order = np.lexsort((column, reduced[column], found.members))
        first = np.searchsorted(found.members[order], np.arange(self.field.firm + 1))
        work = np.array([self.budget.steps, 0])
        room = cost - bound
        _, cover = best_cover(
            found.members, found.start, reduced, first, column[order], n, parts, room, work, self.stop
        )
        return found, cover, bool(work[1] == 0)


def prove_piece(graph: Graph, price: Floats, labels: Ints, cost: float, budget: ProofBudget, stop: Flags) -> Proof:
    """Try to prove a plan of one piece the best, or find the best.

    The bound for a given number of grids is convex in that number, so that it is enough to go up and down from the
    plan at hand until it exceeds the cost.

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
    prover = _Prover(field, price, mine, cost, budget, stop)
    middle, least, reason = int(mine.max()) + 1, np.inf, ""
    for step in (1, -1):
        parts = middle if step > 0 else middle - 1
        while 1 <= parts <= len(order):
            bound = prover.bound(parts)
            if bound == -np.inf:
                return Proof(labels=labels, bound=-np.inf, proven=False, reason="proof cut short: bound")
            if bound >= cost - TOLERANCE:
                break
            found, cover, done = prover.cover(parts, cost, bound)
            if len(cover):
                labels = _plan(graph, order, found, cover)
                cost = float(price_labels(graph, price, labels)[1].sum())
            if not done:
                least, reason = min(least, bound), "proof cut short: cover" if found.whole else "proof cut short: columns"
            parts += step
    if reason and least < cost - TOLERANCE:
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
