"""What is written to plan.gpkg is read back as it was."""

import dataclasses
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pyproj import CRS

from gridplan.config import Rules
from gridplan.errors import PlanError
from gridplan.model import PlanData
from gridplan.reporting import equal_plans, read_plan_data
from gridplan.reporting.columns import decode_frame, describe_columns, encode_frame, pack_rows, unpack_rows
from gridplan.reporting.geopackage import LAYERS, TABLES, write_geopackage


def there_and_back(plan: PlanData, folder: Path) -> PlanData:
    """Write a plan and read it."""
    write_geopackage(plan, Rules(), folder / "plan.gpkg")
    return read_plan_data(folder / "plan.gpkg")


def test_a_plan_comes_back_equal_in_every_frame(plan: PlanData, tmp_path: Path) -> None:
    """Types, order, values and coordinates."""
    back = there_and_back(plan, tmp_path)
    for name in TABLES:
        assert_frame_equal(getattr(back, name), getattr(plan, name))
    for name in LAYERS:
        assert_geodataframe_equal(getattr(back, name), getattr(plan, name))
    assert back.run == plan.run
    assert back.crs == plan.crs
    assert equal_plans(plan, back)
