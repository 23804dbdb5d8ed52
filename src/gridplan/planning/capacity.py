"""Governance capacity (Article 19): the grid workers at hand bound or fix the number of grids of their community."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.config import EXCLUSIVE, Rules
from gridplan.errors import InfeasibleError
from gridplan.forces import force_of
from gridplan.language import say
from gridplan.model import Finding, Partition
from gridplan.partition import partition_graph
from gridplan.planning.classes import main_classes
from gridplan.planning.explaining import take_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FORCE: Final = "grid_workers"

WIDER: Final = ((0.8, 1.2), (0.5, 1.6), (0.0, 4.0))
"""Bands tried in turn around the mean of a number of grids that the profile's own band does not allow."""

CAUSE: Final = "governance capacity"


def count_workers(
    communities: gpd.GeoDataFrame, layer: gpd.GeoDataFrame | None, people: pd.DataFrame | None, rules: Rules
) -> Floats:
    """Count the grid workers at hand in each community.

    Parameters
    ----------
    communities : GeoDataFrame, n rows
        community, community_code; polygons.
    layer : GeoDataFrame or None
        Communities as they were read: the column grid_workers goes before the roster.
    people : DataFrame or None
        Personnel; a grid worker is of the community the roster names, else of the one the home or office lies in.
    rules : Rules
        Names of the force.

    Returns
    -------
    float64[n]
        Persons; NaN where nothing is known.
    """
    told = _from_column(communities, layer)
    if people is None or not len(people):
        return told
    names = {name for name, force in force_of(rules.deployment.forces).items() if force.force == FORCE}
    workers = people[people["force"].isin(names)]
    if workers.empty:
        return told
    home = pd.Series(-1, index=workers.index)
    for key in ("community", "community_code"):
        row = pd.Series(np.arange(len(communities)), index=communities[key].to_numpy(object))
        row = row[~row.index.duplicated(keep=False) & (row.index != "")]
        home = home.where(home >= 0, workers["community"].map(row).fillna(-1).astype(int))
    for x, y in (("home_x", "home_y"), ("work_x", "work_y")):
        lost = np.flatnonzero((home < 0).to_numpy() & workers[x].notna().to_numpy() & workers[y].notna().to_numpy())
        spots = shapely.points(workers[x].to_numpy()[lost], workers[y].to_numpy()[lost])
        person, row_ = shapely.STRtree(communities.geometry.to_numpy()).query(spots, predicate="intersects")
        home.iloc[lost[person]] = row_
    counted = np.bincount(home[home >= 0].to_numpy(), minlength=len(communities)).astype(np.float64)
    return np.where(np.isnan(told), counted, told)


def _from_column(communities: pd.DataFrame, layer: pd.DataFrame | None) -> Floats:
    told = np.full(len(communities), np.nan)
    if layer is None or "grid_workers" not in layer:
        return told
    for key in ("community", "community_code"):  # the code wins
        known = layer[(layer[key] != "") & layer["grid_workers"].notna()]
        sums = known.groupby(key)["grid_workers"].sum()
        found = communities[key].map(sums).to_numpy(dtype="float64")
        told = np.where(np.isnan(found), told, found)
    return told


def fit_to_workers(
    arrays: Mapping[str, Any], partition: Partition, workers: Floats, names: "pd.Series[str]",
    profile: NDArray[np.object_], rules: Rules, options: Mapping[str, Any],
) -> tuple[Partition, NDArray[np.object_], tuple[Finding, ...]]:  # fmt: skip
    """Plan the communities anew that have more grids, or others, than their grid workers can look after.

    Parameters
    ----------
    arrays : mapping
        Arguments of `partition_graph`, `load` among them.
    partition : Partition
        The plan without regard to grid workers.
    workers : float64[n_communities]
        Persons at hand; NaN where nothing is known.
    names : Series, n_communities values
        Names of the communities, for findings.
    profile : object[n_units]
        Class whose sizes the grid of each unit follows.
    rules : Rules
        Their group `considerations`, and the sizes of classes.
    options : mapping
        Further arguments of `partition_graph`: locked, whole, apart, effort, rng, jobs.

    Returns
    -------
    Partition, object[n_units], tuple of Finding
        The plan; the classes, of which a community that is planned anew has one alone, that of most of its households;
        and what was changed, what is not known, and what cannot be met. A community whose plan has the right number of
        grids keeps it: what is best without a bound is best with it. Exclusive grids and those that are settled by hand
        count, if people live in them.
    """
    found, asked = list[Finding](), _wanted(arrays, partition, workers, rules)
    if options.get("time_limit") is not None:  # shared out, so that all together take as long again at most
        tries = (len(WIDER) + 1) * max(1, len(asked))
        options = {**options, "time_limit": options["time_limit"] / tries}
    unknown = names[np.isnan(workers)]
    if len(unknown):
        reason = say("The grid workers of {count} communities are not known; their number of grids is free: {name} "
                     "and others.", count=len(unknown), name=unknown.iloc[0])  # fmt: skip
        found.append(Finding(code="workers_unknown", severity="warning", subject="communities", reason=reason,
                             value=float(len(unknown))))  # fmt: skip
    for community, (now, wanted) in asked.items():
        name, people = str(names.iloc[community]), int(workers[community])
        rows = np.flatnonzero(np.asarray(arrays["communities"]) == community)
        same = _one_class(arrays, profile, rows)
        whole = np.asarray(options["whole"])
        new = None if wanted < 1 else _replan(arrays, partition, rows, wanted, rules.sizes_of(same), whole, options)
        if new is None:
            found.append(_unmet(name, people, now, wanted))
            continue
        partition, profile = new, profile.copy()
        profile[rows] = same
        reason = say("{name} has {people} grid workers, so {wanted} grids instead of {now}.", name=name, people=people,
                     wanted=wanted, now=now)  # fmt: skip
        found.append(Finding(code="capacity_binds", severity="notice", subject=name, reason=reason,
                             value=float(wanted)))  # fmt: skip
    return partition, profile, tuple(found)


def _unmet(name: str, people: int, now: int, wanted: int) -> Finding:
    reason = say("{name} has {people} grid workers, for {wanted} grids: it cannot be divided so, and keeps {now}. "
                 "Correct the number of grid workers or grids_per_worker.", name=name, people=people, wanted=wanted,
                 now=now)  # fmt: skip
    return Finding(code="capacity_unmet", severity="warning", subject=name, reason=reason, value=float(now))


def _wanted(
    arrays: Mapping[str, Any], partition: Partition, workers: Floats, rules: Rules
) -> dict[int, tuple[int, int]]:
    """Community -> grids there are and grids wanted, where they differ in the wrong way."""
    lived = np.bincount(partition.labels, np.asarray(arrays["weights"], np.float64)) > 0
    home = partition.grids["community"].to_numpy()
    counts = np.bincount(home[lived], minlength=len(workers))
    differs = {}
    for community in np.flatnonzero(~np.isnan(workers)).tolist():
        now, most = int(counts[community]), int(workers[community] * rules.considerations.grids_per_worker + 1e-9)
        if now > most or (rules.considerations.capacity == "fix" and now and now != most):
            differs[community] = (now, most)
    return differs


def _one_class(arrays: Mapping[str, Any], profile: NDArray[np.object_], rows: Ints) -> NDArray[np.object_]:
    """Give the units of a community the class of most of its households, but for exclusive ones."""
    own, weights = profile[rows], np.asarray(arrays["weights"])[rows]
    apart = own == EXCLUSIVE
    frame = pd.DataFrame({"home": 0, "profile": own, "households": weights})[~apart]
    return np.where(apart, EXCLUSIVE, main_classes(frame).get(0, "")).astype(object)


def _replan(
    arrays: Mapping[str, Any], partition: Partition, rows: Ints, wanted: int, sizes: Floats, whole: Ints,
    options: Mapping[str, Any],
) -> Partition | None:  # fmt: skip
    """Plan one community with a number of grids; None where that cannot be done."""
    community, weights = int(arrays["communities"][rows[0]]), np.asarray(arrays["weights"], np.float64)[rows]
    whole = whole[rows]
    free = whole < 0
    drawn = len({w for w in whole[~free].tolist() if weights[whole == w].sum() > 0})
    parts, mine = wanted - drawn, take_rows(arrays, rows)
    if parts < 1 or not free.any():
        return None
    settled = {"whole": whole, "locked": np.asarray(options["locked"])[rows]}
    settled |= {key: options[key] for key in ("effort", "rng", "jobs", "time_limit") if key in options}
    for band, fits in _bands(sizes, weights, free, parts):
        try:
            found = partition_graph(**{**mine, **settled, "sizes": band, "parts": {community: parts}})
        except InfeasibleError:
            continue
        if found.grids["in_band"].all() or not fits:
            return _put(partition, rows, community, found, sizes, fits=fits)
    return None


def _bands(sizes: Floats, weights: Floats, free: NDArray[np.bool_], parts: int) -> Iterator[tuple[Floats, bool]]:
    """Sizes to try: those of the class if arithmetic allows, then ever wider ones around the mean.

    Also tells whether they are the sizes of the class.
    """
    total = float(weights[free].sum())
    target, lower, upper = sizes[free][0].tolist()
    mean, largest = max(total / parts, 1.0), max(1.0, float(weights[free].max()))
    wider = [(min(lower, low * mean), max(upper, high * mean, largest)) for low, high in WIDER]
    if parts * lower <= total <= parts * upper:
        wider.insert(0, (lower, upper))
    for least, most in wider:
        least_ = max(least, 1e-6)
        band = np.where(free[:, None], [min(max(target, least_), most), least_, most], sizes)
        yield band, (least, most) == (lower, upper)


def _put(partition: Partition, rows: Ints, community: int, found: Partition, sizes: Floats, *, fits: bool) -> Partition:
    """Put the new plan of a community in the place of the old one."""
    labels = partition.labels.astype(np.int64)
    labels[rows] = len(partition.grids) + found.labels
    size, band = found.grids["households"].to_numpy(dtype="float64"), np.zeros((len(found.grids), 3))
    band[found.labels] = sizes
    inside = np.isnan(band[:, 0]) | ((size >= band[:, 1]) & (size <= band[:, 2]))
    told = found.grids["cause"].to_numpy(object)
    cause = np.where(inside, "", np.where((told != "") & (fits | (told == "locked")), told, CAUSE))
    grids = pd.concat([partition.grids, found.grids.assign(in_band=inside, cause=cause)], ignore_index=True)
    used, first, final = np.unique(labels, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    grids = (
        grids.iloc[used[order]]
        .assign(
            label=np.arange(len(order), dtype=np.int32),
        )
        .reset_index(drop=True)
    )
    grids["cause"] = grids["cause"].astype("str")
    mine = partition.communities["community"] == community
    row = found.communities.assign(community=community, reason="number of grids by governance capacity")
    table = pd.concat([partition.communities[~mine], row]).sort_values("community", ignore_index=True)
    table = table.astype(partition.communities.dtypes.to_dict())
    return replace(
        partition, labels=rank[final.ravel()].astype(np.int32), grids=grids, communities=table,
        reproducible=partition.reproducible and found.reproducible,
    )  # fmt: skip
