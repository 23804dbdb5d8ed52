"""Arithmetic of a fixed number of parts: what no plan can meet, and how many parts each component may take."""

import numpy as np

from gridplan.errors import InfeasibleError, first_three
from gridplan.language import say
from gridplan.partition.kernels.arrays import Floats, Ints


def fail(name: str, need: str, found: str) -> None:
    """Raise the error of a number of parts that cannot be met.

    Parameters
    ----------
    name : str
        The community.
    need, found : str
        What is needed and what the input holds.

    Raises
    ------
    InfeasibleError
        Always.
    """
    raise InfeasibleError(
        say(
            "partition, community {name}: need {need}, found {found}; change parts, lower, upper or locked",
            name=name,
            need=need,
            found=found,
        )
    )


def check_arithmetic(name: str, weights: Floats, members: list[Ints], parts: int, lower: float, upper: float) -> None:
    """Check what can be told from the sizes alone, components left aside.

    Parameters
    ----------
    name : str
        The community.
    weights : float64[c]
        Households of each group of units that share a part.
    members : list of int64 arrays
        Units of each group, for messages.
    parts : int
        Number of parts.
    lower, upper : float
        The band, widened by a hair.

    Raises
    ------
    InfeasibleError
        If there are too few groups, too many or too few households, or a group too large.
    """
    if not 1 <= parts <= len(weights):
        fail(
            name,
            say("1 to {count} parts (units that need not share one)", count=len(weights)),
            say("parts = {parts}", parts=parts),
        )
    total = float(weights.sum())
    if not parts * lower <= total <= parts * upper:
        fail(
            name,
            say(
                "{parts} parts of {lower:.8g} to {upper:.8g} households, so {least:.8g} to {most:.8g} in all",
                parts=parts, lower=lower, upper=upper, least=parts * lower, most=parts * upper,
            ),
            f"{total:.10g}",
        )  # fmt: skip
    large = np.flatnonzero(weights > upper)
    if large.size:
        sizes = first_three(
            say("{households:.10g} (unit {unit})", households=weights[i], unit=members[i][0]) for i in large
        )
        fail(name, say("no unit or locked group above {upper:.8g} households", upper=upper), sizes)
    halves = np.flatnonzero(weights > upper / 2)
    if len(halves) > parts:
        sizes = first_three(f"{weights[i]:.10g}" for i in halves)
        fail(
            name,
            say(
                "at most {parts} units or locked groups above half of {upper:.8g} households", parts=parts, upper=upper
            ),
            sizes,
        )


def count_range(weight: float, units: int, lower: float, upper: float) -> tuple[int, int]:
    """Return the fewest and the most parts a component can be divided into by arithmetic.

    Parameters
    ----------
    weight, units : float, int
        Households and units of the component.
    lower, upper : float
        The band.

    Returns
    -------
    int, int
        The fewest may be above the most: then there is none.
    """
    fewest = max(1, int(np.ceil(weight / upper - 1e-12))) if upper > 0 else 1
    most = min(units, int(np.floor(weight / lower + 1e-12))) if lower > 0 else units
    return fewest, most


def share_out(costs: list[dict[int, tuple[float, float]]], parts: int) -> list[int] | None:
    """Share the parts out over components at least cost.

    Parameters
    ----------
    costs : list of dict
        By component: households outside the band and cost, by number of parts; a number that is left out is impossible.
    parts : int
        Number of parts in all.

    Returns
    -------
    list of int or None
        Parts of each component; None if no sum fits.
    """
    best, ways = {0: (0.0, 0.0)}, list[dict[int, int]]()
    for options in costs:
        after: dict[int, tuple[float, float]] = {}
        way: dict[int, int] = {}
        for used, (missing, cost) in best.items():
            for count, (more, extra) in options.items():
                now, place = (missing + more, cost + extra), used + count
                if place <= parts and (place not in after or now < after[place]):
                    after[place], way[place] = now, count
        best = after
        ways.append(way)
    if parts not in best:
        return None
    chosen, left = list[int](), parts
    for way in reversed(ways):
        chosen.append(way[left])
        left -= way[left]
    return chosen[::-1]
