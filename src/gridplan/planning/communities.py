"""Communities: too large or too small, how to split and merge them, and drawing them anew (Article 9)."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.config import CostRules, Rules
from gridplan.language import say
from gridplan.model import Finding, PlanData
from gridplan.neighbours import find_neighbours
from gridplan.partition import partition_graph
from gridplan.planning.committee import COUNTED, count_committee, tell_committee
from gridplan.planning.keys import key_of
from gridplan.schema import COMMUNITY_COLUMNS, NESTED_COLUMNS, PROPOSED_COLUMNS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_CODE: Final = "000000{rank:06d}"
"""A community that has no code yet."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Review:
    """How large communities are, and how they could be.

    Parameters
    ----------
    communities : GeoDataFrame
        `COMMUNITY_COLUMNS`: present communities; state is "fits", "small", "large" or "empty"; polygons.
    proposed : GeoDataFrame
        `PROPOSED_COLUMNS`: communities to be: parts of a large one, two merged, or drawn anew; unions of grids.
    nested : DataFrame
        `NESTED_COLUMNS`: the grids of each proposed community.
    findings : tuple of Finding
        What an office should know.
    """

    communities: gpd.GeoDataFrame
    proposed: gpd.GeoDataFrame
    nested: pd.DataFrame
    findings: tuple[Finding, ...]


def review_sizes(
    plan: PlanData, rules: Rules, *, people: pd.DataFrame | None = None, rng: int = 0, effort: str = "normal"
) -> Review:
    """Check present communities, and propose to split the large and to merge the small ones.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        Their group `communities`.
    people : DataFrame or None
        Personnel, whose committee staff is counted; None takes those that serve grids of the plan.
    rng : int
        Seed of the search.
    effort : {"fast", "normal", "thorough"}
        How long to search.

    Returns
    -------
    Review
        Sizes, proposals and findings.
    """
    present = _measure(plan, rules, people)
    row = pd.Index(key_of(present)).get_indexer(pd.Index(key_of(plan.grids)))
    edges = find_neighbours(plan, rules.geometry.min_border_m)
    group, how = np.full(len(plan.grids), -1), dict[int, str]()
    large = np.flatnonzero(present["state"] == "large")
    for label, grids in _split(plan, rules, edges, np.isin(row, large), row, rng=rng, effort=effort):
        group[grids], how[label] = label, "split"
    for pair in _merge(present, rules, row, edges):
        label = len(how)
        group[np.isin(row, pair)], how[label] = label, "merged"
    proposed, nested = _lay_out(plan, group, how)
    return Review(communities=present, proposed=proposed, nested=nested,
                  findings=(*_say_sizes(present, rules, set(row[group >= 0].tolist())),
                            *tell_committee(plan, present, rules)))  # fmt: skip


def draw_communities(
    plan: PlanData, rules: Rules, *, people: pd.DataFrame | None = None, rng: int = 0, effort: str = "normal"
) -> Review:
    """Draw communities as unions of grids, inside subdistricts, as if there were none.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        Their group `communities`.
    people : DataFrame or None
        Personnel, whose committee staff is counted; None takes those that serve grids of the plan.
    rng : int
        Seed of the search.
    effort : {"fast", "normal", "thorough"}
        How long to search.

    Returns
    -------
    Review
        Present sizes, the communities drawn, and findings on what does not fit.
    """
    home = np.unique(plan.grids["subdistrict"].fillna("").astype(str), return_inverse=True)[1]
    edges = find_neighbours(plan, rules.geometry.min_border_m)
    every = np.ones(len(plan.grids), dtype=bool)
    found = list(_split(plan, rules, edges, every, home, rng=rng, effort=effort))
    group = np.full(len(plan.grids), -1)
    for label, grids in found:
        group[grids] = label
    proposed, nested = _lay_out(plan, group, dict.fromkeys(range(len(found)), "drawn"))
    present = _measure(plan, rules, people)
    return Review(communities=present, proposed=proposed, nested=nested,
                  findings=(*_say_drawn(proposed, rules), *tell_committee(plan, present, rules)))  # fmt: skip


def _measure(plan: PlanData, rules: Rules, people: pd.DataFrame | None) -> gpd.GeoDataFrame:
    """Count what each community holds, and tell how that fits."""
    keys, size = key_of(plan.communities).to_numpy(), rules.communities
    sums = plan.grids.groupby(key_of(plan.grids).to_numpy())[["households", "residents", "load"]].sum()
    counts = plan.grids.groupby(key_of(plan.grids).to_numpy()).size()
    table = plan.communities[["community", "community_code", "subdistrict", "geometry"]].reset_index(drop=True)
    for name in ("households", "residents"):
        table[name] = sums[name].reindex(keys).fillna(0).to_numpy(dtype="int64")
    table["load"] = sums["load"].reindex(keys).fillna(0).to_numpy().round(1)
    table["grids"] = counts.reindex(keys).fillna(0).to_numpy(dtype="int64")
    table[list(COUNTED)] = count_committee(plan, people, rules).to_numpy()
    most = table[["households", "load"]].max(axis=1)
    state = np.select(
        [table["households"] == 0, most > size.upper, table["households"] < size.lower], ["empty", "large", "small"],
        default="fits",
    )  # fmt: skip
    return gpd.GeoDataFrame(table.assign(state=state)[[*COMMUNITY_COLUMNS, "geometry"]], crs=plan.crs)


def _split(
    plan: PlanData, rules: Rules, edges: Ints, chosen: NDArray[np.bool_], home: Ints, *, rng: int, effort: str
) -> Iterator[tuple[int, Ints]]:
    """Divide the chosen grids, home by home, into communities: the same engine one level up."""
    rows, size = np.flatnonzero(chosen), rules.communities
    if not len(rows):
        return
    place = np.full(len(chosen), -1)
    place[rows] = np.arange(len(rows))
    inner = place[edges[chosen[edges].all(axis=1)]].reshape(-1, 2)
    weights = plan.grids["households"].to_numpy(dtype="float64")[rows]
    centres = shapely.get_coordinates(shapely.centroid(plan.grids.geometry.to_numpy()[rows]))
    cost: CostRules = dataclasses.replace(
        rules.cost, spread_m=rules.cost.spread_m * float(np.sqrt(size.target / rules.target))
    )
    found = partition_graph(
        inner, weights, xy=centres, communities=home[rows], target=size.target, lower=size.lower, upper=size.upper,
        cost=cost, rng=rng, effort=effort,
    )  # fmt: skip
    for label in range(len(found.grids)):
        yield label, rows[found.labels == label]


def _merge(present: gpd.GeoDataFrame, rules: Rules, row: Ints, edges: Ints) -> list[tuple[int, int]]:
    """Pair small communities with a neighbour of their subdistrict: as many as can be, then the smallest sums."""
    households, home = present["households"].to_numpy(), present["subdistrict"].fillna("").to_numpy()
    state = present["state"].to_numpy()
    graph: nx.Graph[int] = nx.Graph()
    for a, b in np.unique(np.sort(row[edges], axis=1), axis=0).tolist():
        total = int(households[a] + households[b])
        fit = a != b and min(a, b) >= 0 and home[a] == home[b] and "large" not in (state[a], state[b])
        if fit and "small" in (state[a], state[b]) and total <= rules.communities.upper:
            graph.add_edge(a, b, weight=rules.communities.upper - total + 1)
    pairs = nx.max_weight_matching(graph, maxcardinality=True)
    return sorted((min(pair), max(pair)) for pair in pairs)


def _lay_out(plan: PlanData, group: Ints, how: dict[int, str]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Draw proposed communities, numbered from north to south, and list their grids."""
    labels = sorted(how)
    shapes = [shapely.union_all(plan.grids.geometry.to_numpy()[group == label]) for label in labels]
    order = sorted(range(len(labels)), key=lambda k: (-shapes[k].centroid.y, shapes[k].centroid.x))
    rows: list[tuple[Any, ...]] = []
    nested: list[pd.DataFrame] = []
    for rank, k in enumerate(order):
        grids, code = plan.grids[group == labels[k]], _CODE.format(rank=rank + 1)
        names = ";".join(dict.fromkeys(grids["community"].astype(str)))
        rows.append((code, how[labels[k]], names, int(grids["households"].sum()), int(grids["residents"].sum()),
                     float(grids["load"].sum()), len(grids)))  # fmt: skip
        new = [f"{code}{number:03d}" for number in range(1, len(grids) + 1)]
        nested.append(
            pd.DataFrame({"proposed_code": code, "grid_code": grids["grid_code"].to_numpy(), "new_code": new})
        )
    table = pd.DataFrame(rows, columns=list(PROPOSED_COLUMNS)).astype(
        {"households": "int64", "residents": "int64", "load": "float64", "grids": "int64"}
    )
    drawn = gpd.GeoDataFrame(table, geometry=[shapes[k] for k in order], crs=plan.crs)
    empty = pd.DataFrame(columns=list(NESTED_COLUMNS))
    return drawn, pd.concat(nested, ignore_index=True) if nested else empty


def _say_sizes(present: gpd.GeoDataFrame, rules: Rules, helped: set[int]) -> Iterator[Finding]:
    size = rules.communities
    for place, row in enumerate(present.to_dict("records")):
        if row["state"] not in ("small", "large"):
            continue
        outlook = say("a proposal is made") if place in helped else say("no neighbour can take it in")
        reason = say("{households} households and a load of {load:.0f}, {lower} to {upper} are asked for; {outlook}",
                     households=row["households"], load=row["load"], lower=size.lower, upper=size.upper,
                     outlook=outlook)  # fmt: skip
        code = "community_small" if row["state"] == "small" else "community_large"
        yield Finding(code=code, severity="notice", subject=str(row["community"]), reason=reason,
                      value=float(row["households"]))  # fmt: skip


def _say_drawn(proposed: gpd.GeoDataFrame, rules: Rules) -> Iterator[Finding]:
    size = rules.communities
    for row in proposed.to_dict("records"):
        if not size.lower <= row["households"] <= size.upper:
            reason = say("drawn with {households} households, {lower} to {upper} are asked for",
                         households=row["households"], lower=size.lower, upper=size.upper)  # fmt: skip
            yield Finding(code="community_outside", severity="warning", subject=row["proposed_code"], reason=reason,
                          value=float(row["households"]))  # fmt: skip
