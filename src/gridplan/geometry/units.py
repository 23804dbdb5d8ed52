"""Units: what is never split. Buildings, entrances of large buildings, and where they stand."""

from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.errors import first_three
from gridplan.geometry.blocks import Blocks, first_hit
from gridplan.geometry.territory import Shapes, Territory
from gridplan.language import say
from gridplan.model import Finding, Layers
from gridplan.schema import KEY_GROUPS

COUNTS = ("households", "residents", *KEY_GROUPS)
"""Columns that add up."""


def split_buildings(layers: Layers, upper: int | NDArray[np.float64]) -> gpd.GeoDataFrame:
    """Lay out the parts of buildings that are never split.

    Parameters
    ----------
    layers : Layers
        Buildings and entrances.
    upper : int or float64[n_buildings]
        A building with more households than its own is cut by entrance, where its entrances are known.

    Returns
    -------
    GeoDataFrame, n_parts rows
        `building` (row of the layer), building_id, entrance, `COUNTS`, source, compound, compound_code, x and y
        (metres); geometry is the footprint of the part. In the order of buildings and entrances.
    """
    columns = ["building_id", *COUNTS, "source", "compound", "compound_code"]
    parts = layers.buildings[[*columns, "geometry"]].reset_index(drop=True)
    parts = parts.set_geometry(_footprints(np.asarray(parts.geometry.array)), crs=layers.crs)
    parts = parts.assign(building=np.arange(len(parts)), entrance="")
    if layers.entrances is not None:
        parts = _by_entrance(parts, layers.entrances, upper)
    spots = shapely.centroid(np.asarray(parts.geometry.array))
    outside = ~shapely.intersects(np.asarray(parts.geometry.array), spots)
    spots[outside] = shapely.point_on_surface(np.asarray(parts.geometry.array)[outside])
    return parts.assign(x=shapely.get_x(spots), y=shapely.get_y(spots))


def _footprints(shapes: Shapes) -> Shapes:
    """Repaired polygons or points; None stays None, a line becomes its middle."""
    shapes = shapely.force_2d(shapes.copy())
    broken = ~(shapely.is_valid(shapes) | shapely.is_missing(shapes))
    shapes[broken] = shapely.make_valid(shapes[broken])
    flat = (shapely.get_dimensions(shapes) < 2) | (shapely.area(shapes) == 0)  # noqa: PLR2004
    shapes[flat] = shapely.centroid(shapes[flat])
    return np.asarray(shapes)


def _by_entrance(
    parts: gpd.GeoDataFrame, entrances: pd.DataFrame, upper: int | NDArray[np.float64]
) -> gpd.GeoDataFrame:
    """Replace each building above `upper` by its entrances."""
    large = parts.index[parts["households"] > upper]
    rows = entrances[entrances["building_id"].isin(parts["building_id"][large])]
    rows = rows[rows.groupby("building_id")["building_id"].transform("size") > 1]
    if rows.empty:
        return parts
    home = pd.Series(parts.index, index=parts["building_id"]).loc[rows["building_id"]].to_numpy()
    order = np.argsort(home, kind="stable")
    rows, home = rows.iloc[order], home[order]
    cut = parts.loc[home].assign(**{c: rows[c].to_numpy() for c in ("entrance", *COUNTS)})
    starts = np.unique(home, return_index=True)[1]
    strips = [
        strips_of(parts.geometry.iloc[home[a]], rows["households"].to_numpy()[a:b])
        for a, b in zip(starts, [*starts[1:], len(home)], strict=True)
    ]
    cut = cut.set_geometry(np.concatenate(strips), crs=parts.crs)
    whole = parts.drop(index=np.unique(home))
    return pd.concat([whole, cut]).sort_values("building", kind="stable").reset_index(drop=True)


def strips_of(footprint: shapely.Geometry, households: NDArray[np.int64]) -> Shapes:
    """Cut a footprint across its long axis into strips, west to east.

    Parameters
    ----------
    footprint : polygon or point
        Of one building; a point stands for a small slab.
    households : int64[n_entrances]
        Lengths of the strips are proportional to these, empty entrances counting as one household.

    Returns
    -------
    array of geometries, n_entrances values
        The strips, in the order of the entrances.
    """
    if shapely.get_dimensions(footprint) == 0:
        x, y = shapely.get_coordinates(footprint)[0]
        footprint = shapely.box(x - len(households), y - 1, x + len(households), y + 1)
    return np.asarray(shapely.intersection(footprint, strip_boxes(footprint, households)))


def strip_boxes(footprint: shapely.Geometry, households: NDArray[np.int64], reach_m: float = 1.0) -> Shapes:
    """Lay boxes across the long axis of a footprint, west to east, that cut it into strips.

    Parameters
    ----------
    footprint : polygon
        Of one building.
    households : int64[n_entrances]
        As of `strips_of`.
    reach_m : float
        How far the boxes reach beyond the footprint.

    Returns
    -------
    array of polygons, n_entrances values
        Boxes side by side.
    """
    share = np.maximum(households, 1).cumsum() / np.maximum(households, 1).sum()
    corners = shapely.get_coordinates(shapely.oriented_envelope(footprint))
    sides = np.diff(corners, axis=0)[:2]
    along = sides[np.argmax(np.hypot(*sides.T))]
    along = along / np.hypot(*along)
    along = along if tuple(np.round(along, 9)) > (0.0, 0.0) else -along
    across = np.array([-along[1], along[0]])
    reach = shapely.get_coordinates(footprint) @ np.array([along, across]).T
    (low, bottom), (high, top) = reach.min(axis=0), reach.max(axis=0)
    cuts = low + (high - low) * np.concatenate([[0.0], share])
    cuts[0], cuts[-1] = low - reach_m, high + reach_m
    bottom, top = bottom - reach_m, top + reach_m
    boxes = [
        shapely.Polygon([s * along + t * across for s, t in ((a, bottom), (b, bottom), (b, top), (a, top))])
        for a, b in pairwise(cuts)
    ]
    return np.array(boxes, dtype=object)


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """Where the parts of buildings stand.

    Parameters
    ----------
    block : int32[n_parts]
        Block of each part; -1 for those set aside.
    community : int32[n_parts]
        Community of each part; -1 for those set aside.
    moved : bool[n_parts]
        The part stands in water or outside and was brought to the nearest ground.
    reasons : array of str, n_parts values
        Why a part is set aside; empty for the others.
    findings : tuple of Finding
        What was moved or set aside.
    """

    block: NDArray[np.int32]
    community: NDArray[np.int32]
    moved: NDArray[np.bool_]
    reasons: NDArray[np.object_]
    findings: tuple[Finding, ...]


def find_homes(parts: gpd.GeoDataFrame, blocks: Blocks, territory: Territory, max_outside_m: float) -> Homes:
    """Find the block and the community of each part of a building.

    Parameters
    ----------
    parts : GeoDataFrame, n_parts rows
        From `split_buildings`.
    blocks : Blocks
        Of the same ground.
    territory : Territory
        Communities.
    max_outside_m : float
        A building farther than this from all planned ground is set aside.

    Returns
    -------
    Homes
        One value per part; entrances stand where their building does.
    """
    first = np.unique(parts["building"].to_numpy(), return_index=True)[1]
    whole = np.repeat(np.arange(len(first)), np.diff([*first, len(parts)]))
    spots = shapely.points(parts["x"].to_numpy()[first], parts["y"].to_numpy()[first])
    missing = np.isnan(shapely.get_x(spots))
    block = first_hit(blocks.polygons, spots)
    community = blocks.community[block].copy()
    dry = np.nonzero(~blocks.water)[0] if not blocks.water.all() else np.arange(len(blocks.water))
    moved = ((block < 0) | blocks.water[block]) & ~missing
    reasons = np.full(len(first), "", dtype=object)
    reasons[missing] = "no geometry"
    away = np.nonzero(moved)[0]
    tree = shapely.STRtree(blocks.polygons)
    outside = away[block[away] < 0]
    if outside.size:
        near, metres = tree.query_nearest(spots[outside], all_matches=False, return_distance=True)
        far = outside[near[0][metres > max_outside_m]]
        reasons[far] = "too far outside the planned ground"
        community[outside[near[0]]] = blocks.community[near[1]]
    for c in np.unique(community[away]):
        here = away[community[away] == c]
        ground = (
            dry[blocks.community[dry] == c]
            if (blocks.community[dry] == c).any()
            else np.nonzero(blocks.community == c)[0]
        )
        block[here] = ground[shapely.STRtree(blocks.polygons[ground]).nearest(spots[here])]
    gone = reasons != ""
    if territory.polygons is None:
        community = territory.of_building[parts["building"].to_numpy()[first]].copy()
    block[gone] = community[gone] = -1
    findings = _home_findings(parts.iloc[first], moved & ~gone, gone, community, territory)
    return Homes(
        block=block[whole], community=community[whole], moved=(moved & ~gone)[whole], reasons=reasons[whole],
        findings=findings,
    )  # fmt: skip


def _home_findings(
    houses: gpd.GeoDataFrame, moved: NDArray[np.bool_], gone: NDArray[np.bool_], community: NDArray[np.int32],
    territory: Territory,
) -> tuple[Finding, ...]:  # fmt: skip
    """Say what was moved, set aside, or stands in another community than its column says."""
    said = territory.of_building[houses["building"].to_numpy()]
    other = (said >= 0) & (community >= 0) & (said != community) & (territory.polygons is not None)
    found = [
        ("building_moved", "notice", moved, say("stand in water or outside and join the nearest ground")),
        (
            "building_set_aside",
            "warning",
            gone,
            say("lie outside the planned ground or have no geometry and are set aside"),
        ),
        (
            "community_differs",
            "notice",
            other,
            say("name another community than the one they stand in; the place wins"),
        ),
    ]
    return tuple(
        _home_finding(houses[mask], *rest) for *rest, mask in [(c, s, t, m) for c, s, m, t in found] if mask.any()
    )


def _home_finding(rows: gpd.GeoDataFrame, code: str, severity: str, text: str) -> Finding:
    """One sentence on some buildings."""
    households = int(rows["households"].sum())
    reason = say(
        "{count} buildings with {households} households {text}: {ids}.",
        count=len(rows),
        households=households,
        text=text,
        ids=first_three(rows["building_id"]),
    )
    x, y = rows["x"].iloc[0], rows["y"].iloc[0]
    place = None if np.isnan(x) else (float(x), float(y))
    return Finding(
        code=code, severity=severity, subject="buildings", reason=reason, value=float(len(rows)), place=place
    )


def merge_coincident(parts: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Tell which parts are one unit: those at the same place.

    Parameters
    ----------
    parts : GeoDataFrame, n_parts rows
        Those that have a home.

    Returns
    -------
    int64[n_parts]
        Row of the first part at the same place (to a centimetre) with the same floor area (to 0.1 m2).
    """
    area = np.round(shapely.area(np.asarray(parts.geometry.array)), 1)
    keys = pd.DataFrame({"x": parts["x"].round(2), "y": parts["y"].round(2), "area": area})
    first = np.arange(len(parts))
    return np.asarray(pd.Series(first).groupby([keys[c].to_numpy() for c in keys]).transform("min"), dtype="int64")
