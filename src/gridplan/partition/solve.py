"""`partition_graph`: the core for arrays alone."""

import os
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from gridplan.config import CostRules
from gridplan.errors import ConfigError
from gridplan.model import Partition
from gridplan.partition.certificate import (
    TOLERANCE,
    Solution,
    community_frame,
    grid_causes,
    price_labels,
    renumber,
    simple_bound,
)  # fmt: skip
from gridplan.partition.exact import PROOFS, prove_piece
from gridplan.partition.kernels.arrays import LOWER, UPPER, WEIGHT, Flags
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.problem import Piece, Problem, check_input, check_options, price_vector, split_pieces
from gridplan.partition.search import BUDGETS, search_piece
from gridplan.progress import Report, silent

POLL_S = 0.2
"""Seconds between two looks at the clock while the threads work."""


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
        Exact number of grids, of the one community or by community.
    objective : {"article19", "inertia", "cut_edges"}
        What is minimised.
    locked : int[n], optional
        Units of equal label share a grid; -1 is free.
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
    """
    check_options(objective, effort, target, lower, upper)
    for name, given in (("parts", parts is not None), ("locked", locked is not None)):
        if given:
            msg = f"partition, {name}: need None, since it is not available yet; leave it out"
            raise ConfigError(msg)
    if objective != "article19":
        msg = f"partition, objective: need 'article19', since {objective!r} is not available yet; leave it out"
        raise ConfigError(msg)
    price = price_vector(cost or CostRules(), target, lower, upper, with_xy=xy is not None)
    problem = check_input(
        edges, weights, xy=xy, compounds=compounds, communities=communities, border=border,
        border_weight=border_weight, price=price,
    )  # fmt: skip
    pieces = split_pieces(problem)
    seed = int(np.random.default_rng(rng).integers(2**63))
    solutions, in_time = _solve_all(problem, pieces, effort, seed, time_limit, jobs, report)
    return _assemble(problem, pieces, solutions, reproducible=in_time)


def _solve_all(
    problem: Problem, pieces: list[Piece], effort: str, seed: int, time_limit: float | None, jobs: int | None,
    report: Report,
) -> tuple[list[Solution], bool]:  # fmt: skip
    """Solve every piece in threads; the main thread keeps the clock and takes Ctrl-C."""
    stop = np.zeros(1, np.int8)
    end = np.inf if time_limit is None else time.monotonic() + time_limit
    total, done = len(problem.weights), 0
    report("partition", 0, total)
    pool = ThreadPoolExecutor(max_workers=jobs or _cores())
    try:
        order = sorted(range(len(pieces)), key=lambda i: -len(pieces[i].units))
        futures: dict[Future[Solution], int] = {
            pool.submit(_solve_piece, problem, pieces[i], effort, np.random.SeedSequence([seed, i]), stop): i
            for i in order
        }
        waiting = set(futures)
        while waiting:
            ended, waiting = wait(waiting, timeout=POLL_S, return_when=FIRST_COMPLETED)
            if time.monotonic() > end and waiting:
                stop[0] = 1
            for future in ended:
                future.result()
                done += len(pieces[futures[future]].units)
            if ended:
                report("partition", done, total)
        by_piece = {i: future.result() for future, i in futures.items()}
        return [by_piece[i] for i in range(len(pieces))], not stop[0]
    finally:
        stop[0] = 1
        pool.shutdown(cancel_futures=True)


def _cores() -> int:
    """Count the cores this process may use; Windows and macOS know no affinity."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _solve_piece(problem: Problem, piece: Piece, effort: str, seed: np.random.SeedSequence, stop: Flags) -> Solution:
    """Search one piece and certify what was found."""
    start = time.thread_time()
    found = search_piece(piece.graph, problem.price, np.random.default_rng(seed), BUDGETS[effort], stop)
    labels = renumber(found.labels)
    cost = float(price_labels(piece.graph, problem.price, labels)[1].sum())
    bound = simple_bound(piece.graph, problem.price)
    proven, reason = cost - bound <= TOLERANCE, "arithmetic bound met"
    if not proven and effort in PROOFS:
        proof = prove_piece(piece.graph, problem.price, labels, cost, PROOFS[effort], stop)
        labels, proven, reason = renumber(proof.labels), proof.proven, proof.reason
        bound = max(bound, proof.bound)
    elif not proven:
        reason = "no proof at this effort"
    sums, costs = price_labels(piece.graph, problem.price, labels)
    return Solution(
        labels=labels, sums=sums, costs=costs, bound=min(bound, float(costs.sum())), proven=proven,
        reason="time limit" if stop[0] and not proven else reason, seconds=time.thread_time() - start,
    )  # fmt: skip


def _assemble(problem: Problem, pieces: list[Piece], solutions: list[Solution], *, reproducible: bool) -> Partition:
    """Put the plans of the pieces together."""
    labels = np.zeros(len(problem.weights), np.int64)
    names, rank = np.unique(problem.communities, return_inverse=True)
    households = np.bincount(rank, weights=problem.weights, minlength=len(names))
    causes, first = [], 0
    for piece, s in zip(pieces, solutions, strict=True):
        labels[piece.units] = s.labels + first
        first += len(s.costs)
        causes += grid_causes(piece.graph, problem.price, s, float(households[piece.community]))
    size = np.concatenate([np.zeros(0), *(s.sums[:, WEIGHT] for s in solutions)])
    frame = pd.DataFrame(
        {
            "label": np.arange(first, dtype=np.int32),
            "community": np.repeat([names[p.community] for p in pieces], [len(s.costs) for s in solutions]),
            "households": size,
            "cost": np.concatenate([np.zeros(0), *(s.costs for s in solutions)]),
            "in_band": (size >= problem.price[LOWER] - SLACK) & (size <= problem.price[UPPER] + SLACK),
            "cause": pd.Series(causes, dtype="str"),
        }
    )
    final = renumber(labels)
    old = np.empty(first, np.int64)
    old[final] = labels
    grids = frame.iloc[old].reset_index(drop=True)
    grids["label"] = np.arange(first, dtype=np.int32)
    order = community_frame(names, [(p.community, s) for p, s in zip(pieces, solutions, strict=True)])
    return Partition(labels=final.astype(np.int32), communities=order, grids=grids, reproducible=reproducible)
