"""Exclusive sites: schools, hospitals, malls and parks that are grids of their own."""

import dataclasses
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.config import ExclusiveRules
from gridplan.errors import first_three
from gridplan.geometry.allot import components
from gridplan.geometry.graph import add_links, link_pieces
from gridplan.language import say
from gridplan.model import ContiguityGraph, Fabric, Finding, Layers

Texts = NDArray[np.object_]
Ints = NDArray[np.int64]

LISTED = "listed"
"""Site of buildings that the rules list by id."""


def find_sites(fabric: Fabric, layers: Layers, rules: ExclusiveRules) -> tuple[Texts, tuple[Finding, ...]]:
    """Find the units that are part of an exclusive site.

    Parameters
    ----------
    fabric : Fabric
        Units.
    layers : Layers
        Planned use of buildings, and facilities.
    rules : ExclusiveRules
        What is exclusive.

    Returns
    -------
    object[n_units], tuple of Finding
        What the site is: a word of the planned use, a type of facility, a compound, or "listed"; "" for all others.
        A list of the rules of which nothing is found is told.
    """
    units = fabric.units
    site, found = np.full(len(units), "", object), set[str]()
    rows = pd.Index(units["unit_id"]).get_indexer(pd.Index(fabric.buildings["unit_id"]))
    ids = fabric.buildings["building_id"].astype(str).to_numpy(object)

    def take(units_: NDArray[Any], word: str, name: str) -> None:
        if len(units_):
            found.add(name)
        site[units_] = np.where(site[units_] == "", word, site[units_])

    compound = units["compound"].to_numpy(object)
    for name in rules.compounds:
        take(np.flatnonzero((compound == name) | _numbered(compound, name)), name, name)
    for name in rules.buildings:
        take(rows[ids == name], LISTED, name)
    use = _uses(layers, ids)
    for word in rules.uses:
        take(rows[np.array([word in text for text in use], np.bool_)], word, word)
    empty = units["households"].to_numpy() == 0
    for kind in rules.facilities:
        spots = _spots(layers.facilities, kind)
        unit = shapely.STRtree(units.geometry.to_numpy()).query(spots, predicate="intersects")[1]
        unit = unit[empty[unit] & (units["building_id"].to_numpy(object)[unit] != "")]
        take(unit, kind, kind)
    asked = [name for names in (rules.compounds, rules.buildings, rules.uses, rules.facilities) for name in names]
    return site, _not_found([name for name in asked if name not in found])


def _numbered(compound: Texts, name: str) -> NDArray[np.bool_]:
    """Compounds of one name at several places got a number."""
    return np.array([text.startswith(f"{name} #") for text in compound], np.bool_)


def _uses(layers: Layers, ids: Texts) -> Texts:
    houses = layers.buildings
    if "use" not in houses:
        return np.full(len(ids), "", object)
    use = pd.Series(houses["use"].fillna("").astype(str).to_numpy(object), index=houses["building_id"].astype(str))
    return use.reindex(ids).fillna("").to_numpy(object)


def _spots(facilities: gpd.GeoDataFrame | None, kind: str) -> NDArray[Any]:
    if facilities is None or not len(facilities):
        return np.zeros(0, object)
    return np.asarray(shapely.centroid(facilities.geometry.to_numpy()[(facilities["type"] == kind).to_numpy()]))


def _not_found(names: list[str]) -> tuple[Finding, ...]:
    if not names:
        return ()
    reason = say("Nothing is set apart for {count} entries of the rules [exclusive]: {ids}.", count=len(names),
                 ids=first_three(names))  # fmt: skip
    return (Finding(code="exclusive_not_found", severity="warning", subject="rules", reason=reason,
                    value=float(len(names))),)  # fmt: skip


def label_sites(fabric: Fabric) -> Ints:
    """Tell exclusive grids apart: units of one site that touch.

    Parameters
    ----------
    fabric : Fabric
        Its units have the column `site`.

    Returns
    -------
    int64[n_units]
        A number for each grid, -1 for units of no site.
    """
    site, edges = fabric.units["site"].to_numpy(object), fabric.graph.edges
    same = (site[edges[:, 0]] == site[edges[:, 1]]) & (site[edges[:, 0]] != "")
    return np.where(site != "", components(len(site), edges[same]), -1).astype(np.int64)


def link_around(fabric: Fabric, lower: int, border_m: float) -> Fabric:
    """Tie pieces of a community that exclusive sites cut off, if they are too small to be planned apart.

    Parameters
    ----------
    fabric : Fabric
        Its units have the column `site`.
    lower : int
        A piece with at least this many households stays apart.
    border_m : float
        Border that a link counts for.

    Returns
    -------
    Fabric
        The same with links.
    """
    graph, apart = fabric.graph, fabric.units["site"].to_numpy(object) != ""
    rows = np.flatnonzero(~apart)
    place = np.full(len(apart), -1, np.int64)
    place[rows] = np.arange(len(rows))
    keep = ~apart[graph.edges].any(axis=1)
    none = np.zeros((0, 2), np.int32)
    rest = ContiguityGraph(
        n_units=len(rows), edges=place[graph.edges[keep]], border_m=graph.border_m[keep], barrier=graph.barrier[keep],
        barrier_m=graph.barrier_m[keep], walls=none, wall_m=np.zeros(0),
    )  # fmt: skip
    _, links = link_pieces(
        rest, community=np.asarray(fabric.community_index)[rows],
        households=fabric.units["households"].to_numpy()[rows],
        xy=fabric.units[["x", "y"]].to_numpy(dtype="float64")[rows], lower=lower, border_m=border_m,
    )  # fmt: skip
    return dataclasses.replace(fabric, graph=add_links(graph, rows[links], border_m))
