"""Communities in which nothing has changed since an old plan: its grids, and the bounds of its certificate, hold on."""

from typing import Any, Final

import numpy as np
import pandas as pd

from gridplan.config import EFFORTS, Rules
from gridplan.model import Fabric, PlanData

UNIT_FIELDS: Final = ("unit_id", "compound", "profile", "site", "households", "x", "y")
EDGE_FIELDS: Final = ("unit_a", "unit_b", "barrier_m")


def find_unchanged(fabric: Fabric, plan: PlanData, rules: Rules, effort: str) -> dict[int, float]:
    """Find the communities that need no plan, since they have one.

    Parameters
    ----------
    fabric : Fabric
        Units as they are now.
    plan : PlanData
        The old plan.
    rules, effort : Rules, str
        Those of the new plan.

    Returns
    -------
    dict of int to float
        Index of the community -> bound of the old certificate: those of the same name whose units, households, places,
        compounds and borders are the same. None where the old plan follows other rules (the price of change left out),
        was searched with less effort or within a time limit, was edited, weighed units by more than households,
        or is bounded by grid workers.
    """
    if not _holds(plan.run, rules, effort):
        return {}
    names = fabric.communities["community"].astype(str)
    certified = plan.certificate.drop_duplicates("community", keep=False).set_index("community")["bound"]
    then, now = _units(plan.units, plan.units["community"].astype(str)), _units(fabric.units, _home(fabric, names))
    borders = [_borders(frame, units) for frame, units in ((plan.edges, then), (_edges(fabric), now))]
    same = [name for name in names[~names.duplicated(keep=False)] if name in certified and name in then and name in now]
    kept = [name for name in same if then[name].equals(now[name]) and borders[0].get(name) == borders[1].get(name)]
    rank = dict(zip(names, names.index, strict=True))
    return {int(rank[name]): float(certified[name]) for name in kept}


def _holds(run: dict[str, Any], rules: Rules, effort: str) -> bool:
    """Tell whether the certificate of an old plan is one of a new plan too."""
    if "rules" not in run or "edits" in run or "load_terms" in run or not run.get("reproducible"):
        return False
    enough = run.get("effort") in EFFORTS and EFFORTS.index(run["effort"]) >= EFFORTS.index(effort)
    old = Rules.from_mapping(run["rules"]).to_mapping()
    new = rules.to_mapping()
    old["cost"], new["cost"] = ({**group["cost"], "change": 0.0} for group in (old, new))
    return enough and old == new and rules.considerations.capacity == "off"


def _home(fabric: Fabric, names: pd.Series) -> pd.Series:
    return pd.Series(names.to_numpy()[np.asarray(fabric.community_index)], index=fabric.units.index)


def _units(units: pd.DataFrame, home: pd.Series) -> dict[str, pd.DataFrame]:
    """List the units of each community in the order of their ids."""
    plain = pd.DataFrame({name: units[name].to_numpy() for name in UNIT_FIELDS})
    for name in UNIT_FIELDS[:4]:
        plain[name] = plain[name].fillna("").astype(str)
    plain = plain.astype({"households": "float64", "x": "float64", "y": "float64"}).assign(home=home.to_numpy())
    ordered = plain.sort_values("unit_id")
    return {str(name): part.drop(columns="home").reset_index(drop=True) for name, part in ordered.groupby("home")}


def _edges(fabric: Fabric) -> pd.DataFrame:
    ends = fabric.units["unit_id"].to_numpy(object)[fabric.graph.edges]
    return pd.DataFrame({"unit_a": ends[:, 0], "unit_b": ends[:, 1], "barrier_m": fabric.graph.barrier_m})


def _borders(edges: pd.DataFrame, units: dict[str, pd.DataFrame]) -> dict[str, list[tuple[object, ...]]]:
    """List the edges inside each community, in an order of their own."""
    home = {unit: name for name, part in units.items() for unit in part["unit_id"]}
    a, b = (edges[end].map(home).to_numpy(object) for end in EDGE_FIELDS[:2])
    inner = edges[a == b]
    ends = np.sort(inner[list(EDGE_FIELDS[:2])].to_numpy(str), axis=1)
    table = pd.DataFrame({"a": ends[:, 0], "b": ends[:, 1], "metres": inner["barrier_m"].to_numpy(), "home": a[a == b]})
    return {str(name): sorted(part[["a", "b", "metres"]].itertuples(index=False, name=None))
            for name, part in table.groupby("home")}  # fmt: skip
