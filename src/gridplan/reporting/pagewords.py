"""The words of plan.html, by their keys in the script; their Chinese stands in the catalogue as all else."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from gridplan.config import HOUSEHOLD_BASES
from gridplan.language import LANGUAGES, translate
from gridplan.reporting.reasons import SENTENCES, TERM_NAMES
from gridplan.schema import CAUSES

WORDS: Final = MappingProxyType(
    {
        "title": "Community grid plan",
        "aside": " ({words})",
        "colon": ": ",
        "comma": ", ",
        "fit": "Whole map",
        "zoom_in": "Zoom in",
        "zoom_out": "Zoom out",
        "search": "Search code, community, compound, building",
        "histogram": "Grids by households",
        "bar": "{span} households: {count} grids",
        "listed": "{count} of {all} grids",
        "with_findings": "With findings",
        "zoom_to": "Zoom to these",
        "show_all": "Show all",
        "print": "Print",
        "north": "North is up",
        "details": "Details of the grid",
        "close": "Close",
        "key_groups": "Key groups",
        "hidden": "not shown",
        "serves": "Who serves here",
        "own_staff": "committee staff",
        "lacking": "{count} short",
        "tab_grids": "Grids",
        "tab_findings": "Findings",
        "tab_about": "About",
        "grids": "Grids",
        "households": "Households",
        "out": "Outside band",
        "within_10": "Within 10 % of target",
        "proven": "Communities proven",
        "residents": "Residents",
        "load": "Load",
        "compounds": "Compounds",
        "buildings": "Buildings",
        "area_m2": "Area",
        "walk_m": "Mean walk",
        "compactness": "Compactness",
        "valid_from": "Valid from",
        "key_places": "Key places",
        "elderly_disabled": "Elderly, disabled",
        "minors": "Minors",
        "floating": "Floating population",
        "mental": "Mental disorders",
        "code": "Code",
        "deviation": "Off target",
        "community": "Community",
        "subdistrict": "Subdistrict",
        "compound_names": "Compounds inside",
        "cause": "Outside the band because",
        "target": "Target",
        "lower": "Lower",
        "upper": "Upper",
        "legend": "Households of a grid",
        "none": "Nothing here",
        "score": "Score",
        "made": "How it was made",
        "cost": "Cost",
        "bound": "Lower bound",
        "gap": "Gap",
        "viol": "Households outside the band",
        "compounds_cut": "Needless pieces of compounds",
        "barrier_share": "Grid boundary on barriers",
        "load_cv": "Variation of load in communities",
        "version": "gridplan version",
        "created": "Made",
        "seed": "Seed",
        "effort": "Effort",
        "reproducible": "Reproducible",
        "crs": "Coordinates",
        "yes": "yes",
        "no": "no",
        "privacy": "Key groups below {count} are not shown, nor counts that give them away.",
        "offline": "This page uses no network.",
        "keys": "Arrow keys move the map or walk through a list, + and − zoom, 0 shows all, Enter zooms to a row, "
        "Esc deselects, / searches, Ctrl+Z and Ctrl+Y undo and redo.",
        "map": "Map of the grids",
        "tab_edit": "Edit",
        "edit_select": "Select a grid on the map or in the table.",
        "edit_move": "Move buildings in",
        "edit_merge": "Merge a grid in",
        "edit_split": "Split off buildings",
        "edit_pin": "Lock buildings",
        "edit_lock": "Lock this grid",
        "edit_move_hint": "Click buildings of other grids, on the map or here: they join this grid.",
        "edit_merge_hint": "Click another grid, on the map or here: all its buildings join this grid.",
        "edit_split_hint": "Click buildings of this grid, then press the button: they become a new grid.",
        "edit_pin_hint": "Click buildings of this grid: they stay in it when the plan is made anew.",
        "edit_split_off": "New grid (buildings: {count}, households: {households})",
        "edit_new": "New grid {count}",
        "edit_land": "Ground",
        "edit_undo": "Undo",
        "edit_redo": "Redo",
        "edit_open": "Open edits.json",
        "edit_opened": "edits.json is opened: {count} entries.",
        "edit_unreadable": "This is no file of edits.",
        "edit_lost": "The file was made on another plan: {count} of its units are not in this one.",
        "edit_marks": "On the map: dotted, borders before; dashed in red, grids in pieces; padlocks, what is locked.",
        "edit_export": "Export edits.json",
        "edit_list": "Edited grids",
        "edit_none": "Nothing is edited yet.",
        "edit_handed_on": "Settled when this plan was made, and handed on: {count} more.",
        "edit_total": "{before} → {after} grids, outside the band {out_before} → {out_after}",
        "edit_made": "new",
        "edit_gone": "dissolved",
        "edit_locked": "locked",
        "edit_pins": "locked buildings: {count}",
        "edit_torn": "in {count} pieces",
        "edit_outside": "It lies in another community.",
        "edit_foreign": "It is in another grid.",
        "edit_kept": "Grid {name} is locked.",
        "edit_pinned": "Building {name} is locked.",
        "edit_whole": "At least one building must stay in the grid.",
        "edit_exported": "edits.json is written, with {count} entries.",
        "edit_refused": "Grids not in one piece, so gridplan will refuse the file: {names}.",
    }
)

LAYERS: Final = MappingProxyType(
    {"units": "Buildings", "context": "Roads, water", "labels": "Labels", "findings": "Findings"}
)

SEVERITIES: Final = MappingProxyType({"error": "Errors", "warning": "Warnings", "notice": "Notices"})

CLASSES: Final = MappingProxyType(
    {
        "empty": "no households",
        "below": "below lower",
        "low": "few",
        "near": "near target",
        "high": "many",
        "above": "above upper",
    }
)


def page_words(codes: set[str]) -> dict[str, dict[str, Any]]:
    """Tell every word of the page in every language.

    Parameters
    ----------
    codes : set of str
        Codes of the findings of the plan.

    Returns
    -------
    dict of str to dict
        Language -> key -> text, and the groups basis, causes, classes, codes, layers and severity.
    """
    return {language: _told_in(language, codes) for language in LANGUAGES}


def _told_in(language: str, codes: set[str]) -> dict[str, Any]:
    def tell(texts: Mapping[str, str]) -> dict[str, str]:
        return {key: translate(text, language) for key, text in texts.items()}

    why = {"terms": tell(TERM_NAMES), "why": tell(SENTENCES)}
    known = {"basis": HOUSEHOLD_BASES, "causes": CAUSES, "codes": sorted(codes)}
    fixed = {name: tell({word: word for word in group}) for name, group in known.items()}
    return {
        **tell(WORDS),
        **fixed,
        **why,
        "layers": tell(LAYERS),
        "severity": tell(SEVERITIES),
        "classes": tell(CLASSES),
    }
