"""The search for a roster: annealing, and descent."""

import numpy as np
from numba import njit

from gridplan.deployment.ground import Ints
from gridplan.deployment.kernels.moves import improve_slot, may_take, try_move
from gridplan.deployment.kernels.state import NONE, Field, State, total_cost

ALSO = 4
"""Nearest persons who are tried beside those of neighbouring beats."""


@njit(cache=True, nogil=True)
def anneal(
    state: State, field: Field, rng: np.random.Generator, steps: int, hot: float, cold: float, best: Ints
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
    best[:] = state.who
    n_slots, k = len(field.item), field.near.shape[1]
    rate = (cold / hot) ** (1.0 / max(1, steps))
    heat = hot
    for _ in range(steps):
        heat *= rate
        slot = int(rng.random() * n_slots)
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
                best[:] = state.who
    return least


@njit(cache=True, nogil=True)
def descend(state: State, field: Field, rounds: int) -> int:
    """Make every move that pays, one after another: to another person, exchanges, and chains over a third person.

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
    int
        Passes made.
    """
    k = field.near.shape[1]
    if len(field.indices) > 0:
        k = min(k, ALSO)
    for passed in range(rounds):
        better = False
        for slot in range(len(field.item)):
            unit = field.item[slot]
            for rank in range(k):
                person = field.near[unit, rank]
                if person < 0:
                    break
                if improve_slot(state, field, slot, person):
                    better = True
            if len(field.indices) > 0:
                for place in range(field.indptr[unit], field.indptr[unit + 1]):
                    person = state.who[field.first[field.indices[place]]]
                    if person >= 0 and improve_slot(state, field, slot, person):
                        better = True
        if not better:
            return passed + 1
    return rounds
