"""The general engine: an exact number of parts, within a hard band."""

from gridplan.partition.fixed.community import solve_community

__all__ = ["solve_community"]
