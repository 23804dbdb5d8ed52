"""Uses of the same engine on what is there already: edits by hand, facilities of communities."""

from gridplan.planning.editing import Edited, apply_edits, leave_persons
from gridplan.planning.facilities import Provision, provide

__all__ = ["Edited", "Provision", "apply_edits", "leave_persons", "provide"]
