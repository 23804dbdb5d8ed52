"""Ways between people, grids and facilities: along roads where there are any, else straight lines with a detour."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial.distance import cdist

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


_CELLS = 4_000_000
"""Distances held at a time."""

_LINE = 1
_SNAP_M = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ways:
    """How ways are measured.

    Parameters
    ----------
    lines : array of LineString
        Pieces of road that meet at their ends only; empty without roads.
    detour : float
        Straight lines are longer by this factor.
    reach_m : float
        Longest way followed along the roads.
    """

    lines: NDArray[np.object_]
    detour: float
    reach_m: float

    def measure(self, starts: Floats, ends: Floats) -> tuple[Floats, Flags]:
        """Measure all ways from some places to others.

        Parameters
        ----------
        starts, ends : float64[m, 2], float64[n, 2]
            Metres.

        Returns
        -------
        float64[n, m]
            Metres from each start (column) to each end (row).
        bool[n, m]
            True where the way follows roads.
        """
        straight = cdist(ends, starts) * self.detour
        if not len(self.lines) or not straight.size:
            return straight, np.zeros(straight.shape, dtype=bool)
        road, _ = self._along_roads(starts, ends, self.reach_m)
        on_road = np.isfinite(road)
        return np.where(on_road, road, straight), on_road

    def within(self, starts: Floats, ends: Floats, radius_m: float) -> Flags:
        """Tell which places lie within a way of others; who is joined by roads must follow them.

        Parameters
        ----------
        starts, ends : float64[m, 2], float64[n, 2]
            Metres.
        radius_m : float
            Longest way.

        Returns
        -------
        bool[n, m]
            True where the way from the start (column) to the end (row) is no longer.
        """
        near: Flags = cdist(ends, starts) * self.detour <= radius_m
        if not len(self.lines) or not near.size:
            return near
        longest = radius_m + _SNAP_M
        road, joined = self._along_roads(starts, ends, longest)
        found: Flags = np.where(joined, road <= longest, near)
        return found

    def _along_roads(self, starts: Floats, ends: Floats, reach_m: float) -> tuple[Floats, Flags]:
        """Shortest ways on the graph of the roads, infinite beyond reach; and who is joined by roads at all."""
        places, back = np.unique(np.concatenate([starts, ends]), axis=0, return_inverse=True)
        graph, first, off = _join(self.lines, places)
        source, target = first + back[: len(starts)], first + back[len(starts) :]
        wanted, column = np.unique(source, return_inverse=True)
        road = np.empty((len(ends), len(wanted)))
        step = max(1, _CELLS // graph.shape[0])
        for k in range(0, len(wanted), step):
            found = dijkstra(graph, directed=False, indices=wanted[k : k + step], limit=reach_m)
            road[:, k : k + step] = found[:, target].T
        part = connected_components(graph, directed=False)[1]
        whole = road[:, column] + (off[back[len(starts) :], None] + off[back[: len(starts)]]) * self.detour
        return whole, part[target][:, None] == part[source]


def find_ways(context: gpd.GeoDataFrame, detour: float, reach_m: float) -> Ways:
    """Prepare the roads of a plan for measuring.

    Parameters
    ----------
    context : GeoDataFrame
        kind and lines; only lines of kind "road" count.
    detour, reach_m : float
        As of `Ways`.

    Returns
    -------
    Ways
        Without lines where there are no roads.
    """
    shapes = context.geometry.to_numpy()[(context["kind"] == "road").to_numpy(dtype=bool)]
    parts = shapely.get_parts(shapes[~shapely.is_missing(shapes)])
    lines = parts[(shapely.get_type_id(parts) == _LINE) & ~shapely.is_empty(parts)]
    if len(lines):
        lines = shapely.get_parts(shapely.union_all(lines))
        lines = lines[np.lexsort(shapely.bounds(lines).T)]
    return Ways(lines=lines, detour=detour, reach_m=reach_m)


def _join(lines: NDArray[np.object_], places: Floats) -> tuple[csr_matrix, int, Floats]:
    """Put every place on its nearest road, between the ends of that road.

    Returns the graph, the node of the first place, and the metres of each place from its road.
    """
    points = shapely.points(places)
    index, off = shapely.STRtree(lines).query_nearest(points, all_matches=False, return_distance=True)
    road = index[1]
    at = shapely.line_locate_point(lines[road], points)
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)])
    _, node = np.unique(np.round(ends / _SNAP_M).astype(np.int64), axis=0, return_inverse=True)
    n_lines, n_nodes = len(lines), int(node.max()) + 1
    line = np.concatenate([np.arange(n_lines), np.arange(n_lines), road])
    position = np.concatenate([np.zeros(n_lines), shapely.length(lines), at])
    rank = np.concatenate([np.zeros(n_lines), np.full(n_lines, 2.0), np.ones(len(places))])
    name = np.concatenate([node, n_nodes + np.arange(len(places))]).astype(np.int64)
    order = np.lexsort((name, rank, position, line))
    line, position, name = line[order], position[order], name[order]
    same = line[1:] == line[:-1]
    tail, head, length = name[:-1][same], name[1:][same], np.diff(position)[same]
    return _shortest_edges(tail, head, length, n_nodes + len(places)), n_nodes, off


def _shortest_edges(tail: Ints, head: Ints, length: Floats, n: int) -> csr_matrix:
    """Keep the shortest of parallel edges; a zero length is kept as a very short one."""
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    order = np.lexsort((length, high, low))
    low, high, length = low[order], high[order], np.maximum(length[order], 1e-6)
    new = np.ones(len(low), dtype=bool)
    new[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    new &= low != high
    return csr_matrix((length[new], (low[new], high[new])), shape=(n, n))
