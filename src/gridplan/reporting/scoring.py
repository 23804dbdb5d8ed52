"""The score: a finished plan in numbers, counted from its frames alone."""

import math
from typing import Any, Final

import numpy as np
import pandas as pd

from gridplan.config import EXCLUSIVE, Rules
from gridplan.model import PlanData
from gridplan.reporting.classes import NEAR

COMPOUND_KEY: Final = ["community_code", "community", "compound"]
"""A compound is counted inside each community by itself."""


def score(plan: PlanData, rules: Rules) -> dict[str, float | int]:
    """Sum a plan up in numbers.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        Gives target, lower and upper.

    Returns
    -------
    dict
        grids, households; out (grids outside the band), viol (households outside it), within_10 (share of grids
        within a tenth of the target); cost, bound and gap = (cost - bound) / cost of the certificate, proven (share
        of communities); compounds_cut (pieces of compounds beyond what their size asks for); barrier_share (of the
        boundary between grids that lies on barriers); walk_m (metres, mean over households), compactness (mean over
        grids), load_cv (coefficient of variation of the load inside communities, mean over their grids). Shares of
        nothing are 0.
    """
    households = plan.grids["households"].to_numpy(dtype="int64")
    target, lower, upper = rules.sizes_of(plan.grids["profile"]).T
    sized = ~np.isnan(target)
    off = np.where(sized, np.maximum(lower - households, 0) + np.maximum(households - upper, 0), 0)
    near = (np.abs(households - target) <= NEAR * target)[sized]
    return {
        "grids": len(households),
        "households": int(households.sum()),
        "out": int((off > 0).sum()),
        "viol": int(off.sum()),
        "within_10": _mean(near),
        **certificate_totals(plan),
        "compounds_cut": int(excess_pieces(plan, rules)["excess"].sum()),
        "barrier_share": barrier_share(plan),
        "walk_m": _mean(plan.grids["walk_m"], households),
        "compactness": _mean(plan.grids["compactness"]),
        "load_cv": _mean(*_load_spread(plan.grids)),
    }


def certificate_totals(plan: PlanData) -> dict[str, float]:
    """Add up the certificate.

    Parameters
    ----------
    plan : PlanData
        The plan.

    Returns
    -------
    dict
        cost, bound, gap, and proven, the share of communities proven optimal.
    """
    cost, bound = (math.fsum(plan.certificate[c].to_numpy(dtype="float64")) for c in ("cost", "bound"))
    gap = (cost - bound) / cost if cost > 0 else 0.0
    return {"cost": cost, "bound": bound, "gap": gap, "proven": _mean(plan.certificate["proven"].astype(bool))}


def excess_pieces(plan: PlanData, rules: Rules) -> pd.DataFrame:
    """Count the pieces of each compound beyond those its size asks for.

    A compound that fits into one grid asks for one; a larger one for as many as there are grids in the band, at least
    for those that hold it.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        Gives the band.

    Returns
    -------
    DataFrame, one row per compound of a community
        community_code, community, compound, households, pieces, lower, upper (of its profile) and excess; counted over
        units with households, exclusive grids left out, sorted.
    """
    lived = plan.units[(plan.units["households"] > 0) & (plan.units["compound"] != "")]
    groups = lived[lived["profile"] != EXCLUSIVE].groupby(COMPOUND_KEY, sort=True)
    table = groups.agg(
        households=("households", "sum"), pieces=("grid_code", "nunique"), profile=("profile", "first")
    ).reset_index()
    households = table["households"].to_numpy(dtype="int64")
    _, lower, upper = rules.sizes_of(table.pop("profile")).T.astype("int64")
    most = np.maximum(-(-households // upper), households // lower)
    allowed = np.where(households > upper, most, 1)
    excess = np.maximum(table["pieces"].to_numpy() - allowed, 0)
    return pd.DataFrame(table).assign(lower=lower, upper=upper, excess=excess)


def barrier_share(plan: PlanData) -> float:
    """Measure how much of the boundary between grids of one community lies on barriers.

    Parameters
    ----------
    plan : PlanData
        The plan.

    Returns
    -------
    float
        Share of the metres, 0 to 1; 0 where no grids touch.
    """
    edges, walls = (_cut(plan, frame) for frame in (plan.edges, plan.walls))
    on_wall = math.fsum(walls["border_m"])
    total = math.fsum(edges["border_m"]) + on_wall
    return (math.fsum(np.minimum(edges["barrier_m"], edges["border_m"])) + on_wall) / total if total > 0 else 0.0


def _cut(plan: PlanData, pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs of units that lie in different grids."""
    grid = plan.units.set_index("unit_id")["grid_code"].to_dict()
    return pairs.loc[[grid.get(a) != grid.get(b) for a, b in zip(pairs["unit_a"], pairs["unit_b"], strict=True)]]


def _load_spread(grids: pd.DataFrame) -> tuple[Any, Any]:
    """Coefficient of variation of the load in each community of two grids or more, and its grids as weight."""
    grids = grids[grids["profile"] != EXCLUSIVE]
    groups = grids.groupby(["community_code", "community", "subdistrict"])["load"]
    spread = pd.DataFrame({"mean": groups.mean(), "std": groups.std(ddof=0), "n": groups.size()})
    spread = spread[(spread["n"] > 1) & (spread["mean"] > 0)]
    return spread["std"] / spread["mean"], spread["n"]


def _mean(values: Any, weights: Any = None) -> float:  # noqa: ANN401
    """Mean that is 0 of nothing."""
    array = np.asarray(values, dtype="float64")
    weight = np.ones(len(array)) if weights is None else np.asarray(weights, dtype="float64")
    return float(np.sum(array * weight) / weight.sum()) if weight.sum() > 0 else 0.0
