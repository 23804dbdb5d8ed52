"""Graph -> labels with a certificate; arrays only."""

from gridplan.partition.solve import partition_graph
from gridplan.partition.valuing import Value, main_kind, price_grids, value_grids

__all__ = ["Value", "main_kind", "partition_graph", "price_grids", "value_grids"]
