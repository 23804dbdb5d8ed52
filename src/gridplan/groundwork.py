"""What is known before grids are drawn: the ground, what is settled by hand, the former plan; and its partition."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan import deployment, planning, reading
from gridplan.config import Rules
from gridplan.edits import Edits
from gridplan.geometry import label_sites
from gridplan.intake import lay_out
from gridplan.model import Fabric, Finding, Layers, Partition, PlanData
from gridplan.partition import partition_graph
from gridplan.plan import read_plan
from gridplan.progress import Report, Stages, timed

_DRAWN: Final = (".gpkg", ".geojson", ".shp", ".fgb")
"""Files of edits drawn on a map."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groundwork:
    """A district ready to be partitioned, as often as one likes.

    Parameters
    ----------
    layers : Layers
        The district.
    fabric : Fabric
        Its ground, with what is settled by hand.
    edits : Edits
        What is settled by hand, by the ids of units.
    edited : Edited
        The same on the fabric.
    people : DataFrame or None
        The roster, of the communities that are planned.
    kept : Kept or None
        The former plan on the fabric.
    settled : dict
        Arguments of `partition_graph`: what is settled by hand, and the former plan.
    load : float64[n_units] or None
        Load of each unit; None is its households.
    unchanged : dict of int to float
        Communities in which nothing has changed -> bound of their certificate.
    findings : tuple of Finding
        What was found on the way.
    """

    layers: Layers
    fabric: Fabric
    edits: Edits
    edited: planning.Edited
    people: pd.DataFrame | None
    kept: planning.Kept | None
    settled: dict[str, NDArray[np.int64]]
    load: NDArray[np.float64] | None = None
    unchanged: dict[int, float] = dataclasses.field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def codes(self, labels: NDArray[np.int32]) -> dict[int, str]:
        """Tell which grids have a code already: those that are settled by hand, and those that go on.

        Parameters
        ----------
        labels : int32[n_units]
            Grid of each unit.

        Returns
        -------
        dict of int to str
            Label -> code.
        """
        by_hand = {int(labels[unit]): code for unit, code in self.edited.codes.items()}
        going = {} if self.kept is None else self.kept.codes(labels)
        return {label: code for label, code in going.items() if code not in by_hand.values()} | by_hand


def lay_ground(
    layers: Layers,
    rules: Rules,
    *,
    edits: Edits | str | Path | None,
    previous: PlanData | str | Path | None,
    stages: Stages,
    report: Report,
) -> Groundwork:
    """Lay out the ground, and on it what is settled by hand and the former plan.

    Parameters
    ----------
    layers, rules : Layers, Rules
        The district.
    edits : Edits, path or None
        What is settled by hand.
    previous : PlanData, path or None
        The former plan.
    stages : Stages
        Where the costs are noted.
    report : Report
        Progress callback.

    Returns
    -------
    Groundwork
        Before `settle_ground`.
    """
    known = _take_edits(edits, layers)
    before = read_plan(previous) if isinstance(previous, str | Path) else previous
    with timed(stages, "geometry"):
        fabric = lay_out(layers, rules, report)
    if isinstance(known, gpd.GeoDataFrame):
        known = planning.resolve_sketch(fabric, known)
    edited = planning.apply_edits(fabric, known)
    people, found = planning.leave_persons(layers.personnel, fabric.communities, edited.fabric.communities)
    if people is not None:
        deployment.check_roster(people, edited.fabric.communities, rules, layers.jurisdictions)
    kept = None if before is None else planning.lay_previous(edited.fabric, before)
    return Groundwork(
        layers=layers, fabric=edited.fabric, edits=known, edited=edited, people=people, kept=kept,
        settled=edited.options() | ({} if kept is None else {"previous": kept.labels}), findings=found,
    )  # fmt: skip


def settle_ground(ground: Groundwork, rules: Rules, effort: str) -> Groundwork:
    """Set exclusive sites apart, weigh the units, and find what needs no plan since it has one.

    Parameters
    ----------
    ground : Groundwork
        As `lay_ground` gives it.
    rules, effort : Rules, str
        Those of the new plan; the price of change does not matter.

    Returns
    -------
    Groundwork
        Ready for `divide_ground`.
    """
    fabric, settled = _set_apart(ground.fabric, ground.settled)
    load = planning.weigh_units(fabric.units, rules)
    unchanged = {}
    if ground.kept is not None and load is None and ground.edits == Edits():
        unchanged = planning.find_unchanged(fabric, ground.kept.plan, rules, effort)
    return dataclasses.replace(ground, fabric=fabric, settled=settled, load=load, unchanged=unchanged)


def divide_ground(
    ground: Groundwork, rules: Rules, options: dict[str, Any], report: Report
) -> tuple[Fabric, Partition, tuple[Finding, ...]]:
    """Partition a district, within what its grid workers can look after where the rules say so.

    Parameters
    ----------
    ground : Groundwork
        As `settle_ground` gives it.
    rules : Rules
        Sizes and prices.
    options : dict
        rng, effort, time_limit and jobs, as of `partition_graph`.
    report : Report
        Progress callback.

    Returns
    -------
    fabric : Fabric
        With the grid workers of communities, and sizes that fit them.
    partition : Partition
        Its grids.
    findings : tuple of Finding
        Numbers of grid workers that cannot be met.
    """
    options = options | ground.settled | {"load": ground.load}
    arrays = core_arrays(ground.fabric, rules)
    partition = partition_graph(**arrays, report=report, **options | {"unchanged": ground.unchanged})
    return _fit(ground, partition, rules, options)


def _take_edits(edits: Edits | str | Path | None, layers: Layers) -> Edits | gpd.GeoDataFrame:
    """Read a file of edits; what is drawn on a map waits for the units."""
    if not isinstance(edits, str | Path):
        return edits or Edits()
    if Path(str(edits).lower()).suffix.partition(":")[0] not in _DRAWN:
        return Edits.read(edits)
    left, low, right, high = layers.buildings.total_bounds
    return reading.read_sketch(edits, layers.crs, ((left + right) / 2, (low + high) / 2))


def _set_apart(fabric: Fabric, settled: dict[str, NDArray[np.int64]]) -> tuple[Fabric, dict[str, NDArray[np.int64]]]:
    """Make grids of exclusive sites; what is settled by hand goes before them, and is exclusive where all of it is."""
    whole, locked, units = settled["whole"], settled["locked"], fabric.units
    site = units["site"].to_numpy(object)
    held = (whole >= 0) | (locked >= 0)
    held[settled["apart"].ravel()] = True
    by_hand = (whole >= 0) & ~np.isin(whole, whole[site == ""])
    free = (site != "") & ~held
    label = label_sites(dataclasses.replace(fabric, units=units.assign(site=np.where(free, site, ""))))
    apart = free | by_hand
    lot = np.where(whole >= 0, whole, np.where(locked >= 0, locked + len(units), -1))
    profile = planning.settle_classes(fabric, units["profile"].to_numpy(object), lot, apart, (site != "") & ~apart)
    fabric = dataclasses.replace(fabric, units=units.assign(profile=profile, site=np.where(apart, site, "")))
    return fabric, settled | {"whole": np.where(free, label + whole.max(initial=-1) + 1, whole)}


def _fit(
    ground: Groundwork, partition: Partition, rules: Rules, options: dict[str, Any]
) -> tuple[Fabric, Partition, tuple[Finding, ...]]:
    """Count the grid workers of communities, and let them bound the number of grids where the rules say so."""
    fabric = ground.fabric
    workers = planning.count_workers(fabric.communities, ground.layers.communities, ground.people, rules)
    fabric = dataclasses.replace(fabric, communities=fabric.communities.assign(grid_workers=workers))
    if rules.considerations.capacity == "off":
        return fabric, partition, ()
    arrays = core_arrays(fabric, rules) | {"load": options["load"]}
    profile = fabric.units["profile"].to_numpy(object)
    fitted, profile, found = planning.fit_to_workers(
        arrays, partition, workers, fabric.communities["community"], profile, rules, options
    )
    return dataclasses.replace(fabric, units=fabric.units.assign(profile=profile)), fitted, found


def core_arrays(fabric: Fabric, rules: Rules) -> dict[str, Any]:
    """Lay a fabric and the rules out as the core takes them.

    Parameters
    ----------
    fabric : Fabric
        Units and borders.
    rules : Rules
        Sizes and prices.

    Returns
    -------
    dict
        Arguments of `partition_graph` and `value_grids`.
    """
    units, graph = fabric.units, fabric.graph
    named = units["compound"].where(units["compound"] != "")
    return {
        "edges": graph.edges,
        "weights": units["households"].to_numpy(),
        "xy": units[["x", "y"]].to_numpy(dtype="float64"),
        "compounds": pd.factorize(named, sort=True)[0],
        "communities": np.asarray(fabric.community_index),
        "border": graph.barrier_m,
        "border_weight": rules.cost.barrier_per_m,
        "target": rules.target,
        "lower": rules.lower,
        "upper": rules.upper,
        "cost": rules.cost,
        **_sizes(units, rules),
    }


def _sizes(units: pd.DataFrame, rules: Rules) -> dict[str, Any]:
    return {"sizes": rules.sizes_of(units["profile"])} if (units["profile"] != "").any() else {}
