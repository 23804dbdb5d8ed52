"""The general engine: an exact number of parts, within a hard band."""

from gridplan.partition.fixed.effort import Clock
from gridplan.partition.fixed.net import FixedProblem
from gridplan.partition.fixed.prices import edge_tolls
from gridplan.partition.fixed.solve import FixedResult, solve_fixed

__all__ = ["Clock", "FixedProblem", "FixedResult", "edge_tolls", "solve_fixed"]
