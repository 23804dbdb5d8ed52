"""A map of what communities have and lack."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import shapely

from gridplan.language import say
from gridplan.model import PlanData
from gridplan.reporting.folder import write_file
from gridplan.reporting.plots import check_format, draw_context, draw_scale, font_options, need_matplotlib, told

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RED: Final = ("#fff5eb", "#fdbe85", "#e6550d")


def draw_facilities(plan: PlanData, layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Draw a map of gaps, facilities, units out of reach and proposed sites (extra `plot`).

    Parameters
    ----------
    plan : PlanData
        The plan.
    layers : mapping of str to GeoDataFrame
        communities, uncovered, facilities and sites.
    path : Path
        File to make or to replace: .pdf, .png or .svg.

    Raises
    ------
    PlanError
        If the format is another one.
    ConfigError
        If matplotlib is not installed.
    """
    form = check_format(path)
    pyplot = need_matplotlib("pyplot")
    figure, axes = pyplot.subplots(figsize=(11.69, 8.27), layout="constrained")
    left, bottom, right, top = layers["communities"].total_bounds
    handles = _draw_areas(layers, axes)
    draw_context(plan, axes, shapely.box(left, bottom, right, top))
    handles += _draw_points(layers, axes)
    axes.set(xlim=(left, right), ylim=(bottom - 0.04 * (top - bottom), top), aspect="equal")
    axes.set_axis_off()
    draw_scale(axes, right - left, (left, bottom - 0.02 * (top - bottom)))
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, prop=font_options() or None
    )
    write_file(path, lambda file: figure.savefig(file, format=form, dpi=200))
    pyplot.close(figure)


def _draw_areas(layers: Mapping[str, gpd.GeoDataFrame], axes: "Axes") -> list[Any]:
    patches = import_module("matplotlib.patches")
    areas, left = layers["communities"], layers["uncovered"]
    gap = areas["gap_m2"] / areas["needed_m2"].where(areas["needed_m2"] > 0)
    step = 2 - (gap.fillna(0) < 0.5).astype(int) - (gap.fillna(0) <= 0).astype(int)  # noqa: PLR2004 - half
    areas.plot(ax=axes, color=[_RED[k] for k in step], edgecolor="#111a24", linewidth=1.2, zorder=1)
    if len(left):
        left.plot(ax=axes, color="#756bb1", alpha=0.45, zorder=2)
    names = say("area enough"), say("less than half of the area missing"), say("more of the area missing")
    drawn = [patches.Patch(facecolor=c, edgecolor="#111a24", label=told(n)) for c, n in zip(_RED, names, strict=True)]
    return [*drawn, patches.Patch(facecolor="#756bb1", alpha=0.45, label=told(say("some service out of reach")))]


def _draw_points(layers: Mapping[str, gpd.GeoDataFrame], axes: "Axes") -> list[Any]:
    lines = import_module("matplotlib.lines")
    known, handles = layers["facilities"], list[Any]()
    kinds = (
        (known[known["own"]], "s", "#08519c", say("facilities of the community")),
        (known[~known["own"]], "o", "#238b45", say("other facilities")),
        (layers["sites"], "*", "#cb181d", say("proposed sites")),
    )
    for frame, marker, colour, name in kinds:
        size = 110 if marker == "*" else 28
        if len(frame):
            frame.plot(ax=axes, marker=marker, color=colour, markersize=size, edgecolor="white", zorder=5)
        mark = lines.Line2D([], [], marker=marker, color=colour, linestyle="", markersize=9, label=told(name))
        handles.append(mark)
    return handles
