"""The part of both READMEs that hangs on the results: written between two marks, never by hand."""

from pathlib import Path
from types import MappingProxyType
from typing import Final

from peers import TOOLS
from peers.medians import CAP_S, Row, certificate, medians, plans_of

READMES: Final = MappingProxyType({"README.md": "en", "README.zh-CN.md": "zh"})
BEGIN: Final = "<!-- compare: begin, written by benchmarks/partition.py -->"
END: Final = "<!-- compare: end -->"

SIZE: Final = "5400"
"""Size of the districts shown."""

WORDS: Final = MappingProxyType(
    {
        "en": {
            "intro": "Made-up districts of {units:,.0f} units, {households:,.0f} households and {communities} "
            "communities, medians of {districts}; a grid should hold 240 to 360 households. Of each package the method "
            "of lowest cost, with many seeds, several part counts and repaired grids; one thread, {cap} CPU seconds at "
            "most.",
            "head": "| | grids outside | households outside | soft cost | needless cuts of compounds | within 10 % "
            "| CPU s |",
            "none": "{name} gave no plan in {cap} CPU seconds.",
            "proof": "gridplan normal proves {proven:.0f} of {communities:.0f} communities optimal "
            "({share:.0%}), and {sure:,.0f} of its {out:,.0f} grids outside lie in them, where no plan costs less; "
            "the mean gap of the others is {gap:.1%}.",
            "large": "With {units:,.0f} units and {households:,.0f} households: {out:,.0f} grids outside, "
            "{cpu:,.0f} CPU s, {peak:,.0f} MB, {share:.0%} of the communities proven.",
        },
        "zh": {
            "intro": "虚构城区：{units:,.0f} 个单元、{households:,.0f} 户、{communities} 个社区，取 {districts} 个城区"
            "的中位数；每格应为 240–360 户。每个软件包取代价最低的方法，试多个种子和格数，断开的网格已修复；单线程，"
            "至多 {cap} CPU 秒。",
            "head": "| | 范围外的网格 | 范围外的户数 | 软代价 | 小区多拆的块数 | 相差 10 % 以内 | CPU 秒 |",
            "none": "{name} 在 {cap} CPU 秒内没有给出方案。",
            "proof": "gridplan normal 证明了 {communities:.0f} 个社区中的 {proven:.0f} 个为最优（{share:.0%}），"
            "范围外的 {out:,.0f} 个网格中有 {sure:,.0f} 个在这些社区内，没有代价更低的方案；"
            "其余社区的平均差距为 {gap:.1%}。",
            "large": "{units:,.0f} 个单元、{households:,.0f} 户时：{out:,.0f} 个网格在范围外，{cpu:,.0f} CPU 秒，"
            "{peak:,.0f} MB，{share:.0%} 的社区得到证明。",
        },
    }
)
"""Language -> sentences and the head of the table."""


def write_readme(path: Path, language: str, runs: list[Row]) -> None:
    """Write the table and its sentences between the marks of a README.

    Parameters
    ----------
    path : Path
        The README.
    language : {"en", "zh"}
        Its language.
    runs : list of dict
        Rows of the benchmark.
    """
    text = path.read_text("utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    assert begin, f"{path}: need the mark {BEGIN}"
    assert end, f"{path}: need the mark {END}"
    path.write_text(f"{head}{BEGIN}\n{compare(language, runs)}{END}{tail}", "utf-8")


def compare(language: str, runs: list[Row]) -> str:
    """Say in few lines how gridplan compares; nothing when nothing was measured."""
    mine = [r for r in runs if r["size"] == SIZE]
    if not mine:
        return ""
    words, first = WORDS[language], mine[0]
    intro = words["intro"].format(
        **medians(mine, ("units", "households")), communities=first["communities"],
        districts=len({r["seed"] for r in mine}), cap=CAP_S,
    )  # fmt: skip
    shown, lost = _best_of_package(mine)
    lines = [intro, "", words["head"], "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    lines += [_line(tool, plans_of(mine, tool, SIZE), len({r["seed"] for r in mine})) for tool in shown]
    lines += ["", *(words["none"].format(name=TOOLS[tool][0], cap=CAP_S) for tool in lost)]
    lines += _proofs(words, runs)
    return "\n".join(lines) + "\n"


def _best_of_package(runs: list[Row]) -> tuple[list[str], list[str]]:
    """Take gridplan's efforts, then of each package the method of lowest cost; and what never gave a plan."""
    cost = {tool: medians(plans, ("cost",))["cost"] for tool in TOOLS if (plans := plans_of(runs, tool, SIZE))}
    packages = dict.fromkeys(module for _, module, _ in TOOLS.values())
    best = {m: min((t for t in cost if TOOLS[t][1] == m), key=lambda t: cost[t], default="") for m in packages}
    ours = [t for t in cost if TOOLS[t][1] == "gridplan_core"]
    peers = sorted((t for m, t in best.items() if t and m != "gridplan_core"), key=lambda t: cost[t])
    lost = [t for t in dict.fromkeys(r["tool"] for r in runs) if t not in cost and not best[TOOLS[t][1]]]
    return ours + peers, lost


def _line(tool: str, plans: list[Row], districts: int) -> str:
    m, short = medians(plans), f" ({len(plans)}/{districts})" if len(plans) < districts else ""
    name = f"**{TOOLS[tool][0]}**" if tool.startswith("gridplan") else TOOLS[tool][0]
    return (
        f"| {name}{short} | {m['out']:,.0f} | {m['viol']:,.0f} | {m['soft']:,.0f} | {m['pieces']:,.0f} "
        f"| {m['within10']:.0%} | {m['cpu_s']:,.0f} |"
    )


def _proofs(words: dict[str, str], runs: list[Row]) -> list[str]:
    lines = []
    if plans := plans_of(runs, "gridplan-normal", SIZE):
        m = certificate(plans) | medians(plans, ("out",))
        lines.append(
            words["proof"].format(
                proven=m["proven"], communities=m["communities"], share=m["proven"] / m["communities"],
                gap=m["open_gap"], out=m["out"], sure=m["out_in_proven"],
            )
        )  # fmt: skip
    if plans := plans_of(runs, "gridplan-normal", "50000"):
        m, sure = medians(plans, ("units", "households", "out", "cpu_s", "peak_mb")), certificate(plans)
        lines.append(
            words["large"].format(
                units=m["units"], households=m["households"], out=m["out"], cpu=m["cpu_s"], peak=m["peak_mb"],
                share=sure["proven"] / sure["communities"],
            )
        )  # fmt: skip
    return lines
