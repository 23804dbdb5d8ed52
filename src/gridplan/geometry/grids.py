"""Fabric + labels -> the frames of a plan: grids with their polygons, codes and measures."""

from collections.abc import Collection, Mapping
from datetime import date
from itertools import count, pairwise
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.model import Fabric, Partition
from gridplan.schema import BARRIERS, EDGE_COLUMNS, GRID_COLUMNS, KEY_GROUPS, UNIT_COLUMNS, WALL_COLUMNS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ROW_M = 200.0
"""Height of the rows by which grids are numbered, in metres."""

OFFICIAL_CODE = r"\d{12}"

KEY_DIGITS = 12
"""Digits of the community at the beginning of a code."""


def draw_grids(
    fabric: Fabric, partition: Partition, facilities: gpd.GeoDataFrame | None, day: date,
    kept: Mapping[int, str] = MappingProxyType({}), used: Collection[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """Draw the grids and lay out every frame of the plan that depends on them.

    Parameters
    ----------
    fabric : Fabric
        Units, cells and contiguity.
    partition : Partition
        Labels on the rows of `fabric.units`, with the certificate.
    facilities : GeoDataFrame or None
        Points counted as key places of the grid they stand in.
    day : date
        First day on which the grids are valid.
    kept : mapping of int to str
        Label -> code that a grid has already; one of another community is not kept.
    used : collection of str
        Codes that no other grid may have.

    Returns
    -------
    dict
        grids, units, edges, walls and certificate, as the fields of `PlanData` of these names.
    """
    community = _community_of_grids(fabric, partition.labels)
    polygons = dissolve_cells(fabric.units, partition.labels, len(partition.grids))
    keys = community_keys(fabric.communities)
    sequence = number_grids(polygons, community, fabric.communities.geometry)
    codes = grid_codes(keys, community, sequence)
    if kept or used:
        codes = keep_codes(codes, keys[community], sequence, kept, used)
        sequence = np.array([int(code[KEY_DIGITS:]) for code in codes], np.int64)
    grids = _measure(fabric, partition, polygons)
    grids["grid_code"] = codes
    places = fabric.communities[["community", "community_code", "subdistrict"]].iloc[community]
    for column in places:
        grids[column] = places[column].to_numpy()
    names = zip(grids["community"], sequence, strict=True)
    grids["name"] = [grid_name(name, int(number)) for name, number in names]
    grids["valid_from"] = day.isoformat()
    grids["key_places"] = _count_points(polygons, facilities)
    frame = gpd.GeoDataFrame(grids[list(GRID_COLUMNS)], geometry=polygons, crs=fabric.units.crs)
    units = fabric.units.assign(grid_code=codes[partition.labels])
    return {
        "grids": frame.sort_values("grid_code", ignore_index=True),
        "units": gpd.GeoDataFrame(units[[*UNIT_COLUMNS, "x", "y"]], geometry=units.geometry),
        "edges": _edge_frame(fabric),
        "walls": _wall_frame(fabric),
        "certificate": _name_communities(partition.communities, fabric.communities, keys),
    }


def dissolve_cells(units: gpd.GeoDataFrame, labels: NDArray[np.int32], n_grids: int) -> NDArray[np.object_]:
    """Unite the cells of each grid; shared borders stay identical.

    Parameters
    ----------
    units : GeoDataFrame, n_units rows
        Cells that form a valid coverage.
    labels : int32[n_units]
        Grid of each unit.
    n_grids : int
        Number of grids.

    Returns
    -------
    object[n_grids]
        Polygons; multipolygons only where cells of one grid do not touch.
    """
    order = np.argsort(labels, kind="stable")
    ends = np.searchsorted(labels[order], np.arange(n_grids + 1))
    cells = units.geometry.to_numpy()[order]
    grids = [shapely.coverage_union_all(cells[a:b]) for a, b in pairwise(ends)]
    return np.array([_simple(g) for g in grids], dtype=object)


def _simple(geometry: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(geometry)
    return parts[0] if len(parts) == 1 else geometry


def community_keys(communities: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Give each community the 12 digits its grid codes begin with.

    Parameters
    ----------
    communities : GeoDataFrame, n_communities rows
        With `community_code`.

    Returns
    -------
    object[n_communities]
        The official code where it has 12 digits, else ``000000`` and the rank of the community in 6 digits.
    """
    codes = communities["community_code"].astype(str)
    official = codes.str.fullmatch(OFFICIAL_CODE).to_numpy(dtype=bool)
    ranks = [f"000000{rank:06d}" for rank in range(1, len(codes) + 1)]
    return np.where(official, codes.to_numpy(dtype=object), np.array(ranks, dtype=object))


def number_grids(polygons: NDArray[np.object_], community: Ints, areas: gpd.GeoSeries) -> Ints:
    """Give the grids of each community numbers by rows from the north, west to east inside a row.

    Parameters
    ----------
    polygons : object[n_grids]
        Polygons of the grids.
    community : int64[n_grids]
        Row of each grid's community in `areas`.
    areas : GeoSeries, n_communities values
        Polygons of the communities; the first row begins at their northern edge.

    Returns
    -------
    int64[n_grids]
        Sequence numbers from 1 in each community.
    """
    centre = shapely.centroid(polygons)
    x, y = shapely.get_x(centre), shapely.get_y(centre)
    north = areas.bounds["maxy"].to_numpy()[community]
    row = np.floor((north - y) / ROW_M)
    order = np.lexsort((-y, x, row, community))
    sequence = np.empty(len(polygons), dtype=np.int64)
    first = np.searchsorted(community[order], community[order])
    sequence[order] = np.arange(len(polygons)) - first + 1
    return sequence


def grid_codes(keys: NDArray[np.object_], community: Ints, sequence: Ints) -> NDArray[np.object_]:
    """Join community keys and sequence numbers to grid codes.

    Parameters
    ----------
    keys : object[n_communities]
        12 digits each.
    community, sequence : int64[n_grids]
        Community row and number of each grid.

    Returns
    -------
    object[n_grids]
        15 digits; 16 in a community of more than 999 grids.
    """
    digits = np.where(np.bincount(community, minlength=len(keys))[community] > 999, 4, 3)  # noqa: PLR2004
    codes = [f"{k}{s:0{d}d}" for k, s, d in zip(keys[community], sequence, digits, strict=True)]
    return np.array(codes, dtype=object)


def keep_codes(
    codes: NDArray[np.object_],
    keys: NDArray[np.object_],
    sequence: Ints,
    kept: Mapping[int, str],
    used: Collection[str],
) -> NDArray[np.object_]:
    """Let grids have the codes they had, and number the others around these and those used before.

    Parameters
    ----------
    codes, keys, sequence : object[n_grids], object[n_grids], int64[n_grids]
        Codes by place; the digits of the community, and the number in it.
    kept, used : mapping of int to str, collection of str
        As of `draw_grids`.

    Returns
    -------
    object[n_grids]
        Codes, each once.
    """
    lawful = {k: code for k, code in kept.items() if code[:KEY_DIGITS] == keys[k] and code[KEY_DIGITS:].isdigit()}
    mine = {code: k for k, code in sorted(lawful.items(), reverse=True)}  # of two grids with one code, the first has it
    result, taken = codes.copy(), {*mine, *used}
    for code, k in mine.items():
        result[k] = code
    numbers = {key: count(1) for key in keys}
    for k in np.lexsort((sequence, keys.astype(str))):
        if k in mine.values():
            continue
        code = next(c for n in numbers[keys[k]] if (c := f"{keys[k]}{n:03d}") not in taken)
        result[k] = code
    return result


def grid_name(community: str, number: int) -> str:
    """Name a grid for people: in Chinese where its community has a Chinese name.

    Parameters
    ----------
    community : str
        Name of the community.
    number : int
        Sequence number of the grid in it.

    Returns
    -------
    str
        For example ``启工社区第3网格``.
    """
    if any("一" <= c <= "鿿" for c in community):
        return f"{community}第{number}网格"
    return f"{community} grid {number}".strip()


def _name_communities(
    certificate: pd.DataFrame, communities: gpd.GeoDataFrame, keys: NDArray[np.object_]
) -> pd.DataFrame:
    """Name the rows of the certificate: by name, by code where names repeat."""
    names = communities["community"]
    unique = (names != "") & ~names.duplicated(keep=False)
    labels = np.where(unique, names.to_numpy(dtype=object), keys)
    return certificate.assign(community=labels[certificate["community"].to_numpy()])


def _community_of_grids(fabric: Fabric, labels: NDArray[np.int32]) -> Ints:
    community = np.empty(int(labels.max(initial=-1)) + 1, dtype=np.int64)
    community[labels] = fabric.community_index
    return community


def _measure(fabric: Fabric, partition: Partition, polygons: NDArray[np.object_]) -> pd.DataFrame:
    labels, n, units = partition.labels, len(partition.grids), fabric.units
    columns = ["households", "residents", *KEY_GROUPS]
    sums = {c: np.bincount(labels, units[c].to_numpy(dtype="float64"), n).round().astype("int64") for c in columns}
    area, length = shapely.area(polygons), shapely.length(polygons)
    return pd.DataFrame(
        {
            **sums,
            "load": sums["households"].astype("float64"),
            "compounds": _count_pairs(
                labels, units["compound"], (units["households"] > 0) & (units["compound"] != ""), n
            ),
            "buildings": _count_pairs(labels[_unit_rows(fabric)], fabric.buildings["building_id"], None, n),
            "area_m2": area.round(1),
            "walk_m": _walk(fabric, labels, n).round(1),
            "compactness": (4 * np.pi * area / length**2).round(4),
            "in_band": partition.grids["in_band"].to_numpy(dtype=bool),
            "cause": partition.grids["cause"].to_numpy(dtype=object),
            "facility_m": _mean_way(fabric, labels, n).round(1),
            "workers": np.nan,
            **{name: main_text(fabric, labels, name) for name in ("profile", "site")},
            "micro_grids": 0,
        }
    )


def _unit_rows(fabric: Fabric) -> Ints:
    rows = pd.Index(fabric.units["unit_id"]).get_indexer(pd.Index(fabric.buildings["unit_id"]))
    return np.asarray(rows, dtype=np.int64)


def _count_pairs(labels: NDArray[Any], names: pd.Series, keep: pd.Series | None, n: int) -> Ints:
    pairs = pd.DataFrame({"label": labels, "name": names.to_numpy()})
    pairs = pairs if keep is None else pairs[keep.to_numpy()]
    return np.bincount(pairs.drop_duplicates()["label"], minlength=n).astype(np.int64)


def _walk(fabric: Fabric, labels: NDArray[np.int32], n: int) -> Floats:
    """Mean straight distance of the households of each grid to their common centre."""
    weight = fabric.units["households"].to_numpy(dtype="float64")
    xy = fabric.units[["x", "y"]].to_numpy(dtype="float64")
    total = np.bincount(labels, weight, n)
    safe = np.where(total > 0, total, 1.0)
    centre = np.stack([np.bincount(labels, weight * xy[:, k], n) / safe for k in (0, 1)], axis=1)
    distance = np.hypot(*(xy - centre[labels]).T)
    return np.where(total > 0, np.bincount(labels, weight * distance, n) / safe, 0.0)


def _mean_way(fabric: Fabric, labels: NDArray[np.int32], n: int) -> Floats:
    """Mean way of the households of each grid to a facility of their community; NaN where there is none."""
    way = fabric.units["facility_m"].to_numpy(dtype="float64")
    weight = np.where(np.isnan(way), 0.0, fabric.units["households"].to_numpy(dtype="float64"))
    total = np.bincount(labels, weight, n)
    sums = np.bincount(labels, weight * np.nan_to_num(way), n)
    return np.where(total > 0, sums / np.where(total > 0, total, 1.0), np.nan)


def main_text(fabric: Fabric, labels: NDArray[np.integer], name: str) -> NDArray[np.object_]:
    """Tell what a text of the units is for each grid: that of most of its households, then of most of its units.

    Parameters
    ----------
    fabric : Fabric
        Units.
    labels : int[n_units]
        Grid of each unit, 0..k - 1, each used.
    name : str
        A column of the units.

    Returns
    -------
    object[k]
        Texts.
    """
    frame = pd.DataFrame({"label": labels, "text": fabric.units[name].to_numpy(object), "units": 1,
                          "households": fabric.units["households"].to_numpy()})  # fmt: skip
    sums = frame.groupby(["label", "text"], as_index=False).sum().sort_values(["label", "households", "units"])
    return sums.drop_duplicates("label", keep="last")["text"].to_numpy(object)


def _count_points(polygons: NDArray[np.object_], points: gpd.GeoDataFrame | None) -> Ints:
    """Count points per polygon; a point on a shared border counts once."""
    if points is None or not len(points):
        return np.zeros(len(polygons), dtype=np.int64)
    grid, point = shapely.STRtree(points.geometry.to_numpy()).query(polygons, predicate="intersects")
    _, first = np.unique(point, return_index=True)
    return np.bincount(grid[first], minlength=len(polygons)).astype(np.int64)


def _edge_frame(fabric: Fabric) -> pd.DataFrame:
    graph, ids = fabric.graph, fabric.units["unit_id"].to_numpy(dtype=object)
    barrier = np.array(BARRIERS, dtype=object)[graph.barrier]
    columns = (ids[graph.edges[:, 0]], ids[graph.edges[:, 1]], graph.border_m, barrier, graph.barrier_m)
    return pd.DataFrame(dict(zip(EDGE_COLUMNS, columns, strict=True)))


def _wall_frame(fabric: Fabric) -> pd.DataFrame:
    graph, ids = fabric.graph, fabric.units["unit_id"].to_numpy(dtype=object)
    columns = (ids[graph.walls[:, 0]], ids[graph.walls[:, 1]], graph.wall_m)
    return pd.DataFrame(dict(zip(WALL_COLUMNS, columns, strict=True)))
