"""A clean little district, to be made dirty by the cases, and how a case is written down."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.model import Layers

X, Y = 533_000.0, 4_629_000.0
"""A corner in Tiexi, Shenyang, in CM 123E."""

COUNTS = [36, 48, 24, 60, 72, 36, 44, 20, 88, 36, 52, 40]
"""Households of the twelve buildings."""

IDS = [f"LD{i + 1:02d}" for i in range(12)]
ESTATES = ["启工小区"] * 6 + ["兴华二小区"] * 6
NUMBERS = [f"{i % 6 + 1}号楼" for i in range(12)]

Check = Callable[[Layers], None]


@dataclass(frozen=True, slots=True)
class Case:
    """One dirty input with what must come of it.

    `make` writes it into an empty folder; `check` looks at what was read, or `refused` is what the error must say.
    """

    name: str
    make: Callable[[Path], None]
    check: Check | None = None
    refused: str = ""
    options: dict[str, Any] = field(default_factory=dict)


def buildings() -> gpd.GeoDataFrame:
    """Twelve slabs in two compounds, six each, under Chinese names."""
    at = np.arange(12)
    x, y = X + 100 * (at % 6), Y + 200 * (at // 6)
    frame = pd.DataFrame({"楼栋编号": IDS, "小区名称": ESTATES, "楼栋号": NUMBERS, "户数": COUNTS})
    return gpd.GeoDataFrame(frame, geometry=shapely.box(x, y, x + 60, y + 12.5), crs=4550)


def bare() -> gpd.GeoDataFrame:
    """Give the buildings without counts."""
    return buildings().drop(columns="户数")


def communities() -> gpd.GeoDataFrame:
    """Two communities, one row of buildings each."""
    shapes = [shapely.box(X - 50, Y - 50, X + 700, Y + 100), shapely.box(X - 50, Y + 100, X + 700, Y + 300)]
    frame = {"社区名称": ["启工社区", "兴华社区"], "社区代码": ["210106001001", "210106001002"]}
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=4550)


def compounds() -> gpd.GeoDataFrame:
    """Two compounds."""
    shapes = [shapely.box(X - 20, Y - 30, X + 600, Y + 60), shapely.box(X - 20, Y + 150, X + 600, Y + 260)]
    return gpd.GeoDataFrame({"小区名称": ["启工小区", "兴华二小区"]}, geometry=shapes, crs=4550)


def roads() -> gpd.GeoDataFrame:
    """Roads between the buildings."""
    lines = [shapely.LineString([(X + 80 + 100 * i, Y - 50), (X + 80 + 100 * i, Y + 300)]) for i in range(6)]
    lines.append(shapely.LineString([(X - 50, Y + 105), (X + 700, Y + 105)]))
    return gpd.GeoDataFrame({"等级": ["支路"] * 6 + ["主干路"]}, geometry=lines, crs=4550)


def counted(layers: Layers) -> list[int]:
    """Households of the buildings, in the order of their ids."""
    return [int(n) for n in layers.buildings["households"]]


def codes(layers: Layers) -> set[str]:
    """Codes of the findings."""
    return {finding.code for finding in layers.findings}


def said(layers: Layers, code: str) -> str:
    """Text of the findings of a code."""
    return " | ".join(str(f.reason) for f in layers.findings if f.code == code)


def aside(layers: Layers, reason: str) -> tuple[int, int]:
    """Rows and households set aside for a reason."""
    rows = layers.set_aside[layers.set_aside["reason"] == reason]
    return int(rows["rows"].sum()), int(rows["households"].sum())


def gives(view: Callable[[Layers], Any], value: object) -> Check:
    """Expect a view of the layers to have a value."""

    def check(layers: Layers) -> None:
        assert view(layers) == value

    return check


def rooms() -> pd.DataFrame:
    """One row a household, under the ids of the buildings: two entrances, rooms by floor."""
    rows = [
        {"楼栋编号": one, "小区名称": estate, "楼栋号": number, "单元": f"{i % 2 + 1}",
         "房号": f"{i // 4 + 1}{i // 2 % 2 + 1:02d}"}
        for one, estate, number, count in zip(IDS, ESTATES, NUMBERS, COUNTS, strict=True)
        for i in range(count)
    ]  # fmt: skip
    return pd.DataFrame(rows)
