"""The check of an input: its tables, as data, as a workbook, and as points on a map."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from gridplan.config import Rules
from gridplan.language import word
from gridplan.model import Source
from gridplan.reporting.folder import write_file, write_folder
from gridplan.reporting.sheets import write_tables
from gridplan.reporting.styles import qgis_styles
from gridplan.schema import FINDING_COLUMNS, SEVERITIES

CHECK_FILES: Final = ("check.json", "check.xlsx", "findings.gpkg")

_FILLS: Final = {"error": "F8CBAD", "warning": "FFE699", "notice": "E2EFDA"}


def by_gravity(severities: "pd.Series[str]") -> "pd.Series[int]":
    """Rank severities, the gravest first: a sort key.

    Parameters
    ----------
    severities : Series of str
        Of `SEVERITIES`.

    Returns
    -------
    Series of int
        The ranks.
    """
    return severities.map({severity: rank for rank, severity in enumerate(SEVERITIES)})


def layer_table(sources: Collection[Source], faulty: Collection[str]) -> pd.DataFrame:
    """Lay the layers out as a table.

    Parameters
    ----------
    sources : collection of Source
        One per layer.
    faulty : collection of str
        Roles of those that cannot be used.

    Returns
    -------
    DataFrame
        role, file, state, rows, crs, encoding, sha256, fields (dict) and assumptions (list).
    """
    columns = ("role", "file", "state", "rows", "crs", "encoding", "sha256", "fields", "assumptions")
    rows = [
        (
            s.role, f"{s.path}:{s.layer}" if s.layer else s.path,
            "unusable" if s.role in faulty else "usable" if s.sha256 else "unchecked",
            s.rows, s.crs, s.encoding, s.sha256, dict(s.fields), list(s.assumptions),
        )
        for s in sources
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


def check_data(layers: pd.DataFrame, findings: gpd.GeoDataFrame, accounts: pd.DataFrame) -> dict[str, Any]:
    """Lay a check out for a program.

    Parameters
    ----------
    layers : DataFrame
        Of `layer_table`.
    findings : GeoDataFrame
        As of `findings_frame`.
    accounts : DataFrame
        As of `conservation`.

    Returns
    -------
    dict
        JSON-able: usable, crs, layers, findings, conservation.
    """
    places = [None if p is None or p.is_empty else [p.x, p.y] for p in findings.geometry]
    rows = findings[[name for name in FINDING_COLUMNS if name != "message"]].to_dict("records")
    crs = findings.crs.to_epsg()
    return {
        "usable": not (findings["severity"] == "error").any(),
        "crs": f"EPSG:{crs}" if crs else findings.crs.name,
        "layers": [
            {k: str(v) if isinstance(v, str) else v for k, v in row.items()} for row in layers.to_dict("records")
        ],
        "findings": [
            {**row, "value": None if pd.isna(row["value"]) else row["value"], "place": place}
            for row, place in zip(rows, places, strict=True)
        ],
        "conservation": accounts.to_dict("records"),
    }


def write_check(layers: pd.DataFrame, findings: gpd.GeoDataFrame, accounts: pd.DataFrame, out: Path) -> None:
    """Write a check into a folder, whole or not at all.

    Parameters
    ----------
    layers : DataFrame
        Of `layer_table`.
    findings : GeoDataFrame
        As of `findings_frame`.
    accounts : DataFrame
        As of `conservation`.
    out : Path
        A new or empty folder, or one that holds a former check.

    Raises
    ------
    OutputError
        If the folder holds anything else, or cannot be written.
    """

    def fill(draft: Path) -> None:
        text = json.dumps(
            check_data(layers, findings, accounts), ensure_ascii=False, indent=2, default=lambda v: v.item()
        )
        (draft / "check.json").write_text(text, "utf-8")
        write_tables(_sheets(layers, findings, accounts), draft / "check.xlsx", _fills())
        write_points(findings, draft / "findings.gpkg")

    write_folder(out, fill, marks=CHECK_FILES[:1], files=CHECK_FILES)


def write_check_workbook(layers: pd.DataFrame, findings: gpd.GeoDataFrame, accounts: pd.DataFrame, path: Path) -> None:
    """Write a check as a workbook.

    Parameters
    ----------
    layers : DataFrame
        Of `layer_table`.
    findings : GeoDataFrame
        As of `findings_frame`.
    accounts : DataFrame
        As of `conservation`.
    path : Path
        File to make or to replace.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    write_file(path, lambda draft: write_tables(_sheets(layers, findings, accounts), draft, _fills()))


def write_points(findings: gpd.GeoDataFrame, path: Path) -> None:
    """Write the findings that have a place as a GeoPackage with a QGIS style; none, no file.

    Parameters
    ----------
    findings : GeoDataFrame
        As of `findings_frame`.
    path : Path
        File to make.
    """
    placed = findings[~(findings.geometry.isna() | findings.geometry.is_empty)]
    if placed.empty:
        return
    options = {"driver": "GPKG", "layer": "findings", "dataset_options": {"VERSION": "1.2"}}
    pyogrio.write_dataframe(placed, path, geometry_type="Point", layer_options={"GEOMETRY_NAME": "geom"}, **options)
    styles = qgis_styles(Rules(), ["findings"])
    pyogrio.write_dataframe(styles, path, layer="layer_styles", driver="GPKG", append=True, layer_options={"FID": "id"})


def _sheets(layers: pd.DataFrame, findings: gpd.GeoDataFrame, accounts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Lay the check out for people: words instead of codes, one line per field and assumption."""
    told = layers.assign(
        role=layers["role"].map(word),
        state=layers["state"].map(word),
        fields=["\n".join(f"{name} ← {column}" for name, column in fields.items()) for fields in layers["fields"]],
        assumptions=["\n".join(map(str, lines)) for lines in layers["assumptions"]],
    )
    points = findings.geometry
    found = pd.DataFrame(findings[["severity", "code", "subject", "reason", "value"]]).assign(
        severity=findings["severity"].map(word), code=findings["code"].map(word), subject=findings["subject"].map(word),
        x=shapely.get_x(points.to_numpy()), y=shapely.get_y(points.to_numpy()),
    )  # fmt: skip
    booked = accounts.assign(role=accounts["role"].map(word), reason=accounts["reason"].map(word))
    return {"layers": told, "findings": found, "conservation": booked}


def _fills() -> dict[str, str]:
    return {str(word(severity)): colour for severity, colour in _FILLS.items()}
