"""A roster at the door: every fault named at once, then arrays by force."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.deployment.ground import Flags, Floats, Ground, Ints
from gridplan.errors import LayerError, first_three, nth_row
from gridplan.forces import DeploymentRules, ForceRules, force_of, title_of
from gridplan.language import join, say, word
from gridplan.model import Finding
from gridplan.schema import CAPACITIES, STAFF

_WHERE: Final = "personnel"
_SPLIT: Final = r"[;,，；、/\s]+"
_FAR_M: Final = 200_000.0


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


@dataclass(slots=True)
class _Door:
    """A roster being checked, sorted by id; `places` are the places of its rows in the file."""

    people: pd.DataFrame
    places: Ints
    ground: Ground
    rules: DeploymentRules
    areas: gpd.GeoDataFrame | None
    faults: list[str]
    findings: list[Finding]

    def refuse(self, field: str, needed: str, found: str, rows: NDArray[np.bool_], remedy: str) -> None:
        """Note a fault of some rows."""
        if rows.any():
            ids = self.people["person_id"].to_numpy()[rows]
            names = first_three(i or nth_row(k) for i, k in zip(ids, self.places[rows].tolist(), strict=True))
            self.faults.append(
                say(
                    "{where}, {field}: need {needed}, found {found} at {names}; {remedy}",
                    where=word(_WHERE), field=field, needed=needed, found=found, names=names, remedy=remedy,
                )
            )  # fmt: skip

    def warn(self, code: str, reason: str, value: float) -> None:
        """Note what is set aside or assumed."""
        self.findings.append(Finding(code=code, severity="warning", subject=_WHERE, reason=reason, value=value))


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
        raise LayerError(say("{where}: need at least one person, found none; fill the roster", where=word(_WHERE)))
    order = people["person_id"].astype(str).to_numpy().argsort(kind="stable")
    door = _Door(
        people.iloc[order].reset_index(drop=True), people.index.to_numpy()[order], ground, rules, areas, [], []
    )
    _check_ids(door)
    force = _read_forces(door)
    staff = _read_kinds(door, "staff", STAFF, "department")
    units = _read_kinds(door, "capacity_unit", CAPACITIES, "grids")
    _check_capacity(door)
    _check_names(door)
    now = _read_present(door, new_codes=new_codes)
    crews = [_make_crew(door, f, np.flatnonzero(force == f.force), staff, units, now) for f in rules.forces]
    if door.faults:
        raise LayerError(join(door.faults, "\n"))
    return [crew for crew in crews if crew is not None and len(crew.ids)], door.findings


def split_list(text: str) -> list[str]:
    """Split a cell that lists several things.

    Parameters
    ----------
    text : str
        Parts with commas, semicolons or blanks between them, Chinese ones too.

    Returns
    -------
    list of str
        The parts.
    """
    return [part for part in pd.Series([text]).str.split(_SPLIT, regex=True).iloc[0] if part]


def _check_ids(door: _Door) -> None:
    ids = door.people["person_id"]
    door.refuse(
        "person_id", say("an id for every person"), word("none"), (ids == "").to_numpy(), say("number the rows")
    )
    twice = (ids.duplicated(keep="first") & (ids != "")).to_numpy()
    door.refuse("person_id", say("each id once"), say("some again"), twice, say("keep one row a person"))


def _read_forces(door: _Door) -> NDArray[np.object_]:
    """Keys of the forces; unknown names are refused one by one."""
    known = force_of(door.rules.forces)
    names = door.people["force"]
    for name in sorted(set(names) - set(known)):
        close = get_close_matches(name, [*known], n=1, cutoff=0.5)
        remedy = say("add [deployment.forces.{name}] to the rule file", name=name) if name else say("fill it in")
        if close:
            remedy = say("did you mean {name}?", name=close[0])
        needed = say("one of the forces {names}", names=join([title_of(f.force, f.name) for f in door.rules.forces]))
        door.refuse("force", needed, name or word("none"), (names == name).to_numpy(), remedy)
    return names.map({name: force.force for name, force in known.items()}).to_numpy(dtype=object)


def _read_kinds(door: _Door, field: str, kinds: Mapping[str, tuple[str, ...]], default: str) -> NDArray[np.object_]:
    known = {name: kind for kind, names in kinds.items() for name in (kind, *names)}
    values = door.people[field]
    for value in sorted(set(values) - {"", *known}):
        needed = say("one of {names}", names=join([*known]))
        door.refuse(field, needed, value, (values == value).to_numpy(), say("correct or empty it"))
    return values.map({"": default, **known}).to_numpy(dtype=object)


def _check_capacity(door: _Door) -> None:
    capacity = door.people["capacity"].to_numpy(dtype="float64")
    remedy = say("correct it, empty it for the default, or leave the person out")
    door.refuse("capacity", say("a number > 0"), "0", capacity == 0, remedy)
    door.refuse("capacity", say("a number > 0"), say("less than 0"), capacity < 0, remedy)
    for place in ("home", "work"):
        xy = door.people[[f"{place}_x", f"{place}_y"]].to_numpy(dtype="float64")
        half = np.isfinite(xy).sum(axis=1) == 1
        field = f"{place}_x, {place}_y"
        door.refuse(field, say("both or neither"), say("only one"), half, say("complete or empty them"))
        far = np.hypot(*(xy - door.ground.xy.mean(axis=0)).T) > _FAR_M
        found = say("others beyond {km:.0f} km", km=_FAR_M / 1000)
        door.refuse(field, say("places near the district"), found, far, say("correct them"))


def _check_names(door: _Door) -> None:
    """Communities and subdistricts that the plan has not, areas without a polygon."""
    names = door.ground.names
    known = {
        "community": {*names["community"], *names["community_code"]},
        "subdistrict": set(names["subdistrict"]),
    }
    if door.areas is not None:
        known["area"] = set(door.areas["area"])
    elif (door.people["area"] != "").any():
        n = int((door.people["area"] != "").sum())
        reason = say(
            "{count} persons name a jurisdiction, but no layer of jurisdictions is given: they may serve anywhere",
            count=n,
        )
        door.warn("roster_jurisdictions", reason, n)
    for field, good in known.items():
        values = door.people[field]
        for value in sorted(set(values) - good - {""}):
            needed = say("a name of the layer of jurisdictions") if field == "area" else say("a name of the plan")
            door.refuse(field, needed, value, (values == value).to_numpy(), say("correct or empty it"))


def _read_present(door: _Door, *, new_codes: bool) -> Ints:
    """Grid and person of the present roster."""
    lists = door.people["grid_code"].str.split(_SPLIT, regex=True).explode()
    lists = lists[lists.fillna("") != ""]
    grid = pd.Index(door.ground.codes).get_indexer(pd.Index(lists))
    unknown = np.unique(lists.index.to_numpy()[grid < 0])
    if len(unknown) and new_codes:
        reason = say(
            "{count} persons serve grids that this plan has not, first {ids}; these count for nothing",
            count=len(unknown), ids=first_three(lists[grid < 0]),
        )  # fmt: skip
        door.warn("roster_present_grids", reason, len(unknown))
    elif len(unknown):
        rows = np.zeros(len(door.people), dtype=bool)
        rows[unknown] = True
        found = first_three(dict.fromkeys(lists[grid < 0]))
        door.refuse("grid_code", say("codes of the plan"), found, rows, say("correct or empty them"))
    pairs = np.column_stack([grid, lists.index.to_numpy()])[grid >= 0]
    return np.unique(pairs, axis=0).astype(np.int64).reshape(-1, 2)


def _make_crew(
    door: _Door, force: ForceRules, rows: Ints, staff: NDArray[np.object_], units: NDArray[np.object_], now: Ints
) -> Crew | None:
    rows = rows[_skilled(door, force, rows)]
    if not len(rows):
        return None
    people = door.people.iloc[rows]
    unit, capacity = _read_capacity(door, force, rows, units)
    xy = _places(door, force, rows)
    scope, scopes = _scopes(door, force, people, xy)
    local = np.full(len(door.people), -1, dtype=np.int64)
    local[rows] = np.arange(len(rows))
    mine = now[local[now[:, 1]] >= 0]
    return Crew(
        rules=force, ids=people["person_id"].to_numpy(dtype=object), staff=staff[rows], xy=xy, unit=unit,
        capacity=capacity, scope=scope, scopes=scopes, now=np.column_stack([mine[:, 0], local[mine[:, 1]]]),
    )  # fmt: skip


def _skilled(door: _Door, force: ForceRules, rows: Ints) -> Flags:
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


def _read_capacity(door: _Door, force: ForceRules, rows: Ints, units: NDArray[np.object_]) -> tuple[str, Floats]:
    """Give the unit and the capacity of each person: those of the file, else the default of the force."""
    capacity = door.people["capacity"].to_numpy(dtype="float64")[rows]
    given = np.isfinite(capacity)
    kinds = sorted(set(units[rows][given]))
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


def _places(door: _Door, force: ForceRules, rows: Ints) -> Floats:
    """Where ways begin: the place of the force's rule, the other one, or the middle of the community or area."""
    people = door.people.iloc[rows]
    first, second = (force.place, "home" if force.place == "work" else "work")
    xy = people[[f"{first}_x", f"{first}_y"]].to_numpy(dtype="float64").copy()
    for other in (people[[f"{second}_x", f"{second}_y"]].to_numpy(dtype="float64"), _middles(door, people)):
        lost = ~np.isfinite(xy).all(axis=1)
        xy[lost] = other[lost]
    mask = np.zeros(len(door.people), dtype=bool)
    mask[rows] = ~np.isfinite(xy).all(axis=1)
    needed = say("home, work, community or subdistrict")
    door.refuse(say("place"), needed, word("none"), mask, say("fill one of them in"))
    return xy


def _middles(door: _Door, people: pd.DataFrame) -> Floats:
    """Mean place of the grids of each person's community or subdistrict."""
    xy = np.full((len(people), 2), np.nan)
    keys = people[["community", "subdistrict"]]
    groups: Any = keys.reset_index(drop=True).groupby(["community", "subdistrict"])
    for (community, subdistrict), group in groups:
        inside = door.ground.inside(community=str(community), subdistrict=str(subdistrict))
        if (community or subdistrict) and inside.any():
            xy[group.index] = door.ground.xy[inside].mean(axis=0)
    return xy


def _scopes(door: _Door, force: ForceRules, people: pd.DataFrame, xy: Floats) -> tuple[Ints, Flags]:
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


def _masks(door: _Door, force: ForceRules, keys: pd.DataFrame) -> Iterator[Flags]:
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


def _own_areas(door: _Door, force: ForceRules, xy: Floats, free: Flags) -> Ints:
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


def _areas_of(door: _Door, force: ForceRules) -> gpd.GeoDataFrame:
    """Jurisdictions of a force: those that name it, and those that name no force."""
    if door.areas is None:
        return gpd.GeoDataFrame({"area": [], "force": []}, geometry=[])
    known = force_of(door.rules.forces)
    mine = door.areas["force"].map(lambda name: name == "" or known.get(name) is force)
    return door.areas[mine.to_numpy(dtype=bool)]


def _covered(door: _Door, force: ForceRules, chosen: pd.Series) -> Flags:
    """Grids whose centre lies in one of the chosen areas of the force."""
    areas = _areas_of(door, force)
    shapes = areas.geometry.to_numpy()[chosen.reindex(areas.index).to_numpy(dtype=bool)]
    found = np.zeros(len(door.ground.codes), dtype=bool)
    if len(shapes):
        points: Any = shapely.points(door.ground.xy)
        rows = shapely.STRtree(points).query(shapes, predicate="intersects")[1]
        found[rows] = True
    return found
