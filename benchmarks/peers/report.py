"""The results as Markdown tables, and the call for the plots."""

from collections.abc import Iterable
from pathlib import Path

from peers import TOOLS
from peers.medians import CAP_S, Row, certificate, medians, plans_of


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
    from peers.plots import plot_quality, plot_scaling  # noqa: PLC0415  matplotlib is slow to import

    plot_quality(folder / "quality.png", runs, "5400" if "5400" in sizes else sizes[0])
    plot_scaling(folder / "scaling.png", runs, CAP_S)


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
    m = medians(plans)
    short = f" ({len(plans)} of {districts} districts)" if len(plans) < districts else ""
    if any(r["notes"].get("cut_short") for r in plans):
        short += " (cut short by the cap: best so far)"
    return (
        f"| {title}{short} | {m['parts']:,.0f} | {m['out']:,.0f} | {m['viol']:,.0f} | {m['soft']:,.0f} "
        f"| {m['pieces']:,.0f} | {m['within10']:.0%} | {m['cost']:,.0f} | {m['cpu_s']:,.1f} | {m['peak_mb']:,.0f} |"
    )


def _certificates(runs: list[Row]) -> Iterable[str]:
    plans = plans_of(runs, "gridplan-normal", runs[0]["size"])
    if plans:
        m = certificate(plans)
        yield (
            f"\ngridplan normal proved {m['proven']:,.0f} of {m['communities']:,.0f} communities optimal; "
            f"{m['out_in_proven']:,.0f} of its grids outside the band lie in them, where no plan costs less; "
            f"mean gap of the others {m['open_gap']:.1%}."
        )


def _published(rows: list[Row]) -> str:
    """Tabulate the published instances, a row each, or say why a run gave nothing."""
    lines = [
        "\n## Published optima (US districting, 0.5 % tolerance)\n",
        "Excess over the best known value; plans are connected and within bounds unless marked *not lawful*.\n",
        "| instance | inertia | best known | excess | CPU s | cut edges | best known | excess | CPU s |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    names = list(dict.fromkeys(r["instance"] for r in rows if "instance" in r))
    for name in names:
        mine = {r["objective"]: r for r in rows if r.get("instance") == name}
        cells = [_published_cells(mine.get(objective)) for objective in ("moment_of_inertia", "cut_edges")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    reasons = {r.get("skipped") or r.get("failed") for r in rows} - {None}
    return "\n".join([*(lines if names else lines[:1]), *(f"\nNo plan: {reason}" for reason in sorted(reasons))]) + "\n"


def _published_cells(row: Row | None) -> str:
    if row is None:
        return "| | |"
    if "value" not in row:
        return f"no plan | {row['best']:,.2f} | |"
    digits = 0 if row["objective"] == "cut_edges" else 2
    mark = "" if row["lawful"] else " *not lawful*"
    return (
        f"{row['value']:,.{digits}f}{mark} | {row['best']:,.{digits}f} | {row['excess_pct']:+.2f} % "
        f"| {row['cpu_s']:.1f}"
    )
