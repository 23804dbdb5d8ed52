"""Graph -> labels with a certificate; arrays only."""

from gridplan.partition.solve import partition_graph
from gridplan.partition.valuing import Value, price_grids, value_grids

__all__ = ["Value", "partition_graph", "price_grids", "value_grids"]
