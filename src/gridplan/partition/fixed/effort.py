"""How much work is done, and what it leaves: the small words of the general engine."""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from gridplan.partition.kernels.arrays import Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Work of one effort; counts, never seconds, so that a plan can be made again.

    Parameters
    ----------
    rounds : int
        Annealing runs, at least.
    moves : int
        Moves of one run for each node.
    total : int
        Moves of all runs together, at least; small graphs get more runs.
    nodes : int
        Sets looked at by the exhaustive search.
    ways : int
        Sets looked at when some parts are divided anew.
    steps : int
        Steps of the bound.
    """

    rounds: int
    moves: int
    total: int
    nodes: int
    ways: int
    steps: int


BUDGETS: Final = MappingProxyType(
    {
        "fast": Budget(rounds=4, moves=150, total=200_000, nodes=300_000, ways=20_000, steps=30),
        "normal": Budget(rounds=24, moves=300, total=30_000_000, nodes=10_000_000, ways=300_000, steps=100),
        "thorough": Budget(rounds=100, moves=300, total=100_000_000, nodes=300_000_000, ways=300_000, steps=300),
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A plan met: the less it misses the band the better, then the cheaper.

    Parameters
    ----------
    missing, cost : float
        Households outside the band, and cost.
    labels : int64[n]
        Part of each node.
    """

    missing: float
    cost: float
    labels: Ints = field(compare=False)
