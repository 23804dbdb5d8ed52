"""gridplan's core against its peers on the same graphs: `python benchmarks/partition.py`.

Every tool runs alone in a process with one thread and a cap of CPU seconds; a scorer of its own judges the labels.
Results go to `benchmarks/results/` as JSON, a Markdown table and two plots, and from there into both READMEs. Runs add
up: what was measured before on the same instance is kept, so tools can be measured apart (`--only`).
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from peers import PACKAGES, TOOLS
from peers.districts import ROOT, SIZES, describe, instance_path
from peers.instance import Instance
from peers.medians import CAP_S
from peers.published import run_published
from peers.readme import READMES, write_readme
from peers.report import write_report
from peers.score import fault, score

RESULTS = Path(__file__).parent / "results"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
Row = dict[str, Any]


def run_tool(tool: str, path: Path, seed: int, cap: float) -> Row:
    """Run one tool on one instance.

    Parameters
    ----------
    tool : str
        Key of `TOOLS`.
    path : Path
        Instance.
    seed : int
        Seed of the tool.
    cap : float
        CPU seconds it may take.

    Returns
    -------
    dict
        status ("plan", "no result" or "invalid"), the reason, the score and what was measured.
    """
    environment = os.environ | dict.fromkeys(ONE_THREAD, "1")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "labels.npz"
        call = [sys.executable, "-m", "peers.run", tool, str(path), str(seed), str(cap), str(out)]
        try:
            done = subprocess.run(  # noqa: S603
                call, cwd=Path(__file__).parent, env=environment, capture_output=True, timeout=4 * cap + 60, check=False
            )
        except subprocess.TimeoutExpired:
            return {"status": "no result", "reason": f"none in {cap:.0f} s"}
        if not out.exists():
            return {"status": "no result", "reason": _reason(done, cap)}
        with np.load(out) as found:
            labels, measured = found["labels"], json.loads(str(found["measured"]))
    instance = Instance.load(path)
    wrong = fault(instance, labels)
    if wrong:
        return {"status": "invalid", "reason": wrong, **measured}
    return {"status": "plan", "reason": "", **asdict(score(instance, labels)), **measured}


def _reason(done: subprocess.CompletedProcess[bytes], cap: float) -> str:
    """Tell the cap (at its end the system kills the process) from a fault of the tool."""
    if done.returncode in (-signal.SIGKILL, -signal.SIGXCPU):
        return f"none in {cap:.0f} s"
    if done.returncode < 0:
        return f"ended by {signal.Signals(-done.returncode).name}"
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"exit code {done.returncode}"


def broken(row: Row) -> bool:
    """Whether a tool failed for another reason than time."""
    return row["status"] == "invalid" or (row["status"] == "no result" and not row["reason"].startswith("none in "))


def installed(tool: str) -> bool:
    """Whether the package a tool needs is there."""
    return version_of(tool) != ""


def version_of(tool: str) -> str:
    """Version of the package a tool needs; empty when it is not installed."""
    try:
        return version(PACKAGES[TOOLS[tool][1]])
    except PackageNotFoundError:
        return ""


def measure(
    rows: list[Row], tools: list[str], districts: list[tuple[str, int]], cap: float, keep: Path | None, *, fresh: bool
) -> None:
    """Run the tools on the districts (size, seed), and put the rows in the place of earlier ones."""
    for size, seed in districts:
        path = instance_path(size, seed, fresh=fresh)
        if path is None:
            print(f"{size}: skipped, the data is absent")
            continue
        instance = Instance.load(path)
        name = {"size": size, "seed": seed, "digest": instance.digest()}
        rows[:] = [r for r in rows if (r["size"], r["seed"]) != (size, seed) or r["digest"] == name["digest"]]
        for tool in tools:
            found = run_tool(tool, path, seed, cap)
            row = {"tool": tool, "version": version_of(tool), **name, **describe(instance), **found}
            rows[:] = [r for r in rows if (r["tool"], r["size"], r["seed"]) != (tool, size, seed)] + [row]
            print(_line(row), flush=True)
            if keep:
                save(keep, rows)


def _line(row: Row) -> str:
    head = f"{row['size']:>9} #{row['seed']} {row['tool']:16}"
    if row["status"] != "plan":
        return f"{head} {row['status']}: {row['reason']}"
    return (
        f"{head} out {row['out']:4} viol {row['viol']:8.0f} soft {row['soft']:8.1f} pieces {row['pieces']:4}"
        f" within10 {row['within10']:4.0%} CPU {row['cpu_s']:6.1f} s {row['peak_mb']:5.0f} MB {row['notes']}"
    )


def _published_line(row: Row) -> str:
    lawful = "" if row["lawful"] else " NOT LAWFUL"
    return (
        f"{row['instance']:>9} {row['objective']:17} {row['value']:10.2f} best known {row['best']:10.2f}"
        f" {row['excess_pct']:+7.2f} % CPU {row['cpu_s']:5.1f} s{lawful}"
    )


def save(path: Path, rows: list[Row], published: list[Row] | None = None) -> None:
    """Write the rows; `published` None keeps what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = load(path)["published"] if published is None else published
    order = list(TOOLS)
    rows = sorted(rows, key=lambda r: (list(SIZES).index(r["size"]), r["seed"], order.index(r["tool"])))
    path.write_text(json.dumps({"runs": rows, "published": kept}, indent=1) + "\n", "utf-8")


def load(path: Path) -> dict[str, list[Row]]:
    """Read earlier rows."""
    return json.loads(path.read_text("utf-8")) if path.exists() else {"runs": [], "published": []}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="all tools on a tiny district; writes nothing")
    parser.add_argument("--only", metavar="TOOL,...", default=",".join(TOOLS), help="tools, of: " + ", ".join(TOOLS))
    parser.add_argument("--sizes", metavar="SIZE,...", default="500,5400,50000,singapore,published")
    parser.add_argument("--seeds", type=int, default=3, help="districts of a size at most")
    parser.add_argument("--cap", type=float, default=CAP_S, help="CPU seconds of a run")
    parser.add_argument("--report", action="store_true", help="measure nothing; write the report of what there is")
    parser.add_argument("--fresh", action="store_true", help="make the districts again")
    options = parser.parse_args()
    if options.report:
        report(RESULTS / "partition.json")
        return
    sizes = ["tiny"] if options.smoke else options.sizes.split(",")
    unknown = [t for t in options.only.split(",") if t not in TOOLS] + [
        s for s in sizes if s not in {*SIZES, "published"}
    ]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    tools = [t for t in options.only.split(",") if installed(t)]
    print("not installed:", ", ".join(t for t in options.only.split(",") if t not in tools) or "none")
    path = None if options.smoke else RESULTS / "partition.json"
    rows = load(path)["runs"] if path else []
    cap = 4.0 if options.smoke else options.cap
    districts = [(s, i) for s in sizes if s in SIZES for i in range(min(SIZES[s][1], options.seeds))]
    measure(rows, tools, districts, cap, path, fresh=options.fresh)
    ours = [t for t in tools if t.startswith("gridplan")]
    published: list[Row] | None = None
    if ours and (options.smoke or "published" in sizes):
        published = run_published(("county",) if options.smoke else ("county", "tract"), 1.0 if options.smoke else 30.0)
        print(*(_published_line(r) for r in published if "value" in r), sep="\n")
        skipped = [r["skipped"] for r in published if "skipped" in r]
        print(f"published: {len(skipped)} skipped", *sorted(set(skipped)), sep="; ")
    failed = [f"{r['instance']} {r['objective']}: {r['failed']}" for r in published or [] if "failed" in r]
    if path:
        save(path, load(path)["runs"], published)
        report(path)
    ours_lost = "no result" if options.smoke else "invalid"
    failed += [f"{r['tool']}: {r['reason']}" for r in rows if r["tool"] in ours and r["status"] == ours_lost]
    failed += [f"{r['tool']}: {r['reason']}" for r in rows if options.smoke and broken(r)]
    if failed:
        sys.exit("no lawful plan from " + "; ".join(dict.fromkeys(failed)))


def report(path: Path) -> None:
    """Write the tables, the plots and the part of the READMEs that hangs on the results."""
    found = load(path)
    write_report(RESULTS, **found)
    for name, language in READMES.items():
        write_readme(ROOT / name, language, found["runs"])


if __name__ == "__main__":
    main()
