"""Uses of the same engine on what is there: edits by hand, an old plan, grids that others drew, communities."""

from gridplan.planning.capacity import count_workers, fit_to_workers
from gridplan.planning.classes import class_buildings, settle_classes, spread_classes
from gridplan.planning.committee import count_committee, tell_committee
from gridplan.planning.communities import Review, draw_communities, review_sizes
from gridplan.planning.considerations import measure_ways, weigh_units
from gridplan.planning.drawn import Drawn, take_list, take_polygons
from gridplan.planning.editing import Edited, apply_edits, leave_persons
from gridplan.planning.explaining import Ground, explain_grids, take_rows
from gridplan.planning.facilities import Provision, provide
from gridplan.planning.maintaining import Kept, lay_previous, name_plan
from gridplan.planning.matching import continue_grids, list_plan, make_crosswalk, match_buildings
from gridplan.planning.micro import divide_grids, list_members
from gridplan.planning.overlaps import Overlapped, overlap
from gridplan.planning.ratings import Rated, name_forces, rate
from gridplan.planning.sketching import resolve_sketch
from gridplan.planning.unchanged import find_unchanged

__all__ = [
    "Drawn",
    "Edited",
    "Ground",
    "Kept",
    "Overlapped",
    "Provision",
    "Rated",
    "Review",
    "apply_edits",
    "class_buildings",
    "continue_grids",
    "count_committee",
    "count_workers",
    "divide_grids",
    "draw_communities",
    "explain_grids",
    "find_unchanged",
    "fit_to_workers",
    "lay_previous",
    "leave_persons",
    "list_members",
    "list_plan",
    "make_crosswalk",
    "match_buildings",
    "measure_ways",
    "name_forces",
    "name_plan",
    "overlap",
    "provide",
    "rate",
    "resolve_sketch",
    "review_sizes",
    "settle_classes",
    "spread_classes",
    "take_list",
    "take_polygons",
    "take_rows",
    "tell_committee",
    "weigh_units",
]
