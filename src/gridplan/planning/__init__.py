"""Uses of the same engine on what is there: edits by hand, grids that others drew, communities, their facilities."""

from gridplan.planning.communities import Review, draw_communities, review_sizes
from gridplan.planning.considerations import weigh_units
from gridplan.planning.drawn import Drawn, take_list, take_polygons
from gridplan.planning.editing import Edited, apply_edits, leave_persons
from gridplan.planning.facilities import Provision, provide

__all__ = [
    "Drawn",
    "Edited",
    "Provision",
    "Review",
    "apply_edits",
    "draw_communities",
    "leave_persons",
    "provide",
    "review_sizes",
    "take_list",
    "take_polygons",
    "weigh_units",
]
