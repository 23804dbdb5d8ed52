"""plan.html: the whole plan as one page that needs no network."""

import json
from importlib.resources import files
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from gridplan.config import Rules
from gridplan.language import language, told_in
from gridplan.model import PlanData
from gridplan.privacy import shared_grids
from gridplan.reporting.classes import size_classes
from gridplan.reporting.deltas import SIMPLIFY_M, encode_shapes, simplify_coverage
from gridplan.reporting.ledger import rows_of
from gridplan.reporting.pagebands import lay_out_bands
from gridplan.reporting.pageforces import forces_of
from gridplan.reporting.pageunits import lay_out_units, settled_before
from gridplan.reporting.pagewords import page_words
from gridplan.reporting.reasons import page_reasons
from gridplan.reporting.scoring import score
from gridplan.reporting.summary import finite
from gridplan.schema import KEY_GROUPS

MARGIN_M: Final = 300.0
"""Roads and water are drawn this far beyond the communities."""

_STYLES: Final = ("leaflet/leaflet.css", "page.css", "map.css", "edit.css", "print.css")
_SCRIPTS: Final = (
    "words", "data", "map", "paint", "filter", "reasons", "details", "legend", "lists", "findings", "histogram",
    "table", "search", "print", "cells", "changes", "export", "edit", "start",
)  # fmt: skip
"""Modules of the script of the page; they are one script in this order."""

_COLUMNS: Final = (
    "grid_code", "name", "households", "residents", "load", "compounds", "buildings", "area_m2", "walk_m",
    "compactness", "cause", "valid_from", *KEY_GROUPS, "key_places",
)  # fmt: skip


def render_page(plan: PlanData, rules: Rules) -> str:
    """Make the page of a plan: map, table of grids and findings in one file without any network.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        Gives the classes of size and the smallest count of a key group that may be shown.

    Returns
    -------
    str
        An HTML document.
    """
    data = json.dumps(finite(page_data(plan, rules)), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    parts = {
        "CSS": "".join(map(_part, _STYLES)),
        "DATA": data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"),
        "LEAFLET": f"/*\n{_part('leaflet/LICENSE')}*/\n{_part('leaflet/leaflet.js')}",
        "JS": "".join(_part(f"{name}.js") for name in _SCRIPTS),
    }
    pieces = _split(_part("template.html"), *(f"/*{name}*/" for name in parts))
    return pieces[0] + "".join(part + piece for part, piece in zip(parts.values(), pieces[1:], strict=True))


def _part(name: str) -> str:
    return (files("gridplan.reporting") / "page" / name).read_text("utf-8")


def page_data(plan: PlanData, rules: Rules) -> dict[str, Any]:
    """Lay a plan out for the script of the page; small counts of key groups are left out.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        The rules it was made by.

    Returns
    -------
    dict
        JSON-able: words, meta, communities, grids, forces, units, settled, reasons, findings, context; geometry as of
        `deltas`, from `meta.origin`.
    """
    bounds = shapely.total_bounds(plan.communities.geometry.to_numpy())
    origin = (float(np.floor(bounds[0])), float(np.floor(bounds[1])))
    return {
        "words": page_words(set(plan.findings["code"])),
        "meta": _meta(plan, rules, origin) | {"language": language()},
        "communities": _communities(plan, origin),
        "grids": _grids(plan, rules, origin),
        "forces": forces_of(plan),
        "units": lay_out_units(plan, origin),
        "settled": settled_before(plan),
        "reasons": page_reasons(plan, rules),
        "findings": _findings(plan, origin),
        "context": _context(plan, bounds, origin),
    }


def _split(template: str, *marks: str) -> list[str]:
    parts, rest = [], template
    for mark in marks:
        part, rest = rest.split(mark)
        parts.append(part)
    return [*parts, rest]


def _meta(plan: PlanData, rules: Rules, origin: tuple[float, float]) -> dict[str, Any]:
    run = plan.run
    classes = [
        {"key": c.key, "first": c.first, "last": c.last, "span": c.span, "colour": c.colour}
        for c in size_classes(rules)
    ]
    return {
        **{key: run.get(key) for key in ("version", "created", "seed", "effort", "reproducible")},
        "target": rules.target, "lower": rules.lower, "upper": rules.upper, "basis": rules.household_basis,
        "min_count": rules.privacy.min_count, "classes": classes, "bands": lay_out_bands(plan, rules)[0],
        "score": score(plan, rules), "origin": origin,
        "crs": plan.crs.to_string() if plan.crs.to_epsg() else plan.crs.name,
        "communities": len(plan.certificate), "proven": int(plan.certificate["proven"].astype(bool).sum()),
    }  # fmt: skip


def _communities(plan: PlanData, origin: tuple[float, float]) -> dict[str, Any]:
    shapes = shapely.simplify(plan.communities.geometry.to_numpy(), SIMPLIFY_M)
    names = {column: _texts(plan.communities[column]) for column in ("community", "community_code", "subdistrict")}
    return {**names, "shape": encode_shapes(shapes, origin)}


def _grids(plan: PlanData, rules: Rules, origin: tuple[float, float]) -> dict[str, Any]:
    shared = shared_grids(plan.grids, rules.privacy.min_count)
    columns = {name: shared[name].astype("object").where(shared[name].notna(), None).tolist() for name in _COLUMNS}
    community = rows_of(_key(plan.communities), _key(plan.grids))
    _, band, size_class = lay_out_bands(plan, rules)
    shapes = encode_shapes(simplify_coverage(plan.grids.geometry.to_numpy()), origin)
    return {**columns, "community": community.tolist(), "band": band, "class": size_class, "shape": shapes}


def _key(frame: pd.DataFrame) -> "pd.Series[str]":
    parts = [frame[c].astype(str) for c in ("community", "community_code", "subdistrict")]
    return parts[0] + "\n" + parts[1] + "\n" + parts[2]


def _findings(plan: PlanData, origin: tuple[float, float]) -> list[list[Any]]:
    """Code, severity, subject, reason in Chinese and in English, and x and y in decimetres or None."""
    points = plan.findings.geometry.to_numpy()
    xy = np.stack([shapely.get_x(points), shapely.get_y(points)], axis=1).reshape(-1, 2)
    places = [None if np.isnan(x) else [round((x - origin[0]) * 10), round((y - origin[1]) * 10)] for x, y in xy]
    told = [[told_in(text, name) for name in ("zh", "en")] for text in plan.findings["message"]]
    columns = (plan.findings[c].tolist() for c in ("code", "severity", "subject"))
    return [[*row, *reason, place] for *row, reason, place in zip(*columns, told, places, strict=True)]


def _context(plan: PlanData, bounds: Any, origin: tuple[float, float]) -> dict[str, Any]:  # noqa: ANN401  four floats
    """Roads, railways and water around the communities, by kind: the lines, and the polygons."""
    box = np.asarray(bounds) + np.array([-1, -1, 1, 1]) * MARGIN_M
    shapes = shapely.simplify(shapely.clip_by_rect(plan.context.geometry.to_numpy(), *box), SIMPLIFY_M)
    kind, areal = plan.context["kind"].to_numpy(dtype=object), shapely.get_dimensions(shapes) > 1
    drawn = {}
    for name in ("road", "railway", "water"):
        groups = (shapes[(kind == name) & ~areal], shapes[(kind == name) & areal])
        drawn[name] = [[text for texts in encode_shapes(group, origin) for text in texts] for group in groups]
    return drawn


def _texts(column: "pd.Series[Any]") -> list[str]:
    return ["" if value is None else str(value) for value in column.astype("object")]
