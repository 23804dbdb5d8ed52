"""An old plan that goes on: the grid of each unit in it, codes that continue, and what became of every code."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.model import Fabric, PlanData
from gridplan.planning.matching import continue_grids, list_buildings, list_plan, make_crosswalk, match_buildings
from gridplan.schema import HISTORY_COLUMNS

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An old plan laid on a new fabric.

    Parameters
    ----------
    plan : PlanData
        The old plan.
    old, new : DataFrame
        Buildings of both, as `list_buildings` gives them.
    spot : int64[n_new]
        Row of `old` that each building of `new` is, or -1.
    units : object[n_units]
        Code of the old grid of each unit, "" for new ones.
    """

    plan: PlanData
    old: pd.DataFrame
    new: pd.DataFrame
    spot: Ints
    units: NDArray[np.object_]

    @property
    def labels(self) -> Ints:
        """Old grid of each unit as the core takes it, -1 for new ones."""
        return np.where(self.units != "", pd.factorize(self.units, sort=True)[0], -1).astype(np.int64)

    @property
    def used(self) -> set[str]:
        """Codes that no new grid may have: those of the old plan, and those retired before."""
        return {*self.plan.grids["grid_code"], *self.plan.history["grid_code"]}

    def codes(self, labels: NDArray[np.int32]) -> dict[int, str]:
        """Tell which new grid goes on with which code.

        Parameters
        ----------
        labels : int32[n_units]
            New grid of each unit.

        Returns
        -------
        dict of int to str
            Label -> code.
        """
        old = np.where(self.spot >= 0, self.old["grid_code"].to_numpy(object)[self.spot], "")
        new = labels[self.new["unit"].to_numpy()]
        found = continue_grids(old, new.astype(object), self.new["households"].to_numpy(dtype="float64"))
        return {int(str(label)): code for label, code in found.items()}

    def record(self, grids: pd.DataFrame, units: pd.DataFrame) -> dict[str, Any]:
        """Write down what became of every grid.

        Parameters
        ----------
        grids, units : DataFrame
            Of the new plan.

        Returns
        -------
        dict
            crosswalk and history, and grids, where a grid that goes on keeps its first day.
        """
        new = self.new.assign(grid_code=units["grid_code"].to_numpy(object)[self.new["unit"]])
        crosswalk = make_crosswalk(self.old, new, self.spot)
        begun = dict(zip(self.plan.grids["grid_code"], self.plan.grids["valid_from"], strict=True))
        day = str(grids["valid_from"].iloc[0])
        dated = grids.assign(valid_from=[begun.get(code, day) for code in grids["grid_code"]])
        return {"grids": dated, "crosswalk": crosswalk, "history": self._history(crosswalk, dated, begun, day)}

    def _history(self, crosswalk: pd.DataFrame, grids: pd.DataFrame, begun: dict[str, str], day: str) -> pd.DataFrame:
        moved = crosswalk[(crosswalk["old_code"] != "") & (crosswalk["new_code"] != "")]
        into = moved.groupby("old_code")["new_code"].agg(list).to_dict()
        out_of = moved.groupby("new_code")["old_code"].agg(list).to_dict()
        largest = moved.sort_values(["buildings", "new_code"], ascending=[False, True])
        largest = largest.sort_values("households_new", ascending=False, kind="stable")
        parent = largest.drop_duplicates("new_code").set_index("new_code")["old_code"].to_dict()
        now = set(grids["grid_code"])
        divided = {parent[code] for code in now - set(begun) if code in parent}
        rows = []
        for code in sorted({*begun, *now}):
            others = [c for c in (into if code in begun else out_of).get(code, []) if c != code]
            if code not in begun:
                event = "new"
            elif code in now:
                event = "split" if code in divided else "kept" if not others else "changed"
            else:
                event = "merged" if set(others) & set(begun) else "retired"
            until = "" if code in now else day
            rows.append((code, event, begun.get(code, day), until, " ".join(others)))
        earlier = self.plan.history[self.plan.history["valid_to"] != ""]
        table = pd.DataFrame(rows, columns=list(HISTORY_COLUMNS)).astype("str")
        return pd.concat([f for f in (earlier, table) if len(f)], ignore_index=True)


def lay_previous(fabric: Fabric, plan: PlanData) -> Kept:
    """Lay an old plan on a new fabric.

    Parameters
    ----------
    fabric : Fabric
        Units as they are now.
    plan : PlanData
        The old plan.

    Returns
    -------
    Kept
        Buildings found again by id or by place; a unit of several buildings is where most of its households were.
    """
    old = list_plan(plan, fabric.units.crs)
    new = list_buildings(fabric.buildings, fabric.units)
    spot = match_buildings(old, new)
    known = pd.DataFrame({"unit": new["unit"], "households": new["households"], "spot": spot})[spot >= 0]
    first = known.sort_values(["households", "spot"], ascending=[False, True]).drop_duplicates("unit")
    units = np.full(len(fabric.units), "", object)
    units[first["unit"]] = old["grid_code"].to_numpy(object)[first["spot"]]
    return Kept(plan=plan, old=old, new=new, spot=spot, units=units)


def name_plan(plan: PlanData) -> dict[str, str]:
    """Name a plan for good: by its day, its version and what of it goes on into another plan.

    Parameters
    ----------
    plan : PlanData
        The plan, just made or read from its file.

    Returns
    -------
    dict
        created, version, and sha256 of its buildings, units, codes, history and bounds.
    """
    told = hashlib.sha256()
    for frame, columns in _GOES_ON.items():
        table = pd.DataFrame(getattr(plan, frame))[list(columns)].sort_values(list(columns), kind="stable")
        told.update(table.to_csv(index=False, float_format="%.6f", lineterminator="\n").encode())
    named = {key: str(plan.run.get(key, "")) for key in ("created", "version")}
    return {**named, "sha256": told.hexdigest()}


_GOES_ON: Final = {
    "buildings": ("building_id", "entrance", "unit_id", "households"),
    "units": ("unit_id", "grid_code", "community", "households", "x", "y"),
    "grids": ("grid_code", "valid_from"),
    "history": HISTORY_COLUMNS,
    "certificate": ("community", "bound"),
}
