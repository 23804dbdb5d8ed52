"""The data that flows between the stages: frozen, and checked when made.

Frames stand at the edges (`Layers`, `Fabric`), arrays inside (`ContiguityGraph`, the labels of a `Partition`). What has
geometry loads on first use, so that the core, which knows arrays only, needs none of its libraries.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _HOMES:
        msg = f"module 'gridplan.model' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"gridplan.model.{_HOMES[name]}"), name)
