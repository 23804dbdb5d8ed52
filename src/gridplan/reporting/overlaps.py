"""overlaps.xlsx, overlaps.gpkg and overlaps.json: grids of a plan and those of departments."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from gridplan.reporting.folder import write_folder
from gridplan.reporting.review import fill_review, review_files

OVERLAP_FILES: Final = (*review_files("overlaps"), "overlaps.json")


def write_overlaps(
    out: Path, head: Mapping[str, Any], frames: Mapping[str, pd.DataFrame], findings: pd.DataFrame
) -> None:
    """Write how grids and departmental grids overlap into a folder, whole or not at all.

    Parameters
    ----------
    out : Path
        A folder that is new, empty, or holds former files of this kind.
    head : mapping of str to object
        What the JSON begins with.
    frames : mapping of str to DataFrame
        Name -> sheet and layer; those without geometry are tables of the GeoPackage.
    findings : DataFrame
        `schema.FINDING_COLUMNS`: a sheet, and a list in the JSON.

    Raises
    ------
    OutputError
        If the folder holds anything else, or cannot be written.
    """

    def fill(folder: Path) -> None:
        book, package, text = (folder / name for name in OVERLAP_FILES)
        told = {**frames, "findings": findings}
        fill_review(book, package, frames, {name: _plain(frame) for name, frame in told.items()})
        content = {**head, **{name: _records(frame) for name, frame in told.items()}}
        text.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")

    write_folder(out, fill, marks=OVERLAP_FILES, files=OVERLAP_FILES)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    kept = frame.drop(columns=frame.geometry.name) if isinstance(frame, gpd.GeoDataFrame) else frame
    return pd.DataFrame(kept).drop(columns=["geometry", "message"], errors="ignore")


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """List the rows; what is not known is null."""
    rows: list[dict[str, Any]] = json.loads(_plain(frame).to_json(orient="records", force_ascii=False))
    return rows
