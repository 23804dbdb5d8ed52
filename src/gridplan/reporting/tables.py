"""Tables meant for others: grids.geojson and buildings.csv."""

from pathlib import Path
from typing import Final

import pandas as pd
import pyogrio
import shapely

from gridplan.config import Rules
from gridplan.model import PlanData
from gridplan.privacy import shared_grids
from gridplan.schema import BUILDING_COLUMNS

_GRID_DEGREES: Final = 1e-7
"""About a centimetre: RFC 7946 asks for no more."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run by spreadsheets."""


def write_geojson(plan: PlanData, rules: Rules, path: Path) -> None:
    """Write the grids as RFC 7946: WGS 84 longitude and latitude, counter-clockwise, 7 decimals.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        Gives the smallest count of a key group that may be shown.
    path : Path
        File to make.
    """
    shared = shared_grids(plan.grids, rules.privacy.min_count).to_crs("EPSG:4326")
    # GDAL rounds too, but leaves points twice, and lines where a narrow part has collapsed.
    shared = shared.set_geometry(shapely.set_precision(shared.geometry.to_numpy(), _GRID_DEGREES))
    pyogrio.write_dataframe(shared, path, driver="GeoJSON", layer="grids", layer_options={"RFC7946": "YES"})


def building_table(plan: PlanData) -> pd.DataFrame:
    """List every building with its grid, and those set aside without one.

    Parameters
    ----------
    plan : PlanData
        The plan.

    Returns
    -------
    DataFrame
        `BUILDING_COLUMNS`, sorted by building and entrance; grid_code is empty where a building was set aside.
    """
    places = plan.units.set_index("unit_id")[["grid_code", "community", "compound"]]
    listed = plan.buildings.join(places, on="unit_id")
    aside = plan.set_aside.loc[plan.set_aside["role"] == "buildings", ["id", "households"]]
    aside = aside.rename(columns={"id": "building_id"})
    table = pd.concat([f for f in (listed, aside) if len(f)] or [listed], ignore_index=True)
    table = table.reindex(columns=list(BUILDING_COLUMNS))
    texts = {c: table[c].astype("object").fillna("").astype(str) for c in BUILDING_COLUMNS if c != "households"}
    table = table.assign(**texts, households=table["households"].fillna(0).astype("int64"))
    return table.sort_values(["building_id", "entrance"], kind="stable", ignore_index=True)


def write_buildings(plan: PlanData, path: Path) -> None:
    """Write `building_table` for spreadsheets: UTF-8 with a byte order mark, no cell that would run as a formula.

    Parameters
    ----------
    plan : PlanData
        The plan.
    path : Path
        File to make.
    """
    table = building_table(plan)
    texts = [c for c in BUILDING_COLUMNS if c != "households"]
    safe = table.assign(**{c: table[c].map(disarm) for c in texts})
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def disarm(text: str) -> str:
    """Keep a spreadsheet from running a text as a formula.

    Parameters
    ----------
    text : str
        What a cell is to hold.

    Returns
    -------
    str
        The text, behind an apostrophe where it begins like a formula.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
