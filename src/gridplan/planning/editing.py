"""Edits + urban fabric -> the fabric with its borders as edited, and what the core must keep."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.edits import Edits, Group
from gridplan.errors import first_three
from gridplan.faults import refuse
from gridplan.language import say
from gridplan.model import ContiguityGraph, Fabric, Finding
from gridplan.partition.fixed.locks import connected
from gridplan.schema import SET_ASIDE_COLUMNS

Ints = NDArray[np.int64]

LEFT_OUT = "its community is left out"
"""Reason why buildings of an excluded community are set aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The fabric as edited, and what the core must keep on it.

    Parameters
    ----------
    fabric : Fabric
        Without excluded communities, borders opened and closed.
    locked, whole : int64[n_units]
        As of `partition_graph`.
    apart : int64[k, 2]
        As of `partition_graph`.
    codes : dict of int to str
        Unit -> code its grid shall have.
    """

    fabric: Fabric
    locked: Ints
    whole: Ints
    apart: NDArray[np.int64]
    codes: dict[int, str]

    def options(self) -> dict[str, NDArray[np.int64]]:
        """Give the arguments of `partition_graph` that keep the edits."""
        return {"locked": self.locked, "whole": self.whole, "apart": self.apart}


def apply_edits(fabric: Fabric, edits: Edits) -> Edited:
    """Apply what a planner has settled.

    Parameters
    ----------
    fabric : Fabric
        As laid out.
    edits : Edits
        What is settled.

    Returns
    -------
    Edited
        What to plan, and what to keep.

    Raises
    ------
    ConfigError
        If edits name what is not there, or contradict one another; all faults at once.
    """
    faults: list[str] = []
    there = _Places(fabric)
    fabric = _exclude(fabric, edits.exclude, faults)
    place = _Places(fabric)
    faults += _strangers(place, there, edits)
    fabric = replace(fabric, graph=_cross(fabric.graph, place, edits, faults))
    refuse(faults)
    n, home = len(fabric.units), fabric.community_index
    whole, groups, codes = np.full(n, -1), list[Ints](), dict[int, str]()
    for number, grid in enumerate(edits.grids):
        units = place.all_of(grid.units)
        if grid.only:
            taken = units[whole[units] >= 0]
            faults += _clash(place, taken, say("in one drawn grid alone"), grid.units)
            whole[units] = number
        else:
            groups.append(units)
        if grid.code:
            codes[int(units[0])] = grid.code
    groups += [place.all_of(group) for group in edits.together]
    for units in (*(np.flatnonzero(whole == k) for k in np.unique(whole[whole >= 0])), *groups):
        others = units[home[units] != home[units[0]]]
        faults += _clash(place, others, say("in the community of the others"), place.ids[units].tolist())
    locked = _into_drawn(place, _join(n, groups), whole, faults)
    apart = np.array([place.pair(pair) for pair in edits.apart], np.int64).reshape(-1, 2)
    held = np.where(whole >= 0, whole, np.where(locked >= 0, locked + n, -1))
    both = apart[(held[apart[:, 0]] >= 0) & (held[apart[:, 0]] == held[apart[:, 1]])]
    faults += _clash(place, both.ravel(), say("together or apart, not both"), place.ids[both.ravel()].tolist())
    faults += _torn(fabric, place, held, whole)
    refuse(faults)
    return Edited(
        fabric=fabric, locked=locked, whole=whole, apart=np.unique(np.sort(apart, axis=1), axis=0), codes=codes
    )


def leave_persons(
    people: pd.DataFrame | None, before: pd.DataFrame, after: pd.DataFrame
) -> tuple[pd.DataFrame | None, tuple[Finding, ...]]:
    """Leave persons of excluded communities out of a roster.

    Parameters
    ----------
    people : DataFrame or None
        The canonical columns of personnel.
    before, after : DataFrame
        Communities with and without the excluded ones.

    Returns
    -------
    DataFrame or None, tuple of Finding
        The others, and how many there are that take no part.
    """
    gone = before[
        ~before["community_code"].isin(after["community_code"]) | ~before["community"].isin(after["community"])
    ]
    if people is None or not len(gone):
        return people, ()
    away = people["community"].isin([*gone["community"], *gone["community_code"]]) & (people["community"] != "")
    if not away.any():
        return people, ()
    reason = say("{count} persons of communities left out take no part, first {ids}.", count=int(away.sum()),
                 ids=first_three(people["person_id"][away]))  # fmt: skip
    found = Finding(
        code="roster_left_out", severity="notice", subject="personnel", reason=reason, value=float(away.sum())
    )
    return people[~away].reset_index(drop=True), (found,)


class _Places:
    """Rows of units by unit_id or building_id."""

    def __init__(self, fabric: Fabric) -> None:
        self.ids = fabric.units["unit_id"].to_numpy(dtype=object)
        self._row = {str(unit): row for row, unit in enumerate(self.ids)}
        self._rows = {str(b): rows for b, rows in _rows_by_building(fabric, self._row).items()}

    def __contains__(self, name: str) -> bool:
        return name in self._row or name in self._rows

    def all_of(self, names: Iterable[str]) -> Ints:
        rows = [self._rows[name] if name not in self._row else [self._row[name]] for name in names]
        return np.unique(np.array([r for some in rows for r in some], np.int64))

    def pair(self, names: Group) -> tuple[int, int]:
        a, b = (self.all_of([name])[0] for name in names)
        return int(a), int(b)


def _strangers(place: _Places, there: _Places, edits: Edits) -> list[str]:
    """Name the units that no community has, and those of communities left out, each once."""
    groups = (*(grid.units for grid in edits.grids), *edits.together, *edits.apart, *edits.open, *edits.close)
    named = [name for name in dict.fromkeys(name for group in groups for name in group) if name not in place]
    unknown, left = [n for n in named if n not in there], [n for n in named if n in there]
    found: list[str] = []
    if unknown:
        found.append(say("edits: need units of the plan, found {ids}; take them out or export anew",
                         ids=first_three(unknown)))  # fmt: skip
    if left:
        found.append(say("edits: need units of communities that are planned, found {ids} in communities left out; take "
                         "them out, or plan their communities", ids=first_three(left)))  # fmt: skip
    return found


def _rows_by_building(fabric: Fabric, row: dict[str, int]) -> dict[str, list[int]]:
    frame = fabric.buildings[["building_id", "unit_id"]].drop_duplicates()
    frame = frame.assign(row=frame["unit_id"].map(row)).dropna()
    return {str(b): rows.astype(int).tolist() for b, rows in frame.groupby("building_id")["row"]}


def _clash(place: _Places, units: Ints, needed: str, among: Iterable[str]) -> list[str]:
    if not len(units):
        return []
    return [
        say("edits: need every unit {needed}, found {ids} in the group of {others}; correct one of them",
            needed=needed, ids=first_three(dict.fromkeys(place.ids[units])), others=first_three(among))
    ]  # fmt: skip


def _exclude(fabric: Fabric, names: Group, faults: list[str]) -> Fabric:
    """Leave out communities; their buildings are set aside with that reason."""
    table = fabric.communities
    out = table["community_code"].isin(names) | table["community"].isin(names)
    unknown = [n for n in names if not ((table["community_code"] == n) | (table["community"] == n)).any()]
    if unknown:
        faults.append(
            say("edits, exclude: need communities of the plan, found {ids}; take them out", ids=first_three(unknown))
        )
    if not out.any():
        return fabric
    kept = ~out.to_numpy()[fabric.community_index]
    rank, row = np.cumsum(~out.to_numpy()) - 1, np.cumsum(kept) - 1
    gone = ~fabric.buildings["unit_id"].isin(fabric.units["unit_id"][kept])
    lost = fabric.buildings[gone].groupby("building_id", sort=True, as_index=False)["households"].sum()
    aside = lost.assign(role="buildings", id=lost["building_id"], rows=1, reason=LEFT_OUT)[list(SET_ASIDE_COLUMNS)]
    graph = fabric.graph
    edge, wall = kept[graph.edges].all(axis=1), kept[graph.walls].all(axis=1)
    return replace(
        fabric, units=fabric.units[kept].reset_index(drop=True),
        buildings=fabric.buildings[~gone].reset_index(drop=True),
        communities=table[~out].reset_index(drop=True), community_index=rank[fabric.community_index[kept]],
        graph=ContiguityGraph(
            n_units=int(kept.sum()), edges=row[graph.edges[edge]], border_m=graph.border_m[edge],
            barrier=graph.barrier[edge], barrier_m=graph.barrier_m[edge], walls=row[graph.walls[wall]],
            wall_m=graph.wall_m[wall],
        ),
        set_aside=pd.concat([f for f in (fabric.set_aside, aside) if len(f)], ignore_index=True),
    )  # fmt: skip


def _cross(graph: ContiguityGraph, place: _Places, edits: Edits, faults: list[str]) -> ContiguityGraph:
    """Make edges of opened walls, and walls of closed edges."""
    opened, closed = (
        {tuple(sorted(place.pair(pair))) for pair in pairs if pair[0] in place and pair[1] in place}
        for pairs in (edits.open, edits.close)
    )
    touching = {tuple(pair) for pair in np.concatenate([graph.edges, graph.walls]).tolist()}
    for key, wrong in (("open", opened - touching), ("close", closed - touching), ("close", opened & closed)):
        if wrong:
            pairs = first_three(f"{place.ids[a]}-{place.ids[b]}" for a, b in sorted(wrong))
            faults.append(
                say(
                    "edits, {key}: need units that touch, opened or closed, found {ids}; take them out",
                    key=key,
                    ids=pairs,
                )
            )
    shut = np.array([tuple(pair) in closed for pair in graph.edges.tolist()], np.bool_)
    gate = np.array([tuple(pair) in opened for pair in graph.walls.tolist()], np.bool_)
    zeros = np.zeros(int(gate.sum()))
    edges = np.concatenate([graph.edges[~shut], graph.walls[gate]])
    border = np.concatenate([graph.border_m[~shut], graph.wall_m[gate]])
    barrier = np.concatenate([graph.barrier[~shut], zeros.astype(np.int8)])
    soft = np.concatenate([graph.barrier_m[~shut], zeros])
    walls = np.concatenate([graph.walls[~gate], graph.edges[shut]])
    wall_m = np.concatenate([graph.wall_m[~gate], graph.border_m[shut]])
    order, other = np.lexsort(edges.T[::-1]), np.lexsort(walls.T[::-1])
    return ContiguityGraph(
        n_units=graph.n_units, edges=edges[order], border_m=border[order], barrier=barrier[order],
        barrier_m=soft[order], walls=walls[other], wall_m=wall_m[other],
    )  # fmt: skip


def _join(n: int, groups: list[Ints]) -> Ints:
    """Give units the lock of their group; groups that share a unit are one."""
    heads = np.concatenate([np.zeros(0, np.int64), *(np.repeat(g[:1], len(g)) for g in groups)])
    tails = np.concatenate([np.zeros(0, np.int64), *groups])
    label = connected(n, np.stack([heads, tails], axis=1))
    held = np.zeros(n, np.bool_)
    held[tails] = True
    return np.where(held, label, -1)


def _into_drawn(place: _Places, locked: Ints, whole: Ints, faults: list[str]) -> Ints:
    """Drop locks within a drawn grid, and name those that reach out of one."""
    for lock in np.unique(locked[(locked >= 0) & (whole >= 0)]):
        units = np.flatnonzero(locked == lock)
        if len(np.unique(whole[units])) > 1:
            faults += _clash(place, units[whole[units] >= 0], say("in one drawn grid alone"), place.ids[units].tolist())
    return np.where(whole >= 0, -1, locked)


def _torn(fabric: Fabric, place: _Places, held: Ints, whole: Ints) -> list[str]:
    """Name the groups that do not hang together on the ground left to them."""
    a, b = fabric.graph.edges.T
    same = (whole[a] == whole[b]) & (fabric.community_index[a] == fabric.community_index[b])
    part = connected(len(held), np.asarray(fabric.graph.edges[same], np.int64))
    faults = []
    for group in np.unique(held[held >= 0]):
        units = np.flatnonzero(held == group)
        faults += _clash(place, units[part[units] != part[units[0]]], say("touching the others of its grid"),
                         place.ids[units].tolist())  # fmt: skip
    return faults
