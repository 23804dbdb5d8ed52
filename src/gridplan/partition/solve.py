"""`partition_graph`: the core for arrays alone."""

import os
from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from gridplan.config import CostRules
from gridplan.model import Partition
from gridplan.partition.apart import pairs_within, solve_apart
from gridplan.partition.certificate import (
    Go,
    Solution,
    community_frame,
    grid_causes,
    price_labels,
    renumber,
)  # fmt: skip
from gridplan.partition.clock import Clock
from gridplan.partition.crew import Crew, Task
from gridplan.partition.fixed import solve_community
from gridplan.partition.goes import FreePiece
from gridplan.partition.keeping import keep_unchanged, solve_kept
from gridplan.partition.kernels.arrays import UPPER, WEIGHT, Ints
from gridplan.partition.locked import lock_groups, solve_locked
from gridplan.partition.options import check_drawn, check_locks, check_objective, read_parts
from gridplan.partition.problem import (
    Piece,
    Problem,
    check_band,
    check_input,
    check_options,
    price_sizes,
    read_communities,
    split_pieces,
)  # fmt: skip
from gridplan.progress import Report, silent


def partition_graph(
    edges: ArrayLike,
    weights: ArrayLike,
    xy: ArrayLike | None = None,
    compounds: ArrayLike | None = None,
    communities: ArrayLike | None = None,
    border: ArrayLike | None = None,
    target: float = 300,
    lower: float = 240,
    upper: float = 360,
    parts: int | Mapping[int, int] | None = None,
    objective: str = "article19",
    locked: ArrayLike | None = None,
    effort: str = "normal",
    time_limit: float | None = None,
    rng: int | np.random.Generator = 0,
    jobs: int | None = None,
    *,
    border_weight: float = 0.0,
    whole: ArrayLike | None = None,
    apart: ArrayLike | None = None,
    load: ArrayLike | None = None,
    previous: ArrayLike | None = None,
    sizes: ArrayLike | None = None,
    unchanged: Mapping[int, float] | None = None,
    cost: CostRules | None = None,
    report: Report = silent,
) -> Partition:
    """Divide the units of a graph into connected grids of about `target` households.

    Parameters
    ----------
    edges : int[m, 2]
        Undirected, each once; an edge between two communities is not used.
    weights : int or float[n]
        Households of each unit, >= 0; a unit of weight 0 adds nothing to any term but must be connected.
    xy : float[n, 2], optional
        Metres; without them there is no inertia.
    compounds : int[n], optional
        Compound of each unit, below 0 for none.
    communities : int[n], optional
        Community of each unit; a grid never crosses them. All one by default.
    border : float[m], optional
        Metres of soft barrier on each edge, priced by `border_weight` where the edge lies inside a grid.
    target, lower, upper : float
        Households a grid should hold, and the fewest and the most.
    parts : int or mapping, optional
        Exact number of grids, of the one community or by community, beside those drawn already; communities left out
        stay free. The band is hard there, and their mean stands for `target`.
    objective : {"article19", "inertia", "cut_edges"}
        What is minimised; the last two only where `parts` covers every community. "inertia" is the sum over grids of
        the least, over their units j, of the sum of weight * squared distance to j.
    locked : int[n], optional
        Units of equal label share a grid, different labels may too; below 0 is free.
    effort : {"fast", "normal", "thorough"}
        How much work is done: one short start, several, many.
    time_limit : float, optional
        Wall seconds after which the best plan so far is taken; it is then marked as not reproducible.
    rng : int or Generator
        Seed; the same seed gives the same plan for any number of jobs.
    jobs : int, optional
        Threads; all cores by default.
    border_weight : float
        Price of a metre of `border` inside a grid.
    whole : int[n], optional
        Units of equal label are one grid and nobody else is in it: drawn already; below 0 is free.
    apart : int[k, 2], optional
        Pairs of units that share no grid.
    load : float[n], optional
        Load of each unit, >= 0, brought to the total of `weights`: the even-load term is reckoned with it, the band
        with households. Where grids cannot all be listed, bounds leave that term out: they hold, but are weaker.
    previous : int[n], optional
        Grid of each unit in an old plan, below 0 for new units: the search begins there, and households that leave
        their old grid cost `cost.change`.
    sizes : float[n, 3], optional
        target, lower and upper of the grid of each unit, instead of those above; units of different sizes share no
        grid, so that the cost of a grid is still a function of its units alone. NaN in a grid drawn already: it has no
        size and costs nothing.
    unchanged : mapping, optional
        Community -> bound of its plans: nothing has changed there since the old plan, whose grids stay; neither search
        nor proof.
    cost : CostRules, optional
        Prices of the terms, the defaults if not given; `barrier_per_m` is not used here.
    report : Report
        Takes the progress of stage "partition", in units.

    Returns
    -------
    Partition
        Labels, communities with bound and proof, grids with the cause where one is outside the band.

    Raises
    ------
    GraphError
        If the arrays contradict one another.
    ConfigError
        If an option has a value that cannot be used.
    InfeasibleError
        If `parts` cannot be met, by arithmetic or by a proof.
    """
    check_options(objective, effort, time_limit, jobs)
    home = read_communities(weights, communities)
    names = np.unique(home)
    asked = read_parts(parts, names)
    check_objective(objective, asked, names, with_xy=xy is not None)
    free = parts is None or len(asked) < len(names)
    check_band(target if free else None, lower, upper)
    rules = cost or CostRules()
    band = (target if free else max(upper, 1.0), lower, upper)
    kind, prices = price_sizes(rules, sizes, band, len(home), with_xy=xy is not None)
    problem = check_input(
        edges, weights, xy=xy, compounds=compounds, communities=home, border=border, locked=locked,
        border_weight=border_weight, whole=whole, apart=apart, load=load, previous=previous, change=rules.change,
        kind=kind, price=prices,
    )  # fmt: skip
    pieces = split_pieces(problem)
    check_locks(problem, pieces)
    check_drawn(problem, pieces, asked, names)
    known = {rank: unchanged[name] for rank, name in enumerate(names.tolist()) if unchanged and name in unchanged}
    seed = int(np.random.default_rng(rng).integers(2**63))
    tasks = _make_tasks(problem, pieces, asked, known, objective, rules, effort, seed)
    return _assemble(problem, names, tasks, Crew(tasks, time_limit, jobs or _cores(), report).work())


def _make_tasks(
    problem: Problem, pieces: list[Piece], asked: dict[int, int], known: dict[int, float], objective: str,
    rules: CostRules, effort: str, seed: int,
) -> list[Task]:  # fmt: skip
    """Choose for every piece how it is planned; a community with a given number of grids, or unchanged, is one task."""
    tasks, done = list[Task](), set[int]()
    for i, piece in enumerate(pieces):
        rank, units, chance = piece.community, piece.units, np.random.SeedSequence([seed, i])
        if problem.whole[units[0]] >= 0:
            go = Go(run=partial(_keep_drawn, piece))
        elif rank not in asked and rank not in known:
            go = _begin_free(problem, piece, effort, chance)
        elif rank in done:
            continue
        else:
            mine = [other for other in pieces if other.community == rank and problem.whole[other.units[0]] < 0]
            units = np.sort(np.concatenate([other.units for other in mine]))
            run = (
                partial(solve_community, problem, units, asked[rank], objective, rules, effort, chance)
                if rank in asked
                else partial(_keep_unchanged, problem, mine, known[rank])
            )
            go = Go(run=run, part=1.0 if rank in asked else None)
            done.add(rank)
        tasks.append(Task(units=units, community=rank, go=go))
    return tasks


def _cores() -> int:
    """Count the cores this process may use; Windows and macOS know no affinity."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _keep_unchanged(problem: Problem, pieces: list[Piece], bound: float, _: Clock) -> Solution:
    """Take the old grids of a community in which nothing has changed."""
    return keep_unchanged(problem, pieces, bound)


def _keep_drawn(piece: Piece, _: Clock) -> Solution:
    """Take a piece that is one grid already."""
    labels = np.zeros(len(piece.units), np.int64)
    sums, costs = price_labels(piece.graph, piece.price, labels)
    sized = bool(np.isfinite(piece.price[UPPER]))
    causes = grid_causes(piece.graph, piece.price, labels, sums[:, WEIGHT], piece.of, proven=True) if sized else [""]
    return Solution(
        labels=labels, households=sums[:, WEIGHT], costs=costs, bound=float(costs.sum()), proven=True,
        causes=["locked" if cause else "" for cause in causes], reason="drawn already", cut_short=False,
    )  # fmt: skip


def _begin_free(problem: Problem, piece: Piece, effort: str, seed: np.random.SeedSequence) -> Go:
    """Choose how to plan a piece whose number of grids is free, with or without an old plan, locks and pairs apart."""
    locked = bool((lock_groups(problem.locked[piece.units]) >= 0).any())
    pairs, kept = pairs_within(problem, piece), bool((problem.previous[piece.units] >= 0).any())
    if not (locked or len(pairs) or kept):
        return FreePiece(piece, effort, seed).next

    def run(clock: Clock) -> Solution:
        def free(piece: Piece) -> Solution:
            return FreePiece(piece, effort, seed).whole(clock)

        def lock(piece: Piece) -> Solution:
            return solve_locked(problem, piece, free, effort, seed, clock.stop) if locked else free(piece)

        def keep_apart(piece: Piece) -> Solution:
            return solve_apart(piece, pairs, lock) if len(pairs) else lock(piece)

        if not kept:
            return keep_apart(piece)
        return solve_kept(problem, piece, keep_apart if locked or len(pairs) else None, effort, seed, clock.stop)

    return Go(run=run, part=1.0)  # search and proof at once, so it gets its share alone


def _assemble(problem: Problem, names: Ints, tasks: list[Task], solutions: list[Solution]) -> Partition:
    """Put the plans of the tasks together."""
    labels, first = np.zeros(len(problem.weights), np.int64), 0
    for task, s in zip(tasks, solutions, strict=True):
        labels[task.units] = s.labels + first
        first += len(s.costs)
    causes = [cause for s in solutions for cause in s.causes]
    frame = pd.DataFrame(
        {
            "label": np.arange(first, dtype=np.int32),
            "community": np.repeat([names[t.community] for t in tasks], [len(s.costs) for s in solutions]),
            "households": np.concatenate([np.zeros(0), *(s.households for s in solutions)]),
            "cost": np.concatenate([np.zeros(0), *(s.costs for s in solutions)]),
            "in_band": np.array([cause == "" for cause in causes], np.bool_),
            "cause": pd.Series(causes, dtype="str"),
        }
    )
    final = renumber(labels)
    old = np.empty(first, np.int64)
    old[final] = labels
    grids = frame.iloc[old].reset_index(drop=True)
    grids["label"] = np.arange(first, dtype=np.int32)
    order = community_frame(names, [(t.community, s) for t, s in zip(tasks, solutions, strict=True)])
    in_time = not any(s.cut_short for s in solutions)
    return Partition(labels=final.astype(np.int32), communities=order, grids=grids, reproducible=in_time)
