"""Two plans of one district side by side: who moved, which codes changed, which is better in which term."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan import reporting
from gridplan.config import Rules
from gridplan.geometry.recover import recover_fabric
from gridplan.model import PlanData
from gridplan.pipeline import ground_of
from gridplan.plan import read_plan
from gridplan.planning import continue_grids, list_plan, make_crosswalk, match_buildings, weigh_units
from gridplan.planning.explaining import price_terms
from gridplan.schema import MOVED_COLUMNS

FRAMES: Final = ("scores", "codes", "moved", "crosswalk")
SCORE_COLUMNS: Final = ("term", "old", "new", "difference")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs between two plans, the old and the new one.

    Parameters
    ----------
    moved : GeoDataFrame
        building_id, entrance, old_code, new_code, households: buildings whose grid is not the one that continues their
        old grid; the cell of each, in the CRS of the new plan.
    codes : DataFrame
        old_code, new_code: grids that continue under another code, that end ("" as new_code) or begin.
    crosswalk : DataFrame
        old_code, new_code, buildings, households_old, households_new: every pair of grids that share buildings.
    scores : DataFrame
        term, old, new, difference.
    old, new : PlanData
        The plans.
    """

    moved: gpd.GeoDataFrame
    codes: pd.DataFrame
    crosswalk: pd.DataFrame
    scores: pd.DataFrame
    old: PlanData = field(repr=False)
    new: PlanData = field(repr=False)

    @property
    def empty(self) -> bool:
        """Whether nothing differs: no building, no code, no household, no score."""
        crossed = self.crosswalk["old_code"] != self.crosswalk["new_code"]
        recounted = self.crosswalk["households_old"] != self.crosswalk["households_new"]
        differs = (self.scores["difference"] != 0).any() or (crossed | recounted).any()
        return self.moved.empty and self.codes.empty and not differs

    def write(self, out: str | Path) -> None:
        """Write ``changes.xlsx`` and ``changes.gpkg`` (layer moved) into a folder, whole or not at all.

        Parameters
        ----------
        out : path
            A folder that is new, empty, or holds former changes.

        Raises
        ------
        OutputError
            If the folder holds anything else, or cannot be written.
        """
        reporting.write_changes(Path(out), {name: getattr(self, name) for name in FRAMES})

    def draw(self, path: str | Path) -> int:
        """Draw a map of the changes (extra `plot`).

        Parameters
        ----------
        path : path
            File to make or to replace: .png or .svg of the district; a .pdf has a page more for each community that
            changes.

        Returns
        -------
        int
            Number of pages.

        Raises
        ------
        GridplanError
            If the format is another one, matplotlib is not installed, or the file cannot be written.
        """
        return reporting.draw_changes(self.old, self.new, self.moved, self.codes, Path(path))


def compare_plans(a: PlanData | str | Path, b: PlanData | str | Path) -> Comparison:
    """Compare two plans of one district.

    Parameters
    ----------
    a, b : PlanData or path
        The old and the new plan, or their folders or GeoPackages.

    Returns
    -------
    Comparison
        Empty if they are the same.

    Raises
    ------
    PlanError
        If a path holds no plan.
    """
    first, second = (read_plan(p) if isinstance(p, str | Path) else p for p in (a, b))
    old, new = list_plan(first, second.crs), list_plan(second, second.crs)
    spot = match_buildings(old, new)
    was = np.where(spot >= 0, old["grid_code"].to_numpy(object)[spot], "")
    now = new["grid_code"].to_numpy(object)
    follows = continue_grids(was, now, new["households"].to_numpy(dtype="float64"))
    stays = np.array([follows.get(code, "") for code in now], object)
    rows = np.flatnonzero((was != "") & (was != stays))
    cells = second.units.geometry.to_numpy()[new["unit"].to_numpy()[rows]]
    moved = new.iloc[rows].assign(old_code=was[rows], new_code=now[rows])[list(MOVED_COLUMNS)]
    return Comparison(
        moved=gpd.GeoDataFrame(moved.reset_index(drop=True), geometry=cells, crs=second.crs),
        codes=_changed_codes(first, second, {str(code): former for code, former in follows.items()}),
        crosswalk=make_crosswalk(old, new, spot),
        scores=_compare_scores(first, second),
        old=first,
        new=second,
    )


def _changed_codes(a: PlanData, b: PlanData, follows: dict[str, str]) -> pd.DataFrame:
    pairs = [(follows.get(code, ""), code) for code in b.grids["grid_code"] if follows.get(code, "") != code]
    ended = sorted(set(a.grids["grid_code"]) - set(follows.values()))
    return pd.DataFrame([*pairs, *((code, "") for code in ended)], columns=["old_code", "new_code"]).astype("str")


def _compare_scores(a: PlanData, b: PlanData) -> pd.DataFrame:
    """Score both, each by its own rules and without what going on from a former plan cost it."""
    scores = [_score(plan) for plan in (a, b)]
    table = pd.DataFrame({"term": list(scores[0]), "old": list(scores[0].values()), "new": list(scores[1].values())})
    return table.assign(difference=table["new"] - table["old"])


def _score(plan: PlanData) -> dict[str, float | int]:
    rules = Rules.from_mapping(plan.run["rules"])
    found = reporting.score(plan, rules)
    if plan.crosswalk.empty:
        return found
    cost = max(_price_anew(plan, rules), found["bound"])
    return found | {"cost": cost, "gap": (cost - found["bound"]) / cost if cost > 0 else 0.0}


def _price_anew(plan: PlanData, rules: Rules) -> float:
    """Price the grids of a plan as if it went on from none."""
    fabric = recover_fabric(plan)
    codes = fabric.units["grid_code"].to_numpy(dtype=object)
    return float(price_terms(ground_of(fabric, codes, rules, weigh_units(fabric.units, rules))).to_numpy().sum())
