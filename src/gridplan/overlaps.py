"""Grids of a plan and those of departments in one view (多格合一): crosswalk, shares, and which grids nest."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from gridplan import planning, reading, reporting
from gridplan.config import Rules
from gridplan.model import PlanData, findings_frame
from gridplan.plan import read_plan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overlaps(planning.Overlapped):
    """Grids and departmental grids: the frames of `planning.Overlapped`, and how they are written.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        From which share on a grid lies in another.
    """

    plan: PlanData
    rules: Rules

    def to_findings(self) -> pd.DataFrame:
        """Give the findings as a plan has them.

        Returns
        -------
        DataFrame
            `schema.FINDING_COLUMNS`.
        """
        return pd.DataFrame(findings_frame(self.findings, self.plan.crs))

    def write(self, out: str | Path) -> None:
        """Write ``overlaps.xlsx``, ``overlaps.gpkg`` and ``overlaps.json`` into a folder, whole or not at all.

        Parameters
        ----------
        out : path
            A new or empty folder, or one that holds former files of this kind to be replaced.

        Raises
        ------
        OutputError
            If the folder holds anything else, or cannot be written.
        """
        names = ("departments", "grids", "nesting", "departmental_grids", "crosswalk")
        frames = {name: getattr(self, name) for name in names}
        head: dict[str, Any] = {key: self.plan.run.get(key) for key in ("version", "created")}
        head = {"plan": head, "nest_share": self.rules.overlaps.nest_share}
        reporting.write_overlaps(Path(out), head, frames, self.to_findings())


def overlap_grids(
    plan: PlanData,
    departments: Mapping[str, str | Path | gpd.GeoDataFrame] | Iterable[tuple[str, str | Path | gpd.GeoDataFrame]],
    rules: Rules | None = None,
    *,
    crs: str | None = None,
    encoding: str | None = None,
) -> Overlaps:
    """Lay the grids of a plan over those of departments.

    Parameters
    ----------
    plan : PlanData
        The plan.
    departments : mapping of str to path or GeoDataFrame, or pairs of them
        Department -> ``FILE``, ``FILE:layer`` or a layer of polygons, each with a code of its own.
    rules : Rules or None
        `overlaps.nest_share`: from this share on a grid lies in another; None takes the rules of the plan.
    crs : str or None
        CRS of layers that name none, or a wrong one.
    encoding : str or None
        Encoding of the text of a shapefile; None lets the bytes decide.

    Returns
    -------
    Overlaps
        Crosswalk with shares of households and of ground in both directions, and what nests in what.

    Raises
    ------
    LayerError
        If layers cannot be used; all faults of all layers at once.
    """
    rules = rules or Rules.from_mapping(plan.run["rules"])
    pairs = list(departments.items()) if isinstance(departments, Mapping) else list(departments)
    left, low, right, high = plan.grids.total_bounds.tolist()
    layers = reading.read_departments(pairs, plan.crs, (left, low, right, high), crs=crs, encoding=encoding)
    found = planning.overlap(plan, layers, rules)
    values = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
    return Overlaps(plan=plan, rules=rules, **values)


def overlap_district(
    place: str | Path, departments: Iterable[str], out: str | Path | None = None, *, rules: Rules | None = None,
    crs: str | None = None, encoding: str | None = None,
) -> Overlaps:  # fmt: skip
    """Read a plan, lay it over the grids of departments, and write what comes out.

    Parameters
    ----------
    place : path
        The folder of a plan, or its ``plan.gpkg``.
    departments : iterable of str
        ``NAME=FILE`` or ``NAME=FILE:layer`` each.
    out : path or None
        Folder to write, whole or not at all.
    rules, crs, encoding : Rules or None, str or None, str or None
        As of `overlap_grids`.

    Returns
    -------
    Overlaps
        What was found.

    Raises
    ------
    GridplanError
        If an input cannot be used, or the folder cannot be written.
    """
    if out is not None:
        reporting.check_folder(Path(out), reporting.OVERLAP_FILES)
    pairs = reading.split_departments(departments)
    found = overlap_grids(read_plan(place), pairs, rules, crs=crs, encoding=encoding)
    if out is not None:
        found.write(out)
    return found
