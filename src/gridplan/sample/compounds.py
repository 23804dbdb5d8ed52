"""The buildings on the sites of a district."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.sample.kinds import DWELLINGS, HOUSING, KINDS, LANDMARK
from gridplan.sample.landuse import ONE_LARGE_BELOW, assign_kinds
from gridplan.sample.rows import fill_rows, huddle
from gridplan.sample.shapes import largest_parts
from gridplan.sample.sites import Frames, add_shops, slice_blocks
from gridplan.sample.streets import Streets

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Geometries = NDArray[np.object_]

VILLAGE_HOUSES: Final = (95, 135)
"""Houses of a village of common size, least and most."""
LARGE_VILLAGE: Final = (120, 24, 260)
"""In a small district: one house for so many households, but no fewer and no more than so many houses."""
HOUSE_TILT: Final = 0.06
"""Village houses stand askew by up to so many radians."""
GARDENS_M: Final = {"mid": 26.0, "tower": 34.0}
GARDEN_FROM: Final = 7
"""Compounds of so many buildings have a garden of such a radius in the middle."""
PUMP_HOUSES: Final = 0.045
"""Share of the buildings of a compound that make way for a small one where nobody lives."""
CLEAR_M: Final = 25.0
"""Ground kept free around the 480-household tower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """The built district.

    Parameters
    ----------
    sites : DataFrame, n_sites rows
        block (a face), kind, year, geometry (polygon on the ground, in metres).
    buildings : DataFrame, n_buildings rows
        site, kind, use, entrances, flats (a floor of an entrance), floors, dwellings, year, block, landmark,
        geometry; sorted by site, then from row to row.
    """

    sites: pd.DataFrame
    buildings: pd.DataFrame


def build_quarter(streets: Streets, households: int, rng: np.random.Generator) -> Quarter:
    """Fill the blocks with sites and buildings.

    Parameters
    ----------
    streets : Streets
        The net with its blocks.
    households : int
        Households the district should have room for; sets the number of schools, villages and the like.
    rng : Generator
        Source of all chance.

    Returns
    -------
    Quarter
        Sites and buildings; the dwellings may be more or fewer than `households`.
    """
    centres = shapely.get_coordinates(shapely.point_on_surface(streets.faces))
    frames = Frames(centres, streets.warp.angle_at(centres))
    sites = slice_blocks(frames.turn(streets.blocks, np.arange(len(centres))), rng)
    points = shapely.point_on_surface(sites["geometry"].to_numpy())
    points = frames.turn(points, sites["block"].to_numpy(), back=True)
    sites["kind"] = assign_kinds(sites, points, streets, households=households, rng=rng)
    sites = add_shops(sites, rng)
    years = np.array([KINDS[k].years if k in KINDS else (0, 0) for k in sites["kind"]])
    sites["year"] = rng.integers(years[:, 0], years[:, 1] + 1)
    buildings = _fill_all(sites, households, rng)
    buildings["block"] = sites["block"].to_numpy()[buildings["site"]]
    for frame in (sites, buildings):
        frame["geometry"] = frames.turn(frame["geometry"].to_numpy(), frame["block"].to_numpy(), back=True)
    return Quarter(sites=sites, buildings=buildings)


def _fill_all(sites: pd.DataFrame, households: int, rng: np.random.Generator) -> pd.DataFrame:
    """Put buildings on all sites; those that do not fit are left out."""
    shapes, kinds = sites["geometry"].to_numpy(), sites["kind"].replace("landmark", "tower").to_numpy()
    inset = np.array([KINDS[k].inset if k in KINDS else 0.0 for k in kinds])
    rooms = largest_parts(shapely.buffer(shapes, -inset, join_style="mitre"))
    shapely.prepare(rooms)
    built = np.flatnonzero((kinds != "green") & ~shapely.is_empty(rooms))
    parts = [_fill(rooms[i], kinds[i], households, rng) for i in built]
    boxes = np.concatenate([p[0] for p in parts])
    site = np.repeat(built, [len(p[1]) for p in parts])
    frame = _describe(site, kinds[site], np.concatenate([p[1] for p in parts]), rng)
    keep = _outside_gardens(boxes, shapes, frame)
    boxes = _with_pump_houses(boxes, frame, rng)
    tilt = np.where(frame["kind"] == "village", rng.uniform(-HOUSE_TILT, HOUSE_TILT, len(site)), 0.0)
    frame["geometry"] = _rectangles(boxes, tilt)
    frame = frame[keep & shapely.contains(rooms[site], frame["geometry"].to_numpy())]
    for tower in np.flatnonzero(sites["kind"] == "landmark"):
        frame = _with_landmark(frame, shapes[tower], int(tower))
    return frame.sort_values("site", kind="stable").reset_index(drop=True)


def _fill(room: shapely.Polygon, kind: str, households: int, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Place the buildings of one site."""
    if kind != "village":
        return fill_rows(room, KINDS[kind], rng)
    if households >= ONE_LARGE_BELOW:
        return huddle(room, int(rng.integers(VILLAGE_HOUSES[0], VILLAGE_HOUSES[1] + 1)), rng)
    per, least, most = LARGE_VILLAGE
    return huddle(room, int(np.clip(households // per, least, most)), rng)


def _rectangles(boxes: Floats, tilt: Floats) -> Geometries:
    """Boxes turned about their centres by a few degrees."""
    middle, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half[:, None, :]
    c, s = np.cos(tilt)[:, None], np.sin(tilt)[:, None]
    turned = np.stack([c * corners[..., 0] - s * corners[..., 1], s * corners[..., 0] + c * corners[..., 1]], axis=-1)
    polygons: Geometries = np.asarray(shapely.polygons(turned + middle[:, None, :]))
    return polygons


def _describe(site: Ints, kind: NDArray[np.object_], pick: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """Entrances, flats and floors of the buildings, from the tables of their kinds."""
    names = list(KINDS)
    code = pd.Index(names).get_indexer(pd.Index(kind))
    first = np.concatenate([[0], np.cumsum([len(k.types) for k in KINDS.values()])])
    table = np.array([t[1:] for k in KINDS.values() for t in k.types])
    entrances, flats, low, high = table[first[code] + pick].T
    floors = rng.integers(low, high + 1)
    house = np.array([k.house for k in KINDS.values()])[code]
    return pd.DataFrame({
        "site": site, "kind": kind, "use": np.array([k.use for k in KINDS.values()], dtype=object)[code],
        "entrances": entrances, "flats": flats, "floors": floors,
        "dwellings": entrances * flats * np.where(house, 1, floors), "landmark": False,
    })  # fmt: skip


def _outside_gardens(boxes: Floats, shapes: Geometries, frame: pd.DataFrame) -> Bools:
    """Which buildings do not stand in the garden of their compound."""
    site = frame["site"].to_numpy()
    middle = shapely.get_coordinates(shapely.centroid(shapes))[site]
    away = np.hypot(*((boxes[:, :2] + boxes[:, 2:]) / 2 - middle).T)
    garden = frame["kind"].map(GARDENS_M).fillna(0.0).to_numpy()
    outside: Bools = (away > garden) | (np.bincount(site)[site] < GARDEN_FROM)
    return outside


def _with_pump_houses(boxes: Floats, frame: pd.DataFrame, rng: np.random.Generator) -> Floats:
    """Turn some buildings of compounds into small ones where nobody lives: pump houses, guard rooms."""
    compound = frame["kind"].isin(["slab", "works", "mid", "tower"]).to_numpy()
    small = (rng.random(len(frame)) < PUMP_HOUSES) & compound
    frame["use"] = frame["use"].where(~small, "配套")
    for column in ("flats", "dwellings"):
        frame[column] = frame[column].where(~small, 0)
    for column in ("entrances", "floors"):
        frame[column] = frame[column].where(~small, 1)
    corner = boxes[:, :2] + np.array([4.0, 1.0])
    return np.where(small[:, None], np.column_stack([corner, corner + np.array([14.0, 9.0])]), boxes)


def _with_landmark(frame: pd.DataFrame, shape: shapely.Polygon, site: int) -> pd.DataFrame:
    """Put the 480-household tower in the middle of a site, and nothing close to it."""
    length, depth, entrances, flats, floors = LANDMARK
    centre = shape.centroid if shape.contains(shape.centroid) else shape.point_on_surface()
    box = shapely.box(centre.x - length / 2, centre.y - depth / 2, centre.x + length / 2, centre.y + depth / 2)
    clear = (frame["site"] != site) | (shapely.distance(frame["geometry"].to_numpy(), box) > CLEAR_M)
    tower = pd.DataFrame({
        "site": [site], "kind": ["tower"], "use": [HOUSING], "entrances": [entrances], "flats": [flats],
        "floors": [floors], "dwellings": [entrances * flats * floors], "landmark": [True], "geometry": [box],
    })  # fmt: skip
    return pd.concat([frame[clear], tower], ignore_index=True)


def housing(sites: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which sites people live on.

    Parameters
    ----------
    sites : DataFrame, n_sites rows
        With a column kind.

    Returns
    -------
    bool[n_sites]
        True for housing.
    """
    return sites["kind"].isin([*DWELLINGS, "landmark"]).to_numpy()
