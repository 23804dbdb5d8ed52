"""Checks on polygons: cover, overlap, one community, one piece."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridplan.language import join, say, word
from gridplan.model import Finding
from gridplan.reporting.ledger import AREA_SHARE, Ints, Ledger, Place

_KEY = ["community", "community_code", "subdistrict"]
_POLYGON = 3


def check_shapes(ledger: Ledger) -> Iterator[Finding]:
    """Check that every grid has a valid polygon, that of its units.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        Errors, one per grid.
    """
    plan, area = ledger.plan, shapely.area(ledger.shapes)
    cells = shapely.area(plan.units.geometry.to_numpy())
    member = ledger.grid_of_unit >= 0
    own = np.bincount(ledger.grid_of_unit[member], cells[member], minlength=len(area))
    for grid in np.flatnonzero(~shapely.is_valid(ledger.shapes)):
        why = shapely.is_valid_reason(ledger.shapes[grid])
        yield ledger.about_grid(
            grid, "grid_invalid", say("has no valid polygon: {why}", why=why or say("none at all")), np.nan
        )
    for grid in np.flatnonzero(~np.isclose(own, area, rtol=AREA_SHARE)):
        text = say("has an area of {area:.1f} m2, its units have {own:.1f} m2", area=area[grid], own=own[grid])
        yield ledger.about_grid(grid, "grid_area_differs", text, area[grid] - own[grid])


def check_cover(ledger: Ledger) -> Iterator[Finding]:
    """Check that the grids of a community cover it and form a valid coverage.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        Errors: one per community not covered, one per grid whose borders do not match.
    """
    plan, home = ledger.plan, _community_rows(ledger)
    whole = shapely.area(plan.communities.geometry.to_numpy())
    covered = np.bincount(home[home >= 0], shapely.area(ledger.shapes)[home >= 0], minlength=len(whole))
    for row in np.flatnonzero(~np.isclose(covered, whole, rtol=AREA_SHARE)):
        name = str(plan.communities["community"].iloc[row])
        reason = say(
            "Grids cover {covered:.1f} m2 of the {whole:.1f} m2 of community {name}.",
            covered=covered[row],
            whole=whole[row],
            name=name,
        )
        yield Finding(
            code="community_not_covered", severity="error", subject=name, reason=reason,
            value=float(whole[row] - covered[row]), place=_inside(plan.communities.geometry.iloc[row]),
        )  # fmt: skip
    if not shapely.coverage_is_valid(ledger.shapes):
        wrong = shapely.length(shapely.coverage_invalid_edges(ledger.shapes))
        for grid in np.flatnonzero(wrong > 0):
            text = say("has {metres:.1f} m of border that do not match its neighbours", metres=wrong[grid])
            yield ledger.about_grid(grid, "coverage_invalid", text, wrong[grid])


def check_overlap(ledger: Ledger) -> Iterator[Finding]:
    """Check that no two grids share ground.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        Errors, one per pair of grids.
    """
    sound = np.flatnonzero(shapely.is_valid(ledger.shapes))
    shapes = ledger.shapes[sound]
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    meet = ~shapely.touches(shapes[a], shapes[b])
    a, b = a[meet], b[meet]
    shared = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    limit = AREA_SHARE * np.minimum(shapely.area(shapes[a]), shapely.area(shapes[b]))
    for pair in np.flatnonzero(shared > limit):
        other = ledger.plan.grids["grid_code"].iloc[sound[b[pair]]]
        text = say("shares {shared:.1f} m2 with grid {other}", shared=shared[pair], other=other)
        yield ledger.about_grid(sound[a[pair]], "grids_overlap", text, shared[pair])


def check_community(ledger: Ledger) -> Iterator[Finding]:
    """Check that a grid lies in exactly one community, with its units and its ground.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        Errors, one per grid.
    """
    plan, home = ledger.plan, _community_rows(ledger)
    member = np.flatnonzero(ledger.grid_of_unit >= 0)
    own = plan.grids[_KEY[:2]].to_numpy(dtype=object)[ledger.grid_of_unit[member]]
    strange = member[(plan.units[_KEY[:2]].to_numpy(dtype=object)[member] != own).any(axis=1)]
    for grid, n in zip(*np.unique(ledger.grid_of_unit[strange], return_counts=True), strict=True):
        yield ledger.about_grid(
            grid, "grid_crosses_community", say("holds {count} units of another community", count=n), n
        )
    for grid in np.flatnonzero(home < 0):
        yield ledger.about_grid(
            grid, "grid_without_community", say("names a community that is not in the plan"), np.nan
        )
    for grid, outside in _outside(ledger, home):
        text = say("has {outside:.1f} m2 outside its community", outside=outside)
        yield ledger.about_grid(grid, "grid_outside_community", text, outside)


def check_pieces(ledger: Ledger) -> Iterator[Finding]:
    """Check that a grid of several polygons says why: a crossing, a link, or a cell in pieces itself.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        Notices, or errors where nothing explains the pieces.
    """
    broken = _in_pieces(ledger.plan.units.geometry.to_numpy()) & (ledger.grid_of_unit >= 0)
    split_cell = np.isin(np.arange(len(ledger.shapes)), ledger.grid_of_unit[broken])
    joined = {kind: _grids_with(ledger, kind) for kind in ("crossing", "link")}
    for grid in np.flatnonzero(_in_pieces(ledger.shapes)):
        reasons = [say("a {kind} joins them", kind=word(kind)) for kind, has in joined.items() if has[grid]]
        reasons += [say("the ground of a unit is in pieces")] if split_cell[grid] else []
        n = int(shapely.get_num_geometries(ledger.shapes[grid]))
        text = say("has {count} polygons: {why}", count=n, why=join(reasons, "and") or say("nothing explains it"))
        yield ledger.about_grid(grid, "grid_in_pieces", text, n, severity="notice" if reasons else "error")


def _grids_with(ledger: Ledger, kind: str) -> NDArray[np.bool_]:
    """Which grids have an edge of a kind inside."""
    ends = ledger.grid_of_unit[ledger.pairs[ledger.barrier == kind]]
    inside = ends[:, 0][(ends[:, 0] == ends[:, 1]) & (ends[:, 0] >= 0)]
    return np.isin(np.arange(len(ledger.shapes)), inside)


def _in_pieces(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray((shapely.get_num_geometries(shapes) > 1) & (shapely.get_type_id(shapes) > _POLYGON))


def _community_rows(ledger: Ledger) -> Ints:
    """Row of the community of each grid; -1 where there is none."""
    rows = {key: row for row, key in reversed(list(enumerate(_keys(ledger.plan.communities))))}
    return np.array([rows.get(key, -1) for key in _keys(ledger.plan.grids)], dtype=np.int64)


def _keys(frame: Any) -> list[tuple[str, ...]]:  # noqa: ANN401  a frame of any kind
    return list(zip(*(frame[c].astype(str) for c in _KEY), strict=True))


def _outside(ledger: Ledger, home: Ints) -> Iterator[tuple[int, float]]:
    """Grids with ground outside their community, and how much; exact areas only where the quick test fails."""
    areas = ledger.plan.communities.geometry.to_numpy().copy()
    shapely.prepare(areas)
    known = np.flatnonzero((home >= 0) & shapely.is_valid(ledger.shapes))
    doubtful = known[~shapely.covers(areas[home[known]], ledger.shapes[known])]
    for grid in doubtful:
        shape = ledger.shapes[grid]
        near = shapely.clip_by_rect(areas[home[grid]], *shapely.bounds(shape))
        outside = float(shapely.area(shapely.difference(shape, near)))
        if outside > AREA_SHARE * shapely.area(shape):
            yield int(grid), outside


def _inside(shape: Any) -> Place:  # noqa: ANN401  any geometry
    point = shapely.point_on_surface(shape)
    return None if shapely.is_empty(point) or point is None else (float(point.x), float(point.y))
