"""changes.xlsx and changes.gpkg: what differs between two plans."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import pyogrio

from gridplan.reporting.folder import write_folder
from gridplan.reporting.sheets import write_tables

CHANGE_FILES: Final = ("changes.xlsx", "changes.gpkg")


def write_changes(out: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write what differs between two plans into a folder, whole or not at all.

    Parameters
    ----------
    out : Path
        A folder that is new, empty, or holds former changes.
    frames : mapping of str to DataFrame
        Title -> table; those with geometry are layers too.

    Raises
    ------
    OutputError
        If the folder holds anything else, or cannot be written.
    """
    write_folder(out, lambda folder: _fill(folder, frames), marks=CHANGE_FILES, files=CHANGE_FILES)


def _fill(folder: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    tables = {}
    for name, frame in frames.items():
        tables[name] = pd.DataFrame(frame)
        if isinstance(frame, gpd.GeoDataFrame):
            tables[name] = pd.DataFrame(frame.drop(columns=frame.geometry.name))
            options = {"geometry_type": "MultiPolygon", "promote_to_multi": True, "dataset_options": {"VERSION": "1.2"}}
            pyogrio.write_dataframe(frame, folder / "changes.gpkg", layer=name, driver="GPKG", **options)
    write_tables(tables, folder / "changes.xlsx")
