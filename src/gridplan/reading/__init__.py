"""Any files of a district in, `Layers` out."""

from gridplan.reading.layers import read_layers

__all__ = ["read_layers"]
