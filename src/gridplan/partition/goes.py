"""A piece whose number of grids is free, planned in goes, between which other pieces get their turn."""

from types import MappingProxyType
from typing import Final

import numpy as np

from gridplan.partition.certificate import TOLERANCE, Go, Solution, grid_causes, price_labels, renumber, simple_bound
from gridplan.partition.clock import Clock
from gridplan.partition.kernels.arrays import OUTSIDE, WEIGHT, Ints
from gridplan.partition.problem import Piece
from gridplan.partition.proof import PROOFS, prove_piece
from gridplan.partition.search import BUDGETS, search_piece

STUBBORN: Final = "stubborn"
"""The effort of a search for those grids alone that miss the band although no proof asks for it."""

GOES: Final = MappingProxyType(
    {
        "fast": (("fast", ""),),
        "normal": (("normal", ""), ("", "normal"), (STUBBORN, "normal")),
        "thorough": (("fast", ""), ("normal", "normal"), ("thorough", ""), ("", "thorough")),
    }
)
"""Efforts of the search and of the proof in each go, until the plan is proven: all pieces are searched before the first
proof, so that a time that is too short costs proofs and not plans."""

ENDLESS: Final = "thorough"
"""The effort that may take any time."""

SEARCHED: Final = 0.3
"""What its search may take of the time of a piece; the proof gets the rest."""


class FreePiece:
    """The plans of one piece, and what is known of them.

    Parameters
    ----------
    piece : Piece
        The piece.
    effort : str
        As in `partition_graph`.
    seed : SeedSequence
        Source of chance.
    """

    def __init__(self, piece: Piece, effort: str, seed: np.random.SeedSequence) -> None:
        self._piece, self._goes, self._rng = piece, list(GOES[effort]), np.random.default_rng(seed)
        self._plans, self._bound = list[Ints](), simple_bound(piece.graph, piece.price)
        self._proven, self._cut, self._reason = False, False, "no proof at this effort"

    @property
    def next(self) -> Go:
        """The go that comes now."""
        search, proof = self._goes[0]
        return Go(run=self.go, part=1.0 if proof == ENDLESS else SEARCHED if search == ENDLESS else None)

    def go(self, clock: Clock) -> Solution:
        """Search, prove, or both.

        Parameters
        ----------
        clock : Clock
            When to stop; no proof is begun when it is over.

        Returns
        -------
        Solution
            The best plan so far.
        """
        search, proof = self._goes.pop(0)
        if search:
            best = self._cost(self._plans[0]) if self._plans else np.inf
            self._search(search, clock)
            proof = proof if search != STUBBORN or self._cost(self._plans[0]) < best - TOLERANCE else ""
        late = clock.over()
        if proof and not self._proven and not late:
            self._prove(proof, clock)
        graph, price, labels = self._piece.graph, self._piece.price, self._plans[0]
        sums, costs = price_labels(graph, price, labels)
        self._cut |= bool(clock.stop[0] or (late and proof))
        households, cut_short = sums[:, WEIGHT], self._cut and not self._proven
        return Solution(
            labels=labels, households=households, costs=costs, bound=min(self._bound, float(costs.sum())),
            proven=self._proven,
            causes=grid_causes(graph, price, labels, households, self._piece.of, proven=self._proven),
            reason="time limit" if cut_short else self._reason, cut_short=cut_short,
            more=self.next if self._goes and self._open(float(costs.sum())) else None,
        )  # fmt: skip

    def whole(self, clock: Clock) -> Solution:
        """Do all goes at once, as of `go`."""
        solution = self.go(clock)
        while solution.more and not solution.cut_short:
            solution = solution.more.run(clock)
        return solution

    def _open(self, cost: float) -> bool:
        """Tell whether the go that comes now may find out more."""
        misses = cost - self._bound > 0.5 * self._piece.price[OUTSIDE]
        return not self._proven and (misses or self._goes[0][0] != STUBBORN)

    def _cost(self, labels: Ints) -> float:
        return float(price_labels(self._piece.graph, self._piece.price, labels)[1].sum())

    def _search(self, effort: str, clock: Clock) -> None:
        """Keep the plans of a search, the best first."""
        # every piece gets a plan: its own time cuts proofs and further searches, only that of all cuts the first
        until = clock.stop if self._plans else clock.whole
        found = search_piece(self._piece.graph, self._piece.price, self._rng, BUDGETS[effort], until)
        self._plans = sorted([*self._plans, *map(renumber, (found.labels, *found.plans))], key=self._cost)
        self._proven = self._cost(self._plans[0]) - self._bound <= TOLERANCE
        self._reason = "arithmetic bound met" if self._proven else self._reason

    def _prove(self, effort: str, clock: Clock) -> None:
        """Keep what a proof finds out, and its plan."""
        plans = self._plans
        proof = prove_piece(
            self._piece.graph, self._piece.price, plans, self._cost(plans[0]), PROOFS[effort], clock.stop
        )
        self._plans, self._bound = [renumber(proof.labels), *plans], max(self._bound, proof.bound)
        self._proven, self._reason = proof.proven, proof.reason
