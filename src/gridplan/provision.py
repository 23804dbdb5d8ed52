"""Jobs on a finished plan that look at its communities: their facilities, their sizes."""

import dataclasses
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
class Facilities(planning.Provision):
    """What communities have and lack: the frames of `planning.Provision`, and how they are written.

    Parameters
    ----------
    plan : PlanData
        The plan the facilities were compared with.
    """

    plan: PlanData

    def write(self, out: str | Path) -> None:
        """Write ``facilities.xlsx`` and ``facilities.gpkg`` into a folder, whole or not at all.

        Parameters
        ----------
        out : path
            A new or empty folder, or one that holds former files of this kind to be replaced.

        Raises
        ------
        OutputError
            If the folder holds anything else, or cannot be written.
        """
        names = ("communities", "estates", "coverage", "sites")
        _write(self, out, "facilities", names, self._layers())

    def draw(self, path: str | Path) -> None:
        """Draw a map of gaps, facilities, units out of reach and proposed sites (extra `plot`).

        Parameters
        ----------
        path : path
            File to make or to replace: .pdf, .png or .svg.
        """
        reporting.draw_facilities(self.plan, self._layers(), Path(path))

    def _layers(self) -> dict[str, gpd.GeoDataFrame]:
        names = ("communities", "grids", "uncovered", "facilities", "sites")
        return {name: getattr(self, name) for name in names}


def compare_facilities(
    plan: PlanData,
    facilities: str | Path | gpd.GeoDataFrame,
    rules: Rules | None = None,
    *,
    sites: str | Path | gpd.GeoDataFrame | None = None,
    estates: str | Path | gpd.GeoDataFrame | None = None,
    encoding: str | None = None,
) -> Facilities:
    """Compare the facilities of communities with what their households need (Articles 11 to 13, 29 and 33).

    Parameters
    ----------
    plan : PlanData
        The plan.
    facilities : path or GeoDataFrame
        Facilities, under the names of `schema.FIELDS`.
    rules : Rules or None
        Their table ``[facilities]`` is used; None takes the rules of the plan.
    sites : path, GeoDataFrame or None
        Where new facilities may stand; None takes the middle of every grid.
    estates : path, GeoDataFrame or None
        Planned estates: name, year, households.
    encoding : str or None
        Encoding of the text of a shapefile; None lets the bytes decide.

    Returns
    -------
    Facilities
        Gaps, planned estates, coverage, sites, units out of reach, and findings.

    Raises
    ------
    GridplanError
        If an input cannot be used.
    """
    near = _middle(plan)
    layers = [
        reading.read_areas(role, layer, plan.crs, near, encoding=encoding) if isinstance(layer, str | Path) else layer
        for role, layer in (("facilities", facilities), ("sites", sites), ("estates", estates))
    ]
    rules = rules or Rules.from_mapping(plan.run["rules"])
    found = planning.provide(plan, layers[0], rules, sites=layers[1], estates=layers[2])
    return Facilities(plan=plan, **{f.name: getattr(found, f.name) for f in dataclasses.fields(found)})


def _middle(plan: PlanData) -> tuple[float, float]:
    left, low, right, high = plan.grids.total_bounds
    return (left + right) / 2, (low + high) / 2


def compare_district(
    place: str | Path, facilities: str | Path, out: str | Path, *, chart: str | Path | None = None, **options: Any,  # noqa: ANN401
) -> Facilities:  # fmt: skip
    """Read a plan, compare its facilities, and write what was found.

    Parameters
    ----------
    place : path
        The folder of a plan, or its ``plan.gpkg``.
    facilities : path
        ``FILE`` or ``FILE:layer``.
    out : path
        Folder to write, whole or not at all.
    chart : path or None
        Map to draw.
    **options
        As of `compare_facilities`.

    Returns
    -------
    Facilities
        What was written.

    Raises
    ------
    GridplanError
        If an input cannot be used, or the folder cannot be written.
    """
    reporting.check_folder(Path(out), reporting.review_files("facilities"))
    found = compare_facilities(read_plan(place), facilities, **options)
    found.write(out)
    if chart is not None:
        found.draw(chart)
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Communities(planning.Review):
    """How large communities are, and how they could be: the frames of `planning.Review`, and how they are written.

    Parameters
    ----------
    plan : PlanData
        The plan that was looked at.
    """

    plan: PlanData

    def write(self, out: str | Path) -> None:
        """Write ``communities.xlsx`` and ``communities.gpkg`` into a folder, whole or not at all.

        Parameters
        ----------
        out : path
            A new or empty folder, or one that holds former files of this kind to be replaced.

        Raises
        ------
        OutputError
            If the folder holds anything else, or cannot be written.
        """
        names = ("communities", "proposed", "nested")
        _write(self, out, "communities", names, {name: getattr(self, name) for name in names[:2]})


def _write(
    found: Facilities | Communities, out: str | Path, kind: str, names: tuple[str, ...],
    layers: dict[str, gpd.GeoDataFrame],
) -> None:  # fmt: skip
    """Write the tables of a review, its findings and its layers."""
    tables = {name: pd.DataFrame(getattr(found, name)) for name in names}
    tables["findings"] = findings_frame(found.findings, found.plan.crs)
    reporting.write_review(Path(out), kind, layers, tables)


def review_communities(
    plan: PlanData, rules: Rules | None = None, *, personnel: str | Path | None = None, draw: bool = False,
    rng: int = 0, effort: str = "normal", encoding: str | None = None,
) -> Communities:  # fmt: skip
    """Check sizes and workers of communities and propose which to split or merge, or draw them anew (Articles 9, 18).

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules or None
        Their table ``[communities]`` is used; None takes the rules of the plan.
    personnel : path or None
        Roster, whose committee staff is counted; None takes those that serve grids of the plan.
    draw : bool
        Draw communities anew as unions of grids inside subdistricts, as if there were none.
    rng : int
        Seed of the search.
    effort : {"fast", "normal", "thorough"}
        How long to search.
    encoding : str or None
        Encoding of the roster; None lets the bytes decide.

    Returns
    -------
    Communities
        Sizes, workers, proposals, the grids nested in them, and findings.

    Raises
    ------
    GridplanError
        If an option cannot be used.
    """
    rules = rules or Rules.from_mapping(plan.run["rules"])
    work = planning.draw_communities if draw else planning.review_sizes
    roster = None if personnel is None else reading.read_roster(personnel, plan.crs, _middle(plan), encoding=encoding)
    found = work(plan, rules, people=roster.people if roster else None, rng=rng, effort=effort)
    frames = {f.name: getattr(found, f.name) for f in dataclasses.fields(found)}
    told = roster.findings if roster else ()
    return Communities(plan=plan, **frames | {"findings": (*told, *found.findings)})


def review_district(place: str | Path, out: str | Path, **options: Any) -> Communities:  # noqa: ANN401
    """Read a plan, look at its communities, and write what was found.

    Parameters
    ----------
    place : path
        The folder of a plan, or its ``plan.gpkg``.
    out : path
        Folder to write, whole or not at all.
    **options
        As of `review_communities`.

    Returns
    -------
    Communities
        What was written.

    Raises
    ------
    GridplanError
        If an option cannot be used, or the folder cannot be written.
    """
    reporting.check_folder(Path(out), reporting.review_files("communities"))
    found = review_communities(read_plan(place), **options)
    found.write(out)
    return found
