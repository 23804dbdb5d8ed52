"""Moves of a roster: a slot to another person, exchanges, and chains over a third person."""

import numpy as np

from gridplan.deployment.kernels.state import (
    NONE,
    Field,
    State,
    count_all,
    count_pieces,
    link,
    pair_cost,
    surplus,
    unlink,
)
from gridplan.partition.kernels.compiling import inner


@inner
def may_take(state: State, field: Field, slot: int, person: int, freed: float, leaving: int) -> bool:
    """Tell whether a person may take a slot once so much is freed.

    Parameters
    ----------
    state : State
        The roster.
    field : Field
        The task.
    slot, person : int
        Which, and who; nobody may take any.
    freed : float
        Load that leaves the person in the same move.
    leaving : int
        Slot that leaves the person; -1 for none.

    Returns
    -------
    bool
        In scope, not yet at the item, and with room.
    """
    if person < 0:
        return True
    unit = field.item[slot]
    if not np.isfinite(field.price[unit, person]):
        return False
    if field.over == 0.0 and state.load[person] - freed + field.size[unit] > field.capacity[person] + 1e-9:
        return False
    for other in range(field.first[unit], field.first[unit + 1]):
        if other not in (slot, leaving) and state.who[other] == person:
            return False
    return True


@inner
def load_change(state: State, field: Field, person: int, added: float) -> float:
    """Price a change of the load of a person.

    Parameters
    ----------
    state : State
        The roster.
    field : Field
        The task.
    person : int
        Whose; -1 costs nothing.
    added : float
        Load that comes, or goes if negative.

    Returns
    -------
    float
        Metres.
    """
    if person < 0:
        return 0.0
    load, room = state.load[person], field.capacity[person]
    change = field.steep[person] * added * (2.0 * (load - field.fair[person]) + added)
    return change + field.over * (max(0.0, load + added - room) - max(0.0, load - room))


@inner
def price_move(state: State, field: Field, slot: int, person: int, other: int, third: int) -> float:
    """Price the move of `try_move` where beats need not be contiguous.

    Parameters
    ----------
    state : State
        The roster.
    field : Field
        The task.
    slot, person : int
        What goes to whom.
    other, third : int
        What goes from that person to whom in turn.

    Returns
    -------
    float
        Metres.
    """
    giver, size = state.who[slot], field.size[field.item[slot]]
    change = pair_cost(field, slot, person) - pair_cost(field, slot, giver)
    if other < 0:
        return change + load_change(state, field, giver, -size) + load_change(state, field, person, size)
    back = field.size[field.item[other]]
    change += pair_cost(field, other, third) - pair_cost(field, other, person)
    change += load_change(state, field, person, size - back)
    if third == giver:
        return change + load_change(state, field, giver, back - size)
    return change + load_change(state, field, giver, -size) + load_change(state, field, third, back)


@inner
def try_move(state: State, field: Field, slot: int, person: int, other: int, third: int, heat: float) -> float:
    """Give a slot to a person and, at once, one of that person's slots to a third; undo it when it does not pay.

    Parameters
    ----------
    state : State
        Changed in place.
    field : Field
        The task.
    slot, person : int
        What goes to whom.
    other, third : int
        What goes from that person to whom in turn; -1 for nothing, and for nobody.
    heat : float
        A move may cost less than this.

    Returns
    -------
    float
        What the roster costs more now; infinite where the move was undone.
    """
    giver = state.who[slot]
    change = price_move(state, field, slot, person, other, third)
    contiguous = len(field.indices) > 0
    spare = surplus(state, giver) + surplus(state, person)
    if other >= 0 and third != giver:
        spare += surplus(state, third)
    if change - field.broken * spare >= heat:
        return np.inf
    hand_on(state, field, slot, person, other, third)
    if not contiguous:
        return change
    mine = count_pieces(state, field, person)
    his = count_pieces(state, field, giver) if giver >= 0 else 0
    its = count_pieces(state, field, third) if other >= 0 and third >= 0 and third != giver else 0
    change += field.broken * (max(0, mine - 1) + max(0, his - 1) + max(0, its - 1) - spare)
    if change < heat:
        state.pieces[person] = mine
        if giver >= 0:
            state.pieces[giver] = his
        if other >= 0 and third >= 0 and third != giver:
            state.pieces[third] = its
        return change
    unlink(state, field, slot)
    if other >= 0:
        unlink(state, field, other)
        link(state, field, other, person)
    link(state, field, slot, giver)
    return np.inf


@inner
def hand_on(state: State, field: Field, slot: int, person: int, other: int, third: int) -> None:
    """Make a move.

    Parameters
    ----------
    state : State
        Changed in place.
    field : Field
        The task.
    slot, person : int
        What goes to whom.
    other, third : int
        What goes from that person to whom in turn; -1 for nothing, and for nobody.
    """
    unlink(state, field, slot)
    if other >= 0:
        unlink(state, field, other)
        link(state, field, other, third)
    link(state, field, slot, person)


@inner
def improve_slot(state: State, field: Field, slot: int, person: int) -> bool:
    """Try to give a slot to a person in any way that pays.

    Parameters
    ----------
    state : State
        Changed in place.
    field : Field
        The task.
    slot, person : int
        What, and to whom.

    Returns
    -------
    bool
        Whether something was changed.
    """
    unit, giver = field.item[slot], state.who[slot]
    if person == giver or not may_take(state, field, slot, person, np.inf, NONE):
        return False
    if may_take(state, field, slot, person, 0.0, NONE) and (
        try_move(state, field, slot, person, NONE, NONE, -1e-6) < np.inf
    ):
        return True
    other = state.head[person]
    while other >= 0:
        following = state.after[other]
        freed = field.size[field.item[other]]
        if may_take(state, field, slot, person, freed, other):
            if (giver < 0 or may_take(state, field, other, giver, field.size[unit], slot)) and (
                try_move(state, field, slot, person, other, giver, -1e-6) < np.inf
            ):
                return True
            if len(field.indices) > 0:  # chains of beats break more than they save
                other = following
                continue
            step = pair_cost(field, slot, person) - pair_cost(field, slot, giver) - pair_cost(field, other, person)
            for rank in range(field.near.shape[1]):
                third = field.near[field.item[other], rank]
                if third < 0 or step + field.price[field.item[other], third] > field.pull:
                    break
                if third in (person, giver) or not may_take(state, field, other, third, 0.0, NONE):
                    continue
                if try_move(state, field, slot, person, other, third, -1e-6) < np.inf:
                    return True
        other = following
    return False


@inner
def surplus_without(state: State, field: Field, slot: int, person: int) -> int:
    """Count the pieces of a beat beyond the first once a slot has left it.

    Parameters
    ----------
    state : State
        Left as it is, but for the order of the person's slots.
    field : Field
        The task.
    slot, person : int
        Which, and whose.

    Returns
    -------
    int
        0 where beats need not be contiguous.
    """
    if len(field.indices) == 0:
        return 0
    unlink(state, field, slot)
    pieces = count_pieces(state, field, person)
    link(state, field, slot, person)
    return max(0, pieces - 1)


@inner
def strip(state: State, field: Field) -> None:
    """Take from every overloaded person slots that bring the load back into the capacity, at the rim of a beat.

    Parameters
    ----------
    state : State
        Changed in place.
    field : Field
        The task.
    """
    for person in range(len(field.capacity)):
        while state.load[person] > field.capacity[person] + 1e-9:
            excess = state.load[person] - field.capacity[person]
            worst, most, slot = NONE, -np.inf, state.head[person]
            while slot >= 0:
                following, size = state.after[slot], field.size[field.item[slot]]
                rank = min(size, excess) * 1e6 - max(0.0, size - excess)
                if size > 0 and rank > most:
                    rank -= size * surplus_without(state, field, slot, person)
                    if rank > most:
                        worst, most = slot, rank
                slot = following
            unlink(state, field, worst)
    count_all(state, field)
