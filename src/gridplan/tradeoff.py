"""How much change buys how much quality: a plan that goes on, at several prices of change."""

import dataclasses
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gridplan import reporting
from gridplan.config import WEIGHTS, Rules
from gridplan.edits import Edits
from gridplan.errors import ConfigError
from gridplan.groundwork import Groundwork, core_arrays, divide_ground, lay_ground, settle_ground
from gridplan.intake import examine_district
from gridplan.language import say
from gridplan.model import Fabric, Layers, Partition, PlanData
from gridplan.partition import value_grids
from gridplan.planning import make_crosswalk
from gridplan.progress import Report, silent
from gridplan.schema import TRADEOFF_COLUMNS


def weigh_change(
    layers: Layers,
    previous: PlanData | str | Path,
    rules: Rules | None = None,
    *,
    weights: Iterable[float] | None = None,
    rng: int = 0,
    effort: str = "normal",
    jobs: int | None = None,
    edits: Edits | str | Path | None = None,
    report: Report = silent,
) -> pd.DataFrame:
    """Plan a district that goes on from a former plan at several prices of change.

    Parameters
    ----------
    layers : Layers
        The district as it is now.
    previous : PlanData or path
        The former plan, or its folder or ``plan.gpkg``.
    rules : Rules or None
        None takes the defaults.
    weights : iterable of float or None
        Prices of a target of households that leave their grid: 0 is none, from 1e9 on nobody moves. None takes
        `config.WEIGHTS` and the price in the rules.
    rng, effort, jobs, edits : int, str, int or None, Edits, path or None
        As of `make_plan`.
    report : Report
        Progress callback.

    Returns
    -------
    DataFrame, a row per weight in ascending order
        `schema.TRADEOFF_COLUMNS`: weight; households of those that were there which change grid (moved), and their
        share; cost, without the price of change, and without that of sizes too (soft_cost); grids outside the band;
        codes kept, new and retired; CPU seconds of the partition. Each row is the plan that `make_plan` draws at this
        price.

    Raises
    ------
    GridplanError
        If the layers or options cannot be used; the message says what to do.
    """
    rules = rules or Rules()
    asked = sorted({*map(float, (*WEIGHTS, rules.cost.change) if weights is None else weights)})
    if not asked:
        raise ConfigError(say("weights: need at least one price of change, found none; give some, for example 0 and 3"))
    priced = [rules.pricing_change(weight) for weight in asked]
    ground = lay_ground(layers, rules, edits=edits, previous=previous, stages={}, report=report)
    ground = settle_ground(ground, rules, effort)
    rows = []
    for done, at in enumerate(priced):
        report("weighing", done, len(priced))
        began = time.process_time()
        fabric, partition, _ = divide_ground(ground, at, {"rng": rng, "effort": effort, "jobs": jobs}, silent)
        seconds = round(time.process_time() - began, 2)
        rows.append({"weight": at.cost.change, **_measure(ground, fabric, partition, rules), "cpu_s": seconds})
    report("weighing", len(priced), len(priced))
    return pd.DataFrame(rows, columns=list(TRADEOFF_COLUMNS))


def weigh_district(
    source: str | Path | None,
    previous: str | Path,
    out: str | Path,
    *,
    rules: Rules | None = None,
    weights: Iterable[float] | None = None,
    report: Report = silent,
    **options: Any,  # noqa: ANN401
) -> pd.DataFrame:
    """Read a district, weigh change against quality, and write ``tradeoff.csv`` and ``tradeoff.png``.

    Parameters
    ----------
    source : path or None
        Folder or GeoPackage with layers named by role.
    previous : path
        The former plan.
    out : path
        Folder to write, whole or not at all.
    rules : Rules or None
        None takes the defaults; their price of change is marked in the picture.
    weights : iterable of float or None
        As of `weigh_change`.
    report : Report
        Progress callback.
    **options
        rng, effort, jobs and edits, as of `weigh_change`; roles, crs, encoding and fields, as of `partition_district`.

    Returns
    -------
    DataFrame
        As of `weigh_change`.

    Raises
    ------
    GridplanError
        If an input or an option cannot be used, or the folder cannot be written.
    """
    rules = rules or Rules()
    reporting.check_tradeoff(Path(out))
    search = {name: options.pop(name) for name in ("rng", "effort", "jobs", "edits") if name in options}
    layers = examine_district(source, rules=rules, report=report, **options).require()
    table = weigh_change(layers, previous, rules, weights=weights, report=report, **search)
    reporting.write_tradeoff(table, rules.cost.change, Path(out))
    return table


def _measure(ground: Groundwork, fabric: Fabric, partition: Partition, rules: Rules) -> dict[str, float | int]:
    """Tell who moves, which codes go on, and what the plan costs without the price of change."""
    kept, labels = ground.kept, partition.labels
    assert kept is not None, "a former plan is asked for"  # noqa: S101  for the types
    codes = np.array([f"+{label}" for label in range(len(partition.grids))], object)  # no code begins so
    for label, code in ground.codes(labels).items():
        codes[label] = code
    new = kept.new.assign(grid_code=codes[labels[kept.new["unit"].to_numpy()]])
    both = make_crosswalk(kept.old, new, kept.spot).query("old_code != '' and new_code != ''")
    moved = int(both.loc[both["old_code"] != both["new_code"], "households_new"].sum())
    old, now = set(kept.plan.grids["grid_code"]), set(codes)
    soft = dataclasses.replace(rules, cost=dataclasses.replace(rules.cost, outside=0.0))
    cost, inside = (
        float(value_grids(labels=labels.astype(np.int64), **core_arrays(fabric, r), load=ground.load).costs.sum())
        for r in (rules, soft)
    )
    return {
        "moved": moved,
        "moved_share": moved / max(int(both["households_new"].sum()), 1),
        "cost": cost,
        "soft_cost": inside,
        "outside": int((~partition.grids["in_band"].astype(bool)).sum()),
        "kept": len(old & now),
        "new": len(now - old),
        "retired": len(old - now),
    }
