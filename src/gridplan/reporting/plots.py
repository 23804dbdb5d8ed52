"""Plots with matplotlib (extra `plot`): the plan as a picture for a paper or a slide."""

import logging
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from gridplan.config import Rules
from gridplan.errors import ConfigError, PlanError
from gridplan.language import Message, join, language, say, word
from gridplan.model import PlanData
from gridplan.reporting.classes import class_of, size_classes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

logger = logging.getLogger(__name__)

FONTS: Final = (
    "Microsoft YaHei", "SimHei", "SimSun", "PingFang SC", "Noto Sans CJK SC", "Source Han Sans SC",
    "WenQuanYi Micro Hei",
)  # fmt: skip
"""Fonts with Chinese characters, best first."""

FORMATS: Final = ("pdf", "png", "svg")
"""Suffixes of files a map can be drawn into."""

_FILES: Final = ("msyh", "simhei", "simsun", "pingfang", "notosanscjk", "sourcehansans", "wqy-microhei")
BACKDROP: Final = {
    "water": {"color": "#a9cfea", "linewidth": 1.0, "alpha": 0.8},
    "road": {"color": "#a9a9a9", "linewidth": 0.5},
    "railway": {"color": "#303030", "linewidth": 0.9, "linestyle": (0, (5, 3))},
}
_SCALE_STEPS: Final = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


def plot_plan(plan: PlanData, rules: Rules, ax: "Axes | None" = None) -> "Axes":
    """Draw the grids, coloured by how far their households are from the target.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        Sizes the classes follow.
    ax : Axes or None
        Where to draw; None makes a new figure.

    Returns
    -------
    Axes
        With the map, a legend with the number of grids in each class, and a scale bar.

    Raises
    ------
    ConfigError
        If matplotlib is not installed.
    """
    pyplot = need_matplotlib("pyplot")
    axes: Axes = pyplot.subplots(figsize=(10, 8), layout="constrained")[1] if ax is None else ax
    left, bottom, right, top = plan.grids.total_bounds
    margin = 0.03 * max(right - left, top - bottom)
    box = shapely.box(left - margin, bottom - margin, right + margin, top + margin)
    draw_context(plan, axes, box)
    _draw_grids(plan, rules, axes)
    axes.set_xlim(left - margin, right + margin)
    axes.set_ylim(bottom - margin, top + margin)
    axes.set_aspect("equal")
    axes.set_axis_off()
    draw_scale(axes, right - left, (left, bottom - 0.5 * margin))
    return axes


def need_matplotlib(module: str) -> Any:  # noqa: ANN401  a module
    """Import a module of matplotlib.

    Parameters
    ----------
    module : str
        Its name after ``matplotlib.``.

    Returns
    -------
    module
        The module.

    Raises
    ------
    ConfigError
        If matplotlib is not installed.
    """
    try:
        return import_module(f"matplotlib.{module}")
    except ImportError as error:
        raise ConfigError(
            say("plot: need matplotlib, found none; install the extra: pip install 'gridplan[plot]'")
        ) from error


def check_format(path: Path) -> str:
    """Tell the format of a map by the name of its file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        One of `FORMATS`.

    Raises
    ------
    PlanError
        If it is another one.
    """
    form = path.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise PlanError(
            say("{path}: need a file {kinds}, found {kind}; choose another name", path=path,
                kinds=join([f".{name}" for name in FORMATS], "or"), kind=path.suffix or word("no suffix"))
        )  # fmt: skip
    return form


def told(text: Message) -> str:
    """Tell a message in the language in use, in English where there is no font for Chinese.

    Parameters
    ----------
    text : Message
        What to tell.

    Returns
    -------
    str
        The text.
    """
    return text.told_in(language() if chinese_font() else "en")


def font_options() -> dict[str, Any]:
    """Give the options of a text of matplotlib that may hold Chinese.

    Returns
    -------
    dict
        `family`, or nothing where the system has no Chinese font.
    """
    font = chinese_font()
    return {"family": [font, "DejaVu Sans"]} if font else {}


@cache
def chinese_font() -> str | None:
    """Find a font with Chinese characters and make it known to matplotlib.

    Returns
    -------
    str or None
        Its name; None, and one warning, where the system has none.
    """
    manager = import_module("matplotlib.font_manager")
    # The cache of matplotlib is stale after a font was installed: look at the files themselves.
    for path in manager.findSystemFonts():
        name = Path(path).stem.lower().replace("-regular", "").replace("_", "")
        if name.startswith(_FILES):
            manager.fontManager.addfont(path)
    known = {font.name for font in manager.fontManager.ttflist}
    found = next((font for font in FONTS if font in known), None)
    if found is None:
        logger.warning(
            say("no font with Chinese characters found; install one, for example Debian's fonts-wqy-microhei")
        )
    return found


def draw_context(plan: PlanData, axes: "Axes", box: shapely.Geometry) -> None:
    """Draw roads, railways and water.

    Parameters
    ----------
    plan : PlanData
        The plan.
    axes : Axes
        Where to draw.
    box : Polygon
        What does not touch it is left out.
    """
    for kind, style in BACKDROP.items():
        shapes = plan.context.loc[plan.context["kind"] == kind].geometry
        shapes = shapes[shapely.intersects(shapes.to_numpy(), box)]
        if len(shapes):
            shapes.plot(ax=axes, zorder=3, **style)


def _draw_grids(plan: PlanData, rules: Rules, axes: "Axes") -> None:
    patches = import_module("matplotlib.patches")
    classes = size_classes(rules)
    number = class_of(plan.grids["households"], classes)
    colours = np.array([c.colour for c in classes])[number]
    plan.grids.plot(ax=axes, color=colours, edgecolor="#4c5966", linewidth=0.5, alpha=0.85, zorder=2)
    plan.communities.boundary.plot(ax=axes, color="#111a24", linewidth=1.4, zorder=4)
    counts = np.bincount(number, minlength=len(classes))
    title = told(say("Households of a grid"))
    entries = [
        patches.Patch(
            facecolor=c.colour,
            edgecolor="#4c5966",
            label=f"{told(say('{span} households', span=c.span))}  ({n})",
        )
        for c, n in zip(classes, counts, strict=True)
        if n or c.key != "empty"
    ]
    family = font_options()
    axes.legend(
        handles=entries, title=title, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False,
        prop=family or None, title_fontproperties=family or None,
    )  # fmt: skip


def draw_scale(axes: "Axes", width: float, corner: tuple[float, float]) -> None:
    """Draw a bar of at most a fifth of the width, a round length.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    width : float
        Metres the map is wide.
    corner : tuple of float
        Where the bar begins, x and y in metres.
    """
    length = max([step for step in _SCALE_STEPS if step <= width / 5] or [_SCALE_STEPS[0]])
    x, y = corner
    label = f"{length} m" if length < 1000 else f"{length // 1000} km"  # noqa: PLR2004  metres of a kilometre
    axes.plot([x, x + length], [y, y], color="#111a24", linewidth=3, solid_capstyle="butt", zorder=6)
    axes.annotate(label, (x + length, y), (5, 0), textcoords="offset points", va="center", fontsize=8, zorder=6)
