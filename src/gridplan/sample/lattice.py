"""The lines everything else hangs on: the net of arterials in a warped frame, rivers and railways."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from gridplan.sample.levels import EXPRESS, MAIN, SECONDARY

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]

ORIGIN: Final = (529_000.0, 4_629_000.0)
"""Centre of the district in CGCS2000 3-degree CM 123E: Tiexi, Shenyang."""
LEFT_OUT: Final = 0.125
"""Share of the secondary pieces inside the district that are not built."""
EVERY_M: Final = 7_000.0
"""A large district has a river, a railway and an expressway every so many metres."""


@dataclass(frozen=True, slots=True)
class Warp:
    """A smooth map from the straight frame of the lattice to the ground.

    Parameters
    ----------
    turn : float
        Direction of the streets at the centre, radians counter-clockwise from east.
    waves : float64[n_waves, 4]
        Wave numbers in x and y (radians per metre), phase, amplitude (metres).
    """

    turn: float
    waves: Floats

    def place(self, uv: Floats) -> Floats:
        """Map points of the straight frame to the ground.

        Parameters
        ----------
        uv : float64[n, 2]
            Metres from the centre, along and across the streets.

        Returns
        -------
        float64[n, 2]
            Easting and northing in metres.
        """
        placed: Floats = (uv + self._shift(uv)) @ self._axes() + np.array(ORIGIN)
        return placed

    def angle_at(self, xy: Floats) -> Floats:
        """Direction of the streets.

        Parameters
        ----------
        xy : float64[n, 2]
            Easting and northing in metres.

        Returns
        -------
        float64[n]
            Radians counter-clockwise from east, of the streets that run more or less that way.
        """
        uv = (xy - np.array(ORIGIN)) @ self._axes().T
        uv = uv - self._shift(uv)
        ahead = np.array([25.0, 0.0])
        step = self.place(uv + ahead) - self.place(uv - ahead)
        angle: Floats = np.arctan2(step[:, 1], step[:, 0])
        return angle

    def _axes(self) -> Floats:
        c, s = np.cos(self.turn), np.sin(self.turn)
        axes: Floats = np.array([[c, s], [-s, c]])
        return axes

    def _shift(self, uv: Floats) -> Floats:
        phase = uv @ self.waves[:, :2].T + self.waves[:, 2]
        return np.column_stack([np.sin(phase) @ self.waves[:, 3], np.cos(phase) @ self.waves[:, 3]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Lattice:
    """Arterials, piece by piece between their crossings.

    Parameters
    ----------
    edges : array of LineString, n_edges
        Pieces of arterial.
    classes : int64[n_edges]
        EXPRESS, MAIN or SECONDARY.
    along : bool[n_edges]
        Whether the piece runs east and west in the frame.
    line : int64[n_edges]
        The arterial a piece belongs to.
    area : Polygon
        The district.
    radius : float
        Radius in metres of a circle of its area.
    warp : Warp
        The frame.
    """

    edges: Geometries
    classes: Ints
    along: NDArray[np.bool_]
    line: Ints
    area: shapely.Polygon
    radius: float
    warp: Warp


def lay_lattice(area_m2: float, rng: np.random.Generator) -> Lattice:
    """Lay the arterials and choose the cells that make the district.

    Parameters
    ----------
    area_m2 : float
        Area wanted, in square metres.
    rng : Generator
        Source of all chance.

    Returns
    -------
    Lattice
        Arterials inside and around the district.
    """
    warp = _make_warp(rng)
    radius = float(np.sqrt(area_m2 / np.pi))
    xs, x_class = _spacing(radius, 0.45, rng)
    ys, y_class = _spacing(radius, 9.0 if radius < EVERY_M / 2 else 0.7, rng)
    nodes = np.stack(np.meshgrid(xs, ys, indexing="ij"), axis=-1)
    nodes += rng.uniform(-22, 22, nodes.shape) * np.stack(
        np.broadcast_arrays((x_class > EXPRESS)[:, None], (y_class > EXPRESS)[None, :]), axis=-1
    )
    east, north = _pieces(nodes[:-1], nodes[1:], warp), _pieces(nodes[:, :-1], nodes[:, 1:], warp)
    cells = _cells(east, north)
    chosen = _choose(nodes, cells, area_m2, rng)
    area = shapely.get_parts(shapely.union_all(shapely.polygons(cells[chosen]), grid_size=0.01))[0]
    edges, classes, along, line = _kept((east, north), (x_class, y_class), chosen, rng)
    return Lattice(
        edges=edges, classes=classes, along=along, line=line, area=area,
        radius=radius, warp=warp,
    )  # fmt: skip


def _make_warp(rng: np.random.Generator) -> Warp:
    """Streets turned by 8 to 20 degrees and bent by four long waves."""
    length = rng.uniform(1_800, 6_000, 4)
    heading = rng.uniform(0, 2 * np.pi, 4)
    number = 2 * np.pi / length
    amplitude = rng.uniform(0.03, 0.07, 4) / number
    waves = np.column_stack([number * np.cos(heading), number * np.sin(heading), rng.uniform(0, 6.3, 4), amplitude])
    return Warp(float(np.radians(rng.uniform(8, 20)) * rng.choice([-1, 1])), waves)


def _spacing(radius: float, express: float, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Places and classes of parallel arterials; the first expressway at `express` radii from the centre."""
    n = int(2 * (1.35 * radius + 700) / 500) + 2
    at = np.cumsum(rng.uniform(390, 620, n))
    at -= at[n // 2] + rng.uniform(-100, 100)
    classes = np.full(n, SECONDARY)
    classes[(np.arange(n) + n // 2 + rng.integers(3)) % 3 == 0] = MAIN
    places = np.arange(express * min(radius, EVERY_M / 2), 1.3 * radius, EVERY_M)
    places = (
        np.concatenate([places, np.arange(places[0] - EVERY_M, -1.3 * radius, -EVERY_M)]) if places.size else places
    )
    classes[np.abs(at[:, None] - places).argmin(0)] = EXPRESS
    return at, classes


def _pieces(start: Floats, end: Floats, warp: Warp) -> Floats:
    """Coordinates of pieces between nodes, rounded to the grid of the net: shape (n, m, 5, 2)."""
    t = np.linspace(0, 1, 5)[:, None]
    uv = start[:, :, None, :] * (1 - t) + end[:, :, None, :] * t
    return np.round(warp.place(uv.reshape(-1, 2)), 2).reshape(uv.shape)


def _cells(east: Floats, north: Floats) -> Floats:
    """Rings of the cells between arterials: shape (n, m, 16, 2)."""
    south_side, north_side = east[:, :-1], east[:, 1:]
    west_side, east_side = north[:-1], north[1:]
    return np.concatenate(
        [south_side[:, :, :-1], east_side[:, :, :-1], north_side[:, :, :0:-1], west_side[:, :, :0:-1]], axis=2
    )


def _choose(nodes: Floats, cells: Floats, area_m2: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Cells nearest to the centre, in a wavy sense, up to the area; in one piece."""
    middle = (nodes[:-1, :-1] + nodes[1:, 1:]) / 2
    angle = np.arctan2(middle[..., 1], middle[..., 0])
    phase = rng.uniform(0, 6.3, 2)
    wavy = 1 + 0.1 * np.sin(2 * angle + phase[0]) + 0.06 * np.sin(3 * angle + phase[1])
    order = np.argsort((np.hypot(middle[..., 0], middle[..., 1]) / wavy).ravel(), kind="stable")
    size = shapely.area(shapely.polygons(cells)).ravel()
    n = int(np.searchsorted(np.cumsum(size[order]), area_m2)) + 1
    chosen = np.zeros(size.size, dtype=bool)
    chosen[order[:n]] = True
    pieces, _ = ndimage.label(chosen.reshape(middle.shape[:2]))
    largest: NDArray[np.bool_] = pieces == np.bincount(pieces[pieces > 0]).argmax()
    return largest


def _kept(
    pieces: tuple[Floats, Floats], classes: tuple[Ints, Ints], chosen: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Geometries, Ints, NDArray[np.bool_], Ints]:
    """Pieces beside a chosen cell, some inside left out: lines, classes, whether along, arterial."""
    wide, tall = np.pad(chosen, ((0, 0), (1, 1))), np.pad(chosen, ((1, 1), (0, 0)))
    n, m = len(classes[0]), len(classes[1])
    index_x, index_y = np.arange(n)[:, None], np.arange(m)[None, :]
    lines, ranks, ways, owners = [], [], [], []
    for along, piece, a, b in (
        (True, pieces[0], wide[:, :-1], wide[:, 1:]), (False, pieces[1], tall[:-1], tall[1:]),
    ):  # fmt: skip
        owner = np.broadcast_to(index_y if along else index_x + m, a.shape)
        rank = np.broadcast_to(classes[1][None, :] if along else classes[0][:, None], a.shape)
        keep = (a | b) & ~(a & b & (rank == SECONDARY) & (rng.random(a.shape) < LEFT_OUT))
        lines.append(shapely.linestrings(piece[keep]))
        ranks.append(rank[keep])
        ways.append(np.full(keep.sum(), along))
        owners.append(owner[keep])
    _, line = np.unique(np.concatenate(owners), return_inverse=True)
    return np.concatenate(lines), np.concatenate(ranks), np.concatenate(ways), line.astype(np.int64)


def lay_rivers(lattice: Lattice, rng: np.random.Generator) -> tuple[Geometries, Floats]:
    """Lay the winding axes of rivers that run more or less along the streets.

    Parameters
    ----------
    lattice : Lattice
        The arterials.
    rng : Generator
        Source of all chance.

    Returns
    -------
    array of LineString, n_rivers
        Axes, longer than the district.
    float64[n_rivers]
        Widths in metres.
    """
    reach = 1.6 * lattice.radius + 1_500
    x = np.arange(-reach, reach, 40.0)
    rivers = []
    starts = _repeat(-0.5, lattice.radius)
    for y0 in starts:
        tilt = rng.normal(0, 0.08)
        y = y0 + tilt * x
        for length, slope in ((1_100, 0.16), (2_300, 0.2)):
            y = y + slope * length / 6.3 * np.sin(x / length * 6.3 + rng.uniform(0, 6.3))
        rivers.append(shapely.LineString(lattice.warp.place(np.column_stack([x, y]))))
    return np.array(rivers, dtype=object), rng.uniform(50, 80, len(starts))


def lay_railways(lattice: Lattice, rng: np.random.Generator) -> Geometries:
    """Lay gently bent railways that run slantwise through the streets.

    Parameters
    ----------
    lattice : Lattice
        The arterials.
    rng : Generator
        Source of all chance.

    Returns
    -------
    array of LineString, n_railways
        Axes, longer than the district.
    """
    reach = 1.6 * lattice.radius + 1_500
    t = np.arange(-reach, reach, 50.0)
    rails = []
    for off in _repeat(-0.5, lattice.radius):
        heading = np.radians(rng.uniform(48, 66))
        bend = off + 0.03 * 5_000 / 6.3 * np.sin(t / 5_000 * 6.3 + rng.uniform(0, 6.3))
        ahead, aside = np.array([np.cos(heading), np.sin(heading)]), np.array([np.sin(heading), -np.cos(heading)])
        rails.append(shapely.LineString(lattice.warp.place(t[:, None] * ahead + bend[:, None] * aside)))
    return np.array(rails, dtype=object)


def _repeat(first: float, radius: float) -> Floats:
    """Offsets in metres of parallel lines, `first` in radii of a small district."""
    at = first * min(radius, EVERY_M / 2)
    beyond = np.arange(1, int(1.2 * radius / EVERY_M) + 2) * EVERY_M
    both: Floats = np.concatenate([[at], at + beyond, at - beyond])
    return both[np.abs(both) < 1.2 * radius]
