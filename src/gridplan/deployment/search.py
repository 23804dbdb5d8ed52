"""Rosters that are no flow: a start from the relaxation, annealing, descent, and integer programmes for the rest."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from gridplan.deployment.bound import bound_cost
from gridplan.deployment.flow import Relaxed, relax
from gridplan.deployment.ground import Ints
from gridplan.deployment.kernels.search import anneal, settle_down
from gridplan.deployment.kernels.state import Field, State, set_up
from gridplan.deployment.polish import choose_windows, polish
from gridplan.deployment.task import Posting, Task, sort_pairs

NEAR: Final = 24
"""Persons looked at for each item."""

ROUNDS: Final = 50
"""Most passes of a descent."""

OVER: Final = 25.0
"""Price of an overload of one mean item while annealing, in first temperatures."""

STIR: Final = 4.0
"""First temperature of stirring, in those of a search."""

COLD: Final = 0.01
"""Last temperature, in first ones."""

SLACK: Final = 1e-4
"""What tolerances may make of nothing."""

PROVEN: Final = 1e-6
"""A roster this near its bound is the best."""


def make_field(task: Task, edges: Ints | None = None, broken_m: float = 0.0) -> Field:
    """Lay a task out for the kernels.

    Parameters
    ----------
    task : Task
        What is to be served.
    edges : int64[e, 2] or None
        Neighbouring items, for beats.
    broken_m : float
        Metres that each piece of a beat beyond the first costs.

    Returns
    -------
    Field
        Constant arrays.
    """
    n, m = task.price.shape
    k = min(NEAR, m)
    near = np.argpartition(task.price, k - 1, axis=1)[:, :k]
    order = np.argsort(np.take_along_axis(task.price, near, axis=1), axis=1, kind="stable")
    near = np.take_along_axis(near, order, axis=1)
    near = np.where(np.isfinite(np.take_along_axis(task.price, near, axis=1)), near, -1)
    first = np.concatenate([[0], np.cumsum(task.need)]).astype(np.int64)
    fair = task.fair
    indptr, indices = _neighbours(n, edges)
    return Field(
        price=np.ascontiguousarray(task.price), near=near.astype(np.int64),
        item=np.repeat(np.arange(n, dtype=np.int64), task.need), first=first, size=task.size.astype("float64"),
        capacity=task.capacity.astype("float64"), fair=fair, steep=task.load_m / (fair * task.mean_size),
        indptr=indptr, indices=indices, missing=task.missing_m, broken=float(broken_m),
        pull=4 * task.load_m + float(broken_m), over=0.0,
    )  # fmt: skip


def _neighbours(n: int, edges: Ints | None) -> tuple[Ints, Ints]:
    if edges is None:
        return np.zeros(n + 1, np.int64), np.zeros(0, np.int64)
    both = np.concatenate([edges, edges[:, ::-1]]).astype(np.int64).reshape(-1, 2)
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    return np.searchsorted(both[:, 0], np.arange(n + 1)).astype(np.int64), np.ascontiguousarray(both[:, 1])


def make_state(field: Field, who: Ints) -> tuple[State, float]:
    """Set a roster up for the kernels.

    Parameters
    ----------
    field : Field
        The task.
    who : int64[n_slots]
        Person of each slot, -1 for nobody.

    Returns
    -------
    State
        With its own arrays.
    float
        Cost of the roster, in metres.
    """
    n_slots, n, m = len(field.item), len(field.size), len(field.capacity)
    state = State(
        who=np.full(n_slots, -1, np.int64), after=np.full(n_slots, -1, np.int64), before=np.full(n_slots, -1, np.int64),
        head=np.full(m, -1, np.int64), held=np.zeros(m, np.int64), pieces=np.zeros(m, np.int64), load=np.zeros(m),
        mark=np.zeros(n, np.int64), stack=np.zeros(n, np.int64), clock=np.zeros(1, np.int64),
    )  # fmt: skip
    return state, set_up(state, field, who)


def round_down(field: Field, relaxed: Relaxed) -> Ints:
    """Keep what the relaxation does wholly, then the largest shares that fit.

    Parameters
    ----------
    field : Field
        The task.
    relaxed : Relaxed
        The fractional roster.

    Returns
    -------
    int64[n_slots]
        Person of each slot, -1 for nobody.
    """
    who = np.full(len(field.item), -1, np.int64)
    room, taken = field.capacity.copy(), np.zeros(len(field.size), np.int64)
    for k in np.argsort(-relaxed.share, kind="stable"):
        item, person = int(relaxed.item[k]), int(relaxed.person[k])
        slot = field.first[item] + taken[item]
        if slot < field.first[item + 1] and room[person] + 1e-9 >= field.size[item]:
            who[slot], taken[item] = person, taken[item] + 1
            room[person] -= field.size[item]
    return who


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much work a search may do.

    Parameters
    ----------
    moves : int
        Random moves per slot and run.
    runs : int
        Runs, each from the best so far.
    steps : int
        Steps of the bound.
    windows : int
        Integer programmes of the polish, beyond up to three times as many for slots without a person.
    """

    moves: int
    runs: int
    steps: int
    windows: int


EFFORTS: Final = {
    "fast": Effort(moves=150, runs=1, steps=30, windows=0),
    "normal": Effort(moves=1000, runs=2, steps=120, windows=12),
    "thorough": Effort(moves=4000, runs=4, steps=300, windows=200),
}


def round_up(lacking: float) -> int:
    """Give the persons who lack in every roster, where so many lack in the cheapest fractional one.

    Parameters
    ----------
    lacking : float
        Persons.

    Returns
    -------
    int
        At least 0.
    """
    return max(0, int(np.ceil(lacking - SLACK)))


def improve(
    field: Field, who: Ints, rng: np.random.Generator, effort: Effort, *, slots: Ints | None = None,
    strict: float = 1.0, heat: float = 1.0,
) -> tuple[Ints, float]:  # fmt: skip
    """Search from a roster; the best met is kept.

    Parameters
    ----------
    field : Field
        The task.
    who : int64[n_slots]
        Person of each slot.
    rng : Generator
        Source of chance.
    effort : Effort
        How long.
    slots : int64[k] or None
        Where to search; None for everywhere.
    strict : float
        How many times the usual price an overload has on the way.
    heat : float
        How many times the usual temperature it begins with.

    Returns
    -------
    int64[n_slots], float
        The best roster and its cost.
    """
    slots = np.arange(len(who), dtype=np.int64) if slots is None else slots
    best, least = settle(field, who)
    hot = heat * _warmth(field)
    over = strict * OVER * hot / max(float(field.size.mean()), 1e-9)
    for _ in range(effort.runs):
        state, found = make_state(field, best)[0], np.empty_like(best)
        anneal(state, field._replace(over=over), rng, slots, effort.moves * len(slots), hot, hot * COLD, found)
        found, cost = settle(field, found)
        if cost < least - 1e-6:
            best, least = found, cost
        hot /= 2
    return best, least


def shake(
    field: Field, who: Ints, rng: np.random.Generator, effort: Effort, slots: Ints, stages: tuple[float, ...]
) -> Ints:
    """Stir a part of a roster: overloads are carried from stage to stage, and taken away in the end.

    Parameters
    ----------
    field : Field
        The task.
    who : int64[n_slots]
        Person of each slot.
    rng : Generator
        Source of chance.
    effort : Effort
        Moves of each stage.
    slots : int64[k]
        Where to stir.
    stages : tuple of float
        How many times the usual price an overload has; a broken beat keeps pace with the dearest.

    Returns
    -------
    int64[n_slots]
        A roster that may be worse than the first: somewhere else to search from.
    """
    hot, dear = STIR * _warmth(field), max(stages)
    firm = field._replace(broken=dear * field.broken, pull=field.pull + (dear - 1) * field.broken)
    for stage in stages:
        over = stage * OVER * _warmth(field) / max(float(field.size.mean()), 1e-9)
        state, found = make_state(firm, who)[0], np.empty_like(who)
        anneal(state, firm._replace(over=over), rng, slots, effort.moves * len(slots), hot, hot * COLD, found)
        who, hot = found, hot / 2
    return settle(field, who)[0]


def settle(field: Field, who: Ints) -> tuple[Ints, float]:
    """Take away what exceeds capacities, then make every move that pays.

    Parameters
    ----------
    field : Field
        The task.
    who : int64[n_slots]
        Person of each slot.

    Returns
    -------
    int64[n_slots], float
        The roster and its cost.
    """
    state = make_state(field, who)[0]
    cost = settle_down(state, field, ROUNDS)
    return state.who, cost


def bound_weighted(task: Task, field: Field, relaxed: Relaxed, cost: float, bare: int, effort: Effort) -> float:
    """Bound all rosters from below: by knapsacks where a roster lacks nobody in vain, else by the relaxation alone.

    Parameters
    ----------
    task : Task
        What is to be served.
    field : Field
        The same for kernels.
    relaxed : Relaxed
        The cheapest fractional roster.
    cost : float
        Cost of a known roster.
    bare : int
        Persons who lack in it.
    effort : Effort
        How long.

    Returns
    -------
    float
        At most `cost`, in metres.
    """
    aim = cost - (bare - min(bare, round_up(relaxed.lacking))) * task.missing_m
    bound = bound_cost(task, field, relaxed.item_dual, max(aim, relaxed.cost), effort.steps)
    return min(max(bound, relaxed.cost), cost)


def _warmth(field: Field) -> float:
    """First temperature: what the fourth nearest person costs more than the nearest."""
    some = field.near[:, :4]
    prices = np.where(some >= 0, np.take_along_axis(field.price, np.maximum(some, 0), axis=1), np.nan)
    known = (some >= 0).any(axis=1)
    if not known.any():
        return 1.0
    spread = np.nanmax(prices[known], axis=1) - np.nanmin(prices[known], axis=1)
    return max(float(spread.mean()), 1.0) / 2


def solve_weighted(task: Task, rng: np.random.Generator, effort: Effort) -> Posting:
    """Find a good roster where capacities count households or residents, with a bound.

    Parameters
    ----------
    task : Task
        What is to be served.
    rng : Generator
        Source of chance.
    effort : Effort
        How long.

    Returns
    -------
    Posting
        With a Lagrangian bound.
    """
    relaxed, field = relax(task), make_field(task)
    who, _ = improve(field, round_down(field, relaxed), rng, effort)
    windows = choose_windows(field, who, rng, min(int((who < 0).sum()), 3 * effort.windows) + effort.windows)
    who, cost = settle(field, polish(field, who, windows))
    low = bound_weighted(task, field, relaxed, cost, int((who < 0).sum()), effort)
    slots = np.flatnonzero(who >= 0)
    item, person = sort_pairs(field.item[slots], who[slots])
    return Posting(item=item, person=person, bound=low, proven=cost - low <= PROVEN * abs(cost), method="search",
                   lacking=round_up(relaxed.lacking))  # fmt: skip
