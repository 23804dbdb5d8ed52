"""A roster as arrays, force by force."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.deployment.door import (
    WHERE,
    Door,
    check_ids,
    check_names,
    check_numbers,
    check_places,
    read_forces,
    read_kinds,
    read_present,
    split_list,
)
from gridplan.deployment.ground import Flags, Floats, Ground, Ints
from gridplan.errors import LayerError, first_three
from gridplan.forces import DeploymentRules, ForceRules, force_of, title_of
from gridplan.language import join, say, word
from gridplan.model import Finding
from gridplan.schema import CAPACITIES, STAFF


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crew:
    """The persons of one force, sorted by id.

    Parameters
    ----------
    rules : ForceRules
        The force.
    ids, staff : object[m]
        Person ids and kinds of staff.
    xy : float64[m, 2]
        Where their ways begin, in metres.
    unit : str
        What their capacity counts.
    capacity : float64[m]
        What each can serve.
    scope : int64[m]
        Row of `scopes`.
    scopes : bool[k, n_grids]
        Grids that may be served.
    now : int64[n_pairs, 2]
        Grid and person of the present roster.
    """

    rules: ForceRules
    ids: NDArray[np.object_]
    staff: NDArray[np.object_]
    xy: Floats
    unit: str
    capacity: Floats
    scope: Ints
    scopes: Flags
    now: Ints


def muster(
    people: pd.DataFrame, ground: Ground, rules: DeploymentRules, areas: gpd.GeoDataFrame | None = None,
    *, new_codes: bool = False,
) -> tuple[list[Crew], list[Finding]]:  # fmt: skip
    """Check a roster and split it by force.

    Parameters
    ----------
    people : DataFrame
        The canonical columns of personnel, indexed by their place in the file; places in metres of the plan's CRS.
    ground : Ground
        The grids.
    rules : DeploymentRules
        The forces.
    areas : GeoDataFrame or None
        Jurisdictions: area, force, polygon.
    new_codes : bool
        The codes of the grids are new: present grids that are unknown are said, not refused.

    Returns
    -------
    list of Crew
        Forces with persons, in the order of the rules.
    list of Finding
        Persons who do not count, and what was assumed.

    Raises
    ------
    LayerError
        If the roster cannot be used; all faults at once.
    """
    if not len(people):
        raise LayerError(say("{where}: need at least one person, found none; fill the roster", where=word(WHERE)))
    order = people["person_id"].astype(str).to_numpy().argsort(kind="stable")
    door = Door(people.iloc[order].reset_index(drop=True), people.index.to_numpy()[order], ground, rules, areas, [], [])
    check_ids(door)
    force = read_forces(door)
    staff = read_kinds(door, "staff", STAFF, "department")
    units = read_kinds(door, "capacity_unit", CAPACITIES, "grids")
    check_numbers(door)
    check_names(door)
    check_places(door)
    now = read_present(door, new_codes=new_codes)
    crews = [_make_crew(door, f, np.flatnonzero(force == f.force), staff, units, now) for f in rules.forces]
    if door.faults:
        raise LayerError(join(door.faults, "\n"))
    return [crew for crew in crews if crew is not None and len(crew.ids)], door.findings


def _make_crew(
    door: Door, force: ForceRules, rows: Ints, staff: NDArray[np.object_], units: NDArray[np.object_], now: Ints
) -> Crew | None:
    rows = rows[_skilled(door, force, rows)]
    if not len(rows):
        return None
    people = door.people.iloc[rows]
    unit, capacity = _read_capacity(door, force, rows, units)
    xy = _places(door, rows, force.place)
    scope, scopes = _scopes(door, force, people, xy)
    local = np.full(len(door.people), -1, dtype=np.int64)
    local[rows] = np.arange(len(rows))
    mine = now[local[now[:, 1]] >= 0]
    return Crew(
        rules=force, ids=people["person_id"].to_numpy(dtype=object), staff=staff[rows], xy=xy, unit=unit,
        capacity=capacity, scope=scope, scopes=scopes, now=np.column_stack([mine[:, 0], local[mine[:, 1]]]),
    )  # fmt: skip


def _skilled(door: Door, force: ForceRules, rows: Ints) -> Flags:
    """Persons who have all skills of the force; the others are said."""
    if not force.skills:
        return np.ones(len(rows), dtype=bool)
    wanted = set(force.skills)
    able = np.array([wanted <= set(split_list(text)) for text in door.people["skills"].iloc[rows]], dtype=bool)
    if not able.all():
        lacking = door.people["person_id"].iloc[rows[~able]]
        reason = say(
            "{force}: {count} persons lack {skills} and are not assigned, first {ids}",
            force=title_of(force.force, force.name), count=len(lacking), skills=join(force.skills),
            ids=first_three(lacking),
        )  # fmt: skip
        door.warn("roster_skills", reason, len(lacking))
    return able


def _read_capacity(door: Door, force: ForceRules, rows: Ints, units: NDArray[np.object_]) -> tuple[str, Floats]:
    """Give the unit and the capacity of each person: those of the file, else the default of the force."""
    capacity = door.people["capacity"].to_numpy(dtype="float64")[rows]
    given = ~np.isnan(capacity)
    kinds = sorted({unit for unit in units[rows][given] if isinstance(unit, str)})  # others are refused already
    mask = np.zeros(len(door.people), dtype=bool)
    field = say("capacity of {force}", force=title_of(force.force, force.name))
    if len(kinds) > 1:
        mask[rows] = given
        found = join([word(kind) for kind in kinds], "and")
        door.refuse(field, say("one unit for the whole force"), found, mask, say("correct capacity_unit"))
    unit = kinds[0] if kinds else force.unit
    if given.any() and not given.all() and unit != force.unit:
        mask[rows] = ~given
        needed = say(
            "a number of {unit} for every person (the default counts {other})", unit=word(unit), other=word(force.unit)
        )
        door.refuse(field, needed, word("none"), mask, say("fill it in"))
    capacity = np.where(given, capacity, force.capacity)
    if unit == "grids":
        mask[rows] = capacity != np.floor(capacity)
        door.refuse(field, say("whole numbers of grids"), say("others"), mask, say("round them"))
    return unit, capacity


def _places(door: Door, rows: Ints, first: str) -> Floats:
    """Where ways begin: the place of the force's rule, the other one, or the middle of the community or area."""
    people = door.people.iloc[rows]
    second = "home" if first == "work" else "work"
    xy = people[[f"{first}_x", f"{first}_y"]].to_numpy(dtype="float64").copy()
    for other in (people[[f"{second}_x", f"{second}_y"]].to_numpy(dtype="float64"), _middles(door, people)):
        lost = ~np.isfinite(xy).all(axis=1)
        xy[lost] = other[lost]
    return xy


def _middles(door: Door, people: pd.DataFrame) -> Floats:
    """Mean place of the grids of each person's community or subdistrict."""
    xy = np.full((len(people), 2), np.nan)
    keys = people[["community", "subdistrict"]]
    groups: Any = keys.reset_index(drop=True).groupby(["community", "subdistrict"])
    for (community, subdistrict), group in groups:
        inside = door.ground.inside(community=str(community), subdistrict=str(subdistrict))
        if (community or subdistrict) and inside.any():
            xy[group.index] = door.ground.xy[inside].mean(axis=0)
    return xy


def _scopes(door: Door, force: ForceRules, people: pd.DataFrame, xy: Floats) -> tuple[Ints, Flags]:
    """Grids each person may serve: what the file names, else what the force's rule says."""
    named = people[["community", "subdistrict", "area"]].reset_index(drop=True)
    if door.areas is None:
        named = named.assign(area="")
    free = (named == "").all(axis=1).to_numpy()
    own = _own_areas(door, force, xy, free)
    keys = named.assign(own=own)
    number = keys.groupby([*keys.columns], sort=True).ngroup().to_numpy().astype(np.int64)
    _, first = np.unique(number, return_index=True)
    masks = np.array(list(_masks(door, force, keys.iloc[first])), dtype=bool)
    return number, masks.reshape(-1, len(door.ground.codes))


def _masks(door: Door, force: ForceRules, keys: pd.DataFrame) -> Iterator[Flags]:
    ground = door.ground
    for community, subdistrict, area, own in keys.itertuples(index=False):
        mask = ground.inside(community=community, subdistrict=subdistrict)
        if area and door.areas is not None:
            mask &= _covered(door, force, door.areas["area"] == area)
        if own >= 0 and force.scope == "jurisdiction" and door.areas is not None:
            mask &= _covered(door, force, door.areas["area"] == door.areas["area"].iloc[own])
        elif own >= 0:
            mask &= (ground.community if force.scope == "community" else ground.subdistrict) == own
        yield mask


def _own_areas(door: Door, force: ForceRules, xy: Floats, free: Flags) -> Ints:
    """Area in which the place of each person lies, by the force's rule; -1 for everywhere."""
    own = np.full(len(xy), -1, dtype=np.int64)
    free = free & np.isfinite(xy).all(axis=1)
    if not free.any() or force.scope == "district":
        return own
    if force.scope == "jurisdiction":
        areas = _areas_of(door, force)
        if len(areas):
            tree = shapely.STRtree(areas.geometry.to_numpy())
            own[free] = areas.index.to_numpy()[tree.nearest(shapely.points(xy[free]))]
        return own
    from scipy.spatial import cKDTree  # noqa: PLC0415  only where places decide

    _, nearest = cKDTree(door.ground.xy).query(xy[free])
    own[free] = (door.ground.community if force.scope == "community" else door.ground.subdistrict)[nearest]
    return own


def _areas_of(door: Door, force: ForceRules) -> gpd.GeoDataFrame:
    """Jurisdictions of a force: those that name it, and those that name no force."""
    if door.areas is None:
        return gpd.GeoDataFrame({"area": [], "force": []}, geometry=[])
    known = force_of(door.rules.forces)
    mine = door.areas["force"].map(lambda name: name == "" or known.get(name) is force)
    return door.areas[mine.to_numpy(dtype=bool)]


def _covered(door: Door, force: ForceRules, chosen: pd.Series) -> Flags:
    """Grids whose centre lies in one of the chosen areas of the force."""
    areas = _areas_of(door, force)
    shapes = areas.geometry.to_numpy()[chosen.reindex(areas.index).to_numpy(dtype=bool)]
    found = np.zeros(len(door.ground.codes), dtype=bool)
    if len(shapes):
        points: Any = shapely.points(door.ground.xy)
        rows = shapely.STRtree(points).query(shapes, predicate="intersects")[1]
        found[rows] = True
    return found
