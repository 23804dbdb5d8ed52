"""Layers -> Fabric: units, seamless cells, contiguity graph with borders and barriers."""

from gridplan.geometry.fabric import build_fabric

__all__ = ["build_fabric"]
