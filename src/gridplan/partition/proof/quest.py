"""What grids are asked of a piece, and the scratch of the kernels that look for them."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gridplan.partition.kernels.arrays import LOADED, WEIGHT, Bag, Cells, Field, Floats, Graph, Ints, Quest
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.kernels.knapsack import MIXED_IN, NONE_IN, STATES
from gridplan.partition.kernels.loads import HEAVY, LIGHT, N_DENSE, OFF, OVER, UNDER
from gridplan.partition.kernels.sets import N_PRICED, N_REAL, ORDER, WORD

NEVER: Final = 1e300
"""Least load a household of a set where there are no units for it."""

SIDE_M: Final = 45.0
"""Side of the cells by which grids are looked for."""

BUCKETS: Final = 1_000
"""Buckets of load at most; more of it, or broken numbers, are rounded to them, and the bound allows for it."""


def near_bits(graph: Graph, firm: int) -> NDArray[np.int64]:
    """Give each unit with households its neighbours as bits, those beyond units without households among them.

    Parameters
    ----------
    graph : Graph
        Piece, units with households first.
    firm : int
        Units with households.

    Returns
    -------
    int64[firm, words]
        Neighbours of each, `WORD` to a word.
    """
    n = len(graph.compound)
    matrix = csr_array((np.ones(len(graph.indices)), graph.indices, graph.indptr), shape=(n, n))
    near = matrix[:firm, :firm].toarray() > 0
    inner: Any = matrix[firm:, firm:]
    _, island = connected_components(inner, directed=False)
    idle = np.arange(n - firm)
    # sparse, as products of dense matrices wake threads of their library that go on spinning
    shore = matrix[:firm, firm:] @ csr_array((np.ones(n - firm), (idle, island)), shape=(n - firm, n - firm))
    near |= (shore @ shore.T).toarray() > 0
    bits = np.zeros((firm, -(-firm // WORD)), np.int64)
    for unit, other in zip(*np.nonzero(near), strict=True):
        bits[unit, other // WORD] |= 1 << int(other % WORD)
    return bits


def make_quest(field: Field) -> Quest:
    """Prepare what is asked of a piece.

    Parameters
    ----------
    field : Field
        The piece; its anchors stand first.

    Returns
    -------
    Quest
        Kinds of grids, neighbours as bits, buckets of load.
    """
    graph, firm = field.graph, field.firm
    compound, weight, load = graph.compound[:firm], graph.units[:firm, WEIGHT], graph.units[:firm, LOADED]
    none, met = np.flatnonzero(compound < 0), list(dict.fromkeys(compound[compound >= 0].tolist()))
    own = {c: np.flatnonzero(compound == c) for c in met}
    kinds = [(NONE_IN, none)] * (len(none) > 0) + [(c, np.append(none, own[c])) for c in met]
    if len(met) > 1:
        kinds.append((MIXED_IN, np.concatenate([none, *(own[c] for c in met)])))
    dense, held = _densities(field, int(compound.max(initial=-1)) + 1), graph.units[: field.anchors]
    rest = np.append(field.highest[:-1] - held[:, WEIGHT], field.highest[-1])
    top = max(float((np.append(held[:, LOADED], 0.0) + dense[-1, HEAVY] * rest + dense[-1, OVER]).max()), SLACK)
    bucket = 1.0 if (load == np.round(load)).all() and top <= BUCKETS else top / BUCKETS
    mass = np.round(load / bucket)
    error = load - mass * bucket
    dense[:, OFF] = [_most_off(field, error, row, len(dense) - 2) for row in range(len(dense))]
    return Quest(
        kinds=np.array([kind for kind, _ in kinds], np.int64),
        begin=np.cumsum([0, *(len(units) for _, units in kinds)]).astype(np.int64),
        order=np.concatenate([units for _, units in kinds]).astype(np.int64), near=near_bits(graph, firm),
        mass=mass.astype(np.int64), error=error, ordinary=np.array([field.lowest[-1], field.highest[-1]]),
        dense=dense, lightest=float((load[weight > 0] / weight[weight > 0]).min()),
        uneven=float(not np.array_equal(weight, load) or error.any()), bucket=bucket,
        blur=0.5 * bucket if error.any() else 0.0, top=top, side=SIDE_M,
        tolls=float((graph.border > 0).any()),
    )  # fmt: skip


def grown_quest(quest: Quest, side: float) -> Quest:
    """Ask for sets that are grown, of which load and households are known exactly, in cells of a side in metres."""
    dense = quest.dense.copy()
    dense[:, OFF] = 0.0
    dense[-2:, OFF] = quest.blur
    return quest._replace(side=side, dense=dense, error=np.zeros_like(quest.error))


def _densities(field: Field, c: int) -> Floats:
    """Tell between which numbers load lies by households, for each of c compounds, for units of none, and for all."""
    units, dense, low, high = field.graph.units, np.zeros((c + 2, N_DENSE)), field.lowest[-1], field.highest[-1]
    for row in range(len(dense)):
        mine = units[_of_row(field, row, c)]
        if len(mine) == 0:
            dense[row, LIGHT] = NEVER
            continue
        weight, load = mine[:, WEIGHT], mine[:, LOADED]
        order = np.argsort(load / weight)
        up, down = (np.cumsum(weight[turn]) for turn in (order, order[::-1]))
        # a set of the fewest households holds least where its lightest units come first, the last of them in part
        light, heavy = (
            load[unit] / weight[unit]
            for unit in (order[min(np.searchsorted(up, low), len(mine) - 1)],
                         order[::-1][min(np.searchsorted(down, high), len(mine) - 1)])
        )  # fmt: skip
        dense[row, [HEAVY, OVER]] = heavy, np.maximum(load - heavy * weight, 0.0).sum()
        dense[row, [LIGHT, UNDER]] = light, np.maximum(light * weight - load, 0.0).sum()
    return dense


def _of_row(field: Field, row: int, c: int) -> Ints:
    """List the units with households but the anchors: those of a compound, of none, or all."""
    own, free = field.graph.compound[: field.firm], field.graph.units[: field.firm, WEIGHT] > 0
    free[: field.anchors] = False
    return np.flatnonzero(free & (own == row if row < c else own < 0 if row == c else True))


def _most_off(field: Field, error: Floats, row: int, c: int) -> float:
    """Tell by how much the buckets of a set may miss its load: those that do most by households fill it first."""
    mine = _of_row(field, row, c)
    weight, off = field.graph.units[mine, WEIGHT], np.abs(error[mine])
    order = np.argsort(-off / weight, kind="stable")
    held = np.append(0.0, np.cumsum(weight[order]))
    return float(np.interp(field.highest.max(), held, np.append(0.0, np.cumsum(off[order]))))


def make_bag(quest: Quest, n: int, firm: int) -> Bag:
    """Allocate the scratch of the pricing.

    Parameters
    ----------
    quest : Quest
        What is asked.
    n, firm : int
        Units, and those with households.

    Returns
    -------
    Bag
        Zeros, and the units in order.
    """
    words, wide = quest.near.shape[1], int((quest.top + 2.0 * quest.dense[-1, OFF]) / quest.bucket) + 3
    whole = np.zeros((11, n + 2), np.int64)
    whole[ORDER, :firm] = np.arange(firm)
    return Bag(
        whole=whole, real=np.zeros((N_REAL, n + 2)), sets=np.zeros((firm + 2, words), np.int64),
        out=np.zeros(N_PRICED), ends=np.zeros(wide),
        table=np.zeros((STATES, firm + 2, wide), np.float32),
    )  # fmt: skip


def make_cells(k: int, firm: int, buckets: int) -> Cells:
    """Allocate what growing sets keeps by frame.

    Parameters
    ----------
    k, firm, buckets : int
        Frames, units that are not idle, and buckets of load.

    Returns
    -------
    Cells
        Zeros.
    """
    return Cells(
        lack=np.zeros((firm, k)), pays=np.zeros((firm, k)), ends=np.zeros((buckets, k)),
        rate=np.zeros(k), choice=np.zeros(k, np.int64),
        bends=np.zeros(buckets + 1, np.int64), place=np.zeros((2, k, 2)), among=np.zeros((2, k), np.int64),
        total=np.zeros((firm + 2, k)), alive=np.zeros((firm + 2, k), np.int64),
    )  # fmt: skip


def cell_centres(field: Field, side: float) -> Floats:
    """Lay square cells over the places where the centre of a grid can lie, in rows to and fro.

    Parameters
    ----------
    field : Field
        Piece of n units.
    side : float
        Side of a cell, metres.

    Returns
    -------
    float64[c, 2]
        Centres of the cells, in metres.
    """
    across, up = (np.arange(v.min(), v.max() + side, side) for v in (field.x[: field.firm], field.y[: field.firm]))
    x = np.tile(across, (len(up), 1))
    x[1::2] = x[1::2, ::-1]
    return np.stack([x.ravel(), np.repeat(up, len(across))], axis=1)
