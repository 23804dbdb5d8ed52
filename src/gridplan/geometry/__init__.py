"""Layers -> Fabric: units, seamless cells, contiguity graph with borders and barriers."""
