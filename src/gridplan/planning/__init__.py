"""Uses of the same engine on what is there: edits by hand, grids that others drew, facilities of communities."""

from gridplan.planning.drawn import Drawn, take_list, take_polygons
from gridplan.planning.editing import Edited, apply_edits, leave_persons
from gridplan.planning.facilities import Provision, provide

__all__ = ["Drawn", "Edited", "Provision", "apply_edits", "leave_persons", "provide", "take_list", "take_polygons"]
