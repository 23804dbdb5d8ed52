"""An emergency: what is affected, who is sent, and which bases reach which grids in time (Articles 25 to 27)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.config import Rules
from gridplan.cover import best_bases, fewest_bases
from gridplan.deployment.door import split_list
from gridplan.deployment.flow import solve_flow
from gridplan.deployment.ground import Flags, Floats, Ground, Ints, survey
from gridplan.deployment.people import muster
from gridplan.deployment.task import Task
from gridplan.errors import ConfigError, LayerError, first_three
from gridplan.language import say, word
from gridplan.model import Finding, PlanData
from gridplan.neighbours import find_neighbours
from gridplan.privacy import shared_grids
from gridplan.schema import KEY_GROUPS
from gridplan.ways import Ways, find_ways

TIERS: Final = ("residence", "employer", "elsewhere")
"""Why a person is sent to a grid, first to last: lives in its community, works there, neither (Article 26)."""

ORGANS: Final = "organs"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Response:
    """What an emergency asks for, and how it is met.

    Parameters
    ----------
    places : GeoDataFrame
        Polygons of the affected grids and their neighbours, with their state.
    situation : DataFrame
        Affected grids and their neighbours: grid_code, name, community, state, share (of the area), households and
        residents affected, key groups of the grid, key_places, needed and sent (persons).
    dispatch : DataFrame
        grid_code, person_id, tier, distance_m.
    bases : GeoDataFrame
        base_id, grids and households within reach, needed (in the fewest for full coverage), chosen (in the best of
        the given number); points.
    reach : DataFrame
        grid_code, base_id of the nearest base, minutes, in_time.
    totals : dict of str to float
        Persons needed, sent, reserve and left; grids out of reach; bases needed, and whether each figure is proven.
    findings : tuple of Finding
        What an office should know.
    """

    places: gpd.GeoDataFrame
    situation: pd.DataFrame
    dispatch: pd.DataFrame
    bases: gpd.GeoDataFrame
    reach: pd.DataFrame
    totals: dict[str, float]
    findings: tuple[Finding, ...]


def respond(
    plan: PlanData,
    hazard: gpd.GeoDataFrame,
    rules: Rules,
    *,
    people: pd.DataFrame | None = None,
    bases: gpd.GeoDataFrame | None = None,
    number: int | None = None,
) -> Response:
    """Plan the response to a hazard.

    Parameters
    ----------
    plan : PlanData
        The plan.
    hazard : GeoDataFrame
        Where it is; `skills` names what persons sent there must have.
    rules : Rules
        Response time, speed, reserve, and the forces.
    people : DataFrame or None
        Personnel; the staff of organs are sent.
    bases : GeoDataFrame or None
        Places the mobile team may start from; None takes the centre of every grid.
    number : int or None
        How many bases there may be; None leaves it at the fewest for full coverage.

    Returns
    -------
    Response
        Frames and findings.

    Raises
    ------
    LayerError
        If the hazard touches no grid, or the roster cannot be used.
    ConfigError
        If the number of bases is none.
    """
    if number is not None and number < 1:
        raise ConfigError(say("number of bases: need at least 1, found {number}; correct it", number=number))
    ground, emergency = survey(plan), rules.emergency
    reach_m = (emergency.response_min - emergency.muster_min) * emergency.speed_m_per_min
    ways = find_ways(plan.context, rules.deployment.detour, max(reach_m, rules.deployment.road_reach_m))
    situation, rows = _assess(plan, ground, hazard, rules)
    need = _needs(situation, rows, emergency.households_per_person)
    skills = sorted({s for text in hazard["skills"] for s in split_list(text)}) if "skills" in hazard else []
    dispatch, told, idle = _send(ground, ways, rows, need, people, rules, skills)
    sent = dispatch.groupby("grid_code").size().reindex(situation["grid_code"]).fillna(0).to_numpy()
    situation = situation.assign(needed=_spread(need, rows, situation), sent=sent.astype("int64"))
    places, reach, totals = _reach(plan, ground, ways, bases, number, rules)
    reserve = int(np.ceil(emergency.reserve_share * need.sum()))
    totals |= {
        "needed": float(need.sum()),
        "sent": float(len(dispatch)),
        "reserve": float(reserve),
        "left": float(idle),
    }
    needs = _say_nobody(totals) if people is None else _say_needs(situation, totals, ground)
    findings = (*told, *needs, *_say_reach(reach, totals, ground))
    order = pd.Index(ground.codes).get_indexer(pd.Index(situation["grid_code"]))
    outlines = plan.grids.geometry.to_numpy()[order]
    drawn = gpd.GeoDataFrame(situation[["grid_code", "state", "needed", "sent"]], geometry=outlines, crs=plan.crs)
    return Response(
        places=drawn,
        situation=situation,
        dispatch=dispatch,
        bases=places,
        reach=reach,
        totals=totals,
        findings=findings,
    )


def _assess(plan: PlanData, ground: Ground, hazard: gpd.GeoDataFrame, rules: Rules) -> tuple[pd.DataFrame, Ints]:
    """Tell affected grids and their neighbours, and how much of each is affected; rows of the affected ones."""
    area = shapely.union_all(hazard.geometry.to_numpy())
    shapely.prepare(area)
    cells, codes = plan.units.geometry.to_numpy(), pd.Index(ground.codes)
    hit = shapely.intersects(cells, area)
    grid = codes.get_indexer(pd.Index(plan.units["grid_code"]))
    counts = {
        c: np.bincount(grid[hit], plan.units[c].to_numpy(dtype="float64")[hit], len(codes)).astype("int64")
        for c in ("households", "residents")
    }
    shapes = plan.grids.geometry.to_numpy()
    touched = np.unique(grid[hit])
    if not len(touched):
        raise LayerError(
            say("{where}: need an area that touches a grid, found none; check its CRS", where=word("hazards"))
        )
    share = shapely.area(shapely.intersection(shapes[touched], area)) / shapely.area(shapes[touched])
    beside = _beside(plan, touched, rules)
    rows = np.concatenate([touched, beside])
    shared = shared_grids(plan.grids, rules.privacy.min_count).iloc[rows]
    table = pd.DataFrame(shared[["grid_code", "name", "community", *KEY_GROUPS, "key_places"]]).reset_index(drop=True)
    table.insert(3, "state", np.repeat(["affected", "neighbour"], [len(touched), len(beside)]))
    table.insert(4, "share", np.concatenate([share, np.zeros(len(beside))]).round(4))
    table.insert(5, "households", np.where(table["state"] == "affected", counts["households"][rows], 0))
    table.insert(6, "residents", np.where(table["state"] == "affected", counts["residents"][rows], 0))
    return table, touched.astype(np.int64)


def _beside(plan: PlanData, touched: Ints, rules: Rules) -> Ints:
    """Grids that touch an affected one, or lie near it."""
    edges = find_neighbours(plan, rules.geometry.min_border_m)
    both = np.concatenate([edges, edges[:, ::-1]])
    near = both[np.isin(both[:, 0], touched), 1]
    shapes = plan.grids.geometry.to_numpy()
    if rules.emergency.neighbours_m > 0:
        found = shapely.STRtree(shapes).query(
            shapes[touched], predicate="dwithin", distance=rules.emergency.neighbours_m
        )
        near = np.concatenate([near, found[1]])
    return np.setdiff1d(near, touched).astype(np.int64)


def _needs(situation: pd.DataFrame, rows: Ints, per_person: int) -> Ints:
    households = situation["households"].to_numpy(dtype="float64")[: len(rows)]
    return np.ceil(households / per_person).astype(np.int64)


def _spread(need: Ints, rows: Ints, situation: pd.DataFrame) -> Ints:
    return np.concatenate([need, np.zeros(len(situation) - len(rows), np.int64)])


def _send(
    ground: Ground, ways: Ways, rows: Ints, need: Ints, people: pd.DataFrame | None, rules: Rules, skills: list[str]
) -> tuple[pd.DataFrame, list[Finding], int]:
    """Send the staff of organs: who lives in the community first, then who works there, then the others."""
    columns = ["grid_code", "person_id", "tier", "distance_m"]
    if people is None:
        return pd.DataFrame(columns=columns), [], 0
    crews, told = muster(people, ground, rules.deployment, new_codes=True)
    told = [f for f in told if f.code != "roster_jurisdictions"]
    ids = {i for crew in crews for i, staff in zip(crew.ids, crew.staff, strict=True)
           if staff == "organ" or crew.rules.force == ORGANS}  # fmt: skip
    staff = people[people["person_id"].isin(ids)].sort_values("person_id", ignore_index=True)
    able = np.array([set(skills) <= set(split_list(text)) for text in staff["skills"]], dtype=bool)
    if not able.all():
        reason = say(
            "{force}: {count} persons lack {skills} and are not assigned, first {ids}", force=word(ORGANS),
            count=int((~able).sum()), skills=", ".join(skills), ids=first_three(staff["person_id"][~able]),
        )  # fmt: skip
        told.append(Finding(code="roster_skills", severity="warning", subject="personnel", reason=reason))
    staff = staff[able].reset_index(drop=True)
    task, metres, tier = _dispatch_task(ground, ways, rows, need, staff, rules)
    if not len(staff):
        return pd.DataFrame(columns=columns), told, 0
    found = solve_flow(task)
    frame = pd.DataFrame({
        "grid_code": ground.codes[rows[found.item]], "person_id": staff["person_id"].to_numpy()[found.person],
        "tier": np.array(TIERS, dtype=object)[tier[found.item, found.person]],
        "distance_m": metres[found.item, found.person].round(1),
    })  # fmt: skip
    return frame.astype({"grid_code": "str"}), told, len(staff) - len(np.unique(found.person))


def _dispatch_task(
    ground: Ground, ways: Ways, rows: Ints, need: Ints, staff: pd.DataFrame, rules: Rules
) -> tuple[Task, Floats, Ints]:
    """Prices by tier: no way is long enough to send a stranger where somebody who belongs there is free."""
    metres = np.full((2, len(rows), len(staff)), np.inf)
    here = np.zeros(metres.shape, dtype=bool)
    for k, place in enumerate(("home", "work")):
        xy = staff[[f"{place}_x", f"{place}_y"]].to_numpy(dtype="float64")
        known = np.isfinite(xy).all(axis=1)
        if known.any():
            metres[k][:, known] = ways.measure(xy[known], ground.xy[rows])[0]
            here[k][:, known] = ground.community[rows][:, None] == _community_at(ground, xy[known])
    nearest = metres.min(axis=0)
    tier = np.where(here[0], 0, np.where(here[1], 1, 2))
    way = np.where(here[0], metres[0], np.where(here[1], metres[1], nearest))
    way = np.where(np.isfinite(way), way, 0.0)
    step = float(way.max(initial=0.0)) * (len(rows) + 1) + 1.0
    given = staff["capacity"].to_numpy(dtype="float64")
    capacity = np.where(np.isfinite(given), np.floor(given), rules.emergency.organ_capacity)
    task = Task(
        price=way + tier * step, need=need, size=np.ones(len(rows)), capacity=np.maximum(capacity, 1.0),
        group=np.zeros(len(staff), np.int64), load_m=0.0,
    )  # fmt: skip
    return task, way, tier


def _community_at(ground: Ground, xy: Floats) -> Ints:
    from scipy.spatial import cKDTree  # noqa: PLC0415  only where persons are sent

    _, nearest = cKDTree(ground.xy).query(xy)
    return np.asarray(ground.community[nearest], dtype=np.int64)


def _reach(
    plan: PlanData, ground: Ground, ways: Ways, bases: gpd.GeoDataFrame | None, number: int | None, rules: Rules
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, dict[str, float]]:
    """Tell which bases reach which grids in time, the fewest that reach all, and the best of a given number."""
    places = _places(plan, ground, bases)
    xy = np.column_stack([places.geometry.x, places.geometry.y])
    emergency = rules.emergency
    minutes = emergency.muster_min + ways.measure(xy, ground.xy)[0] / emergency.speed_m_per_min
    within: Flags = minutes <= emergency.response_min
    needed, proven = fewest_bases(within)
    chosen, best = (needed, proven) if number is None else best_bases(within, ground.households, number)
    frame = places.assign(
        grids=within.sum(axis=0).astype("int64"), households=(ground.households @ within).astype("int64"),
        needed=np.isin(np.arange(len(places)), needed), chosen=np.isin(np.arange(len(places)), chosen),
    )  # fmt: skip
    mine = minutes[:, chosen]
    nearest = mine.argmin(axis=1) if len(chosen) else np.zeros(len(ground.codes), np.int64)
    times = mine[np.arange(len(ground.codes)), nearest] if len(chosen) else np.full(len(ground.codes), np.inf)
    ids = places["base_id"].to_numpy(dtype=object)
    reach = pd.DataFrame({
        "grid_code": ground.codes, "base_id": ids[chosen][nearest] if len(chosen) else "",
        "minutes": np.where(np.isfinite(times), times, np.nan).round(1), "in_time": times <= emergency.response_min,
    })  # fmt: skip
    totals = {
        "bases_needed": float(len(needed)), "bases_needed_proven": float(proven), "bases_chosen": float(len(chosen)),
        "bases_chosen_proven": float(best), "unreachable": float((~within.any(axis=1)).sum()),
        "households_in_time": float(ground.households[reach["in_time"].to_numpy()].sum()),
    }  # fmt: skip
    return frame, reach, totals


def _places(plan: PlanData, ground: Ground, bases: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    if bases is None:
        points = gpd.GeoSeries.from_xy(*ground.xy.T, crs=plan.crs)
        return gpd.GeoDataFrame({"base_id": ground.codes.astype(str)}, geometry=points)
    names = bases["name"].where(bases["name"] != "", [f"{k + 1}" for k in range(len(bases))])
    return gpd.GeoDataFrame({"base_id": names.to_numpy()}, geometry=bases.geometry.to_numpy(), crs=plan.crs)


def _say_nobody(totals: dict[str, float]) -> Iterator[Finding]:
    """Without a roster nothing lacks: only what would be needed is told."""
    reason = say(
        "{needed} persons are needed and {reserve} for the reserve; no roster is given, so that nobody is sent",
        needed=int(totals["needed"]), reserve=int(totals["reserve"]),
    )  # fmt: skip
    yield Finding(code="emergency_nobody", severity="notice", subject="emergency", reason=reason,
                  value=totals["needed"])  # fmt: skip


def _say_needs(situation: pd.DataFrame, totals: dict[str, float], ground: Ground) -> Iterator[Finding]:
    rows = {code: row for row, code in enumerate(ground.codes)}
    short = situation[situation["sent"] < situation["needed"]]
    if len(short):
        count = int((short["needed"] - short["sent"]).sum())
        reason = say(
            "{grids} affected grids lack {count} persons, first {ids}; {left} of the staff of organs are left",
            grids=len(short), count=count, ids=first_three(short["grid_code"]), left=int(totals["left"]),
        )  # fmt: skip
        yield Finding(code="emergency_short", severity="warning", subject="emergency", reason=reason,
                      value=float(count), place=ground.place(rows[short["grid_code"].iloc[0]]))  # fmt: skip
    if totals["left"] < totals["reserve"]:
        reason = say(
            "the reserve should have {reserve} persons, {left} are left after those who are sent",
            reserve=int(totals["reserve"]), left=int(totals["left"]),
        )  # fmt: skip
        yield Finding(code="emergency_reserve", severity="warning", subject="emergency", reason=reason,
                      value=totals["reserve"] - totals["left"])  # fmt: skip


def _say_reach(reach: pd.DataFrame, totals: dict[str, float], ground: Ground) -> Iterator[Finding]:
    late = np.flatnonzero(~reach["in_time"].to_numpy(dtype=bool))
    if len(late):
        reason = say(
            "{count} grids are not reached in time, first {ids}; {far} of them from no base at all",
            count=len(late), ids=first_three(ground.codes[late]), far=int(totals["unreachable"]),
        )  # fmt: skip
        yield Finding(code="emergency_out_of_reach", severity="warning", subject="emergency", reason=reason,
                      value=float(len(late)), place=ground.place(int(late[0])))  # fmt: skip
    reason = say(
        "it takes at least {count} bases to reach every grid that can be reached in time",
        count=int(totals["bases_needed"]),
    )
    yield Finding(code="emergency_bases", severity="notice", subject="emergency", reason=reason,
                  value=totals["bases_needed"])  # fmt: skip
