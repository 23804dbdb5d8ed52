"""Beats: contiguous groups of grids, drawn by the partition engine and anchored where officers have their place."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from gridplan.deployment.bound import bound_cost
from gridplan.deployment.flow import relax, solve_flow
from gridplan.deployment.ground import Floats, Ints
from gridplan.deployment.kernels.state import Field, count_pieces, total_cost
from gridplan.deployment.polish import choose_windows, polish
from gridplan.deployment.search import PROVEN, Effort, improve, make_field, make_state, round_down, settle
from gridplan.deployment.task import Posting, Task, fair_shares, sort_pairs
from gridplan.errors import GridplanError
from gridplan.partition import partition_graph

EXACT: Final = 150
"""Regions of at most so many grids are drawn with exactly as many beats as there are officers."""

TRIES: Final = 4
"""Searches for a roster without a broken beat."""

LARGE: Final = 1_500
"""Regions of more grids are drawn subdistrict by subdistrict."""

BANDS: Final = ((0.8, 1.2), (0.5, 1.5), (0.0, 3.0))
"""Loads of a beat, in fair shares, that the engine is asked for; the next where the first cannot be met."""


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
    state = make_state(field, who)
    cost = float(total_cost(state, field))
    if task.counted:
        low = solve_flow(task).bound
    else:
        plain = make_field(task)
        low = max(relaxed.cost, bound_cost(task, plain, relaxed.item_dual, cost, effort.steps))
    low = min(low, cost)
    slots = np.flatnonzero(who >= 0)
    item, person = sort_pairs(field.item[slots], who[slots])
    pieces = np.array([count_pieces(state, field, p) for p in range(len(field.capacity))], dtype=np.int64)
    return Posting(
        item=item, person=person, bound=low, proven=cost - low <= PROVEN * abs(cost), method="beats", pieces=pieces
    )


def _hold_together(field: Field, who: Ints, rng: np.random.Generator, effort: Effort) -> Ints:
    """Search until every grid is served and every beat is one piece, some times at most."""
    for _ in range(TRIES):
        who = improve(field, who, rng, replace(effort, moves=effort.moves // 2, runs=1))
        if (who >= 0).all() and (make_state(field, who).pieces <= 1).all():
            return who
    bare = int((who < 0).sum())
    if bare:
        windows = choose_windows(field, who, rng, min(bare, 2 * effort.windows))
        who = improve(field, settle(field, polish(field, who, windows))[0], rng, effort)
    return who


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
    fair = fair_shares(task)
    for items, persons in _regions(task):
        inner = edges[np.isin(edges, items).all(axis=1)]
        place = np.searchsorted(items, inner)
        part = _draw(place, task.size[items], xy[items], subdistrict[items], len(persons), float(fair[persons].mean()))
        if part is None:
            continue
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


def _draw(edges: Ints, weight: Floats, xy: Floats, subdistrict: Ints, officers: int, fair: float) -> Ints | None:
    """Divide a region into compact beats, balanced as far as that can be.

    Small regions get exactly as many as there are officers; in larger ones the number follows from the fair load.
    """
    n = len(weight)
    area = subdistrict if n > LARGE else np.zeros(n, np.int64)
    same = edges[area[edges[:, 0]] == area[edges[:, 1]]]
    links = csr_matrix((np.ones(len(same)), (same[:, 0], same[:, 1])), shape=(n, n))
    count, piece = connected_components(links, directed=False)
    if n > EXACT:
        low, high = BANDS[0]
        found = partition_graph(
            same, weight, xy=xy, communities=piece, effort="fast", jobs=1, target=fair, lower=low * fair,
            upper=high * fair,
        )  # fmt: skip
        return found.labels.astype(np.int64)
    parts = _share_out(np.bincount(piece, weight, count), np.bincount(piece, minlength=count), officers)
    if parts is None:
        return None
    for low, high in BANDS:
        try:
            found = partition_graph(
                same, weight, xy=xy, communities=piece, parts=parts, objective="inertia", effort="fast", jobs=1,
                target=fair, lower=low * fair, upper=high * fair,
            )  # fmt: skip
        except GridplanError:
            continue
        return found.labels.astype(np.int64)
    return None


def _share_out(weight: Any, size: Any, officers: int) -> dict[int, int] | None:  # noqa: ANN401 - counts
    """Give each piece of a region its share of the officers: at least one, at most one a grid."""
    if len(weight) > officers:
        return None
    parts = np.ones(len(weight), np.int64)
    for _ in range(min(officers, int(size.sum())) - len(weight)):
        load = np.where(parts < size, weight / parts, -1.0)
        parts[int(load.argmax())] += 1
    return {k: int(p) for k, p in enumerate(parts)}


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
