"""Classes of the lines between faces, by rank of road; EDGE is the border of the district where no road runs."""

EXPRESS, MAIN, SECONDARY, BRANCH, RIVER, RAIL, EDGE = range(7)
