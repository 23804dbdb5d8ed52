"""gridplan: community grids of a city district, drawn by contiguity-constrained partitioning."""
