"""Edits drawn on a map -> edits of units: areas that are grids, fences, gates, areas left out."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridplan.edits import EditedGrid, Edits, Group
from gridplan.errors import nth_row
from gridplan.faults import refuse
from gridplan.language import join, say
from gridplan.model import Fabric
from gridplan.planning.keys import key_of
from gridplan.schema import SKETCHES

Ints = NDArray[np.int64]
Shape = Any  # a geometry

_AREAS: Final = ("grid", "together", "exclude")
_LINES: Final = ("close", "open", "apart")
_KIND_OF: Final = {name: kind for kind, names in SKETCHES.items() for name in (kind, *names)}


def resolve_sketch(fabric: Fabric, sketch: gpd.GeoDataFrame) -> Edits:
    """Tell which units and borders a drawing settles.

    Parameters
    ----------
    fabric : Fabric
        As laid out.
    sketch : GeoDataFrame
        kind (a key of `schema.SKETCHES` or one of its names; without one an area is a grid and a line closes), and
        grid_code; lines and polygons in the CRS of the fabric. Lines that close act first, those that open last: a
        gate in a fence stays open.

    Returns
    -------
    Edits
        The same by ids of units.

    Raises
    ------
    ConfigError
        If a kind is unknown, or something is drawn where it settles nothing; all faults at once.
    """
    faults: list[str] = []
    shapes = sketch.geometry.to_numpy()
    areal = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004 - areas
    kinds = list(_kinds(sketch["kind"], areal, faults))
    ids = fabric.units["unit_id"].to_numpy(dtype=object)
    spots = shapely.STRtree(shapely.points(fabric.units[["x", "y"]].to_numpy(dtype="float64")))
    cells = shapely.STRtree(fabric.units.geometry.to_numpy())
    grids, together, exclude, apart = list[EditedGrid](), list[Group](), list[str](), list[Group]()
    for row, (kind, shape) in enumerate(zip(kinds, shapes, strict=True)):
        if kind in ("grid", "together"):
            units = tuple(ids[np.sort(spots.query(shape, predicate="covers"))])
            if len(units) < (1 if kind == "grid" else 2):
                faults.append(_nothing(row, kind))
            elif kind == "grid":
                grids.append(EditedGrid(code=str(sketch["grid_code"].iloc[row]), units=units, only=True))
            else:
                together.append(units)
        elif kind == "exclude":
            found = _communities(fabric, shape)
            exclude += found
            faults += [] if found else [_nothing(row, kind)]
        elif kind == "apart":
            ends = [cells.query(shapely.get_point(shape, end), predicate="intersects")[:1] for end in (0, -1)]
            pair = np.unique(np.concatenate(ends))
            faults += [] if len(pair) == 2 else [_nothing(row, kind)]  # noqa: PLR2004 - a pair
            apart += [tuple(ids[pair])] if len(pair) == 2 else []  # noqa: PLR2004
    opened, closed = _redraw(fabric, shapes, kinds, faults)
    refuse(faults)
    return Edits(
        grids=tuple(grids), together=tuple(together), apart=tuple(apart), exclude=tuple(dict.fromkeys(exclude)),
        open=tuple((ids[a], ids[b]) for a, b in opened), close=tuple((ids[a], ids[b]) for a, b in closed),
    )  # fmt: skip


def _kinds(given: Iterable[str], areal: NDArray[np.bool_], faults: list[str]) -> Iterator[str]:
    """Name the kind of each row; an unknown one, or one of the other geometry, settles nothing."""
    for row, (name, area) in enumerate(zip(given, areal, strict=True)):
        kind = _KIND_OF.get(str(name), "") if name else "grid" if area else "close"
        fitting = _AREAS if area else _LINES
        if kind not in fitting:
            faults.append(
                say("edits, {row}: need {kinds} for an {shape}, found {kind}; correct the kind", row=nth_row(row),
                    kinds=join([f"{name} ({SKETCHES[name][0]})" for name in fitting], "or"),
                    shape=say("area") if area else say("line"), kind=str(name))
            )  # fmt: skip
            kind = ""
        yield kind


def _nothing(row: int, kind: str) -> str:
    wanted = {
        "grid": say("an area with buildings in it"), "together": say("an area with two buildings in it"),
        "exclude": say("an area with the middle of a community in it"),
        "apart": say("a line from one unit to another"), "close": say("a line between two neighbours"),
        "open": say("a line from one side of a barrier to the other"),
    }  # fmt: skip
    return say("edits, {row}: need {needed}, found none; draw it anew", row=nth_row(row), needed=wanted[kind])


def _communities(fabric: Fabric, shape: Shape) -> list[str]:
    middles = shapely.point_on_surface(fabric.communities.geometry.to_numpy())
    return [str(key) for key in key_of(fabric.communities)[shapely.covers(shape, middles)]]


def _redraw(
    fabric: Fabric, shapes: NDArray[np.object_], kinds: list[str], faults: list[str]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Close and open borders one line after the other, and tell which are open and closed now and were not."""
    if not {"close", "open"} & set(kinds):
        return [], []
    borders = _Borders(fabric)
    for kind in ("close", "open"):
        turn = borders.close if kind == "close" else borders.open
        faults += [_nothing(row, kind) for row, name in enumerate(kinds) if name == kind and not turn(shapes[row])]
    return borders.changed()


class _Borders:
    """Borders that grids may cross, and those they may not, in two live indexes: a line moves them over."""

    def __init__(self, fabric: Fabric) -> None:
        from rtree.index import Index  # noqa: PLC0415 - only drawings need it

        graph = fabric.graph
        self._pairs = np.concatenate([graph.edges, graph.walls]).astype(np.int64)
        self._passable = np.arange(len(self._pairs)) < len(graph.edges)
        self._was = self._passable.copy()
        self._cells = fabric.units.geometry.to_numpy()
        xy = fabric.units[["x", "y"]].to_numpy(dtype="float64")
        self._ways = shapely.linestrings(xy[self._pairs])
        bounds = shapely.bounds(self._cells)[self._pairs]
        self._boxes = np.concatenate([bounds[:, :, :2].min(axis=1), bounds[:, :, 2:].max(axis=1)], axis=1)
        self._index = {
            state: Index((int(k), tuple(self._boxes[k]), None) for k in np.flatnonzero(self._passable == state))
            if (self._passable == state).any()
            else Index()
            for state in (True, False)
        }

    def close(self, line: Shape) -> int:
        """Close the borders between units on both sides of a line; tell how many."""
        near = self._near(line, passable=True)
        return self._turn(near[shapely.intersects(self._ways[near], line)])

    def open(self, line: Shape) -> int:
        """Open the borders between units that both lie on a line; tell how many."""
        near = self._near(line, passable=False)
        return self._turn(near[shapely.intersects(self._cells[self._pairs[near]], line).all(axis=1)])

    def changed(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Pairs of units whose border is open now and was not, and the other way round."""
        now, was = self._passable, self._was
        opened, closed = (self._pairs[rows].tolist() for rows in (now & ~was, ~now & was))
        return [(a, b) for a, b in opened], [(a, b) for a, b in closed]

    def _near(self, line: Shape, *, passable: bool) -> Ints:
        return np.array(sorted(self._index[passable].intersection(tuple(shapely.bounds(line)))), np.int64)

    def _turn(self, borders: Ints) -> int:
        for k in borders.tolist():
            box, state = tuple(self._boxes[k]), bool(self._passable[k])
            self._index[state].delete(k, box)
            self._index[not state].insert(k, box)
            self._passable[k] = not state
        return len(borders)
