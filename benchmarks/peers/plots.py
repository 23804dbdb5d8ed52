"""The two plots: quality against time, and time against size; gridplan stands out, every tool is labelled in place."""

from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter
from matplotlib.transforms import Bbox

from peers import TOOLS
from peers.medians import Row, medians, plans_of

NAMES: Final = MappingProxyType(
    {
        "gridplan-fast": "gridplan fast",
        "gridplan-normal": "gridplan normal",
        "geoda-maxp": "max-p tabu (pygeoda)",
        "metis": "METIS",
        "kahip": "KaHIP",
        "gerry-tree": "recursive tree (GerryChain)",
        "gerry-recom": "ReCom (GerryChain)",
        "spopt-maxp": "max-p (spopt)",
        "spopt-skater": "SKATER (spopt)",
        "spopt-ward": "Ward (spopt)",
        "sklearn-tree": "agglomerative (scikit-learn)",
        "sklearn-kmeans": "k-means (scikit-learn)",
    }
)
"""Tool -> label in a plot."""

COLORS: Final = MappingProxyType(
    {"gridplan": "#c1121f", "geoda": "#2a7f4f", "metis": "#2b6cb0", "kahip": "#7b4ea3", "gerry": "#c77711",
     "spopt": "#6b7280", "sklearn": "#2b8a8a"}
)  # fmt: skip
MARKERS: Final = "osD^v"

LAYOUT: Final = MappingProxyType(
    {"font.size": 9.5, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#e5e7eb",
     "axes.edgecolor": "#6b7280", "axes.axisbelow": True, "axes.titlelocation": "left", "axes.titlesize": 10.5}
)  # fmt: skip

AROUND: Final = tuple(
    (far * dx, far * dy, ("right", "center", "left")[dx + 1], ("top", "center", "bottom")[dy + 1])
    for far in (1.0, 1.8, 2.8)
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
)
"""Places of a label around its point, the most natural first: shift in steps, and alignment."""

LABEL_STEP: Final = 7.0
"""Points of such a step."""


SHOWN: Final = MappingProxyType(
    {
        "viol": ("Households outside 240 to 360, of 1,000", 1000),
        "soft": ("Soft cost (load, compounds, compactness) for 300 households", 300),
    }
)
"""What is drawn against time: title, and the households it is given for."""


def plot_quality(path: Path, runs: list[Row], size: str) -> None:
    """Draw households outside the band and soft cost of every tool against its time, on the districts of one size."""
    found = {
        tool: medians(plans, ("cpu_s", "households", *SHOWN)) for tool in TOOLS if (plans := plans_of(runs, tool, size))
    }
    with mpl.rc_context(LAYOUT):
        figure, axes = plt.subplots(1, 2, figsize=(11.5, 5.0), layout="constrained", dpi=140)
        for axis, key in zip(axes, SHOWN, strict=True):
            title, unit = SHOWN[key]
            spots = {t: (m["cpu_s"], max(unit * m[key] / m["households"], 1e-3)) for t, m in found.items()}
            axis.set(xscale="log", yscale="log", xlabel="CPU seconds", title=title)
            for tool, spot in spots.items():
                axis.plot(*spot, ls="", **_style(tool))
            axis.margins(0.12)
            for which in (axis.xaxis, axis.yaxis):
                _plain_ticks(which)
            _label_points(axis, spots)
        figure.suptitle(f"Districts of about {int(size):,} buildings: lower left is better", x=0.01, ha="left")
        figure.savefig(path)
        plt.close(figure)


def plot_scaling(path: Path, runs: list[Row], cap: float) -> None:
    """Draw the time of every tool against size; where it gave no plan its line goes to a cross at the cap."""
    sizes = [s for s in ("500", "5400", "50000") if any(r["size"] == s for r in runs)]
    units = {s: np.median([r["units"] for r in runs if r["size"] == s]) for s in sizes}
    with mpl.rc_context(LAYOUT):
        figure, axis = plt.subplots(figsize=(9.5, 5.6), layout="constrained", dpi=140)
        ends = {}
        for tool in TOOLS:
            plans = {s: plans_of(runs, tool, s) for s in sizes}
            spots = [(units[s], medians(p, ("cpu_s",))["cpu_s"]) for s, p in plans.items() if p]
            lost = [(units[s], cap) for s, p in plans.items() if not p and _failed(runs, tool, s)]
            if spots:
                axis.plot(*zip(*spots, strict=True), lw=2.6 if tool.startswith("gridplan") else 1.1, **_style(tool))
                axis.plot(*zip(spots[-1], *lost, strict=True), lw=1.1, ls=":", color=_style(tool)["color"])
                ends[tool] = (spots + lost)[-1]
            if lost:
                axis.plot(*zip(*lost, strict=True), ls="", marker="x", ms=8, mew=2, color=_style(tool)["color"])
        axis.set(xscale="log", yscale="log", ylabel="CPU seconds")
        axis.set_title(f"Time by size of the district (× no plan in {cap:.0f} CPU seconds)")
        axis.xaxis.set_major_locator(FixedLocator(list(units.values())))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f} units"))
        axis.xaxis.set_minor_locator(FixedLocator([]))
        _plain_ticks(axis.yaxis)
        _label_ends(axis, ends, max(units.values()))
        figure.savefig(path)
        plt.close(figure)


def _failed(runs: list[Row], tool: str, size: str) -> bool:
    return any((r["tool"], r["size"]) == (tool, size) for r in runs)


def _style(tool: str) -> dict[str, Any]:
    family = tool.partition("-")[0]
    kin = [t for t in TOOLS if t.startswith(family)]
    ours = family == "gridplan"
    return {"color": COLORS[family], "marker": MARKERS[kin.index(tool)], "ms": 10 if ours else 6.5, "mec": "white",
            "mew": 0.8, "zorder": 5 if ours else 3}  # fmt: skip


def _text_style(tool: str) -> dict[str, Any]:
    ours = tool.startswith("gridplan")
    return {"color": _style(tool)["color"], "fontsize": 10.5 if ours else 8.5, "fontweight": "bold" if ours else None}


def _plain_ticks(axis: Any) -> None:  # noqa: ANN401
    """Write 1, 10, 100 in full, and some between where the range is short."""
    low, high = axis.get_view_interval()
    steps = (1, 2, 5) if high / low < 300 else (1,)
    if high / low < 3:
        steps = (1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9)
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    axis.set_major_locator(FixedLocator([s * 10.0**d for d in decades for s in steps]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())


def _label_points(axis: Any, spots: dict[str, tuple[float, float]]) -> None:  # noqa: ANN401
    """Write a name beside each point where it hides no other point and no other name; gridplan's first."""
    figure = axis.figure
    figure.canvas.draw()
    pixel = figure.dpi / 72
    at = {tool: axis.transData.transform(spot) for tool, spot in spots.items()}
    taken = [Bbox.from_extents(*(p - 6 * pixel), *(p + 6 * pixel)) for p in at.values()]
    for tool, spot in spots.items():
        boxes = []
        for place in AROUND:
            text = _name_beside(axis, tool, spot, place)
            boxes.append(text.get_window_extent())
            text.remove()
        hidden = [
            sum(_overlap(box, other) for other in taken) + 3 * (_area(box) - _overlap(box, axis.bbox)) for box in boxes
        ]
        best = int(np.argmin(np.array(hidden) + 4.0 * pixel**2 * np.arange(len(AROUND))))
        taken.append(boxes[best])
        _name_beside(axis, tool, spot, AROUND[best])


def _name_beside(axis: Any, tool: str, spot: tuple[float, float], place: tuple[float, float, str, str]) -> Any:  # noqa: ANN401
    dx, dy, ha, va = place
    return axis.annotate(
        NAMES[tool], spot, (LABEL_STEP * dx, LABEL_STEP * dy), textcoords="offset points", ha=ha, va=va,
        **_text_style(tool),
    )  # fmt: skip


def _area(box: Bbox) -> float:
    return float(box.width * box.height)


def _overlap(a: Bbox, b: Bbox) -> float:
    common = Bbox.intersection(a, b)
    return _area(common) if common else 0.0


def _label_ends(axis: Any, ends: dict[str, tuple[float, float]], right: float) -> None:  # noqa: ANN401
    """Write the names in a column right of the last size, in the order of the line ends, none over another."""
    axis.figure.canvas.draw()
    step = 13 * axis.figure.dpi / 72
    order = sorted(ends, key=lambda tool: ends[tool][1])
    heights = [float(axis.transData.transform(ends[tool])[1]) for tool in order]
    for _ in range(200):
        for i in range(1, len(heights)):
            lack = step - (heights[i] - heights[i - 1])
            if lack > 0.01:
                heights[i - 1] -= lack / 2
                heights[i] += lack / 2
    for tool, height in zip(order, heights, strict=True):
        y = axis.transData.inverted().transform((0.0, height))[1]
        leader = {"arrowstyle": "-", "color": "#9ca3af", "lw": 0.6, "shrinkA": 0, "shrinkB": 4}
        axis.annotate(
            NAMES[tool], ends[tool], (right * 1.25, y), ha="left", va="center", annotation_clip=False, zorder=1,
            arrowprops=leader, **_text_style(tool),
        )  # fmt: skip
