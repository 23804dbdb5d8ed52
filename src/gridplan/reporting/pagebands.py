"""Sizes and classes of the grids on the page, each by the profile it follows."""

import math
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from gridplan.config import Rules
from gridplan.model import PlanData
from gridplan.reporting.classes import size_classes

Band = dict[str, Any] | None

_NEAR: Final = "near"
"""The class that no band leaves empty."""


def lay_out_bands(plan: PlanData, rules: Rules) -> tuple[list[Band], list[int], list[int]]:
    """Tell what sizes the grids should have, and which class each is in.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        Give the sizes of each profile.

    Returns
    -------
    list of dict or None, list of int, list of int
        For each profile in the plan, target, lower, upper and the classes in it as pairs of a row of `size_classes` and
        the most households, or None where grids have no size; then for each grid the row of its profile and its class.
    """
    profile, names = pd.factorize(plan.grids["profile"])
    bands = [_band(rules, *sizes) for sizes in rules.sizes_of(names).tolist()]
    households = plan.grids["households"].to_numpy("int64")
    size_class = [_class_in(bands[k], n) for k, n in zip(profile.tolist(), households.tolist(), strict=True)]
    return bands, profile.tolist(), size_class


def _band(rules: Rules, target: float, lower: float, upper: float) -> Band:
    if math.isnan(target):
        return None
    known = {c.key: row for row, c in enumerate(size_classes(rules))}
    own = replace(rules, target=int(target), lower=int(lower), upper=int(upper))
    ends = [[known.get(c.key, known[_NEAR]), c.last] for c in size_classes(own)]
    return {"target": own.target, "lower": own.lower, "upper": own.upper, "ends": ends}


def _class_in(band: Band, households: int) -> int:
    """Find the class; grids without a size are in the first, with the empty ones."""
    ends = band["ends"] if band else []
    return next((row for row, last in ends if last is None or households <= last), 0)
