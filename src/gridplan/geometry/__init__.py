"""Layers -> Fabric: units, seamless cells, contiguity graph with borders and barriers."""

from gridplan.geometry.entrances import cut_cells, unite_cells
from gridplan.geometry.fabric import build_fabric
from gridplan.geometry.sites import find_sites, label_sites, link_around

__all__ = ["build_fabric", "cut_cells", "find_sites", "label_sites", "link_around", "unite_cells"]
