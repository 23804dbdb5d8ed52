"""Sites: parts of a block for one compound, school or row of shops, each block in a frame of its own."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.sample.shapes import largest_parts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]

LEAST_BLOCK_M2: Final = 1_500.0
LEAST_WIDTH_M: Final = 40.0
"""Nothing is built on smaller or narrower blocks."""
SITE_M2: Final = (16_000.0, 42_000.0)
"""Area a site should have, drawn for each block."""
LEAST_SITE_M2: Final = 1_000.0
LANE_M: Final = 3.0
"""Between two sites of a block."""
SHOP_M: Final = 16.0
SHOP_GAP_M: Final = 4.0
"""Depth of the strip of shops along a street, and the yard behind it."""
WITH_SHOPS: Final = 0.35
ON_SOUTH: Final = 0.6
"""Shares of compounds with shops, and of those with shops on the south side rather than the north."""
LEAST_STRIP_M2: Final = 600.0
LEAST_REST_M2: Final = 4_000.0


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


def slice_blocks(blocks: Geometries, rng: np.random.Generator) -> pd.DataFrame:
    """Cut blocks into sites of 1.5 to 4 hectares, side by side or one behind another.

    Parameters
    ----------
    blocks : array of Polygon, n_blocks
        Blocks in their frames, metres; may be empty.
    rng : Generator
        Source of all chance.

    Returns
    -------
    DataFrame
        block, geometry (in the frame of the block).
    """
    index, parts = [], []
    for block, shape in enumerate(blocks):
        if shape.area < LEAST_BLOCK_M2 or 4 * shape.area / shape.length < LEAST_WIDTH_M:
            continue
        n = int(np.clip(round(shape.area / rng.uniform(*SITE_M2)), 1, 4))
        for part in _cut(shape, n, rng):
            index.append(block)
            parts.append(part)
    return pd.DataFrame({"block": np.array(index, dtype=np.int64), "geometry": np.array(parts, dtype=object)})


def _cut(block: shapely.Polygon, n: int, rng: np.random.Generator) -> list[shapely.Polygon]:
    """Cut one block into n parts across its longer side."""
    x0, y0, x1, y1 = block.bounds
    if n == 1:
        return [block]
    shares = np.concatenate([[0.0], np.cumsum(rng.uniform(0.7, 1.3, n))])
    at, half = shares / shares[-1], LANE_M / 2
    if x1 - x0 > y1 - y0:
        xs = x0 + at * (x1 - x0)
        boxes = shapely.box(xs[:-1] + half, y0, xs[1:] - half, y1)
    else:
        ys = y0 + at * (y1 - y0)
        boxes = shapely.box(x0, ys[:-1] + half, x1, ys[1:] - half)
    parts = shapely.get_parts(shapely.intersection(block, boxes))
    return [p for p in parts if p.geom_type == "Polygon" and p.area > LEAST_SITE_M2]


def add_shops(sites: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Take a strip along the south or north side of some compounds for shops, outside the compound.

    Parameters
    ----------
    sites : DataFrame, n_sites rows
        block, kind, geometry (in the frame of the block, metres).
    rng : Generator
        Source of all chance.

    Returns
    -------
    DataFrame, n_sites rows and more
        The sites, some smaller, and after them the strips, of kind "shops".
    """
    compounds = sites["kind"].isin(["slab", "works", "mid", "tower"]).to_numpy()
    rows = np.flatnonzero(compounds & (rng.random(len(sites)) < WITH_SHOPS))
    shapes = sites["geometry"].to_numpy(copy=True)
    x0, y0, x1, y1 = shapely.bounds(shapes[rows]).T
    south = rng.random(len(rows)) < ON_SOUTH
    low, high = np.where(south, y0, y1 - SHOP_M), np.where(south, y0 + SHOP_M, y1)
    strips = largest_parts(shapely.intersection(shapes[rows], shapely.box(x0, low, x1, high)))
    yard = shapely.box(x0 - 1, low - SHOP_GAP_M, x1 + 1, high + SHOP_GAP_M)
    rest = largest_parts(shapely.difference(shapes[rows], yard))
    fine = (shapely.area(strips) > LEAST_STRIP_M2) & (shapely.area(rest) > LEAST_REST_M2)
    shapes[rows[fine]] = rest[fine]
    more = pd.DataFrame({"block": sites["block"].to_numpy()[rows[fine]], "geometry": strips[fine], "kind": "shops"})
    return pd.concat([sites.assign(geometry=shapes), more], ignore_index=True)
