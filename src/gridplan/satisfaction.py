"""What residents say of a plan at work: figures of an evaluation, joined to grids and forces (Articles 5, 35, 36)."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gridplan import planning, reading, reporting
from gridplan.config import Rules
from gridplan.model import PlanData, findings_frame
from gridplan.plan import read_plan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation(planning.Rated):
    """Figures by grid, force, community and period: the frames of `planning.Rated`, and how they are written.

    Parameters
    ----------
    plan : PlanData
        The plan they were joined to.
    rules : Rules
        Names of the forces.
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
        """Write ``scores.xlsx`` and ``scores.gpkg`` (layer grids) into a folder, whole or not at all.

        Parameters
        ----------
        out : path
            A new or empty folder, or one that holds former files of this kind to be replaced.

        Raises
        ------
        OutputError
            If the folder holds anything else, or cannot be written.
        """
        tables = {name: pd.DataFrame(getattr(self, name)) for name in ("grids", "periods", "forces", "communities")}
        tables["ratings"] = self.ratings
        for name in ("forces", "ratings"):
            tables[name] = planning.name_forces(tables[name], self.rules)
        tables["findings"] = self.to_findings()
        reporting.write_review(Path(out), "scores", {"grids": self.grids}, tables)


def compare_scores(
    plan: PlanData, scores: str | Path | pd.DataFrame, rules: Rules | None = None, *, encoding: str | None = None
) -> Evaluation:
    """Join satisfaction and response figures to the grids and forces of a plan, and compare periods.

    Parameters
    ----------
    plan : PlanData
        The plan.
    scores : path or DataFrame
        ``FILE``, ``FILE:sheet`` or a table: grid_code, force, period, satisfaction (0 to 100), response (less is
        better) and count, under the names of `schema.FIELDS`.
    rules : Rules or None
        Their forces and their table ``[evaluation]`` are used; None takes the rules of the plan.
    encoding : str or None
        Encoding of a CSV; None lets the bytes decide.

    Returns
    -------
    Evaluation
        Figures of each grid in the last period and the one before; means by period, force and community; findings.

    Raises
    ------
    GridplanError
        If codes or forces are unknown, rows stand twice, or numbers are none; all faults at once.
    """
    rules = rules or Rules.from_mapping(plan.run["rules"])
    table, faults = reading.read_scores(scores, encoding=encoding)
    found = planning.rate(plan, table, rules, faults)
    values = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
    return Evaluation(plan=plan, rules=rules, **values)


def evaluate_scores(
    place: str | Path, scores: str | Path, out: str | Path, *, rules: Rules | None = None, encoding: str | None = None
) -> Evaluation:
    """Read a plan, join figures to it, and write what comes out.

    Parameters
    ----------
    place : path
        The folder of a plan, or its ``plan.gpkg``.
    scores : path
        As of `compare_scores`.
    out : path
        Folder to write, whole or not at all.
    rules, encoding : Rules or None, str or None
        As of `compare_scores`.

    Returns
    -------
    Evaluation
        What was written.

    Raises
    ------
    GridplanError
        If an input cannot be used, or the folder cannot be written.
    """
    reporting.check_folder(Path(out), reporting.review_files("scores"))
    found = compare_scores(read_plan(place), scores, rules, encoding=encoding)
    found.write(out)
    return found
