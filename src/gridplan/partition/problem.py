"""The door of the core: checked arrays, and their division into pieces that can be planned apart."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from gridplan.config import EFFORTS, CostRules
from gridplan.errors import ConfigError, GraphError, first_three
from gridplan.language import join, say
from gridplan.partition.kernels.arrays import TARGET, UPPER, Floats, Graph, Ints

OBJECTIVES: Final = ("article19", "inertia", "cut_edges")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """The whole input as plain arrays, checked.

    Parameters
    ----------
    edges : int64[m, 2]
        Edges inside communities, each once.
    border : float64[m]
        Price of each edge inside a grid.
    weights, loads : float64[n]
        Households and load of each unit.
    xy : float64[n, 2]
        Metres; zeros where no places were given.
    compounds : int64[n]
        Compound of each unit, -1 for none.
    communities : int64[n]
        Community of each unit: any whole numbers.
    locked : int64[n]
        Units of equal label share a grid; below 0 is free.
    whole : int64[n]
        Units of equal label are one grid, and nobody else is in it; below 0 is free.
    apart : int64[k, 2]
        Pairs of units that share no grid.
    previous : int64[n]
        Grid of each unit in an old plan; below 0 for new units, and everywhere if there is no old plan.
    change : float
        Price of a target of households that leave their old grid.
    kind : int64[n]
        Size its grid has: row of `prices`. Units of different sizes share no grid.
    prices : float64[k, 9]
        Prices by size, as `kernels.arrays` orders them.
    """

    edges: NDArray[np.int64]
    border: Floats
    weights: Floats
    loads: Floats
    xy: Floats
    compounds: NDArray[np.int64]
    communities: NDArray[np.int64]
    locked: NDArray[np.int64]
    whole: NDArray[np.int64]
    apart: NDArray[np.int64]
    previous: NDArray[np.int64]
    change: float
    kind: NDArray[np.int64]
    prices: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A connected piece of one community, to be planned for itself.

    Parameters
    ----------
    units : int64[k]
        Its units in the whole graph, ascending.
    community : int
        Rank of its community.
    of : float
        Households of the whole community whose grids have this size.
    graph : Graph
        Its arrays.
    price : float64[9]
        Prices of its grids.
    """

    units: NDArray[np.int64]
    community: int
    of: float
    graph: Graph
    price: Floats


def price_vector(cost: CostRules, target: float, lower: float, upper: float, *, with_xy: bool) -> Floats:
    """Turn the prices of a rule file into the vector the kernels read.

    Parameters
    ----------
    cost : CostRules
        Prices of the terms.
    target, lower, upper : float
        Households a grid should hold, and the fewest and the most.
    with_xy : bool
        Whether units have places; without them there is no inertia.

    Returns
    -------
    float64[9]
        Ordered as in `kernels.arrays`.
    """
    step = target / 5
    inertia = cost.inertia / (target * cost.spread_m**2) if with_xy else 0.0
    return np.array(
        [lower, upper, target, cost.outside, cost.outside / step, cost.load / step, cost.compound,
         cost.mixed / target, inertia]
    )  # fmt: skip


def price_sizes(
    cost: CostRules, sizes: ArrayLike | None, own: tuple[float, float, float], n: int, *, with_xy: bool
) -> tuple[NDArray[np.int64], Floats]:
    """Turn the sizes of units into prices.

    Parameters
    ----------
    cost : CostRules
        Prices of the terms.
    sizes : float[n, 3] or None
        As in `partition_graph`.
    own : tuple of float
        target, lower and upper where there are no sizes.
    n : int
        Units.
    with_xy : bool
        Whether units have places.

    Returns
    -------
    int64[n], float64[k, 9]
        Size of each unit, and the prices of each size; a grid without a size costs nothing.

    Raises
    ------
    GraphError
        If sizes are out of order.
    """
    if sizes is None:
        return np.zeros(n, np.int64), price_vector(cost, *own, with_xy=with_xy)[None]
    array = np.asarray(sizes, np.float64)
    if array.shape != (n, 3):
        _fail("sizes", say("{count} values", count=f"{n} x 3"), say("shape {shape}", shape=array.shape))
    target, lower, upper = array.T
    free = np.asarray(np.isnan(array).all(axis=1))
    wrong = np.flatnonzero(~free & ~((lower > 0) & (lower <= target) & (target <= upper) & (upper < np.inf)))
    if wrong.size:
        _fail("sizes", say("0 < lower <= target <= upper"), say("others at {ids}", ids=first_three(wrong)))
    rows, kind = np.unique(np.where(free[:, None], 0.0, array), axis=0, return_inverse=True)
    nothing = np.zeros(9)
    nothing[[UPPER, TARGET]] = np.inf, 1.0
    prices = [price_vector(cost, *row, with_xy=with_xy) if row[0] > 0 else nothing for row in rows.tolist()]
    return kind.ravel().astype(np.int64), np.array(prices or [nothing])


def check_options(objective: str, effort: str, time_limit: float | None, jobs: int | None) -> None:
    """Check the options that are no arrays, the band left out.

    Parameters
    ----------
    objective, effort : str
        As in `partition_graph`.
    time_limit, jobs : float or None, int or None
        As in `partition_graph`.

    Raises
    ------
    ConfigError
        If one has a value that cannot be used.
    """
    for name, value, known in (("objective", objective, OBJECTIVES), ("effort", effort, EFFORTS)):
        if value not in known:
            raise ConfigError(
                say(
                    "partition, {name}: need one of {names}, found {value!r}; correct it",
                    name=name,
                    names=join(known),
                    value=value,
                )
            )
    if time_limit is not None and not time_limit >= 0:
        raise ConfigError(
            say(
                "partition, time_limit: need seconds >= 0 or None, found {time_limit}; correct it",
                time_limit=time_limit,
            )
        )
    if jobs is not None and jobs < 1:
        raise ConfigError(say("partition, jobs: need at least 1 or None, found {jobs}; correct it", jobs=jobs))


def check_band(target: float | None, lower: float, upper: float) -> None:
    """Check the sizes of grids asked for.

    Parameters
    ----------
    target : float or None
        As in `partition_graph`; None where every community has its number of grids, and no target is read.
    lower, upper : float
        As in `partition_graph`.

    Raises
    ------
    ConfigError
        If they are not in order.
    """
    if target is None and not 0 <= lower <= upper < np.inf:
        raise ConfigError(
            say(
                "partition, size: need 0 <= lower <= upper, found {lower}, {upper}; correct them",
                lower=lower,
                upper=upper,
            )
        )
    if target is not None and not 0 < lower <= target <= upper < np.inf:
        raise ConfigError(
            say(
                "partition, size: need 0 < lower <= target <= upper, found {lower}, {target}, {upper}; correct them",
                lower=lower,
                target=target,
                upper=upper,
            )
        )


def read_communities(weights: ArrayLike, communities: ArrayLike | None) -> NDArray[np.int64]:
    """Check the communities alone, since what else is needed depends on them.

    Parameters
    ----------
    weights, communities : array-like, array-like or None
        As in `partition_graph`.

    Returns
    -------
    int64[n]
        Community of each unit, 0 where none were given.

    Raises
    ------
    GraphError
        If weights or communities cannot be used.
    """
    n = len(_vector("weights", weights, None))
    return np.zeros(n, np.int64) if communities is None else _integers("communities", communities, n)


def check_input(
    edges: ArrayLike, weights: ArrayLike, *, xy: ArrayLike | None, compounds: ArrayLike | None,
    communities: ArrayLike | None, border: ArrayLike | None, border_weight: float, price: Floats,
    kind: Ints | None = None,
    locked: ArrayLike | None = None, whole: ArrayLike | None = None, apart: ArrayLike | None = None,
    load: ArrayLike | None = None,
    previous: ArrayLike | None = None, change: float = 0.0,
) -> Problem:  # fmt: skip
    """Check the arrays at the door.

    Parameters
    ----------
    edges, weights, xy, compounds, communities, border, border_weight : array-like or None
        As in `partition_graph`.
    locked, whole, apart, load, previous, change : array-like or None
        As in `partition_graph`; the last is the price of change.
    price, kind : float64[9] or float64[k, 9], int64[n] or None
        Prices, or those of each size, and the size of each unit.

    Returns
    -------
    Problem
        Plain arrays; edges between communities or sizes, and to grids that are drawn already, are left out.

    Raises
    ------
    GraphError
        If shapes, ids or values contradict one another.
    """
    w = _vector("weights", weights, None)
    n = len(w)
    ends = _edges(edges, n)
    borders = np.zeros(len(ends)) if border is None else _vector("border", border, len(ends))
    home = read_communities(w, communities)
    places = np.zeros((n, 2)) if xy is None else _places(xy, n)
    drawn = np.full(n, -1) if whole is None else np.maximum(_integers("whole", whole, n), -1)
    pairs = np.zeros((0, 2), np.int64) if apart is None else _edges(apart, n, "apart")
    prices = np.atleast_2d(price)
    kind = np.zeros(n, np.int64) if kind is None else kind
    bare = np.flatnonzero(np.isinf(prices[kind, UPPER]) & (drawn < 0))
    if bare.size:
        _fail("sizes", say("sizes of all units but those of grids drawn already"),
              say("none at {ids}", ids=first_three(bare)))  # fmt: skip
    a, b = ends.T
    inside = (home[a] == home[b]) & (drawn[a] == drawn[b]) & ((kind[a] == kind[b]) | (drawn[a] >= 0))
    return Problem(
        edges=ends[inside], border=borders[inside] * border_weight, weights=w,
        loads=w if load is None else _scale_load(_vector("load", load, n), w), xy=places,
        compounds=np.full(n, -1) if compounds is None else _integers("compounds", compounds, n),
        communities=home, locked=np.full(n, -1) if locked is None else _integers("locked", locked, n),
        whole=drawn, apart=pairs, change=change, kind=kind, prices=prices,
        previous=np.full(n, -1) if previous is None else np.maximum(_integers("previous", previous, n), -1),
    )  # fmt: skip


def _scale_load(load: Floats, weights: Floats) -> Floats:
    """Bring the load to the total of the households; units without households bear none."""
    borne = np.where(weights > 0, load, 0.0)
    total = float(borne.sum())
    if total <= 0 < weights.sum():
        _fail("load", say("a load above 0 on some unit with households"), say("none"))
    return borne * (float(weights.sum()) / total) if total > 0 else borne


def _fail(where: str, need: str, found: str) -> None:
    raise GraphError(
        say("partition, {where}: need {need}, found {found}; correct the input", where=where, need=need, found=found)
    )


def _vector(name: str, values: ArrayLike, size: int | None) -> Floats:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.full((1, 1), np.nan)
    if array.ndim != 1 or (size is not None and len(array) != size):
        _fail(
            name,
            say("{count} numbers", count=size) if size is not None else say("one number each"),
            say("shape {shape}", shape=array.shape),
        )
    wrong = np.flatnonzero(~(array >= 0) | np.isinf(array))
    if wrong.size:
        _fail(name, say("finite numbers >= 0"), say("others at {ids}", ids=first_three(wrong)))
    return array


def _integers(name: str, values: ArrayLike, size: int) -> NDArray[np.int64]:
    array = np.asarray(values)
    if array.shape != (size,):
        _fail(name, say("one whole number per unit ({count})", count=size), say("shape {shape}", shape=array.shape))
    if array.size and not np.issubdtype(array.dtype, np.integer):
        _fail(name, say("whole numbers"), say("type {type}", type=array.dtype))
    return array.astype(np.int64)


def _places(xy: ArrayLike, n: int) -> Floats:
    array = np.asarray(xy, dtype=np.float64)
    if array.shape != (n, 2):
        _fail("xy", say("shape {shape}", shape=(n, 2)), say("shape {shape}", shape=array.shape))
    wrong = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if wrong.size:
        _fail("xy", say("finite metres"), say("others at {ids}", ids=first_three(wrong)))
    return array


def _edges(edges: ArrayLike, n: int, name: str = "edges") -> NDArray[np.int64]:
    array = np.asarray(edges)
    if array.size == 0:
        array = np.zeros((0, 2), np.int64)
    if array.ndim != 2 or array.shape[1] != 2 or not np.issubdtype(array.dtype, np.integer):  # noqa: PLR2004
        _fail(
            name,
            say("whole numbers of shape (m, 2)"),
            say("shape {shape}, type {type}", shape=array.shape, type=array.dtype),
        )
    ends = np.sort(array.astype(np.int64), axis=1)
    wrong = np.flatnonzero((ends[:, 0] < 0) | (ends[:, 1] >= n))
    if wrong.size:
        _fail(name, say("units 0..{last}", last=n - 1), say("others in rows {ids}", ids=first_three(wrong)))
    loops = np.flatnonzero(ends[:, 0] == ends[:, 1])
    if loops.size:
        _fail(name, say("two different ends"), say("self loops in rows {ids}", ids=first_three(loops)))
    _, first = np.unique(ends[:, 0] * max(n, 1) + ends[:, 1], return_index=True)
    if len(first) < len(ends):
        twice = np.setdiff1d(np.arange(len(ends)), first)
        _fail(name, say("each edge once"), say("repeats in rows {ids}", ids=first_three(twice)))
    return ends


def split_pieces(problem: Problem) -> list[Piece]:
    """Divide the input into the connected pieces of its communities, each with one size of grids.

    Parameters
    ----------
    problem : Problem
        The checked input.

    Returns
    -------
    list of Piece
        Ordered by community, then by first unit.
    """
    n = len(problem.weights)
    a, b = problem.edges[:, 0], problem.edges[:, 1]
    heads, tails, tolls = np.concatenate([a, b]), np.concatenate([b, a]), np.tile(problem.border, 2)
    # edges are numbered from 1, since a sparse matrix drops zeros
    matrix = coo_array((np.arange(1, len(heads) + 1), (heads, tails)), shape=(n, n)).tocsr()
    matrix.sort_indices()
    _, part = connected_components(matrix, directed=False)
    _, rank = np.unique(problem.communities, return_inverse=True)
    order = np.lexsort((np.arange(n), part, rank))
    ends = np.flatnonzero(np.diff(part[order], append=-1)) + 1
    groups = [group for group in np.split(order, ends[:-1]) if group.size]
    groups.sort(key=lambda g: (int(rank[g[0]]), int(g[0])))
    place = np.empty(n, np.int64)
    lot = rank * len(problem.prices) + problem.kind
    households = np.bincount(lot, weights=problem.weights)
    return [
        Piece(
            units=g, community=int(rank[g[0]]), of=float(households[lot[g[0]]]),
            graph=_piece_graph(problem, g, place, matrix, tolls), price=problem.prices[problem.kind[g[0]]],
        )
        for g in groups
    ]  # fmt: skip


def _piece_graph(problem: Problem, units: NDArray[np.int64], place: Ints, matrix: Any, tolls: Floats) -> Graph:  # noqa: ANN401
    place[units] = np.arange(len(units), dtype=np.int64)
    rows: csr_array = matrix[units]
    w = problem.weights[units]
    loads = np.where(w > 0, problem.loads[units], 0.0)
    centre = problem.xy[units].mean(axis=0) if w.sum() == 0 else np.average(problem.xy[units], axis=0, weights=w)
    x, y = (problem.xy[units] - centre).T
    compounds = np.where(w > 0, problem.compounds[units], -1)
    names, compound = np.unique(compounds, return_inverse=True)
    return Graph(
        indptr=rows.indptr.astype(np.int64), indices=place[rows.indices], border=tolls[rows.data - 1],
        units=np.ascontiguousarray(np.stack([w, loads, w * x, w * y, w * (x * x + y * y)], axis=1)),
        compound=(compound - int(names[0] < 0)).astype(np.int64),
    )  # fmt: skip
