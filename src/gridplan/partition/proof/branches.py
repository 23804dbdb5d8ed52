"""The plans of one number of grids, split by how many of these lie inside a compound or touch it.

A programme covers a compound by grids in part: two and a half inside, say. Plans have two at most, or three at least,
and of either kind the programme promises less than of both. That takes no grids apart, so that the tables of sets,
connected or not, bound each kind as they bound all; and where the gap is half as wide, far fewer grids are in question.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gridplan.partition.proof.bench import Bench, Share
from gridplan.partition.proof.closing import Closing

BROKEN, WIDE = 0.1, 0.04
"""How far from whole a number of grids must be in the programme for a split; and the gap for one, as a share of the
cost, below which the plans are closed as they are."""

SPLITS, SPARE = 0.1, 0.1
"""Splits at most, as a share of the rounds of a bound; and share of all steps that must be left for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """Plans that are not split.

    Parameters
    ----------
    closing : Closing
        What is known of them.
    row : int
        Place of the number of grids that the programme breaks most, as in `Share.low`.
    count : float
        That number.
    """

    closing: Closing
    row: int = 0
    count: float = 0.0


class Branches:
    """The plans of one number of grids.

    Parameters
    ----------
    bench : Bench
        What all parts of a proof share.
    root : Leaf
        All of the plans.
    grow : callable
        Raises the bound of some of them.
    """

    def __init__(self, bench: Bench, root: Leaf, grow: Callable[[Share], Leaf]) -> None:
        self.share, self._bench, self._leaves, self._grow = root.closing.share, bench, [root], grow

    @property
    def bound(self) -> float:
        """No plan costs less."""
        return self._least.closing.bound

    @property
    def open(self) -> bool:
        """Whether there may be a better plan, and it was not looked for yet."""
        return self._least.closing.open

    @property
    def reason(self) -> str | None:
        """How far the proof came."""
        return self._least.closing.reason

    def close(self) -> None:
        """Split the plans where that pays, and close what they are split into, the least bound first."""
        while self.open and not self._bench.stop[0]:
            leaf = self._least
            if self._pays(leaf):
                self._leaves.remove(leaf)
                self._leaves += [self._grow(share) for share in _split(leaf)]
            else:
                leaf.closing.close()

    @property
    def _least(self) -> Leaf:
        return min(self._leaves, key=lambda leaf: leaf.closing.bound)

    def _pays(self, leaf: Leaf) -> bool:
        """Tell whether to split some plans before they are closed."""
        bench = self._bench
        return (
            abs(leaf.count - round(leaf.count)) > BROKEN
            and bench.cost - leaf.closing.bound > WIDE * bench.cost
            and len(self._leaves) <= SPLITS * bench.budget.rounds
            and bench.lister.left > SPARE * bench.budget.steps
        )


def _split(leaf: Leaf) -> tuple[Share, Share]:
    """Tell the plans of fewer grids of some compound from those of more."""
    share = leaf.closing.share
    low, high = share.low.copy(), share.high.copy()
    low[leaf.row], high[leaf.row] = np.ceil(leaf.count), np.floor(leaf.count)
    return replace(share, high=high), replace(share, low=low)
