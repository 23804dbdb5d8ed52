"""Sites in the blocks and the buildings on them.

Every block is turned into its own frame, in which rows of buildings run along the x axis; the results are turned back.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.sample.kinds import DWELLINGS, HOUSING, KINDS, LANDMARK
from gridplan.sample.landuse import ONE_LARGE_BELOW, assign_kinds
from gridplan.sample.rows import fill_rows, huddle
from gridplan.sample.streets import Streets

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]
Names = NDArray[np.str_]

SHOP_M = 16.0
"""Depth of the strip of shops along a street."""
SHARE_WITH_SHOPS = 0.35
VILLAGE_HOUSES = (95, 135)
"""Houses of a village of common size, least and most."""


@dataclass(frozen=True, slots=True)
class Frames:
    """The frame of each block: a turn about its centre.

    Parameters
    ----------
    centres : float64[n, 2]
        Easting and northing in metres.
    angles : float64[n]
        Direction of the x axis, radians counter-clockwise from east.
    """

    centres: Floats
    angles: Floats

    def turn(self, shapes: Geometries, block: Ints, *, back: bool = False) -> Geometries:
        """Turn shapes into the frames of their blocks, or back to the ground.

        Parameters
        ----------
        shapes : array of geometry, n
            Shapes in metres.
        block : int64[n]
            Block of each shape.
        back : bool
            From the frame to the ground.

        Returns
        -------
        array of geometry, n
            The shapes, turned.
        """
        points, owner = shapely.get_coordinates(shapes, return_index=True)
        centre, angle = self.centres[block][owner], self.angles[block][owner]
        c, s = np.cos(angle), np.sin(angle) * (1 if back else -1)
        x, y = (points if back else points - centre).T
        turned = np.column_stack([c * x - s * y, s * x + c * y]) + (centre if back else 0.0)
        return shapely.set_coordinates(shapes.copy(), turned)


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
    blocks = frames.turn(streets.blocks, np.arange(len(centres)))
    sites = _slice(blocks, rng)
    sites["kind"] = assign_kinds(sites, frames.turn(_points(sites), sites["block"].to_numpy(), back=True), streets, households, rng)
    sites = _add_shops(sites, rng)
    first = np.array([KINDS[k].years[0] if k in KINDS else 0 for k in sites["kind"]])
    last = np.array([KINDS[k].years[1] if k in KINDS else 0 for k in sites["kind"]])
    sites["year"] = rng.integers(first, last + 1)
    buildings = _fill_all(sites, households, rng)
    buildings["block"] = sites["block"].to_numpy()[buildings["site"]]
    sites["geometry"] = frames.turn(sites["geometry"].to_numpy(), sites["block"].to_numpy(), back=True)
    buildings["geometry"] = frames.turn(buildings["geometry"].to_numpy(), buildings["block"].to_numpy(), back=True)
    return Quarter(sites=sites, buildings=buildings)


def _points(sites: pd.DataFrame) -> Geometries:
    return shapely.point_on_surface(sites["geometry"].to_numpy())


def _slice(blocks: Geometries, rng: np.random.Generator) -> pd.DataFrame:
    """Cut blocks into sites of 1.5 to 5 hectares, side by side or one behind another."""
    rows = []
    for index, block in enumerate(blocks):
        if block.is_empty or block.area < 1_500 or 4 * block.area / block.length < 40:
            continue
        n = int(np.clip(round(block.area / rng.uniform(16_000, 42_000)), 1, 4))
        rows.extend((index, part) for part in _cut(block, n, rng))
    return pd.DataFrame({"block": [r[0] for r in rows], "geometry": np.array([r[1] for r in rows], dtype=object)})


def _cut(block: shapely.Polygon, n: int, rng: np.random.Generator) -> list[shapely.Polygon]:
    """Cut one block into n parts across its longer side."""
    x0, y0, x1, y1 = block.bounds
    if n == 1:
        return [block]
    shares = np.concatenate([[0], np.cumsum(rng.uniform(0.7, 1.3, n))])
    at = shares / shares[-1]
    if x1 - x0 > y1 - y0:
        xs = x0 + at * (x1 - x0)
        boxes = shapely.box(xs[:-1] + 1.5, y0, xs[1:] - 1.5, y1)
    else:
        ys = y0 + at * (y1 - y0)
        boxes = shapely.box(x0, ys[:-1] + 1.5, x1, ys[1:] - 1.5)
    parts = shapely.get_parts(shapely.intersection(block, boxes))
    return [p for p in parts if p.geom_type == "Polygon" and p.area > 1_000]


def _add_shops(sites: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Take a strip along the south or north side of some compounds for shops, outside the compound."""
    kinds = sites["kind"].to_numpy()
    rows = np.flatnonzero(np.isin(kinds, ("slab", "works", "mid", "tower")) & (rng.random(len(sites)) < SHARE_WITH_SHOPS))
    shapes = sites["geometry"].to_numpy(copy=True)
    x0, y0, x1, y1 = shapely.bounds(shapes[rows]).T
    south = rng.random(len(rows)) < 0.6
    low, high = np.where(south, y0, y1 - SHOP_M), np.where(south, y0 + SHOP_M, y1)
    strips = _largest(shapely.intersection(shapes[rows], shapely.box(x0, low, x1, high)))
    rest = _largest(shapely.difference(shapes[rows], shapely.box(x0 - 1, low - 4, x1 + 1, high + 4)))
    fine = (shapely.area(strips) > 600) & (shapely.area(rest) > 4_000)
    shapes[rows[fine]] = rest[fine]
    more = pd.DataFrame({"block": sites["block"].to_numpy()[rows[fine]], "geometry": strips[fine], "kind": "shops"})
    return pd.concat([sites.assign(geometry=shapes), more], ignore_index=True)


def _largest(shapes: Geometries) -> Geometries:
    return np.array(
        [max((p for p in shapely.get_parts(s) if p.geom_type == "Polygon"), key=lambda p: p.area, default=shapely.Polygon())
         for s in shapes], dtype=object,
    )  # fmt: skip


def _fill_all(sites: pd.DataFrame, households: int, rng: np.random.Generator) -> pd.DataFrame:
    """Buildings of all sites; those that do not fit are left out."""
    shapes, kinds = sites["geometry"].to_numpy(), sites["kind"].replace("landmark", "tower").to_numpy()
    inset = np.array([KINDS[k].inset if k in KINDS else 0.0 for k in kinds])
    rooms = _largest(shapely.buffer(shapes, -inset, join_style="mitre"))
    shapely.prepare(rooms)
    built = np.flatnonzero((kinds != "green") & ~shapely.is_empty(rooms))
    most = VILLAGE_HOUSES if households >= ONE_LARGE_BELOW else (max(24, min(households // 120, 260)),) * 2
    parts = [
        huddle(rooms[i], int(rng.integers(most[0], most[1] + 1)), rng) if kinds[i] == "village" else fill_rows(rooms[i], KINDS[kinds[i]], rng)
        for i in built
    ]
    boxes = np.concatenate([p[0] for p in parts])
    site = np.repeat(built, [len(p[1]) for p in parts])
    frame = _describe(site, kinds[site], np.concatenate([p[1] for p in parts]), rng)
    keep, small = _thin(boxes, shapes, frame, rng)
    boxes[small] = np.column_stack([boxes[small, :2] + [4, 1], boxes[small, :2] + [18, 10]])
    frame.loc[small, ["use", "entrances", "flats", "floors", "dwellings"]] = ["配套", 1, 0, 1, 0]
    tilt = np.where(frame["kind"] == "village", rng.uniform(-0.06, 0.06, len(site)), 0.0)
    frame["geometry"] = _rectangles(boxes, tilt)
    frame = frame[keep & shapely.contains(rooms[site], frame["geometry"].to_numpy())]
    for tower in np.flatnonzero(sites["kind"] == "landmark"):
        frame = _with_landmark(frame, shapes[tower], int(tower))
    return frame.sort_values("site", kind="stable").reset_index(drop=True)


def _rectangles(boxes: Floats, tilt: Floats) -> Geometries:
    """Boxes turned about their centres by a few degrees."""
    middle, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half[:, None, :]
    c, s = np.cos(tilt)[:, None], np.sin(tilt)[:, None]
    turned = np.stack([c * corners[..., 0] - s * corners[..., 1], s * corners[..., 0] + c * corners[..., 1]], axis=-1)
    return shapely.polygons(turned + middle[:, None, :])


def _describe(site: Ints, kind: Names, pick: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """Entrances, flats and floors of the buildings, from the tables of their kinds."""
    names = list(KINDS)
    code = pd.Index(names).get_indexer(kind)
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


def _thin(
    boxes: Floats, shapes: Geometries, frame: pd.DataFrame, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which buildings stay beside the garden of their compound, and which make way for a pump house."""
    site, kind = frame["site"].to_numpy(), frame["kind"].to_numpy()
    middle = shapely.get_coordinates(shapely.centroid(shapes))[site]
    away = np.hypot(*((boxes[:, :2] + boxes[:, 2:]) / 2 - middle).T)
    garden = np.select([kind == "mid", kind == "tower"], [26.0, 34.0], 0.0)
    crowded = np.bincount(site)[site] >= 7
    small = (rng.random(len(site)) < 0.045) & np.isin(kind, ("slab", "works", "mid", "tower"))
    return (away > garden) | ~crowded, small


def _with_landmark(frame: pd.DataFrame, shape: shapely.Polygon, site: int) -> pd.DataFrame:
    """Put the 480-household tower in the middle of a site, and nothing within 25 m of it."""
    length, depth, entrances, flats, floors = LANDMARK
    centre = shape.centroid if shape.contains(shape.centroid) else shape.point_on_surface()
    box = shapely.box(centre.x - length / 2, centre.y - depth / 2, centre.x + length / 2, centre.y + depth / 2)
    clear = (frame["site"] != site) | (shapely.distance(frame["geometry"].to_numpy(), box) > 25)
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
