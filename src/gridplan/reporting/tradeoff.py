"""tradeoff.csv and tradeoff.png: the curve of change against quality."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from gridplan.language import Message, language, say
from gridplan.reporting.folder import check_folder, write_folder
from gridplan.reporting.plots import chinese_font, font_options, need_matplotlib

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

TRADEOFF_FILES: Final = ("tradeoff.csv", "tradeoff.png")

_ENDLESS: Final = 1e9
"""Price of change from which it is written as infinite."""

_SAME: Final = 1e-6
"""Costs that differ by less are equal."""

_GREY: Final = "#4c5966"
_RED: Final = "#d7191c"


def check_tradeoff(out: Path) -> None:
    """Check that the curve can be drawn and written, before time is spent on it.

    Parameters
    ----------
    out : Path
        The folder; it need not exist.

    Raises
    ------
    OutputError
        If the folder holds anything but a former curve, or cannot be written.
    ConfigError
        If matplotlib is not installed.
    """
    check_folder(out, TRADEOFF_FILES)
    need_matplotlib("pyplot")


def write_tradeoff(table: pd.DataFrame, price: float, out: Path) -> None:
    """Write the curve into a folder, whole or not at all.

    Parameters
    ----------
    table : DataFrame
        `TRADEOFF_COLUMNS`, by ascending weight.
    price : float
        The price in use, marked in the picture.
    out : Path
        A folder that is new, empty, or holds a former curve.

    Raises
    ------
    OutputError
        If the folder holds anything else, or cannot be written.
    """
    write_folder(out, lambda draft: _fill(draft, table, price), marks=TRADEOFF_FILES, files=TRADEOFF_FILES)


def _fill(draft: Path, table: pd.DataFrame, price: float) -> None:
    rounded = table.round({"moved_share": 5, "cost": 2, "soft_cost": 2})
    rounded.to_csv(draft / "tradeoff.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n")
    pyplot = need_matplotlib("pyplot")
    figure, axes = pyplot.subplots(2, figsize=(7.5, 6.2), layout="constrained", sharex=True, height_ratios=(2, 1))
    plot_tradeoff(table, price, axes)
    figure.savefig(draft / "tradeoff.png", dpi=150)
    pyplot.close(figure)


def plot_tradeoff(table: pd.DataFrame, price: float, axes: "Sequence[Axes]") -> None:
    """Draw what a plan costs against how many households change grid, a point per weight.

    Parameters
    ----------
    table : DataFrame
        `TRADEOFF_COLUMNS`, by ascending weight.
    price : float
        The price in use, marked in the picture.
    axes : two Axes
        Where to draw: the cost of what is no size, and the grids outside the band.
    """
    table = table.assign(percent=100 * table["moved_share"])
    best = table[undominated(table)].sort_values("percent")
    names = say("cost inside the band, change left out"), say("grids outside the band")
    for one, column, name in zip(axes, ("soft_cost", "outside"), names, strict=True):
        one.plot(table["percent"], table[column], color=_GREY, linestyle="", marker="o", markerfacecolor="white")
        one.plot(best["percent"], best[column], color=_GREY, linewidth=1.2, marker="o")
        one.set_ylabel(_told(name), font_options())
        one.ticklabel_format(axis="y", useOffset=False, style="plain")
        one.margins(0.08, 0.12)
        one.grid(color="#e3e7eb", linewidth=0.8)
        one.spines[["top", "right"]].set_visible(False)
    axes[1].yaxis.set_major_locator(need_matplotlib("ticker").MaxNLocator(integer=True))
    axes[1].set_xlabel(_told(say("households that change grid (%)")), font_options())
    title = say("What change buys: each point a plan, beside it the price of change; hollow where another is better in "
                "both")  # fmt: skip
    axes[0].set_title(_told(title), font_options(), fontsize=9.5)
    _mark(table, price, axes)


def _mark(table: pd.DataFrame, price: float, axes: "Sequence[Axes]") -> None:
    """Write the weights beside the points, and mark the one in use."""
    points: dict[tuple[float, float], list[str]] = {}
    for row in table.to_dict("records"):
        points.setdefault((row["percent"], row["soft_cost"]), []).append(_name(row["weight"]))
    for place, names in points.items():
        axes[0].annotate(", ".join(names), place, (6, 5), textcoords="offset points", fontsize=9)
    used = table[table["weight"] == price]
    if len(used):
        label = _told(say("price in the rules"))
        for one, column in zip(axes, ("soft_cost", "outside"), strict=True):
            one.plot(used["percent"], used[column], color=_RED, linestyle="", marker="o", markersize=9, label=label)
        axes[0].legend(frameon=False, prop=font_options() or None)


def undominated(table: pd.DataFrame) -> "pd.Series[bool]":
    """Tell which plans no other one beats both in change and in cost.

    Parameters
    ----------
    table : DataFrame
        moved and cost.

    Returns
    -------
    Series of bool
        In its order; of equal ones all are.
    """
    moved, cost = (table[name].to_numpy() for name in ("moved", "cost"))
    no_worse = (moved <= moved[:, None]) & (cost <= cost[:, None] + _SAME)
    better = (moved < moved[:, None]) | (cost < cost[:, None] - _SAME)
    return pd.Series(~(no_worse & better).any(axis=1), index=table.index)


def _name(weight: float) -> str:
    return "∞" if weight >= _ENDLESS else f"{weight:g}"


def _told(text: Message) -> str:
    return text.told_in(language() if chinese_font() else "en")  # Hanzi without a font are boxes
