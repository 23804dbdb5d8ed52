"""The search for a roster: annealing, and descent."""

import numpy as np

from gridplan.deployment.ground import Ints
from gridplan.deployment.kernels.moves import improve_slot, may_take, strip, try_move
from gridplan.deployment.kernels.state import NONE, Field, State, total_cost
from gridplan.partition.kernels.compiling import door, inner

ALSO = 4
"""Nearest persons who are tried beside those of neighbouring beats."""


@door
def anneal(
    state: State, field: Field, rng: np.random.Generator, slots: Ints, steps: int, hot: float, cold: float, best: Ints
) -> float:
    """Search by random moves: a slot to another person, two that change places, and chains over a third person.

    Parameters
    ----------
    state : State
        Changed in place.
    field : Field
        The task.
    rng : Generator
        Source of chance.
    slots : int64[k]
        Slots that may be moved first.
    steps : int
        Moves tried.
    hot, cold : float
        First and last temperature, in metres.
    best : int64[n_slots]
        Takes the best roster met.

    Returns
    -------
    float
        Its cost.
    """
    cost = total_cost(state, field)
    least = cost
    keep_roster(state, best)
    k = field.near.shape[1]
    rate = (cold / hot) ** (1.0 / max(1, steps))
    heat = hot
    for _ in range(steps):
        heat *= rate
        slot = slots[int(rng.random() * len(slots))]
        unit, giver = field.item[slot], state.who[slot]
        person = field.near[unit, int(rng.random() ** 2 * k)]
        low, high = 0, 0
        if len(field.indices) > 0:
            low, high = field.indptr[unit], field.indptr[unit + 1]
        if high > low and rng.random() < 0.7:  # noqa: PLR2004
            beside = field.indices[low + int(rng.random() * (high - low))]
            person = state.who[field.first[beside]]
        if person < 0 or person == giver:
            continue
        limit = -heat * np.log(max(rng.random(), 1e-300))
        other, third = NONE, NONE
        freed = 0.0
        if state.held[person] > 0 and (
            rng.random() < 0.3 or not may_take(state, field, slot, person, 0.0, NONE)  # noqa: PLR2004
        ):
            other = state.head[person]
            for _ in range(int(rng.random() * state.held[person])):
                other = state.after[other]
            freed = field.size[field.item[other]]
            third = giver
            if rng.random() < 0.5:  # noqa: PLR2004
                third = field.near[field.item[other], int(rng.random() ** 2 * k)]
                if third == person:
                    continue
        if not may_take(state, field, slot, person, freed, other):
            continue
        if other >= 0 and third >= 0:
            returned = field.size[unit] if third == giver else 0.0
            if not may_take(state, field, other, third, returned, slot):
                continue
        change = try_move(state, field, slot, person, other, third, limit)
        if change < np.inf:
            cost += change
            if cost < least - 1e-6:
                least = cost
                keep_roster(state, best)
    return least


@inner
def keep_roster(state: State, best: Ints) -> None:
    """Copy a roster.

    Parameters
    ----------
    state : State
        With the roster.
    best : int64[n_slots]
        Takes it.
    """
    for slot in range(len(best)):
        best[slot] = state.who[slot]


@door
def settle_down(state: State, field: Field, rounds: int) -> float:
    """Take away what exceeds capacities, then make every move that pays, one after another.

    Parameters
    ----------
    state : State
        Changed in place.
    field : Field
        The task.
    rounds : int
        Most passes over all slots.

    Returns
    -------
    float
        Cost of the roster, in metres.
    """
    strip(state, field)
    for _ in range(rounds):
        if not descend(state, field):
            break
    return total_cost(state, field)


@inner
def descend(state: State, field: Field) -> bool:
    """Try to give every slot to other persons, in exchange for others, and along chains over a third person.

    Parameters
    ----------
    state : State
        Changed in place.
    field : Field
        The task.

    Returns
    -------
    bool
        Whether something became better.
    """
    k, better = field.near.shape[1], False
    if len(field.indices) > 0:
        k = min(k, ALSO)
    for slot in range(len(field.item)):
        unit = field.item[slot]
        low, high = 0, 0
        if len(field.indices) > 0:
            low, high = field.indptr[unit], field.indptr[unit + 1]
        for rank in range(k + high - low):
            person = field.near[unit, rank] if rank < k else state.who[field.first[field.indices[low + rank - k]]]
            if person >= 0 and improve_slot(state, field, slot, person):
                better = True
    return better
