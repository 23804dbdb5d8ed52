"""One connected component: proof where it is small, search else, locked groups joined."""

import time
from dataclasses import dataclass, field

import numpy as np

from gridplan.partition.clock import Clock
from gridplan.partition.fixed.effort import Budget, Found
from gridplan.partition.fixed.exact import exhaust
from gridplan.partition.fixed.locks import join_groups
from gridplan.partition.fixed.net import FixedProblem, assemble_net, build_net
from gridplan.partition.fixed.plans import price_labels
from gridplan.partition.fixed.search import search_net
from gridplan.partition.kernels.arrays import Floats, Ints
from gridplan.partition.kernels.fixed_arrays import NAME, NODE, Net

JOINS = 6
"""Ways to join locked groups that are tried."""

WARM = Budget(rounds=3, moves=100, total=0, nodes=0, ways=0, steps=0)
"""A short search before a proof."""

LIGHT = Budget(rounds=2, moves=60, total=0, nodes=20_000, ways=0, steps=0)
"""A search that only compares numbers of parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """The answer for one component and one number of parts.

    Parameters
    ----------
    found : Found or None
        The best plan, by unit of the component; None if there is none.
    proven : bool
        Whether it is proven that no plan within the band is better, or that there is none.
    """

    found: Found | None
    proven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One connected component of a community.

    Parameters
    ----------
    units : int64[s]
        Its units in the community, ascending.
    node : int64[s]
        Node of each of them; units that are locked together and touch are one.
    net : Net
        Graph between the nodes.
    together : list of lists
        Nodes that are locked together but do not touch.
    """

    units: Ints
    node: Ints
    net: Net
    together: list[list[int]] = field(default_factory=list)


def make_piece(problem: FixedProblem, units: Ints, node: Ints, group: Ints) -> Piece:
    """Contract the locks of one component.

    Parameters
    ----------
    problem : FixedProblem
        The community.
    units : int64[s]
        Units of the component.
    node, group : int64[n], int64[n]
        As given by `lock_nodes`.

    Returns
    -------
    Piece
        Ready to be solved.
    """
    _, local = np.unique(node[units], return_inverse=True)
    everywhere = np.zeros(len(node), np.int64)
    everywhere[units] = local
    net = build_net(problem, units, everywhere)
    nodes_of: dict[int, set[int]] = {}
    for unit, place in zip(units, local, strict=True):
        nodes_of.setdefault(int(group[unit]), set()).add(int(place))
    together = [sorted(nodes) for _, nodes in sorted(nodes_of.items()) if len(nodes) > 1]
    return Piece(units=units, node=local.astype(np.int64), net=net, together=together)


def solve_piece(
    piece: Piece, price: Floats, parts: int, budget: Budget, rng: np.random.Generator, clock: Clock
) -> Solved:
    """Divide one component into a fixed number of parts.

    Parameters
    ----------
    piece : Piece
        The component.
    price : float64[9]
        Vector of prices.
    parts : int
        Number of parts.
    budget : Budget
        How much work to do.
    rng : Generator
        Source of chance.
    clock : Clock
        When to stop early.

    Returns
    -------
    Solved
        Labels are those of the units of the component.
    """
    if parts == 1 or parts == len(piece.net.units):
        only = price_labels(piece.net, price, np.arange(len(piece.net.units)) % parts, parts)
        fits = only.missing == 0 and (parts == 1 or not piece.together)
        return Solved(found=_spread(only, piece.node) if fits or parts == 1 else None, proven=True)
    warm = _search(piece, price, parts, WARM, rng, clock)
    if clock.over() and warm is not None:
        return Solved(found=_spread(warm, piece.node), proven=False)
    best, proven = exhaust(piece.net, price, parts, piece.together, warm, budget.nodes, clock)
    if proven:
        return Solved(found=None if best is None else _spread(best, piece.node), proven=True)
    more = _search(piece, price, parts, budget, rng, clock)
    found = min((f for f in (warm, best, more) if f is not None), default=None)
    if found is None:
        return Solved(found=loose_plan(piece, price, parts, rng, clock), proven=False)
    return Solved(found=_spread(found, piece.node), proven=False)


def _spread(found: Found, node: Ints) -> Found:
    return Found(found.missing, found.cost, found.labels[node])


def _search(
    piece: Piece, price: Floats, parts: int, budget: Budget, rng: np.random.Generator, clock: Clock
) -> Found | None:
    """Search with locked groups joined in several ways; None if no way leaves enough nodes."""
    if not piece.together:
        return search_net(piece.net, price, parts, budget, rng, clock)
    ways: list[Found] = []
    share = Budget(
        rounds=max(1, budget.rounds // JOINS),
        moves=budget.moves,
        total=budget.total // JOINS,
        nodes=0,
        ways=budget.ways,
        steps=0,
    )
    begin = time.monotonic()
    for way in range(JOINS):
        if ways and clock.over():
            break
        node = join_groups(len(piece.net.units), piece.net.ends, piece.together, rng)
        if int(node.max()) + 1 < parts:
            continue
        end = min(clock.end, begin + (clock.end - begin) * (way + 1) / JOINS)
        net = contract(piece.net, node)
        found = search_net(net, price, parts, share, rng, Clock(end=end, stop=clock.stop))
        ways.append(_spread(found, node))
    return min(ways, default=None)


def contract(net: Net, node: Ints) -> Net:
    """Contract a graph further.

    Parameters
    ----------
    net : Net
        Graph of n nodes.
    node : int64[n]
        New node of each node.

    Returns
    -------
    Net
        Places stay where they are.
    """
    n = int(node.max()) + 1
    order = np.argsort(node[net.spot_node], kind="stable")
    ends = np.sort(node[net.ends], axis=1)
    return assemble_net(
        n, ends, net.toll, np.stack([np.bincount(node, c, n) for c in net.units.T], axis=1),
        net.spots[order], node[net.spot_node][order], node[net.homes[NODE]], net.homes[NAME],
    )  # fmt: skip


def loose_plan(piece: Piece, price: Floats, parts: int, rng: np.random.Generator, clock: Clock) -> Found:
    """Make some plan where none within the band is known: locked groups that cannot be joined are let go.

    Parameters
    ----------
    piece : Piece
        The component.
    price : float64[9]
        Vector of prices.
    parts : int
        Number of parts.
    rng : Generator
        Source of chance.
    clock : Clock
        When to stop early.

    Returns
    -------
    Found
        Labels are those of the units of the component.
    """
    found = _search(piece, price, parts, LIGHT, rng, clock)
    return _spread(found or search_net(piece.net, price, parts, LIGHT, rng, clock), piece.node)
