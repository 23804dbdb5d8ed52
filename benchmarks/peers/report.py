"""The results as a Markdown table and two plots."""

import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from peers import TOOLS

Row = dict[str, Any]

COLORS = {"gridplan": "#b2182b", "geoda": "#1b7837", "metis": "#2166ac", "kahip": "#762a83", "gerry": "#e08214",
          "spopt": "#666666", "sklearn": "#35978f"}  # fmt: skip
MARKERS = "osD^v"


def write_report(folder: Path, runs: list[Row], published: list[Row]) -> None:
    """Write `partition.md`, `quality.png` and `scaling.png`.

    Parameters
    ----------
    folder : Path
        Where to write.
    runs, published : list of dict
        Rows of the benchmark.
    """
    sizes = list(dict.fromkeys(r["size"] for r in runs))
    text = [_section([r for r in runs if r["size"] == size]) for size in sizes]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "partition.md").write_text("\n".join([_HEAD, *text, _published(published)]), "utf-8")
    _plot_quality(folder / "quality.png", runs, sizes)
    _plot_scaling(folder / "scaling.png", runs)


_HEAD = """# The partition core against its peers

Made by `python benchmarks/partition.py`. Medians over the districts of one size; every tool has one thread and 300 CPU
seconds a run. `out`: grids outside 240..360 households; `viol`: households outside; `soft cost`: load, compounds and
inertia, without the size rule that the `whole cost` adds (what gridplan minimises); `pieces`: compound pieces beyond
what size forces; `within 10 %`: grids of 270..330. Peers are called community by community with several numbers of
grids and seeds; grids they leave broken or too small are repaired, and the plan of lowest whole cost is kept; after 240
seconds they begin no new draw.
"""


def _section(runs: list[Row]) -> str:
    first = runs[0]
    count = len({r["seed"] for r in runs})
    title = "Singapore" if first["size"] == "singapore" else f"About {int(first['size']):,} buildings"
    intro = (
        f"{count} district{'s' if count > 1 else ''}; the first has {first['units']:,} units, {first['households']:,} "
        f"households, {first['communities']:,} communities ({first['communities above 90 units']} of more than 90 "
        f"units, the largest of {first['largest community']:,}), {first['units above 360']} units above 360.\n"
    )
    lines = [
        f"\n## {title}\n",
        intro,
        "| | grids | out | viol | soft cost | pieces | within 10 % | whole cost | CPU s | peak MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(_table_row(tool, [r for r in runs if r["tool"] == tool], count) for tool in TOOLS),
    ]
    return "\n".join([*lines, *_certificates(runs)])


def _table_row(tool: str, runs: list[Row], districts: int) -> str:
    title = f"**{TOOLS[tool][0]}**" if tool.startswith("gridplan") else TOOLS[tool][0]
    plans = [r for r in runs if r["status"] == "plan"]
    if not runs:
        return f"| {title} | not measured | | | | | | | | |"
    if not plans:
        return f"| {title} | {runs[0]['status']}: {runs[0]['reason']} | | | | | | | | |"
    m = {key: statistics.median(r[key] for r in plans) for key in
         ("parts", "out", "viol", "soft", "pieces", "within10", "cost", "cpu_s", "peak_mb")}  # fmt: skip
    short = f" ({len(plans)} of {districts} districts)" if len(plans) < districts else ""
    if any(r["notes"].get("cut_short") for r in plans):
        short += " (cut short by the cap: best so far)"
    return (
        f"| {title}{short} | {m['parts']:,.0f} | {m['out']:,.0f} | {m['viol']:,.0f} | {m['soft']:,.0f} "
        f"| {m['pieces']:,.0f} | {m['within10']:.0%} | {m['cost']:,.0f} | {m['cpu_s']:,.1f} | {m['peak_mb']:,.0f} |"
    )


def _certificates(runs: list[Row]) -> Iterable[str]:
    plans = [r for r in runs if r["tool"] == "gridplan-normal" and r["status"] == "plan"]
    if plans:
        m = {key: statistics.median(r["notes"][key] for r in plans) for key in plans[0]["notes"]}
        yield (
            f"\ngridplan normal proved {m['proven']:,.0f} of {m['communities']:,.0f} communities optimal; "
            f"{m['out_in_proven']:,.0f} of its grids outside the band lie in them, where no plan costs less; "
            f"mean gap of the others {m['open_gap']:.1%}."
        )


def _published(rows: list[Row]) -> str:
    lines = ["\n## Published optima (US districting, 0.5 % tolerance)\n"]
    skipped = [r for r in rows if "skipped" in r]
    if skipped or not rows:
        reason = skipped[0]["skipped"] if skipped else "not run"
        lines.append(f"{len(skipped)} runs skipped: {reason}\n")
    solved = [r for r in rows if "value" in r]
    if solved:
        lines += ["| instance | objective | gridplan | best known | above | lawful | CPU s |",
                  "| --- | --- | ---: | ---: | ---: | --- | ---: |"]  # fmt: skip
    lines += [
        f"| {r['instance']} | {r['objective'].replace('_', ' ')} | {r['value']:,.2f} | {r['best']:,.2f} "
        f"| {r['excess_pct']:.2f} % | {'yes' if r['lawful'] else 'no'} | {r['cpu_s']:.1f} |"
        for r in solved
    ]
    return "\n".join(lines) + "\n"


def _style(tool: str) -> dict[str, Any]:
    family = tool.partition("-")[0]
    kin = [t for t in TOOLS if t.startswith(family)]
    return {"color": COLORS[family], "marker": MARKERS[kin.index(tool)], "label": TOOLS[tool][0].split(",")[0]}


def _plot_quality(path: Path, runs: list[Row], sizes: list[str]) -> None:
    """Households outside the band and soft cost against time, on the size most tools finish."""
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    size = "5400" if "5400" in sizes else sizes[0]
    figure, axes = plt.subplots(1, 2, figsize=(11, 5), layout="constrained")
    names = (("viol", "households outside 240..360, per 1,000"), ("soft", "soft cost per grid of 300"))
    for axis, (key, title) in zip(axes, names, strict=True):
        for tool in TOOLS:
            plans = [r for r in runs if (r["tool"], r["size"], r["status"]) == (tool, size, "plan")]
            if plans:
                unit = 1000 if key == "viol" else 300
                value = statistics.median(unit * r[key] / r["households"] for r in plans)
                axis.plot(statistics.median(r["cpu_s"] for r in plans), value, ls="", ms=8, **_style(tool))
        axis.set(xscale="log", xlabel="CPU seconds", ylabel=title)
        axis.grid(alpha=0.3)
    axes[0].set_yscale("symlog", linthresh=1)
    axes[0].set_ylim(bottom=0)
    axes[0].set_title(f"{size} buildings: lower left is better")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right upper", fontsize=8)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _plot_scaling(path: Path, runs: list[Row]) -> None:
    """Time against size."""
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axis = plt.subplots(figsize=(10, 5), layout="constrained")
    for tool in TOOLS:
        points = []
        for size in ("500", "5400", "50000"):
            plans = [r for r in runs if (r["tool"], r["size"], r["status"]) == (tool, size, "plan")]
            if plans:
                points.append([statistics.median(r[key] for r in plans) for key in ("units", "cpu_s")])
        if points:
            axis.plot(*zip(*points, strict=True), lw=1.2, ms=6, **_style(tool))
    axis.set(xscale="log", yscale="log", xlabel="units", ylabel="CPU seconds")
    axis.set_title("CPU seconds by size; left out: not measured, or no plan in 300 s")
    axis.grid(alpha=0.3)
    figure.legend(*axis.get_legend_handles_labels(), loc="outside right upper", fontsize=8)
    figure.savefig(path, dpi=110)
    plt.close(figure)
