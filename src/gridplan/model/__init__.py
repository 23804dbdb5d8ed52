"""The data that flows between the stages: frozen, and checked when made.

Frames stand at the edges (`Layers`, `Fabric`), arrays inside (`ContiguityGraph`, the labels of a `Partition`).
"""

from gridplan.model.fabric import ContiguityGraph, Fabric
from gridplan.model.findings import Finding, findings_frame
from gridplan.model.layers import BUILDING_FIELDS, ENTRANCE_FIELDS, Layers, Source
from gridplan.model.plan import Partition, PlanData

__all__ = [
    "BUILDING_FIELDS",
    "ENTRANCE_FIELDS",
    "ContiguityGraph",
    "Fabric",
    "Finding",
    "Layers",
    "Partition",
    "PlanData",
    "Source",
    "findings_frame",
]
