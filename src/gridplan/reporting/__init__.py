"""Plan data -> GeoPackage, GeoJSON, tables, web page, audit.

The names below load on first use: the page, the plots and the audit cost nothing until they are asked for.
"""

from typing import TYPE_CHECKING

from gridplan.firstuse import load_on_use

if TYPE_CHECKING:
    from gridplan.reporting.auditing import audit
    from gridplan.reporting.card import render_card
    from gridplan.reporting.changemap import draw_changes
    from gridplan.reporting.changes import write_changes
    from gridplan.reporting.checked import by_gravity, check_data, layer_table, write_check, write_check_workbook
    from gridplan.reporting.compare import equal_plans, list_differences
    from gridplan.reporting.emergency import EMERGENCY_FILES, write_emergency
    from gridplan.reporting.facilities import draw_facilities
    from gridplan.reporting.folder import check_folder, write_plan, write_text
    from gridplan.reporting.geopackage import read_plan_data
    from gridplan.reporting.mapsheet import write_maps
    from gridplan.reporting.overlaps import OVERLAP_FILES, write_overlaps
    from gridplan.reporting.plots import plot_plan
    from gridplan.reporting.postgis import check_database, write_database
    from gridplan.reporting.review import review_files, write_review
    from gridplan.reporting.scoring import score
    from gridplan.reporting.tradeoff import check_tradeoff, write_tradeoff
    from gridplan.reporting.webpage import render_page

__all__ = [
    "EMERGENCY_FILES",
    "OVERLAP_FILES",
    "audit",
    "by_gravity",
    "check_data",
    "check_database",
    "check_folder",
    "check_tradeoff",
    "draw_changes",
    "draw_facilities",
    "equal_plans",
    "layer_table",
    "list_differences",
    "plot_plan",
    "read_plan_data",
    "render_card",
    "render_page",
    "review_files",
    "score",
    "write_changes",
    "write_check",
    "write_check_workbook",
    "write_database",
    "write_emergency",
    "write_maps",
    "write_overlaps",
    "write_plan",
    "write_review",
    "write_text",
    "write_tradeoff",
]

_HOMES = {
    "EMERGENCY_FILES": "emergency",
    "OVERLAP_FILES": "overlaps",
    "audit": "auditing",
    "by_gravity": "checked",
    "check_data": "checked",
    "check_database": "postgis",
    "check_folder": "folder",
    "draw_changes": "changemap",
    "check_tradeoff": "tradeoff",
    "draw_facilities": "facilities",
    "equal_plans": "compare",
    "layer_table": "checked",
    "list_differences": "compare",
    "plot_plan": "plots",
    "read_plan_data": "geopackage",
    "render_card": "card",
    "render_page": "webpage",
    "review_files": "review",
    "score": "scoring",
    "write_changes": "changes",
    "write_check": "checked",
    "write_check_workbook": "checked",
    "write_database": "postgis",
    "write_emergency": "emergency",
    "write_maps": "mapsheet",
    "write_overlaps": "overlaps",
    "write_plan": "folder",
    "write_review": "review",
    "write_text": "folder",
    "write_tradeoff": "tradeoff",
}

__getattr__ = load_on_use(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
