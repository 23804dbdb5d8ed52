"""What the general engine minimises: its objectives as prices, and bounds on them."""

import numpy as np

from gridplan.config import CostRules
from gridplan.partition.fixed.net import FixedProblem, build_net
from gridplan.partition.fixed.plans import load_plan
from gridplan.partition.kernels.arrays import Floats, Ints
from gridplan.partition.kernels.fixed_arrays import (
    CENTROID,
    COMPOUND,
    LOAD,
    LOWER,
    MEDOID,
    MIXED,
    N_PRICES,
    TARGET,
    UPPER,
    make_plan,
)  # fmt: skip

SLACK = 1e-9
"""Share of `upper` by which a sum of fractional weights may miss the band and still count as inside."""


def objective_prices(
    objective: str, cost: CostRules, total: float, parts: int, lower: float, upper: float, *, with_xy: bool
) -> Floats:
    """Turn an objective into the vector of prices the kernels read.

    Parameters
    ----------
    objective : {"inertia", "cut_edges", "article19"}
        What is minimised.
    cost : CostRules
        Prices of the terms of "article19".
    total : float
        Households of the community; their mean by part is the target of "article19".
    parts : int
        Number of parts.
    lower, upper : float
        The band.
    with_xy : bool
        Whether units have places; without them "article19" has no inertia.

    Returns
    -------
    float64[9]
        Ordered as in `kernels.fixed_arrays`; the band is wider by a hair, for sums of fractions.
    """
    price, hair = np.zeros(N_PRICES), SLACK * max(1.0, upper)
    price[LOWER], price[UPPER] = lower - hair, upper + hair
    if objective == "inertia":
        price[MEDOID] = 1.0
    elif objective == "article19":
        target = max(total / max(parts, 1), SLACK)
        price[TARGET], price[LOAD] = target, cost.load * 5 / target
        price[COMPOUND], price[MIXED] = cost.compound, cost.mixed / target
        price[CENTROID] = cost.inertia / (target * cost.spread_m**2) if with_xy else 0.0
    return price


def edge_tolls(objective: str, border: Floats) -> Floats:
    """Price every edge for the case that its ends lie in different parts.

    Parameters
    ----------
    objective : str
        What is minimised.
    border : float64[m]
        Price of each edge inside a part, of "article19".

    Returns
    -------
    float64[m]
        1 for "cut_edges"; for "article19" what is saved, the price of all edges being paid in advance.
    """
    if objective == "cut_edges":
        return np.ones(len(border))
    return -border if objective == "article19" else np.zeros(len(border))


def part_costs(problem: FixedProblem, price: Floats, labels: Ints) -> tuple[Floats, Floats]:
    """Price the parts of a plan of single units.

    Parameters
    ----------
    problem : FixedProblem
        The community.
    price : float64[9]
        Vector of prices.
    labels : int64[n]
        Part of each unit, 0..k - 1.

    Returns
    -------
    costs : float64[k]
        Cost of each part, with half the toll of every edge on its border.
    weights : float64[k]
        Households of each part.
    """
    units = np.arange(len(labels))
    net = build_net(problem, units, units)
    plan = make_plan(net, int(labels.max()) + 1)
    plan.label[:] = labels
    load_plan(price, net, plan)
    cut = labels[problem.edges[:, 0]] != labels[problem.edges[:, 1]]
    tolls = np.bincount(labels[problem.edges[cut]].ravel(), np.repeat(problem.toll[cut], 2) / 2, len(plan.parts))
    return plan.cost + tolls, np.bincount(labels, problem.weights).astype(np.float64)
