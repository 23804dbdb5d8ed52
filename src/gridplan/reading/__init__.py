"""Any files of a district in, `Layers` out."""

from gridplan.reading.checking import Examined, examine
from gridplan.reading.layers import read_layers

__all__ = ["Examined", "examine", "read_layers"]
