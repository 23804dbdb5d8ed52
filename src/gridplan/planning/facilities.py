"""Facilities: what communities have and need, whom services reach, and where new ones reach most (Articles 11-13)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.config import FacilityRules, Rules
from gridplan.cover import best_bases
from gridplan.errors import LayerError, first_three, nth_row
from gridplan.language import join, say, word
from gridplan.model import Finding, PlanData
from gridplan.planning.keys import key_of
from gridplan.schema import (
    CENTRES,
    COVERAGE_COLUMNS,
    ESTATE_COLUMNS,
    GAP_COLUMNS,
    ROOMS,
    SERVICES,
    SITE_COLUMNS,
)
from gridplan.ways import Flags, Floats, Ints, Ways, find_ways

Texts = NDArray[np.object_]

_PARTS: Final = re.compile(r"[\s,;，；、/]+")
_HUNDRED: Final = 100
_STARTS: Final = 200
"""Places measured from at a time."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Provision:
    """What the communities of a plan have and lack.

    Parameters
    ----------
    communities : GeoDataFrame
        `GAP_COLUMNS`, one row per community; polygons.
    estates : DataFrame
        `ESTATE_COLUMNS`, one row per community and year of planned estates.
    coverage : DataFrame
        `COVERAGE_COLUMNS`, one row per service and community; a community without residents is left out.
    grids : GeoDataFrame
        grid_code, community, residents, and for each service the residents out of its reach; polygons.
    sites : GeoDataFrame
        `SITE_COLUMNS`: the best sites for each service that does not reach all, with the residents each adds; points.
    uncovered : GeoDataFrame
        unit_id, grid_code, community, residents, services (those out of reach): units some service does not
        reach; cell polygons.
    facilities : GeoDataFrame
        The facilities, with the services of each and its community_code; points.
    findings : tuple of Finding
        What an office should know.
    """

    communities: gpd.GeoDataFrame
    estates: pd.DataFrame
    coverage: pd.DataFrame
    grids: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    uncovered: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    findings: tuple[Finding, ...]


def provide(
    plan: PlanData,
    facilities: gpd.GeoDataFrame,
    rules: Rules,
    *,
    sites: gpd.GeoDataFrame | None = None,
    estates: gpd.GeoDataFrame | None = None,
) -> Provision:
    """Compare what communities have with what they need.

    Parameters
    ----------
    plan : PlanData
        The plan.
    facilities : GeoDataFrame
        type, name, rooms, area_m2, open, owner, community; points.
    rules : Rules
        Their group `facilities`, and the detour of ways without roads.
    sites : GeoDataFrame or None
        Where new facilities may stand: name; points. None takes the middle of every grid.
    estates : GeoDataFrame or None
        Planned estates: name, year, households; points.

    Returns
    -------
    Provision
        Frames and findings.

    Raises
    ------
    LayerError
        If an estate has no year or no households; all are named.
    """
    wanted, ways = rules.facilities, find_ways(plan.context, rules.deployment.detour, np.inf)
    known = _sort_out(plan, facilities)
    gaps = _compare(plan, known, ways, wanted)
    planned = _plan_ahead(plan, gaps, estates, wanted)
    there = set(known.loc[~known["shut"], "service"])
    services = [s for s in SERVICES if wanted.radius_m(s) > 0 and s in there]
    covered, without = _reach(plan, known, ways, wanted, services)
    coverage = _count(plan, covered, without, wanted, services)
    chosen = _choose(plan, covered, ways, wanted, services, _candidates(plan, sites))
    return Provision(
        communities=gaps, estates=planned, coverage=coverage, grids=_by_grid(plan, covered, services), sites=chosen,
        uncovered=_leftover(plan, covered, services), facilities=known.drop(columns=["has", "shut"]),
        findings=(
            *_say_unknown(known, wanted, services), *_say_gaps(gaps, wanted), *_say_estates(planned),
            *_say_coverage(coverage, chosen),
        ),
    )  # fmt: skip


def _sort_out(plan: PlanData, facilities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Tell the services, the rooms and the community of each facility."""
    known = facilities.reset_index(drop=True)
    service_of = {name: s for s, names in SERVICES.items() for name in (s, *names)}
    room_of = {name: r for r, names in ROOMS.items() for name in (r, *names)}
    own = known["type"].isin(CENTRES)
    rooms = [[room_of[p] for p in _PARTS.split(str(text)) if p in room_of] for text in known["rooms"]]
    return known.assign(
        service=known["type"].map(service_of).fillna("").astype(object),
        own=own | pd.Series([bool(r) for r in rooms], index=known.index, dtype=bool),
        has=pd.Series(rooms, index=known.index, dtype=object),
        shut=known["open"].eq(other=False).fillna(value=False).astype(bool),
        community_code=_communities_of(plan, known),
    )


def _communities_of(plan: PlanData, points: gpd.GeoDataFrame) -> Texts:
    """Find the community of each point: the one it names, else the one it lies in; "" for none."""
    keys = key_of(plan.communities).to_numpy(dtype=object)
    shapes = plan.communities.geometry.to_numpy()
    places = shapely.point_on_surface(points.geometry.to_numpy())
    point, area = shapely.STRtree(shapes).query(places, predicate="intersects")
    found = np.full(len(points), "", dtype=object)
    found[point[::-1]] = keys[area[::-1]]
    if "community" in points:
        names = plan.communities["community"].fillna("").astype(str)
        once = ~names.duplicated(keep=False).to_numpy()
        told = points["community"].map(dict(zip(names[once], keys[once], strict=True)))
        found = told.where(told.notna(), pd.Series(found, index=points.index)).to_numpy(dtype=object)
    return found


def _compare(plan: PlanData, known: gpd.GeoDataFrame, ways: Ways, wanted: FacilityRules) -> gpd.GeoDataFrame:
    """Lay out what each community has and needs."""
    keys, unit = key_of(plan.communities), key_of(plan.units)
    sums = plan.units.groupby(unit.to_numpy())[["households", "residents"]].sum().reindex(keys).fillna(0)
    own = known[known["own"]]
    groups = {str(k): g for k, g in own.groupby("community_code", sort=True)}
    rows = []
    for key, households, residents in zip(keys, sums["households"], sums["residents"], strict=True):
        group = groups.get(str(key), own.iloc[:0])
        needed = wanted.area_per_100_m2 * float(households) / _HUNDRED
        area, rooms = float(group["area_m2"].sum()), {r for has in group["has"] for r in has}
        rows.append((
            int(households), int(residents), len(group), area, round(needed, 1), round(max(0.0, needed - area), 1),
            _scatter(group, ways), ";".join(r for r in wanted.rooms if r not in rooms),
        ))  # fmt: skip
    table = pd.DataFrame(rows, columns=list(GAP_COLUMNS[3:]))
    names = plan.communities[["community", "community_code", "subdistrict"]].reset_index(drop=True)
    shapes = plan.communities.geometry.to_numpy()
    return gpd.GeoDataFrame(pd.concat([names, table], axis=1), geometry=shapes, crs=plan.crs)


def _scatter(group: gpd.GeoDataFrame, ways: Ways) -> float:
    """Measure the longest way between two facilities of a community."""
    if len(group) < 2:  # noqa: PLR2004 - one is not scattered
        return 0.0
    xy = shapely.get_coordinates(shapely.centroid(group.geometry.to_numpy()))
    return round(float(ways.measure(xy, xy)[0].max()), 1)


def _plan_ahead(
    plan: PlanData, gaps: gpd.GeoDataFrame, estates: gpd.GeoDataFrame | None, wanted: FacilityRules
) -> pd.DataFrame:
    """Add planned estates year by year to what communities need."""
    if estates is None or not len(estates):
        return pd.DataFrame(columns=list(ESTATE_COLUMNS))
    numbers = estates[["year", "households"]].to_numpy(dtype="float64")
    wrong = ~(
        np.isfinite(numbers).all(axis=1) & (numbers >= 0).all(axis=1) & (numbers == np.round(numbers)).all(axis=1)
    )
    if wrong.any():
        raise LayerError(
            say("{where}: need a year and households for every estate, found none at {ids}; complete them",
                where=word("estates"), ids=first_three(nth_row(i) for i in np.flatnonzero(wrong).tolist()))
        )  # fmt: skip
    table = pd.DataFrame({"key": _communities_of(plan, estates), "year": numbers[:, 0], "planned": numbers[:, 1]})
    table = table[table["key"] != ""].groupby(["key", "year"], sort=True)[["planned"]].sum().reset_index()
    now = gaps.set_index(key_of(gaps))
    table["households"] = table.groupby("key")["planned"].cumsum() + now["households"].reindex(table["key"]).to_numpy()
    table["needed_m2"] = (wanted.area_per_100_m2 * table["households"] / _HUNDRED).round(1)
    table["gap_m2"] = (table["needed_m2"] - now["area_m2"].reindex(table["key"]).to_numpy()).clip(lower=0).round(1)
    for name in ("community", "community_code"):
        table[name] = now[name].reindex(table["key"]).to_numpy()
    whole = ["year", "planned", "households"]
    return table.astype(dict.fromkeys(whole, "int64"))[list(ESTATE_COLUMNS)]


def _reach(
    plan: PlanData, known: gpd.GeoDataFrame, ways: Ways, wanted: FacilityRules, services: list[str]
) -> tuple[Flags, Flags]:
    """Tell which service reaches which unit, with and without what employers opened: units x services."""
    units = plan.units[["x", "y"]].to_numpy(dtype="float64")
    xy = shapely.get_coordinates(shapely.centroid(known.geometry.to_numpy()))
    opened = ((known["owner"] != "") | (known["service"] == "shared")).to_numpy(dtype=bool)
    serves = ~known["shut"].to_numpy(dtype=bool) & ~(opened & ~known["open"].eq(other=True).fillna(value=False))
    covered, without = (np.zeros((len(units), len(services)), dtype=bool) for _ in range(2))
    for k, service in enumerate(services):
        row = np.flatnonzero(serves & (known["service"] == service).to_numpy(dtype=bool))
        near = _within(ways, xy[row], units, wanted.radius_m(service))
        covered[:, k], without[:, k] = near.any(axis=1), near[:, ~opened[row]].any(axis=1)
    return covered, without


def _within(ways: Ways, starts: Floats, ends: Floats, radius_m: float) -> Flags:
    parts = [ways.within(starts[i : i + _STARTS], ends, radius_m) for i in range(0, len(starts), _STARTS)]
    return np.concatenate([np.zeros((len(ends), 0), dtype=bool), *parts], axis=1)


def _count(plan: PlanData, covered: Flags, without: Flags, wanted: FacilityRules, services: list[str]) -> pd.DataFrame:
    """Count the residents that each service reaches in each community."""
    keys, residents = key_of(plan.communities).to_numpy(), plan.units["residents"].to_numpy(dtype="int64")
    at = pd.Index(keys).get_indexer(pd.Index(key_of(plan.units)))
    total = np.bincount(at, residents, len(keys)).astype("int64")
    lived, names, parts = total > 0, plan.communities[["community", "community_code"]].reset_index(drop=True), []
    for k, service in enumerate(services):
        reached, plainly = (
            np.bincount(at, residents * flags[:, k], len(keys)).astype("int64") for flags in (covered, without)
        )
        part = names.assign(
            service=service, radius_m=wanted.radius_m(service), residents=total, covered=reached,
            uncovered=total - reached, share=np.round(reached / np.maximum(total, 1), 4), opened=reached - plainly,
        )  # fmt: skip
        parts.append(part[lived])
    empty = pd.DataFrame(columns=list(COVERAGE_COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(COVERAGE_COLUMNS)] if parts else empty


def _by_grid(plan: PlanData, covered: Flags, services: list[str]) -> gpd.GeoDataFrame:
    """Count the residents of each grid out of reach of each service."""
    at = pd.Index(plan.grids["grid_code"]).get_indexer(pd.Index(plan.units["grid_code"]))
    held = at >= 0
    left = plan.units["residents"].to_numpy(dtype="int64")[:, None] * ~covered
    out = {
        service: np.bincount(at[held], left[held, k], len(plan.grids)).astype("int64")
        for k, service in enumerate(services)
    }
    table = plan.grids[["grid_code", "community", "residents", "geometry"]].reset_index(drop=True)
    return gpd.GeoDataFrame(table.assign(**out), crs=plan.crs)


def _leftover(plan: PlanData, covered: Flags, services: list[str]) -> gpd.GeoDataFrame:
    """List the units that some service does not reach."""
    some = ~covered.all(axis=1) & (plan.units["residents"].to_numpy() > 0)
    names = [";".join(s for s, yes in zip(services, row, strict=True) if not yes) for row in covered[some]]
    units = plan.units.loc[some, ["unit_id", "grid_code", "community", "residents", "geometry"]]
    return gpd.GeoDataFrame(units.assign(services=names).reset_index(drop=True), crs=plan.crs)


def _candidates(plan: PlanData, sites: gpd.GeoDataFrame | None) -> tuple[Texts, Floats]:
    """Lay out where new facilities may stand."""
    if sites is not None:
        xy = shapely.get_coordinates(shapely.centroid(sites.geometry.to_numpy()))
        names = sites["name"].fillna("").astype(str)
        fallback = pd.Series([nth_row(i) for i in range(len(sites))], index=sites.index, dtype=object)
        return names.where(names != "", fallback).to_numpy(dtype=object), xy
    units = plan.units[plan.units["households"] > 0]
    weight = units["households"].to_numpy(dtype="float64")
    moments = pd.DataFrame({"x": units["x"] * weight, "y": units["y"] * weight, "w": weight})
    sums = moments.groupby(units["grid_code"], sort=True).sum()
    return sums.index.to_numpy(dtype=object), (sums[["x", "y"]].to_numpy().T / sums["w"].to_numpy()).T


def _choose(
    plan: PlanData, covered: Flags, ways: Ways, wanted: FacilityRules, services: list[str],
    candidates: tuple[Texts, Floats],
) -> gpd.GeoDataFrame:  # fmt: skip
    """Find the sites that reach the most residents out of reach: exact, by HiGHS."""
    names, xy = candidates
    residents = plan.units["residents"].to_numpy(dtype="float64")
    places = plan.units[["x", "y"]].to_numpy(dtype="float64")
    rows: list[tuple[Any, ...]] = []
    points: list[Floats] = []
    for k, service in enumerate(services):
        left = np.flatnonzero(~covered[:, k] & (residents > 0))
        if not (len(left) and len(xy) and wanted.new_sites):
            continue
        near = _within(ways, xy, places[left], wanted.radius_m(service))
        best, proven = best_bases(near, residents[left], wanted.new_sites)
        for site, adds in _in_order(near, residents[left], best):
            rows.append((service, names[site], adds, proven))
            points.append(xy[site])
    shapes = gpd.points_from_xy(*np.array(points).reshape(-1, 2).T, crs=plan.crs)
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(SITE_COLUMNS)), geometry=shapes, crs=plan.crs)


def _in_order(near: Flags, residents: Floats, best: Ints) -> Iterator[tuple[int, int]]:
    """Put chosen sites in the order in which they add most, with what each adds."""
    left, open_ = residents.copy(), best.tolist()
    while open_:
        gains = [float(left[near[:, site]].sum()) for site in open_]
        k = int(np.argmax(gains))
        if gains[k] <= 0:
            return
        site = open_.pop(k)
        left[near[:, site]] = 0.0
        yield site, round(gains[k])


def _finding(code: str, severity: str, row: Mapping[Any, Any], reason: str, value: float) -> Finding:
    return Finding(code=code, severity=severity, subject=str(row["community"]), reason=reason, value=value)


def _say_unknown(known: gpd.GeoDataFrame, wanted: FacilityRules, services: list[str]) -> Iterator[Finding]:
    """Tell what the layer leaves open."""
    absent = [s for s in SERVICES if wanted.radius_m(s) > 0 and s not in services]
    if absent:
        reason = say("no facility in the layer offers {services}: nothing is told about them",
                     services=join([word(s) for s in absent]))  # fmt: skip
        yield _about_layer("service_unknown", reason, len(absent))
    strange = known[(known["service"] == "") & ~known["own"]]
    if len(strange):
        reason = say("{count} facilities offer no service that is known, first {names}; correct their type",
                     count=len(strange), names=first_three(strange["type"].drop_duplicates()))  # fmt: skip
        yield _about_layer("facility_type_unknown", reason, len(strange))
    own = known[known["own"]]
    bare, lost = own[own["area_m2"].isna()], own[own["community_code"] == ""]
    if len(bare):
        reason = say("{count} facilities of communities have no area and count as 0, first {names}; add it",
                     count=len(bare), names=first_three(bare["name"]))  # fmt: skip
        yield _about_layer("facility_area_unknown", reason, len(bare))
    if len(lost):
        reason = say("{count} facilities lie in no community and count for none, first {names}; correct their place",
                     count=len(lost), names=first_three(lost["name"]))  # fmt: skip
        yield _about_layer("facility_outside", reason, len(lost))


def _about_layer(code: str, reason: str, value: float) -> Finding:
    severity = "notice" if code.startswith("service") else "warning"
    return Finding(code=code, severity=severity, subject="facilities", reason=reason, value=float(value))


def _say_gaps(gaps: gpd.GeoDataFrame, wanted: FacilityRules) -> Iterator[Finding]:
    for row in gaps[gaps["households"] > 0].to_dict("records"):
        if row["gap_m2"] > 0:
            reason = say("{area:.0f} m2 of facilities for {households} households, {needed:.0f} m2 needed",
                         area=row["area_m2"], households=row["households"], needed=row["needed_m2"])  # fmt: skip
            yield _finding("facility_area", "warning", row, reason, row["gap_m2"])
        if row["missing"]:
            rooms = row["missing"].split(";")
            reason = say("rooms missing: {rooms}", rooms=join([word(r) for r in rooms]))
            yield _finding("facility_rooms", "warning", row, reason, len(rooms))
        if row["scatter_m"] > wanted.max_scatter_m:
            reason = say("facilities lie {found:.0f} m apart, more than {most:.0f} m", found=row["scatter_m"],
                         most=wanted.max_scatter_m)  # fmt: skip
            yield _finding("facility_scattered", "notice", row, reason, row["scatter_m"])


def _say_estates(planned: pd.DataFrame) -> Iterator[Finding]:
    for row in planned[planned["gap_m2"] > 0].to_dict("records"):
        reason = say("with {households} planned households {gap:.0f} m2 of facilities are missing in {year}",
                     households=row["planned"], gap=row["gap_m2"], year=row["year"])  # fmt: skip
        yield _finding("facility_estates", "warning", row, reason, row["gap_m2"])


def _say_coverage(coverage: pd.DataFrame, chosen: gpd.GeoDataFrame) -> Iterator[Finding]:
    for service, part in coverage.groupby("service", sort=False):
        missing, total = int(part["uncovered"].sum()), int(part["residents"].sum())
        if not missing:
            continue
        gain = int(chosen.loc[chosen["service"] == service, "residents"].sum())
        reason = say(
            "{missing} of {total} residents have no way of {radius:.0f} m or less to it; the best {count} sites reach "
            "{gain} of them", missing=missing, total=total, radius=part["radius_m"].iloc[0],
            count=int((chosen["service"] == service).sum()), gain=gain,
        )  # fmt: skip
        yield Finding(code="service_out_of_reach", severity="notice", subject=str(service), reason=reason,
                      value=float(missing))  # fmt: skip
