"""Equality of plans, whatever day and machine they were made on."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import to_wkb

from gridplan.model import PlanData
from gridplan.reporting.geopackage import LAYERS, TABLES

IGNORED_RUN: Final = ("created", "stages")
IGNORED_COLUMNS: Final = {
    "certificate": ["seconds"],
    "findings": ["reason"],
    "forces": ["seconds"],
    "grids": ["valid_from"],
    "history": ["valid_from", "valid_to"],
    "shortages": ["reason", "remedy"],
}


def equal_plans(a: PlanData, b: PlanData) -> bool:
    """Tell whether two plans are the same; seconds, memory, dates and the language are ignored.

    Parameters
    ----------
    a, b : PlanData
        The plans.

    Returns
    -------
    bool
        True when CRS, rules, inputs, and every frame are equal: rows in order, types, coordinates to the last bit,
        and values, a missing one being equal to a missing one.
    """
    if a.crs != b.crs or _lasting(a) != _lasting(b):
        return False
    return all(_equal(name, getattr(a, name), getattr(b, name)) for name in (*LAYERS, *TABLES))


def list_differences(a: PlanData, b: PlanData) -> list[str]:
    """Name what two plans differ in, as far as their inputs and rules do not say it already.

    Parameters
    ----------
    a, b : PlanData
        The plans.

    Returns
    -------
    list of str
        ``crs``, keys of the table run as ``run.rules``, and frames; empty where the plans are the same. Of the sources
        only what is in the files counts, not how it was worded.
    """
    found = ["crs"] if a.crs != b.crs else []
    one, other = (_lasting(plan) | {"sources": _contents(plan)} for plan in (a, b))
    found += [f"run.{key}" for key in sorted({*one, *other}) if one.get(key) != other.get(key)]
    return found + [name for name in (*LAYERS, *TABLES) if not _equal(name, getattr(a, name), getattr(b, name))]


def _contents(plan: PlanData) -> list[tuple[object, ...]]:
    keys = ("role", "path", "layer", "rows", "households", "sha256")
    return sorted(tuple(source.get(key) for key in keys) for source in plan.run["sources"])


def _lasting(plan: PlanData) -> dict[str, object]:
    return {key: value for key, value in plan.run.items() if key not in IGNORED_RUN}


def _equal(name: str, a: pd.DataFrame, b: pd.DataFrame) -> bool:
    plain = [_plain(name, frame) for frame in (a, b)]
    return plain[0].equals(plain[1]) and _same_shapes(a, b)


def _plain(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    shape = [frame.geometry.name] if isinstance(frame, gpd.GeoDataFrame) else []
    kept = frame.drop(columns=[*shape, *IGNORED_COLUMNS.get(name, [])])
    return pd.DataFrame(kept).reset_index(drop=True)


def _same_shapes(a: pd.DataFrame, b: pd.DataFrame) -> bool:
    if not isinstance(a, gpd.GeoDataFrame) or not isinstance(b, gpd.GeoDataFrame):
        return isinstance(a, gpd.GeoDataFrame) == isinstance(b, gpd.GeoDataFrame)
    return np.array_equal(to_wkb(a.geometry.to_numpy()), to_wkb(b.geometry.to_numpy()))
