"""`partition_graph`: the core for arrays alone."""

import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from gridplan.config import CostRules
from gridplan.model import Partition
from gridplan.partition.apart import pairs_within, solve_apart
from gridplan.partition.certificate import (
    TOLERANCE,
    Solution,
    community_frame,
    grid_causes,
    price_labels,
    renumber,
    simple_bound,
)  # fmt: skip
from gridplan.partition.fixed import Clock, solve_community
from gridplan.partition.keeping import keep_unchanged, solve_kept
from gridplan.partition.kernels.arrays import UPPER, WEIGHT, Flags, Ints
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
from gridplan.partition.proof import PROOFS, prove_piece
from gridplan.partition.search import BUDGETS, search_piece
from gridplan.progress import Report, silent

STAGES: Final = MappingProxyType({"fast": ("fast",), "normal": ("normal",), "thorough": ("fast", "normal", "thorough")})
"""Efforts of search and proof one after another, until the plan is proven."""

ENDLESS: Final = "thorough"
"""The effort whose proofs may take any time, so that with a limit each community has its own."""

POLL_S = 0.02
"""Seconds between two looks at the clock while the threads work; what each runs over its time is lost to the others."""

PATIENCE_S = 0.5
"""Seconds that threads get to end after Ctrl-C or an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What one thread plans at a time: a piece, or a community with a given number of grids.

    Parameters
    ----------
    units : int64[k]
        Its units in the whole graph, ascending.
    community : int
        Rank of its community.
    seed : int
        Number of its first piece, from which its source of chance is made.
    solve : callable
        Plans it.
    """

    units: Ints
    community: int
    seed: int
    solve: Callable[[np.random.SeedSequence, Clock], Solution]


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
    tasks = _make_tasks(problem, pieces, asked, known, objective, rules, effort)
    seed = int(np.random.default_rng(rng).integers(2**63))
    solutions, in_time = _solve_all(tasks, seed, time_limit, jobs or _cores(), report, apart=effort == ENDLESS)
    return _assemble(problem, names, tasks, solutions, reproducible=in_time)


def _make_tasks(
    problem: Problem, pieces: list[Piece], asked: dict[int, int], known: dict[int, float], objective: str,
    rules: CostRules, effort: str,
) -> list[Task]:  # fmt: skip
    """Choose for every piece how it is planned; a community with a given number of grids, or unchanged, is one task."""
    tasks, done = list[Task](), set[int]()
    for i, piece in enumerate(pieces):
        rank, units = piece.community, piece.units
        if problem.whole[units[0]] >= 0:
            solve = partial(_keep_drawn, piece)
        elif rank not in asked and rank not in known:
            solve = partial(_solve_free, problem, piece, effort)
        elif rank in done:
            continue
        else:
            mine = [other for other in pieces if other.community == rank and problem.whole[other.units[0]] < 0]
            units = np.sort(np.concatenate([other.units for other in mine]))
            solve = (
                partial(solve_community, problem, units, asked[rank], objective, rules, effort)
                if rank in asked
                else partial(_keep_unchanged, problem, mine, known[rank])
            )
            done.add(rank)
        tasks.append(Task(units=units, community=rank, seed=i, solve=solve))
    return tasks


def _solve_all(
    tasks: list[Task], seed: int, time_limit: float | None, jobs: int, report: Report, *, apart: bool
) -> tuple[list[Solution], bool]:
    """Solve every task in threads, each in a time apart or all in one; the main thread keeps it and takes Ctrl-C."""
    clocks, whole = list[Clock](), np.zeros(1, np.int8)
    end = np.inf if time_limit is None else time.monotonic() + time_limit
    # the largest first, so that no core waits at the end; the smallest first where they leave time over for others
    upward = apart and time_limit is not None
    done, order = 0, sorted(tasks, key=lambda task: len(task.units) if upward else -len(task.units))
    left = total = sum(len(task.units) for task in tasks)
    report("partition", 0, total)
    pool, waiting = ThreadPoolExecutor(max_workers=jobs), set[Future[Solution]]()
    try:
        futures: dict[Future[Solution], Task] = {}
        for task in order:
            share = min(1.0, jobs * len(task.units) / left)
            left -= len(task.units)
            stop = np.zeros(1, np.int8) if apart else whole
            begin = partial(_run, task, np.random.SeedSequence([seed, task.seed]), end, share)
            futures[pool.submit(begin, stop, whole, clocks)] = task
        waiting = set(futures)
        while waiting:
            ended, waiting = wait(waiting, timeout=POLL_S, return_when=FIRST_COMPLETED)
            whole[0] = time.monotonic() > end
            for clock in tuple(clocks) if apart else ():
                clock.stop[0] = clock.over()
            for future in ended:
                future.result()
                done += len(futures[future].units)
            if ended:
                report("partition", done, total)
        by_seed = {task.seed: future.result() for future, task in futures.items()}
        solutions = [by_seed[task.seed] for task in tasks]
        return solutions, not any(s.cut_short for s in solutions)
    finally:
        whole[0] = 1
        for clock in tuple(clocks):
            clock.stop[0] = 1
        pool.shutdown(wait=False, cancel_futures=True)
        wait(waiting, timeout=PATIENCE_S)


def _run(
    task: Task, seed: np.random.SeedSequence, end: float, share: float, stop: Flags, whole: Flags, clocks: list[Clock]
) -> Solution:
    """Solve one task within its share of the time that is left when it starts, so that none takes that of others."""
    now = time.monotonic()
    clock = Clock(end=now + share * max(0.0, end - now), stop=stop, whole=whole)
    clocks.append(clock)
    stop[0] |= whole[0]  # the time of all may have ended between
    try:
        solution = task.solve(seed, clock)
        return replace(solution, cut_short=solution.cut_short or (bool(clock.stop[0]) and not solution.proven))
    finally:
        clocks.remove(clock)


def _cores() -> int:
    """Count the cores this process may use; Windows and macOS know no affinity."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _keep_unchanged(problem: Problem, pieces: list[Piece], bound: float, *_: object) -> Solution:
    """Take the old grids of a community in which nothing has changed."""
    return keep_unchanged(problem, pieces, bound)


def _keep_drawn(piece: Piece, seed: np.random.SeedSequence, clock: Clock) -> Solution:  # noqa: ARG001
    """Take a piece that is one grid already."""
    labels = np.zeros(len(piece.units), np.int64)
    sums, costs = price_labels(piece.graph, piece.price, labels)
    sized = bool(np.isfinite(piece.price[UPPER]))
    causes = grid_causes(piece.graph, piece.price, labels, sums[:, WEIGHT], piece.of, proven=True) if sized else [""]
    return Solution(
        labels=labels, households=sums[:, WEIGHT], costs=costs, bound=float(costs.sum()), proven=True,
        causes=["locked" if cause else "" for cause in causes], reason="drawn already", cut_short=False, seconds=0.0,
    )  # fmt: skip


def _solve_free(problem: Problem, piece: Piece, effort: str, seed: np.random.SeedSequence, clock: Clock) -> Solution:
    """Plan a piece whose number of grids is free, with or without locks and pairs kept apart."""
    free = partial(_solve_piece, effort=effort, seed=seed, clock=clock)

    def solve(piece: Piece) -> Solution:
        if (lock_groups(problem.locked[piece.units]) < 0).all():
            return free(piece)
        return solve_locked(problem, piece, free, effort, seed, clock.stop)

    def keep_apart(piece: Piece) -> Solution:
        pairs = pairs_within(problem, piece)
        return solve_apart(piece, pairs, solve) if len(pairs) else solve(piece)

    if (problem.previous[piece.units] < 0).all():
        return keep_apart(piece)
    start = time.thread_time()
    held = (lock_groups(problem.locked[piece.units]) >= 0).any() or len(pairs_within(problem, piece))
    kept = solve_kept(problem, piece, keep_apart if held else None, effort, seed, clock.stop)
    return replace(kept, seconds=time.thread_time() - start)


def _solve_piece(piece: Piece, effort: str, seed: np.random.SeedSequence, clock: Clock) -> Solution:
    """Search one piece and certify what was found; no proof is begun when its share of the time is over."""
    start, stop, rng = time.thread_time(), clock.stop, np.random.default_rng(seed)
    plans, bound = list[Ints](), simple_bound(piece.graph, piece.price)

    def cost(labels: Ints) -> float:
        return float(price_labels(piece.graph, piece.price, labels)[1].sum())

    for stage in STAGES[effort]:
        # every piece gets a plan: its own time cuts proofs and further searches, only that of all cuts the first
        until = stop if plans else clock.whole
        found = search_piece(piece.graph, piece.price, rng, BUDGETS[stage], until)
        plans = sorted([*plans, *map(renumber, (found.labels, *found.plans))], key=cost)
        labels, reason = plans[0], "arithmetic bound met"
        proven, late = cost(labels) - bound <= TOLERANCE, clock.over()
        if not proven and stage in PROOFS and not late:
            proof = prove_piece(piece.graph, piece.price, plans, cost(labels), PROOFS[stage], stop)
            labels, proven, reason = renumber(proof.labels), proof.proven, proof.reason
            plans, bound = [labels, *plans], max(bound, proof.bound)
        elif not proven:
            reason = "no proof at this effort"
        if proven or late or stop[0]:
            break
    sums, costs = price_labels(piece.graph, piece.price, labels)
    households, cut_short = sums[:, WEIGHT], not proven and bool(stop[0] or (late and effort in PROOFS))
    return Solution(
        labels=labels, households=households, costs=costs, bound=min(bound, float(costs.sum())), proven=proven,
        causes=grid_causes(piece.graph, piece.price, labels, households, piece.of, proven=proven),
        reason="time limit" if cut_short else reason, cut_short=cut_short,
        seconds=time.thread_time() - start,
    )  # fmt: skip


def _assemble(
    problem: Problem, names: Ints, tasks: list[Task], solutions: list[Solution], *, reproducible: bool
) -> Partition:
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
    return Partition(labels=final.astype(np.int32), communities=order, grids=grids, reproducible=reproducible)
