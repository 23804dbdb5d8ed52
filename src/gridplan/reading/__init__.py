"""Any files of a district in, `Layers` out."""

from gridplan.reading.beside import (
    Roster,
    plain_source,
    read_areas,
    read_grids,
    read_roster,
    read_scores,
    read_sketch,
    roster_of,
)
from gridplan.reading.checking import Examined, examine
from gridplan.reading.departments import read_departments, split_departments
from gridplan.reading.layers import read_layers

__all__ = [
    "Examined", "Roster", "examine", "plain_source", "read_areas", "read_departments", "read_grids", "read_layers",
    "read_roster", "read_scores", "read_sketch", "roster_of", "split_departments",
]  # fmt: skip
