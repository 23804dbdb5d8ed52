"""Proof that a plan of one piece is the best, or how far from the best it may be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from gridplan.partition.certificate import TOLERANCE, price_labels
from gridplan.partition.kernels.arrays import WEIGHT, Flags, Floats, Graph, Ints
from gridplan.partition.proof.bench import ProofBudget
from gridplan.partition.proof.field import make_field
from gridplan.partition.proof.large import large_alone
from gridplan.partition.proof.prover import Prover

PROOFS: Final = MappingProxyType(
    {
        "normal": ProofBudget(units=600, steps=850_000, columns=200_000, rounds=40),
        "thorough": ProofBudget(units=2_000, steps=3_000_000_000, columns=1_000_000, rounds=200),
    }
)

REACH, MOST = 11.0, 1.4
"""Units with households to a grid below which a proof may take more steps, by the square of their number, since fewer
grids come into question; and how many times the steps at most."""


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


def prove_piece(
    graph: Graph, price: Floats, plans: Sequence[Ints], cost: float, budget: ProofBudget, stop: Flags
) -> Proof:
    """Try to prove a plan of one piece the best, or find the best.

    Parameters
    ----------
    graph, price : Graph, float64[9]
        Piece of n units and prices.
    plans : sequence of int64[n]
        Plans at hand, grids 0..k - 1 each, the best first.
    cost : float
        Cost of the best.
    budget : ProofBudget
        Work to do at most.
    stop : int8[1]
        Set to 1 by another thread to give up early.

    Returns
    -------
    Proof
        The best plan met, with what is known about it.
    """
    open_ = Proof(labels=plans[0], bound=-np.inf, proven=False, reason="too large for a proof")
    if (graph.units[:, WEIGHT] > 0).sum() > budget.units or not graph.units[:, WEIGHT].any():
        return open_
    made = make_field(graph, price, cost)
    if made is None:
        return open_
    field, order = made
    reach = (REACH * (int(plans[0].max()) + 1) / field.firm) ** 2
    own = replace(budget, steps=int(budget.steps * min(max(reach, 1.0), MOST)))
    prover = Prover(field, price, [plan[order] for plan in plans], own, stop)
    bound, reason = prover.prove()
    best = np.empty_like(plans[0])
    best[order] = prover.bench.labels
    if prover.bench.misses(bound):
        bound = max(bound, _bound_large(graph, price, plans, budget, stop))
    proven = bound >= prover.bench.cost - TOLERANCE
    reason = "bound by columns and exact cover" if proven or not reason else reason
    return Proof(labels=best, bound=bound, proven=proven, reason=reason)


def _bound_large(graph: Graph, price: Floats, plans: Sequence[Ints], budget: ProofBudget, stop: Flags) -> float:
    """Bound the plans of a piece by those of its large units, of which it is known sooner what misses the band."""
    alone = large_alone(graph, price)
    if alone is None:
        return -np.inf

    def cost(labels: Ints) -> float:
        return float(price_labels(*alone, labels)[1].sum())

    plans = sorted(plans, key=cost)
    return prove_piece(*alone, plans, cost(plans[0]), budget, stop).bound
