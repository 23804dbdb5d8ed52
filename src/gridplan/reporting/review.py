"""A workbook and layers of what was found about communities: facilities, sizes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from gridplan.language import say, word
from gridplan.reporting.folder import write_folder
from gridplan.reporting.sheets import SHARE, write_tables

_POINTS = ("facilities", "sites")
_WORDED = ("missing", "service", "severity", "code", "subject", "state", "department", "apart", "relation")
_FORMS = dict.fromkeys(
    ("households_of_grid", "households_of_department", "ground_of_grid", "ground_of_department", "largest_share"), SHARE
)


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
    book, package = files = review_files(stem)
    write_folder(
        out, lambda folder: fill_review(folder / book, folder / package, layers, tables), marks=files, files=files
    )


def fill_review(
    book: Path, package: Path, layers: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame]
) -> None:
    """Write the files of a review.

    Parameters
    ----------
    book, package : Path
        Workbook and GeoPackage to make.
    layers : mapping of str to DataFrame
        Layers of the GeoPackage; those without geometry are tables.
    tables : mapping of str to DataFrame
        As of `write_review`.
    """
    write_tables({name: _spoken(table) for name, table in tables.items()}, book, forms=_FORMS)
    for name, frame in layers.items():
        kind = "Point" if name in _POINTS else "MultiPolygon"
        options: dict[str, Any] = {}
        if isinstance(frame, gpd.GeoDataFrame):
            options = {"geometry_type": kind, "promote_to_multi": kind != "Point"}
        options |= {} if package.exists() else {"dataset_options": {"VERSION": "1.2"}}
        pyogrio.write_dataframe(frame, package, layer=name, driver="GPKG", append=package.exists(), **options)


def _spoken(frame: pd.DataFrame) -> pd.DataFrame:
    """Put codes of rooms, services, states and severities into words."""
    table = pd.DataFrame(frame).drop(columns=["geometry", "message"], errors="ignore")
    for name in table.columns.intersection(list(_WORDED)):
        table[name] = [", ".join(str(word(p)) for p in str(text).split(";") if p) for text in table[name]]
    for name in table.select_dtypes("bool").columns:
        table[name] = [say("yes") if yes else say("no") for yes in table[name]]
    return table
