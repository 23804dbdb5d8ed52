"""A workbook and layers of what was found about communities: facilities, sizes."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from gridplan.language import say, word
from gridplan.reporting.folder import write_folder
from gridplan.reporting.sheets import write_tables

_POINTS = ("facilities", "sites")
_WORDED = ("missing", "service", "severity", "code", "subject", "state")


def review_files(stem: str) -> tuple[str, str]:
    """Name the files of a review.

    Parameters
    ----------
    stem : str
        What it is about: "facilities" or "communities".

    Returns
    -------
    tuple of str
        A workbook and a GeoPackage.
    """
    return f"{stem}.xlsx", f"{stem}.gpkg"


def write_review(
    out: Path, stem: str, layers: Mapping[str, gpd.GeoDataFrame], tables: Mapping[str, pd.DataFrame]
) -> None:
    """Write a review into a folder, whole or not at all.

    Parameters
    ----------
    out : Path
        A folder that is new, empty, or holds former files of this kind.
    stem : str
        As of `review_files`.
    layers : mapping of str to GeoDataFrame
        Layers of the GeoPackage.
    tables : mapping of str to DataFrame
        Sheets of the workbook; their titles and columns are words of the catalogue.

    Raises
    ------
    OutputError
        If the folder holds anything else, or cannot be written.
    """
    files = review_files(stem)
    write_folder(out, partial(_fill, files, layers, tables), marks=files, files=files)


def _fill(
    files: tuple[str, str], layers: Mapping[str, gpd.GeoDataFrame], tables: Mapping[str, pd.DataFrame], folder: Path
) -> None:
    book, package = (folder / name for name in files)
    write_tables({name: _spoken(table) for name, table in tables.items()}, book)
    for name, frame in layers.items():
        kind = "Point" if name in _POINTS else "MultiPolygon"
        options = {"geometry_type": kind, "promote_to_multi": kind != "Point"}
        options |= {} if package.exists() else {"dataset_options": {"VERSION": "1.2"}}
        pyogrio.write_dataframe(frame, package, layer=name, driver="GPKG", append=package.exists(), **options)


def _spoken(frame: pd.DataFrame) -> pd.DataFrame:
    """Put codes of rooms, services, states and severities into words."""
    table = pd.DataFrame(frame).drop(columns=["geometry", "message"], errors="ignore")
    for name in table.columns.intersection(list(_WORDED)):
        table[name] = [", ".join(str(word(p)) for p in str(text).split(";") if p) for text in table[name]]
    if "proven" in table:
        table["proven"] = [say("yes") if yes else say("no") for yes in table["proven"]]
    return table
