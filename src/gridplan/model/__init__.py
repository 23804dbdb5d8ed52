"""The data that flows between the stages: frozen, and checked when made.

Frames stand at the edges (`Layers`, `Fabric`), arrays inside (`ContiguityGraph`, the labels of a `Partition`). What has
geometry loads on first use, so that the core, which knows arrays only, needs none of its libraries.
"""

from typing import TYPE_CHECKING

from gridplan.firstuse import load_on_use
from gridplan.model.arrays import ContiguityGraph, Partition

if TYPE_CHECKING:
    from gridplan.model.fabric import Fabric
    from gridplan.model.findings import Finding, findings_frame
    from gridplan.model.layers import BUILDING_FIELDS, ENTRANCE_FIELDS, Layers, Source
    from gridplan.model.plan import PlanData

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

_HOMES = {
    "BUILDING_FIELDS": "layers",
    "ENTRANCE_FIELDS": "layers",
    "Fabric": "fabric",
    "Finding": "findings",
    "Layers": "layers",
    "PlanData": "plan",
    "Source": "layers",
    "findings_frame": "findings",
}

__getattr__ = load_on_use(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
