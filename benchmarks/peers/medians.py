"""Medians over the districts of one size, which tables, plots and READMEs share."""

import statistics
from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]

CAP_S = 300
"""CPU seconds a run may take."""

MERITS = ("parts", "out", "viol", "soft", "pieces", "within10", "cost", "cpu_s", "peak_mb")


def plans_of(runs: list[Row], tool: str, size: str) -> list[Row]:
    """List the runs of a tool on districts of one size that ended with a plan."""
    return [r for r in runs if (r["tool"], r["size"], r["status"]) == (tool, size, "plan")]


def medians(rows: list[Row], keys: Sequence[str] = MERITS) -> dict[str, float]:
    """Return the median of each column."""
    return {key: statistics.median(r[key] for r in rows) for key in keys}


def certificate(plans: list[Row]) -> dict[str, float]:
    """Return the medians of what gridplan says of its own plans: communities, proven, open_gap, out_in_proven."""
    return medians([r["notes"] for r in plans], ("communities", "proven", "open_gap", "out_in_proven"))
