"""Any file -> Layers: vectors, tables, encodings, CRS."""
