"""Graph -> labels with a certificate; arrays only."""

from gridplan.partition.solve import partition_graph

__all__ = ["partition_graph"]
