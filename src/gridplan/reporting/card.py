"""How a plan shows itself in a notebook: a small map and the main figures, without any library or network."""

from html import escape
from typing import Any, Final

import numpy as np
import shapely

from gridplan.config import Rules
from gridplan.language import say, word
from gridplan.model import PlanData
from gridplan.reporting.classes import class_of, size_classes
from gridplan.reporting.scoring import score
from gridplan.schema import SEVERITIES

_SIDE: Final = 360
"""Pixels of the longer side of the map."""
_MOST: Final = 4000
"""Grids beyond which the card has no map: the page has."""


def render_card(plan: PlanData, rules: Rules) -> str:
    """Draw a plan as a piece of HTML.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        Sizes the classes follow.

    Returns
    -------
    str
        Map and table side by side.
    """
    rows = "".join(
        f'<tr><td style="text-align:left;padding:1px 8px">{escape(str(name))}</td>'
        f'<td style="text-align:right;padding:1px 8px">{escape(str(value))}</td></tr>'
        for name, value in _figures(plan, rules)
    )
    table = f'<table style="font-size:90%;border-collapse:collapse">{rows}</table>'
    return f'<div style="display:flex;gap:24px;align-items:flex-start;flex-wrap:wrap">{_map(plan, rules)}{table}</div>'


def _figures(plan: PlanData, rules: Rules) -> list[tuple[str, Any]]:
    found, kinds = score(plan, rules), plan.findings["severity"]
    return [
        (say("Communities"), len(plan.communities)),
        (say("Grids"), found["grids"]),
        (say("Households"), f"{found['households']:,} ({word(rules.household_basis)})"),
        (say("Outside band"), f"{found['out']} ({rules.lower}-{rules.upper})"),
        (say("Within 10 % of target"), f"{found['within_10']:.0%}"),
        (say("Needless pieces of compounds"), found["compounds_cut"]),
        (say("Communities proven"), f"{found['proven']:.0%}"),
        (say("Gap"), f"{found['gap']:.1%}"),
        *[(say("Findings: {severity}", severity=word(s)), int((kinds == s).sum())) for s in SEVERITIES],
    ]


def _map(plan: PlanData, rules: Rules) -> str:
    shapes = plan.grids.geometry.to_numpy()
    if not 0 < len(shapes) <= _MOST:
        return ""
    left, bottom, right, top = shapely.total_bounds(shapes)
    scale = _SIDE / max(right - left, top - bottom, 1.0)
    classes = size_classes(rules)
    colours = [classes[i].colour for i in class_of(plan.grids["households"], classes)]
    names = [f"{c[-3:]} {n}: {h}" for c, n, h in plan.grids[["grid_code", "name", "households"]].to_numpy()]
    drawn = "".join(
        f'<path d="{_path(shape, left, top, scale)}" fill="{colour}" stroke="#4c5966" stroke-width=".6">'
        f"<title>{escape(name)}</title></path>"
        for shape, colour, name in zip(shapes, colours, names, strict=True)
    )
    bold = "".join(_path(shape, left, top, scale) for shape in plan.communities.geometry)
    wide, high = (round((b - a) * scale) + 2 for a, b in ((left, right), (bottom, top)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="-1 -1 {wide} {high}" '
        f'role="img" aria-label="{escape(say("Map of the grids"))}">{drawn}'
        f'<path d="{bold}" fill="none" stroke="#111a24" stroke-width="1.4"/></svg>'
    )


def _path(shape: Any, left: float, top: float, scale: float) -> str:  # noqa: ANN401 - a geometry
    """Write the rings of a polygon as a path of whole pixels and tenths."""
    rings = shapely.get_rings(shapely.simplify(shapely.get_parts(shape), 0.4 / scale))
    text = ""
    for ring in rings:
        xy = (shapely.get_coordinates(ring) - (left, top)) * (scale, -scale)
        text += "M" + " ".join(f"{x:g},{y:g}" for x, y in np.round(xy[:-1], 1)) + "z"
    return text
