"""What grids are asked of a piece, and the scratch of the kernels that look for them."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gridplan.partition.kernels.arrays import WEIGHT, Bag, Cells, Field, Floats, Graph, Quest
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.kernels.knapsack import MIXED_IN, NONE_IN, STATES
from gridplan.partition.kernels.sets import N_PRICED, ORDER, WORD

SIDE_M: Final = 45.0
"""Side of the cells by which grids are looked for."""

BUCKETS: Final = 1_000
"""Buckets of weight at most; more households, or broken numbers, are rounded to them, and the bound allows for it."""


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
        Kinds of grids, neighbours as bits, buckets of weight.
    """
    low, high = field.lowest[-1], field.highest[-1]
    graph, firm = field.graph, field.firm
    compound, weight = graph.compound[:firm], graph.units[:firm, WEIGHT]
    none, met = np.flatnonzero(compound < 0), list(dict.fromkeys(compound[compound >= 0].tolist()))
    own = {c: np.flatnonzero(compound == c) for c in met}
    kinds = [(NONE_IN, none)] * (len(none) > 0) + [(c, np.append(none, own[c])) for c in met]
    if len(met) > 1:
        kinds.append((MIXED_IN, np.concatenate([none, *(own[c] for c in met)])))
    top = float(field.highest.max())
    whole = bool((weight == np.round(weight)).all()) and top <= BUCKETS
    bucket = 1.0 if whole else top / BUCKETS
    most = int(min(firm, top / max(float(weight[weight > 0].min()), SLACK) + 1.0))
    return Quest(
        kinds=np.array([kind for kind, _ in kinds], np.int64),
        begin=np.cumsum([0, *(len(units) for _, units in kinds)]).astype(np.int64),
        order=np.concatenate([units for _, units in kinds]).astype(np.int64), near=near_bits(graph, firm),
        mass=np.round(weight / bucket).astype(np.int64), ordinary=np.array([low, high]), bucket=bucket,
        spread=0.0 if whole else float(most), side=SIDE_M,
        by_load=float(np.array_equal(graph.units[:, 0], graph.units[:, 1])), tolls=float((graph.border > 0).any()),
    )  # fmt: skip


def make_bag(quest: Quest, n: int, firm: int, top: float) -> Bag:
    """Allocate the scratch of the pricing.

    Parameters
    ----------
    quest : Quest
        What is asked.
    n, firm : int
        Units, and those with households.
    top : float
        Most households of any grid.

    Returns
    -------
    Bag
        Zeros, and the units in order.
    """
    words, wide = quest.near.shape[1], int(top / quest.bucket + quest.spread) + 3
    whole = np.zeros((11, n + 2), np.int64)
    whole[ORDER, :firm] = np.arange(firm)
    return Bag(
        whole=whole, real=np.zeros((4, n + 2)), sets=np.zeros((firm + 2, words), np.int64),
        out=np.zeros(N_PRICED), ends=np.zeros((2, wide)),
        table=np.zeros((STATES, firm + 2, wide), np.float32),
    )  # fmt: skip


def make_cells(k: int, firm: int, buckets: int) -> Cells:
    """Allocate what growing sets keeps by frame.

    Parameters
    ----------
    k, firm, buckets : int
        Frames, units that are not idle, and buckets of weight.

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
