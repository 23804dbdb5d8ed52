"""Uses of the same engine on what is there already: edits by hand."""

from gridplan.planning.editing import Edited, apply_edits, leave_persons

__all__ = ["Edited", "apply_edits", "leave_persons"]
