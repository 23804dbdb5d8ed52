"""`solve_fixed`: one community, an exact number of parts, a hard band."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridplan.config import CostRules
from gridplan.language import say
from gridplan.partition.clock import Clock
from gridplan.partition.fixed.bounds import cost_bound
from gridplan.partition.fixed.effort import BUDGETS, Budget
from gridplan.partition.fixed.locks import connected, lock_nodes
from gridplan.partition.fixed.net import FixedProblem
from gridplan.partition.fixed.pieces import LIGHT, Piece, Solved, loose_plan, make_piece, solve_piece
from gridplan.partition.fixed.prices import objective_prices, part_costs
from gridplan.partition.fixed.shares import check_arithmetic, count_range, fail, share_out
from gridplan.partition.kernels.arrays import Floats, Ints
from gridplan.partition.kernels.fixed_arrays import LOWER, UPPER, WEIGHT

CLOSE = 1e-9
"""Relative gap at which a bound is met."""

MOST_LOOKS = 200
"""Light searches by which components are compared, at most."""

BOUND_SHARE = 0.06
"""Share of the time that is left for the bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedResult:
    """A plan of one community with its certificate.

    Parameters
    ----------
    labels : int32[n]
        Part of each unit, 0..parts - 1, numbered by first unit.
    costs, households : float64[parts], float64[parts]
        Cost of each part, half the toll of the edges on its border included, and its households.
    fits, torn : bool[parts], bool[parts]
        Whether a part lies within the band, and whether it holds units of a lock that others hold too.
    bound : float
        What the cost of no plan within the band can go below.
    proven : bool
        Whether the plan is proven to be the best within the band.
    cut_short : bool
        Whether the clock ended the search.
    reason : str
        Why the search ended, or what is wrong with the plan.
    """

    labels: NDArray[np.int32]
    costs: Floats
    households: Floats
    fits: NDArray[np.bool_]
    torn: NDArray[np.bool_]
    bound: float
    proven: bool
    cut_short: bool
    reason: str

    @property
    def cost(self) -> float:
        """Cost of the plan."""
        return float(self.costs.sum())

    @property
    def in_band(self) -> bool:
        """Whether every part lies within the band and every lock is kept."""
        return bool(self.fits.all() and not self.torn.any())


def solve_fixed(
    problem: FixedProblem, *, parts: int, lower: float, upper: float, objective: str, effort: str,
    rng: np.random.Generator, clock: Clock | None = None, cost: CostRules | None = None, with_xy: bool = True,
) -> FixedResult:  # fmt: skip
    """Divide a community into exactly `parts` connected parts of `lower` to `upper` households.

    Parameters
    ----------
    problem : FixedProblem
        The community, connected or not, but every lock within one component; its tolls by `edge_tolls` of the same
        objective.
    parts : int
        Number of parts.
    lower, upper : float
        The band, in households.
    objective : {"inertia", "cut_edges", "article19"}
        What is minimised; the target of "article19" is the mean.
    effort : {"fast", "normal", "thorough"}
        How much work is done.
    rng : Generator
        Source of chance.
    clock : Clock, optional
        When to stop early; never by default.
    cost : CostRules, optional
        Prices of "article19".
    with_xy : bool
        Whether units have places.

    Returns
    -------
    FixedResult
        Always exactly `parts` connected parts; the best plan met, within the band or not.

    Raises
    ------
    InfeasibleError
        If arithmetic or an exhaustive search proves that there is no plan.
    """
    clock, budget = clock or Clock(), BUDGETS[effort]
    price = objective_prices(
        objective, cost or CostRules(), float(problem.weights.sum()), parts, lower, upper, with_xy=with_xy
    )
    pieces, ranges = _pieces(problem, price, parts)
    now = time.monotonic()
    search = Clock(end=now + (clock.end - now) * (1 - BOUND_SHARE), stop=clock.stop)
    solved = _solve_pieces(problem.name, pieces, ranges, price, parts, budget, rng, search)
    labels, first = np.zeros(len(problem.weights), np.int64), 0
    for piece, one in zip(pieces, solved, strict=True):
        if one.found is not None:
            labels[piece.units] = one.found.labels + first
            first += int(one.found.labels.max()) + 1
    proven = all(one.proven for one in solved)
    return _certify(problem, price, objective, labels, budget.steps, clock, proven=proven, late=search.over())


def _pieces(problem: FixedProblem, price: Floats, parts: int) -> tuple[list[Piece], list[tuple[int, int]]]:
    """Check the arithmetic and take the community apart; with each component, how many parts it may take."""
    name, lower, upper = problem.name, float(price[LOWER]), float(price[UPPER])
    node, group = lock_nodes(problem)
    members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    check_arithmetic(name, np.bincount(group, problem.weights).astype(np.float64), members, parts, lower, upper)
    component = connected(len(node), problem.edges)
    groups = [np.flatnonzero(component == c) for c in range(int(component.max()) + 1)]
    ranges = [
        count_range(float(problem.weights[units].sum()), len(np.unique(group[units])), lower, upper) for units in groups
    ]
    for units, (fewest, most) in zip(groups, ranges, strict=True):
        if fewest > most:
            size = float(problem.weights[units].sum())
            found = say(
                "{households:.10g} in {count} units (component of unit {unit})",
                households=size,
                count=len(units),
                unit=units[0],
            )
            fail(
                name,
                say(
                    "components that fill whole parts of {lower:.8g} to {upper:.8g} households",
                    lower=lower,
                    upper=upper,
                ),
                found,
            )
    if not sum(r[0] for r in ranges) <= parts <= sum(r[1] for r in ranges):
        found = say(
            "components that can hold {least} to {most} parts",
            least=sum(r[0] for r in ranges),
            most=sum(r[1] for r in ranges),
        )
        fail(name, say("{parts} parts over {count} components", parts=parts, count=len(groups)), found)
    return [make_piece(problem, units, node, group) for units in groups], ranges


def _solve_pieces(
    name: str, pieces: list[Piece], ranges: list[tuple[int, int]], price: Floats, parts: int, budget: Budget,
    rng: np.random.Generator, clock: Clock,
) -> list[Solved]:  # fmt: skip
    """Share the parts out over the components and solve each; raise if it is proven that no way fits."""
    seeds = rng.spawn(len(pieces))
    if len(pieces) == 1 or sum(r[0] for r in ranges) == parts:
        chosen, compared = ([parts] if len(pieces) == 1 else [r[0] for r in ranges]), True
    else:
        chosen, compared = _compare(name, pieces, ranges, price, parts, seeds, clock)
    solved, left = [], sum(len(piece.units) for piece in pieces)
    for piece, count, seed in zip(pieces, chosen, seeds, strict=True):
        now = time.monotonic()
        end = min(clock.end, now + (clock.end - now) * len(piece.units) / left)
        left -= len(piece.units)
        solved.append(solve_piece(piece, price, count, budget, seed, Clock(end=end, stop=clock.stop)))
        if solved[-1].found is None and not compared:  # another way to share the parts out may fit
            solved[-1] = Solved(found=loose_plan(piece, price, count, seed, clock), proven=False)
        elif solved[-1].found is None:
            fail(
                name, f"{count} connected parts within the band where the sizes allow it",
                f"none among all plans of the {len(piece.units)} units with unit {piece.units[0]}",
            )  # fmt: skip
    return solved if compared else [Solved(found=one.found, proven=False) for one in solved]


def _compare(
    name: str, pieces: list[Piece], ranges: list[tuple[int, int]], price: Floats, parts: int,
    seeds: list[np.random.Generator], clock: Clock,
) -> tuple[list[int], bool]:  # fmt: skip
    """Choose the number of parts of every component after a light search; also tell whether the choice is proven.

    Where there are many components or no time, their sizes alone decide.
    """
    spare, mean = parts - sum(r[0] for r in ranges), sum(float(p.net.units[:, WEIGHT].sum()) for p in pieces) / parts
    by_size: list[dict[int, tuple[float, float]]] = []
    by_cost: list[dict[int, tuple[float, float]]] = []
    proven, looks = True, sum(min(r[1] - r[0], spare) + 1 for r in ranges) <= MOST_LOOKS
    for piece, (fewest, most), seed in zip(pieces, ranges, seeds, strict=True):
        weight, counts = float(piece.net.units[:, WEIGHT].sum()), range(fewest, min(most, fewest + spare) + 1)
        by_size.append({count: (0.0, abs(weight - count * mean) ** 2 / count) for count in counts})
        by_cost.append({})
        for count in counts:
            if looks and not clock.over():
                one = solve_piece(piece, price, count, LIGHT, seed, clock)
                proven &= one.proven
                if one.found is not None:
                    by_cost[-1][count] = (one.found.missing, one.found.cost)
    if not looks or clock.over():
        return share_out(by_size, parts) or [], False
    chosen = share_out(by_cost, parts)
    if chosen is None:
        fail(name, f"{parts} connected parts within the band", "no way to share them out over the components")
    return chosen or [], proven


def _certify(
    problem: FixedProblem,
    price: Floats,
    objective: str,
    labels: Ints,
    steps: int,
    clock: Clock,
    *,
    proven: bool,
    late: bool,
) -> FixedResult:
    """Give the parts numbers by first unit, price the plan afresh and say how good it is."""
    _, first, place = np.unique(labels, return_index=True, return_inverse=True)
    labels = np.argsort(np.argsort(first))[place]
    costs, weights = part_costs(problem, price, labels)
    cost, fits, torn = float(costs.sum()), (weights >= price[LOWER]) & (weights <= price[UPPER]), _torn(problem, labels)
    bound = cost if proven else cost_bound(problem, price, labels, cost, objective, steps, clock)
    met = cost - bound <= CLOSE * max(1.0, abs(cost))
    looked, proven = proven, bool(fits.all()) and not torn.any() and (proven or met)
    if torn.any():
        reason = "locked units could not be joined"
    elif not fits.all():
        reason = "no plan within the band found"
    else:
        reason = ("all plans looked through" if looked else "bound met") if proven else "search limit"
    if not proven and late:
        reason = "time limit" if reason == "search limit" else f"{reason} (time limit)"
    return FixedResult(
        labels=labels.astype(np.int32), costs=costs, households=weights, fits=fits, torn=torn,
        bound=cost if proven else min(bound, cost), proven=proven, cut_short=late and not looked, reason=reason,
    )  # fmt: skip


def _torn(problem: FixedProblem, labels: Ints) -> NDArray[np.bool_]:
    """Tell which parts hold units of a lock that lies in several."""
    held = problem.locked >= 0
    pairs = np.unique(np.stack([problem.locked[held], labels[held]]), axis=1)
    _, inverse, count = np.unique(pairs[0], return_inverse=True, return_counts=True)
    return np.bincount(pairs[1][count[inverse] > 1], minlength=int(labels.max()) + 1) > 0
