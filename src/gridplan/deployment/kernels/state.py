"""A roster on the way: who serves which slot, and what that costs.

A *slot* is one person an item needs; slots of an item lie side by side. Arrays in, arrays out; no checks.
"""

from typing import NamedTuple

import numpy as np

from gridplan.deployment.ground import Floats, Ints
from gridplan.partition.kernels.compiling import door, inner

NONE: int = np.int64(-1)  # type: ignore[assignment]
"""Typed, since numba compiles a function once more for every literal it is called with."""


class Field(NamedTuple):
    """What does not change while a roster is sought.

    Parameters
    ----------
    price : float64[n, m]
        Metres of item n and person m; infinite out of scope.
    near : int64[n, k]
        Persons of each item, cheapest first; -1 beyond the last.
    item, first : int64[n_slots], int64[n + 1]
        Item of each slot, and first slot of each item.
    size : float64[n]
        What an item takes up of a capacity.
    capacity, fair, steep : float64[m]
        Room, fair share, and metres per squared distance from it.
    indptr, indices : int64
        Neighbouring items in CSR form; no entries where beats need not be contiguous.
    missing, broken : float
        Price of a slot without person, and of a piece of a beat beyond its first.
    pull : float
        Most that a move is taken to save beside the prices of its pairs.
    over : float
        Price of a unit of load beyond a capacity; 0 forbids it.
    """

    price: Floats
    near: Ints
    item: Ints
    first: Ints
    size: Floats
    capacity: Floats
    fair: Floats
    steep: Floats
    indptr: Ints
    indices: Ints
    missing: float
    broken: float
    pull: float
    over: float


class State(NamedTuple):
    """A roster on the way.

    Parameters
    ----------
    who, after, before : int64[n_slots]
        Person of each slot; next and previous slot of the same person, -1 at the ends.
    head, held, pieces : int64[m]
        First slot and number of slots of each person, and pieces of the beat where beats are to be contiguous.
    load : float64[m]
        What each person serves.
    mark, stack, clock : int64[n], int64[n], int64[1]
        Scratch of `count_pieces`.
    """

    who: Ints
    after: Ints
    before: Ints
    head: Ints
    held: Ints
    pieces: Ints
    load: Floats
    mark: Ints
    stack: Ints
    clock: Ints


@inner
def link(state: State, field: Field, slot: int, person: int) -> None:
    """Give a free slot to a person; -1 leaves it free.

    Parameters
    ----------
    state : State
        Changed in place.
    field : Field
        The task.
    slot, person : int
        Which, and to whom.
    """
    state.who[slot] = person
    if person < 0:
        return
    old = state.head[person]
    state.after[slot], state.before[slot] = old, NONE
    if old >= 0:
        state.before[old] = slot
    state.head[person] = slot
    state.held[person] += 1
    state.load[person] += field.size[field.item[slot]]


@inner
def unlink(state: State, field: Field, slot: int) -> None:
    """Take a slot from its person.

    Parameters
    ----------
    state : State
        Changed in place.
    field : Field
        The task.
    slot : int
        Which.
    """
    person = state.who[slot]
    if person < 0:
        return
    left, right = state.before[slot], state.after[slot]
    if left >= 0:
        state.after[left] = right
    else:
        state.head[person] = right
    if right >= 0:
        state.before[right] = left
    state.held[person] -= 1
    state.load[person] -= field.size[field.item[slot]]
    state.who[slot] = NONE


@inner
def count_pieces(state: State, field: Field, person: int) -> int:
    """Count the pieces a person's items fall into.

    Parameters
    ----------
    state : State
        The roster.
    field : Field
        With neighbours.
    person : int
        Whose.

    Returns
    -------
    int
        0 without items.
    """
    state.clock[0] += 2
    held, seen = state.clock[0], state.clock[0] + 1
    slot = state.head[person]
    while slot >= 0:
        state.mark[field.item[slot]] = held
        slot = state.after[slot]
    pieces = 0
    slot = state.head[person]
    while slot >= 0:
        start = field.item[slot]
        slot = state.after[slot]
        if state.mark[start] != held:
            continue
        pieces += 1
        state.mark[start], state.stack[0], top = seen, start, 1
        while top > 0:
            top -= 1
            unit = state.stack[top]
            for k in range(field.indptr[unit], field.indptr[unit + 1]):
                other = field.indices[k]
                if state.mark[other] == held:
                    state.mark[other] = seen
                    state.stack[top] = other
                    top += 1
    return pieces


@inner
def count_all(state: State, field: Field) -> None:
    """Count the pieces of every beat anew.

    Parameters
    ----------
    state : State
        Changed in place.
    field : Field
        The task.
    """
    for person in range(len(field.capacity) if len(field.indices) > 0 else 0):
        state.pieces[person] = count_pieces(state, field, person)


@inner
def surplus(state: State, person: int) -> int:
    """Count the pieces of a beat beyond the first.

    Parameters
    ----------
    state : State
        The roster.
    person : int
        Whose; -1 has none.

    Returns
    -------
    int
        At least 0.
    """
    return 0 if person < 0 else max(0, state.pieces[person] - 1)


@inner
def person_cost(state: State, field: Field, person: int) -> float:
    """Price of a person's load and of the pieces of the beat.

    Parameters
    ----------
    state : State
        The roster.
    field : Field
        The task.
    person : int
        Whose.

    Returns
    -------
    float
        Metres.
    """
    cost = field.steep[person] * (state.load[person] - field.fair[person]) ** 2
    cost += field.over * max(0.0, state.load[person] - field.capacity[person])
    return cost + field.broken * surplus(state, person)


@inner
def pair_cost(field: Field, slot: int, person: int) -> float:
    """Price of a slot with a person, or without.

    Parameters
    ----------
    field : Field
        The task.
    slot, person : int
        Which, and who; -1 for nobody.

    Returns
    -------
    float
        Metres.
    """
    cost: float = field.missing if person < 0 else field.price[field.item[slot], person]
    return cost


@inner
def total_cost(state: State, field: Field) -> float:
    """Cost of a roster.

    Parameters
    ----------
    state : State
        The roster.
    field : Field
        The task.

    Returns
    -------
    float
        Metres.
    """
    cost = 0.0
    for slot in range(len(field.item)):
        cost += pair_cost(field, slot, state.who[slot])
    for person in range(len(field.capacity)):
        cost += person_cost(state, field, person)
    return cost


@door
def set_up(state: State, field: Field, who: Ints) -> float:
    """Give free slots to persons and count the pieces of their beats.

    Parameters
    ----------
    state : State
        Empty; changed in place.
    field : Field
        The task.
    who : int64[n_slots]
        Person of each slot, -1 for nobody.

    Returns
    -------
    float
        Cost of the roster, in metres.
    """
    for slot in range(len(who)):
        link(state, field, slot, who[slot])
    count_all(state, field)
    return total_cost(state, field)
