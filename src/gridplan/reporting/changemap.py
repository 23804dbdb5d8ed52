"""A drawn map of what changes between two plans (extra `plot`): the district, and each community that changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.language import Message, say
from gridplan.model import PlanData
from gridplan.reporting.folder import write_file
from gridplan.reporting.plots import check_format, draw_context, draw_scale, font_options, need_matplotlib, told

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS: Final = {"begun": "#b8e0b0", "changed": "#fde9a9", "recoded": "#cfe0f3", "kept": "#f4f4f2"}
_MOVED, _ENDED, _OLD, _LINE, _INK = "#e6550d", "#7a3fa0", "#2458a6", "#6b7680", "#111a24"
_LABELLED: Final = 60
"""Up to so many changed grids on a page are named on it."""
_PAGE: Final = (11.69, 8.27)  # inches of A4, lying
_MAP: Final = (0.02, 0.03, 0.74, 0.86)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a map of changes shows.

    Parameters
    ----------
    plan : PlanData
        The new plan.
    kinds : object[n_grids]
        Of each grid of the new plan: begun, changed, recoded or kept.
    moved : GeoDataFrame
        `MOVED_COLUMNS`, the cell of each building that changes its grid, and `left`: the grid of the new plan that it
        is lost to, "" where its old grid ends.
    former : GeoDataFrame
        Old grids that lose households or end, in the CRS of the new plan; `ended` tells which do.
    """

    plan: PlanData
    kinds: np.ndarray[Any, np.dtype[np.object_]]
    moved: gpd.GeoDataFrame
    former: gpd.GeoDataFrame

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return self.moved.empty and self.former.empty and bool((self.kinds == "kept").all())


def draw_changes(old: PlanData, new: PlanData, moved: gpd.GeoDataFrame, codes: pd.DataFrame, path: Path) -> int:
    """Draw what changes between two plans.

    Parameters
    ----------
    old, new : PlanData
        The plans.
    moved : GeoDataFrame
        `MOVED_COLUMNS` and cells, in the CRS of the new plan.
    codes : DataFrame
        old_code and new_code of grids that end, begin or have another code.
    path : Path
        File to make or to replace: .png or .svg of the district; a .pdf has a page more for each changed community.

    Returns
    -------
    int
        Number of pages.

    Raises
    ------
    PlanError
        If the format is another one.
    ConfigError
        If matplotlib is not installed.
    OutputError
        If the file cannot be written.
    """
    form = check_format(path)
    changes = _sort_out(old, new, moved, codes)
    if form != "pdf":
        write_file(path, lambda draft: draw_page(changes).savefig(draft, format=form, dpi=200))
        return 1
    rows, backend = _places(changes), need_matplotlib("backends.backend_pdf")

    def fill(draft: Path) -> None:
        with backend.PdfPages(draft) as pages:
            for row in (None, *rows):
                pages.savefig(draw_page(changes, row))

    write_file(path, fill)
    return 1 + len(rows)


def draw_page(changes: Changes, row: int | None = None) -> "Figure":
    """Draw the district, or one of its communities.

    Parameters
    ----------
    changes : Changes
        What is shown.
    row : int or None
        Row of `communities`; None draws the district.

    Returns
    -------
    Figure
        A page of A4, lying.
    """
    figure: Figure = need_matplotlib("figure").Figure(figsize=_PAGE)
    plan = changes.plan
    place = None if row is None else plan.communities.iloc[row]
    bounds = plan.grids.total_bounds if place is None else np.array(place.geometry.bounds)
    axes, panel = figure.add_axes(_MAP), figure.add_axes((0.78, 0.03, 0.21, 0.86))
    panel.set_axis_off()
    margin = 0.03 * max(bounds[2] - bounds[0], bounds[3] - bounds[1])
    box = shapely.box(*(bounds + margin * np.array([-1, -2, 1, 1])))
    _draw_ground(changes, axes, box)
    left, low, right, high = box.bounds
    axes.set(xlim=(left, right), ylim=(low, high), aspect="equal", xlabel="", ylabel="", xticks=[], yticks=[])
    axes.set_anchor("NW")
    draw_scale(axes, right - left, (left + margin, low + 0.5 * margin))
    here = changes if place is None else _only_in(changes, place)
    _draw_legend(here, panel)
    name = say("the district") if place is None else f"{place['community']} {place['community_code']}".strip()
    title = say("What changes between two plans: {place}", place=name)
    figure.text(0.02, 0.955, told(title), fontsize=15, va="center", color=_INK, parse_math=False, **font_options())
    figure.text(0.02, 0.915, told(_line(here)), fontsize=9, va="center", color=_INK, **font_options())
    if changes.empty:
        axes.text(0.5, 0.5, told(say("nothing differs")), transform=axes.transAxes, ha="center", va="center",
                  fontsize=26, color=_INK, zorder=9, bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0},
                  **font_options())  # fmt: skip
    return figure


def _sort_out(old: PlanData, new: PlanData, moved: gpd.GeoDataFrame, codes: pd.DataFrame) -> Changes:
    """Tell of every grid what becomes of it."""
    ended = set(codes.loc[codes["new_code"] == "", "old_code"])
    begun = set(codes.loc[codes["old_code"] == "", "new_code"])
    both = codes[(codes["old_code"] != "") & (codes["new_code"] != "")]
    now = dict(zip(both["old_code"], both["new_code"], strict=True)) | dict.fromkeys(ended, "")
    moved = moved.assign(left=[now.get(code, code) for code in moved["old_code"]])
    changed = {*moved["new_code"], *moved["left"]}
    grid = new.grids["grid_code"]
    kinds = np.select(
        [grid.isin(begun), grid.isin(changed), grid.isin(set(now.values()))], ["begun", "changed", "recoded"], "kept"
    ).astype(object)
    former = old.grids[old.grids["grid_code"].isin({*moved["old_code"], *ended})]
    former = former.assign(ended=former["grid_code"].isin(ended))[["grid_code", "ended", former.geometry.name]]
    return Changes(plan=new, kinds=kinds, moved=moved, former=former if old.crs == new.crs else former.to_crs(new.crs))


def _places(changes: Changes) -> list[int]:
    """Communities in which something changes."""
    plan = changes.plan
    keys = ["community", "community_code", "subdistrict"]
    there = {tuple(k) for k in plan.grids.loc[changes.kinds != "kept", keys].to_numpy().tolist()}
    spots = changes.former.representative_point().to_numpy()
    rows = [k for k, key in enumerate(plan.communities[keys].to_numpy().tolist()) if tuple(key) in there]
    met = shapely.STRtree(spots).query(plan.communities.geometry.to_numpy(), "intersects")[0]
    return sorted({*rows, *met.tolist()})


def _only_in(changes: Changes, place: pd.Series) -> Changes:
    """Keep what is in one community, to be counted on its page."""
    plan, keys = changes.plan, ["community", "community_code", "subdistrict"]
    own = (plan.grids[keys] == place[keys]).all(axis=1).to_numpy()
    inside = [
        shapely.intersects(f.representative_point().to_numpy(), place.geometry) for f in (changes.moved, changes.former)
    ]
    return Changes(
        plan=plan, kinds=changes.kinds[own], moved=changes.moved[inside[0]], former=changes.former[inside[1]]
    )


def _draw_ground(changes: Changes, axes: "Axes", box: shapely.Geometry) -> None:
    plan, colours = changes.plan, np.array([_COLOURS[k] for k in changes.kinds], object)
    seen = shapely.intersects(plan.grids.geometry.to_numpy(), box)
    grids, kinds = plan.grids[seen], changes.kinds[seen]
    if len(grids):
        grids.plot(ax=axes, color=colours[seen], edgecolor=_LINE, linewidth=0.4, zorder=1, aspect=None)
    moved = changes.moved[shapely.intersects(changes.moved.geometry.to_numpy(), box)]
    if len(moved):
        moved.plot(ax=axes, color=_MOVED, edgecolor="white", linewidth=0.2, alpha=0.85, zorder=2, aspect=None)
    draw_context(plan, axes, box)
    fresh = grids[kinds != "kept"]
    if len(fresh):
        fresh.boundary.plot(ax=axes, color=_INK, linewidth=1.0, zorder=4, aspect=None)
    for ended, colour in ((False, _OLD), (True, _ENDED)):
        lines = changes.former[changes.former["ended"] == ended]
        if len(lines):
            lines.boundary.plot(ax=axes, color=colour, linewidth=1.3, linestyle=(0, (4, 2)), zorder=5, aspect=None)
    plan.communities.boundary.plot(ax=axes, color=_INK, linewidth=1.6, zorder=3.5, aspect=None)
    if len(fresh) <= _LABELLED:
        _label(axes, fresh, _balance(changes, fresh["grid_code"].tolist()), box)


def _balance(changes: Changes, codes: Sequence[str]) -> list[str]:
    """Write households that come to each grid and those that leave it."""
    come = changes.moved.groupby("new_code")["households"].sum()
    gone = changes.moved.groupby("left")["households"].sum()
    pairs = [(int(come.get(code, 0)), int(gone.get(code, 0))) for code in codes]
    return [" ".join(text for text, n in ((f"+{a}", a), (f"\u2212{b}", b)) if n) for a, b in pairs]


def _label(axes: "Axes", grids: gpd.GeoDataFrame, balance: Sequence[str], box: shapely.Geometry) -> None:
    """Put the last digits of the code, and what comes and goes, where there is most room."""
    if not len(grids):
        return
    effects = need_matplotlib("patheffects")
    halo = [effects.withStroke(linewidth=2.0, foreground="white")]
    rooms = shapely.get_point(shapely.maximum_inscribed_circle(grids.geometry.to_numpy()), 0)
    for code, text, room in zip(grids["grid_code"].str[12:], balance, rooms, strict=True):
        if shapely.contains(box, room):
            axes.annotate(f"{code}\n{text}".strip(), (room.x, room.y), ha="center", va="center", fontsize=7,
                          linespacing=1.1, color=_INK, path_effects=halo, zorder=7)  # fmt: skip


def _draw_legend(changes: Changes, panel: "Axes") -> None:
    family = font_options() or None
    panel.legend(handles=list(_entries(changes)), loc="upper left", frameon=False, borderaxespad=0, alignment="left",
                 prop={"size": 9, **(family or {})}, bbox_to_anchor=(0, 1))  # fmt: skip


def _entries(changes: Changes) -> Iterator[Any]:
    patches, lines = need_matplotlib("patches"), need_matplotlib("lines")
    names: Mapping[str, Message] = {
        "begun": say("new grid"), "changed": say("grid that gains or loses"), "recoded": say("only the code changes"),
        "kept": say("grid as it was"),
    }  # fmt: skip
    yield patches.Patch(
        facecolor=_MOVED, alpha=0.85, label=f"{told(say('building that changes grid'))}  ({len(changes.moved)})"
    )
    for kind, name in names.items():
        count = int((changes.kinds == kind).sum())
        if count or kind == "kept":
            yield patches.Patch(facecolor=_COLOURS[kind], edgecolor=_LINE, label=f"{told(name)}  ({count})")
    ends = int(changes.former["ended"].sum())
    dashed = ((_OLD, say("former border"), len(changes.former) - ends), (_ENDED, say("grid that ends"), ends))
    for colour, name, count in dashed:
        if count:
            yield lines.Line2D([], [], color=colour, linestyle=(0, (4, 2)), label=f"{told(name)}  ({count})")
    yield lines.Line2D([], [], color=_INK, linewidth=1.6, label=told(say("border of the community")))


def _line(changes: Changes) -> Message:
    return say(
        "{households} households in {buildings} buildings change grid; {changed} of {grids} grids change",
        households=int(changes.moved["households"].sum()), buildings=len(changes.moved),
        changed=int((changes.kinds != "kept").sum()), grids=len(changes.kinds),
    )  # fmt: skip
