"""A map of one community on one page, to print and hang up (extra `plot`)."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from gridplan.config import Rules
from gridplan.errors import PlanError
from gridplan.language import join, say, word
from gridplan.model import PlanData
from gridplan.reporting.classes import class_of, size_classes
from gridplan.reporting.folder import write_file
from gridplan.reporting.plots import (
    BACKDROP,
    FORMATS,
    draw_context,
    draw_scale,
    font_options,
    need_matplotlib,
    told,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LONG, _SHORT = 11.69, 8.27  # inches of a page of A4
_MAP: Final = {True: (0.03, 0.05, 0.66, 0.84), False: (0.04, 0.30, 0.92, 0.62)}
"""Place of the map on a page that lies, and on one that stands: left, bottom, width, height."""
_PANEL: Final = {True: (0.71, 0.05, 0.27, 0.84), False: (0.04, 0.03, 0.92, 0.25)}
_SCALES: Final = (
    250,
    500,
    1000,
    1500,
    2000,
    2500,
    3000,
    4000,
    5000,
    6000,
    8000,
    10_000,
    15_000,
    20_000,
    25_000,
    50_000,
)
_METRES_PER_INCH: Final = 0.0254
_ROWS: Final = 30
"""Grids that fit into one column of the list."""
_INK, _LINE, _HOMES, _OTHERS = "#111a24", "#4c5966", "#24313f", "#9aa4ae"


def write_maps(plan: PlanData, rules: Rules, path: Path, community: str | None = None) -> int:
    """Draw a community, or each of them, on a page of A4.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        Sizes the classes follow.
    path : Path
        File to make or to replace: .pdf, or .png or .svg for one community.
    community : str or None
        Name or code of a community; None draws all of them, a page each.

    Returns
    -------
    int
        Number of pages.

    Raises
    ------
    PlanError
        If there is no such community, there are several, or the file cannot hold the pages.
    ConfigError
        If matplotlib is not installed.
    OutputError
        If the file cannot be written.
    """
    kind = path.suffix.lower().removeprefix(".")
    rows = range(len(plan.communities)) if community is None else [_find(plan.communities, community)]
    if kind not in FORMATS or (len(rows) > 1 and kind != "pdf"):
        raise PlanError(
            say("{path}: need a file {kinds}, and .pdf for several communities, found {kind}; choose another name",
                path=path, kinds=join([f".{name}" for name in FORMATS], "or"), kind=path.suffix or word("no suffix"))
        )  # fmt: skip
    backend = need_matplotlib("backends.backend_pdf")

    def fill(draft: Path) -> None:
        if kind != "pdf":
            draw_community(plan, rules, rows[0]).savefig(draft, format=kind, dpi=200)
            return
        with backend.PdfPages(draft) as pages:
            for row in rows:
                pages.savefig(draw_community(plan, rules, row))

    write_file(path, fill)
    return len(rows)


def draw_community(plan: PlanData, rules: Rules, row: int) -> "Figure":
    """Draw one community on a page: grids with codes and households, buildings, legend, list, scale, north.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        Sizes the classes follow.
    row : int
        Row of `communities`.

    Returns
    -------
    Figure
        Of the size of A4, lying or standing, as the community is.
    """
    place = plan.communities.iloc[row]
    columns = ["community", "community_code", "subdistrict"]
    grids = plan.grids[(plan.grids[columns] == place[columns]).all(axis=1)]
    bounds = place.geometry.bounds
    lying = bounds[2] - bounds[0] >= 0.8 * (bounds[3] - bounds[1])
    size = (_LONG, _SHORT) if lying else (_SHORT, _LONG)
    figure: Figure = need_matplotlib("figure").Figure(figsize=size)
    axes = figure.add_axes(_MAP[lying])
    scale = _set_extent(axes, bounds, size, _MAP[lying])
    _draw_map(plan, rules, axes, row, grids)
    panel = figure.add_axes(_PANEL[lying])
    panel.set_axis_off()
    _draw_legend(rules, panel, grids)
    _draw_list(panel, grids, lying=lying)
    title = " ".join(t for t in (place["subdistrict"], place["community"], place["community_code"]) if t)
    left, high = _MAP[lying][0], _MAP[lying][1] + _MAP[lying][3]
    figure.text(left, high + 0.055, title, fontsize=17, va="center", color=_INK, parse_math=False, **font_options())
    figure.text(
        left, high + 0.02, _line(plan, rules, grids, scale), fontsize=8, va="center", color=_INK, **font_options()
    )
    return figure


def _find(communities: gpd.GeoDataFrame, name: str) -> int:
    hits = np.flatnonzero((communities[["community", "community_code"]] == name).any(axis=1))
    if len(hits) == 1:
        return int(hits[0])
    if len(hits):
        codes = communities["community_code"].iloc[hits]
        raise PlanError(
            say("community {name}: need one community, found {count}; give its code: {codes}",
                name=name, count=len(hits), codes=join(list(codes), "or"))
        )  # fmt: skip
    known = communities["community"].tolist()
    near = get_close_matches(name, known, n=3, cutoff=0.4) or known[:3]
    raise PlanError(
        say("community {name}: need the name or the code of a community of the plan, found none; for example {names}",
            name=name, names=join(near))
    )  # fmt: skip


def _set_extent(axes: "Axes", bounds: Sequence[float], size: Sequence[float], place: Sequence[float]) -> int:
    """Set a round scale at which the community fits, and return it."""
    left, bottom, right, top = bounds
    wide, high = (size[i] * place[i + 2] * _METRES_PER_INCH for i in (0, 1))
    needed = 1.04 * max((right - left) / wide, (top - bottom) / high)
    scale = next((s for s in _SCALES if s >= needed), int(-(-needed // 10_000) * 10_000))
    x, y = (left + right) / 2, (bottom + top) / 2
    axes.set_xlim(x - wide * scale / 2, x + wide * scale / 2)
    axes.set_ylim(y - high * scale / 2, y + high * scale / 2)
    return scale


def _draw_map(plan: PlanData, rules: Rules, axes: "Axes", row: int, grids: gpd.GeoDataFrame) -> None:
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    box = shapely.box(left, bottom, right, top)
    classes = size_classes(rules)
    colours = np.array([c.colour for c in classes])[class_of(grids["households"], classes)]
    outlines = plan.communities.boundary
    outlines.drop(outlines.index[row]).plot(ax=axes, color="#b9c0c7", linewidth=0.8, zorder=1, aspect=None)
    units = plan.units[plan.units["grid_code"].isin(grids["grid_code"])]
    units.boundary.plot(ax=axes, color="#ffffff", linewidth=0.3, zorder=2.1, aspect=None)
    grids.plot(ax=axes, color=colours, edgecolor=_LINE, linewidth=1.0, alpha=0.85, zorder=2, aspect=None)
    draw_context(plan, axes, box)
    grids.boundary.plot(ax=axes, color=_LINE, linewidth=1.0, zorder=3.5, aspect=None)
    outlines.iloc[[row]].plot(ax=axes, color=_INK, linewidth=2.0, zorder=4, aspect=None)
    inside = plan.buildings["building_id"][plan.buildings["unit_id"].isin(units["unit_id"])]
    drawn = plan.footprints[plan.footprints["building_id"].isin(inside)]
    for lived, colour in ((True, _HOMES), (False, _OTHERS)):
        houses = drawn[(drawn["households"] > 0) == lived]
        if len(houses):
            houses.plot(ax=axes, color=colour, linewidth=0, alpha=0.75, zorder=3.2, aspect=None)
        points = units[((units["households"] > 0) == lived) & ~units["building_id"].isin(["", *drawn["building_id"]])]
        axes.scatter(points["x"], points["y"], s=5, marker="s", color=colour, linewidths=0, zorder=5)
    _label_grids(axes, grids)
    _draw_north(axes)
    draw_scale(axes, right - left, (left + 0.02 * (right - left), bottom + 0.02 * (top - bottom)))
    axes.set(xlim=(left, right), ylim=(bottom, top), xlabel="", ylabel="", xticks=[], yticks=[])


def _label_grids(axes: "Axes", grids: gpd.GeoDataFrame) -> None:
    """Put the last digits of the code and the households where there is most room."""
    effects = need_matplotlib("patheffects")
    rooms = shapely.get_point(shapely.maximum_inscribed_circle(grids.geometry.to_numpy()), 0)
    halo = [effects.withStroke(linewidth=2.2, foreground="white")]
    for code, households, x, y in zip(
        grids["grid_code"].str[12:], grids["households"], shapely.get_x(rooms), shapely.get_y(rooms), strict=True
    ):
        axes.annotate(code, (x, y), (0, 1), textcoords="offset points", ha="center", va="bottom", fontsize=9,
                      weight="bold", color=_INK, path_effects=halo, zorder=7)  # fmt: skip
        axes.annotate(str(households), (x, y), (0, -1), textcoords="offset points", ha="center", va="top", fontsize=7,
                      color=_INK, path_effects=halo, zorder=7)  # fmt: skip


def _draw_north(axes: "Axes") -> None:
    arrow = {"arrowstyle": "-|>", "color": _INK, "linewidth": 1.5, "mutation_scale": 16}
    axes.annotate("", (0.965, 0.97), (0.965, 0.90), xycoords="axes fraction", arrowprops=arrow, zorder=8)
    axes.text(0.965, 0.895, told(say("N")), transform=axes.transAxes, ha="center", va="top", fontsize=10, zorder=8,
              **font_options())  # fmt: skip


def _draw_legend(rules: Rules, panel: "Axes", grids: gpd.GeoDataFrame) -> None:
    patches, lines = need_matplotlib("patches"), need_matplotlib("lines")
    classes = size_classes(rules)
    counts = np.bincount(class_of(grids["households"], classes), minlength=len(classes))
    entries: list[Any] = [
        patches.Patch(
            facecolor=c.colour, edgecolor=_LINE, label=f"{told(say('{span} households', span=c.span))}  ({n})"
        )
        for c, n in zip(classes, counts, strict=True)
        if n or c.key != "empty"
    ]
    dots = ((say("building with households"), _HOMES), (say("other building"), _OTHERS))
    entries += [
        lines.Line2D([], [], marker="s", markersize=3, color=colour, linestyle="", label=told(text))
        for text, colour in dots
    ]
    names = {"road": say("road"), "railway": say("railway"), "water": say("water")}
    entries += [lines.Line2D([], [], label=told(names[kind]), **style) for kind, style in BACKDROP.items()]
    entries.append(lines.Line2D([], [], color=_INK, linewidth=2, label=told(say("border of the community"))))
    family = font_options() or None
    size = {"size": 8, **(family or {})}
    panel.legend(
        handles=entries, title=told(say("Households of a grid")), loc="upper left", frameon=False, prop=size,
        title_fontproperties=family, borderaxespad=0, alignment="left", bbox_to_anchor=(0, 1),
    )  # fmt: skip


def _draw_list(panel: "Axes", grids: gpd.GeoDataFrame, *, lying: bool) -> None:
    """List the grids under the legend, or beside it on a page that stands."""
    head = [told(t) for t in (say("Code"), say("Households"), say("Residents"), say("Buildings"))]
    table = grids[["grid_code", "households", "residents", "buildings"]].assign(grid_code=grids["grid_code"].str[12:])
    rows = [[str(v) for v in row] for row in table.itertuples(index=False)]
    total = [told(say("total")), *(str(int(table[c].sum())) for c in ("households", "residents", "buildings"))]
    more = len(rows) - _ROWS + 1
    if more > 1:
        rows = [*rows[: _ROWS - 1], [told(say("{count} more", count=more)), "", "", ""]]
    cells = [*rows, total]
    left, width, most, line = (0.0, 1.0, 0.62, 0.025) if lying else (0.45, 0.55, 1.0, 0.06)
    high = min(line * (len(cells) + 1), most)
    box: Any = (left, 0.0 if lying else 1.0 - high, width, high)
    drawn = panel.table(cellText=cells, colLabels=head, cellLoc="right", bbox=box, edges="horizontal")
    drawn.auto_set_font_size(False)  # noqa: FBT003 - matplotlib takes it by place
    for cell in drawn.get_celld().values():
        cell.set_linewidth(0.3)
        cell.set_text_props(fontsize=7, **font_options())


def _line(plan: PlanData, rules: Rules, grids: gpd.GeoDataFrame, scale: int) -> str:
    """Say below the title what the map is."""
    text = say(
        "{grids} grids, {households} households ({basis}); valid from {date}; scale 1 : {scale} on A4; gridplan "
        "{version}",
        grids=len(grids), households=int(grids["households"].sum()), basis=word(rules.household_basis),
        date=max(grids["valid_from"], default=""), scale=f"{scale:,}", version=plan.run.get("version", ""),
    )  # fmt: skip
    return told(text)
