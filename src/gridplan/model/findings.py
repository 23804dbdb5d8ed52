"""What a planner should know: findings, and how they are laid out as a layer."""

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from gridplan.errors import PlanError
from gridplan.language import pack, say
from gridplan.schema import FINDING_COLUMNS, SEVERITIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a planner should know about the input or the plan.

    Parameters
    ----------
    code : str
        Kind of the finding in snake_case, stable across versions.
    severity : {"error", "warning", "notice"}
        Broken hard rule; broken strong rule or weighty assumption; assumption.
    subject : str
        What it is about: a grid code, a unit id, a community or a layer.
    reason : str
        One sentence with the numbers.
    value : float
        The number behind it; NaN where there is none.
    place : tuple of float or None
        x and y in metres in the CRS of the plan.
    """

    code: str
    severity: str
    subject: str
    reason: str
    value: float = float("nan")
    place: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Check the severity."""
        if self.severity not in SEVERITIES:
            raise PlanError(
                say(
                    "finding {code}: need a severity of {severities}, found {severity}; correct the caller",
                    code=self.code,
                    severities=", ".join(SEVERITIES),
                    severity=self.severity,
                )
            )


def findings_frame(findings: Iterable[Finding], crs: CRS) -> gpd.GeoDataFrame:
    """Lay findings out as a layer.

    Parameters
    ----------
    findings : iterable of Finding
        In the order in which they are to be read.
    crs : CRS
        CRS of the places.

    Returns
    -------
    GeoDataFrame, n_findings rows
        Columns `FINDING_COLUMNS`; points, or None without a place.
    """
    rows = list(findings)
    table = [(f.code, f.severity, f.subject, str(f.reason), f.value, pack(f.reason)) for f in rows]
    frame = pd.DataFrame(table, columns=list(FINDING_COLUMNS)).astype({"value": "float64"})
    xy = np.array([f.place or (np.nan, np.nan) for f in rows], dtype="float64").reshape(-1, 2)
    points = gpd.GeoSeries.from_xy(xy[:, 0], xy[:, 1], crs=crs, index=frame.index)
    return gpd.GeoDataFrame(frame, geometry=points.where(~np.isnan(xy[:, 0]), None))
