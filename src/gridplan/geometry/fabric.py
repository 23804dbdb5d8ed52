"""The fabric: from layers to units, cells and the contiguity graph, step by step."""

import dataclasses
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.config import GeometryRules, Rules
from gridplan.errors import LayerError
from gridplan.geometry.allot import dissolve
from gridplan.geometry.astride import find_astride
from gridplan.geometry.blocks import Blocks, cut_blocks
from gridplan.geometry.borders import Borders
from gridplan.geometry.compounds import name_compounds
from gridplan.geometry.crossings import find_crossings, open_length
from gridplan.geometry.graph import Segments, build_graph, link_pieces
from gridplan.geometry.ground import Ground, draw_ground
from gridplan.geometry.lines import HARD
from gridplan.geometry.territory import Shapes, Territory, draw_territory
from gridplan.geometry.units import COUNTS, Homes, find_homes, split_buildings
from gridplan.language import say
from gridplan.model import ContiguityGraph, Fabric, Finding, Layers
from gridplan.progress import Report, silent
from gridplan.schema import PLAIN_COLUMNS, SET_ASIDE_COLUMNS

_STEPS: Final = 5
_SHAPED: Final = ("buildings", "compounds", "communities", "subdistricts", "boundary", "roads", "railways", "water",
                  "crossings")  # fmt: skip
_ORIGIN_M: Final = 1000.0
"""Everything is drawn near the origin of a frame moved by whole kilometres, where a lattice of 1 mm is exact."""

Ints = NDArray[np.int64]


def build_fabric(
    layers: Layers, rules: Rules, report: Report = silent, *, upper: NDArray[np.float64] | None = None
) -> Fabric:
    """Turn layers into units with seamless cells and their contiguity graph.

    Parameters
    ----------
    layers : Layers
        As read, in a metric CRS.
    rules : Rules
        For `upper`, `lower` and the geometry rules.
    report : Report
        Told of the steps of the stage "geometry".
    upper : float64[n_buildings], optional
        Most households of a grid of each building, where they are not all those of the rules.

    Returns
    -------
    Fabric
        Cells of a community cover it exactly; all together are a valid coverage.

    Raises
    ------
    LayerError
        If no ground can be planned.
    """
    origin = _origin(layers)
    near = _moved(layers, -origin)
    report("geometry", 0, _STEPS)
    territory = draw_territory(near, rules.geometry)
    blocks = cut_blocks(near, territory, rules.geometry)
    report("geometry", 1, _STEPS)
    everything = split_buildings(near, rules.upper if upper is None else upper)
    homes = find_homes(everything, blocks, territory, rules.geometry.max_outside_m)
    if territory.polygons is None and not (homes.block >= 0).any():
        raise LayerError(
            say("buildings: need one on the planned ground, found none; check the boundary and the CRS of the layers")
        )
    parts, compound_findings = _settle(near, everything, homes, territory)
    report("geometry", 2, _STEPS)
    ground = draw_ground(parts, blocks, rules.geometry)
    report("geometry", 3, _STEPS)
    units, buildings, rank = _unit_table(parts, ground, territory)
    cells = dissolve(ground.faces, rank[ground.owner], len(units))
    report("geometry", 4, _STEPS)
    index = units["home"].to_numpy()
    graph = _connect(ground, blocks, rank, index, rules.geometry)
    graph, links = link_pieces(
        graph, community=index, households=units["households"].to_numpy(), xy=units[["x", "y"]].to_numpy(),
        lower=rules.lower, border_m=rules.geometry.min_border_m,
    )  # fmt: skip
    communities, community_index = _communities(ground, territory, index)
    findings = (
        *territory.findings, *homes.findings, *compound_findings, *_ground_findings(units, ground, parts),
        *_link_findings(links, units),
    )  # fmt: skip
    report("geometry", _STEPS, _STEPS)
    return Fabric(
        units=_moved_frame(
            gpd.GeoDataFrame(
                units.drop(columns=["home"]).assign(**PLAIN_COLUMNS["units"]), geometry=cells, crs=layers.crs
            ),
            origin,
        ),
        buildings=buildings,
        communities=_moved_frame(communities.set_crs(layers.crs), origin),
        community_index=community_index,
        graph=graph,
        set_aside=_set_aside(everything, homes),
        findings=tuple(_moved_finding(f, origin) for f in findings),
    )


def _origin(layers: Layers) -> NDArray[np.float64]:
    """Corner of the data, in whole kilometres."""
    ground = [f for f in (layers.communities, layers.boundary, layers.buildings) if f is not None and len(f)]
    bounds = ground[0].total_bounds if ground else np.full(4, np.nan)
    if not np.isfinite(bounds).all():
        raise LayerError(
            say("study area: need a boundary, communities or buildings with geometry, found none; give one of them")
        )
    return np.asarray(np.floor(bounds[:2] / _ORIGIN_M) * _ORIGIN_M)


def _moved(layers: Layers, by: NDArray[np.float64]) -> Layers:
    """Layers with their geometry moved near the origin."""
    frames = {role: getattr(layers, role) for role in _SHAPED}
    # Rounding to a micrometre takes away the noise of large eastings: the same district anywhere is drawn the same.
    return dataclasses.replace(
        layers, **{r: _moved_frame(f, by, decimals=6) for r, f in frames.items() if f is not None}
    )


def _moved_frame(frame: gpd.GeoDataFrame, by: NDArray[np.float64], decimals: int | None = None) -> gpd.GeoDataFrame:
    """Move a frame: its geometry and, where it has them, x and y."""
    shapes = shapely.transform(np.asarray(frame.geometry.array), lambda xy: xy + by)
    if decimals is not None:
        shapes = shapely.transform(shapes, lambda xy: np.round(xy, decimals))
    moved = frame.set_geometry(shapes, crs=frame.crs)
    if {"unit_id", "x", "y"} <= set(frame.columns):
        moved = moved.assign(x=frame["x"] + by[0], y=frame["y"] + by[1])
    return moved


def _moved_finding(finding: Finding, by: NDArray[np.float64]) -> Finding:
    """Move the place of a finding."""
    if finding.place is None:
        return finding
    return dataclasses.replace(finding, place=(finding.place[0] + float(by[0]), finding.place[1] + float(by[1])))


def _settle(
    layers: Layers, everything: gpd.GeoDataFrame, homes: Homes, territory: Territory
) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Parts that have a home, with block, home, moved and the name of their compound."""
    alive = homes.block >= 0
    block = homes.block[alive]
    parts = everything[alive].reset_index(drop=True)
    parts = parts.assign(block=block, home=homes.community[alive], moved=homes.moved[alive])
    names, findings = name_compounds(layers, parts, block)
    parts = parts.assign(compound=names)
    return parts, (*findings, *find_astride(parts, territory))


def _unit_table(
    parts: gpd.GeoDataFrame, ground: Ground, territory: Territory
) -> tuple[pd.DataFrame, pd.DataFrame, Ints]:
    """Units in their final order, the buildings in each, and the row of each owner."""
    unit = ground.unit_of_part
    first = np.unique(unit, return_index=True)[1]
    largest = np.lexsort((np.arange(len(parts)), -parts["households"].to_numpy(), unit))
    main = parts.iloc[largest[np.unique(unit[largest], return_index=True)[1]]]
    sums = {c: np.bincount(unit, weights=parts[c].to_numpy(), minlength=len(first)).astype("int64") for c in COUNTS}
    head = parts.iloc[first]
    ids = np.where(head["entrance"] == "", head["building_id"], head["building_id"] + "#" + head["entrance"])
    table = pd.DataFrame(
        {"unit_id": ids, "building_id": head["building_id"].to_numpy(), "entrance": head["entrance"].to_numpy(),
         "home": head["home"].to_numpy(), "compound": main["compound"].to_numpy(), **sums,
         "source": main["source"].to_numpy(), "x": head["x"].to_numpy(), "y": head["y"].to_numpy()}
    )  # fmt: skip
    table = pd.concat([table, _bare_ground(ground, territory, len(first))], ignore_index=True)
    order = np.argsort(table["home"].to_numpy(), kind="stable")
    rank = np.empty(len(order), dtype="int64")
    rank[order] = np.arange(len(order))
    table = table.iloc[order].reset_index(drop=True)
    names = territory.names.iloc[table["home"]].reset_index(drop=True)
    table = pd.concat(
        [
            table[["unit_id", "building_id", "entrance"]],
            names,
            table.drop(columns=["unit_id", "building_id", "entrance"]),
        ],
        axis=1,
    )
    buildings = parts[["building_id", "entrance"]].assign(unit_id=ids[unit], households=parts["households"].to_numpy())
    return table, pd.DataFrame(buildings), rank


def _bare_ground(ground: Ground, territory: Territory, n: int) -> pd.DataFrame:
    """One unit without households for each community without buildings."""
    owners, face = np.unique(ground.owner[ground.owner >= n], return_index=True)
    home = ground.community[ground.owner >= n][face]
    names = territory.names.iloc[home]
    spots = shapely.point_on_surface(
        np.array([shapely.coverage_union_all(ground.faces[ground.owner == o]) for o in owners], dtype=object)
    )
    label = np.where(
        names["community_code"] != "", names["community_code"], names["subdistrict"] + "|" + names["community"]
    )
    zeros = np.zeros(len(owners), dtype="int64")
    return pd.DataFrame(
        {"unit_id": [f"#{text}" for text in label], "building_id": "", "entrance": "", "home": home, "compound": "",
         **dict.fromkeys(COUNTS, zeros), "source": "counted", "x": shapely.get_x(spots), "y": shapely.get_y(spots)}
    )  # fmt: skip


def _connect(ground: Ground, blocks: Blocks, rank: Ints, community: Ints, rules: GeometryRules) -> ContiguityGraph:
    """Contiguity of the units: shared borders inside a community, and bridges."""
    owners = rank[ground.owner]
    crossings = find_crossings(blocks, (ground.zone, ground.zone | ground.desert), owners, ground.faces, community)
    pair = np.sort(owners[ground.borders.pair], axis=1)
    inside = (pair[:, 0] != pair[:, 1]) & (community[pair[:, 0]] == community[pair[:, 1]])
    part = Borders(pair=pair[inside], ends=ground.borders.ends[inside], length=ground.borders.length[inside])
    kinds = ground.kinds[inside]
    segments = Segments(
        pair=part.pair, length=part.length, kind=kinds,
        open_m=open_length(part, kinds == HARD, crossings.points, rules.crossing_m / 2),
    )  # fmt: skip
    return build_graph(len(community), segments, crossings.links, rules.min_border_m, rules.crossing_m)


def _communities(ground: Ground, territory: Territory, index: Ints) -> tuple[gpd.GeoDataFrame, NDArray[np.int32]]:
    """Communities that have ground, with their polygons, and the row of each unit."""
    used, row = np.unique(index, return_inverse=True)
    shapes: Shapes = dissolve(ground.faces, np.searchsorted(used, ground.community), len(used))
    names = territory.names.iloc[used].reset_index(drop=True)
    return gpd.GeoDataFrame(names, geometry=shapes), row.astype("int32")


def _set_aside(everything: gpd.GeoDataFrame, homes: Homes) -> pd.DataFrame:
    """Tell which buildings could not take part."""
    rows = everything[homes.reasons != ""]
    rows = rows.assign(reason=homes.reasons[homes.reasons != ""])
    table = rows.groupby("building_id", sort=True, as_index=False).agg({"households": "sum", "reason": "first"})
    return pd.DataFrame(table.assign(role="buildings", id=table["building_id"], rows=1)[list(SET_ASIDE_COLUMNS)])


def _ground_findings(units: pd.DataFrame, ground: Ground, parts: gpd.GeoDataFrame) -> list[Finding]:
    """Say which communities have no buildings, which units hold several, and which ground lies apart."""
    found = []
    bare = units[units["building_id"] == ""]
    for name, x, y in zip(bare["community"], bare["x"], bare["y"], strict=True):
        reason = say("Community {name} has no building; its ground is one unit without households.", name=name)
        found.append(Finding(code="community_empty", severity="notice", subject=name, reason=reason,
                             place=(float(x), float(y))))  # fmt: skip
    shared = len(parts) - len(np.unique(ground.unit_of_part))
    if shared:
        reason = say("{count} buildings stand at the place of another one and share its unit.", count=shared)
        found.append(Finding(code="buildings_coincide", severity="notice", subject="buildings", reason=reason,
                             value=float(shared)))  # fmt: skip
    if ground.far.any():
        area = float(shapely.area(ground.faces[ground.far]).sum())
        reason = say("{area:.0f} m2 of ground touch no cell of their community and went to the nearest one.", area=area)
        found.append(Finding(code="ground_apart", severity="notice", subject="communities", reason=reason, value=area))
    return found


def _link_findings(links: Ints, units: pd.DataFrame) -> list[Finding]:
    """Say which pieces of a community were tied to another one."""
    found = []
    for here, there in links:
        one, two = units.iloc[here], units.iloc[there]
        metres = float(np.hypot(one.x - two.x, one.y - two.y))
        reason = say(
            "A part of community {community} around {unit} touches no other part and is too small to be planned "
            "apart; it is linked to {other}, {metres:.0f} m away.",
            community=one.community,
            unit=one.unit_id,
            other=two.unit_id,
            metres=metres,
        )
        found.append(Finding(code="piece_linked", severity="warning", subject=str(one.unit_id), reason=reason,
                             value=metres, place=(float(one.x), float(one.y))))  # fmt: skip
    return found
