"""The general engine: an exact number of parts, within a hard band."""

from gridplan.partition.fixed.community import solve_community
from gridplan.partition.fixed.effort import Clock

__all__ = ["Clock", "solve_community"]
