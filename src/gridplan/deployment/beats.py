"""Beats: contiguous groups of grids, drawn by the partition engine and anchored where officers have their place."""

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from gridplan.deployment.flow import relax, solve_flow
from gridplan.deployment.ground import Floats, Ints
from gridplan.deployment.kernels.state import Field
from gridplan.deployment.polish import PERSONS, choose_windows, polish
from gridplan.deployment.search import (
    PROVEN,
    Effort,
    bound_weighted,
    improve,
    make_field,
    make_state,
    round_down,
    round_up,
    settle,
    shake,
)
from gridplan.deployment.task import Posting, Task, sort_pairs
from gridplan.partition import partition_graph

TRIES: Final = 8
"""Searches around broken beats for a roster without any."""

RINGS: Final = 2
"""How far they reach: officers near a broken beat, and those near their grids."""

HEAT: Final = 4.0
"""How much hotter they begin than a search everywhere: a chain of exchanges may cost much on the way."""

STRICT: Final = (1 / 16, 4.0)
"""What an overload costs in the first of them, in its usual price, and how much dearer each next one makes it."""

SHAKES: Final = (12, 300)
"""Times that a roster with faults is stirred around them and mended again: at least, and at most where that is little
work. On a large lattice one in three comes out whole."""

STIRRED: Final = 3_000
"""Slots stirred in all where that takes more than the least times."""

LOOSE: Final = ((1.0, 4.0), (0.25, 1.0, 4.0), (1 / 16,))
"""What an overload costs while stirring, in its usual price, stage by stage; taken in turn."""

LARGE: Final = 1_500
"""Regions of more grids are drawn subdistrict by subdistrict."""

BAND: Final = (0.8, 1.2)
"""Loads of a beat, in fair shares, that the engine is asked for."""


def solve_beats(
    task: Task, edges: Ints, xy: Floats, subdistrict: Ints, broken_m: float, rng: np.random.Generator, effort: Effort
) -> Posting:
    """Give every officer a contiguous group of grids, as far as the graph allows.

    Parameters
    ----------
    task : Task
        What is to be served; its items are grids.
    edges : int64[e, 2]
        Neighbouring grids, each pair once.
    xy : float64[n, 2]
        Centres of the grids, in metres.
    subdistrict : int64[n]
        Rank of the subdistrict of each grid.
    broken_m : float
        Metres that each piece of a beat beyond the first costs.
    rng : Generator
        Source of chance.
    effort : Effort
        How long.

    Returns
    -------
    Posting
        The bound is that of rosters without contiguity.
    """
    relaxed, field = relax(task), make_field(task, edges, broken_m)
    starts = [round_down(field, relaxed)]
    drawn = draw_beats(task, field, edges, xy, subdistrict)
    if drawn is not None:
        starts.append(drawn)
    settled = [settle(field, who) for who in starts]
    who = _hold_together(field, min(settled, key=lambda pair: pair[1])[0], rng, effort)
    state, cost = make_state(field, who)
    if task.counted:
        low = solve_flow(task).bound
    else:
        low = bound_weighted(task, make_field(task), relaxed, cost, int((who < 0).sum()), effort)
    low = min(low, cost)
    slots = np.flatnonzero(who >= 0)
    item, person = sort_pairs(field.item[slots], who[slots])
    return Posting(item=item, person=person, bound=low, proven=cost - low <= PROVEN * abs(cost), method="beats",
                   lacking=round_up(relaxed.lacking), pieces=state.pieces)  # fmt: skip


def _hold_together(field: Field, who: Ints, rng: np.random.Generator, effort: Effort) -> Ints:
    """Search everywhere, then around grids that lack an officer and beats that are broken, until there are none."""
    single = replace(effort, runs=1)
    who = improve(field, who, rng, replace(single, moves=effort.moves // 2))[0]
    who, cost = _mend(field, who, rng, single, range(TRIES))
    for k in range(SHAKES[1]):
        slots = _around_faults(field, who)
        if not len(slots):
            return who
        if k >= SHAKES[0] and k * len(slots) > STIRRED:
            break
        shaken = shake(field, who, rng, single, slots, LOOSE[k % len(LOOSE)])
        other, less = _mend(field, shaken, rng, single, range(TRIES // 2, TRIES))
        who, cost = (other, less) if less < cost else (who, cost)
    bare = int((who < 0).sum())
    if bare:
        windows = choose_windows(field, who, rng, min(bare, 2 * effort.windows))
        other, less = improve(field, polish(field, who, windows), rng, single, slots=_around_faults(field, who))
        who = other if less < cost else who
    return who


def _mend(field: Field, who: Ints, rng: np.random.Generator, single: Effort, tries: range) -> tuple[Ints, float]:
    """Search around what is wrong, with overloads dearer at each try."""
    cost = settle(field, who)[1]
    for k in tries:
        slots = _around_faults(field, who)
        if not len(slots):
            break
        who, cost = improve(field, who, rng, single, slots=slots, strict=STRICT[0] * STRICT[1] ** k, heat=HEAT)
    return who, cost


def _around_faults(field: Field, who: Ints) -> Ints:
    """Slots that lack an officer or lie in a broken beat, and those of the officers nearby; empty where all is well."""
    broken = np.flatnonzero(make_state(field, who)[0].pieces > 1)
    found = (who < 0) | np.isin(who, broken)
    for _ in range(RINGS if found.any() else 0):
        near = field.near[field.item[found], :PERSONS]
        found |= np.isin(who, near[near >= 0])
    return np.flatnonzero(found)


def draw_beats(task: Task, field: Field, edges: Ints, xy: Floats, subdistrict: Ints) -> Ints | None:
    """Draw beats with the partition engine and match them with officers by the length of their ways.

    Parameters
    ----------
    task : Task
        What is to be served.
    field : Field
        The same for kernels.
    edges : int64[e, 2]
        Neighbouring grids.
    xy : float64[n, 2]
        Centres, in metres.
    subdistrict : int64[n]
        Rank of the subdistrict of each grid.

    Returns
    -------
    int64[n_slots] or None
        Person of each slot; None where officers share some grids and not others, or items need several persons.
    """
    if (task.need != 1).any():
        return None
    who = np.full(len(field.item), -1, np.int64)
    for items, persons in _regions(task):
        inner = edges[np.isin(edges, items).all(axis=1)]
        place = np.searchsorted(items, inner)
        room = float(task.capacity[persons].mean())
        part = _draw(place, task.size[items], xy[items], subdistrict[items], len(persons), room)
        who[items] = _match(task, items, persons, part)
    return who


def _regions(task: Task) -> list[tuple[Ints, Ints]]:
    """Grids that may be served by the same persons, where those serve no others."""
    firsts = np.unique(task.group, return_index=True)[1]
    reach = np.isfinite(task.price[:, firsts])
    rows, code = np.unique(reach, axis=0, return_inverse=True)
    code = code.ravel()
    regions = []
    for k, row in enumerate(rows):
        items = np.flatnonzero(code == k)
        groups = np.flatnonzero(row)
        own = [g for g in groups if reach[:, g].sum() == len(items)]
        if own:
            regions.append((items, np.flatnonzero(np.isin(task.group, task.group[firsts[own]]))))
    return regions


def _draw(edges: Ints, weight: Floats, xy: Floats, subdistrict: Ints, officers: int, room: float) -> Ints:
    """Divide a region into compact beats of about a fair load each, within the mean capacity where that is enough."""
    n, fair = len(weight), max(float(weight.sum()) / officers, float(weight.mean()))
    area = subdistrict if n > LARGE else np.zeros(n, np.int64)
    same = edges[area[edges[:, 0]] == area[edges[:, 1]]]
    links = csr_matrix((np.ones(len(same)), (same[:, 0], same[:, 1])), shape=(n, n))
    piece = connected_components(links, directed=False)[1]
    low, high = (share * fair for share in BAND)
    found = partition_graph(
        same, weight, xy=xy, communities=piece, effort="fast", jobs=1, target=fair, lower=low,
        upper=min(high, room) if room > fair else high,
    )  # fmt: skip
    return found.labels.astype(np.int64)


def _match(task: Task, items: Ints, persons: Ints, part: Ints) -> Ints:
    """Match beats and officers: short ways first, and no beat larger than a capacity if that can be."""
    count = int(part.max()) + 1
    ways = np.zeros((count, len(persons)))
    np.add.at(ways, part, task.price[np.ix_(items, persons)])
    load = np.bincount(part, task.size[items], count)
    surplus = np.maximum(load[:, None] - task.capacity[persons], 0.0)
    dear = float(ways.max()) + 1.0
    beat, officer = linear_sum_assignment(ways + dear * surplus / max(float(task.size.max()), 1e-9))
    owner = np.full(count, -1, np.int64)
    owner[beat] = persons[officer]
    return owner[part]
