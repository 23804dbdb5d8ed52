"""gridplan against the published optima of US districting: exact numbers of parts, a band of 0.5 %."""

import csv
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from peers.districts import DATA

OBJECTIVES = {"moment_of_inertia": "inertia", "cut_edges": "cut_edges"}
"""Name in the published results -> name in `partition_graph`."""

Arrays = dict[str, NDArray[np.float64]]


def run_published(levels: tuple[str, ...], seconds: float) -> list[dict[str, object]]:
    """Solve every published instance of these levels.

    Parameters
    ----------
    levels : tuple of str
        "county", "tract".
    seconds : float
        Time limit of one run.

    Returns
    -------
    list of dict
        One row a run: instance, objective, value, best, excess (in %), lawful, cpu_s; or `skipped` or
        `failed` with the reason: every published instance has a plan.
    """
    table = DATA / "published" / "results.csv"
    if not table.exists():
        return [{"skipped": "the data is absent"}]
    with table.open(encoding="utf-8") as lines:
        known = [row for row in csv.DictReader(lines) if row["level"] in levels]
    _run(table.parent, known[-1], 1.0)  # compiles the kernels, which is no part of the time limit of the first run
    return [_run(table.parent, row, seconds) for row in known]


def _run(folder: Path, row: dict[str, str], seconds: float) -> dict[str, object]:
    from gridplan import ConfigError, GridplanError, partition_graph  # noqa: PLC0415

    with np.load(folder / f"{row['level']}_{row['instance']}.npz") as stored:
        arrays = dict(stored)
    name = {"instance": f"{row['level']} {row['instance']}", "objective": row["objective"], "best": float(row["best"])}
    start = time.process_time()
    try:
        plan = partition_graph(
            arrays["edges"],
            arrays["weight"],
            xy=np.stack([arrays["x"], arrays["y"]], axis=1),
            target=(int(row["L"]) + int(row["U"])) / 2,
            lower=int(row["L"]),
            upper=int(row["U"]),
            parts=int(row["k"]),
            objective=OBJECTIVES[row["objective"]],
            time_limit=seconds,
            jobs=1,
        )
    except ConfigError as absent:
        return {**name, "skipped": str(absent)}
    except GridplanError as error:
        return {**name, "failed": str(error)}
    found = judge(arrays, plan.labels, int(row["k"]), int(row["L"]), int(row["U"]))
    value = found[row["objective"]]
    return {
        **name,
        "value": value,
        "excess_pct": 100 * (value / float(row["best"]) - 1),
        "lawful": bool(found["lawful"]),
        "cpu_s": time.process_time() - start,
    }


def judge(arrays: Arrays, labels: NDArray[np.int32], parts: int, lower: int, upper: int) -> dict[str, float]:
    """Score labels by the published objectives.

    Parameters
    ----------
    arrays : dict
        edges, weight, x and y (metres) of n units.
    labels : int[n]
        District of each unit.
    parts, lower, upper : int
        Number of districts, and the fewest and most people of one.

    Returns
    -------
    dict of str to float
        moment_of_inertia (people x million square metres, distances rounded to km), cut_edges, and lawful: connected,
        within the bounds and of the right number.
    """
    a, b = arrays["edges"].T
    kept = labels[a] == labels[b]
    n = len(labels)
    inner = coo_array((np.ones(int(kept.sum())), (a[kept], b[kept])), shape=(n, n))
    sizes = np.bincount(labels, arrays["weight"])
    lawful = (
        len(sizes) == parts
        and connected_components(inner, directed=False)[0] == parts
        and lower <= sizes.min()
        and sizes.max() <= upper
    )
    inertia = 0.0
    for district in range(len(sizes)):
        units = np.flatnonzero(labels == district)
        x, y, w = (arrays[key][units] for key in ("x", "y", "weight"))
        km = np.round(np.hypot(x[:, None] - x, y[:, None] - y) / 1000) / 1000
        inertia += float((km**2 * w[:, None]).sum(axis=0).min())
    return {"moment_of_inertia": inertia, "cut_edges": float((~kept).sum()), "lawful": float(lawful)}
