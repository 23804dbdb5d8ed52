"""The door for what is asked beside the graph: numbers of grids by community, and locks."""

from collections.abc import Mapping

import numpy as np

from gridplan.errors import ConfigError, GraphError, InfeasibleError, first_three
from gridplan.language import say
from gridplan.partition.kernels.arrays import Ints
from gridplan.partition.problem import Piece, Problem


def read_parts(parts: int | Mapping[int, int] | None, names: Ints) -> dict[int, int]:
    """Check the numbers of grids asked for.

    Parameters
    ----------
    parts : int, mapping or None
        As in `partition_graph`.
    names : int[c]
        Communities, ascending.

    Returns
    -------
    dict of int to int
        Number of grids by rank of the community; empty where it is free everywhere.

    Raises
    ------
    ConfigError
        If a number is none, or stands for no community or for several.
    InfeasibleError
        If grids are asked for and there are no units.
    """
    if parts is None:
        return {}
    asked = dict(parts) if isinstance(parts, Mapping) else dict.fromkeys(names.tolist(), parts)
    wrong = [f"{k}: {v!r}" for k, v in asked.items() if isinstance(v, bool) or not isinstance(v, int | np.integer)]
    if wrong or not isinstance(parts, Mapping | int | np.integer) or isinstance(parts, bool):
        found = first_three(wrong) or repr(parts)
        raise ConfigError(
            say("partition, parts: need a whole number, or one by community, found {found}; correct it", found=found)
        )
    if not isinstance(parts, Mapping) and len(names) > 1:
        raise ConfigError(
            say(
                "partition, parts: need {{community: number}} for several communities, found {parts} for {count} "
                "(community {ids}); give a mapping",
                parts=parts,
                count=len(names),
                ids=first_three(names),
            )
        )
    if not isinstance(parts, Mapping) and len(names) == 0 and parts != 0:
        raise InfeasibleError(
            say(
                "partition, parts: need 0 where there are no units, found {parts}; give units or leave it out",
                parts=parts,
            )
        )
    rank = {name: i for i, name in enumerate(names.tolist())}
    unknown = [k for k in asked if k not in rank]
    if unknown:
        raise ConfigError(
            say(
                "partition, parts: need communities of the input, found {ids}; correct the mapping",
                ids=first_three(unknown),
            )
        )
    return {rank[k]: int(v) for k, v in asked.items()}


def check_objective(objective: str, parts: dict[int, int], names: Ints, *, with_xy: bool) -> None:
    """Check that an objective has all it needs.

    Parameters
    ----------
    objective : str
        As in `partition_graph`.
    parts : dict of int to int
        As given by `read_parts`.
    names : int[c]
        Communities, ascending.
    with_xy : bool
        Whether units have places.

    Raises
    ------
    ConfigError
        If places or numbers of grids are missing: without a price of the size, one grid would always be best.
    """
    free = [name for i, name in enumerate(names.tolist()) if i not in parts]
    if objective != "article19" and free:
        raise ConfigError(
            say(
                "partition, parts: need the number of grids of every community for objective {objective!r}, found "
                "none for community {ids}; give parts, or leave the objective out",
                objective=objective,
                ids=first_three(free),
            )
        )
    if objective == "inertia" and not with_xy:
        raise ConfigError(say("partition, xy: need places for objective 'inertia', found none; give xy"))


def check_locks(problem: Problem, pieces: list[Piece]) -> None:
    """Check that units locked together can share a connected grid.

    Parameters
    ----------
    problem : Problem
        The checked input.
    pieces : list of Piece
        Its connected pieces.

    Raises
    ------
    GraphError
        If the units of one lock lie in several communities, or in parts of one that are not connected.
    """
    home = np.zeros(len(problem.weights), np.int64)
    for i, piece in enumerate(pieces):
        home[piece.units] = i
    held = np.flatnonzero(problem.locked >= 0)
    _, first, lock = np.unique(problem.locked[held], return_index=True, return_inverse=True)
    torn = held[home[held] != home[held[first]][lock]]
    if torn.size:
        pairs = dict.fromkeys((int(problem.locked[i]), int(held[first[lock[np.searchsorted(held, i)]]])) for i in torn)
        where = first_three(f"lock {name} (unit {start})" for name, start in pairs)
        raise GraphError(
            say(
                "partition, locked: need the units of one lock in one connected part of one community, found others "
                "in {where}; correct locked or edges",
                where=where,
            )
        )


def check_drawn(problem: Problem, pieces: list[Piece], parts: dict[int, int], names: Ints) -> None:
    """Check that grids drawn already are in one piece, and that nothing else contradicts them or pairs kept apart.

    Parameters
    ----------
    problem : Problem
        The checked input.
    pieces : list of Piece
        Its connected pieces.
    parts : dict of int to int
        Numbers of grids asked for, by rank of the community.
    names : int[c]
        Communities, ascending.

    Raises
    ------
    GraphError
        If a grid drawn already is torn, or a pair to be kept apart is locked together or in one drawn grid.
    ConfigError
        If a community has a number of grids and pairs to be kept apart, or units of several sizes or none.
    """
    drawn = [int(problem.whole[piece.units[0]]) for piece in pieces]
    torn = sorted({label for label in drawn if label >= 0 and drawn.count(label) > 1})
    if torn:
        raise GraphError(
            say(
                "partition, whole: need units of one community that hang together, found others in grid {ids}; "
                "correct whole or edges",
                ids=first_three(torn),
            )
        )
    a, b = problem.apart.T
    held = [(kind[a] >= 0) & (kind[a] == kind[b]) for kind in (problem.locked, problem.whole)]
    both = np.flatnonzero(held[0] | held[1])
    if both.size:
        pairs = first_three(f"{a[k]}-{b[k]}" for k in both)
        raise GraphError(
            say(
                "partition, apart: need pairs that nothing holds together, found {ids}; correct apart or locked",
                ids=pairs,
            )
        )
    asked = sorted({int(c) for c in problem.communities[problem.apart].ravel()} & {int(names[rank]) for rank in parts})
    if asked:
        raise ConfigError(
            say(
                "partition, parts: need communities without pairs kept apart, found {ids}; leave these out",
                ids=first_three(asked),
            )
        )
    for rank in parts:
        mine = [piece for piece in pieces if piece.community == rank and problem.whole[piece.units[0]] < 0]
        if len({problem.kind[piece.units[0]] for piece in mine}) != 1:
            raise ConfigError(
                say(
                    "partition, parts: need units of one size in a community with a number of grids, found {count} in "
                    "{name}; give them one, or leave it out",
                    count=len({int(problem.kind[piece.units[0]]) for piece in mine}), name=int(names[rank]),
                )
            )  # fmt: skip
